# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Running the collection's playbooks as a user does, and reading what they report."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from examples.demo.telling import Disappointment, show

QUIET = {
    "ANSIBLE_LOCALHOST_WARNING": "false",
    "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
    "ANSIBLE_RETRY_FILES_ENABLED": "false",
    "ANSIBLE_NOCOLOR": "true",
}
COLLECTION = "configmgr.cmg"
RECAP = re.compile(r"changed=(\d+)\s+unreachable=(\d+)\s+failed=(\d+)")
MOST_SECONDS = 120
TESTS = Path(__file__).resolve().parents[2] / "tests"
# What Ansible makes of a module in every run, though it is always the same.
KEPT = {
    "ANSIBLE_CALLBACK_PLUGINS": str(TESTS / "callbacks"),
    "ANSIBLE_CALLBACKS_ENABLED": "kept_modules",
    "PYTHONPATH": str(TESTS / "bytecode"),
}


@dataclass(frozen=True, slots=True)
class Run:
    """What a run of a playbook came to."""

    exit_code: int
    changed: int
    output: str


@dataclass(frozen=True, slots=True)
class Installation:
    """Which Ansible runs and which copy of the collection it sees.

    O(programs) is the folder of C(ansible-playbook), O(collections) one for C(ANSIBLE_COLLECTIONS_PATH).
    """

    programs: Path
    collections: Path

    def start(self, *argv: str, directory: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        """Run a program of Ansible to its end. It sees no other collection and no other Python library.

        Archives of modules and their bytecode are kept from one run to the next: most of the time that a task takes.

        :raises Disappointment: where there is no such program.
        """
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "ANSIBLE_"))}
        own = {"ANSIBLE_COLLECTIONS_PATH": str(self.collections), "ANSIBLE_HOME": str(directory / ".ansible")}
        program = self.programs / argv[0]
        if not program.is_file():
            raise Disappointment(f"{program} is there to run the playbooks")
        return subprocess.run(
            [str(program), *argv[1:]],
            cwd=directory,
            env={**inherited, **QUIET, **KEPT, **own, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=MOST_SECONDS,
            check=False,
        )

    def version(self, directory: Path) -> str:
        """The version of the collection that Ansible sees.

        :raises Disappointment: where it sees none.
        """
        argv = ("ansible-galaxy", "collection", "list", COLLECTION, "--format", "json")
        ended = self.start(*argv, directory=directory, environment={})
        if ended.returncode:
            raise Disappointment(f"{COLLECTION} is installed in {self.collections}:\n{ended.stdout}")
        found = json.loads(ended.stdout[ended.stdout.index("{") :])
        return ", ".join(one[COLLECTION]["version"] for one in found.values())


@dataclass(frozen=True, slots=True)
class Controller:
    """The machine that Ansible runs on: the directory with the declaration, what is installed, the environment."""

    directory: Path
    installation: Installation
    environment: Mapping[str, str]

    def declare(self, declaration: Mapping[str, Any]) -> Path:
        """Write the declaration to C(gateways.yml), readable for its owner only, since it holds a password."""
        path = self.directory / "gateways.yml"
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        path.write_text(yaml.safe_dump(dict(declaration), sort_keys=False), encoding="utf-8")
        return path

    def play(self, playbook: str, *options: str, told: bool = True) -> Run:
        """Run a playbook of the collection on the declaration, and show what it says unless the demo tells it itself.

        :raises Disappointment: when it cannot be run or ends without a recap.
        """
        arguments = [playbook, "-e", "@gateways.yml", *options]
        print(f"\n$ ansible-playbook {' '.join(arguments)}", flush=True)
        ended = self.installation.start(
            "ansible-playbook", *arguments, directory=self.directory, environment=self.environment
        )
        if told:
            show(_essence(ended.stdout))
        recap = RECAP.search(ended.stdout)
        if recap is None:
            raise Disappointment(f"{playbook} ended without a recap:\n{ended.stdout}")
        return Run(ended.returncode, int(recap[1]), ended.stdout)


def _essence(output: str) -> str:
    """The output without asterisks, empty lines and skipped tasks, which a reader of the demo has no use for."""
    kept = re.sub(r"TASK \[[^\n]*\n(?:skipping: [^\n]*\n)+", "", output)
    lines = [re.sub(r" \*{3,}$", "", line) for line in kept.splitlines()]
    return "\n".join(line for line in lines if line.strip() and not line.startswith("included: "))

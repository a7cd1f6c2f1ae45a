# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Playbooks as users run them: in a folder of their own, against a local Azure, with its output to look at."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.checks import support
from tests.emulator.process import Emulator, running_emulator

SECONDS = 120
# The subscription that examples name, which is nobody's.
PLACEHOLDER = "00000000-0000-0000-0000-000000000000"
QUIET = {
    "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0",
    "ANSIBLE_LOCALHOST_WARNING": "0",
}
# YAML is JSON's superset, and Ansible reads both: nothing of a text has to be quoted by hand.
HEAD: Mapping[str, Any] = {
    "hosts": "localhost",
    "connection": "local",
    "gather_facts": False,
}
INTERPRETER = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}


@dataclass(frozen=True)
class Place:
    """A local Azure and the folder that a user works in."""

    azure: Emulator
    directory: Path
    variables: Mapping[str, str] = field(default_factory=dict, kw_only=True)

    def run(self, *argv: str | Path) -> support.Outcome:
        """A program of Ansible with the credentials in its environment."""
        environment = support.environment({**QUIET, **self.azure.environment, **self.variables})
        program = support.tool(str(argv[0]))
        return support.execute(program, *argv[1:], seconds=SECONDS, cwd=self.directory, env=environment)

    def succeed(self, *argv: str | Path) -> str:
        """The output of a program that has to succeed."""
        outcome = self.run(*argv)
        if outcome.returncode:
            pytest.fail(f"exit code {outcome.returncode} from {argv[0]}:\n{outcome.output}", pytrace=False)
        return outcome.output

    def write(self, name: str, content: object) -> Path:
        """A file of this content in the folder."""
        path = self.directory / name
        path.write_text(json.dumps(content, indent=1), encoding="utf-8")
        return path

    def play(self, *tasks: Mapping[str, Any], **variables: Any) -> dict[str, Any]:
        return {**HEAD, "name": "Play", "vars": {**INTERPRETER, **variables}, "tasks": list(tasks)}

    def alias(self, name: str = "granitefalls") -> tuple[str, int] | None:
        """Where an alias leads and its TTL, or V(None) if there is none."""
        found = self.azure.control.record_sets("contoso.com").get((name, "CNAME"))
        return (found["CNAMERecord"]["cname"], found["TTL"]) if found else None


@contextmanager
def place(directory: Path, seed: Mapping[str, Any] | None = None) -> Iterator[Place]:
    """A place with an Azure that ends with it."""
    with running_emulator(seed) as azure:
        yield Place(azure, directory)

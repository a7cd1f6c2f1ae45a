# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How an outside tool becomes a test: it runs in a group of its own, within a time limit, and fails with its output."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.emulator import background
from tools import ansible_test, trees

BIN = trees.ROOT / ".venv" / "bin"
HOME = trees.CACHE / "home"
BYTECODE = trees.ROOT / "tests" / "bytecode"
KEPT_MODULES = {
    "ANSIBLE_CALLBACK_PLUGINS": str(trees.ROOT / "tests" / "callbacks"),
    "ANSIBLE_CALLBACKS_ENABLED": "kept_modules",
}
# What this run of the tests was started with, and concerns no program that it starts.
OURS = (
    *("PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "FORCE_COLOR"),
    *("PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER"),
    *("MAKEFLAGS", "MAKEOVERRIDES", "MAKELEVEL", "MFLAGS", "ARGS"),
)
ESCAPES = re.compile(r"\x1b(\[[0-9;]*[A-Za-z]|\]8;[^\x1b\x07]*(\x1b\\|\x07))")


@dataclass(frozen=True)
class Outcome:
    """What a finished command left: its exit code and both of its outputs in the order they were written."""

    returncode: int
    output: str


def environment(extra: Mapping[str, str] | None = None, *, python_bin: Path = BIN) -> dict[str, str]:
    """The environment of every tool: this repository's programs first, no shims, and no use of the user's own home.

    Archives that Ansible packs modules into are kept, and so is the bytecode of whatever archives it imports from.
    """
    inherited = [part for part in os.environ.get("PATH", os.defpath).split(os.pathsep) if not part.endswith("/shims")]
    HOME.mkdir(parents=True, exist_ok=True)
    base = {
        **os.environ,
        **KEPT_MODULES,
        "HOME": str(HOME),
        "PATH": os.pathsep.join([str(python_bin), *(part for part in inherited if part != str(python_bin))]),
        "ANSIBLE_COLLECTIONS_PATH": str(trees.live_tree()),
        "ANSIBLE_NOCOLOR": "1",
        "NO_COLOR": "1",
        "PY_COLORS": "0",
    }
    for name in OURS:
        base.pop(name, None)
    own = dict(extra or {})
    own["PYTHONPATH"] = os.pathsep.join(filter(None, (own.get("PYTHONPATH"), str(BYTECODE))))
    return {**base, **own}


def execute(*argv: str | Path, seconds: float, cwd: Path = trees.ROOT, env: Mapping[str, str] | None = None) -> Outcome:
    """Run a command to its end and return what it left; past the limit the command and its children are ended."""
    with subprocess.Popen(
        argv,
        cwd=cwd,
        env=environment() if env is None else dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    ) as process:
        try:
            output = process.communicate(timeout=seconds)[0]
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            output = f"{process.communicate()[0]}\nended: not finished after {seconds:.0f} s"
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    return Outcome(process.returncode, ESCAPES.sub("", output))


def check(
    *argv: str | Path,
    seconds: float = 300,
    cwd: Path = trees.ROOT,
    env: Mapping[str, str] | None = None,
    never: Iterable[str] = (),
) -> str:
    """Run a command and fail the test, showing all it said, unless it succeeds without saying any of ``never``."""
    outcome = execute(*argv, seconds=seconds, cwd=cwd, env=env)
    said = [text for text in never if text in outcome.output]
    if outcome.returncode or said:
        reason = f"it said {said[0]!r}" if said else f"exit code {outcome.returncode}"
        command = " ".join(str(argument) for argument in argv)
        pytest.fail(f"{reason} from: {command}\n{outcome.output}", pytrace=False)
    return outcome.output


def tool(name: str) -> Path:
    """The program of this name in the development environment."""
    return BIN / name


def files(*patterns: str) -> list[str]:
    """Source files whose path matches one of the shell patterns (``*`` also matches a slash)."""
    return [name for name in trees.source_files() if any(fnmatch(name, pattern) for pattern in patterns)]


def plugin_names(kind: str) -> set[str]:
    """The short names of all modules, filters or roles, read off the tree."""
    if kind == "role":
        return {name.split("/")[1] for name in files("roles/*/meta/argument_specs.yml")}
    if kind == "filter":
        return {Path(name).stem for name in files("plugins/filter/*.yml")}
    return {Path(name).stem for name in files("plugins/modules/*.py")}


def scenarios() -> list[str]:
    """The names of all molecule scenarios."""
    return sorted(Path(name).parent.name for name in files("extensions/molecule/*/molecule.yml"))


def molecule(command: str, scenario: str, python: Path, scratch: Path) -> None:
    """Run one scenario with the Ansible of the environment that ``python`` belongs to, in folders of its own.

    :param command: C(test) for all of its steps, C(check) for those that every ansible-core has to take.
    """
    extra = {
        "ANSIBLE_HOME": str(scratch / "ansible"),
        "MOLECULE_EPHEMERAL_DIRECTORY": str(scratch / "molecule"),
        "XDG_CACHE_HOME": str(scratch / "cache"),
    }
    env = environment(extra, python_bin=python.parent)
    extensions = trees.live_tree() / trees.NAMESPACE_PATH / "extensions"
    try:
        check(python.parent / "molecule", command, "--scenario-name", scenario, cwd=extensions, env=env, seconds=600)
    finally:
        # Of the commands of molecule only one cleans up after a failure.
        background.stop(scratch / "molecule" / "azure")


def sanity(python: Path, *arguments: str, purpose: str = "sanity") -> str:
    """Run ansible-test sanity of the ansible-core that belongs to ``python``, and return what it said.

    :param purpose: runs side by side take different ones, each with a copy of the tree for itself.
    """
    run = ansible_test.prepare(f"{purpose}-{python.parent.parent.name}", python.parent)
    argv = [*run.argv, "sanity", "--color", "no", "--python", run.python_version, *arguments]
    env = environment(run.env, python_bin=python.parent)
    return check(*argv, cwd=run.cwd, env=env, seconds=600, never=[ansible_test.NOTHING_TESTED])

#!/usr/bin/env python
# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ansible-test, made to work on any machine: a copy of the tree, a home of its own, and pip without its download host.

``ansible_test.py sanity …`` runs it by hand; the checks under tests/checks call ``prepare``.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools import trees

HOME = trees.CACHE / "home"
NOTHING_TESTED = "All targets skipped"

# ansible-test makes its environments without pip and then downloads an installer from a host of its own. This one,
# in the place where it looks first, uses the pip that every Python brings along. The names end in the version of
# the installer that ansible-core 2.19 and 2.20 (and newer) want.
PIP_INSTALLERS = ("get_pip_24_2.py", "get_pip_25_2.py")
PIP_INSTALLER = """\
import subprocess, sys
args = [a for a in sys.argv[1:] if a not in ("--no-setuptools", "--no-wheel")]
subprocess.check_call([sys.executable, "-m", "ensurepip", "--upgrade"], stdout=subprocess.DEVNULL)
subprocess.check_call([sys.executable, "-m", "pip", "install", "--upgrade"] + args, stdout=subprocess.DEVNULL)
"""


@dataclass(frozen=True)
class Prepared:
    """Where and how to start ansible-test."""

    argv: tuple[str, ...]
    cwd: Path
    env: dict[str, str]
    python_version: str


def _install_pip_installers() -> None:
    folder = HOME / ".ansible" / "test" / "cache"
    folder.mkdir(parents=True, exist_ok=True)
    for name in PIP_INSTALLERS:
        installer = folder / name
        if not installer.is_file() or installer.read_text(encoding="utf-8") != PIP_INSTALLER:
            installer.write_text(PIP_INSTALLER, encoding="utf-8")


def _python_version(python: Path) -> str:
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    return subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def _path(bin_folder: Path) -> str:
    """The search path with the real interpreters and without shims, which ansible-test takes for interpreters."""
    inherited = [part for part in os.environ.get("PATH", os.defpath).split(os.pathsep) if not part.endswith("/shims")]
    return os.pathsep.join([str(bin_folder), *inherited])


def prepare(purpose: str, bin_folder: Path) -> Prepared:
    """Copy the tree for this purpose and say how ansible-test of this environment is started in it."""
    _install_pip_installers()
    env = {"HOME": str(HOME), "PATH": _path(bin_folder)}
    argv = (str(bin_folder / "ansible-test"),)
    return Prepared(argv, trees.test_tree(purpose), env, _python_version(bin_folder / "python"))


def main() -> int:
    run = prepare("by-hand", trees.ROOT / ".venv" / "bin")
    return subprocess.run(
        [*run.argv, *sys.argv[1:]], cwd=run.cwd, env={**os.environ, **run.env}, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())

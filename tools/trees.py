#!/usr/bin/env python
# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checkout under the name that Ansible needs: ``…/ansible_collections/configmgr/cmg``.

Nearly every tool follows a symbolic link (``live_tree``) and so sees each edit at once.
``ansible-test`` resolves the link and then misses the folder names, so it works in a copy (``test_tree``).
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
NAMESPACE_PATH = Path("ansible_collections/configmgr/cmg")
KEPT_IN_COPY = {".git", "tests/output"}


def live_tree() -> Path:
    """The folder to put on ANSIBLE_COLLECTIONS_PATH and PYTHONPATH; made when it is missing."""
    tree = CACHE / "live"
    link = tree / NAMESPACE_PATH
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.is_symlink() or link.resolve() != ROOT:
        fresh = link.with_name(f".cmg-{os.getpid()}")
        fresh.symlink_to(os.path.relpath(ROOT, link.parent), target_is_directory=True)
        fresh.replace(link)
    return tree


def source_files() -> list[str]:
    """What belongs to the collection's source: tracked files and new ones, without ignored ones."""
    argv = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return sorted({name for name in listing.split("\0") if name and (ROOT / name).is_file()})


def _is_same(source: Path, target: Path) -> bool:
    if not target.is_file():
        return False
    here, there = source.stat(), target.stat()
    return (here.st_size, here.st_mtime_ns, here.st_mode) == (there.st_size, there.st_mtime_ns, there.st_mode)


def _remove_strangers(target: Path, names: set[str]) -> None:
    for path in sorted(target.rglob("*"), reverse=True):
        name = path.relative_to(target).as_posix()
        if any(name == kept or name.startswith(f"{kept}/") for kept in KEPT_IN_COPY):
            continue
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif name not in names:
            path.unlink()


def synchronise(target: Path) -> Path:
    """Make ``target`` equal to the source files; only what differs is copied."""
    names = source_files()
    target.mkdir(parents=True, exist_ok=True)
    _remove_strangers(target, set(names))
    for name in names:
        source, copy = ROOT / name, target / name
        if not _is_same(source, copy):
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy)
    return target


def test_tree(purpose: str) -> Path:
    """A copy for one run of ``ansible-test``; runs side by side take different purposes.

    Without a repository of its own the copy counts as ignored by this one: ansible-test would then see no file
    at all and call that a success.
    """
    target = synchronise(CACHE / "test" / purpose / NAMESPACE_PATH)
    if not (target / ".git").is_dir():
        subprocess.run(["git", "init", "--quiet", target], check=True)
    return target


def main() -> None:
    live_tree()


if __name__ == "__main__":
    main()

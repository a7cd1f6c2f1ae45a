# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keeps the archives that Ansible packs modules into from one playbook of the tests to the next.

Ansible keeps an archive for one run, and to make it reads and parses each file that a module imports: for a module of
this collection that takes about as long as the module itself. Which archives are the same is told by the content of all
files that can be part of them.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import shutil
import sys
from pathlib import Path
from typing import Any

from ansible import constants
from ansible.plugins.callback import CallbackBase
from ansible.release import __version__ as core_version

DOCUMENTATION = """
name: kept_modules
type: aggregate
short_description: Keeps archives of modules from one playbook to the next
description: Keeps the archives that modules are packed into from one playbook of the tests to the next.
"""

KEPT = Path(__file__).resolve().parents[2] / ".cache" / "modules"
COLLECTION = "ansible_collections.configmgr.cmg"
# Archives of other collections change with collections whose content is not looked at here.
NAMES = (f"{COLLECTION}.*", "ansible.modules.*")


def digest(collection: Path) -> str:
    """One name for all that goes into archives: what the collection, Ansible and Python have in them."""
    found = hashlib.sha256(f"{core_version} {sys.version}".encode())
    for path in (collection / "meta" / "runtime.yml", *sorted(collection.glob("plugins/module*/**/*.py"))):
        content = path.read_bytes()
        found.update(f"\n{path.relative_to(collection)} {len(content)}\n".encode() + content)
    return found.hexdigest()


class CallbackModule(CallbackBase):
    """Puts kept archives where Ansible looks for those of this run, and keeps new ones when it has ended."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "kept_modules"
    CALLBACK_NEEDS_ENABLED = True

    def v2_playbook_on_start(self, _playbook: Any) -> None:
        self._kept = KEPT / digest(Path(importlib.import_module(COLLECTION).__path__[0]))
        self._kept.mkdir(parents=True, exist_ok=True)
        self._made = Path(vars(constants)["DEFAULT_LOCAL_TMP"]) / "ansiballz_cache"
        self._made.mkdir(exist_ok=True)
        for path in self._kept.iterdir():
            (self._made / path.name).symlink_to(path)

    def v2_playbook_on_stats(self, _stats: Any) -> None:
        for path in (path for names in NAMES for path in self._made.glob(names)):
            if path.suffix != ".lock" and not path.is_symlink():
                part = self._kept / f".{os.getpid()}"
                shutil.copyfile(path, part)
                part.rename(self._kept / path.name)

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Python keeps the bytecode of source files, but not of those in archives. With this folder on PYTHONPATH it does.

Ansible packs each module and what it imports into an archive, so that every task compiles all of it again: half of the
time that a module takes. Bytecode is found by the content of its source, so that it can never be that of another one.

Garbage is collected less often as well: programs that live for seconds look through all that they have just made.
"""

from __future__ import annotations

import gc
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import source_hash
from os import sep
from zipimport import zipimporter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType

    from _typeshed import ReadableBuffer

KEPT = f"{__file__.rpartition('/tests/')[0]}/.cache/bytecode"


class _Source(SourceFileLoader):
    """A source file in an archive, whose bytecode is looked for where it is kept."""

    def __init__(self, fullname: str, path: str, source: bytes) -> None:
        super().__init__(fullname, path)
        self._source = source
        self._kept = f"{KEPT}/{sys.implementation.cache_tag}/{fullname}-{source_hash(source).hex()}.pyc"

    def path_stats(self, path: str) -> dict[str, float]:
        """Nothing but what is the same for one content, whatever archive C(path) lies in."""
        return {"mtime": 0, "size": len(self._source) if path == self.path else 0}

    def get_data(self, path: str) -> bytes:
        return self._source if path == self.path else super().get_data(self._kept)

    def set_data(self, path: str, data: ReadableBuffer, *, _mode: int = 0o666) -> None:
        super().set_data(self._kept if path != self.path else path, data, _mode=_mode)


class Importer(zipimporter):
    """Imports out of an archive. The one that this takes the place of compiles twice: also to find the file's name."""

    def get_filename(self, fullname: str) -> str:
        end = f"{sep}__init__.py" if self.is_package(fullname) else ".py"
        return f"{self.archive}{sep}{self.prefix}{fullname.rpartition('.')[2]}{end}"

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        code = _Source(fullname, path, self.get_data(path)).get_code(fullname)
        assert code is not None
        return code


sys.path_hooks[sys.path_hooks.index(zipimporter)] = Importer
gc.set_threshold(100_000)

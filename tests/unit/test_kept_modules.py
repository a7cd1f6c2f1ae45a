# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever goes into an archive, a change of it leads to another archive: no test ever runs an old module."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.callbacks.kept_modules import digest

FILES = {
    "meta/runtime.yml": "requires_ansible: '>=2.19.0'",
    "plugins/modules/one.py": "from ..module_utils._core import two",
    "plugins/module_utils/_core/two.py": "TWO = 2",
}


def collection(folder: Path, **changes: str) -> Path:
    for name, content in {**FILES, **changes}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return folder


def test_a_copy_has_the_same_archives(tmp_path: Path) -> None:
    assert digest(collection(tmp_path / "here")) == digest(collection(tmp_path / "there"))


@pytest.mark.parametrize("name", [*FILES, "plugins/modules/new.py", "plugins/module_utils/_core/new/three.py"])
def test_a_change_leads_to_other_archives(tmp_path: Path, name: str) -> None:
    changed = collection(tmp_path / "changed", **{name: "# changed"})
    assert digest(changed) != digest(collection(tmp_path / "original"))


def test_what_moves_from_one_file_to_the_next_is_a_change(tmp_path: Path) -> None:
    one, two = (f"plugins/modules/{name}.py" for name in ("one", "two"))
    pages = [collection(tmp_path / name, **{one: a, two: b}) for name, a, b in (("x", "1\n", ""), ("y", "", "1\n"))]
    assert digest(pages[0]) != digest(pages[1])

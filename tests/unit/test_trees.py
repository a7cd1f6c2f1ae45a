# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tools import trees

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "source"
    root.mkdir()
    monkeypatch.setattr(trees, "ROOT", root)
    monkeypatch.setattr(trees, "CACHE", root / ".cache")
    monkeypatch.setattr(trees, "source_files", lambda: [p.name for p in sorted(root.iterdir()) if p.is_file()])
    return root


def test_the_live_tree_shows_an_edit_at_once(source: Path) -> None:
    link = trees.live_tree() / trees.NAMESPACE_PATH
    (source / "galaxy.yml").write_text("version: 1.0.0\n")
    assert (link / "galaxy.yml").read_text() == "version: 1.0.0\n"


def test_the_live_tree_survives_a_move_of_the_checkout(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trees.live_tree()
    moved = source.rename(source.with_name("moved"))
    monkeypatch.setattr(trees, "ROOT", moved)
    monkeypatch.setattr(trees, "CACHE", moved / ".cache")
    assert (trees.live_tree() / trees.NAMESPACE_PATH).resolve() == moved


def test_a_copy_follows_changes_and_removals_but_keeps_output(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy"
    (source / "kept").write_text("one")
    (source / "gone").write_text("two")
    trees.synchronise(target)
    output = target / "tests" / "output" / "junit"
    output.mkdir(parents=True)
    (output / "result.xml").write_text("<testsuites/>")
    (source / "gone").unlink()
    (source / "kept").write_text("three")
    trees.synchronise(target)
    assert sorted(p.relative_to(target).as_posix() for p in target.rglob("*") if p.is_file()) == [
        "kept",
        "tests/output/junit/result.xml",
    ]
    assert (target / "kept").read_text() == "three"


def test_a_copy_has_a_repository_of_its_own(source: Path) -> None:
    (source / "galaxy.yml").write_text("version: 1.0.0\n")
    assert (trees.test_tree("sanity") / ".git").is_dir()

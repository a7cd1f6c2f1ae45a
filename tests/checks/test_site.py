# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documentation site builds without a warning, and everything in the guides leads somewhere."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from pathlib import Path

import pytest

from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.document import SCHEMA
from ansible_collections.configmgr.cmg.plugins.module_utils._core.rule_pages import PAGE, SITE, rule_url
from tests.checks import packaging, support
from tools import generate_rules, trees

GUIDES = sorted((trees.ROOT / "docs" / "docsite" / "rst").glob("*.rst"))
LABEL = re.compile(r"^\.\. _([\w.-]+):$", re.MULTILINE)
REFERENCE = re.compile(r":ref:`(?:[^`<]*<)?([\w.-]+)>?`")
OWN = "ansible_collections.configmgr.cmg."


def labels() -> set[str]:
    return {label for path in GUIDES for label in LABEL.findall(path.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("guide", [path.stem for path in GUIDES])
def test_references_of_a_guide_lead_somewhere(guide: str) -> None:
    text = (GUIDES[0].parent / f"{guide}.rst").read_text(encoding="utf-8")
    own = {reference for reference in REFERENCE.findall(text) if reference.startswith(OWN)}
    assert own <= labels()


def test_every_guide_is_in_the_table_of_contents() -> None:
    listed = (trees.ROOT / "docs" / "docsite" / "extra-docs.yml").read_text(encoding="utf-8")
    assert set(re.findall(r"^\s+- (\w+_guide)$", listed, re.MULTILINE)) == {path.stem for path in GUIDES}


def digest_of_sources() -> str:
    """What tells one content of all files that a page may be made from, or be made by, from another."""
    names = [name for name in trees.source_files() if not name.startswith("tests/") or "/site." in name]
    contents = [name.encode() + b"\0" + hashlib.sha256((trees.ROOT / name).read_bytes()).digest() for name in names]
    return hashlib.sha256(b"".join(contents)).hexdigest()


def built(scratch: Path) -> Path:
    """The pages, as they are made of the sources now. A build without a warning is kept until the sources change."""
    kept = trees.CACHE / "site"
    pages = kept / digest_of_sources()
    if not pages.is_dir():
        support.check(support.tool("python"), "-m", "tools.site", "--offline", scratch / "site", seconds=300)
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(scratch / "site" / "build" / "html", kept / "new")
        (kept / "new").rename(pages)
    return pages


@pytest.mark.cost(29)
def test_the_site_builds(tmp_path: Path) -> None:
    packaging.programs_of("site")
    pages = built(tmp_path)
    assert all((pages / "docsite" / f"{path.stem}.html").is_file() for path in GUIDES)
    for schema in (trees.ROOT / "docs" / "schemas").iterdir():
        content = json.loads((pages / "schemas" / schema.name).read_text(encoding="utf-8"))
        assert content["$id"] == f"{SITE}schemas/{schema.name}"
    assert (pages / SCHEMA.removeprefix(SITE)).is_file()
    anchors = re.findall(r' id="([^"]+)"', (pages / PAGE).read_text(encoding="utf-8"))
    wanted = {rule_url(rule.id) for rule in generate_rules.rules()}
    assert wanted <= {f"{SITE}{PAGE}#{anchor}" for anchor in anchors}

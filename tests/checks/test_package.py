# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The artifact: it builds, holds nothing of the workshop, installs, and answers by its own names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.checks import support
from tools import trees

SHIPPED = {
    ".reuse",
    "CHANGELOG.md",
    "CHANGELOG.rst",
    "CODE_OF_CONDUCT.md",
    "CONTRIBUTING.md",
    "COPYING",
    "FILES.json",
    "LICENSES",
    "MANIFEST.json",
    "README.md",
    "REUSE.toml",
    "SECURITY.md",
    "TESTING.md",
    "changelogs",
    "docs",
    "examples",
    "extensions",
    "meta",
    "playbooks",
    "plugins",
    "roles",
    "tests",
}


def _env(installed: Path) -> dict[str, str]:
    return support.environment({"ANSIBLE_COLLECTIONS_PATH": str(installed)})


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for ANSIBLE_COLLECTIONS_PATH that holds the collection as a user gets it."""
    folder = tmp_path_factory.mktemp("package")
    galaxy = support.tool("ansible-galaxy")
    support.check(galaxy, "collection", "build", "--output-path", folder, cwd=trees.test_tree("package"))
    artifact = next(folder.glob("configmgr-cmg-*.tar.gz"))
    target = ("--collections-path", folder)
    support.check(galaxy, "collection", "install", "--offline", "--no-deps", *target, artifact, env=_env(folder))
    return folder


def test_contents(installed: Path) -> None:
    root = installed / trees.NAMESPACE_PATH
    assert {path.name for path in root.iterdir()} <= SHIPPED
    assert [path.name for path in (root / "tests").iterdir()] == ["config.yml"]
    assert not [path for path in root.rglob("*") if path.name in {"__pycache__", ".git", ".cache"}]


def test_every_plugin_has_documentation(installed: Path) -> None:
    env = _env(installed)
    for kind in ("module", "filter", "role"):
        names = sorted(support.plugin_names(kind))
        listing = support.check(support.tool("ansible-doc"), "--list", "--json", "-t", kind, "configmgr.cmg", env=env)
        assert sorted(json.loads(listing[listing.index("{") :])) == [f"configmgr.cmg.{name}" for name in names]


@pytest.mark.parametrize(
    "playbook", [Path(name).stem for name in support.files("playbooks/*.yml") if name.count("/") == 1]
)
def test_playbook_is_callable_by_name(installed: Path, playbook: str) -> None:
    program = support.tool("ansible-playbook")
    name = f"configmgr.cmg.{playbook}"
    support.check(program, "--syntax-check", "-i", "localhost,", name, env=_env(installed), cwd=installed)

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Formatting, lint, types, YAML, licences and playbook style; the settings are the files in the root."""

from __future__ import annotations

import pytest

from tests.checks import support
from tools import trees

PYTHON_PACKAGES = ("benchmarks", "examples", "extensions", "tests", "tools")


def test_ruff_format() -> None:
    support.check(support.tool("ruff"), "format", "--diff", ".")


def test_ruff_lint() -> None:
    support.check(support.tool("ruff"), "check", "--output-format", "concise", ".")


@pytest.mark.cost(25)
def test_mypy() -> None:
    plugins = trees.live_tree() / trees.NAMESPACE_PATH / "plugins"
    folders = [name for name in PYTHON_PACKAGES if support.files(f"{name}/*.py")]
    output = support.check(support.tool("mypy"), plugins, *folders)
    assert "Success: no issues found" in output


def test_yamllint() -> None:
    yaml_files = support.files("*.yml", "*.yaml", ".*lint*")
    assert yaml_files
    support.check(support.tool("yamllint"), "--strict", *yaml_files)


def test_reuse() -> None:
    """Each file names its licence and its copyright holder, and the text of the licence is there."""
    support.check(support.tool("reuse"), "lint-file", "--lines", *trees.source_files())


@pytest.mark.cost(15)
def test_ansible_lint() -> None:
    """The production profile with nothing skipped."""
    output = support.check(support.tool("ansible-lint"), "--offline", "--strict", never=["No files", " 0 files"])
    assert "Passed: 0 failure(s), 0 warning(s)" in output
    assert "Profile 'production' was required, and it passed" in output


@pytest.mark.parametrize("name", support.files("*.sh", ".ci/run", "examples/demo/run"))
def test_shell_syntax(name: str) -> None:
    support.check("bash", "-n", name)

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every module that judges gateways documents findings and summary in the same words."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools import trees

MODULES = sorted(trees.ROOT.glob("plugins/modules/*.py"))


@cache
def returned(path: Path) -> dict[str, Any]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "RETURN":
            documented: dict[str, Any] = yaml.safe_load(ast.literal_eval(node.value))
            return documented
    return {}


JUDGING = [path for path in MODULES if "findings" in returned(path)]
FIRST = returned(JUDGING[0])


@pytest.mark.parametrize("path", JUDGING, ids=lambda path: path.stem)
def test_a_finding_is_documented_the_same_everywhere(path: Path) -> None:
    assert returned(path)["findings"]["contains"] == FIRST["findings"]["contains"]


@pytest.mark.parametrize("path", JUDGING, ids=lambda path: path.stem)
def test_the_findings_of_a_gateway_are_findings(path: Path) -> None:
    gateways = returned(path).get("gateways")
    if gateways is not None:
        assert gateways["contains"]["findings"]["contains"] == FIRST["findings"]["contains"]


@pytest.mark.parametrize("path", JUDGING, ids=lambda path: path.stem)
def test_a_summary_is_documented_the_same_everywhere(path: Path) -> None:
    """A module may count more than the others; what all count it counts in the same words."""
    counted = returned(path)["summary"]["contains"]
    assert {name: counted.get(name) for name in FIRST["summary"]["contains"]} == FIRST["summary"]["contains"]

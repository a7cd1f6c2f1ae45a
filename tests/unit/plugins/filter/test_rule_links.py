# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever shows a failed rule to a person leads to the page that explains it."""

from __future__ import annotations

import json

from junitparser import JUnitXml

from ansible_collections.configmgr.cmg.plugins.filter.to_junit import to_junit
from ansible_collections.configmgr.cmg.plugins.filter.to_lines import to_lines
from ansible_collections.configmgr.cmg.plugins.filter.to_markdown import to_markdown
from ansible_collections.configmgr.cmg.plugins.filter.to_sarif import to_sarif
from ansible_collections.configmgr.cmg.plugins.module_utils._core.rule_pages import rule_url
from tests.unit import results_factory as results
from tools import trees

RULE = "PREFIX-006"
DECLARATION = trees.ROOT / "examples" / "gateways.yml"
RESULT = results.names_result({"service_name": results.BAD, "region": "westus", "site_version": "2503"})


def test_lines() -> None:
    assert f"    rule:      {rule_url(RULE)}" in to_lines(RESULT)


def test_junit() -> None:
    document = JUnitXml.fromstring(to_junit(RESULT).encode())
    failure = next(failure for failure in document._elem.iter("failure") if failure.get("type") == RULE)
    assert rule_url(RULE) in failure.text


def test_markdown() -> None:
    assert f"[**{RULE}**]({rule_url(RULE)})" in to_markdown(RESULT)


def test_sarif() -> None:
    (run,) = json.loads(to_sarif(RESULT, str(DECLARATION), root=str(trees.ROOT)))["runs"]
    links = {rule["id"]: rule["helpUri"] for rule in run["tool"]["driver"]["rules"]}
    assert links == {rule: rule_url(rule) for rule in links}
    assert RULE in links

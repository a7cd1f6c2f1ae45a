# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The shape that all modules share."""

from __future__ import annotations

from datetime import date

from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Acceptance, Finding, Rule, Severity
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import Gateway
from ansible_collections.configmgr.cmg.plugins.module_utils._core.results import Judged, results_of

TODAY = date(2026, 11, 21)


def finding(gateway: str, severity: Severity) -> Finding:
    rule = Rule("TEST-001", "A title", severity, ("A page",))
    return rule.finding(gateway=gateway, subject="s", observed="o", expected="e", remedy="r")


def test_one_entry_for_each_gateway_and_everything_worst_first() -> None:
    gateways = [Gateway("a", "westus"), Gateway("b", "westus")]
    judged = [
        ({"fact": 1}, [finding("a", Severity.INFO), finding("a", Severity.WARNING)]),
        ({"fact": 2}, [finding("b", Severity.ERROR)]),
    ]
    results = results_of(gateways, judged, TODAY)
    assert [entry["fact"] for entry in results["gateways"]] == [1, 2]
    assert [entry["valid"] for entry in results["gateways"]] == [True, False]
    assert [one["severity"] for one in results["gateways"][0]["findings"]] == ["warning", "info"]
    assert [one["gateway"] for one in results["findings"]] == ["b", "a", "a"]
    assert results["summary"] == {"errors": 1, "warnings": 1, "infos": 1, "not_checked": 0, "accepted": 0}
    assert results["valid"] is False


def test_what_is_accepted_does_not_count() -> None:
    gateways = [Gateway("a", "westus", accept=(Acceptance("TEST-001", "known", TODAY),)), Gateway("b", "westus")]
    judged: list[Judged] = [({}, [finding("a", Severity.ERROR)]), ({}, [finding("b", Severity.WARNING)])]
    results = results_of(gateways, judged, TODAY)
    assert results["valid"] is True
    assert results["gateways"][0]["findings"][0]["status"] == "accepted"
    assert results["summary"]["accepted"] == 1


def test_no_gateways() -> None:
    results = results_of([], [], TODAY)
    assert (results["gateways"], results["findings"], results["valid"]) == ([], [], True)

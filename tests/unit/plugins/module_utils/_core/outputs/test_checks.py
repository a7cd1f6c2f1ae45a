# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is read of a result, and which cases it becomes."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.judge import Tolerance
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.taxonomy import State
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Severity, Status
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.checks import (
    Check,
    Outcome,
    Policy,
    checks_of,
    policy_of,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.report import report_of
from tests.unit import results_factory as results
from tests.unit.plugins.module_utils._core.drift import cases

OLD = {"authoritative": cases.everywhere(cases.cname(cases.OLD)), "probes": ()}
SILENT = {"authoritative": tuple(cases.silent(number=number) for number in range(4)), "probes": ()}
HALF_SILENT = {
    "authoritative": (*cases.everywhere(cases.cname())[:3], cases.silent(number=3)),
}
RESOLVER_OLD = {"recursive": (cases.resolver(cases.cname(cases.OLD, ttl=1200)),)}
TOLERATED = (Tolerance("wrong_target", "We know."),)


def outcomes(result: Any, policy: Policy | None = None) -> dict[str, str]:
    checks = checks_of(report_of(result), policy or Policy())
    return {f"{check.gateway}: {check.subject}": str(check.outcome) for check in checks}


def layers(result: Any, policy: Policy | None = None) -> dict[str, str]:
    return {name.partition(": ")[2]: outcome for name, outcome in outcomes(result, policy).items()}


@pytest.mark.parametrize(
    ("changes", "policy", "expected"),
    [
        ({}, Policy(), {}),
        (OLD, Policy(), {"authoritative": "failed"}),
        (OLD, Policy(states=frozenset()), {"authoritative": "remark"}),
        (SILENT, Policy(), {"authoritative": "unknown"}),
        (SILENT, Policy(frozenset({State.UNKNOWN})), {"authoritative": "failed"}),
        (HALF_SILENT, Policy(), {"authoritative": "unknown"}),
        (RESOLVER_OLD, Policy(), {"recursive": "remark"}),
        (RESOLVER_OLD, Policy(frozenset({State.PROPAGATING})), {"recursive": "failed"}),
        ({"plane": None}, Policy(), {"plane": "unknown"}),
        ({"served": None, "recursive": None}, Policy(), {"served": "unknown", "recursive": "unknown"}),
    ],
)
def test_an_alias_has_a_case_for_each_layer(changes: dict[str, Any], policy: Policy, expected: dict[str, str]) -> None:
    every = dict.fromkeys(("plane", "authoritative", "recursive", "target", "served"), "passed")
    assert layers(results.drift_result(changes), policy) == {**every, **expected}


def test_why_a_layer_was_not_looked_at_is_told() -> None:
    report = report_of(results.drift_result({"plane": None, "skipped": {"plane": "No credentials."}, "served": None}))
    notes = {check.subject: check.note for check in checks_of(report, Policy())}
    assert notes["plane"] == "No credentials."
    assert notes["served"] == "This layer was not asked for."


def test_what_is_tolerated_does_not_fail() -> None:
    report = report_of(results.drift_result(OLD, tolerances=TOLERATED))
    assert [(problem.status, problem.remedy) for problem in report.problems] == [
        (Status.ACCEPTED, "Accepted: We know.")
    ]
    assert layers(results.drift_result(OLD, tolerances=TOLERATED))["authoritative"] == "remark"
    assert report.valid


def test_a_gateway_has_a_case_for_each_subject_and_one_for_the_rest() -> None:
    assert outcomes(results.names_result()) == {
        f"{results.GOOD}: other rules": "passed",
        f"{results.BAD}: prefix": "failed",
        f"{results.BAD}: other rules": "passed",
    }


@pytest.mark.parametrize(
    ("threshold", "severity", "status", "expected"),
    [
        ("error", "critical", "failed", Outcome.FAILED),
        ("error", "error", "failed", Outcome.FAILED),
        ("error", "warning", "failed", Outcome.REMARK),
        ("warning", "warning", "failed", Outcome.FAILED),
        ("critical", "error", "failed", Outcome.REMARK),
        ("never", "critical", "failed", Outcome.REMARK),
        ("info", "error", "accepted", Outcome.REMARK),
        ("info", "error", "not_checked", Outcome.UNKNOWN),
    ],
)
def test_the_threshold_decides(threshold: str, severity: str, status: str, expected: Outcome) -> None:
    finding = {**results.telling("text")["findings"][0], "severity": severity, "status": status}
    assert checks_of(report_of([finding]), policy_of(["drift"], threshold))[0].outcome is expected


@pytest.mark.parametrize(
    ("states", "threshold", "message"),
    [
        (["drifting"], "error", "in_sync, propagating, unknown, drift"),
        (7, "error", "fail_on is 7"),
        (["drift"], "fatal", "threshold is 'fatal'"),
    ],
)
def test_a_policy_that_there_is_none_of(states: Any, threshold: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        policy_of(states, threshold)


def test_one_state_needs_no_list() -> None:
    assert policy_of("drift", "error") == Policy(frozenset({State.DRIFT}), Severity.ERROR)


def test_a_failed_task_is_an_error() -> None:
    report = report_of(results.failed_result("No zone."))
    assert checks_of(report, Policy()) == [Check("task", "task", Outcome.ERROR, note="No zone.")]
    assert not report.valid


def test_a_task_that_failed_half_way_keeps_what_it_found() -> None:
    report = report_of({**results.names_result(), **results.failed_result()})
    assert [check.outcome for check in checks_of(report, Policy())].count(Outcome.FAILED) == 1
    assert report.failure == results.failed_result()["msg"]


@pytest.mark.parametrize("result", ["text", 7, None, {}, {"findings": "text"}, [{"rule": "X"}], {"findings": [7]}])
def test_what_is_no_result_is_refused(result: Any) -> None:
    with pytest.raises(InvalidInput):
        report_of(result)


def test_a_damaged_alias_is_refused_by_name() -> None:
    result = results.drift_result(OLD)
    del result["aliases"][0]["findings"][0]["layer"]
    with pytest.raises(InvalidInput, match=r"granitefalls.contoso.com\. is not as configmgr.cmg.dns_drift_info"):
        report_of(result)


def test_drift_findings_are_told_once() -> None:
    report = report_of(results.broken())
    assert [problem.alias for problem in report.problems].count(None) == 0
    assert len(report.problems) == len(results.broken()["findings"])
    assert {problem.rule for problem in report.problems} == {f["rule"] for f in results.broken()["findings"]}


def test_the_spelling_of_the_declaration_names_the_gateway() -> None:
    report = report_of(results.drift_result({"name": "GraniteFalls.Contoso.com"}))
    assert [gateway.label for gateway in report.gateways] == ["GraniteFalls.Contoso.com"]
    assert len(checks_of(report, Policy())) == 5


def test_an_alias_that_nobody_declares() -> None:
    result = results.with_unmanaged(results.drift_result(), strict=True)
    assert outcomes(result)["oldfalls.contoso.com: unmanaged"] == "failed"
    assert report_of(result).state is State.DRIFT
    assert outcomes(results.with_unmanaged(results.drift_result()))["oldfalls.contoso.com: unmanaged"] == "remark"

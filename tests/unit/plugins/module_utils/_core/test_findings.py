# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings: their order, what is tolerated until when, and what counts."""

from __future__ import annotations

import json
from datetime import date

import pytest

from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import (
    Acceptance,
    Finding,
    Rule,
    Severity,
    Status,
    accept,
    is_valid,
    summarise,
    worst_first,
)

TODAY = date(2026, 11, 21)
RULE = Rule("PREFIX-006", "The prefix has no hyphen", Severity.ERROR, ("A page",))


def finding(
    rule: str = "PREFIX-006", severity: Severity = Severity.ERROR, status: Status = Status.FAILED, subject: str = ""
) -> Finding:
    made = Rule(rule, RULE.title, severity, RULE.sources)
    return made.finding(gateway="g", subject=subject, observed="o", expected="e", remedy="r", status=status)


def test_a_rule_fills_in_its_constant_part() -> None:
    made = RULE.finding(gateway="g", subject="prefix", observed="o", expected="e", remedy="r")
    assert made == Finding(
        rule="PREFIX-006",
        title="The prefix has no hyphen",
        severity=Severity.ERROR,
        status=Status.FAILED,
        gateway="g",
        subject="prefix",
        observed="o",
        expected="e",
        remedy="r",
        sources=("A page",),
    )


def test_circumstances_override_the_severity() -> None:
    made = RULE.finding(gateway="g", subject="s", observed="o", expected="e", remedy="r", severity=Severity.INFO)
    assert made.severity is Severity.INFO


def test_as_a_module_returns_it() -> None:
    plain = finding(subject="prefix").as_dict()
    assert json.loads(json.dumps(plain)) == plain
    assert {type(value) for value in plain.values()} == {str, list}
    assert (plain["severity"], plain["status"], plain["sources"]) == ("error", "failed", ["A page"])


@pytest.mark.parametrize(
    ("acceptance", "status"),
    [
        (Acceptance("PREFIX-006", "known"), Status.ACCEPTED),
        (Acceptance("PREFIX-006", "known", date(2026, 11, 22)), Status.ACCEPTED),
        (Acceptance("PREFIX-006", "known", TODAY), Status.ACCEPTED),
        (Acceptance("PREFIX-006", "known", date(2026, 11, 20)), Status.FAILED),
        (Acceptance("PREFIX-007", "known"), Status.FAILED),
    ],
)
def test_acceptance(acceptance: Acceptance, status: Status) -> None:
    (judged,) = accept([finding()], [acceptance], TODAY)
    assert judged.status is status
    assert judged.remedy.startswith("Accepted") is (status is Status.ACCEPTED)


def test_an_expired_acceptance_does_not_hide_one_that_holds() -> None:
    acceptances = [Acceptance("PREFIX-006", "old", date(2026, 1, 1)), Acceptance("PREFIX-006", "new", TODAY)]
    (judged,) = accept([finding()], acceptances, TODAY)
    assert judged.remedy == "Accepted until 2026-11-21: new"


def test_a_finding_says_that_its_acceptance_is_over() -> None:
    over = [Acceptance("PREFIX-006", "older", date(2026, 1, 1)), Acceptance("PREFIX-006", "old", date(2026, 2, 1))]
    (judged,) = accept([finding()], [Acceptance("PREFIX-001", "other"), *over], date(2026, 3, 1))
    assert judged == finding()._replace(remedy=f"{finding().remedy} It was accepted until 2026-02-01: old")


def test_what_was_not_checked_cannot_be_accepted() -> None:
    unknown = finding(status=Status.NOT_CHECKED)
    assert accept([unknown], [Acceptance("PREFIX-006", "known")], TODAY) == [unknown]


def test_worst_first_and_stable() -> None:
    expected = [
        finding(severity=Severity.CRITICAL),
        finding(severity=Severity.ERROR, subject="first"),
        finding(severity=Severity.ERROR, subject="second"),
        finding(severity=Severity.WARNING),
        finding(severity=Severity.INFO),
        finding(status=Status.NOT_CHECKED),
        finding(severity=Severity.CRITICAL, status=Status.ACCEPTED),
    ]
    shuffled = [expected[position] for position in (6, 1, 4, 2, 5, 0, 3)]
    assert worst_first(shuffled) == expected


@pytest.mark.parametrize(
    ("severity", "status", "valid"),
    [
        (Severity.CRITICAL, Status.FAILED, False),
        (Severity.ERROR, Status.FAILED, False),
        (Severity.WARNING, Status.FAILED, True),
        (Severity.INFO, Status.FAILED, True),
        (Severity.ERROR, Status.ACCEPTED, True),
        (Severity.ERROR, Status.NOT_CHECKED, True),
    ],
)
def test_is_valid(severity: Severity, status: Status, valid: bool) -> None:
    assert is_valid([finding(severity=severity, status=status)]) is valid


def test_summary() -> None:
    every = [finding(severity=severity, status=status) for severity in Severity for status in Status]
    assert summarise(every) == {"errors": 2, "warnings": 1, "infos": 1, "not_checked": 4, "accepted": 4}
    assert not any(summarise([]).values())

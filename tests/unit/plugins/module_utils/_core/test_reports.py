# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which findings count, and how they are told."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Severity, Status
from ansible_collections.configmgr.cmg.plugins.module_utils._core.reports import (
    WIDTH,
    failing,
    findings_of,
    lines_of,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.rule_pages import rule_url


def finding(severity: str = "error", status: str = "failed", **other: Any) -> dict[str, Any]:
    return {
        "rule": "PREFIX-006",
        "title": "The prefix has no hyphen",
        "severity": severity,
        "status": status,
        "gateway": "granite-falls.contoso.com",
        "subject": "prefix",
        "observed": "The prefix 'granite-falls' contains a hyphen.",
        "expected": "Letters and digits only.",
        "remedy": "Choose another service name.",
        "sources": [],
        **other,
    }


@pytest.mark.parametrize(
    ("threshold", "severities"),
    [
        ("critical", ["critical"]),
        ("error", ["critical", "error"]),
        ("warning", ["critical", "error", "warning"]),
        ("info", ["critical", "error", "warning", "info"]),
        ("never", []),
    ],
)
def test_a_threshold_lets_the_severer_ones_count(threshold: str, severities: list[str]) -> None:
    findings = [finding(str(severity)) for severity in Severity]
    assert [one["severity"] for one in failing(findings, threshold)] == severities


@pytest.mark.parametrize("status", ["not_checked", "accepted"])
def test_only_failures_count(status: str) -> None:
    assert failing([finding(status=status)], "info") == []


def test_an_unknown_threshold_is_named() -> None:
    with pytest.raises(InvalidInput, match=r"'bad' is no severity\. Use one of critical, error, warning, info, never"):
        failing([], "bad")


def test_the_findings_of_a_result_and_a_list_are_the_same() -> None:
    assert findings_of({"findings": [finding()]}) == findings_of([finding()]) == [finding()]


@pytest.mark.parametrize("wrong", [None, "text", 3, {"msg": "it failed"}, {"findings": "none"}, [3], [{"a": 1}]])
def test_what_has_no_findings_is_refused_in_words(wrong: Any) -> None:
    with pytest.raises(InvalidInput, match="findings"):
        findings_of(wrong)


def test_a_failure_is_told_with_all_its_parts() -> None:
    assert lines_of([finding()]) == [
        "ERROR PREFIX-006 granite-falls.contoso.com, prefix: The prefix has no hyphen",
        "    seen:      The prefix 'granite-falls' contains a hyphen.",
        "    expected:  Letters and digits only.",
        "    remedy:    Choose another service name.",
        f"    rule:      {rule_url('PREFIX-006')}",
    ]


def test_what_could_not_be_checked_is_told_with_its_reason() -> None:
    headline, reason = lines_of([finding(status="not_checked", observed="There is no list.")])
    assert headline.startswith("NOT CHECKED PREFIX-006 ")
    assert reason == "    reason:    There is no list."


def test_what_is_accepted_says_until_when() -> None:
    lines = lines_of([finding(status="accepted", remedy="Accepted until 2027-01-31: it is old")])
    assert lines[0].startswith("ACCEPTED ")
    assert lines[-1] == "    remedy:    Accepted until 2027-01-31: it is old"


def test_no_finding_is_said_too() -> None:
    assert lines_of([]) == ["Nothing to complain about."]


def test_a_dictionary_is_called_one_whatever_its_class() -> None:
    class Templated(dict[str, Any]):
        """What Ansible makes of a dictionary in a template."""

    with pytest.raises(InvalidInput, match="this is a dictionary without findings"):
        findings_of(Templated(changed=False))


class Incomparable(dict[str, Any]):
    """A finding as a template has it: to compare two of them costs more than everything else together."""

    __hash__ = None

    def __eq__(self, other: object) -> bool:
        raise AssertionError("findings were compared")


@pytest.mark.parametrize("brief", [True, False])
def test_findings_are_not_compared_with_each_other(brief: bool) -> None:
    findings = [Incomparable(finding(status=status)) for status in ("failed", "not_checked", "accepted")]
    assert lines_of(findings, brief=brief)


def test_brief_lines_name_what_could_not_be_checked() -> None:
    unchecked = [finding(status="not_checked", rule="REV-007"), finding(status="not_checked", rule="KEY-006")]
    assert lines_of(unchecked, brief=True) == [
        "Nothing to complain about.",
        "Not checked (1 of the gateways, the findings say why): KEY-006, REV-007.",
    ]
    assert lines_of([finding()], brief=True) == lines_of([finding()])


@given(st.lists(st.text(alphabet="abc ", min_size=1, max_size=400), max_size=4), st.sampled_from(list(Status)))
def test_lines_are_never_wide_and_lose_no_word(texts: list[str], status: Status) -> None:
    lines = lines_of([finding(status=str(status), observed=text) for text in texts])
    bodies = [line for line in lines if line.startswith("    ")]
    assert all(len(line) <= WIDTH or " " not in line[15:].strip() for line in bodies)
    told = "".join("".join(line[15:].split()) for line in bodies)
    assert all("".join(text.split()) in told for text in texts)

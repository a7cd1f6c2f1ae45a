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
    drifting,
    failing,
    findings_of,
    lines_of,
    of_gateway,
    of_rules,
    table_of,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.rule_pages import PAGE, SITE, rule_url


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


def result(*findings: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A module's result with a gateway for each name that the findings have."""
    names = dict.fromkeys(one["gateway"] for one in findings)
    gateways = [{"name": name, "findings": [one for one in findings if one["gateway"] == name]} for name in names]
    return {"changed": False, "gateways": gateways, "findings": list(findings), **more}


def test_findings_of_several_results_come_together_worst_first_and_once() -> None:
    warning, error = finding(severity="warning", rule="CLOUD-005"), finding()
    skipped = {"skipped": True, "changed": False}
    assert findings_of([result(warning), skipped, result(warning, error)]) == [error, warning]
    assert findings_of([skipped]) == []


def test_findings_of_some_rules() -> None:
    found = [finding(rule=rule) for rule in ("DNS-001", "DNS-009", "DRIFT-TTL", "PREFIX-006")]
    chosen = of_rules(found, ["DNS-*", "DRIFT-*"], ["DNS-009"])
    assert [one["rule"] for one in chosen] == ["DNS-001", "DRIFT-TTL"]


def test_the_part_of_one_gateway() -> None:
    mine, other = finding(gateway="mine"), finding(gateway="other")
    aliases = [{"name": f"{name}.", "gateway": name} for name in ("mine", "other")]
    whole = result(mine, other, aliases=aliases, unmanaged=[{"name": "stray."}], providers=[1])
    assert of_gateway(whole, "mine") == {
        "changed": False,
        "gateways": [whole["gateways"][0]],
        "findings": [mine],
        "aliases": [aliases[0]],
        "unmanaged": [],
        "providers": [1],
    }
    assert of_gateway({"skipped": True}, "mine") == {"skipped": True}


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["other"], "it has 'other'. Give a name that"),
        ([], "it has no gateway at all. Give a name"),
        (["VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"], "such as the password of a certificate"),
        (["********-two", *"abcdef"], "'d' and 2 more. Ansible masks"),
    ],
)
def test_a_gateway_that_a_result_does_not_have_is_no_empty_part(names: list[str], said: str) -> None:
    with pytest.raises(InvalidInput, match="no gateway with the name 'mine'; it has") as caught:
        of_gateway({"gateways": [{"name": name, "findings": []} for name in names], "findings": []}, "mine")
    assert said in caught.value.message


@pytest.mark.parametrize(
    ("masked", "said"),
    [
        ({"severity": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"}, "The severity of a finding of rule PREFIX-006 is 'VALUE"),
        ({"status": "********ed"}, "The status of a finding of rule PREFIX-006 is '********ed', not one of failed, "),
        ({"status": None}, "The status of a finding of rule PREFIX-006 is None"),
        ({"rule": "********-003"}, "The rule of a finding is '********-003'"),
    ],
)
@pytest.mark.parametrize("several", [False, True])
def test_a_finding_that_cannot_be_read_does_not_pass(masked: dict[str, Any], said: str, *, several: bool) -> None:
    """Ansible masks secrets wherever it sees them; a password may be such a word."""
    whole = result(finding(**masked))
    with pytest.raises(InvalidInput) as caught:
        findings_of([whole, whole] if several else whole)
    assert said in caught.value.message
    assert "such as the password" in caught.value.message


def test_a_state_that_cannot_be_read_does_not_pass() -> None:
    with pytest.raises(InvalidInput, match=r"state of the alias a\. is '.*', which is none\. Ansible masks"):
        drifting({"aliases": [{"name": "a.", "state": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"}]}, ["drift"])


STATES = [{"name": state, "state": state} for state in ("in_sync", "propagating", "unknown", "drift")]
UNJUDGED = [{"state": None, "cname_required": needed} for needed in (True, False, None)]


@pytest.mark.parametrize(
    ("states", "names"), [(["drift"], ["drift"]), (["unknown", "drift"], ["unknown", "drift"]), ([], [])]
)
def test_what_drifts_is_for_the_user_to_say(states: list[str], names: list[str]) -> None:
    looked = {"aliases": STATES[:3], "unmanaged": STATES[3:], "gateways": UNJUDGED}
    found = drifting(looked, states)
    assert [one["name"] for one in found if one["state"]] == names
    assert [one for one in found if not one["state"]] == [UNJUDGED[0], UNJUDGED[2]]
    assert drifting({"skipped": True}, states) == []


def test_a_state_that_there_is_not_is_refused() -> None:
    with pytest.raises(InvalidInput, match="drifted is no state"):
        drifting({"aliases": []}, ["drifted"])


def test_a_table() -> None:
    wrong = finding(
        gateway="granite-falls.contoso.com", observed="It has a hyphen.", expected="None.", remedy="Rename."
    )
    assert table_of([wrong]) == [
        f"+-------+---------------------------+{'-' * 73}",
        "| ERROR | granite-falls.contoso.com | seen:     It has a hyphen.",
        f"|       | {wrong['rule']:<25} | expected: None.",
        f"|       | {wrong['subject']:<25} | remedy:   Rename.",
        f"+-------+---------------------------+{'-' * 73}",
        "| 1 error at 1 gateway.",
        f"| Each rule is explained at {SITE}{PAGE}.",
    ]


def test_a_table_of_nothing_says_so() -> None:
    unchecked = finding(status="not_checked", rule="REV-007")
    assert table_of([]) == ["| Nothing to complain about."]
    assert table_of([unchecked], brief=True) == [
        "| Nothing to complain about.",
        "| Not checked (1 of the gateways, the findings say why): REV-007.",
    ]


def test_what_could_not_be_checked_for_one_reason_is_one_row() -> None:
    unchecked = [finding(status="not_checked", gateway=name, observed="No list.") for name in ("one", "two", "three")]
    failed = [finding(gateway=name) for name in ("one", "two")]
    table = "\n".join(table_of([*failed, *unchecked]))
    assert table.count("NOT CHECKED |") == 1
    assert "one and 2 more" in table
    assert table.count("| ERROR ") == 2
    assert "| 2 errors, 3 not checked at 3 gateways." in table


def test_rules_that_could_not_look_for_one_reason_are_one_row() -> None:
    rules = ("AVAIL-001", "AVAIL-002")
    table = "\n".join(table_of([finding(status="not_checked", rule=rule, observed="A hyphen.") for rule in rules]))
    assert table.count("NOT CHECKED |") == 1
    assert "AVAIL-001, AVAIL-002" in table
    assert "| 2 not checked at 1 gateway." in table


@given(st.lists(st.text(alphabet="ab- ", min_size=1, max_size=300), max_size=4), st.sampled_from(list(Status)))
def test_a_table_is_never_wide_and_loses_no_word(texts: list[str], status: Status) -> None:
    table = table_of([finding(status=str(status), gateway=f"g{n}", observed=t) for n, t in enumerate(texts)])
    assert all(line.startswith(("|", "+")) and len(line) <= WIDTH for line in table)
    cells = "".join("".join(line.split("|")[3][11:].split()) for line in table if line.count("|") == 3)
    assert all("".join(text.split()) in cells for text in texts)


def test_findings_of_a_table_are_not_compared_with_each_other() -> None:
    findings = [Incomparable(finding(status=status)) for status in ("failed", "not_checked", "accepted")]
    assert table_of(findings)
    assert findings_of([result(*findings), result(*findings)])

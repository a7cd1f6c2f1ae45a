# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What changed from one report to the next, and what cannot be compared."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.configmgr.cmg.plugins.filter.to_html import to_html
from ansible_collections.configmgr.cmg.plugins.filter.to_report import to_report
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.changes import Changes, changes_of
from tests.unit import results_factory as results
from tests.unit import whole_factory as factory
from tests.unit.plugins.module_utils._core.drift import cases
from tests.unit.whole_factory import NOW, RIGHT, SOON, WRONG, whole

FAILED = {"failed": True, "changed": False, "msg": "Nobody answers."}
LATER = NOW + timedelta(days=1)
GOOD_DRIFT = factory.drift(authoritative=cases.everywhere(cases.cname(name=SOON), name=SOON), served=None)
BAD_DRIFT = factory.drift(served=None)
# Whatever JSON can hold, below the names that a report has.
ANYTHING = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda it: st.lists(it) | st.dictionaries(st.sampled_from(["looks", "gateways", "findings", "at", "aliases"]), it),
    max_leaves=8,
)


def report(at: Any = NOW, **changes: Any) -> dict[str, Any]:
    return to_report(whole(**changes), at=at)


def told(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str, str]]:
    changes = changes_of(before, after)
    assert changes is not None
    assert changes.problem is None
    return [(str(it.kind), str(it.trend), it.subject) for it in changes.entries]


def without(name: str) -> dict[str, Any]:
    """The looks at all gateways but one."""
    kept: dict[str, Any] = {}
    for look, result in whole().items():
        gateways = [it for it in result["gateways"] if it["service_name"] != name]
        findings = [it for it in result["findings"] if it["gateway"] != name]
        kept[look] = {**result, "gateways": gateways, "findings": findings}
    kept["drift"]["aliases"] = [it for it in kept["drift"]["aliases"] if it["gateway"] != name]
    return to_report(kept, at=NOW)


def test_nothing() -> None:
    assert told(report(), report(at=LATER)) == []
    assert changes_of(None, report()) is None
    assert changes_of("", report()) is None


def test_gateways_come_and_go() -> None:
    assert told(without(SOON), report()) == [("gateway_new", "neutral", SOON)]
    assert told(report(), without(SOON)) == [("gateway_gone", "neutral", SOON)]


def test_an_alias_that_went_astray_and_back() -> None:
    good, bad = report(drift=GOOD_DRIFT), report(drift=BAD_DRIFT)
    assert ("alias_state", "worse", SOON) in told(good, bad)
    assert ("alias_state", "better", SOON) in told(bad, good)
    rules = [subject for kind, _trend, subject in told(good, bad) if kind == "finding_new"]
    assert [rule for rule in rules if rule.startswith("DRIFT-WRONG-TARGET")]
    assert ("finding_gone", "better", rules[0]) in told(bad, good)


def test_a_gateway_that_changes_its_state() -> None:
    alone = {"names": results.names_result({"service_name": RIGHT, "region": "westus", "site_version": "2503"})}
    worse = {"names": {**alone["names"], "findings": [_finding()]}}
    before, after = to_report(alone), to_report(worse)
    assert ("gateway_state", "worse", RIGHT) in told(before, after)
    assert ("gateway_state", "better", RIGHT) in told(after, before)


def _finding(**changes: Any) -> dict[str, Any]:
    parts = dict.fromkeys(("title", "observed", "expected", "remedy", "subject"), "Text")
    return {**parts, "rule": "PREFIX-006", "gateway": RIGHT, "severity": "error", "status": "failed", **changes}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"severity": "warning"}, "finding_changed"),
        ({"status": "accepted"}, "finding_changed"),
        ({"observed": "Something else is seen every day."}, None),
    ],
)
def test_a_finding_that_changes(change: dict[str, Any], expected: str | None) -> None:
    before, after = to_report([_finding()]), to_report([_finding(**change)])
    kinds = [kind for kind, _trend, _subject in told(before, after) if kind != "gateway_state"]
    assert kinds == ([expected] if expected else [])


def test_certificates_that_are_replaced_and_grow_old() -> None:
    before, after = report(), report(certificates=factory.certificates(days=70))
    changes = changes_of(before, after)
    assert changes is not None
    replaced = next(it for it in changes.entries if it.kind == "certificate_replaced")
    assert (replaced.subject, str(replaced.trend), replaced.gateways) == ("server certificate", "better", (SOON,))
    assert "until" in replaced.before
    assert replaced.before != replaced.after
    old = report(at=NOW - timedelta(days=9))
    assert any(it[:2] == ("certificate_state", "worse") for it in told(old, before))
    fewer = {**before, "certificates": before["certificates"][:-1]}
    assert {kind for kind, _trend, _subject in told(fewer, before)} == {"certificate_new"}
    assert {kind for kind, _trend, _subject in told(before, fewer)} == {"certificate_gone"}


def test_what_was_not_looked_at_is_neither_new_nor_gone() -> None:
    whole_one, failed = report(), report(drift=FAILED, certificates=FAILED)
    kinds = {kind for kind, _trend, _subject in told(whole_one, failed)}
    assert kinds <= {"gateway_state"}


def test_changes_of_many_gateways_are_told_once() -> None:
    both = [_finding(), _finding(gateway=WRONG)]
    entries = changes_of(
        to_report([_finding(rule="OLD-001"), _finding(rule="OLD-001", gateway=WRONG)]), to_report(both)
    )
    assert entries is not None
    new = next(it for it in entries.entries if it.kind == "finding_new")
    assert new.gateways == (WRONG, RIGHT)


@pytest.mark.parametrize("form", ["dictionary", "json", "page"])
def test_the_last_report_may_be_of_any_form(form: str) -> None:
    last = report(drift=GOOD_DRIFT)
    forms = {
        "dictionary": last,
        "json": json.dumps(last, indent=4),
        "page": to_html(whole(drift=GOOD_DRIFT), at=NOW),
    }
    assert changes_of(forms[form], report()) == changes_of(last, report())


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("<html></html>", "neither JSON nor a page"),
        ("[1]", "no report of configmgr.cmg"),
        ({"schema_version": 7}, "has the version 7, and only 1 can be compared"),
        ({"schema_version": 1, "looks": [], "gateways": 5}, "not of the published form"),
        ({"schema_version": 1}, "not of the published form"),
        ('<script type="application/json" id="report">{</script>', "neither JSON nor a page"),
    ],
)
def test_what_cannot_be_compared_is_told(given: Any, message: str) -> None:
    changes = changes_of(given, report())
    assert changes is not None
    assert message in str(changes.problem)
    assert message in to_html(whole(), previous=given)


@given(ANYTHING)
@settings(max_examples=60)
def test_no_last_report_can_break_this_one(given: Any) -> None:
    found = changes_of({"schema_version": 1, "looks": given, "gateways": given, "findings": given}, report())
    assert isinstance(found, Changes)

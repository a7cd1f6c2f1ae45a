# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The taxonomy as a whole, acceptances, records that nobody declares, and the shape of what is returned."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.case import Settings
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.judge import Tolerance, judge
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.report import (
    Judgement,
    alias_entry,
    as_finding,
    diff_of,
    summary_of,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.taxonomy import CODES, RULES, State, worst
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.unmanaged import judge_leftover, leftovers
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Acceptance, Status
from ansible_collections.configmgr.cmg.plugins.module_utils._core.records import MANAGED_BY, MARK, RecordSet
from ansible_collections.configmgr.cmg.plugins.module_utils._core.zones import Zone
from tests.unit.plugins.module_utils._core.drift.cases import (
    DECLARED,
    NAME,
    NOW,
    OLD,
    TARGET,
    cname,
    everywhere,
    observed,
    said,
    silent,
)

STALE = observed(authoritative=(said(cname(OLD)), *everywhere(cname())[1:]))
CONTOSO = Zone("sub", "rg-dns", "contoso.com")


def test_codes_and_rules_are_the_same_names() -> None:
    assert [rule.id for rule in RULES] == [f"DRIFT-{code.upper().replace('_', '-')}" for code in CODES]
    assert all(re.fullmatch(r"[a-z][a-z0-9_]+", code) for code in CODES)


def test_every_code_says_what_should_be_and_what_to_do() -> None:
    for code in CODES.values():
        assert code.title, code
        assert code.remedy.endswith("."), code
        assert code.source, code


def test_states_are_ordered() -> None:
    assert list(State) == ["in_sync", "propagating", "unknown", "drift"]
    assert worst(set()) is State.IN_SYNC
    assert worst({State.PROPAGATING, State.UNKNOWN, State.IN_SYNC}) is State.UNKNOWN


@pytest.mark.parametrize(
    ("tolerance", "left"),
    [
        (Tolerance("wrong_target", "moving"), "drift"),
        (Tolerance("*", "moving", name="granite*"), "in_sync"),
        (Tolerance("*", "moving", name="other*"), "drift"),
        (Tolerance("*", "moving", server="192.0.2.1"), "drift"),
        (Tolerance("*", "moving", until=date(2026, 11, 21)), "in_sync"),
        (Tolerance("*", "moving", until=date(2026, 11, 20)), "drift"),
    ],
)
def test_acceptances(tolerance: Tolerance, left: str) -> None:
    assert judge(DECLARED, STALE, NOW, tolerances=[tolerance]).state == left


def test_a_server_can_be_tolerated_by_its_name() -> None:
    tolerances = [Tolerance("wrong_target", "old", server="NS1-*"), Tolerance("servers_disagree", "old")]
    assert judge(DECLARED, STALE, NOW, tolerances=tolerances).state is State.IN_SYNC


def test_the_acceptance_of_a_gateway_names_the_rule() -> None:
    tolerances = [
        Tolerance.of(Acceptance(rule, "known", None)) for rule in ("DRIFT-WRONG-TARGET", "DRIFT-SERVERS-DISAGREE")
    ]
    found = judge(DECLARED, STALE, NOW, tolerances=tolerances)
    assert found.state is State.IN_SYNC
    assert {as_finding(drift, NAME).status for drift in found.findings} == {Status.ACCEPTED}


def test_what_is_not_known_was_not_checked() -> None:
    found = judge(DECLARED, observed(authoritative=(silent(), *everywhere(cname())[1:])), NOW)
    assert [as_finding(drift, NAME).status for drift in found.findings] == [Status.NOT_CHECKED]


def test_an_alias_as_it_is_returned() -> None:
    entry = alias_entry(Judgement(judge(DECLARED, STALE, NOW), STALE), "runner-1")
    assert entry["name"] == f"{NAME}."
    assert entry["layers"] == {
        "plane": "in_sync",
        "authoritative": "3/4",
        "recursive": "in_sync",
        "target": "in_sync",
        "served": "in_sync",
    }
    finding = next(one for one in entry["findings"] if one["code"] == "wrong_target")
    assert finding["where"] == {
        "server": "ns1-09.azure-dns.com",
        "address": "192.0.2.1",
        "nsid": None,
        "transport": "udp",
        "view": None,
        "vantage": "runner-1",
    }
    assert finding["evidence"]["at"] == "2026-11-21T20:00:00Z"
    assert finding["evidence"]["flags"] == ["AA", "QR"]
    assert re.fullmatch(r"[0-9a-f]{16}", finding["fingerprint"])


def test_the_fingerprint_does_not_depend_on_the_moment() -> None:
    now, later = (judge(DECLARED, STALE, moment) for moment in (NOW, NOW + timedelta(days=3)))
    assert [one.fingerprint for one in now.findings] == [one.fingerprint for one in later.findings]


def test_the_difference_is_shown_by_place() -> None:
    assert diff_of([judge(DECLARED, STALE, NOW)]) == [
        {
            "before_header": "ns1-09.azure-dns.com 192.0.2.1",
            "after_header": "declared",
            "before": f"{NAME}. 3600 IN CNAME {OLD}.\n",
            "after": f"{NAME}. 3600 IN CNAME {TARGET}.\n",
        }
    ]


def test_the_summary_counts_aliases_and_findings() -> None:
    summary = summary_of([judge(DECLARED, STALE, NOW), judge(DECLARED, observed(), NOW)])
    states = {"total": 2, "in_sync": 1, "propagating": 0, "unknown": 0, "drift": 1}
    assert summary == {**states, "by_severity": {"critical": 0, "error": 2, "warning": 0, "info": 0}}


@pytest.mark.parametrize(("strict", "state"), [(False, "in_sync"), (True, "drift")])
def test_an_alias_that_nobody_declares(strict: bool, state: str) -> None:
    ours = {MANAGED_BY: MARK}
    contents = {
        CONTOSO: [
            RecordSet("CNAME", "granitefalls", 3600, TARGET, metadata=ours),
            RecordSet("CNAME", "oldfalls", 3600, OLD, metadata=ours),
            RecordSet("CNAME", "www", 3600, OLD),
            RecordSet("TXT", "oldfalls", 3600, metadata=ours),
        ]
    }
    (leftover,) = leftovers(contents, [f"{NAME.upper()}."])
    verdict, _seen = judge_leftover(leftover, NOW, Settings(strict=strict))
    assert (leftover[0], verdict.state) == ("oldfalls.contoso.com", state)

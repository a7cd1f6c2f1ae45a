# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is told of a sequence of looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.judge import Tolerance
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.report import Report, report_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.transitions import (
    Key,
    Tracked,
    event_of,
    heartbeat_of,
    step,
)
from tests.unit import results_factory as results
from tests.unit.plugins.module_utils._core.drift import cases

OLD = {"authoritative": cases.everywhere(cases.cname(cases.OLD)), "probes": ()}
GONE = {"authoritative": cases.everywhere(**cases.negative()), "probes": ()}
SILENT = {"authoritative": tuple(cases.silent(number=number) for number in range(4)), "probes": ()}
RESOLVER = {"recursive": (cases.resolver(cases.cname(cases.OLD, ttl=1200)),)}

GOOD = report_of(results.drift_result())
WRONG = report_of(results.drift_result(OLD))
MISSING = report_of(results.drift_result(GONE))
UNHEARD = report_of(results.drift_result(SILENT))
CACHED = report_of(results.drift_result(RESOLVER))
NOT_ASKED = report_of(results.drift_result({"authoritative": None, "zone": None, "probes": ()}))
TOLERATED = report_of(results.drift_result(OLD, tolerances=(Tolerance("wrong_target", "We know."),)))
FAILED = report_of(results.failed_result("No way."))
EXTRA = report_of(results.with_unmanaged(results.drift_result(), strict=True))
BLIND = report_of(results.drift_result({"plane": None}))
LOOKS = {
    "good": GOOD,
    "wrong": WRONG,
    "missing": MISSING,
    "unheard": UNHEARD,
    "cached": CACHED,
    "failed": FAILED,
    "extra": EXTRA,
}


def told(looks: Sequence[Report], lasting: int = 1) -> list[str]:
    """What is told, as code: from > to, with the number of the look in front."""
    memory: Mapping[Key, Tracked] = {}
    said = []
    for number, look in enumerate(looks, start=1):
        memory, transitions = step(memory, look, lasting)
        said += [f"{number} {it.key[1]}: {it.before} > {it.after}" for it in transitions]
    return said


@pytest.mark.parametrize(
    ("looks", "lasting", "expected"),
    [
        ([GOOD, GOOD, GOOD], 1, []),
        ([WRONG, WRONG, WRONG], 1, ["1 wrong_target: in_sync > drift"]),
        ([WRONG, WRONG, WRONG], 2, ["2 wrong_target: in_sync > drift"]),
        ([WRONG, GOOD, WRONG, GOOD], 2, []),
        ([WRONG, GOOD], 1, ["1 wrong_target: in_sync > drift", "2 wrong_target: drift > in_sync"]),
        (
            [WRONG, WRONG, GOOD, WRONG, GOOD, GOOD],
            2,
            ["2 wrong_target: in_sync > drift", "6 wrong_target: drift > in_sync"],
        ),
        (
            [WRONG, MISSING],
            1,
            ["1 wrong_target: in_sync > drift", "2 missing: in_sync > drift", "2 wrong_target: drift > in_sync"],
        ),
        # Silence mends nothing.
        (
            [WRONG, UNHEARD, GOOD],
            1,
            [
                "1 wrong_target: in_sync > drift",
                "2 timeout: in_sync > unknown",
                "2 wrong_target: drift > unknown",
                "3 timeout: unknown > in_sync",
                "3 wrong_target: unknown > in_sync",
            ],
        ),
        ([WRONG, NOT_ASKED], 1, ["1 wrong_target: in_sync > drift", "2 wrong_target: drift > unknown"]),
        ([WRONG, UNHEARD, UNHEARD], 2, ["3 timeout: in_sync > unknown"]),
        ([WRONG, TOLERATED], 1, ["1 wrong_target: in_sync > drift", "2 wrong_target: drift > in_sync"]),
        ([CACHED, GOOD], 1, ["1 resolver_old: in_sync > propagating", "2 resolver_old: propagating > in_sync"]),
        # A check that fails says nothing about any alias.
        (
            [WRONG, FAILED, FAILED, WRONG],
            1,
            [
                "1 wrong_target: in_sync > drift",
                "2 check_failed: in_sync > unknown",
                "4 check_failed: unknown > in_sync",
            ],
        ),
        ([FAILED, GOOD, FAILED, GOOD], 2, []),
        ([WRONG, FAILED, WRONG], 2, ["3 wrong_target: in_sync > drift"]),
        ([EXTRA, GOOD], 1, ["1 unmanaged: in_sync > drift", "2 unmanaged: drift > in_sync"]),
        ([EXTRA, BLIND, EXTRA], 1, ["1 unmanaged: in_sync > drift"]),
    ],
)
def test_transitions(looks: list[Report], lasting: int, expected: list[str]) -> None:
    assert told(looks, lasting) == expected


sequences = st.lists(st.sampled_from(sorted(LOOKS)), max_size=12)


@given(sequences, st.integers(1, 4))
def test_each_tale_begins_where_the_last_one_ended(names: list[str], lasting: int) -> None:
    memory: Mapping[Key, Tracked] = {}
    states: dict[Key, str] = {}
    for name in names:
        memory, transitions = step(memory, LOOKS[name], lasting)
        for it in transitions:
            assert it.before is not it.after
            assert str(it.before) == states.get(it.key, "in_sync")
            states[it.key] = str(it.after)
    remembered = {key: str(tracked.told) for key, tracked in memory.items() if str(tracked.told) != "in_sync"}
    assert remembered == {key: state for key, state in states.items() if state != "in_sync"}


@given(st.lists(st.sampled_from(sorted(LOOKS)), max_size=8), st.integers(2, 4))
def test_what_does_not_last_is_not_told(names: list[str], lasting: int) -> None:
    """A look that differs from both of its neighbours leaves no trace."""
    quiet = [report for name in names for report in (LOOKS[name], GOOD)]
    assert told(quiet, lasting) == []


@given(st.sampled_from(sorted(LOOKS)), st.integers(1, 4))
def test_the_same_look_is_told_once_and_taken_back_once(name: str, lasting: int) -> None:
    first = told([LOOKS[name]] * lasting, lasting)
    assert told([LOOKS[name]] * 10, lasting) == first
    assert len(told([*[LOOKS[name]] * 5, *[GOOD] * 5], lasting)) == 2 * len(first)


def test_memory_is_empty_again_when_all_is_well() -> None:
    memory: Mapping[Key, Tracked] = {}
    for look in (*LOOKS.values(), GOOD, GOOD):
        memory, _told = step(memory, look, 1)
    assert memory == {}


def events(looks: Sequence[Report]) -> list[dict[str, Any]]:
    memory: Mapping[Key, Tracked] = {}
    found = []
    for look in looks:
        memory, transitions = step(memory, look, 1)
        found += [event_of(transition)["alias_drift"] for transition in transitions]
    return found


def test_an_event_says_what_there_is_to_do() -> None:
    drifted, mended = events([WRONG, GOOD])
    assert drifted == {
        "type": "transition",
        "alias": cases.NAME,
        "gateway": cases.NAME,
        "code": "wrong_target",
        "rule": "DRIFT-WRONG-TARGET",
        "layer": "authoritative",
        "severity": "error",
        "from_state": "in_sync",
        "to_state": "drift",
        "polls": 1,
        "fixable": True,
        "servers": [],
        "fingerprint": drifted["fingerprint"],
        "observed": f"Every name server says CNAME {cases.OLD}.",
        "expected": f"CNAME {cases.TARGET}",
        "remedy": "Run configmgr.cmg.dns_aliases for this gateway.",
    }
    assert len(drifted["fingerprint"]) == 16
    assert mended == {**drifted, "from_state": "drift", "to_state": "in_sync"}


def test_a_failed_check_belongs_to_no_alias() -> None:
    failed, recovered = events([FAILED, GOOD])
    assert (failed["alias"], failed["code"], failed["observed"]) == (None, "check_failed", "No way.")
    assert not failed["fixable"]
    assert recovered["to_state"] == "in_sync"


def test_the_servers_are_named() -> None:
    assert len(events([UNHEARD])[0]["servers"]) == len(cases.ADDRESSES)


@pytest.mark.parametrize(
    ("looks", "state", "fixable"),
    [
        ([GOOD], "in_sync", []),
        ([WRONG], "drift", [cases.NAME]),
        ([WRONG, UNHEARD], "unknown", []),
        ([WRONG, FAILED], "drift", [cases.NAME]),
        ([EXTRA], "drift", []),
    ],
)
def test_a_heartbeat_says_what_is_open(looks: list[Report], state: str, fixable: list[str]) -> None:
    memory: Mapping[Key, Tracked] = {}
    for look in looks:
        memory, _told = step(memory, look, 1)
    beat = heartbeat_of(memory, 1, len(looks))["alias_drift"]
    assert (beat["type"], beat["state"], beat["fixable_aliases"]) == ("heartbeat", state, fixable)
    assert beat["fixable"] is bool(fixable)
    assert beat["polls"] == len(looks)

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Laws of planning and applying, whatever the zone holds and whoever else writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.cmg.plugins.module_utils._azure.apply import Outcome, Wish, apply, foreseen
from ansible_collections.configmgr.cmg.plugins.module_utils._core.alias_plan import PlacedAlias, plan
from ansible_collections.configmgr.cmg.plugins.module_utils._core.records import (
    Action,
    Alias,
    Change,
    OnConflict,
    RecordSet,
    State,
    diff_of,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.zones import Zone
from tests.unit.plugins.module_utils._azure.memory import MemoryRecordSets

ZONE = Zone("s", "rg", "contoso.com")
NAMES = ("a", "b", "c", "d")
TARGETS = st.sampled_from(["one.net", "ONE.net.", "two.net", "three.net"])
TTLS = st.sampled_from([60, 3600])
METADATA = st.dictionaries(
    st.sampled_from(["team", "owner", "cmg-previous-ttl", "cmg-changed-at"]), st.sampled_from(["x", "y"]), max_size=3
)
MARKS = st.sampled_from([{}, {"managed-by": "configmgr.cmg"}, {"managed-by": "terraform"}])


@st.composite
def record_sets(draw: st.DrawFn, name: str) -> RecordSet:
    kind = draw(st.sampled_from(["plain", "plain", "plain", "empty", "alias"]))
    target = draw(TARGETS) if kind == "plain" else None
    resource = "/resource" if kind == "alias" else None
    metadata = {**draw(METADATA), **draw(MARKS)}
    return RecordSet("CNAME", name, draw(TTLS), target, resource, metadata)


@st.composite
def services(draw: st.DrawFn) -> MemoryRecordSets:
    service = MemoryRecordSets()
    for name in NAMES:
        held = draw(st.sampled_from(["nothing", "cname", "cname", "other"]))
        if held == "cname":
            service.put(draw(record_sets(name)))
        elif held == "other":
            service.types[name] = ("A",)
    return service


@st.composite
def aliases(draw: st.DrawFn, name: str) -> PlacedAlias:
    metadata = draw(st.dictionaries(st.sampled_from(["owner", "use"]), st.sampled_from(["x", "y"])))
    classic = draw(st.sampled_from([None, "two.net"]))
    return PlacedAlias(Alias(f"{name}.contoso.com", draw(TARGETS), draw(TTLS), metadata, classic), ZONE, name)


PLACED = st.tuples(*(aliases(name) for name in NAMES)).map(list)
WISHES = st.builds(Wish, st.sampled_from(State), st.sampled_from(OnConflict), st.just("now"))


def planned(service: MemoryRecordSets, placed: list[PlacedAlias], wish: Wish) -> list[Change]:
    return plan(placed, {ZONE.key: service.content()}, wish.state, wish.on_conflict)


def run(service: MemoryRecordSets, placed: list[PlacedAlias], wish: Wish) -> list[Outcome]:
    return apply(service, placed, planned(service, placed, wish), wish, 1)


@given(services(), PLACED, WISHES)
def test_a_plan_applied_twice_changes_nothing(service: MemoryRecordSets, placed: list[PlacedAlias], wish: Wish) -> None:
    first = run(service, placed, wish)
    content, service.writes = dict(service.sets), []
    second = run(service, placed, wish)
    assert not service.writes
    assert service.sets == content
    assert {outcome.change.action for outcome in second} <= {Action.NONE, Action.CONFLICT}
    conflicts = [outcome.change.action is Action.CONFLICT for outcome in first]
    assert [outcome.change.action is Action.CONFLICT for outcome in second] == conflicts


@given(services(), PLACED, WISHES)
def test_check_mode_is_the_real_run_without_etags(
    service: MemoryRecordSets, placed: list[PlacedAlias], wish: Wish
) -> None:
    expected = foreseen(planned(service, placed, wish))
    outcomes = run(service, placed, wish)
    assert [replace(outcome, etag=None) for outcome in outcomes] == [replace(one, etag=None) for one in expected]
    unchanged = [(one, two) for one, two in zip(outcomes, expected, strict=True) if not one.applied]
    assert all(one.etag == two.etag for one, two in unchanged)


@given(services(), PLACED, WISHES)
def test_what_the_plan_says_is_what_stands_there(
    service: MemoryRecordSets, placed: list[PlacedAlias], wish: Wish
) -> None:
    for entry, outcome in zip(placed, run(service, placed, wish), strict=True):
        found = service.sets.get(entry.name)
        after = outcome.change.after if outcome.change.after and outcome.change.after.type == "CNAME" else None
        if outcome.change.action in {Action.CREATE, Action.UPDATE} and found is not None and after is not None:
            stamp = after.metadata.get("cmg-changed-at", "now")
            assert found == replace(after, metadata={**after.metadata, "cmg-changed-at": stamp})
        else:
            assert found == after


@given(services(), PLACED, WISHES)
def test_the_order_of_gateways_changes_their_order_only(
    service: MemoryRecordSets, placed: list[PlacedAlias], wish: Wish
) -> None:
    changes = dict(zip(NAMES, planned(service, placed, wish), strict=True))
    difference = diff_of((entry.alias.service_name, changes[entry.name]) for entry in placed)
    for turned in list(permutations(placed))[::5]:
        order = list(turned)
        again = planned(service, order, wish)
        assert again == [changes[entry.name] for entry in order]
        named = ((entry.alias.service_name, change) for entry, change in zip(order, again, strict=True))
        assert diff_of(named) == difference


@given(services(), PLACED, WISHES)
def test_the_lines_of_the_difference_are_sorted(
    service: MemoryRecordSets, placed: list[PlacedAlias], wish: Wish
) -> None:
    changes = planned(service, placed, wish)
    difference = diff_of((entry.alias.service_name, change) for entry, change in zip(placed, changes, strict=True))
    for side in difference.values():
        lines = side.splitlines()
        assert lines == sorted(lines)
    writes = [change for change in changes if change.action in {Action.CREATE, Action.UPDATE, Action.DELETE}]
    assert (difference["before"] != difference["after"]) == bool(writes)


Acts = dict[str, list[RecordSet | None]]


def interfering(service: MemoryRecordSets, acts: Acts, done: Acts) -> Callable[[str], None]:
    """Before each of our writes somebody else does the next of their acts on that name, without any condition."""

    def before_write(name: str) -> None:
        if acts.get(name):
            act = acts[name].pop(0)
            done.setdefault(name, []).append(act)
            if act is None:
                service.sets.pop(name, None)
            else:
                service.put(act)

    return before_write


FOREIGN = st.fixed_dictionaries({name: st.lists(st.one_of(st.none(), record_sets(name)), max_size=3) for name in NAMES})


@given(services(), PLACED, WISHES, FOREIGN)
def test_no_write_of_somebody_else_is_lost(
    service: MemoryRecordSets, placed: list[PlacedAlias], wish: Wish, acts: Acts
) -> None:
    """What somebody else wrote last still says the same, or said the same already when we planned, or is what we want.

    Their metadata is there in any case, unless it was there when we planned and we said that it would go.
    """
    before, done = dict(service.sets), Acts()
    service.before_write = interfering(service, acts, done)
    outcomes = dict(zip(NAMES, run(service, placed, wish), strict=True))
    for name, writes in done.items():
        known, left, found = before.get(name), writes[-1], service.sets.get(name)
        if found == left:
            continue
        assert outcomes[name].applied
        assert says(left) == says(known)
        for key, value in (left.metadata if left else {}).items():
            kept = found is not None and found.metadata.get(key) == value
            assert kept or (known is not None and known.metadata.get(key) == value)


def says(record_set: RecordSet | None) -> tuple[object, ...] | None:
    return (record_set.ttl, record_set.target, record_set.target_resource) if record_set else None


@given(services(), PLACED, WISHES, FOREIGN)
def test_interrupted_by_others_the_next_run_completes(
    service: MemoryRecordSets, placed: list[PlacedAlias], wish: Wish, acts: Acts
) -> None:
    service.before_write = interfering(service, acts, {})
    run(service, placed, wish)
    service.before_write = lambda _name: None
    assert all(outcome.error is None for outcome in run(service, placed, wish))
    assert all(change.action in {Action.NONE, Action.CONFLICT} for change in planned(service, placed, wish))


@given(services(), PLACED, WISHES, st.integers(0, 4))
def test_two_runs_at_once_end_in_the_same_state(
    service: MemoryRecordSets, placed: list[PlacedAlias], wish: Wish, turn: int
) -> None:
    """The second run plans with the first, and writes between two of its writes."""
    alone = MemoryRecordSets(dict(service.sets), dict(service.types))
    run(alone, placed, wish)
    late = planned(service, placed, wish)
    left = [turn]

    def before_write(_name: str) -> None:
        left[0] -= 1
        if left[0] == 0:
            outcomes = apply(service, placed, late, replace(wish, moment="later"), 1)
            assert all(outcome.error is None for outcome in outcomes)

    service.before_write = before_write
    outcomes = run(service, placed, wish)
    assert all(outcome.error is None for outcome in outcomes)
    assert unstamped(service) == unstamped(alone)


def unstamped(service: MemoryRecordSets) -> dict[str, RecordSet]:
    return {
        name: replace(one, metadata={key: value for key, value in one.metadata.items() if key != "cmg-changed-at"})
        for name, one in service.sets.items()
    }

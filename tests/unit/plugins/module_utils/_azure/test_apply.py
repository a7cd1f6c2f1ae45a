# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes under their conditions: refused ones are read again and settled, failures stay with their record set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from ansible_collections.configmgr.cmg.plugins.module_utils._azure import apply as applying
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.apply import Outcome, Wish
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.failures import AzureFailure, Kind
from ansible_collections.configmgr.cmg.plugins.module_utils._core.alias_plan import PlacedAlias, plan
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._core.records import (
    Action,
    Alias,
    Change,
    OnConflict,
    RecordSet,
    State,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.zones import Zone
from tests.unit.plugins.module_utils._azure.memory import MemoryRecordSets

ZONE = Zone("s", "rg", "contoso.com")
MARK = {"managed-by": "configmgr.cmg"}
WISH = Wish(State.PRESENT, OnConflict.FAIL, "2026-01-01")
REMOVAL = Wish(State.ABSENT, OnConflict.FAIL, "2026-01-01")
OURS = RecordSet("CNAME", "a", 3600, "old.net", None, MARK)


def placed(name: str = "a", **metadata: str) -> PlacedAlias:
    return PlacedAlias(Alias(f"{name}.contoso.com", f"{name}.target.net", 3600, metadata), ZONE, name)


def planned(service: MemoryRecordSets, entries: list[PlacedAlias], wish: Wish = WISH) -> list[Change]:
    return plan(entries, {ZONE.key: service.content()}, wish.state, wish.on_conflict)


def applied(service: MemoryRecordSets, *entries: PlacedAlias, wish: Wish = WISH) -> list[Outcome]:
    placed_here = list(entries) or [placed()]
    return applying.apply(service, placed_here, planned(service, placed_here, wish), wish, 4)


def holding(*found: RecordSet) -> MemoryRecordSets:
    service = MemoryRecordSets()
    for record_set in found:
        service.put(record_set)
    return service


def once(act: Callable[[], object]) -> Callable[[str], None]:
    """What somebody else does before our first write."""
    left = [act]

    def before_write(_name: str) -> None:
        if left:
            left.pop()()

    return before_write


def failing(kind: Kind, *, times: int = 1, unsure: bool = False) -> Callable[[str], None]:
    left = [AzureFailure(kind, "It failed.", unsure=unsure)] * times

    def before_write(_name: str) -> None:
        if left:
            raise left.pop()

    return before_write


def test_create_update_delete() -> None:
    service = holding(OURS)
    created, updated = applied(service, placed("b"), placed("a"))
    assert (created.change.action, created.applied, created.etag) == (Action.CREATE, True, service.sets["b"].etag)
    assert (updated.change.action, updated.applied, updated.etag) == (Action.UPDATE, True, service.sets["a"].etag)
    assert service.sets["a"].metadata == {
        **MARK,
        "cmg-previous-target": "old.net",
        "cmg-previous-ttl": "3600",
        "cmg-changed-at": "2026-01-01",
    }
    (deleted,) = applied(service, wish=REMOVAL)
    assert (deleted.change.action, deleted.applied, deleted.etag, set(service.sets)) == (
        Action.DELETE,
        True,
        None,
        {"b"},
    )


def test_what_is_right_is_not_written() -> None:
    service = holding(RecordSet("CNAME", "a", 3600, "A.Target.Net."))
    (outcome,) = applied(service)
    assert (outcome.change.action, outcome.applied, outcome.etag) == (Action.NONE, False, "etag-1")
    assert not service.writes


@pytest.mark.parametrize("wish", [WISH, REMOVAL])
def test_check_mode_foresees_the_outcome(wish: Wish) -> None:
    service = holding(OURS, RecordSet("CNAME", "c", 3600, "c.target.net"), replace(OURS, name="e"))
    entries = [placed(name) for name in ("a", "b", "e")]
    expected = applying.foreseen(planned(service, entries, wish))
    outcomes = applied(service, *entries, wish=wish)
    assert [replace(outcome, etag=None) for outcome in outcomes] == [replace(one, etag=None) for one in expected]


def test_somebody_else_creates_the_same() -> None:
    service = MemoryRecordSets()
    service.before_write = once(lambda: service.put(RecordSet("CNAME", "a", 3600, "a.target.net")))
    (outcome,) = applied(service)
    assert (outcome.change.action, outcome.applied, outcome.error, outcome.etag) == (Action.NONE, False, None, "etag-1")
    assert not service.writes


def test_somebody_else_creates_something_else() -> None:
    service = MemoryRecordSets()
    service.before_write = once(lambda: service.put(RecordSet("CNAME", "a", 60, "else.net")))
    (outcome,) = applied(service, wish=replace(WISH, on_conflict=OnConflict.REPLACE))
    assert not outcome.applied
    assert outcome.error == (
        "a.contoso.com was changed by somebody else between reading and writing. It was: nothing. It is now: "
        "a.contoso.com. 60 IN CNAME else.net.. Wanted: a.contoso.com. 3600 IN CNAME a.target.net. ; "
        "managed-by=configmgr.cmg. Nothing was overwritten; run again to have the new state judged."
    )
    assert service.sets["a"].target == "else.net"


def test_metadata_that_came_meanwhile_is_kept() -> None:
    service = holding(OURS)
    service.before_write = once(lambda: service.put(replace(OURS, metadata={**MARK, "team": "web"})))
    (outcome,) = applied(service)
    assert outcome.applied
    assert outcome.change.after is not None
    assert service.sets["a"].target == "a.target.net"
    assert service.sets["a"].metadata["team"] == outcome.change.after.metadata["team"] == "web"


def test_somebody_else_deletes_what_we_delete() -> None:
    service = holding(OURS)
    service.before_write = once(service.sets.clear)
    (outcome,) = applied(service, wish=REMOVAL)
    assert outcome.error is None
    assert not service.sets


def test_a_record_that_was_written_before_it_was_to_be_deleted_stays() -> None:
    service = holding(OURS)
    service.before_write = once(lambda: service.put(replace(OURS, metadata={**MARK, "keep": "me"})))
    (outcome,) = applied(service, wish=REMOVAL)
    assert not outcome.applied
    assert "Nothing was overwritten" in str(outcome.error)
    assert "a" in service.sets


def lost_answer(service: MemoryRecordSets, record_set: RecordSet | None) -> Callable[[str], None]:
    """Our own write gets through, its answer does not, and the second attempt is refused."""

    def act() -> None:
        if record_set is None:
            service.sets.clear()
        else:
            service.put(record_set)
        raise AzureFailure(Kind.CHANGED, "etag mismatch", unsure=True)

    return once(act)


@pytest.mark.parametrize(
    ("present", "written", "wish", "entry"),
    [
        (None, RecordSet("CNAME", "a", 3600, "a.target.net", None, {**MARK, "cmg-changed-at": "2026-01-01"}), WISH,
         placed()),
        (OURS, None, REMOVAL, placed()),
        (
            RecordSet("CNAME", "a", 3600, "a.target.net", None, {**MARK, "cmg-changed-at": "then"}),
            RecordSet("CNAME", "a", 3600, "a.target.net", None, {**MARK, "cmg-changed-at": "then", "o": "us"}),
            WISH,
            placed(o="us"),
        ),
    ],
)  # fmt: skip
def test_a_write_whose_answer_got_lost_was_ours(
    present: RecordSet | None, written: RecordSet | None, wish: Wish, entry: PlacedAlias
) -> None:
    service = holding(present) if present else MemoryRecordSets()
    expected = applying.foreseen(planned(service, [entry], wish))
    service.before_write = lost_answer(service, written)
    (outcome,) = applied(service, entry, wish=wish)
    assert replace(outcome, etag=None) == expected[0]
    assert outcome.etag == (service.sets["a"].etag if written else None)


def test_the_same_write_of_another_run_is_not_ours() -> None:
    """The other run wrote its own moment; so the answer that got lost was not that of our write."""
    service = MemoryRecordSets()
    other = RecordSet("CNAME", "a", 3600, "a.target.net", None, {**MARK, "cmg-changed-at": "another moment"})
    service.before_write = lost_answer(service, other)
    (outcome,) = applied(service)
    assert (outcome.applied, outcome.error, outcome.change.action) == (False, None, Action.NONE)


def test_the_same_change_of_somebody_else_is_not_ours() -> None:
    """A change of metadata alone keeps the moment; without a lost answer it cannot have been our write."""
    right = RecordSet("CNAME", "a", 3600, "a.target.net", None, {**MARK, "cmg-changed-at": "then"})
    service = holding(right)
    service.before_write = once(lambda: service.put(replace(right, metadata={**right.metadata, "o": "us"})))
    (outcome,) = applied(service, placed(o="us"))
    assert (outcome.applied, outcome.error, outcome.change.action) == (False, None, Action.NONE)
    assert not service.writes


def test_somebody_who_writes_again_and_again_does_not_hold_us_for_ever() -> None:
    service = holding(OURS)
    service.before_write = lambda _name: [service.put(OURS)].clear()
    (outcome,) = applied(service)
    assert "was written by somebody else 5 times while it was being changed" in str(outcome.error)


@pytest.mark.parametrize("error", [AzureFailure(Kind.FORBIDDEN, "No right."), InvalidInput("The token file is gone.")])
def test_one_failure_does_not_stop_the_others(error: Exception) -> None:
    service = MemoryRecordSets()

    def before_write(name: str) -> None:
        if name == "b":
            raise error

    service.before_write = before_write
    outcomes = applied(service, *(placed(name) for name in "abcdefgh"))
    assert [outcome.applied for outcome in outcomes] == [True, False, *[True] * 6]
    assert outcomes[1].error == str(error)
    assert outcomes[1].change.action is Action.CREATE


def test_another_record_that_took_the_name_is_named_by_its_type() -> None:
    service = MemoryRecordSets()
    service.before_write = lambda name: service.types.update({name: ("A", "TXT")})
    (outcome,) = applied(service)
    assert outcome.error == "Another record set has the name. It is of type A and TXT."


def test_a_name_that_is_free_again_is_not_explained() -> None:
    service = MemoryRecordSets()
    service.before_write = failing(Kind.OCCUPIED)
    assert applied(service)[0].error == "It failed."


@pytest.mark.parametrize("kind", [Kind.UNREACHABLE, Kind.UNAVAILABLE])
def test_a_write_without_an_answer_says_that_it_may_have_got_through(kind: Kind) -> None:
    service = MemoryRecordSets()
    service.before_write = failing(kind)
    assert applied(service)[0].error == "It failed. Whether the change was made is not known; the next run finds out."

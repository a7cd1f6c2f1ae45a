# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Applying a plan to Azure DNS: every write under its condition, a refused one read again and settled."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from ansible_collections.configmgr.cmg.plugins.module_utils._azure.calls import UNANSWERED
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.failures import AzureFailure, Kind
from ansible_collections.configmgr.cmg.plugins.module_utils._core.alias_plan import PlacedAlias
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import CmgError
from ansible_collections.configmgr.cmg.plugins.module_utils._core.records import (
    WRITES,
    Action,
    Change,
    OnConflict,
    RecordSet,
    Settlement,
    State,
    decide,
    settle,
    stamped,
    zone_lines,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.zones import Zone

# Somebody who writes the same record set again and again would otherwise keep us here until the deadline.
MOST_ATTEMPTS = 5
MISSED = frozenset({Kind.CHANGED, Kind.NOT_FOUND})


class RecordSets(Protocol):
    """What applying needs of a DNS service."""

    def record_set(self, zone: Zone, name: str) -> RecordSet | None: ...

    def types_at(self, zone: Zone, name: str) -> tuple[str, ...]: ...

    def write(self, zone: Zone, record_set: RecordSet, etag: str | None) -> str: ...

    def delete(self, zone: Zone, name: str, etag: str | None) -> None: ...


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user asked for, and the moment that is written on what is changed."""

    state: State
    on_conflict: OnConflict
    moment: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one change. O(applied) says that we wrote; O(error) why it could not be done, if so."""

    change: Change
    etag: str | None = None
    applied: bool = False
    error: str | None = None


def foreseen(changes: Sequence[Change]) -> list[Outcome]:
    """What applying would bring if everything goes well: the outcome of check mode."""
    return [Outcome(change, _known_etag(change), applied=change.action in WRITES) for change in changes]


def apply(
    service: RecordSets, placed: Sequence[PlacedAlias], changes: Sequence[Change], wish: Wish, concurrency: int
) -> list[Outcome]:
    """Make every change, several at a time, and say what became of each, in the same order.

    A failure is part of its outcome, never an exception: one failing record set does not stop the others.
    """
    with ThreadPoolExecutor(max_workers=concurrency) as pool:
        return list(pool.map(lambda entry, change: _apply_one(service, entry, change, wish), placed, changes))


def _apply_one(service: RecordSets, entry: PlacedAlias, change: Change, wish: Wish) -> Outcome:
    if change.action not in WRITES:
        return Outcome(change, _known_etag(change))
    try:
        return _settled_write(service, entry, change, wish)
    except AzureFailure as failure:
        return Outcome(change, _known_etag(change), error=_explained(service, entry, failure))
    except CmgError as error:
        return Outcome(change, _known_etag(change), error=error.message)


def _known_etag(change: Change) -> str | None:
    return change.before.etag if change.action is Action.NONE and change.before else None


def _settled_write(service: RecordSets, entry: PlacedAlias, change: Change, wish: Wish) -> Outcome:
    for _attempt in range(MOST_ATTEMPTS):
        try:
            return Outcome(change, _write(service, entry, change, wish.moment), applied=True)
        except AzureFailure as failure:
            if failure.kind not in MISSED:
                raise
            unsure = failure.unsure
        found = service.record_set(entry.zone, entry.name)
        now = decide(entry.alias, entry.name, [found] if found else [], wish.state, wish.on_conflict)
        settlement = settle(change, now, found)
        if settlement is Settlement.DONE:
            ours = unsure and _is_result(change, found, wish.moment)
            return Outcome(change if ours else now, found.etag if found else None, applied=ours)
        if settlement is Settlement.LOST:
            raise AzureFailure(Kind.CHANGED, _lost(entry, change, found))
        change = now
    raise AzureFailure(
        Kind.CHANGED,
        f"{entry.alias.service_name} was written by somebody else {MOST_ATTEMPTS} times while it was being changed. "
        "Find out what keeps writing it, then run again.",
    )


def _write(service: RecordSets, entry: PlacedAlias, change: Change, moment: str) -> str | None:
    etag = change.before.etag if change.before else None
    if change.after is None:
        service.delete(entry.zone, entry.name, etag)
        return None
    return service.write(entry.zone, stamped(change.after, moment), etag)


def _is_result(planned: Change, found: RecordSet | None, moment: str) -> bool:
    """Whether what stands there is what our own write, whose answer got lost, would have left."""
    return found == (stamped(planned.after, moment) if planned.after else None)


def _lost(entry: PlacedAlias, change: Change, found: RecordSet | None) -> str:
    name = entry.alias.service_name
    before, now, wanted = (
        "; ".join(zone_lines(name, record_set)) or "nothing" for record_set in (change.before, found, change.after)
    )
    return (
        f"{name} was changed by somebody else between reading and writing. It was: {before}. It is now: {now}. "
        f"Wanted: {wanted}. Nothing was overwritten; run again to have the new state judged."
    )


def _explained(service: RecordSets, entry: PlacedAlias, failure: AzureFailure) -> str:
    """The failure's message, with what has taken the name meanwhile, or that the write may have got through."""
    if failure.kind in UNANSWERED:
        return f"{failure.message} Whether the change was made is not known; the next run finds out."
    if failure.kind is not Kind.OCCUPIED:
        return failure.message
    try:
        types = service.types_at(entry.zone, entry.name)
    except AzureFailure:
        return failure.message
    return f"{failure.message} It is of type {' and '.join(types)}." if types else failure.message

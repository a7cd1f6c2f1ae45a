# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What changed between one look at the aliases and the next: a state machine for each alias and kind of drift.

Source of the demand: users of event sources that tell the same at every poll, and re-trigger their rules by it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.report import NOT_CHECKED
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.taxonomy import STATE_ORDER, State
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Status
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.checks import UNMANAGED, layer_state
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.report import Problem, Report, bare_name

EVENT = "alias_drift"
# The kind of drift that is none: the check itself could not be made. It belongs to no alias.
CHECK_FAILED = "check_failed"
WHOLE_CHECK = ("", CHECK_FAILED)

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Sight:
    """What one look says about one alias and kind of drift."""

    state: State
    problems: tuple[Problem, ...] = ()
    message: str = ""


@dataclass(frozen=True, slots=True)
class Tracked:
    """What was told last, what has been seen since, and for how many looks in a row."""

    told: State = State.IN_SYNC
    candidate: State = State.IN_SYNC
    looks: int = 0
    last: Sight = field(default_factory=lambda: Sight(State.IN_SYNC))


@dataclass(frozen=True, slots=True)
class Transition:
    """A change of state that has lasted long enough to be told."""

    key: Key
    before: State
    after: State
    looks: int
    sight: Sight


Memory = Mapping[Key, Tracked]


def step(memory: Memory, report: Report, lasting: int) -> tuple[dict[Key, Tracked], list[Transition]]:
    """The memory after one more look, and what has changed, sorted by alias and kind.

    :param lasting: in how many looks in a row a new state has to be seen before it is told, 1 or more.
    """
    seen = sights_of(memory, report)
    after: dict[Key, Tracked] = {}
    transitions: list[Transition] = []
    for key in sorted(set(memory) | set(seen)):
        tracked = memory.get(key, Tracked())
        if key in seen:
            tracked, told = _advanced(key, tracked, seen[key], lasting)
            transitions += told
        if tracked.told is not State.IN_SYNC or tracked.looks:
            after[key] = tracked
    return after, transitions


def _advanced(key: Key, tracked: Tracked, sight: Sight, lasting: int) -> tuple[Tracked, list[Transition]]:
    # What led to a state is kept, so that the way back to in_sync can tell what it was about.
    last = sight if sight.problems or sight.message else replace(tracked.last, state=sight.state)
    if sight.state is tracked.told:
        return Tracked(tracked.told, tracked.told, 0, last), []
    looks = tracked.looks + 1 if sight.state is tracked.candidate else 1
    if looks < lasting:
        return Tracked(tracked.told, sight.state, looks, last), []
    told = Transition(key, tracked.told, sight.state, looks, last)
    return Tracked(sight.state, sight.state, 0, last), [told]


def sights_of(memory: Memory, report: Report) -> dict[Key, Sight]:
    """What a look says about everything that it found and everything that is remembered.

    What is not mentioned was not judged and stays as it is; after a failed check that is all of it.
    """
    if report.failure is not None:
        return {WHOLE_CHECK: Sight(State.UNKNOWN, message=report.failure)}
    found = _found(report)
    gone = {key: _gone(key, memory[key], report) for key in set(memory) - set(found) - {WHOLE_CHECK}}
    judged = {key: Sight(state) for key, state in gone.items() if state is not None}
    return {WHOLE_CHECK: Sight(State.IN_SYNC), **judged, **found}


def _found(report: Report) -> dict[Key, Sight]:
    grouped: dict[Key, list[Problem]] = {}
    for problem in report.problems:
        if problem.alias is not None and problem.code is not None and problem.status is not Status.ACCEPTED:
            grouped.setdefault((problem.alias, problem.code), []).append(problem)
    return {key: Sight(_worst(problems), tuple(problems)) for key, problems in grouped.items()}


def _worst(problems: Sequence[Problem]) -> State:
    return max((it.state for it in problems if it.state), key=STATE_ORDER.__getitem__, default=State.IN_SYNC)


def _gone(key: Key, tracked: Tracked, report: Report) -> State | None:
    """What the absence of a finding means: in sync if its layer was seen, unknown if any part of it was not.

    What was never told needs no taking back. V(None) if nothing is said about the alias: it is not declared any more,
    or never was and the zones could not be read.
    """
    if tracked.told is State.IN_SYNC:
        return State.IN_SYNC
    name, code = key
    layer = tracked.last.problems[0].layer if tracked.last.problems else None
    if code == UNMANAGED:
        states = {_seen(alias, str(layer), report) for alias in report.aliases}
        return State.IN_SYNC if State.IN_SYNC in states else None
    alias = next((alias for alias in report.aliases if bare_name(alias) == name), None)
    return _seen(alias, str(layer), report) if alias is not None else None


def _seen(alias: Mapping[str, Any], layer: str, report: Report) -> State:
    """Unknown if a layer of an alias was not looked at, or if any of its servers was silent; else in sync."""
    said = str(alias["layers"].get(layer, State.IN_SYNC))
    if said == NOT_CHECKED:
        return State.UNKNOWN
    told = [it for it in report.problems if it.alias == bare_name(alias) and it.layer == layer]
    counted = [problem for problem in told if problem.status is not Status.ACCEPTED]
    silent = any(problem.state is State.UNKNOWN for problem in counted)
    return State.UNKNOWN if silent or layer_state(said, counted) is State.UNKNOWN else State.IN_SYNC


def event_of(transition: Transition) -> dict[str, Any]:
    """The event that tells a transition. Its fingerprint is that of the alias and the kind, whatever the state."""
    alias, code = transition.key
    problem = transition.sight.problems[0] if transition.sight.problems else None
    servers = sorted({it.server for it in transition.sight.problems if it.server})
    told = {
        "type": "transition",
        "alias": alias or None,
        "code": code,
        "from_state": str(transition.before),
        "to_state": str(transition.after),
        "polls": transition.looks,
        "fingerprint": hashlib.sha256(f"{code}|{alias}".encode()).hexdigest()[:16],
        "fixable": bool(problem and problem.fixable),
        "servers": servers,
        **_about(problem, transition.sight.message),
    }
    return {EVENT: told}


def _about(problem: Problem | None, message: str) -> dict[str, Any]:
    return {
        "gateway": problem.gateway if problem else None,
        "rule": problem.rule if problem else None,
        "layer": problem.layer if problem else None,
        "severity": str(problem.severity) if problem else "warning",
        "observed": problem.observed if problem else message,
        "expected": problem.expected if problem else "",
        "remedy": problem.remedy if problem else "",
    }


def heartbeat_of(memory: Memory, aliases: int, polls: int) -> dict[str, Any]:
    """The event that tells that the source is alive, and what it has told and not taken back."""
    open_keys = [(key, tracked) for key, tracked in memory.items() if tracked.told is not State.IN_SYNC]
    worst = max((tracked.told for _key, tracked in open_keys), key=STATE_ORDER.__getitem__, default=State.IN_SYNC)
    fixable = sorted({key[0] for key, tracked in open_keys if tracked.told is State.DRIFT and _is_fixable(tracked)})
    told = {
        "type": "heartbeat",
        "state": str(worst),
        "aliases": aliases,
        "polls": polls,
        "open": [{"alias": key[0] or None, "code": key[1], "state": str(tracked.told)} for key, tracked in open_keys],
        "fixable": bool(fixable),
        "fixable_aliases": fixable,
    }
    return {EVENT: told}


def _is_fixable(tracked: Tracked) -> bool:
    return any(problem.fixable for problem in tracked.last.problems)

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The judgement of an alias: a function of what is declared and what was seen, and of nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from fnmatch import fnmatchcase

from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.case import Accepted, Case, Drift, Settings
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.judge_plane import declaration, plane
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.judge_recursive import resolvers
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.judge_servers import servers
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.judge_target import served, target
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.judge_zone import delegation
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.observations import (
    Declared,
    Observed,
    Resolution,
    TargetView,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.taxonomy import (
    POINTING,
    STATE_ORDER,
    Layer,
    State,
    worst,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import (
    SEVERITY_ORDER,
    Acceptance,
    Severity,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.records import comparable

CHECKS: tuple[Callable[[Case], Iterator[Drift]], ...] = (
    declaration,
    plane,
    delegation,
    servers,
    resolvers,
    target,
    served,
)


BEING_WRITTEN = "Nothing has to be done. The alias is being written, or would be outside of check mode."
# What is true of the deployment name of a gateway that is not deployed. That somebody else has it is another matter.
WITHOUT_TARGET = frozenset({"target_dangling", "dangling_claimable", "dangling_reserved"})
STILL_TO_DEPLOY = (
    "Deploy the gateway soon, which claims the name. Until then somebody else could, and would receive what clients "
    "send."
)
HELD_BACK = (
    "The alias is held back until its deployment name is ours. Deploy the gateway, then run configmgr.cmg.dns_aliases."
)


@dataclass(frozen=True, slots=True)
class Tolerance:
    """The user's word that a kind of finding is known: a code, and shell patterns for the alias and the server."""

    code: str
    reason: str
    name: str = "*"
    server: str = "*"
    until: date | None = None

    def covers(self, drift: Drift, today: date) -> bool:
        """Whether this finding is tolerated on that day."""
        places = {drift.place.address, drift.place.server} if drift.place else {""}
        return (
            self.code in ("*", drift.code.code, drift.code.rule.id)
            and fnmatchcase(drift.name, self.name.lower())
            and any(fnmatchcase(place.lower(), self.server.lower()) for place in places)
            and (self.until is None or today <= self.until)
        )

    @staticmethod
    def of(acceptance: Acceptance) -> Tolerance:
        """What a gateway's own acceptance of a rule means here."""
        return Tolerance(acceptance.rule, acceptance.reason, until=acceptance.until)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How an alias stands, and why. O(agreeing) of O(total) authoritative addresses have the declared alias.

    O(layers) holds the state of each layer that was looked at.
    """

    declared: Declared
    state: State
    severity: Severity | None
    converges_at: datetime | None
    layers: dict[Layer, State]
    agreeing: int
    total: int
    findings: tuple[Drift, ...]


def judge(
    declared: Declared,
    observed: Observed,
    now: datetime,
    settings: Settings | None = None,
    tolerances: Sequence[Tolerance] = (),
) -> Verdict:
    """The verdict on an alias.

    The worst finding decides, save those that are tolerated. Where the authoritative servers were asked and none of
    them said anything definite, the alias is unknown at best.
    """
    case = Case(declared, observed, now, settings or Settings())
    return verdict_of(case, [expected(case, drift) for check in CHECKS for drift in check(case)], tolerances)


def expected(case: Case, drift: Drift) -> Drift:
    """The same finding, softened where what happens at this moment explains it.

    An alias that is held back is not there, one that is being written is not everywhere yet, and a gateway that is
    still to be deployed has no target. All are told all the same: nobody knows for how long they stay so.
    """
    if drift.state is not State.DRIFT:
        return drift
    if drift.code.code in POINTING and _is_held(case):
        return replace(drift, state=State.IN_SYNC, severity=Severity.WARNING, remedy=HELD_BACK)
    written = comparable(case.declared.name) in case.settings.changing
    if written and (drift.code.fixable or drift.code.code == "servers_disagree"):
        return replace(drift, state=State.PROPAGATING, severity=Severity.INFO, remedy=BEING_WRITTEN)
    if case.settings.undeployed and case.declared.undeployed and drift.code.code in WITHOUT_TARGET:
        return replace(drift, state=State.IN_SYNC, severity=Severity.WARNING, remedy=STILL_TO_DEPLOY)
    return drift


def _is_held(case: Case) -> bool:
    """Whether the alias is left as it is on purpose. One that leads to its target already is not held back."""
    if case.plane_is_right:
        return False
    if comparable(case.declared.name) in case.settings.held:
        return True
    target = case.observed.target
    return case.settings.holding and target is not None and _is_not_ours(target)


def _is_not_ours(target: TargetView) -> bool:
    return target.owned is False or (target.owned is None and target.resolution is Resolution.NXDOMAIN)


def verdict_of(case: Case, found: Iterable[Drift], tolerances: Sequence[Tolerance] = ()) -> Verdict:
    """The verdict that follows from what was found."""
    findings = tuple(worst_first(_tolerated(drift, tolerances, case.now.date()) for drift in found))
    counted = [drift for drift in findings if drift.accepted is None]
    floor = {State.UNKNOWN} if case.observed.authoritative is not None and not case.definite else set()
    state = worst({drift.state for drift in counted} | floor)
    return Verdict(
        case.declared,
        state,
        min((drift.severity for drift in counted), key=SEVERITY_ORDER.__getitem__, default=None),
        _converges_at(counted) if state is State.PROPAGATING else None,
        _layers(case.observed, counted, floor),
        sum(map(case.is_right, case.words)),
        len(case.words),
        findings,
    )


def worst_first(drifts: Iterable[Drift]) -> list[Drift]:
    """Findings as a person should read them; the order does not depend on that of the observations."""
    return sorted(
        drifts,
        key=lambda drift: (
            drift.accepted is not None,
            -STATE_ORDER[drift.state],
            SEVERITY_ORDER[drift.severity],
            drift.order,
        ),
    )


def _tolerated(drift: Drift, tolerances: Sequence[Tolerance], today: date) -> Drift:
    covering = next((tolerance for tolerance in tolerances if tolerance.covers(drift, today)), None)
    if covering is None:
        return drift
    until = covering.until.isoformat() if covering.until else None
    return replace(drift, accepted=Accepted(covering.reason, until))


def _converges_at(drifts: Iterable[Drift]) -> datetime | None:
    return max((drift.converges_at for drift in drifts if drift.converges_at is not None), default=None)


def _layers(observed: Observed, drifts: Sequence[Drift], floor: set[State]) -> dict[Layer, State]:
    looked_at = {
        Layer.PLANE: observed.plane,
        Layer.AUTHORITATIVE: observed.authoritative,
        Layer.RECURSIVE: observed.recursive,
        Layer.TARGET: observed.target,
        Layer.SERVED: observed.served,
    }
    return {
        layer: worst({drift.state for drift in drifts if drift.layer is layer} | _floor_of(layer, floor))
        for layer, seen in looked_at.items()
        if seen is not None
    }


def _floor_of(layer: Layer, floor: set[State]) -> set[State]:
    return floor if layer is Layer.AUTHORITATIVE else set()

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Aliases with our mark that nobody declares: left over from gateways that are gone, or declared elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.case import Case, Settings
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.judge import Tolerance, Verdict, verdict_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.observations import (
    Declared,
    Observed,
    ZoneView,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.taxonomy import State
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Severity
from ansible_collections.configmgr.cmg.plugins.module_utils._core.records import (
    MANAGED_BY,
    MARK,
    RecordSet,
    comparable,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.zones import Zone

Leftover = tuple[str, Zone, RecordSet]


def leftovers(contents: Mapping[Zone, Iterable[RecordSet]], declared: Iterable[str]) -> list[Leftover]:
    """The aliases with our mark that are not among the declared names, with their zones, sorted by name."""
    names = {comparable(name) for name in declared}
    marked = [
        (f"{record.name}.{comparable(zone.name)}", zone, record)
        for zone, records in contents.items()
        for record in records
        if record.type == "CNAME" and record.metadata.get(MANAGED_BY) == MARK
    ]
    extra = [entry for entry in marked if entry[0] not in names]
    return sorted(extra, key=lambda entry: (entry[0], entry[1]))


def judge_leftover(
    leftover: Leftover, now: datetime, settings: Settings, tolerances: Sequence[Tolerance] = ()
) -> tuple[Verdict, Observed]:
    """A verdict: in sync with a remark, or a drift where O(settings.strict) demands that everything is declared."""
    name, zone, record = leftover
    seen = Observed(zone=ZoneView(comparable(zone.name)))
    case = Case(Declared("", name, record.target or "", record.ttl), seen, now, settings)
    drift = case.found(
        "unmanaged",
        f"{zone} has the alias {name}, which nobody declares.",
        "a declared gateway",
        state=State.DRIFT if settings.strict else None,
        severity=Severity.WARNING if settings.strict else None,
    )
    return verdict_of(case, [drift], tolerances), seen

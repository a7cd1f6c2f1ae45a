# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The declaration itself and the control plane: what is declared, and what Azure holds."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.case import Case, Drift, Said
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.observations import PlaneZone
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.taxonomy import State
from ansible_collections.configmgr.cmg.plugins.module_utils._core.records import RecordSet, comparable, zone_lines


def declaration(case: Case) -> Iterator[Drift]:
    """What is wrong with the name that is declared, whatever the DNS says."""
    name, view = comparable(case.declared.name), case.observed.zone
    if not name.isascii():
        yield case.found("idn_ambiguous", f"The service name is {case.declared.name}.", "a name in ASCII")
    delegated = any(word.said is Said.DELEGATED for word in case.words)
    if delegated or (view is not None and view.zone is not None and comparable(view.zone) == name):
        yield case.found("zone_apex", f"{name} is a zone of its own.", "a name below the apex of a zone")


def declared_line(case: Case) -> str:
    """The alias as it should stand in a zone file."""
    ttl = f" {case.declared.ttl}" if case.declared.ttl is not None else ""
    return f"{comparable(case.declared.name)}.{ttl} IN CNAME {case.target}."


def plane(case: Case) -> Iterator[Drift]:
    """What is wrong in the control plane."""
    view = case.observed.plane
    if view is None:
        return
    if view.failure:
        yield case.found("plane_unreadable", view.failure, "a zone that can be read")
    elif case.holder is None or _elsewhere(case, case.holder):
        yield case.found(
            "plane_not_in_azure",
            f"None of the zones that the credentials see holds {comparable(case.declared.name)}.",
            "a visible zone, or no look at the control plane",
        )
    else:
        yield from _record(case, case.holder)
        if case.holder.lock:
            yield case.found("plane_locked", f"{case.holder.lock} is in the way of changes.", "no lock")


def _elsewhere(case: Case, holder: PlaneZone) -> bool:
    """Whether the alias lies below a delegation to servers that have nothing to do with the zone in Azure."""
    zone = case.observed.zone
    deeper = (
        zone is not None and zone.zone is not None and comparable(zone.zone).endswith(f".{comparable(holder.name)}")
    )
    return deeper and holder.record is None and not (case.observed.plane and case.observed.plane.chosen)


def _record(case: Case, holder: PlaneZone) -> Iterator[Drift]:
    expected = f"CNAME {case.target}"
    if holder.other_types:
        yield case.found(
            "plane_other_type", f"{holder} has {', '.join(sorted(holder.other_types))} records there.", expected
        )
    record = holder.record
    if record is None:
        if not holder.other_types:
            lines = ("", declared_line(case))
            yield case.found("plane_missing", f"{holder} has no record there.", expected, lines=lines)
    elif record.target_resource is not None:
        yield _azure_alias(case, holder, record)
    else:
        yield from _values(case, holder, record)


def _azure_alias(case: Case, holder: PlaneZone, record: RecordSet) -> Drift:
    return case.found(
        "alias_record_set",
        f"{holder} has an alias record set that follows {record.target_resource}.",
        f"CNAME {case.target}",
        state=State.IN_SYNC if case.clean else State.DRIFT,
        lines=_lines(case, record),
    )


def _values(case: Case, holder: PlaneZone, record: RecordSet) -> Iterator[Drift]:
    if comparable(record.target or "") != case.target:
        seen = f"CNAME {comparable(record.target)}" if record.target else "an empty record set"
        lines = _lines(case, record)
        yield case.found("plane_wrong_target", f"{holder} has {seen}.", f"CNAME {case.target}", lines=lines)
    if case.declared.ttl is not None and record.ttl != case.declared.ttl:
        yield case.found(
            "plane_ttl",
            f"{holder} has a TTL of {record.ttl} s.",
            f"a TTL of {case.declared.ttl} s",
            lines=_lines(case, record),
        )


def _lines(case: Case, record: RecordSet) -> tuple[str, str]:
    return ("\n".join(zone_lines(case.declared.name, record)), declared_line(case))

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The plan for all aliases at once: what has to change in which zone, whether it is safe, what stands in the way."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.configmgr.cmg.plugins.module_utils._core.counting import counted
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import CmgError, InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Finding, Rule, Severity
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import Context, Gateway
from ansible_collections.configmgr.cmg.plugins.module_utils._core.names import GatewayNames
from ansible_collections.configmgr.cmg.plugins.module_utils._core.records import (
    WRITES,
    Action,
    Alias,
    Change,
    Conflict,
    OnConflict,
    RecordSet,
    State,
    comparable,
    decide,
    same_name,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.zones import Zone, delegation_above

AZURE_DNS = "Microsoft Learn: DNS zones and records in Azure DNS"
CMG_NAMES = "Microsoft Learn: CMG server authentication certificate, section on the DNS CNAME alias"
DANGLING_DNS = "Microsoft Learn: Prevent dangling DNS entries and avoid subdomain takeover"


class UnsafePlan(CmgError):
    """The plan changes more than the user allows; nothing has been written."""


@dataclass(frozen=True, slots=True)
class PlacedAlias:
    """An alias together with the zone that holds it and its name relative to that zone."""

    alias: Alias
    zone: Zone
    name: str


RULES = (
    OTHER_TYPE := Rule(
        "DNS-001", "No record of another type has the name", Severity.ERROR, (AZURE_DNS, "RFC 1034 3.6.2")
    ),
    DELEGATED_AWAY := Rule("DNS-002", "The zone itself answers for the name", Severity.ERROR, ("RFC 1034 4.2.1",)),
    OTHER_TARGET := Rule("DNS-003", "No alias of somebody else has the name", Severity.ERROR, (CMG_NAMES,)),
    OTHER_TTL := Rule("DNS-004", "An alias of somebody else has the declared TTL", Severity.ERROR, (AZURE_DNS,)),
    NOT_OURS := Rule("DNS-005", "The alias to remove is ours", Severity.ERROR, (AZURE_DNS,)),
    EMPTY := Rule("DNS-006", "No empty record set of somebody else has the name", Severity.ERROR, (AZURE_DNS,)),
    AZURE_ALIAS := Rule("DNS-007", "No Azure alias record set has the name", Severity.ERROR, (AZURE_DNS,)),
    WRITE_FAILED := Rule("DNS-008", "The change of the alias succeeds", Severity.ERROR, (AZURE_DNS,)),
    HELD_BACK := Rule("DNS-009", "The alias is not held back", Severity.WARNING, (DANGLING_DNS,)),
    NO_PLACE := Rule("DNS-010", "There is one zone for the alias", Severity.ERROR, (AZURE_DNS,)),
)
RULE_OF_CONFLICT: Mapping[Conflict, Rule] = {
    Conflict.OTHER_TYPE: OTHER_TYPE,
    Conflict.DELEGATED_AWAY: DELEGATED_AWAY,
    Conflict.OTHER_TARGET: OTHER_TARGET,
    Conflict.OTHER_TTL: OTHER_TTL,
    Conflict.NOT_OURS: NOT_OURS,
    Conflict.EMPTY: EMPTY,
    Conflict.AZURE_ALIAS: AZURE_ALIAS,
}
REPLACE = "set on_conflict to replace to take it over"
REMEDY_OF_CONFLICT: Mapping[Conflict, str] = {
    Conflict.OTHER_TYPE: "Remove those records or choose another service name; only a CNAME is ever replaced.",
    Conflict.DELEGATED_AWAY: "Keep the alias in the zone that the name is delegated to: give it in dns.zone.",
    Conflict.OTHER_TARGET: f"Find out who uses it; if nobody does, {REPLACE}. "
    "For a gateway that is being converted from classic set context to convert.",
    Conflict.OTHER_TTL: f"Declare that TTL in dns.ttl, or {REPLACE}.",
    Conflict.NOT_OURS: "Remove it where it was made, or set on_conflict to replace to remove it here.",
    Conflict.EMPTY: f"Find out who keeps it; if nobody does, {REPLACE}.",
    Conflict.AZURE_ALIAS: f"Find out who keeps it; if nobody does, {REPLACE}.",
}


def wanted_alias(gateway: Gateway, names: GatewayNames) -> Alias:
    """The alias that a gateway needs, from its declaration and its computed names."""
    converting = gateway.context is Context.CONVERT
    return Alias(
        service_name=names.service_name or gateway.label,
        target=names.deployment_name,
        ttl=gateway.dns.ttl,
        metadata=gateway.dns.metadata,
        own_classic_name=names.classic_deployment_name if converting else None,
    )


def check_distinct(service_names: Iterable[str]) -> None:
    """Refuse two gateways with one service name, whose aliases would fight each other.

    :raises InvalidInput: naming every service name that occurs more than once.
    """
    repeated = sorted(name for name, times in Counter(service_names).items() if times > 1)
    if repeated:
        raise InvalidInput(
            f"More than one gateway is declared with the service name {', '.join(repeated)}; one name can have one "
            "alias only. Remove the surplus declaration or correct its service name."
        )


def plan(
    placed: Sequence[PlacedAlias],
    contents: Mapping[tuple[str, str, str], Sequence[RecordSet]],
    state: State,
    on_conflict: OnConflict,
) -> list[Change]:
    """The change for each alias, in the same order. O(contents) maps a zone's key to all its record sets."""
    indexes = {key: _by_name(record_sets) for key, record_sets in contents.items()}
    delegations = {key: {found.name: found for found in sets if found.type == "NS"} for key, sets in contents.items()}
    return [
        _delegated_away(entry, delegations[entry.zone.key], state)
        or decide(entry.alias, entry.name, indexes[entry.zone.key].get(entry.name, ()), state, on_conflict)
        for entry in placed
    ]


def _by_name(record_sets: Iterable[RecordSet]) -> dict[str, list[RecordSet]]:
    index: dict[str, list[RecordSet]] = defaultdict(list)
    for record_set in record_sets:
        index[record_set.name].append(record_set)
    return index


def _delegated_away(entry: PlacedAlias, delegations: Mapping[str, RecordSet], state: State) -> Change | None:
    cut = delegation_above(entry.name, delegations)
    if state is State.ABSENT or cut is None or cut == entry.name:
        return None
    blocking = delegations[cut]
    return Change(Action.CONFLICT, blocking, blocking, Conflict.DELEGATED_AWAY, ("NS",))


def check_hold(hold: Iterable[str], service_names: Iterable[str | None]) -> None:
    """Refuse to hold back what is not declared: a slip of the pen there would make the alias after all.

    :raises InvalidInput: naming every name that none of the gateways has.
    """
    known = {comparable(name) for name in service_names if name}
    unknown = [name for name in hold if comparable(name) not in known]
    if unknown:
        raise InvalidInput(
            f"hold names {', '.join(unknown)}, which is the service name of none of the gateways. Correct or remove it."
        )


def hold_back(placed: Sequence[PlacedAlias], changes: Sequence[Change], hold: Iterable[str]) -> list[Change]:
    """The plan without the changes that would newly make one of these service names point to its deployment name.

    An alias that points there already is neither removed nor kept from other changes.
    """
    held = {comparable(name) for name in hold}
    return [
        Change(Action.HELD, change.before, change.before)
        if comparable(entry.alias.service_name) in held and _leads_anew(entry.alias, change)
        else change
        for entry, change in zip(placed, changes, strict=True)
    ]


def _leads_anew(alias: Alias, change: Change) -> bool:
    pointed = change.before is not None and same_name(change.before.target, alias.target)
    return change.action in (Action.CREATE, Action.UPDATE) and not pointed


def held_finding(gateway: str, entry: PlacedAlias, change: Change) -> Finding | None:
    """That an alias is being held back, as a finding; V(None) when it is not."""
    if change.action is not Action.HELD:
        return None
    before = f"; it points to {change.before.target} as before" if change.before and change.before.target else ""
    return HELD_BACK.finding(
        gateway=gateway,
        subject="DNS alias",
        observed=f"The alias of {entry.alias.service_name} is held back as asked{before}.",
        expected=f"An alias to {entry.alias.target}, as soon as that name is ours: until then whoever claims it would "
        "receive the clients.",
        remedy="Deploy the gateway, then run again without holding its alias back.",
    )


def parse_max_changes(max_changes: str | None) -> tuple[int, bool] | None:
    """A limit as a number and whether it is a percentage, or V(None) for no limit.

    :raises InvalidInput: when it is neither a number nor a percentage.
    """
    if max_changes is None:
        return None
    match = re.fullmatch(r"(\d{1,9})\s*(%?)", max_changes.strip())
    if match is None:
        raise InvalidInput(
            f"max_changes is {max_changes!r}, which is neither a number nor a percentage. Write for example 10 or 30%."
        )
    return int(match[1]), bool(match[2])


def check_max_changes(changes: Sequence[Change], max_changes: str | None) -> None:
    """Refuse a plan that changes more than O(max_changes), a number or a percentage of all declared aliases.

    :raises UnsafePlan: when the plan exceeds it.
    """
    parsed = parse_max_changes(max_changes)
    if parsed is None:
        return
    number, is_percentage = parsed
    limit = len(changes) * number // 100 if is_percentage else number
    kinds = Counter(change.action for change in changes if change.action in WRITES)
    if kinds.total() > limit:
        listed = ", ".join(f"{times} to {action}" for action, times in sorted(kinds.items()))
        raise UnsafePlan(
            f"The plan has {counted(kinds.total(), 'change')} ({listed}) for "
            f"{counted(len(changes), 'alias', 'aliases')}, but max_changes is {max_changes}, which allows {limit}. "
            "Nothing was written. "
            "Look at the plan in check mode with diff, then raise max_changes or correct the declaration."
        )


def conflict_finding(gateway: str, entry: PlacedAlias, change: Change) -> Finding | None:
    """What stands in the way of an alias, as a finding; V(None) when nothing does."""
    if change.conflict is None or change.before is None:
        return None
    return RULE_OF_CONFLICT[change.conflict].finding(
        gateway=gateway,
        subject="DNS alias",
        observed=_observed(entry, change, change.before),
        expected=_expected(entry.alias, change.conflict),
        remedy=REMEDY_OF_CONFLICT[change.conflict],
    )


def _observed(entry: PlacedAlias, change: Change, found: RecordSet) -> str:
    owner = entry.alias.service_name
    place = f"in the DNS zone {entry.zone}"
    sentences = {
        Conflict.OTHER_TYPE: f"{owner} has a record set of type {' and '.join(change.blocking_types)} {place}",
        Conflict.DELEGATED_AWAY: f"{found.name}.{entry.zone.name} is delegated to other servers by NS records {place}",
        Conflict.EMPTY: f"{owner} has a CNAME record set without a record {place}",
        Conflict.AZURE_ALIAS: f"{owner} is an Azure alias of {found.target_resource} {place}",
    }
    pointing = f"{owner} points to {found.target} with a TTL of {found.ttl} s {place}, and it does not have our mark"
    return sentences.get(change.conflict or Conflict.NOT_OURS, pointing)


def _expected(alias: Alias, conflict: Conflict) -> str:
    if conflict is Conflict.NOT_OURS:
        return "an alias that this collection made (its metadata managed-by says so)"
    return f"nothing, or the alias to {alias.target} with a TTL of {alias.ttl} s"

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan for all aliases together: limits, conflicts, delegations, order."""

from __future__ import annotations

import time

import pytest

from ansible_collections.configmgr.cmg.plugins.module_utils._core import alias_plan
from ansible_collections.configmgr.cmg.plugins.module_utils._core.alias_plan import PlacedAlias, UnsafePlan
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import Context, DnsPlacement, Gateway
from ansible_collections.configmgr.cmg.plugins.module_utils._core.names import duplicate_findings, names_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.records import (
    Action,
    Alias,
    Change,
    Conflict,
    OnConflict,
    RecordSet,
    State,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.zones import Zone

ZONE = Zone("s1", "rg-dns", "contoso.com")
OTHER_ZONE = Zone("s1", "rg-dns", "fabrikam.com")
APEX = [RecordSet("NS", "@", 172800), RecordSet("SOA", "@", 3600)]


def placed(name: str, zone: Zone = ZONE) -> PlacedAlias:
    return PlacedAlias(Alias(f"{name}.{zone.name}", f"{name}.westus.cloudapp.azure.com", 3600), zone, name)


def planned(entries: list[PlacedAlias], found: list[RecordSet], state: State = State.PRESENT) -> list[Change]:
    contents = {ZONE.key: [*APEX, *found], OTHER_ZONE.key: APEX}
    return alias_plan.plan(entries, contents, state, OnConflict.FAIL)


def test_each_alias_is_judged_by_its_own_zone_and_name() -> None:
    found = [
        RecordSet("CNAME", "b", 3600, "b.westus.cloudapp.azure.com"),
        RecordSet("A", "c", 60),
        RecordSet("A", "a.b", 60),
    ]
    changes = planned([placed("c"), placed("b"), placed("a"), placed("c", OTHER_ZONE)], found)
    assert [change.action for change in changes] == [Action.CONFLICT, Action.NONE, Action.CREATE, Action.CREATE]


@pytest.mark.parametrize(
    ("cut", "state", "conflict"),
    [
        ("eu", State.PRESENT, Conflict.DELEGATED_AWAY),
        ("a.eu", State.PRESENT, Conflict.OTHER_TYPE),
        ("us", State.PRESENT, None),
        ("eu", State.ABSENT, None),
    ],
)
def test_a_name_below_a_delegation_is_never_asked_for(cut: str, state: State, conflict: Conflict | None) -> None:
    (change,) = planned([placed("a.eu")], [RecordSet("NS", cut, 3600)], state)
    assert change.conflict is conflict
    assert change.blocking_types == (("NS",) if conflict else ())


CHANGES = [Change(Action.CREATE)] * 3 + [Change(Action.DELETE)] + [Change(Action.NONE)] * 6


@pytest.mark.parametrize("limit", [None, "4", "4 ", "100", "40%", "40 %", "100%", "49%"])
def test_a_plan_within_its_limit(limit: str | None) -> None:
    alias_plan.check_max_changes(CHANGES, limit)


@pytest.mark.parametrize(("limit", "allowed"), [("3", 3), ("0", 0), ("0%", 0), ("39%", 3), ("30%", 3)])
def test_a_plan_beyond_its_limit(limit: str, allowed: int) -> None:
    with pytest.raises(UnsafePlan) as caught:
        alias_plan.check_max_changes(CHANGES, limit)
    assert "has 4 changes (3 to create, 1 to delete) for 10 aliases" in caught.value.message
    assert f"max_changes is {limit}, which allows {allowed}. Nothing was written." in caught.value.message


@pytest.mark.parametrize("limit", ["", "-1", "ten", "1.5", "%", "10%%", "1e3", "9999999999"])
def test_a_limit_that_is_none(limit: str) -> None:
    with pytest.raises(InvalidInput, match="neither a number nor a percentage"):
        alias_plan.parse_max_changes(limit)


def test_a_service_name_is_declared_once() -> None:
    with pytest.raises(InvalidInput, match=r"with the service name a\.contoso\.com, b\.contoso\.com; one name"):
        alias_plan.check_distinct(["b.contoso.com", "a.contoso.com", "b.contoso.com", "a.contoso.com", "c.contoso.com"])


@pytest.mark.parametrize(
    ("conflict", "found", "types", "rule", "observed"),
    [
        (Conflict.OTHER_TYPE, RecordSet("A", "a", 1), ("A", "TXT"), "DNS-001", "of type A and TXT in the DNS zone con"),
        (Conflict.DELEGATED_AWAY, RecordSet("NS", "eu", 1), ("NS",), "DNS-002", "eu.contoso.com is delegated to other"),
        (Conflict.OTHER_TARGET, RecordSet("CNAME", "a", 60, "x.y"), (), "DNS-003", "points to x.y with a TTL of 60 s"),
        (Conflict.OTHER_TTL, RecordSet("CNAME", "a", 60, "x.y"), (), "DNS-004", "points to x.y with a TTL of 60 s"),
        (Conflict.NOT_OURS, RecordSet("CNAME", "a", 60, "x.y"), (), "DNS-005", "does not have our mark"),
        (Conflict.EMPTY, RecordSet("CNAME", "a", 60), (), "DNS-006", "has a CNAME record set without a record"),
        (Conflict.AZURE_ALIAS, RecordSet("CNAME", "a", 60, None, "/x"), (), "DNS-007", "is an Azure alias of /x in"),
    ],
)
def test_every_conflict_has_its_rule(
    conflict: Conflict, found: RecordSet, types: tuple[str, ...], rule: str, observed: str
) -> None:
    change = Change(Action.CONFLICT, found, found, conflict, types)
    finding = alias_plan.conflict_finding("a.contoso.com", placed("a"), change)
    assert finding is not None
    assert (finding.rule, finding.gateway) == (rule, "a.contoso.com")
    assert observed in finding.observed
    assert finding.remedy
    assert finding.expected


def test_there_is_a_rule_and_a_remedy_for_every_conflict() -> None:
    assert set(alias_plan.RULE_OF_CONFLICT) == set(alias_plan.REMEDY_OF_CONFLICT) == set(Conflict)
    assert len({rule.id for rule in alias_plan.RULES}) == len(alias_plan.RULES)
    assert set(alias_plan.RULE_OF_CONFLICT.values()) < set(alias_plan.RULES)


def test_no_conflict_no_finding() -> None:
    assert alias_plan.conflict_finding("a", placed("a"), Change(Action.CREATE)) is None


@pytest.mark.parametrize(
    ("context", "classic"),
    [(Context.NEW, None), (Context.EXISTING, None), (Context.CONVERT, "granitefalls.cloudapp.net")],
)
def test_the_classic_name_counts_only_while_converting(context: Context, classic: str | None) -> None:
    dns = DnsPlacement(ttl=300, metadata={"owner": "us"})
    gateway = Gateway("GraniteFalls.contoso.com", "westus", context=context, dns=dns)
    alias = alias_plan.wanted_alias(gateway, names_of(gateway)[0])
    target = "granitefalls.westus.cloudapp.azure.com"
    assert alias == Alias("granitefalls.contoso.com", target, 300, {"owner": "us"}, classic)


def test_a_thousand_gateways_are_planned_within_a_second() -> None:
    gateways = [Gateway(f"gateway{number}.contoso.com", "westus") for number in range(1000)]
    found = [RecordSet("NS", f"cut{number}", 60) for number in range(9000)]
    started = time.process_time()
    names = [names_of(gateway)[0] for gateway in gateways]
    duplicate_findings(names)
    aliases = [alias_plan.wanted_alias(gateway, one) for gateway, one in zip(gateways, names, strict=True)]
    changes = planned([PlacedAlias(alias, ZONE, alias.service_name.partition(".")[0]) for alias in aliases], found)
    assert time.process_time() - started < 1
    assert {change.action for change in changes} == {Action.CREATE}

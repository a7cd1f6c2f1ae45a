# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which zone holds a name, and what is said when none or several do."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.cmg.plugins.module_utils._core import zones
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import DnsPlacement
from ansible_collections.configmgr.cmg.plugins.module_utils._core.zones import Zone

CONTOSO = Zone("s1", "rg-dns", "contoso.com")
EU = Zone("s1", "rg-eu", "eu.contoso.com")
OTHER = Zone("s2", "rg-other", "contoso.com")
FABRIKAM = Zone("s1", "rg-dns", "fabrikam.com")
SUFFIX = Zone("s1", "rg-dns", "oso.com")


@pytest.mark.parametrize(
    ("service_name", "zone", "relative"),
    [
        ("granitefalls.contoso.com", "contoso.com", "granitefalls"),
        ("cmg.eu.contoso.com", "contoso.com", "cmg.eu"),
        ("cmg.eu.contoso.com", "eu.contoso.com", "cmg"),
        ("CMG.Eu.Contoso.Com.", "contoso.com.", "cmg.eu"),
    ],
)
def test_relative_name(service_name: str, zone: str, relative: str) -> None:
    assert zones.relative_name(service_name, zone) == relative


@pytest.mark.parametrize(
    ("service_name", "zone", "said"),
    [
        ("contoso.com", "contoso.com", "is the apex of the DNS zone contoso.com"),
        ("Contoso.com.", "contoso.com", "is the apex"),
        ("x.contoso.com", "fabrikam.com", "does not lie in the DNS zone fabrikam.com"),
        ("x.mycontoso.com", "contoso.com", "does not lie in"),
    ],
)
def test_a_name_that_cannot_be_there(service_name: str, zone: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        zones.relative_name(service_name, zone)


@pytest.mark.parametrize(
    ("service_name", "placement", "visible", "chosen"),
    [
        ("a.contoso.com", DnsPlacement(), [FABRIKAM, CONTOSO, SUFFIX], CONTOSO),
        ("a.eu.contoso.com", DnsPlacement(), [CONTOSO, EU], EU),
        ("a.eu.contoso.com", DnsPlacement(), [EU, CONTOSO], EU),
        ("a.eu.contoso.com", DnsPlacement(zone="Contoso.com."), [CONTOSO, EU], CONTOSO),
        ("a.eu.contoso.com", DnsPlacement(resource_group="RG-DNS"), [CONTOSO, EU], CONTOSO),
        ("a.contoso.com", DnsPlacement(resource_group="rg-other"), [CONTOSO, OTHER], OTHER),
        ("a.contoso.com", DnsPlacement(subscription_id="S2"), [CONTOSO, OTHER], OTHER),
    ],
)
def test_chosen_zone(service_name: str, placement: DnsPlacement, visible: list[Zone], chosen: Zone) -> None:
    assert zones.choose_zone(service_name, placement, visible) == chosen


def test_two_zones_of_one_name_are_both_named() -> None:
    with pytest.raises(InvalidInput) as caught:
        zones.choose_zone("a.contoso.com", DnsPlacement(), [OTHER, CONTOSO])
    named = [
        "contoso.com (resource group rg-dns, subscription s1)",
        "contoso.com (resource group rg-other, subscription s2)",
    ]
    assert " and ".join(named) in caught.value.message
    assert "dns.resource_group" in caught.value.message


@pytest.mark.parametrize(
    ("placement", "visible", "said"),
    [
        (DnsPlacement(), [], "no DNS zone that a.contoso.com ends with. The credentials see no DNS zone at all."),
        (DnsPlacement(), [FABRIKAM], "that a.contoso.com ends with. The credentials see fabrikam.com."),
        (DnsPlacement(zone="contoso.com"), [EU], "no DNS zone named contoso.com. The credentials see eu.contoso.com."),
        (DnsPlacement(resource_group="rg-x"), [CONTOSO], "ends with in resource group rg-x. The credentials see"),
        (DnsPlacement(), [Zone("s", "g", f"z{number}.net") for number in range(12)], "and 2 more"),
    ],
)
def test_no_zone(placement: DnsPlacement, visible: list[Zone], said: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        zones.choose_zone("a.contoso.com", placement, visible)
    assert said in caught.value.message


@pytest.mark.parametrize(
    ("placement", "visible", "seen", "way_out"),
    [
        (DnsPlacement(), [EU], "see eu.contoso.com in", "give the zone's own subscription in dns.subscription_id, or"),
        (
            DnsPlacement(),
            [],
            "see no DNS zone at all in",
            "give the zone's own subscription in dns.subscription_id, or",
        ),
        (DnsPlacement(subscription_id="s7"), [EU], "see eu.contoso.com in", "correct dns.subscription_id, or give"),
    ],
)
def test_no_zone_where_one_subscription_was_searched(
    placement: DnsPlacement, visible: list[Zone], seen: str, way_out: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        zones.choose_zone("a.fabrikam.com", placement, visible, "s7")
    assert f"The credentials {seen} subscription s7, the only one searched. Create the zone" in caught.value.message
    assert way_out in caught.value.message


@pytest.mark.parametrize(
    ("name", "cuts", "cut"),
    [
        ("a.eu", {"eu"}, "eu"),
        ("a.b.eu", {"eu", "b.eu"}, "eu"),
        ("eu", {"eu"}, "eu"),
        ("a.eu", {"@", "us", "xeu"}, None),
    ],
)
def test_delegation_above(name: str, cuts: set[str], cut: str | None) -> None:
    assert zones.delegation_above(name, cuts) == cut


def test_a_zone_is_told_apart_without_case() -> None:
    assert Zone("S1", "RG-DNS", "Contoso.com.").key == CONTOSO.key
    assert OTHER.key != CONTOSO.key


@pytest.mark.parametrize(
    ("placement", "settled"),
    [
        (DnsPlacement(zone="contoso.com", resource_group="rg"), True),
        (DnsPlacement(zone="contoso.com"), False),
        (DnsPlacement(resource_group="rg"), False),
    ],
)
def test_a_complete_placement_needs_no_search(placement: DnsPlacement, settled: bool) -> None:
    assert zones.is_settled(placement) is settled

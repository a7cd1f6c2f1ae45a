# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""DNS zones: which one holds a service name, and what the name is called in it."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from ansible_collections.configmgr.cmg.plugins.module_utils._core.counting import first_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import DnsPlacement
from ansible_collections.configmgr.cmg.plugins.module_utils._core.records import comparable

MOST_NAMED = 10


@dataclass(frozen=True, slots=True, order=True)
class Zone:
    """A public DNS zone. Two zones of one name may exist; subscription and resource group tell them apart."""

    subscription_id: str
    resource_group: str
    name: str

    def __str__(self) -> str:
        return f"{self.name} (resource group {self.resource_group}, subscription {self.subscription_id})"

    @property
    def key(self) -> tuple[str, str, str]:
        """What identifies it: Azure compares all three without regard to case."""
        return (self.subscription_id.lower(), self.resource_group.lower(), comparable(self.name))


def relative_name(service_name: str, zone_name: str) -> str:
    """What a service name is called in a zone: V(cmg.eu) for C(cmg.eu.contoso.com) in C(contoso.com).

    :raises InvalidInput: when the name is the zone's apex, where no CNAME can be, or lies outside the zone.
    """
    name, zone = comparable(service_name), comparable(zone_name)
    if name == zone:
        raise InvalidInput(
            f"The service name {name} is the apex of the DNS zone {zone}, where no CNAME can exist beside SOA and NS. "
            "Use a service name below the zone."
        )
    if not name.endswith(f".{zone}"):
        raise InvalidInput(
            f"The service name {name} does not lie in the DNS zone {zone}. "
            "Give the zone that it ends with in dns.zone, or leave dns.zone out to have it found."
        )
    return name.removesuffix(f".{zone}")


def holds(zone_name: str, service_name: str) -> bool:
    """Whether a zone's name is a suffix of a service name, label by label."""
    name, zone = comparable(service_name), comparable(zone_name)
    return name == zone or name.endswith(f".{zone}")


def is_settled(placement: DnsPlacement) -> bool:
    """Whether the declaration names its zone completely, so that no list of zones needs to be read."""
    return placement.zone is not None and placement.resource_group is not None


def choose_zone(
    service_name: str, placement: DnsPlacement, visible: Sequence[Zone], searched: str | None = None
) -> Zone:
    """The zone that holds a service name: the one that is named, or the longest suffix among the visible ones.

    :param searched: the subscription whose zones the visible ones are; V(None) if all subscriptions were searched.
    :raises InvalidInput: when there is none, or more than one of that name.
    """
    candidates = [zone for zone in visible if _admitted(zone, placement) and _fits(zone, service_name, placement)]
    if not candidates:
        raise InvalidInput(_none_found(service_name, placement, visible, searched))
    longest = max(len(comparable(zone.name)) for zone in candidates)
    chosen = sorted(zone for zone in candidates if len(comparable(zone.name)) == longest)
    if len(chosen) > 1:
        raise InvalidInput(_several_found(service_name, chosen))
    return chosen[0]


def _admitted(zone: Zone, placement: DnsPlacement) -> bool:
    group, subscription = placement.resource_group, placement.subscription_id
    same_group = group is None or zone.resource_group.lower() == group.lower()
    return same_group and (subscription is None or zone.subscription_id.lower() == subscription.lower())


def _fits(zone: Zone, service_name: str, placement: DnsPlacement) -> bool:
    if placement.zone is not None:
        return comparable(zone.name) == comparable(placement.zone)
    return holds(zone.name, service_name)


def _none_found(service_name: str, placement: DnsPlacement, visible: Iterable[Zone], searched: str | None) -> str:
    place = f" in resource group {placement.resource_group}" if placement.resource_group else ""
    wanted = f"named {placement.zone}" if placement.zone else f"that {service_name} ends with"
    return (
        f"There is no DNS zone {wanted}{place}. {_seen(visible, searched)} "
        f"Create the zone, correct dns.zone or dns.resource_group, {_elsewhere(placement, searched)}"
        "or give the credentials the right to read it."
    )


def _seen(visible: Iterable[Zone], searched: str | None) -> str:
    names = sorted({zone.name for zone in visible})
    seen = first_of(names, MOST_NAMED) if names else "no DNS zone at all"
    where = f" in subscription {searched}, the only one searched" if searched else ""
    return f"The credentials see {seen}{where}."


def _elsewhere(placement: DnsPlacement, searched: str | None) -> str:
    """The way out where the zone is in another subscription than the one that was searched."""
    if searched is None:
        return ""
    verb = "correct" if placement.subscription_id else "give the zone's own subscription in"
    return f"{verb} dns.subscription_id, "


def _several_found(service_name: str, zones: Iterable[Zone]) -> str:
    listed = " and ".join(str(zone) for zone in zones)
    return (
        f"The alias of {service_name} could be kept in {listed}; only one of them can be the delegated one. "
        "Give its resource group in dns.resource_group (and dns.subscription_id where that differs)."
    )


def delegation_above(name: str, cuts: Container[str]) -> str | None:
    """The relative name at which the zone delegates the part that holds O(name) to other servers, or V(None).

    What is written below such a delegation exists in Azure and is never asked for (RFC 1034 section 4.2.1).

    :param cuts: the relative names that have NS records of their own.
    """
    labels = name.split(".")
    parents = (".".join(labels[start:]) for start in reversed(range(len(labels))))
    return next((parent for parent in parents if parent in cuts), None)

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Azure as the look for drift reads it: zones with their name servers, record sets, locks, whose a target is.

Every request in here is a GET. Nothing in this file, nor in what it imports, can write: the module that stands on it
promises so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from ansible_collections.configmgr.cmg.plugins.module_utils._azure.arm import Ask, ResourceManager
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.calls import Calls
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.credentials import credential_of
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.failures import AzureFailure, Kind
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.settings import Connection
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.transport import client_options
from ansible_collections.configmgr.cmg.plugins.module_utils._core.records import RecordSet, comparable
from ansible_collections.configmgr.cmg.plugins.module_utils._core.zones import Zone

DNS_API = "2018-05-01"
NETWORK_API = "2023-09-01"
LOCKS_API = "2016-09-01"
PAGE = "100"
# A subscription that may not be read, or that never had such a thing, has none that could be seen.
NOTHING_THERE = frozenset({Kind.FORBIDDEN, Kind.UNREGISTERED})


@dataclass(frozen=True, slots=True)
class ServedZone:
    """A zone with the servers that Azure gave it."""

    zone: Zone
    name_servers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Owned:
    """The DNS names of the public IP addresses that can be seen. O(complete) if every subscription could be read."""

    names: frozenset[str]
    complete: bool


class DriftReader:
    """Reads Azure, and only reads.

    :param connection: where and as whom.
    :param calls: the deadline, the patience and the count of all calls.
    """

    def __init__(self, connection: Connection, calls: Calls) -> None:
        options = client_options(connection, credential_of(connection, calls), calls)
        self._manager = ResourceManager(options, calls)
        self._given = connection.subscription_id
        self._subscriptions: list[str] | None = None

    def subscriptions(self) -> list[str]:
        """The enabled subscriptions that the credentials can see, the connection's own first."""
        if self._subscriptions is None:
            seen = self._manager.subscriptions()
            own = [self._given] if self._given else []
            self._subscriptions = list(dict.fromkeys([*own, *seen]))
        return self._subscriptions

    def zones(self) -> list[ServedZone]:
        """The public zones of every subscription: a zone of the same name may lie in any of them."""
        found: list[ServedZone] = []
        for subscription in self.subscriptions():
            path = f"/subscriptions/{subscription}/providers/Microsoft.Network/dnszones"
            doing = f"listing the DNS zones of subscription {subscription}"
            found += [
                _zone(subscription, item) for item in self._readable("list_zones", doing, path) or () if _public(item)
            ]
        return found

    def _readable(self, kind: str, doing: str, path: str, version: str = DNS_API) -> list[dict[str, Any]] | None:
        """The items of a list, or V(None) where they may not be read."""
        try:
            return self._manager.listed(Ask(kind, doing, path, version))
        except AzureFailure as failure:
            if failure.kind not in NOTHING_THERE:
                raise
            return None

    def record_sets(self, zone: Zone) -> list[RecordSet]:
        """All record sets of a zone.

        :raises AzureFailure: when they cannot be read.
        """
        ask = Ask(
            "list_record_sets", f"reading the DNS zone {zone}", f"{_path(zone)}/recordsets", DNS_API, {"$top": PAGE}
        )
        return [_record_set(item) for item in self._manager.listed(ask)]

    def lock(self, zone: Zone) -> str | None:
        """The name of a lock on the zone, its group or its subscription, or V(None) if none can be seen."""
        path = f"{_path(zone)}/providers/Microsoft.Authorization/locks"
        try:
            items = self._manager.listed(Ask("list_locks", f"reading the locks of {zone}", path, LOCKS_API))
        except AzureFailure:
            # To read locks is a right of its own, and nothing but a remark depends on it.
            return None
        names = sorted(f"The lock {item.get('name')} ({(item.get('properties') or {}).get('level')})" for item in items)
        return names[0] if names else None

    def owned(self) -> Owned:
        """The DNS names of all public IP addresses of all subscriptions."""
        names: set[str] = set()
        complete = True
        for subscription in self.subscriptions():
            path = f"/subscriptions/{subscription}/providers/Microsoft.Network/publicIPAddresses"
            doing = f"listing the public IP addresses of subscription {subscription}"
            items = self._readable("list_public_ips", doing, path, NETWORK_API)
            complete = complete and items is not None
            names |= {comparable(name) for item in items or () if (name := _dns_name(item))}
        return Owned(frozenset(names), complete)

    def claimable(self, label: str, region: str) -> bool | None:
        """Whether anybody could have the label in the region, or V(None) if Azure does not say."""
        subscription = next(iter(self.subscriptions()), None)
        if subscription is None:
            return None
        place = f"/subscriptions/{subscription}/providers/Microsoft.Network/locations/{quote(region)}"
        ask = Ask(
            "check_dns_label",
            f"checking the DNS label {label} in {region}",
            f"{place}/CheckDnsNameAvailability",
            NETWORK_API,
            {"domainNameLabel": label},
        )
        try:
            available = self._manager.answer(ask).get("available")
        except AzureFailure:
            return None
        return available if isinstance(available, bool) else None


def _path(zone: Zone) -> str:
    group = quote(zone.resource_group)
    return (
        f"/subscriptions/{zone.subscription_id}/resourceGroups/{group}/providers/Microsoft.Network/dnsZones/{zone.name}"
    )


def _properties(item: Mapping[str, Any]) -> Mapping[str, Any]:
    properties = item.get("properties")
    return properties if isinstance(properties, Mapping) else {}


def _public(item: Mapping[str, Any]) -> bool:
    return str(_properties(item).get("zoneType") or "Public") != "Private"


def _zone(subscription: str, item: Mapping[str, Any]) -> ServedZone:
    parts = str(item["id"]).split("/")
    places = [place for place, part in enumerate(parts[:-1]) if part.lower() == "resourcegroups"]
    zone = Zone(subscription, parts[places[0] + 1] if places else "", str(item["name"]).lower())
    return ServedZone(zone, tuple(str(server) for server in _properties(item).get("nameServers") or ()))


def _record_set(item: Mapping[str, Any]) -> RecordSet:
    properties = _properties(item)
    return RecordSet(
        type=str(item["type"]).rpartition("/")[2].upper(),
        name=str(item["name"]).lower(),
        ttl=properties.get("TTL"),
        target=(properties.get("CNAMERecord") or {}).get("cname") or None,
        target_resource=(properties.get("targetResource") or {}).get("id") or None,
        metadata=dict(properties.get("metadata") or {}),
    )


def _dns_name(item: Mapping[str, Any]) -> str | None:
    name = (_properties(item).get("dnsSettings") or {}).get("fqdn")
    return str(name) if name else None

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Zones and record sets: the state and the rules of the DNS provider. No web, no clock, no sockets.

Randomness comes in as `new_etag`. Every method either answers or raises `AzureError` and leaves the state as it was.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from tests.emulator.errors import azure_error
from tests.emulator.messages import Json
from tests.emulator.records import (
    MAXIMUM_RECORDS,
    TYPES,
    RecordSet,
    Wanted,
    fqdn,
    is_domain_name,
    read_body,
    render,
    sort_key,
)

SetKey = tuple[str, str]
ZoneKey = tuple[str, str, str]
SERVER_DOMAINS = ("com", "net", "org", "info")
MAXIMUM_RECORD_SETS = 10_000
ALIAS_TYPES = {
    "A": ("microsoft.network/publicipaddresses", "microsoft.network/trafficmanagerprofiles", "microsoft.cdn/"),
    "AAAA": ("microsoft.network/publicipaddresses", "microsoft.network/trafficmanagerprofiles", "microsoft.cdn/"),
    "CNAME": ("microsoft.network/trafficmanagerprofiles", "microsoft.cdn/"),
}


@dataclass(slots=True)
class Zone:
    """A zone and what lies in it. `sets` is keyed by (relative name, TYPE)."""

    subscription: str
    resource_group: str
    name: str
    etag: str
    pool: str
    tags: dict[str, str] = field(default_factory=dict)
    maximum: int = MAXIMUM_RECORD_SETS
    delegated: bool = True
    sets: dict[SetKey, RecordSet] = field(default_factory=dict)
    revision: int = 0
    ordered: tuple[int, tuple[RecordSet, ...]] = (-1, ())

    @property
    def id(self) -> str:
        """The resource id as answers have it: `dnszones` in lower case."""
        scope = f"/subscriptions/{self.subscription}/resourceGroups/{self.resource_group}"
        return f"{scope}/providers/Microsoft.Network/dnszones/{self.name}"

    @property
    def name_servers(self) -> list[str]:
        """The four names under which the zone is served, each with its final dot."""
        return name_servers(self.pool)

    def in_order(self) -> tuple[RecordSet, ...]:
        """All record sets in the order of lists; sorted anew only after a change, since big zones are paged."""
        if self.ordered[0] != self.revision:
            self.ordered = (self.revision, tuple(sorted(self.sets.values(), key=sort_key)))
        return self.ordered[1]

    def render(self) -> Json:
        """The zone as the provider answers it."""
        return {
            "id": self.id,
            "name": self.name,
            "type": "Microsoft.Network/dnszones",
            "etag": self.etag,
            "location": "global",
            "tags": dict(self.tags),
            "properties": {
                "maxNumberOfRecordSets": self.maximum,
                "maxNumberOfRecordsPerRecordSet": None,
                "nameServers": self.name_servers,
                "numberOfRecordSets": len(self.sets),
                "zoneType": "Public",
            },
        }

    def render_set(self, record_set: RecordSet) -> Json:
        """One of its record sets as the provider answers it."""
        return render(record_set, self.id, self.name)


@dataclass(frozen=True, slots=True)
class Precondition:
    """The If-Match and If-None-Match headers of a call, empty where absent."""

    if_match: str = ""
    if_none_match: str = ""

    def holds(self, etag: str | None) -> bool:
        """Whether an If-Match allows a write over `etag` (None: nothing is there)."""
        if not self.if_match:
            return True
        return etag is not None and (self.if_match == "*" or self.if_match.strip('"') == etag)

    @property
    def only_new(self) -> bool:
        """If-None-Match has an effect for `*` alone; other values are ignored."""
        return self.if_none_match == "*"


def name_servers(pool: str) -> list[str]:
    """The names of the four servers of one pool, such as "04"."""
    return [f"ns{number}-{pool}.azure-dns.{domain}." for number, domain in enumerate(SERVER_DOMAINS, 1)]


@dataclass(slots=True)
class DnsState:
    """All zones of all subscriptions. `target_ttl` tells of an alias target outside of DNS: its TTL, 0, or None."""

    new_etag: Callable[[], str]
    target_ttl: Callable[[str], int | None] = lambda _target: None
    zones: dict[ZoneKey, Zone] = field(default_factory=dict)

    def find(self, subscription: str, resource_group: str, name: str) -> Zone | None:
        """The zone of that name, or None; names compare without case."""
        return self.zones.get((subscription.lower(), resource_group.lower(), name.lower()))

    def zone(self, subscription: str, resource_group: str, name: str) -> Zone:
        """The zone of that name, or ResourceNotFound."""
        zone = self.find(subscription, resource_group, name)
        if zone is None:
            resource = f"Microsoft.Network/dnszones/{name}"
            raise azure_error("ResourceNotFound", resource=resource, resource_group=resource_group)
        return zone

    def list_zones(self, subscription: str, resource_group: str = "") -> list[Zone]:
        """Zones of a subscription, or of one of its resource groups, by name."""
        return sorted(
            (
                zone
                for key, zone in self.zones.items()
                if key[0] == subscription.lower() and resource_group.lower() in ("", key[1])
            ),
            key=lambda zone: zone.id.lower(),
        )

    def named(self, name: str) -> Iterator[Zone]:
        """Every zone of that name, wherever it lives."""
        return (zone for key, zone in self.zones.items() if key[2] == name.lower())

    def put_zone(
        self, subscription: str, resource_group: str, name: str, tags: Mapping[str, str], when: Precondition
    ) -> tuple[Zone, bool]:
        """Make a zone or set the tags of one. Gives the zone and whether it is new."""
        zone = self.find(subscription, resource_group, name)
        if zone is not None and when.only_new:
            raise azure_error("ZoneExists", zone=zone.name)
        if not when.holds(zone.etag if zone else None):
            raise azure_error("ZoneModified", zone=name)
        if zone is not None:
            zone.tags, zone.etag = dict(tags), self.new_etag()
            return zone, False
        if not is_domain_name(name) or name.startswith("*") or "." not in name:
            raise azure_error("InvalidDomainName", value=name)
        return self._make_zone(subscription, resource_group, name.lower(), dict(tags)), True

    def _make_zone(self, subscription: str, resource_group: str, name: str, tags: dict[str, str]) -> Zone:
        others = list(self.named(name))
        zone = Zone(subscription, resource_group, name, self.new_etag(), _free_pool(name, others), tags)
        zone.delegated = not any(other.delegated for other in others)
        servers = zone.name_servers
        soa = {
            "email": "azuredns-hostmaster.microsoft.com",
            "expireTime": 2419200,
            "host": servers[0],
            "minimumTTL": 300,
            "refreshTime": 3600,
            "retryTime": 300,
            "serialNumber": 1,
        }
        hosts = tuple({"nsdname": server} for server in servers)
        zone.sets[("@", "NS")] = RecordSet("@", "NS", self.new_etag(), 172800, hosts)
        zone.sets[("@", "SOA")] = RecordSet("@", "SOA", self.new_etag(), 3600, (soa,))
        zone.revision += 1
        self.zones[(subscription.lower(), resource_group.lower(), name)] = zone
        return zone

    def patch_zone(self, zone: Zone, tags: Mapping[str, str], when: Precondition) -> Zone:
        """Replace the tags of a zone."""
        if not when.holds(zone.etag):
            raise azure_error("ZoneModified", zone=zone.name)
        zone.tags, zone.etag = dict(tags), self.new_etag()
        return zone

    def delete_zone(self, subscription: str, resource_group: str, name: str, when: Precondition) -> bool:
        """Remove a zone with all that is in it. False where there was none."""
        zone = self.find(subscription, resource_group, name)
        if zone is None:
            return False
        if not when.holds(zone.etag):
            raise azure_error("ZoneModified", zone=zone.name)
        del self.zones[(subscription.lower(), resource_group.lower(), zone.name)]
        for record_set in zone.sets.values():
            self._empty_aliases(f"{zone.id}/{record_set.type}/{record_set.name}")
        return True

    def get_set(self, zone: Zone, kind: str, name: str) -> RecordSet:
        """One record set, or RecordNotFound."""
        record_set = zone.sets.get((name.lower(), kind))
        if record_set is None:
            raise azure_error(
                "RecordNotFound", name=name, resource_group=zone.resource_group, subscription=zone.subscription
            )
        return record_set

    def list_sets(self, zone: Zone, kind: str = "", suffix: str = "") -> list[RecordSet]:
        """Record sets of a zone in the order of the service, of one type and under a name suffix where given."""
        ending = f".{suffix.lower().strip('.')}" if suffix else ""
        return [one for one in zone.in_order() if kind in ("", one.type) and one.name.endswith(ending)]

    def put_set(self, zone: Zone, kind: str, name: str, body: Json, when: Precondition) -> tuple[RecordSet, bool]:
        """Make or replace a record set. Gives the set and whether it is new."""
        name = _checked_name(zone, kind, name)
        wanted = read_body(TYPES[kind], body)
        current = zone.sets.get((name, kind))
        _check_precondition(current, name, when)
        if wanted.ttl is None:
            raise azure_error("InvalidRequest")
        made = RecordSet(name, kind, "", wanted.ttl, wanted.records or (), wanted.metadata or {}, wanted.target or "")
        return self._store(zone, current, made), current is None

    def patch_set(self, zone: Zone, kind: str, name: str, body: Json, when: Precondition) -> RecordSet:
        """Merge a body into a record set: what the body leaves out stays; metadata merges key by key."""
        current = self.get_set(zone, kind, name)
        wanted = read_body(TYPES[kind], body)
        _check_precondition(current, name, when)
        return self._store(zone, current, _merged(current, wanted))

    def delete_set(self, zone: Zone, kind: str, name: str, when: Precondition) -> bool:
        """Remove a record set. False where there was none."""
        name = name.lower()
        current = zone.sets.get((name, kind))
        if current is None:
            return False
        if not when.holds(current.etag):
            raise azure_error("RecordModified", name=name)
        if name == "@" and kind in ("SOA", "NS"):
            raise azure_error("ApexFixed", type=kind, zone=zone.name, reason="cannot be deleted")
        del zone.sets[(name, kind)]
        zone.revision += 1
        self._empty_aliases(f"{zone.id}/{kind}/{name}")
        return True

    def _store(self, zone: Zone, current: RecordSet | None, made: RecordSet) -> RecordSet:
        if len(made.records) > MAXIMUM_RECORDS:
            raise azure_error("TooManyRecords", name=made.name, count=len(made.records), limit=MAXIMUM_RECORDS)
        _check_apex(zone, made)
        _check_coexistence(zone, made)
        if current is None and len(zone.sets) >= zone.maximum:
            raise azure_error("ZoneFull", zone=zone.name, count=len(zone.sets), limit=zone.maximum)
        if made.target:
            made = replace(made, ttl=self._alias_ttl(zone, made), records=())
        stored = replace(made, etag=self.new_etag())
        zone.sets[(stored.name, stored.type)] = stored
        zone.revision += 1
        return stored

    def _alias_ttl(self, zone: Zone, made: RecordSet) -> int:
        target = made.target.lower()
        same_zone = f"{zone.id.lower()}/{made.type.lower()}/"
        if target.startswith(same_zone):
            other = zone.sets.get((target.removeprefix(same_zone), made.type))
            if other is None or other.name == made.name:
                raise azure_error("AliasTarget", target=made.target, type=made.type, reason="it does not exist")
            return other.ttl
        kinds = ALIAS_TYPES.get(made.type, ())
        if not any(f"/providers/{kind}" in target for kind in kinds):
            raise azure_error("AliasTarget", target=made.target, type=made.type, reason="its type does not fit")
        ttl = self.target_ttl(made.target)
        if ttl is None:
            raise azure_error("AliasTarget", target=made.target, type=made.type, reason="it does not exist")
        return ttl or made.ttl

    def aliases_of(self, target: str) -> list[str]:
        """Ids of the alias record sets that point at a resource id."""
        return [
            f"{zone.id}/{one.type}/{one.name}"
            for zone in self.zones.values()
            for one in zone.sets.values()
            if one.target and one.target.lower() == target.lower()
        ]

    def target_deleted(self, target: str) -> None:
        """A resource is gone: every alias set that pointed at it becomes an empty plain set."""
        self._empty_aliases(target)

    def _empty_aliases(self, target: str) -> None:
        for zone in self.zones.values():
            for key, one in zone.sets.items():
                if one.target and one.target.lower() == target.lower():
                    zone.sets[key] = replace(one, target="", etag=self.new_etag())
                    zone.revision += 1


def _free_pool(name: str, others: list[Zone]) -> str:
    """A pool of servers that no zone of the same name has; stable for the first one."""
    taken = {other.pool for other in others}
    start = zlib.crc32(name.encode()) % 9
    candidates = [f"{(start + step) % 99 + 1:02d}" for step in range(99)]
    return next(pool for pool in candidates if pool not in taken)


def _checked_name(zone: Zone, kind: str, name: str) -> str:
    lowered = name.lower()
    if lowered == "@":
        return lowered
    full = fqdn(lowered, zone.name)
    if not is_domain_name(full) or (lowered.startswith("*") and kind in ("NS", "SOA")):
        raise azure_error("InvalidDomainName", value=full.rstrip("."))
    return lowered


def _check_precondition(current: RecordSet | None, name: str, when: Precondition) -> None:
    if current is not None and when.only_new:
        raise azure_error("RecordExists", name=current.name)
    if not when.holds(current.etag if current else None):
        raise azure_error("RecordModified", name=name)


def _merged(current: RecordSet, wanted: Wanted) -> RecordSet:
    kept = "" if wanted.records else current.target
    target = kept if wanted.target is None else wanted.target
    return replace(
        current,
        ttl=current.ttl if wanted.ttl is None else wanted.ttl,
        records=current.records if wanted.records is None else wanted.records,
        metadata={**current.metadata, **(wanted.metadata or {})},
        target=target,
    )


def _check_apex(zone: Zone, made: RecordSet) -> None:
    if made.type == "SOA" and made.name != "@":
        raise azure_error("InvalidRequest")
    if made.name != "@":
        return
    if made.type == "CNAME":
        raise azure_error("ApexCname", zone=zone.name)
    if made.type == "SOA" and len(made.records) != 1:
        raise azure_error("ApexFixed", type="SOA", zone=zone.name, reason="must have its record")
    if made.type == "NS":
        hosts = {str(record["nsdname"]).lower().rstrip(".") for record in made.records}
        if not {server.rstrip(".") for server in zone.name_servers} <= hosts:
            raise azure_error("ApexFixed", type="NS", zone=zone.name, reason="must name the zone's own servers")


def _check_coexistence(zone: Zone, made: RecordSet) -> None:
    """A CNAME shares its name with nothing; RFC 1034 3.6.2 as the service enforces it."""
    if made.type == "CNAME":
        if any((made.name, kind) in zone.sets for kind in TYPES if kind != "CNAME"):
            raise azure_error("CnameConflict")
    elif (made.name, "CNAME") in zone.sets:
        raise azure_error("OtherTypeConflict")

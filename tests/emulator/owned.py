# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names that are not the user's: what Azure itself serves, and what the parents of the user's zones say. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import dns.name

from tests.emulator.answers import Served, serve
from tests.emulator.dns_state import SERVER_DOMAINS, Zone
from tests.emulator.estate import Estate
from tests.emulator.messages import Json
from tests.emulator.records import RecordSet

REGION_SUFFIXES = ("cloudapp.azure.com", "cloudapp.usgovcloudapi.net")
CLASSIC_SUFFIXES = ("cloudapp.net", "usgovcloudapp.net")
ADDRESS_TTL = 10
DELEGATION_TTL = 172_800


def synthetic(name: str, sets: Iterable[RecordSet], server: str = "ns1-00.azure-dns.com.") -> Served:
    """A zone that no resource stands for, with SOA and NS of its own."""
    soa: Json = {
        "email": "azuredns-hostmaster.microsoft.com",
        "expireTime": 2419200,
        "host": server,
        "minimumTTL": 60,
        "refreshTime": 900,
        "retryTime": 300,
        "serialNumber": 1,
    }
    zone = Zone("", "", name, "", "00")
    apex = (RecordSet("@", "SOA", "", 900, (soa,)), RecordSet("@", "NS", "", 3600, ({"nsdname": server},)))
    for one in (*apex, *sets):
        zone.sets[(one.name, one.type)] = one
    return replace(serve(zone, lambda _target, _kind: ()), owned=True)


def azure_owned(estate: Estate) -> list[Served]:
    """The zones of Azure that hold its users' resources: cloudapp names from public IP addresses, and classic names."""
    zones = [synthetic(suffix, _labels(estate, suffix)) for suffix in REGION_SUFFIXES]
    return zones + [synthetic(suffix, _classic(estate)) for suffix in CLASSIC_SUFFIXES]


def _address(name: str, address: str) -> RecordSet:
    return RecordSet(name, "A", "", ADDRESS_TTL, ({"ipv4Address": address},))


def _labels(estate: Estate, suffix: str) -> list[RecordSet]:
    found = []
    for one in estate.of_type("Microsoft.Network/publicIPAddresses"):
        full = str(one.properties.get("dnsSettings", {}).get("fqdn", "")).lower()
        if full.endswith(f".{suffix}"):
            found.append(_address(full.removesuffix(f".{suffix}"), str(one.properties["ipAddress"])))
    return found


def _classic(estate: Estate) -> list[RecordSet]:
    return [
        _address(one.name.lower(), str(one.properties["address"]))
        for one in estate.of_type("Microsoft.ClassicCompute/domainNames")
        if one.properties.get("address")
    ]


def server_zones(name: dns.name.Name, servers: list[str]) -> list[Served]:
    """The zone of the name servers' own names, where the question is about one of them."""
    labels = name.to_text(omit_final_dot=True).lower().split(".")
    for number, domain in enumerate(SERVER_DOMAINS):
        suffix = f"azure-dns.{domain}"
        if ".".join(labels[-2:]) != suffix:
            continue
        host = ".".join(labels[:-2])
        known = number < len(servers) and host.startswith(f"ns{number + 1}-")
        return [synthetic(suffix, [_address(host, servers[number])] if known else [])]
    return []


def parent_zones(estate: Estate, zones: Iterable[Zone]) -> list[Served]:
    """The root and top-level zones with one delegation per zone; the seed's `delegations` go before the true ones.

    A zone that lies in another zone here is delegated by that one, not by its top-level domain.
    """
    wanted: dict[str, list[str] | None] = {zone.name: zone.name_servers for zone in zones}
    wanted |= estate.delegations
    tops: dict[str, list[RecordSet]] = {}
    for name, servers in wanted.items():
        relative, _dot, top = name.rpartition(".")
        sets = tops.setdefault(top, [])
        if servers and not _inside(name, wanted):
            hosts = tuple({"nsdname": server} for server in servers)
            sets.append(RecordSet(relative, "NS", "", DELEGATION_TTL, hosts))
    return [synthetic(top, sets, "ns.parent.invalid.") for top, sets in tops.items()] + [root()]


def root() -> Served:
    """The root zone, in which nothing but the apex exists: names that nobody serves are NXDOMAIN."""
    return synthetic(".", (), "ns.parent.invalid.")


def reachable(estate: Estate, zone: Zone) -> bool:
    """Whether the parents lead to this zone: delegated, and not sent elsewhere by the seed's `delegations`."""
    servers = estate.delegations.get(zone.name, zone.name_servers)
    return zone.delegated and servers is not None and _hosts(servers) == _hosts(zone.name_servers)


def lame(estate: Estate, name: dns.name.Name) -> bool:
    """Whether a name lies in a zone that the parents delegate to servers which do not have it."""
    text = name.to_text(omit_final_dot=True).lower()
    for origin, servers in estate.delegations.items():
        inside = text == origin or text.endswith(f".{origin}")
        if inside and servers and not any(reachable(estate, zone) for zone in estate.dns.named(origin)):
            return True
    return False


def _hosts(servers: Iterable[str]) -> set[str]:
    return {server.rstrip(".").lower() for server in servers}


def _inside(name: str, names: Iterable[str]) -> bool:
    return any(name != other and name.endswith(f".{other}") for other in names)

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Observations for the judge's tests: everything is healthy until a test says otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.judge import Verdict, judge
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.observations import (
    PUBLIC_VIEW,
    CaaView,
    Declared,
    End,
    Message,
    Observed,
    Place,
    PlaneView,
    PlaneZone,
    Record,
    Reply,
    Resolution,
    ResolverView,
    ServedView,
    ServerName,
    TargetView,
    ZoneView,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.records import CHANGED_AT, RecordSet

NOW = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)
ZONE = "contoso.com"
NAME = f"granitefalls.{ZONE}"
TARGET = "granitefalls.westus.cloudapp.azure.com"
CLASSIC = "granitefalls.cloudapp.net"
OLD = "oldfalls.eastus.cloudapp.azure.com"
SERVERS = tuple(f"ns{number}-09.azure-dns.{top}" for number, top in enumerate(("com", "net", "org", "info"), 1))
ADDRESSES = ("192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4")
SOA = "ns1-09.azure-dns.com. hostmaster. 1 3600 300 2419200 300"
AA = frozenset({"QR", "AA"})
RA = frozenset({"QR", "RD", "RA"})
DECLARED = Declared(gateway=NAME, name=NAME, target=TARGET, ttl=3600)
GROUP = ("sub", "rg-dns")


def record(kind: str, data: str, *, name: str = NAME, ttl: int = 3600) -> Record:
    return Record(name, kind, ttl, data)


def cname(target: str = TARGET, ttl: int = 3600, name: str = NAME) -> Record:
    return record("CNAME", f"{target}.", ttl=ttl, name=name)


def place(number: int = 0) -> Place:
    return Place(ADDRESSES[number], SERVERS[number])


def said(*answer: Record, number: int = 0, name: str = NAME, kind: str = "CNAME", **more: Any) -> Reply:
    """A server's reply; more: rcode, flags, authority, extended_errors, and edns of the reply."""
    edns = more.pop("edns", True)
    message = Message(answer=answer, **{"flags": AA, **more})
    return Reply(place(number), name, kind, End.ANSWERED, message, 20.0, NOW, edns)


def silent(end: End = End.TIMEOUT, number: int = 0, name: str = NAME, kind: str = "CNAME") -> Reply:
    return Reply(place(number), name, kind, end)


def everywhere(*answer: Record, **more: Any) -> tuple[Reply, ...]:
    return tuple(said(*answer, number=number, **more) for number in range(len(ADDRESSES)))


def negative(rcode: str = "NXDOMAIN", **more: Any) -> dict[str, Any]:
    return {"rcode": rcode, "authority": (record("SOA", SOA, name=ZONE, ttl=300),), **more}


def zone(**changes: Any) -> ZoneView:
    names = tuple(
        ServerName(server, (address,), (), (address,)) for server, address in zip(SERVERS, ADDRESSES, strict=True)
    )
    soa = everywhere(record("SOA", SOA, name=ZONE), name=ZONE, kind="SOA")
    ns = everywhere(*(record("NS", f"{server}.", name=ZONE) for server in SERVERS), name=ZONE, kind="NS")
    return replace(ZoneView(ZONE, SERVERS, names, soa, ns), **changes)


def plane_zone(**changes: Any) -> PlaneZone:
    made = PlaneZone(ZONE, GROUP[1], GROUP[0], SERVERS, RecordSet("CNAME", "granitefalls", 3600, TARGET))
    return replace(made, **changes)


def plane(*zones: PlaneZone, chosen: tuple[str, str] | None = None) -> PlaneView:
    return PlaneView(zones or (plane_zone(),), chosen)


def changed(seconds_ago: float, target: str = TARGET, **metadata: str) -> PlaneView:
    """The control plane after a change by us, some seconds ago."""
    at = (NOW - timedelta(seconds=seconds_ago)).isoformat()
    told = {CHANGED_AT: at, **{name.replace("_", "-"): value for name, value in metadata.items()}}
    return plane(plane_zone(record=RecordSet("CNAME", "granitefalls", 3600, target, metadata=told)))


def resolver(*answer: Record, view: str = PUBLIC_VIEW, end: End = End.ANSWERED, **more: Any) -> ResolverView:
    """A resolver's word; more goes to the view (expect, target, addresses, ...) or to the message."""
    names = ("expect", "target", "addresses", "disabled", "sibling")
    of_view = {name: more.pop(name) for name in names if name in more}
    message = Message(answer=answer, **{"flags": RA, **more}) if end is End.ANSWERED else None
    where = Place("192.0.2.53", view=view)
    return ResolverView(where, Reply(where, NAME, "CNAME", end, message), **of_view)


def target(resolution: Resolution = Resolution.RESOLVES, **changes: Any) -> TargetView:
    made = TargetView(TARGET, resolution, (TARGET,), ("192.0.2.80",), ownership_asked=True, owned=True, complete=True)
    return replace(made, **changes)


def served(**changes: Any) -> ServedView:
    made = ServedView("192.0.2.80", names=(NAME,), not_after=NOW + timedelta(days=200), sha256="ab" * 32, trusted=True)
    return replace(made, **changes)


def observed(**changes: Any) -> Observed:
    """A healthy alias on all layers, with the given layers in place of the healthy ones."""
    healthy = Observed(
        plane=plane(),
        zone=zone(),
        authoritative=everywhere(cname()),
        probes=(said(name=f"zz.{ZONE}", **negative()),),
        recursive=(resolver(cname(ttl=1200)),),
        target=target(),
        served=(served(),),
        caa=CaaView(),
    )
    return replace(healthy, **changes)


def verdict(declared: Declared = DECLARED, now: datetime = NOW, **changes: Any) -> Verdict:
    return judge(declared, observed(**changes), now)


def codes(found: Verdict) -> dict[str, str]:
    """The states of what was found, by code."""
    return {drift.code.code: str(drift.state) for drift in found.findings}

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The miniature DNS put together: processes, responder, TLS hosts, an Azure to read, and one run over all of it."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dns.rcode

from ansible_collections.configmgr.cmg.plugins.module_utils._azure.calls import Calls
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.drift_reading import Owned, ServedZone
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.observations import Declared
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import CmgError
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import gateways_from_options
from ansible_collections.configmgr.cmg.plugins.module_utils._core.records import (
    CHANGED_AT,
    MANAGED_BY,
    MARK,
    RecordSet,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.zones import Zone
from ansible_collections.configmgr.cmg.plugins.module_utils._module.clock import SystemClock
from ansible_collections.configmgr.cmg.plugins.module_utils._module.drift import (
    Run,
    drift_results,
    look_for_drift,
    subjects_of,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._module.drift_options import (
    OPTIONS,
    observer_of,
    request_of,
    transport_of,
)
from tests.dns_lab import behaviours as say
from tests.dns_lab import data, servers
from tests.dns_lab.data import FAULTY, POOL, cname, target
from tests.dns_lab.responder import Behaviour, Responder
from tests.dns_lab.scenarios import FIRST, SECOND, Scenario
from tests.unit import certificate_factory as certificates

SUBSCRIPTION = "5ab50000-0000-4000-8000-000000000001"
DAY = timedelta(days=1)
TRIES = [0.25, 0.35]


def own_records(zone: str, *lines: str) -> list[str]:
    """Lines for the responder: the servers of a zone of its own, and aliases as data has them."""
    made = []
    for server, address in data.OWN_SERVERS[zone.removesuffix(".example")]:
        made += [
            f"{server}.{zone}. 3600 {'AAAA' if ':' in address else 'A'} {address}",
            f"{zone}. 3600 NS {server}.{zone}.",
        ]
    for line in lines:
        owner, rest = line.split(maxsplit=1)
        made.append(f"{owner}.{zone}. {rest}")
    return made


def serving(name: str, *lines: str) -> Behaviour:
    zone = f"{name}.example"
    return say.serving(zone, *own_records(zone, *lines))


def apex_only(name: str, otherwise: Behaviour) -> Behaviour:
    """A server that is all right for the zone itself and its server, and does something else for all other names."""
    plain, own = serving(name), {f"{name}.example", f"ns1.{name}.example"}

    def answer(query: Any, tcp: bool) -> bytes | None:
        asked = query.question[0].name.to_text(omit_final_dot=True).lower()
        return (plain if asked in own else otherwise)(query, tcp)

    return answer


def faulty() -> dict[str, Behaviour]:
    """What every address of the responder says."""
    beside = own_records("beside.example", cname("beside"), "beside 60 A 127.54.9.1")
    second = {
        "mixed.example": serving("mixed", cname("mixed"), cname("mixed", data.OLD)),
        "plainwrong.example": say.without_edns(serving("plainwrong", cname("plainwrong", data.OLD))),
        "doublewild.example": say.wildcard(serving("doublewild", cname("dwild", ttl=60)), "127.54.9.1"),
        "truncwrong.example": apex_only("truncwrong", say.truncating(serving("truncwrong"), tcp_works=False)),
    }
    return {
        FAULTY["refuse"]: say.saying(dns.rcode.REFUSED),
        FAULTY["silent"]: say.silence,
        FAULTY["unauthorised"]: say.without_authority(serving("noaa", cname("noaa"))),
        FAULTY["upward"]: say.referring_upward,
        FAULTY["truncating"]: apex_only("trunc", say.truncating(serving("trunc"), tcp_works=False)),
        FAULTY["longwinded"]: say.truncating(serving("truncok", cname("longwinded")), tcp_works=True),
        FAULTY["plain"]: say.without_edns(serving("noedns", cname("noedns"))),
        FAULTY["garbled"]: apex_only("garbled", say.garbled),
        FAULTY["spoofed"]: apex_only("spoofed", say.for_another_question),
        FAULTY["notimp"]: apex_only("notimp", say.saying(dns.rcode.NOTIMP)),
        FAULTY["servfail"]: say.for_zones(
            {
                "servfail.example": apex_only("servfail", say.saying(dns.rcode.SERVFAIL)),
                "servdead.example": apex_only("servdead", say.saying(dns.rcode.SERVFAIL)),
            }
        ),
        FAULTY["refusing"]: apex_only("refusing", say.saying(dns.rcode.REFUSED)),
        FAULTY["twice"]: serving("twice", cname("twice"), cname("twice", data.OLD)),
        FAULTY["beside"]: say.beside("beside.example", *beside),
        FAULTY["compact"]: say.denying_compactly("nxname.example"),
        FAULTY["halfauthority"]: apex_only("halfaa", say.without_authority(serving("halfaa", cname("halfaa")))),
        FAULTY["mixed"]: say.for_zones(second),
    }


RECORDS: dict[str, RecordSet | None] = {
    "nothing": None,
    "copy": None,
    "nothing twice": None,
    "wrong": RecordSet("CNAME", "", 3600, data.OLD),
    "ttl": RecordSet("CNAME", "", 300),
    "resource": RecordSet(
        "CNAME", "", 3600, None, "/subscriptions/x/providers/Microsoft.Network/trafficManagerProfiles/tm"
    ),
    "other": RecordSet("A", "", 3600),
}


@dataclass
class LabAzure:
    """The control plane to the scenarios: by default each alias stands in its zone as it should."""

    scenarios: Sequence[Scenario]
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def zones(self) -> list[ServedZone]:
        names = sorted({zone_of(one) for one in self.scenarios if one.azure != "no zone"})
        found = [ServedZone(Zone(SUBSCRIPTION, "rg-dns", name), servers_of(name)) for name in names]
        copies = sorted(
            {zone_of(one) for one in self.scenarios if one.azure in ("copy", "empty copy", "nothing twice")}
        )
        return found + [ServedZone(Zone(SUBSCRIPTION, "rg-old", name), data.COPY_NAMES) for name in copies]

    def record_sets(self, zone: Zone) -> list[RecordSet]:
        if zone.name == "unread.example":
            raise CmgError("The credentials lack the right to read unread.example.")
        here = [one for one in self.scenarios if zone_of(one) == zone.name]
        found = [self._record(one, copy=zone.resource_group == "rg-old") for one in here]
        return [one for one in found if one is not None]

    def _record(self, scenario: Scenario, *, copy: bool) -> RecordSet | None:
        name = scenario.name.removesuffix(f".{zone_of(scenario)}")
        classic = "classic" in scenario.declared.values()
        wanted = f"{scenario.label}.cloudapp.net" if classic else target(scenario.label)
        if copy:
            return RecordSet("CNAME", name, 3600, wanted) if scenario.azure == "copy" else None
        if scenario.azure in RECORDS:
            given = RECORDS[scenario.azure]
            if given is None:
                return None
            kept = wanted if scenario.azure == "ttl" else given.target
            return RecordSet(given.type, name, given.ttl, kept, given.target_resource)
        at = {CHANGED_AT: (self.now - timedelta(seconds=5)).isoformat()} if scenario.azure == "young" else {}
        return RecordSet("CNAME", name, 3600, wanted, None, {MANAGED_BY: MARK, **at})

    def lock(self, zone: Zone) -> str | None:
        return "The lock keep (ReadOnly)" if zone.name == "lock.example" else None

    def owned(self) -> Owned:
        names = {target(one.label) for one in self.scenarios if one.owned}
        return Owned(
            frozenset(names | {f"{one.label}.cloudapp.net" for one in self.scenarios if one.owned}), complete=True
        )

    def claimable(self, label: str, _region: str) -> bool | None:
        return next((one.claimable for one in self.scenarios if one.label == label), False)


def zone_of(scenario: Scenario) -> str:
    """The zone of an alias: the name above it, save for deeper ones."""
    return ".".join(scenario.name.split(".")[-2:])


def servers_of(zone: str) -> tuple[str, ...]:
    name = zone.removesuffix(".example")
    if zone in data.FRESH:
        return data.POOL_NAMES
    if name == "noaddress":
        return ("ns.nowhere.example",)
    return tuple(f"{server}.{zone}" for server, _address in data.OWN_SERVERS.get(name, (("ns1", ""),)))


def certificate_for(name: str) -> certificates.Issued:
    """What the host serves for a service name; the label says what is wrong with it."""
    label, now = name.partition(".")[0], datetime.now(UTC)
    changes: dict[str, Any] = {"subject": name, "dns": (name,), "not_before": now - DAY, "not_after": now + 80 * DAY}
    if label in ("tlsname", "halfdead"):
        changes |= {"subject": "others.example", "dns": ("others.example",)}
    if label == "tlsexpired":
        changes |= {"not_before": now - 90 * DAY, "not_after": now - DAY}
    if label in ("tlssoon", "expiring"):
        changes["not_after"] = now + 5 * DAY
    if label == "tlsweak":
        changes["eku"] = (certificates.CLIENT_AUTH,)
    if label == "tlsforeign":
        foreign = certificates.authority(subject="Fabrikam Root CA")
        changes["issuer"] = foreign
    return certificates.server(**changes)


class Hosts:
    """A TLS server on one address that serves for each name (SNI) a certificate of its own."""

    def __init__(self, directory: Path, address: str, port: int) -> None:
        self._directory = directory
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.sni_callback = self._choose
        self._listener = socket.create_server((address, port))
        self._stop = threading.Event()

    @contextlib.contextmanager
    def running(self) -> Iterator[Hosts]:
        self._listener.settimeout(0.1)
        thread = threading.Thread(target=self._serve, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            thread.join(10)
            self._listener.close()

    def _choose(self, connection: ssl.SSLObject | ssl.SSLSocket, name: str | None, _context: ssl.SSLContext) -> None:
        if name is not None:
            connection.context = self._context_for(name)

    def _context_for(self, name: str) -> ssl.SSLContext:
        if name not in self._contexts:
            issued = certificate_for(name)
            path = self._directory / f"{name}.pem"
            path.write_bytes(issued.key_pem + issued.pem + b"".join(one.pem for one in issued.intermediates))
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(path)
            self._contexts[name] = context
        return self._contexts[name]

    def _serve(self) -> None:
        while not self._stop.is_set():
            with contextlib.suppress(TimeoutError):
                made, _peer = self._listener.accept()
                made.settimeout(5)
                with contextlib.suppress(OSError), self._context.wrap_socket(made, server_side=True):
                    pass


@dataclass
class Lab:
    """A running miniature DNS."""

    port: int
    responder: Responder
    directory: Path
    tls_port: int

    def options(self, **changes: Any) -> dict[str, Any]:
        """Options of the module that keep every question inside."""
        defaults = {name: spec.get("default") for name, spec in OPTIONS.items()}
        return {
            **defaults,
            "root_hints": {"a.root": data.ROOT},
            "delegation_from": "root",
            "port": self.port,
            "ipv6": False,
            "tries": TRIES,
            "queries_per_second": 0,
            "resolver_queries_per_second": 0,
            "resolvers": [self.resolver(data.UNBOUND)],
            "served_port": self.tls_port,
            "served_timeout": 5.0,
            "caa_issuers": ["digicert.com"],
            "vantage": "lab",
            **changes,
        }

    def resolver(self, address: str) -> dict[str, Any]:
        return {"address": address, "port": self.port, "transport": "do53"}

    def look(self, scenarios: Sequence[Scenario], **changes: Any) -> dict[str, Any]:
        """Look at the aliases of scenarios with their own control plane."""
        gateways = gateways_from_options([self.gateway(one) for one in scenarios if not one.leftover])
        clock = SystemClock()
        calls = Calls(clock, clock.monotonic() + 600)
        return look_for_drift(gateways, self.options(**changes), lambda: LabAzure(scenarios), calls)

    def look_past_the_rules(self, scenario: Scenario) -> dict[str, Any]:
        """Have the engine look for an alias that no gateway can have, with the name servers and resolvers."""
        clock, request = SystemClock(), request_of(self.options(layers=["authoritative", "recursive"]))
        (subject,) = subjects_of(gateways_from_options([self.gateway(scenario)]), [None], request)
        alias = Declared(subject.gateway.label, scenario.name, target(scenario.label))
        run = Run(request, observer_of(request, transport_of(request, clock)), clock)
        return drift_results([replace(subject, alias=alias)], run)

    def gateway(self, scenario: Scenario) -> dict[str, Any]:
        made: dict[str, Any] = {"service_name": scenario.name, "region": "westus", "issuer": "enterprise"}
        certificate: dict[str, Any] = {"trusted_roots": [str(self.directory / "root.pem")]}
        if scenario.label == "tlsother":
            certificate["path"] = str(self.directory / "declared.pem")
        return {**made, "server_certificate": certificate, **scenario.declared}


def _all_labels() -> list[str]:
    return [one.label for one in (*FIRST, *SECOND)]


def _nsd_servers() -> dict[str, tuple[tuple[str, ...], Mapping[str, str]]]:
    """What the processes serve: name, addresses, zones."""
    pool = {name: data.zone(name, data.POOL_NAMES, lines) for name, lines in data.FRESH.items()}
    pool |= {f"{name}.example": data.own_zone(name) for name in data.OWN_LINES}
    older = {name: data.zone(name, data.POOL_NAMES, lines) for name, lines in data.OLDER.items()}
    copy = {"dup.example": data.zone("dup.example", data.COPY_NAMES, [cname("duplicate")])}
    signed, _anchors = data.signed_zones()
    return {
        "root": ((data.ROOT,), data.root_zones()),
        "top": ((data.TLD,), data.top_zones()),
        "azure": ((data.AZURE,), data.azure_zones(_all_labels())),
        "pool": (POOL, pool),
        "stale": ((data.STALE,), older),
        "copy": ((data.COPY,), copy),
        "signer": ((data.SIGNER,), signed),
    }


def _stubs(port: int) -> dict[str, tuple[str, int]]:
    stubs = {".": (data.ROOT, port), "azure.com": (data.AZURE, port), "cloudapp.net": (data.AZURE, port)}
    stubs |= dict.fromkeys(data.FRESH, (POOL[0], port))
    stubs |= {f"{name}.example": (POOL[1], port) for name in data.OWN_LINES}
    stubs |= dict.fromkeys(data.signed_zones()[0], (data.SIGNER, port))
    served = {"truncok": "longwinded", "noedns": "plain", "twice": "twice", "beside": "beside"}
    stubs |= {f"{name}.example": (FAULTY[fault], port) for name, fault in served.items()}
    return stubs | {"doublewild.example": (FAULTY["mixed"], port)}


@contextlib.contextmanager
def running_lab(directory: Path, resolvers: Mapping[str, Behaviour]) -> Iterator[Lab]:
    """Everything up; whatever happens, everything ends. O(resolvers) are further addresses of the responder."""
    behaviours = {**faulty(), **resolvers}
    plan = _nsd_servers()
    addresses = [address for used, _zones in plan.values() for address in used]
    port = servers.free_port([*addresses, *behaviours, data.UNBOUND])
    tls_port = servers.free_port([data.HOSTS, data.NO_HOST])
    (directory / "root.pem").write_bytes(certificates.root().pem)
    declared = certificates.server(subject="tlsother.main.example", dns=("tlsother.main.example",))
    (directory / "declared.pem").write_bytes(declared.pem + declared.key_pem)
    with contextlib.ExitStack() as stack:
        for name, (used, zones) in plan.items():
            stack.enter_context(servers.nsd(directory / name, used, port, zones))
        responder = stack.enter_context(Responder(behaviours, port).running())
        anchors = data.signed_zones()[1]
        stack.enter_context(servers.unbound(directory / "unbound", data.UNBOUND, port, _stubs(port), anchors))
        stack.enter_context(Hosts(directory, data.HOSTS, tls_port).running())
        yield Lab(port, responder, directory, tls_port)

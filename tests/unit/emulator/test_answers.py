# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the name servers answer, from zones as data."""

from __future__ import annotations

from typing import Any

import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdatatype
import pytest

from tests.emulator.answers import Served, by_origin, respond, serve
from tests.emulator.nameserver import to_wire
from tests.emulator.owned import azure_owned, lame, parent_zones, reachable, server_zones
from tests.unit.emulator.support import NETWORK, with_group

SERVERS = ["127.0.53.1", "127.0.53.2", "127.0.53.3", "127.0.53.4"]
Sets = list[dict[str, Any]]


def _cname(name: str, target: str) -> dict[str, Any]:
    return {"name": name, "type": "CNAME", "ttl": 300, "records": [{"cname": target}]}


def _a(name: str, address: str = "127.0.0.9") -> dict[str, Any]:
    return {"name": name, "type": "A", "ttl": 60, "records": [{"ipv4Address": address}]}


SETS: Sets = [
    _cname("www", "X.westus.cloudapp.azure.com"),
    _cname("chain", "www.contoso.com."),
    _cname("inside", "a.contoso.com"),
    _cname("loop", "pool.contoso.com"),
    _cname("pool", "loop.contoso.com"),
    _a("a"),
    _a("deep.empty"),
    _a("*.wild"),
    _cname("*", "a.contoso.com"),
    {"name": "nothing", "type": "CNAME"},
    {"name": "child", "type": "NS", "ttl": 60, "records": [{"nsdname": "ns.child.example"}]},
    {"name": "txt", "type": "TXT", "records": [{"value": ["a b", 'c"d']}]},
    {"name": "mx", "type": "MX", "records": [{"preference": 5, "exchange": "mail.example"}]},
    {"name": "srv", "type": "SRV", "records": [{"priority": 1, "weight": 2, "port": 3, "target": "s.example"}]},
    {"name": "caa", "type": "CAA", "records": [{"flags": 0, "tag": "issue", "value": "ca.example"}]},
    {"name": "ptr", "type": "PTR", "records": [{"ptrdname": "h.example"}]},
    {"name": "six", "type": "AAAA", "records": [{"ipv6Address": "::1"}]},
    {"name": "alias", "type": "A", "ttl": 5, "target_resource": f"{NETWORK}/publicIPAddresses/ip"},
    {"name": "twin", "type": "A", "ttl": 5, "target_resource": f"{NETWORK}/dnszones/contoso.com/A/a"},
    {"name": "tm", "type": "CNAME", "target_resource": f"{NETWORK}/trafficManagerProfiles/tm"},
]  # fmt: skip
INSIDE = ["inside.contoso.com. CNAME a.contoso.com.", "a.contoso.com. A 127.0.0.9"]
LONG = {"name": "t", "type": "TXT", "records": [{"value": ["x" * 200] * 4}]}
ESTATE = with_group(
    zones=[{"name": "contoso.com", "record_sets": SETS}, {"name": "plain.org", "record_sets": [_a("host")]}],
    public_ips=[{"name": "ip", "label": "X", "address": "127.1.2.3"}],
    cloud_services=[{"name": "classic", "address": "127.4.4.4"}],
    traffic_managers=[{"name": "tm"}],
)


def _zones() -> list[Served]:
    return [serve(zone, ESTATE.target_records) for zone in ESTATE.dns.zones.values()]


def _ask(name: str, kind: str, recursive: bool = False) -> dns.message.Message:
    query = dns.message.make_query(name, kind)
    zones = _zones() + azure_owned(ESTATE) + server_zones(dns.name.from_text(name), SERVERS)
    return respond(by_origin(zones), query, recursive)


def _shown(response: dns.message.Message) -> list[str]:
    return [
        f"{rrset.name} {dns.rdatatype.to_text(rrset.rdtype)} {rdata}" for rrset in response.answer for rdata in rrset
    ]


@pytest.mark.parametrize(
    ("name", "kind", "rcode", "answers"),
    [
        ("www.contoso.com", "CNAME", "NOERROR", ["www.contoso.com. CNAME X.westus.cloudapp.azure.com."]),
        ("WWW.Contoso.COM", "CNAME", "NOERROR", ["WWW.Contoso.COM. CNAME X.westus.cloudapp.azure.com."]),
        ("www.contoso.com", "A", "NOERROR", ["www.contoso.com. CNAME X.westus.cloudapp.azure.com."]),
        ("inside.contoso.com", "A", "NOERROR", INSIDE),
        ("x.westus.cloudapp.azure.com", "A", "NOERROR", ["x.westus.cloudapp.azure.com. A 127.1.2.3"]),
        ("y.westus.cloudapp.azure.com", "A", "NXDOMAIN", []),
        ("classic.cloudapp.net", "A", "NOERROR", ["classic.cloudapp.net. A 127.4.4.4"]),
        ("a.contoso.com", "AAAA", "NOERROR", []),
        ("empty.contoso.com", "A", "NOERROR", []),
        ("any.contoso.com", "CNAME", "NOERROR", ["any.contoso.com. CNAME a.contoso.com."]),
        ("nothing.contoso.com", "CNAME", "NOERROR", ["nothing.contoso.com. CNAME a.contoso.com."]),
        ("x.wild.contoso.com", "A", "NOERROR", ["x.wild.contoso.com. A 127.0.0.9"]),
        ("x.y.wild.contoso.com", "A", "NOERROR", ["x.y.wild.contoso.com. A 127.0.0.9"]),
        ("wild.contoso.com", "A", "NOERROR", []),
        ("x.a.contoso.com", "A", "NXDOMAIN", []),
        ("x.empty.contoso.com", "A", "NXDOMAIN", []),
        ("txt.contoso.com", "TXT", "NOERROR", ['txt.contoso.com. TXT "a b" "c\\"d"']),
        ("mx.contoso.com", "MX", "NOERROR", ["mx.contoso.com. MX 5 mail.example."]),
        ("srv.contoso.com", "SRV", "NOERROR", ["srv.contoso.com. SRV 1 2 3 s.example."]),
        ("caa.contoso.com", "CAA", "NOERROR", ['caa.contoso.com. CAA 0 issue "ca.example"']),
        ("ptr.contoso.com", "PTR", "NOERROR", ["ptr.contoso.com. PTR h.example."]),
        ("six.contoso.com", "AAAA", "NOERROR", ["six.contoso.com. AAAA ::1"]),
        ("alias.contoso.com", "A", "NOERROR", ["alias.contoso.com. A 127.1.2.3"]),
        ("twin.contoso.com", "A", "NOERROR", ["twin.contoso.com. A 127.0.0.9"]),
        ("tm.contoso.com", "CNAME", "NOERROR", ["tm.contoso.com. CNAME tm.trafficmanager.net."]),
        ("host.plain.org", "ANY", "NOERROR", ["host.plain.org. A 127.0.0.9"]),
        ("other.plain.org", "A", "NXDOMAIN", []),
        ("elsewhere.example", "A", "REFUSED", []),
        ("ns3-07.azure-dns.org", "A", "NOERROR", ["ns3-07.azure-dns.org. A 127.0.53.3"]),
        ("ns3-07.azure-dns.com", "A", "NXDOMAIN", []),
        ("contoso.com", "AXFR", "REFUSED", []),
    ],
)  # fmt: skip
def test_answers(name: str, kind: str, rcode: str, answers: list[str]) -> None:
    response = _ask(name, kind)
    assert dns.rcode.to_text(response.rcode()) == rcode
    assert _shown(response) == answers
    assert bool(response.flags & dns.flags.AA) == (rcode != "REFUSED")
    if rcode != "REFUSED" and not answers:
        assert [rrset.rdtype for rrset in response.authority] == [dns.rdatatype.SOA]
        assert response.authority[0].ttl <= 300


def test_a_delegation_is_a_referral_without_authority() -> None:
    response = _ask("deep.child.contoso.com", "A")
    assert (response.answer, response.flags & dns.flags.AA) == ([], 0)
    assert str(response.authority[0].name) == "child.contoso.com."


def test_a_loop_of_aliases_ends() -> None:
    assert len(_ask("loop.contoso.com", "A").answer) == 16


@pytest.mark.parametrize(("recursive", "answers", "flag"), [(False, 2, dns.flags.AA), (True, 3, dns.flags.RA)])
def test_only_a_resolver_follows_an_alias_out_of_the_zone(recursive: bool, answers: int, flag: int) -> None:
    response = _ask("chain.contoso.com", "A", recursive)
    assert len(response.answer) == answers
    assert response.flags & (dns.flags.AA | dns.flags.RA) == flag


def test_other_operations_and_classes() -> None:
    notify = dns.message.make_query("contoso.com", "SOA")
    notify.set_opcode(dns.opcode.NOTIFY)
    chaos = dns.message.make_query("version.bind", "TXT", "CH")
    zones = by_origin(_zones())
    assert respond(zones, notify, False).rcode() == dns.rcode.NOTIMP
    assert respond(zones, chaos, False).rcode() == dns.rcode.REFUSED


@pytest.mark.parametrize(
    ("udp", "edns", "truncated"), [(True, False, True), (True, True, False), (False, False, False)]
)
def test_a_long_answer_is_cut_on_udp_only(udp: bool, edns: bool, truncated: bool) -> None:
    estate = with_group(zones=[{"name": "big.org", "record_sets": [LONG]}])
    zones = by_origin(serve(zone, estate.target_records) for zone in estate.dns.zones.values())
    query = dns.message.make_query("t.big.org", "TXT", use_edns=0 if edns else False)
    response = dns.message.from_wire(to_wire(query, respond(zones, query, False), udp, False))
    assert bool(response.flags & dns.flags.TC) == truncated
    assert bool(response.answer) != truncated
    assert (response.edns >= 0) == edns


@pytest.mark.parametrize(
    ("delegations", "referred", "reached", "is_lame"),
    [
        ({}, True, True, False),
        ({"contoso.com": ["ns1-99.azure-dns.com."]}, True, False, True),
        ({"contoso.com": None}, False, False, False),
    ],
)
def test_what_the_parents_say(delegations: dict[str, Any], referred: bool, reached: bool, is_lame: bool) -> None:
    estate = with_group(zones=[{"name": "contoso.com"}, {"name": "sub.contoso.com"}])
    estate.delegations = delegations
    zones = list(estate.dns.zones.values())
    views = by_origin(parent_zones(estate, zones))
    response = respond(views, dns.message.make_query("www.contoso.com", "A"), False)
    assert bool(response.authority and response.authority[0].rdtype == dns.rdatatype.NS) == referred
    assert (response.rcode() == dns.rcode.NXDOMAIN) != referred
    assert reachable(estate, zones[0]) == reached
    assert lame(estate, dns.name.from_text("x.contoso.com")) == is_lame
    unknown = respond(views, dns.message.make_query("nobody.example", "A"), False)
    assert unknown.rcode() == dns.rcode.NXDOMAIN

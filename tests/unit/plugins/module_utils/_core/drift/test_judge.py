# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One example at least of every kind of drift, and what has to stay quiet."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.case import Settings
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.judge import judge
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.observations import (
    CaaView,
    Declared,
    End,
    Expect,
    PlaneView,
    Reply,
    Resolution,
    ServerName,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.taxonomy import CODES
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Finding, Severity, Status
from ansible_collections.configmgr.cmg.plugins.module_utils._core.records import RecordSet
from tests.unit.plugins.module_utils._core.drift.cases import (
    CLASSIC,
    DECLARED,
    NAME,
    NOW,
    OLD,
    RA,
    SERVERS,
    TARGET,
    ZONE,
    changed,
    cname,
    codes,
    everywhere,
    negative,
    observed,
    plane,
    plane_zone,
    record,
    resolver,
    said,
    served,
    silent,
    target,
    verdict,
    zone,
)

D, P, U, S = "drift", "propagating", "unknown", "in_sync"
REST = tuple(said(cname(), number=number) for number in (1, 2, 3))
SOA_REST = zone().soa[1:]
OTHER_SERVERS = tuple(f"ns{number}-03.azure-dns.{top}" for number, top in enumerate(("com", "net", "org", "info"), 1))
COPY = plane_zone(resource_group="rg-old", name_servers=OTHER_SERVERS)
NO_RECORD = RecordSet("CNAME", "granitefalls", 3600)
CONVERTED = replace(DECLARED, old_classic_name=CLASSIC)
GONE: dict[str, Any] = {"authoritative": everywhere(**negative())}
NOWHERE: dict[str, Any] = {"target": target(Resolution.NXDOMAIN, owned=False, claimable=True)}
# A gateway that nobody has made yet: no alias anywhere, and a target that does not exist.
ABSENT: dict[str, Any] = {**GONE, **NOWHERE, "plane": plane(plane_zone(record=None)), "recursive": None, "served": None}
SIGNED = record("RRSIG", "CNAME 13 2 3600 20270101000000 20261101000000 1 contoso.com. AA==")
EXPIRED = record("RRSIG", "CNAME 13 3 3600 20261101000000 20261001000000 1 contoso.com. AA==")
WILD = said(cname(name=f"zz.{ZONE}"), name=f"zz.{ZONE}")
RULE = Finding("CERT-001", "t", Severity.ERROR, Status.FAILED, NAME, "s", "o", "e", "r")


def negative_from(mname: str, **more: Any) -> dict[str, Any]:
    soa = record("SOA", f"{mname} hostmaster. 1 3600 300 2419200 300", name=ZONE, ttl=250)
    return {"rcode": "NXDOMAIN", "authority": (soa,), **more}


def sibling(*answer: Any) -> Reply:
    return resolver(*answer).reply


TABLE: list[tuple[str, Declared, dict[str, Any], dict[str, str]]] = [
    ("healthy", DECLARED, {}, {}),
    (
        "case and final dot are no difference",
        replace(DECLARED, name=f"{NAME.upper()}.", target=f"{TARGET.title()}."),
        {},
        {},
    ),
    ("a TTL that is not compared", replace(DECLARED, ttl=None), {"authoritative": everywhere(cname(ttl=60))}, {}),
    ("a layer that was not looked at", DECLARED, {"plane": None, "served": None, "recursive": None}, {}),
    ("a name in Unicode", replace(DECLARED, name="straße.contoso.com"), {"served": None}, {"idn_ambiguous": D}),
    ("the alias is a zone", DECLARED, {"zone": zone(zone=NAME), "plane": None}, {"zone_apex": D}),
    (
        "the alias is delegated",
        DECLARED,
        {"authoritative": everywhere(flags=frozenset(), authority=(record("NS", "ns.example."),))},
        {"zone_apex": D},
    ),
    ("not in Azure", DECLARED, {"plane": plane(plane_zone(record=None))}, {"plane_missing": D}),
    (
        "another target in Azure",
        DECLARED,
        {"plane": plane(plane_zone(record=RecordSet("CNAME", "granitefalls", 3600, OLD)))},
        {"plane_wrong_target": D},
    ),
    ("an empty record set", DECLARED, {"plane": plane(plane_zone(record=NO_RECORD))}, {"plane_wrong_target": D}),
    (
        "another TTL in Azure",
        DECLARED,
        {"plane": plane(plane_zone(record=RecordSet("CNAME", "granitefalls", 300, TARGET)))},
        {"plane_ttl": D},
    ),
    (
        "addresses in Azure",
        DECLARED,
        {"plane": plane(plane_zone(record=None, other_types=("A", "TXT")))},
        {"plane_other_type": D},
    ),
    ("no such zone in Azure", DECLARED, {"plane": PlaneView()}, {"plane_not_in_azure": U}),
    ("Azure cannot be read", DECLARED, {"plane": PlaneView(failure="No right to read.")}, {"plane_unreadable": U}),
    ("a lock", DECLARED, {"plane": plane(plane_zone(lock="The lock keep"))}, {"plane_locked": S}),
    (
        "an Azure alias that answers right",
        DECLARED,
        {"plane": plane(plane_zone(record=RecordSet("CNAME", "granitefalls", 3600, None, "/subscriptions/x")))},
        {"alias_record_set": S},
    ),
    (
        "an Azure alias that answers wrong",
        DECLARED,
        {
            "plane": plane(plane_zone(record=RecordSet("CNAME", "granitefalls", 3600, None, "/subscriptions/x"))),
            "authoritative": everywhere(cname(OLD)),
        },
        {"alias_record_set": D, "wrong_target": D},
    ),
    (
        "the record is in the copy of the zone that is not delegated",
        DECLARED,
        {"plane": plane(plane_zone(record=None), COPY), **GONE},
        {"zone_not_delegated": D, "plane_missing": D, "missing": D},
    ),
    (
        "the declaration names the copy that is not delegated",
        DECLARED,
        {"plane": plane(plane_zone(), COPY, chosen=("sub", "rg-old"))},
        {"zone_not_delegated": D},
    ),
    (
        "a copy that nobody uses",
        DECLARED,
        {"plane": plane(plane_zone(), replace(COPY, record=None))},
        {"duplicate_zone": S},
    ),
    (
        "a zone below that is not delegated",
        replace(DECLARED, zone="eu.contoso.com", name="cmg.eu.contoso.com"),
        {"plane": None, "authoritative": (), "recursive": None, "served": None},
        {"zone_not_delegated": D},
    ),
    (
        "the parent names another server",
        DECLARED,
        {"zone": zone(parent_servers=(*SERVERS[:3], "ns.old.example"))},
        {"ns_set_mismatch": D},
    ),
    (
        "a server that refuses",
        DECLARED,
        {"zone": zone(soa=(said(name=ZONE, kind="SOA", rcode="REFUSED", flags=frozenset()), *SOA_REST))},
        {"lame_server": D},
    ),
    (
        "a server that refers upward",
        DECLARED,
        {
            "zone": zone(
                soa=(
                    said(name=ZONE, kind="SOA", flags=frozenset(), authority=(record("NS", "a.root.", name=""),)),
                    *SOA_REST,
                )
            ),
            "authoritative": (said(flags=frozenset(), authority=(record("NS", "a.root.", name=""),)), *REST),
        },
        {"lame_server": D},
    ),
    (
        "a server without the zone",
        DECLARED,
        {"zone": zone(soa=(said(name=ZONE, kind="SOA", **negative()), *SOA_REST))},
        {"lame_server": D},
    ),
    (
        "wrong glue",
        DECLARED,
        {"zone": zone(servers=(ServerName(SERVERS[0], ("192.0.2.1",), ("192.0.2.9",), ("192.0.2.1",)),))},
        {"dead_glue": U},
    ),
    (
        "only IPv6",
        DECLARED,
        {"zone": zone(servers=(ServerName(SERVERS[0], unusable=("2001:db8::1",)),))},
        {"ipv6_only_server": U},
    ),
    (
        "a server without address",
        DECLARED,
        {"zone": zone(servers=(ServerName(SERVERS[0]),))},
        {"delegation_unknown": U},
    ),
    ("the walk failed", DECLARED, {"zone": zone(failure="No root server answers.")}, {"delegation_unknown": U}),
    ("missing everywhere", DECLARED, GONE, {"missing": D}),
    ("missing, but just made", DECLARED, {**GONE, "plane": changed(20)}, {"missing": P}),
    ("missing, made a while ago", DECLARED, {**GONE, "plane": changed(90)}, {"missing": D}),
    ("NODATA", DECLARED, {"authoritative": everywhere(**negative("NOERROR"))}, {"missing_nodata": D}),
    (
        "compact denial",
        DECLARED,
        {
            "authoritative": everywhere(
                authority=(record("NSEC", "\\000.granitefalls.contoso.com. RRSIG NSEC TYPE128"),)
            )
        },
        {"missing_nxname": D},
    ),
    (
        "addresses instead",
        DECLARED,
        {
            "authoritative": everywhere(**negative("NOERROR")),
            "follow_ups": (said(record("A", "192.0.2.80"), kind="A"),),
        },
        {"other_type": D},
    ),
    ("another target", DECLARED, {"authoritative": everywhere(cname(OLD))}, {"wrong_target": D}),
    (
        "the target before the change",
        DECLARED,
        {"authoritative": everywhere(cname(OLD)), "plane": changed(20, cmg_previous_target=OLD)},
        {"wrong_target": P},
    ),
    (
        "neither the old nor the new target",
        DECLARED,
        {"authoritative": everywhere(cname("x.example")), "plane": changed(20, cmg_previous_target=OLD)},
        {"wrong_target": D},
    ),
    ("still classic", CONVERTED, {"authoritative": everywhere(cname(CLASSIC))}, {"classic_after_conversion": D}),
    ("another TTL", DECLARED, {"authoritative": everywhere(cname(ttl=300))}, {"ttl": D}),
    ("two CNAMEs", DECLARED, {"authoritative": everywhere(cname(), cname(OLD))}, {"multiple_cnames": D}),
    (
        "addresses beside the CNAME",
        DECLARED,
        {"follow_ups": (said(cname(), record("A", "192.0.2.80"), kind="A"),)},
        {"cname_and_other_data": D},
    ),
    (
        "a wildcard answers, by its signature",
        DECLARED,
        {"authoritative": everywhere(cname(), SIGNED), "plane": None},
        {"wildcard_synthesised": D},
    ),
    (
        "a wildcard answers, by the control plane",
        DECLARED,
        {"probes": (WILD,), "plane": plane(plane_zone(record=None))},
        {"wildcard_synthesised": D, "plane_missing": D},
    ),
    ("perhaps a wildcard answers", DECLARED, {"probes": (WILD,), "plane": None}, {"wildcard_synthesised": U}),
    ("a wildcard beside the alias", DECLARED, {"probes": (WILD,)}, {"wildcard_present": S}),
    (
        "the target is an alias itself",
        DECLARED,
        {"target": target(hops=(TARGET, "lb.azure.example"))},
        {"chain": S},
    ),
    (
        "another name in between",
        DECLARED,
        {"authoritative": everywhere(cname("tm.example")), "detours": {"tm.example": ("tm.example", TARGET)}},
        {"chain": D},
    ),
    (
        "one server is stale",
        DECLARED,
        {"authoritative": (said(cname(OLD)), *REST)},
        {"servers_disagree": D, "wrong_target": D},
    ),
    (
        "one server has not got it yet",
        DECLARED,
        {"authoritative": (said(**negative()), *REST), "plane": changed(20)},
        {"servers_disagree": P, "missing": P},
    ),
    ("without authority", DECLARED, {"authoritative": everywhere(cname(), flags=RA)}, {"not_authoritative": U}),
    ("REFUSED", DECLARED, {"authoritative": (said(rcode="REFUSED", flags=RA), *REST)}, {"server_refused": U}),
    ("SERVFAIL", DECLARED, {"authoritative": (said(rcode="SERVFAIL", flags=RA), *REST)}, {"server_servfail": U}),
    ("NOTIMP", DECLARED, {"authoritative": (said(rcode="NOTIMP", flags=RA), *REST)}, {"server_notimp": U}),
    ("truncated", DECLARED, {"authoritative": (silent(End.TRUNCATED), *REST)}, {"truncated": U}),
    ("a time-out", DECLARED, {"authoritative": (silent(), *REST)}, {"timeout": U}),
    ("unreachable", DECLARED, {"authoritative": (silent(End.UNREACHABLE), *REST)}, {"unreachable": U}),
    ("malformed", DECLARED, {"authoritative": (silent(End.MALFORMED), *REST)}, {"malformed": U}),
    ("no EDNS", DECLARED, {"authoritative": (said(cname(), edns=False), *REST)}, {"edns_unsupported": S}),
    (
        "the authority may not sign",
        replace(DECLARED, issuers=("digicert.com",)),
        {"caa": CaaView(ZONE, ("letsencrypt.org",))},
        {"caa_conflict": S},
    ),
    ("the resolver has the old target", DECLARED, {"recursive": (resolver(cname(OLD, 1200)),)}, {"resolver_old": P}),
    (
        "the resolver still has the old target long after",
        DECLARED,
        {"recursive": (resolver(cname(OLD, 300)),), "plane": changed(9000, cmg_previous_ttl="300")},
        {"resolver_old": D},
    ),
    (
        "the resolver remembers that there was nothing",
        DECLARED,
        {"recursive": (resolver(**negative_from("ns1-09.azure-dns.com.")),)},
        {"resolver_negative_cache": P},
    ),
    (
        "the resolver lives in its past",
        DECLARED,
        {"recursive": (resolver(cname(OLD, 30), extended_errors=(3,)),)},
        {"resolver_serving_stale": P},
    ),
    (
        "the resolver lives in its past for too long",
        DECLARED,
        {
            "recursive": (resolver(cname(OLD, 30), extended_errors=(19,)),),
            "plane": changed(9000, cmg_previous_ttl="300"),
        },
        {"resolver_serving_stale": U},
    ),
    (
        "longer than any TTL",
        DECLARED,
        {"recursive": (resolver(cname(OLD, 86400)),), "plane": changed(30, cmg_previous_ttl="300")},
        {"resolver_impossible_ttl": D},
    ),
    (
        "right, for longer than any TTL",
        DECLARED,
        {"recursive": (resolver(cname(ttl=86400)),), "plane": changed(3000, cmg_previous_ttl="300")},
        {"resolver_impossible_ttl": D},
    ),
    (
        "nobody asked the name servers",
        DECLARED,
        {"authoritative": None, "recursive": (resolver(cname(OLD)),)},
        {"resolver_differs": U},
    ),
    (
        "inside there is another zone",
        DECLARED,
        {"recursive": (resolver(view="internal", **negative_from("dc1.corp.example.")),)},
        {"split_horizon": D},
    ),
    (
        "a resolver with a zone of its own that nobody declared",
        DECLARED,
        {"recursive": (resolver(cname(OLD), flags=RA | {"AA"}),)},
        {"split_horizon": U},
    ),
    (
        "inside it should be another target and is",
        DECLARED,
        {"recursive": (resolver(cname("in.example"), view="internal", target="in.example"),)},
        {},
    ),
    (
        "inside it should not exist and does",
        DECLARED,
        {"recursive": (resolver(cname(), view="internal", expect=Expect.ABSENT),)},
        {"split_horizon": D},
    ),
    (
        "inside it should not exist and does not",
        DECLARED,
        {"recursive": (resolver(view="internal", expect=Expect.ABSENT, **negative()),)},
        {},
    ),
    ("a view without expectation", DECLARED, {"recursive": (resolver(view="x", expect=Expect.ANY, **negative()),)}, {}),
    (
        "the resolver invents addresses",
        DECLARED,
        {"recursive": (resolver(cname(OLD), sibling=sibling(record("A", "192.0.2.66"))),)},
        {"resolver_lies": U},
    ),
    (
        "a wildcard is no lie",
        DECLARED,
        {"recursive": (resolver(cname(), sibling=sibling(record("A", "192.0.2.66"))),), "probes": (WILD,)},
        {"wildcard_present": S},
    ),
    ("blocked", DECLARED, {"recursive": (resolver(rcode="NXDOMAIN", extended_errors=(15,)),)}, {"resolver_blocked": U}),
    (
        "blocked with REFUSED",
        DECLARED,
        {"recursive": (resolver(rcode="REFUSED", extended_errors=(18,)),)},
        {"resolver_blocked": U},
    ),
    (
        "flattened",
        DECLARED,
        {"recursive": (resolver(addresses=sibling(record("A", "192.0.2.80"))),)},
        {"resolver_rewrites": U},
    ),
    (
        "bogus, by the extended error",
        DECLARED,
        {"recursive": (resolver(rcode="SERVFAIL", extended_errors=(6,)),)},
        {"dnssec_bogus": D},
    ),
    (
        "bogus, by checking disabled",
        DECLARED,
        {"recursive": (resolver(rcode="SERVFAIL", disabled=sibling(cname(), EXPIRED)),)},
        {"dnssec_bogus": D},
    ),
    ("the resolver fails", DECLARED, {"recursive": (resolver(rcode="SERVFAIL"),)}, {"resolver_servfail": U}),
    ("the resolver refuses", DECLARED, {"recursive": (resolver(rcode="REFUSED"),)}, {"server_refused": U}),
    ("the resolver is silent", DECLARED, {"recursive": (resolver(end=End.TIMEOUT),)}, {"timeout": U}),
    ("a circle", DECLARED, {"target": target(Resolution.LOOP, hops=(TARGET, "x", TARGET))}, {"target_loop": D}),
    (
        "gone and nobody was asked",
        DECLARED,
        {"target": target(Resolution.NXDOMAIN, owned=None)},
        {"target_dangling": D},
    ),
    (
        "gone and free",
        DECLARED,
        {"target": target(Resolution.NXDOMAIN, owned=False, claimable=True)},
        {"dangling_claimable": D},
    ),
    (
        "gone and kept back",
        DECLARED,
        {"target": target(Resolution.NXDOMAIN, owned=False, claimable=False)},
        {"dangling_reserved": D},
    ),
    (
        "free, and no alias leads there",
        DECLARED,
        ABSENT,
        {"plane_missing": D, "missing": D, "target_undeployed": S},
    ),
    (
        "a classic name that is gone",
        DECLARED,
        {"target": target(Resolution.NXDOMAIN, name=CLASSIC, hops=(CLASSIC,), owned=False)},
        {"dangling_classic": D},
    ),
    ("ours, without address", DECLARED, {"target": target(Resolution.NXDOMAIN)}, {"target_unpublished": D}),
    (
        "ours, just deployed",
        DECLARED,
        {"target": target(Resolution.NXDOMAIN), "plane": changed(100)},
        {"target_unpublished": P},
    ),
    (
        "somebody else's",
        DECLARED,
        {"target": target(owned=False, claimable=False)},
        {"target_foreign": D},
    ),
    ("not known whose, but proved by what it serves", DECLARED, {"target": target(owned=None, complete=False)}, {}),
    (
        "not known whose",
        DECLARED,
        {"target": target(owned=None, complete=False), "served": None},
        {"target_unproven": U},
    ),
    ("nobody was asked whose", DECLARED, {"target": target(ownership_asked=False, owned=None), "served": None}, {}),
    ("no address", DECLARED, {"target": target(Resolution.NO_ADDRESS)}, {"target_no_address": D}),
    ("not resolved", DECLARED, {"target": target(Resolution.UNKNOWN)}, {"target_unknown": U}),
    (
        "not resolved, and Azure says that it is free",
        DECLARED,
        {"target": target(Resolution.UNKNOWN, owned=False, claimable=True)},
        {"dangling_claimable": D},
    ),
    (
        "not resolved, and Azure keeps it back",
        DECLARED,
        {"target": target(Resolution.UNKNOWN, owned=False, claimable=False)},
        {"target_unknown": U},
    ),
    ("a certificate for others", DECLARED, {"served": (served(names=("*.example",)),)}, {"tls_name_mismatch": D}),
    ("a wildcard certificate", DECLARED, {"served": (served(names=(f"*.{ZONE}",)),)}, {}),
    ("expired", DECLARED, {"served": (served(not_after=NOW),)}, {"tls_expired": D}),
    ("expiring", DECLARED, {"served": (served(not_after=NOW + timedelta(days=5)),)}, {"tls_expiring": S}),
    (
        "another certificate",
        replace(DECLARED, sha256="cd" * 32),
        {},
        {"tls_other_certificate": D},
    ),
    ("untrusted", DECLARED, {"served": (served(trusted=False),)}, {"tls_untrusted": D}),
    ("against the rules", DECLARED, {"served": (served(findings=(RULE,)),)}, {"tls_rejected": D}),
    ("nothing served", DECLARED, {"served": (served(failure="Refused.", names=()),)}, {"tls_unreachable": U}),
]


@pytest.mark.parametrize(("declared", "changes", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_every_kind(declared: Declared, changes: dict[str, Any], expected: dict[str, str]) -> None:
    assert codes(verdict(declared, **changes)) == expected


def test_the_table_holds_every_code() -> None:
    """C(unmanaged) is about records without an alias, which test_unmanaged.py looks at."""
    seen = {code for _what, _declared, _changes, expected in TABLE for code in expected}
    assert seen == set(CODES) - {"unmanaged"}


def test_every_server_lame_is_critical() -> None:
    refused = everywhere(name=ZONE, kind="SOA", rcode="REFUSED", flags=frozenset())
    found = verdict(zone=zone(soa=refused), authoritative=everywhere(rcode="REFUSED", flags=frozenset()))
    assert (found.state, found.severity) == ("drift", "critical")


def test_one_fault_everywhere_is_told_once_and_a_stale_server_by_its_address() -> None:
    assert [drift.place for drift in verdict(**GONE).findings] == [None]
    stale = [drift for drift in verdict(authoritative=(said(cname(OLD)), *REST)).findings if drift.place]
    assert [drift.where for drift in stale] == ["@192.0.2.1"]


def test_convergence_is_what_the_cache_has_left() -> None:
    found = verdict(recursive=(resolver(cname(OLD, 1200)),))
    assert (found.state, found.converges_at) == ("propagating", NOW + timedelta(seconds=1200))


def test_no_word_from_any_server_is_unknown_whatever_a_resolver_says() -> None:
    found = verdict(authoritative=(), recursive=(resolver(rcode="SERVFAIL", extended_errors=(6,)),))
    assert (found.state, codes(found)) == ("unknown", {"dnssec_bogus": "unknown"})


def test_the_agreeing_servers_are_counted() -> None:
    found = verdict(authoritative=(said(cname(OLD)), silent(number=1), *REST[1:]))
    assert (found.agreeing, found.total) == (2, 4)


def test_an_expired_signature_is_named() -> None:
    found = verdict(recursive=(resolver(rcode="SERVFAIL", disabled=sibling(cname(), EXPIRED)),))
    assert "expired at 20261101000000" in found.findings[0].observed


DANGLES = {"dangling_claimable"}
NOT_THERE = {"target_undeployed"}
SILENT = {"authoritative": (silent(),), "recursive": None}
FOREIGN = {"target": target(owned=False, claimable=False)}


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, NOT_THERE),
        ({"target": target(Resolution.UNKNOWN, owned=False, claimable=True)}, NOT_THERE),
        ({"target": target(Resolution.NXDOMAIN, owned=None)}, NOT_THERE),
        ({"target": target(Resolution.NXDOMAIN, owned=False, claimable=False)}, NOT_THERE),
        ({"authoritative": everywhere(cname(OLD))}, NOT_THERE),
        ({"authoritative": None}, NOT_THERE),
        (SILENT, NOT_THERE),
        # An alias, by the word of a single server, of Azure or of a resolver's memory, or by way of another name.
        ({"authoritative": (said(cname()), *everywhere(**negative())[1:])}, DANGLES),
        ({"plane": plane()}, DANGLES),
        ({"plane": plane(plane_zone(record=None), plane_zone(resource_group="b"))}, DANGLES),
        ({"recursive": (resolver(cname()),)}, DANGLES),
        ({"authoritative": everywhere(cname(OLD)), "detours": {OLD: (OLD, TARGET)}}, DANGLES),
        # Nobody knows whether there is one.
        ({**SILENT, "plane": None}, DANGLES),
        ({**SILENT, "plane": PlaneView(failure="No.")}, DANGLES),
        ({**SILENT, "plane": plane(plane_zone(record=None, name_servers=("ns.example",)))}, DANGLES),
        ({**SILENT, "plane": plane(plane_zone(record=RecordSet("CNAME", "a", 60, target_resource="/x")))}, DANGLES),
    ],
)
def test_a_target_dangles_only_where_an_alias_may_lead_to_it(changes: dict[str, Any], found: set[str]) -> None:
    told = {drift.code.code: drift for drift in verdict(**{**ABSENT, **changes}).findings}
    assert set(told) & {"target_dangling", "dangling_reserved", *DANGLES, *NOT_THERE} == found
    if found == NOT_THERE:
        assert (told["target_undeployed"].severity, told["target_undeployed"].state) == (Severity.WARNING, S)


@pytest.mark.parametrize(("changes", "severity"), [(FOREIGN, "critical"), ({**ABSENT, **FOREIGN}, "error")])
def test_a_stranger_receives_something_only_where_an_alias_leads(changes: dict[str, Any], severity: str) -> None:
    (found,) = [drift for drift in verdict(**changes).findings if drift.code.code == "target_foreign"]
    assert (found.severity, "at once" in found.remedy) == (severity, severity == "critical")


WRITING = Settings(changing=frozenset({NAME}))
SETTING_UP = Settings(undeployed=True)
PLANNED = replace(DECLARED, undeployed=True)
HOLDING = Settings(held=frozenset({NAME}), changing=frozenset({NAME}))
HOLDING_ALL = Settings(holding=True)
BEFORE = {
    "plane": plane(plane_zone(record=RecordSet("CNAME", "granitefalls", 3600, CLASSIC))),
    "authoritative": everywhere(cname(CLASSIC)),
}


@pytest.mark.parametrize(
    ("settings", "declared", "changes", "state"),
    [
        (WRITING, DECLARED, GONE, P),
        (WRITING, DECLARED, {"plane": plane(plane_zone(record=None)), **GONE}, P),
        (WRITING, DECLARED, {"authoritative": (said(cname(OLD)), *REST)}, P),
        (WRITING, DECLARED, {"served": (served(not_after=NOW),)}, D),
        (WRITING, DECLARED, NOWHERE, D),
        (WRITING, replace(DECLARED, name=f"wallacefalls.{ZONE}"), {"plane": plane(plane_zone(record=None))}, D),
        (SETTING_UP, PLANNED, NOWHERE, S),
        (SETTING_UP, DECLARED, NOWHERE, D),
        (Settings(), PLANNED, NOWHERE, D),
        (SETTING_UP, PLANNED, {"target": target(owned=False, claimable=False)}, D),
        (SETTING_UP, PLANNED, GONE, D),
        (HOLDING, DECLARED, ABSENT, S),
        (HOLDING, DECLARED, {**ABSENT, "target": None}, S),
        (HOLDING, DECLARED, {**ABSENT, **BEFORE}, S),
        (HOLDING, DECLARED, {**ABSENT, "served": (served(not_after=NOW),)}, D),
        (HOLDING, DECLARED, GONE, P),
        (HOLDING_ALL, DECLARED, ABSENT, S),
        (HOLDING_ALL, DECLARED, {**ABSENT, "target": target(Resolution.NXDOMAIN, owned=None)}, S),
        (HOLDING_ALL, DECLARED, {**ABSENT, "target": target()}, D),
        (HOLDING_ALL, DECLARED, {**ABSENT, "target": None}, D),
        (HOLDING_ALL, DECLARED, NOWHERE, D),
    ],
)
def test_what_happens_at_this_moment_is_no_drift(
    settings: Settings, declared: Declared, changes: dict[str, Any], state: str
) -> None:
    """What is being written is not everywhere yet, what is not deployed has no target; nothing else is passed over."""
    found = judge(declared, observed(**changes), NOW, settings)
    assert found.state == state
    assert found.findings
    assert state != S or not [drift for drift in found.findings if "at once" in drift.remedy or "Run " in drift.remedy]
    softened = {P: {Severity.INFO}, S: {Severity.WARNING}}
    assert state == D or {drift.severity for drift in found.findings} == softened[state]

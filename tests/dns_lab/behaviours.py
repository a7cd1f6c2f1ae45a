# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the addresses of the responder say: healthy answers from records, and every way of answering wrongly."""

from __future__ import annotations

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from tests.dns_lab.responder import Behaviour

SOA = "ns1.{zone}. hostmaster.{zone}. 1 3600 300 2419200 300"


def response(
    query: dns.message.Message, *, aa: bool = True, rcode: dns.rcode.Rcode = dns.rcode.NOERROR
) -> dns.message.Message:
    made = dns.message.make_response(query)
    made.set_rcode(rcode)
    if aa:
        made.flags |= dns.flags.AA
    return made


def records(*lines: str) -> list[dns.rrset.RRset]:
    """Lines of a zone file, each a record set of its own: owner, TTL, type, data."""
    parts = [line.split(maxsplit=3) for line in lines]
    return [dns.rrset.from_text(name, int(ttl), "IN", kind, data) for name, ttl, kind, data in parts]


def serving(zone: str, *lines: str) -> Behaviour:
    """A server that serves a zone rightly, and whatever else stands at a name beside what was asked for."""
    soa = records(f"{zone}. 300 SOA {SOA.format(zone=zone)}")
    known = [*soa, *records(*lines)]
    # One record set each, so that two CNAMEs stay two.
    names = {one.name for one in known}

    def answer(query: dns.message.Message, _tcp: bool) -> bytes:
        question = query.question[0]
        here = [one for one in known if one.name == question.name]
        found = [one for one in here if one.rdtype in (question.rdtype, dns.rdatatype.CNAME)]
        exists = any(name.is_subdomain(question.name) for name in names)
        made = response(query, rcode=dns.rcode.NOERROR if exists else dns.rcode.NXDOMAIN)
        made.answer = found
        if not found:
            made.authority = soa
        return made.to_wire()

    return answer


def beside(zone: str, *lines: str) -> Behaviour:
    """A broken server that has other records beside a CNAME and gives all of them."""
    every = records(*lines)
    plain = serving(zone, *lines)

    def answer(query: dns.message.Message, tcp: bool) -> bytes | None:
        here = [one for one in every if one.name == query.question[0].name]
        if not here or dns.rdatatype.CNAME not in {one.rdtype for one in here}:
            return plain(query, tcp)
        made = response(query)
        made.answer = here
        return made.to_wire()

    return answer


def saying(rcode: dns.rcode.Rcode, *, ede: int | None = None) -> Behaviour:
    """Only a response code, perhaps with an extended error."""

    def answer(query: dns.message.Message, _tcp: bool) -> bytes:
        made = response(query, aa=False, rcode=rcode)
        if ede is not None:
            made.use_edns(0, options=[dns.edns.EDEOption(dns.edns.EDECode(ede))])
        return made.to_wire()

    return answer


def silence(_query: dns.message.Message, _tcp: bool) -> None:
    """A server that is there and says nothing."""


def without_authority(plain: Behaviour) -> Behaviour:
    def answer(query: dns.message.Message, tcp: bool) -> bytes | None:
        wire = plain(query, tcp)
        if wire is None:
            return None
        return wire[:2] + bytes([wire[2] & ~0x04]) + wire[3:]

    return answer


def referring_upward(query: dns.message.Message, _tcp: bool) -> bytes:
    made = response(query, aa=False)
    made.authority = records(". 3600 NS a.root.example.")
    return made.to_wire()


def truncating(plain: Behaviour, *, tcp_works: bool) -> Behaviour:
    def answer(query: dns.message.Message, tcp: bool) -> bytes | None:
        if tcp:
            return plain(query, tcp) if tcp_works else None
        made = response(query)
        made.flags |= dns.flags.TC
        return made.to_wire()

    return answer


def without_edns(plain: Behaviour) -> Behaviour:
    def answer(query: dns.message.Message, tcp: bool) -> bytes | None:
        if query.edns >= 0:
            plain_query = dns.message.make_query(query.question[0].name, query.question[0].rdtype, id=query.id)
            return response(plain_query, aa=False, rcode=dns.rcode.FORMERR).to_wire()
        return plain(query, tcp)

    return answer


def garbled(query: dns.message.Message, _tcp: bool) -> bytes:
    """The right identifier and question, then rubbish."""
    return response(query).to_wire()[:6] + b"\x00\x07" + response(query).to_wire()[8:20] + b"\xff\xff"


def for_another_question(query: dns.message.Message, _tcp: bool) -> bytes:
    """The right identifier with the answer to another question, as a spoofer would send it."""
    other = dns.message.make_query("spoofed.example.", "CNAME", id=query.id)
    made = response(other)
    made.answer = records("spoofed.example. 60 CNAME evil.example.")
    return made.to_wire()


def denying_compactly(zone: str) -> Behaviour:
    """Compact denial of existence: NOERROR, and an NSEC record with the type NXNAME (RFC 9824)."""
    plain = serving(zone)

    def answer(query: dns.message.Message, tcp: bool) -> bytes | None:
        name = query.question[0].name
        if name == dns.name.from_text(zone):
            return plain(query, tcp)
        made = response(query)
        made.authority = records(f"{name} 300 NSEC \\000.{name} RRSIG NSEC TYPE128")
        return made.to_wire()

    return answer


def for_zones(zones: dict[str, Behaviour]) -> Behaviour:
    """One address with several zones; it refuses all others."""
    refuse = saying(dns.rcode.REFUSED)
    known = {dns.name.from_text(zone): behaviour for zone, behaviour in zones.items()}

    def answer(query: dns.message.Message, tcp: bool) -> bytes | None:
        name = query.question[0].name
        holding = [zone for zone in known if name.is_subdomain(zone)]
        behaviour = known[max(holding, key=len)] if holding else refuse
        return behaviour(query, tcp)

    return answer


def resolver(*lines: str, aa: bool = False, ede: int | None = None, authority: str = "") -> Behaviour:
    """A resolver that knows these records, and denies everything else with the given SOA line."""
    known = records(*lines)

    def answer(query: dns.message.Message, _tcp: bool) -> bytes:
        question = query.question[0]
        found = [
            one for one in known if one.name == question.name and one.rdtype in (question.rdtype, dns.rdatatype.CNAME)
        ]
        here = any(one.name == question.name for one in known)
        made = response(query, aa=aa, rcode=dns.rcode.NOERROR if here else dns.rcode.NXDOMAIN)
        made.flags |= dns.flags.RA
        made.answer = found
        made.authority = [] if found or not authority else records(authority)
        if ede is not None:
            made.use_edns(0, options=[dns.edns.EDEOption(dns.edns.EDECode(ede))])
        return made.to_wire()

    return answer


def lying(query: dns.message.Message, _tcp: bool) -> bytes:
    """A resolver that has an address for every name."""
    made = response(query, aa=False)
    if query.question[0].rdtype == dns.rdatatype.A:
        made.answer = records(f"{query.question[0].name} 60 A 127.54.7.7")
    return made.to_wire()


def servfail_unless_unchecked(*lines: str) -> Behaviour:
    """A validating resolver that finds the zone bogus and does not say why."""
    plain, fail = resolver(*lines), saying(dns.rcode.SERVFAIL)

    def answer(query: dns.message.Message, tcp: bool) -> bytes | None:
        return plain(query, tcp) if query.flags & dns.flags.CD else fail(query, tcp)

    return answer


def wildcard(plain: Behaviour, address: str) -> Behaviour:
    """A zone with a wildcard: an address for every name that it denies."""

    def answer(query: dns.message.Message, tcp: bool) -> bytes | None:
        wire = plain(query, tcp)
        if wire is None or wire[3] & 0x0F != dns.rcode.NXDOMAIN or query.question[0].rdtype != dns.rdatatype.A:
            return wire
        made = response(query)
        made.answer = records(f"{query.question[0].name} 60 A {address}")
        return made.to_wire()

    return answer

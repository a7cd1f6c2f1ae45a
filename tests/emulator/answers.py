# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an authoritative server answers, from zones as data (RFC 1034 4.3.2, RFC 2308, RFC 4592). No sockets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.TXT
import dns.rrset

from tests.emulator.dns_state import Zone
from tests.emulator.messages import Json
from tests.emulator.records import RecordSet

IN = dns.rdataclass.IN
PAYLOAD = 1232
CHAIN_LIMIT = 16
TargetRecords = Callable[[str, str], tuple[Json, ...]]


@dataclass(frozen=True, slots=True)
class Served:
    """One zone as a server sees it: non-empty record sets by relative name, then by type.

    `owned` marks a zone of Azure's own, whose servers are not those of the users' zones.
    """

    origin: dns.name.Name
    nodes: Mapping[str, Mapping[str, RecordSet]]
    parents: frozenset[str]
    owned: bool = False

    def has(self, name: str) -> bool:
        """Whether a name exists: it owns records, or lies above one that does."""
        return name in self.nodes or name in self.parents


@dataclass(slots=True)
class Result:
    """The sections of an answer under way."""

    rcode: dns.rcode.Rcode = dns.rcode.NOERROR
    answer: list[dns.rrset.RRset] = field(default_factory=list)
    authority: list[dns.rrset.RRset] = field(default_factory=list)
    authoritative: bool = True


def serve(zone: Zone, target_records: TargetRecords) -> Served:
    """A zone made ready: alias sets get the records of their targets, empty sets are not served at all."""
    nodes: dict[str, dict[str, RecordSet]] = {}
    parents: set[str] = set()
    for one in zone.sets.values():
        found = replace(one, records=_alias_records(zone, one, target_records)) if one.target else one
        if not found.records:
            continue
        nodes.setdefault(found.name, {})[found.type] = found
        labels = found.name.split(".")
        parents.update(".".join(labels[start:]) for start in range(1, len(labels)))
    return Served(dns.name.from_text(zone.name), nodes, frozenset(parents))


def _alias_records(zone: Zone, one: RecordSet, target_records: TargetRecords) -> tuple[Json, ...]:
    own = f"{zone.id}/{one.type}/".lower()
    if one.target.lower().startswith(own):
        other = zone.sets.get((one.target.lower().removeprefix(own), one.type))
        return other.records if other else ()
    return target_records(one.target, one.type)


def find_zone(zones: Mapping[dns.name.Name, Served], name: dns.name.Name) -> Served | None:
    """The zone with the longest origin that holds `name`."""
    current = name
    while True:
        if current in zones:
            return zones[current]
        if current == dns.name.root:
            return None
        current = current.parent()


def resolve(zones: Mapping[dns.name.Name, Served], name: dns.name.Name, kind: str, recursive: bool = False) -> Result:
    """Answer one question. CNAMEs are followed as far as the zones reach; from a user's zone into one of Azure's own
    only by a `recursive` server."""
    result = Result()
    first = find_zone(zones, name)
    if first is None:
        return Result(dns.rcode.REFUSED, authoritative=False)
    for _step_number in range(CHAIN_LIMIT):
        zone = find_zone(zones, name)
        if zone is None or (zone.owned != first.owned and not recursive):
            return result
        target = _step(result, zone, name, kind)
        if target is None:
            return result
        name = target
    return result


def _step(result: Result, zone: Served, name: dns.name.Name, kind: str) -> dns.name.Name | None:
    relative = name.relativize(zone.origin).to_text().lower()
    cut = _delegation(zone, relative)
    if cut is not None:
        owner = dns.name.from_text(cut, zone.origin)
        result.authority.append(to_rrset(owner, zone.nodes[cut]["NS"]))
        result.authoritative = bool(result.answer)
        return None
    node = _node(zone, relative)
    if node is None:
        exists = zone.has(relative)
        result.rcode = dns.rcode.NOERROR if exists else dns.rcode.NXDOMAIN
        result.authority.append(_negative(zone))
        return None
    if "CNAME" in node and kind not in ("CNAME", "ANY"):
        found = to_rrset(name, node["CNAME"])
        result.answer.append(found)
        return dns.name.from_text(str(node["CNAME"].records[0]["cname"]))
    wanted = list(node.values()) if kind == "ANY" else [node[kind]] if kind in node else []
    result.answer.extend(to_rrset(name, one) for one in wanted)
    if not wanted:
        result.authority.append(_negative(zone))
    return None


def _delegation(zone: Served, relative: str) -> str | None:
    if relative == "@":
        return None
    labels = relative.split(".")
    for start in range(len(labels) - 1, -1, -1):
        candidate = ".".join(labels[start:])
        if "NS" in zone.nodes.get(candidate, {}):
            return candidate
    return None


def _node(zone: Served, relative: str) -> Mapping[str, RecordSet] | None:
    """The records of a name, of the wildcard at its closest encloser, or None."""
    if zone.has(relative):
        return zone.nodes.get(relative)
    labels = relative.split(".")
    for start in range(1, len(labels) + 1):
        encloser = ".".join(labels[start:])
        if encloser == "" or zone.has(encloser):
            return zone.nodes.get(f"*.{encloser}" if encloser else "*")
    return None


def _negative(zone: Served) -> dns.rrset.RRset:
    soa = zone.nodes["@"]["SOA"]
    return to_rrset(zone.origin, replace(soa, ttl=min(soa.ttl, int(soa.records[0]["minimumTTL"]))))


_TEXT: dict[str, Callable[[Json], str]] = {
    "A": lambda one: str(one["ipv4Address"]),
    "AAAA": lambda one: str(one["ipv6Address"]),
    "CAA": lambda one: f'{one["flags"]} {one["tag"]} "{one["value"]}"',
    "CNAME": lambda one: _dot(one["cname"]),
    "MX": lambda one: f"{one['preference']} {_dot(one['exchange'])}",
    "NS": lambda one: _dot(one["nsdname"]),
    "PTR": lambda one: _dot(one["ptrdname"]),
    "SRV": lambda one: f"{one['priority']} {one['weight']} {one['port']} {_dot(one['target'])}",
    "SOA": lambda one: (
        f"{_dot(one['host'])} {_dot(one['email'])} {one['serialNumber']} {one['refreshTime']} {one['retryTime']}"
        f" {one['expireTime']} {one['minimumTTL']}"
    ),
}


def _dot(name: object) -> str:
    return f"{str(name).rstrip('.')}."


def to_rrset(owner: dns.name.Name, record_set: RecordSet) -> dns.rrset.RRset:
    """A record set as DNS data."""
    kind = dns.rdatatype.from_text(record_set.type)
    return dns.rrset.from_rdata_list(owner, record_set.ttl, [_rdata(kind, one) for one in record_set.records])


def _rdata(kind: dns.rdatatype.RdataType, record: Json) -> dns.rdata.Rdata:
    if kind == dns.rdatatype.TXT:
        return dns.rdtypes.ANY.TXT.TXT(IN, kind, [chunk.encode() for chunk in record["value"]])
    return dns.rdata.from_text(IN, kind, _TEXT[dns.rdatatype.to_text(kind)](record))


def respond(zones: Mapping[dns.name.Name, Served], query: dns.message.Message, recursive: bool) -> dns.message.Message:
    """The whole answer to a query message. A `recursive` server claims no authority and offers recursion."""
    response = dns.message.make_response(query, recursion_available=recursive, our_payload=PAYLOAD)
    if query.opcode() != dns.opcode.QUERY or len(query.question) != 1:
        response.set_rcode(dns.rcode.NOTIMP)
        return response
    question = query.question[0]
    kind = dns.rdatatype.to_text(question.rdtype)
    if question.rdclass != IN or kind in ("AXFR", "IXFR"):
        response.set_rcode(dns.rcode.REFUSED)
        return response
    result = resolve(zones, question.name, kind, recursive)
    response.set_rcode(result.rcode)
    response.answer, response.authority = result.answer, result.authority
    if result.authoritative and not recursive:
        response.flags |= dns.flags.AA
    return response


def by_origin(zones: Iterable[Served]) -> dict[dns.name.Name, Served]:
    """Zones by their origin; names compare without case."""
    return {zone.origin: zone for zone in zones}

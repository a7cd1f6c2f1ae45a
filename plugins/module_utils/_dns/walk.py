# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The way from the root to the servers of a zone, and from a name to its addresses, without a resolver in between.

Where port 53 is closed to the world, resolvers are asked instead. Either way nothing is ever asked about NS or SOA at
a name that may be an alias: the walk for an alias begins at the name above it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from ansible_collections.configmgr.cmg.plugins.module_utils._core.clouds import deployment_domain_of, is_within
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.observations import (
    End,
    Message,
    Place,
    Record,
    Reply,
    Resolution,
    ServerName,
    ZoneView,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.records import comparable
from ansible_collections.configmgr.cmg.plugins.module_utils._dns.messages import Endpoint, Query

Ask = Callable[[Sequence[Query]], list[Reply]]

ROOT = ""
ADDRESSES = ("A", "AAAA")
AT_ONCE = 3
LONGEST_WALK = 32
LONGEST_CHAIN = 16
DEEPEST = 5

# Source: https://www.iana.org/domains/root/servers
ROOT_SERVERS: Mapping[str, str] = {
    "a.root-servers.net": "198.41.0.4",
    "b.root-servers.net": "170.247.170.2",
    "c.root-servers.net": "192.33.4.12",
    "d.root-servers.net": "199.7.91.13",
    "e.root-servers.net": "192.203.230.10",
    "f.root-servers.net": "192.5.5.241",
    "g.root-servers.net": "192.112.36.4",
    "h.root-servers.net": "198.97.190.53",
    "i.root-servers.net": "192.36.148.17",
    "j.root-servers.net": "192.58.128.30",
    "k.root-servers.net": "193.0.14.129",
    "l.root-servers.net": "199.7.83.42",
    "m.root-servers.net": "202.12.27.33",
}


class Source(StrEnum):
    """Where delegations are learnt: from the root down, from resolvers, or from whichever answers."""

    AUTO = "auto"
    ROOT = "root"
    RESOLVERS = "resolvers"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the walk starts from. O(hints) are addresses of root servers by name, O(port) that of every server."""

    hints: Mapping[str, str] = field(default_factory=lambda: dict(ROOT_SERVERS))
    port: int = 53
    resolvers: tuple[Endpoint, ...] = ()
    source: Source = Source.AUTO
    ipv6: bool = False


@dataclass(frozen=True, slots=True)
class Resolved:
    """What became of resolving a name; the fields are those of a target."""

    resolution: Resolution
    hops: tuple[str, ...]
    addresses: tuple[str, ...] = ()
    reason: str | None = None


def parent_of(name: str) -> str:
    """The name above a name; that of a top-level domain is the root."""
    return comparable(name).partition(".")[2]


def encloses(zone: str, name: str) -> bool:
    """Whether a name is the zone's own or lies below it."""
    return zone in (ROOT, name) or name.endswith(f".{zone}")


def depth_of(zone: str) -> int:
    """How many labels a zone's name has."""
    return len(zone.split(".")) if zone else 0


class Walk:
    """Follows delegations and remembers every one of them."""

    def __init__(self, ask: Ask, surroundings: Surroundings) -> None:
        self._ask = ask
        self._surroundings = surroundings
        self._source = surroundings.source
        hints = tuple(ServerName(name, (address,)) for name, address in surroundings.hints.items())
        self._cuts: dict[str, ZoneView] = {ROOT: ZoneView(ROOT, (), hints)}
        self._addresses: dict[str, tuple[str, ...]] = {}
        # Servers that did not answer are not waited for again on the way; the sweep over all of them judges them.
        self._silent: set[str] = set()
        self._resolved: dict[str, Resolved] = {}
        self._known: dict[tuple[str, str], Reply] = {}
        self._delegations: dict[str, ZoneView] = {}

    @property
    def port(self) -> int:
        """The port of every authoritative server."""
        return self._surroundings.port

    def delegation(self, name: str) -> ZoneView:
        """The zone that holds a name, which is not the alias itself, with its servers and their addresses."""
        name = comparable(name)
        if name not in self._delegations:
            self._delegations[name] = self._refined(self._find(name))
        return self._delegations[name]

    def queries(self, view: ZoneView, name: str, kind: str, *, nsid: bool = False) -> list[Query]:
        """One question for each address of a zone's servers; an address that two names share is asked once."""
        made: dict[str, Query] = {}
        for server in view.servers:
            for address in server.addresses:
                endpoint = Endpoint(address, self._surroundings.port)
                made.setdefault(address, Query(endpoint, Place(address, server.name), name, kind, nsid=nsid))
        return list(made.values())

    def _find(self, name: str) -> ZoneView:
        if self._source is not Source.RESOLVERS:
            self._iterate(name, "NS", 0)
            cut = self._deepest(name)
            if cut.zone != ROOT or not self._can_fall_back():
                return cut if cut.zone != ROOT else ZoneView(None, failure="No root server gives a delegation.")
            self._source = Source.RESOLVERS
        return self._find_by_resolver(name)

    def _can_fall_back(self) -> bool:
        return self._source is Source.AUTO and bool(self._surroundings.resolvers)

    def _deepest(self, name: str) -> ZoneView:
        enclosing = [zone for zone in self._cuts if encloses(zone, name)]
        return self._cuts[max(enclosing, key=depth_of)]

    def _iterate(self, name: str, kind: str, depth: int) -> Reply | None:
        """The authoritative reply to a question, found from the nearest known delegation down, or V(None)."""
        if (name, kind) in self._known:
            return self._known[name, kind]
        cut = self._deepest(name)
        for _step in range(LONGEST_WALK):
            zone = cut.zone or ROOT
            reply = self._first_useful(cut, zone, name, kind)
            if reply is None or reply.message is None:
                return None
            below = _referral(reply.message, zone, name)
            if below is None:
                self._note_apex(reply, name, kind, depth)
                return reply
            cut = self._cut(below, reply.message, zone, depth)
        return None

    def _first_useful(self, cut: ZoneView, zone: str, name: str, kind: str) -> Reply | None:
        """The first reply with authority or with a referral downward; a few servers are asked at once."""
        queries = [query for query in self.queries(cut, name, kind) if query.endpoint.address not in self._silent]
        for start in range(0, len(queries), AT_ONCE):
            replies = self._ask(queries[start : start + AT_ONCE])
            self._silent |= {reply.place.address for reply in replies if reply.message is None}
            for reply in replies:
                if reply.message is not None and _is_useful(reply.message, zone, name):
                    return reply
        return None

    def _cut(self, zone: str, message: Message, above: str, depth: int) -> ZoneView:
        """The delegation in a referral, with the addresses that came along as far as they may be believed."""
        if zone in self._cuts:
            return self._cuts[zone]
        names = _ns_names(message.authority, zone)
        servers = tuple(self._server(name, message, above, depth) for name in names)
        self._cuts[zone] = ZoneView(zone, names, servers)
        return self._cuts[zone]

    def _note_apex(self, reply: Reply, name: str, kind: str, depth: int) -> None:
        """A zone whose servers are also those of its parent is seen only by its own NS records."""
        message = reply.message
        if kind != "NS" or message is None or name in self._cuts:
            return
        names = _ns_names(message.answer, name)
        if names:
            servers = tuple(self._server(server, message, name, depth) for server in names)
            self._cuts[name] = ZoneView(name, None, servers)

    def _server(self, name: str, message: Message, above: str, depth: int) -> ServerName:
        """A name server with its glue, or without glue with the addresses that its own zone has."""
        glue = tuple(
            record.data
            for record in message.additional
            if record.name == name and record.type in ADDRESSES and encloses(above, name)
        )
        found = glue or self._addresses_of(name, depth + 1) or self._addresses_by_resolver(name)
        usable, unusable = self._sorted_out(found)
        return ServerName(name, usable, glue, (), unusable)

    def _sorted_out(self, addresses: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        known = tuple(dict.fromkeys(addresses))
        unusable = tuple(address for address in known if ":" in address and not self._surroundings.ipv6)
        return tuple(address for address in known if address not in unusable), unusable

    def _addresses_of(self, name: str, depth: int) -> tuple[str, ...]:
        """The addresses of a name server as its own zone has them."""
        if depth > DEEPEST:
            return ()
        if name not in self._addresses:
            self._addresses[name] = ()
            replies = [self._iterate(name, kind, depth) for kind in ADDRESSES]
            self._addresses[name] = _addresses_in(replies, name)
        return self._addresses[name]

    def _addresses_by_resolver(self, name: str) -> tuple[str, ...]:
        """The addresses of a name server that the way from the root does not give, where resolvers may be asked."""
        if not self._can_fall_back():
            return ()
        self._addresses[name] = _addresses_in(self._by_resolver(name, *ADDRESSES), name)
        return self._addresses[name]

    def _refined(self, view: ZoneView) -> ZoneView:
        """The delegation with what the servers' own zones say of their addresses, to compare with the glue."""
        servers = []
        for server in view.servers:
            answered = self._addresses_of(server.name, 1) if server.glue else server.addresses
            usable, unusable = self._sorted_out((*server.addresses, *answered, *server.unusable))
            servers.append(replace(server, addresses=usable, answered=answered, unusable=unusable))
        return replace(view, servers=tuple(servers))

    def _by_resolver(self, name: str, *kinds: str) -> list[Reply]:
        """What the first resolver that answers says of a name."""
        for resolver in self._surroundings.resolvers:
            place = resolver.place(view="resolution")
            replies = self._ask([Query(resolver, place, name, kind, recursion=True) for kind in kinds])
            if any(reply.message and reply.message.rcode in ("NOERROR", "NXDOMAIN") for reply in replies):
                return replies
        return []

    def _find_by_resolver(self, name: str) -> ZoneView:
        """The zone of a name as resolvers see it: NS records at the name, or the zone that its denial names."""
        for _step in range(LONGEST_WALK):
            messages = [reply.message for reply in self._by_resolver(name, "NS") if reply.message]
            names = _ns_names((record for message in messages for record in message.answer), name)
            if names:
                servers = [self._server_by_resolver(server) for server in names]
                return ZoneView(name, names, tuple(servers))
            owners = [record.name for message in messages for record in message.authority if record.type == "SOA"]
            above = owners[0] if owners and owners[0] != name else parent_of(name)
            if not messages or not name or not encloses(above, name):
                break
            name = above
        return ZoneView(None, failure=f"No resolver tells which zone holds {name or 'the root'}.")

    def _server_by_resolver(self, name: str) -> ServerName:
        if name not in self._addresses:
            self._addresses[name] = _addresses_in(self._by_resolver(name, *ADDRESSES), name)
        usable, unusable = self._sorted_out(self._addresses[name])
        return ServerName(name, usable, unusable=unusable)

    def _address_types(self) -> tuple[str, ...]:
        """What a target is asked for first; the other family is of use only where it can be reached."""
        return ADDRESSES if self._surroundings.ipv6 else ADDRESSES[:1]

    def prefetch(self, names: Iterable[str], *others: str) -> None:
        """Ask about many names at once, for which one after the other would take its time.

        The first name below each parent is followed on the way from the root; the others are asked for where that
        led. What does not come back with authority is asked for again when it is needed.
        """
        kinds = others or self._address_types()
        wanted = sorted({comparable(name) for name in names if name.isascii()})
        firsts = {parent_of(name): name for name in reversed(wanted)}
        for name in firsts.values():
            for kind in kinds:
                self._authoritative(name, kind)
        rest = [(name, kind) for name in wanted if name not in firsts.values() for kind in kinds]
        queries = [query for number, (name, kind) in enumerate(rest) for query in self._one_of(name, kind, number)]
        for reply in self._ask(queries):
            if reply.message is not None and self._is_final(reply.message, reply.name):
                self._known[reply.name, reply.type] = reply

    def _one_of(self, name: str, kind: str, number: int) -> list[Query]:
        """A question to one of those who should know, in turn; none where nobody is known."""
        if self._source is Source.RESOLVERS:
            endpoint = self._surroundings.resolvers[number % len(self._surroundings.resolvers)]
            return [Query(endpoint, endpoint.place(view="resolution"), name, kind, recursion=True)]
        cut = self._deepest(name)
        candidates = [one for one in self.queries(cut, name, kind) if one.endpoint.address not in self._silent]
        return [candidates[number % len(candidates)]] if candidates and cut.zone != ROOT else []

    def _is_final(self, message: Message, name: str) -> bool:
        if self._source is Source.RESOLVERS:
            return message.rcode in ("NOERROR", "NXDOMAIN")
        zone = self._deepest(name).zone or ROOT
        return message.authoritative and _is_useful(message, zone, name)

    def _authoritative(self, name: str, kind: str) -> Reply | None:
        """The reply by which a question is settled, remembered if there is one."""
        if (name, kind) not in self._known:
            if self._source is Source.RESOLVERS:
                reply = next(iter(self._by_resolver(name, kind)), None)
            else:
                reply = self._iterate(name, kind, 0)
            if reply is not None:
                self._known[name, kind] = reply
        return self._known.get((name, kind))

    def resolve(self, name: str) -> Resolved:
        """Where a name leads: its chain of aliases and the addresses at the end."""
        name = comparable(name)
        if name not in self._resolved:
            self._resolved[name] = self._chain(name)
        return self._resolved[name]

    def _chain(self, name: str) -> Resolved:
        hops = [name]
        while len(hops) <= LONGEST_CHAIN:
            messages = self._lookup(hops[-1])
            before = len(hops)
            addresses = _follow(messages, hops)
            if len(set(hops)) < len(hops):
                return Resolved(Resolution.LOOP, tuple(hops))
            if addresses:
                return Resolved(Resolution.RESOLVES, tuple(hops), addresses)
            if len(hops) == before:
                return self._believed(_ending(messages, tuple(hops)), messages)
        return Resolved(Resolution.LOOP, tuple(hops))

    def _believed(self, ending: Resolved, messages: Sequence[Message]) -> Resolved:
        """The same ending, unless those who deny a name of Azure's deny all of them.

        That is what a resolver without the Internet and a root of one's own do, and it says nothing about the name.
        """
        denied = ending.hops[-1]
        domain = deployment_domain_of(denied)
        if ending.resolution is not Resolution.NXDOMAIN or domain is None or _denied_within(messages, domain):
            return ending
        control = self.lookup(domain, "SOA")
        if control is not None and control.rcode == "NOERROR":
            return ending
        reason = f"{denied} is said not to exist by those who do not know {domain} either, which does exist."
        return Resolved(Resolution.UNKNOWN, ending.hops, reason=reason)

    def _lookup(self, name: str) -> list[Message]:
        """What can be had for the addresses of a name; where they fail, for its alias alone."""
        replies = [reply for kind in self._address_types() if (reply := self._authoritative(name, kind)) is not None]
        if not any(reply.message and reply.message.answer for reply in replies):
            replies += [reply for reply in [self._authoritative(name, "AAAA")] if reply is not None]
        if not replies and self._source is Source.RESOLVERS:
            replies = self._by_resolver(name, "CNAME")
        elif not replies and self._can_fall_back() and self._root_is_closed():
            self._source = Source.RESOLVERS
            return self._lookup(name)
        return [reply.message for reply in replies if reply.message is not None and reply.end is End.ANSWERED]

    def _root_is_closed(self) -> bool:
        """Whether nothing has come from the root so far."""
        return len(self._cuts) == 1

    def lookup(self, name: str, kind: str) -> Message | None:
        """The authoritative or resolved answer to one question, or V(None)."""
        reply = self._authoritative(name, kind)
        return reply.message if reply else None


def _is_useful(message: Message, zone: str, name: str) -> bool:
    if message.rcode not in ("NOERROR", "NXDOMAIN"):
        return False
    return message.authoritative or _referral(message, zone, name) is not None


def _referral(message: Message, zone: str, name: str) -> str | None:
    """The zone below that a message delegates to: NS records without authority, deeper than here, on the way."""
    if message.authoritative or message.rcode != "NOERROR":
        return None
    owners = {record.name for record in message.authority if record.type == "NS"}
    below = [owner for owner in owners if owner != zone and encloses(zone, owner) and encloses(owner, name)]
    return max(below, key=depth_of, default=None)


def _ns_names(section: Iterable[Record], zone: str) -> tuple[str, ...]:
    return tuple(sorted({comparable(record.data) for record in section if record.type == "NS" and record.name == zone}))


def _addresses_in(replies: Iterable[Reply | None], name: str) -> tuple[str, ...]:
    messages = [reply.message for reply in replies if reply is not None and reply.message is not None]
    found = {record.data for message in messages for kind in ADDRESSES for record in message.answers(name, kind)}
    return tuple(sorted(found))


def _follow(messages: Sequence[Message], hops: list[str]) -> tuple[str, ...]:
    """Go along the aliases in the answers as far as they lead; the addresses at the end."""
    for _step in range(LONGEST_CHAIN + 1):
        here = hops[-1]
        found = {record.data for message in messages for kind in ADDRESSES for record in message.answers(here, kind)}
        if found:
            return tuple(sorted(found))
        targets = [comparable(record.data) for message in messages for record in message.answers(here, "CNAME")]
        if not targets:
            return ()
        hops.append(targets[0])
        if targets[0] in hops[:-1]:
            return ()
    return ()


def _ending(messages: Sequence[Message], hops: tuple[str, ...]) -> Resolved:
    """What it means that the way ends without an address."""
    rcodes = {message.rcode for message in messages}
    if "NXDOMAIN" in rcodes:
        return Resolved(Resolution.NXDOMAIN, hops)
    if "NOERROR" in rcodes:
        return Resolved(Resolution.NO_ADDRESS, hops)
    return Resolved(Resolution.UNKNOWN, hops, reason=f"Nobody could be asked for the addresses of {hops[-1]}.")


def _denied_within(messages: Iterable[Message], domain: str) -> bool:
    """Whether the denial comes from a zone of that domain. Source: RFC 2308 section 3."""
    owners = {record.name for message in messages for record in message.authority if record.type == "SOA"}
    return any(is_within(owner, domain) for owner in owners)


def names_above(name: str) -> Iterator[str]:
    """The names above a name, nearest first, without the root."""
    name = parent_of(name)
    while name:
        yield name
        name = parent_of(name)

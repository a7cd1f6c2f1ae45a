# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What was seen of an alias, as plain data: messages, servers, the control plane, resolvers, target, certificate.

Nothing here knows DNS libraries, sockets or clocks. Names are compared without case and final dot; TTLs are seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Finding
from ansible_collections.configmgr.cmg.plugins.module_utils._core.records import RecordSet, comparable

PUBLIC_VIEW = "public"


class End(StrEnum):
    """How an exchange with a server ended."""

    ANSWERED = "answered"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    MALFORMED = "malformed"
    TRUNCATED = "truncated"


@dataclass(frozen=True, slots=True, order=True)
class Record:
    """One resource record. O(name) is in lower case without the final dot, O(data) is in presentation form."""

    name: str
    type: str
    ttl: int
    data: str


@dataclass(frozen=True, slots=True)
class Message:
    """An answer without what differs between two servers that say the same. Codes of extended errors: RFC 8914."""

    rcode: str = "NOERROR"
    flags: frozenset[str] = frozenset()
    answer: tuple[Record, ...] = ()
    authority: tuple[Record, ...] = ()
    additional: tuple[Record, ...] = ()
    extended_errors: tuple[int, ...] = ()
    nsid: str | None = None

    @property
    def authoritative(self) -> bool:
        """Whether the server claims authority."""
        return "AA" in self.flags

    def answers(self, name: str, kind: str) -> tuple[Record, ...]:
        """The records of that owner and type in the answer section."""
        wanted = comparable(name)
        return tuple(record for record in self.answer if record.type == kind and record.name == wanted)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Who was asked: a server's name where it has one, its address, and the view that a resolver belongs to."""

    address: str
    server: str = ""
    transport: str = "udp"
    view: str = ""

    def __str__(self) -> str:
        return f"{self.server} ({self.address})" if self.server else self.address


@dataclass(frozen=True, slots=True)
class Reply:
    """What one server said to one question, or why it did not. Time: milliseconds, and the moment in UTC.

    O(edns) is V(False) if the server understood the question only without EDNS.
    """

    place: Place
    name: str
    type: str
    end: End
    message: Message | None = None
    rtt_ms: float | None = None
    at: datetime | None = None
    edns: bool = True


@dataclass(frozen=True, slots=True)
class ServerName:
    """A name server of a zone. O(glue) are the parent's addresses, O(addresses) all that were found and can be used.

    O(unusable) are addresses of a family that this machine cannot use.
    """

    name: str
    addresses: tuple[str, ...] = ()
    glue: tuple[str, ...] = ()
    answered: tuple[str, ...] = ()
    unusable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ZoneView:
    """The zone in which the alias lies, as the delegation from above shows it.

    O(parent_servers) is V(None) if no referral was seen, O(zone) if not even a delegation was. O(soa) and O(ns) hold a
    reply for each address.
    """

    zone: str | None
    parent_servers: tuple[str, ...] | None = None
    servers: tuple[ServerName, ...] = ()
    soa: tuple[Reply, ...] = ()
    ns: tuple[Reply, ...] = ()
    failure: str | None = None

    @property
    def nsid(self) -> dict[str, str]:
        """What the servers call themselves (RFC 5001), by address."""
        return {reply.place.address: reply.message.nsid for reply in self.soa if reply.message and reply.message.nsid}


@dataclass(frozen=True, slots=True)
class PlaneZone:
    """A zone of that name in the control plane, with what it has at the alias."""

    name: str
    resource_group: str
    subscription_id: str
    name_servers: tuple[str, ...] = ()
    record: RecordSet | None = None
    other_types: tuple[str, ...] = ()
    lock: str | None = None

    def __str__(self) -> str:
        return f"{self.name} (resource group {self.resource_group}, subscription {self.subscription_id})"


@dataclass(frozen=True, slots=True)
class PlaneView:
    """What the control plane holds. O(failure) says in a sentence why it could not be read.

    O(zones) are all visible zones of the longest name that holds the alias; O(chosen) is where the declaration keeps
    it, V(None) where it does not say.
    """

    zones: tuple[PlaneZone, ...] = ()
    chosen: tuple[str, str] | None = None
    failure: str | None = None


class Expect(StrEnum):
    """What a view is expected to answer for a service name."""

    DECLARED = "declared"
    ABSENT = "absent"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class ResolverView:
    """What one resolver says. O(target) is what its view expects instead of the deployment name.

    O(disabled) is the reply with checking disabled, asked for after a SERVFAIL; O(sibling) the reply for the addresses
    of a name that cannot exist, next to the alias.
    """

    place: Place
    reply: Reply
    expect: Expect = Expect.DECLARED
    target: str | None = None
    addresses: Reply | None = None
    disabled: Reply | None = None
    sibling: Reply | None = None

    @property
    def declared_view(self) -> bool:
        """Whether the user declared this view, rather than only naming resolvers."""
        return self.place.view not in ("", PUBLIC_VIEW)


class Resolution(StrEnum):
    """What became of resolving a target."""

    RESOLVES = "resolves"
    NXDOMAIN = "nxdomain"
    NO_ADDRESS = "no_address"
    LOOP = "loop"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class TargetView:
    """The declared target: whether it resolves, whether it is ours, whether somebody could claim it.

    O(hops) are the names on the way, the target first. O(owned) and O(claimable) are V(None) where it is not known;
    O(ownership_asked) tells whether it was tried. O(complete) is whether the whole tenant could be read.
    """

    name: str
    resolution: Resolution
    hops: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    reason: str | None = None
    ownership_asked: bool = False
    owned: bool | None = None
    complete: bool = False
    claimable: bool | None = None
    ownership: str | None = None


@dataclass(frozen=True, slots=True)
class ServedView:
    """What one address of the target serves for the service name. O(failure) says why there was no handshake.

    O(trusted) is V(None) where nobody judged it. O(findings) are those of the certificate rules.
    """

    address: str
    failure: str | None = None
    names: tuple[str, ...] = ()
    not_after: datetime | None = None
    sha256: str | None = None
    trusted: bool | None = None
    trust_reason: str | None = None
    findings: tuple[Finding, ...] = ()
    not_judged: str | None = None


@dataclass(frozen=True, slots=True)
class CaaView:
    """The CAA records that decide about the alias (RFC 8659), as the domains of C(issue) and C(issuewild).

    O(at) is where they were found, V(None) if nowhere. O(known) is V(False) if they could not be read.
    """

    at: str | None = None
    issuers: tuple[str, ...] = ()
    known: bool = True


@dataclass(frozen=True, slots=True)
class Declared:
    """An alias as it is declared. O(ttl) is V(None) where it is not compared.

    O(old_classic_name) is the classic name of a gateway that is being converted. O(issuers) are the CAA domains of
    the authorities that may sign the certificate. O(sha256) is that of the declared server certificate. O(undeployed)
    says that the gateway is declared as one that is still to be deployed.
    """

    gateway: str
    name: str
    target: str
    ttl: int | None = None
    zone: str | None = None
    old_classic_name: str | None = None
    issuers: tuple[str, ...] = ()
    sha256: str | None = None
    undeployed: bool = False


@dataclass(frozen=True, slots=True)
class Observed:
    """All that was seen of one alias. A layer that was not looked at is V(None); why not is in O(skipped).

    O(follow_ups) are the replies for other types, O(probes) those for a random sibling and for the wildcard itself.
    O(detours) are the hops from targets other than the declared one.
    """

    plane: PlaneView | None = None
    zone: ZoneView | None = None
    authoritative: tuple[Reply, ...] | None = None
    follow_ups: tuple[Reply, ...] = ()
    probes: tuple[Reply, ...] = ()
    recursive: tuple[ResolverView, ...] | None = None
    detours: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    target: TargetView | None = None
    served: tuple[ServedView, ...] | None = None
    caa: CaaView | None = None
    skipped: Mapping[str, str] = field(default_factory=dict)

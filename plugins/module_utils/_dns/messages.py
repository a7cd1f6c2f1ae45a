# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""DNS messages at the border: questions become bytes, bytes become plain data. dnspython reads every unseen answer."""

from __future__ import annotations

import struct
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.observations import Message, Place, Record
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import MissingLibrary

if TYPE_CHECKING:
    import dns.message

PAYLOAD = 1232
IN = 1
RD, CD, TC, QR = 0x0100, 0x0010, 0x0200, 0x8000
DO = 0x8000
OPT, NSID, EXTENDED_ERROR = 41, 3, 15
FORMERR, NOTIMP = 1, 4
LONGEST = 65_535
HEADER = 12
TYPES = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "MX": 15, "TXT": 16, "AAAA": 28, "CAA": 257}
KEPT = 50_000


class MalformedMessage(ValueError):
    """Bytes that are no DNS message."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a question goes: address, port, and how. O(transport) is V(udp), V(tcp), V(dot) or V(doh).

    O(server_name) is what the certificate of a DoT or DoH server has to be good for, O(path) the path of DoH,
    O(ca_bundle) the authorities to trust instead of the system's.
    """

    address: str
    port: int = 53
    transport: str = "udp"
    server_name: str = ""
    path: str = "/dns-query"
    ca_bundle: str | None = None

    def place(self, server: str = "", view: str = "") -> Place:
        """The same as observations have it."""
        return Place(self.address, server, self.transport, view)


@dataclass(frozen=True, slots=True)
class Query:
    """One question to one endpoint. O(recursion) asks to find out, O(unchecked) not to validate."""

    endpoint: Endpoint
    place: Place
    name: str
    type: str
    recursion: bool = False
    unchecked: bool = False
    nsid: bool = False

    def wire(self, identifier: bytes, *, edns: bool = True) -> bytes:
        """The question as bytes."""
        flags = (RD if self.recursion else 0) | (CD if self.unchecked else 0)
        counts = b"\x00\x01\x00\x00\x00\x00\x00\x01" if edns else b"\x00\x01\x00\x00\x00\x00\x00\x00"
        tail = (_OPT_NSID if self.nsid else _OPT) if edns else b""
        return identifier + flags.to_bytes(2, "big") + counts + question(self.name, self.type) + tail


def _opt(options: bytes) -> bytes:
    return struct.pack("!BHHBBHH", 0, OPT, PAYLOAD, 0, 0, DO, len(options)) + options


_OPT = _opt(b"")
_OPT_NSID = _opt(struct.pack("!HH", NSID, 0))


@lru_cache(maxsize=20_000)
def question(name: str, kind: str) -> bytes:
    """The question section for a name and a type."""
    dns_name = library("dns.name")
    return bytes(dns_name.from_text(name).to_wire()) + struct.pack("!HH", TYPES[kind], IN)


def library(name: str) -> Any:
    """A module of dnspython.

    :raises MissingLibrary: when it is not installed.
    """
    import importlib
    import sys

    try:
        return importlib.import_module(name)
    except ImportError:
        raise MissingLibrary(
            "dnspython", purpose="speak DNS", requirement="dnspython >= 2.6.1", interpreter=sys.executable
        ) from None


def answers(sent: bytes, received: bytes) -> bool:
    """Whether bytes are a response to the question that was sent; servers may change the case of the name.

    A server that could not read the question may leave it out.
    """
    if len(received) < HEADER or not received[2] & 0x80:
        return False
    count = received[4:6]
    if count == b"\x00\x00":
        return received[3] & 0x0F != 0
    end = sent.index(b"\x00", HEADER) + 5 if sent[HEADER] else HEADER + 5
    if received[HEADER:end] == sent[HEADER:end]:
        return count == b"\x00\x01"
    return count == b"\x00\x01" and (
        received[HEADER : end - 4].lower() == sent[HEADER : end - 4].lower()
        and received[end - 4 : end] == sent[end - 4 : end]
    )


class Reader:
    """Reads answers, each distinct one once: servers that agree send the same bytes after the identifier."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._messages: OrderedDict[bytes, Message] = OrderedDict()
        self.parsed = 0

    def read(self, wire: bytes) -> Message:
        """The message.

        :raises MalformedMessage: for bytes that are none.
        """
        key = wire[2:]
        message = self._messages.get(key)
        if message is None:
            message = self._messages[key] = parse(wire)
            self.parsed += 1
            if len(self._messages) > self._kept:
                self._messages.popitem(last=False)
        return message


def parse(wire: bytes) -> Message:
    """A message as plain data.

    :raises MalformedMessage: for bytes that are none.
    """
    dns_message = library("dns.message")
    dns_exception = library("dns.exception")
    try:
        parsed = dns_message.from_wire(wire, one_rr_per_rrset=True, ignore_trailing=True)
        return plain(parsed)
    except (dns_exception.DNSException, ValueError, struct.error, IndexError) as error:
        raise MalformedMessage(f"not a DNS message: {type(error).__name__}: {error}") from error


def plain(parsed: dns.message.Message) -> Message:
    """A message of dnspython as plain data."""
    return Message(
        rcode=_rcode(int(parsed.rcode())),
        flags=_flags(int(parsed.flags)),
        answer=_records(parsed.answer),
        authority=_records(parsed.authority),
        additional=_records(parsed.additional),
        extended_errors=tuple(_extended_errors(parsed)),
        nsid=next((_printable(_data(option)) for option in parsed.options if int(option.otype) == NSID), None),
    )


@lru_cache(maxsize=256)
def _rcode(value: int) -> str:
    return str(library("dns.rcode").to_text(value))


@lru_cache(maxsize=256)
def _flags(value: int) -> frozenset[str]:
    return frozenset(library("dns.flags").to_text(value).split())


@lru_cache(maxsize=256)
def _type(value: int) -> str:
    return str(library("dns.rdatatype").to_text(value))


def _records(section: list[Any]) -> tuple[Record, ...]:
    return tuple(
        Record(
            rrset.name.to_text(omit_final_dot=True).lower(),
            _type(int(rrset.rdtype)),
            rrset.ttl,
            rdata.to_text(),
        )
        for rrset in section
        for rdata in rrset
    )


def _extended_errors(parsed: dns.message.Message) -> list[int]:
    options = [option for option in parsed.options if int(option.otype) == EXTENDED_ERROR]
    return sorted({int(getattr(option, "code", int.from_bytes(_data(option)[:2], "big"))) for option in options})


def _data(option: Any) -> bytes:
    """What an option holds, whichever class this version of dnspython has for it."""
    return bytes(option.to_wire() or b"")


def _printable(data: bytes) -> str:
    text = data.decode("ascii", errors="replace")
    return text if text.isprintable() and data.isascii() else data.hex()

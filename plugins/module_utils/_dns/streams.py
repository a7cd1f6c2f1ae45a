# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Questions over streams: TCP for what was cut short, DNS over TLS and DNS over HTTPS where port 53 is closed.

Each endpoint has a connection of its own and keeps it. TCP and TLS carry several questions at a time (RFC 7766,
RFC 7858), and so does HTTP/2; HTTP/1.1 carries one after the other (RFC 8484).
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial

from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.observations import End, Reply
from ansible_collections.configmgr.cmg.plugins.module_utils._dns import https
from ansible_collections.configmgr.cmg.plugins.module_utils._dns.messages import (
    HEADER,
    Endpoint,
    MalformedMessage,
    Query,
    Reader,
    answers,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._dns.pacing import Clock, Politeness

CONNECTIONS = 32
AT_ONCE = 32
ATTEMPTS = 2


@dataclass(slots=True)
class Asked:
    """A question over a stream, with its reply once there is one."""

    query: Query
    edns: bool = True
    reply: Reply | None = None


Exchange = Callable[[Sequence[Asked]], None]


class Streams:
    """Asks questions over streams, one thread for each endpoint."""

    def __init__(
        self,
        politeness: Callable[[Endpoint], Politeness],
        reader: Reader,
        clock: Clock,
        identifiers: Callable[[], bytes],
    ) -> None:
        self._politeness = politeness
        self._reader = reader
        self._clock = clock
        self._identifiers = identifiers
        self.sent = 0

    def run(self, asked: Sequence[Asked]) -> list[Reply]:
        """The replies, in the order of the questions."""
        groups: dict[Endpoint, list[Asked]] = {}
        for entry in asked:
            groups.setdefault(entry.query.endpoint, []).append(entry)
        if groups:
            with ThreadPoolExecutor(max_workers=min(CONNECTIONS, len(groups))) as pool:
                list(pool.map(self._ask, groups, groups.values()))
        return [entry.reply for entry in asked if entry.reply is not None]

    def _ask(self, endpoint: Endpoint, asked: Sequence[Asked]) -> None:
        """Ask one endpoint until everything is answered or nothing gets on any more."""
        left, attempts, end = list(asked), 0, End.TIMEOUT
        while left and attempts < ATTEMPTS:
            end = self._connect_and_ask(endpoint, left)
            rest = [entry for entry in left if entry.reply is None]
            attempts += len(rest) == len(left)
            left = rest
        for entry in left:
            entry.reply = self._reply(entry, end)

    def _connect_and_ask(self, endpoint: Endpoint, asked: Sequence[Asked]) -> End:
        politeness = self._politeness(endpoint)
        try:
            with connection(endpoint, sum(politeness.tries)) as made:
                exchange = self._exchange(endpoint, made, sum(politeness.tries))
                for start in range(0, len(asked), AT_ONCE):
                    chunk = asked[start : start + AT_ONCE]
                    exchange(chunk)
                    if politeness.rate is not None:
                        self._clock.sleep(len(chunk) / politeness.rate)
        except TimeoutError:
            return End.TIMEOUT
        except (MalformedMessage, http.client.HTTPException):
            return End.MALFORMED
        except OSError:
            return End.UNREACHABLE
        return End.MALFORMED

    def _over_stream(self, made: socket.socket, asked: Sequence[Asked]) -> None:
        """Send some questions at once and take the answers in whatever order they come."""
        open_: dict[bytes, tuple[Asked, bytes]] = {}
        for entry in asked:
            identifier = self._identifiers()
            while identifier in open_:
                identifier = self._identifiers()
            open_[identifier] = (entry, entry.query.wire(identifier, edns=entry.edns))
        began = self._clock.monotonic()
        made.sendall(b"".join(len(wire).to_bytes(2, "big") + wire for _entry, wire in open_.values()))
        self.sent += len(open_)
        while open_:
            data = exactly(made, int.from_bytes(exactly(made, 2), "big"))
            if data[:2] not in open_:
                raise MalformedMessage("an answer to a question that was not asked")
            self._take(*open_.pop(data[:2]), data, (self._clock.monotonic() - began) * 1000)

    def _exchange(self, endpoint: Endpoint, made: socket.socket, seconds: float) -> Exchange:
        """How questions are asked over a connection."""
        if endpoint.transport == "doh" and isinstance(made, ssl.SSLSocket):
            return partial(self._over_https, https.channel(made, endpoint, seconds, self._clock.monotonic))
        return partial(self._over_stream, made)

    def _over_https(self, channel: https.Channel, asked: Sequence[Asked]) -> None:
        wires = [entry.query.wire(b"\x00\x00", edns=entry.edns) for entry in asked]
        before = channel.sent
        try:
            for answer in channel.post(wires):
                self._take(asked[answer.number], wires[answer.number], answer.wire, answer.rtt_ms)
        finally:
            self.sent += channel.sent - before

    def _take(self, entry: Asked, wire: bytes, data: bytes, rtt_ms: float) -> None:
        if len(data) < HEADER or not answers(wire, data):
            raise MalformedMessage("an answer that does not fit the question")
        message = self._reader.read(data)
        entry.reply = replace(self._reply(entry, End.ANSWERED), message=message, rtt_ms=rtt_ms)

    def _reply(self, entry: Asked, end: End) -> Reply:
        query = entry.query
        return Reply(query.place, query.name, query.type, end, None, None, self._clock.now(), entry.edns)


@contextmanager
def connection(endpoint: Endpoint, seconds: float) -> Iterator[socket.socket]:
    """A connection to an endpoint, over TLS where its transport demands it.

    :raises OSError: when there is none to be had.
    """
    with socket.create_connection((endpoint.address, endpoint.port), seconds) as plain:
        if endpoint.transport == "tcp":
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            yield plain
            return
        context = ssl.create_default_context(cafile=endpoint.ca_bundle)
        context.set_alpn_protocols(https.protocols() if endpoint.transport == "doh" else ["dot"])
        with context.wrap_socket(plain, server_hostname=endpoint.server_name or endpoint.address) as secure:
            yield secure


def exactly(made: socket.socket, length: int) -> bytes:
    """That many bytes.

    :raises ConnectionError: when the other side closes before.
    """
    parts: list[bytes] = []
    while length > 0:
        part = made.recv(length)
        if not part:
            raise ConnectionError("the server closed the connection")
        parts.append(part)
        length -= len(part)
    return b"".join(parts)

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The DNS listeners: UDP and TCP on every address, answering from the state of an emulation.

Servers 0 to 3 are the four name servers of every zone. Server 4 plays the parent: it answers with referrals only.
Server 5 plays a recursive resolver. Each can be given a fault of its own.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from functools import partial
from typing import cast

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype

from tests.emulator.answers import Served, by_origin, respond, serve
from tests.emulator.dns_state import Zone
from tests.emulator.emulation import DnsFault, Emulation
from tests.emulator.estate import Estate
from tests.emulator.owned import azure_owned, lame, parent_zones, reachable, root, server_zones

LOG = logging.getLogger("tests.emulator.dns")
PARENT, RESOLVER = 4, 5
SMALLEST_UDP = 512
CACHE_LENGTH = 1000
SERVER_COUNT = 4
REFUSALS = {"refused": dns.rcode.REFUSED, "servfail": dns.rcode.SERVFAIL}


class NameServers:
    """All listeners of one emulation. `addresses` are those of the servers 0, 1, ... in order."""

    def __init__(self, emulation: Emulation, addresses: Iterable[str]) -> None:
        self.emulation = emulation
        self.addresses = list(addresses)
        self.port = 0
        self._transports: list[asyncio.DatagramTransport] = []
        self._servers: list[asyncio.Server] = []
        self._cache: dict[int, tuple[Zone, tuple[int, int], Served]] = {}
        self._owned: tuple[Estate | None, int, list[Served]] = (None, -1, [])
        self.tasks: set[asyncio.Task[None]] = set()

    async def start(self, port: int) -> None:
        """Listen on every address, all on one port; with port 0 a port that is free on all of them."""
        for _attempt in range(20):
            try:
                await self._listen(port)
            except OSError:
                await self.stop()
                if port:
                    raise
            else:
                return
        raise OSError("no DNS port is free on all addresses")

    async def _listen(self, port: int) -> None:
        self.port = port
        loop = asyncio.get_running_loop()
        for number, address in enumerate(self.addresses):
            server = await asyncio.start_server(partial(self._stream, number), address, self.port)
            self._servers.append(server)
            self.port = server.sockets[0].getsockname()[1]
            transport, _protocol = await loop.create_datagram_endpoint(
                partial(_Datagrams, self, number), local_addr=(address, self.port)
            )
            self._transports.append(transport)

    async def stop(self) -> None:
        """Close every listener."""
        for transport in self._transports:
            transport.close()
        for server in self._servers:
            server.close()
        for task in list(self.tasks):
            task.cancel()
        self._transports, self._servers = [], []

    async def _stream(self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                length = int.from_bytes(await reader.readexactly(2), "big")
                wire = await self.answer(number, await reader.readexactly(length), udp=False)
                if wire is not None:
                    writer.write(len(wire).to_bytes(2, "big") + wire)
                    await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    async def answer(self, number: int, wire: bytes, udp: bool) -> bytes | None:
        """The answer of one server to one message; None for silence."""
        try:
            query = dns.message.from_wire(wire)
        except (dns.exception.DNSException, ValueError):
            return None
        if query.flags & dns.flags.QR:
            return None
        self._count(number, query)
        fault = self.emulation.dns_faults.get(number)
        if fault and fault.kind == "silent":
            return None
        if fault and fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        return to_wire(query, self._respond(number, query, fault), udp, bool(fault and fault.kind == "truncate"))

    def _count(self, number: int, query: dns.message.Message) -> None:
        for question in query.question:
            name, kind = question.name.to_text().lower(), dns.rdatatype.to_text(question.rdtype)
            self.emulation.dns_log[(number, name, kind)] += 1

    def _respond(self, number: int, query: dns.message.Message, fault: DnsFault | None) -> dns.message.Message:
        estate = self.emulation.estate
        refusal = REFUSALS.get(fault.kind) if fault else None
        if number == RESOLVER and any(lame(estate, question.name) for question in query.question):
            refusal = dns.rcode.SERVFAIL
        if refusal is not None:
            response = dns.message.make_response(query)
            response.set_rcode(refusal)
            return response
        zones = fault.snapshot if fault and fault.kind == "stale" else estate.dns.zones.values()
        return respond(by_origin(self._views(number, zones, query)), query, number == RESOLVER)

    def _views(self, number: int, zones: Iterable[Zone], query: dns.message.Message) -> list[Served]:
        """The zones that matter for this server and question."""
        estate = self.emulation.estate
        delegated = [zone for zone in zones if zone.delegated]
        if number == PARENT:
            return parent_zones(estate, delegated)
        if number == RESOLVER:
            delegated = [zone for zone in delegated if reachable(estate, zone)]
        views = [self._view(zone) for zone in delegated] + self._azure_owned()
        for question in query.question:
            views += server_zones(question.name, self.addresses[:SERVER_COUNT])
        return [*views, root()] if number == RESOLVER else views

    def _azure_owned(self) -> list[Served]:
        """Azure's own zones, kept until a resource changes."""
        estate = self.emulation.estate
        if self._owned[0] is not estate or self._owned[1] != estate.revision:
            self._owned = (estate, estate.revision, azure_owned(estate))
        return self._owned[2]

    def _view(self, zone: Zone) -> Served:
        """A zone made ready, kept until its content changes."""
        mark = (zone.revision, self.emulation.estate.revision)
        kept = self._cache.get(id(zone))
        if kept is not None and kept[0] is zone and kept[1] == mark:
            return kept[2]
        if len(self._cache) > CACHE_LENGTH:
            self._cache.clear()
        made = serve(zone, self.emulation.estate.target_records)
        self._cache[id(zone)] = (zone, mark, made)
        return made


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, servers: NameServers, number: int) -> None:
        self.servers = servers
        self.number = number
        self.transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Before Python 3.12 asyncio's own transport was no subclass of this one, so it cannot be asked.
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str | int, int]) -> None:
        task = asyncio.get_running_loop().create_task(self._reply(data, addr))
        self.servers.tasks.add(task)
        task.add_done_callback(self.servers.tasks.discard)

    async def _reply(self, data: bytes, addr: tuple[str | int, int]) -> None:
        wire = await self.servers.answer(self.number, data, udp=True)
        if wire is not None and self.transport is not None and not self.transport.is_closing():
            self.transport.sendto(wire, addr)


def to_wire(query: dns.message.Message, response: dns.message.Message, udp: bool, truncate: bool) -> bytes:
    """The answer as bytes; one that is too long for UDP comes without records and with TC set."""
    limit = max(SMALLEST_UDP, query.payload) if query.edns >= 0 else SMALLEST_UDP
    if udp and not truncate:
        try:
            return response.to_wire(max_size=limit)
        except dns.exception.TooBig:
            truncate = True
    if not udp or not truncate:
        return response.to_wire(max_size=65535)
    short = dns.message.make_response(query)
    short.flags = response.flags | dns.flags.TC
    short.set_rcode(response.rcode())
    return short.to_wire(max_size=limit)

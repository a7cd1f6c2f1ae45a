# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A responder for faults that no real server has: what each address says is a function. It writes down every question.

One thread serves UDP on all addresses, each TCP connection has its own. Nothing here opens a connection, and all
addresses are loopback ones.
"""

from __future__ import annotations

import contextlib
import ipaddress
import selectors
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import dns.exception
import dns.message
import dns.rdatatype

Behaviour = Callable[[dns.message.Message, bool], bytes | None]
TURN_SECONDS = 0.1
STREAM_SECONDS = 1.0


@dataclass(frozen=True)
class Asked:
    """A question that came in."""

    address: str
    name: str
    type: str
    tcp: bool


@dataclass
class Responder:
    """Answers on every address as its behaviour says; V(None) is silence."""

    behaviours: dict[str, Behaviour]
    port: int
    asked: list[Asked] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    @contextlib.contextmanager
    def running(self) -> Iterator[Responder]:
        with selectors.DefaultSelector() as selector:
            sockets = list(self._listen(selector))
            thread = threading.Thread(target=self._serve, args=(selector,), daemon=True)
            thread.start()
            try:
                yield self
            finally:
                self._stop.set()
                thread.join(10)
                for made in sockets:
                    made.close()

    def _listen(self, selector: selectors.BaseSelector) -> Iterator[socket.socket]:
        for address in self.behaviours:
            if not ipaddress.ip_address(address).is_loopback:
                raise ValueError(f"{address} is not a loopback address")
            for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                made = socket.socket(socket.AF_INET, kind)
                made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                made.bind((address, self.port))
                if kind == socket.SOCK_STREAM:
                    made.listen(16)
                selector.register(made, selectors.EVENT_READ, (address, kind == socket.SOCK_STREAM))
                yield made

    def _serve(self, selector: selectors.BaseSelector) -> None:
        while not self._stop.is_set():
            for key, _mask in selector.select(TURN_SECONDS):
                address, stream = key.data
                assert isinstance(key.fileobj, socket.socket)
                if stream:
                    made, _peer = key.fileobj.accept()
                    # A client that keeps its connection must not keep the others waiting.
                    threading.Thread(target=self._stream, args=(made, address), daemon=True).start()
                else:
                    data, peer = key.fileobj.recvfrom(65_535)
                    answer = self._answer(address, data, tcp=False)
                    if answer is not None:
                        key.fileobj.sendto(answer, peer)

    def _stream(self, made: socket.socket, address: str) -> None:
        """One connection: questions are answered until the other side closes."""
        made.settimeout(STREAM_SECONDS)
        with made, contextlib.suppress(OSError):
            while length := made.recv(2):
                answer = self._answer(address, made.recv(int.from_bytes(length, "big")), tcp=True)
                if answer is None:
                    return
                made.sendall(len(answer).to_bytes(2, "big") + answer)

    def _answer(self, address: str, data: bytes, *, tcp: bool) -> bytes | None:
        try:
            query = dns.message.from_wire(data)
        except dns.exception.DNSException:
            return None
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        self.asked.append(Asked(address, name, dns.rdatatype.to_text(question.rdtype), tcp))
        return self.behaviours[address](query, tcp)

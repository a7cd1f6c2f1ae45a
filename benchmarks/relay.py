# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A relay that makes name servers seem far away: every answer comes later by a given time."""

from __future__ import annotations

import contextlib
import heapq
import multiprocessing
import selectors
import socket
import time
from collections.abc import Iterator, Sequence

BUFFER = 1 << 22
READY_SECONDS = 10
AT_ONCE = 128


class Relay:
    """Listens on some addresses and passes questions to others, one upstream socket for each client's socket."""

    def __init__(self, near: Sequence[str], servers: Sequence[str], port: int, delay: float) -> None:
        self._servers = dict(zip(near, servers, strict=True))
        self._port = port
        self._delay = delay
        self._selector = selectors.DefaultSelector()
        self._upstream: dict[tuple[str, tuple[str, int]], socket.socket] = {}
        self._late: list[tuple[float, int, socket.socket, tuple[str, int], bytes]] = []
        self._count = 0

    def serve(self) -> None:
        """Relay until the process ends."""
        for address in self._servers:
            made = _udp()
            made.bind((address, self._port))
            self._selector.register(made, selectors.EVENT_READ, (address, None))
        while True:
            wait = max(0.0, self._late[0][0] - time.monotonic()) if self._late else 1.0
            for key, _mask in self._selector.select(wait):
                self._take(key)
            self._give()

    def _take(self, key: selectors.SelectorKey) -> None:
        listener, (address, client) = key.fileobj, key.data
        if not isinstance(listener, socket.socket):
            return
        with contextlib.suppress(BlockingIOError):
            for _turn in range(AT_ONCE):
                data, peer = listener.recvfrom(65_535)
                if client is None:
                    self._to_server(listener, address, peer, data)
                else:
                    self._count += 1
                    back, waiting = client
                    heapq.heappush(self._late, (time.monotonic() + self._delay, self._count, back, waiting, data))

    def _to_server(self, listener: socket.socket, address: str, peer: tuple[str, int], data: bytes) -> None:
        known = self._upstream.get((address, peer))
        if known is None:
            known = self._upstream[address, peer] = _udp()
            known.connect((self._servers[address], self._port))
            self._selector.register(known, selectors.EVENT_READ, (address, (listener, peer)))
        known.send(data)

    def _give(self) -> None:
        now = time.monotonic()
        while self._late and self._late[0][0] <= now:
            _due, _number, back, peer, data = heapq.heappop(self._late)
            back.sendto(data, peer)


def _udp() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
    made.setblocking(False)
    return made


def _serve(near: Sequence[str], servers: Sequence[str], port: int, delay: float) -> None:
    Relay(near, servers, port, delay).serve()


@contextlib.contextmanager
def relaying(near: Sequence[str], servers: Sequence[str], port: int, delay: float) -> Iterator[None]:
    """A relay in a process of its own, ended by its id; O(delay) in seconds."""
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_serve, args=(near, servers, port, delay), daemon=True)
    process.start()
    try:
        _wait(near[0], port)
        yield
    finally:
        process.terminate()
        process.join(5)
        if process.is_alive():
            process.kill()
            process.join()


def _wait(address: str, port: int) -> None:
    """Until somebody answers there."""
    question = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x01"
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, contextlib.suppress(OSError):
            probe.settimeout(0.3)
            probe.connect((address, port))
            probe.send(question)
            probe.recv(512)
            return
        time.sleep(0.05)
    raise RuntimeError(f"the relay on {address} did not come up")

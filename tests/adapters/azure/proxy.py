# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A tiny HTTP proxy that knows CONNECT only and leads every host to one address."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
from collections.abc import Iterator

SECONDS = 30.0


class TunnelProxy(socketserver.ThreadingTCPServer):
    """The proxy; O(asked) holds the host and port of every CONNECT, O(authorizations) what came with it."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, target: tuple[str, int]) -> None:
        super().__init__(("127.0.0.1", 0), Tunnel)
        self.target = target
        self.refusing = False
        self.asked: list[str] = []
        self.authorizations: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Tunnel(socketserver.StreamRequestHandler):
    """One connection: a CONNECT, then bytes in both directions until one side ends."""

    timeout = SECONDS
    server: TunnelProxy

    def handle(self) -> None:
        request = self.rfile.readline(4096).decode().split()
        for line in iter(lambda: self.rfile.readline(4096).decode().strip(), ""):
            name, _colon, value = line.partition(":")
            if name.lower() == "proxy-authorization":
                self.server.authorizations.append(value.strip())
        self.server.asked.append(request[1])
        if self.server.refusing or request[0] != "CONNECT":
            self.wfile.write(b"HTTP/1.1 403 Forbidden\r\n\r\n")
            return
        with socket.create_connection(self.server.target, timeout=SECONDS) as far:
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=copy, args=(far, self.connection), daemon=True)
            back.start()
            copy(self.connection, far)
            back.join(SECONDS)


def copy(source: socket.socket, sink: socket.socket) -> None:
    """Pass on what comes until there is no more, then say so."""
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def tunnel_proxy(target: tuple[str, int]) -> Iterator[TunnelProxy]:
    """A running proxy, which ends with the test."""
    with TunnelProxy(target) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join(SECONDS)

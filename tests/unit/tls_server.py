# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A TLS server for tests, on the loopback, that shows a certificate for each name."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.unit.certificate_factory import Issued


def context_for(folder: Path, issued: Issued) -> ssl.SSLContext:
    """A server context that shows a certificate and its intermediates. O(folder) holds the files while it is made."""
    certificate, key = folder / "served.pem", folder / "served.key"
    certificate.write_bytes(b"".join(one.pem for one in (issued, *issued.intermediates)))
    key.write_bytes(issued.key_pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    key.unlink()
    return context


@contextlib.contextmanager
def tls_server(folder: Path, shown: Mapping[str, Issued], other: Issued) -> Iterator[int]:
    """Serve one certificate for each server name, O(other) for any other; gives the port. Ends with the block."""
    contexts = {name: context_for(folder, issued) for name, issued in shown.items()}
    basis = context_for(folder, other)

    def choose(connection: ssl.SSLSocket | ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> None:
        connection.context = contexts.get(name or "", basis)

    basis.sni_callback = choose
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_serve, args=(listener, basis), daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(5)


def _serve(listener: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        try:
            connection, _address = listener.accept()
        except OSError:
            return
        with connection, contextlib.suppress(OSError):
            connection.settimeout(5)
            with context.wrap_socket(connection, server_side=True) as tls:
                tls.recv(1)

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The TLS client against real servers on the loopback: what they show, and how they fail."""

from __future__ import annotations

import socket
import sys
import threading
from pathlib import Path

import pytest

from ansible_collections.configmgr.cmg.plugins.module_utils._tls.served import NotServed, served_certificates
from tests.unit import certificate_factory as factory
from tests.unit.tls_server import tls_server

EXPIRED = factory.server(subject="old.contoso.com", not_after=factory.NOW - factory.DAY)
OTHER = factory.server(subject="other.contoso.com", key=factory.rsa_key(number=1))


def served(name: str, port: int, **changes: float) -> tuple[bytes, ...]:
    return served_certificates(name, address="127.0.0.1", port=port, **changes)


def test_each_name_gets_its_own_certificate_also_an_expired_one(tmp_path: Path) -> None:
    with tls_server(tmp_path, {"old.contoso.com": EXPIRED}, OTHER) as port:
        assert served("old.contoso.com", port)[0] == EXPIRED.der
        assert served("other.contoso.com", port)[0] == OTHER.der


@pytest.mark.skipif(sys.version_info < (3, 13), reason="Python tells the chain from 3.13 on")
def test_the_intermediates_come_along(tmp_path: Path) -> None:
    with tls_server(tmp_path, {}, OTHER) as port:
        assert served("other.contoso.com", port) == (OTHER.der, factory.issuing().der)


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(NotServed, match=rf"no connection to 127\.0\.0\.1 port {port}"):
        served("old.contoso.com", port)


def test_nobody_answers() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        pytest.raises(NotServed, match=r"did not answer within 0\.2 seconds"),
    ):
        served("old.contoso.com", listener.getsockname()[1], timeout=0.2)


def test_somebody_speaks_something_else() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_greet, args=(listener,), daemon=True)
        thread.start()
        with pytest.raises(NotServed, match=r"does not complete a TLS handshake for 'old\.contoso\.com'"):
            served("old.contoso.com", listener.getsockname()[1])
        thread.join(5)


def _greet(listener: socket.socket) -> None:
    connection, _address = listener.accept()
    with connection:
        connection.sendall(b"220 This is not TLS.\r\n")
        connection.recv(4096)


def test_a_name_without_an_address() -> None:
    with pytest.raises(NotServed, match=r"'old\.invalid' has no address"):
        served_certificates("old.invalid", timeout=2)


def test_a_name_that_is_none() -> None:
    with pytest.raises(NotServed, match="no connection"):
        served(".contoso.com", 1)

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The certificates that a server shows to whoever asks for a name, whether anybody trusts them or not."""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress

from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import CmgError


class NotServed(CmgError):
    """No certificate could be had from the server; the message is the reason in one sentence."""


def served_certificates(
    server_name: str, *, address: str | None = None, port: int = 443, timeout: float = 10.0
) -> tuple[bytes, ...]:
    """The certificates that are served for a name (SNI), DER, the server's own first.

    Nothing is verified: an expired or foreign certificate is exactly what a caller wants to see. No request is sent;
    the connection is closed after the handshake. The others of the chain are there from Python 3.13 on.

    :param address: where to connect, if not where the name leads.
    :param timeout: seconds for each of connection and handshake.
    :raises NotServed: when nobody listens there, or nobody who speaks TLS.
    """
    where = f"{address or server_name} port {port}"
    context = _curious_context()
    try:
        with (
            socket.create_connection((address or server_name, port), timeout) as connection,
            context.wrap_socket(connection, server_hostname=server_name, do_handshake_on_connect=False) as tls,
        ):
            tls.do_handshake()
            return _shown(tls)
    except socket.gaierror as problem:
        raise NotServed(f"The name {address or server_name!r} has no address: {problem.strerror}.") from None
    except TimeoutError:
        raise NotServed(f"{where} did not answer within {timeout:g} seconds.") from None
    except ssl.SSLError as problem:
        raise NotServed(f"{where} does not complete a TLS handshake for {server_name!r}: {_words(problem)}.") from None
    except (OSError, ValueError) as problem:
        raise NotServed(f"There is no connection to {where} for {server_name!r}: {problem}.") from None


def _curious_context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _words(problem: ssl.SSLError) -> str:
    return (problem.reason or "the connection was closed").lower().replace("_", " ")


def _shown(tls: ssl.SSLSocket) -> tuple[bytes, ...]:
    own = tls.getpeercert(binary_form=True)
    if own is None:
        raise NotServed("The server completed the handshake without a certificate.")
    whole: list[bytes] = []
    chain = getattr(tls, "get_unverified_chain", None)
    if chain is not None:
        with suppress(ssl.SSLError):
            whole = list(chain())
    return tuple(whole) or (own,)

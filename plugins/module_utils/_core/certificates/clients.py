# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Which clients need a certificate, and whether the connection point does: tables, not in any certificate."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Finding, Rule, Severity, Status
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import (
    ClientAuthentication,
    ClientKind,
    Gateway,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.name_reading import CMG_DOCS, listed, site_version

PKI, ENTRA, TOKEN = "pki", "entra", "token"
METHODS = (PKI, ENTRA, TOKEN)
METHOD_NAMES = {PKI: "a certificate of a PKI", ENTRA: "Microsoft Entra ID", TOKEN: "a token of the site"}
IN_ENTRA = ("entra", "hybrid")
JOINED = {
    "workgroup": "in a workgroup",
    "domain": "joined to a domain",
    "entra": "joined to Microsoft Entra ID",
    "hybrid": "joined to a domain and to Microsoft Entra ID",
}

FIRST_WITH_ENTRA = 10  # Windows 10, and Windows Server 2016, which is the same generation
FIRST_SERVER_WITH_ENTRA = 2016
FIRST_WITH_TOKENS = 2002
LAST_WITH_CONNECTION_POINT_CERTIFICATE = 1906

AUTHENTICATION_PAGE = f"Microsoft Learn: Configure client authentication for CMG, {CMG_DOCS}/configure-authentication"
BULK_REGISTRATION_PAGE = (
    "Microsoft Learn: Token-based authentication for CMG, "
    "https://learn.microsoft.com/intune/configmgr/core/clients/deploy/deploy-clients-cmg-token"
)
CAN_AUTHENTICATE = Rule(
    "CLIENT-001",
    "Each kind of client has a way to authenticate",
    Severity.ERROR,
    (AUTHENTICATION_PAGE, BULK_REGISTRATION_PAGE),
)
CHAIN_IS_THERE = Rule(
    "CLIENT-002", "Clients with certificates have a trust chain", Severity.ERROR, (AUTHENTICATION_PAGE,)
)
CHAIN_IS_NEEDED = Rule(
    "CLIENT-003", "A trust chain is uploaded only where it is needed", Severity.INFO, (AUTHENTICATION_PAGE,)
)
RULES: tuple[Rule, ...] = (CAN_AUTHENTICATE, CHAIN_IS_THERE, CHAIN_IS_NEEDED)
SUBJECT = "client authentication"


@dataclass(frozen=True, slots=True)
class ClientNeed:
    """What a kind of client can authenticate with, and whether that has to be a certificate."""

    join_state: str
    windows: str
    token: bool
    methods: tuple[str, ...]
    certificate_required: bool
    reason: str

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "methods": list(self.methods)}


@dataclass(frozen=True, slots=True)
class ConnectionPointNeed:
    """Whether the CMG connection point needs a client authentication certificate."""

    certificate_required: bool
    reason: str

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def needs_of(gateway: Gateway) -> list[ClientNeed]:
    """What each declared kind of client needs, in the declared order.

    Source: Microsoft Learn, Configure client authentication for CMG; Certificates for CMG (2018, 2020).

    :raises InvalidInput: for a version of Windows that is none.
    """
    declared = gateway.client_authentication
    version = site_version(gateway.site_version)
    return [_need(client, version) for client in declared.clients] if declared else []


def _need(client: ClientKind, version: int | None) -> ClientNeed:
    methods = tuple(method for method in METHODS if _usable(method, client, version))
    return ClientNeed(
        join_state=client.join_state,
        windows=client.windows,
        token=client.token,
        methods=methods,
        certificate_required=methods == (PKI,),
        reason=_reason(client, version, methods),
    )


def _usable(method: str, client: ClientKind, version: int | None) -> bool:
    if method == ENTRA:
        return _knows_entra(client.windows) and client.join_state in IN_ENTRA
    return method == PKI or (client.token and _has_tokens(version))


def _has_tokens(version: int | None) -> bool:
    return version is None or version >= FIRST_WITH_TOKENS


def _knows_entra(windows: str) -> bool:
    """Whether that Windows can authenticate with Microsoft Entra ID: from Windows 10 and Windows Server 2016 on."""
    found = re.search(r"\d+(\.\d+)?", windows)
    if found is None:
        raise InvalidInput(
            f"client_authentication.clients.windows is {windows!r}, which holds no version of Windows. "
            "Write for example '11', '10', '8.1', '7' or '2022'."
        )
    number = float(found[0])
    return number >= (FIRST_SERVER_WITH_ENTRA if number > 1000 or "server" in windows.lower() else FIRST_WITH_ENTRA)


def _reason(client: ClientKind, version: int | None, methods: tuple[str, ...]) -> str:
    others = [METHOD_NAMES[method] for method in methods if method != PKI]
    if others:
        return f"The client can authenticate with {listed(others)}."
    if client.token and not _has_tokens(version):
        return f"A site of version {version} issues no tokens yet; {FIRST_WITH_TOKENS} is the first that does."
    if client.join_state in IN_ENTRA:
        return f"Windows {client.windows} cannot authenticate with {METHOD_NAMES[ENTRA]}; Windows 10 is the first."
    return f"A client {JOINED[client.join_state]} has nothing else to prove who it is, unless it gets a token."


def connection_point_of(gateway: Gateway) -> ConnectionPointNeed:
    """Whether the connection point needs a client authentication certificate.

    It does wherever clients use certificates and the management point speaks HTTPS. Up to version 1906 it always does.

    Source: Microsoft Learn, Configure client authentication for CMG; Certificates for CMG (2018, 2020).
    """
    version = site_version(gateway.site_version)
    if version is not None and version <= LAST_WITH_CONNECTION_POINT_CERTIFICATE:
        return ConnectionPointNeed(True, f"Up to version {LAST_WITH_CONNECTION_POINT_CERTIFICATE} it always needs one.")
    if not uses_certificates(gateway):
        return ConnectionPointNeed(False, "No client authenticates with a certificate.")
    point = gateway.management_point
    if point is not None and point.mode != "https":
        return ConnectionPointNeed(
            False, "The management point does not ask for certificates: it is not in HTTPS mode."
        )
    return ConnectionPointNeed(True, "Clients use certificates, and the management point speaks HTTPS.")


def uses_certificates(gateway: Gateway) -> bool:
    """Whether any client proves who it is with a certificate: the methods say so, or a client has nothing else."""
    declared = gateway.client_authentication
    if declared is None:
        return False
    return PKI in declared.methods or any(need.certificate_required for need in needs_of(gateway))


def client_findings(gateway: Gateway) -> list[Finding]:
    """What is wrong between clients, methods and trust chain, before any file is opened.

    :raises InvalidInput: for a version of Windows that is none.
    """
    declared = gateway.client_authentication
    if declared is None:
        return []
    return [*_without_method(gateway, declared), *_about_chain(gateway, declared)]


def _without_method(gateway: Gateway, declared: ClientAuthentication) -> Iterator[Finding]:
    for need in needs_of(gateway):
        if not declared.methods or set(need.methods) & set(declared.methods):
            continue
        can, offered = ([METHOD_NAMES[name] for name in names] for names in (need.methods, declared.methods))
        yield CAN_AUTHENTICATE.finding(
            gateway=gateway.label,
            subject=SUBJECT,
            observed=f"Clients with Windows {need.windows} {JOINED[need.join_state]} can authenticate with "
            f"{listed(can, 'or')}. The gateway is declared for {listed(offered)}. {need.reason}",
            expected="At least one method that both have.",
            remedy=f"Add {listed(map(repr, need.methods), 'or')} to client_authentication.methods and set it up, "
            "or give these clients a token.",
        )


def _about_chain(gateway: Gateway, declared: ClientAuthentication) -> Iterator[Finding]:
    used = uses_certificates(gateway)
    if used and not declared.trust_chain:
        yield CHAIN_IS_THERE.finding(
            gateway=gateway.label,
            subject=SUBJECT,
            observed="Clients use certificates, but client_authentication.trust_chain is not declared, so that "
            "nobody could look at it.",
            expected="The certificates of every CA above the clients' certificates. Without them the gateway answers "
            "401.",
            remedy="List the files of the root CA and of all intermediate CAs in client_authentication.trust_chain.",
            status=Status.NOT_CHECKED,
        )
    known = bool(declared.methods or declared.clients)
    if known and not used and declared.trust_chain:
        yield CHAIN_IS_NEEDED.finding(
            gateway=gateway.label,
            subject=SUBJECT,
            observed="A trust chain is declared, although no client needs a certificate.",
            expected="No trust chain: only clients that authenticate with certificates need one.",
            remedy="Leave client_authentication.trust_chain out, or add 'pki' to the methods.",
        )

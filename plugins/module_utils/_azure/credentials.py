# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Credentials of the Azure identity library, made from what the connection's settings found."""

from __future__ import annotations

import configparser
import hashlib
import math
import os
import re
import sys
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ansible_collections.configmgr.cmg.plugins.module_utils._azure.calls import Calls
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.settings import (
    CREDENTIALS_FILE,
    Connection,
    Identity,
    Kind,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.sign_in import (
    AUTHORITY,
    CLI,
    SignIn,
    TokenSource,
    guard,
    identity_endpoint,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.transport import (
    LONGEST_CONNECTING,
    patient,
    proxies_of,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput, MissingLibrary

if TYPE_CHECKING:
    from azure.core.credentials import AccessToken, TokenCredential

Options = dict[str, Any]
# The Azure CLI's own client id. Every tenant knows it, and it is allowed to sign in users with a password.
CLI_CLIENT_ID = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
# The authority finds the tenant of a user by the domain of the user's name.
ANY_TENANT = "organizations"
TENANT = re.compile(r"[A-Za-z0-9.-]+")
# The endpoint of managed identities is on this machine or beside it; elsewhere its address leads nowhere.
NEARBY_CONNECTING = 2.0


def credentials_file_profile(name: str) -> Mapping[str, str] | None:
    """The section of C(~/.azure/credentials) of that name, or V(None).

    :raises InvalidInput: when the file is there and cannot be read.
    """
    path = Path(CREDENTIALS_FILE).expanduser()
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read(path, encoding="utf-8")
    except (configparser.Error, OSError, UnicodeDecodeError) as error:
        raise InvalidInput(
            f"{CREDENTIALS_FILE} cannot be read as an INI file ({type(error).__name__}). Correct it or give the "
            "credentials as options or in the environment."
        ) from None
    return dict(parser[name]) if parser.has_section(name) else None


def credential_of(connection: Connection, calls: Calls) -> TokenCredential:
    """The credential object for a connection. Nothing is asked of Azure yet.

    :raises MissingLibrary: when azure-identity is not installed.
    :raises InvalidInput: when a file is missing, unreadable or not the one that the thumbprint names, or when the
        tenant cannot be one.
    """
    identity = connection.identity
    if identity.tenant is not None and not TENANT.fullmatch(identity.tenant):
        raise InvalidInput(
            f"The tenant {identity.tenant!r} is neither an id nor a domain name. Correct tenant in {identity.source}."
        )
    try:
        return _credential(connection, calls)
    except ImportError:
        raise MissingLibrary(
            "azure-identity", purpose="sign in to Azure", requirement="azure-identity>=1.17", interpreter=sys.executable
        ) from None


def _credential(connection: Connection, calls: Calls) -> SignIn:
    identity = connection.identity
    if identity.kind is Kind.CLI:
        return SignIn(_AzureCli(identity.tenant or "", calls), CLI, calls)
    if identity.kind is Kind.MANAGED_IDENTITY:
        source = identity_endpoint(os.environ)
        return SignIn(_managed_identity(identity, _manners(source, calls, NEARBY_CONNECTING)), source, calls)
    options = _manners(AUTHORITY, calls) | _authority_options(connection)
    return SignIn(MAKERS[identity.kind](identity, options), AUTHORITY, calls)


def _manners(source: TokenSource, calls: Calls, connecting: float = LONGEST_CONNECTING) -> Options:
    """What all credentials that ask over HTTP have in common: they keep to the time of the task."""
    return {
        "raw_request_hook": patient(calls, connecting),
        "raw_response_hook": guard(source),
        # The library would sleep for as long as it is asked to; what may be tried again is tried by our own calls.
        "retry_total": 0,
    }


def _authority_options(connection: Connection) -> Options:
    """What all credentials that talk to the authority themselves have in common."""
    options: Options = {
        "authority": connection.authority_url,
        "disable_instance_discovery": not connection.instance_discovery,
        "connection_verify": connection.verify,
    }
    return options | ({"proxies": proxies_of(connection.proxy)} if connection.proxy else {})


def _client_secret(identity: Identity, options: Options) -> TokenCredential:
    from azure.identity import ClientSecretCredential

    return ClientSecretCredential(_text(identity.tenant), _text(identity.client_id), _text(identity.proof), **options)


def _certificate(identity: Identity, options: Options) -> TokenCredential:
    from azure.identity import CertificateCredential

    path = Path(_text(identity.proof)).expanduser()
    data = _file_content(path, "x509_certificate_path")
    if identity.thumbprint is not None:
        _check_thumbprint(data, identity.thumbprint, path)
    try:
        return CertificateCredential(
            _text(identity.tenant), _text(identity.client_id), certificate_data=data, **options
        )
    except ValueError as error:
        raise InvalidInput(
            f"x509_certificate_path {path} does not hold a certificate with its private key, as PEM or as PKCS#12 "
            f"without a password ({error})."
        ) from None


def _check_thumbprint(data: bytes, thumbprint: str, path: Path) -> None:
    """Refuse a certificate that is not the one the thumbprint names."""
    seen = _thumbprint(data)
    wanted = thumbprint.replace(":", "").replace(" ", "").upper()
    if seen is not None and seen != wanted:
        raise InvalidInput(
            f"The certificate in {path} has the thumbprint {seen}, not {wanted}. Correct thumbprint or the path."
        )


def _thumbprint(data: bytes) -> str | None:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    if b"-----BEGIN CERTIFICATE-----" not in data:
        return None
    try:
        certificate = x509.load_pem_x509_certificates(data)[0]
    except ValueError:
        return None
    # Azure names certificates by their SHA-1 thumbprint; this is an identifier, not a signature.
    return hashlib.sha1(certificate.public_bytes(Encoding.DER), usedforsecurity=False).hexdigest().upper()


def _assertion(identity: Identity, options: Options) -> TokenCredential:
    from azure.identity import ClientAssertionCredential

    token = _text(identity.proof)
    return ClientAssertionCredential(_text(identity.tenant), _text(identity.client_id), lambda: token, **options)


def _assertion_file(identity: Identity, options: Options) -> TokenCredential:
    from azure.identity import ClientAssertionCredential

    path = Path(_text(identity.proof)).expanduser()
    _file_content(path, "oidc_token_file_path")
    return ClientAssertionCredential(
        _text(identity.tenant),
        _text(identity.client_id),
        lambda: _file_content(path, "oidc_token_file_path").decode("utf-8").strip(),
        **options,
    )


def _user(identity: Identity, options: Options) -> TokenCredential:
    from azure.identity import UsernamePasswordCredential

    with warnings.catch_warnings():
        # That this flow is deprecated is said in the documentation of ad_user; on stderr nobody would see it.
        warnings.simplefilter("ignore", DeprecationWarning)
        return UsernamePasswordCredential(
            identity.client_id or CLI_CLIENT_ID,
            _text(identity.user),
            _text(identity.proof),
            tenant_id=identity.tenant or ANY_TENANT,
            **options,
        )


def _managed_identity(identity: Identity, options: Options) -> TokenCredential:
    """The endpoint is on this machine: neither a proxy of the task nor the authority has a part in it."""
    from azure.identity import ManagedIdentityCredential

    return ManagedIdentityCredential(client_id=identity.client_id, **options)


class _AzureCli:
    """The credential of the Azure CLI, which has its own configuration and gets the time that the task still has."""

    def __init__(self, tenant: str, calls: Calls) -> None:
        self._tenant = tenant
        self._calls = calls
        self._patient()  # a library that is missing is said at once

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        return self._patient().get_token(*scopes, **options)

    def _patient(self) -> TokenCredential:
        from azure.identity import AzureCliCredential

        return AzureCliCredential(tenant_id=self._tenant, process_timeout=math.ceil(self._calls.patience()))


# The credentials that the authority itself is asked with.
MAKERS: Mapping[Kind, Callable[[Identity, Options], TokenCredential]] = {
    Kind.SECRET: _client_secret,
    Kind.CERTIFICATE: _certificate,
    Kind.ASSERTION: _assertion,
    Kind.ASSERTION_FILE: _assertion_file,
    Kind.USER: _user,
}


def _text(value: str | None) -> str:
    """A value that the settings have already made sure of."""
    return value or ""


def _file_content(path: Path, option: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{option} {path} cannot be read: {error.strerror}. Correct the path.") from None

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tokens of the embedded directory: issue, check, and the proof that a client offers. No web.

Tokens are JWTs in the form of Entra ID; they are signed with a key that lives as long as the process, since nobody
but this emulator has to believe them.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import jwt

from tests.emulator.errors import azure_error
from tests.emulator.messages import Grant, Json, Principal, Reply

LIFETIME = 3600
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True, slots=True)
class Client:
    """An application, user or managed identity of the directory."""

    client_id: str
    tenant: str
    object_id: str
    secret: str = ""
    rights: str | tuple[Grant, ...] = "owner"
    assertions: tuple[str, ...] = ()
    certificate: str = ""
    username: str = ""
    password: str = ""
    managed_identity: bool = False


class TokenError(Exception):
    """A refusal of the token endpoint; `reply` is its AADSTS answer."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.text())
        self.reply = reply


@dataclass(frozen=True, slots=True)
class _Refusal:
    status: int
    error: str
    number: int
    text: str


_REFUSALS = {
    "tenant": _Refusal(
        400,
        "invalid_tenant",
        90002,
        "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the"
        " correct cloud. Check with your subscription administrator, this may happen if there are no active"
        " subscriptions for the tenant.",
    ),
    "client": _Refusal(
        400,
        "unauthorized_client",
        700016,
        "Application with identifier '{client}' was not found in the directory '{tenant}'. This can happen if the"
        " application has not been installed by the administrator of the tenant or consented to by any user in the"
        " tenant. You may have sent your authentication request to the wrong tenant.",
    ),
    "secret": _Refusal(
        401,
        "invalid_client",
        7000215,
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not"
        " the client secret ID, for a secret added to app '{client}'.",
    ),
    "credential": _Refusal(
        401,
        "invalid_client",
        7000218,
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    ),
    "assertion": _Refusal(
        400,
        "invalid_client",
        700213,
        "No matching federated identity record found for presented assertion of app '{client}'.",
    ),
    "certificate": _Refusal(
        401,
        "invalid_client",
        700027,
        "The certificate with identifier used to sign the client assertion is not registered on application"
        " '{client}'.",
    ),
    "grant": _Refusal(400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type '{grant}'."),
    "password": _Refusal(
        400, "invalid_grant", 50126, "Error validating credentials due to invalid username or password."
    ),
    "scope": _Refusal(
        400, "invalid_request", 900144, "The request body must contain the following parameter: 'scope'."
    ),
}


def refusal(name: str, now: float, **values: str) -> TokenError:
    """The AADSTS answer of one kind of refusal."""
    found = _REFUSALS[name]
    trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
    stamp = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    text = f"AADSTS{found.number}: {found.text.format(**values)}"
    body: Json = {
        "error": found.error,
        "error_description": f"{text} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {stamp}",
        "error_codes": [found.number],
        "timestamp": stamp,
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": f"https://login.microsoftonline.com/error?code={found.number}",
    }
    return TokenError(Reply(found.status, body))


@dataclass(slots=True)
class Directory:
    """Tenants, clients and every token issued."""

    tenants: set[str] = field(default_factory=set)
    clients: dict[str, Client] = field(default_factory=dict)
    key: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    issued: dict[str, tuple[Principal, float]] = field(default_factory=dict)

    def check_tenant(self, tenant: str, now: float) -> None:
        """90002 for a tenant that is not here."""
        if tenant.lower() not in self.tenants | {"common", "organizations"}:
            raise refusal("tenant", now, tenant=tenant)

    def token(self, tenant: str, form: Mapping[str, str], now: float, endpoint: str) -> Json:
        """Answer a token request (form fields in `form`), or raise `TokenError`. `endpoint` is its own URL."""
        self.check_tenant(tenant, now)
        grant = form.get("grant_type", "")
        if grant == "client_credentials":
            client = self._application(tenant, form, now)
            self._prove(client, form, now, endpoint)
        elif grant == "password":
            client = self._user(form, now)
        else:
            raise refusal("grant", now, grant=grant)
        if not form.get("scope"):
            raise refusal("scope", now)
        token = self.issue(client, resource_of(form["scope"]), now)
        answer: Json = {"token_type": "Bearer", "expires_in": LIFETIME, "ext_expires_in": LIFETIME}
        if grant == "password":
            answer["scope"] = form["scope"]
            if "openid" in form["scope"].split():
                answer["id_token"] = self._id_token(client, form.get("client_id", ""), now)
        return {**answer, "access_token": token}

    def _id_token(self, client: Client, audience: str, now: float) -> str:
        """Who a user is, for the application that let them sign in."""
        claims: Json = {
            "aud": audience,
            "iss": f"https://login.microsoftonline.com/{client.tenant}/v2.0",
            "iat": int(now),
            "nbf": int(now),
            "exp": int(now) + LIFETIME,
            "oid": client.object_id,
            "sub": client.object_id,
            "tid": client.tenant,
            "preferred_username": client.username,
            "ver": "2.0",
        }
        return jwt.encode(claims, self.key, "HS256")

    def _application(self, tenant: str, form: Mapping[str, str], now: float) -> Client:
        name = form.get("client_id", "")
        client = self.clients.get(name.lower())
        if client is None or client.managed_identity or client.tenant.lower() != tenant.lower():
            raise refusal("client", now, client=name, tenant=tenant)
        return client

    def _user(self, form: Mapping[str, str], now: float) -> Client:
        for client in self.clients.values():
            same = bool(client.username) and client.username.lower() == form.get("username", "").lower()
            if same and secrets.compare_digest(client.password, form.get("password", "")):
                return client
        raise refusal("password", now)

    def _prove(self, client: Client, form: Mapping[str, str], now: float, endpoint: str) -> None:
        if "client_secret" in form:
            offered = form["client_secret"]
            if not client.secret or not secrets.compare_digest(client.secret.encode(), offered.encode()):
                raise refusal("secret", now, client=client.client_id)
            return
        assertion = form.get("client_assertion", "")
        if not assertion or form.get("client_assertion_type") != ASSERTION_TYPE:
            raise refusal("credential", now)
        if assertion in client.assertions:
            return
        if not client.certificate:
            raise refusal("assertion", now, client=client.client_id)
        if not is_signed(assertion, client, endpoint):
            raise refusal("certificate", now, client=client.client_id)

    def issue(self, client: Client, audience: str, now: float) -> str:
        """A token for `client`, valid for an hour from `now` (seconds since the epoch)."""
        expires = int(now) + LIFETIME
        claims: Json = {
            "aud": audience,
            "iss": f"https://sts.windows.net/{client.tenant}/",
            "iat": int(now),
            "nbf": int(now),
            "exp": expires,
            "appid": client.client_id,
            "idtyp": "user" if client.username else "app",
            "oid": client.object_id,
            "sub": client.object_id,
            "tid": client.tenant,
            "uti": secrets.token_urlsafe(12),
            "ver": "1.0",
        }
        if client.username:
            claims |= {"upn": client.username, "unique_name": client.username}
        token = jwt.encode(claims, self.key, "HS256")
        principal = Principal(client.client_id, client.object_id, client.tenant, client.rights)
        self.issued[token] = (principal, float(expires))
        return token

    def principal(self, authorization: str, now: float) -> Principal:
        """Who an Authorization header speaks for; 401 as ARM has it for no, a foreign or an old token."""
        scheme, _space, token = authorization.partition(" ")
        if not token or scheme.lower() != "bearer":
            raise azure_error("AuthenticationFailed")
        found = self.issued.get(token.strip())
        if found is None:
            raise azure_error("InvalidAuthenticationToken")
        if found[1] <= now:
            raise azure_error("ExpiredAuthenticationToken", expired=_american(found[1]), now=_american(now))
        return found[0]

    def identity(self, client_id: str = "") -> Client | None:
        """The managed identity of that client id; without one the first, which stands for the system's own."""
        for client in self.clients.values():
            if client.managed_identity and client_id.lower() in ("", client.client_id.lower()):
                return client
        return None


def resource_of(scope: str) -> str:
    """What a token is asked for: the one scope that is an address, beside those of OpenID Connect."""
    scopes = scope.split()
    return next((one for one in scopes if "://" in one), scopes[0]).removesuffix("/.default")


def is_signed(assertion: str, client: Client, endpoint: str) -> bool:
    """Whether a client assertion is signed by the client's certificate, for this endpoint, by this client."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    key = x509.load_pem_x509_certificate(client.certificate.encode()).public_key()
    if not isinstance(key, RSAPublicKey):
        return False
    try:
        claims = jwt.decode(assertion, key, algorithms=["RS256", "PS256"], audience=endpoint)
    except jwt.InvalidTokenError:
        return False
    return str(claims.get("iss", "")).lower() == client.client_id.lower()


def _american(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%m/%d/%Y %I:%M:%S %p")

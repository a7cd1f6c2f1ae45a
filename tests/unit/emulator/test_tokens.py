# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The directory: tokens, refusals, and what ARM says to a bad token."""

from __future__ import annotations

import datetime as dt

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from tests.emulator.messages import AzureError
from tests.emulator.tokens import ASSERTION_TYPE, Client, Directory, TokenError
from tests.unit.certificate_factory import rsa_key
from tests.unit.emulator.support import NOW, code, data

ENDPOINT = "https://127.0.0.1:1/tenant/oauth2/v2.0/token"
SECRET = "a-secret-of-some-length"
SCOPE = "https://127.0.0.1:1/.default"


def _key_and_certificate() -> tuple[rsa.RSAPrivateKey, str]:
    key = rsa_key()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "app")])
    now = dt.datetime.now(dt.UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + dt.timedelta(days=1))
    return key, made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


KEY, CERTIFICATE = _key_and_certificate()
OTHER_KEY = rsa_key(number=1)


@pytest.fixture
def directory() -> Directory:
    clients = (
        Client("app", "tenant", "o1", SECRET),
        Client("oidc", "tenant", "o2", assertions=("pipeline-token",)),
        Client("cert", "tenant", "o3", certificate=CERTIFICATE),
        Client("user-app", "tenant", "o4", username="U@contoso.com", password="pass-word-long"),
        Client("identity", "tenant", "o5", managed_identity=True),
    )
    return Directory({"tenant"}, {one.client_id: one for one in clients})


# The forms are made when the tests are collected, which may be long before they are used.
LONGEST_RUN = 86_400


def _form(client: str, **more: str) -> dict[str, str]:
    return {"grant_type": "client_credentials", "client_id": client, "scope": SCOPE, **more}


def _signed(key: rsa.RSAPrivateKey, algorithm: str = "PS256", **claims: object) -> dict[str, str]:
    stamp = int(dt.datetime.now(dt.UTC).timestamp())
    body = {"aud": ENDPOINT, "iss": "cert", "sub": "cert", "exp": stamp + LONGEST_RUN, **claims}
    return {"client_assertion": jwt.encode(body, key, algorithm), "client_assertion_type": ASSERTION_TYPE}


USER = {"grant_type": "password", "username": "u@contoso.com", "scope": SCOPE}
OIDC = {"client_assertion": "pipeline-token", "client_assertion_type": ASSERTION_TYPE}


@pytest.mark.parametrize(
    ("tenant", "form"),
    [
        ("tenant", _form("app", client_secret=SECRET)),
        ("TENANT", _form("APP", client_secret=SECRET)),
        ("tenant", _form("oidc", **OIDC)),
        ("tenant", _form("cert", **_signed(KEY))),
        ("tenant", _form("cert", **_signed(KEY, "RS256"))),
        ("organizations", {**USER, "password": "pass-word-long"}),
    ],
)  # fmt: skip
def test_a_proven_client_gets_a_token(directory: Directory, tenant: str, form: dict[str, str]) -> None:
    answer = directory.token(tenant, form, NOW, ENDPOINT)
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3600)
    claims = jwt.decode(answer["access_token"], options={"verify_signature": False})
    assert (claims["tid"], claims["aud"], claims["exp"]) == ("tenant", "https://127.0.0.1:1", NOW + 3600)
    found = directory.principal(f"Bearer {answer['access_token']}", NOW)
    assert found.object_id == claims["oid"]


def test_a_user_is_named_to_the_application(directory: Directory) -> None:
    form = {**USER, "client_id": "any-app", "password": "pass-word-long", "scope": f"openid {SCOPE} profile"}
    answer = directory.token("organizations", form, NOW, ENDPOINT)
    claims = jwt.decode(answer["id_token"], options={"verify_signature": False})
    assert (claims["aud"], claims["preferred_username"], claims["tid"]) == ("any-app", "U@contoso.com", "tenant")
    access = jwt.decode(answer["access_token"], options={"verify_signature": False})
    assert access["aud"] == "https://127.0.0.1:1"
    assert "id_token" not in directory.token("tenant", {**form, "scope": SCOPE}, NOW, ENDPOINT)


@pytest.mark.parametrize(
    ("tenant", "form", "status", "error", "number"),
    [
        ("nowhere", _form("app", client_secret=SECRET), 400, "invalid_tenant", 90002),
        ("tenant", _form("nobody", client_secret=SECRET), 400, "unauthorized_client", 700016),
        ("tenant", _form("identity", client_secret=SECRET), 400, "unauthorized_client", 700016),
        ("tenant", _form("app", client_secret="wrong"), 401, "invalid_client", 7000215),
        ("tenant", _form("oidc", client_secret=""), 401, "invalid_client", 7000215),
        ("tenant", _form("app"), 401, "invalid_client", 7000218),
        ("tenant", _form("oidc", **{**OIDC, "client_assertion": "other"}), 400, "invalid_client", 700213),
        ("tenant", _form("cert", **_signed(OTHER_KEY)), 401, "invalid_client", 700027),
        ("tenant", _form("cert", **_signed(KEY, aud="elsewhere")), 401, "invalid_client", 700027),
        ("tenant", _form("cert", **_signed(KEY, iss="app")), 401, "invalid_client", 700027),
        ("tenant", _form("cert", **_signed(KEY, exp=1)), 401, "invalid_client", 700027),
        ("tenant", {**_form("app"), "grant_type": "device_code"}, 400, "unsupported_grant_type", 70003),
        ("tenant", {**_form("app", client_secret=SECRET), "scope": ""}, 400, "invalid_request", 900144),
        ("tenant", {**USER, "password": "no"}, 400, "invalid_grant", 50126),
    ],
)  # fmt: skip
def test_refusals(
    directory: Directory, tenant: str, form: dict[str, str], *, status: int, error: str, number: int
) -> None:
    with pytest.raises(TokenError) as caught:
        directory.token(tenant, form, NOW, ENDPOINT)
    body = data(caught.value.reply)
    assert (caught.value.reply.status, body["error"], body["error_codes"]) == (status, error, [number])
    assert body["error_description"].startswith(f"AADSTS{number}: ")
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", "AuthenticationFailed"),
        ("Basic abc", "AuthenticationFailed"),
        ("Bearer abc", "InvalidAuthenticationToken"),
        ("Bearer {token}", "ExpiredAuthenticationToken"),
    ],
)
def test_what_arm_says_to_a_bad_token(directory: Directory, header: str, expected: str) -> None:
    token = directory.issue(directory.clients["app"], SCOPE, NOW)
    with pytest.raises(AzureError) as caught:
        directory.principal(header.format(token=token), NOW + 3600)
    assert (caught.value.reply.status, code(caught.value.reply)) == (401, expected)


@pytest.mark.parametrize(("asked", "found"), [("", "identity"), ("IDENTITY", "identity"), ("app", None)])
def test_managed_identities(directory: Directory, asked: str, found: str | None) -> None:
    identity = directory.identity(asked)
    assert (identity.client_id if identity else None) == found

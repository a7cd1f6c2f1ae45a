# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credentials made of settings: files that cannot be read, certificates that are others, libraries that are missing."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from azure.core.credentials import TokenCredential

from ansible_collections.configmgr.cmg.plugins.module_utils._azure import credentials, transport
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.calls import Calls
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.settings import Connection, Identity, Kind
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput, MissingLibrary
from tests.unit.plugins.module_utils._azure.memory import TurnedClock

TENANT = "11111111-1111-4111-8111-111111111111"


CALLS = Calls(TurnedClock(), 600)


def credential_of(settings: Connection) -> TokenCredential:
    return credentials.credential_of(settings, CALLS)


def connection(kind: Kind, proof: str = "proof", tenant: str = TENANT, thumbprint: str | None = None) -> Connection:
    identity = Identity(kind, "the options of the task", tenant, "app", proof, thumbprint, "user")
    return Connection(identity, "https://arm.local", "https://login.local", "https://arm.local")


@pytest.mark.parametrize("kind", set(Kind) - {Kind.CERTIFICATE, Kind.ASSERTION_FILE})
def test_making_a_credential_asks_nobody(kind: Kind) -> None:
    assert hasattr(credential_of(connection(kind)), "get_token")


def test_there_is_a_maker_for_every_kind_that_asks_the_authority() -> None:
    assert set(credentials.MAKERS) == set(Kind) - {Kind.MANAGED_IDENTITY, Kind.CLI}


@pytest.mark.parametrize("kind", [Kind.SECRET, Kind.ASSERTION, Kind.USER, Kind.CLI])
def test_a_tenant_that_is_none(kind: Kind) -> None:
    with pytest.raises(InvalidInput) as caught:
        credential_of(connection(kind, tenant="my tenant!"))
    assert (
        "The tenant 'my tenant!' is neither an id nor a domain name. Correct tenant in the opt" in caught.value.message
    )


@pytest.mark.parametrize("kind", Kind)
def test_without_the_library_the_command_is_said(kind: Kind, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "azure.identity", None)
    (tmp_path / "proof").write_text("x", encoding="utf-8")
    with pytest.raises(MissingLibrary) as caught:
        credential_of(connection(kind, str(tmp_path / "proof")))
    assert f"{sys.executable} -m pip install 'azure-identity>=" in caught.value.message


@pytest.mark.parametrize("module", ["azure.core.pipeline", "azure.mgmt.core.policies"])
def test_without_the_sdk_the_command_is_said(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = connection(Kind.SECRET)
    credential = credential_of(settings)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingLibrary, match=r"pip install 'azure-mgmt-dns>=8\.1,<10'"):
        transport.client_options(settings, credential, CALLS)


@pytest.mark.parametrize(
    ("content", "thumbprint", "said"),
    [
        (None, None, "cannot be read: No such file or directory. Correct the path."),
        (b"", None, "does not hold a certificate with its private key"),
        (b"nonsense", "AA", "does not hold a certificate with its private key"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", None, "does not hold a certificate"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "AA", "does not hold a certificate"),
    ],
)
def test_a_certificate_that_is_none(content: bytes | None, thumbprint: str | None, said: str, tmp_path: Path) -> None:
    path = tmp_path / "client.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InvalidInput) as caught:
        credential_of(connection(Kind.CERTIFICATE, str(path), thumbprint=thumbprint))
    assert f"x509_certificate_path {path} " in caught.value.message
    assert said in caught.value.message


def test_a_token_file_is_looked_for_at_once(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"oidc_token_file_path .*token cannot be read: No such file"):
        credential_of(connection(Kind.ASSERTION_FILE, str(tmp_path / "token")))


@pytest.mark.parametrize(
    ("content", "profile", "expected"),
    [
        ("[default]\nclient_id=a\nsecret=50%off\n", "default", {"client_id": "a", "secret": "50%off"}),
        ("[default]\nclient_id=a\n", "other", None),
        (None, "default", None),
    ],
)
def test_credentials_file(
    content: str | None,
    profile: str,
    expected: dict[str, str] | None,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    if content is not None:
        (tmp_path / ".azure").mkdir()
        (tmp_path / ".azure" / "credentials").write_text(content, encoding="utf-8")
    assert credentials.credentials_file_profile(profile) == expected


@pytest.mark.parametrize(
    "content", [b"no section\n", b"[default]\n[default]\n", b"\xff\xfe\x00[", b"[a]\nsecret: x\nsecret: y"]
)
def test_a_credentials_file_that_is_none(content: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".azure").mkdir()
    (tmp_path / ".azure" / "credentials").write_bytes(content)
    with pytest.raises(InvalidInput, match=r"~/\.azure/credentials cannot be read as an INI file"):
        credentials.credentials_file_profile("default")


@pytest.mark.parametrize(
    ("content", "said"), [(None, "No such file or directory"), (b"nonsense", "it holds no certificates as PEM")]
)
def test_a_ca_bundle_that_is_none(content: bytes | None, said: str, tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    settings = Connection(connection(Kind.SECRET).identity, "https://a", "https://b", "https://a", verify=str(path))
    with pytest.raises(InvalidInput) as caught:
        transport.client_options(settings, credential_of(settings), CALLS)
    assert f"The CA bundle {path} cannot be read: {said}. Correct ca_bundle" in caught.value.message

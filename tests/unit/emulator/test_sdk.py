# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credentials of azure-identity and the DNS client of the SDK accept the emulator as a cloud of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from tests.emulator import seed
from tests.emulator.process import Emulator, running_emulator
from tests.unit.certificate_factory import rsa_key
from tests.unit.emulator.support import cname

pytestmark = pytest.mark.azure_sdk
SECRET = "a-secret-that-is-long-enough"
ASSERTION = "token-of-a-pipeline"


@pytest.fixture(scope="module")
def key_pair() -> tuple[str, bytes]:
    key = rsa_key()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "app")])
    now = dt.datetime.now(dt.UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + dt.timedelta(days=1))
    certificate = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return certificate.decode(), private + certificate


@pytest.fixture(scope="module")
def emulator(key_pair: tuple[str, bytes]) -> Iterator[Emulator]:
    clients = [
        {"client_id": "with-secret", "secret": SECRET},
        {"client_id": "with-certificate", "certificate": key_pair[0]},
        {"client_id": "with-assertion", "assertions": [ASSERTION]},
        {"client_id": "identity", "managed_identity": True},
    ]
    with running_emulator({"clients": clients}) as running:
        yield running


@pytest.fixture
def trusted(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", emulator.ca_bundle)
    monkeypatch.setenv("NO_PROXY", "*")
    return monkeypatch


def _zones(emulator: Emulator, credential: Any) -> list[str]:
    with _client(emulator, credential) as client:
        return [zone.name for zone in client.zones.list()]


def _client(emulator: Emulator, credential: Any) -> Any:
    from azure.mgmt.dns import DnsManagementClient

    base = emulator.resource_manager_url
    scopes = [f"{base}/.default"]
    return DnsManagementClient(credential, emulator.subscription_id, base_url=base, credential_scopes=scopes)


def _options(emulator: Emulator) -> dict[str, Any]:
    return {"authority": emulator.authority_url, "disable_instance_discovery": True}


@pytest.mark.usefixtures("trusted")
def test_a_secret(emulator: Emulator) -> None:
    from azure.core.exceptions import ClientAuthenticationError
    from azure.identity import ClientSecretCredential

    with ClientSecretCredential(seed.TENANT, "with-secret", SECRET, **_options(emulator)) as credential:
        assert _zones(emulator, credential) == ["contoso.com"]
    with (
        ClientSecretCredential(seed.TENANT, "with-secret", "wrong", **_options(emulator)) as credential,
        pytest.raises(ClientAuthenticationError, match="AADSTS7000215"),
    ):
        _zones(emulator, credential)


@pytest.mark.usefixtures("trusted")
def test_a_certificate(emulator: Emulator, key_pair: tuple[str, bytes]) -> None:
    from azure.identity import CertificateCredential

    options = {**_options(emulator), "certificate_data": key_pair[1]}
    with CertificateCredential(seed.TENANT, "with-certificate", **options) as credential:
        assert _zones(emulator, credential) == ["contoso.com"]


@pytest.mark.usefixtures("trusted")
def test_a_workload_identity(emulator: Emulator, tmp_path: Path) -> None:
    from azure.identity import WorkloadIdentityCredential

    path = tmp_path / "token"
    path.write_text(ASSERTION, encoding="utf-8")
    names = {"tenant_id": seed.TENANT, "client_id": "with-assertion", "token_file_path": str(path)}
    with WorkloadIdentityCredential(**names, **_options(emulator)) as credential:
        assert _zones(emulator, credential) == ["contoso.com"]


@pytest.mark.parametrize("names", [("IDENTITY_ENDPOINT", "IDENTITY_HEADER"), ("AZURE_POD_IDENTITY_AUTHORITY_HOST",)])
def test_a_managed_identity(emulator: Emulator, trusted: pytest.MonkeyPatch, names: tuple[str, ...]) -> None:
    from azure.identity import ManagedIdentityCredential

    for name in names:
        trusted.setenv(name, emulator.identity_environment[name])
    with ManagedIdentityCredential() as credential:
        assert _zones(emulator, credential) == ["contoso.com"]


@pytest.mark.usefixtures("trusted")
def test_the_client_reads_errors_of_both_shapes_pages_and_waits(emulator: Emulator) -> None:
    from azure.core.exceptions import HttpResponseError
    from azure.identity import ClientSecretCredential

    emulator.control.reset()
    with (
        ClientSecretCredential(seed.TENANT, "with-secret", SECRET, **_options(emulator)) as credential,
        _client(emulator, credential) as client,
    ):
        place = ("rg-dns", "contoso.com")
        for name in ("one", "two"):
            client.record_sets.create_or_update(*place, name, "CNAME", cname(), if_none_match="*")
        for zone, name, status, code in (
            ("contoso.com", "one", 412, "PreconditionFailed"),
            ("absent.com", "one", 404, "ParentResourceNotFound"),
        ):
            with pytest.raises(HttpResponseError) as caught:
                client.record_sets.create_or_update("rg-dns", zone, name, "CNAME", cname(), if_none_match="*")
            assert (caught.value.status_code, getattr(caught.value.error, "code", "")) == (status, code)
        assert len(list(client.record_sets.list_by_dns_zone(*place, top=1))) == 4
        client.zones.begin_delete(*place).wait()
        assert list(client.zones.list()) == []

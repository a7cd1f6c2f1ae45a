# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every kind of credentials signs in, and what is wrong with them is said in one sentence."""

from __future__ import annotations

import json
import socket
import stat
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.azure.conftest import CERTIFIED, FEDERATED, IDENTITY, OIDC_TOKEN, OWNER, READER
from tests.adapters.azure.support import ZONE, gateway, record, run, self_signed, sentence
from tests.emulator.process import Emulator

pytestmark = [pytest.mark.azure_sdk, pytest.mark.cost(17)]


@pytest.fixture
def connection(emulator: Emulator, nowhere: Path) -> dict[str, Any]:
    """Where Azure is, as options; who asks is left to the test. The environment knows nothing."""
    assert nowhere.is_dir()
    emulator.control.reset()
    return {
        "subscription_id": emulator.subscription_id,
        "resource_manager_url": emulator.resource_manager_url,
        "authority_url": emulator.authority_url,
        "disable_instance_discovery": True,
        "ca_bundle": emulator.ca_bundle,
    }


def of(emulator: Emulator, client_id: str) -> dict[str, str]:
    """Tenant, client and secret of a client of the emulator."""
    client = next(one for one in emulator.clients if one["client_id"] == client_id)
    return {"client_id": client_id, "tenant": client["tenant"], "secret": client["secret"]}


def tenant(emulator: Emulator) -> str:
    return of(emulator, OWNER)["tenant"]


def test_a_client_secret(emulator: Emulator, connection: dict[str, Any]) -> None:
    assert run(**connection, **of(emulator, OWNER))["changed"] is True


def test_a_certificate(emulator: Emulator, connection: dict[str, Any], client_certificate: tuple[Path, str]) -> None:
    path = str(client_certificate[0])
    who = {"client_id": CERTIFIED, "tenant": tenant(emulator), "x509_certificate_path": path}
    assert run(**connection, **who)["changed"] is True
    result = run(**connection, **who, thumbprint="AA:BB")
    assert f"The certificate in {path} has the thumbprint" in sentence(result)
    seen = sentence(result).split("has the thumbprint ")[1].split(",", maxsplit=1)[0]
    assert run(**connection, **who, thumbprint=seen.lower())["changed"] is False


def test_a_certificate_that_is_not_registered(emulator: Emulator, connection: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "other.pem"
    path.write_bytes(self_signed("other")[0])
    who = {"client_id": CERTIFIED, "tenant": tenant(emulator), "x509_certificate_path": str(path)}
    assert "the certificate is not registered for this client; upload its public part (AADSTS700027)" in sentence(
        run(**connection, **who)
    )


def test_an_oidc_token(emulator: Emulator, connection: dict[str, Any]) -> None:
    who = {"client_id": FEDERATED, "tenant": tenant(emulator)}
    assert run(**connection, **who, oidc_token=OIDC_TOKEN)["changed"] is True
    message = sentence(run(**connection, **who, oidc_token="a-token-of-somebody-else"))
    assert "no federated credential of this client matches the token" in message
    assert "a-token-of-somebody-else" not in message


def test_workload_identity(
    emulator: Emulator, connection: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The three variables that the workload identity webhook of Kubernetes sets are all it takes."""
    path = tmp_path / "token"
    path.write_text(f"{OIDC_TOKEN}\n", encoding="utf-8")
    monkeypatch.setenv("AZURE_CLIENT_ID", FEDERATED)
    monkeypatch.setenv("AZURE_TENANT_ID", tenant(emulator))
    monkeypatch.setenv("AZURE_FEDERATED_TOKEN_FILE", str(path))
    assert run(**connection)["changed"] is True
    path.unlink()
    assert f"oidc_token_file_path {path} cannot be read" in sentence(run(**connection))


@pytest.mark.parametrize("client_id", [None, IDENTITY])
def test_a_managed_identity(
    emulator: Emulator, connection: dict[str, Any], client_id: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment names another client; it belongs to the service principal and is not asked for here."""
    for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER"):
        monkeypatch.setenv(name, emulator.identity_environment[name])
    monkeypatch.setenv("AZURE_CLIENT_ID", OWNER)
    chosen = {"client_id": client_id} if client_id else {}
    assert run(**connection, **chosen, auth_source="msi")["changed"] is True


def test_a_managed_identity_that_is_not_here(
    emulator: Emulator, connection: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER"):
        monkeypatch.setenv(name, emulator.identity_environment[name])
    message = sentence(run(**connection, client_id=OWNER, auth_source="msi"))
    assert message.startswith("Signing in to Azure failed: ")
    assert emulator.identity_environment["IDENTITY_HEADER"] not in message


def test_the_instance_metadata_service(
    emulator: Emulator, connection: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other form of the endpoint, that of virtual machines."""
    name = "AZURE_POD_IDENTITY_AUTHORITY_HOST"
    monkeypatch.setenv(name, emulator.identity_environment[name])
    assert run(**connection, auth_source="msi")["changed"] is True


@pytest.mark.parametrize(
    ("options", "environment"),
    [
        ({}, {}),
        ({"auth_source": "credential_file", "profile": "default"}, {}),
        ({"profile": "other"}, {}),
        ({}, {"AZURE_PROFILE": "other"}),
    ],
)
def test_a_profile_of_the_credentials_file(
    emulator: Emulator,
    nowhere: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: dict[str, Any],
    environment: dict[str, str],
) -> None:
    """Everything may stand there: who asks, which subscription, which cloud."""
    emulator.control.reset()
    chosen = options.get("profile") or environment.get("AZURE_PROFILE") or "default"
    values = {
        **of(emulator, OWNER),
        "subscription_id": emulator.subscription_id,
        "resource_manager_url": emulator.resource_manager_url,
        "authority_url": emulator.authority_url,
        "disable_instance_discovery": "true",
        "ca_bundle": emulator.ca_bundle,
    }
    lines = [f"[{chosen}]", *(f"{name}={value}" for name, value in values.items())]
    (nowhere / ".azure").mkdir()
    (nowhere / ".azure" / "credentials").write_text("\n".join(lines), encoding="utf-8")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert run(**options)["changed"] is True


AZ = """#!{python}
import json, pathlib, sys
pathlib.Path({log!r}).write_text(" ".join(sys.argv[1:]))
if "get-access-token" not in sys.argv:
    sys.exit("az: unexpected arguments")
print(json.dumps({{"accessToken": {token!r}, "expiresOn": "2099-01-01 00:00:00.000000", "expires_on": 4070908800,
                  "tenant": "t", "subscription": "s", "tokenType": "Bearer"}}))
"""


def program(folder: Path, text: str) -> None:
    """A program called C(az)."""
    path = folder / "az"
    path.write_text(text, encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def token_of(emulator: Emulator) -> str:
    """A token as the Azure CLI has it in its cache; here it comes from the identity endpoint."""
    url = f"{emulator.identity_environment['IDENTITY_ENDPOINT']}?api-version=2019-08-01&resource=https://arm"
    headers = {"X-IDENTITY-HEADER": emulator.identity_environment["IDENTITY_HEADER"]}
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as answer:
        return str(json.load(answer)["access_token"])


@pytest.mark.parametrize("options", [{"auth_source": "cli"}, {}])
def test_the_azure_cli(
    emulator: Emulator,
    connection: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: dict[str, Any],
) -> None:
    log = tmp_path / "az.log"
    program(tmp_path, AZ.format(python=sys.executable, log=str(log), token=token_of(emulator)))
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert run(**connection, **options)["changed"] is True
    assert "account get-access-token" in log.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "no credentials are given and the Azure CLI is not installed here; give client_id, secret and tenant"),
        ("#!/bin/sh\necho \"Please run 'az login' to setup account.\" >&2\nexit 1\n", "the Azure CLI is not logged in"),
    ],
)
def test_an_azure_cli_that_does_not_help(
    connection: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None, said: str
) -> None:
    if text:
        program(tmp_path, text)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert said in sentence(run(**connection))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (
            {"secret": "the-id-of-the-secret"},
            "the client secret is wrong; give the secret's value, not its id (AADSTS7",
        ),
        ({"client_id": FEDERATED.replace("0002", "9999")}, "the tenant does not know this client; check client_id and"),
        ({"tenant": "99999999-0000-4000-8000-000000000000"}, "Signing in to Azure failed: "),
        ({"tenant": "no tenant!"}, "The tenant 'no tenant!' is neither an id nor a domain name."),
        ({"subscription_id": "99999999-0000-4000-8000-000000000000"}, "the subscription does not exist or the cred"),
        ({"subscription_id": "x"}, "the subscription does not exist or the credentials do not see it"),
        ({"ca_bundle": "/nowhere/ca.pem"}, "The CA bundle /nowhere/ca.pem cannot be read: No such file or directory."),
    ],
)
def test_what_is_wrong_is_said(
    emulator: Emulator, connection: dict[str, Any], wrong: dict[str, str], said: str
) -> None:
    result = run(**{**connection, **of(emulator, OWNER), **wrong})
    message = sentence(result)
    assert said in message
    assert "the-id-of-the-secret" not in message
    assert record(result)["action"] == "undecided"
    assert not emulator.control.requests("PUT")


def test_read_only_credentials(emulator: Emulator, connection: dict[str, Any]) -> None:
    who = {**connection, **of(emulator, READER)}
    result = run(gateway(), **who)
    assert "the credentials lack the right; assign a role that has it (DNS Zone Contributor has all" in sentence(result)
    assert result["changed"] is False
    assert (("granitefalls", "CNAME") in emulator.control.record_sets(ZONE)) is False
    assert run(_ansible_check_mode=True, **who)["changed"] is True


def test_a_certificate_that_is_not_trusted(emulator: Emulator, connection: dict[str, Any]) -> None:
    """Without the emulator's own certification authority."""
    options = {**connection, **of(emulator, OWNER)}
    del options["ca_bundle"]
    message = sentence(run(**options))
    assert "the certificate of the server is not trusted here. Give the certification authority" in message
    assert "in ca_bundle, or correct the address." in message
    assert run(**options, cert_validation_mode="validate", ca_bundle=emulator.ca_bundle)["changed"] is True


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_validation_can_be_switched_off(emulator: Emulator, connection: dict[str, Any]) -> None:
    options = {**connection, **of(emulator, OWNER)}
    del options["ca_bundle"]
    assert run(**options, cert_validation_mode="ignore")["changed"] is True


def test_only_the_resource_manager_is_not_trusted(
    emulator: Emulator, connection: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER"):
        monkeypatch.setenv(name, emulator.identity_environment[name])
    del connection["ca_bundle"]
    message = sentence(run(**connection, auth_source="msi"))
    assert message.startswith("Listing the DNS zones of subscription")
    assert "the certificate of the server is not trusted here" in message


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that nobody listens on, and nobody else gets meanwhile."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port where connections are made and nothing is ever answered."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("option", ["resource_manager_url", "authority_url"])
def test_an_address_where_nobody_listens(
    emulator: Emulator, connection: dict[str, Any], closed_port: int, option: str
) -> None:
    options = {**connection, **of(emulator, OWNER), option: f"https://127.0.0.1:{closed_port}"}
    message = sentence(run(**options))
    assert "Azure could not be reached or did not answer in time (the connection was refused)." in message
    assert option in message


@pytest.mark.parametrize("option", ["resource_manager_url", "authority_url"])
def test_an_address_where_nobody_answers(
    emulator: Emulator, connection: dict[str, Any], silent_port: int, option: str
) -> None:
    options = {**connection, **of(emulator, OWNER), option: f"https://127.0.0.1:{silent_port}"}
    started = time.monotonic()
    message = sentence(run(**options, timeout=2))
    assert time.monotonic() - started < 6
    assert "(no answer in time)" in message
    assert option in message


IDENTITY_FORMS = [
    ({"IDENTITY_ENDPOINT": "{}/msi", "IDENTITY_HEADER": "x"}, "IDENTITY_ENDPOINT"),
    ({"AZURE_POD_IDENTITY_AUTHORITY_HOST": "{}"}, "AZURE_POD_IDENTITY_AUTHORITY_HOST"),
]


def at(environment: dict[str, str], port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lead to an endpoint of managed identities at a port."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value.format(f"http://127.0.0.1:{port}"))


UNANSWERED = {"silent_port": "no answer in time", "closed_port": "the connection was refused"}


@pytest.mark.parametrize("port", UNANSWERED)
@pytest.mark.parametrize("form", IDENTITY_FORMS)
def test_an_identity_endpoint_that_does_not_answer(
    connection: dict[str, Any],
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    form: tuple[dict[str, str], str],
    port: str,
) -> None:
    environment, name = form
    at(environment, request.getfixturevalue(port), monkeypatch)
    started = time.monotonic()
    message = sentence(run(**connection, auth_source="msi", timeout=1))
    assert time.monotonic() - started < 4
    assert message.startswith("Signing in to Azure failed: the endpoint of managed identities, http://127.0.0.1:")
    assert f"(from {name}), could not be reached or did not answer in time ({UNANSWERED[port]})." in message
    assert f"Assign a managed identity to this machine, correct {name}, or set auth_so" in message
    assert "_url" not in message


@pytest.mark.parametrize("status", [404, 410, 429, 500])
@pytest.mark.parametrize("name", ["IDENTITY_ENDPOINT", "AZURE_POD_IDENTITY_AUTHORITY_HOST"])
def test_an_identity_endpoint_that_is_not_ready(
    emulator: Emulator, connection: dict[str, Any], monkeypatch: pytest.MonkeyPatch, status: int, name: str
) -> None:
    """The attempts are ours, within the time of the task; the library's own would take longer than a minute."""
    for one in (name, "IDENTITY_HEADER"):
        monkeypatch.setenv(one, emulator.identity_environment[one])
    headers = {"Retry-After": "0.1"}
    emulator.control.fault(method="GET", path="/token", status=status, body={}, headers=headers, count=2)
    assert run(**connection, auth_source="msi")["changed"] is True
    emulator.control.fault(method="GET", path="/token", status=status, body={}, headers={"Retry-After": "99"}, count=1)
    message = sentence(run(**connection, auth_source="msi", timeout=20))
    assert f"is not ready (it answered {status} " in message
    assert "Waiting 99 s for it would exceed" in message


@pytest.mark.parametrize("name", ["IDENTITY_ENDPOINT", "AZURE_POD_IDENTITY_AUTHORITY_HOST"])
@pytest.mark.parametrize("status", [200, 403])
def test_an_identity_endpoint_that_is_something_else(
    emulator: Emulator, connection: dict[str, Any], monkeypatch: pytest.MonkeyPatch, name: str, status: int
) -> None:
    for one in (name, "IDENTITY_HEADER"):
        monkeypatch.setenv(one, emulator.identity_environment[one])
    emulator.control.fault(path="/token", status=status, body=BLOCKED, headers={"Content-Type": "text/html"})
    message = sentence(run(**connection, auth_source="msi"))
    assert "the answer is not one that the endpoint of managed identities, http://127.0.0.1:" in message
    assert f"something in between, such as a proxy, gave {status} " in message


def test_an_azure_cli_that_hangs(connection: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "#!/bin/sh\nexec sleep 20\n")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    started = time.monotonic()
    message = sentence(run(**connection, auth_source="cli", timeout=1))
    assert time.monotonic() - started < 4
    assert message == (
        "Signing in to Azure failed: the Azure CLI did not answer within 1 s. Run az account get-access-token to see "
        "what it waits for, allow more time with the option timeout, or set auth_source to another source."
    )


BLOCKED = "<html><body>Blocked by the policy of the company</body></html>"


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        *((path, status, BLOCKED) for path in ("/openid-config", "/token") for status in (200, 403, 407)),
        ("/openid-config", 200, {"issuer": "x"}),
        ("/openid-config", 400, {"message": "x"}),
        ("/token", 400, {"message": "x"}),
        ("/token", 404, {"error": {"code": "NotFound", "message": "x"}}),
        ("/token", 200, {"value": []}),
    ],
)
def test_something_else_answers_the_sign_in(
    emulator: Emulator, connection: dict[str, Any], path: str, status: int, body: object
) -> None:
    """As proxies do that look into encrypted connections, and the resource manager where it is taken for the other."""
    media = "text/html" if body == BLOCKED else "application/json"
    headers = {"Content-Type": f"{media}; charset=utf-8"}
    emulator.control.fault(path=path, status=status, body=body, headers=headers, count=None)
    message = sentence(run(**connection, **of(emulator, OWNER)))
    start = "Signing in to Azure failed: the answer is not one of Azure's; something in between, such as a proxy, gave "
    assert message.startswith(f"{start}{status} ")
    assert message.endswith(f"({media}). Check the network, proxy, cloud_environment and authority_url.")


def test_a_host_that_does_not_exist(emulator: Emulator, connection: dict[str, Any]) -> None:
    options = {**connection, **of(emulator, OWNER), "resource_manager_url": "https://nowhere.invalid"}
    assert "the host's name cannot be resolved" in sentence(run(**options))


@pytest.mark.parametrize(
    ("status", "headers", "said"),
    [(503, {}, "Azure has a fault of its own"), (429, {"Retry-After": "307"}, "Waiting 307 s for it would exceed")],
)
def test_an_authority_in_trouble(
    emulator: Emulator, connection: dict[str, Any], status: int, headers: dict[str, str], said: str
) -> None:
    emulator.control.fault(method="POST", path="/token", status=status, body={}, headers=headers, count=None)
    message = sentence(run(**connection, **of(emulator, OWNER), timeout=3))
    assert message.startswith("Signing in to Azure failed: ")
    assert said in message


def test_an_authority_that_has_a_short_fault(emulator: Emulator, connection: dict[str, Any]) -> None:
    emulator.control.fault(method="POST", path="/token", status=503, body={}, count=1)
    assert run(**connection, **of(emulator, OWNER))["changed"] is True


def test_the_signed_in_client_is_asked_for_once(emulator: Emulator, connection: dict[str, Any]) -> None:
    run(*(gateway(f"gateway{number}") for number in range(20)), **connection, **of(emulator, OWNER))
    assert len(emulator.control.requests("POST", "/token")) == 1

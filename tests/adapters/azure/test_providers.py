# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Registrations that are there, that take their time, that never arrive, and that nobody may change."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ansible_collections.configmgr.cmg.plugins.modules import resource_providers
from tests.adapters.azure.asking import ask, seed, to_azure
from tests.adapters.azure.support import Result, gateway, sentence
from tests.emulator.process import Emulator
from tests.unit.return_docs import return_problems

pytestmark = pytest.mark.cost(10)

NEEDED = ["Microsoft.Compute", "Microsoft.KeyVault", "Microsoft.Network", "Microsoft.Storage"]
TWO = {"Microsoft.KeyVault": "NotRegistered", "Microsoft.Compute": "NotRegistered"}


def prepare(azure: Emulator, providers: dict[str, str] | None = None, seconds: float = 0) -> None:
    azure.control.reset(seed(subscription={"providers": providers or {}}, registration_seconds=seconds))
    azure.control.clear_requests()


def ensure(**options: Any) -> Result:
    return ask(resource_providers, **options)


def check(**options: Any) -> Result:
    return ask(resource_providers, _ansible_check_mode=True, **options)


def states(azure: Emulator) -> dict[str, str]:
    (subscription,) = azure.control.state()["providers"].values()
    return {name: state for name, state in subscription.items() if name in NEEDED}


def writes(azure: Emulator) -> list[str]:
    return [
        request["path"].partition("?")[0].rsplit("/", 2)[1] for request in to_azure(azure) if request["method"] != "GET"
    ]


def after(result: Result) -> dict[str, str]:
    return {entry["namespace"]: entry["after"] for entry in result["providers"]}


def test_nothing_to_do(azure: Emulator) -> None:
    prepare(azure)
    result = ensure()
    assert (result["changed"], writes(azure), result["diff"]) == (False, [], {"before": "", "after": ""})
    assert [entry["namespace"] for entry in result["providers"]] == NEEDED
    assert result["requests"] == {
        "list_subscriptions": 0,
        "get_provider": 4,
        "register_provider": 0,
        "unregister_provider": 0,
    }


@pytest.mark.azure_sdk
def test_register_what_is_not(azure: Emulator) -> None:
    prepare(azure, TWO)
    planned = check()
    assert writes(azure) == []
    made = ensure()
    assert sorted(writes(azure)) == sorted(TWO)
    assert set(states(azure).values()) == {"Registered"}
    assert made["changed"] is planned["changed"] is True
    assert (
        made["diff"]
        == planned["diff"]
        == {
            "before": "Microsoft.Compute: NotRegistered\nMicrosoft.KeyVault: NotRegistered\n",
            "after": "Microsoft.Compute: Registered\nMicrosoft.KeyVault: Registered\n",
        }
    )
    assert made["providers"] == planned["providers"]
    assert ensure()["changed"] is False


def test_a_registration_is_waited_for(azure: Emulator) -> None:
    prepare(azure, TWO, seconds=2)
    result = ensure()
    assert set(after(result).values()) == {"Registered"}
    waited = {entry["namespace"]: entry["seconds"] for entry in result["providers"]}
    assert 2 <= waited["Microsoft.Compute"] <= 4
    assert waited["Microsoft.Storage"] == 0
    assert sorted(writes(azure)) == sorted(TWO)


def test_or_not_waited_for(azure: Emulator) -> None:
    prepare(azure, TWO, seconds=60)
    begin = time.monotonic()
    planned, made, again = check(wait=False), ensure(wait=False), ensure(wait=False)
    assert time.monotonic() - begin < 5
    assert after(planned) == after(made) == after(again)
    assert after(made)["Microsoft.KeyVault"] == "Registering"
    assert (made["changed"], again["changed"]) == (True, False)
    assert sorted(writes(azure)) == sorted(TWO)


def test_the_deadline(azure: Emulator) -> None:
    """What was begun is told, and the next run only waits."""
    prepare(azure, TWO, seconds=4)
    late = ensure(timeout=2, gateways=[gateway()])
    assert "2 of 4 resource providers are not Registered yet: Microsoft.Compute is Registering" in sentence(late)
    assert late["changed"] is True
    assert late["gateways"][0]["ready"] is True
    again = ensure(timeout=20)
    assert (again.get("failed"), again["changed"]) == (None, False)
    assert set(after(again).values()) == {"Registered"}
    assert len(writes(azure)) == 2


def test_unregister_only_when_asked(azure: Emulator) -> None:
    prepare(azure, seconds=1)
    gone = {"providers": ["microsoft.keyvault"], "state": "absent"}
    planned, made = check(**gone), ensure(**gone, gateways=[gateway()])
    assert (
        made["diff"]
        == planned["diff"]
        == {
            "before": "Microsoft.KeyVault: Registered\n",
            "after": "Microsoft.KeyVault: NotRegistered\n",
        }
    )
    assert states(azure)["Microsoft.KeyVault"] == "NotRegistered"
    assert [entry["rule"] for entry in made["findings"]] == ["PROVIDER-001"]
    assert (made["valid"], made["gateways"][0]["ready"]) == (False, False)
    assert ensure(**gone)["changed"] is False


def test_a_right_that_is_missing_changes_nothing_else(azure: Emulator) -> None:
    prepare(azure, TWO)
    azure.control.fault(path="Microsoft.Compute/register", error="AuthorizationFailed", count=None)
    result = ensure(gateways=[gateway()])
    assert sentence(result).startswith("Registering the resource provider Microsoft.Compute")
    assert "Contributor and Owner" in result["msg"]
    assert "DNS" not in result["msg"]
    assert result["changed"] is True
    assert after(result) == {**dict.fromkeys(NEEDED, "Registered"), "Microsoft.Compute": "NotRegistered"}
    assert result["gateways"][0]["ready"] is False


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            {"providers": ["Microsoft.Storage", "Microsoft.KeyVaults"]},
            "Azure knows no resource provider 'Microsoft.KeyVaults'",
        ),
        ({"providers": ["Microsoft KeyVault"]}, "providers holds 'Microsoft KeyVault'"),
        ({"providers": ["../register"]}, "providers holds '../register'"),
        ({"timeout": 0}, "timeout is 0"),
    ],
)
def test_what_cannot_be_read_changes_nothing(azure: Emulator, options: dict[str, Any], said: str) -> None:
    prepare(azure, {"Microsoft.Storage": "NotRegistered"})
    assert said in sentence(ensure(**options))
    assert writes(azure) == []


def test_a_reader_gets_the_state_and_the_reason(azure: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(azure, TWO)
    client = azure.client("reader")
    monkeypatch.setenv("AZURE_CLIENT_ID", client["client_id"])
    monkeypatch.setenv("AZURE_SECRET", client["secret"])
    assert check()["changed"] is True
    result = ensure()
    assert "the credentials lack the right Microsoft.KeyVault/register/action" in sentence(result)
    assert (result["changed"], states(azure)["Microsoft.KeyVault"]) == (False, "NotRegistered")


def test_throttling_is_answered_with_patience(azure: Emulator) -> None:
    prepare(azure, TWO)
    azure.control.fault(path="/register", error="TooManyRequests", count=1)
    assert ensure()["requests"]["register_provider"] == 3


def test_what_is_returned_is_documented(azure: Emulator) -> None:
    prepare(azure, TWO)
    azure.control.fault(path="Microsoft.Compute/register", error="AuthorizationFailed", count=1)
    classic = gateway(deployment_method="classic")
    results = [ensure(gateways=[gateway(), classic, {"region": "westus"}]), check()]
    assert return_problems(resource_providers, results) == []

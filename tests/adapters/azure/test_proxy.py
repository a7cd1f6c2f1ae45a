# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Through a proxy, to Azure by its real names: tokens and calls alike, and no way around it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.azure.conftest import OWNER, PASSWORD, PERSON
from tests.adapters.azure.proxy import TunnelProxy, tunnel_proxy
from tests.adapters.azure.support import gateway, run, sentence
from tests.emulator.process import Emulator, endpoint

pytestmark = [pytest.mark.azure_sdk, pytest.mark.cost(6)]

PUBLIC = {"login.microsoftonline.com:443", "management.azure.com:443"}
GOVERNMENT = {"login.microsoftonline.us:443", "management.usgovcloudapi.net:443"}


@pytest.fixture
def proxy(emulator: Emulator, nowhere: Path) -> Iterator[TunnelProxy]:
    assert nowhere.is_dir()
    emulator.control.reset()
    with tunnel_proxy(endpoint(emulator.resource_manager_url.removeprefix("https://"))) as running:
        yield running


def options(emulator: Emulator) -> dict[str, Any]:
    """What a user in a company has: credentials, a CA bundle, no addresses."""
    client = next(one for one in emulator.clients if one["client_id"] == OWNER)
    return {
        "subscription_id": emulator.subscription_id,
        "tenant": client["tenant"],
        "client_id": OWNER,
        "secret": client["secret"],
        "ca_bundle": emulator.ca_bundle,
        "disable_instance_discovery": True,
    }


@pytest.mark.parametrize(("cloud", "hosts"), [({}, PUBLIC), ({"cloud_environment": "AzureUSGovernment"}, GOVERNMENT)])
def test_the_proxy_of_the_task(emulator: Emulator, proxy: TunnelProxy, cloud: dict[str, str], hosts: set[str]) -> None:
    gateways = [gateway(f"gateway{number}") for number in range(120)]
    assert run(*gateways, **options(emulator), **cloud, proxy=proxy.url)["changed"] is True
    assert set(proxy.asked) == hosts
    result = run(*gateways, **options(emulator), **cloud, proxy=proxy.url)
    assert (result["changed"], result["requests"]["list_record_sets"]) == (False, 2)


def test_the_proxy_of_the_environment(emulator: Emulator, proxy: TunnelProxy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    assert run(**options(emulator))["changed"] is True
    assert set(proxy.asked) == PUBLIC


def test_the_proxy_of_the_task_goes_before_that_of_the_environment(
    emulator: Emulator, proxy: TunnelProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    assert run(**options(emulator), proxy=proxy.url)["changed"] is True


def test_hosts_without_a_proxy(emulator: Emulator, proxy: TunnelProxy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    addresses = {"resource_manager_url": emulator.resource_manager_url, "authority_url": emulator.authority_url}
    assert run(**options(emulator), **addresses)["changed"] is True
    assert proxy.asked == []


def test_a_proxy_with_a_password(emulator: Emulator, proxy: TunnelProxy) -> None:
    url = proxy.url.replace("http://", "http://me:hidden-word@")
    result = run(**options(emulator), proxy=url)
    assert result["changed"] is True
    assert set(proxy.authorizations) == {f"Basic {base64.b64encode(b'me:hidden-word').decode()}"}


def test_a_proxy_that_is_not_there(emulator: Emulator, proxy: TunnelProxy) -> None:
    message = sentence(run(**options(emulator), proxy="http://me:hidden-word@127.0.0.1:1"))
    assert "Azure could not be reached or did not answer in time (the proxy cannot be used)." in message
    assert "hidden-word" not in message
    assert proxy.asked == []


def test_a_proxy_that_refuses(emulator: Emulator, proxy: TunnelProxy) -> None:
    proxy.refusing = True
    message = sentence(run(**options(emulator), proxy=proxy.url))
    assert "(the proxy cannot be used)" in message
    assert not emulator.control.requests("PUT")


@pytest.fixture
def person(emulator: Emulator, proxy: TunnelProxy) -> dict[str, Any]:
    """A user signs in at the standard port only: the library asks there what kind of user it is."""
    who = {"ad_user": "ada@contoso.com", "password": PASSWORD, "proxy": proxy.url}
    return {**{name: value for name, value in options(emulator).items() if name not in {"client_id", "secret"}}, **who}


@pytest.mark.filterwarnings("ignore:This API has been deprecated for public client flows")
@pytest.mark.parametrize("client_id", [None, PERSON])
def test_a_user_and_a_password(person: dict[str, Any], client_id: str | None) -> None:
    chosen = {"client_id": client_id} if client_id else {}
    assert run(**person, **chosen)["changed"] is True
    assert "the user name or the password is wrong (AADSTS50126)" in sentence(run(**{**person, "password": "other"}))


@pytest.mark.filterwarnings("ignore:This API has been deprecated for public client flows")
def test_a_user_without_a_tenant(person: dict[str, Any]) -> None:
    del person["tenant"]
    assert run(**person)["changed"] is True

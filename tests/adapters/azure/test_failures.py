# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything that Azure, the network or somebody else can do to a run, told apart and said in one sentence."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.adapters.azure.support import GROUP, MARK, ZONE, gateway, record, run, sentence, target
from tests.emulator.process import Emulator
from tests.emulator.seed import SUBSCRIPTION

pytestmark = [pytest.mark.azure_sdk, pytest.mark.cost(12)]

RIGHT = {"TTL": 3600, "CNAMERecord": {"cname": target()}}
FOREIGN = {"TTL": 60, "CNAMERecord": {"cname": "else.net"}}
TEXT = {"TTL": 60, "TXTRecords": [{"value": ["text"]}]}


def interference(name: str = "granitefalls", kind: str = "CNAME", when: str = "before", **more: Any) -> dict[str, Any]:
    place = {"subscription": SUBSCRIPTION, "resource_group": GROUP, "zone": ZONE}
    return {**place, "type": kind, "name": name, "when": when, **more}


def stored(azure: Emulator, name: str = "granitefalls") -> dict[str, Any] | None:
    return azure.control.record_sets(ZONE).get((name, "CNAME"))


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("CnameConflict", "another record set with the same name exists; remove it or choose another service name"),
        ("ZoneFull", "the zone is full; remove record sets that nobody needs or ask Azure to raise the zone's limit"),
        ("ScopeLocked", "a lock protects it; remove the lock (az lock list shows it) and run again"),
        ("AuthorizationFailed", "the credentials lack the right; assign a role that has it (DNS Zone Contributor has"),
        (
            "ParentResourceNotFound",
            "the DNS zone does not exist there; correct dns.zone, dns.resource_group or the sub",
        ),
        ("ParentResourceNotFoundOld", "the DNS zone does not exist there"),
        ("ResourceGroupNotFound", "the resource group does not exist; correct dns.resource_group or the subscription"),
        ("SubscriptionNotFound", "the subscription does not exist or the credentials do not see it"),
        ("InvalidDomainName", "Azure refused the request (Azure answered 400 BadRequest: The domain name"),
        ("MissingSubscriptionRegistration", "the subscription is not registered for the resource provider Microsoft."),
    ],
)
def test_a_write_that_is_refused(azure: Emulator, error: str, said: str) -> None:
    azure.control.fault(method="PUT", error=error, count=None)
    result = run(gateway(), gateway("wallacefalls"))
    message = sentence(result)
    assert message.startswith(
        "2 aliases could not be changed, 0 were. granitefalls.contoso.com: Writing the alias gran"
    )
    assert said in message
    assert len(azure.control.requests("PUT")) == 2
    assert result["changed"] is False


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("AuthorizationFailed", "Listing the DNS zones of subscription"),
        ("SubscriptionNotFound", "the subscription does not exist or the credentials do not see it"),
        ("InvalidSubscriptionId", "the subscription does not exist or the credentials do not see it"),
        ("InvalidAuthenticationTokenTenant", "Azure did not accept the token; check tenant, cloud_environment and the"),
        ("MissingSubscriptionRegistration", "az provider register --namespace Microsoft.Network"),
        ("NoRegisteredProviderFound", "Azure refused the request"),
    ],
)
def test_a_list_of_zones_that_is_refused(azure: Emulator, error: str, said: str) -> None:
    azure.control.fault(method="GET", path="/dnszones", error=error, count=None)
    result = run()
    assert said in sentence(result)
    assert record(result)["action"] == "undecided"


def test_a_zone_that_is_missing(azure: Emulator) -> None:
    missing = gateway(dns={"zone": ZONE, "resource_group": GROUP, "subscription_id": SUBSCRIPTION})
    azure.control.reset({"subscriptions": [{"id": SUBSCRIPTION, "resource_groups": [{"name": GROUP}]}]})
    assert "the DNS zone does not exist there" in sentence(run(missing))
    azure.control.reset({"subscriptions": [{"id": SUBSCRIPTION}]})
    assert "the resource group does not exist" in sentence(run(missing))
    assert "no DNS zone that granitefalls.contoso.com ends with" in sentence(run())
    assert not azure.control.requests("PUT")


def test_providers_are_not_registered_behind_the_users_back(azure: Emulator) -> None:
    """The SDK would do so on its own, with whatever rights the credentials have."""
    groups = [{"name": GROUP, "zones": [{"name": ZONE}]}]
    providers = {"Microsoft.Network": "NotRegistered"}
    azure.control.reset({"subscriptions": [{"id": SUBSCRIPTION, "resource_groups": groups, "providers": providers}]})
    assert "register it (az provider register --namespace Microsoft.Network)" in sentence(run())
    posts = [one["path"] for one in azure.control.requests("POST")]
    assert all(path.endswith("/token") for path in posts)


@pytest.mark.parametrize("error", ["InternalServerError", "ServiceUnavailable", "GatewayTimeout"])
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_fault_that_passes(azure: Emulator, error: str, method: str) -> None:
    azure.control.fault(method=method, path="/dnszones", error=error, count=1)
    result = run()
    assert (result["changed"], record(result)["error"]) == (True, None)


def test_a_pending_operation_is_waited_for(azure: Emulator) -> None:
    azure.control.fault(method="PUT", error="OperationPending", count=2)
    result = run()
    assert record(result)["action"] == "create"
    assert result["requests"]["create_record_set"] == len(azure.control.requests("PUT")) == 3


def test_a_pending_operation_that_does_not_end(azure: Emulator) -> None:
    azure.control.fault(method="PUT", error="OperationPending", count=None)
    message = sentence(run(timeout=2))
    assert "another operation on the same record set has not finished yet; run again in a minute" in message
    assert "The option timeout leaves no time to try again. Run again, or allow more time." in message


@pytest.mark.parametrize("error", ["TooManyRequests", "Throttled"])
def test_throttling_for_a_second(azure: Emulator, error: str) -> None:
    azure.control.fault(method="PUT", error=error, headers={"Retry-After": "1"}, count=1)
    started = time.monotonic()
    result = run(gateway(), gateway("wallacefalls"))
    assert 1 <= time.monotonic() - started < 5
    assert result["changed"] is True
    assert [record(result, place)["error"] for place in (0, 1)] == [None, None]


def test_throttling_for_five_minutes_is_said_at_once(azure: Emulator) -> None:
    gateways = [gateway(f"gateway{number:02}") for number in range(40)]
    fault = {"method": "PUT", "skip": 5, "count": None, "error": "ResourceRequestsThrottled"}
    azure.control.fault(**fault, headers={"Retry-After": "307"})
    started = time.monotonic()
    result = run(*gateways, timeout=60, concurrency=4)
    assert time.monotonic() - started < 10
    message = sentence(result)
    assert message.startswith("35 aliases could not be changed, 5 were.")
    assert "Azure limits the number of requests" in message
    assert "Waiting 307 s for it would exceed the" in message
    assert "was not begun: Azure asks to wait for 307 s more" in message
    assert len(azure.control.requests("PUT")) <= 5 + 4
    done = [record(result, place) for place in range(40) if record(result, place)["error"] is None]
    assert len(done) == 5
    assert all(one["etag"] for one in done)
    assert result["diff"]["after"].count("\n") == 5
    azure.control.clear_faults()
    assert run(*gateways)["requests"]["create_record_set"] == 35


def test_a_read_that_is_throttled_for_longer_than_allowed(azure: Emulator) -> None:
    azure.control.fault(
        method="GET", path="/recordsets", error="ResourceRequestsThrottled", headers={"Retry-After": "307"}
    )
    message = sentence(run(timeout=60))
    assert message.startswith("Reading the DNS zone contoso.com")
    assert "Run again after 307 s, or allow more time." in message


def test_an_answer_that_gets_lost(azure: Emulator) -> None:
    azure.control.fault(method="PUT", lost_answer=True, count=1)
    result = run()
    assert (result["changed"], record(result)["action"]) == (True, "create")
    assert record(result)["etag"]
    assert [one["status"] for one in azure.control.requests("PUT")] == [0, 412]
    assert result["requests"]["get_record_set"] == 1
    assert run()["changed"] is False


def test_an_answer_that_gets_lost_after_a_deletion(azure: Emulator) -> None:
    run()
    azure.control.fault(method="DELETE", lost_answer=True, count=1)
    result = run(state="absent")
    assert (result["changed"], record(result)["action"]) == (True, "delete")
    assert stored(azure) is None


def test_an_answer_that_gets_lost_after_a_change_of_metadata(azure: Emulator) -> None:
    run()
    azure.control.fault(method="PUT", lost_answer=True, count=1)
    result = run(gateway(dns={"metadata": {"owner": "us"}}))
    assert (result["changed"], record(result)["action"]) == (True, "update")


def test_a_connection_that_is_always_cut(azure: Emulator) -> None:
    azure.control.fault(method="PUT", no_answer=True, count=None)
    message = sentence(run())
    assert "Azure could not be reached or did not answer in time (the connection was cut)" in message
    assert "Whether the change was made is not known; the next run finds out." in message
    assert len(azure.control.requests("PUT")) == 3


def test_a_server_that_does_not_answer_in_time(azure: Emulator) -> None:
    azure.control.fault(method="GET", path="/recordsets", latency=6, count=None)
    started = time.monotonic()
    message = sentence(run(timeout=2))
    assert time.monotonic() - started < 5
    assert "(no answer in time)" in message
    assert message.endswith("The option timeout leaves no time to try again. Run again, or allow more time.")
    assert "0 s" not in message
    azure.control.clear_faults()


def test_a_write_that_takes_longer_than_the_time_allowed(azure: Emulator) -> None:
    azure.control.fault(method="PUT", latency=4, count=1)
    result = run(gateway(), gateway("wallacefalls"), timeout=2, concurrency=1)
    assert "0 were" in sentence(result)
    assert "(no answer in time)" in str(record(result, 0)["error"])
    assert "Writing the alias wallacefalls" in str(record(result, 1)["error"])
    assert "was not begun: the time allowed by the option timeout is over" in str(record(result, 1)["error"])


@pytest.mark.parametrize(
    ("properties", "applied", "error"),
    [(RIGHT, False, None), (FOREIGN, False, "was changed by somebody else between reading and writing")],
)
def test_somebody_else_creates_it_first(
    azure: Emulator, properties: dict[str, Any], applied: bool, error: str | None
) -> None:
    azure.control.fault(method="PUT", interference=interference(properties=properties))
    result = run(on_conflict="replace")
    assert result["changed"] is applied
    assert (error or "None") in str(record(result)["error"])
    found = stored(azure)
    assert found is not None
    assert found["CNAMERecord"] == properties["CNAMERecord"]


def test_somebody_else_takes_the_name_with_another_type(azure: Emulator) -> None:
    azure.control.fault(method="PUT", interference=interference(kind="TXT", properties=TEXT))
    message = sentence(run(on_conflict="replace"))
    assert "another record set with the same name exists" in message
    assert "It is of type TXT." in message
    assert stored(azure) is None


def test_metadata_that_somebody_else_adds_meanwhile_is_kept(azure: Emulator) -> None:
    run(gateway(dns={"ttl": 300}))
    found = stored(azure)
    assert found is not None
    theirs = {**found, "metadata": {**found["metadata"], "team": "web"}}
    kept = {key: theirs[key] for key in ("TTL", "CNAMERecord", "metadata")}
    azure.control.fault(method="PUT", interference=interference(properties=kept))
    result = run()
    assert (result["changed"], result["requests"]["update_record_set"]) == (True, 2)
    found = stored(azure)
    assert found is not None
    assert found["TTL"] == 3600
    assert found["metadata"]["team"] == record(result)["after"]["metadata"]["team"] == "web"
    assert MARK.items() <= found["metadata"].items()


def test_one_failure_does_not_stop_the_others(azure: Emulator) -> None:
    azure.control.fault(method="PUT", path="/CNAME/gateway3", error="ScopeLocked", count=None)
    result = run(*(gateway(f"gateway{number}") for number in range(8)))
    assert sentence(result).startswith("1 alias could not be changed, 7 were.")
    assert [bool(record(result, place)["error"]) for place in range(8)] == [False] * 3 + [True] + [False] * 4
    assert result["changed"] is True


@pytest.mark.parametrize(
    "body",
    [
        "<html>Sign in to the guest network</html>",
        "{not json",
        [],
        {"value": None},
        {"other": 1},
        {"value": [1]},
        "text",
    ],
)
@pytest.mark.parametrize("path", ["/dnszones[?]", "/recordsets", "^/subscriptions[?]"])
def test_an_answer_that_is_not_of_azure(azure: Emulator, body: Any, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A captive portal, a proxy or a wrong address may answer with anything."""
    if path.startswith("^"):
        monkeypatch.delenv("AZURE_SUBSCRIPTION_ID")
    azure.control.fault(method="GET", path=path, status=200, body=body, count=None)
    message = sentence(run())
    assert "failed: the answer is not one of Azure's. Check resource_manager_url, the proxy, and whether" in message
    assert not azure.control.requests("PUT")


@pytest.mark.parametrize("status", [401, 403, 404, 407, 451])
def test_a_page_of_a_proxy(azure: Emulator, status: int) -> None:
    """It is neither a lack of rights nor an alias that does not exist."""
    fault = {"status": status, "body": "<html>Blocked</html>", "headers": {"Content-Type": "text/html"}}
    azure.control.fault(method="GET", path="/dnszones", count=None, **fault)
    message = sentence(run())
    assert f"failed: the answer is not one of Azure's; something in between, such as a proxy, gave {status} " in message
    assert "(text/html). Check resource_manager_url, the proxy, and whether the network wants a sign-in" in message
    assert not azure.control.requests("PUT")


@pytest.mark.parametrize("body", ["<html></html>", {}, []])
def test_a_write_that_is_not_answered_by_azure(azure: Emulator, body: Any) -> None:
    azure.control.fault(method="PUT", status=200, body=body, count=None)
    result = run()
    assert "Writing the alias granitefalls in the DNS zone contoso.com" in sentence(result)
    assert "the answer is not one of Azure's" in str(record(result)["error"])
    assert result["changed"] is False


@pytest.mark.parametrize("address", ["https://localhost:{port}", "http://127.0.0.1:{port}", "https://127.0.0.1:1"])
@pytest.mark.parametrize("path", ["/dnszones[?]", "/recordsets", "^/subscriptions[?]"])
def test_no_token_goes_to_another_host(
    azure: Emulator, address: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if path.startswith("^"):
        monkeypatch.delenv("AZURE_SUBSCRIPTION_ID")
    foreign = address.format(port=azure.resource_manager_url.rpartition(":")[2])
    body = {"value": [], "nextLink": f"{foreign}/stolen?api-version=1"}
    azure.control.fault(method="GET", path=path, status=200, body=body, count=None)
    message = sentence(run())
    assert f"An answer of Azure leads on to {foreign}, which is not the resource manager" in message
    assert not azure.control.requests(path="/stolen")


def test_a_redirect_is_not_followed(azure: Emulator) -> None:
    headers = {"Location": f"{azure.resource_manager_url}/stolen?api-version=1"}
    azure.control.fault(method="GET", path="/dnszones", status=307, body={}, headers=headers, count=None)
    assert "Azure refused the request (Azure answered 307" in sentence(run())
    assert not azure.control.requests(path="/stolen")

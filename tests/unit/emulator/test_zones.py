# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Zones, groups, subscriptions, rights, locks, registration and limits."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator import seed
from tests.emulator.messages import Grant, Principal
from tests.unit.emulator.support import GROUP, NETWORK, NOW, ZONE, call, cname, code, data, estate_of, with_group

OTHER = "/subscriptions/5ab50000-0000-4000-8000-000000000001/resourceGroups/rg-two"
GLOBAL = {"location": "global"}
SUBSCRIPTION = f"/subscriptions/{seed.SUBSCRIPTION}"


def test_a_zone_is_made_with_soa_and_four_name_servers() -> None:
    estate = estate_of()
    path = f"{NETWORK}/dnsZones/Example.COM"
    made = call(estate, "PUT", path, {**GLOBAL, "tags": {"a": "b"}})
    assert (made.status, data(made)["name"], data(made)["tags"]) == (201, "example.com", {"a": "b"})
    servers = data(made)["properties"]["nameServers"]
    assert [name.split("-")[0] for name in servers] == ["ns1", "ns2", "ns3", "ns4"]
    sets = data(call(estate, "GET", f"{path}/recordsets"))["value"]
    assert [one["type"].rsplit("/", 1)[1] for one in sets] == ["NS", "SOA"]
    assert [one["nsdname"] for one in sets[0]["properties"]["NSRecords"]] == servers
    assert call(estate, "PUT", path, GLOBAL).status == 200
    assert data(call(estate, "PATCH", path, {"tags": {"c": "d"}}))["tags"] == {"c": "d"}


def test_zones_of_one_name_have_different_servers_and_the_first_is_delegated() -> None:
    estate = estate_of()
    call(estate, "PUT", OTHER, {"location": "westus"})
    second = call(estate, "PUT", f"{OTHER}/providers/Microsoft.Network/dnsZones/contoso.com", GLOBAL)
    first = call(estate, "GET", ZONE)
    assert not set(data(first)["properties"]["nameServers"]) & set(data(second)["properties"]["nameServers"])
    assert [zone.delegated for zone in estate.dns.named("contoso.com")] == [True, False]
    listed = data(call(estate, "GET", f"{SUBSCRIPTION}/providers/Microsoft.Network/dnszones"))["value"]
    assert [one["id"].split("/")[4] for one in listed] == ["rg-dns", "rg-two"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"If-None-Match": "*"}, 412), ({"If-Match": "*"}, 200), ({"If-Match": "wrong"}, 412)],
)
def test_preconditions_of_a_zone(headers: dict[str, str], status: int) -> None:
    reply = call(estate_of(), "PUT", ZONE, GLOBAL, headers=headers)
    assert reply.status == status
    assert status == 200 or data(reply)["code"] == "PreconditionFailed"


def test_the_etag_of_a_zone_stays_when_records_change() -> None:
    estate = estate_of()
    before = data(call(estate, "GET", ZONE))["etag"]
    call(estate, "PUT", f"{ZONE}/CNAME/www", cname())
    assert data(call(estate, "GET", ZONE))["etag"] == before


def test_deleting_a_zone_is_an_operation_that_takes_its_time() -> None:
    estate = estate_of(zone_delete_seconds=5)
    reply = call(estate, "DELETE", ZONE)
    assert (reply.status, reply.headers["Retry-After"], reply.body) == (202, "3", None)
    status = reply.headers["Azure-AsyncOperation"].removeprefix("https://127.0.0.1:8443").split("?")[0]
    result = reply.headers["Location"].removeprefix("https://127.0.0.1:8443").split("?")[0]
    assert data(call(estate, "GET", status)) == {"status": "InProgress"}
    assert call(estate, "GET", result).status == 202
    assert data(call(estate, "GET", status, now=NOW + 5)) == {"status": "Succeeded"}
    assert call(estate, "GET", result, now=NOW + 5).status == 200
    assert call(estate, "DELETE", ZONE).status == 204
    assert call(estate, "GET", ZONE).status == 404
    assert call(estate, "GET", f"{NETWORK}/dnsOperationStatuses/unknown").status == 404


def test_a_resource_group_goes_with_all_it_holds() -> None:
    estate = with_group(zones=[{"name": "contoso.com"}], vaults=[{"name": "v"}])
    reply = call(estate, "DELETE", GROUP)
    assert reply.status == 202
    assert (len(estate.dns.zones), len(estate.resources)) == (0, 0)
    assert call(estate, "HEAD", GROUP).status == 404
    path = reply.headers["Location"].removeprefix("https://127.0.0.1:8443").split("?")[0]
    assert call(estate, "GET", path).status == 200


def test_groups_subscriptions_and_tenants_are_listed() -> None:
    estate = estate_of()
    assert call(estate, "PUT", OTHER, {"location": "West US", "tags": {"a": "b"}}).status == 201
    assert call(estate, "PUT", OTHER, {"location": "westus"}).status == 200
    groups = data(call(estate, "GET", f"{SUBSCRIPTION}/resourcegroups"))["value"]
    listed = [(one["name"], one["location"]) for one in groups]
    assert sorted(listed) == [("rg-cmg", "westus"), ("rg-dns", "westus"), ("rg-two", "westus")]
    assert data(call(estate, "GET", SUBSCRIPTION))["state"] == "Enabled"
    assert [one["subscriptionId"] for one in data(call(estate, "GET", "/subscriptions"))["value"]] == [
        seed.SUBSCRIPTION
    ]
    assert data(call(estate, "GET", "/tenants"))["value"][0]["tenantId"] == seed.TENANT
    assert data(call(estate, "GET", f"{SUBSCRIPTION}/locations"))["value"][0]["name"] == "eastus"
    assert call(estate, "PUT", f"{OTHER}-x", {}).status == 400


def _principal(rights: Any) -> Principal:
    return Principal("app", "object", seed.TENANT, rights)


CNAMES = (Grant(("Microsoft.Network/dnsZones/CNAME/*", "*/read"), GROUP),)
ELSEWHERE = (Grant(("*",), OTHER),)


@pytest.mark.parametrize(
    ("rights", "method", "kind", "allowed"),
    [
        ("owner", "PUT", "CNAME", True),
        ("reader", "GET", "CNAME", True),
        ("reader", "PUT", "CNAME", False),
        ("reader", "DELETE", "CNAME", False),
        ("none", "GET", "CNAME", False),
        (CNAMES, "PUT", "CNAME", True),
        (CNAMES, "PUT", "A", False),
        (CNAMES, "GET", "A", True),
        (ELSEWHERE, "GET", "CNAME", False),
    ],
)
def test_rights(rights: Any, method: str, kind: str, allowed: bool) -> None:
    body = {"properties": {"TTL": 1}} if method == "PUT" else None
    reply = call(estate_of(), method, f"{ZONE}/{kind}/www", body, principal=_principal(rights))
    assert (code(reply) != "AuthorizationFailed") == allowed
    if not allowed:
        verb = {"GET": "read", "PUT": "write", "DELETE": "delete"}[method]
        assert reply.status == 403
        assert f"'Microsoft.Network/dnsZones/{kind}/{verb}'" in data(reply)["error"]["message"]


@pytest.mark.parametrize(("rights", "count"), [("owner", 1), ("reader", 1), ("none", 0), (CNAMES, 1)])
def test_a_client_sees_the_subscriptions_it_has_rights_in(rights: Any, count: int) -> None:
    reply = call(estate_of(), "GET", "/subscriptions", principal=_principal(rights))
    assert len(data(reply)["value"]) == count


def test_a_token_of_another_tenant_is_refused() -> None:
    reply = call(estate_of(), "GET", ZONE, principal=Principal("app", "object", "other", "owner"))
    assert (reply.status, code(reply)) == (401, "InvalidAuthenticationTokenTenant")


@pytest.mark.parametrize(
    ("lock", "method", "status"),
    [(GROUP, "PUT", 409), (ZONE, "DELETE", 409), (GROUP, "GET", 404), (f"{GROUP}x", "PUT", 201)],
)
def test_locks(lock: str, method: str, status: int) -> None:
    reply = call(estate_of(locks=[lock]), method, f"{ZONE}/CNAME/www", cname() if method == "PUT" else None)
    assert reply.status == status
    assert status != 409 or code(reply) == "ScopeLocked"


def test_an_unregistered_provider_answers_nothing_until_it_is_registered() -> None:
    estate = estate_of(
        registration_seconds=60,
        subscriptions=[
            {
                "id": seed.SUBSCRIPTION,
                "providers": {"Microsoft.Network": "NotRegistered"},
                "resource_groups": [{"name": "rg-dns", "zones": [{"name": "contoso.com"}]}],
            }
        ],
    )
    provider = f"{SUBSCRIPTION}/providers/Microsoft.Network"
    refused = call(estate, "GET", ZONE)
    assert (refused.status, code(refused)) == (409, "MissingSubscriptionRegistration")
    assert data(call(estate, "GET", provider))["registrationState"] == "NotRegistered"
    reader = _principal("reader")
    assert call(estate, "POST", f"{provider}/register", principal=reader).status == 403
    assert data(call(estate, "POST", f"{provider}/register"))["registrationState"] == "Registering"
    assert call(estate, "GET", ZONE).status == 200
    assert data(call(estate, "POST", f"{provider}/register", now=NOW + 30))["registrationState"] == "Registering"
    assert data(call(estate, "GET", provider, now=NOW + 60))["registrationState"] == "Registered"
    assert data(call(estate, "POST", f"{provider}/unregister", now=NOW + 61))["registrationState"] == "Unregistering"
    assert data(call(estate, "GET", provider, now=NOW + 200))["registrationState"] == "NotRegistered"


def test_providers_tell_the_regions_of_their_types() -> None:
    estate = estate_of(
        subscriptions=[{"id": seed.SUBSCRIPTION, "omitted_regions": {"virtualMachineScaleSets": ["westus"]}}]
    )
    every = data(call(estate, "GET", f"{SUBSCRIPTION}/providers"))["value"]
    assert "Microsoft.Storage" in {one["namespace"] for one in every}
    compute = data(call(estate, "GET", f"{SUBSCRIPTION}/providers/microsoft.compute"))
    regions = {one["resourceType"]: one["locations"] for one in compute["resourceTypes"]}
    assert "West US" in regions["disks"]
    assert "West US" not in regions["virtualMachineScaleSets"]


def test_throttling_on_request() -> None:
    estate = estate_of(throttle=True)
    replies = [call(estate, "GET", f"{ZONE}/CNAME/www").status for _time in range(501)]
    assert (set(replies[:500]), replies[500]) == ({404}, 429)
    late = call(estate, "GET", f"{ZONE}/CNAME/www", now=NOW + 100)
    assert (late.status, code(late), late.headers["Retry-After"]) == (429, "ResourceRequestsThrottled", "200")
    assert call(estate, "GET", f"{ZONE}/A/www").status == 404
    assert call(estate, "GET", f"{ZONE}/CNAME/www", now=NOW + 300).status == 404


@pytest.mark.parametrize(("method", "path"), [("POST", ZONE), ("PUT", f"{ZONE}/CNAME")])
def test_a_wrong_method_is_refused(method: str, path: str) -> None:
    assert call(estate_of(), method, path, {}).status == 405


def test_plain_resources_are_listed_read_and_deleted() -> None:
    estate = with_group(storage_accounts=[{"name": "one"}, {"name": "two", "tags": {"a": "b"}}])
    path = f"{GROUP}/providers/Microsoft.Storage/storageAccounts"
    assert [one["name"] for one in data(call(estate, "GET", path))["value"]] == ["one", "two"]
    everywhere = f"{SUBSCRIPTION}/providers/Microsoft.Storage/storageAccounts"
    assert len(data(call(estate, "GET", everywhere))["value"]) == 2
    assert data(call(estate, "GET", f"{path}/two"))["tags"] == {"a": "b"}
    assert [call(estate, "DELETE", f"{path}/two").status for _time in range(2)] == [200, 204]
    assert code(call(estate, "GET", f"{path}/two")) == "ResourceNotFound"

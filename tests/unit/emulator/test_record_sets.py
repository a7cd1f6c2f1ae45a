# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Record sets over ARM: verbs, preconditions, coexistence, limits, alias sets, both error shapes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.emulator import seed
from tests.unit.emulator.support import GROUP, NETWORK, TARGET, ZONE, call, cname, code, data, estate_of, with_group

A_RECORD = {"properties": {"TTL": 300, "ARecords": [{"ipv4Address": "127.0.0.1"}]}}
ADDRESSES = [{"ipv4Address": "127.0.0.1"}]
BODIES: dict[str, dict[str, Any]] = {
    "A": {"ARecords": [{"ipv4Address": "127.0.0.1"}]},
    "AAAA": {"AAAARecords": [{"ipv6Address": "::1"}]},
    "CAA": {"caaRecords": [{"flags": 0, "tag": "issue", "value": "ca.example"}]},
    "CNAME": {"CNAMERecord": {"cname": "x.example"}},
    "MX": {"MXRecords": [{"preference": 10, "exchange": "mail.example"}]},
    "NS": {"NSRecords": [{"nsdname": "ns.example."}]},
    "PTR": {"PTRRecords": [{"ptrdname": "host.example"}]},
    "SRV": {"SRVRecords": [{"priority": 1, "weight": 2, "port": 3, "target": "srv.example"}]},
    "TXT": {"TXTRecords": [{"value": ["one", "two"]}]},
}


@pytest.mark.parametrize("kind", sorted(BODIES))
def test_every_type_is_made_read_replaced_and_deleted(kind: str) -> None:
    estate = estate_of()
    path = f"{ZONE}/{kind}/Name"
    body = {"properties": {"TTL": 60, **BODIES[kind], "metadata": {"owner": "us"}}}
    made = call(estate, "PUT", path, body)
    assert made.status == 201
    found = call(estate, "GET", path.replace("Name", "nAME").replace("resourceGroups", "resourcegroups"))
    assert found.body == made.body
    assert data(found)["name"] == "name"
    assert data(found)["id"].endswith(f"/providers/Microsoft.Network/dnszones/contoso.com/{kind}/name")
    properties = {"TTL": 60, "fqdn": "name.contoso.com.", "provisioningState": "Succeeded", "targetResource": {}}
    assert data(found)["properties"] == {**properties, **BODIES[kind], "metadata": {"owner": "us"}}
    assert call(estate, "PUT", path, body).status == 200
    assert [call(estate, "DELETE", path).status for _time in range(2)] == [200, 204]


@pytest.mark.parametrize(
    ("exists", "headers", "status"),
    [
        (False, {}, 201),
        (True, {}, 200),
        (False, {"If-None-Match": "*"}, 201),
        (True, {"If-None-Match": "*"}, 412),
        (True, {"If-None-Match": "something"}, 200),
        (False, {"If-Match": "*"}, 412),
        (True, {"If-Match": "*"}, 200),
        (True, {"If-Match": "{etag}"}, 200),
        (True, {"If-Match": '"{etag}"'}, 200),
        (True, {"If-Match": "etag-0"}, 412),
        (False, {"If-Match": "etag-0"}, 412),
    ],
)
def test_preconditions_of_a_put(exists: bool, headers: dict[str, str], status: int) -> None:
    estate = estate_of()
    etag = ""
    if exists:
        etag = data(call(estate, "PUT", f"{ZONE}/CNAME/www", cname()))["etag"]
    sent = {key: value.format(etag=etag) for key, value in headers.items()}
    reply = call(estate, "PUT", f"{ZONE}/CNAME/www", cname("y.example"), headers=sent)
    assert reply.status == status
    if status == 412:
        assert data(reply)["code"] == "PreconditionFailed"
        after = call(estate, "GET", f"{ZONE}/CNAME/www")
        assert after.status == (200 if exists else 404)
        assert not exists or data(after)["etag"] == etag


@pytest.mark.parametrize(("etag", "status"), [("etag-0", 412), ("*", 200), ("", 200)])
def test_preconditions_of_a_delete_and_a_patch(etag: str, status: int) -> None:
    estate = estate_of()
    call(estate, "PUT", f"{ZONE}/CNAME/www", cname())
    assert call(estate, "PATCH", f"{ZONE}/CNAME/www", cname(), headers={"If-Match": etag}).status == status
    assert call(estate, "DELETE", f"{ZONE}/CNAME/www", headers={"If-Match": etag}).status == status


def test_every_accepted_put_gives_a_new_etag_in_header_and_body() -> None:
    estate = estate_of()
    replies = [call(estate, "PUT", f"{ZONE}/CNAME/www", cname()) for _time in range(3)]
    assert len({reply.headers["ETag"] for reply in replies}) == 3
    assert all(reply.headers["ETag"] == data(reply)["etag"] for reply in replies)


@pytest.mark.parametrize(
    ("first", "second", "status", "details"),
    [
        ("A", "CNAME", 409, ""),
        ("CNAME", "A", 409, "CannotCreateRecordDueToCNameNamingRestriction"),
        ("A", "MX", 201, ""),
        ("CNAME", "CNAME", 200, ""),
    ],
)
def test_a_cname_shares_its_name_with_nothing(first: str, second: str, status: int, details: str) -> None:
    estate = estate_of()
    for kind in (first,):
        assert call(estate, "PUT", f"{ZONE}/{kind}/www", {"properties": {"TTL": 1, **BODIES[kind]}}).status == 201
    reply = call(estate, "PUT", f"{ZONE}/{second}/www", {"properties": {"TTL": 1, **BODIES[second]}})
    assert reply.status == status
    if status == 409:
        assert data(reply)["code"] == "Conflict"
        assert [one["code"] for one in data(reply).get("details", [])] == ([details] if details else [])


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "expected"),
    [
        ("PUT", "CNAME/@", cname(), 400, "BadRequest"),
        ("PUT", "CNAME/a..b", cname(), 400, "BadRequest"),
        ("PUT", f"CNAME/{'x' * 64}", cname(), 400, "BadRequest"),
        ("PUT", "NS/*", {"properties": {"TTL": 1}}, 400, "BadRequest"),
        ("PUT", "CNAME/*", cname(), 201, ""),
        ("PUT", "CNAME/*.deep", cname(), 201, ""),
        ("PUT", "CNAME/www", {"properties": {"CNAMERecord": {"cname": TARGET}}}, 400, "BadRequest"),
        ("PUT", "CNAME/www", {"properties": {"TTL": 0}}, 201, ""),
        ("PUT", "CNAME/www", {"properties": {"TTL": -1}}, 400, "BadRequest"),
        ("PUT", "CNAME/www", {"properties": {"TTL": 2**31}}, 400, "BadRequest"),
        ("PUT", "CNAME/www", {"properties": {"TTL": 2**31 - 1}}, 201, ""),
        ("PUT", "CNAME/www", {"properties": {"TTL": "300"}}, 400, "BadRequest"),
        ("PUT", "CNAME/www", {"properties": {"TTL": 300}}, 201, ""),
        ("PUT", "CNAME/www", {"properties": {"ttl": 300, "cnameRecord": {"cname": "x.example"}}}, 201, ""),
        ("PUT", "CNAME/www", cname('"quoted"'), 400, "BadRequest"),
        ("PUT", "CNAME/www", cname(metadata=["no"]), 400, "BadRequest"),
        ("PUT", "CNAME/www", A_RECORD, 400, "BadRequest"),
        ("PUT", "CNAME/www", ["no object"], 400, "InvalidRequestContent"),
        ("PUT", "CNAME/www", {}, 400, "BadRequest"),
        ("PUT", "A/www", {"properties": {"TTL": 1, "ARecords": [{"ipv4Address": "::1"}]}}, 400, "BadRequest"),
        ("PUT", "A/www", {"properties": {"TTL": 1, "ARecords": ADDRESSES * 21}}, 400, "BadRequest"),
        ("PUT", "SOA/www", {"properties": {"TTL": 1}}, 400, "BadRequest"),
        ("PUT", "NS/@", {"properties": {"TTL": 1, "NSRecords": [{"nsdname": "a.example"}]}}, 400, "BadRequest"),
        ("DELETE", "NS/@", None, 400, "BadRequest"),
        ("DELETE", "SOA/@", None, 400, "BadRequest"),
        ("PATCH", "CNAME/absent", cname(), 404, "NotFound"),
        ("GET", "CNAME/absent", None, 404, "NotFound"),
    ],
)  # fmt: skip
def test_what_the_provider_refuses(method: str, path: str, body: object, status: int, expected: str) -> None:
    reply = call(estate_of(), method, f"{ZONE}/{path}", body)
    assert (reply.status, code(reply)) == (status, expected)
    if status >= 400 and expected != "InvalidRequestContent":
        assert "error" not in data(reply), "the provider's own errors stand at the top level"


@pytest.mark.parametrize(
    ("path", "body", "query", "status", "expected"),
    [
        (f"{NETWORK}/dnsZones/absent.com", None, {}, 404, "ResourceNotFound"),
        (f"{NETWORK}/dnsZones/absent.com/CNAME/www", None, {}, 404, "ParentResourceNotFound"),
        (f"{ZONE.replace('rg-dns', 'rg-no')}", None, {}, 404, "ResourceGroupNotFound"),
        (f"{ZONE.replace(seed.SUBSCRIPTION, seed.TENANT)}", None, {}, 404, "SubscriptionNotFound"),
        (ZONE, None, {"api-version": ""}, 400, "MissingApiVersionParameter"),
        (ZONE, None, {"api-version": "2016-04-01"}, 400, "NoRegisteredProviderFound"),
        (f"{ZONE}/CNAME", None, {"api-version": "2023-07-01-preview"}, 200, ""),
        (f"{ZONE}/WRONG/www", None, {}, 404, "InvalidResourceType"),
        (f"{GROUP}/providers/Microsoft.Wrong/things", None, {}, 404, "InvalidResourceNamespace"),
    ],
)
def test_what_the_gateway_refuses(path: str, body: object, query: dict[str, str], status: int, expected: str) -> None:
    reply = call(estate_of(), "GET", path, body, query=query)
    assert (reply.status, code(reply)) == (status, expected)
    assert (reply.headers.get("x-ms-failure-cause") == "gateway") == (status >= 400)
    assert {"x-ms-request-id", "x-ms-correlation-request-id"} <= set(reply.headers)


def test_put_replaces_metadata_and_patch_merges_it() -> None:
    estate = estate_of()
    path = f"{ZONE}/CNAME/www"
    call(estate, "PUT", path, cname(metadata={"a": "1", "b": "2"}))
    patched = call(estate, "PATCH", path, {"properties": {"metadata": {"b": "3", "c": "4"}}})
    assert data(patched)["properties"]["metadata"] == {"a": "1", "b": "3", "c": "4"}
    assert data(patched)["properties"]["CNAMERecord"] == {"cname": TARGET}
    assert "metadata" not in data(call(estate, "PUT", path, cname()))["properties"]


@pytest.mark.parametrize("value", ["Foo.Example", "foo.example.", "FOO.example."])
def test_a_cname_value_is_kept_as_sent(value: str) -> None:
    reply = call(estate_of(), "PUT", f"{ZONE}/CNAME/www", cname(value))
    assert data(reply)["properties"]["CNAMERecord"] == {"cname": value}


def test_a_full_zone_refuses_new_sets_only() -> None:
    estate = with_group(zones=[{"name": "contoso.com", "max_record_sets": 3}])
    assert call(estate, "PUT", f"{ZONE}/CNAME/one", cname()).status == 201
    full = call(estate, "PUT", f"{ZONE}/CNAME/two", cname())
    assert (full.status, data(full)["details"][0]["code"]) == (409, "MaximumNumberOfRecordSetsReached")
    assert call(estate, "PUT", f"{ZONE}/CNAME/one", cname("y.example")).status == 200
    properties = data(call(estate, "GET", ZONE))["properties"]
    assert (properties["maxNumberOfRecordSets"], properties["numberOfRecordSets"]) == (3, 3)


def _alias(kind: str, target: str, name: str = "alias", ttl: int = 3600) -> tuple[str, dict[str, Any]]:
    return f"{ZONE}/{kind}/{name}", {"properties": {"TTL": ttl, "targetResource": {"id": target}}}


IP = f"{NETWORK}/publicIPAddresses/ip"
MANAGER = f"{NETWORK}/trafficManagerProfiles/tm"
RESOURCES = {
    "zones": [{"name": "contoso.com"}],
    "public_ips": [{"name": "ip", "label": "x", "address": "127.1.2.3"}],
    "traffic_managers": [{"name": "tm", "ttl": 30}],
}


@pytest.mark.parametrize(
    ("kind", "target", "status", "ttl"),
    [
        ("A", IP, 201, 3600),
        ("A", MANAGER, 201, 30),
        ("CNAME", MANAGER, 201, 30),
        ("CNAME", IP, 400, 0),
        ("A", f"{IP}-absent", 400, 0),
        ("TXT", IP, 400, 0),
        ("CNAME", f"{ZONE}/CNAME/other", 201, 77),
        ("CNAME", f"{ZONE}/CNAME/absent", 400, 0),
        ("CNAME", f"{ZONE}/CNAME/alias", 400, 0),
    ],
)
def test_alias_sets(kind: str, target: str, status: int, ttl: int) -> None:
    estate = with_group(**RESOURCES)
    call(estate, "PUT", f"{ZONE}/CNAME/other", cname(TTL=77))
    reply = call(estate, "PUT", *_alias(kind, target))
    assert reply.status == status
    if status == 201:
        properties = data(reply)["properties"]
        assert (properties["TTL"], properties["targetResource"]) == (ttl, {"id": target})
        assert not {"ARecords", "CNAMERecord"} & set(properties)


def test_an_alias_set_empties_when_its_target_goes() -> None:
    estate = with_group(**RESOURCES)
    path, body = _alias("A", IP)
    before = call(estate, "PUT", path, body)
    assert call(estate, "DELETE", IP).status == 200
    after = data(call(estate, "GET", path))
    assert (after["properties"]["targetResource"], after["properties"]["ARecords"]) == ({}, [])
    assert after["etag"] != data(before)["etag"]


def test_references_know_alias_sets_only() -> None:
    estate = with_group(**RESOURCES)
    call(estate, "PUT", *_alias("A", IP))
    call(estate, "PUT", f"{ZONE}/CNAME/www", cname())
    path = f"/subscriptions/{seed.SUBSCRIPTION}/providers/Microsoft.Network/getDnsResourceReference"
    reply = call(estate, "POST", path, {"properties": {"targetResources": [{"id": IP.upper()}, {"id": MANAGER}]}})
    found = data(reply)["properties"]["dnsResourceReferences"]
    assert [one["dnsResources"][0]["id"].rsplit("/", 2)[1:] for one in found] == [["A", "alias"]]


@given(names=st.sets(st.from_regex(r"\A[a-c]{1,2}(\.[a-c]{1,2})?\Z"), max_size=12), size=st.integers(1, 5))
def test_pages_hold_every_record_set_once_and_in_order(names: set[str], size: int) -> None:
    estate = estate_of()
    for name in names:
        call(estate, "PUT", f"{ZONE}/CNAME/{name}", cname())
    seen: list[str] = []
    query: dict[str, str] = {"$top": str(size)}
    for _page in range(len(names) + 3):
        reply = data(call(estate, "GET", f"{ZONE}/all", query=query))
        assert len(reply["value"]) <= size
        seen += [one["name"] for one in reply["value"]]
        if "nextLink" not in reply:
            break
        assert reply["nextLink"].startswith(f"https://127.0.0.1:8443{ZONE}/all?")
        query["$skipToken"] = reply["nextLink"].partition("$skipToken=")[2]
    assert seen[:2] == ["@", "@"]
    assert seen[2:] == sorted(names, key=lambda name: name.split(".")[::-1])


def test_a_page_has_at_most_100_and_a_deletion_between_pages_hides_nothing() -> None:
    estate = estate_of()
    for number in range(150):
        call(estate, "PUT", f"{ZONE}/CNAME/host-{number:03}", cname())
    first = data(call(estate, "GET", f"{ZONE}/CNAME", query={"$top": "500"}))
    assert len(first["value"]) == 100
    call(estate, "DELETE", f"{ZONE}/CNAME/host-005")
    token = first["nextLink"].partition("$skipToken=")[2]
    rest = data(call(estate, "GET", f"{ZONE}/CNAME", query={"$skipToken": token}))
    assert [one["name"] for one in rest["value"]] == [f"host-{number:03}" for number in range(100, 150)]


@pytest.mark.parametrize("query", [{"$top": "0"}, {"$top": "x"}, {"$skipToken": "zz"}, {"$skipToken": "00"}])
def test_a_bad_page_is_refused(query: dict[str, str]) -> None:
    assert call(estate_of(), "GET", f"{ZONE}/all", query=query).status == 400


def test_names_under_a_suffix() -> None:
    estate = estate_of()
    for name in ("a.eu", "b.eu", "eu", "xeu"):
        call(estate, "PUT", f"{ZONE}/CNAME/{name}", cname())
    reply = data(call(estate, "GET", f"{ZONE}/recordsets", query={"$recordsetnamesuffix": "EU"}))
    assert [one["name"] for one in reply["value"]] == ["a.eu", "b.eu"]


ACTS = st.tuples(
    st.sampled_from(["PUT", "DELETE", "PATCH"]),
    st.sampled_from(["A", "TXT", "CNAME"]),
    st.sampled_from(["one", "two", "@"]),
    st.sampled_from([{}, {"If-None-Match": "*"}, {"If-Match": "*"}, {"If-Match": "stale"}]),
)


@given(acts=st.lists(ACTS, max_size=25))
def test_whatever_is_asked_a_cname_stands_alone_and_refusals_change_nothing(
    acts: list[tuple[str, str, str, dict[str, str]]],
) -> None:
    estate = estate_of()
    for method, kind, name, headers in acts:
        before = data(call(estate, "GET", f"{ZONE}/all"))["value"]
        body = None if method == "DELETE" else {"properties": {"TTL": 60, **BODIES[kind]}}
        reply = call(estate, method, f"{ZONE}/{kind}/{name}", body, headers=headers)
        after = data(call(estate, "GET", f"{ZONE}/all"))["value"]
        assert (before == after) == (reply.status not in {200, 201})
        kinds = {(one["name"], one["type"].rsplit("/", 1)[1]) for one in after}
        aliases = {name for name, kind in kinds if kind == "CNAME"}
        assert "@" not in aliases
        assert len([one for one in kinds if one[0] in aliases]) == len(aliases)
        assert data(call(estate, "GET", ZONE))["properties"]["numberOfRecordSets"] == len(after)

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The emulator against the API descriptions: every operation is there, with its statuses and its properties."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.emulator import arm, seed
from tests.emulator.messages import Reply
from tests.emulator.providers import DNS_TYPES
from tests.emulator.routing import split_path
from tests.unit.emulator.support import GROUP, NETWORK, ZONE, call, cname, data, estate_of

DNS = "dns-2018-05-01.json"
CHECKS = (
    "network-checkDnsNameAvailability-2023-09-01.json",
    "storage-checkNameAvailability.json",
    "keyvault-checkNameAvailability.json",
)
VALUES = {
    "subscriptionId": seed.SUBSCRIPTION,
    "resourceGroupName": "rg-dns",
    "zoneName": "contoso.com",
    "recordType": "CNAME",
    "relativeRecordSetName": "www",
    "location": "westus",
}
PROVIDERS = f"/subscriptions/{seed.SUBSCRIPTION}/providers"


def _spec(shared: Path, name: str) -> dict[str, Any]:
    return dict(json.loads((shared / "specs" / name).read_text(encoding="utf-8")))


def _operations(spec: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in spec["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path.format_map(VALUES), operation


def _operation(spec: dict[str, Any], method: str, path: str) -> dict[str, Any]:
    return next(found for verb, one, found in _operations(spec) if (verb, one.lower()) == (method, path.lower()))


KINDS = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict}


def _problems(value: Any, schema: dict[str, Any], spec: dict[str, Any], place: str) -> Iterator[str]:
    """What in `value` a schema does not know or has with another type; null counts as absent."""
    schema = _definition(schema, spec)
    known = _properties(schema, spec)
    if isinstance(value, dict) and known:
        yield from (f"{place}.{key} is not described" for key in value if key not in known)
        for key in known.keys() & {key for key, inner in value.items() if inner is not None}:
            yield from _problems(value[key], known[key], spec, f"{place}.{key}")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _problems(item, schema.get("items", {}), spec, f"{place}[{number}]")
    expected = KINDS.get(str(schema.get("type", "")))
    if expected and not isinstance(value, expected):
        yield f"{place} is {type(value).__name__}, described as {schema['type']}"


def _definition(schema: dict[str, Any], spec: dict[str, Any]) -> dict[str, Any]:
    return dict(spec.get("definitions", {}).get(schema["$ref"].rsplit("/", 1)[1], {})) if "$ref" in schema else schema


def _properties(schema: dict[str, Any], spec: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for part in schema.get("allOf", []):
        found |= _properties(_definition(part, spec), spec)
    return {**found, **schema.get("properties", {})}


@pytest.mark.parametrize("name", [DNS, *CHECKS])
def test_every_described_operation_has_a_route(shared: Path, name: str) -> None:
    for method, path, _operation_found in _operations(_spec(shared, name)):
        key, _names = split_path(path)
        assert (method, key) in arm.ROUTES, f"{method} {path}"


GLOBAL = {"location": "global"}
STEPS: list[tuple[str, str, object]] = [
    ("PUT", ZONE, GLOBAL),
    ("PUT", ZONE.replace("contoso.com", "new.com"), GLOBAL),
    ("PATCH", ZONE, {"tags": {"a": "b"}}),
    ("GET", ZONE, None),
    ("GET", f"{NETWORK}/dnsZones", None),
    ("GET", f"{PROVIDERS}/Microsoft.Network/dnszones", None),
    ("PUT", f"{ZONE}/CNAME/www", cname(metadata={"a": "b"})),
    ("PUT", f"{ZONE}/CNAME/www", cname()),
    ("PATCH", f"{ZONE}/CNAME/www", cname()),
    ("GET", f"{ZONE}/CNAME/www", None),
    ("GET", f"{ZONE}/CNAME", None),
    ("GET", f"{ZONE}/recordsets", None),
    ("GET", f"{ZONE}/all", None),
    ("POST", f"{PROVIDERS}/Microsoft.Network/getDnsResourceReference", {"properties": {"targetResources": []}}),
    ("DELETE", f"{ZONE}/CNAME/www", None),
    ("DELETE", f"{ZONE}/CNAME/www", None),
    ("DELETE", ZONE, None),
    ("DELETE", ZONE, None),
]


def test_answers_of_the_dns_provider_are_as_described(shared: Path) -> None:
    spec, estate = _spec(shared, DNS), estate_of()
    used: set[str] = set()
    for method, path, body in STEPS:
        reply = call(estate, method, path, body)
        operation = _operation(spec, method, path.replace("new.com", "contoso.com"))
        _check(reply, operation, spec, f"{method} {path}")
        used.add(operation["operationId"])
    assert used == {operation["operationId"] for _method, _path, operation in _operations(spec)}


def _check(reply: Reply, operation: dict[str, Any], spec: dict[str, Any], place: str) -> None:
    described = operation["responses"].get(str(reply.status))
    assert described is not None, f"{place}: status {reply.status}"
    assert ("schema" in described) == (reply.body is not None), place
    if reply.body is not None:
        assert list(_problems(reply.body, described["schema"], spec, place)) == []


@pytest.mark.parametrize(
    ("name", "method", "path", "body", "query"),
    [
        (
            CHECKS[0],
            "GET",
            f"{PROVIDERS}/Microsoft.Network/locations/westus/CheckDnsNameAvailability",
            None,
            {"domainNameLabel": "granitefalls"},
        ),
        *[
            (
                CHECKS[1],
                "POST",
                f"{PROVIDERS}/Microsoft.Storage/checkNameAvailability",
                {"name": name, "type": "Microsoft.Storage/storageAccounts"},
                {},
            )
            for name in ("free", "NOT VALID")
        ],
        *[
            (
                CHECKS[2],
                "POST",
                f"{PROVIDERS}/Microsoft.KeyVault/checkNameAvailability",
                {"name": name, "type": "Microsoft.KeyVault/vaults"},
                {},
            )
            for name in ("free", "1")
        ],
    ],
)
def test_name_checks_are_as_described(
    shared: Path, name: str, method: str, path: str, *, body: object, query: dict[str, str]
) -> None:
    spec = _spec(shared, name)
    reply = call(estate_of(), method, path, body, query=query)
    _check(reply, _operation(spec, method, path), spec, path)


def test_an_error_of_a_name_check_is_as_described(shared: Path) -> None:
    spec = _spec(shared, CHECKS[1])
    path = f"{PROVIDERS}/Microsoft.Storage/checkNameAvailability"
    reply = call(estate_of(), "POST", path, {"name": "x"})
    schema = _operation(spec, "POST", path)["responses"]["default"]["schema"]
    assert reply.status == 400
    assert list(_problems(reply.body, schema, spec, path)) == []


def test_recorded_examples(shared: Path) -> None:
    examples = _spec(shared, "examples.json")
    reply = call(estate_of(), "POST", f"{PROVIDERS}/Microsoft.Storage/checkNameAvailability",
                 examples["StorageCheck"]["request"])  # fmt: skip
    assert reply.body == examples["StorageCheck"]["response"]
    estate = estate_of()
    example = examples["GetCNAME"]
    call(estate, "PUT", f"{ZONE}/CNAME/record1", {"properties": example["properties"]})
    found = data(call(estate, "GET", f"{ZONE}/CNAME/record1"))
    assert set(example) <= set(found)
    assert set(example["properties"]) <= set(found["properties"])


def test_the_provider_lists_every_record_type() -> None:
    estate = estate_of()
    network = data(call(estate, "GET", f"{PROVIDERS}/Microsoft.Network"))
    listed = {one["resourceType"] for one in network["resourceTypes"]}
    assert {f"dnszones/{kind}" for kind in DNS_TYPES} <= listed
    for kind in DNS_TYPES:
        assert call(estate, "GET", f"{GROUP}/providers/Microsoft.Network/dnsZones/contoso.com/{kind}").status == 200

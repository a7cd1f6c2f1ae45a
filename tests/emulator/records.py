# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Record sets: their types, what a body may hold, and how a set looks on the wire. Pure.

Source of shapes: the API description of version 2018-05-01 and recorded answers.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import dns.rdatatype

from tests.emulator.errors import azure_error
from tests.emulator.messages import Json

MAXIMUM_TTL = 2_147_483_647
MAXIMUM_RECORDS = 20
_LABEL = re.compile(r"^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RecordSet:
    """One record set. `records` holds wire dicts; a CNAME or SOA set has at most one. `target` is an alias's id."""

    name: str
    type: str
    etag: str
    ttl: int
    records: tuple[Json, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    target: str = ""


@dataclass(frozen=True, slots=True)
class RecordType:
    """How one type is written: the property that holds it, whether that is one object, and a check per field."""

    name: str
    property: str
    single: bool
    fields: Mapping[str, Callable[[object], bool]]


def is_domain_name(value: object) -> bool:
    """Whether `value` is a domain name: labels of 1 to 63, 253 in all, an optional final dot, a leading `*` label."""
    if not isinstance(value, str):
        return False
    name = value.removesuffix(".")
    labels = name.split(".")
    if labels[0] == "*" and len(labels) > 1:
        labels = labels[1:]
    return len(name) <= 253 and all(_LABEL.match(label) for label in labels)


def _is_address(version: int) -> Callable[[object], bool]:
    def check(value: object) -> bool:
        try:
            return ipaddress.ip_address(str(value)).version == version
        except ValueError:
            return False

    return check


def _is_integer(maximum: int) -> Callable[[object], bool]:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= maximum


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _is_txt(value: object) -> bool:
    chunks = value if isinstance(value, list) else []
    return bool(chunks) and all(isinstance(chunk, str) and len(chunk.encode()) <= 255 for chunk in chunks)


_SOA = {
    "host": is_domain_name,
    "email": is_domain_name,
    "serialNumber": _is_integer(2**32 - 1),
    "refreshTime": _is_integer(MAXIMUM_TTL),
    "retryTime": _is_integer(MAXIMUM_TTL),
    "expireTime": _is_integer(MAXIMUM_TTL),
    "minimumTTL": _is_integer(MAXIMUM_TTL),
}
_SRV = {name: _is_integer(65535) for name in ("priority", "weight", "port")}

TYPES: dict[str, RecordType] = {
    kind.name: kind
    for kind in (
        RecordType("A", "ARecords", False, {"ipv4Address": _is_address(4)}),
        RecordType("AAAA", "AAAARecords", False, {"ipv6Address": _is_address(6)}),
        RecordType("CAA", "caaRecords", False, {"flags": _is_integer(255), "tag": _is_text, "value": _is_text}),
        RecordType("CNAME", "CNAMERecord", True, {"cname": is_domain_name}),
        RecordType("MX", "MXRecords", False, {"preference": _is_integer(65535), "exchange": is_domain_name}),
        RecordType("NS", "NSRecords", False, {"nsdname": is_domain_name}),
        RecordType("PTR", "PTRRecords", False, {"ptrdname": is_domain_name}),
        RecordType("SOA", "SOARecord", True, _SOA),
        RecordType("SRV", "SRVRecords", False, {**_SRV, "target": is_domain_name}),
        RecordType("TXT", "TXTRecords", False, {"value": _is_txt}),
    )
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a PUT or PATCH body asks for; None marks what the body does not name."""

    ttl: int | None
    records: tuple[Json, ...] | None
    metadata: Mapping[str, str] | None
    target: str | None


def folded(data: Mapping[str, object]) -> dict[str, object]:
    """The same mapping with its keys in lower case: the service reads property names without regard to case."""
    return {key.lower(): value for key, value in data.items()}


def read_body(kind: RecordType, body: Json) -> Wanted:
    """Check a record set body for type `kind`. 400 as an AzureError for what the service refuses."""
    properties = body.get("properties")
    if not isinstance(properties, dict):
        raise azure_error("InvalidRequest")
    found = folded(properties)
    for other in TYPES.values():
        if other is not kind and found.get(other.property.lower()):
            raise azure_error("InvalidRequest")
    return Wanted(
        _read_ttl(found.get("ttl")),
        _read_records(kind, found.get(kind.property.lower())),
        _read_metadata(found.get("metadata")),
        _read_target(found.get("targetresource")),
    )


def _read_ttl(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAXIMUM_TTL:
        raise azure_error("InvalidRecord", field="TTL", value=value)
    return value


def _read_metadata(value: object) -> Mapping[str, str] | None:
    if value is None:
        return None
    if isinstance(value, dict) and all(isinstance(text, str) for text in value.values()):
        return dict(value)
    raise azure_error("InvalidRequest")


def _read_target(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise azure_error("InvalidRequest")
    return str(value.get("id") or "")


def _read_records(kind: RecordType, value: object) -> tuple[Json, ...] | None:
    if value is None:
        return None
    items = [value] if kind.single and isinstance(value, dict) else value
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise azure_error("InvalidRequest")
    if kind.name == "CNAME" and items == [{}]:
        return ()
    return tuple(_read_record(kind, item) for item in items)


def _read_record(kind: RecordType, item: Json) -> Json:
    found = folded(item)
    record: Json = {}
    for name, is_valid in sorted(kind.fields.items()):
        value = found.get(name.lower())
        if not is_valid(value):
            error = "InvalidDomainName" if is_valid is is_domain_name else "InvalidRecord"
            raise azure_error(error, field=name, value=value)
        record[name] = value
    return record


def fqdn(name: str, zone: str) -> str:
    """The full name of a relative record set name, with its final dot."""
    return f"{zone}." if name == "@" else f"{name}.{zone}."


def sort_key(record_set: RecordSet) -> tuple[list[str], int]:
    """The order in which lists come: by labels from the right, the apex first, then by the number of the DNS type."""
    labels = [] if record_set.name == "@" else record_set.name.split(".")[::-1]
    return labels, dns.rdatatype.from_text(record_set.type)


def render(record_set: RecordSet, zone_id: str, zone: str) -> Json:
    """A record set as the provider answers it in version 2018-05-01."""
    kind = TYPES[record_set.type]
    properties: Json = {}
    if record_set.metadata:
        properties["metadata"] = dict(record_set.metadata)
    properties |= {"fqdn": fqdn(record_set.name, zone), "TTL": record_set.ttl}
    if not record_set.target:
        properties |= _render_records(kind, record_set)
    properties["targetResource"] = {"id": record_set.target} if record_set.target else {}
    properties["provisioningState"] = "Succeeded"
    return {
        "id": f"{zone_id}/{record_set.type}/{record_set.name}",
        "name": record_set.name,
        "type": f"Microsoft.Network/dnszones/{record_set.type}",
        "etag": record_set.etag,
        "properties": properties,
    }


def _render_records(kind: RecordType, record_set: RecordSet) -> Json:
    if not kind.single:
        return {kind.property: list(record_set.records)}
    return {kind.property: record_set.records[0]} if record_set.records else {}

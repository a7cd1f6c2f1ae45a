# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The DNS provider's operations over HTTP: from calls to the rules in `dns_state` and back."""

from __future__ import annotations

from binascii import hexlify, unhexlify
from bisect import bisect_right
from collections.abc import Sequence
from urllib.parse import quote, urlencode

from tests.emulator.dns_state import Precondition, Zone
from tests.emulator.errors import azure_error
from tests.emulator.estate import Estate
from tests.emulator.messages import Call, Json, Reply
from tests.emulator.records import TYPES, RecordSet, sort_key
from tests.emulator.routing import Routes, add

VERSIONS = ("2018-05-01", "2023-07-01-preview")
PAGE = 100
_PROVIDER = "providers/microsoft.network"
_GROUP = f"subscriptions/*/resourcegroups/*/{_PROVIDER}"
_ZONE = "Microsoft.Network/dnsZones"


def json_object(call: Call) -> Json:
    """The body as a JSON object, or InvalidRequestContent."""
    if isinstance(call.body, dict):
        return call.body
    raise azure_error("InvalidRequestContent", reason="a JSON object is required")


def routes() -> Routes:
    """Every operation of the DNS provider."""
    table: Routes = {}
    add(table, "GET", f"subscriptions/*/{_PROVIDER}/dnszones", _ZONE, list_zones, *VERSIONS)
    add(table, "GET", f"{_GROUP}/dnszones", _ZONE, list_zones, *VERSIONS)
    add(table, "PUT", f"{_GROUP}/dnszones/*", _ZONE, put_zone, *VERSIONS)
    add(table, "PATCH", f"{_GROUP}/dnszones/*", _ZONE, patch_zone, *VERSIONS)
    add(table, "GET", f"{_GROUP}/dnszones/*", _ZONE, get_zone, *VERSIONS)
    add(table, "DELETE", f"{_GROUP}/dnszones/*", _ZONE, delete_zone, *VERSIONS)
    for kind in TYPES:
        key = f"{_GROUP}/dnszones/*/{kind}"
        add(table, "GET", key, f"{_ZONE}/{kind}", list_sets, *VERSIONS)
        add(table, "PUT", f"{key}/*", f"{_ZONE}/{kind}", put_set, *VERSIONS)
        add(table, "PATCH", f"{key}/*", f"{_ZONE}/{kind}", patch_set, *VERSIONS)
        add(table, "GET", f"{key}/*", f"{_ZONE}/{kind}", get_set, *VERSIONS)
        add(table, "DELETE", f"{key}/*", f"{_ZONE}/{kind}", delete_set, *VERSIONS)
    for every in ("recordsets", "all"):
        add(table, "GET", f"{_GROUP}/dnszones/*/{every}", f"{_ZONE}/{every}", list_sets, *VERSIONS)
    for kind, handler in (("dnsOperationStatuses", operation_status), ("dnsOperationResults", operation_result)):
        add(table, "GET", f"{_GROUP}/{kind}/*", f"Microsoft.Network/{kind}", handler, *VERSIONS)
    reference = "Microsoft.Network/getDnsResourceReference"
    add(table, "POST", f"subscriptions/*/{_PROVIDER}/getdnsresourcereference", reference, references, *VERSIONS)
    locks = f"{_GROUP}/dnszones/*/providers/microsoft.authorization/locks"
    add(table, "GET", locks, "Microsoft.Authorization/locks", list_locks)
    return table


def precondition(call: Call) -> Precondition:
    """The conditional headers of a call."""
    return Precondition(call.headers.get("if-match", ""), call.headers.get("if-none-match", ""))


def list_zones(estate: Estate, call: Call) -> Reply:
    """Zones of a subscription or of a group."""
    zones = estate.dns.list_zones(*call.names)
    return page(call, [zone.render() for zone in zones])


def list_locks(estate: Estate, call: Call) -> Reply:
    """The lock that lies on a zone, or above it."""
    subscription, group, name = call.names
    estate.dns.zone(subscription, group, name)
    scope = estate.locked_by(call.path[: call.path.lower().rindex("/providers/")])
    lock = {"id": f"{scope}/providers/Microsoft.Authorization/locks/kept", "name": "kept"}
    kind = {"type": "Microsoft.Authorization/locks", "properties": {"level": "ReadOnly"}}
    return page(call, [{**lock, **kind}] if scope else [])


def put_zone(estate: Estate, call: Call) -> Reply:
    """201 for a new zone, 200 for one whose tags were set."""
    subscription, group, name = call.names
    body = json_object(call)
    if not body.get("location"):
        raise azure_error("LocationRequired")
    own_name = estate.subscription(subscription).group(group).name
    zone, new = estate.dns.put_zone(subscription, own_name, name, tags_of(body), precondition(call))
    return Reply(201 if new else 200, zone.render(), {"ETag": zone.etag})


def patch_zone(estate: Estate, call: Call) -> Reply:
    """Set the tags of a zone."""
    zone = estate.dns.zone(*call.names)
    estate.dns.patch_zone(zone, tags_of(json_object(call)), precondition(call))
    return Reply(200, zone.render(), {"ETag": zone.etag})


def tags_of(body: Json) -> dict[str, str]:
    """The tags of a body; absent ones are none."""
    tags = body.get("tags") or {}
    if not isinstance(tags, dict):
        raise azure_error("InvalidRequestContent", reason="tags must be an object")
    return {str(key): str(value) for key, value in tags.items()}


def get_zone(estate: Estate, call: Call) -> Reply:
    """One zone."""
    zone = estate.dns.zone(*call.names)
    return Reply(200, zone.render(), {"ETag": zone.etag})


def delete_zone(estate: Estate, call: Call) -> Reply:
    """202 with the address of the operation, 204 where there was no zone."""
    subscription, group, name = call.names
    if not estate.dns.delete_zone(subscription, group, name, precondition(call)):
        return Reply(204)
    operation = f"delzone{int(call.now * 1e7)}{estate.new_id()[:8]}"
    estate.start_operation(operation, call.now, estate.settings.zone_delete_seconds)
    scope = f"{call.base_url}/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Network"
    version = f"?api-version={call.query['api-version']}"
    return Reply(
        202,
        headers={
            "Azure-AsyncOperation": f"{scope}/dnsOperationStatuses/{operation}{version}",
            "Location": f"{scope}/dnsOperationResults/{operation}{version}",
            "Retry-After": "3",
        },
    )


def operation_status(estate: Estate, call: Call) -> Reply:
    """The state of an asynchronous operation."""
    ends = estate.operations.get(call.names[-1].lower())
    if ends is None:
        raise azure_error("ResourceNotFound", resource=call.path.split("/providers/")[-1], resource_group=call.names[1])
    return Reply(200, {"status": "Succeeded" if call.now >= ends else "InProgress"})


def operation_result(estate: Estate, call: Call) -> Reply:
    """202 while an asynchronous operation runs, 200 after it."""
    status = operation_status(estate, call)
    done = isinstance(status.body, dict) and status.body["status"] == "Succeeded"
    return Reply(200) if done else Reply(202, headers={"Location": f"{call.base_url}{call.path}", "Retry-After": "3"})


def parent_zone(estate: Estate, call: Call, verb: str) -> Zone:
    """The zone of a record set call, or ParentResourceNotFound."""
    subscription, group, name = call.names[:3]
    zone = estate.dns.find(subscription, group, name)
    if zone is None:
        parent = f"/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Network/dnszones/{name}"
        raise azure_error("ParentResourceNotFound", verb=verb, type=kind_of(call), parent=parent)
    return zone


def kind_of(call: Call) -> str:
    """The record type in the path, in upper case; `recordsets` and `all` become an empty string."""
    part = call.path.strip("/").split("/")[8].upper()
    return part if part in TYPES else ""


def put_set(estate: Estate, call: Call) -> Reply:
    """201 for a new record set, 200 for a replaced one."""
    zone = parent_zone(estate, call, "write")
    made, new = estate.dns.put_set(zone, kind_of(call), call.names[3], json_object(call), precondition(call))
    return Reply(201 if new else 200, zone.render_set(made), {"ETag": made.etag})


def patch_set(estate: Estate, call: Call) -> Reply:
    """Merge into a record set."""
    zone = parent_zone(estate, call, "write")
    made = estate.dns.patch_set(zone, kind_of(call), call.names[3], json_object(call), precondition(call))
    return Reply(200, zone.render_set(made), {"ETag": made.etag})


def get_set(estate: Estate, call: Call) -> Reply:
    """One record set."""
    zone = parent_zone(estate, call, "read")
    found = estate.dns.get_set(zone, kind_of(call), call.names[3])
    return Reply(200, zone.render_set(found), {"ETag": found.etag})


def delete_set(estate: Estate, call: Call) -> Reply:
    """200 for a deleted record set, 204 where there was none."""
    zone = parent_zone(estate, call, "delete")
    return Reply(200 if estate.dns.delete_set(zone, kind_of(call), call.names[3], precondition(call)) else 204)


def list_sets(estate: Estate, call: Call) -> Reply:
    """Record sets of a zone, of one type or of all."""
    zone = parent_zone(estate, call, "read")
    found = estate.dns.list_sets(zone, kind_of(call), call.query.get("$recordsetnamesuffix", ""))
    token = call.query.get("$skiptoken")
    start = bisect_right(found, _token_key(token), key=sort_key) if token else 0
    end = start + page_size(call)
    body: Json = {"value": [zone.render_set(one) for one in found[start:end]]}
    if end < len(found):
        body["nextLink"] = next_link(call, f"{found[end - 1].name}/{found[end - 1].type}")
    return Reply(200, body)


def _token_key(token: str) -> tuple[list[str], int]:
    """The place in the order that a token speaks of: behind that record set, whether it still exists or not."""
    name, _slash, kind = _token_text(token).rpartition("/")
    if kind not in TYPES:
        raise azure_error("InvalidRequest")
    return sort_key(RecordSet(name, kind, "", 0))


def _token_text(token: str) -> str:
    try:
        return unhexlify(token).decode()
    except ValueError as error:
        raise azure_error("InvalidRequest") from error


def page_size(call: Call) -> int:
    """How many items a page has: `$top`, at most 100."""
    size = call.query.get("$top", str(PAGE))
    if not size.isdigit() or int(size) < 1:
        raise azure_error("InvalidRequest")
    return min(int(size), PAGE)


def page(call: Call, items: Sequence[Json]) -> Reply:
    """One page of items that have a name; the token names the last one seen."""
    token = call.query.get("$skiptoken")
    last = _token_text(token) if token else ""
    rest = [one for one in items if one["id"].lower() > last] if token else list(items)
    size = page_size(call)
    body: Json = {"value": rest[:size]}
    if len(rest) > size:
        body["nextLink"] = next_link(call, rest[size - 1]["id"].lower())
    return Reply(200, body)


def next_link(call: Call, last: str) -> str:
    """The absolute address of the next page, with a port, as the service writes it."""
    kept = {key: value for key, value in call.query.items() if key != "$skiptoken"}
    query = {**kept, "$skipToken": hexlify(last.encode()).decode()}
    return f"{call.base_url}{quote(call.path, safe='/@')}?{urlencode(query, safe='$', quote_via=quote)}"


def references(estate: Estate, call: Call) -> Reply:
    """Alias record sets that point at given resources."""
    properties = json_object(call).get("properties") or {}
    targets = [str(target.get("id", "")) for target in properties.get("targetResources", [])]
    found = [
        {"targetResource": {"id": target}, "dnsResources": [{"id": one} for one in estate.dns.aliases_of(target)]}
        for target in targets
    ]
    return Reply(200, {"properties": {"dnsResourceReferences": [one for one in found if one["dnsResources"]]}})

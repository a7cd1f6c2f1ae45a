# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Subscriptions, resource groups, providers and the plain resources: what a client reads besides DNS."""

from __future__ import annotations

import re

from tests.emulator import providers
from tests.emulator.arm_dns import json_object, page, tags_of
from tests.emulator.errors import azure_error
from tests.emulator.estate import Estate, Resource, ResourceGroup, Subscription
from tests.emulator.messages import Call, Json, Reply
from tests.emulator.rights import allows, sees
from tests.emulator.routing import Operation, Routes, add

PLAIN_TYPES = (
    "Microsoft.Network/publicIPAddresses",
    "Microsoft.Network/trafficManagerProfiles",
    "Microsoft.Storage/storageAccounts",
    "Microsoft.KeyVault/vaults",
    "Microsoft.ClassicCompute/domainNames",
    "Microsoft.Compute/virtualMachineScaleSets",
)


def routes() -> Routes:
    """Every operation that is neither DNS nor a name check."""
    table: Routes = {}
    resources = "Microsoft.Resources"
    add(table, "GET", "tenants", f"{resources}/tenants", list_tenants)
    add(table, "GET", "subscriptions", f"{resources}/subscriptions", list_subscriptions)
    add(table, "GET", "subscriptions/*", f"{resources}/subscriptions", get_subscription)
    add(table, "GET", "subscriptions/*/locations", f"{resources}/subscriptions/locations", list_locations)
    groups = f"{resources}/subscriptions/resourceGroups"
    add(table, "GET", "subscriptions/*/resourcegroups", groups, list_groups)
    add(table, "GET HEAD", "subscriptions/*/resourcegroups/*", groups, get_group)
    add(table, "PUT PATCH", "subscriptions/*/resourcegroups/*", groups, put_group)
    add(table, "DELETE", "subscriptions/*/resourcegroups/*", groups, delete_group)
    add(table, "GET", "subscriptions/*/operationresults/*", groups, group_operation)
    add(table, "GET", "subscriptions/*/providers", f"{resources}/subscriptions/providers", list_providers)
    add(table, "GET", "subscriptions/*/resources", f"{resources}/subscriptions/resources", list_resources)
    _provider_routes(table)
    for kind in PLAIN_TYPES:
        _plain_routes(table, kind)
    return table


def _provider_routes(table: Routes) -> None:
    for namespace in providers.TYPES:
        key = f"subscriptions/*/providers/{namespace}".lower()
        table[("GET", key)] = Operation(get_provider, "Microsoft.Resources/subscriptions/providers/read")
        table[("POST", f"{key}/register")] = Operation(register, f"{namespace}/register/action")
        table[("POST", f"{key}/unregister")] = Operation(unregister, f"{namespace}/unregister/action")


def _plain_routes(table: Routes, kind: str) -> None:
    add(table, "GET", f"subscriptions/*/providers/{kind}", kind, list_plain)
    add(table, "GET", f"subscriptions/*/resourcegroups/*/providers/{kind}", kind, list_plain)
    one = f"subscriptions/*/resourcegroups/*/providers/{kind}/*"
    add(table, "GET", one, kind, get_plain)
    add(table, "DELETE", one, kind, delete_plain)


def list_tenants(_estate: Estate, call: Call) -> Reply:
    """Tenants of the caller: its own."""
    tenant = call.principal.tenant
    return Reply(200, {"value": [{"id": f"/tenants/{tenant}", "tenantId": tenant, "displayName": "Emulated"}]})


def render_subscription(subscription: Subscription) -> Json:
    """A subscription as ARM answers it."""
    return {
        "id": f"/subscriptions/{subscription.id}",
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "subscriptionId": subscription.id,
        "tenantId": subscription.tenant,
        "displayName": subscription.name,
        "state": "Enabled",
        "subscriptionPolicies": {
            "locationPlacementId": "Internal_2014-09-01",
            "quotaId": "Internal_2014-09-01",
            "spendingLimit": "Off",
        },
    }


def list_subscriptions(estate: Estate, call: Call) -> Reply:
    """Subscriptions that the caller has any right in."""
    found = [
        render_subscription(one)
        for one in estate.subscriptions.values()
        if sees(call.principal, one.id) and one.tenant.lower() == call.principal.tenant.lower()
    ]
    return Reply(200, {"value": found, "count": {"type": "Total", "value": len(found)}})


def get_subscription(estate: Estate, call: Call) -> Reply:
    """One subscription."""
    return Reply(200, render_subscription(estate.subscription(call.names[0])))


def list_locations(estate: Estate, call: Call) -> Reply:
    """Regions of the cloud."""
    value = [
        {
            "id": f"/subscriptions/{call.names[0]}/locations/{providers.short_name(region)}",
            "name": providers.short_name(region),
            "type": "Region",
            "displayName": region,
            "regionalDisplayName": region,
        }
        for region in providers.REGIONS[estate.settings.cloud]
    ]
    return Reply(200, {"value": value})


def render_group(subscription: str, group: ResourceGroup) -> Json:
    """A resource group as ARM answers it."""
    return {
        "id": f"/subscriptions/{subscription}/resourceGroups/{group.name}",
        "name": group.name,
        "type": "Microsoft.Resources/resourceGroups",
        "location": group.location,
        "tags": dict(group.tags),
        "properties": {"provisioningState": "Succeeded"},
    }


def list_groups(estate: Estate, call: Call) -> Reply:
    """Resource groups of a subscription."""
    subscription = estate.subscription(call.names[0])
    groups = sorted(subscription.groups.values(), key=lambda group: group.name.lower())
    return page(call, [render_group(subscription.id, group) for group in groups])


def get_group(estate: Estate, call: Call) -> Reply:
    """One resource group; HEAD answers 204 or 404 without a body."""
    subscription = estate.subscription(call.names[0])
    if call.method == "HEAD":
        return Reply(204 if call.names[1].lower() in subscription.groups else 404)
    return Reply(200, render_group(subscription.id, subscription.group(call.names[1])))


def put_group(estate: Estate, call: Call) -> Reply:
    """201 for a new group, 200 for one that was there."""
    subscription, body = estate.subscription(call.names[0]), json_object(call)
    current = subscription.groups.get(call.names[1].lower())
    if current is not None:
        current.tags = tags_of(body)
        return Reply(200, render_group(subscription.id, current))
    if call.method == "PATCH":
        subscription.group(call.names[1])
    if not body.get("location"):
        raise azure_error("LocationRequired")
    made = ResourceGroup(call.names[1], providers.short_name(str(body["location"])), tags_of(body))
    subscription.groups[made.name.lower()] = made
    return Reply(201, render_group(subscription.id, made))


def delete_group(estate: Estate, call: Call) -> Reply:
    """202 with a Location; everything in the group goes."""
    subscription = estate.subscription(call.names[0])
    group = subscription.group(call.names[1])
    del subscription.groups[group.name.lower()]
    remove_content(estate, subscription.id, group.name)
    operation = f"rgdelete-{estate.new_id()}"
    estate.start_operation(operation, call.now, 0.0)
    version = f"?api-version={call.query['api-version']}"
    location = f"{call.base_url}/subscriptions/{subscription.id}/operationresults/{operation}{version}"
    return Reply(202, headers={"Location": location, "Retry-After": "15"})


def remove_content(estate: Estate, subscription: str, group: str) -> None:
    """Delete the zones and resources of a group."""
    from tests.emulator.dns_state import Precondition

    for zone in estate.dns.list_zones(subscription, group):
        estate.dns.delete_zone(subscription, group, zone.name, Precondition())
    scope = f"/subscriptions/{subscription}/resourcegroups/{group}/".lower()
    for key in [key for key in estate.resources if key.startswith(scope)]:
        estate.delete_resource(key)


def group_operation(estate: Estate, call: Call) -> Reply:
    """200 once a group is deleted."""
    return Reply(200 if call.names[-1].lower() in estate.operations else 404)


def list_providers(estate: Estate, call: Call) -> Reply:
    """Every provider of a subscription."""
    subscription = estate.subscription(call.names[0])
    return Reply(200, {"value": [render_provider(estate, call, name) for name in subscription.providers]})


def render_provider(estate: Estate, call: Call, namespace: str) -> Json:
    """A provider as ARM answers it."""
    subscription = estate.subscription(call.names[0])
    provider = subscription.providers[namespace]
    return providers.render(provider, subscription.id, estate.settings.cloud, call.now, subscription.omitted_regions)


def namespace_of(call: Call) -> str:
    """The namespace in a provider's path, in lower case."""
    return call.path.strip("/").split("/")[3].lower()


def get_provider(estate: Estate, call: Call) -> Reply:
    """One provider."""
    return Reply(200, render_provider(estate, call, namespace_of(call)))


def register(estate: Estate, call: Call) -> Reply:
    """Begin to register a provider; it answers Registering until the time of the settings has passed."""
    return change_registration(estate, call, "Registered")


def unregister(estate: Estate, call: Call) -> Reply:
    """Begin to unregister a provider."""
    return change_registration(estate, call, "NotRegistered")


def change_registration(estate: Estate, call: Call, goal: str) -> Reply:
    """Steer a provider to `goal`; a provider that is there or on its way is left alone."""
    provider = estate.subscription(call.names[0]).providers[namespace_of(call)]
    if provider.goal != goal:
        provider.goal, provider.settles = goal, call.now + estate.settings.registration_seconds
    return Reply(200, render_provider(estate, call, namespace_of(call)))


def plain_type(call: Call) -> str:
    """Namespace and type in the path of a plain resource."""
    parts = call.path.split("/providers/", 1)[1].split("/")
    return f"{parts[0]}/{parts[1]}"


def list_plain(estate: Estate, call: Call) -> Reply:
    """Resources of one type in a subscription or group."""
    found = estate.resources_of(call.names[0], plain_type(call), *call.names[1:2])
    return page(call, [one.render() for one in found])


TYPE_FILTER = re.compile(r"resourceType eq '([^']+)'", re.IGNORECASE)


def list_resources(estate: Estate, call: Call) -> Reply:
    """Resources of a subscription without their properties; `$filter` names types, joined by `or`.

    As in Azure, what the caller may not read is left out, without a word.
    """
    text = call.query.get("$filter", "")
    kinds = [part.strip() for part in re.split(r"\s+or\s+", text, flags=re.IGNORECASE)] if text else []
    matches = [TYPE_FILTER.fullmatch(part) for part in kinds]
    if not all(matches):
        raise azure_error("InvalidFilter", filter=text)
    wanted = {match[1].lower() for match in matches if match}
    scope = f"/subscriptions/{call.names[0]}/".lower()
    found = [
        {key: value for key, value in one.render().items() if key != "properties"}
        for key, one in sorted(estate.resources.items())
        if key.startswith(scope)
        and (not wanted or one.type.lower() in wanted)
        and allows(call.principal, f"{one.type}/read", key)
    ]
    return page(call, found)


def find_plain(estate: Estate, call: Call) -> Resource:
    """The resource of a path, or ResourceNotFound."""
    found = estate.resources.get(call.path.lower())
    if found is None:
        raise azure_error(
            "ResourceNotFound", resource=f"{plain_type(call)}/{call.names[-1]}", resource_group=call.names[1]
        )
    return found


def get_plain(estate: Estate, call: Call) -> Reply:
    """One resource."""
    return Reply(200, find_plain(estate, call).render())


def delete_plain(estate: Estate, call: Call) -> Reply:
    """200 for a deleted resource, 204 where there was none."""
    return Reply(200 if estate.delete_resource(call.path) else 204)

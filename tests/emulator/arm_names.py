# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Name checks: DNS labels, storage accounts, key vaults, classic cloud services, and soft-deleted vaults.

Answers follow the API descriptions; the wording of messages is that of the public documentation.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from tests.emulator.arm_dns import json_object
from tests.emulator.errors import azure_error
from tests.emulator.estate import DeletedVault, Estate
from tests.emulator.messages import Call, Json, Reply
from tests.emulator.providers import REGIONS, short_name
from tests.emulator.routing import Operation, Routes, add

LABEL = re.compile(r"^[a-z][a-z0-9-]{1,61}[a-z0-9]$")
STORAGE = re.compile(r"^[a-z0-9]{3,24}$")
VAULT = re.compile(r"^(?!.*--)[a-zA-Z][a-zA-Z0-9-]{1,22}[a-zA-Z0-9]$")
RETENTION = timedelta(days=90)


def routes() -> Routes:
    """Every name check and the deleted vaults."""
    table: Routes = {}
    scope = "subscriptions/*/providers/"
    network = f"{scope}microsoft.network/locations/*/checkdnsnameavailability"
    add(table, "GET", network, "Microsoft.Network/locations/checkDnsNameAvailability", check_label)
    for namespace, handler in (("Microsoft.Storage", check_storage), ("Microsoft.KeyVault", check_vault)):
        key = f"{scope}{namespace.lower()}/checknameavailability"
        table[("POST", key)] = Operation(handler, f"{namespace}/checkNameAvailability/read")
    classic = "Microsoft.ClassicCompute/checkDomainNameAvailability"
    add(table, "POST", f"{scope}{classic}", classic, check_cloud_service)
    deleted = "Microsoft.KeyVault/deletedVaults"
    add(table, "GET", f"{scope}{deleted}", deleted, list_deleted)
    one = f"{scope}microsoft.keyvault/locations/*/deletedvaults/*"
    add(table, "GET", one, "Microsoft.KeyVault/locations/deletedVaults", get_deleted)
    purge_action = "Microsoft.KeyVault/locations/deletedVaults/purge"
    add(table, "POST", f"{one}/purge", purge_action, purge)
    table[("DELETE", "subscriptions/*/resourcegroups/*/providers/microsoft.keyvault/vaults/*")] = Operation(
        delete_vault, "Microsoft.KeyVault/vaults/delete"
    )
    return table


def check_label(estate: Estate, call: Call) -> Reply:
    """Whether a DNS label is free in one region. Says nothing of who holds a taken one."""
    region = short_name(call.names[1])
    if region not in {short_name(one) for one in REGIONS[estate.settings.cloud]}:
        kind = "locations/CheckDnsNameAvailability"
        raise azure_error("LocationNotAvailable", location=call.names[1], type=kind)
    label = call.query.get("domainnamelabel", "")
    if not LABEL.match(label):
        raise azure_error("InvalidDomainNameLabel", label=label)
    return Reply(200, {"available": f"{label}.{region}" not in labels(estate)})


def labels(estate: Estate) -> set[str]:
    """Every taken `<label>.<region>`: of public IP addresses here and of other tenants."""
    own = {
        f"{settings['domainNameLabel'].lower()}.{short_name(one.location)}"
        for one in estate.of_type("Microsoft.Network/publicIPAddresses")
        if (settings := one.properties.get("dnsSettings"))
    }
    return own | estate.reserved.dns_labels


def checked_name(call: Call, kind: str) -> str:
    """The name of a check's body; 400 where it or its type is missing or of another type."""
    body = json_object(call)
    name = body.get("name")
    if not isinstance(name, str) or str(body.get("type", "")).lower() != kind.lower():
        raise azure_error("BadName", reason=f"'name' and 'type' ({kind}) are required.")
    return name


def verdict(name: str, valid: bool, taken: bool, invalid_text: str, taken_text: str) -> Reply:
    """The common answer of storage and key vault."""
    if valid and not taken:
        return Reply(200, {"nameAvailable": True})
    reason, text = ("AlreadyExists", taken_text) if valid else ("AccountNameInvalid", invalid_text)
    return Reply(200, {"nameAvailable": False, "reason": reason, "message": text.format(name=name)})


def check_storage(estate: Estate, call: Call) -> Reply:
    """Whether a storage account name is free."""
    name = checked_name(call, "Microsoft.Storage/storageAccounts")
    own = {one.name.lower() for one in estate.of_type("Microsoft.Storage/storageAccounts")}
    return verdict(
        name,
        bool(STORAGE.match(name)),
        name in own | estate.reserved.storage_accounts,
        "{name} is not a valid storage account name. Storage account name must be between 3 and 24 characters in"
        " length and use numbers and lower-case letters only.",
        "The storage account named {name} is already taken.",
    )


def check_vault(estate: Estate, call: Call) -> Reply:
    """Whether a key vault name is free; a soft-deleted vault holds its name."""
    name = checked_name(call, "Microsoft.KeyVault/vaults")
    own = {one.name.lower() for one in estate.of_type("Microsoft.KeyVault/vaults")}
    deleted = {one.name.lower() for one in estate.deleted_vaults}
    return verdict(
        name,
        bool(VAULT.match(name)),
        name.lower() in own | deleted | estate.reserved.vaults,
        "The vault name '{name}' is invalid. A vault's name must be between 3-24 alphanumeric characters. The name"
        " must begin with a letter, end with a letter or digit, and not contain consecutive hyphens.",
        "The vault name '{name}' is already in use. Vault names are globally unique so it is possible that the name"
        " is already taken. If you are sure that the vault name was not taken then it is possible that a vault with"
        " the same name was recently deleted but not purged after being placed in a recoverable state.",
    )


def check_cloud_service(estate: Estate, call: Call) -> Reply:
    """Whether a classic cloud service name is free."""
    name = str(json_object(call).get("name", "")).lower()
    own = {one.name.lower() for one in estate.of_type("Microsoft.ClassicCompute/domainNames")}
    return Reply(200, {"available": bool(name) and name not in own | estate.reserved.cloud_services})


def list_deleted(estate: Estate, call: Call) -> Reply:
    """Soft-deleted vaults of a subscription."""
    return Reply(
        200,
        {"value": [one.render() for one in estate.deleted_vaults if one.subscription.lower() == call.names[0].lower()]},
    )


def find_deleted(estate: Estate, call: Call) -> DeletedVault:
    """The deleted vault of a path, or 404 in the words of the key vault provider."""
    subscription, location, name = call.names
    wanted = (subscription.lower(), short_name(location), name.lower())
    for one in estate.deleted_vaults:
        if (one.subscription.lower(), short_name(one.location), one.name.lower()) == wanted:
            return one
    raise azure_error("ResourceNotFound", resource=f"Microsoft.KeyVault/deletedVaults/{name}", resource_group="")


def get_deleted(estate: Estate, call: Call) -> Reply:
    """One soft-deleted vault."""
    return Reply(200, find_deleted(estate, call).render())


def purge(estate: Estate, call: Call) -> Reply:
    """Free the name of a soft-deleted vault; purge protection forbids it."""
    found = find_deleted(estate, call)
    if found.purge_protection:
        raise azure_error("MethodNotAllowed", method="purge")
    estate.deleted_vaults.remove(found)
    return Reply(200)


def delete_vault(estate: Estate, call: Call) -> Reply:
    """Delete a vault: it becomes a soft-deleted one that holds its name for 90 days."""
    found = estate.resources.get(call.path.lower())
    if found is None:
        return Reply(204)
    estate.delete_resource(found.id)
    estate.deleted_vaults.append(soft_deleted(found.id, found.location, found.properties, call.now))
    return Reply(200)


def soft_deleted(vault_id: str, location: str, properties: Json, now: float) -> DeletedVault:
    """The deleted vault that a vault becomes at `now`."""
    moment = datetime.fromtimestamp(now, UTC)
    days = timedelta(days=int(properties.get("softDeleteRetentionInDays", RETENTION.days)))
    return DeletedVault(
        subscription=vault_id.split("/")[2],
        name=vault_id.rsplit("/", 1)[1],
        location=location,
        vault_id=vault_id,
        deletion_date=moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        scheduled_purge_date=(moment + days).strftime("%Y-%m-%dT%H:%M:%SZ"),
        purge_protection=bool(properties.get("enablePurgeProtection", False)),
    )

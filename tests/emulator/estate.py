# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything that the emulated cloud holds: subscriptions, groups, resources, names, operations, and the DNS state.

Pure data with small rules; `new_id` brings the randomness in, time is an argument.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.emulator.dns_state import DnsState
from tests.emulator.errors import azure_error
from tests.emulator.messages import Json
from tests.emulator.providers import TYPES, Provider
from tests.emulator.tokens import Directory

READ_LIMIT, WRITE_LIMIT, WINDOW = 500, 12_000, 300.0


@dataclass(slots=True)
class ResourceGroup:
    """A resource group; `name` keeps the case in which it was made."""

    name: str
    location: str
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Subscription:
    """A subscription with its groups (by lower-case name) and providers (by lower-case namespace)."""

    id: str
    name: str
    tenant: str
    groups: dict[str, ResourceGroup] = field(default_factory=dict)
    providers: dict[str, Provider] = field(default_factory=dict)
    omitted_regions: dict[str, list[str]] = field(default_factory=dict)

    def group(self, name: str) -> ResourceGroup:
        """The resource group of that name, or ResourceGroupNotFound."""
        found = self.groups.get(name.lower())
        if found is None:
            raise azure_error("ResourceGroupNotFound", resource_group=name)
        return found


@dataclass(slots=True)
class Resource:
    """Any other resource: public IP address, vault, storage account, classic cloud service, traffic manager."""

    id: str
    location: str
    properties: Json
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def type(self) -> str:
        """Namespace and type, as in the id."""
        namespace, kind = self.id.split("/providers/", 1)[1].split("/")[:2]
        return f"{namespace}/{kind}"

    @property
    def name(self) -> str:
        """The last part of the id."""
        return self.id.rsplit("/", 1)[1]

    @property
    def subscription(self) -> str:
        """The subscription part of the id."""
        return self.id.split("/")[2]

    def render(self) -> Json:
        """The resource as ARM answers it."""
        return {
            "id": self.id,
            "name": self.name,
            "type": self.type,
            "location": self.location,
            "tags": dict(self.tags),
            "properties": self.properties,
        }


@dataclass(frozen=True, slots=True)
class DeletedVault:
    """A soft-deleted key vault; dates are ISO 8601 text."""

    subscription: str
    name: str
    location: str
    vault_id: str
    deletion_date: str
    scheduled_purge_date: str
    purge_protection: bool = False

    def render(self) -> Json:
        """The deleted vault as the key vault provider answers it."""
        scope = f"/subscriptions/{self.subscription}/providers/Microsoft.KeyVault"
        properties: Json = {
            "vaultId": self.vault_id,
            "location": self.location,
            "deletionDate": self.deletion_date,
            "scheduledPurgeDate": self.scheduled_purge_date,
            "tags": {},
        }
        if self.purge_protection:
            properties["purgeProtectionEnabled"] = True
        return {
            "id": f"{scope}/locations/{self.location}/deletedVaults/{self.name}",
            "name": self.name,
            "type": "Microsoft.KeyVault/deletedVaults",
            "properties": properties,
        }


@dataclass(slots=True)
class Reserved:
    """Names that other tenants hold. A DNS label is `<label>.<region>`, all in lower case."""

    dns_labels: set[str] = field(default_factory=set)
    vaults: set[str] = field(default_factory=set)
    storage_accounts: set[str] = field(default_factory=set)
    cloud_services: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Settings:
    """What a seed may set for the whole cloud; times in seconds."""

    cloud: str = "AzureCloud"
    zone_delete_seconds: float = 0.0
    registration_seconds: float = 0.0
    throttle: bool = False


class Estate:
    """The whole state. `new_id` makes etags and ids."""

    def __init__(self, new_id: Callable[[], str] = lambda: str(uuid.uuid4())) -> None:
        self.new_id = new_id
        self.settings = Settings()
        self.directory = Directory()
        self.subscriptions: dict[str, Subscription] = {}
        self.resources: dict[str, Resource] = {}
        self.deleted_vaults: list[DeletedVault] = []
        self.reserved = Reserved()
        self.locks: set[str] = set()
        self.revision = 0
        self.operations: dict[str, float] = {}
        self.delegations: dict[str, list[str] | None] = {}
        self.dns = DnsState(new_id, self.target_ttl)
        self._windows: dict[tuple[str, str], tuple[float, int]] = {}

    def subscription(self, name: str) -> Subscription:
        """The subscription of that id, or SubscriptionNotFound."""
        found = self.subscriptions.get(name.lower())
        if found is None:
            raise azure_error("SubscriptionNotFound", subscription=name)
        return found

    def add_subscription(self, name: str, display_name: str, tenant: str) -> Subscription:
        """A new subscription in which every provider is registered."""
        made = Subscription(name, display_name, tenant)
        made.providers = {namespace.lower(): Provider(namespace) for namespace in TYPES}
        self.subscriptions[name.lower()] = made
        return made

    def resources_of(self, subscription: str, kind: str, resource_group: str = "") -> list[Resource]:
        """Resources of one type in a subscription or one of its groups, by id."""
        scope = f"/subscriptions/{subscription}/".lower()
        if resource_group:
            scope += f"resourcegroups/{resource_group}/".lower()
        return sorted(
            (one for key, one in self.resources.items() if key.startswith(scope) and one.type.lower() == kind.lower()),
            key=lambda one: one.id.lower(),
        )

    def of_type(self, kind: str) -> list[Resource]:
        """Resources of one type in every subscription."""
        return [one for one in self.resources.values() if one.type.lower() == kind.lower()]

    def put_resource(self, resource: Resource) -> None:
        """Make or replace a resource."""
        self.resources[resource.id.lower()] = resource
        self.revision += 1

    def delete_resource(self, resource_id: str) -> bool:
        """Remove a resource; alias record sets that point at it become empty. False where there was none."""
        if self.resources.pop(resource_id.lower(), None) is None:
            return False
        self.revision += 1
        self.dns.target_deleted(resource_id)
        return True

    def target_ttl(self, target: str) -> int | None:
        """The TTL that an alias target imposes, 0 where it imposes none, None where it does not exist."""
        resource = self.resources.get(target.lower())
        if resource is None:
            return None
        config = resource.properties.get("dnsConfig")
        return int(config.get("ttl", 0)) if isinstance(config, dict) else 0

    def target_records(self, target: str, kind: str) -> tuple[Json, ...]:
        """The records that an alias set of type `kind` takes from a resource."""
        resource = self.resources.get(target.lower())
        if resource is None:
            return ()
        if "dnsConfig" in resource.properties:
            host = f"{resource.properties['dnsConfig']['relativeName']}.trafficmanager.net"
            return ({"cname": host},) if kind == "CNAME" else ()
        address = resource.properties.get("ipAddress")
        return ({"ipv4Address": address},) if kind == "A" and address else ()

    def locked_by(self, scope: str) -> str:
        """The lock that forbids a change at `scope`, or an empty string."""
        low = scope.lower()
        return next((lock for lock in sorted(self.locks) if f"{low}/".startswith(f"{lock.lower()}/")), "")

    def start_operation(self, name: str, now: float, seconds: float) -> None:
        """Note an asynchronous operation that ends `seconds` from now."""
        self.operations[name.lower()] = now + seconds

    def remaining(self, key: tuple[str, str], limit: int, now: float) -> int:
        """Count one request of a five-minute window and tell how many are left; negative when it is overrun."""
        start, count = self._windows.get(key, (now, 0))
        if now - start >= WINDOW:
            start, count = now, 0
        self._windows[key] = (start, count + 1)
        return limit - count - 1

    def window_ends(self, key: tuple[str, str], now: float) -> int:
        """Seconds until the window of `key` ends."""
        return max(1, round(self._windows[key][0] + WINDOW - now))

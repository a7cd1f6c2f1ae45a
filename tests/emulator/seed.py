# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a seed (YAML or a mapping) to an estate. Every unknown or missing key is named with its place."""

from __future__ import annotations

import ipaddress
import secrets
import time
import uuid
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from tests.emulator.arm_names import soft_deleted
from tests.emulator.dns_state import Precondition
from tests.emulator.estate import DeletedVault, Estate, Reserved, Resource, ResourceGroup, Settings, Subscription
from tests.emulator.messages import AzureError, Grant, Json
from tests.emulator.providers import REGIONS, TYPES, Provider, short_name
from tests.emulator.records import TYPES as RECORD_TYPES
from tests.emulator.tokens import Client, Directory

TENANT = "72f988bf-0000-4000-8000-00000000cafe"
SUBSCRIPTION = "5ab50000-0000-4000-8000-000000000001"
OWNER = "0c11e000-0000-4000-8000-00000000000a"
READER = "0c11e000-0000-4000-8000-00000000000b"
IDENTITY = "0c11e000-0000-4000-8000-00000000000c"
_SUFFIXES = {"AzureCloud": "cloudapp.azure.com", "AzureUSGovernment": "cloudapp.usgovcloudapi.net"}


class SeedError(ValueError):
    """A seed that cannot be read; the text names the place, what was seen and what is known."""


class Section:
    """A mapping of the seed that knows its place and tells of keys nobody asked for."""

    def __init__(self, data: object, place: str) -> None:
        if not isinstance(data, Mapping):
            raise SeedError(f"{place}: expected a mapping, found {type(data).__name__}")
        self._data = dict(data)
        self.place = place
        self._asked: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        """The value of `key`, or the default."""
        self._asked.add(key)
        value = self._data.get(key)
        return default if value is None else value

    def need(self, key: str) -> str:
        """The text value of `key`; an error where it is absent."""
        value = self.get(key)
        if value is None:
            raise SeedError(f"{self.place}: '{key}' is missing")
        return str(value)

    def has(self, key: str) -> bool:
        """Whether `key` is there."""
        return key in self._data

    def each(self, key: str) -> Iterator[Section]:
        """The sections of a list."""
        value = self.get(key, [])
        if not isinstance(value, list):
            raise SeedError(f"{self.place}.{key}: expected a list, found {type(value).__name__}")
        for number, item in enumerate(value):
            with_end = Section(item, f"{self.place}.{key}[{number}]")
            yield with_end
            with_end.end()

    def end(self) -> None:
        """Complain of keys that nothing reads."""
        unknown = sorted(set(self._data) - self._asked)
        if unknown:
            raise SeedError(f"{self.place}: unknown keys {unknown}; known are {sorted(self._asked)}")


def default_seed() -> Json:
    """One subscription, a group with a zone and one for a gateway, an owner, a reader and a managed identity."""
    zone: Json = {"name": "contoso.com", "record_sets": []}
    groups: list[Json] = [
        {"name": "rg-dns", "location": "westus", "zones": [zone]},
        {"name": "rg-cmg", "location": "westus"},
    ]
    return {"subscriptions": [{"id": SUBSCRIPTION, "name": "Emulated", "resource_groups": groups}]}


def default_clients() -> list[Json]:
    """The clients of a seed that names none; secrets are random."""
    return [
        {"client_id": OWNER, "rights": "owner"},
        {"client_id": READER, "rights": "reader"},
        {"client_id": IDENTITY, "rights": "owner", "managed_identity": True},
    ]


def load(path: Path) -> Json:
    """A seed from a YAML file."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise SeedError(f"{path}: cannot be read: {error}") from error
    if not isinstance(data, dict):
        raise SeedError(f"{path}: expected a mapping, found {type(data).__name__}")
    return data


def build(seed: Mapping[str, Any], previous: Estate | None = None) -> Estate:
    """An estate from a seed; without `subscriptions` the default one.

    A seed without `clients` keeps the directory of `previous`, tokens and all; at the first time it gets the default
    clients.
    """
    top = Section({**default_seed(), **seed}, "seed")
    estate = Estate()
    tenant = str(top.get("tenant", TENANT))
    _settings(top, estate.settings)
    if previous is not None and not top.has("clients"):
        estate.directory = previous.directory
    else:
        _clients(top.get("clients", default_clients()), estate.directory, tenant)
    estate.directory.tenants.add(tenant.lower())
    for one in top.each("subscriptions"):
        _subscription(estate, one, tenant)
    _reserved(top, estate.reserved)
    estate.locks = {str(scope) for scope in top.get("locks", [])}
    estate.delegations = {str(k).lower().rstrip("."): v for k, v in dict(top.get("delegations", {})).items()}
    top.end()
    return estate


def _clients(given: object, directory: Directory, tenant: str) -> None:
    for one in Section({"clients": given}, "seed").each("clients"):
        client = _client(one, tenant)
        directory.clients[client.client_id.lower()] = client
        directory.tenants.add(client.tenant.lower())


def _settings(top: Section, settings: Settings) -> None:
    settings.cloud = str(top.get("cloud", "AzureCloud"))
    if settings.cloud not in REGIONS:
        raise SeedError(f"seed.cloud: {settings.cloud!r} is not one of {sorted(REGIONS)}")
    settings.zone_delete_seconds = float(top.get("zone_delete_seconds", 0))
    settings.registration_seconds = float(top.get("registration_seconds", 0))
    settings.throttle = bool(top.get("throttle", False))


def _client(section: Section, tenant: str) -> Client:
    managed = bool(section.get("managed_identity", False))
    username = str(section.get("username", ""))
    other_proof = managed or username or section.has("assertions") or section.has("certificate")
    secret = "" if other_proof else secrets.token_urlsafe(32)
    return Client(
        client_id=section.need("client_id"),
        tenant=str(section.get("tenant", tenant)),
        object_id=str(section.get("object_id", uuid.uuid5(uuid.NAMESPACE_OID, section.need("client_id")))),
        secret=str(section.get("secret", secret)),
        rights=_rights(section.get("rights", "owner"), f"{section.place}.rights"),
        assertions=tuple(section.get("assertions", [])),
        certificate=str(section.get("certificate", "")),
        username=username,
        password=str(section.get("password", "")),
        managed_identity=managed,
    )


def _rights(value: object, place: str) -> str | tuple[Grant, ...]:
    if value in ("owner", "reader", "none"):
        return str(value)
    if not isinstance(value, list):
        raise SeedError(f"{place}: expected owner, reader, none or a list of grants, found {value!r}")
    return tuple(_grant(Section(one, f"{place}[{number}]")) for number, one in enumerate(value))


def _grant(section: Section) -> Grant:
    grant = Grant(tuple(section.get("actions", [])), str(section.get("scope", "/")))
    section.end()
    return grant


def _subscription(estate: Estate, section: Section, tenant: str) -> None:
    own_tenant = str(section.get("tenant", tenant))
    estate.directory.tenants.add(own_tenant.lower())
    made = estate.add_subscription(section.need("id"), str(section.get("name", "Emulated")), own_tenant)
    for namespace, state in dict(section.get("providers", {})).items():
        made.providers[namespace.lower()] = _provider(namespace, state, section.place)
    made.omitted_regions = dict(section.get("omitted_regions", {}))
    for one in section.each("resource_groups"):
        _group(estate, made, one)
    for one in section.each("deleted_vaults"):
        estate.deleted_vaults.append(_deleted_vault(made.id, one))


def _provider(namespace: str, state: str, place: str) -> Provider:
    known = {name.lower(): name for name in TYPES}
    if namespace.lower() not in known or state not in ("Registered", "NotRegistered"):
        raise SeedError(f"{place}.providers: {namespace}: {state}: expected one of {sorted(TYPES)} and its state")
    return Provider(known[namespace.lower()], state)


def _group(estate: Estate, subscription: Subscription, section: Section) -> None:
    location = short_name(str(section.get("location", "westus")))
    group = ResourceGroup(section.need("name"), location, dict(section.get("tags", {})))
    subscription.groups[group.name.lower()] = group
    scope = f"/subscriptions/{subscription.id}/resourceGroups/{group.name}/providers"
    for one in section.each("public_ips"):
        estate.put_resource(public_ip(one, scope, location, estate.settings.cloud))
    for key, kind in (
        ("vaults", "Microsoft.KeyVault/vaults"),
        ("storage_accounts", "Microsoft.Storage/storageAccounts"),
        ("cloud_services", "Microsoft.ClassicCompute/domainNames"),
    ):
        for one in section.each(key):
            estate.put_resource(_plain(one, f"{scope}/{kind}", location))
    for one in section.each("traffic_managers"):
        properties: Json = {"dnsConfig": {"relativeName": one.need("name"), "ttl": int(one.get("ttl", 60))}}
        kind = "Microsoft.Network/trafficManagerProfiles"
        estate.put_resource(Resource(f"{scope}/{kind}/{one.need('name')}", "global", properties))
    for one in section.each("zones"):
        _zone(estate, subscription.id, group.name, one)


def _plain(section: Section, scope: str, location: str) -> Resource:
    properties = dict(section.get("properties", {}))
    if section.has("address"):
        properties["address"] = section.need("address")
    return Resource(
        f"{scope}/{section.need('name')}",
        short_name(str(section.get("location", location))),
        properties,
        dict(section.get("tags", {})),
    )


def public_ip(section: Section, scope: str, location: str, cloud: str) -> Resource:
    """A public IP address with a DNS label; its address must lie in 127.0.0.0/8, since nothing here leaves the host."""
    address = ipaddress.ip_address(section.need("address"))
    if not address.is_loopback or address.version != 4:
        raise SeedError(f"{section.place}.address: {address} is not in 127.0.0.0/8")
    region = short_name(str(section.get("location", location)))
    properties: Json = {"ipAddress": str(address), "publicIPAllocationMethod": "Static"}
    if section.has("label"):
        label = section.need("label").lower()
        fqdn = f"{label}.{region}.{_SUFFIXES[cloud]}"
        properties["dnsSettings"] = {"domainNameLabel": label, "fqdn": fqdn}
    return Resource(
        f"{scope}/Microsoft.Network/publicIPAddresses/{section.need('name')}",
        region,
        properties,
        dict(section.get("tags", {})),
    )


def _deleted_vault(subscription: str, section: Section) -> DeletedVault:
    name, location = section.need("name"), short_name(section.need("location"))
    group = str(section.get("resource_group", "rg-gone"))
    vault = f"/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.KeyVault/vaults/{name}"
    protected = bool(section.get("purge_protection", False))
    now = soft_deleted(vault, location, {"enablePurgeProtection": protected}, time.time())
    return DeletedVault(
        subscription,
        name,
        location,
        vault,
        _moment(section.get("deletion_date", now.deletion_date)),
        _moment(section.get("scheduled_purge_date", now.scheduled_purge_date)),
        protected,
    )


def _moment(value: object) -> str:
    """A moment as the service writes it; YAML makes dates of what looks like one."""
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(value, date) else str(value)


def _zone(estate: Estate, subscription: str, group: str, section: Section) -> None:
    try:
        zone, _new = estate.dns.put_zone(
            subscription, group, section.need("name"), dict(section.get("tags", {})), Precondition()
        )
    except AzureError as error:
        raise SeedError(f"{section.place}.name: {error}") from error
    if section.has("delegated"):
        zone.delegated = bool(section.get("delegated"))
        for other in estate.dns.named(zone.name):
            other.delegated = other is zone if zone.delegated else other.delegated
    wanted = [(one.place, *_read_record_set(one)) for one in section.each("record_sets")]
    for place, name, kind, body in sorted(wanted, key=lambda found: "targetResource" in found[3]["properties"]):
        try:
            estate.dns.put_set(zone, kind, name, body, Precondition())
        except AzureError as error:
            raise SeedError(f"{place}: {error}") from error
    zone.maximum = int(section.get("max_record_sets", zone.maximum))


def _read_record_set(section: Section) -> tuple[str, str, dict[str, Json]]:
    name, kind = section.need("name"), section.need("type").upper()
    if kind not in RECORD_TYPES:
        raise SeedError(f"{section.place}.type: {kind!r} is not one of {sorted(RECORD_TYPES)}")
    properties: Json = {"TTL": section.get("ttl", 3600), "metadata": section.get("metadata", {})}
    records = section.get("records", [])
    shape = RECORD_TYPES[kind]
    if records:
        properties[shape.property] = records[0] if shape.single else records
    target = section.get("target_resource")
    if target:
        properties["targetResource"] = {"id": str(target)}
    return name, kind, {"properties": properties}


def _reserved(top: Section, reserved: Reserved) -> None:
    section = Section(top.get("reserved", {}), "seed.reserved")
    reserved.dns_labels = {str(one).lower() for one in section.get("dns_labels", [])}
    reserved.vaults = {str(one).lower() for one in section.get("vaults", [])}
    reserved.storage_accounts = {str(one).lower() for one in section.get("storage_accounts", [])}
    reserved.cloud_services = {str(one).lower() for one in section.get("cloud_services", [])}
    section.end()

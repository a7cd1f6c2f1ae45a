# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Zones and record sets of Azure DNS, read by list and written one by one under their etags."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from ansible_collections.configmgr.cmg.plugins.module_utils._azure.arm import ResourceManager
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.calls import Calls
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.credentials import credential_of
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.failures import AzureFailure, Kind
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.settings import Connection
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.transport import client_options, missing_sdk
from ansible_collections.configmgr.cmg.plugins.module_utils._core.records import RecordSet
from ansible_collections.configmgr.cmg.plugins.module_utils._core.zones import Zone

if TYPE_CHECKING:
    from azure.core.paging import ItemPaged
    from azure.mgmt.dns import DnsManagementClient

# The page size is what the service gives at most; asking for it saves nothing and spares a surprise if that changes.
PAGE = 100
# The types of record sets that the stable version of the API knows, besides those that only the apex can have.
OTHER_TYPES = ("A", "AAAA", "CAA", "MX", "NS", "PTR", "SRV", "TXT")
RESOURCE_GROUP = re.compile(r"/resourceGroups/([^/]+)/", re.IGNORECASE)


class AzureDns:
    """Azure DNS as this collection uses it. Every method names what it does, so that failures can be told apart.

    :param connection: where and as whom.
    :param calls: the deadline, the patience and the count of all calls.
    """

    def __init__(self, connection: Connection, calls: Calls) -> None:
        self._credential = credential_of(connection, calls)
        self._options = client_options(connection, self._credential, calls)
        self.subscription_id = connection.subscription_id
        self._scopes = [connection.scope]
        self._calls = calls
        self._clients: dict[str, DnsManagementClient] = {}

    def subscriptions(self) -> list[str]:
        """The ids of the enabled subscriptions that the credentials can see."""
        return ResourceManager(self._options, self._calls).subscriptions()

    def zones(self, subscription_id: str) -> list[Zone]:
        """The public DNS zones of a subscription."""
        doing = f"listing the DNS zones of subscription {subscription_id}"
        pages = self._operations(subscription_id).zones.list(top=PAGE)
        listed = self._pages("list_zones", doing, pages)
        return [_zone(subscription_id, item) for item in listed if str(item.zone_type or "Public") != "Private"]

    def record_sets(self, zone: Zone) -> list[RecordSet]:
        """All record sets of a zone, of every type."""
        operations = self._record_sets(zone)
        pages = operations.list_by_dns_zone(zone.resource_group, zone.name, top=PAGE)
        return [_record_set(item) for item in self._pages("list_record_sets", f"reading the DNS zone {zone}", pages)]

    def record_set(self, zone: Zone, name: str, kind: str = "CNAME") -> RecordSet | None:
        """The record set of that relative name and type, or V(None)."""
        operations = self._record_sets(zone)
        try:
            item = self._calls.make(
                "get_record_set",
                f"reading the {kind} record set {name} in the DNS zone {zone}",
                lambda: _own(operations.get(zone.resource_group, zone.name, name, kind)),
            )
        except AzureFailure as failure:
            if failure.kind is Kind.NOT_FOUND:
                return None
            raise
        return _record_set(item)

    def types_at(self, zone: Zone, name: str) -> tuple[str, ...]:
        """The types other than CNAME that a name has. Lists cannot be narrowed to a name, so each is asked for."""
        return tuple(kind for kind in OTHER_TYPES if self.record_set(zone, name, kind) is not None)

    def write(self, zone: Zone, record_set: RecordSet, etag: str | None) -> str:
        """Write a whole record set and return its new etag.

        :param etag: that of the record set to replace; V(None) writes only where there is none.
        """
        operations = self._record_sets(zone)
        condition = {"if_none_match": "*"} if etag is None else {"if_match": etag}
        place = (zone.resource_group, zone.name, record_set.name, "CNAME")
        written = self._calls.make(
            "create_record_set" if etag is None else "update_record_set",
            f"writing the alias {record_set.name} in the DNS zone {zone}",
            lambda: _own(operations.create_or_update(*place, _body(record_set), **condition)),
        )
        return str(written.etag)

    def delete(self, zone: Zone, name: str, etag: str | None) -> None:
        """Delete the CNAME record set of that relative name if it still has that etag."""
        operations = self._record_sets(zone)
        self._calls.make(
            "delete_record_set",
            f"deleting the alias {name} in the DNS zone {zone}",
            lambda: operations.delete(zone.resource_group, zone.name, name, "CNAME", if_match=etag),
        )

    def _record_sets(self, zone: Zone) -> Any:
        return self._operations(zone.subscription_id).record_sets

    def _operations(self, subscription_id: str) -> DnsManagementClient:
        if subscription_id not in self._clients:
            self._clients[subscription_id] = self._client(subscription_id)
        return self._clients[subscription_id]

    def _client(self, subscription_id: str) -> DnsManagementClient:
        try:
            from azure.mgmt.dns import DnsManagementClient
        except ImportError:
            raise missing_sdk() from None
        return DnsManagementClient(self._credential, subscription_id, credential_scopes=self._scopes, **self._options)

    def _pages(self, kind: str, doing: str, listing: ItemPaged[Any]) -> Iterator[Any]:
        """The items of a list, a call for each page. A page that failed is asked for again, not the whole list."""
        pages: Any = listing.by_page()
        more = True
        while more:
            yield from self._calls.make(kind, doing, lambda: _items(next(pages)))
            more = pages.continuation_token is not None


def _items(page: Iterable[Any]) -> list[Any]:
    """The items of a page, read within the call, so that a wrong form of the answer is a failure of that call."""
    return [_own(item) for item in page]


def _own(item: Any) -> Any:
    """A resource as it came, which has an id, as everything in Azure has."""
    if not item.id:
        raise ValueError("a resource without an id")
    return item


def _zone(subscription_id: str, item: Any) -> Zone:
    match = RESOURCE_GROUP.search(str(item.id))
    return Zone(subscription_id, match[1] if match else "", str(item.name).lower())


def _record_set(item: Any) -> RecordSet:
    target = item.cname_record.cname if item.cname_record else None
    resource = item.target_resource.id if item.target_resource else None
    return RecordSet(
        type=str(item.type).rpartition("/")[2].upper(),
        name=str(item.name).lower(),
        ttl=item.ttl,
        target=target or None,
        target_resource=resource or None,
        metadata=dict(item.metadata or {}),
        etag=item.etag,
    )


def _body(record_set: RecordSet) -> dict[str, Any]:
    """A record set as the REST API takes it; the SDK accepts that form in every version."""
    return {
        "properties": {
            "TTL": record_set.ttl,
            "CNAMERecord": {"cname": record_set.target},
            "metadata": dict(record_set.metadata),
        }
    }

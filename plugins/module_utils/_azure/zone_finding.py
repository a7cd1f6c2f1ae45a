# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The DNS zone of each service name, with no list of zones read twice and none read that is not needed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ansible_collections.configmgr.cmg.plugins.module_utils._azure.failures import AzureFailure, Kind
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import DnsPlacement
from ansible_collections.configmgr.cmg.plugins.module_utils._core.zones import Zone, choose_zone, is_settled

WITHOUT_ZONES = frozenset({Kind.FORBIDDEN, Kind.UNREGISTERED})


class Zones(Protocol):
    """What finding needs of a DNS service."""

    subscription_id: str | None

    def subscriptions(self) -> list[str]: ...

    def zones(self, subscription_id: str) -> list[Zone]: ...


class ZoneFinder:
    """Finds the zones of service names. Zones are listed once for each subscription, and only if one is to be found.

    :param service: where zones are listed.
    """

    def __init__(self, service: Zones) -> None:
        self._service = service
        self._listed: dict[str | None, Sequence[Zone] | AzureFailure] = {}

    def zone_of(self, service_name: str, dns: DnsPlacement) -> Zone:
        """The zone that holds a service name.

        :raises InvalidInput: when there is none, or more than one.
        :raises AzureFailure: when zones cannot be listed.
        """
        subscription = dns.subscription_id or self._service.subscription_id
        if is_settled(dns) and subscription is not None:
            return Zone(subscription, str(dns.resource_group), str(dns.zone).lower().removesuffix("."))
        if subscription not in self._listed:
            self._listed[subscription] = self._list(subscription)
        found = self._listed[subscription]
        if isinstance(found, AzureFailure):
            raise found
        return choose_zone(service_name, dns, found, subscription)

    def _list(self, subscription: str | None) -> Sequence[Zone] | AzureFailure:
        """The zones, or the failure to list them, which is not provoked again for the next name."""
        try:
            return self._service.zones(subscription) if subscription else self._all_zones()
        except AzureFailure as failure:
            return failure

    def _all_zones(self) -> list[Zone]:
        """The zones of every subscription. One that may not be read, or never had a zone, holds none to be used."""
        found: list[Zone] = []
        for subscription_id in self._service.subscriptions():
            try:
                found += self._service.zones(subscription_id)
            except AzureFailure as failure:
                if failure.kind not in WITHOUT_ZONES:
                    raise
        return found

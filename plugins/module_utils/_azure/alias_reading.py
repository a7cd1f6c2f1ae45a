# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Reading which aliases there are: each zone once, and a zone that cannot be read is said of every alias in it."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.configmgr.cmg.plugins.module_utils._azure.dns import AzureDns
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.zone_finding import ZoneFinder
from ansible_collections.configmgr.cmg.plugins.module_utils._core.availability import AliasFact, AliasState, Listing
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import CmgError
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import DnsPlacement
from ansible_collections.configmgr.cmg.plugins.module_utils._core.records import MANAGED_BY, MARK, RecordSet, same_name
from ansible_collections.configmgr.cmg.plugins.module_utils._core.zones import Zone, relative_name


class AliasReader:
    """Reads aliases from their zones in Azure DNS.

    :param service: where the zones are.
    """

    def __init__(self, service: AzureDns) -> None:
        self._service = service
        self._finder = ZoneFinder(service)
        self._contents: dict[tuple[str, str, str], Listing[RecordSet]] = {}

    def alias(self, service_name: str, deployment_name: str, dns: DnsPlacement) -> AliasFact:
        """What the zone has at a service name, as seen from the name that an alias should have as its target."""
        try:
            zone = self._finder.zone_of(service_name, dns)
            name = relative_name(service_name, zone.name)
        except CmgError as error:
            return AliasFact(AliasState.UNKNOWN, reason=error.message)
        listing = self._content(zone)
        if listing.reason:
            return AliasFact(AliasState.UNKNOWN, zone=zone.name, reason=listing.reason)
        found = next((one for one in listing.items if one.type == "CNAME" and one.name == name), None)
        return _fact(found, deployment_name, zone)

    def _content(self, zone: Zone) -> Listing[RecordSet]:
        if zone.key not in self._contents:
            self._contents[zone.key] = self._read(zone)
        return self._contents[zone.key]

    def _read(self, zone: Zone) -> Listing[RecordSet]:
        try:
            return Listing(tuple(self._service.record_sets(zone)))
        except CmgError as error:
            return Listing(reason=error.message)


def _fact(found: RecordSet | None, deployment_name: str, zone: Zone) -> AliasFact:
    if found is None or found.target is None:
        return AliasFact(AliasState.ABSENT, zone=zone.name)
    state = AliasState.HERE if same_name(found.target, deployment_name) else AliasState.ELSEWHERE
    return AliasFact(state, found.target, zone.name, marked=_is_marked(found.metadata))


def _is_marked(metadata: Mapping[str, str]) -> bool:
    return metadata.get(MANAGED_BY) == MARK

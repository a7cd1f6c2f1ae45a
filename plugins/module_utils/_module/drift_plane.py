# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The control plane as drift sees it: each zone read once, and whose the targets are. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from ansible_collections.configmgr.cmg.plugins.module_utils._azure.drift_reading import Owned, ServedZone
from ansible_collections.configmgr.cmg.plugins.module_utils._core.clouds import CLOUDS, deployment_domain, is_within
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.observations import (
    PlaneView,
    PlaneZone,
    TargetView,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import CmgError
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import DnsPlacement
from ansible_collections.configmgr.cmg.plugins.module_utils._core.records import RecordSet, comparable
from ansible_collections.configmgr.cmg.plugins.module_utils._core.zones import Zone, holds


class Reader(Protocol):
    """What is read of Azure."""

    def zones(self) -> list[ServedZone]: ...

    def record_sets(self, zone: Zone) -> list[RecordSet]: ...

    def lock(self, zone: Zone) -> str | None: ...

    def owned(self) -> Owned: ...

    def claimable(self, label: str, region: str) -> bool | None: ...


@dataclass(slots=True)
class ControlPlane:
    """Azure during one run. What cannot be read becomes part of what is seen, and is not asked for again.

    :param connect: makes the connection, which may fail.
    """

    connect: Callable[[], Reader]
    contents: dict[Zone, list[RecordSet]] = field(default_factory=dict)
    _reader: Reader | None = None
    _zones: list[ServedZone] | str | None = None
    _unreadable: dict[Zone, str] = field(default_factory=dict)
    _locks: dict[Zone, str | None] = field(default_factory=dict)
    _owned: Owned | str | None = None
    _claimable: dict[tuple[str, str], bool | None] = field(default_factory=dict)

    def view(self, name: str, placement: DnsPlacement) -> PlaneView:
        """What the zones of the longest name that holds an alias have at it."""
        zones = self._all_zones()
        if isinstance(zones, str):
            return PlaneView(failure=zones)
        candidates = [one for one in zones if _fits(one.zone.name, name, placement)]
        longest = max((len(one.zone.name) for one in candidates), default=0)
        chosen = [one for one in candidates if len(one.zone.name) == longest]
        failures = [reason for one in chosen if (reason := self._read(one.zone))]
        if failures:
            return PlaneView(failure=failures[0])
        return PlaneView(tuple(self._plane_zone(one, name) for one in chosen), _named(chosen, placement))

    def _all_zones(self) -> list[ServedZone] | str:
        if self._zones is None:
            try:
                self._reader = self.connect()
                self._zones = self._reader.zones()
            except CmgError as error:
                self._zones = error.message
        return self._zones

    def _read(self, zone: Zone) -> str | None:
        """Read a zone unless that was done; why it cannot be read, if so."""
        if zone in self.contents or zone in self._unreadable or self._reader is None:
            return self._unreadable.get(zone)
        try:
            self.contents[zone] = self._reader.record_sets(zone)
            self._locks[zone] = self._reader.lock(zone)
        except CmgError as error:
            self._unreadable[zone] = error.message
        return self._unreadable.get(zone)

    def _plane_zone(self, served: ServedZone, name: str) -> PlaneZone:
        zone = served.zone
        relative = comparable(name).removesuffix(comparable(zone.name)).removesuffix(".") or "@"
        there = [one for one in self.contents[zone] if one.name == relative]
        return PlaneZone(
            zone.name,
            zone.resource_group,
            zone.subscription_id,
            served.name_servers,
            next((one for one in there if one.type == "CNAME"), None),
            tuple(sorted(one.type for one in there if one.type != "CNAME")) if relative != "@" else (),
            self._locks.get(zone),
        )

    def with_owner(self, target: TargetView) -> TargetView:
        """The target with whose it is, and whether anybody could claim it if it is not ours."""
        owned = self._all_owned()
        if isinstance(owned, str):
            return replace(target, ownership_asked=True, ownership=owned)
        if comparable(target.name) in owned.names:
            return replace(target, ownership_asked=True, owned=True, complete=owned.complete)
        return replace(
            target,
            ownership_asked=True,
            owned=False if owned.complete else None,
            complete=owned.complete,
            claimable=self._is_claimable(target.name),
            ownership=None if owned.complete else "Not every subscription's public IP addresses can be read.",
        )

    def _all_owned(self) -> Owned | str:
        if self._owned is None:
            zones = self._all_zones()
            if isinstance(zones, str) or self._reader is None:
                self._owned = str(zones)
            else:
                self._owned = _tried(self._reader.owned)
        return self._owned

    def _is_claimable(self, name: str) -> bool | None:
        place = label_and_region(name)
        if place is None or self._reader is None:
            return None
        if place not in self._claimable:
            self._claimable[place] = self._reader.claimable(*place)
        return self._claimable[place]


def _tried(read: Callable[[], Owned]) -> Owned | str:
    try:
        return read()
    except CmgError as error:
        return error.message


def _fits(zone: str, name: str, placement: DnsPlacement) -> bool:
    if placement.zone is not None and comparable(placement.zone) != comparable(zone):
        return False
    return holds(zone, name)


def _named(zones: Sequence[ServedZone], placement: DnsPlacement) -> tuple[str, str] | None:
    """Which of several zones the declaration means, as subscription and group; V(None) where it does not say."""
    if placement.resource_group is None and placement.subscription_id is None:
        return None
    group, subscription = placement.resource_group, placement.subscription_id
    for one in zones:
        own = (one.zone.subscription_id.lower(), one.zone.resource_group.lower())
        if own == ((subscription or own[0]).lower(), (group or own[1]).lower()):
            return own
    return ((subscription or "").lower(), (group or "").lower())


def label_and_region(name: str) -> tuple[str, str] | None:
    """The DNS label and the region of a deployment name, V(None) where it is none of a scale set."""
    for cloud in CLOUDS:
        domain = deployment_domain(cloud)
        if is_within(name, domain) and domain != comparable(name):
            parts = comparable(name).removesuffix(f".{domain}").split(".")
            return (parts[0], parts[1]) if len(parts) == 2 else None
    return None

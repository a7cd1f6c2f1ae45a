# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One running emulation: the estate, its clock, the faults in force and the log of requests. No web."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from tests.emulator import seed as seeds
from tests.emulator.dns_state import Precondition, Zone
from tests.emulator.errors import azure_error
from tests.emulator.estate import Estate
from tests.emulator.faults import DNS_KINDS, FaultError, Faults, Interference
from tests.emulator.messages import Json
from tests.emulator.tokens import Client

LOG_LENGTH = 50_000


@dataclass(frozen=True, slots=True)
class DnsFault:
    """A fault of one name server. A stale server answers from `snapshot`; `seconds` delays a slow one."""

    kind: str
    seconds: float = 0.0
    snapshot: tuple[Zone, ...] = ()


@dataclass(slots=True)
class Emulation:
    """Everything that the listeners share."""

    estate: Estate
    clock_offset: float = 0.0
    faults: Faults = field(default_factory=Faults)
    dns_faults: dict[int, DnsFault] = field(default_factory=dict)
    log: deque[Json] = field(default_factory=lambda: deque(maxlen=LOG_LENGTH))
    dns_log: Counter[tuple[int, str, str]] = field(default_factory=Counter)

    def now(self) -> float:
        """Seconds since the epoch, with the offset that a test asked for."""
        return time.time() + self.clock_offset

    def reset(self, seed: Mapping[str, Any] | None) -> None:
        """Begin anew from a seed: no faults, an empty log, the true time."""
        self.estate = seeds.build(seed or {}, self.estate)
        self.clock_offset = 0.0
        self.faults.clear()
        self.dns_faults.clear()
        self.log.clear()
        self.dns_log.clear()

    def interfere(self, act: Interference) -> None:
        """Do what another writer does, without any precondition."""
        zone = self.estate.dns.find(act.subscription, act.resource_group, act.zone)
        if zone is None:
            raise azure_error(
                "ResourceNotFound",
                resource=f"Microsoft.Network/dnszones/{act.zone}",
                resource_group=act.resource_group,
            )
        if act.properties is None:
            self.estate.dns.delete_set(zone, act.type.upper(), act.name, Precondition())
        else:
            body = {"properties": dict(act.properties)}
            self.estate.dns.put_set(zone, act.type.upper(), act.name, body, Precondition())

    def set_dns_fault(self, server: int, kind: str, seconds: float) -> None:
        """Put a fault on one name server (0 to 3, or a role's own number); the kind "none" takes it away."""
        if kind == "none":
            self.dns_faults.pop(server, None)
            return
        if kind not in DNS_KINDS:
            raise FaultError(f"kind: {kind!r} is not one of {['none', *DNS_KINDS]}")
        self.dns_faults[server] = DnsFault(kind, seconds, self.snapshot() if kind == "stale" else ())

    def snapshot(self) -> tuple[Zone, ...]:
        """The zones as they are now; record sets are immutable, so shallow copies do."""
        copies = []
        for zone in self.estate.dns.zones.values():
            frozen = copy(zone)
            frozen.sets = dict(zone.sets)
            copies.append(frozen)
        return tuple(copies)

    def dump(self) -> Json:
        """The state for a reader: zones with record sets, resources, providers. No secrets."""
        return {
            "zones": [
                {**zone.render(), "delegated": zone.delegated,
                 "recordSets": [zone.render_set(one) for one in self.estate.dns.list_sets(zone)]}
                for zone in self.estate.dns.zones.values()
            ],
            "resources": [one.render() for one in self.estate.resources.values()],
            "deletedVaults": [one.render() for one in self.estate.deleted_vaults],
            "providers": {
                one.id: {provider.namespace: provider.state(self.now()) for provider in one.providers.values()}
                for one in self.estate.subscriptions.values()
            },
        }  # fmt: skip

    def requests(self) -> Json:
        """The log with counts by method and status."""
        counts = Counter(f"{entry['method']} {entry['status']}" for entry in self.log)
        return {"requests": list(self.log), "counts": dict(counts), "dns": self.dns_queries()}

    def dns_queries(self) -> list[Json]:
        """How often each server was asked for each name."""
        return [
            {"server": server, "name": name, "type": kind, "count": count}
            for (server, name, kind), count in self.dns_log.items()
        ]


def application(estate: Estate) -> Client:
    """The first client that can do everything with a secret; it is the one that the environment speaks of."""
    clients = list(estate.directory.clients.values())
    with_secret = [one for one in clients if one.secret]
    return next((one for one in with_secret if one.rights == "owner"), with_secret[0] if with_secret else clients[0])

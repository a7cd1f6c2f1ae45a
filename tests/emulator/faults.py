# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults on demand: which request a fault meets and what it does to it. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from tests.emulator.errors import ERRORS
from tests.emulator.messages import Json, Reply

DNS_KINDS = ("stale", "silent", "refused", "servfail", "slow", "truncate")


class FaultError(ValueError):
    """A fault that makes no sense; the text names the field."""


@dataclass(frozen=True, slots=True)
class Interference:
    """What another writer does: PUT `properties`, or delete when they are None. Before or after the request."""

    subscription: str
    resource_group: str
    zone: str
    type: str
    name: str
    properties: Mapping[str, Any] | None = None
    when: str = "before"


@dataclass(slots=True)
class Fault:
    """One fault. It lets `skip` matching requests pass, then meets `count` of them (None: all).

    `latency` in seconds. `error` is a name of `errors.ERRORS`; `status`, `body` and `headers` make a raw answer;
    under a Content-Type that is not JSON, a body that is text goes out as it stands.
    `no_answer` cuts the connection with nothing done, `lost_answer` after the request was carried out.
    """

    method: str = ""
    path: str = ""
    skip: int = 0
    count: int | None = 1
    latency: float = 0.0
    error: str = ""
    status: int = 0
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    no_answer: bool = False
    lost_answer: bool = False
    interference: Interference | None = None
    id: int = 0
    met: int = 0

    def matches(self, method: str, path: str) -> bool:
        """Whether a request (path with query) is one that the fault looks for."""
        methods = self.method.upper().split()
        return (not methods or method in methods) and bool(re.search(self.path, path, re.IGNORECASE))

    def answer(self, values: Mapping[str, object]) -> Reply | None:
        """The reply that takes the place of the real one, or None."""
        if self.error:
            reply = ERRORS[self.error].reply({**values, "retry_after": self.headers.get("Retry-After", "307")})
            return Reply(reply.status, reply.body, {**reply.headers, **self.headers})
        return Reply(self.status, self.body, self.headers) if self.status else None


@dataclass(slots=True)
class Faults:
    """The faults in force, tried in the order in which they came."""

    active: list[Fault] = field(default_factory=list)
    last_id: int = 0

    def add(self, fault: Fault) -> Fault:
        """Put a fault in force and give it a number."""
        self.last_id += 1
        fault.id = self.last_id
        self.active.append(fault)
        return fault

    def clear(self) -> None:
        """No faults any more."""
        self.active.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """The fault that a request meets, counted down; None for a request that goes unharmed."""
        for fault in self.active:
            if not fault.matches(method, path):
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            if fault.count is None or fault.met < fault.count:
                fault.met += 1
                return fault
        return None


def read_fault(data: Mapping[str, Any]) -> Fault:
    """A fault from JSON. `FaultError` names what is wrong."""
    allowed = {one.name for one in fields(Fault)} - {"id", "met"}
    unknown = set(data) - allowed
    if unknown:
        raise FaultError(f"unknown fields {sorted(unknown)}; known are {sorted(allowed)}")
    values = dict(data)
    if values.get("interference") is not None:
        values["interference"] = _read_interference(values["interference"])
    fault = Fault(**values)
    if fault.error and fault.error not in ERRORS:
        raise FaultError(f"error: {fault.error!r} is not one of {sorted(ERRORS)}")
    try:
        re.compile(fault.path)
    except re.error as error:
        raise FaultError(f"path: {fault.path!r} is not a regular expression: {error}") from error
    return fault


def _read_interference(data: Any) -> Interference:
    try:
        made = Interference(**data)
    except TypeError as error:
        raise FaultError(f"interference: {error}") from error
    if made.when not in ("before", "after"):
        raise FaultError(f"interference.when: {made.when!r} is neither 'before' nor 'after'")
    return made


def path_values(path: str) -> Json:
    """What a path tells to fill an error message with: subscription, resource_group, zone, type, name, action."""
    parts = path.split("?", maxsplit=1)[0].strip("/").split("/")
    places = {"subscription": 1, "resource_group": 3, "zone": 7, "type": 8, "name": 9}
    values: Json = {name: parts[place] for name, place in places.items() if place < len(parts)}
    values |= {"scope": f"/{'/'.join(parts)}", "locked": f"/{'/'.join(parts[:4])}", "operation": "pending"}
    values |= {"parent": f"/{'/'.join(parts[:8])}", "resource": "/".join(parts[5:8]), "api_version": "2018-05-01"}
    values |= {"location": "global", "locations": "global", "supported": "none"}
    values |= {"action": f"Microsoft.Network/dnsZones/{values.get('type', '')}", "count": 10000, "limit": 10000}
    return values | {"client": "emulated", "object_id": "emulated", "value": "", "path": path, "verb": "write"}

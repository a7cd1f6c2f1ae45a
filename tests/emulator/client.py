# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A typed client of the control endpoint, for tests. Standard library only."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

from tests.emulator.messages import Json

TIMEOUT = 30.0


class ControlError(RuntimeError):
    """The control endpoint refused; the text is its reason."""


class Control:
    """Steers a running emulator. `url` is CMG_EMULATOR_CONTROL, `ca_bundle` the CA of the emulator."""

    def __init__(self, url: str, ca_bundle: str) -> None:
        self.url = url
        self.context = ssl.create_default_context(cafile=ca_bundle)
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=self.context)
        )

    def _send(self, method: str, path: str, data: object = None) -> Json:
        body = None if data is None else json.dumps(data).encode()
        request = urllib.request.Request(
            f"{self.url}/{path}", body, {"Content-Type": "application/json"}, method=method
        )
        try:
            with self._opener.open(request, timeout=TIMEOUT) as answer:
                found = json.loads(answer.read())
        except urllib.error.HTTPError as error:
            raise ControlError(error.read().decode()) from error
        return found if isinstance(found, dict) else {}

    def reset(self, seed: Mapping[str, Any] | None = None) -> None:
        """Begin anew: the default state, or that of `seed`. Clients and tokens stay where the seed names none."""
        self._send("POST", "reset", dict(seed or {}))

    def state(self) -> Json:
        """Zones with `recordSets`, `resources`, `deletedVaults`, `providers` by subscription."""
        return self._send("GET", "state")

    def record_sets(self, zone: str) -> dict[tuple[str, str], Json]:
        """Record sets of the first zone of that name: properties by (name, type)."""
        for one in self.state()["zones"]:
            if one["name"] == zone.lower():
                return {(two["name"], two["type"].rsplit("/", 1)[1]): two["properties"] for two in one["recordSets"]}
        raise ControlError(f"there is no zone {zone!r}")

    def requests(self, method: str = "", path: str = "") -> list[Json]:
        """The log (method, path, headers, body, status, fault), narrowed to a method and a part of the path."""
        found = self._send("GET", "requests")["requests"]
        return [one for one in found if method.upper() in ("", one["method"]) and path.lower() in one["path"].lower()]

    def counts(self) -> dict[str, int]:
        """Requests by method and status, such as {"PUT 201": 3}."""
        return dict(self._send("GET", "requests")["counts"])

    def dns_queries(self) -> list[Json]:
        """Questions by server (0 to 3, 4 the parent, 5 the resolver), name and type, with their count."""
        return list(self._send("GET", "requests")["dns"])

    def clear_requests(self) -> None:
        """Forget the log."""
        self._send("DELETE", "requests")

    def fault(self, **fault: Any) -> int:
        """Put a fault in force (fields of `faults.Fault`) and give its number."""
        return int(self._send("POST", "faults", fault)["id"])

    def faults(self) -> list[Json]:
        """Faults in force and how often each was met."""
        return list(self._send("GET", "faults")["faults"])

    def clear_faults(self) -> None:
        """End every fault, also of the name servers."""
        self._send("DELETE", "faults")

    def dns_fault(self, server: int, kind: str, seconds: float = 0.0) -> None:
        """Put a fault on a server: stale, silent, refused, servfail, slow (by `seconds`), truncate, or none."""
        self._send("POST", "dns-faults", {"server": server, "kind": kind, "seconds": seconds})

    def clock(self, offset: float) -> None:
        """Set the emulator's clock off by `offset` seconds."""
        self._send("POST", "clock", {"offset": offset})

    def write_record_set(
        self,
        subscription: str,
        resource_group: str,
        zone: str,
        *,
        kind: str,
        name: str,
        properties: Mapping[str, Any] | None,
    ) -> None:
        """Write a record set as somebody else would; properties in wire form, None deletes it."""
        place = {"subscription": subscription, "resource_group": resource_group, "zone": zone}
        data = None if properties is None else dict(properties)
        self._send("POST", "record-sets", {**place, "type": kind, "name": name, "properties": data})

    def put_resource(self, resource_id: str, location: str, properties: Mapping[str, Any]) -> None:
        """Make a resource as somebody else would."""
        self._send("POST", "resources", {"id": resource_id, "location": location, "properties": dict(properties)})

    def delete_resource(self, resource_id: str) -> bool:
        """Delete a resource as somebody else would; False where there was none."""
        return bool(self._send("POST", "resources/delete", {"id": resource_id})["deleted"])

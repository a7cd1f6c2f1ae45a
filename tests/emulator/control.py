# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The control endpoint, `/_control/...`: seeds, faults, the log, the clock, acts of other people."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from tests.emulator.emulation import Emulation
from tests.emulator.errors import ERRORS
from tests.emulator.estate import Resource
from tests.emulator.faults import FaultError, Interference, read_fault
from tests.emulator.messages import AzureError
from tests.emulator.seed import SeedError

Act = Callable[[Emulation, Any], object]


def reset(emulation: Emulation, data: Any) -> object:
    """Begin anew from a seed."""
    emulation.reset(data)
    return {}


def state(emulation: Emulation, _data: Any) -> object:
    """The whole state."""
    return emulation.dump()


def requests(emulation: Emulation, _data: Any) -> object:
    """The log of requests."""
    return emulation.requests()


def clear_requests(emulation: Emulation, _data: Any) -> object:
    """Forget the log."""
    emulation.log.clear()
    emulation.dns_log.clear()
    return {}


def add_fault(emulation: Emulation, data: Any) -> object:
    """Put a fault in force."""
    return {"id": emulation.faults.add(read_fault(data)).id}


def list_faults(emulation: Emulation, _data: Any) -> object:
    """Faults in force with how often each was met, and the names of errors."""
    active = [
        {"id": one.id, "method": one.method, "path": one.path, "met": one.met, "count": one.count}
        for one in emulation.faults.active
    ]
    return {"faults": active, "errors": sorted(ERRORS)}


def clear_faults(emulation: Emulation, _data: Any) -> object:
    """End every fault, of DNS too."""
    emulation.faults.clear()
    emulation.dns_faults.clear()
    return {}


def dns_fault(emulation: Emulation, data: Any) -> object:
    """Put a fault on a name server."""
    emulation.set_dns_fault(int(data["server"]), str(data["kind"]), float(data.get("seconds", 0)))
    return {}


def clock(emulation: Emulation, data: Any) -> object:
    """Set the clock off by some seconds; tokens age by it."""
    emulation.clock_offset = float(data["offset"])
    return {"now": emulation.now()}


def write_record_set(emulation: Emulation, data: Any) -> object:
    """Write or (without properties) delete a record set as somebody else."""
    emulation.interfere(Interference(**data))
    return {}


def put_resource(emulation: Emulation, data: Any) -> object:
    """Make a resource as somebody else: id, location, properties."""
    resource = Resource(str(data["id"]), str(data.get("location", "westus")), dict(data.get("properties", {})))
    emulation.estate.put_resource(resource)
    return resource.render()


def delete_resource(emulation: Emulation, data: Any) -> object:
    """Delete a resource as somebody else."""
    return {"deleted": emulation.estate.delete_resource(str(data["id"]))}


def control_routes(emulation: Emulation) -> list[web.RouteDef]:
    """All routes below `/_control`."""
    table: list[tuple[str, str, Act]] = [
        ("POST", "reset", reset),
        ("GET", "state", state),
        ("GET", "requests", requests),
        ("DELETE", "requests", clear_requests),
        ("POST", "faults", add_fault),
        ("GET", "faults", list_faults),
        ("DELETE", "faults", clear_faults),
        ("POST", "dns-faults", dns_fault),
        ("POST", "clock", clock),
        ("POST", "record-sets", write_record_set),
        ("POST", "resources", put_resource),
        ("POST", "resources/delete", delete_resource),
    ]
    return [web.route(method, f"/_control/{path}", _handler(emulation, act)) for method, path, act in table]


def _handler(emulation: Emulation, act: Act) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        data = await request.json() if request.can_read_body else None
        try:
            return web.json_response(act(emulation, data))
        except (SeedError, FaultError) as error:
            return web.json_response({"error": str(error)}, status=400)
        except (KeyError, TypeError, ValueError) as error:
            return web.json_response({"error": f"{type(error).__name__}: {error}"}, status=400)
        except AzureError as error:
            return web.json_response({"error": str(error)}, status=409)

    return handle

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The process: listeners up, what they are said on standard output, and a clean end."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import ssl
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from aiohttp import web

from tests.emulator import authority, seed
from tests.emulator.emulation import Emulation, application
from tests.emulator.messages import Json
from tests.emulator.nameserver import NameServers
from tests.emulator.web import Front

SERVERS = ("127.0.53.1", "127.0.53.2", "127.0.53.3", "127.0.53.4")
PARENT_ADDRESS, RESOLVER_ADDRESS = "127.0.53.10", "127.0.53.20"


@dataclass(frozen=True, slots=True)
class Options:
    """How to start; a port of 0 is any free one."""

    host: str = "127.0.0.1"
    port: int = 0
    identity_port: int = 0
    dns_port: int = 0
    dns_addresses: tuple[str, ...] = SERVERS
    parent_address: str = PARENT_ADDRESS
    resolver_address: str = RESOLVER_ADDRESS
    directory: Path | None = None
    seed: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Running:
    """A started emulation and where it listens."""

    emulation: Emulation
    environment: dict[str, str]
    identity_environment: dict[str, str]
    details: Json


@asynccontextmanager
async def started(options: Options) -> AsyncIterator[Running]:
    """Everything up; down again at the end, with the private directory."""
    emulation = Emulation(seed.build(options.seed))
    with tempfile.TemporaryDirectory(prefix="emulated-azure-") as private:
        directory = options.directory or Path(private)
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        ca_path, context = authority.make(directory, options.host)
        front = Front(emulation, secrets.token_urlsafe(32))
        runners: list[web.AppRunner] = []
        addresses = (*options.dns_addresses, options.parent_address, options.resolver_address)
        servers = NameServers(emulation, addresses)
        try:
            port = await _site(runners, front.https(), options.host, options.port, context)
            identity_port = await _site(runners, front.identity(), options.host, options.identity_port, None)
            await servers.start(options.dns_port)
            variables = _write_variables(directory, options.resolver_address, servers.port)
            running = _describe(emulation, options, front, ca_path, (port, identity_port, servers.port))
            running.environment["CMG_EMULATOR_VARIABLES"] = str(variables)
            yield running
        finally:
            await servers.stop()
            for runner in runners:
                await runner.cleanup()


def _write_variables(directory: Path, resolver: str, port: int) -> Path:
    """The variables by which the collection's playbooks ask the name servers here, for `-e @FILE`.

    Gateways serve no certificate here, so that nobody looks for it.
    """
    options = {
        "layers": ["control_plane", "authoritative", "recursive", "target"],
        "resolvers": [{"address": resolver, "port": port}],
        "delegation_from": "resolvers",
        "port": port,
        "ipv6": False,
        "tries": [0.5, 0.5],
    }
    path = directory / "variables.yml"
    path.write_text(yaml.safe_dump({"prerequisites_drift_options": options}), encoding="utf-8")
    return path


async def _site(
    runners: list[web.AppRunner], app: web.Application, host: str, port: int, context: ssl.SSLContext | None
) -> int:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    runners.append(runner)
    await runner.setup()
    site = web.TCPSite(runner, host, port, ssl_context=context)
    await site.start()
    return int(runner.addresses[0][1])


def _describe(
    emulation: Emulation, options: Options, front: Front, ca_path: Path, ports: tuple[int, int, int]
) -> Running:
    port, identity_port, dns_port = ports
    shown = f"[{options.host}]" if ":" in options.host else options.host
    base = f"https://{shown}:{port}"
    plain = f"http://{shown}:{identity_port}"
    client = application(emulation.estate)
    environment = {
        "AZURE_SUBSCRIPTION_ID": next(iter(emulation.estate.subscriptions.values())).id,
        "AZURE_TENANT": client.tenant,
        "AZURE_CLIENT_ID": client.client_id,
        "AZURE_SECRET": client.secret,
        "AZURE_CLOUD_ENVIRONMENT": emulation.estate.settings.cloud,
        "AZURE_RESOURCE_MANAGER_URL": base,
        "AZURE_AUTHORITY_HOST": base,
        "AZURE_DISABLE_INSTANCE_DISCOVERY": "true",
        "REQUESTS_CA_BUNDLE": str(ca_path),
        "CMG_EMULATOR_CONTROL": f"{base}/_control",
        "CMG_EMULATOR_DNS": ",".join(f"{address}:{dns_port}" for address in options.dns_addresses),
        "CMG_EMULATOR_DNS_PARENT": f"{options.parent_address}:{dns_port}",
        "CMG_EMULATOR_DNS_RESOLVER": f"{options.resolver_address}:{dns_port}",
    }
    identity = {
        "IDENTITY_ENDPOINT": f"{plain}/msi/token",
        "IDENTITY_HEADER": front.identity_header,
        "AZURE_POD_IDENTITY_AUTHORITY_HOST": plain,
        "ARM_CLOUD_METADATA_URL": f"{base}/metadata/endpoints?api-version=2019-05-01",
    }
    details: Json = {"environment": environment, "identity_environment": identity, "clients": _clients(emulation)}
    return Running(emulation, environment, identity, details)


def _clients(emulation: Emulation) -> list[Json]:
    return [
        {
            "client_id": one.client_id,
            "tenant": one.tenant,
            "secret": one.secret,
            "rights": one.rights if isinstance(one.rights, str) else "custom",
            "managed_identity": one.managed_identity,
        }
        for one in emulation.estate.directory.clients.values()
    ]


def watch(until_stdin_closes: bool) -> asyncio.Event:
    """An event that SIGINT, SIGTERM, or the end of standard input where asked for, will set. Call it before anything
    is announced: whoever reads the announcement may end the process at once."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    if until_stdin_closes:
        loop.add_reader(sys.stdin.fileno(), _read_stdin, ended)
    return ended


async def until_ended(ended: asyncio.Event, parent: int) -> None:
    """Wait for the event or the death of the parent process."""
    while not ended.is_set():
        try:
            await asyncio.wait_for(ended.wait(), 1.0)
        except TimeoutError:
            if os.getppid() != parent:
                return


def _read_stdin(ended: asyncio.Event) -> None:
    if not os.read(sys.stdin.fileno(), 4096):
        ended.set()

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command line of the emulator."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.emulator.seed import SeedError, load
from tests.emulator.server import (
    PARENT_ADDRESS,
    RESOLVER_ADDRESS,
    SERVERS,
    Options,
    Running,
    started,
    until_ended,
    watch,
)


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = argparse.ArgumentParser(prog="python -m tests.emulator", description="A local Azure for tests and demos.")
    made.add_argument("--host", default="127.0.0.1", help="address of the HTTP listeners (%(default)s)")
    made.add_argument("--port", type=int, default=0, help="HTTPS port; 0 is any free one")
    made.add_argument("--identity-port", type=int, default=0, help="port of the managed identity endpoint")
    made.add_argument("--dns-port", type=int, default=0, help="port of the DNS servers, UDP and TCP")
    made.add_argument(
        "--dns-address", action="append", help=f"address of a name server; repeat for four ({', '.join(SERVERS)})"
    )
    made.add_argument("--dns-parent-address", default=PARENT_ADDRESS, help="address of the parents' server")
    made.add_argument("--dns-resolver-address", default=RESOLVER_ADDRESS, help="address of a recursive resolver")
    made.add_argument("--seed", type=Path, help="YAML file with the state to begin with")
    made.add_argument("--directory", type=Path, help="where ca.pem goes (a private directory, removed at the end)")
    made.add_argument("--json", action="store_true", help="print one line of JSON in place of shell exports")
    made.add_argument("--until-stdin-closes", action="store_true", help="end when standard input ends")
    return made


def options_from(arguments: argparse.Namespace) -> Options:
    """The options of a command line; `SeedError` for a bad seed."""
    return Options(
        host=arguments.host,
        port=arguments.port,
        identity_port=arguments.identity_port,
        dns_port=arguments.dns_port,
        dns_addresses=tuple(arguments.dns_address or SERVERS),
        parent_address=arguments.dns_parent_address,
        resolver_address=arguments.dns_resolver_address,
        directory=arguments.directory,
        seed=load(arguments.seed) if arguments.seed else {},
    )


def announcement(running: Running, as_json: bool) -> str:
    """What is printed once everything listens."""
    if as_json:
        return json.dumps(running.details)
    lines = [f"export {name}={shlex.quote(value)}" for name, value in running.environment.items()]
    lines.append("# managed identity and az; not exported, since they change which credential a client picks:")
    lines += [f"# export {name}={shlex.quote(value)}" for name, value in running.identity_environment.items()]
    return "\n".join(lines)


async def _serve(options: Options, as_json: bool, until_stdin_closes: bool, parent: int) -> None:
    ended = watch(until_stdin_closes)
    async with started(options) as running:
        print(announcement(running, as_json), flush=True)
        await until_ended(ended, parent)


def main(argv: Sequence[str]) -> int:
    """Run until ended; 2 for a bad command line or seed, 1 where an address cannot be used."""
    parent = os.getppid()
    arguments = parser().parse_args(argv)
    try:
        asyncio.run(_serve(options_from(arguments), arguments.json, arguments.until_stdin_closes, parent))
    except SeedError as error:
        print(f"tests.emulator: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"tests.emulator: {error}", file=sys.stderr)
        return 1
    return 0

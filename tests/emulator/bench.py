# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many requests a second the emulator answers: `python -m tests.emulator.bench` from the root of the repository.

PUTs and GETs in turn, over TLS, with keep-alive, from several connections; then DNS questions over UDP.
"""

from __future__ import annotations

import argparse
import asyncio
import ssl
import time
from collections.abc import Sequence

import aiohttp
import dns.asyncquery
import dns.message

from tests.emulator.process import Emulator, running_emulator


async def _worker(session: aiohttp.ClientSession, base: str, number: int, ends: float) -> tuple[int, list[float]]:
    count, times = 0, []
    while time.monotonic() < ends:
        url = f"{base}/CNAME/host-{number}-{count % 50}?api-version=2018-05-01"
        begin = time.monotonic()
        if count % 2:
            async with session.get(url.replace(f"-{count % 50}?", f"-{count % 50 - 1}?")) as answer:
                await answer.read()
                answer.raise_for_status()
        else:
            body = {"properties": {"TTL": 300, "CNAMERecord": {"cname": "x.westus.cloudapp.azure.com"}}}
            async with session.put(url, json=body) as answer:
                await answer.read()
                answer.raise_for_status()
        times.append(time.monotonic() - begin)
        count += 1
    return count, times


async def _token(session: aiohttp.ClientSession, emulator: Emulator) -> str:
    client = emulator.client("owner")
    form = {
        "grant_type": "client_credentials",
        "client_id": client["client_id"],
        "client_secret": client["secret"],
        "scope": f"{emulator.resource_manager_url}/.default",
    }
    async with session.post(f"{emulator.authority_url}/{client['tenant']}/oauth2/v2.0/token", data=form) as answer:
        return str((await answer.json())["access_token"])


async def arm(emulator: Emulator, connections: int, seconds: float) -> tuple[float, float]:
    """Requests a second, and the 99th percentile of their time in milliseconds."""
    context = ssl.create_default_context(cafile=emulator.ca_bundle)
    connector = aiohttp.TCPConnector(limit=connections, ssl=context)
    async with aiohttp.ClientSession(connector=connector) as session:
        session.headers["Authorization"] = f"Bearer {await _token(session, emulator)}"
        scope = f"/subscriptions/{emulator.subscription_id}/resourceGroups/rg-dns"
        base = f"{emulator.resource_manager_url}{scope}/providers/Microsoft.Network/dnsZones/contoso.com"
        begin = time.monotonic()
        results = await asyncio.gather(*(_worker(session, base, n, begin + seconds) for n in range(connections)))
        spent = time.monotonic() - begin
    times = sorted(one for _count, some in results for one in some)
    return len(times) / spent, times[int(len(times) * 0.99)] * 1000


async def names(emulator: Emulator, seconds: float) -> float:
    """DNS questions a second from four askers, one for each name server."""

    async def ask(address: str, port: int, ends: float) -> int:
        count = 0
        while time.monotonic() < ends:
            query = dns.message.make_query(f"host-{count % 8}-0.contoso.com", "CNAME")
            await dns.asyncquery.udp(query, address, timeout=2, port=port)
            count += 1
        return count

    begin = time.monotonic()
    counts = await asyncio.gather(*(ask(*one, begin + seconds) for one in emulator.dns_addresses))
    return sum(counts) / (time.monotonic() - begin)


def main(argv: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.emulator.bench", description=__doc__)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=5.0)
    arguments = parser.parse_args(argv)
    with running_emulator() as emulator:
        rate, slow = asyncio.run(arm(emulator, arguments.connections, arguments.seconds))
        print(f"ARM: {rate:.0f} requests/s over {arguments.connections} connections, 99th percentile {slow:.1f} ms")
        print(f"DNS: {asyncio.run(names(emulator, arguments.seconds)):.0f} questions/s over UDP")


if __name__ == "__main__":
    main()

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long it takes to ask about ten thousand aliases, beside those who ask the same questions.

    python -m benchmarks.dns_drift [--aliases 10000]

One local NSD serves all aliases on eight addresses and answers as Azure does, with nothing but the answer. Everybody
asks in a process of its own, one after the other. CPU time is that of the process itself. The limits that are promised
are checked; the exit status tells.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib
import json
import multiprocessing
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.community import collections
from benchmarks.relay import relaying
from tests.dns_lab import servers
from tools import trees

ADDRESSES = tuple(f"127.56.0.{number}" for number in range(1, 9))
FAR = tuple(f"127.56.1.{number}" for number in range(1, 9))
# community.dns knows no other port than 53.
WELL_KNOWN = "127.56.2.1"
ZONE = "contoso.com"
ROUND_TRIP = 0.020
LOOPED = 2000
OWN = "ansible_collections.configmgr.cmg.plugins.module_utils"

MOST_CPU = 60.0
TIMES_FASTER = 4.0
FEWEST_FAR = 5000.0
MOST_MEMORY = 200.0


@dataclass(frozen=True)
class Measured:
    """What one contender took: questions, seconds of CPU and of wall time, MiB of memory, wrong or missing answers."""

    who: str
    questions: int
    cpu: float
    wall: float
    memory: float
    failed: int = 0
    note: str = ""

    @property
    def each(self) -> float:
        """Microseconds of CPU time for a question."""
        return self.cpu / self.questions * 1e6

    @property
    def rate(self) -> float:
        """Questions a second."""
        return self.questions / self.wall

    def __str__(self) -> str:
        failed = f"  {self.failed} WITHOUT ANSWER" if self.failed else ""
        return f"{self.who:<44} {self.each:>8.1f} us {self.rate:>9.0f}/s {self.memory:>5.0f} MiB  {self.note}{failed}"


def names(count: int) -> list[str]:
    """The service names of the zone."""
    return [f"cmg{number}.{ZONE}" for number in range(count)]


def zone(count: int) -> str:
    """The zone with all aliases."""
    lines = [f"cmg{number} CNAME cmg{number}.westus.cloudapp.azure.com." for number in range(count)]
    soa = "@ IN SOA ns1 hostmaster 1 3600 300 2419200 300"
    return "\n".join([f"$ORIGIN {ZONE}.", "$TTL 3600", soa, "@ NS ns1", f"ns1 A {ADDRESSES[0]}", *lines, ""])


def measured(who: str, questions: int, ask: Callable[[], int], note: str = "") -> Measured:
    """What it takes to ask; O(ask) gives the number of questions without a right answer."""
    cpu, wall = time.process_time(), time.monotonic()
    failed = ask()
    cpu, wall = time.process_time() - cpu, time.monotonic() - wall
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Measured(who, questions, cpu, wall, memory, failed, note)


def ours(port: int, count: int, addresses: Sequence[str], who: str, in_flight: int) -> Measured:
    """Our transport: every alias at every address, nothing held back for politeness."""
    sys.path.insert(0, str(trees.live_tree()))
    messages, pacing = (importlib.import_module(f"{OWN}._dns.{name}") for name in ("messages", "pacing"))
    transport = importlib.import_module(f"{OWN}._dns.transport")
    clock = importlib.import_module(f"{OWN}._module.clock").SystemClock()
    endpoints = [messages.Endpoint(address, port) for address in addresses]
    queries = [messages.Query(one, one.place("ns1"), name, "CNAME") for name in names(count) for one in endpoints]
    asking = transport.Transport(clock, pacing.Politeness(in_flight=in_flight, rate=None))

    def ask() -> int:
        replies = asking.ask(queries)
        return sum(not (reply.message and reply.message.answers(reply.name, "CNAME")) for reply in replies)

    return measured(who, len(queries), ask, f"{len(addresses)} addresses, checked and read")


def asyncresolver(port: int, count: int) -> Measured:
    """dnspython's own resolver with a hundred questions at a time."""
    import dns.asyncresolver
    import dns.resolver

    asking = dns.asyncresolver.Resolver(configure=False)
    asking.nameservers, asking.port = [ADDRESSES[0]], port

    async def one(name: str, gate: asyncio.Semaphore) -> bool:
        async with gate:
            answer = await asking.resolve(name, "CNAME")
        return bool(answer.rrset)

    async def every() -> int:
        gate = asyncio.Semaphore(100)
        return count - sum(await asyncio.gather(*(one(name, gate) for name in names(count))))

    note = "one address, recursive interface"
    return measured("dnspython asyncresolver, 100 at a time", count, lambda: asyncio.run(every()), note)


def community(count: int) -> Measured:
    """The lookup of community.dns, all names in one call."""
    loader = importlib.import_module("ansible.plugins.loader")
    loader.init_plugin_loader([str(collections("community.dns"))])
    plugin = loader.lookup_loader.get("community.dns.lookup")
    asked = names(count)[:LOOPED]

    def ask() -> int:
        return len(asked) - len(plugin.run(asked, {}, type="CNAME", server=[WELL_KNOWN]))

    return measured("community.dns.lookup, one call", len(asked), ask, "one address, port 53")


CONTENDERS: dict[str, Callable[[int, int], Measured]] = {
    "ours": lambda port, count: ours(port, count, ADDRESSES, "configmgr.cmg, 256 at a time", 256),
    "far": lambda port, count: ours(port, count, FAR, "configmgr.cmg, 20 ms away, 256 at a time", 256),
    "asyncresolver": asyncresolver,
    "community": lambda _port, count: community(count),
}


def _in_process(contender: str, port: int, count: int, results: multiprocessing.Queue[Measured]) -> None:
    results.put(CONTENDERS[contender](port, count))


def run(contender: str, port: int, count: int) -> Measured:
    """A contender in a fresh process, so that nobody pays for the memory of another."""
    context = multiprocessing.get_context("spawn")
    results: multiprocessing.Queue[Measured] = context.Queue()
    process = context.Process(target=_in_process, args=(contender, port, count, results))
    process.start()
    try:
        return results.get(timeout=600)
    finally:
        process.join(10)
        if process.is_alive():
            process.kill()
            process.join()


def dnsperf(folder: Path, port: int, count: int) -> Measured | None:
    """The load generator that says what the server can do; it reads no answer."""
    program = shutil.which("dnsperf")
    if program is None:
        return None
    questions = folder / "questions"
    questions.write_text("".join(f"{name} CNAME\n" for name in names(count)), encoding="ascii")
    command = [program, "-s", ADDRESSES[0], "-p", str(port), "-d", str(questions), "-n", "8", "-q", "256", "-c", "4"]
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic() - began
    sent = int(re.findall(r"Queries sent:\s+(\d+)", done.stdout)[0])
    lost = int(re.findall(r"Queries lost:\s+(\d+)", done.stdout)[0])
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Measured(
        "dnsperf, 256 at a time", sent, cpu, wall, after.ru_maxrss / 1024, lost, "one address, reads nothing"
    )


def measurements(folder: Path, count: int) -> Iterator[tuple[str, Measured]]:
    """One after the other, so that they do not disturb each other."""
    port = servers.free_port([*ADDRESSES, *FAR])
    with contextlib.ExitStack() as stack:
        stack.enter_context(servers.nsd(folder / "nsd", ADDRESSES, port, {ZONE: zone(count)}))
        yield "ours", run("ours", port, count)
        yield "asyncresolver", run("asyncresolver", port, count)
        stack.enter_context(relaying(FAR, ADDRESSES, port, ROUND_TRIP))
        yield "far", run("far", port, count)
        load = dnsperf(folder, port, count)
        if load is not None:
            yield "dnsperf", load
        with contextlib.suppress(RuntimeError, PermissionError):
            stack.enter_context(servers.nsd(folder / "well-known", [WELL_KNOWN], 53, {ZONE: zone(count)}))
            yield "community", run("community", port, count)


def broken(results: dict[str, Measured]) -> list[str]:
    """The promises that do not hold."""
    own, far = results["ours"], results["far"]
    promises = {
        f"at most {MOST_CPU:.0f} us of CPU time a question": own.each <= MOST_CPU,
        f"at least {TIMES_FASTER:.0f} times asyncresolver": own.each * TIMES_FASTER <= results["asyncresolver"].each,
        f"at least {FEWEST_FAR:.0f} questions a second at 20 ms": far.rate >= FEWEST_FAR,
        f"less than {MOST_MEMORY:.0f} MiB": own.memory < MOST_MEMORY,
        "every question answered": own.failed == 0 and far.failed == 0,
    }
    return [promise for promise, kept in promises.items() if not kept]


def main() -> None:
    """Print what everybody takes, and fail if a promise does not hold."""
    parser = argparse.ArgumentParser(description="CPU time for each question, ours and others.")
    parser.add_argument("--aliases", type=int, default=10_000, help="how many aliases the zone has")
    parser.add_argument("--json", action="store_true", help="print the numbers as JSON")
    chosen = parser.parse_args()
    results: dict[str, Measured] = {}
    with tempfile.TemporaryDirectory() as folder:
        for contender, one in measurements(Path(folder), max(100, chosen.aliases)):
            results[contender] = one
            if not chosen.json:
                _say(str(one))
    missing = broken(results)
    if chosen.json:
        _say(json.dumps({name: _as_dict(one) for name, one in results.items()}, indent=2))
    for promise in missing:
        _say(f"not kept: {promise}")
    sys.exit(1 if missing else 0)


def _as_dict(one: Measured) -> dict[str, Any]:
    return {"us": round(one.each, 1), "per_second": round(one.rate), "mib": round(one.memory), "failed": one.failed}


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real servers for the miniature DNS: NSD and Unbound, unprivileged, on loopback addresses and a high port.

Each process is ended by its id, also if it does not come up.
"""

from __future__ import annotations

import contextlib
import ipaddress
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import dns.exception
import dns.message
import dns.query
import pytest

READY_SECONDS = 15.0
END_SECONDS = 5.0
NSD = """\
server:
  username: ""
  chroot: ""
  zonesdir: "{directory}"
  pidfile: "{directory}/nsd.pid"
  database: ""
  xfrdfile: ""
  zonelistfile: "{directory}/zone.list"
  xfrdir: "{directory}"
  server-count: 1
  minimal-responses: {minimal}
  verbosity: 0
  rrl-ratelimit: 0
{addresses}
remote-control:
  control-enable: no
{zones}
"""
UNBOUND = """\
server:
  username: ""
  chroot: ""
  directory: "{directory}"
  pidfile: ""
  use-syslog: no
  verbosity: 0
  num-threads: 1
  interface: {address}
  port: {port}
  access-control: 127.0.0.0/8 allow
  do-not-query-localhost: no
  do-ip6: no
  ede: yes
  module-config: "validator iterator"
  qname-minimisation: no
  prefetch: no
{more}
remote-control:
  control-enable: no
{stubs}
"""


def program(name: str) -> str:
    """The path of a server; the test is skipped where it is not installed."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if found is None:
        pytest.skip(f"{name} is not installed; .ci/apt-packages.txt names its package")
    return found


def free_port(addresses: Sequence[str]) -> int:
    """A port that is free for UDP and TCP on all of the addresses."""
    for _attempt in range(50):
        with contextlib.ExitStack() as stack:
            probe = stack.enter_context(socket.socket())
            probe.bind((addresses[0], 0))
            port = int(probe.getsockname()[1])
            try:
                for address in addresses[1:]:
                    stack.enter_context(socket.socket()).bind((address, port))
                for address in addresses:
                    stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)).bind((address, port))
            except OSError:
                continue
            return port
    raise RuntimeError("no port is free on all addresses")


@contextlib.contextmanager
def nsd(
    directory: Path, addresses: Sequence[str], port: int, zones: Mapping[str, str], *, minimal: bool = True
) -> Iterator[int]:
    """NSD with zones as text by name; gives its process id. The root zone is called "."."""
    check(addresses)
    directory.mkdir(parents=True)
    entries = []
    for number, (name, text) in enumerate(sorted(zones.items())):
        (directory / f"zone{number}").write_text(text, encoding="ascii")
        entries.append(f'zone:\n  name: "{name}"\n  zonefile: "zone{number}"')
    config = directory / "nsd.conf"
    listen = "\n".join(f"  ip-address: {address}@{port}" for address in addresses)
    config.write_text(
        NSD.format(directory=directory, addresses=listen, zones="\n".join(entries), minimal="yes" if minimal else "no"),
        encoding="ascii",
    )
    probe, *_others = zones
    with running([program("nsd"), "-d", "-c", str(config)], directory, addresses[0], port, probe) as process:
        yield process


@contextlib.contextmanager
def unbound(
    directory: Path,
    address: str,
    port: int,
    stubs: Mapping[str, tuple[str, int]],
    anchors: Sequence[str],
    *,
    more: Sequence[str] = (),
) -> Iterator[int]:
    """Unbound that asks the given server for each zone, and validates what the anchors cover; gives its process id.

    O(more) are further lines of its server section.
    """
    check([address, *(server for server, _port in stubs.values())])
    directory.mkdir(parents=True)
    entries = [
        f'stub-zone:\n  name: "{zone}"\n  stub-addr: {server}@{at}\n  stub-no-cache: no'
        for zone, (server, at) in stubs.items()
    ]
    config = directory / "unbound.conf"
    lines = [*(f'trust-anchor: "{anchor}"' for anchor in anchors), *more]
    text = UNBOUND.format(
        directory=directory,
        address=address,
        port=port,
        more="\n".join(f"  {line}" for line in lines),
        stubs="\n".join(entries),
    )
    config.write_text(text, encoding="ascii")
    probe, *_others = stubs
    with running([program("unbound"), "-d", "-p", "-c", str(config)], directory, address, port, probe) as process:
        yield process


def check(addresses: Sequence[str]) -> None:
    """Nothing in here may lead out of the machine."""
    outside = [address for address in addresses if not ipaddress.ip_address(address).is_loopback]
    if outside:
        raise ValueError(f"not loopback addresses: {outside}")


@contextlib.contextmanager
def running(command: Sequence[str], directory: Path, address: str, port: int, zone: str) -> Iterator[int]:
    """A server, once it answers for a zone."""
    log = directory / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=directory)
    try:
        _wait(process, log, address, port, zone)
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(END_SECONDS)


def _wait(process: subprocess.Popen[bytes], log: Path, address: str, port: int, zone: str) -> None:
    deadline = time.monotonic() + READY_SECONDS
    query = dns.message.make_query(zone, "SOA")
    while time.monotonic() < deadline and process.poll() is None:
        try:
            dns.query.udp(query, address, timeout=0.3, port=port)
        except (dns.exception.DNSException, OSError):
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"{process.args!r} did not come up: {log.read_text(encoding='utf-8', errors='replace')}")

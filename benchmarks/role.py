# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the whole role costs with nothing to change, beside doing nothing at all and beside other people's collections.

    python -m benchmarks.role [--gateways 200] [--times 3] [--without-neighbours]

CPU time of ansible-playbook with all its children, not of the clock on the wall, and not that of the local Azure which
answers all of them. All in one run and by turns, each by the best of several measurements, because whatever else the
machine does adds to all of them.

The first three lines are bound: the role for one gateway takes at most twice as long as a play with as many tasks of
ansible.builtin.ping, and one second; for two hundred gateways at most three times as long as for one. The last ones are
the same prerequisites put together from azure.azcollection, community.crypto, community.dns and uri, which are
installed on first use. Their name servers have to have port 53: without the right to it, that question is left out.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from benchmarks.certificates import make_gateways
from benchmarks.community import collections
from tests.emulator.process import Emulator, running_emulator
from tests.emulator.seed import SUBSCRIPTION
from tests.peers import run as peers
from tools import trees

NEIGHBOURS = ("azure.azcollection", "community.crypto", "community.dns", "community.library_inventory_filtering_v1")
CORE = ("ansible-core>=2.21,<2.22", "dnspython", "cryptography")
# The linter wants every collection of a playbook that it takes for one.
PLAYBOOK = Path(__file__).with_name("neighbours.playbook")
LOOPED = 5
SECONDS = 900
DNS_PORT = 53
FACTOR_OF_PING, SECONDS_MORE, FACTOR_OF_MANY = 2.0, 1.0, 3.0
HEAD = {"hosts": "localhost", "connection": "local", "gather_facts": False}


@dataclass(frozen=True)
class Play:
    """A playbook as somebody runs it: the programs of an environment, the arguments, the environment, the folder."""

    who: str
    programs: Path
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    directory: Path

    def run(self) -> tuple[float, str]:
        """CPU seconds of the whole run, and what it printed.

        :raises SystemExit: where it fails or changes anything.
        """
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            [str(self.programs / "python"), "-m", "ansible", "playbook", *self.arguments],
            env=dict(self.environment),
            cwd=self.directory,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode:
            raise SystemExit(f"{self.who} failed:\n{done.stdout[-4000:]}\n{done.stderr[-2000:]}")
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout


def seed(names: list[str]) -> dict[str, Any]:
    """A subscription in which all of these gateways are deployed already."""
    addresses = [f"127.9.{number // 200}.{number % 200 + 1}" for number in range(len(names))]
    deployed = {
        "name": "rg-cmg",
        "location": "westus",
        "public_ips": [
            {"name": name, "label": name, "address": address} for name, address in zip(names, addresses, strict=True)
        ],
        "storage_accounts": [{"name": name} for name in names],
        "vaults": [{"name": name} for name in names],
    }
    zones = {"name": "rg-dns", "location": "westus", "zones": [{"name": "contoso.com"}]}
    return {"subscriptions": [{"id": SUBSCRIPTION, "resource_groups": [zones, deployed]}]}


def declared(folder: Path, count: int) -> list[dict[str, Any]]:
    """Gateways that run, each with a certificate of an enterprise PKI."""
    running = {"context": "existing", "resource_group": "rg-cmg", "site_version": "2503"}
    return [{**gateway, **running} for gateway in make_gateways(folder, count)]


def ours(azure: Emulator, folder: Path, gateways: list[dict[str, Any]]) -> Play:
    """The role with all its steps, as the playbook of the collection has it."""
    parent, port = azure.dns_parent
    looking = {
        "layers": ["control_plane", "authoritative", "recursive"],
        "root_hints": {"parent.emulator.test": parent},
        "resolvers": [{"address": azure.dns_resolver[0], "port": port}],
        "port": port,
        "ipv6": False,
    }
    path = folder / f"ours{len(gateways)}.json"
    variables = {"prerequisites_gateways": gateways, "prerequisites_drift_options": looking}
    path.write_text(json.dumps(variables), encoding="utf-8")
    here = Path(sys.executable).parent
    return Play(
        f"configmgr.cmg.prerequisites, {_gateways(gateways)}",
        here,
        ("configmgr.cmg.enforce", "-e", f"@{path}"),
        _environment(azure, folder, trees.live_tree()),
        folder,
    )


def _gateways(gateways: list[Any]) -> str:
    return "1 gateway" if len(gateways) == 1 else f"{len(gateways)} gateways"


def _environment(azure: Emulator, folder: Path, path: Path) -> dict[str, str]:
    plain = peers.ansible_environment(azure, folder)
    quiet = {"ANSIBLE_LOCALHOST_WARNING": "false", "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false"}
    return {**plain, **quiet, "ANSIBLE_COLLECTIONS_PATH": str(path)}


def pings(like: Play, number: int) -> Play:
    """As many tasks that do nothing, with the same Ansible and the same settings."""
    play = {
        **HEAD,
        "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
        "tasks": [{"ansible.builtin.ping": {}}] * number,
    }
    path = like.directory / "pings.json"
    path.write_text(json.dumps([play]), encoding="utf-8")
    return Play(f"ansible.builtin.ping, {number} tasks", like.programs, (str(path),), like.environment, like.directory)


def theirs(azure: Emulator, folder: Path, gateways: list[dict[str, Any]], *, asking_dns: bool) -> Play:
    """The same prerequisites by other people's collections, in an environment that has all that they need."""
    path = collections(*NEIGHBOURS)
    binaries = peers.installed(trees.CACHE / "envs", "neighbours", *CORE)
    if not (binaries.parent / "ready").exists():
        needed = path / "ansible_collections" / "azure" / "azcollection" / "requirements.txt"
        peers.pip_install(binaries, "-r", str(needed))
        peers.finished(trees.CACHE / "envs", "neighbours")
    # They read PEM only.
    root = folder / "root.pem"
    root.write_text(ssl.DER_cert_to_PEM_cert((folder / "root.cer").read_bytes()), encoding="ascii")
    environment = _environment(azure, folder, path)
    variables = {
        "gateways": gateways,
        "root": str(root),
        "ansible_python_interpreter": str(binaries / "python"),
        "ca_bundle": azure.ca_bundle,
        "authority": azure.authority_url,
        "manager": azure.resource_manager_url,
        "subscription": azure.subscription_id,
        "name_servers": [address for address, _port in azure.dns_addresses] if asking_dns else [],
        **{name: azure.environment[f"AZURE_{name.upper()}"] for name in ("tenant", "client_id", "secret")},
    }
    given = folder / f"theirs{len(gateways)}.yml"
    given.touch(mode=0o600)
    given.write_text(yaml.safe_dump(variables), encoding="utf-8")
    who = f"azcollection, crypto, dns, uri, {_gateways(gateways)}"
    return Play(who, binaries, (str(PLAYBOOK), "-e", f"@{given}"), environment, folder)


def best(plays: list[Play], times: int) -> dict[str, float]:
    """The least CPU seconds of each, measured by turns."""
    found: dict[str, float] = {}
    for _time in range(times):
        for play in plays:
            seconds, _printed = play.run()
            found[play.who] = min(seconds, found.get(play.who, seconds))
    return found


def prepared(play: Play) -> int:
    """Make what there is to make, then see that nothing is left to do; the number of tasks, skipped ones too."""
    play.run()
    _seconds, printed = play.run()
    if not re.search(r"changed=0 ", printed):
        raise SystemExit(f"{play.who} still changes something:\n{printed[-2000:]}")
    return len(re.findall(r"^TASK \[", printed, re.MULTILINE))


def line(who: str, seconds: float, rest: str = "") -> None:
    """Print one measurement."""
    sys.stdout.write(f"{who:<46} {seconds:>7.2f} s  {rest}\n")
    sys.stdout.flush()


def bound(who: str, seconds: float, most: float, words: str) -> bool:
    """Print a measurement beside its bound, and tell whether it keeps it."""
    kept = seconds <= most
    line(who, seconds, f"{'at most' if kept else 'MORE THAN'} {most:.2f} s, {words}")
    return kept


def compared(azure: Emulator, folder: Path, gateways: list[dict[str, Any]], times: int) -> bool:
    """The role for one gateway and for many, beside tasks that do nothing; whether it keeps its bounds."""
    one, many = ours(azure, folder, gateways[:1]), ours(azure, folder, gateways)
    prepared(many)
    doing_nothing = pings(one, prepared(one))
    found = best([doing_nothing, one, many], times)
    ping, single, all_of_them = (found[play.who] for play in (doing_nothing, one, many))
    line(doing_nothing.who, ping)
    most = FACTOR_OF_PING * ping + SECONDS_MORE
    first = bound(one.who, single, most, f"{single / ping:.2f} times the pings")
    second = bound(many.who, all_of_them, FACTOR_OF_MANY * single, f"{all_of_them / single:.2f} times one gateway")
    return first and second


def beside_neighbours(
    azure: Emulator, folder: Path, gateways: list[dict[str, Any]], times: int, *, asking_dns: bool
) -> None:
    """Ours and theirs by turns, for one gateway and for some."""
    some = gateways[:LOOPED]
    plays = [ours(azure, folder, part) for part in (gateways[:1], some)]
    plays += [theirs(azure, folder, part, asking_dns=asking_dns) for part in (gateways[:1], some)]
    for play in plays[2:]:
        prepared(play)
    found = best(plays, times)
    single, few, their_single, their_few = (found[play.who] for play in plays)
    for play, ratio in zip(plays, (1.0, 1.0, their_single / single, their_few / few), strict=True):
        line(play.who, found[play.who], f"{ratio:.1f} times ours")
    each, their_each = ((more - less) / (len(some) - 1) for less, more in ((single, few), (their_single, their_few)))
    line("each further gateway, ours", max(each, 0.0))
    line("each further gateway, theirs", their_each)


def main() -> None:
    """Print what everybody takes; the exit code is 1 where the role takes longer than it may."""
    parser = argparse.ArgumentParser(description="CPU time of the whole role, beside pings and other collections.")
    parser.add_argument("--gateways", type=int, default=200, help="how many gateways the role has in the larger run")
    parser.add_argument("--times", type=int, default=3, help="how many measurements of each, of which the best counts")
    parser.add_argument("--without-neighbours", action="store_true", help="measure the bounds alone")
    chosen = parser.parse_args()
    asking_dns = os.geteuid() == 0
    options = {"dns_port": DNS_PORT} if asking_dns else {}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        gateways = declared(folder, max(LOOPED, chosen.gateways))
        names = [gateway["service_name"].partition(".")[0] for gateway in gateways]
        with running_emulator(seed(names), **options) as azure:
            kept = compared(azure, folder, gateways, chosen.times)
            if not chosen.without_neighbours:
                beside_neighbours(azure, folder, gateways, chosen.times, asking_dns=asking_dns)
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()

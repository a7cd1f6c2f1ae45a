# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A gateway in a local Azure, for the tests that watch its alias with the programs that a user has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from tests.checks import support
from tests.checks.playing import QUIET
from tests.emulator.process import Emulator, running_emulator

NAME = "granitefalls.contoso.com"
TARGET = "granitefalls.westus.cloudapp.azure.com"
SUBSCRIPTION = "5ab50000-0000-4000-8000-000000000001"
DECLARATION = "gateways.yml"


def seed() -> dict[str, Any]:
    """A zone without the alias, and what a deployed gateway consists of."""
    deployed = {
        "name": "rg-cmg",
        "location": "westus",
        "public_ips": [{"name": "pip-granitefalls", "label": "granitefalls", "address": "127.0.10.1"}],
        "storage_accounts": [{"name": "granitefalls"}],
        "vaults": [{"name": "granitefalls"}],
    }
    zones = {"name": "rg-dns", "location": "westus", "zones": [{"name": "contoso.com"}]}
    return {"subscriptions": [{"id": SUBSCRIPTION, "resource_groups": [zones, deployed]}]}


def gateway(name: str = NAME) -> dict[str, Any]:
    """A gateway that runs, as it is declared."""
    place = {"region": "westus", "context": "existing", "resource_group": "rg-cmg"}
    return {"service_name": name, "site_version": "2503", **place}


def declaration(azure: Emulator, **variables: Any) -> dict[str, Any]:
    """The gateway and how its DNS is reached, as the variables of the role."""
    parent, port = azure.dns_parent
    options = {
        "layers": ["control_plane", "authoritative", "recursive"],
        "delegation_from": "auto",
        "root_hints": {"parent.emulator.test": parent},
        "resolvers": [{"address": azure.dns_resolver[0], "port": port}],
        "port": port,
        "ipv6": False,
        "tries": [0.3, 0.3],
    }
    return {"prerequisites_gateways": [gateway()], "prerequisites_drift_options": options, **variables}


def repoint(azure: Emulator, target: str) -> None:
    """Let somebody else change the alias and keep our mark."""
    properties = {"TTL": 3600, "CNAMERecord": {"cname": target}, "metadata": {"managed-by": "configmgr.cmg"}}
    place = {"subscription": azure.subscription_id, "resource_group": "rg-dns", "zone": "contoso.com"}
    azure.control.write_record_set(**place, kind="CNAME", name="granitefalls", properties=properties)


def target_of(azure: Emulator) -> str | None:
    """Where the alias leads to in Azure."""
    record = azure.control.record_sets("contoso.com").get(("granitefalls", "CNAME"))
    return record["CNAMERecord"]["cname"] if record else None


class Watched:
    """A running Azure, and the directory in which the programs run."""

    def __init__(self, azure: Emulator, directory: Path) -> None:
        self.azure = azure
        self.directory = directory

    def declare(self, **variables: Any) -> None:
        """Write the declaration with these further variables."""
        text = yaml.safe_dump(declaration(self.azure, **variables), sort_keys=False)
        (self.directory / DECLARATION).write_text(text, encoding="utf-8")

    def environment(self, python: Path) -> Mapping[str, str]:
        """What programs of the environment of this Python are started with."""
        return support.environment({**QUIET, **self.azure.environment}, python_bin=python.parent)

    def play(self, playbook: str, *options: str) -> support.Outcome:
        """Run a playbook of the collection on the declaration."""
        return self.run(playbook, "-e", f"@{DECLARATION}", *options)

    def run(self, playbook: str, *options: str) -> support.Outcome:
        """Run a playbook of the collection."""
        argv = [f"configmgr.cmg.{playbook}", *options]
        env = self.environment(support.tool("python"))
        return support.execute(support.tool("ansible-playbook"), *argv, seconds=120, cwd=self.directory, env=env)


@contextmanager
def watched(directory: Path, begin: Mapping[str, Any] | None = None) -> Iterator[Watched]:
    """A gateway that is declared and has no alias yet, if nothing else is given to begin with."""
    with running_emulator(begin or seed()) as azure:
        watching = Watched(azure, directory)
        watching.declare()
        yield watching

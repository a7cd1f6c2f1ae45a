# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guides, followed to the letter: every block is run, or says why it cannot be."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.checks import authorities, stand_ins, support
from tests.checks.guides import OTHER_CODE, REASONS, Block, Reader, blocks_of, missing, pages
from tests.checks.playing import PLACEHOLDER, QUIET
from tests.checks.terminal import Terminal, terminal
from tests.emulator.process import Emulator
from tools import trees

PIPELINES = sorted((trees.ROOT / "examples" / "pipelines").glob("*.yml"))
CLASSIC = "granitefalls.cloudapp.net"
TARGET = "granitefalls.westus.cloudapp.azure.com"
MADE_BY_HAND = {"name": "granitefalls", "type": "CNAME", "ttl": 3600, "records": [{"cname": CLASSIC}]}
MADE_BEFORE = {**MADE_BY_HAND, "records": [{"cname": TARGET}]}
IN_THE_CLASSIC_GROUP = {
    "storage_accounts": [{"name": "granitefalls"}],
    "cloud_services": [{"name": "granitefalls", "address": "127.9.0.1"}],
}
ZONE = {"subscription": PLACEHOLDER, "resource_group": "rg-dns", "zone": "contoso.com"}
ALIAS = {"TTL": 3600, "CNAMERecord": {"cname": TARGET}, "metadata": {"managed-by": "configmgr.cmg"}}
LABEL = {"dnsSettings": {"domainNameLabel": "granitefalls", "fqdn": TARGET}, "ipAddress": "127.9.0.2"}
DEPLOYED = {
    "storage_accounts": [{"name": "granitefalls"}],
    "vaults": [{"name": "granitefalls"}],
    "public_ips": [{"name": "ip", "label": "granitefalls", "address": "127.9.0.2"}],
}
SCALE_SET = f"/subscriptions/{PLACEHOLDER}/resourceGroups/rg-cmg/providers"
# What the emulator prints last.
READY = r"ARM_CLOUD_METADATA_URL=\S+\n"
CLONE = "git clone https://github.com/configmgr-cmg/configmgr.cmg"

Hook = Callable[[Path], None]


def seed(*record_sets: Mapping[str, Any], **group: Any) -> dict[str, Any]:
    groups = [
        {"name": "rg-dns", "location": "westus", "zones": [{"name": "contoso.com", "record_sets": list(record_sets)}]},
        {"name": "rg-cmg", "location": "westus", **group},
    ]
    return {"subscriptions": [{"id": PLACEHOLDER, "resource_groups": groups}]}


@dataclass(frozen=True)
class Desk:
    """Where somebody sits who follows a guide: a home of their own, and a local Azure in the place of the real one."""

    azure: Emulator
    home: Path
    stack: ExitStack

    def terminal(self, **variables: str) -> Terminal:
        """A terminal in which Ansible knows the collection, and Azure is the local one."""
        self.home.mkdir(exist_ok=True)
        hosts = stand_ins.inventory(self.home.parent / "inventory", {"prerequisites_drift_options": self.name_servers})
        own = {"HOME": str(self.home), "ANSIBLE_INVENTORY": str(hosts)}
        environment = support.environment({**QUIET, **self.azure.environment, **own, **variables})
        return self.stack.enter_context(terminal(self.home, environment))

    @property
    def name_servers(self) -> dict[str, Any]:
        return stand_ins.name_servers(self.azure)

    def alias(self) -> tuple[str, int] | None:
        """Where the alias leads and its TTL, or V(None) if there is none."""
        found = self.azure.control.record_sets("contoso.com").get(("granitefalls", "CNAME"))
        return (found["CNAMERecord"]["cname"], found["TTL"]) if found else None


@pytest.fixture
def desk(azure: Emulator, tmp_path: Path) -> Iterator[Desk]:
    azure.control.clear_faults()
    azure.control.reset(seed())
    with ExitStack() as stack:
        yield Desk(azure, tmp_path / "home", stack)


def guide(name: str) -> list[Block]:
    return blocks_of(trees.ROOT / "docs" / "docsite" / "rst" / f"{name}_guide.rst")


@pytest.mark.cost(14)
def test_the_first_gateway(tmp_path: Path) -> None:
    """With a terminal that knows nothing yet, and the local Azure that the guide starts."""
    home = tmp_path / "home"
    home.mkdir()
    known = support.environment({**QUIET, "HOME": str(home)})
    unknown = ("ANSIBLE_COLLECTIONS_PATH", *(name for name in known if name.startswith(("AZURE_", "CMG_"))))
    environment = {name: value for name, value in known.items() if name not in unknown}
    environment["PATH"] = environment["PATH"].replace(f"{support.BIN}{os.pathsep}", "")
    with terminal(home, environment) as shell, terminal(home, environment) as second:

        def start(command: str) -> str:
            second.type(f"cd {reader.directory}")
            return second.start(command, until=READY)

        reader = Reader(shell, start, stand_ins={CLONE: f"ln -s {trees.ROOT} configmgr.cmg"})
        reader.follow(*guide("first_gateway"))


@pytest.mark.cost(10)
def test_the_conversion(desk: Desk) -> None:
    """Never a moment without an alias, and none in which it leads to what is not there."""
    control = desk.azure.control
    control.reset(seed(MADE_BY_HAND, **IN_THE_CLASSIC_GROUP))
    seen: list[tuple[str, int] | None] = []

    def convert(_directory: Path) -> None:
        seen.append(desk.alias())
        control.put_resource(f"{SCALE_SET}/Microsoft.Network/publicIPAddresses/ip", "westus", LABEL)
        control.put_resource(f"{SCALE_SET}/Microsoft.KeyVault/vaults/granitefalls", "westus", {})

    others: dict[str, Hook] = {"the gateway is converted": convert, "a day passes": lambda _: seen.append(desk.alias())}
    Reader(desk.terminal(), others=others).follow(*guide("conversion"))
    assert seen == [(CLASSIC, 300), (TARGET, 300)]
    assert desk.alias() == (TARGET, 3600)
    assert not control.requests("DELETE")


@pytest.mark.cost(2)
def test_the_migration(desk: Desk) -> None:
    """The task that takes another one's place leaves the record as that one made it."""
    desk.azure.control.reset(seed(MADE_BEFORE))
    Reader(desk.terminal()).follow(*guide("migration"))
    assert not desk.azure.control.requests("PUT")


@pytest.mark.cost(6)
def test_a_public_certificate(desk: Desk, tmp_path: Path) -> None:
    windows = stand_ins.trusting_windows(tmp_path / "windows")
    others: dict[str, Hook] = {"the authority issues": authorities.issue_public}
    Reader(desk.terminal(PYTHONPATH=str(windows)), others=others).follow(*guide("public_certificate"))


@pytest.mark.cost(5)
def test_an_enterprise_pki(desk: Desk) -> None:
    others: dict[str, Hook] = {
        "the certificates of the CAs are exported": authorities.export_pki,
        "the CA issues": authorities.issue_enterprise,
        "the CAs publish their revocation lists": authorities.publish_revocation,
    }
    Reader(desk.terminal(), others=others).follow(*guide("enterprise_pki"))


@pytest.mark.cost(6)
def test_renewal(desk: Desk) -> None:
    shell = desk.terminal(PFX_PASSWORD=authorities.PASSWORD)
    authorities.before_renewal(desk.home)
    others: dict[str, Hook] = {
        "a successor is issued that is not like the old one": authorities.issue_unlike,
        "a successor is issued that is like the old one": authorities.issue_alike,
        "a CA is renewed": authorities.renew_ca,
        "the CA issues what was requested": authorities.issue_enterprise,
    }
    Reader(shell, others=others).follow(*guide("renewal"))


@pytest.mark.cost(4)
def test_pipelines(desk: Desk) -> None:
    """What the guide has besides the pipelines, which have a test of their own."""
    desk.azure.control.reset(seed(**DEPLOYED))

    def make_alias(_directory: Path) -> None:
        desk.azure.control.write_record_set(**ZONE, kind="CNAME", name="granitefalls", properties=ALIAS)

    others: dict[str, Hook] = {"the alias is made": make_alias}
    Reader(desk.terminal(), others=others).follow(*guide("pipelines"))


FOLLOWED = {
    "first_gateway_guide",
    "conversion_guide",
    "migration_guide",
    "public_certificate_guide",
    "enterprise_pki_guide",
    "renewal_guide",
    "pipelines_guide",
}


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.stem)
def test_every_block_is_run_or_says_why_not(page: Path) -> None:
    """A guide is followed from start to end, so that only a mark can keep a block from being run."""
    text = page.read_text(encoding="utf-8")
    assert not OTHER_CODE.search(text.replace(".. code-block::", "")), "code that is in no code-block"
    found = blocks_of(page)
    assert page.stem in FOLLOWED or not any(block.is_run for block in found)
    for block in found:
        if "not run" in block.marks:
            assert block.marks["not run"].startswith(REASONS), f"{block}: {block.marks['not run']}"
        if "run by" in block.marks:
            assert page.stem in (trees.ROOT / block.marks["run by"]).read_text(encoding="utf-8"), str(block)


def test_the_readme_shows_nothing_that_no_test_runs() -> None:
    """Its commands are typed by guides and pipelines, its file is that of a guide, its pictures are seen in guides."""
    readme = (trees.ROOT / "README.md").read_text(encoding="utf-8")
    every = [block for page in pages() for block in blocks_of(page)]
    steps = [command for block in every if block.language == "console" for command, _seen in block.steps]
    # For the real Azure this is left out, as the guide says.
    typed = {command.replace(" -e @$CMG_EMULATOR_VARIABLES", "") for command in steps}
    typed |= {line.strip() for path in PIPELINES for line in path.read_text(encoding="utf-8").splitlines()}
    joined = re.findall(r"^\$ ((?:.*\\\n)*.*)", readme, re.MULTILINE)
    commands = {command.partition("  #")[0].strip() for command in joined}
    assert {it for it in commands - typed if not it.startswith("ansible localhost ")} == {"make demo", "make test"}
    (declared,) = re.findall(r"^```yaml\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
    assert yaml.safe_load(declared) in [
        yaml.safe_load(block.text) for block in every if block.caption == "gateways.yml"
    ]
    shown = "\n".join(block.text for block in every)
    pictures = re.findall(r"^```(?:text|diff)\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
    assert all(missing(shown, picture) is None for picture in pictures)


@pytest.mark.parametrize(
    ("said", "promised", "lacks"),
    [
        ("a\n  b   c\nd", "b c\nd", None),
        ("a\nb", "b\na", "a"),
        ("TASK [x] ***\nok: [localhost]", "TASK [...] ***", None),
        ("changed: [localhost]", "ok: [localhost]", "ok: [localhost]"),
        ("ab", "a...c", "a...c"),
    ],
)
def test_promises_are_kept_in_order(said: str, promised: str, lacks: str | None) -> None:
    assert missing(said, promised) == lacks

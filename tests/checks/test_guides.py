# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guides step by step: what they declare is read out of them, and what they promise comes true."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.checks.playing import Place, blocks, place
from tests.emulator.seed import SUBSCRIPTION
from tools import trees

GUIDES = trees.ROOT / "docs" / "docsite" / "rst"
ENFORCE = ("ansible-playbook", "configmgr.cmg.enforce", "-e", "@gateways.yml")
CLASSIC = "granitefalls.cloudapp.net"
TARGET = "granitefalls.westus.cloudapp.azure.com"
MADE_BY_HAND = {"name": "granitefalls", "type": "CNAME", "ttl": 3600, "records": [{"cname": CLASSIC}]}
IN_THE_CLASSIC_GROUP = {
    "storage_accounts": [{"name": "granitefalls"}],
    "cloud_services": [{"name": "granitefalls", "address": "127.9.0.1"}],
}
LABEL = {"dnsSettings": {"domainNameLabel": "granitefalls", "fqdn": TARGET}, "ipAddress": "127.9.0.2"}
SCALE_SET = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-cmg/providers"


def seed(*record_sets: dict[str, Any], **group: Any) -> dict[str, Any]:
    groups = [
        {"name": "rg-dns", "location": "westus", "zones": [{"name": "contoso.com", "record_sets": list(record_sets)}]},
        {"name": "rg-cmg", "location": "westus", **group},
    ]
    return {"subscriptions": [{"id": SUBSCRIPTION, "resource_groups": groups}]}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place(tmp_path_factory.mktemp("guides")) as found:
        yield found


def declarations(guide: str) -> list[Any]:
    return [yaml.safe_load(block) for block in blocks(GUIDES / f"{guide}.rst", "yaml")]


@pytest.mark.cost(12)
def test_the_first_gateway(here: Place) -> None:
    here.azure.control.reset(seed())
    guide = GUIDES / "first_gateway_guide.rst"
    (declared,) = declarations("first_gateway_guide")
    here.write("gateways.yml", declared)
    refused = here.run(*ENFORCE, "--check", "--diff")
    assert refused.returncode == 2
    assert blocks(guide, "text")[0].strip() in refused.output
    declared["prerequisites_gateways"][0]["service_name"] = "granitefalls.contoso.com"
    here.write("gateways.yml", declared)
    assert blocks(guide, "diff")[0].strip() in here.succeed(*ENFORCE, "--check", "--diff")
    assert here.alias() is None
    here.succeed(*ENFORCE)
    assert here.alias() == (TARGET, 3600)


@pytest.mark.cost(20)
def test_the_conversion(here: Place) -> None:
    """Never a moment without an alias, and none in which it leads to what is not there."""
    control = here.azure.control
    control.reset(seed(MADE_BY_HAND, **IN_THE_CLASSIC_GROUP))
    classic, converted = declarations("conversion_guide")
    here.write("gateways.yml", classic)
    here.succeed(*ENFORCE, "-e", "prerequisites_on_conflict=replace")
    assert here.alias() == (CLASSIC, 300)
    here.write("gateways.yml", converted)
    here.succeed(*ENFORCE)
    assert here.alias() == (CLASSIC, 300)
    control.put_resource(f"{SCALE_SET}/Microsoft.Network/publicIPAddresses/ip", "westus", LABEL)
    control.put_resource(f"{SCALE_SET}/Microsoft.KeyVault/vaults/granitefalls", "westus", {})
    here.succeed(*ENFORCE)
    assert here.alias() == (TARGET, 300)
    (gateway,) = converted["prerequisites_gateways"]
    settled = {name: value for name, value in gateway.items() if name != "dns"} | {"context": "existing"}
    here.write("gateways.yml", {"prerequisites_gateways": [settled]})
    here.succeed(*ENFORCE)
    assert here.alias() == (TARGET, 3600)
    assert not control.requests("DELETE")


def test_the_migration(here: Place) -> None:
    """The task that takes another one's place leaves the record as that one made it."""
    ours = {**MADE_BY_HAND, "records": [{"cname": TARGET}]}
    here.azure.control.reset(seed(ours))
    before, after = blocks(GUIDES / "migration_guide.rst", "yaml")[0].split("# after\n")
    assert "azure_rm_dnsrecordset" in before
    here.succeed("ansible-playbook", here.write("migration.json", [here.play(*yaml.safe_load(after))]))
    assert not here.azure.control.requests("PUT")

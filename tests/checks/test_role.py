# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role where a task's own tests do not reach: aliases that are held back, lists one after the other, tags."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.checks.playing import Place, place
from tests.emulator.seed import SUBSCRIPTION

ROLE = "configmgr.cmg.prerequisites"
OURS = {"name": "ip", "label": "granitefalls", "location": "westus", "address": "127.9.0.1"}
TARGET = "granitefalls.westus.cloudapp.azure.com"


def gateway(name: str) -> dict[str, Any]:
    return {"service_name": f"{name}.contoso.com", "region": "westus", "site_version": "2503"}


SEED = {
    "subscriptions": [
        {
            "id": SUBSCRIPTION,
            "resource_groups": [
                {"name": "rg-dns", "location": "westus", "zones": [{"name": "contoso.com"}]},
                {"name": "rg-cmg", "location": "westus", "public_ips": [OURS]},
            ],
        }
    ]
}


@pytest.fixture(scope="module")
def shared_place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place(tmp_path_factory.mktemp("role"), SEED) as found:
        yield found


@pytest.fixture
def here(shared_place: Place) -> Place:
    shared_place.azure.control.reset(SEED)
    return shared_place


def held(name: str, **variables: Any) -> dict[str, Any]:
    return {
        "name": name,
        "ansible.builtin.include_role": {"name": ROLE, **variables.pop("role", {})},
        "vars": {"prerequisites_hold_alias": True, **variables},
    }


@pytest.mark.cost(15)
def test_a_held_alias_is_judged_by_its_own_list(here: Place) -> None:
    """What an earlier list was told is not taken for the next one's; to remove an alias nothing is asked."""
    every = [gateway("granitefalls"), gateway("wallacefalls")]
    loop = {"loop": every, "loop_control": {"loop_var": "one"}}
    tasks = [
        {**held("One after the other", role={"tasks_from": "dns"}, prerequisites_gateways=["{{ one }}"]), **loop},
        {
            "name": "The last one's result",
            "ansible.builtin.assert": {"that": "prerequisites_dns.gateways[0].record.action == 'held'"},
        },
        held("Remove both", prerequisites_gateways=every, prerequisites_state="absent"),
        {"name": "Removed", "ansible.builtin.assert": {"that": "prerequisites_dns is changed"}},
    ]
    here.succeed("ansible-playbook", here.write("held.json", [here.play(*tasks)]))
    writes = [
        (one["method"], one["path"].rpartition("/")[2].partition("?")[0]) for one in here.azure.control.requests()
    ]
    assert [one for one in writes if one[0] in ("PUT", "DELETE")] == [
        ("PUT", "granitefalls"),
        ("DELETE", "granitefalls"),
    ]


@pytest.mark.cost(10)
def test_tags_choose_among_the_steps(here: Place) -> None:
    every = {"prerequisites_gateways": [gateway("granitefalls"), gateway("wallacefalls")]}
    here.write("gateways.json", {**every, "prerequisites_hold_alias": True})
    play = ("ansible-playbook", "configmgr.cmg.enforce", "-e", "@gateways.json")
    names = here.succeed(*play, "--tags", "prerequisites_names")
    assert re.findall(r"TASK \[\S+ : (\w+) \|", names) == ["names", "names"]
    assert not here.azure.control.requests()
    here.succeed(*play, "--tags", "prerequisites_dns")
    assert (here.alias(), here.alias("wallacefalls")) == ((TARGET, 3600), None)

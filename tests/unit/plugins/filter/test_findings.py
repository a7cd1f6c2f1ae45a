# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filters that playbooks decide and tell with."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.configmgr.cmg.plugins.filter import drifting as drifting_plugin
from ansible_collections.configmgr.cmg.plugins.filter import failing as failing_plugin
from ansible_collections.configmgr.cmg.plugins.filter import gateways_of_hosts as gateways_of_hosts_plugin
from ansible_collections.configmgr.cmg.plugins.filter import of_gateway as of_gateway_plugin
from ansible_collections.configmgr.cmg.plugins.filter import spelt_like as spelt_like_plugin
from ansible_collections.configmgr.cmg.plugins.filter import to_lines as to_lines_plugin
from ansible_collections.configmgr.cmg.plugins.filter import to_table as to_table_plugin

FAILING = failing_plugin.FilterModule().filters()["failing"]
TO_LINES = to_lines_plugin.FilterModule().filters()["to_lines"]
TO_TABLE = to_table_plugin.FilterModule().filters()["to_table"]
DRIFTING = drifting_plugin.FilterModule().filters()["drifting"]
OF_GATEWAY = of_gateway_plugin.FilterModule().filters()["of_gateway"]
SPELT_LIKE = spelt_like_plugin.FilterModule().filters()["spelt_like"]
GATEWAYS_OF_HOSTS = gateways_of_hosts_plugin.FilterModule().filters()["gateways_of_hosts"]
FINDING = {
    "rule": "PREFIX-006",
    "title": "The prefix has no hyphen",
    "severity": "warning",
    "status": "failed",
    "gateway": "granite-falls.contoso.com",
    "subject": "prefix",
    "observed": "A hyphen.",
    "expected": "None.",
    "remedy": "Rename.",
    "sources": [],
}
RESULT: dict[str, Any] = {"changed": False, "gateways": [], "findings": [FINDING]}


def test_failing_takes_a_result() -> None:
    assert FAILING(RESULT) == []
    assert FAILING(RESULT, "warning") == [FINDING]


def test_to_lines_takes_a_result() -> None:
    assert TO_LINES(RESULT)[0] == "WARNING PREFIX-006 granite-falls.contoso.com, prefix: The prefix has no hyphen"


def test_failing_and_the_table_leave_out_what_comes_later() -> None:
    assert FAILING([RESULT, RESULT], "warning", besides=["PREFIX-*"]) == []
    assert TO_TABLE([RESULT], rules=["DNS-*"]) == ["| Nothing to complain about."]
    assert TO_TABLE([RESULT, RESULT])[-2] == "| 1 warning at 1 gateway."


def test_drifting_takes_a_result() -> None:
    alias = {"name": "granitefalls.contoso.com.", "state": "unknown"}
    assert DRIFTING({"aliases": [alias]}) == []
    assert DRIFTING({"aliases": [alias]}, ["unknown"]) == [alias]
    with pytest.raises(AnsibleFilterError, match="is no state"):
        DRIFTING({"aliases": [alias]}, ["bad"])
    with pytest.raises(AnsibleFilterError, match="this is list"):
        DRIFTING([alias])


def test_of_gateway_takes_a_result() -> None:
    assert OF_GATEWAY(RESULT) == RESULT
    entry = {"name": "granite-falls.contoso.com", "findings": [FINDING]}
    assert OF_GATEWAY({**RESULT, "gateways": [entry]}, entry["name"])["findings"] == [FINDING]
    with pytest.raises(AnsibleFilterError, match="no gateway with the name 'nobody'"):
        OF_GATEWAY(RESULT, "nobody")
    with pytest.raises(AnsibleFilterError, match="this is str"):
        OF_GATEWAY("names", "nobody")


def test_gateways_of_hosts_have_the_names_of_their_hosts() -> None:
    hostvars = {
        "gw2": {"prerequisites_gateway": {"region": "westus", "name": "x"}},
        "gw1": {"own": {"region": "eastus"}},
    }
    assert GATEWAYS_OF_HOSTS(["gw2"], hostvars) == [{"region": "westus", "name": "gw2"}]
    assert GATEWAYS_OF_HOSTS(["gw1"], hostvars, "own") == [{"region": "eastus", "name": "gw1"}]


DECIDING: dict[str, dict[str, Any]] = {
    "gw1": {"state": "absent", "azure": {"secret": "s3cret"}, "same": [1], "late": 3},
    "gw2": {"state": "present", "azure": {}, "same": [1]},
    **{f"gw{number}": {"state": "present", "azure": {}, "same": [1]} for number in range(3, 6)},
}


def of_disagreeing(**alike: Any) -> list[Any]:
    hostvars = {host: {**own, "prerequisites_gateway": {}} for host, own in DECIDING.items()}
    found: list[Any] = GATEWAYS_OF_HOSTS(list(hostvars), hostvars, alike=alike)
    return found


@pytest.mark.parametrize(
    ("alike", "said"),
    [
        ({"state": "absent"}, "state is 'absent' at gw1; 'present' at gw2, gw3, gw4 and 1 more. Set it alike"),
        ({"azure": {}}, "azure is a value of its own at gw1; a value of its own at gw2, "),
        ({"late": 3}, "late is 3 at gw1; not set at gw2, "),
        ({"late": 1}, "late is 3 at gw1; not set at gw2, "),
    ],
)
def test_hosts_that_disagree_are_named(alike: dict[str, Any], said: str) -> None:
    with pytest.raises(AnsibleFilterError) as caught:
        of_disagreeing(**alike)
    assert said in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_hosts_agree_in_what_they_share_and_in_what_the_play_sets() -> None:
    assert len(of_disagreeing(same=[1], nowhere="x", state="the play's")) == len(DECIDING)


@pytest.mark.parametrize(("host", "said"), [("gw1", "no dictionary prerequisites_gateway"), ("gw9", "is no host")])
def test_a_host_without_a_gateway_is_named(host: str, said: str) -> None:
    with pytest.raises(AnsibleFilterError, match=f"'{host}' .*{said}"):
        GATEWAYS_OF_HOSTS([host], {"gw1": {}})


KNOWN = ["prerequisites_gateway", "prerequisites_gateways", "prerequisites_hold_alias", "prerequisites_state"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("prerequisites_hold_alais", "prerequisites_hold_alias"),
        ("prerequisites_holdalias", "prerequisites_hold_alias"),
        ("prerequisites_Hold_alias", "prerequisites_hold_alias"),
        ("prerequisite_hold_alias", "prerequisites_hold_alias"),
        ("prerequsites_state", "prerequisites_state"),
        ("prerequisites_statee", "prerequisites_state"),
        ("prerequisites_gatways", "prerequisites_gateways"),
        ("prerequisites_gatway", "prerequisites_gateway"),
    ],
)
def test_a_misspelt_variable_is_refused_with_what_is_meant(name: str, meant: str) -> None:
    with pytest.raises(AnsibleFilterError, match=f"^{name} is no variable .*: write {meant}. A variable of your own"):
        SPELT_LIKE([*KNOWN, name, "play_hosts"], KNOWN)
    with pytest.raises(AnsibleFilterError, match=f"^{name} is no variable .*: write {meant}. "):
        GATEWAYS_OF_HOSTS(["gw1", "gw2"], {"gw1": {KNOWN[0]: {}}, "gw2": {KNOWN[0]: {}, name: 1}}, known=KNOWN)


def test_all_misspelt_variables_are_told_at_once() -> None:
    with pytest.raises(AnsibleFilterError, match=r"^prerequisites_gatways is .*; prerequisites_sate is no variable"):
        SPELT_LIKE(["prerequisites_sate", "prerequisites_gatways"], KNOWN)


@pytest.mark.parametrize(
    "name",
    ["prerequisites_gateways_west", "prerequisites_gateways2", "prerequisites_dns", "prerequisites_hosts", "state", ""],
)
def test_variables_of_ones_own_are_left_alone(name: str) -> None:
    assert SPELT_LIKE([name, *KNOWN], KNOWN) == [name, *KNOWN]


@pytest.mark.parametrize("filter_", [FAILING, TO_LINES, TO_TABLE])
def test_anything_else_is_a_filter_error(filter_: Any) -> None:
    with pytest.raises(AnsibleFilterError, match="without findings"):
        filter_({"msg": "failed before it judged anything"})


def test_an_unknown_threshold_is_a_filter_error() -> None:
    with pytest.raises(AnsibleFilterError, match="no severity"):
        FAILING(RESULT, "dreadful")

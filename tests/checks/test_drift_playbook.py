# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook configmgr.cmg.drift from start to end: exit codes, files, and that it writes nothing else.

A host of the inventory stands for each case, with a list of gateways and a folder for files of its own, so that few
runs show them all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from junitparser import JUnitXml

from tests.checks import support, watched
from tests.checks.playing import INTERPRETER
from tests.checks.watched import DECLARATION, NAME, Watched, repoint

FILES = {
    "prerequisites_drift_json": "drift.json",
    "prerequisites_drift_junit": "drift.xml",
    "prerequisites_drift_markdown": "drift.md",
    "prerequisites_drift_prometheus": "drift.prom",
    "prerequisites_drift_sarif": "drift.sarif",
}
OTHER = "wallacefalls.fabrikam.com"
ELSEWHERE = "oldfalls.eastus.cloudapp.azure.com"
RECAP = re.compile(r"^(\w+) +: ok=\d+ +changed=(\d+) +unreachable=0 +failed=(\d+)", re.MULTILINE)
pytestmark = pytest.mark.cost(16)


def seed() -> dict[str, Any]:
    """Two gateways in zones of their own: the alias of the first leads elsewhere, that of the other one is right."""
    begin = watched.seed()
    zones, deployed = begin["subscriptions"][0]["resource_groups"]
    target = {"name": "wallacefalls", "type": "CNAME", "ttl": 3600, "metadata": {"managed-by": "configmgr.cmg"}}
    alias = {**target, "records": [{"cname": "wallacefalls.westus.cloudapp.azure.com"}]}
    zones["zones"].append({"name": "fabrikam.com", "record_sets": [alias]})
    deployed["public_ips"].append({"name": "pip-wallacefalls", "label": "wallacefalls", "address": "127.0.10.2"})
    deployed["storage_accounts"].append({"name": "wallacefalls"})
    deployed["vaults"].append({"name": "wallacefalls"})
    return begin


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """Both gateways, an inventory of all cases, and a folder for the files of each."""
    with watched.watched(tmp_path_factory.mktemp("drift"), seed()) as watching:
        repoint(watching.azure, ELSEWHERE)
        watching.azure.control.clear_requests()
        every = cases(watching)
        for name in every:
            (watching.directory / name).mkdir()
        hosts = {"all": {"hosts": every, "vars": {"ansible_connection": "local", **INTERPRETER}}}
        (watching.directory / "hosts.yml").write_text(json.dumps(hosts), encoding="utf-8")
        yield watching


def cases(place: Watched) -> dict[str, dict[str, Any]]:
    """The hosts, each with its own variables of the role."""
    options = watched.declaration(place.azure)["prerequisites_drift_options"]
    right, drifted = (
        {"prerequisites_gateways": [watched.gateway(OTHER)]},
        {"prerequisites_gateways": [watched.gateway()]},
    )
    wrong = {"service_name": "*.contoso.com", "region": "westus"}
    # Nothing listens at this port.
    silent: dict[str, Any] = {"prerequisites_drift_options": {**options, "port": 9}}
    found: dict[str, dict[str, Any]] = {
        # The metrics hold the time, and so are never the same again.
        "right": {**right, **files("right", *(name for name in FILES if name != "prerequisites_drift_prometheus"))},
        "drifted": {**drifted, **files("drifted", *FILES)},
        "looked": {**drifted, **files("looked", *FILES)},
        "failing": {**drifted, **files("failing", *FILES), "prerequisites_drift_options": {"port": 70000}},
        "unnamed": {"prerequisites_gateways": [wrong]},
        "unseen": {**right, **files("unseen", *FILES)},
        "strict": {
            **right,
            **files("strict", "prerequisites_drift_json"),
            **silent,
            "prerequisites_drift_fail_on": ["drift", "unknown"],
        },
    }
    return {name: {"prerequisites_drift_options": options, **own} for name, own in found.items()}


def files(case: str, *names: str) -> dict[str, Any]:
    """The variables by which a case has these files."""
    return {"prerequisites_drift_declaration": [DECLARATION], **{name: f"{case}/{FILES[name]}" for name in names}}


def play(place: Watched, *names: str, options: tuple[str, ...] = ()) -> support.Outcome:
    """The playbook with these cases, which are at least one."""
    return place.run("drift", "-i", "hosts.yml", "-e", f"prerequisites_hosts={','.join(names)}", *options)


@pytest.fixture(scope="module")
def first(place: Watched) -> support.Outcome:
    """The run in which most of the cases are looked at."""
    return play(place, "right", "drifted", "failing", "unnamed", "strict")


@pytest.fixture(scope="module")
def again(place: Watched, first: support.Outcome) -> support.Outcome:
    """Check mode, after the first run, with files that are there and with files that are not."""
    assert first.returncode == 2, first.output
    return play(place, "right", "looked", options=("--check",))


def counts(outcome: support.Outcome) -> dict[str, tuple[int, int]]:
    """How many tasks of each host changed something, and how many failed."""
    found = {host: (int(changed), int(failed)) for host, changed, failed in RECAP.findall(outcome.output)}
    assert found, outcome.output
    return found


def written(place: Watched, case: str) -> set[str]:
    return {path.name for path in (place.directory / case).iterdir()}


def read(place: Watched, name: str) -> str:
    return (place.directory / name).read_text(encoding="utf-8")


def said_of(case: str, output: str) -> str:
    """What the run said when the host failed."""
    return "".join(
        re.findall(rf"^fatal: \[{case}\]: .*?^\}}|^fatal: \[{case}\]: .*\}}$", output, re.DOTALL | re.MULTILINE)
    )


def test_in_sync_does_not_fail_and_writes_the_same_files_again(
    place: Watched, first: support.Outcome, again: support.Outcome
) -> None:
    assert counts(first)["right"] == (4, 0), first.output
    assert counts(again)["right"] == (0, 0), again.output
    assert json.loads(read(place, "right/drift.json"))["state"] == "in_sync"
    assert not place.azure.control.requests("PUT")


def test_drift_is_2_after_all_files_are_written(place: Watched, first: support.Outcome) -> None:
    assert first.returncode == 2, first.output
    assert counts(first)["drifted"] == (5, 1), first.output
    assert written(place, "drifted") == set(FILES.values())
    assert "DRIFT-WRONG-TARGET" in said_of("drifted", first.output)
    check_files(place)


def check_files(place: Watched) -> None:
    report: dict[str, Any] = json.loads(read(place, "drifted/drift.json"))
    assert (report["schema_version"], report["state"]) == (1, "drift")
    assert "wrong_target" in {finding["code"] for finding in report["findings"]}
    junit = JUnitXml.fromstring(read(place, "drifted/drift.xml").encode())
    assert (junit.tests, junit.errors) == (5, 0)
    assert junit.failures == 2
    metrics = read(place, "drifted/drift.prom")
    assert f'cmg_alias_state{{gateway="{NAME}",name="{NAME}",zone="contoso.com"}} 3.0' in metrics
    assert "1 alias: 1 drift." in read(place, "drifted/drift.md")
    for result in json.loads(read(place, "drifted/drift.sarif"))["runs"][0]["results"]:
        location = result["locations"][0]["physicalLocation"]
        assert location["artifactLocation"]["uri"] == DECLARATION
        assert read(place, DECLARATION).splitlines()[location["region"]["startLine"] - 1].endswith(NAME)


def test_check_mode_looks_and_writes_nothing(place: Watched, again: support.Outcome) -> None:
    assert counts(again)["looked"][1] == 1, again.output
    assert "DRIFT-WRONG-TARGET" in said_of("looked", again.output)
    assert written(place, "looked") == set()


def test_what_is_unknown_fails_only_if_asked_for_and_tags_choose_among_the_files(
    place: Watched, first: support.Outcome
) -> None:
    for server in range(4):
        place.azure.control.dns_fault(server, "silent")
    tags = ("--tags", "prerequisites_drift_json,prerequisites_drift_markdown")
    outcome = play(place, "unseen", options=tags)
    place.azure.control.clear_faults()
    assert outcome.returncode == 0, outcome.output
    assert written(place, "unseen") == {"drift.json", "drift.md"}
    assert json.loads(read(place, "unseen/drift.json"))["state"] == "unknown"
    assert json.loads(read(place, "strict/drift.json"))["state"] == "unknown"
    assert counts(first)["strict"] == (1, 1), first.output


def test_a_check_that_fails_is_told_in_the_files(place: Watched, first: support.Outcome) -> None:
    assert counts(first)["failing"] == (5, 1), first.output
    assert "port is 70000" in said_of("failing", first.output)
    assert written(place, "failing") == set(FILES.values())
    assert JUnitXml.fromstring(read(place, "failing/drift.xml").encode()).errors == 1
    assert "cmg_check_success 0.0" in read(place, "failing/drift.prom")
    assert "port is 70000" in json.loads(read(place, "failing/drift.json"))["failure"]


def test_a_gateway_whose_alias_is_not_known_fails(first: support.Outcome) -> None:
    assert counts(first)["unnamed"][1] == 1, first.output
    assert "*.contoso.com" in said_of("unnamed", first.output)

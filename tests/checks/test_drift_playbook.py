# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook configmgr.cmg.drift from start to end: exit codes, files, and that it writes nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from junitparser import JUnitXml

from tests.checks import support
from tests.checks.watched import DECLARATION, NAME, TARGET, Watched, repoint, watched

FILES = {
    "prerequisites_drift_json": "drift.json",
    "prerequisites_drift_junit": "drift.xml",
    "prerequisites_drift_markdown": "drift.md",
    "prerequisites_drift_prometheus": "drift.prom",
    "prerequisites_drift_sarif": "drift.sarif",
}
EVERYTHING = {**FILES, "prerequisites_drift_declaration": [DECLARATION]}
WITHOUT_TIME = {name: value for name, value in EVERYTHING.items() if name != "prerequisites_drift_prometheus"}
CHANGED = re.compile(r"changed=(\d+)")
pytestmark = pytest.mark.cost(5)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    with watched(tmp_path_factory.mktemp("drift")) as watching:
        yield watching


@pytest.fixture
def clean(place: Watched) -> Watched:
    """The place with the alias as it is declared, no files, no faults and an empty log."""
    place.azure.control.clear_faults()
    repoint(place.azure, TARGET)
    place.azure.control.clear_requests()
    for name in FILES.values():
        (place.directory / name).unlink(missing_ok=True)
    return place


def written(place: Watched) -> set[str]:
    return {path.name for path in place.directory.iterdir()} - {DECLARATION}


def changed(outcome: support.Outcome) -> int:
    found = CHANGED.search(outcome.output)
    assert found, outcome.output
    return int(found[1])


def read(place: Watched, name: str) -> str:
    return (place.directory / name).read_text(encoding="utf-8")


def test_in_sync_is_0_and_the_same_files_again(clean: Watched) -> None:
    clean.declare(**WITHOUT_TIME)
    first, second = clean.play("drift"), clean.play("drift", "--check")
    assert (first.returncode, second.returncode) == (0, 0), first.output
    assert (changed(first), changed(second)) == (4, 0), second.output
    assert json.loads(read(clean, "drift.json"))["state"] == "in_sync"
    assert not clean.azure.control.requests("PUT")


def test_drift_is_2_after_all_files_are_written(clean: Watched) -> None:
    clean.declare(**EVERYTHING)
    repoint(clean.azure, "oldfalls.eastus.cloudapp.azure.com")
    outcome = clean.play("drift")
    assert outcome.returncode == 2, outcome.output
    assert written(clean) == set(FILES.values())
    assert "DRIFT-WRONG-TARGET" in outcome.output
    assert not clean.azure.control.requests("PUT")
    check_files(clean)


def check_files(place: Watched) -> None:
    report: dict[str, Any] = json.loads(read(place, "drift.json"))
    assert (report["schema_version"], report["state"]) == (1, "drift")
    assert "wrong_target" in {finding["code"] for finding in report["findings"]}
    junit = JUnitXml.fromstring(read(place, "drift.xml").encode())
    assert (junit.tests, junit.errors) == (5, 0)
    assert junit.failures == 2
    assert f'cmg_alias_state{{gateway="{NAME}",name="{NAME}",zone="contoso.com"}} 3.0' in read(place, "drift.prom")
    assert "1 alias: 1 drift." in read(place, "drift.md")
    for result in json.loads(read(place, "drift.sarif"))["runs"][0]["results"]:
        location = result["locations"][0]["physicalLocation"]
        assert location["artifactLocation"]["uri"] == DECLARATION
        assert read(place, DECLARATION).splitlines()[location["region"]["startLine"] - 1].endswith(NAME)


def test_check_mode_looks_and_writes_nothing(clean: Watched) -> None:
    clean.declare(**WITHOUT_TIME)
    repoint(clean.azure, "oldfalls.eastus.cloudapp.azure.com")
    assert clean.play("drift", "--check").returncode == 2
    assert written(clean) == set()


def test_what_is_unknown_fails_only_if_asked_for_and_tags_choose_among_the_files(clean: Watched) -> None:
    for server in range(4):
        clean.azure.control.dns_fault(server, "silent")
    clean.declare(**EVERYTHING)
    outcome = clean.play("drift", "--tags", "prerequisites_drift_json,prerequisites_drift_markdown")
    assert outcome.returncode == 0, outcome.output
    assert written(clean) == {"drift.json", "drift.md"}
    assert json.loads(read(clean, "drift.json"))["state"] == "unknown"
    clean.declare(prerequisites_drift_fail_on=["drift", "unknown"])
    assert clean.play("drift").returncode == 2


def test_a_check_that_fails_is_told_in_the_files(clean: Watched) -> None:
    clean.declare(**EVERYTHING)
    outcome = clean.play("drift", "-e", '{"prerequisites_drift_options": {"port": 70000}}')
    assert outcome.returncode == 2
    assert "port is 70000" in outcome.output
    assert written(clean) == set(FILES.values())
    assert JUnitXml.fromstring(read(clean, "drift.xml").encode()).errors == 1
    assert "cmg_check_success 0.0" in read(clean, "drift.prom")
    assert "port is 70000" in json.loads(read(clean, "drift.json"))["failure"]


def test_a_gateway_whose_alias_is_not_known_fails(clean: Watched, tmp_path: Path) -> None:
    clean.declare()
    wrong = tmp_path / "wrong.yml"
    wrong.write_text('prerequisites_gateways: [{service_name: "*.contoso.com", region: westus}]\n', encoding="utf-8")
    outcome = clean.play("drift", "-e", f"@{wrong}")
    assert outcome.returncode == 2
    assert "*.contoso.com" in outcome.output

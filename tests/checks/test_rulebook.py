# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rulebook with the real ansible-rulebook: drift that can be repaired is, the rest is told.

Its command, its inventory and what is seen are those of the guide (event_driven_guide), with shorter pauses.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from tests.checks import sources, stand_ins, support
from tests.checks.guides import PAGES, blocks_of, missing
from tests.checks.packaging import package
from tests.checks.watched import DECLARATION, NAME, TARGET, Watched, gateway, repoint, target_of, watched
from tools import environments, trees

GUIDE = blocks_of(PAGES / "event_driven_guide.rst")
FILES = {block.caption: block for block in GUIDE if block.caption}
INSTALL, RUN, SEEN = (block for block in GUIDE if not block.caption)
INVENTORY = "inventory.yml"
FREE = "wallacefalls.contoso.com"
END_SECONDS = 20
PATIENCE = 90


@pytest.fixture(scope="module")
def python() -> Path:
    """The Python of the environment with ansible-rulebook, made when it is missing."""
    environment = environments.ENVIRONMENTS["rulebook"]
    if shutil.which("java") is None:
        pytest.skip("ansible-rulebook needs a Java runtime, and there is no java on this machine")
    if environments.find_interpreter(environment.pythons) is None:
        pytest.skip(f"ansible-rulebook is locked for Python {environment.pythons[0]}, which is not on this machine")
    return environments.ensure(environment)


class Rulebook:
    """A running rulebook."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process = process
        self.log = log

    @property
    def output(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait_for(self, what: str, happened: Callable[[], bool]) -> None:
        """Go on once it happened; fail with everything that was said if it does not, or if the rulebook ends."""
        deadline = time.monotonic() + PATIENCE
        while not happened():
            if time.monotonic() > deadline or self.process.poll() is not None:
                pytest.fail(f"{what} did not happen\n{self.output}", pytrace=False)
            time.sleep(0.3)


@contextmanager
def running(place: Watched, python: Path) -> Iterator[Rulebook]:
    log = place.directory / "rulebook.log"
    (place.directory / INVENTORY).write_text(FILES[INVENTORY].text, encoding="utf-8")
    ((command, _seen),) = RUN.steps
    program, *options = shlex.split(command)
    with log.open("wb") as handle:
        process = subprocess.Popen(
            [str(python.parent / program), *options],
            cwd=place.directory,
            env=dict(place.environment(python)),
            stdin=subprocess.DEVNULL,
            stdout=handle,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield Rulebook(process, log)
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """End the rulebook and whatever it has started."""
    for wanted in (signal.SIGINT, signal.SIGKILL):
        if process.poll() is None:
            os.killpg(process.pid, wanted)
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        return


@pytest.mark.cost(33)
def test_repairable_drift_is_repaired_and_the_rest_is_told(python: Path, tmp_path: Path) -> None:
    """Nobody holds the deployment name of the second gateway yet: its alias is told of, and not made."""
    free = {"service_name": FREE, "region": "westus", "site_version": "2503"}
    with watched(tmp_path) as place:
        declared = {"prerequisites_gateways": [gateway(), free], "prerequisites_hold_alias": True}
        place.declare(alias_drift_interval=1, alias_drift_for=2, alias_drift_heartbeat=0, **declared)
        control = place.azure.control
        with running(place, python) as rulebook:
            rulebook.wait_for("making the alias", lambda: target_of(place.azure) == TARGET)
            rulebook.wait_for("telling of it", lambda: f"{NAME} plane_missing: drift -> in_sync." in rulebook.output)
            repoint(place.azure, "oldfalls.eastus.cloudapp.azure.com")
            rulebook.wait_for("repairing the alias", lambda: target_of(place.azure) == TARGET)
            rulebook.wait_for(
                "telling of that", lambda: f"{NAME} plane_wrong_target: drift -> in_sync." in rulebook.output
            )
            assert missing(rulebook.output, SEEN.text) is None, rulebook.output
            assert re.search(rf"{FREE} plane_missing: in_sync -> drift\. .* held back", rulebook.output), (
                rulebook.output
            )
            assert set(control.record_sets("contoso.com")) & {("wallacefalls", "CNAME")} == set()
            plays = rulebook.output.count("PLAY RECAP")
            control.clear_requests()
            control.dns_fault(0, "refused")
            rulebook.wait_for(
                "telling of the server", lambda: f"{NAME} lame_server: in_sync -> drift." in rulebook.output
            )
            control.clear_faults()
            rulebook.wait_for("taking it back", lambda: f"{NAME} lame_server: drift -> in_sync." in rulebook.output)
            assert rulebook.output.count("PLAY RECAP") == plays == 2, rulebook.output
            assert not control.requests("PUT")


def test_what_the_guide_installs_suffices(
    python: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """From the artifact, and with the requirements that it brings."""
    artifact = package(tmp_path_factory, python.parent).artifact
    programs = stand_ins.programs(tmp_path, python, artifact)
    env = support.environment({"HOME": str(tmp_path)}, python_bin=python.parent)
    del env["ANSIBLE_COLLECTIONS_PATH"]
    env |= {"PATH": f"{programs}{os.pathsep}{env['PATH']}", "ANSIBLE_HOME": str(tmp_path / ".ansible")}
    for command, _seen in INSTALL.steps:
        support.check("bash", "-c", command, env=env, cwd=tmp_path)


def test_what_the_guide_declares_is_what_the_rulebook_reads() -> None:
    example = sources.yaml_of(trees.ROOT / "examples" / INVENTORY)
    assert yaml.safe_load(FILES[INVENTORY].text)["all"]["hosts"] == example["all"]["hosts"]
    declared = yaml.safe_load(FILES[DECLARATION].text)
    text = (trees.ROOT / "extensions" / "eda" / "rulebooks" / "alias_drift.yml").read_text(encoding="utf-8")
    assert all(f"{{{{ {name} | default(" in text for name in declared if name.startswith("alias_drift_"))
    (gateway,) = declared["prerequisites_gateways"]
    assert gateway["service_name"] == NAME

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A thousand gateways in one zone: few reads, no needless write, and no harm in being killed or run twice."""

from __future__ import annotations

import resource
import signal
import subprocess
import time

import pytest

from tests.adapters.azure.support import SECONDS, ZONE, finished, gateway, module_process, run, target
from tests.emulator.process import Emulator
from tests.emulator.seed import SUBSCRIPTION

MANY = 1000
GATEWAYS = [gateway(f"gateway{number:04}") for number in range(MANY)]


def calls(azure: Emulator, method: str) -> int:
    """How many requests the resource manager got; signing in is none of them."""
    return len(azure.control.requests(method, f"/subscriptions/{SUBSCRIPTION}"))


def complete(azure: Emulator, many: int = MANY) -> bool:
    """Whether so many aliases are there, each with its target, our mark and one moment."""
    found = {name: one for (name, kind), one in azure.control.record_sets(ZONE).items() if kind == "CNAME"}
    right = [one["CNAMERecord"] == {"cname": target(name)} for name, one in found.items()]
    marked = [set(one["metadata"]) == {"managed-by", "cmg-changed-at"} for one in found.values()]
    return len(found) == many and all(right) and all(marked)


@pytest.mark.cost(8)
@pytest.mark.azure_sdk
def test_a_thousand_to_create_and_then_nothing_to_do(azure: Emulator) -> None:
    result = run(*GATEWAYS)
    assert result["changed"] is True
    assert (calls(azure, "PUT"), calls(azure, "GET") <= 12) == (MANY, True)
    assert complete(azure)
    azure.control.clear_requests()
    result = run(*GATEWAYS)
    assert result["changed"] is False
    assert calls(azure, "GET") == sum(result["requests"].values()) <= 12
    assert calls(azure, "PUT") == 0
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 400 * 1024


def written(azure: Emulator, process: subprocess.Popen[bytes], least: int) -> int:
    """Wait until that many aliases have been written, or the process has ended."""
    for _step in range(SECONDS * 50):
        done = azure.control.counts().get("PUT 201", 0)
        if done >= least or process.poll() is not None:
            return done
        time.sleep(0.02)
    return 0


@pytest.mark.cost(12)
def test_killed_half_way_and_run_again_it_completes(azure: Emulator) -> None:
    with module_process(azure, GATEWAYS, concurrency=4) as process:
        done = written(azure, process, 200)
        process.send_signal(signal.SIGKILL)
        assert process.wait(SECONDS) == -signal.SIGKILL
    assert 200 <= done < MANY
    there = len(azure.control.record_sets(ZONE)) - 2
    assert done <= there < MANY
    result = run(*GATEWAYS)
    assert result["requests"]["create_record_set"] == MANY - there
    assert complete(azure)
    assert run(*GATEWAYS)["changed"] is False


@pytest.mark.cost(6)
def test_two_runs_at_the_same_time(azure: Emulator) -> None:
    """Both want the same; one of them in the opposite order. Every alias is written once, and neither fails."""
    some = GATEWAYS[:300]
    with module_process(azure, some) as one, module_process(azure, some[::-1]) as other:
        results = [finished(one), finished(other)]
    assert [result.get("msg") for result in results] == [None, None]
    assert complete(azure, len(some))
    counts = azure.control.counts()
    assert counts["PUT 201"] == len(some)
    assert "PUT 200" not in counts
    made = [sum(item["record"]["action"] == "create" for item in result["gateways"]) for result in results]
    assert sum(made) == len(some)
    assert run(*some)["changed"] is False


@pytest.mark.cost(6)
def test_two_runs_that_change_the_same_aliases(azure: Emulator) -> None:
    """Each adds metadata of its own, and carries over what the other one wrote meanwhile."""
    some = [gateway(f"gateway{number:04}") for number in range(200)]
    run(*some)
    first = [{**one, "dns": {"metadata": {"one": "1"}}} for one in some]
    second = [{**one, "dns": {"metadata": {"two": "2"}}} for one in some]
    with module_process(azure, first) as one, module_process(azure, second[::-1]) as other:
        results = [finished(one), finished(other)]
    assert [result.get("msg") for result in results] == [None, None]
    found = [one for (_name, kind), one in azure.control.record_sets(ZONE).items() if kind == "CNAME"]
    assert {(one["metadata"].get("one"), one["metadata"].get("two")) for one in found} == {("1", "2")}

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The watch: what it puts on the queue, what does not end it, and what does."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import CmgError, InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._module.drift_source import options_of
from ansible_collections.configmgr.cmg.plugins.module_utils._module.watch import GRACE, Rhythm, rhythm_of, watch
from tests.unit import results_factory as results
from tests.unit.plugins.module_utils._core.drift import cases

GOOD = results.drift_result()
WRONG = results.drift_result({"authoritative": cases.everywhere(cases.cname(cases.OLD)), "probes": ()})
GATEWAYS = [{"service_name": cases.NAME, "region": "westus"}]


def rhythm(most: int, **changes: Any) -> Rhythm:
    return Rhythm(**{"interval": 0.001, "lasting": 1, "heartbeat": 0, "most": most, "patience": 5.0, **changes})


def looking(*looks: Mapping[str, Any] | Exception) -> Callable[[], Mapping[str, Any]]:
    """A check that sees these one after the other."""
    remaining: Iterator[Mapping[str, Any] | Exception] = iter(looks)

    def check() -> Mapping[str, Any]:
        seen = next(remaining)
        if isinstance(seen, Exception):
            raise seen
        return seen

    return check


def told(check: Callable[[], Mapping[str, Any]], how: Rhythm) -> list[dict[str, Any]]:
    async def run() -> list[dict[str, Any]]:
        queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        await watch(queue, how, check)
        return [queue.get_nowait()["alias_drift"] for _number in range(queue.qsize())]

    return asyncio.run(run())


def in_short(events: list[dict[str, Any]]) -> list[str]:
    return [f"{event['code']}: {event['from_state']} > {event['to_state']}" for event in events]


def test_changes_are_told_once() -> None:
    events = told(looking(GOOD, WRONG, WRONG, WRONG, GOOD), rhythm(5))
    assert in_short(events) == ["wrong_target: in_sync > drift", "wrong_target: drift > in_sync"]


def test_a_change_has_to_last() -> None:
    assert told(looking(WRONG, GOOD, WRONG, GOOD), rhythm(4, lasting=2)) == []


@pytest.mark.parametrize(
    ("failure", "message"),
    [
        (CmgError("The zone cannot be read."), "The zone cannot be read."),
        (RuntimeError("boom"), "RuntimeError: boom"),
        ({"changed": False}, "A result of a module of configmgr.cmg"),
    ],
)
def test_a_failed_look_is_told_and_ends_nothing(failure: Mapping[str, Any] | Exception, message: str) -> None:
    events = told(looking(WRONG, failure, failure, GOOD), rhythm(4))
    assert in_short(events) == [
        "wrong_target: in_sync > drift",
        "check_failed: in_sync > unknown",
        "check_failed: unknown > in_sync",
        "wrong_target: drift > in_sync",
    ]
    assert events[1]["observed"].startswith(message)


def test_heartbeats_come_in_their_own_rhythm() -> None:
    events = told(looking(GOOD, WRONG, WRONG, GOOD), rhythm(4, heartbeat=2))
    assert [event["type"] for event in events] == ["transition", "heartbeat", "transition", "heartbeat"]
    assert [(it["state"], it["polls"], it["aliases"]) for it in events if it["type"] == "heartbeat"] == [
        ("drift", 2, 1),
        ("in_sync", 4, 1),
    ]


def test_a_look_that_takes_too_long_is_told_and_not_begun_twice() -> None:
    running, most = 0, 0
    lock, release = threading.Lock(), threading.Event()
    timer = threading.Timer(0.3, release.set)

    def check() -> Mapping[str, Any]:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        release.wait(5)
        with lock:
            running -= 1
        return GOOD

    timer.start()
    events = told(check, rhythm(40, patience=0.02))
    timer.join()
    assert in_short(events) == ["check_failed: in_sync > unknown", "check_failed: unknown > in_sync"]
    assert "has not ended within 0.02 s" in events[0]["observed"]
    assert most == 1


def test_a_look_does_not_hold_up_others_on_the_loop() -> None:
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0.005)

    def slow() -> Mapping[str, Any]:
        time.sleep(0.2)
        return GOOD

    async def run() -> None:
        other = asyncio.create_task(count())
        await watch(asyncio.Queue(), rhythm(1), slow)
        other.cancel()

    asyncio.run(run())
    assert turns > 5


def test_the_watch_ends_when_it_is_cancelled() -> None:
    async def run() -> None:
        task = asyncio.create_task(watch(asyncio.Queue(), rhythm(0, interval=60.0), looking(GOOD)))
        await asyncio.sleep(0.05)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(run())


@pytest.mark.parametrize(
    ("name", "value"), [("interval", 0), ("for", 0), ("heartbeat", -1), ("max_polls", -1), ("interval", 100_000)]
)
def test_numbers_have_their_range(name: str, value: float) -> None:
    with pytest.raises(InvalidInput, match=f"{name} is {float(value) if name == 'interval' else value}. Use a number"):
        rhythm_of(options_of({"gateways": GATEWAYS, name: value}))


def test_defaults() -> None:
    options = options_of({"gateways": GATEWAYS, "options": {"resolvers": []}, "eda_feedback_queue": object()})
    assert rhythm_of(options) == Rhythm(300.0, 2, 0, 0, 600 + GRACE)
    assert options["gateways"][0]["service_name"] == cases.NAME
    assert options["layers"] == ["control_plane", "authoritative", "recursive", "target", "served"]
    assert options["subscription_id"] is None
    assert options["wait"] is False


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "missing required arguments: gateways"),
        ({"gateways": GATEWAYS, "intervall": 3}, "intervall. Supported parameters include"),
        ({"gateways": GATEWAYS, "options": {"layer": []}}, "options.layer. Supported parameters include"),
        ({"gateways": GATEWAYS, "options": {"wait": True}}, "options.wait. Supported parameters include"),
        ({"gateways": GATEWAYS, "azure": {"tenent": "x"}}, "azure.tenent. Supported parameters include"),
        ({"gateways": GATEWAYS, "options": {"port": 70_000}}, "port is 70000. Use a number from 1 to 65535."),
        (
            {"gateways": [{**GATEWAYS[0], "accept": [{"rule": "PREFIX-001", "reason": "y", "until": "z"}]}]},
            "accept.until is 'z'",
        ),
    ],
)
def test_wrong_arguments_are_named_before_anything_is_looked_at(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        options_of(arguments)
    assert message in caught.value.message

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Looking at aliases again and again, and putting on a queue what has changed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import CmgError
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.report import Report, report_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.transitions import (
    Key,
    Tracked,
    event_of,
    heartbeat_of,
    step,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._module.ranges import Range, check_ranges

LOGGER = logging.getLogger(__name__)
OPTIONS: dict[str, dict[str, Any]] = {
    "interval": {"type": "float", "default": 300.0},
    "for": {"type": "int", "default": 2},
    "heartbeat": {"type": "int", "default": 0},
    "max_polls": {"type": "int", "default": 0},
}
RANGES: tuple[Range, ...] = (
    ("interval", 0.1, 86_400),
    ("for", 1, 1000),
    ("heartbeat", 0, 1_000_000),
    ("max_polls", 0, 1_000_000_000),
)
# What a look may take beyond the time that its own options give it.
GRACE = 30.0

Check = Callable[[], Mapping[str, Any]]


class Queue(Protocol):
    """Where events go."""

    async def put(self, event: dict[str, Any], /) -> None:
        """Add an event, and wait for room if there is none."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When to look and what to tell.

    O(interval) is the pause between two looks and O(patience) the longest that one may take, in seconds. A state has
    to be seen in O(lasting) looks in a row. There is a heartbeat after each O(heartbeat) looks; 0 means none. The
    watch ends after O(most) looks; 0 means never.
    """

    interval: float
    lasting: int
    heartbeat: int
    most: int
    patience: float


def rhythm_of(options: Mapping[str, Any]) -> Rhythm:
    """The rhythm that the arguments of the event source ask for.

    :raises InvalidInput: for a number out of its range.
    """
    check_ranges(options, RANGES)
    patience = options["timeout"] + GRACE
    return Rhythm(options["interval"], options["for"], options["heartbeat"], options["max_polls"], patience)


class Looker:
    """Looks in a thread of its own, so that whoever waits on the same loop goes on meanwhile.

    A look that takes too long is not begun a second time; the next call waits for it again.
    """

    def __init__(self, check: Check, patience: float) -> None:
        self._check = check
        self._patience = patience
        self._running: asyncio.Future[Mapping[str, Any]] | None = None

    async def look(self) -> Report:
        """What is seen now; a report of a failure if that cannot be told."""
        running = self._running or asyncio.ensure_future(asyncio.to_thread(self._check))
        self._running = running
        await asyncio.wait({running}, timeout=self._patience)
        if not running.done():
            return _failure(f"The check has not ended within {self._patience:g} s.")
        self._running = None
        error = running.exception()
        if error is not None:
            LOGGER.warning("The check could not be made.", exc_info=None if isinstance(error, CmgError) else error)
            return _failure(_words(error))
        return _read(running.result())


def _words(error: BaseException) -> str:
    return error.message if isinstance(error, CmgError) else f"{type(error).__name__}: {error}"


def _failure(message: str) -> Report:
    return report_of({"failed": True, "msg": message})


def _read(result: Mapping[str, Any]) -> Report:
    try:
        return report_of(result)
    except CmgError as error:
        return _failure(error.message)


async def watch(queue: Queue, rhythm: Rhythm, check: Check) -> None:
    """Look until the rhythm ends, and put what has changed on the queue. A failed look is something that changed."""
    looker = Looker(check, rhythm.patience)
    memory: dict[Key, Tracked] = {}
    polls = 0
    while True:
        polls += 1
        report = await looker.look()
        memory, transitions = step(memory, report, rhythm.lasting)
        for transition in transitions:
            await queue.put(event_of(transition))
        if rhythm.heartbeat and polls % rhythm.heartbeat == 0:
            await queue.put(heartbeat_of(memory, len(report.aliases), polls))
        if polls == rhythm.most:
            return
        await asyncio.sleep(rhythm.interval)

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Calls to Azure: within one deadline, tried again where that can help, held back where Azure asks for it, counted."""

from __future__ import annotations

import math
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, TypeVar

from ansible_collections.configmgr.cmg.plugins.module_utils._azure.failures import (
    AzureFailure,
    Kind,
    failure_of,
    not_azure,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import capitalised

if TYPE_CHECKING:
    from azure.core.exceptions import AzureError

T = TypeVar("T")


class Clock(Protocol):
    """Time as an argument: seconds that only grow, a way to let them pass, and the date for what is written down."""

    def monotonic(self) -> float: ...

    def sleep(self, seconds: float) -> None: ...

    def now(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how long one kind of failure is waited for: pauses in seconds, the last one repeated."""

    pauses: tuple[float, ...]
    attempts: int | None = None

    def pause(self, attempt: int) -> float | None:
        """The pause after that attempt (counted from 0), or V(None) when it was the last."""
        if self.attempts is not None and attempt + 1 >= self.attempts:
            return None
        return self.pauses[min(attempt, len(self.pauses) - 1)]


# Without a number of attempts only the deadline ends the waiting: throttling and pending operations pass by themselves.
PATIENCE: Mapping[Kind, Patience] = {
    Kind.THROTTLED: Patience((2.0, 5.0, 10.0, 20.0)),
    Kind.PENDING: Patience((0.5, 1.0, 2.0, 4.0, 8.0)),
    Kind.UNAVAILABLE: Patience((0.5, 2.0, 5.0), attempts=4),
    Kind.UNREACHABLE: Patience((0.3, 1.0), attempts=3),
}
# A call that ended so may have been carried out nevertheless.
UNANSWERED = frozenset({Kind.UNREACHABLE, Kind.UNAVAILABLE})
# What the SDK raises when a successful answer does not have the form that it expects.
UNREADABLE = (AttributeError, KeyError, TypeError, ValueError)
# No answer is waited for longer than this, so that one that got lost leaves time to ask again.
LONGEST_ANSWER = 60.0
SHORTEST_ANSWER = 1.0


@dataclass
class Calls:
    """Makes every call to Azure. One object serves all threads of a task.

    :param clock: where time comes from.
    :param deadline: the reading of the clock after which nothing more is begun.
    """

    clock: Clock
    deadline: float
    counts: Counter[str] = field(default_factory=Counter)
    _resume_at: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def make(self, kind: str, doing: str, call: Callable[[], T]) -> T:
        """What O(call) returns.

        :param kind: what is counted, for example V(create).
        :param doing: what is tried, in words, for the message of a failure.
        :raises AzureFailure: when it failed for good, when there is no time left to try again, or when what
            answered is not Azure.
        """
        attempt, unsure = 0, False
        while True:
            self._wait_for_turn(doing)
            try:
                return self._counted(kind, call)
            except AzureFailure as told:
                failure = told
            except _azure_error() as error:
                failure = failure_of(error, doing, self.clock.now())
            except UNREADABLE:
                raise not_azure(doing) from None
            unsure = failure.unsure = unsure or failure.kind in UNANSWERED
            self._pause(failure, attempt)
            attempt += 1

    def remaining(self) -> float:
        """Seconds until the deadline, never negative."""
        return max(0.0, self.deadline - self.clock.monotonic())

    def patience(self) -> float:
        """The seconds that an answer may be waited for from now on; every request of the task keeps to it."""
        return min(LONGEST_ANSWER, max(SHORTEST_ANSWER, self.remaining()))

    def _counted(self, kind: str, call: Callable[[], T]) -> T:
        with self._lock:
            self.counts[kind] += 1
        return call()

    def _wait_for_turn(self, doing: str) -> None:
        """Hold this call back while Azure asked to; all calls of the task are throttled together."""
        while 0 < (delay := self._delay()) < self.remaining():
            self.clock.sleep(delay)
        reason = "the time allowed by the option timeout is over" if self.remaining() <= 0 else None
        if delay > 0:
            reason = f"Azure asks to wait for {delay:.0f} s more, which is longer than the option timeout allows"
        if reason is not None:
            raise AzureFailure(
                Kind.OUT_OF_TIME,
                f"{capitalised(doing)} was not begun: {reason}. Run again, the rest will be done then, or allow more "
                "time.",
            )

    def _delay(self) -> float:
        with self._lock:
            return self._resume_at - self.clock.monotonic()

    def _pause(self, failure: AzureFailure, attempt: int) -> None:
        """Wait before the next attempt, or raise the failure when there is none or no time for it."""
        patience = PATIENCE.get(failure.kind)
        planned = patience.pause(attempt) if patience else None
        if planned is None:
            raise failure
        # A Retry-After of nothing is no advice: following it would ask again as fast as the network can.
        pause = failure.retry_after or planned
        if failure.kind is Kind.THROTTLED:
            self._hold_everybody(pause)
        if pause >= self.remaining():
            message = f"{failure.message} {_too_long(failure.retry_after, self.remaining())}"
            raise AzureFailure(failure.kind, message, answer=failure.answer, unsure=failure.unsure)
        if failure.kind is not Kind.THROTTLED:
            self.clock.sleep(pause)

    def _hold_everybody(self, pause: float) -> None:
        with self._lock:
            self._resume_at = max(self._resume_at, self.clock.monotonic() + pause)


def _too_long(asked: float | None, left: float) -> str:
    """Why there is no further attempt. Only a wait that Azure asks for is a number that helps anybody."""
    if not asked:
        return "The option timeout leaves no time to try again. Run again, or allow more time."
    seconds = math.ceil(asked)
    return (
        f"Waiting {seconds} s for it would exceed the {left:.0f} s that are left of the option timeout. "
        f"Run again after {seconds} s, or allow more time."
    )


def _azure_error() -> type[AzureError]:
    from azure.core.exceptions import AzureError

    return AzureError

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""How much may be asked of one server: a bound of questions under way that gives way to loss, and a rate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

FEWEST = 4


class Clock(Protocol):
    """Time as an argument: seconds that only grow, a way to let them pass, and the date."""

    def monotonic(self) -> float: ...

    def sleep(self, seconds: float) -> None: ...

    def now(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Politeness:
    """The limits of one server address: questions under way, and questions a second (V(None): no limit).

    O(tries) are the seconds that each try waits for an answer.
    """

    in_flight: int = 64
    rate: float | None = 200.0
    tries: tuple[float, ...] = (0.8, 1.2, 2.0)


@dataclass(slots=True)
class Bucket:
    """A token bucket that holds what may be asked at once."""

    rate: float | None
    burst: float
    tokens: float
    filled_at: float

    @staticmethod
    def full(politeness: Politeness, now: float) -> Bucket:
        """A bucket that allows a burst of a tenth of a second, or of one question."""
        burst = max(1.0, (politeness.rate or 0.0) / 10)
        return Bucket(politeness.rate, burst, burst, now)

    def take(self, now: float) -> bool:
        """Take one token, if there is one."""
        if self.rate is None:
            return True
        self.tokens = min(self.burst, self.tokens + (now - self.filled_at) * self.rate)
        self.filled_at = now
        if self.tokens < 1.0:
            return False
        self.tokens -= 1.0
        return True

    def wait(self) -> float:
        """Seconds until the next token, reckoned from when the last one was asked for."""
        return 0.0 if self.rate is None else max(0.0, (1.0 - self.tokens) / self.rate)


@dataclass(slots=True)
class Window:
    """How many questions may be under way: halved on loss, at most once in a while, and slowly grown again."""

    most: int
    size: float
    halved_at: float = float("-inf")

    def lost(self, now: float, pause: float) -> None:
        """A try went unanswered."""
        if now - self.halved_at >= pause:
            self.size = max(float(min(FEWEST, self.most)), self.size / 2)
            self.halved_at = now

    def answered(self) -> None:
        """A try was answered."""
        if self.size < self.most:
            self.size = min(float(self.most), self.size + 1 / self.size)

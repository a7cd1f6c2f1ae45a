# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Record sets with etags, a clock that tests turn, an answer: what the adapters need of the world, in a few lines."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ansible_collections.configmgr.cmg.plugins.module_utils._azure.failures import AzureFailure, Kind
from ansible_collections.configmgr.cmg.plugins.module_utils._core.records import RecordSet
from ansible_collections.configmgr.cmg.plugins.module_utils._core.zones import Zone

if TYPE_CHECKING:
    from azure.core.exceptions import HttpResponseError

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class TurnedClock:
    """A clock that moves only when somebody sleeps. O(slept) holds every pause, in seconds."""

    seconds: float = 0.0
    slept: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds

    def now(self) -> datetime:
        return BEGIN + timedelta(seconds=self.seconds)


@dataclass
class Response:
    """As much of an HTTP answer as the SDK's exceptions and our reading of them look at."""

    status_code: int
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)
    url: str = "https://management.azure.com/subscriptions/s?api-version=1"
    reason: str = "reason"
    content_type: str = "application/json"

    @property
    def request(self) -> Any:
        from azure.core.rest import HttpRequest

        return HttpRequest("PUT", self.url)

    def text(self, _encoding: str | None = None) -> str:
        return self.body


def answered(status: int, body: Any, **headers: str) -> HttpResponseError:
    """The SDK's exception for an error answer; a body that is no text is sent as JSON."""
    from azure.core.exceptions import HttpResponseError

    text = body if isinstance(body, str) else json.dumps(body)
    response: Any = Response(status, text, {name.replace("_", "-"): value for name, value in headers.items()})
    return HttpResponseError("failed", response=response)


@dataclass
class MemoryRecordSets:
    """The CNAME record sets of all zones by name. Conditions are kept as Azure keeps them.

    O(before_write) is called before each write is judged: there a test plays the other writer.
    """

    sets: dict[str, RecordSet] = field(default_factory=dict)
    types: dict[str, tuple[str, ...]] = field(default_factory=dict)
    before_write: Callable[[str], None] = lambda _name: None
    writes: list[str] = field(default_factory=list)
    etags: int = 0

    def put(self, record_set: RecordSet) -> str:
        """Write without any condition, as somebody else does."""
        self.etags += 1
        self.sets[record_set.name] = replace(record_set, etag=f"etag-{self.etags}")
        return f"etag-{self.etags}"

    def content(self) -> list[RecordSet]:
        """What a list of the zone holds."""
        others = [RecordSet(kind, name, 60) for name, kinds in self.types.items() for kind in kinds]
        return [*self.sets.values(), *others]

    def record_set(self, _zone: Zone, name: str, /) -> RecordSet | None:
        return self.sets.get(name)

    def types_at(self, _zone: Zone, name: str, /) -> tuple[str, ...]:
        return self.types.get(name, ())

    def write(self, _zone: Zone, record_set: RecordSet, etag: str | None, /) -> str:
        self.before_write(record_set.name)
        self._check(record_set.name, etag)
        if record_set.name in self.types:
            raise AzureFailure(Kind.OCCUPIED, "Another record set has the name.")
        self.writes.append(record_set.name)
        return self.put(record_set)

    def delete(self, _zone: Zone, name: str, etag: str | None, /) -> None:
        self.before_write(name)
        if name in self.sets:
            self._check(name, etag)
            self.writes.append(name)
            del self.sets[name]

    def _check(self, name: str, etag: str | None) -> None:
        present = self.sets.get(name)
        if (present.etag if present else None) != etag:
            raise AzureFailure(Kind.CHANGED, f"{name} was changed.")

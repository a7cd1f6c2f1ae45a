# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""How questions reach servers and replies come back: over UDP, over TCP where an answer was cut short, over TLS."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.observations import End, Reply
from ansible_collections.configmgr.cmg.plugins.module_utils._dns.messages import Endpoint, Query, Reader
from ansible_collections.configmgr.cmg.plugins.module_utils._dns.pacing import Clock, Politeness
from ansible_collections.configmgr.cmg.plugins.module_utils._dns.streams import Asked, Streams
from ansible_collections.configmgr.cmg.plugins.module_utils._dns.udp import UdpSweep

RANDOM_AT_ONCE = 4096


class Identifiers:
    """Two random bytes at a time, drawn from the system in large pieces."""

    def __init__(self, source: Callable[[int], bytes] = os.urandom) -> None:
        self._source = source
        self._pool = b""
        self._used = 0

    def __call__(self) -> bytes:
        """The next two bytes."""
        if self._used >= len(self._pool):
            self._pool, self._used = self._source(RANDOM_AT_ONCE), 0
        self._used += 2
        return self._pool[self._used - 2 : self._used]


@dataclass(slots=True)
class Transport:
    """Asks questions in batches. What was read once is not read again, for as long as the object lives.

    :param clock: where time comes from.
    :param politeness: the limits of an address, unless O(exceptions) has others for it.
    """

    clock: Clock
    politeness: Politeness = field(default_factory=Politeness)
    exceptions: Mapping[Endpoint, Politeness] = field(default_factory=dict)
    identifiers: Callable[[], bytes] = field(default_factory=Identifiers)
    reader: Reader = field(default_factory=Reader)
    sent: int = 0

    def ask(self, queries: Sequence[Query]) -> list[Reply]:
        """A reply for each question, in the same order. What cannot be answered says why; nothing is raised for it."""
        by_udp = [number for number, query in enumerate(queries) if query.endpoint.transport == "udp"]
        replies: dict[int, Reply] = dict(zip(by_udp, self._sweep([queries[number] for number in by_udp]), strict=True))
        again = [number for number in range(len(queries)) if self._needs_stream(replies.get(number))]
        asked = [_over_stream(queries[number], replies.get(number)) for number in again]
        streams = Streams(self._limits, self.reader, self.clock, self.identifiers)
        for number, reply in zip(again, streams.run(asked), strict=True):
            replies[number] = _merged(replies.get(number), reply)
        self.sent += streams.sent
        return [replies[number] for number in range(len(queries))]

    def _limits(self, endpoint: Endpoint) -> Politeness:
        return self.exceptions.get(endpoint, self.politeness)

    def _sweep(self, queries: Sequence[Query]) -> list[Reply]:
        sweep = UdpSweep(self._limits, self.reader, self.clock, self.identifiers)
        replies = sweep.run(queries)
        self.sent += sweep.sent
        return replies

    @staticmethod
    def _needs_stream(reply: Reply | None) -> bool:
        return reply is None or reply.end is End.TRUNCATED


def _over_stream(query: Query, reply: Reply | None) -> Asked:
    """The question as it is asked over a stream; one that came from UDP goes on over TCP."""
    if reply is None:
        return Asked(query)
    return Asked(
        replace(query, endpoint=replace(query.endpoint, transport="tcp"), place=replace(query.place, transport="tcp")),
        reply.edns,
    )


def _merged(first: Reply | None, second: Reply) -> Reply:
    """What was cut short over UDP and could not be had over TCP stays cut short."""
    if first is not None and second.end is not End.ANSWERED:
        return first
    return second

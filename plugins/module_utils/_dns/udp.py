# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Questions over UDP: many at once to many servers, from a few connected sockets for each address, in one loop.

An identifier, the address, the port and the question have to fit, or bytes are no answer. There is no event loop of a
library in here: building objects for each question would cost several times what the question itself does.
"""

from __future__ import annotations

import selectors
import socket
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.observations import End, Message, Reply
from ansible_collections.configmgr.cmg.plugins.module_utils._dns.messages import (
    FORMERR,
    HEADER,
    LONGEST,
    NOTIMP,
    Endpoint,
    MalformedMessage,
    Query,
    Reader,
    answers,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._dns.pacing import Bucket, Clock, Politeness, Window

SOCKETS = 4
# A drained socket is looked at again in the next round, so that one server cannot keep the others waiting.
DATAGRAMS_AT_ONCE = 64
REFUSALS = 2
WITHOUT_EDNS = frozenset({FORMERR, NOTIMP})
RECEIVE_BUFFER = 1 << 20


@dataclass(slots=True, eq=False)
class Pending:
    """A question on its way. O(number) is its place among the replies."""

    number: int
    query: Query
    lane: Lane
    tries: int = 0
    edns: bool = True
    refused: int = 0
    malformed: bool = False
    wire: bytes = b""
    sent_at: float = 0.0
    under: tuple[int, bytes] | None = None


class Lane:
    """Everything about one address: its sockets, what waits, what is under way."""

    def __init__(self, endpoint: Endpoint, politeness: Politeness, now: float) -> None:
        self.endpoint = endpoint
        self.politeness = politeness
        self.waiting: deque[Pending] = deque()
        self.under_way: dict[tuple[int, bytes], Pending] = {}
        self.window = Window(politeness.in_flight, float(politeness.in_flight))
        self.bucket = Bucket.full(politeness, now)
        self.sockets: list[socket.socket] = []
        self.turn = 0

    def open(self, selector: selectors.BaseSelector) -> None:
        """Open the sockets, connected, so that the kernel drops what comes from elsewhere and tells of refusals."""
        family = socket.AF_INET6 if ":" in self.endpoint.address else socket.AF_INET
        for number in range(SOCKETS):
            made = socket.socket(family, socket.SOCK_DGRAM)
            self.sockets.append(made)
            made.setblocking(False)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
            made.connect((self.endpoint.address, self.endpoint.port))
            selector.register(made, selectors.EVENT_READ, (self, number))

    def close(self, selector: selectors.BaseSelector) -> None:
        """Close the sockets."""
        for made in self.sockets:
            if made.fileno() >= 0 and made in selector.get_map():
                selector.unregister(made)
            made.close()
        self.sockets.clear()


class UdpSweep:
    """Asks one batch of questions and gathers the replies, in the order of the questions.

    :param identifiers: gives two random bytes each time.
    """

    def __init__(
        self,
        politeness: Callable[[Endpoint], Politeness],
        reader: Reader,
        clock: Clock,
        identifiers: Callable[[], bytes],
    ) -> None:
        self._politeness = politeness
        self._reader = reader
        self._clock = clock
        self._identifiers = identifiers
        self._lanes: dict[Endpoint, Lane] = {}
        self._timers: dict[float, deque[tuple[float, Pending, tuple[int, bytes]]]] = {}
        self._replies: list[Reply | None] = []
        self._open = 0
        self._at = clock.now()
        self.sent = 0

    def run(self, queries: Sequence[Query]) -> list[Reply]:
        """The replies. Those that were cut short say V(truncated) and can be asked for again over a stream."""
        self._replies = [None] * len(queries)
        self._open = len(queries)
        with selectors.DefaultSelector() as selector:
            try:
                self._queue(queries, selector)
                while self._open:
                    self._round(selector)
            finally:
                for lane in self._lanes.values():
                    lane.close(selector)
        return [reply for reply in self._replies if reply is not None]

    def _queue(self, queries: Sequence[Query], selector: selectors.BaseSelector) -> None:
        now = self._clock.monotonic()
        for number, query in enumerate(queries):
            lane = self._lanes.get(query.endpoint)
            if lane is None:
                lane = self._lanes[query.endpoint] = Lane(query.endpoint, self._politeness(query.endpoint), now)
            lane.waiting.append(Pending(number, query, lane))
        for lane in self._lanes.values():
            try:
                lane.open(selector)
            except OSError:
                self._give_up(lane.waiting, End.UNREACHABLE)
                lane.waiting.clear()

    def _give_up(self, pendings: Iterable[Pending], end: End) -> None:
        for pending in pendings:
            self._finish(pending, end)

    def _round(self, selector: selectors.BaseSelector) -> None:
        now = self._clock.monotonic()
        self._expire(now)
        delays = [self._send(lane, now) for lane in self._lanes.values() if lane.waiting]
        # What was just sent has a deadline too.
        delay = min([self._expire(now), *delays])
        events = selector.select(delay) if self._open else []
        if events:
            now, self._at = self._clock.monotonic(), self._clock.now()
        for key, _mask in events:
            lane, number = key.data
            self._receive(lane, number, now)

    def _send(self, lane: Lane, now: float) -> float:
        """Send what may be sent now; the seconds after which more may be."""
        while lane.waiting and len(lane.under_way) < lane.window.size:
            if not lane.bucket.take(now):
                return lane.bucket.wait()
            if not self._send_one(lane, lane.waiting.popleft(), now):
                return 0.01
        return 60.0

    def _send_one(self, lane: Lane, pending: Pending, now: float) -> bool:
        """Send one question; V(False) if the socket would block."""
        number = lane.turn = (lane.turn + 1) % SOCKETS
        identifier = self._identifiers()
        while (number, identifier) in lane.under_way:
            identifier = self._identifiers()
        pending.wire = pending.query.wire(identifier, edns=pending.edns)
        try:
            lane.sockets[number].send(pending.wire)
        except BlockingIOError:
            lane.waiting.appendleft(pending)
            return False
        except OSError:
            self._refused(lane, [pending])
            return True
        self.sent += 1
        pending.sent_at, pending.under = now, (number, identifier)
        lane.under_way[number, identifier] = pending
        wait = lane.politeness.tries[pending.tries]
        if wait not in self._timers:
            self._timers[wait] = deque()
        self._timers[wait].append((now + wait, pending, pending.under))
        return True

    def _expire(self, now: float) -> float:
        """Deal with tries that ran out of time; the seconds until the next one does."""
        soonest = 60.0
        for wait, timers in self._timers.items():
            while timers and (timers[0][0] <= now or timers[0][1].under is not timers[0][2]):
                _deadline, pending, under = timers.popleft()
                if pending.under is under:
                    pending.lane.window.lost(now, wait)
                    self._try_again(pending, End.MALFORMED if pending.malformed else End.TIMEOUT)
            if timers:
                soonest = min(soonest, timers[0][0] - now)
        return soonest

    def _try_again(self, pending: Pending, end: End) -> None:
        """The next try, or the given end after the last one."""
        self._take_off(pending)
        pending.tries += 1
        if pending.tries < len(pending.lane.politeness.tries):
            pending.lane.waiting.appendleft(pending)
        else:
            self._finish(pending, end)

    def _take_off(self, pending: Pending) -> None:
        if pending.under is not None:
            pending.lane.under_way.pop(pending.under, None)
            pending.under = None

    def _refused(self, lane: Lane, pendings: Iterable[Pending]) -> None:
        """The machine has no such port, or there is no way to it: once may be a restart, twice is an answer."""
        for pending in pendings:
            self._take_off(pending)
            pending.refused += 1
            if pending.refused >= REFUSALS:
                self._finish(pending, End.UNREACHABLE)
            else:
                lane.waiting.append(pending)

    def _receive(self, lane: Lane, number: int, now: float) -> None:
        receive, under_way = lane.sockets[number].recv, lane.under_way
        for _turn in range(DATAGRAMS_AT_ONCE):
            try:
                data = receive(LONGEST)
            except BlockingIOError:
                return
            except OSError:
                self._refused(lane, [entry for (used, _id), entry in list(under_way.items()) if used == number])
                return
            pending = under_way.get((number, data[:2]))
            if pending is not None:
                self._judge(pending, data, now)

    def _judge(self, pending: Pending, data: bytes, now: float) -> None:
        """Take bytes with a known identifier as the answer, or leave the question open."""
        if not answers(pending.wire, data):
            pending.malformed = True
            return
        pending.lane.window.answered()
        if pending.edns and len(data) >= HEADER and data[3] & 0x0F in WITHOUT_EDNS:
            self._take_off(pending)
            pending.edns = False
            pending.lane.waiting.appendleft(pending)
            return
        try:
            message = self._reader.read(data)
        except MalformedMessage:
            pending.malformed = True
            self._try_again(pending, End.MALFORMED)
            return
        self._take_off(pending)
        # A server that does not understand the plain question either has nothing against EDNS.
        pending.edns = pending.edns or data[3] & 0x0F in WITHOUT_EDNS
        rtt = (now - pending.sent_at) * 1000
        self._finish(pending, End.TRUNCATED if "TC" in message.flags else End.ANSWERED, message, rtt)

    def _finish(self, pending: Pending, end: End, message: Message | None = None, rtt: float | None = None) -> None:
        query = pending.query
        kept = message if end is End.ANSWERED else None
        self._replies[pending.number] = Reply(
            query.place, query.name, query.type, end, kept, rtt, self._at, pending.edns
        )
        self._open -= 1

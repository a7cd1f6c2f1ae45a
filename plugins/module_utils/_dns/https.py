# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""DNS over HTTPS (RFC 8484) on a connection that stands: HTTP/2 where both sides speak it, else HTTP/1.1.

HTTP/2 is what RFC 8484 recommends, and some public resolvers speak nothing else. The library h2 knows it; without the
library HTTP/1.1 is all that is offered.
"""

from __future__ import annotations

import http.client
import importlib
import ssl
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ansible_collections.configmgr.cmg.plugins.module_utils._dns.messages import Endpoint, MalformedMessage

MEDIA_TYPE = "application/dns-message"
LONGEST_BODY = 65_536
HTTP_1, HTTP_2 = "http/1.1", "h2"
OK = "200"
HEADERS = {"content-type": MEDIA_TYPE, "accept": MEDIA_TYPE}


@dataclass(frozen=True, slots=True)
class Answer:
    """The bytes that answer one of the questions, by its number, and how many milliseconds that took."""

    number: int
    wire: bytes
    rtt_ms: float


class Channel(Protocol):
    """Questions over one connection. O(sent) counts them."""

    sent: int

    def post(self, wires: Sequence[bytes]) -> Iterator[Answer]:
        """The answers as they come.

        :raises MalformedMessage, http.client.HTTPException: when the server says something else.
        :raises OSError: when the connection ends or nothing comes in time.
        """


def protocols() -> list[str]:
    """What can be spoken, best first, as TLS negotiates it."""
    try:
        importlib.import_module("h2.connection")
    except ImportError:
        return [HTTP_1]
    return [HTTP_2, HTTP_1]


def channel(made: ssl.SSLSocket, endpoint: Endpoint, seconds: float, monotonic: Callable[[], float]) -> Channel:
    """A channel over a connection, for what was negotiated. Questions that go out together have that many seconds."""
    if made.selected_alpn_protocol() == HTTP_2:
        return Http2(made, endpoint, seconds, monotonic)
    return Http1(made, endpoint, monotonic)


def _checked(status: str, headers: Mapping[str, str | None], body: bytes) -> bytes:
    if status != OK or headers.get("content-type") != MEDIA_TYPE or len(body) > LONGEST_BODY:
        raise MalformedMessage(f"HTTP status {status}")
    return body


class Http1:
    """One question after the other."""

    def __init__(self, made: ssl.SSLSocket, endpoint: Endpoint, monotonic: Callable[[], float]) -> None:
        self._client = http.client.HTTPConnection(endpoint.server_name or endpoint.address, endpoint.port)
        self._client.sock = made
        self._path = endpoint.path
        self._monotonic = monotonic
        self.sent = 0

    def post(self, wires: Sequence[bytes]) -> Iterator[Answer]:
        """The answers in the order of the questions."""
        for number, wire in enumerate(wires):
            began = self._monotonic()
            self._client.request("POST", self._path, wire, HEADERS)
            self.sent += 1
            response = self._client.getresponse()
            headers = {"content-type": response.getheader("Content-Type")}
            body = _checked(str(response.status), headers, response.read(LONGEST_BODY + 1))
            yield Answer(number, body, (self._monotonic() - began) * 1000)


@dataclass(slots=True)
class Stream:
    """A question on its way, and what has come of its answer."""

    number: int
    began: float
    headers: dict[str, str]
    body: bytes = b""


class Http2:
    """As many questions at a time as the server allows."""

    def __init__(self, made: ssl.SSLSocket, endpoint: Endpoint, seconds: float, monotonic: Callable[[], float]) -> None:
        import h2.config
        import h2.connection

        self._state = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
        self._state.initiate_connection()
        self._made = made
        self._request = [
            (":method", "POST"),
            (":scheme", "https"),
            (":authority", f"{endpoint.server_name or endpoint.address}:{endpoint.port}"),
            (":path", endpoint.path),
            *HEADERS.items(),
        ]
        self._seconds = seconds
        self._monotonic = monotonic
        self._until = 0.0
        self._settled = False
        self._streams: dict[int, Stream] = {}
        self.sent = 0

    def post(self, wires: Sequence[bytes]) -> Iterator[Answer]:
        """The answers in whatever order they come."""
        import h2.exceptions

        self._until = self._monotonic() + self._seconds
        try:
            yield from self._exchange(deque(enumerate(wires)))
        except h2.exceptions.H2Error as error:
            raise MalformedMessage(f"not HTTP/2: {error}") from error

    def _exchange(self, waiting: deque[tuple[int, bytes]]) -> Iterator[Answer]:
        while waiting or self._streams:
            # Only the server's settings tell how many streams it takes.
            while self._settled and waiting and len(self._streams) < self._state.remote_settings.max_concurrent_streams:
                self._open(*waiting.popleft())
            for stream in self._receive():
                body = _checked(stream.headers[":status"], stream.headers, stream.body)
                yield Answer(stream.number, body, (self._monotonic() - stream.began) * 1000)

    def _open(self, number: int, wire: bytes) -> None:
        identifier = self._state.get_next_available_stream_id()
        self._state.send_headers(identifier, [*self._request, ("content-length", str(len(wire)))])
        self._state.send_data(identifier, wire, end_stream=True)
        self._streams[identifier] = Stream(number, self._monotonic(), {})
        self.sent += 1

    def _receive(self) -> list[Stream]:
        """Send what is to be sent, and take what has come; the streams that are over by it."""
        left = self._until - self._monotonic()
        if left <= 0:
            raise TimeoutError("not everything was answered in time")
        self._made.settimeout(left)
        self._made.sendall(self._state.data_to_send())
        data = self._made.recv(LONGEST_BODY)
        if not data:
            raise ConnectionError("the server closed the connection")
        return [stream for event in self._state.receive_data(data) if (stream := self._taken(event)) is not None]

    def _taken(self, event: Any) -> Stream | None:
        """Take an event in; the stream that it ends, if any."""
        from h2 import events

        match event:
            case events.RemoteSettingsChanged():
                self._settled = True
            case events.ResponseReceived():
                self._streams[event.stream_id].headers = {str(name): str(value) for name, value in event.headers}
            case events.DataReceived():
                self._append(event.stream_id, event.data)
                self._state.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            case events.StreamEnded():
                return self._streams.pop(event.stream_id)
            case events.StreamReset() if event.stream_id in self._streams:
                raise ConnectionError("the server gave up a question")
            case events.ConnectionTerminated():
                raise ConnectionError("the server gave up the connection")
            case _:
                pass
        return None

    def _append(self, identifier: int, data: bytes) -> None:
        stream = self._streams[identifier]
        stream.body += data
        if len(stream.body) > LONGEST_BODY:
            raise MalformedMessage("an answer that is too long")

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The transport: whose answer counts, what is tried again and how, and what is asked of one address at most."""

from __future__ import annotations

import contextlib
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import dns.message
import pytest

from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.observations import End, Reply
from ansible_collections.configmgr.cmg.plugins.module_utils._dns.messages import (
    Endpoint,
    MalformedMessage,
    Query,
    Reader,
    answers,
    parse,
    question,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._dns.pacing import Bucket, Politeness, Window
from ansible_collections.configmgr.cmg.plugins.module_utils._dns.transport import Transport
from ansible_collections.configmgr.cmg.plugins.module_utils._module.clock import SystemClock
from tests.dns_lab import behaviours as say
from tests.dns_lab import servers
from tests.dns_lab.responder import Behaviour, Responder
from tests.unit import certificate_factory as certificates

pytestmark = pytest.mark.cost(8)

ADDRESS = "127.54.8.1"
NAME = "alias.zone.example"
LINE = f"{NAME}. 60 CNAME target.example."
ZONE = say.serving("zone.example", LINE)
QUICK = Politeness(rate=None, tries=(0.15, 0.15, 0.15))


@contextlib.contextmanager
def answering(behaviour: Behaviour) -> Iterator[Responder]:
    with Responder({ADDRESS: behaviour}, servers.free_port([ADDRESS])).running() as responder:
        yield responder


def query(port: int, name: str = NAME, transport: str = "udp", **more: str) -> Query:
    endpoint = Endpoint(ADDRESS, port, transport, **more)
    return Query(endpoint, endpoint.place("ns1"), name, "CNAME")


def ask(behaviour: Behaviour, times: int = 1, politeness: Politeness = QUICK) -> tuple[list[Reply], Responder]:
    with answering(behaviour) as responder:
        transport = Transport(SystemClock(), politeness)
        return transport.ask([query(responder.port)] * times), responder


def flaky(lost: int, behaviour: Behaviour) -> Behaviour:
    """Says nothing to the first questions."""
    count = [0]

    def answer(asked: dns.message.Message, tcp: bool) -> bytes | None:
        count[0] += 1
        return None if count[0] <= lost else behaviour(asked, tcp)

    return answer


def test_an_answer() -> None:
    (reply,), _responder = ask(ZONE)
    assert reply.message is not None
    assert reply.message.authoritative
    assert [record.data for record in reply.message.answers(NAME, "CNAME")] == ["target.example."]
    assert (reply.end, reply.edns, reply.place.server) == (End.ANSWERED, True, "ns1")


@pytest.mark.parametrize(("lost", "end"), [(0, End.ANSWERED), (2, End.ANSWERED), (3, End.TIMEOUT)])
def test_three_tries(lost: int, end: End) -> None:
    (reply,), responder = ask(flaky(lost, ZONE))
    assert reply.end is end
    assert len(responder.asked) == min(lost + 1, 3)


@pytest.mark.parametrize(
    ("behaviour", "end", "transport"),
    [
        (say.truncating(ZONE, tcp_works=True), End.ANSWERED, "tcp"),
        (say.truncating(ZONE, tcp_works=False), End.TRUNCATED, "udp"),
        (say.garbled, End.MALFORMED, "udp"),
        (say.for_another_question, End.MALFORMED, "udp"),
        (say.silence, End.TIMEOUT, "udp"),
    ],
    ids=["truncated", "truncated without TCP", "garbled", "spoofed", "silent"],
)
def test_faults(behaviour: Behaviour, end: End, transport: str) -> None:
    (reply,), _responder = ask(behaviour)
    assert (reply.end, reply.place.transport) == (end, transport)


def test_a_closed_port_is_known_at_once() -> None:
    port = servers.free_port([ADDRESS])
    (reply,) = Transport(SystemClock(), Politeness(tries=(30.0,))).ask([query(port)])
    assert reply.end is End.UNREACHABLE


def headless(asked: dns.message.Message, _tcp: bool) -> bytes:
    """FORMERR without the question, as very old servers send it."""
    return asked.id.to_bytes(2, "big") + b"\x80\x01" + bytes(8) if asked.edns >= 0 else ZONE(asked, False) or b""


@pytest.mark.parametrize("behaviour", [say.without_edns(ZONE), headless], ids=["with question", "without"])
def test_a_server_without_edns_is_asked_again_without(behaviour: Behaviour) -> None:
    (reply,), responder = ask(behaviour)
    assert (reply.end, reply.edns) == (End.ANSWERED, False)
    assert len(responder.asked) == 2


def test_a_forged_answer_does_not_hide_the_true_one() -> None:
    """Somebody who guessed the identifier answers another question first; the true answer still counts."""
    behaviours = iter([say.for_another_question, ZONE])

    def twice(asked: dns.message.Message, tcp: bool) -> bytes | None:
        return next(behaviours)(asked, tcp)

    (reply,), _responder = ask(twice)
    assert (reply.end, reply.message is not None and reply.message.rcode) == (End.ANSWERED, "NOERROR")


def test_equal_answers_are_read_once() -> None:
    with answering(ZONE) as responder:
        transport = Transport(SystemClock(), QUICK)
        replies = transport.ask([query(responder.port)] * 50)
    assert {reply.end for reply in replies} == {End.ANSWERED}
    assert transport.reader.parsed == 1


def test_replies_come_in_the_order_of_the_questions() -> None:
    names = [f"n{number}.zone.example" for number in range(200)]
    zone = say.serving("zone.example", *(f"{name}. 60 CNAME t-{name}." for name in names))
    with answering(zone) as responder:
        replies = Transport(SystemClock(), QUICK).ask([query(responder.port, name) for name in names])
    assert [reply.name for reply in replies] == names
    for reply in replies:
        assert reply.message is not None
        assert reply.message.answers(reply.name, "CNAME")[0].data == f"t-{reply.name}."


def test_the_rate_is_kept() -> None:
    """A hundred questions at two hundred a second take half a second, less what the first burst allows."""
    clock = SystemClock()
    began = clock.monotonic()
    replies, _responder = ask(ZONE, times=100, politeness=Politeness(rate=200.0, tries=(1.0,)))
    assert {reply.end for reply in replies} == {End.ANSWERED}
    assert clock.monotonic() - began >= 0.35


@pytest.mark.parametrize(
    ("received", "fits"),
    [
        (lambda sent: sent[:2] + b"\x84\x00" + sent[4:], True),
        (
            lambda sent: (
                sent[:2]
                + b"\x84\x00"
                + sent[4:12]
                + sent[12:].upper().replace(b"\x00\x05\x00\x01", b"\x00\x05\x00\x01")
            ),
            True,
        ),
        (lambda sent: sent, False),
        (lambda sent: sent[:2] + b"\x84\x00" + sent[4:].replace(b"alias", b"aliaz"), False),
        (lambda sent: sent[:2] + b"\x84\x00" + sent[4:].replace(b"\x00\x05\x00\x01", b"\x00\x01\x00\x01"), False),
        (lambda sent: sent[:2] + b"\x80\x01" + bytes(8), True),
        (lambda sent: sent[:2] + b"\x80\x00" + bytes(8), False),
        (lambda sent: sent[:8], False),
    ],
    ids=["same", "other case", "a question", "other name", "other type", "FORMERR alone", "nothing", "short"],
)
def test_which_bytes_fit_a_question(received: Callable[[bytes], bytes], fits: bool) -> None:
    sent = query(53).wire(b"\x12\x34", edns=False)
    assert answers(sent, received(sent)) is fits


@pytest.mark.parametrize("data", [b"", b"\x00" * 11, b"\xff" * 40, bytes(range(60))])
def test_rubbish_is_no_message(data: bytes) -> None:
    with pytest.raises(MalformedMessage):
        parse(data)


def test_only_so_many_messages_are_kept() -> None:
    reader = Reader(kept=2)
    wires = [dns.message.make_query(f"n{number}.example", "A", id=number).to_wire() for number in range(4)]
    for wire in (*wires, wires[0]):
        reader.read(wire)
    assert reader.parsed == 5


def test_questions_are_those_of_dnspython() -> None:
    plain = dns.message.make_query(NAME, "CNAME", id=0x1234, flags=0)
    assert query(53).wire(b"\x12\x34", edns=False) == plain.to_wire()
    with_edns = dns.message.make_query(NAME, "CNAME", id=0x1234, flags=0, use_edns=0, payload=1232, want_dnssec=True)
    assert query(53).wire(b"\x12\x34") == with_edns.to_wire()
    assert question("", "NS") == b"\x00\x00\x02\x00\x01"


def test_a_bucket_fills_with_time() -> None:
    bucket = Bucket.full(Politeness(rate=10.0), 0.0)
    assert [bucket.take(0.0), bucket.take(0.0), bucket.take(0.05), bucket.take(0.11)] == [True, False, False, True]
    assert bucket.wait() == pytest.approx(0.09, abs=0.011)
    assert all(Bucket.full(Politeness(rate=None), 0.0).take(0.0) for _turn in range(1000))


def test_a_window_halves_once_in_a_while_and_grows_again() -> None:
    window = Window(64, 64.0)
    for _loss in range(5):
        window.lost(10.0, 1.0)
    assert window.size == 32
    for turn in range(20):
        window.lost(20.0 + turn, 1.0)
    assert window.size == 4
    for _answer in range(10_000):
        window.answered()
    assert window.size == 64


def encrypted(tmp_path: Path) -> tuple[ssl.SSLContext, str]:
    issued = certificates.server(subject="dns.example.net", dns=("dns.example.net",))
    chain, ca = tmp_path / "chain.pem", tmp_path / "ca.pem"
    chain.write_bytes(issued.key_pem + issued.pem + b"".join(one.pem for one in issued.intermediates))
    ca.write_bytes(issued.root.pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return context, str(ca)


def framed(secure: ssl.SSLSocket) -> None:
    """DNS over TLS: every message behind its length."""
    while length := secure.recv(2):
        asked = dns.message.from_wire(secure.recv(int.from_bytes(length, "big")))
        wire = ZONE(asked, True) or b""
        secure.sendall(len(wire).to_bytes(2, "big") + wire)


@contextlib.contextmanager
def over_tls(context: ssl.SSLContext, talk: Callable[[ssl.SSLSocket], None] = framed) -> Iterator[int]:
    """A TLS server for one connection at a time."""
    stop = threading.Event()
    with socket.create_server((ADDRESS, 0)) as listener:
        listener.settimeout(0.1)

        def serve() -> None:
            while not stop.is_set():
                with contextlib.suppress(OSError):
                    made, _peer = listener.accept()
                    made.settimeout(2)
                    with context.wrap_socket(made, server_side=True) as secure:
                        talk(secure)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield int(listener.getsockname()[1])
        finally:
            stop.set()
            thread.join(10)


class Doh(BaseHTTPRequestHandler):
    """DNS over HTTPS by POST."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        asked = dns.message.from_wire(self.rfile.read(int(self.headers["Content-Length"])))
        wire = ZONE(asked, True) or b""
        self.send_response(200 if self.path == "/dns-query" else 404)
        self.send_header("Content-Type", "application/dns-message")
        self.send_header("Content-Length", str(len(wire)))
        self.end_headers()
        self.wfile.write(wire)

    def log_message(self, *_words: object) -> None:
        """Nothing is said about requests."""


@contextlib.contextmanager
def over_https(context: ssl.SSLContext) -> Iterator[int]:
    with ThreadingHTTPServer((ADDRESS, 0), Doh) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join(10)


@pytest.mark.parametrize("transport", ["dot", "doh"])
def test_encrypted_transports(tmp_path: Path, transport: str) -> None:
    context, ca = encrypted(tmp_path)
    serve = over_tls if transport == "dot" else over_https
    with serve(context) as port:
        wanted = query(port, transport=transport, server_name="dns.example.net", ca_bundle=ca)
        replies = Transport(SystemClock(), QUICK).ask([wanted] * 40)
    assert {(reply.end, reply.place.transport) for reply in replies} == {(End.ANSWERED, transport)}


@pytest.mark.parametrize("transport", ["dot", "doh"])
def test_a_resolver_with_another_certificate_is_not_believed(tmp_path: Path, transport: str) -> None:
    context, ca = encrypted(tmp_path)
    serve = over_tls if transport == "dot" else over_https
    with serve(context) as port:
        wanted = query(port, transport=transport, server_name="other.example.net", ca_bundle=ca)
        (reply,) = Transport(SystemClock(), QUICK).ask([wanted])
    assert reply.end is End.UNREACHABLE


def test_a_path_that_is_not_there_is_no_answer(tmp_path: Path) -> None:
    context, ca = encrypted(tmp_path)
    with over_https(context) as port:
        wanted = query(port, transport="doh", server_name="dns.example.net", ca_bundle=ca, path="/elsewhere")
        (reply,) = Transport(SystemClock(), QUICK).ask([wanted])
    assert reply.end is End.MALFORMED


@contextlib.contextmanager
def unbound_over_https(tmp_path: Path) -> Iterator[tuple[int, str]]:
    """Unbound with the alias; over HTTPS it speaks HTTP/2 and nothing else. Its port for HTTPS, and its authority."""
    _context, ca = encrypted(tmp_path)
    plain, https = servers.free_port([ADDRESS]), servers.free_port([ADDRESS])
    more = (
        f"interface: {ADDRESS}@{https}",
        f"https-port: {https}",
        f'tls-service-key: "{tmp_path}/chain.pem"',
        f'tls-service-pem: "{tmp_path}/chain.pem"',
        'local-zone: "zone.example." static',
        f'local-data: "{LINE}"',
        "http-max-streams: 7",
    )
    with servers.unbound(tmp_path / "unbound", ADDRESS, plain, {"zone.example": (ADDRESS, plain)}, (), more=more):
        yield https, ca


def test_a_resolver_that_speaks_http_2(tmp_path: Path) -> None:
    """More questions than the server takes streams at a time, on one connection."""
    with unbound_over_https(tmp_path) as (port, ca):
        more = {"server_name": "dns.example.net", "ca_bundle": ca}
        wanted = [query(port, transport="doh", **more), query(port, f"other.{NAME}", transport="doh", **more)]
        transport = Transport(SystemClock(), QUICK)
        replies = transport.ask(wanted * 20)
        (nowhere,) = transport.ask([query(port, transport="doh", path="/elsewhere", **more)])
    assert {reply.end for reply in replies} == {End.ANSWERED}
    assert [reply.name for reply in replies] == [NAME, f"other.{NAME}"] * 20
    for reply in replies[::2]:
        assert reply.message is not None
        assert [record.data for record in reply.message.answers(NAME, "CNAME")] == ["target.example."]
    assert transport.sent == 40 + 2
    assert nowhere.end is End.MALFORMED


def test_without_its_library_http_2_is_not_offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "h2.connection", None)
    with unbound_over_https(tmp_path) as (port, ca):
        wanted = query(port, transport="doh", server_name="dns.example.net", ca_bundle=ca)
        (reply,) = Transport(SystemClock(), QUICK).ask([wanted])
    assert reply.end in (End.UNREACHABLE, End.MALFORMED)


SETTINGS = bytes.fromhex("000000040000000000")
DATA_FOR_NOBODY = bytes.fromhex("000001000000000000ff")
GOAWAY = bytes.fromhex("0000080700000000000000000000000000")


@pytest.mark.parametrize(
    ("said", "end"),
    [
        (DATA_FOR_NOBODY, End.MALFORMED),
        (SETTINGS + GOAWAY, End.UNREACHABLE),
        (SETTINGS, End.TIMEOUT),
        (b"", End.TIMEOUT),
    ],
    ids=["breaks the rules", "goes away", "never answers", "says nothing"],
)
def test_a_server_that_only_says_that_it_speaks_http_2(tmp_path: Path, said: bytes, end: End) -> None:
    context, ca = encrypted(tmp_path)
    context.set_alpn_protocols(["h2"])

    def talk(secure: ssl.SSLSocket) -> None:
        secure.sendall(said)
        while secure.recv(65_536):
            pass

    with over_tls(context, talk) as port:
        wanted = query(port, transport="doh", server_name="dns.example.net", ca_bundle=ca)
        (reply,) = Transport(SystemClock(), QUICK).ask([wanted])
    assert reply.end is end

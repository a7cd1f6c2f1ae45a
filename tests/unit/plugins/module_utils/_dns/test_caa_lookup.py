# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""CAA look-ups against a resolver on the loopback: the first set of records on the way up counts."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator, Mapping

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.caa import CaaRecord
from ansible_collections.configmgr.cmg.plugins.module_utils._dns.caa_lookup import CaaLookup

# What the resolver says: records, or a code; nothing at all for what is not listed here is "no such name".
ANSWERS: dict[str, list[str] | str] = {
    "contoso.com.": ['0 issue "digicert.com"', '0 iodef "mailto:pki@contoso.com"'],
    "granitefalls.contoso.com.": [],
    "deep.fabrikam.com.": ['128 issue ";"'],
    "broken.com.": "SERVFAIL",
    "silent.com.": "silence",
}


@contextlib.contextmanager
def resolver(answers: Mapping[str, list[str] | str]) -> Iterator[tuple[int, list[str]]]:
    """A resolver on the loopback; gives its port and the names that it was asked for. Ends with the block."""
    asked: list[str] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(0.1)
        ended = threading.Event()
        thread = threading.Thread(target=_serve, args=(server, answers, asked, ended), daemon=True)
        thread.start()
        try:
            yield server.getsockname()[1], asked
        finally:
            ended.set()
            thread.join(5)


def _serve(
    server: socket.socket, answers: Mapping[str, list[str] | str], asked: list[str], ended: threading.Event
) -> None:
    while not ended.is_set():
        with contextlib.suppress(TimeoutError):
            wire, sender = server.recvfrom(4096)
            query = dns.message.from_wire(wire)
            name = query.question[0].name.to_text().lower()
            asked.append(name)
            reply = _reply(query, name, answers.get(name))
            if reply is not None:
                server.sendto(reply.to_wire(), sender)


def _reply(query: dns.message.Message, name: str, said: list[str] | str | None) -> dns.message.Message | None:
    if said == "silence":
        return None
    reply = dns.message.make_response(query)
    reply.flags |= dns.flags.RA
    if said is None:
        reply.set_rcode(dns.rcode.NXDOMAIN)
    elif isinstance(said, str):
        reply.set_rcode(dns.rcode.from_text(said))
    elif said:
        reply.answer.append(dns.rrset.from_text_list(name, 300, "IN", "CAA", said))
    return reply


@pytest.mark.parametrize(
    ("name", "found_at", "records"),
    [
        ("contoso.com", "contoso.com", 2),
        ("granitefalls.contoso.com", "contoso.com", 2),
        ("*.contoso.com", "contoso.com", 2),
        ("a.b.c.CONTOSO.com", "contoso.com", 2),
        ("deep.fabrikam.com", "deep.fabrikam.com", 1),
        ("www.fabrikam.com", None, 0),
    ],
)
def test_the_first_records_on_the_way_up(name: str, found_at: str | None, records: int) -> None:
    with resolver(ANSWERS) as (port, _asked):
        answer = CaaLookup("127.0.0.1", port, 2).all_of([name])[name.lower()]
    assert (answer.found_at, len(answer.records), answer.problem, answer.unknown) == (found_at, records, None, None)


def test_a_record_as_it_stands_there() -> None:
    with resolver(ANSWERS) as (port, _asked):
        answer = CaaLookup("127.0.0.1", port, 2).all_of(["deep.fabrikam.com"])["deep.fabrikam.com"]
    assert answer.records == (CaaRecord(128, "issue", ";"),)
    assert answer.records[0].issuer == ""


def test_a_failure_is_one_and_silence_is_none() -> None:
    with resolver(ANSWERS) as (port, _asked):
        answers = CaaLookup("127.0.0.1", port, 0.5).all_of(["www.broken.com", "www.silent.com"])
    assert "broken.com" in str(answers["www.broken.com"].problem)
    assert answers["www.silent.com"].problem is None
    assert "Nobody answered for silent.com" in str(answers["www.silent.com"].unknown)


def test_no_name_is_asked_for_twice() -> None:
    with resolver(ANSWERS) as (port, asked):
        lookup = CaaLookup("127.0.0.1", port, 2)
        lookup.all_of(["granitefalls.contoso.com"])
        lookup.all_of(["wallacefalls.contoso.com", "granitefalls.contoso.com"])
    assert sorted(asked) == ["contoso.com.", "granitefalls.contoso.com.", "wallacefalls.contoso.com."]


def test_a_name_that_is_none() -> None:
    with resolver(ANSWERS) as (port, _asked):
        answer = CaaLookup("127.0.0.1", port, 2).all_of(["a..b"])["a..b"]
    assert answer.unknown is not None

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes over the wire: looking at an alias harms no cache and asks no more than it must."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import dns.message
import dns.rcode
import pytest

from ansible_collections.configmgr.cmg.plugins.module_utils._azure.calls import Calls
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import gateways_from_options
from ansible_collections.configmgr.cmg.plugins.module_utils._module.clock import SystemClock
from ansible_collections.configmgr.cmg.plugins.module_utils._module.drift import look_for_drift
from ansible_collections.configmgr.cmg.plugins.module_utils._module.drift_options import OPTIONS
from tests.dns_lab import behaviours as say
from tests.dns_lab import servers
from tests.dns_lab.responder import Behaviour, Responder

ROOT, TOP, ONE, TWO, RESOLVER = (f"127.54.6.{number}" for number in range(1, 6))
NAME = "granitefalls.zone.example"
TARGET = "granitefalls.westus.cloudapp.azure.com"
OLD = "old.westus.cloudapp.azure.com"
SERVERS = ("zone.example. 60 NS ns1.zone.example.", "zone.example. 60 NS ns2.zone.example.")
GLUE = (f"ns1.zone.example. 60 A {ONE}", f"ns2.zone.example. 60 A {TWO}")
AZURE = (f"{TARGET}. 60 A 127.54.9.9", f"{OLD}. 60 A 127.54.9.9")


def referring(*authority: str, additional: tuple[str, ...] = ()) -> Behaviour:
    def answer(query: dns.message.Message, _tcp: bool) -> bytes:
        made = say.response(query, aa=False)
        made.authority = say.records(*authority)
        made.additional = say.records(*additional)
        return made.to_wire()

    return answer


def zone_with(target: str) -> Behaviour:
    return say.for_zones(
        {
            "zone.example": say.serving("zone.example", *SERVERS, *GLUE, f"{NAME}. 3600 CNAME {target}."),
            "com": say.serving("com", *AZURE),
        }
    )


@dataclass
class World:
    """A root, a top, two name servers and a resolver that write down what they are asked."""

    responder: Responder

    def look(self, **changes: Any) -> dict[str, Any]:
        defaults = {name: spec.get("default") for name, spec in OPTIONS.items()}
        options = {
            **defaults,
            "layers": ["authoritative", "recursive", "target"],
            "root_hints": {"a.root": ROOT},
            "port": self.responder.port,
            "ipv6": False,
            "tries": [0.3, 0.3],
            "resolvers": [{"address": RESOLVER, "port": self.responder.port, "transport": "do53"}],
            **changes,
        }
        clock = SystemClock()
        gateways = gateways_from_options([{"service_name": NAME, "region": "westus"}])
        return look_for_drift(gateways, options, _no_azure, Calls(clock, clock.monotonic() + 60))

    def of(self, *addresses: str) -> list[tuple[str, str]]:
        """Names and types that the addresses were asked for."""
        return [(asked.name, asked.type) for asked in self.responder.asked if asked.address in addresses]


def _no_azure() -> Any:
    raise AssertionError("Azure is not wanted")


@contextlib.contextmanager
def world(first: Behaviour, second: Behaviour, resolver: Behaviour) -> Iterator[World]:
    behaviours = {
        ROOT: referring("example. 60 NS ns.example.", additional=(f"ns.example. 60 A {TOP}",)),
        TOP: referring(*SERVERS, additional=GLUE),
        ONE: first,
        TWO: second,
        RESOLVER: resolver,
    }
    azure = {"com": say.serving("com", *AZURE)}
    behaviours[ROOT] = say.for_zones({".": behaviours[ROOT], **azure})
    with Responder(behaviours, servers.free_port(list(behaviours))).running() as responder:
        yield World(responder)


def state(result: dict[str, Any]) -> str:
    return str(result["aliases"][0]["state"])


def test_a_resolver_is_asked_after_the_name_servers_agreed() -> None:
    right = zone_with(TARGET)
    with world(right, right, say.resolver(f"{NAME}. 60 CNAME {TARGET}.")) as seen:
        assert state(seen.look()) == "in_sync"
        order = [asked.address for asked in seen.responder.asked if asked.name == NAME and asked.type == "CNAME"]
    assert order == sorted(order, key=lambda address: address == RESOLVER)
    assert set(order) == {ONE, TWO, RESOLVER}


@pytest.mark.parametrize(
    "second",
    [zone_with(OLD), say.for_zones({"zone.example": say.serving("zone.example", *SERVERS, *GLUE)})],
    ids=["another target", "missing"],
)
def test_nothing_is_asked_of_a_resolver_before(second: Behaviour) -> None:
    with world(zone_with(TARGET), second, say.resolver(f"{NAME}. 60 CNAME {TARGET}.")) as seen:
        result = seen.look()
        assert state(result) == "drift"
        assert seen.of(RESOLVER) == []
    assert "do not agree" in result["aliases"][0]["not_checked"]["recursive"]


@pytest.mark.parametrize("behaviour", [say.silence, say.saying(dns.rcode.REFUSED)], ids=["silent", "refusing"])
def test_a_resolver_is_not_asked_either_when_nobody_says_anything(behaviour: Behaviour) -> None:
    with world(behaviour, behaviour, say.resolver()) as seen:
        assert state(seen.look()) in ("unknown", "drift")
        assert seen.of(RESOLVER) == []


@pytest.mark.parametrize("source", ["root", "resolvers"])
def test_nobody_is_asked_for_ns_or_soa_at_the_alias(source: str) -> None:
    right = zone_with(TARGET)
    knowing = say.resolver(f"{NAME}. 60 CNAME {TARGET}.", *SERVERS, *GLUE, *AZURE)
    with world(right, right, knowing) as seen:
        assert state(seen.look(delegation_from=source)) == "in_sync"
        at_the_alias = {asked.type for asked in seen.responder.asked if asked.name == NAME}
    assert at_the_alias <= {"CNAME", "A"}


def test_waiting_asks_the_name_servers_only() -> None:
    with world(zone_with(OLD), zone_with(TARGET), say.resolver()) as seen:
        result = seen.look(wait=True, wait_timeout=1, wait_interval=0.2)
        assert seen.of(RESOLVER) == []
    attempts = result["attempts"]
    assert len(attempts) >= 2
    assert [attempt["agreed"] for attempt in attempts] == [False] * len(attempts)
    assert attempts[0]["aliases"][0] == {
        "name": f"{NAME}.",
        "agreeing": 1,
        "total": 2,
        "servers": {ONE: f"CNAME {OLD}", TWO: f"CNAME {TARGET}"},
    }


def test_waiting_ends_as_soon_as_all_agree() -> None:
    right = zone_with(TARGET)
    with world(right, right, say.resolver(f"{NAME}. 60 CNAME {TARGET}.")) as seen:
        result = seen.look(wait=True, wait_timeout=60)
    assert [attempt["agreed"] for attempt in result["attempts"]] == [True]
    assert state(result) == "in_sync"


def test_a_zone_is_walked_once_for_all_of_its_aliases() -> None:
    right = zone_with(TARGET)
    with world(right, right, say.resolver()) as seen:
        seen.look(layers=["authoritative"])
        assert seen.of(ROOT).count(("zone.example", "NS")) == 1
        assert seen.of(ONE).count((NAME, "CNAME")) == 1


def test_servers_without_glue_are_found_by_resolvers_where_that_is_allowed() -> None:
    """The only questions about the delegation that a resolver gets are those for the servers' own addresses."""
    right = zone_with(TARGET)
    with world(right, right, say.resolver(f"{NAME}. 60 CNAME {TARGET}.", *GLUE)) as seen:
        seen.responder.behaviours[TOP] = referring(*SERVERS)
        assert state(seen.look()) == "in_sync"
        before = [asked.name for asked in seen.responder.asked if asked.address == RESOLVER][:2]
        assert state(seen.look(delegation_from="root", layers=["authoritative"])) == "unknown"
    assert before == ["ns1.zone.example", "ns1.zone.example"]


def test_where_no_root_answers_the_resolvers_are_asked_for_the_name_servers() -> None:
    right = zone_with(TARGET)
    knowing = say.resolver(f"{NAME}. 60 CNAME {TARGET}.", *SERVERS, *GLUE, *AZURE)
    with world(right, right, knowing) as seen:
        nobody = {"a.root": "127.54.6.250"}
        assert state(seen.look(root_hints=nobody)) == "in_sync"
        unknown = seen.look(root_hints=nobody, delegation_from="root", layers=["authoritative"])
    assert state(unknown) == "unknown"
    assert unknown["aliases"][0]["findings"][0]["code"] == "delegation_unknown"


WITHOUT_TARGET = (f"{NAME}. 60 CNAME {TARGET}.", *SERVERS, *GLUE)
NO_SUCH_TOP = ". 86400 SOA a.root. hostmaster.root. 1 1800 900 604800 86400"
OF_AZURE = "westus.cloudapp.azure.com. 60 SOA ns1.azure-dns.com. hostmaster.azure-dns.com. 1 3600 300 2419200 60"


@pytest.mark.parametrize(
    ("resolver", "code"),
    [
        (say.resolver(*WITHOUT_TARGET), "target_unknown"),
        (say.resolver(*WITHOUT_TARGET, authority=NO_SUCH_TOP), "target_unknown"),
        (say.resolver(*WITHOUT_TARGET, "cloudapp.azure.com. 60 TXT x"), "target_dangling"),
        (say.resolver(*WITHOUT_TARGET, authority=OF_AZURE), "target_dangling"),
    ],
    ids=["denies all without a word", "has a root of its own", "knows Azure", "passes on Azure's denial"],
)
def test_a_denial_by_who_does_not_know_azure_says_nothing_about_the_target(resolver: Behaviour, code: str) -> None:
    right = zone_with(TARGET)
    with world(right, right, resolver) as seen:
        result = seen.look(delegation_from="resolvers", layers=["target"])
    found = {finding["code"]: finding for finding in result["aliases"][0]["findings"]}
    assert set(found) == {code}
    if code == "target_unknown":
        assert "do not know cloudapp.azure.com either" in found[code]["observed"]

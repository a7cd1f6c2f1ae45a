# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which request meets a fault, and what a bad fault or seed is told."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.emulator import seed
from tests.emulator.emulation import Emulation
from tests.emulator.errors import DOCUMENTED
from tests.emulator.faults import Fault, FaultError, Faults, path_values, read_fault
from tests.emulator.routing import split_path
from tests.emulator.seed import SeedError
from tests.unit.emulator.support import ZONE, code

REQUESTS = [("GET", "/a?x=1"), ("PUT", "/a"), ("PUT", "/b"), ("PUT", "/a"), ("PUT", "/a")]


@pytest.mark.parametrize(
    ("fault", "met"),
    [
        (Fault(), [0]),
        (Fault(count=None), [0, 1, 2, 3, 4]),
        (Fault(method="put"), [1]),
        (Fault(method="PUT", skip=1, count=2), [2, 3]),
        (Fault(method="GET DELETE", count=None), [0]),
        (Fault(path="/A$", count=None), [1, 3, 4]),
        (Fault(path="x=1"), [0]),
        (Fault(path="/c"), []),
    ],
)
def test_which_requests_a_fault_meets(fault: Fault, met: list[int]) -> None:
    faults = Faults()
    faults.add(fault)
    assert [number for number, request in enumerate(REQUESTS) if faults.take(*request)] == met


def test_faults_come_one_after_the_other() -> None:
    faults = Faults()
    for status in (500, 429):
        faults.add(Fault(status=status))
    found = [faults.take("GET", "/") for _time in range(3)]
    assert [fault.status if fault else None for fault in found] == [500, 429, None]
    faults.clear()
    assert faults.take("GET", "/") is None


def test_an_error_by_name_speaks_of_the_request() -> None:
    fault = Fault(error="ResourceRequestsThrottled", headers={"Retry-After": "2"})
    reply = fault.answer(path_values(f"{ZONE}/CNAME/www?api-version=x"))
    assert reply is not None
    assert (reply.status, code(reply), reply.headers["Retry-After"]) == (429, "ResourceRequestsThrottled", "2")
    assert "after '2' seconds" in reply.text()
    raw = Fault(status=502, body="<html>").answer({})
    assert raw is not None
    assert (raw.status, raw.body) == (502, "<html>")
    assert Fault(latency=1.0).answer({}) is None


FIRST_SET = ".zones[0].record_sets[0]"


@pytest.mark.parametrize("name", sorted(DOCUMENTED))
def test_a_documented_error_on_demand_leaves_no_gap(name: str) -> None:
    reply = Fault(error=name).answer(path_values(f"{ZONE}/CNAME/www"))
    assert reply is not None
    assert not re.search(r"\{[a-z_]+\}", json.dumps(reply.body))


PLACE = {"subscription": "s", "resource_group": "r", "zone": "z", "type": "A", "name": "n"}


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        ({"eror": "x"}, "unknown fields ['eror']"),
        ({"error": "x"}, "error: 'x' is not one of"),
        ({"path": "("}, "path: '(' is not a regular expression"),
        ({"interference": {}}, "interference: "),
        ({"interference": {**PLACE, "when": "later"}}, "interference.when: 'later'"),
    ],
)
def test_a_fault_that_makes_no_sense(fault: dict[str, Any], text: str) -> None:
    with pytest.raises(FaultError) as caught:
        read_fault(fault)
    assert str(caught.value).startswith(text)


def test_a_dns_fault_of_an_unknown_kind() -> None:
    with pytest.raises(FaultError, match="kind: 'odd'"):
        Emulation(seed.build({})).set_dns_fault(0, "odd", 0.0)


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"zones": []}, "seed: unknown keys ['zones']"),
        ({"cloud": "Mars"}, "seed.cloud: 'Mars' is not one of"),
        ({"subscriptions": {}}, "seed.subscriptions: expected a list, found dict"),
        ({"subscriptions": [1]}, "seed.subscriptions[0]: expected a mapping, found int"),
        ({"subscriptions": [{}]}, "seed.subscriptions[0]: 'id' is missing"),
        ({"clients": [{"client_id": "x", "rights": "all"}]}, "seed.clients[0].rights: expected owner"),
        ({"clients": [{"client_id": "x", "password_": "y"}]}, "seed.clients[0]: unknown keys"),
        ({"reserved": {"names": []}}, "seed.reserved: unknown keys"),
    ],
)
def test_a_bad_seed_is_told_where(more: dict[str, Any], text: str) -> None:
    with pytest.raises(SeedError) as caught:
        seed.build(more)
    assert str(caught.value).startswith(text)


@pytest.mark.parametrize(
    ("group", "text"),
    [
        ({"zones": [{"name": "nodots"}]}, ".zones[0].name: {"),
        ({"zones": [{"name": "a.b", "record_sets": [{"name": "x", "type": "Q"}]}]}, f"{FIRST_SET}.type: 'Q'"),
        ({"zones": [{"name": "a.b", "record_sets": [{"name": "@", "type": "CNAME"}]}]}, f"{FIRST_SET}: {{"),
        ({"zones": [{"name": "a.b", "typo": 1}]}, ".zones[0]: unknown keys ['typo']"),
        ({"public_ips": [{"name": "x", "address": "8.8.8.8"}]}, ".public_ips[0].address: 8.8.8.8 is not in 127"),
        ({"public_ips": [{"name": "x", "adress": "127.0.0.1"}]}, ".public_ips[0]: 'address' is missing"),
    ],
)  # fmt: skip
def test_a_bad_group_of_a_seed_is_told_where(group: dict[str, Any], text: str) -> None:
    with pytest.raises(SeedError) as caught:
        seed.build({"subscriptions": [{"id": "s", "resource_groups": [{"name": "g", **group}]}]})
    assert str(caught.value).startswith(f"seed.subscriptions[0].resource_groups[0]{text}")


def test_the_delegated_one_of_two_zones_can_be_chosen() -> None:
    groups = [
        {"name": "one", "zones": [{"name": "a.b"}]},
        {"name": "two", "zones": [{"name": "a.b", "delegated": True}]},
    ]
    estate = seed.build({"subscriptions": [{"id": "s", "resource_groups": groups}]})
    assert [zone.delegated for zone in estate.dns.named("a.b")] == [False, True]


def test_a_reset_without_clients_keeps_tokens_valid() -> None:
    emulation = Emulation(seed.build({}))
    directory = emulation.estate.directory
    token = directory.issue(directory.clients[seed.OWNER], "x", 0.0)
    emulation.reset({})
    assert emulation.estate.directory.principal(f"Bearer {token}", 1.0).client_id == seed.OWNER
    emulation.reset({"clients": [{"client_id": "new"}]})
    assert list(emulation.estate.directory.clients) == ["new"]


@pytest.mark.parametrize(
    ("path", "key", "names"),
    [
        ("/subscriptions", "subscriptions", ()),
        ("/Subscriptions/S/", "subscriptions/*", ("S",)),
        (
            "/subscriptions/S/ResourceGroups/providers/providers/Microsoft.Network/DNSZones/z.com/cname/%40",
            "subscriptions/*/resourcegroups/*/providers/microsoft.network/dnszones/*/cname/*",
            ("S", "providers", "z.com", "@"),
        ),
        ("/subscriptions/S/providers/Ns/register", "subscriptions/*/providers/ns/register", ("S",)),
        (
            "/subscriptions/S/providers/Ns/locations/L/Check",
            "subscriptions/*/providers/ns/locations/*/check",
            ("S", "L"),
        ),
    ],
)
def test_paths_are_split_into_types_and_names(path: str, key: str, names: tuple[str, ...]) -> None:
    assert split_path(path) == (key, names)

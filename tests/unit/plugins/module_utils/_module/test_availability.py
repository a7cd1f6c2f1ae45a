# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the declaration to the result: what is asked at all, and how the search for other names ends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest

from ansible_collections.configmgr.cmg.plugins.module_utils._azure.calls import Calls
from ansible_collections.configmgr.cmg.plugins.module_utils._core.availability import (
    Answer,
    Estate,
    Listing,
    NameCheck,
    Reply,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import gateways_from_options
from ansible_collections.configmgr.cmg.plugins.module_utils._core.providers import PARTS, Provider, Registration
from ansible_collections.configmgr.cmg.plugins.module_utils._module.availability import (
    OPTIONS,
    REQUESTS_OF_A_SMALL_TASK,
    Services,
    judge_availability,
    request_of,
)
from tests.unit.plugins.module_utils._azure.memory import TurnedClock

READY = tuple(
    Provider(namespace, Registration.REGISTERED, {part.lower(): frozenset({"westus"})})
    for namespace, part in PARTS.items()
)
DEFAULTS = {name: option.get("default") for name, option in OPTIONS.items()}


@dataclass
class Names:
    """Azure with an empty subscription, in which others hold some names. O(asked) counts as requests."""

    calls: Calls
    taken: frozenset[str] = frozenset()
    silent: frozenset[str] = frozenset()
    asked: list[NameCheck] = field(default_factory=list)

    def estate(self) -> Estate:
        return Estate("s", providers=Listing(READY))

    def answers(self, checks: Iterable[NameCheck]) -> dict[NameCheck, Answer]:
        found = {}
        for check in dict.fromkeys(checks):
            self.asked.append(check)
            self.calls.counts["check"] += 1
            reply = Reply.TAKEN if check.name in self.taken else Reply.FREE
            found[check] = Answer(Reply.UNKNOWN if check.name in self.silent else reply)
        return found


def no_dns() -> Any:
    raise AssertionError("no zone has to be read")


def judge(*declared: dict[str, Any], cloud: str | None = None, **options: Any) -> tuple[dict[str, Any], Names]:
    calls = Calls(TurnedClock(), 600)
    names = Names(calls, frozenset(options.pop("taken", ())), frozenset(options.pop("silent", ())))
    request = request_of({**DEFAULTS, "check_alias": False, **options})
    service: Any = names
    services = Services(service, cloud, no_dns)
    return judge_availability(gateways_from_options(declared), request, services, calls), names


def gateway(name: str = "granitefalls", **more: Any) -> dict[str, Any]:
    return {"service_name": f"{name}.contoso.com", "region": "westus", **more}


def test_the_defaults() -> None:
    assert DEFAULTS == {
        "check_alias": True,
        "suggestions": 5,
        "alternatives": ["{prefix}{number}", "{prefix}cmg", "cmg{prefix}"],
        "concurrency": 8,
        "timeout": 600,
    }


def test_a_gateway_of_another_cloud_is_not_asked_for() -> None:
    foreign = gateway(region="usgovvirginia", cloud_environment="AzureUSGovernment")
    result, names = judge(foreign, gateway("wallacefalls"), cloud="AzureCloud")
    assert {check.name for check in names.asked} == {"wallacefalls"}
    first, second = result["gateways"]
    assert {first[part]["status"] for part in ("dns_label", "storage_account", "key_vault")} == {"unknown"}
    assert "cloud_environment set to its cloud" in first["dns_label"]["reason"]
    told = {finding["rule"]: finding["status"] for finding in first["findings"]}
    assert {status for rule, status in told.items() if rule.startswith("AVAIL-")} == {"not_checked"}
    assert second["dns_label"]["status"] == "available"
    assert result["unclaimed"] == ["granitefalls.contoso.com", "wallacefalls.contoso.com"]


def test_a_name_that_two_gateways_want_is_asked_for_once() -> None:
    result, names = judge(gateway(), gateway())
    assert len(names.asked) == 3
    assert [entry["valid"] for entry in result["gateways"]] == [False, False]


def test_nothing_declared() -> None:
    result, names = judge()
    assert (result["gateways"], result["valid"], names.asked) == ([], True, [])
    assert [entry["registration_state"] for entry in result["providers"]] == ["Registered"] * 4


def test_the_search_ends_when_azure_falls_silent() -> None:
    result, names = judge(gateway(), taken=["granitefalls"], silent=["granitefallscmg"])
    assert result["gateways"][0]["suggestions"] == ["granitefalls1"]
    assert len(names.asked) == 9


def test_the_search_ends_with_its_requests() -> None:
    everything = [f"granitefalls{number}" for number in range(1, 100)]
    result, names = judge(gateway(), taken=["granitefalls", *everything], alternatives=["{prefix}{number}"])
    assert result["gateways"][0]["suggestions"] == []
    assert REQUESTS_OF_A_SMALL_TASK - 3 < len(names.asked) <= REQUESTS_OF_A_SMALL_TASK


@pytest.mark.parametrize(("many", "suggested"), [(5, 5), (60, 1), (200, 1)])
def test_many_taken_names_share_what_is_left(many: int, suggested: int) -> None:
    declared = [gateway(f"gate{number}") for number in range(many)]
    result, names = judge(*declared, taken=[f"gate{number}" for number in range(many)], alternatives=["other{number}"])
    found = [name for entry in result["gateways"] for name in entry["suggestions"]]
    assert len(set(found)) == len(found)
    assert len(result["gateways"][0]["suggestions"]) >= suggested
    assert len(names.asked) <= max(3 * many + 10, REQUESTS_OF_A_SMALL_TASK)


def test_no_search_without_a_wish() -> None:
    _result, names = judge(gateway(), taken=["granitefalls"], suggestions=0)
    assert len(names.asked) == 3

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the declaration to the result: what is refused before any call, what one plan reads, what comes back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from ansible_collections.configmgr.cmg.plugins.module_utils._azure.calls import Calls
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.failures import AzureFailure, Kind
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import CmgError, InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import gateways_from_options
from ansible_collections.configmgr.cmg.plugins.module_utils._core.records import RecordSet
from ansible_collections.configmgr.cmg.plugins.module_utils._core.zones import Zone
from ansible_collections.configmgr.cmg.plugins.module_utils._module.aliases import (
    OPTIONS,
    ensure_aliases,
    request_of,
)
from tests.unit.plugins.module_utils._azure.memory import MemoryRecordSets, TurnedClock

ZONE = Zone("s1", "rg-dns", "contoso.com")
FABRIKAM = Zone("s2", "rg-dns", "fabrikam.com")
TARGET = "granitefalls.westus.cloudapp.azure.com"
DEFAULTS = {name: option.get("default") for name, option in OPTIONS.items()}


@dataclass
class Estate(MemoryRecordSets):
    """A DNS service with subscriptions and zones; a failure stands for a subscription that cannot be read."""

    subscription_id: str | None = None
    visible: dict[str, list[Zone] | AzureFailure] = field(default_factory=lambda: {"s1": [ZONE], "s2": [FABRIKAM]})
    calls: list[str] = field(default_factory=list)

    def subscriptions(self) -> list[str]:
        self.calls.append("subscriptions")
        return list(self.visible)

    def zones(self, subscription_id: str) -> list[Zone]:
        self.calls.append(f"zones {subscription_id}")
        found = self.visible[subscription_id]
        if isinstance(found, AzureFailure):
            raise found
        return found

    def record_sets(self, zone: Zone) -> list[RecordSet]:
        self.calls.append(f"records {zone.name}")
        return [*self.content(), RecordSet("NS", "@", 172800), RecordSet("SOA", "@", 3600)]


def declared(service_name: str = "granitefalls.contoso.com", **more: Any) -> dict[str, Any]:
    return {"service_name": service_name, "region": "westus", **more}


def ensured(*gateways: dict[str, Any], service: Any = None, check_mode: bool = False, **options: Any) -> dict[str, Any]:
    clock = TurnedClock()
    request = request_of({**DEFAULTS, **options}, check_mode=check_mode)
    return ensure_aliases(gateways_from_options(gateways or (declared(),)), request, lambda: service, Calls(clock, 600))


def refused(*gateways: dict[str, Any], service: Any = None, **options: Any) -> CmgError:
    with pytest.raises(CmgError) as caught:
        ensured(*gateways, service=service, **options)
    return caught.value


def actions(result: dict[str, Any]) -> list[str]:
    return [gateway["record"]["action"] for gateway in result["gateways"]]


@pytest.mark.parametrize(
    ("gateways", "options", "said"),
    [
        ([declared("contoso.com", dns={"zone": "contoso.com"})], {}, "apex"),
        ([declared(dns={"zone": "fabrikam.com"})], {}, "does not lie in the DNS zone fabrikam.com"),
        ([declared("a" * 64 + ".contoso.com")], {}, "PREFIX-004"),
        ([declared(".".join(["granitefalls", *["a" * 60] * 4, "contoso.com"]))], {}, "has 268 characters"),
        ([declared(dns={"ttl": 0})], {}, "dns.ttl of granitefalls.contoso.com is 0"),
        ([declared(dns={"ttl": 2_147_483_648})], {}, "is 2147483648"),
        ([declared(dns={"metadata": {"managed-by": "me"}})], {}, "contains managed-by"),
        ([declared("granite-falls.contoso.com")], {}, "1 of 1 gateway is declared wrong; nothing was read"),
        ([declared(), declared()], {}, "2 of 2 gateways are declared wrong"),
        ([declared(), declared()], {"state": "absent"}, "More than one gateway is declared with the service name"),
        ([declared()], {"max_changes": "some"}, "max_changes is 'some'"),
        # A limit that a template left empty must not be none.
        ([declared()], {"max_changes": ""}, "max_changes is ''"),
        ([declared()], {"concurrency": 0}, "concurrency is 0. Use a number from 1 to 32."),
        ([declared()], {"concurrency": 33}, "concurrency is 33."),
        ([declared()], {"timeout": 0}, "timeout is 0. Use a number of seconds from 1 on"),
    ],
)  # fmt: skip
def test_refused_before_any_call(gateways: list[dict[str, Any]], options: dict[str, Any], said: str) -> None:
    """There is no service to call; touching it would be another error."""
    error = refused(*gateways, **options)
    assert isinstance(error, InvalidInput)
    assert said in error.message
    assert actions(error.result) == ["undecided"] * len(gateways)
    assert error.result["changed"] is False
    assert set(error.result["requests"].values()) == {0}


def test_what_is_empty_is_not_given() -> None:
    assert actions(ensured(service=Estate(), hold=None)) == ["create"]


def test_the_defaults() -> None:
    assert DEFAULTS == {
        "state": "present",
        "on_conflict": "fail",
        "max_changes": None,
        "hold": None,
        "partial": False,
        "concurrency": 8,
        "timeout": 600,
    }
    service = Estate()
    ensured(service=service)
    assert service.sets["granitefalls"].ttl == 3600


def test_a_gateway_without_an_alias_needs_no_connection() -> None:
    result = ensured(declared("granitefalls.westus.cloudapp.azure.com", issuer="enterprise"), service=None)
    assert actions(result) == ["not_required"]
    assert result["changed"] is False


def test_an_alias_to_remove_needs_nothing_but_its_name() -> None:
    service = Estate()
    service.put(RecordSet("CNAME", "granite-falls", 60, "x.y", None, {"managed-by": "configmgr.cmg"}))
    result = ensured(declared("granite-falls.contoso.com"), service=service, state="absent")
    assert actions(result) == ["delete"]


@pytest.mark.parametrize(
    ("gateways", "subscription_id", "calls"),
    [
        ([declared()], None, ["subscriptions", "zones s1", "zones s2", "records contoso.com"]),
        ([declared()], "s1", ["zones s1", "records contoso.com"]),
        (
            [declared(), declared("wallacefalls.contoso.com"), declared("snoqualmie.fabrikam.com")],
            None,
            ["subscriptions", "zones s1", "zones s2", "records contoso.com", "records fabrikam.com"],
        ),
        ([declared(dns={"zone": "contoso.com", "resource_group": "rg-dns"})], "s1", ["records contoso.com"]),
        (
            [declared(dns={"zone": "Contoso.com.", "resource_group": "RG-DNS", "subscription_id": "S1"}),
             declared("wallacefalls.contoso.com")],
            "s1",
            ["zones s1", "records contoso.com"],
        ),
        (
            [
                declared(dns={"subscription_id": "s1"}),
                declared("snoqualmie.fabrikam.com", dns={"subscription_id": "s2"}),
            ],
            None,
            ["zones s1", "zones s2", "records contoso.com", "records fabrikam.com"],
        ),
    ],
)  # fmt: skip
def test_one_list_for_each_zone(gateways: list[dict[str, Any]], subscription_id: str | None, calls: list[str]) -> None:
    service = Estate(subscription_id=subscription_id)
    ensured(*gateways, service=service)
    assert service.calls == calls


@pytest.mark.parametrize("kind", [Kind.FORBIDDEN, Kind.UNREGISTERED])
def test_a_subscription_without_readable_zones_is_passed_over(kind: Kind) -> None:
    service = Estate(visible={"s0": AzureFailure(kind, "no"), "s1": [ZONE]})
    assert actions(ensured(service=service)) == ["create"]


def test_a_subscription_that_is_named_has_to_be_readable() -> None:
    service = Estate(subscription_id="s0", visible={"s0": AzureFailure(Kind.FORBIDDEN, "no right")})
    assert refused(service=service).message == "no right"


def test_an_outage_is_not_passed_over() -> None:
    service = Estate(visible={"s0": AzureFailure(Kind.UNAVAILABLE, "outage"), "s1": [ZONE]})
    assert refused(service=service).message == "outage"


def test_every_gateway_without_a_zone_is_named() -> None:
    gateways = [declared(f"gateway{number}.nowhere{number}.net") for number in range(12)]
    error = refused(declared(), *gateways, service=Estate())
    assert "no DNS zone that gateway0.nowhere0.net ends with" in error.message
    assert "gateway9.nowhere9.net" in error.message
    assert error.message.endswith("And 2 more gateways.")
    assert actions(error.result) == ["undecided"] * 13


def test_an_apex_that_only_the_list_of_zones_shows() -> None:
    service = Estate()
    assert "is the apex of the DNS zone contoso.com" in refused(declared("contoso.com"), service=service).message
    assert "records contoso.com" not in service.calls


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_conflict_refuses_the_whole_plan(check_mode: bool) -> None:
    service = Estate()
    service.types["granitefalls"] = ("A", "TXT")
    error = refused(declared("wallacefalls.contoso.com"), declared(), service=service, check_mode=check_mode)
    assert "1 of 2 gateways has something in the way of the alias; nothing was written." in error.message
    assert "granitefalls.contoso.com has a record set of type A and TXT" in error.message
    assert actions(error.result) == ["create", "conflict"]
    assert error.result["gateways"][1]["record"]["blocking_types"] == ["A", "TXT"]
    assert error.result["gateways"][0]["record"]["error"] == "Not written: something is in the way of another alias."
    assert error.result["changed"] is False
    assert error.result["diff"] == {"before": "", "after": ""}
    assert not service.writes


def test_an_accepted_conflict_leaves_that_name_alone() -> None:
    service = Estate()
    service.types["granitefalls"] = ("A",)
    accept = [{"rule": "DNS-001", "reason": "moved next week"}]
    result = ensured(declared(accept=accept), declared("wallacefalls.contoso.com"), service=service)
    assert actions(result) == ["conflict", "create"]
    assert service.writes == ["wallacefalls"]
    assert (result["valid"], result["summary"]["accepted"]) == (True, 1)


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(("limit", "allowed"), [("1", False), ("2", True), ("66%", False), ("67%", True)])
def test_an_unsafe_plan_is_refused_before_any_write(limit: str, allowed: bool, check_mode: bool) -> None:
    service = Estate()
    service.put(RecordSet("CNAME", "granitefalls", 3600, TARGET))
    gateways = [declared(), declared("wallacefalls.contoso.com"), declared("snoqualmie.contoso.com")]
    options: dict[str, Any] = {"service": service, "max_changes": limit, "check_mode": check_mode}
    if allowed:
        assert ensured(*gateways, **options)["changed"] is True
        return
    error = refused(*gateways, **options)
    assert "has 2 changes (2 to create) for 3 aliases" in error.message
    assert actions(error.result) == ["none", "create", "create"]
    assert error.result["gateways"][1]["record"]["error"] == "Not written: the plan exceeds max_changes."
    assert error.result["changed"] is False
    assert not service.writes


@pytest.mark.parametrize("state", ["present", "absent"])
def test_check_mode_returns_what_the_real_run_returns(state: str) -> None:
    def estate() -> Estate:
        service = Estate()
        mark = {"managed-by": "configmgr.cmg", "team": "web"}
        service.put(RecordSet("CNAME", "granitefalls", 60, "old.net", None, mark))
        service.put(RecordSet("CNAME", "wallacefalls", 3600, "wallacefalls.westus.cloudapp.azure.com", None, mark))
        return service

    names = ("granitefalls", "wallacefalls", "snoqualmie")
    gateways = [declared(f"{name}.contoso.com", dns={"metadata": {"owner": "us"}}) for name in names]
    service = estate()
    foreseen = ensured(*gateways, service=service, state=state, check_mode=True)
    assert not service.writes
    done = ensured(*gateways, service=service, state=state)
    counted = done.pop("requests"), foreseen.pop("requests")
    assert without_etags(foreseen) == without_etags(done)
    assert foreseen["changed"] is True
    writes = {f"{kind}_record_set": actions(done).count(kind) for kind in ("create", "update", "delete")}
    assert counted[1] == {**counted[0], **writes}


def without_etags(result: dict[str, Any]) -> dict[str, Any]:
    gateways = [{**one, "record": {**one["record"], "etag": None}} for one in result["gateways"]]
    return {**result, "gateways": gateways}


def test_what_was_done_comes_back_with_the_failure() -> None:
    service = Estate()

    def before_write(name: str) -> None:
        if name == "wallacefalls":
            raise AzureFailure(Kind.FORBIDDEN, "Writing it failed: no right.")

    service.before_write = before_write
    error = refused(declared(), declared("wallacefalls.contoso.com"), service=service)
    assert error.message.startswith("1 alias could not be changed, 1 was. wallacefalls.contoso.com: Writing it fail")
    records = [gateway["record"] for gateway in error.result["gateways"]]
    assert [(record["action"], record["error"]) for record in records] == [
        ("create", None),
        ("create", "Writing it failed: no right."),
    ]
    assert records[0]["etag"] == "etag-1"
    assert error.result["changed"] is True
    assert error.result["diff"]["after"].count("\n") == 1
    assert [finding["rule"] for finding in error.result["findings"]] == ["DNS-008"]
    assert service.writes == ["granitefalls"]


def test_the_order_is_that_of_the_declaration() -> None:
    names = ["c.contoso.com", "a.fabrikam.com", "b.westus.cloudapp.azure.com", "d.contoso.com"]
    gateways = [declared(f"gateway{name}", issuer="enterprise") for name in names]
    result = ensured(*gateways, service=Estate())
    assert [gateway["service_name"] for gateway in result["gateways"]] == [f"gateway{name}" for name in names]
    assert actions(result) == ["create", "create", "not_required", "create"]


@pytest.mark.parametrize("check_mode", [False, True])
def test_one_gateway_does_not_keep_the_others_from_their_aliases(check_mode: bool) -> None:
    """Wrong names, a TTL that is none, a zone that nobody sees, a foreign record: each is its own gateway's finding."""
    estate = Estate()
    estate.put(RecordSet("CNAME", "taken", 3600, target="elsewhere.example.net"))
    result = ensured(
        declared(),
        declared("granite-falls.contoso.com"),
        declared("wallacefalls.contoso.com", dns={"ttl": 0}),
        declared("snoqualmiefalls.example.org"),
        declared("taken.contoso.com"),
        service=estate,
        check_mode=check_mode,
        partial=True,
    )
    assert actions(result) == ["create", "undecided", "undecided", "undecided", "conflict"]
    assert [gateway["valid"] for gateway in result["gateways"]] == [True, False, False, False, False]
    rules = {finding["gateway"]: finding["rule"] for finding in result["findings"] if finding["severity"] == "error"}
    assert list(rules.values()) == ["PREFIX-006", "DNS-010", "DNS-010", "DNS-003"]
    assert (result["changed"], result["valid"]) == (True, False)


ELSEWHERE = {"subscription_id": "s9"}
SETTLED = {**ELSEWHERE, "resource_group": "rg-dns", "zone": "contoso.com"}


class Unseen(Estate):
    """A service for which one subscription is not there."""

    kind = Kind.NO_SUBSCRIPTION

    def zones(self, subscription_id: str) -> list[Zone]:
        if subscription_id == "s9":
            raise AzureFailure(self.kind, "Listing the DNS zones of subscription s9 failed.")
        return super().zones(subscription_id)

    def record_sets(self, zone: Zone) -> list[RecordSet]:
        if zone.subscription_id == "s9":
            raise AzureFailure(self.kind, "Reading the DNS zone contoso.com failed.")
        return super().record_sets(zone)


@pytest.mark.parametrize(("dns", "said"), [(ELSEWHERE, "Listing the DNS zones"), (SETTLED, "Reading the DNS zone")])
def test_a_subscription_that_is_not_there_is_the_finding_of_its_own_gateway(dns: dict[str, Any], said: str) -> None:
    gateways = [declared("wallacefalls.contoso.com", dns=dns), declared()]
    result = ensured(*gateways, service=Unseen(), partial=True)
    assert actions(result) == ["undecided", "create"]
    told = [finding for finding in result["findings"] if finding["rule"] == "DNS-010"]
    assert [(one["gateway"], one["observed"].startswith(said)) for one in told] == [("wallacefalls.contoso.com", True)]
    assert said in refused(*gateways, service=Unseen()).message


def test_that_azure_does_not_answer_is_no_finding_of_one_gateway() -> None:
    service = Unseen()
    service.kind = Kind.UNREACHABLE
    for dns in (ELSEWHERE, SETTLED):
        assert "failed" in refused(declared(dns=dns), service=service, partial=True).message


def test_an_apex_is_the_finding_of_its_own_gateway() -> None:
    result = ensured(declared("contoso.com", dns={"zone": "contoso.com"}), declared(), service=Estate(), partial=True)
    assert actions(result) == ["undecided", "create"]


def test_a_write_that_fails_is_the_finding_of_its_own_gateway() -> None:
    def before_write(name: str) -> None:
        if name == "granitefalls":
            raise AzureFailure(Kind.FORBIDDEN, "Writing it failed: no right.")

    estate = Estate()
    estate.before_write = before_write
    result = ensured(declared(), declared("wallacefalls.contoso.com"), service=estate, partial=True)
    assert [gateway["valid"] for gateway in result["gateways"]] == [False, True]
    assert {finding["rule"] for finding in result["findings"]} >= {"DNS-008"}

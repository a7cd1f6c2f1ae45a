# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the module writes, what it leaves alone, and under which conditions."""

from __future__ import annotations

from typing import Any

import pytest

from tests.adapters.azure.support import GROUP, MARK, ZONE, check, gateway, record, run, sentence, target
from tests.emulator.process import Emulator
from tests.emulator.seed import SUBSCRIPTION

pytestmark = pytest.mark.azure_sdk


def write(azure: Emulator, name: str, kind: str = "CNAME", **properties: Any) -> None:
    """Write a record set as somebody else does."""
    azure.control.write_record_set(
        SUBSCRIPTION, GROUP, ZONE, kind=kind, name=name, properties={"TTL": 3600, **properties}
    )


def cname(value: str, ttl: int = 3600, **metadata: str) -> dict[str, Any]:
    return {"TTL": ttl, "CNAMERecord": {"cname": value}, "metadata": metadata}


def stored(azure: Emulator, name: str = "granitefalls") -> dict[str, Any] | None:
    return azure.control.record_sets(ZONE).get((name, "CNAME"))


def writes(azure: Emulator) -> list[dict[str, Any]]:
    return [one for one in azure.control.requests() if one["method"] in {"PUT", "PATCH", "DELETE"}]


def test_a_new_alias(azure: Emulator) -> None:
    result = run(gateway(dns={"metadata": {"owner": "us"}}))
    (put,) = writes(azure)
    assert (put["method"], put["headers"]["If-None-Match"]) == ("PUT", "*")
    assert "If-Match" not in put["headers"]
    found = stored(azure)
    assert found is not None
    moment = found["metadata"].pop("cmg-changed-at")
    assert moment.startswith("20")
    assert found["metadata"] == {**MARK, "owner": "us"}
    assert (found["TTL"], found["CNAMERecord"]) == (3600, {"cname": target()})
    assert {key: record(result)[key] for key in ("action", "zone", "resource_group", "relative_name", "before")} == {
        "action": "create",
        "zone": ZONE,
        "resource_group": GROUP,
        "relative_name": "granitefalls",
        "before": None,
    }
    assert record(result)["after"]["metadata"] == {**MARK, "owner": "us"}
    assert result["changed"] is True
    assert record(run(gateway(dns={"metadata": {"owner": "us"}})))["etag"] == record(result)["etag"]


def test_a_change_of_ours(azure: Emulator) -> None:
    write(azure, "granitefalls", **cname("old.net", 60, team="web", **MARK))
    before = check()
    result = run()
    (put,) = writes(azure)
    assert put["headers"]["If-Match"] not in {"", "*"}
    assert "If-None-Match" not in put["headers"]
    found = stored(azure)
    assert found is not None
    found["metadata"].pop("cmg-changed-at")
    assert found["metadata"] == {
        **MARK,
        "team": "web",
        "cmg-previous-target": "old.net",
        "cmg-previous-ttl": "60",
    }
    assert record(result)["before"]["target"] == "old.net"
    assert record(result)["etag"]
    assert record(before) == {**record(result), "etag": None}


def test_a_deletion(azure: Emulator) -> None:
    run()
    azure.control.clear_requests()
    result = run(state="absent")
    (delete,) = writes(azure)
    assert (delete["method"], bool(delete["headers"]["If-Match"])) == ("DELETE", True)
    assert (record(result)["action"], record(result)["after"], stored(azure)) == ("delete", None, None)
    assert run(state="absent")["changed"] is False


@pytest.mark.parametrize("value", [target(), f"{target()}.", target().upper(), f"{target().title()}."])
def test_nothing_to_do_is_not_written(azure: Emulator, value: str) -> None:
    write(azure, "granitefalls", **cname(value))
    result = run()
    assert (result["changed"], record(result)["action"]) == (False, "none")
    assert not writes(azure)


def test_the_spelling_of_a_name_is_no_difference(azure: Emulator) -> None:
    assert run(gateway("GraniteFalls.Contoso.COM"))["changed"] is True
    assert run(gateway())["changed"] is False
    assert len(writes(azure)) == 1


@pytest.mark.parametrize(
    ("properties", "rule", "said"),
    [
        (cname("else.net", 60), "DNS-003", "granitefalls.contoso.com points to else.net with a TTL of 60 s"),
        (cname(target(), 60), "DNS-004", f"points to {target()} with a TTL of 60 s"),
        ({"TTL": 60}, "DNS-006", "has a CNAME record set without a record"),
    ],
)
@pytest.mark.parametrize("check_mode", [True, False])
def test_what_is_somebody_elses(
    azure: Emulator, properties: dict[str, Any], rule: str, said: str, check_mode: bool
) -> None:
    write(azure, "granitefalls", **properties)
    result = run(_ansible_check_mode=check_mode)
    assert said in sentence(result)
    assert [finding["rule"] for finding in result["findings"]] == [rule]
    assert record(result)["action"] == "conflict"
    assert not writes(azure)
    taken = run(_ansible_check_mode=check_mode, on_conflict="replace")
    assert (taken["changed"], record(taken)["action"]) == (True, "update")
    assert len(writes(azure)) == (0 if check_mode else 1)


RECORDS: dict[str, dict[str, Any]] = {
    "A": {"ARecords": [{"ipv4Address": "127.0.0.9"}]},
    "AAAA": {"AAAARecords": [{"ipv6Address": "::1"}]},
    "TXT": {"TXTRecords": [{"value": ["text"]}]},
    "MX": {"MXRecords": [{"preference": 1, "exchange": "mail.contoso.com"}]},
    "NS": {"NSRecords": [{"nsdname": "ns1.contoso.net."}]},
    "SRV": {"SRVRecords": [{"priority": 1, "weight": 1, "port": 1, "target": "x.net"}]},
    "CAA": {"caaRecords": [{"flags": 0, "tag": "issue", "value": "ca.net"}]},
    "PTR": {"PTRRecords": [{"ptrdname": "x.net"}]},
}


@pytest.mark.parametrize("kind", RECORDS)
@pytest.mark.parametrize("on_conflict", ["fail", "replace"])
def test_another_type_blocks_and_is_named(azure: Emulator, kind: str, on_conflict: str) -> None:
    write(azure, "granitefalls", kind, **RECORDS[kind])
    for result in (check(on_conflict=on_conflict), run(on_conflict=on_conflict)):
        assert f"granitefalls.contoso.com has a record set of type {kind} in the DNS zone contoso.com" in sentence(
            result
        )
        assert record(result)["blocking_types"] == [kind]
    assert not writes(azure)
    assert run(state="absent", on_conflict=on_conflict)["changed"] is False


def test_an_azure_alias_record_set(azure: Emulator) -> None:
    profile = (
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/providers/Microsoft.Network/trafficManagerProfiles/tm"
    )
    azure.control.put_resource(profile, "global", {"dnsConfig": {"relativeName": "tm", "ttl": 30}})
    write(azure, "granitefalls", targetResource={"id": profile})
    result = check()
    assert f"granitefalls.contoso.com is an Azure alias of {profile}" in sentence(result)
    assert (record(result)["before"]["target"], record(result)["before"]["target_resource"]) == (None, profile)
    replaced = run(on_conflict="replace")
    assert record(replaced)["action"] == "update"
    found = stored(azure)
    assert found is not None
    assert not found.get("targetResource", {}).get("id")
    assert found["metadata"]["cmg-previous-target"] == profile


def test_a_conversion_takes_its_own_classic_alias(azure: Emulator) -> None:
    write(azure, "granitefalls", **cname("GraniteFalls.CloudApp.net.", 300))
    assert "DNS-003" in sentence(check())
    result = run(gateway(context="convert"))
    assert record(result)["action"] == "update"
    found = stored(azure)
    assert found is not None
    assert found["metadata"]["cmg-previous-target"] == "GraniteFalls.CloudApp.net."
    assert run(gateway(context="convert"))["changed"] is False
    assert run(gateway())["changed"] is False


def test_removal_of_what_is_not_ours(azure: Emulator) -> None:
    write(azure, "granitefalls", **cname("else.net"))
    assert "DNS-005" in sentence(run(state="absent"))
    assert stored(azure) is not None
    assert run(state="absent", on_conflict="replace")["changed"] is True
    assert stored(azure) is None


def test_the_difference_is_two_sorted_zone_files(azure: Emulator) -> None:
    write(azure, "b", **cname("old.net", 60, **MARK))
    gateways = [gateway(f"{name}gate") for name in "zya"]
    diff = check(*gateways, _ansible_diff=True)["diff"]
    assert diff["before"] == ""
    lines = diff["after"].splitlines()
    assert lines == sorted(lines)
    assert lines[0] == f"agate.contoso.com. 3600 IN CNAME {target('agate')}. ; managed-by=configmgr.cmg"
    assert run(*gateways, _ansible_diff=True)["diff"] == diff


def test_limits_are_kept_before_any_write(azure: Emulator) -> None:
    gateways = [gateway(f"gateway{number}") for number in range(10)]
    assert "max_changes is 9, which allows 9. Nothing was written." in sentence(run(*gateways, max_changes="9"))
    assert "max_changes is 90%" in sentence(run(*gateways, max_changes="90%"))
    assert not writes(azure)
    assert run(*gateways, max_changes=10)["changed"] is True


OTHER = "00000000-0000-0000-0000-000000000002"
ZONES = [
    {"name": "rg-dns", "zones": [{"name": "contoso.com"}, {"name": "fabrikam.com"}]},
    {"name": "rg-eu", "zones": [{"name": "eu.contoso.com"}, {"name": "fabrikam.com"}]},
]
TWO = {
    "subscriptions": [
        {"id": SUBSCRIPTION, "resource_groups": ZONES},
        {"id": OTHER, "resource_groups": [{"name": "rg-far", "zones": [{"name": "contoso.net"}]}]},
    ]
}


@pytest.fixture
def many_zones(azure: Emulator, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    azure.control.reset(TWO)
    monkeypatch.delenv("AZURE_SUBSCRIPTION_ID")
    return azure


@pytest.mark.parametrize(
    ("declared", "place"),
    [
        (gateway(), ("contoso.com", "rg-dns", SUBSCRIPTION, "granitefalls")),
        (gateway("cmgeu.eu.contoso.com"), ("eu.contoso.com", "rg-eu", SUBSCRIPTION, "cmgeu")),
        (
            gateway("cmgeu.eu.contoso.com", dns={"zone": "contoso.com"}),
            ("contoso.com", "rg-dns", SUBSCRIPTION, "cmgeu.eu"),
        ),
        (gateway("cmgfar.contoso.net"), ("contoso.net", "rg-far", OTHER, "cmgfar")),
        (
            gateway("cmgfab.fabrikam.com", dns={"resource_group": "RG-EU"}),
            ("fabrikam.com", "rg-eu", SUBSCRIPTION, "cmgfab"),
        ),
    ],
)
def test_the_zone_is_found_by_its_longest_suffix(
    many_zones: Emulator, declared: dict[str, Any], place: tuple[str, ...]
) -> None:
    found = record(run(declared))
    assert tuple(found[key] for key in ("zone", "resource_group", "subscription_id", "relative_name")) == place
    assert len(writes(many_zones)) == 1


def test_two_zones_of_one_name(many_zones: Emulator) -> None:
    message = sentence(run(gateway("cmgfab.fabrikam.com")))
    assert f"fabrikam.com (resource group rg-dns, subscription {SUBSCRIPTION})" in message
    assert f"fabrikam.com (resource group rg-eu, subscription {SUBSCRIPTION})" in message
    assert not writes(many_zones)


def test_a_zone_of_another_subscription(many_zones: Emulator) -> None:
    """Which subscription was searched is said, and the option that names another one."""
    far = gateway("cmgfar.contoso.net")
    message = sentence(run(far, subscription_id=SUBSCRIPTION))
    assert f"see contoso.com, eu.contoso.com, fabrikam.com in subscription {SUBSCRIPTION}, the only one" in message
    assert "give the zone's own subscription in dns.subscription_id" in message
    assert not writes(many_zones)
    assert run({**far, "dns": {"subscription_id": OTHER}}, subscription_id=SUBSCRIPTION)["changed"] is True


def test_a_name_below_a_delegation(many_zones: Emulator) -> None:
    write(many_zones, "eu", "NS", **RECORDS["NS"])
    result = check(gateway("cmgeu.eu.contoso.com", dns={"zone": "contoso.com"}))
    assert "eu.contoso.com is delegated to other servers by NS records" in sentence(result)

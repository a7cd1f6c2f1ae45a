# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the module says of names that are free, ours or somebody else's, and what that costs in requests."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.configmgr.cmg.plugins.modules import dns_aliases, name_availability_info
from tests.adapters.azure.asking import GROUP, SCOPE, alias_set, ask, deployed, seed, to_azure
from tests.adapters.azure.support import MARK, ZONE, Result, gateway, sentence, target
from tests.emulator.process import Emulator
from tests.emulator.seed import SUBSCRIPTION
from tests.unit.return_docs import return_problems

PURGE = "2027-01-01T00:00:00Z"
DELETED = {"name": "granitefalls", "location": "westus", "scheduled_purge_date": PURGE}
RESERVED = {
    "dns_labels": ["granitefalls.westus"],
    "vaults": ["granitefalls"],
    "storage_accounts": ["granitefalls"],
}


def judge(*gateways: dict[str, Any], **options: Any) -> Result:
    result = ask(name_availability_info, gateways=list(gateways) or [gateway()], **{"suggestions": 0, **options})
    assert not result.get("failed"), result
    return result


def one(*gateways: dict[str, Any], **options: Any) -> dict[str, Any]:
    (found,) = judge(*gateways, **options)["gateways"]
    assert isinstance(found, dict)
    return found


def statuses(found: dict[str, Any]) -> tuple[str, str, str]:
    return tuple(found[part]["status"] for part in ("dns_label", "storage_account", "key_vault"))


def rules(found: dict[str, Any], *, status: str = "failed") -> list[str]:
    return sorted(finding["rule"] for finding in found["findings"] if finding["status"] == status)


def finding(found: dict[str, Any], rule: str) -> dict[str, Any]:
    (told,) = [entry for entry in found["findings"] if entry["rule"] == rule]
    assert isinstance(told, dict)
    return told


# --- the table of what an answer means, row by row -----------------------------------------------------------------


@pytest.mark.azure_sdk
def test_row_available(azure: Emulator) -> None:
    azure.control.reset(seed())
    found = one(gateway(resource_group=GROUP))
    assert statuses(found) == ("available", "available", "available")
    assert (found["valid"], found["claimed"]) == (True, False)


@pytest.mark.parametrize("context", ["new", "existing", "convert"])
def test_row_owned_when_it_is_run_again(azure: Emulator, context: str) -> None:
    azure.control.reset(seed(group=deployed("granitefalls")))
    found = one(gateway(resource_group="RG-CMG", context=context))
    assert statuses(found) == ("owned", "owned", "owned")
    assert (found["valid"], found["claimed"], rules(found)) == (True, True, [])
    assert found["key_vault"]["resource_id"].lower() == (
        f"{SCOPE}/resourceGroups/{GROUP}/providers/Microsoft.KeyVault/vaults/granitefalls".lower()
    )


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ({"resource_group": "rg-other"}, "taken_elsewhere_in_subscription"),
        ({"resource_group": "rg-other", "context": "existing"}, "taken_elsewhere_in_subscription"),
        ({}, "taken_elsewhere_in_subscription"),
        ({"context": "existing"}, "owned"),
        ({"context": "convert"}, "owned"),
    ],
)
@pytest.mark.azure_sdk
def test_row_taken_in_another_group(azure: Emulator, declared: dict[str, Any], expected: str) -> None:
    azure.control.reset(seed(group=deployed("granitefalls")))
    found = one(gateway(**declared))
    assert statuses(found) == (expected, expected, expected)
    assert found["claimed"] is True
    assert found["valid"] is (expected == "owned")
    if expected != "owned":
        assert f"/resourceGroups/{GROUP}/" in finding(found, "AVAIL-001")["observed"]


@pytest.mark.parametrize("protected", [True, False])
def test_row_soft_deleted(azure: Emulator, protected: bool) -> None:
    azure.control.reset(seed(subscription={"deleted_vaults": [{**DELETED, "purge_protection": protected}]}))
    found = one(gateway(resource_group=GROUP))
    assert statuses(found) == ("available", "available", "soft_deleted")
    vault = found["key_vault"]
    assert (vault["scheduled_purge_date"], vault["purge_protection"]) == (PURGE, protected)
    told = finding(found, "AVAIL-003")
    assert PURGE in told["observed"]
    assert ("purge protection" in told["observed"]) == protected
    assert ("az keyvault purge" in told["remedy"]) != protected
    assert found["valid"] is False


@pytest.mark.parametrize("context", ["new", "existing", "convert"])
def test_row_taken(azure: Emulator, context: str) -> None:
    azure.control.reset(seed(reserved=RESERVED))
    found = one(gateway(resource_group=GROUP, context=context))
    assert statuses(found) == ("taken", "taken", "taken")
    assert (found["valid"], found["claimed"]) == (False, False)
    assert {"AVAIL-001", "AVAIL-002", "AVAIL-003"} <= set(rules(found))


def test_row_storage_account_of_a_conversion(azure: Emulator) -> None:
    """The classic gateway's account is there and taken over; label and key vault are new."""
    classic = {**deployed("granitefalls", label=False, vault=False), "cloud_services": [{"name": "granitefalls"}]}
    azure.control.reset(seed(group=classic))
    found = one(gateway(resource_group=GROUP, context="convert"))
    assert statuses(found) == ("available", "owned", "available")
    assert found["valid"] is True
    assert finding(found, "AVAIL-011")["severity"] == "info"
    assert found["cloud_service"].endswith("/domainNames/granitefalls")


def test_a_conversion_without_its_storage_account(azure: Emulator) -> None:
    azure.control.reset(seed())
    found = one(gateway(resource_group=GROUP, context="convert"))
    assert "storage account" in finding(found, "AVAIL-004")["observed"]
    assert found["valid"] is False


def test_row_invalid(azure: Emulator) -> None:
    """Names that no gateway can have are not even asked for; what Azure itself refuses is told by its answer."""
    azure.control.reset(seed())
    found = one(gateway("granite-falls"))
    assert statuses(found) == ("invalid", "invalid", "invalid")
    assert "PREFIX-006" in found["dns_label"]["reason"]
    assert not [request for request in to_azure(azure) if "availability" in request["path"].lower()]
    refused = {"nameAvailable": False, "reason": "AccountNameInvalid", "message": "reserved word"}
    azure.control.fault(path="KeyVault/checkNameAvailability", status=200, body=refused)
    azure.control.fault(path="CheckDnsNameAvailability", error="InvalidDomainNameLabel")
    found = one(gateway(resource_group=GROUP))
    assert statuses(found) == ("invalid", "available", "invalid")
    assert "reserved word" in finding(found, "AVAIL-003")["observed"]


@pytest.mark.parametrize("error", ["AuthorizationFailed", "InvalidAuthenticationToken"])
def test_row_unknown_without_the_right(azure: Emulator, error: str) -> None:
    azure.control.reset(seed())
    azure.control.fault(path="availability", error=error, count=None)
    found = one(gateway(resource_group=GROUP))
    assert statuses(found) == ("unknown", "unknown", "unknown")
    assert rules(found, status="not_checked") == ["AVAIL-001", "AVAIL-002", "AVAIL-003", "AVAIL-005"]
    assert (found["claimed"], found["alias"]["dangling"]) == (None, None)


@pytest.mark.parametrize("namespace", ["Microsoft.Network", "Microsoft.Storage", "Microsoft.KeyVault"])
def test_row_unknown_with_an_unregistered_provider(azure: Emulator, namespace: str) -> None:
    azure.control.reset(seed(subscription={"providers": {namespace: "NotRegistered"}}))
    found = one(gateway(resource_group=GROUP))
    by_namespace = dict(
        zip(["Microsoft.Network", "Microsoft.Storage", "Microsoft.KeyVault"], statuses(found), strict=True)
    )
    assert by_namespace.pop(namespace) == "unknown"
    assert set(by_namespace.values()) == {"available"}
    assert namespace in finding(found, "PROVIDER-001")["observed"]
    assert found["valid"] is False


def test_a_provider_whose_state_nobody_tells(azure: Emulator) -> None:
    """Azure refuses the check itself, which is told in the same words."""
    azure.control.reset(seed(subscription={"providers": {"Microsoft.Storage": "NotRegistered"}}))
    azure.control.fault(path=r"/providers\?", error="AuthorizationFailed")
    found = one(gateway(resource_group=GROUP))
    assert "not registered for Microsoft.Storage" in found["storage_account"]["reason"]
    assert rules(found, status="not_checked") == ["AVAIL-002", "AVAIL-008", "PROVIDER-001"]
    assert found["region"]["offered"] is None


def test_credentials_without_any_right(azure: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    azure.control.reset(seed())
    client = azure.client("none")
    monkeypatch.setenv("AZURE_CLIENT_ID", client["client_id"])
    monkeypatch.setenv("AZURE_SECRET", client["secret"])
    result = judge(gateway(resource_group=GROUP))
    (found,) = result["gateways"]
    assert statuses(found) == ("unknown", "unknown", "unknown")
    assert (
        "the credentials lack the right Microsoft.Storage/checkNameAvailability" in found["storage_account"]["reason"]
    )
    assert {entry["registration_state"] for entry in result["providers"]} == {None}
    assert result["unclaimed"] == [f"granitefalls.{ZONE}"]


def test_a_reader_can_ask_everything(azure: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    azure.control.reset(seed())
    client = azure.client("reader")
    monkeypatch.setenv("AZURE_CLIENT_ID", client["client_id"])
    monkeypatch.setenv("AZURE_SECRET", client["secret"])
    assert statuses(one(gateway(resource_group=GROUP))) == ("available", "available", "available")


@pytest.mark.parametrize(("path", "part"), [("publicIPAddresses", "dns_label"), ("/resources", "key_vault")])
def test_a_taken_name_may_be_ours_where_our_own_are_hidden(azure: Emulator, path: str, part: str) -> None:
    azure.control.reset(seed(group=deployed("granitefalls")))
    azure.control.fault(path=path, error="AuthorizationFailed", count=None)
    found = one(gateway(resource_group=GROUP))
    assert found[part]["status"] == "unknown"
    assert "whether by us is not known" in found[part]["reason"]


# --- region, resource group, classic services, clouds --------------------------------------------------------------


def test_a_region_that_does_not_offer_everything(azure: Emulator) -> None:
    azure.control.reset(seed(subscription={"omitted_regions": {"virtualMachineScaleSets": ["West US"]}}))
    found = one(gateway(resource_group=GROUP))
    assert found["region"] == {
        "name": "westus",
        "offered": False,
        "missing": ["Microsoft.Compute/virtualMachineScaleSets"],
    }
    assert rules(found) == ["AVAIL-007", "AVAIL-008"]
    assert one(gateway(region="(US) East US"))["region"]["offered"] is True


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ({"resource_group": GROUP}, {}),
        ({"resource_group": "RG-CMG", "region": "eastus"}, {"AVAIL-010": "error"}),
        ({"resource_group": "rg-none"}, {"AVAIL-009": "info"}),
        ({"resource_group": "rg-none", "context": "existing"}, {"AVAIL-009": "error"}),
        ({}, {}),
    ],
)
def test_resource_groups(azure: Emulator, declared: dict[str, Any], expected: dict[str, str]) -> None:
    azure.control.reset(seed())
    found = one(gateway(**declared))
    told = {entry["rule"]: entry["severity"] for entry in found["findings"]}
    assert {rule: told[rule] for rule in ("AVAIL-009", "AVAIL-010") if rule in told} == expected


def test_a_resource_group_name_that_its_site_version_cannot_use(azure: Emulator) -> None:
    azure.control.reset(seed(group={"name": "RG_CMG"}))
    found = one(gateway(resource_group="RG_CMG", site_version="2103"))
    assert "METHOD-008" in rules(found)


def test_a_classic_service_that_was_forgotten(azure: Emulator) -> None:
    azure.control.reset(seed(group={"cloud_services": [{"name": "GraniteFalls"}]}))
    told = finding(one(gateway(resource_group=GROUP)), "AVAIL-011")
    assert (told["severity"], "2403" in told["expected"]) == ("warning", True)


def test_a_classic_gateway(azure: Emulator) -> None:
    azure.control.reset(seed(group={"cloud_services": [{"name": "granitefalls"}]}))
    classic = {"deployment_method": "classic", "context": "existing", "site_version": "2203", "resource_group": GROUP}
    ours, other = judge(gateway(**classic), gateway("wallacefalls", **classic))["gateways"]
    assert statuses(ours) == ("owned", "available", "not_required")
    assert statuses(other) == ("unknown", "available", "not_required")


@pytest.mark.parametrize(("connected", "expected"), [("AzureUSGovernment", "available"), ("AzureCloud", "unknown")])
def test_a_gateway_is_judged_in_its_own_cloud(azure: Emulator, connected: str, expected: str) -> None:
    azure.control.reset({**seed(), "cloud": "AzureUSGovernment"})
    azure.control.clear_requests()
    declared = gateway(region="USGovernmentVirginia", cloud_environment="AzureUSGovernment")
    found = one(declared, cloud_environment=connected)
    assert statuses(found) == (expected, expected, expected)
    assert found["deployment_name"] == "granitefalls.usgovvirginia.cloudapp.usgovcloudapi.net"
    asked = [request for request in to_azure(azure) if "availability" in request["path"].lower()]
    assert len(asked) == (3 if expected == "available" else 0)


# --- aliases -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metadata", "context", "rule", "severity"),
    [
        ({}, "new", "AVAIL-005", "critical"),
        ({}, "existing", "AVAIL-005", "critical"),
        (MARK, "existing", "AVAIL-005", "critical"),
        (MARK, "convert", "AVAIL-005", "critical"),
        (MARK, "new", "AVAIL-007", "warning"),
    ],
)
def test_an_alias_that_leads_to_a_free_name(
    azure: Emulator, metadata: dict[str, str], context: str, rule: str, severity: str
) -> None:
    azure.control.reset(seed(aliases=[alias_set("granitefalls", **metadata)]))
    found = one(gateway(context=context, resource_group=GROUP))
    told = finding(found, rule)
    assert told["severity"] == severity
    assert target() in told["observed"]
    assert told["remedy"]
    assert (found["alias"]["status"], found["alias"]["dangling"]) == ("points_here", True)
    assert not {"AVAIL-005", "AVAIL-007"} - {rule} & set(rules(found))


def test_an_alias_that_leads_to_somebody_else(azure: Emulator) -> None:
    azure.control.reset(seed(aliases=[alias_set("granitefalls")], reserved=RESERVED))
    found = one(gateway(context="existing", resource_group=GROUP))
    assert finding(found, "AVAIL-006")["severity"] == "critical"
    assert found["alias"]["dangling"] is False


def test_an_alias_that_leads_to_us_is_not_even_read(azure: Emulator) -> None:
    azure.control.reset(seed(aliases=[alias_set("granitefalls")], group=deployed("granitefalls")))
    result = judge(gateway(resource_group=GROUP))
    assert result["gateways"][0]["alias"] == {"status": "not_read", "target": None, "zone": None, "dangling": False}
    assert (result["requests"]["list_zones"], result["unclaimed"]) == (0, [])


@pytest.mark.parametrize(
    ("record", "options", "status"),
    [
        (alias_set("granitefalls", "granitefalls.cloudapp.net"), {}, "points_elsewhere"),
        (alias_set("granitefalls"), {"check_alias": False}, "not_read"),
        (alias_set("other"), {}, "absent"),
        (alias_set("other"), {"dns": {"zone": "fabrikam.com"}}, "unknown"),
    ],
)
def test_what_is_known_of_an_alias(
    azure: Emulator, record: dict[str, Any], options: dict[str, Any], status: str
) -> None:
    azure.control.reset(seed(aliases=[record]))
    dns = options.pop("dns", None)
    found = one(gateway(resource_group=GROUP, dns=dns), **options)
    assert found["alias"]["status"] == status
    unknown = status in ("unknown", "not_read")
    assert ("AVAIL-005" in rules(found, status="not_checked")) == unknown
    assert found["alias"]["dangling"] is (None if unknown else False)
    assert "AVAIL-007" in rules(found)


def test_a_zone_that_cannot_be_read_is_asked_once(azure: Emulator) -> None:
    azure.control.reset(seed())
    azure.control.fault(path="recordsets|/all", error="AuthorizationFailed", count=None)
    azure.control.clear_requests()
    result = judge(*[gateway(f"gate{number}") for number in range(5)])
    assert {entry["alias"]["status"] for entry in result["gateways"]} == {"unknown"}
    assert result["requests"]["list_record_sets"] == 1


def test_the_aliases_of_names_that_are_not_ours_wait(azure: Emulator) -> None:
    azure.control.reset(seed(group=deployed("wallacefalls")))
    gateways = [gateway(resource_group=GROUP), gateway("wallacefalls", resource_group=GROUP)]
    unclaimed = judge(*gateways)["unclaimed"]
    assert unclaimed == [f"granitefalls.{ZONE}"]
    planned = ask(dns_aliases, gateways=gateways, hold=unclaimed, _ansible_check_mode=True)
    made = ask(dns_aliases, gateways=gateways, hold=unclaimed)
    assert [entry["record"]["action"] for entry in made["gateways"]] == ["held", "create"]
    assert planned["diff"] == made["diff"]
    assert [entry["rule"] for entry in made["gateways"][0]["findings"]] == ["DNS-009"]
    assert (made["gateways"][0]["valid"], made["gateways"][0]["record"]["after"]) == (True, None)
    assert set(azure.control.record_sets(ZONE)) >= {("wallacefalls", "CNAME")}
    assert ("granitefalls", "CNAME") not in azure.control.record_sets(ZONE)
    again = ask(dns_aliases, gateways=gateways, hold=unclaimed)
    assert again["changed"] is False
    assert sentence(ask(dns_aliases, gateways=gateways, hold=["x.contoso.com"])).startswith("hold names x.contoso.com")


# --- alternatives --------------------------------------------------------------------------------------------------


def test_five_free_names_by_the_default_rule(azure: Emulator) -> None:
    reserved = {**RESERVED, "vaults": ["granitefalls", "granitefalls1"], "dns_labels": ["granitefalls2.westus"]}
    azure.control.reset(seed(reserved=reserved))
    found = one(gateway(resource_group=GROUP), suggestions=5)
    assert found["suggestions"] == [
        "granitefallscmg",
        "cmggranitefalls",
        "granitefalls3",
        "granitefalls4",
        "granitefalls5",
    ]
    assert "granitefallscmg" in finding(found, "AVAIL-003")["remedy"]


def test_a_rule_of_the_user(azure: Emulator) -> None:
    azure.control.reset(seed(reserved=RESERVED))
    patterns = ["{prefix}{region}", "cmg{number:2}"]
    found = one(gateway(resource_group=GROUP), suggestions=3, alternatives=patterns)
    assert found["suggestions"] == ["granitefallswestus", "cmg01", "cmg02"]
    assert sentence(ask(name_availability_info, gateways=[gateway()], alternatives=["{name}"])).startswith(
        "alternatives"
    )


@pytest.mark.parametrize("context", ["existing", "convert"])
def test_no_other_name_for_a_gateway_that_has_one(azure: Emulator, context: str) -> None:
    azure.control.reset(seed(reserved=RESERVED))
    assert one(gateway(context=context), suggestions=5)["suggestions"] == []


def test_names_of_other_gateways_are_not_suggested(azure: Emulator) -> None:
    azure.control.reset(seed(reserved=RESERVED))
    found = judge(gateway(), gateway("granitefalls1"), suggestions=1, alternatives=["{prefix}{number}"])
    assert [entry["suggestions"] for entry in found["gateways"]] == [["granitefalls2"], []]


# --- requests ------------------------------------------------------------------------------------------------------

MANY = 200


def fleet(**more: Any) -> list[dict[str, Any]]:
    return [gateway(f"gate{number:03}", resource_group=GROUP, **more) for number in range(MANY)]


@pytest.mark.cost(20)
@pytest.mark.parametrize("taken", [0, 40])
def test_two_hundred_gateways_that_are_to_be_deployed(azure: Emulator, taken: int) -> None:
    """Their aliases are there already, and some names are gone: still three requests for each and ten for all."""
    names = [f"gate{number:03}" for number in range(MANY)]
    reserved = {"storage_accounts": names[:taken]}
    azure.control.reset(seed(aliases=[alias_set(name, **MARK) for name in names], reserved=reserved))
    azure.control.clear_requests()
    result = judge(*fleet(), suggestions=5, concurrency=16)
    assert len(to_azure(azure)) <= 3 * MANY + 10
    assert sum(result["requests"].values()) == len(to_azure(azure))
    found = Counter(entry["storage_account"]["status"] for entry in result["gateways"])
    assert found == Counter({"taken": taken, "available": MANY - taken}) - Counter()
    assert {entry["alias"]["status"] for entry in result["gateways"]} == {"points_here"}


@pytest.mark.cost(10)
def test_two_hundred_gateways_that_run_are_known_by_lists_alone(azure: Emulator) -> None:
    azure.control.reset(seed(group=deployed(*[f"gate{number:03}" for number in range(MANY)])))
    azure.control.clear_requests()
    result = judge(*fleet(context="existing"))
    assert result["valid"] is True
    assert {statuses(entry) for entry in result["gateways"]} == {("owned", "owned", "owned")}
    assert len(to_azure(azure)) <= 10


def test_the_concurrency_is_bounded(azure: Emulator) -> None:
    azure.control.reset(seed())
    azure.control.fault(path="availability", latency=0.2, count=None)
    result = judge(*fleet()[:8], concurrency=1, timeout=3, check_alias=False)
    known = [entry for entry in result["gateways"] if "unknown" not in statuses(entry)]
    assert 0 < len(known) < 8
    assert "timeout" in result["gateways"][-1]["key_vault"]["reason"]


def test_throttling_is_answered_with_patience(azure: Emulator) -> None:
    azure.control.reset(seed())
    azure.control.fault(path="Storage/checkNameAvailability", error="TooManyRequests", count=2)
    result = judge(gateway(resource_group=GROUP))
    assert statuses(result["gateways"][0]) == ("available", "available", "available")
    assert result["requests"]["check_storage_account"] == 3


def test_throttling_beyond_the_deadline_is_unknown(azure: Emulator) -> None:
    azure.control.reset(seed())
    azure.control.fault(path="Storage/checkNameAvailability", error="ResourceRequestsThrottled", count=None)
    found = one(gateway(resource_group=GROUP), timeout=5, concurrency=1)
    assert found["storage_account"]["status"] == "unknown"
    assert "307 s" in found["storage_account"]["reason"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"suggestions": 6}, "suggestions is 6. Use a number from 0 to 5."),
        ({"concurrency": 0}, "concurrency is 0."),
        ({"timeout": 0}, "timeout is 0."),
        ({"subscription_id": "5ab50000-0000-4000-8000-00000000dead"}, "the subscription does not exist"),
        ({"secret": "wrong"}, "Signing in to Azure failed"),
    ],
)
def test_what_cannot_be_begun_fails_in_a_sentence(azure: Emulator, options: dict[str, Any], said: str) -> None:
    if "secret" in options:
        client = azure.client("owner")
        options |= {"client_id": client["client_id"], "tenant": azure.environment["AZURE_TENANT"]}
    assert said in sentence(ask(name_availability_info, gateways=[gateway()], **options))


@pytest.mark.parametrize(("others", "said"), [([], None), (["5ab50000-0000-4000-8000-000000000002"], "is not given")])
def test_the_only_subscription_need_not_be_given(
    azure: Emulator, monkeypatch: pytest.MonkeyPatch, others: list[str], said: str | None
) -> None:
    monkeypatch.delenv("AZURE_SUBSCRIPTION_ID")
    state = seed()
    azure.control.reset({**state, "subscriptions": [*state["subscriptions"], *({"id": name} for name in others)]})
    result = ask(name_availability_info, gateways=[gateway()])
    if said is None:
        assert result["subscription_id"] == SUBSCRIPTION
    else:
        assert said in sentence(result)


def test_requests_are_as_azure_describes_them(azure: Emulator, shared: Path) -> None:
    azure.control.reset(seed())
    judge(gateway(resource_group=GROUP))
    sent = {
        request["path"].partition("?")[0].lower(): request
        for request in to_azure(azure)
        if "availability" in request["path"].lower()
    }
    for name in (
        "network-checkDnsNameAvailability-2023-09-01",
        "storage-checkNameAvailability",
        "keyvault-checkNameAvailability",
    ):
        spec = json.loads((shared / "specs" / f"{name}.json").read_text(encoding="utf-8"))
        ((template, methods),) = spec["paths"].items()
        path = template.format(subscriptionId=SUBSCRIPTION, location="westus").lower()
        ((method, operation),) = methods.items()
        request = sent.pop(path)
        assert request["method"] == method.upper()
        assert f"api-version={spec['info']['version']}" in request["path"]
        _check_parameters(operation, request)
    assert sent == {}


def _check_parameters(operation: dict[str, Any], request: dict[str, Any]) -> None:
    for parameter in operation["parameters"]:
        if parameter.get("in") == "query":
            value = {"domainNameLabel": "granitefalls"}.get(parameter["name"], "")
            assert f"{parameter['name']}={value}" in request["path"]
        if parameter.get("in") == "body":
            schema, body = parameter["schema"], json.loads(request["body"])
            assert set(body) == set(schema["required"])
            assert body["type"] in schema["properties"]["type"]["enum"]
            assert body["name"] == "granitefalls"


def test_nothing_is_written(azure: Emulator) -> None:
    azure.control.reset(seed(reserved=RESERVED))
    before = azure.control.state()
    judge(gateway(), suggestions=5)
    assert azure.control.state() == before
    assert {request["method"] for request in to_azure(azure)} == {"GET", "POST"}


def test_no_sdk_is_imported_for_a_handful_of_requests(azure: Emulator) -> None:
    azure.control.reset(seed())
    judge(gateway(), check_alias=False)
    heavy = ("azure.mgmt.network", "azure.mgmt.storage", "azure.mgmt.keyvault", "azure.mgmt.resource")
    assert not [name for name in sys.modules if name.startswith(heavy)]


def test_what_is_returned_is_documented(azure: Emulator) -> None:
    group = deployed("owned")
    azure.control.reset(
        seed(group=group, reserved=RESERVED, subscription={"deleted_vaults": [{**DELETED, "name": "gone"}]})
    )
    azure.control.put_resource(
        f"{SCOPE}/resourceGroups/{GROUP}/providers/Microsoft.ClassicCompute/domainNames/owned", "westus", {}
    )
    results = [
        judge(gateway(), gateway("owned", resource_group=GROUP), gateway("gone"), gateway("x-y"), suggestions=1),
        judge({"region": "us-west"}, gateway(region="atlantis", resource_group=GROUP)),
    ]
    azure.control.fault(path="availability|/providers|resourcegroups", error="AuthorizationFailed", count=None)
    results.append(judge(gateway(resource_group=GROUP)))
    assert return_problems(name_availability_info, results) == []

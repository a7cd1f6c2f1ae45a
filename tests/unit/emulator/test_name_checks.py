# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Name checks and soft-deleted vaults."""

from __future__ import annotations

import pytest

from tests.emulator import seed
from tests.emulator.estate import Estate
from tests.unit.emulator.support import GROUP, call, code, data, estate_of

PURGE = "2027-01-01T00:00:00Z"
PROVIDERS = f"/subscriptions/{seed.SUBSCRIPTION}/providers"
VAULTS = f"{GROUP}/providers/Microsoft.KeyVault/vaults"


@pytest.fixture
def estate() -> Estate:
    group = {
        "name": "rg-dns",
        "location": "westus",
        "public_ips": [{"name": "ip", "label": "Granite", "address": "127.9.9.9"}],
        "vaults": [{"name": "ownvault"}, {"name": "safe", "properties": {"enablePurgeProtection": True}}],
        "storage_accounts": [{"name": "ownstorage"}],
        "cloud_services": [{"name": "ownservice"}],
    }
    return estate_of(
        subscriptions=[
            {
                "id": seed.SUBSCRIPTION,
                "resource_groups": [group],
                "deleted_vaults": [{"name": "gone", "location": "West US", "scheduled_purge_date": PURGE}],
            }
        ],
        reserved={
            "dns_labels": ["taken.westus"],
            "vaults": ["takenvault"],
            "storage_accounts": ["takenstorage"],
            "cloud_services": ["takenservice"],
        },
    )  # fmt: skip


@pytest.mark.parametrize(
    ("label", "region", "available"),
    [
        ("free", "westus", True),
        ("granite", "westus", False),
        ("granite", "WestUS", False),
        ("granite", "eastus", True),
        ("taken", "westus", False),
    ],
)
def test_dns_labels(estate: Estate, label: str, region: str, available: bool) -> None:
    path = f"{PROVIDERS}/Microsoft.Network/locations/{region}/CheckDnsNameAvailability"
    assert data(call(estate, "GET", path, query={"domainNameLabel": label})) == {"available": available}


@pytest.mark.parametrize(
    ("label", "region", "expected"),
    [
        ("", "westus", "InvalidDomainNameLabel"),
        ("1abc", "westus", "InvalidDomainNameLabel"),
        ("ab", "westus", "InvalidDomainNameLabel"),
        ("free", "atlantis", "LocationNotAvailableForResourceType"),
    ],
)
def test_labels_and_regions_that_are_refused(estate: Estate, label: str, region: str, expected: str) -> None:
    path = f"{PROVIDERS}/Microsoft.Network/locations/{region}/checkDnsNameAvailability"
    reply = call(estate, "GET", path, query={"domainNameLabel": label})
    assert (reply.status, code(reply)) == (400, expected)


@pytest.mark.parametrize(
    ("provider", "kind", "name", "reason"),
    [
        ("Storage", "storageAccounts", "free", ""),
        ("Storage", "storageAccounts", "ownstorage", "AlreadyExists"),
        ("Storage", "storageAccounts", "takenstorage", "AlreadyExists"),
        ("Storage", "storageAccounts", "With-Dash", "AccountNameInvalid"),
        ("Storage", "storageAccounts", "x" * 25, "AccountNameInvalid"),
        ("KeyVault", "vaults", "free", ""),
        ("KeyVault", "vaults", "OwnVault", "AlreadyExists"),
        ("KeyVault", "vaults", "takenvault", "AlreadyExists"),
        ("KeyVault", "vaults", "gone", "AlreadyExists"),
        ("KeyVault", "vaults", "a--b", "AccountNameInvalid"),
        ("KeyVault", "vaults", "1abc", "AccountNameInvalid"),
    ],
)
def test_storage_and_vault_names(estate: Estate, provider: str, kind: str, name: str, reason: str) -> None:
    path = f"{PROVIDERS}/Microsoft.{provider}/checkNameAvailability"
    body = data(call(estate, "POST", path, {"name": name, "type": f"Microsoft.{provider}/{kind}"}))
    assert body["nameAvailable"] == (not reason)
    assert body.get("reason", "") == reason
    assert ("message" in body) == bool(reason)


@pytest.mark.parametrize(
    "body", [{"name": "x"}, {"type": "Microsoft.Storage/storageAccounts"}, {"name": 1, "type": ""}]
)
def test_a_check_needs_name_and_type(estate: Estate, body: object) -> None:
    assert call(estate, "POST", f"{PROVIDERS}/Microsoft.Storage/checkNameAvailability", body).status == 400


@pytest.mark.parametrize(("name", "available"), [("free", True), ("ownservice", False), ("TakenService", False)])
def test_classic_cloud_services(estate: Estate, name: str, available: bool) -> None:
    path = f"{PROVIDERS}/Microsoft.ClassicCompute/checkDomainNameAvailability"
    assert data(call(estate, "POST", path, {"name": name})) == {"available": available}
    listed = data(call(estate, "GET", f"{PROVIDERS}/Microsoft.ClassicCompute/domainNames"))["value"]
    assert [one["name"] for one in listed] == ["ownservice"]


def test_a_deleted_vault_holds_its_name_until_it_is_purged(estate: Estate) -> None:
    check = f"{PROVIDERS}/Microsoft.KeyVault/checkNameAvailability"
    asked = {"name": "ownvault", "type": "Microsoft.KeyVault/vaults"}
    assert call(estate, "DELETE", f"{VAULTS}/ownvault").status == 200
    assert not data(call(estate, "POST", check, asked))["nameAvailable"]
    one = f"{PROVIDERS}/Microsoft.KeyVault/locations/westus/deletedVaults/ownvault"
    found = data(call(estate, "GET", one))["properties"]
    assert (found["deletionDate"], found["scheduledPurgeDate"]) == ("2027-01-15T08:00:00Z", "2027-04-15T08:00:00Z")
    assert call(estate, "POST", f"{one}/purge").status == 200
    assert data(call(estate, "POST", check, asked))["nameAvailable"]
    assert call(estate, "GET", one).status == 404


def test_purge_protection(estate: Estate) -> None:
    call(estate, "DELETE", f"{VAULTS}/safe")
    one = f"{PROVIDERS}/Microsoft.KeyVault/locations/westus/deletedVaults/safe"
    assert data(call(estate, "GET", one))["properties"]["purgeProtectionEnabled"] is True
    assert call(estate, "POST", f"{one}/purge").status == 405
    listed = data(call(estate, "GET", f"{PROVIDERS}/Microsoft.KeyVault/deletedVaults"))["value"]
    assert [one["name"] for one in listed] == ["gone", "safe"]
    assert listed[0]["properties"]["scheduledPurgeDate"] == PURGE

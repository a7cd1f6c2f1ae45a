# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The list of all resources of a subscription, narrowed to types."""

from __future__ import annotations

import pytest

from tests.emulator import seed
from tests.emulator.estate import Estate
from tests.emulator.messages import Principal
from tests.unit.emulator.support import call, code, data, with_group

PATH = f"/subscriptions/{seed.SUBSCRIPTION}/resources"
STORAGE, VAULTS = "Microsoft.Storage/storageAccounts", "Microsoft.KeyVault/vaults"


@pytest.fixture
def estate() -> Estate:
    return with_group(
        storage_accounts=[{"name": f"store{number:03}"} for number in range(120)],
        vaults=[{"name": "vault", "properties": {"tenantId": "x"}}],
        cloud_services=[{"name": "service"}],
    )


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        (f"resourceType eq '{VAULTS}'", ["vault"]),
        (f"resourceType eq '{VAULTS.lower()}'", ["vault"]),
        (f"resourceType eq '{VAULTS}' or resourceType eq 'Microsoft.ClassicCompute/domainNames'", ["service", "vault"]),
        ("resourceType eq 'Microsoft.Compute/disks'", []),
    ],
)
def test_types(estate: Estate, condition: str, names: list[str]) -> None:
    found = data(call(estate, "GET", PATH, query={"$filter": condition}))["value"]
    assert sorted(one["name"] for one in found) == names
    assert not [one for one in found if "properties" in one]


def test_pages(estate: Estate) -> None:
    first = data(call(estate, "GET", PATH, query={"$filter": f"resourceType eq '{STORAGE}'"}))
    assert len(first["value"]) == 100
    assert "%24filter" in first["nextLink"] or "$filter" in first["nextLink"]
    assert "nextLink" in data(call(estate, "GET", PATH))


def test_what_is_no_filter_of_types_is_refused(estate: Estate) -> None:
    reply = call(estate, "GET", PATH, query={"$filter": "tagName eq 'a'"})
    assert (reply.status, code(reply)) == (400, "InvalidFilterInQueryString")


def test_the_right_to_list(estate: Estate) -> None:
    nobody = Principal("client", "object", seed.TENANT, "none")
    assert call(estate, "GET", PATH, principal=nobody).status == 403

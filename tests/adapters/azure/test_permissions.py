# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The roles of the guide to permissions, read out of it: each is enough, and every line of it is needed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from ansible_collections.configmgr.cmg.plugins.modules import (
    dns_aliases,
    dns_drift_info,
    name_availability_info,
    resource_providers,
)
from tests.adapters.azure.asking import GROUP, SCOPE, alias_set, ask, deployed, seed
from tests.adapters.azure.support import MARK, ZONE, Result, gateway
from tests.emulator.process import Emulator, running_emulator
from tools import trees

pytestmark = pytest.mark.cost(9)

GUIDE = trees.ROOT / "docs" / "docsite" / "rst" / "permissions_guide.rst"
CLIENT = {"client_id": "aaaaaaaa-0000-4000-8000-0000000000ff", "secret": "a-secret-of-somebody-with-few-rights"}
READING = re.compile(r"/read$")
MOMENTS = frozenset({"at", "checked_at", "cmg-changed-at", "etag", "invocation", "seconds"})


def roles() -> dict[str, list[str]]:
    """The actions of every role in the guide, by the role's name."""
    blocks = re.findall(r"code-block:: json\n\n((?:    .*\n|\n)+)", GUIDE.read_text(encoding="utf-8"))
    return {role["Name"]: role["Actions"] for role in map(json.loads, blocks)}


def rights(actions: Iterable[str], scope: str = SCOPE) -> list[dict[str, Any]]:
    return [{"actions": list(actions), "scope": scope}]


Scenario = Callable[[Emulator], list[Result]]


def keep_aliases(azure: Emulator) -> list[Result]:
    """Create one, of which the answer gets lost, change and remove it."""
    azure.control.fault(method="PUT", lost_answer=True, count=1)
    made = ask(dns_aliases, gateways=[gateway()])
    azure.control.clear_faults()
    return [
        made,
        ask(dns_aliases, gateways=[gateway(dns={"ttl": 300})]),
        ask(dns_aliases, gateways=[gateway()], state="absent", on_conflict="replace"),
    ]


def ask_for_names(azure: Emulator) -> list[Result]:
    assert azure.subscription_id
    ours = gateway(context="existing", resource_group=GROUP)
    classic = gateway("wallacefalls", context="convert", resource_group=GROUP)
    return [ask(name_availability_info, gateways=[ours, classic, gateway("snoqualmiefalls")], suggestions=1)]


def register(azure: Emulator) -> list[Result]:
    assert azure.subscription_id
    return [ask(resource_providers)]


def watch(azure: Emulator) -> list[Result]:
    """Look at an alias of a gateway that runs and at one whose target is nobody's, in a zone that is locked."""
    address, port = azure.dns_resolver
    asked = {"resolvers": [{"address": address, "port": port}], "delegation_from": "resolvers", "port": port}
    gateways = [gateway(context="existing"), gateway("snoqualmiefalls")]
    layers = ["control_plane", "authoritative", "target"]
    return [ask(dns_drift_info, gateways=gateways, layers=layers, tries=[0.3, 0.3], vantage="here", **asked)]


SCENARIOS: dict[str, Scenario] = {
    "CMG DNS aliases": keep_aliases,
    "CMG names": ask_for_names,
    "CMG resource providers": register,
    "CMG watch": watch,
}
# What is left out, or not known, without any word on the action: Azure lists less, and a remark is not made.
SILENT = {
    "CMG names": {
        "Microsoft.ClassicCompute/domainNames/read",
        "Microsoft.KeyVault/vaults/read",
        "Microsoft.Storage/storageAccounts/read",
    },
    "CMG watch": {
        "Microsoft.Authorization/locks/read",
        "Microsoft.Network/dnsZones/read",
        "Microsoft.Network/locations/checkDnsNameAvailability/read",
        "Microsoft.Network/publicIPAddresses/read",
    },
}


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """An emulator of its own: the clients that these tests replace are those of all others elsewhere."""
    with running_emulator() as running:
        yield running


@pytest.fixture
def as_client(azure: Emulator, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Any], list[Result]]:
    """What a role's modules return to somebody with these rights, in a subscription that has a little of everything."""

    def acting(role: str, granted: Any) -> list[Result]:
        needed = ("Compute", "KeyVault", "Network", "Storage") if role == "CMG resource providers" else ()
        group = {**deployed("granitefalls"), "cloud_services": [{"name": "wallacefalls", "address": "127.9.9.1"}]}
        subscription = {
            "providers": {f"Microsoft.{name}": "NotRegistered" for name in needed},
            "deleted_vaults": [
                {
                    "name": "snoqualmiefalls",
                    "location": "westus",
                    "deletion_date": "2026-10-03T00:00:00Z",
                    "scheduled_purge_date": "2027-01-01T00:00:00Z",
                }
            ],
        }
        named = {"CMG names": ["snoqualmiefalls"], "CMG watch": ["granitefalls", "snoqualmiefalls"]}.get(role, [])
        aliases = [alias_set(name, **MARK) for name in named]
        locks = [f"{SCOPE}/resourceGroups/rg-dns"] if role == "CMG watch" else []
        clients = [{**CLIENT, "rights": granted}]
        azure.control.reset(seed(subscription=subscription, aliases=aliases, group=group, clients=clients, locks=locks))
        monkeypatch.setenv("AZURE_CLIENT_ID", CLIENT["client_id"])
        monkeypatch.setenv("AZURE_SECRET", CLIENT["secret"])
        return SCENARIOS[role](azure)

    return acting


AsClient = Callable[[str, Any], list[Result]]


def without_moments(results: Any) -> Any:
    """Results without what differs between two runs with the same rights."""
    if isinstance(results, dict):
        return {name: without_moments(value) for name, value in results.items() if name not in MOMENTS}
    return [without_moments(one) for one in results] if isinstance(results, list) else results


def test_the_guide_has_the_roles_that_are_tried() -> None:
    assert set(roles()) == set(SCENARIOS)


@pytest.mark.parametrize("role", SCENARIOS)
def test_a_role_is_as_good_as_an_owner(as_client: AsClient, role: str) -> None:
    owners = as_client(role, "owner")
    assert [one["msg"] for one in owners if one.get("failed")] == []
    assert without_moments(as_client(role, rights(roles()[role]))) == without_moments(owners)


@pytest.mark.parametrize(
    ("role", "action"), [(role, action) for role, actions in roles().items() for action in actions]
)
def test_every_line_is_needed(as_client: AsClient, role: str, action: str) -> None:
    """Without it something fails or is not known, and the missing action is named."""
    others = [one for one in roles()[role] if one != action]
    results = as_client(role, rights(others))
    assert without_moments(results) != without_moments(as_client(role, rights(roles()[role])))
    if action not in SILENT.get(role, ()):
        assert action.lower() in json.dumps(results).lower()


def test_a_zone_that_is_declared_need_not_be_looked_for(as_client: AsClient, azure: Emulator) -> None:
    others = [one for one in roles()["CMG DNS aliases"] if one != "Microsoft.Network/dnsZones/read"]
    as_client("CMG DNS aliases", rights(others, f"{SCOPE}/resourceGroups/rg-dns"))
    declared = gateway(dns={"zone": ZONE, "resource_group": "rg-dns"})
    result = ask(dns_aliases, gateways=[declared])
    assert (result.get("msg"), result["changed"]) == (None, True)
    assert azure.control.requests("PUT")


@pytest.mark.parametrize("role", ["CMG DNS aliases", "CMG resource providers"])
def test_check_mode_needs_no_right_to_write(as_client: AsClient, role: str) -> None:
    as_client(role, rights(filter(READING.search, roles()[role])))
    module = dns_aliases if role == "CMG DNS aliases" else resource_providers
    gateways = {"gateways": [gateway("wallacefalls")]}
    result = ask(module, **gateways, _ansible_check_mode=True)
    assert (result.get("msg"), result["changed"]) == (None, True)


def test_registered_providers_need_reading_only(as_client: AsClient, azure: Emulator) -> None:
    as_client("CMG names", rights(["Microsoft.Resources/subscriptions/providers/read"]))
    result = ask(resource_providers)
    assert (result.get("msg"), result["changed"]) == (None, False)
    assert not azure.control.requests("POST", "/register")

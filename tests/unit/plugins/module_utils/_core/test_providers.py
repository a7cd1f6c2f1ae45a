# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Resource providers as values: states, what a region offers, what is done about a registration."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Status
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import DeploymentMethod, Gateway
from ansible_collections.configmgr.cmg.plugins.module_utils._core.providers import (
    GOALS,
    NAMESPACES,
    PARTS,
    Action,
    Provider,
    Registration,
    State,
    action_for,
    locations_of,
    missing_parts,
    registration_finding,
    registration_of,
    unusable,
)

GATEWAY = Gateway("granitefalls.contoso.com", "westus")


def providers(state: Registration = Registration.REGISTERED, **without: str) -> list[Provider]:
    """All that a gateway needs, offered in two regions; O(without) takes a region from a type."""
    return [
        Provider(namespace, state, {part.lower(): frozenset({"westus", "eastus"} - {without.get(part)})})
        for namespace, part in PARTS.items()
    ]


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("Registered", Registration.REGISTERED),
        ("registering", Registration.REGISTERING),
        ("NotRegistered", Registration.UNREGISTERED),
        ("Unregistering", Registration.UNREGISTERING),
        ("Resting", Registration.UNKNOWN),
        ("", Registration.UNKNOWN),
    ],
)
def test_states(text: str, state: Registration) -> None:
    assert registration_of(text) is state


@pytest.mark.parametrize(
    ("wanted", "found", "action"),
    [
        (State.PRESENT, Registration.REGISTERED, Action.NONE),
        (State.PRESENT, Registration.REGISTERING, Action.NONE),
        (State.PRESENT, Registration.UNREGISTERED, Action.REGISTER),
        (State.PRESENT, Registration.UNREGISTERING, Action.REGISTER),
        (State.PRESENT, Registration.UNKNOWN, Action.REGISTER),
        (State.ABSENT, Registration.REGISTERED, Action.UNREGISTER),
        (State.ABSENT, Registration.REGISTERING, Action.UNREGISTER),
        (State.ABSENT, Registration.UNREGISTERED, Action.NONE),
        (State.ABSENT, Registration.UNREGISTERING, Action.NONE),
    ],
)
def test_what_is_done(wanted: State, found: Registration, action: Action) -> None:
    assert action_for(found, GOALS[wanted]) is action


@pytest.mark.parametrize(
    ("state", "missing"),
    [
        (Registration.REGISTERED, []),
        (Registration.REGISTERING, []),
        (Registration.UNREGISTERED, list(NAMESPACES)),
        (Registration.UNREGISTERING, list(NAMESPACES)),
        (Registration.UNKNOWN, list(NAMESPACES)),
    ],
)
def test_what_can_be_used(state: Registration, missing: list[str]) -> None:
    assert unusable(providers(state)) == missing


def test_a_provider_that_is_not_listed_cannot_be_used() -> None:
    assert unusable(providers()[1:]) == [NAMESPACES[0]]
    assert missing_parts(providers()[1:], "westus") == ["Microsoft.Compute/virtualMachineScaleSets"]


def test_what_a_region_offers() -> None:
    assert locations_of(["West US", "USGov Virginia"]) == {"westus", "usgovvirginia"}
    assert missing_parts(providers(), "westus") == []
    assert missing_parts(providers(vaults="westus"), "westus") == ["Microsoft.KeyVault/vaults"]
    assert missing_parts(providers(vaults="westus"), "eastus") == []
    assert len(missing_parts(providers(), "atlantis")) == 4


def test_the_finding() -> None:
    assert registration_finding(GATEWAY, "s", []) is None
    missing = registration_finding(GATEWAY, "s", ["Microsoft.Storage"])
    unread = registration_finding(GATEWAY, "s", [], unread="Reading failed.")
    assert missing is not None
    assert (missing.status, missing.observed) == (
        Status.FAILED,
        "The subscription s is not registered for Microsoft.Storage.",
    )
    assert unread is not None
    assert (unread.status, unread.observed) == (Status.NOT_CHECKED, "Reading failed.")
    classic = Gateway("g.contoso.com", "westus", deployment_method=DeploymentMethod.CLASSIC)
    assert registration_finding(classic, "s", ["Microsoft.Storage"]) is None

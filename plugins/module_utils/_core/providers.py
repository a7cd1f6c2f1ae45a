# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Resource providers of a subscription: what a gateway needs of them, and what changes their registration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from ansible_collections.configmgr.cmg.plugins.module_utils._core.clouds import normalise_region
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Finding, Rule, Severity, Status
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import DeploymentMethod, Gateway
from ansible_collections.configmgr.cmg.plugins.module_utils._core.name_reading import CMG_DOCS, listed

COMPUTE, NETWORK = "Microsoft.Compute", "Microsoft.Network"
KEY_VAULT, STORAGE = "Microsoft.KeyVault", "Microsoft.Storage"

ENTRA_PAGE = f"Microsoft Learn: Configure Microsoft Entra ID for the CMG, {CMG_DOCS}/configure-azure-ad"
PROVIDERS_PAGE = (
    "Microsoft Learn: Azure resource providers and types, "
    "https://learn.microsoft.com/azure/azure-resource-manager/management/resource-providers-and-types"
)
# What a gateway that is a scale set consists of, by the namespaces that have to be registered for it.
PARTS: Mapping[str, str] = {
    COMPUTE: "virtualMachineScaleSets",
    KEY_VAULT: "vaults",
    NETWORK: "publicIPAddresses",
    STORAGE: "storageAccounts",
}
NAMESPACES = tuple(PARTS)
REGISTER = "Register it with configmgr.cmg.resource_providers, or let an owner of the subscription do so"

RULES = (
    REGISTERED := Rule(
        "PROVIDER-001", "The subscription has the resource providers", Severity.ERROR, (ENTRA_PAGE, PROVIDERS_PAGE)
    ),
)


class Registration(StrEnum):
    """The states of a provider's registration, as Azure spells them."""

    REGISTERED = "Registered"
    REGISTERING = "Registering"
    UNREGISTERED = "NotRegistered"
    UNREGISTERING = "Unregistering"
    UNKNOWN = "Unknown"


# Azure says so itself: a provider that is being registered can be used, region by region.
USABLE = frozenset({Registration.REGISTERED, Registration.REGISTERING})


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider as a subscription has it. O(offers) maps a resource type in lower case to its Azure locations."""

    namespace: str
    registration: Registration
    offers: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def has(self, resource_type: str, location: str) -> bool:
        """Whether a resource type can be deployed to an Azure location."""
        return location in self.offers.get(resource_type.lower(), frozenset())


def registration_of(text: str) -> Registration:
    """The state that Azure's word for it means; V(Unknown) for a word that is new to us."""
    found = {str(state).lower(): state for state in Registration}
    return found.get(text.lower(), Registration.UNKNOWN)


def locations_of(names: Sequence[str]) -> frozenset[str]:
    """The Azure locations that the display names of provider metadata mean: V(westus) for V(West US)."""
    return frozenset(normalise_region(name) for name in names)


def missing_parts(providers: Sequence[Provider], location: str) -> list[str]:
    """The resource types that a location does not offer of those that a gateway consists of."""
    known = {provider.namespace.lower(): provider for provider in providers}
    return [
        f"{namespace}/{part}"
        for namespace, part in PARTS.items()
        if namespace.lower() not in known or not known[namespace.lower()].has(part, location)
    ]


def unusable(providers: Sequence[Provider]) -> list[str]:
    """The namespaces that a gateway needs and the subscription is not registered for."""
    usable = {provider.namespace.lower() for provider in providers if provider.registration in USABLE}
    return [namespace for namespace in NAMESPACES if namespace.lower() not in usable]


def registration_finding(
    gateway: Gateway, subscription_id: str, missing: Sequence[str], *, unread: str | None = None
) -> Finding | None:
    """That a gateway cannot be deployed for want of providers, or that this could not be read; V(None) if it can."""
    if gateway.deployment_method is DeploymentMethod.CLASSIC or not (missing or unread):
        return None
    seen = f"The subscription {subscription_id} is not registered for {listed(missing)}." if missing else ""
    return REGISTERED.finding(
        gateway=gateway.label,
        subject="subscription",
        observed=unread or seen,
        expected=f"A subscription that is registered for {listed(NAMESPACES)}. Otherwise the deployment and the "
        "conversion of a gateway fail at once.",
        remedy=f"{REGISTER}: the right to it is in the roles Contributor and Owner.",
        status=Status.NOT_CHECKED if unread else Status.FAILED,
    )


class State(StrEnum):
    """What the user wants of the providers."""

    PRESENT = "present"
    ABSENT = "absent"


class Action(StrEnum):
    """What is done, or would be done, to a registration."""

    REGISTER = "register"
    UNREGISTER = "unregister"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Goal:
    """A wanted state: what leads there, what is on the way there, and where it ends."""

    action: Action
    passing: Registration
    final: Registration


GOALS: Mapping[State, Goal] = {
    State.PRESENT: Goal(Action.REGISTER, Registration.REGISTERING, Registration.REGISTERED),
    State.ABSENT: Goal(Action.UNREGISTER, Registration.UNREGISTERING, Registration.UNREGISTERED),
}


def action_for(found: Registration, goal: Goal) -> Action:
    """What to do about a registration. One that is on its way to the goal is left to arrive."""
    return Action.NONE if found in (goal.passing, goal.final) else goal.action

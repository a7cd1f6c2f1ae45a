# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Resource providers: which exist, where their types live, and how a registration passes. Pure; time is an argument."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.emulator.messages import Json

REGIONS: dict[str, tuple[str, ...]] = {
    "AzureCloud": (
        "East US", "East US 2", "Central US", "North Central US", "South Central US", "West Central US", "West US",
        "West US 2", "West US 3", "Canada Central", "Canada East", "Brazil South", "Mexico Central", "North Europe",
        "West Europe", "UK South", "UK West", "France Central", "Germany West Central", "Switzerland North",
        "Norway East", "Sweden Central", "Poland Central", "Italy North", "Spain Central", "UAE North",
        "Qatar Central", "Israel Central", "South Africa North", "Central India", "South India", "West India",
        "East Asia", "Southeast Asia", "Japan East", "Japan West", "Korea Central", "Korea South", "Australia East",
        "Australia Southeast", "Australia Central",
    ),
    "AzureUSGovernment": ("USGov Virginia", "USGov Arizona", "USGov Texas", "USDoD Central", "USDoD East"),
}  # fmt: skip

DNS_TYPES = ("A", "AAAA", "CAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT", "all", "recordsets")

TYPES: dict[str, tuple[str, ...]] = {
    "Microsoft.Network": (
        "dnszones",
        *(f"dnszones/{kind}" for kind in DNS_TYPES),
        "dnsOperationStatuses",
        "dnsOperationResults",
        "getDnsResourceReference",
        "trafficmanagerprofiles",
        "publicIPAddresses",
        "loadBalancers",
        "virtualNetworks",
        "networkSecurityGroups",
        "locations",
        "locations/CheckDnsNameAvailability",
    ),
    "Microsoft.Storage": ("storageAccounts", "checkNameAvailability", "operations"),
    "Microsoft.KeyVault": ("vaults", "deletedVaults", "locations/deletedVaults", "checkNameAvailability"),
    "Microsoft.Compute": ("virtualMachines", "virtualMachineScaleSets", "disks", "images"),
    "Microsoft.ClassicCompute": ("domainNames", "checkDomainNameAvailability"),
    "Microsoft.Resources": ("subscriptions", "resourceGroups", "deployments"),
    "Microsoft.Cdn": ("profiles",),
    "Microsoft.Insights": ("components",),
}
GLOBAL_TYPES = ("dnszones", "dnsoperation", "getdnsresourcereference", "trafficmanagerprofiles", "profiles")
REGISTRATION_FREE = ("microsoft.resources",)


@dataclass(slots=True)
class Provider:
    """One namespace in one subscription. `goal` is reached at `settles` (seconds since the epoch)."""

    namespace: str
    goal: str = "Registered"
    settles: float = 0.0

    def state(self, now: float) -> str:
        """Registered, NotRegistered, Registering or Unregistering."""
        if now >= self.settles:
            return self.goal
        return {"Registered": "Registering", "NotRegistered": "Unregistering"}[self.goal]

    def usable(self, now: float) -> bool:
        """Registering counts: the documentation tells callers not to wait for it to end."""
        return self.namespace.lower() in REGISTRATION_FREE or self.state(now) in ("Registered", "Registering")


def short_name(region: str) -> str:
    """The programmatic name of a region: `West US` is `westus`."""
    return region.replace(" ", "").lower()


def render(provider: Provider, subscription: str, cloud: str, now: float, omitted: Mapping[str, list[str]]) -> Json:
    """A provider as ARM answers it. `omitted` takes regions away from a type: {"virtualMachines": ["West US"]}."""
    return {
        "id": f"/subscriptions/{subscription}/providers/{provider.namespace}",
        "namespace": provider.namespace,
        "resourceTypes": [
            {
                "resourceType": kind,
                "locations": locations(kind, cloud, omitted),
                "apiVersions": api_versions(kind),
                "capabilities": "None",
            }
            for kind in TYPES[provider.namespace]
        ],
        "registrationState": provider.state(now),
        "registrationPolicy": (
            "RegistrationFree" if provider.namespace.lower() in REGISTRATION_FREE else "RegistrationRequired"
        ),
    }


def locations(kind: str, cloud: str, omitted: Mapping[str, list[str]]) -> list[str]:
    """Display names of the regions of a type."""
    if kind.lower().startswith(GLOBAL_TYPES):
        return ["global"]
    without = {short_name(region) for region in omitted.get(kind, [])}
    return [region for region in REGIONS[cloud] if short_name(region) not in without]


def api_versions(kind: str) -> list[str]:
    """API versions of a type; only those of the DNS provider are enforced."""
    if kind.lower().startswith("dnszones"):
        return ["2023-07-01-preview", "2018-05-01"]
    return ["2024-07-01", "2023-09-01", "2022-09-01"]

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The Azure clouds as far as names are concerned: their domains, and the many spellings of their regions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput

REGION_PLACEHOLDER = "{region}"


@dataclass(frozen=True, slots=True)
class Cloud:
    """One Azure cloud. Domains come without a leading dot; V(None) where no gateway can have such a name.

    O(region_starts) are the beginnings that the cloud's regions alone have. The public cloud has none: it owns every
    region that no other cloud claims, because nobody publishes the list of the regions that a gateway may use.
    """

    name: str
    configmgr_name: str | None
    description: str
    scale_set_domain: str
    classic_domain: str
    blob_domain: str | None = None
    table_domain: str | None = None
    vault_domain: str | None = None
    region_starts: tuple[str, ...] = ()
    supported: bool = True


PUBLIC = Cloud(
    name="AzureCloud",
    configmgr_name="AzurePublicCloud",
    description="the public Azure cloud",
    scale_set_domain="{region}.cloudapp.azure.com",
    classic_domain="cloudapp.net",
    blob_domain="blob.core.windows.net",
    table_domain="table.core.windows.net",
    vault_domain="vault.azure.net",
)

US_GOVERNMENT = Cloud(
    name="AzureUSGovernment",
    configmgr_name="AzureUSGovernmentCloud",
    description="the Azure US Government cloud",
    scale_set_domain="{region}.cloudapp.usgovcloudapi.net",
    classic_domain="usgovcloudapp.net",
    blob_domain="blob.core.usgovcloudapi.net",
    table_domain="table.core.usgovcloudapi.net",
    vault_domain="vault.usgovcloudapi.net",
    region_starts=("usgov", "usdod"),
)

CHINA = Cloud(
    name="AzureChinaCloud",
    configmgr_name=None,
    description="Azure operated by 21Vianet in China",
    scale_set_domain="{region}.cloudapp.chinacloudapi.cn",
    classic_domain="chinacloudapp.cn",
    region_starts=("china",),
    supported=False,
)

CLOUDS = (PUBLIC, US_GOVERNMENT, CHINA)

# Azure locations, as az account list-locations has them. Azure adds some every year, so one that is not here is worth
# a question and no more: whether a subscription can use it is what Azure itself is asked for.
LOCATIONS = frozenset(
    re.findall(
        r"[a-z0-9]+",
        """
    australiacentral australiacentral2 australiaeast australiasoutheast austriaeast belgiumcentral brazilsouth
    brazilsoutheast canadacentral canadaeast centralindia centralus chilecentral denmarkeast eastasia eastus eastus2
    francecentral francesouth germanynorth germanywestcentral indonesiacentral israelcentral italynorth japaneast
    japanwest jioindiacentral jioindiawest koreacentral koreasouth malaysiawest mexicocentral newzealandnorth
    northcentralus northeurope norwayeast norwaywest polandcentral qatarcentral southafricanorth southafricawest
    southcentralus southeastasia southindia spaincentral swedencentral swedensouth switzerlandnorth switzerlandwest
    taiwannorth uaecentral uaenorth uksouth ukwest westcentralus westeurope westindia westus westus2 westus3
    usdodcentral usdodeast usgovarizona usgoviowa usgovtexas usgovvirginia
    """,
    )
)

# Nobody but Microsoft can prove to a certification authority that these are theirs. azurecloudapp.de is what is left
# of Azure Germany, which is closed.
AZURE_DOMAINS = (
    "azure.com",
    "azure.net",
    "azurecloudapp.de",
    "azureedge.net",
    "azurefd.net",
    "azurewebsites.net",
    "chinacloudapi.cn",
    "chinacloudapp.cn",
    "cloudapp.net",
    "trafficmanager.net",
    "usgovcloudapi.net",
    "usgovcloudapp.net",
    "windows.net",
)


@lru_cache(maxsize=64)
def cloud_named(name: str) -> Cloud:
    """The cloud that azure.azcollection or Configuration Manager calls by this name.

    :raises InvalidInput: when neither knows the name.
    """
    known = {alias: cloud for cloud in CLOUDS for alias in (cloud.name, cloud.configmgr_name) if alias}
    if name not in known:
        raise InvalidInput(f"cloud_environment is {name!r}. Give one of {', '.join(known)}.")
    return known[name]


def is_within(name: str, domain: str) -> bool:
    """Whether a DNS name is the domain itself or lies below it; the case of the letters does not matter."""
    return f".{name}".lower().endswith(f".{domain}".lower())


def deployment_domain(cloud: Cloud) -> str:
    """The domain below which the regions of a cloud lie, as in V(cloudapp.azure.com)."""
    return cloud.scale_set_domain.removeprefix(f"{REGION_PLACEHOLDER}.")


def deployment_domain_of(name: str) -> str | None:
    """The domain in which Azure gives names to deployments and which holds this name, or V(None). It always exists."""
    domains = [domain for cloud in CLOUDS for domain in (deployment_domain(cloud), cloud.classic_domain)]
    return next((domain for domain in domains if is_within(name, domain)), None)


def azure_domain_of(name: str) -> str | None:
    """The Azure-owned domain that the DNS name lies in, or V(None).

    Source: Microsoft Learn, CMG server authentication certificate and Prevent dangling DNS entries.
    """
    dotted = f".{name}".lower()
    return next((domain for domain in AZURE_DOMAINS if dotted.endswith(f".{domain}")), None)


def in_azure_domain(name: str) -> bool:
    """Whether the DNS name lies in a domain that only Microsoft can have certificates and records for."""
    return azure_domain_of(name) is not None


@lru_cache(maxsize=512)
def normalise_region(text: str) -> str:
    """The Azure location that a spelling of a region means, such as V(westus) for V((US) West US) and V(WestUS).

    Blanks, case and the portal's leading geography go. Configuration Manager says V(USGovernment...) where Azure says
    V(usgov...). What is no region stays recognisable as none; applying the function again changes nothing.
    """
    without_blanks = "".join(text.split()).lower()
    location = re.sub(r"^(\([^()]*\))+", "", without_blanks)
    return re.sub(r"^usgov(ernment)+", "usgov", location)


def cloud_of_region(region: str) -> Cloud:
    """The cloud that an Azure location plainly belongs to, judged by how its name begins."""
    return next((cloud for cloud in CLOUDS if cloud.region_starts and region.startswith(cloud.region_starts)), PUBLIC)


def similar_locations(location: str) -> list[str]:
    """Up to three known locations of the same cloud that are spelled much like this one, the most similar first."""
    cloud = cloud_of_region(location)
    siblings = sorted(known for known in LOCATIONS if cloud_of_region(known) is cloud)
    return get_close_matches(location, siblings, n=3, cutoff=0.8)

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Regions in their many spellings, and whose a domain is."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.cmg.plugins.module_utils._core.clouds import (
    AZURE_DOMAINS,
    CHINA,
    CLOUDS,
    LOCATIONS,
    PUBLIC,
    US_GOVERNMENT,
    Cloud,
    azure_domain_of,
    cloud_named,
    cloud_of_region,
    in_azure_domain,
    normalise_region,
    similar_locations,
)


@pytest.mark.parametrize(
    ("text", "location"),
    [
        ("westus", "westus"),
        ("WestUS", "westus"),
        ("West US", "westus"),
        ("(US) West US", "westus"),
        ("  (US)  West\u00a0US 2 ", "westus2"),
        ("(Europe) UK South", "uksouth"),
        ("USGovernmentVirginia", "usgovvirginia"),
        ("USGovernmentArizona", "usgovarizona"),
        ("USGovernmentTexas", "usgovtexas"),
        ("USGovernmentIowa", "usgoviowa"),
        ("USGov Virginia", "usgovvirginia"),
        ("(US Government) US Gov Virginia", "usgovvirginia"),
        ("USDoDCentral", "usdodcentral"),
        ("US DoD East", "usdodeast"),
        ("us-west-2", "us-west-2"),
        ("", ""),
    ],
)
def test_normalise_region(text: str, location: str) -> None:
    assert normalise_region(text) == location


@pytest.mark.parametrize(
    ("region", "cloud"),
    [
        ("westus", PUBLIC),
        ("germanywestcentral", PUBLIC),
        ("usgovvirginia", US_GOVERNMENT),
        ("usdodeast", US_GOVERNMENT),
        ("chinanorth3", CHINA),
    ],
)
def test_cloud_of_region(region: str, cloud: Cloud) -> None:
    assert cloud_of_region(region) is cloud


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        ("granitefalls.westus.cloudapp.azure.com", "azure.com"),
        ("GraniteFalls.CloudApp.Net", "cloudapp.net"),
        ("granitefalls.usgovcloudapp.net", "usgovcloudapp.net"),
        ("granitefalls.usgovvirginia.cloudapp.usgovcloudapi.net", "usgovcloudapi.net"),
        ("granitefalls.chinaeast.cloudapp.chinacloudapi.cn", "chinacloudapi.cn"),
        ("granitefalls.chinacloudapp.cn", "chinacloudapp.cn"),
        ("granitefalls.azurecloudapp.de", "azurecloudapp.de"),
        ("cloudapp.net", "cloudapp.net"),
        ("granitefalls.notcloudapp.net", None),
        ("cloudapp.net.contoso.com", None),
        ("granitefalls.contoso.com", None),
        ("", None),
    ],
)
def test_azure_domain_of(name: str, domain: str | None) -> None:
    assert azure_domain_of(name) == domain
    assert in_azure_domain(name) is (domain is not None)


@pytest.mark.parametrize("cloud", CLOUDS, ids=lambda cloud: cloud.name)
def test_every_domain_of_a_cloud_is_azures(cloud: Cloud) -> None:
    domains = [cloud.scale_set_domain, cloud.classic_domain, cloud.blob_domain, cloud.table_domain, cloud.vault_domain]
    assert all(in_azure_domain(domain) for domain in domains if domain)


def test_both_names_of_a_cloud_are_known() -> None:
    assert cloud_named("AzurePublicCloud") is cloud_named("AzureCloud") is PUBLIC
    assert cloud_named("AzureUSGovernmentCloud") is cloud_named("AzureUSGovernment") is US_GOVERNMENT


def test_azure_domains_are_a_sorted_set() -> None:
    assert list(AZURE_DOMAINS) == sorted(set(AZURE_DOMAINS))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("westuz", "westus"),
        ("westeuropa", "westeurope"),
        ("usgovvirgina", "usgovvirginia"),
        ("usdodwest", "usdodeast"),
        ("northpole", None),
    ],
)
def test_similar_locations(text: str, meant: str | None) -> None:
    assert next(iter(similar_locations(text)), None) == meant


def test_locations_are_spelled_as_azure_does_and_belong_to_supported_clouds() -> None:
    assert all(normalise_region(location) == location for location in LOCATIONS)
    assert {cloud_of_region(location) for location in LOCATIONS} == {PUBLIC, US_GOVERNMENT}

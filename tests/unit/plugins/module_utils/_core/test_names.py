# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The names of a gateway, by the examples of Microsoft's pages and by what their rules make of others."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import is_valid
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import gateway_from_options
from ansible_collections.configmgr.cmg.plugins.module_utils._core.names import (
    Endpoints,
    GatewayNames,
    deployment_name_of,
    duplicate_findings,
    judged_names,
    names_of,
)

SCALE_SET_NAME = "granitefalls.westus.cloudapp.azure.com"


@dataclass(frozen=True)
class Vector:
    """A declaration, the deployment name that it leads to, and every rule that has something to say about it."""

    service_name: str | None
    region: str | None
    deployment_name: str | None
    rules: frozenset[str] = frozenset()
    options: dict[str, Any] = field(default_factory=dict)


def vector(
    service_name: str | None, region: str | None, deployment_name: str | None, *rules: str, **options: Any
) -> Vector:
    return Vector(service_name, region, deployment_name, frozenset(rules), options)


def names(service_name: str | None, region: str | None = "westus", **options: Any) -> GatewayNames:
    return names_of(gateway_from_options({"service_name": service_name, "region": region, **options}))[0]


VECTORS = [
    vector("GraniteFalls.contoso.com", "WestUS", SCALE_SET_NAME, "SERVICE-011"),
    vector("granitefalls.contoso.com", "(US) West US", SCALE_SET_NAME),
    vector("granitefalls.contoso.com", "East US 2", "granitefalls.eastus2.cloudapp.azure.com"),
    vector("GraniteFalls.WestUS.CloudApp.Azure.Com", "westus", SCALE_SET_NAME, "SERVICE-011", issuer="enterprise"),
    vector("granitefalls.westus.cloudapp.azure.com", "westus", SCALE_SET_NAME, "CLOUD-003", issuer="public"),
    vector("GraniteFalls.WestUS.CloudApp.Azure.Com", "eastus", None, "SERVICE-011", "CLOUD-002", issuer="enterprise"),
    vector(
        "GraniteFalls.cloudapp.net",
        None,
        "granitefalls.cloudapp.net",
        "SERVICE-011",
        "METHOD-003",
        "METHOD-006",
        deployment_method="classic",
        issuer="enterprise",
    ),
    vector("GraniteFalls.cloudapp.net", "westus", None, "SERVICE-011", "CLOUD-002", issuer="enterprise"),
    vector(
        "GraniteFalls.usgovcloudapp.net",
        None,
        "granitefalls.usgovcloudapp.net",
        "SERVICE-011",
        "METHOD-003",
        "METHOD-006",
        deployment_method="classic",
        cloud_environment="AzureUSGovernment",
        issuer="enterprise",
    ),
    vector(
        "granitefalls.contoso.com",
        "USGovernmentVirginia",
        "granitefalls.usgovvirginia.cloudapp.usgovcloudapi.net",
        "CLOUD-005",
        cloud_environment="AzureUSGovernmentCloud",
        site_version="2111",
    ),
    vector("*.contoso.com", "westus", None, "PREFIX-001"),
    vector("*.contoso.com", "westus", SCALE_SET_NAME, prefix="granitefalls"),
    vector("granitefalls.contoso.com", "westus", None, "PREFIX-002", prefix="other"),
    vector("granitefalls.contoso.com", "westus", SCALE_SET_NAME, prefix="GraniteFalls"),
    vector("cmg.eu.contoso.co.uk", "westeurope", "cmg.westeurope.cloudapp.azure.com"),
    vector("ab.contoso.com", "westus", None, "PREFIX-003"),
    vector(
        "abcdefghijklmnopqrstuvwx.contoso.com",
        "westus",
        "abcdefghijklmnopqrstuvwx.westus.cloudapp.azure.com",
        "PREFIX-010",
    ),
    vector("abcdefghijklmnopqrstuvwxy.contoso.com", "westus", None, "PREFIX-004"),
    vector("1cmg.contoso.com", "westus", None, "PREFIX-005"),
    vector("my-cmg.contoso.com", "westus", None, "PREFIX-006"),
    vector("cm_g.contoso.com", "westus", None, "PREFIX-007"),
    vector("xn--bcher-kva.contoso.com", "westus", None, "PREFIX-008"),
    vector("granitefalls", "westus", None, "SERVICE-003"),
    vector(f"abcdefghijklmnopqrstuvwx.{'d' * 36}.com", "westus", None, "SERVICE-007", "PREFIX-010"),
    vector(
        f"abcdefghijklmnopqrstuvwx.{'d' * 35}.com",
        "westus",
        "abcdefghijklmnopqrstuvwx.westus.cloudapp.azure.com",
        "PREFIX-010",
    ),
    # Beyond the table: one finding for one defect, also where several rules could say it.
    vector("1-.contoso.com", "westus", None, "PREFIX-003", "PREFIX-005", "PREFIX-006"),
    vector("b\u00fccher.contoso.com", "westus", None, "PREFIX-008"),
    vector("granitefalls.xn--bcher-kva.example", "westus", SCALE_SET_NAME),
    vector("*.westus.cloudapp.azure.com", "westus", None, "SERVICE-010", issuer="enterprise"),
    vector("granitefalls.cloudapp.net", "westus", None, "METHOD-006", context="convert", issuer="enterprise"),
    vector("granitefalls.westus.cloudapp.azure.com", "usgovvirginia", None, "REGION-003", issuer="enterprise"),
    vector("granitefalls.contoso.com", "chinaeast", None, "CLOUD-001", cloud_environment="AzureChinaCloud"),
    vector("granitefalls.contoso.com", "AnywhereUS", None, "REGION-004"),
    vector(None, "westus", None, "SERVICE-001"),
    vector("granitefalls.contoso.com", None, None, "REGION-001"),
    vector("granitefalls.contoso.com", "germanywestcentral", "granitefalls.germanywestcentral.cloudapp.azure.com"),
    vector("granitefalls.contoso.com", "us-west-2", None, "REGION-002"),
    vector(
        "granitefalls.contoso.com",
        "us-west-2",
        "granitefalls.cloudapp.net",
        "REGION-002",
        "METHOD-003",
        deployment_method="classic",
    ),
    vector(
        "granitefalls.contoso.com",
        "usgovvirginia",
        "granitefalls.usgovvirginia.cloudapp.usgovcloudapi.net",
        "CLOUD-005",
        "METHOD-002",
        cloud_environment="AzureUSGovernment",
        site_version="2006",
    ),
    vector("GRANITEFALLS.contoso.com.", "westus", None, "SERVICE-002"),
]


@pytest.mark.parametrize("row", VECTORS, ids=lambda row: f"{row.service_name}-{row.region}"[:60])
def test_vector(row: Vector) -> None:
    declared = gateway_from_options({"service_name": row.service_name, "region": row.region, **row.options})
    found, findings = names_of(declared)
    assert found.deployment_name == row.deployment_name
    assert {finding.rule for finding in findings} == row.rules
    assert len(findings) == len(row.rules)


@pytest.mark.parametrize(
    ("cloud", "region", "endpoints", "classic"),
    [
        (
            "AzurePublicCloud",
            "westus",
            Endpoints(
                "granitefalls.blob.core.windows.net",
                "granitefalls.table.core.windows.net",
                "granitefalls.vault.azure.net",
            ),
            "granitefalls.cloudapp.net",
        ),
        (
            "AzureUSGovernment",
            "usgovvirginia",
            Endpoints(
                "granitefalls.blob.core.usgovcloudapi.net",
                "granitefalls.table.core.usgovcloudapi.net",
                "granitefalls.vault.usgovcloudapi.net",
            ),
            "granitefalls.usgovcloudapp.net",
        ),
        ("AzureChinaCloud", "chinaeast", Endpoints(), None),
    ],
)
def test_endpoints(cloud: str, region: str, endpoints: Endpoints, classic: str | None) -> None:
    found = names("granitefalls.contoso.com", region, cloud_environment=cloud)
    assert found.endpoints == endpoints
    assert found.classic_deployment_name == classic


def test_a_classic_gateway_has_no_key_vault() -> None:
    found = names("granitefalls.contoso.com", deployment_method="classic")
    assert (found.storage_account, found.key_vault, found.endpoints.vault) == ("granitefalls", None, None)
    assert found.legacy


def test_the_prefix_alone_names_the_resources() -> None:
    found = names(None, prefix="granitefalls")
    assert (found.storage_account, found.key_vault, found.service_name) == ("granitefalls", "granitefalls", None)


@pytest.mark.parametrize("prefix", ["my-cmg", "ab", "1cmg", "cmg.eu", None])
def test_an_unusable_prefix_names_nothing(prefix: str | None) -> None:
    found = names("*.contoso.com", prefix=prefix)
    assert {found.storage_account, found.key_vault, found.deployment_name, found.classic_deployment_name} == {None}
    assert found.endpoints == Endpoints()


@pytest.mark.parametrize(
    ("service_name", "options", "required"),
    [
        ("granitefalls.contoso.com", {}, True),
        ("*.contoso.com", {"prefix": "granitefalls"}, True),
        ("*.contoso.com", {}, None),
        (None, {}, None),
        ("granitefalls.westus.cloudapp.azure.com", {}, False),
        ("granitefalls.eastus.cloudapp.azure.com", {}, False),
        ("granitefalls.notcloudapp.net", {}, True),
        ("granitefalls.westus.gateways.example", {"deployment_domain": "{region}.gateways.example"}, False),
    ],
)
def test_cname_required(service_name: str | None, options: dict[str, str], required: bool | None) -> None:
    assert names(service_name, **options).cname_required is required


def test_alias() -> None:
    assert names("*.contoso.com", prefix="granitefalls").alias == {
        "name": "granitefalls.contoso.com",
        "target": SCALE_SET_NAME,
    }
    assert names("granitefalls.westus.cloudapp.azure.com").alias is None
    assert names("my-cmg.contoso.com").alias is None


@pytest.mark.parametrize(
    ("service_name", "options", "convertible"),
    [
        ("granitefalls.contoso.com", {"deployment_method": "classic"}, True),
        ("granitefalls.cloudapp.net", {"deployment_method": "classic"}, False),
        ("granitefalls.contoso.com", {"context": "convert"}, True),
        ("granitefalls.cloudapp.net", {"context": "convert"}, False),
        ("granitefalls.contoso.com", {}, None),
        ("*.contoso.com", {"context": "convert"}, None),
    ],
)
def test_convertible(service_name: str, options: dict[str, str], convertible: bool | None) -> None:
    assert names(service_name, **options).convertible is convertible


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("usgovcloudapp.net", "granitefalls.usgovcloudapp.net"),
        ("{region}.cloudapp.usgovcloudapi.net", "granitefalls.usgovvirginia.cloudapp.usgovcloudapi.net"),
        (".bad domain", None),
    ],
)
def test_the_deployment_domain_can_be_given(domain: str, expected: str | None) -> None:
    found = names(
        "granitefalls.contoso.com",
        "usgovvirginia",
        cloud_environment="AzureUSGovernment",
        deployment_domain=domain,
    )
    assert found.deployment_name == expected


def test_the_certificate_stands_in_for_the_service_name() -> None:
    declared = gateway_from_options({"region": "westus", "prefix": "granitefalls"})
    found, findings = names_of(declared, certificate_name="*.contoso.com")
    assert (found.service_name, found.deployment_name) == ("granitefalls.contoso.com", SCALE_SET_NAME)
    assert not findings


def test_the_length_that_counts_is_the_certificates() -> None:
    """A complete service name under a wildcard certificate may be longer than a common name."""
    long_name = f"abcdefghijklmno.{'d' * 45}.com"
    declared = gateway_from_options({"service_name": long_name, "region": "westus"})
    assert not names_of(declared, certificate_name=f"*.{'d' * 45}.com")[1]
    assert names_of(gateway_from_options({"service_name": f"{long_name}m", "region": "westus"}))[1]


def test_an_unknown_cloud_is_an_error_that_names_the_known_ones() -> None:
    with pytest.raises(InvalidInput, match=r"'Azure'.*AzureCloud, AzurePublicCloud"):
        names("granitefalls.contoso.com", cloud_environment="Azure")


@pytest.mark.parametrize(
    ("service_name", "who", "who_not"),
    [
        ("my-cmg.contoso.com", ["storage account", "certificate page"], ["key vault", "DNS label"]),
        ("my--cmg.contoso.com", ["storage account", "key vault", "certificate page"], ["DNS label"]),
        ("1cmg.contoso.com", ["key vault", "DNS label"], ["storage account", "certificate page"]),
        ("abcdefghijklmnopqrstuvwxy.contoso.com", ["storage account", "key vault", "certificate page"], ["DNS label"]),
        ("ab.contoso.com", ["storage account", "key vault", "DNS label", "certificate page"], []),
        ("cm_g.contoso.com", ["storage account", "key vault", "DNS label", "certificate page"], []),
    ],
)
def test_a_finding_names_who_refuses_the_prefix(service_name: str, who: list[str], who_not: list[str]) -> None:
    _names, (finding,) = names_of(gateway_from_options({"service_name": service_name, "region": "westus"}))
    against, _although, in_favour = finding.expected.partition("although")
    assert [name for name in who if name in against] == who
    assert [name for name in who_not if name in in_favour] == who_not
    assert not [name for name in who_not if name in against]


@pytest.mark.parametrize(
    ("service_name", "example"),
    [
        ("*.contoso.com", "for example 'mycmg'."),
        ("my-cmg.contoso.com", "'mycmg.contoso.com'"),
        ("1cmg.contoso.com", "'cmg.contoso.com'"),
        ("ab.contoso.com", "'granitefalls.contoso.com'"),
        ("xn--bcher-kva.contoso.com", "'granitefalls.contoso.com'"),
    ],
)
def test_a_remedy_offers_a_usable_name(service_name: str, example: str) -> None:
    prefix = "my-cmg" if service_name.startswith("*") else None
    declared = gateway_from_options({"service_name": service_name, "region": "westus", "prefix": prefix})
    _names, (finding,) = names_of(declared)
    assert example in finding.remedy


@pytest.mark.parametrize(
    ("version", "context", "severity"),
    [
        ("1902", "new", "info"),
        ("2107", "new", "warning"),
        ("2111", "existing", "warning"),
        ("2203", "new", "error"),
        ("2203", "existing", "warning"),
        ("2309", "existing", "warning"),
        ("2403", "existing", "error"),
        (None, "new", "error"),
        (None, "existing", "error"),
    ],
)
def test_classic_is_judged_by_the_site_version(version: str | None, context: str, severity: str) -> None:
    options = {"deployment_method": "classic", "site_version": version, "context": context}
    _names, (finding,) = names_of(
        gateway_from_options({"service_name": "granitefalls.contoso.com", "region": "westus", **options})
    )
    assert (finding.rule, finding.severity) == ("METHOD-003", severity)


def test_the_name_is_known_when_only_the_site_is_too_old() -> None:
    declared = gateway_from_options(
        {"service_name": "granitefalls.contoso.com", "region": "westus", "site_version": "1902"}
    )
    found, findings = names_of(declared)
    assert found.deployment_name == SCALE_SET_NAME
    assert not is_valid(findings)
    assert deployment_name_of(declared) == SCALE_SET_NAME


def test_one_sentence_for_each_finding() -> None:
    with pytest.raises(InvalidInput) as caught:
        deployment_name_of(gateway_from_options({"service_name": "my-cmg.contoso.com", "region": "us-west"}))
    assert "(PREFIX-006)" in caught.value.message
    assert "(REGION-002)" in caught.value.message


@pytest.mark.parametrize(
    ("second", "rule"),
    [
        ({"service_name": "GraniteFalls.contoso.com", "region": "eastus"}, "DUPLICATE-001"),
        ({"service_name": "granitefalls.fabrikam.com", "region": "West US"}, "DUPLICATE-002"),
        ({"service_name": "granitefalls.fabrikam.com", "region": "eastus"}, "DUPLICATE-003"),
        ({"service_name": "*.fabrikam.com", "prefix": "granitefalls", "region": "eastus"}, "DUPLICATE-003"),
        ({"service_name": "wallacefalls.contoso.com", "region": "westus"}, None),
        ({"service_name": "*.contoso.com", "region": "westus"}, None),
        (
            {
                "service_name": "granitefalls.fabrikam.com",
                "region": "usgovvirginia",
                "cloud_environment": "AzureUSGovernment",
            },
            None,
        ),
    ],
)
def test_gateways_take_each_others_names(second: dict[str, str], rule: str | None) -> None:
    first = {"service_name": "granitefalls.contoso.com", "region": "westus"}
    both = [names_of(gateway_from_options(options))[0] for options in (first, second)]
    assert [[finding.rule for finding in found] for found in duplicate_findings(both)] == [[rule] if rule else []] * 2


def test_a_duplicate_names_the_others() -> None:
    entries = [
        {"service_name": "granitefalls.contoso.com", "region": "westus"},
        {"service_name": "wallacefalls.contoso.com", "region": "westus"},
        {"service_name": "granitefalls.contoso.com", "region": "westus"},
        {"service_name": "granitefalls.fabrikam.com", "region": "eastus"},
    ]
    judged = judged_names([gateway_from_options(entry) for entry in entries])
    observed = [[finding.observed for finding in findings] for _names, findings in judged]
    assert observed[1] == []
    assert observed[0] == [
        "'granitefalls.contoso.com' is also the service name of gateways[2].",
        "'granitefalls.blob.core.windows.net' is also the storage account of granitefalls.fabrikam.com.",
    ]
    assert observed[3] == [
        "'granitefalls.blob.core.windows.net' is also the storage account of gateways[0] and gateways[2]."
    ]


@pytest.mark.parametrize(
    ("others", "told"),
    [
        (["gw2"], "gw2"),
        (["gw2", "gw2"], "gateways[1] and gateways[2]"),
        (["a", "b", "c", "d", "e"], "a, b, c, d and e"),
        (["a", "b", "c", "d", "e", "f", "g"], "a, b, c, d, e and 2 more"),
    ],
)
def test_a_duplicate_names_the_others_as_they_are_called(others: list[str], told: str) -> None:
    """Which is by their hosts, where hosts stand for them, and by their places only where they are called the same."""
    entry = {"service_name": "granitefalls.contoso.com", "region": "westus"}
    gateways = [gateway_from_options({**entry, "name": name}) for name in ["gw1", *others]]
    (observed,) = (finding.observed for finding in judged_names(gateways)[0][1])
    assert observed == f"'granitefalls.contoso.com' is also the service name of {told}."

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every rule has a declaration that breaks it and one as near as possible that does not."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Finding, Rule
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import gateway_from_options
from ansible_collections.configmgr.cmg.plugins.module_utils._core.names import RULES, judged_names

Declaration = dict[str, Any]
GOVERNMENT = {"region": "usgovvirginia", "cloud_environment": "AzureUSGovernment"}
LONG_LABEL = "d" * 64


def declared(service_name: str | None = "granitefalls.contoso.com", **options: Any) -> Declaration:
    return {"service_name": service_name, "region": "westus", **options}


# Rule: what breaks it, and what just does not. The first of a list of declarations is the one that is looked at.
EXAMPLES: dict[str, tuple[Declaration | list[Declaration], Declaration | list[Declaration]]] = {
    "SERVICE-001": (declared(None), declared()),
    "SERVICE-002": (declared("https://granitefalls.contoso.com"), declared()),
    "SERVICE-003": (declared("granitefalls"), declared("granitefalls.local")),
    "SERVICE-004": (declared("granitefalls.con_toso.com"), declared("granitefalls.con-toso.com")),
    "SERVICE-005": (declared(f"granitefalls.{LONG_LABEL}.com"), declared(f"granitefalls.{LONG_LABEL[1:]}.com")),
    "SERVICE-006": (declared("granitefalls" + ".d" * 121), declared("granitefall" + ".d" * 121)),
    "SERVICE-007": (declared("granitefalls" + ".d" * 27), declared("granitefalls" + ".d" * 26)),
    "SERVICE-008": (declared("granitefalls.b\u00fccher.example"), declared("granitefalls.xn--bcher-kva.example")),
    "SERVICE-009": (declared("c*.contoso.com"), declared("*.contoso.com", prefix="granitefalls")),
    "SERVICE-010": (
        declared("*.cloudapp.azure.com", prefix="granitefalls"),
        declared("*.azure.contoso.com", prefix="granitefalls"),
    ),
    "SERVICE-011": (declared("*.contoso.com", prefix="GraniteFalls"), declared("*.contoso.com", prefix="granitefalls")),
    "PREFIX-001": (declared("*.contoso.com"), declared("*.contoso.com", prefix="granitefalls")),
    "PREFIX-002": (declared(prefix="wallacefalls"), declared(prefix="GRANITEFALLS")),
    "PREFIX-003": (declared("ab.contoso.com"), declared("abc.contoso.com")),
    "PREFIX-004": (declared(f"{'a' * 25}.contoso.com"), declared(f"{'a' * 24}.contoso.com")),
    "PREFIX-005": (declared("1cmg.contoso.com"), declared("cmg1.contoso.com")),
    "PREFIX-006": (declared("my-cmg.contoso.com"), declared("mycmg.my-contoso.com")),
    "PREFIX-007": (declared("cm_g.contoso.com"), declared("cmg.contoso.com")),
    "PREFIX-008": (declared("xn--bcher-kva.contoso.com"), declared("xnbcherkva.contoso.com")),
    "PREFIX-009": (declared("*.contoso.com", prefix="cmg.eu"), declared("*.contoso.com", prefix="cmg")),
    "PREFIX-010": (declared(f"{'a' * 16}.contoso.com"), declared(f"{'a' * 15}.contoso.com")),
    "PREFIX-011": (declared("windowscmg.contoso.com"), declared("catalogin.contoso.com")),
    "REGION-001": (declared(region=None), declared(region=None, deployment_method="classic")),
    "REGION-002": (declared(region="us-west"), declared(region=" west US ")),
    "REGION-003": (declared(region="USGov Texas"), declared(**GOVERNMENT)),
    "REGION-004": (declared(region="AnywhereEurope"), declared(region="WestEurope")),
    "REGION-005": (declared(region="westuz"), declared(region="(US) West US 3")),
    "CLOUD-001": (
        declared(region="chinaeast", cloud_environment="AzureChinaCloud"),
        declared(cloud_environment="AzurePublicCloud"),
    ),
    "CLOUD-002": (
        declared("granitefalls.eastus.cloudapp.azure.com"),
        declared("granitefalls.westus.cloudapp.azure.com"),
    ),
    "CLOUD-003": (
        declared("granitefalls.westus.cloudapp.azure.com"),
        declared("granitefalls.westus.cloudapp.azure.com", issuer="enterprise"),
    ),
    "CLOUD-004": (
        declared(deployment_domain="{location}.contoso.com"),
        declared(deployment_domain="{region}.contoso.com"),
    ),
    "CLOUD-005": (
        declared(**GOVERNMENT),
        declared(**GOVERNMENT, deployment_domain="{region}.cloudapp.usgovcloudapi.net"),
    ),
    "METHOD-001": (declared(site_version="2103"), declared(site_version="2107")),
    "METHOD-002": (declared(site_version="2107", **GOVERNMENT), declared(site_version="2111", **GOVERNMENT)),
    "METHOD-003": (declared(deployment_method="classic"), declared()),
    "METHOD-004": (declared(site_version="5.00.9135"), declared(site_version="2503")),
    "METHOD-005": (declared(deployment_method="classic", context="convert"), declared(context="convert")),
    "METHOD-006": (declared("granitefalls.cloudapp.net", context="convert"), declared(context="convert")),
    "METHOD-007": (
        declared(context="convert", site_version="2103"),
        declared(context="convert", site_version="2107"),
    ),
    "METHOD-008": (
        declared(site_version="2103", resource_group="RG_CMG"),
        declared(site_version="2103", resource_group="rg-cmg"),
    ),
    "METHOD-009": (
        declared("*.contoso.com", prefix="granitefalls", site_version="1710"),
        declared("*.contoso.com", prefix="granitefalls", site_version="1802"),
    ),
    "DUPLICATE-001": ([declared(), declared(region="eastus")], [declared()]),
    "DUPLICATE-002": ([declared(), declared("granitefalls.fabrikam.com")], [declared()]),
    "DUPLICATE-003": ([declared(), declared("granitefalls.fabrikam.com", region="eastus")], [declared()]),
}


def findings(example: Declaration | list[Declaration]) -> list[Finding]:
    entries = example if isinstance(example, list) else [example]
    return judged_names([gateway_from_options(entry) for entry in entries])[0][1]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_rule_objects_where_it_should_and_only_there(rule: Rule) -> None:
    wrong, right = EXAMPLES[rule.id]
    (finding,) = [finding for finding in findings(wrong) if finding.rule == rule.id]
    assert not [finding for finding in findings(right) if finding.rule == rule.id]
    assert (finding.title, finding.sources) == (rule.title, rule.sources)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_finding_is_worded_for_people(rule: Rule) -> None:
    """Whole sentences that end; sources that can be looked up; the title says what is right, not what is wrong."""
    for finding in findings(EXAMPLES[rule.id][0]):
        for text in (finding.observed, finding.expected, finding.remedy):
            assert text.endswith(".")
            assert "None" not in text
            assert "  " not in text
        assert finding.sources
        assert finding.gateway
        assert not finding.title.endswith(".")


def test_ids_are_unique_and_every_example_has_a_rule() -> None:
    ids = [rule.id for rule in RULES]
    assert len(ids) == len(set(ids))
    assert set(ids) == set(EXAMPLES)


@pytest.mark.parametrize(
    ("rule", "options", "severity"),
    [
        ("METHOD-001", {"site_version": "2010"}, "warning"),
        ("METHOD-001", {"site_version": "2006"}, "error"),
        ("METHOD-008", {"site_version": "2107", "resource_group": "RG"}, "warning"),
        ("METHOD-008", {"site_version": "2103", "resource_group": "RG"}, "error"),
        ("METHOD-008", {"site_version": "2103", "resource_group": "ab"}, "error"),
        ("METHOD-008", {"site_version": "2103", "resource_group": "a" * 64}, "error"),
        ("METHOD-003", {"site_version": "2107", "deployment_method": "classic"}, "warning"),
        ("METHOD-003", {"site_version": "2107", "deployment_method": "classic", **GOVERNMENT}, "info"),
        ("PREFIX-005", {"service_name": "1cmg.contoso.com"}, "error"),
        ("PREFIX-005", {"service_name": "1cmg.contoso.com", "deployment_method": "classic"}, "warning"),
        ("METHOD-006", {"service_name": "granitefalls.cloudapp.net", "context": "convert"}, "error"),
        ("METHOD-006", {"service_name": "granitefalls.cloudapp.net", "deployment_method": "classic"}, "warning"),
    ],
)
def test_circumstances_change_the_severity(rule: str, options: Declaration, severity: str) -> None:
    found = findings({**declared(), **options})
    assert [finding.severity for finding in found if finding.rule == rule] == [severity]


@pytest.mark.parametrize(
    ("options", "remedy"),
    [
        ({"service_name": "granitefalls.eastus.cloudapp.azure.com"}, "Set region to 'eastus'"),
        ({"service_name": "granitefalls.cloudapp.net"}, "fits a classic deployment only"),
        ({"service_name": "granitefalls.azurewebsites.net"}, "Get a certificate for"),
    ],
)
def test_the_way_out_of_a_mismatch_depends_on_the_name(options: Declaration, remedy: str) -> None:
    (finding,) = [finding for finding in findings({**declared(), **options}) if finding.rule == "CLOUD-002"]
    assert remedy in finding.remedy


@pytest.mark.parametrize(
    ("service_name", "remedy"),
    [
        ("granitefalls" + ".d" * 27, "Choose a shorter prefix or a domain of at most 51 characters, or use a wildcard"),
        ("a" * 59 + ".contoso.com", "Choose a shorter prefix or a domain of at most 4 characters, or use a wildcard"),
        ("a" * 60 + ".contoso.com", "Choose a shorter prefix, or use a wildcard"),
        ("a" * 64 + ".contoso.com", "Choose a shorter prefix, or use a wildcard"),
    ],
)
def test_the_way_out_of_a_long_name_is_possible(service_name: str, remedy: str) -> None:
    (finding,) = [finding for finding in findings(declared(service_name)) if finding.rule == "SERVICE-007"]
    assert finding.remedy.startswith(remedy)


@pytest.mark.parametrize(
    ("options", "remedy"),
    [
        ({"context": "new"}, "Set deployment_method"),
        ({"context": "existing"}, "Convert the gateway"),
        ({"context": "existing", "service_name": "granitefalls.cloudapp.net"}, "Replace the gateway"),
    ],
)
def test_the_way_out_of_classic_depends_on_the_gateway(options: Declaration, remedy: str) -> None:
    found = findings({**declared(deployment_method="classic"), **options})
    (finding,) = [finding for finding in found if finding.rule == "METHOD-003"]
    assert finding.remedy.startswith(remedy)


@pytest.mark.parametrize(("region", "remedy"), [("westuz", "Write 'westus'"), ("northpole", "Compare it with")])
def test_a_region_that_is_not_known_is_a_question(region: str, remedy: str) -> None:
    (finding,) = [finding for finding in findings(declared(region=region)) if finding.rule == "REGION-005"]
    assert finding.severity == "warning"
    assert finding.remedy.startswith(remedy)

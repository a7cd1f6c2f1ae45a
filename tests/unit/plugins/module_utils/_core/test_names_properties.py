# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Laws that hold for the names of any gateway."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.cmg.plugins.module_utils._core.clouds import in_azure_domain, normalise_region
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import is_valid
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import gateway_from_options
from ansible_collections.configmgr.cmg.plugins.module_utils._core.names import judged_names, names_of

PREFIXES = st.from_regex(r"[a-zA-Z][a-zA-Z0-9]{2,23}", fullmatch=True)
DOMAINS = st.from_regex(r"[a-z]{3,10}(\.[a-z]{2,8}){1,2}", fullmatch=True).filter(
    lambda name: not in_azure_domain(name)
)
REGIONS = st.sampled_from([["West US", "westus", "WestUS", "(US) West US"], ["East US 2", "eastus2", "(US) East US 2"]])
ANY_TEXT = st.none() | st.text(max_size=80) | st.from_regex(r"[a-zA-Z0-9*._-]{0,70}", fullmatch=True)
ANY_DECLARATION = st.fixed_dictionaries(
    {
        "service_name": ANY_TEXT,
        "region": ANY_TEXT | st.sampled_from(["westus", "usgovvirginia", "chinaeast"]),
        "prefix": ANY_TEXT,
        "cloud_environment": st.sampled_from(["AzureCloud", "AzureUSGovernment", "AzureChinaCloud"]),
        "deployment_method": st.sampled_from(["scale_set", "classic"]),
        "deployment_domain": st.none() | ANY_TEXT,
        "site_version": st.none() | st.sampled_from(["1710", "2010", "2107", "2203", "2503"]) | ANY_TEXT,
        "context": st.sampled_from(["new", "existing", "convert"]),
        "issuer": st.sampled_from(["public", "enterprise"]),
        "resource_group": ANY_TEXT,
    }
)


@given(st.text() | st.from_regex(r"(\([a-z]*\) ?){0,2}US ?Gov(ernment|ernmenternment)?[a-z ]*", fullmatch=True))
def test_normalising_a_region_twice_changes_nothing(text: str) -> None:
    once = normalise_region(text)
    assert normalise_region(once) == once


@given(PREFIXES, DOMAINS, REGIONS)
def test_a_valid_gateway_has_a_usable_deployment_name(prefix: str, domain: str, spellings: list[str]) -> None:
    declared = gateway_from_options({"service_name": f"{prefix}.{domain}", "region": spellings[0]})
    names, findings = names_of(declared)
    assert is_valid(findings)
    name = names.deployment_name
    assert name is not None
    assert name == name.lower()
    assert len(name) <= 253
    assert in_azure_domain(name)
    assert name.startswith(f"{names.storage_account}.")


@given(PREFIXES, DOMAINS, REGIONS)
def test_the_spelling_of_the_region_does_not_matter(prefix: str, domain: str, spellings: list[str]) -> None:
    declarations = [{"service_name": f"{prefix}.{domain}", "region": spelling} for spelling in spellings]
    assert len({names_of(gateway_from_options(declared))[0] for declared in declarations}) == 1


@given(st.lists(ANY_DECLARATION, max_size=3))
def test_whatever_is_declared_is_judged_the_same_way_twice(declarations: list[dict[str, Any]]) -> None:
    gateways = [gateway_from_options(declared) for declared in declarations]
    assert judged_names(gateways) == judged_names(gateways)


@given(ANY_DECLARATION)
def test_a_missing_name_has_a_reason(declared: dict[str, Any]) -> None:
    """A name is known, or there is an error that says why not; and a known name is well formed."""
    names, findings = names_of(gateway_from_options(declared))
    assert names.deployment_name is not None or not is_valid(findings)
    if names.deployment_name is not None:
        assert names.deployment_name.isascii()
        assert names.deployment_name.count("..") == 0

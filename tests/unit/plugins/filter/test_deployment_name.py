# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter as a template uses it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleFilterError

from ansible_collections.configmgr.cmg.plugins.filter import deployment_name as plugin
from ansible_collections.configmgr.cmg.plugins.module_utils._module.gateway_options import GATEWAY_OPTIONS

deployment_name = plugin.FilterModule().filters()["deployment_name"]


@pytest.mark.parametrize(
    ("service_name", "options", "expected"),
    [
        ("granitefalls.contoso.com", {"region": "westus"}, "granitefalls.westus.cloudapp.azure.com"),
        ("GraniteFalls.contoso.com", {"region": "(US) West US"}, "granitefalls.westus.cloudapp.azure.com"),
        (
            "*.contoso.com",
            {"region": "USGovernmentVirginia", "prefix": "granitefalls", "cloud_environment": "AzureUSGovernment"},
            "granitefalls.usgovvirginia.cloudapp.usgovcloudapi.net",
        ),
        ("granitefalls.contoso.com", {"deployment_method": "classic"}, "granitefalls.cloudapp.net"),
        (
            "granitefalls.westus.cloudapp.azure.com",
            {"region": "westus"},
            "granitefalls.westus.cloudapp.azure.com",
        ),
        (
            "granitefalls.contoso.com",
            {"region": "westus", "deployment_domain": "{region}.gateways.example"},
            "granitefalls.westus.gateways.example",
        ),
    ],
)
def test_deployment_name(service_name: str, options: dict[str, str], expected: str) -> None:
    assert deployment_name(service_name, **options) == expected


def test_the_region_is_the_first_argument() -> None:
    assert deployment_name("granitefalls.contoso.com", "westus") == "granitefalls.westus.cloudapp.azure.com"


@pytest.mark.parametrize(
    ("service_name", "options", "message"),
    [
        ("my-cmg.contoso.com", {"region": "westus"}, r"contains a hyphen\..*\(PREFIX-006\)"),
        ("granitefalls.contoso.com", {}, r"No region is given\..*\(REGION-001\)"),
        ("granitefalls.westus.cloudapp.azure.com", {"region": "westus", "issuer": "public"}, "CLOUD-003"),
        ("granitefalls.contoso.com", {"region": "westus", "deployment_method": "vmss"}, "must be one of: scale_set"),
        ("granitefalls.contoso.com", {"region": "westus", "cloud_environment": "Azure"}, "must be one of: AzureCloud"),
        (["granitefalls.contoso.com"], {"region": "westus"}, r"service_name is \[.*All options are strings"),
        ("granitefalls.contoso.com", {"region": 7}, "region is 7. All options are strings"),
        (None, {"region": "westus"}, "SERVICE-001"),
    ],
)
def test_what_is_wrong_becomes_a_filter_error(service_name: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(AnsibleFilterError, match=message):
        deployment_name(service_name, **options)


def test_the_documentation_agrees_with_the_modules() -> None:
    """Choices are written down twice, here and in the modules' fragment, and must not drift apart."""
    sidecar = Path(plugin.__file__).with_suffix(".yml")
    options = yaml.safe_load(sidecar.read_text(encoding="utf-8"))["DOCUMENTATION"]["options"]
    declared = GATEWAY_OPTIONS["gateways"]["options"]
    assert {name: option.get("choices") for name, option in options.items() if name != "_input"} == {
        name: declared[name].get("choices") for name in options if name != "_input"
    }
    assert {name: options[name]["default"] for name in ("cloud_environment", "deployment_method")} == {
        name: declared[name]["default"] for name in ("cloud_environment", "deployment_method")
    }

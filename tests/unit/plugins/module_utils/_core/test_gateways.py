# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the options of a module to one frozen declaration."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Acceptance
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import (
    CertificateSource,
    ClientAuthentication,
    ClientKind,
    Context,
    DeploymentMethod,
    DnsPlacement,
    Gateway,
    Issuer,
    ManagementCertificate,
    ManagementPoint,
    gateway_from_options,
    gateways_from_options,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._module.gateway_options import GATEWAY_OPTIONS

FULL: dict[str, Any] = {
    "name": "gateway-1",
    "service_name": "*.contoso.com",
    "prefix": "granitefalls",
    "region": "westus",
    "cloud_environment": "AzureUSGovernment",
    "deployment_method": "classic",
    "deployment_domain": "{region}.example",
    "site_version": "2503",
    "context": "convert",
    "issuer": "enterprise",
    "content_enabled": False,
    "resource_group": "rg-cmg",
    "dns": {
        "subscription_id": "subscription",
        "resource_group": "rg-dns",
        "zone": "contoso.com",
        "ttl": 300,
        "metadata": {"owner": "me", "level": 3},
    },
    "server_certificate": {
        "path": "new.pfx",
        "password": "hidden",
        "chain": ["issuing.cer"],
        "trusted_roots": ["root.cer"],
        "current": {"served": True},
    },
    "client_authentication": {
        "methods": ["pki", "token"],
        "trust_chain": ["root.cer"],
        "certificates": ["sample.cer"],
        "verify_revocation": False,
        "clients": [{"join_state": "entra", "windows": "11", "token": True}],
    },
    "management_point": {
        "mode": "enhanced_http",
        "certificate": {"path": "mp.cer"},
        "hostnames": ["mp.contoso.com"],
    },
    "management_certificate": {"path": "m.cer", "pfx_path": "m.pfx", "password": "hidden"},
    "accept": [{"rule": "PREFIX-006", "reason": "known", "until": "2027-03-31"}, {"rule": "KEY-006", "reason": "so"}],
}

DECLARED = Gateway(
    name="gateway-1",
    service_name="*.contoso.com",
    region="westus",
    prefix="granitefalls",
    cloud_environment="AzureUSGovernment",
    deployment_method=DeploymentMethod.CLASSIC,
    deployment_domain="{region}.example",
    site_version="2503",
    context=Context.CONVERT,
    issuer=Issuer.ENTERPRISE,
    content_enabled=False,
    resource_group="rg-cmg",
    dns=DnsPlacement(
        subscription_id="subscription",
        resource_group="rg-dns",
        zone="contoso.com",
        ttl=300,
        metadata={"owner": "me", "level": "3"},
    ),
    server_certificate=CertificateSource(
        path="new.pfx",
        password="hidden",
        chain=("issuing.cer",),
        trusted_roots=("root.cer",),
        current=CertificateSource(served=True),
    ),
    client_authentication=ClientAuthentication(
        methods=("pki", "token"),
        trust_chain=("root.cer",),
        certificates=("sample.cer",),
        verify_revocation=False,
        clients=(ClientKind(join_state="entra", windows="11", token=True),),
    ),
    management_point=ManagementPoint(
        mode="enhanced_http", certificate=CertificateSource(path="mp.cer"), hostnames=("mp.contoso.com",)
    ),
    management_certificate=ManagementCertificate(path="m.cer", pfx_path="m.pfx", password="hidden"),
    accept=(Acceptance("PREFIX-006", "known", date(2027, 3, 31)), Acceptance("KEY-006", "so")),
)


def validated(gateway: dict[str, Any]) -> dict[str, Any]:
    """A gateway's options as a module gets them: every option there, V(none) where it was not given."""
    result = ArgumentSpecValidator(GATEWAY_OPTIONS).validate({"gateways": [gateway]})
    assert not result.error_messages
    (entry,) = result.validated_parameters["gateways"]
    assert isinstance(entry, dict)
    return entry


def test_everything_declared() -> None:
    assert gateway_from_options(FULL) == DECLARED


def test_everything_declared_through_the_argument_spec() -> None:
    assert gateway_from_options(validated(FULL)) == DECLARED


def test_the_defaults_of_the_argument_spec_are_the_defaults() -> None:
    least = {"region": "westus"}
    assert gateway_from_options(validated(least)) == gateway_from_options(least) == Gateway(None, "westus")


@pytest.mark.parametrize(
    "nested",
    [
        {"dns": {}},
        {"server_certificate": {"current": {}}},
        {"client_authentication": {"clients": [{"join_state": "domain"}]}},
        {"management_point": {"certificate": {}}},
        {"management_certificate": {}},
    ],
)
def test_the_defaults_of_nested_options_are_the_defaults(nested: dict[str, Any]) -> None:
    options = {"region": "westus", **nested}
    assert gateway_from_options(validated(options)) == gateway_from_options(options)


@pytest.mark.parametrize(
    ("value", "text"), [("me", "me"), ("", ""), (3, "3"), (1.5, "1.5"), (True, "true"), (False, "false")]
)
def test_metadata_is_text(value: object, text: str) -> None:
    gateway = gateway_from_options({"region": "westus", "dns": {"metadata": {"k": value}}})
    assert gateway.dns.metadata == {"k": text}


@pytest.mark.parametrize(("value", "seen"), [(None, "null"), ([1], "a list"), ({"a": 1}, "a dictionary")])
def test_metadata_that_is_no_text(value: object, seen: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        gateway_from_options({"region": "westus", "dns": {"metadata": {"k": value}}})
    assert caught.value.message == (
        f"dns.metadata.k is {seen}. Azure keeps texts only: write a text, a number, true or false, or leave out k."
    )


def test_what_is_empty_of_a_placement_is_not_given() -> None:
    empty = {"zone": "", "resource_group": "", "subscription_id": ""}
    assert gateway_from_options({"region": "westus", "dns": empty}).dns == DnsPlacement()


def test_secrets_do_not_show() -> None:
    secret = {
        **FULL,
        "server_certificate": {"content": "hidden", "password": "hidden", "private_key_content": "hidden"},
    }
    assert "hidden" not in repr(gateway_from_options(secret))


def test_the_order_stays() -> None:
    gateways = gateways_from_options([{"region": region} for region in ("westus", "eastus")])
    assert [gateway.region for gateway in gateways] == ["westus", "eastus"]


@pytest.mark.parametrize("until", ["2027-02-30", "next week", ""])
def test_a_date_that_is_none(until: str) -> None:
    with pytest.raises(InvalidInput, match=r"accept\.until is .*YYYY-MM-DD"):
        gateway_from_options({"region": "westus", "accept": [{"rule": "PREFIX-001", "reason": "b", "until": until}]})


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("PREFIX-06", "Did you mean PREFIX-006"),
        ("prefix-006", "Did you mean PREFIX-006"),
        (" KEY-006 ", "Did you mean KEY-006"),
        ("DRIFT-WRONG-TARGETS", "Did you mean DRIFT-WRONG-TARGET"),
        ("*", "does not exist. Every rule is listed at https://"),
        ("", "does not exist. Every rule is listed at https://"),
    ],
)
def test_a_rule_that_does_not_exist(rule: str, told: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        gateway_from_options({"region": "westus", "accept": [{"rule": rule, "reason": "b"}]})
    assert caught.value.message.startswith(f"accept.rule is {rule!r}, which does not exist.")
    assert told in caught.value.message


@pytest.mark.parametrize(
    ("gateway", "label"),
    [
        (Gateway("granitefalls.contoso.com", "westus"), "granitefalls.contoso.com"),
        (Gateway(None, "westus", prefix="granitefalls"), "granitefalls"),
        (Gateway("granitefalls.contoso.com", "westus", name="west"), "west"),
        (Gateway(None, "westus"), "(gateway without a service name)"),
    ],
)
def test_label(gateway: Gateway, label: str) -> None:
    assert gateway.label == label

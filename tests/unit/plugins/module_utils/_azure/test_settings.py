# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connection from options, environment and profiles, in the order that azure.azcollection's users know."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from ansible_collections.configmgr.cmg.plugins.doc_fragments._azure import ModuleDocFragment
from ansible_collections.configmgr.cmg.plugins.module_utils._azure import settings
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.settings import Connection, Kind, resolve
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._module.azure_options import AZURE_OPTIONS

Values = Mapping[str, Any]
CLIENT = {"client_id": "app", "secret": "told", "tenant": "t"}
SURROUNDINGS = {"AZURE_CLIENT_ID": "env-app", "AZURE_SECRET": "env-secret", "AZURE_TENANT": "env-tenant"}
FILE = {
    "default": {"client_id": "file-app", "secret": "file-secret", "tenant": "file-tenant", "subscription_id": "file-s"},
    "other": {"client_id": "other-app", "secret": "other-secret", "tenant": "other-tenant"},
}


def resolved(
    options: Values | None = None, environment: Mapping[str, str] | None = None, profiles: Values | None = None
) -> Connection:
    return resolve(options or {}, environment or {}, (profiles or {}).get)


def test_the_documented_environment_variables_are_the_ones_that_are_read() -> None:
    documentation = yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"]
    documented = {
        name: tuple(re.findall(r"E\((\w+)\)", " ".join(option["description"])))
        for name, option in documentation.items()
        if name != "proxy"
    }
    assert documented == dict(settings.ENVIRONMENT)
    assert set(documentation) == set(AZURE_OPTIONS)


def test_the_documented_choices_are_the_ones_that_are_checked() -> None:
    assert tuple(AZURE_OPTIONS["auth_source"]["choices"]) == settings.AUTH_SOURCES
    assert tuple(AZURE_OPTIONS["cert_validation_mode"]["choices"]) == settings.VALIDATION_MODES


def test_secrets_are_never_shown() -> None:
    hidden = {name for name, option in AZURE_OPTIONS.items() if option.get("no_log")}
    assert hidden == {"secret", "oidc_token", "password", "proxy"}
    assert "told" not in repr(resolved(CLIENT))


@pytest.mark.parametrize(
    ("options", "environment", "profiles", "client_id"),
    [
        (CLIENT, SURROUNDINGS, FILE, "app"),
        ({"profile": "other"}, SURROUNDINGS, FILE, "other-app"),
        ({**CLIENT, "profile": "other"}, SURROUNDINGS, FILE, "other-app"),
        ({}, SURROUNDINGS, FILE, "env-app"),
        ({"tenant": "t"}, SURROUNDINGS, FILE, "env-app"),
        ({}, {**SURROUNDINGS, "AZURE_PROFILE": "other"}, FILE, "other-app"),
        ({}, {}, FILE, "file-app"),
        ({}, {}, {}, None),
        ({"auth_source": "env"}, SURROUNDINGS, FILE, "env-app"),
        ({**CLIENT, "auth_source": "env"}, SURROUNDINGS, FILE, "env-app"),
        ({"auth_source": "credential_file"}, SURROUNDINGS, FILE, "file-app"),
        ({"auth_source": "credential_file", "profile": "other"}, SURROUNDINGS, FILE, "other-app"),
        ({"auth_source": "credential_file"}, {**SURROUNDINGS, "AZURE_PROFILE": "other"}, FILE, "other-app"),
        ({}, {**SURROUNDINGS, "ANSIBLE_AZURE_AUTH_SOURCE": "credential_file"}, FILE, "file-app"),
        ({"auth_source": "env"}, {**SURROUNDINGS, "ANSIBLE_AZURE_AUTH_SOURCE": "cli"}, FILE, "env-app"),
        ({"auth_source": "msi", "client_id": "id"}, SURROUNDINGS, FILE, "id"),
        ({"auth_source": "msi"}, SURROUNDINGS, FILE, None),
        ({"client_id": "", "secret": None}, SURROUNDINGS, FILE, "env-app"),
    ],
)
def test_order_of_sources(options: Values, environment: dict[str, str], profiles: Values, client_id: str) -> None:
    assert resolved(options, environment, profiles).identity.client_id == client_id


@pytest.mark.parametrize(
    ("options", "environment", "kind", "proof"),
    [
        (CLIENT, {}, Kind.SECRET, "told"),
        ({}, SURROUNDINGS, Kind.SECRET, "env-secret"),
        ({}, {"AZURE_CLIENT_ID": "a", "AZURE_CLIENT_SECRET": "s", "AZURE_TENANT_ID": "t"}, Kind.SECRET, "s"),
        ({"client_id": "env-app", "tenant": "t"}, SURROUNDINGS, Kind.SECRET, "env-secret"),
        ({"client_id": "a", "tenant": "t", "x509_certificate_path": "c"}, {}, Kind.CERTIFICATE, "c"),
        ({"client_id": "a", "tenant": "t", "x509_certificate_path": "c"}, SURROUNDINGS, Kind.CERTIFICATE, "c"),
        ({"client_id": "a", "tenant": "t", "oidc_token": "o"}, SURROUNDINGS, Kind.ASSERTION, "o"),
        ({"client_id": "a", "tenant": "t", "oidc_token_file_path": "f"}, {}, Kind.ASSERTION_FILE, "f"),
        (
            {},
            {"AZURE_CLIENT_ID": "a", "AZURE_TENANT_ID": "t", "AZURE_FEDERATED_TOKEN_FILE": "f"},
            Kind.ASSERTION_FILE,
            "f",
        ),
        ({"ad_user": "u", "password": "p", "tenant": "t"}, {}, Kind.USER, "p"),
        ({"ad_user": "u", "password": "p"}, SURROUNDINGS, Kind.USER, "p"),
        ({"ad_user": "u"}, {**SURROUNDINGS, "AZURE_PASSWORD": "env-p"}, Kind.USER, "env-p"),
        ({}, {"AZURE_AD_USER": "u", "AZURE_PASSWORD": "p"}, Kind.USER, "p"),
        ({"auth_source": "msi"}, {}, Kind.MANAGED_IDENTITY, None),
        ({"auth_source": "cli"}, SURROUNDINGS, Kind.CLI, None),
        ({}, {}, Kind.CLI, None),
    ],
)
def test_kinds_of_credentials(options: Values, environment: dict[str, str], kind: Kind, proof: str | None) -> None:
    identity = resolved(options, environment).identity
    assert (identity.kind, identity.proof) == (kind, proof)


def test_the_user_of_the_task_does_not_borrow_the_client_of_the_environment() -> None:
    identity = resolved({"ad_user": "u", "password": "p"}, SURROUNDINGS).identity
    assert (identity.user, identity.client_id, identity.tenant) == ("u", None, "env-tenant")


def test_a_client_of_the_task_borrows_only_its_own_secret_of_the_environment() -> None:
    assert resolved({"client_id": "env-app"}, SURROUNDINGS).identity.proof == "env-secret"
    alone = {name: value for name, value in SURROUNDINGS.items() if name != "AZURE_CLIENT_ID"}
    assert resolved({"client_id": "app"}, alone).identity.proof == "env-secret"
    with pytest.raises(InvalidInput, match="name the client another-app but nothing that proves it"):
        resolved({"client_id": "another-app"}, SURROUNDINGS)


def test_the_certificate_of_the_task_does_not_borrow_a_thumbprint() -> None:
    options = {"client_id": "a", "tenant": "t", "x509_certificate_path": "c"}
    assert resolved(options, {"AZURE_THUMBPRINT": "AA"}).identity.thumbprint is None


@pytest.mark.parametrize(
    ("options", "environment", "subscription_id"),
    [
        ({**CLIENT, "subscription_id": "s"}, {"AZURE_SUBSCRIPTION_ID": "env-s"}, "s"),
        (CLIENT, {"AZURE_SUBSCRIPTION_ID": "env-s"}, "env-s"),
        (CLIENT, {}, None),
        ({"profile": "default"}, {"AZURE_SUBSCRIPTION_ID": "env-s"}, "file-s"),
        ({"profile": "default", "subscription_id": "s"}, {}, "s"),
        ({"auth_source": "msi"}, {"AZURE_SUBSCRIPTION_ID": "env-s"}, "env-s"),
    ],
)
def test_subscription(options: Values, environment: dict[str, str], subscription_id: str | None) -> None:
    assert resolved(options, environment, FILE).subscription_id == subscription_id


PUBLIC = ("https://management.azure.com", "https://login.microsoftonline.com", "https://management.azure.com/.default")
GOVERNMENT = (
    "https://management.usgovcloudapi.net",
    "https://login.microsoftonline.us",
    "https://management.core.usgovcloudapi.net/.default",
)
CHINA = (
    "https://management.chinacloudapi.cn",
    "https://login.chinacloudapi.cn",
    "https://management.chinacloudapi.cn/.default",
)


@pytest.mark.parametrize(
    ("options", "environment", "addresses"),
    [
        ({}, {}, PUBLIC),
        ({"cloud_environment": "AzureUSGovernment"}, {}, GOVERNMENT),
        ({}, {"AZURE_CLOUD_ENVIRONMENT": "AzureChinaCloud"}, CHINA),
        ({"cloud_environment": "AzureCloud"}, {"AZURE_CLOUD_ENVIRONMENT": "AzureChinaCloud"}, PUBLIC),
        ({"cloud_environment": "https://management.usgovcloudapi.net/"}, {}, GOVERNMENT),
        (
            {"cloud_environment": "https://arm.local:444/", "authority_url": "login.local"},
            {},
            ("https://arm.local:444", "https://login.local", "https://arm.local:444/.default"),
        ),
        (
            {},
            {"AZURE_RESOURCE_MANAGER_URL": "https://arm.local/", "AZURE_AUTHORITY_HOST": "https://login.local/"},
            ("https://arm.local", "https://login.local", "https://arm.local/.default"),
        ),
        (
            {"cloud_environment": "AzureUSGovernment", "resource_manager_url": "https://arm.local"},
            {},
            ("https://arm.local", GOVERNMENT[1], "https://arm.local/.default"),
        ),
        (
            {"authority_url": "https://adfs.local/adfs"},
            {"AZURE_AUTHORITY_HOST": "https://login.local"},
            (PUBLIC[0], "https://adfs.local/adfs", PUBLIC[2]),
        ),
        (
            {},
            {"AZURE_ADFS_AUTHORITY_URL": "https://adfs.local/adfs"},
            (PUBLIC[0], "https://adfs.local/adfs", PUBLIC[2]),
        ),
    ],
)
def test_addresses(options: Values, environment: dict[str, str], addresses: tuple[str, str, str]) -> None:
    connection = resolved({**CLIENT, **options}, environment)
    assert (connection.resource_manager_url, connection.authority_url, connection.scope) == addresses


@pytest.mark.azure_sdk
def test_the_clouds_are_those_of_the_sdk() -> None:
    tools = pytest.importorskip("azure.mgmt.core.tools")
    clouds = pytest.importorskip("azure.core").AzureClouds if hasattr(tools, "get_arm_endpoints") else ()
    names = {"AZURE_PUBLIC_CLOUD": "AzureCloud", "AZURE_US_GOVERNMENT": "AzureUSGovernment"}
    names["AZURE_CHINA_CLOUD"] = "AzureChinaCloud"
    for cloud in clouds:
        endpoints = tools.get_arm_endpoints(cloud)
        connection = resolved({**CLIENT, "cloud_environment": names[cloud.name]})
        assert f"{connection.resource_manager_url}/" == endpoints["resource_manager"]
        assert [connection.scope] == endpoints["credential_scopes"]


@pytest.mark.parametrize(
    ("options", "environment", "verify"),
    [
        ({}, {}, True),
        ({}, {"REQUESTS_CA_BUNDLE": "a.pem", "SSL_CERT_FILE": "b.pem"}, "a.pem"),
        ({}, {"SSL_CERT_FILE": "b.pem"}, "b.pem"),
        ({"ca_bundle": "c.pem"}, {"REQUESTS_CA_BUNDLE": "a.pem"}, "c.pem"),
        ({"cert_validation_mode": "ignore", "ca_bundle": "c.pem"}, {}, False),
        ({}, {"AZURE_CERT_VALIDATION_MODE": "ignore"}, False),
        ({"cert_validation_mode": "validate"}, {"AZURE_CERT_VALIDATION_MODE": "ignore"}, True),
    ],
)
def test_verification(options: Values, environment: dict[str, str], verify: bool | str) -> None:
    assert resolved({**CLIENT, **options}, environment).verify == verify


@pytest.mark.parametrize(
    ("options", "environment", "discovery"),
    [
        ({}, {}, True),
        ({"disable_instance_discovery": True}, {}, False),
        ({"disable_instance_discovery": False}, {"AZURE_DISABLE_INSTANCE_DISCOVERY": "true"}, True),
        ({}, {"AZURE_DISABLE_INSTANCE_DISCOVERY": "Yes"}, False),
        ({}, {"AZURE_DISABLE_INSTANCE_DISCOVERY": "0"}, True),
    ],
)
def test_instance_discovery(options: Values, environment: dict[str, str], discovery: bool) -> None:
    assert resolved({**CLIENT, **options}, environment).instance_discovery is discovery


def test_a_proxy_of_the_task() -> None:
    assert resolved({**CLIENT, "proxy": "http://p:1"}).proxy == "http://p:1"
    assert resolved(CLIENT, {"HTTPS_PROXY": "http://p:1"}).proxy is None


def test_a_profile_decides_its_cloud() -> None:
    profiles = {"gov": {**FILE["other"], "cloud_environment": "AzureUSGovernment", "unknown_key": "x"}}
    assert resolved({"profile": "gov"}, {}, profiles).authority_url == GOVERNMENT[1]


@pytest.mark.parametrize(
    ("options", "environment", "said"),
    [
        ({"client_id": "app"}, {}, "The options of the task name the client app but nothing that proves it."),
        ({"client_id": "app", "secret": "hidden"}, {}, "The options of the task lack tenant. Give the option"),
        ({"ad_user": "u", "tenant": "t"}, {}, "The options of the task lack password."),
        ({"auth_source": "env"}, {}, "The environment holds no credentials for Azure. Set AZURE_CLIENT_ID"),
        (
            {"auth_source": "env"},
            {"AZURE_CLIENT_ID": "a", "AZURE_SECRET": "hidden"},
            "The environment variables lack tenant.",
        ),
        ({"profile": "none"}, {}, "There is no profile 'none' in ~/.azure/credentials. Add a section [none]"),
        ({"auth_source": "credential_file"}, {}, "There is no profile 'default'"),
        ({}, {"ANSIBLE_AZURE_AUTH_SOURCE": "magic"}, "auth_source is 'magic'. Use one of auto, cli, credential_file"),
        ({**CLIENT, "cloud_environment": "AzureGermanCloud"}, {}, "cloud_environment is 'AzureGermanCloud'. Use one"),
        ({**CLIENT, "cloud_environment": "https://arm.local"}, {}, "whose authority is not known. Give authority_url"),
        ({**CLIENT, "resource_manager_url": "http://arm.local"}, {}, "Tokens are sent over https only"),
        ({**CLIENT, "resource_manager_url": "https://"}, {}, "resource_manager_url is 'https://'."),
        (
            {**CLIENT, "resource_manager_url": "https://arm.local:port"},
            {},
            "resource_manager_url is 'https://arm.local:",
        ),
        ({**CLIENT, "resource_manager_url": "https://arm.local:99999"}, {}, "resource_manager_url is"),
        ({**CLIENT, "authority_url": "https://[::1"}, {}, "authority_url is 'https://[::1'."),
        ({**CLIENT, "authority_url": "https://me:hidden@login.local"}, {}, "authority_url is an address with a user"),
        (
            {**CLIENT, "proxy": "http://[::1"},
            {},
            "proxy is not the address of an HTTP proxy. Write http:// and the host",
        ),
        ({**CLIENT, "proxy": "socks5://me:hidden@p"}, {}, "proxy is not the address of an HTTP proxy."),
        ({**CLIENT, "proxy": "me:hidden@proxy:8080"}, {}, "proxy is not the address of an HTTP proxy."),
        (CLIENT, {"AZURE_CERT_VALIDATION_MODE": "maybe"}, "cert_validation_mode is 'maybe'. Use one of validate"),
        (CLIENT, {"AZURE_DISABLE_INSTANCE_DISCOVERY": "perhaps"}, "disable_instance_discovery is 'perhaps'."),
    ],
)
def test_what_cannot_be_resolved(options: Values, environment: dict[str, str], said: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        resolved(options, environment)
    assert said in caught.value.message
    assert "hidden" not in caught.value.message


@pytest.mark.parametrize(
    ("told", "cloud"),
    [
        ({}, "AzureCloud"),
        ({"cloud_environment": "AzureUSGovernment"}, "AzureUSGovernment"),
        ({"cloud_environment": "https://management.usgovcloudapi.net/"}, "AzureUSGovernment"),
        ({"resource_manager_url": "https://arm.local", "cloud_environment": "AzureCloud"}, "AzureCloud"),
        ({"resource_manager_url": "https://arm.local"}, None),
    ],
)
def test_the_cloud_is_the_one_that_is_said_or_known(told: dict[str, str], cloud: str | None) -> None:
    given = {"client_id": "c", "secret": "s", "tenant": "t", **told}
    assert settings.resolve(given, {}, lambda _name: None).cloud == cloud

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The connection to Azure as it follows from options, environment and credentials file: one pure resolution.

Names and order are those of azure.azcollection: what the task says, then the environment, then the profile C(default)
of C(~/.azure/credentials), then the Azure CLI. Nothing is read here; environment and profiles come in as arguments.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum, auto
from typing import Any, Protocol
from urllib.parse import urlsplit

from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput, capitalised

Options = Mapping[str, Any]
CREDENTIALS_FILE = "~/.azure/credentials"

ENVIRONMENT: Mapping[str, tuple[str, ...]] = {
    "auth_source": ("ANSIBLE_AZURE_AUTH_SOURCE",),
    "profile": ("AZURE_PROFILE",),
    "subscription_id": ("AZURE_SUBSCRIPTION_ID",),
    "tenant": ("AZURE_TENANT", "AZURE_TENANT_ID"),
    "client_id": ("AZURE_CLIENT_ID",),
    "secret": ("AZURE_SECRET", "AZURE_CLIENT_SECRET"),
    "x509_certificate_path": ("AZURE_X509_CERTIFICATE_PATH",),
    "thumbprint": ("AZURE_THUMBPRINT",),
    "oidc_token": ("AZURE_FEDERATED_TOKEN",),
    "oidc_token_file_path": ("AZURE_FEDERATED_TOKEN_FILE",),
    "ad_user": ("AZURE_AD_USER",),
    "password": ("AZURE_PASSWORD",),
    "cloud_environment": ("AZURE_CLOUD_ENVIRONMENT",),
    "resource_manager_url": ("AZURE_RESOURCE_MANAGER_URL",),
    "authority_url": ("AZURE_AUTHORITY_HOST", "AZURE_ADFS_AUTHORITY_URL"),
    "disable_instance_discovery": ("AZURE_DISABLE_INSTANCE_DISCOVERY",),
    "cert_validation_mode": ("AZURE_CERT_VALIDATION_MODE",),
    "ca_bundle": ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"),
}
PROOFS = ("secret", "x509_certificate_path", "oidc_token", "oidc_token_file_path")
# What makes up one identity; parts of two of them are never mixed.
OF_A_CLIENT = frozenset({"client_id", "thumbprint", *PROOFS})
OF_A_USER = frozenset({"ad_user", "password"})
AUTH_SOURCES = ("auto", "cli", "credential_file", "env", "msi")
VALIDATION_MODES = ("validate", "ignore")


class Profiles(Protocol):
    """Gives the section of the credentials file of a name, or V(None) where there is none."""

    def __call__(self, name: str, /) -> Mapping[str, str] | None: ...


class Kind(StrEnum):
    """The kinds of credentials."""

    SECRET = auto()
    CERTIFICATE = auto()
    ASSERTION = auto()
    ASSERTION_FILE = auto()
    USER = auto()
    MANAGED_IDENTITY = auto()
    CLI = auto()


KIND_OF_PROOF = {
    "secret": Kind.SECRET,
    "x509_certificate_path": Kind.CERTIFICATE,
    "oidc_token": Kind.ASSERTION,
    "oidc_token_file_path": Kind.ASSERTION_FILE,
}


@dataclass(frozen=True, slots=True)
class Cloud:
    """The two addresses of an Azure cloud, and what its tokens are issued for where that is not the first of them."""

    resource_manager_url: str
    authority_url: str
    audience: str = ""


CLOUDS: Mapping[str, Cloud] = {
    "AzureCloud": Cloud("https://management.azure.com", "https://login.microsoftonline.com"),
    "AzureUSGovernment": Cloud(
        "https://management.usgovcloudapi.net",
        "https://login.microsoftonline.us",
        "https://management.core.usgovcloudapi.net",
    ),
    "AzureChinaCloud": Cloud("https://management.chinacloudapi.cn", "https://login.chinacloudapi.cn"),
}


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks, and how that is proved. O(source) says in words where it was found."""

    kind: Kind
    source: str
    tenant: str | None = None
    client_id: str | None = None
    proof: str | None = field(default=None, repr=False)
    thumbprint: str | None = None
    user: str | None = None


@dataclass(frozen=True, slots=True)
class Connection:
    """Everything that a connection to Azure needs to know.

    O(verify) is the path of a CA bundle, or whether to validate at all. O(proxy) is one that the task names; those of
    the environment are left to the HTTP library, which knows C(NO_PROXY). O(cloud) is the name of the cloud, V(None)
    for a resource manager of one's own that is not said to belong to any.
    """

    identity: Identity
    resource_manager_url: str
    authority_url: str
    audience: str
    subscription_id: str | None = None
    instance_discovery: bool = True
    verify: bool | str = True
    proxy: str | None = None
    cloud: str | None = None

    @property
    def scope(self) -> str:
        """What a token for the resource manager is asked for."""
        return f"{self.audience}/.default"


def resolve(options: Options, environment: Mapping[str, str], profiles: Profiles) -> Connection:
    """The connection that options, environment and profiles describe.

    :param profiles: gives the section of the credentials file of a name, or V(None) where there is none.
    :raises InvalidInput: when something is missing, contradictory or not an address.
    """
    told = {name: value for name, value in options.items() if value not in (None, "")}
    surroundings = _from_environment(environment)
    values, source = _chosen_source(told, surroundings, profiles)
    everywhere = surroundings | values | told
    cloud = _cloud(everywhere)
    return Connection(
        identity=_identity(values, source),
        resource_manager_url=cloud.resource_manager_url,
        authority_url=cloud.authority_url,
        audience=cloud.audience or cloud.resource_manager_url,
        subscription_id=everywhere.get("subscription_id"),
        instance_discovery=not _truth("disable_instance_discovery", everywhere),
        verify=_verification(everywhere),
        proxy=_proxy(everywhere.get("proxy")),
        cloud=_cloud_name(everywhere, cloud.resource_manager_url),
    )


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, variables in ENVIRONMENT.items():
        value = next((environment[variable] for variable in variables if environment.get(variable)), None)
        if value is not None:
            found[name] = value
    return found


def _chosen_source(told: Options, surroundings: Options, profiles: Profiles) -> tuple[dict[str, Any], str]:
    """The values to authenticate with, and where they come from, in words."""
    auth_source = told.get("auth_source") or surroundings.get("auth_source") or "auto"
    _check_choice("auth_source", auth_source, AUTH_SOURCES)
    if auth_source == "msi":
        return {"kind": Kind.MANAGED_IDENTITY, **_picked(told, "client_id")}, "the managed identity"
    if auth_source == "cli":
        return {"kind": Kind.CLI, **_picked(told, "tenant")}, "the Azure CLI"
    if auth_source == "env":
        return _environment_source(surroundings, profiles)
    if auth_source == "credential_file":
        return _profile(told.get("profile") or surroundings.get("profile") or "default", profiles)
    return _first_source(told, surroundings, profiles)


def _picked(values: Options, name: str) -> dict[str, Any]:
    return {name: values[name]} if name in values else {}


def _first_source(told: Options, surroundings: Options, profiles: Profiles) -> tuple[dict[str, Any], str]:
    if "profile" in told:
        return _profile(told["profile"], profiles)
    if _names_someone(told):
        return _without_others(surroundings, told) | dict(told), "the options of the task"
    if "profile" in surroundings or _names_someone(surroundings):
        return _environment_source(dict(surroundings) | dict(told), profiles)
    if profiles("default") is not None:
        return _profile("default", profiles)
    return {"kind": Kind.CLI, **_picked(told, "tenant")}, "the Azure CLI"


def _without_others(surroundings: Options, told: Options) -> dict[str, Any]:
    """The environment without what belongs to another identity than the one that the task names."""
    foreign = OF_A_USER if "client_id" in told and "ad_user" not in told else OF_A_CLIENT
    if _proves(told) or _names_another_client(surroundings, told):
        foreign = OF_A_CLIENT | OF_A_USER
    return {name: value for name, value in surroundings.items() if name not in foreign}


def _names_someone(values: Options) -> bool:
    return "client_id" in values or "ad_user" in values


def _names_another_client(surroundings: Options, told: Options) -> bool:
    return "client_id" in told and surroundings.get("client_id", told["client_id"]) != told["client_id"]


def _proves(values: Options) -> bool:
    return any(proof in values for proof in (*PROOFS, "password"))


def _environment_source(surroundings: Options, profiles: Profiles) -> tuple[dict[str, Any], str]:
    if "profile" in surroundings:
        return _profile(surroundings["profile"], profiles)
    if not _names_someone(surroundings):
        raise InvalidInput(
            "The environment holds no credentials for Azure. Set AZURE_CLIENT_ID with AZURE_SECRET and AZURE_TENANT, "
            "or set auth_source to another source."
        )
    return dict(surroundings), "the environment variables"


def _profile(name: str, profiles: Profiles) -> tuple[dict[str, Any], str]:
    section = profiles(name)
    if section is None:
        raise InvalidInput(
            f"There is no profile {name!r} in {CREDENTIALS_FILE}. Add a section [{name}] with client_id, secret, "
            "tenant and subscription_id, or name another profile."
        )
    known = {key: value for key, value in section.items() if key in ENVIRONMENT and value}
    return known, f"the profile {name!r} in {CREDENTIALS_FILE}"


def _identity(values: Options, source: str) -> Identity:
    """Who asks: without a secret or the like the values are of no use, and that is said here."""
    kind = values.get("kind")
    if kind is not None:
        return Identity(kind, source, tenant=values.get("tenant"), client_id=values.get("client_id"))
    if "ad_user" in values and not any(proof in values for proof in PROOFS):
        return _user(values, source)
    client_id = _required(values, "client_id", source)
    proof = next((name for name in PROOFS if name in values), None)
    if proof is None:
        raise InvalidInput(
            f"{capitalised(source)} name the client {client_id} but nothing that proves it. Give secret, "
            "x509_certificate_path, oidc_token or oidc_token_file_path, or set auth_source to msi."
        )
    return Identity(
        KIND_OF_PROOF[proof],
        source,
        tenant=_required(values, "tenant", source),
        client_id=client_id,
        proof=values[proof],
        thumbprint=values.get("thumbprint"),
    )


def _user(values: Options, source: str) -> Identity:
    return Identity(
        Kind.USER,
        source,
        tenant=values.get("tenant"),
        client_id=values.get("client_id"),
        proof=_required(values, "password", source),
        user=_required(values, "ad_user", source),
    )


def _required(values: Options, name: str, source: str) -> str:
    if name not in values:
        variables = " or ".join(ENVIRONMENT[name])
        raise InvalidInput(
            f"{capitalised(source)} lack {name}. Give the option {name} or set the environment variable {variables}."
        )
    return str(values[name])


def _cloud(values: Options) -> Cloud:
    """The cloud's addresses; single addresses given override those of the cloud named."""
    named = values.get("cloud_environment", "AzureCloud")
    if "://" in named:
        cloud = _known_by_address(named) or Cloud(named, "")
    elif named in CLOUDS:
        cloud = CLOUDS[named]
    else:
        raise InvalidInput(
            f"cloud_environment is {named!r}. Use one of {', '.join(CLOUDS)} or the https:// address of a "
            "resource manager."
        )
    authority = values.get("authority_url") or cloud.authority_url
    if not authority:
        raise InvalidInput(
            f"cloud_environment is the address {named!r}, whose authority is not known. Give authority_url too."
        )
    own = values.get("resource_manager_url")
    return Cloud(
        _address("resource_manager_url", own or cloud.resource_manager_url),
        _address("authority_url", authority),
        "" if own else cloud.audience,
    )


def _cloud_name(values: Options, resource_manager_url: str) -> str | None:
    """The name of the cloud: the one that is said, or the one that the address is known to belong to."""
    said = values.get("cloud_environment")
    if said in CLOUDS:
        return str(said)
    return next((name for name, cloud in CLOUDS.items() if cloud == _known_by_address(resource_manager_url)), None)


def _known_by_address(address: str) -> Cloud | None:
    plain = address.rstrip("/").lower()
    return next((cloud for cloud in CLOUDS.values() if cloud.resource_manager_url == plain), None)


def _address(name: str, text: str) -> str:
    complete = text if "://" in text else f"https://{text}"
    if not _is_plain_https(complete):
        shown = "an address with a user name or password" if "@" in text else repr(text)
        raise InvalidInput(
            f"{name} is {shown}. Tokens are sent over https only: write https:// and the host, with a port if needed."
        )
    return complete.rstrip("/")


def _proxy(address: str | None) -> str | None:
    """The proxy if it is one. A wrong one is not quoted, since it may hold a password."""
    if address is None:
        return None
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise InvalidInput(
            "proxy is not the address of an HTTP proxy. Write http:// and the host, with a port if needed, for example "
            "http://proxy.corp.contoso.com:8080."
        )
    return address


def _is_plain_https(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme == "https" and bool(parts.hostname) and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        return False


def _verification(values: Options) -> bool | str:
    mode = values.get("cert_validation_mode", "validate")
    _check_choice("cert_validation_mode", mode, VALIDATION_MODES)
    return False if mode == "ignore" else values.get("ca_bundle", True)


def _check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise InvalidInput(f"{name} is {value!r}. Use one of {', '.join(choices)}.")


def _truth(name: str, values: Options) -> bool:
    """A yes or no that may come from the environment as text; absent means no."""
    value = values.get(name, False)
    words = {"true": True, "yes": True, "1": True, "on": True, "false": False, "no": False, "0": False, "off": False}
    text = str(value).strip().lower()
    if text not in words:
        raise InvalidInput(f"{name} is {value!r}. Use true or false.")
    return words[text]

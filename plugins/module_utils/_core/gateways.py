# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The declaration of a gateway as every reader holds it: one frozen value, made once from the options."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Acceptance
from ansible_collections.configmgr.cmg.plugins.module_utils._core.known_words import unknown_word
from ansible_collections.configmgr.cmg.plugins.module_utils._core.rule_ids import RULE_IDS
from ansible_collections.configmgr.cmg.plugins.module_utils._core.rule_pages import PAGE, SITE

Options = Mapping[str, Any]
# What a gateway is called until its certificate tells its name.
NAMELESS = "(gateway without a service name)"


class DeploymentMethod(StrEnum):
    """How Configuration Manager deploys the gateway."""

    SCALE_SET = "scale_set"
    CLASSIC = "classic"


class Context(StrEnum):
    """Whether the gateway is still to be deployed, runs already, or is being converted from classic."""

    NEW = "new"
    EXISTING = "existing"
    CONVERT = "convert"


class Issuer(StrEnum):
    """Who signs the server authentication certificate."""

    PUBLIC = "public"
    ENTERPRISE = "enterprise"


@dataclass(frozen=True, slots=True)
class DnsPlacement:
    """Where and how the alias is kept. TTL in seconds; V(None) means: to be found."""

    subscription_id: str | None = None
    resource_group: str | None = None
    zone: str | None = None
    ttl: int = 3600
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CertificateSource:
    """Where a certificate comes from. Nothing is read here; O(served) means: from the running gateway."""

    path: str | None = None
    content: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    private_key_path: str | None = None
    private_key_content: str | None = field(default=None, repr=False)
    chain: tuple[str, ...] = ()
    trusted_roots: tuple[str, ...] = ()
    served: bool = False
    current: CertificateSource | None = None


@dataclass(frozen=True, slots=True)
class ClientKind:
    """A kind of client: what it is joined to, its Windows version, whether it has a token of the site."""

    join_state: str
    windows: str = "11"
    token: bool = False


@dataclass(frozen=True, slots=True)
class ClientAuthentication:
    """How clients authenticate. The paths name CA certificates to upload and sample client certificates."""

    methods: tuple[str, ...] = ()
    trust_chain: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    verify_revocation: bool = True
    clients: tuple[ClientKind, ...] = ()


@dataclass(frozen=True, slots=True)
class ManagementPoint:
    """The management point behind the gateway: V(http), V(enhanced_http) or V(https), certificate, names."""

    mode: str = "https"
    certificate: CertificateSource | None = None
    hostnames: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ManagementCertificate:
    """The two halves of the Azure management certificate of a classic deployment."""

    path: str | None = None
    pfx_path: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Gateway:
    """One declared gateway, as declared: nothing is normalised, so that findings can quote the user's own spelling.

    O(unnamed) is no option: it says in whole sentences why its certificate, where it has one, gave it no name.
    """

    service_name: str | None
    region: str | None
    prefix: str | None = None
    cloud_environment: str = "AzureCloud"
    deployment_method: DeploymentMethod = DeploymentMethod.SCALE_SET
    deployment_domain: str | None = None
    site_version: str | None = None
    context: Context = Context.NEW
    issuer: Issuer = Issuer.PUBLIC
    content_enabled: bool = True
    resource_group: str | None = None
    dns: DnsPlacement = DnsPlacement()
    server_certificate: CertificateSource | None = None
    client_authentication: ClientAuthentication | None = None
    management_point: ManagementPoint | None = None
    management_certificate: ManagementCertificate | None = None
    accept: tuple[Acceptance, ...] = ()
    name: str | None = None
    unnamed: str | None = None

    @property
    def label(self) -> str:
        """What findings and messages call this gateway before its names are known to be right."""
        if self.name:
            return self.name
        if self.prefix and self.service_name and self.service_name.startswith("*."):
            return f"{self.prefix}{self.service_name[1:]}"
        return self.service_name or self.prefix or NAMELESS


def gateways_from_options(options: Sequence[Options]) -> list[Gateway]:
    """The gateways of an O(gateways) option that an argument spec has checked, in the same order.

    :raises InvalidInput: for what an argument spec cannot say, such as a date that is none.
    """
    return [gateway_from_options(entry) for entry in options]


def gateway_from_options(options: Options) -> Gateway:
    """One gateway from one entry of O(gateways); absent and V(none) both mean the default."""
    given = _given(options)
    values = {name: _READERS[name](value) if name in _READERS else value for name, value in given.items()}
    return Gateway(service_name=values.pop("service_name", None), region=values.pop("region", None), **values)


def _given(options: Options) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _with_tuples(options: Options) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in _given(options).items()}


def _dns_placement(options: Options) -> DnsPlacement:
    # An empty text is what a template gives that has nothing to say.
    values = {name: value for name, value in _given(options).items() if value != ""}
    metadata = {str(name): _metadata_text(str(name), value) for name, value in values.pop("metadata", {}).items()}
    return DnsPlacement(**values, metadata=metadata)


def _metadata_text(name: str, value: object) -> str:
    """A value of metadata as Azure keeps it, which is text, spelled as in YAML and not as Python would."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (str, int, float)):
        return str(value)
    seen = "a list" if isinstance(value, (list, tuple)) else "a dictionary" if isinstance(value, Mapping) else "null"
    raise InvalidInput(
        f"dns.metadata.{name} is {seen}. Azure keeps texts only: "
        f"write a text, a number, true or false, or leave out {name}."
    )


def _certificate_source(options: Options) -> CertificateSource:
    values = _with_tuples(options)
    current = values.pop("current", None)
    return CertificateSource(**values, current=_certificate_source(current) if current is not None else None)


def _client_authentication(options: Options) -> ClientAuthentication:
    values = _with_tuples(options)
    clients = tuple(ClientKind(**_given(client)) for client in values.pop("clients", ()))
    return ClientAuthentication(**values, clients=clients)


def _management_point(options: Options) -> ManagementPoint:
    values = _with_tuples(options)
    certificate = values.pop("certificate", None)
    return ManagementPoint(**values, certificate=_certificate_source(certificate) if certificate is not None else None)


def _acceptances(entries: Iterable[Options]) -> tuple[Acceptance, ...]:
    return tuple(
        Acceptance(rule=_known_rule(entry["rule"]), reason=entry["reason"], until=_day(entry.get("until")))
        for entry in entries
    )


def _known_rule(rule: str) -> str:
    """The id itself. One that is misspelled would tolerate nothing, and nobody would notice."""
    if rule not in RULE_IDS:
        raise unknown_word("accept.rule", rule, RULE_IDS, f"Every rule is listed at {SITE}{PAGE}.")
    return rule


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(
            f"accept.until is {text!r}, which is not a date. Write it as YYYY-MM-DD, for example '2027-03-31'."
        ) from None


_READERS: dict[str, Callable[[Any], Any]] = {
    "deployment_method": DeploymentMethod,
    "context": Context,
    "issuer": Issuer,
    "dns": _dns_placement,
    "server_certificate": _certificate_source,
    "client_authentication": _client_authentication,
    "management_point": _management_point,
    "management_certificate": lambda value: ManagementCertificate(**_given(value)),
    "accept": _acceptances,
}

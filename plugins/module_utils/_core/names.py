# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Every name that a gateway needs, computed from its declaration, and what is wrong with the declaration."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.clouds import normalise_region
from ansible_collections.configmgr.cmg.plugins.module_utils._core.counting import first_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.deployment_rules import CLOUD, METHOD, REGION
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Finding, Rule, Severity, is_valid
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import Context, DeploymentMethod, Gateway
from ansible_collections.configmgr.cmg.plugins.module_utils._core.name_reading import (
    AZURE_NAMES_PAGE,
    CERTIFICATE_PAGE,
    Reading,
    listed,
    read,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.name_rules import PREFIX, SERVICE

__all__ = [
    "RULES",
    "Endpoints",
    "GatewayNames",
    "deployment_name_of",
    "duplicate_findings",
    "judged_names",
    "names_of",
    "normalise_region",
]

MOST_OTHERS = 5
SAME_SERVICE_NAME = Rule("DUPLICATE-001", "Each service name is used once", Severity.ERROR, (CERTIFICATE_PAGE,))
SAME_DEPLOYMENT_NAME = Rule("DUPLICATE-002", "Each deployment name is used once", Severity.ERROR, (CERTIFICATE_PAGE,))
SAME_RESOURCES = Rule(
    "DUPLICATE-003",
    "Each storage account and key vault is used once",
    Severity.ERROR,
    (CERTIFICATE_PAGE, AZURE_NAMES_PAGE),
)

RULES: tuple[Rule, ...] = (
    *(check.rule for family in (SERVICE, PREFIX, REGION, CLOUD, METHOD) for check in family),
    SAME_SERVICE_NAME,
    SAME_DEPLOYMENT_NAME,
    SAME_RESOURCES,
)


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The host names of what the gateway brings along; firewalls have to let clients and connection points reach them.

    Source: Microsoft Learn, Internet access requirements, cloud services.
    """

    blob: str | None = None
    table: str | None = None
    vault: str | None = None


@dataclass(frozen=True, slots=True)
class GatewayNames:
    """The names of one gateway, in lower case. V(None) is what an error keeps from being known.

    O(gateway) is what findings call it. O(legacy) marks a classic deployment, which has no key vault. O(convertible)
    is V(None) where nothing is to be converted. O(classic_deployment_name) is the name that a classic deployment of
    the same prefix has, by which the alias of a gateway that is being converted is recognised.
    """

    gateway: str
    service_name: str | None
    prefix: str | None
    region: str | None
    cloud_environment: str
    deployment_method: DeploymentMethod
    deployment_name: str | None = None
    cname_required: bool | None = None
    storage_account: str | None = None
    key_vault: str | None = None
    endpoints: Endpoints = Endpoints()
    classic_deployment_name: str | None = None
    legacy: bool = False
    convertible: bool | None = None

    @property
    def alias(self) -> dict[str, str] | None:
        """The CNAME that the gateway needs, C({name, target}), or V(None) if it needs none or cannot have one."""
        if not self.cname_required or self.service_name is None or self.deployment_name is None:
            return None
        return {"name": self.service_name, "target": self.deployment_name}

    def as_dict(self) -> dict[str, Any]:
        """The names as modules return them."""
        names = asdict(self)
        del names["gateway"]
        return {**names, "deployment_method": str(self.deployment_method), "alias": self.alias}


def names_of(gateway: Gateway, certificate_name: str | None = None) -> tuple[GatewayNames, list[Finding]]:
    """The names of a gateway and what its declaration has against it, in the order of the rules.

    :param certificate_name: the common name of the server certificate, where it has been read. It is the service
        name where none is declared, and has to fit a certificate in any case.
    :raises InvalidInput: for a cloud that does not exist.
    """
    reading = read(gateway, certificate_name)
    service, prefix, region, cloud = (family.findings(reading) for family in (SERVICE, PREFIX, REGION, CLOUD))
    method = METHOD.findings(reading)
    prefix_known = reading.label is not None and _harmless(prefix) and reading.cloud.supported
    place_known = _harmless(region) or not reading.needs_region
    one_name = reading.azure_name in (None, reading.deployment_name)
    name_known = prefix_known and place_known and one_name and _harmless([*service, *cloud])
    names = _names(reading, prefix_known=prefix_known, name_known=name_known, region_known=_harmless(region))
    return names, [*service, *prefix, *region, *cloud, *method]


def _harmless(findings: Sequence[Finding]) -> bool:
    """Whether nothing among the findings makes a name unknown. Who may sign a certificate does not."""
    return is_valid(finding for finding in findings if finding.rule != "CLOUD-003")


def _names(reading: Reading, *, prefix_known: bool, name_known: bool, region_known: bool) -> GatewayNames:
    gateway, cloud, service_name = reading.gateway, reading.cloud, reading.service_name
    prefix = reading.label.lower() if reading.label else None
    account = prefix if prefix_known else None
    vault = account if reading.scale_set else None
    return GatewayNames(
        gateway=gateway.label,
        service_name=service_name,
        prefix=prefix,
        region=reading.region if region_known else None,
        cloud_environment=cloud.name,
        deployment_method=gateway.deployment_method,
        deployment_name=reading.deployment_name if name_known else None,
        cname_required=None if service_name is None else reading.azure_name is None,
        storage_account=account,
        key_vault=vault,
        endpoints=Endpoints(
            blob=_below(cloud.blob_domain, account),
            table=_below(cloud.table_domain, account),
            vault=_below(cloud.vault_domain, vault),
        ),
        classic_deployment_name=_below(cloud.classic_domain, account),
        legacy=not reading.scale_set,
        convertible=_convertible(reading),
    )


def _below(domain: str | None, label: str | None) -> str | None:
    return f"{label}.{domain}" if domain and label else None


def _convertible(reading: Reading) -> bool | None:
    if reading.service_name is None or (reading.scale_set and reading.gateway.context is not Context.CONVERT):
        return None
    return not reading.classic_service_name


def deployment_name_of(gateway: Gateway) -> str:
    """The deployment name of a gateway alone. What the site can deploy is no question here, only the name is.

    :raises InvalidInput: when there is anything wrong with the names; one sentence for each finding.
    """
    names, findings = names_of(gateway)
    wrong = [finding for finding in findings if not finding.rule.startswith("METHOD-") and not is_valid([finding])]
    if wrong or names.deployment_name is None:
        reasons = " ".join(f"{finding.observed} {finding.remedy} ({finding.rule})" for finding in wrong)
        raise InvalidInput(f"{gateway.label!r} has no usable deployment name: {reasons}")
    return names.deployment_name


def duplicate_findings(names: Sequence[GatewayNames]) -> list[list[Finding]]:
    """What the gateways of one list take from each other, for each of them in the same order.

    Two declarations are reported once, by the most telling name that they share: the same service name implies the
    same prefix, and the same deployment name the same storage account.

    Source: Microsoft Learn, CMG server authentication certificate: all these names are unique in Azure.
    """
    holders = [_positions(map(key, names)) for _rule, _subject, key in _DUPLICATE_RULES]
    labels = _labels([own.gateway for own in names])
    return [_duplicates_of(position, own, holders, labels) for position, own in enumerate(names)]


def _labels(gateways: Sequence[str]) -> list[str]:
    """What each gateway of a list is told from the others by: what it is called, or else its place."""
    called = Counter(gateways)
    return [name if called[name] == 1 else f"gateways[{position}]" for position, name in enumerate(gateways)]


_DUPLICATE_RULES: tuple[tuple[Rule, str, Callable[[GatewayNames], str | None]], ...] = (
    (SAME_SERVICE_NAME, "service name", lambda names: names.service_name),
    (SAME_DEPLOYMENT_NAME, "deployment name", lambda names: names.deployment_name),
    # The same account name in two clouds is two accounts: the host name tells them apart.
    (SAME_RESOURCES, "storage account", lambda names: names.endpoints.blob),
)


def _positions(values: Iterable[str | None]) -> dict[str, list[int]]:
    """Where each value occurs."""
    found: dict[str, list[int]] = defaultdict(list)
    for position, value in enumerate(values):
        if value is not None:
            found[value].append(position)
    return found


def _duplicates_of(
    position: int, own: GatewayNames, holders: Sequence[Mapping[str, list[int]]], labels: Sequence[str]
) -> list[Finding]:
    told, findings = {position}, []
    for (rule, subject, key), positions in zip(_DUPLICATE_RULES, holders, strict=True):
        value = key(own)
        others = [other for other in positions.get(value, ()) if other not in told] if value is not None else []
        if value is not None and others:
            told.update(others)
            findings.append(_duplicate(rule, subject, own, [labels[other] for other in others], value))
    return findings


def _duplicate(rule: Rule, subject: str, own: GatewayNames, others: Sequence[str], value: str) -> Finding:
    # A list that is all one gateway would say each entry to each other one.
    told = listed(others) if len(others) <= MOST_OTHERS else first_of(others, MOST_OTHERS)
    return rule.finding(
        gateway=own.gateway,
        subject=subject,
        observed=f"{value!r} is also the {subject} of {told}.",
        expected=f"A {subject} for each gateway that no other one has.",
        remedy="Give each gateway a prefix of its own, or remove the declaration that is there twice.",
    )


def judged_names(gateways: Sequence[Gateway]) -> list[tuple[dict[str, Any], list[Finding]]]:
    """The names of each gateway as modules return them, with all that is wrong, also between the gateways."""
    judged = [names_of(gateway) for gateway in gateways]
    duplicates = duplicate_findings([names for names, _findings in judged])
    return [(names.as_dict(), [*own, *shared]) for (names, own), shared in zip(judged, duplicates, strict=True)]

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What a declaration says about names, taken apart once, so that each naming rule is one question to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ansible_collections.configmgr.cmg.plugins.module_utils._core.clouds import (
    REGION_PLACEHOLDER,
    Cloud,
    cloud_named,
    in_azure_domain,
    is_within,
    normalise_region,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Finding, Rule, Severity
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import DeploymentMethod, Gateway

WILDCARD = "*"
SITE_VERSION = re.compile(r"\d\d(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Reading:
    """A gateway's names as declared, taken apart but not judged.

    O(common_name) is empty where nothing says it; O(labels) also where it is no dotted name at all. O(prefix) is
    spelled as the user spelled it, O(region) is an Azure location or what the user wrote instead of one, O(version)
    is V(2503) for V("2503"), and V(None) for the current branch.
    """

    gateway: Gateway
    cloud: Cloud
    common_name: str
    certificate_name: str
    labels: tuple[str, ...]
    prefix: str | None
    region: str | None
    version: int | None

    @property
    def scale_set(self) -> bool:
        return self.gateway.deployment_method is DeploymentMethod.SCALE_SET

    @property
    def wildcard(self) -> bool:
        return self.labels[:1] == (WILDCARD,)

    @property
    def label(self) -> str | None:
        """The prefix where it is one label, so that it makes sense to look at its characters."""
        return None if self.prefix is None or "." in self.prefix else self.prefix

    @property
    def service_name(self) -> str | None:
        """The name that clients use, in lower case: the common name, or the prefix in the place of the asterisk."""
        if not self.wildcard:
            return ".".join(self.labels).lower() or None
        return ".".join((self.label, *self.labels[1:])).lower() if self.label else None

    @property
    def domain_template(self) -> str:
        """The domain of the deployment name, with C({region}) where the Azure location belongs."""
        known = self.cloud.scale_set_domain if self.scale_set else self.cloud.classic_domain
        return self.gateway.deployment_domain or known

    @property
    def needs_region(self) -> bool:
        return REGION_PLACEHOLDER in self.domain_template

    @property
    def deployment_name(self) -> str | None:
        """What the deployment name is if every part of it is right, in lower case."""
        if self.label is None or (self.needs_region and not self.region):
            return None
        domain = self.domain_template.replace(REGION_PLACEHOLDER, self.region or "")
        return f"{self.label}.{domain}".lower()

    @property
    def azure_name(self) -> str | None:
        """The service name where only Microsoft could publish it; no alias is possible then."""
        name = self.service_name
        if name is None:
            return None
        _region, placeholder, rest = self.domain_template.rpartition(f"{REGION_PLACEHOLDER}.")
        own = rest if placeholder else self.domain_template
        return name if in_azure_domain(name) or is_within(name, own) else None

    @property
    def classic_service_name(self) -> bool:
        """Whether the service name itself lies in the domain of classic cloud services."""
        return self.service_name is not None and is_within(self.service_name, self.cloud.classic_domain)


def read(gateway: Gateway, certificate_name: str | None = None) -> Reading:
    """Take the names of a declaration apart. O(certificate_name) stands in for a service name that is not declared.

    :raises InvalidInput: for a cloud that does not exist.
    """
    common_name = gateway.service_name or certificate_name or ""
    labels = tuple(common_name.split(".")) if is_plain(common_name) else ()
    return Reading(
        gateway=gateway,
        cloud=cloud_named(gateway.cloud_environment),
        common_name=common_name,
        certificate_name=certificate_name or common_name,
        labels=labels,
        prefix=_prefix(labels, gateway.prefix or None),
        region=normalise_region(gateway.region or "") or None,
        version=site_version(gateway.site_version),
    )


def is_plain(name: str) -> bool:
    """Whether the text is a name and nothing else: no URL, port, blank, final dot or IPv4 address."""
    foreign = re.search(r"[\s/:@\\,;]", name) or name.endswith(".") or name.rpartition(".")[2].isdigit()
    return bool(name) and not foreign


def site_version(text: str | None) -> int | None:
    """A site's version as a number that compares, or V(None) where it is absent or does not read YYMM."""
    return int(text) if text and SITE_VERSION.fullmatch(text) else None


def _prefix(labels: Sequence[str], given: str | None) -> str | None:
    first = labels[0] if labels else WILDCARD
    if first == WILDCARD:
        return given
    return None if WILDCARD in first else first or None


@dataclass(frozen=True, slots=True)
class Objection:
    """What a rule has to say against a declaration; O(severity) where circumstances change the rule's own."""

    observed: str
    expected: str
    remedy: str
    severity: Severity | None = None


Question: TypeAlias = "Callable[[Reading], Objection | None]"


@dataclass(frozen=True, slots=True)
class Check:
    """A rule together with the question that it asks. Each asks about one defect, so that none is reported twice."""

    rule: Rule
    subject: str
    question: Question

    def finding(self, reading: Reading) -> Finding | None:
        """The finding that the rule leaves, if it objects."""
        objection = self.question(reading)
        if objection is None:
            return None
        return self.rule.finding(
            gateway=reading.gateway.label,
            subject=self.subject,
            observed=objection.observed,
            expected=objection.expected,
            remedy=objection.remedy,
            severity=objection.severity,
        )


class Checks(list[Check]):
    """The checks of one family, in the order of their ids."""

    def rule(
        self, rule_id: str, title: str, *sources: str, subject: str, severity: Severity = Severity.ERROR
    ) -> Callable[[Question], Question]:
        """A decorator: the function below answers this rule's question."""

        def register(question: Question) -> Question:
            rule = Rule(id=rule_id, title=title, severity=severity, sources=sources)
            self.append(Check(rule, subject, question))
            return question

        return register

    def findings(self, reading: Reading) -> list[Finding]:
        """What the rules of this family have to say about a declaration."""
        return [finding for check in self if (finding := check.finding(reading))]


def listed(words: Iterable[str], conjunction: str = "and") -> str:
    """Words as a sentence has them: V(a), V(a and b), V(a, b and c)."""
    *head, last = words
    return f"{', '.join(head)} {conjunction} {last}" if head else last


CMG_DOCS = "https://learn.microsoft.com/intune/configmgr/core/clients/manage/cmg"
CHANGES_DOCS = "https://learn.microsoft.com/intune/configmgr/core/plan-design/changes"
CERTIFICATE_PAGE = f"Microsoft Learn: CMG server authentication certificate, {CMG_DOCS}/server-auth-cert"
SUPPORTED_PAGE = f"Microsoft Learn: Supported configurations for CMG, {CMG_DOCS}/supported-configurations"
PLAN_PAGE = f"Microsoft Learn: Plan for the CMG, {CMG_DOCS}/plan-cloud-management-gateway"
SETUP_PAGE = f"Microsoft Learn: Set up a CMG, {CMG_DOCS}/setup-cloud-management-gateway"
MODIFY_PAGE = f"Microsoft Learn: Modify a CMG, {CMG_DOCS}/modify-cloud-management-gateway"
REMOVED_PAGE = (
    "Microsoft Learn: Removed and deprecated features for Configuration Manager, "
    f"{CHANGES_DOCS}/deprecated/removed-and-deprecated-cmfeatures"
)
AZURE_NAMES_PAGE = (
    "Microsoft Learn: Naming rules and restrictions for Azure resources, "
    "https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules"
)

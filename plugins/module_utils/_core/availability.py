# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Whether the names of a gateway are free, ours or somebody else's: from what Azure says to one status for each.

Azure's checks say of a name that it is taken, not by whom. What the subscription itself holds is listed once and
compared. Source of the reading: Microsoft Learn, Set up a CMG, and the descriptions of the three checks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Finding, is_valid
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import Context, DeploymentMethod, Gateway
from ansible_collections.configmgr.cmg.plugins.module_utils._core.names import GatewayNames
from ansible_collections.configmgr.cmg.plugins.module_utils._core.providers import (
    KEY_VAULT,
    NETWORK,
    PARTS,
    STORAGE,
    Provider,
    unusable,
)

T = TypeVar("T")
GROUP_IN_ID = re.compile(r"/resourceGroups/([^/]+)", re.IGNORECASE)
CLOUD_SERVICE = "Microsoft.ClassicCompute/domainNames"


class Kind(StrEnum):
    """The three things that are named after the prefix and need a name that nobody else has."""

    LABEL = "DNS label"
    STORAGE = "storage account"
    VAULT = "key vault"


NAMESPACE_OF: Mapping[Kind, str] = {
    Kind.LABEL: NETWORK,
    Kind.STORAGE: STORAGE,
    Kind.VAULT: KEY_VAULT,
}
TYPE_OF: Mapping[Kind, str] = {kind: f"{namespace}/{PARTS[namespace]}" for kind, namespace in NAMESPACE_OF.items()}


@dataclass(frozen=True, slots=True)
class NameCheck:
    """A name to ask for. Only a DNS label has a location, an Azure location, in which alone it is unique."""

    kind: Kind
    name: str
    location: str | None = None


class Reply(StrEnum):
    """What Azure says of a name."""

    FREE = "free"
    TAKEN = "taken"
    INVALID = "invalid"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """Azure's word on a name, with its message, or why there is none."""

    reply: Reply
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """A list as it was read once. O(reason) says why it could not be; then it says nothing about what there is."""

    items: tuple[T, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource of the subscription. O(type) is in lower case, O(label) the DNS label of a public IP address."""

    id: str
    type: str
    name: str
    location: str
    label: str | None = None

    @property
    def resource_group(self) -> str:
        """The group that the id names, as Azure spells it."""
        match = GROUP_IN_ID.search(self.id)
        return match[1] if match else ""


@dataclass(frozen=True, slots=True)
class DeletedVault:
    """A key vault that is deleted and holds its name until it is purged. Dates are as Azure writes them."""

    name: str
    location: str
    deletion_date: str | None = None
    scheduled_purge_date: str | None = None
    purge_protection: bool = False


@dataclass(frozen=True, slots=True)
class ResourceGroup:
    """A resource group and its Azure location."""

    name: str
    location: str


@dataclass(frozen=True, slots=True)
class Estate:
    """What a subscription holds, as far as gateways are concerned.

    O(out_of_reach) says why nothing of it, nor any name, can be asked for.
    """

    subscription_id: str
    providers: Listing[Provider] = field(default_factory=Listing)
    resources: Listing[Resource] = field(default_factory=Listing)
    public_ips: Listing[Resource] = field(default_factory=Listing)
    deleted_vaults: Listing[DeletedVault] = field(default_factory=Listing)
    resource_groups: Listing[ResourceGroup] = field(default_factory=Listing)
    out_of_reach: str | None = None

    @classmethod
    def unread(cls, subscription_id: str, reason: str) -> Estate:
        """An estate of which nothing is known, for that reason."""
        return cls(
            subscription_id,
            providers=Listing(reason=reason),
            resources=Listing(reason=reason),
            public_ips=Listing(reason=reason),
            deleted_vaults=Listing(reason=reason),
            resource_groups=Listing(reason=reason),
            out_of_reach=reason,
        )

    def holder(self, check: NameCheck) -> Resource | None:
        """The resource of the subscription that has the name."""
        if check.kind is Kind.LABEL:
            return next((one for one in self.public_ips.items if _has_label(one, check)), None)
        return self.resource(TYPE_OF[check.kind], check.name)

    def resource(self, resource_type: str, name: str) -> Resource | None:
        """The listed resource of that type and name. Azure compares both without regard to case."""
        wanted = (resource_type.lower(), name.lower())
        return next((one for one in self.resources.items if (one.type, one.name.lower()) == wanted), None)

    def unreadable(self, kind: Kind) -> str | None:
        """Why it is not known what the subscription holds of a kind."""
        return (self.public_ips if kind is Kind.LABEL else self.resources).reason

    def deleted_vault(self, name: str) -> DeletedVault | None:
        """The deleted vault of that name."""
        return next((one for one in self.deleted_vaults.items if one.name.lower() == name.lower()), None)

    def lacks_provider(self, kind: Kind) -> bool:
        """Whether the subscription is known not to be registered for what a kind belongs to."""
        return self.providers.reason is None and NAMESPACE_OF[kind] in unusable(self.providers.items)


def _has_label(address: Resource, check: NameCheck) -> bool:
    return (address.label or "").lower() == check.name.lower() and address.location == check.location


class Availability(StrEnum):
    """What is true of a name, seen from the gateway that wants it."""

    AVAILABLE = "available"
    OWNED = "owned"
    TAKEN_ELSEWHERE = "taken_elsewhere_in_subscription"
    SOFT_DELETED = "soft_deleted"
    TAKEN = "taken"
    INVALID = "invalid"
    UNKNOWN = "unknown"
    NOT_REQUIRED = "not_required"


@dataclass(frozen=True, slots=True)
class NameStatus:
    """One status with what it rests on. O(declared_wrong) says that Azure was not asked, for no fault of its own."""

    status: Availability
    name: str | None = None
    reason: str | None = None
    holder: Resource | None = None
    deleted: DeletedVault | None = None
    declared_wrong: bool = False


def wanted(gateway: Gateway, names: GatewayNames, findings: Sequence[Finding]) -> dict[Kind, NameCheck | NameStatus]:
    """What has to be asked for a gateway, or what is plain without asking.

    :param findings: what the naming rules found.
    """
    storage = _check_or_excuse(Kind.STORAGE, names.storage_account, findings)
    vault = _check_or_excuse(Kind.VAULT, names.key_vault, findings)
    if gateway.deployment_method is DeploymentMethod.CLASSIC:
        return {
            Kind.LABEL: _classic_label(names),
            Kind.STORAGE: storage,
            Kind.VAULT: NameStatus(Availability.NOT_REQUIRED),
        }
    label = _label_in_region(names, findings) if isinstance(vault, NameCheck) else vault
    return {Kind.LABEL: label, Kind.STORAGE: storage, Kind.VAULT: vault}


def _check_or_excuse(kind: Kind, name: str | None, findings: Sequence[Finding]) -> NameCheck | NameStatus:
    return NameCheck(kind, name) if name else _excuse(findings, "PREFIX-")


def _label_in_region(names: GatewayNames, findings: Sequence[Finding]) -> NameCheck | NameStatus:
    if names.region is None:
        return _excuse(findings, "REGION-")
    return NameCheck(Kind.LABEL, str(names.key_vault), names.region)


def _excuse(findings: Sequence[Finding], family: str) -> NameStatus:
    """Why a name that the naming rules refuse was not asked for."""
    errors = [finding for finding in findings if not is_valid([finding])]
    of_family = [finding for finding in errors if finding.rule.startswith(family)]
    status = Availability.INVALID if of_family and family == "PREFIX-" else Availability.UNKNOWN
    told = (of_family or errors)[:1]
    reason = f"{told[0].observed} ({told[0].rule})" if told else "The declaration does not tell the name."
    return NameStatus(status, reason=reason, declared_wrong=True)


def _classic_label(names: GatewayNames) -> NameStatus:
    reason = (
        f"Azure has no check for {names.classic_deployment_name or 'names of classic cloud services'}: classic cloud "
        "services are history."
    )
    return NameStatus(Availability.UNKNOWN, names.prefix, reason)


def foreign_cloud(names: GatewayNames, connected: str | None) -> str | None:
    """Why nothing can be said of a gateway over a connection to another cloud than its own; V(None) if it is its own.

    :param connected: the name of the connection's cloud, V(None) for a private address, which is taken for the right
        one.
    """
    if connected is None or connected == names.cloud_environment:
        return None
    return (
        f"The gateway belongs to {names.cloud_environment} and the connection is to {connected}, where its names mean "
        "nothing. Judge it in a task of its own, with cloud_environment set to its cloud."
    )


def settled(check: NameCheck, gateway: Gateway, estate: Estate) -> NameStatus | None:
    """The status of a name that the subscription itself holds, or that cannot be asked for; V(None): ask Azure."""
    if estate.out_of_reach:
        return NameStatus(Availability.UNKNOWN, check.name, estate.out_of_reach)
    holder = estate.holder(check)
    if holder is not None:
        status = Availability.OWNED if is_expected(holder, gateway) else Availability.TAKEN_ELSEWHERE
        return NameStatus(status, check.name, holder=holder)
    deleted = estate.deleted_vault(check.name) if check.kind is Kind.VAULT else None
    if deleted is not None:
        return NameStatus(Availability.SOFT_DELETED, check.name, deleted=deleted)
    if estate.lacks_provider(check.kind):
        reason = f"The subscription is not registered for {NAMESPACE_OF[check.kind]}."
        return NameStatus(Availability.UNKNOWN, check.name, reason)
    return None


def is_expected(holder: Resource, gateway: Gateway) -> bool:
    """Whether a resource that has the gateway's name is the gateway's own.

    It is in the resource group that is declared. Without a declared one, a gateway that runs already may be in any;
    one that is new cannot have resources yet.
    """
    if gateway.resource_group:
        return holder.resource_group.lower() == gateway.resource_group.lower()
    return gateway.context is not Context.NEW


def judged(check: NameCheck, answer: Answer, estate: Estate) -> NameStatus:
    """The status of a name that nothing readable in the subscription holds, from Azure's answer.

    What Azure did not answer is never available, and a name that is taken may be our own where our own resources
    could not be listed.
    """
    unreadable = estate.unreadable(check.kind)
    if answer.reply is not Reply.TAKEN:
        return NameStatus(PLAIN[answer.reply], check.name, answer.reason)
    if unreadable:
        reason = f"The name is taken, but whether by us is not known. {unreadable}"
        return NameStatus(Availability.UNKNOWN, check.name, reason)
    return NameStatus(Availability.TAKEN, check.name, _taken_by(check, answer, estate))


PLAIN: Mapping[Reply, Availability] = {
    Reply.FREE: Availability.AVAILABLE,
    Reply.INVALID: Availability.INVALID,
    Reply.UNKNOWN: Availability.UNKNOWN,
}


def _taken_by(check: NameCheck, answer: Answer, estate: Estate) -> str:
    deleted = estate.deleted_vaults.reason if check.kind is Kind.VAULT else None
    parts = [
        answer.reason,
        f"Nothing that these credentials see in the subscription {estate.subscription_id} has it.",
        f"Whether a deleted vault of ours holds it is not known. {deleted}" if deleted else None,
    ]
    return " ".join(part for part in parts if part)


def of_classic(status: NameStatus, names: GatewayNames, estate: Estate) -> NameStatus:
    """The status of a classic gateway's name: ours if the subscription has the cloud service."""
    service = cloud_service(names, estate)
    return NameStatus(Availability.OWNED, names.prefix, holder=service) if service else status


def cloud_service(names: GatewayNames, estate: Estate) -> Resource | None:
    """The classic cloud service that has the gateway's prefix as its name."""
    return estate.resource(CLOUD_SERVICE, names.prefix) if names.prefix else None


class AliasState(StrEnum):
    """What the zone holds at the service name, seen from the deployment name."""

    HERE = "points_here"
    ELSEWHERE = "points_elsewhere"
    ABSENT = "absent"
    UNKNOWN = "unknown"
    NOT_READ = "not_read"
    NOT_REQUIRED = "not_required"


@dataclass(frozen=True, slots=True)
class AliasFact:
    """The alias of a gateway as its zone has it. O(marked) says that this collection made it."""

    state: AliasState
    target: str | None = None
    zone: str | None = None
    marked: bool = False
    reason: str | None = None


def needs_alias_read(names: GatewayNames, label: NameStatus) -> bool:
    """Whether an alias could lead to somebody else: where its target is free, or somebody else's already."""
    return bool(names.cname_required and names.deployment_name) and label.status in (
        Availability.AVAILABLE,
        Availability.TAKEN,
    )


def claimed(label: NameStatus) -> bool | None:
    """Whether a gateway's DNS label is held by a resource of ours, V(None) if that is not known."""
    if label.status in (Availability.OWNED, Availability.TAKEN_ELSEWHERE):
        return True
    return None if label.status is Availability.UNKNOWN else False

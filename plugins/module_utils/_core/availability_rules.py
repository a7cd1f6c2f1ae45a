# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What the state of names, region and resource group has against deploying a gateway, as findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.configmgr.cmg.plugins.module_utils._core.availability import (
    AliasFact,
    AliasState,
    Availability,
    Estate,
    Kind,
    NameStatus,
    Resource,
    ResourceGroup,
    cloud_service,
    needs_alias_read,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.deployment_rules import CLASSIC_BLOCKS_UPGRADE
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Finding, Rule, Severity, Status
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import Context, DeploymentMethod, Gateway
from ansible_collections.configmgr.cmg.plugins.module_utils._core.name_reading import (
    CERTIFICATE_PAGE,
    MODIFY_PAGE,
    REMOVED_PAGE,
    SETUP_PAGE,
    listed,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.names import GatewayNames
from ansible_collections.configmgr.cmg.plugins.module_utils._core.providers import (
    PROVIDERS_PAGE,
    missing_parts,
    registration_finding,
    unusable,
)

DANGLING_PAGE = (
    "Microsoft Learn: Prevent dangling DNS entries and avoid subdomain takeover, "
    "https://learn.microsoft.com/azure/security/fundamentals/subdomain-takeover"
)
SOFT_DELETE_PAGE = (
    "Microsoft Learn: Azure Key Vault soft-delete overview, "
    "https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview"
)

RULES = (
    LABEL := Rule("AVAIL-001", "The DNS label is free or ours", Severity.ERROR, (CERTIFICATE_PAGE, SETUP_PAGE)),
    STORAGE := Rule("AVAIL-002", "The storage account's name is free or ours", Severity.ERROR, (CERTIFICATE_PAGE,)),
    VAULT := Rule(
        "AVAIL-003", "The key vault's name is free or ours", Severity.ERROR, (CERTIFICATE_PAGE, SOFT_DELETE_PAGE)
    ),
    COMPLETE := Rule("AVAIL-004", "What the context says exists, exists", Severity.ERROR, (MODIFY_PAGE,)),
    DANGLING := Rule("AVAIL-005", "No alias leads to a free name", Severity.CRITICAL, (DANGLING_PAGE,)),
    STRANGER := Rule("AVAIL-006", "No alias leads to somebody else's name", Severity.CRITICAL, (DANGLING_PAGE,)),
    UNCLAIMED := Rule(
        "AVAIL-007", "The name is claimed before its alias is made", Severity.WARNING, (DANGLING_PAGE, CERTIFICATE_PAGE)
    ),
    REGION := Rule("AVAIL-008", "The region offers all that is deployed", Severity.ERROR, (SETUP_PAGE, PROVIDERS_PAGE)),
    GROUP := Rule("AVAIL-009", "The resource group exists", Severity.ERROR, (SETUP_PAGE,)),
    GROUP_REGION := Rule("AVAIL-010", "The resource group is in the gateway's region", Severity.ERROR, (SETUP_PAGE,)),
    CLASSIC_LEFT := Rule(
        "AVAIL-011", "No classic cloud service is left", Severity.WARNING, (REMOVED_PAGE, MODIFY_PAGE)
    ),
)
RULE_OF: Mapping[Kind, Rule] = {Kind.LABEL: LABEL, Kind.STORAGE: STORAGE, Kind.VAULT: VAULT}


@dataclass(frozen=True, slots=True)
class Assessment:
    """All that was found out about one gateway. O(suggestions) are free prefixes in the place of a taken one."""

    gateway: Gateway
    names: GatewayNames
    statuses: Mapping[Kind, NameStatus]
    estate: Estate
    alias: AliasFact
    suggestions: tuple[str, ...] = ()

    @property
    def label(self) -> NameStatus:
        return self.statuses[Kind.LABEL]

    @property
    def classic(self) -> bool:
        return self.gateway.deployment_method is DeploymentMethod.CLASSIC

    @property
    def missing_parts(self) -> list[str]:
        """The resource types that the region does not offer. Empty too where that is not known."""
        if self.names.region is None or self.estate.providers.reason:
            return []
        return missing_parts(self.estate.providers.items, self.names.region)

    @property
    def resource_group(self) -> ResourceGroup | None:
        """The declared resource group as the subscription has it."""
        wanted = (self.gateway.resource_group or "").lower()
        return next((one for one in self.estate.resource_groups.items if one.name.lower() == wanted), None)

    @property
    def cloud_service(self) -> Resource | None:
        """The classic cloud service of the same prefix."""
        return cloud_service(self.names, self.estate)

    @property
    def dangling(self) -> bool | None:
        """Whether an alias leads to a name that anybody can claim, V(None) if that is not known."""
        if not needs_alias_read(self.names, self.label):
            return None if self.label.status is Availability.UNKNOWN and self.names.cname_required else False
        if self.alias.state in (AliasState.UNKNOWN, AliasState.NOT_READ):
            return None
        return self.alias.state is AliasState.HERE and self.label.status is Availability.AVAILABLE

    def finding(self, rule: Rule, subject: str, observed: str, expected: str, remedy: str) -> Finding:
        """What a rule has to say about this gateway."""
        return rule.finding(
            gateway=self.gateway.label, subject=subject, observed=observed, expected=expected, remedy=remedy
        )

    def not_checked(self, rule: Rule, subject: str, reason: str, remedy: str) -> Finding:
        """That a rule could not be applied to this gateway, and why."""
        return rule.finding(
            gateway=self.gateway.label,
            subject=subject,
            observed=f"Not checked: {reason}",
            expected=f"{rule.title}.",
            remedy=remedy,
            status=Status.NOT_CHECKED,
        )


def availability_findings(assessment: Assessment) -> list[Finding]:
    """What all rules have to say about a gateway, in the order of their ids."""
    questions = (_names, _complete, _alias, _region, _resource_group, _classic_left, _registered)
    return [finding for question in questions for finding in question(assessment) if finding is not None]


# --- names ---------------------------------------------------------------------------------------------------------

FAILING = frozenset({Availability.TAKEN, Availability.TAKEN_ELSEWHERE, Availability.SOFT_DELETED, Availability.INVALID})
LOOK = "Mend what the message names and run again. The role Reader on the subscription has all rights for this."


def _names(it: Assessment) -> Iterable[Finding]:
    return [finding for kind in Kind if (finding := _name(it, kind, it.statuses[kind]))]


def _name(it: Assessment, kind: Kind, status: NameStatus) -> Finding | None:
    rule = RULE_OF[kind]
    if status.declared_wrong:
        return it.not_checked(rule, kind, status.reason or "", "Correct the declaration first.")
    if status.status is Availability.UNKNOWN:
        return it.not_checked(rule, kind, status.reason or "", _way_to_know(it, status))
    if status.status not in FAILING:
        return None
    return it.finding(rule, kind, _seen(kind, status), _expected(it, kind), _remedy(it, kind, status))


def _way_to_know(it: Assessment, status: NameStatus) -> str:
    if it.classic:
        return "Convert the gateway to a scale set, whose names can be checked."
    if "not registered" in (status.reason or ""):
        return "Register the resource providers with configmgr.cmg.resource_providers and run again."
    return LOOK


def _seen(kind: Kind, status: NameStatus) -> str:
    what = f"The name {status.name!r} for the {kind}"
    if status.holder is not None:
        return f"{what} is held by our own {status.holder.id}, which is not this gateway's."
    if status.deleted is not None:
        vault = status.deleted
        protected = "; purge protection holds until then" if vault.purge_protection else ", unless purged before"
        return (
            f"{what} is held by a key vault in {vault.location} that was deleted on {vault.deletion_date} and keeps "
            f"its name until {vault.scheduled_purge_date}{protected}."
        )
    verdict = "is refused by Azure" if status.status is Availability.INVALID else "is taken"
    return f"{what} {verdict}. {status.reason or ''}".strip()


def _expected(it: Assessment, kind: Kind) -> str:
    if _must_be_there(it, kind):
        return f"The gateway's own {kind} of that name."
    where = f" in the region {it.names.region}" if kind is Kind.LABEL else " in all of Azure"
    return f"A name that nobody else has{where}, for otherwise the deployment fails."


def _must_be_there(it: Assessment, kind: Kind) -> bool:
    """A gateway that is said to run has all three; a conversion takes the storage account over."""
    converting = it.gateway.context is Context.CONVERT
    return it.gateway.context is Context.EXISTING or (converting and kind is Kind.STORAGE)


def _remedy(it: Assessment, kind: Kind, status: NameStatus) -> str:
    if status.status is Availability.TAKEN_ELSEWHERE:
        return _remedy_elsewhere(it)
    if status.status is Availability.SOFT_DELETED:
        return _remedy_deleted(it, status)
    if _must_be_there(it, kind):
        return (
            "If the gateway is in another subscription, give that one in subscription_id. If it is not, the name is "
            f"lost to somebody else: {_replacement(it)}"
        )
    return _other_name(it)


def _remedy_elsewhere(it: Assessment) -> str:
    if it.gateway.resource_group:
        return f"Correct resource_group, remove what is there, or choose another name. {_suggested(it)}".strip()
    return (
        "If this is the gateway itself, give its resource_group or set context to existing. Otherwise choose another "
        f"name. {_suggested(it)}"
    ).strip()


def _remedy_deleted(it: Assessment, status: NameStatus) -> str:
    vault = status.deleted
    name, location = status.name, vault.location if vault else ""
    if it.gateway.context is Context.EXISTING:
        return f"Recover it: az keyvault recover --name {name} --location {location}."
    if vault is not None and vault.purge_protection:
        return f"Nobody can purge it before that day. {_other_name(it)}"
    return (
        f"If nobody needs its content any more, purge it: az keyvault purge --name {name} --location {location}. "
        f"It cannot be brought back then. {_suggested(it)}"
    ).strip()


def _replacement(it: Assessment) -> str:
    if it.gateway.context is Context.CONVERT:
        return "such a gateway cannot be converted; deploy a second one with another service name."
    return "deploy a new gateway with another service name."


def _other_name(it: Assessment) -> str:
    if it.gateway.context is Context.CONVERT:
        return "The prefix cannot change in a conversion: deploy a second gateway with another service name."
    return f"Choose another prefix before the certificate is ordered. {_suggested(it)}".strip()


def _suggested(it: Assessment) -> str:
    if not it.suggestions:
        return ""
    return f"Free at this moment: {listed(it.suggestions, 'or')}."


# --- what has to be there ------------------------------------------------------------------------------------------


def _complete(it: Assessment) -> Iterable[Finding]:
    free = [kind for kind in Kind if it.statuses[kind].status is Availability.AVAILABLE]
    absent = [kind for kind in free if _must_be_there(it, kind)]
    if it.classic or not absent:
        return []
    seen = f"context is {it.gateway.context.value!r}, but nobody in Azure has a {listed(absent, 'or a')} of the name "
    return [
        it.finding(
            COMPLETE,
            "context",
            f"{seen}{it.names.prefix!r}.",
            f"The gateway's own {listed(absent)}"
            f"{', which a conversion takes over' if it.gateway.context is Context.CONVERT else ''}.",
            "Set context to new if the gateway is still to be deployed. If it was deleted, remove its declaration "
            "together with its alias.",
        )
    ]


# --- the alias -----------------------------------------------------------------------------------------------------


def _alias(it: Assessment) -> Iterable[Finding | None]:
    if not needs_alias_read(it.names, it.label):
        return [_alias_unjudged(it)]
    if it.alias.state in (AliasState.UNKNOWN, AliasState.NOT_READ):
        return [_alias_unread(it), _unclaimed(it)]
    if it.label.status is Availability.TAKEN:
        return [_stranger(it)]
    waiting = it.gateway.context is Context.NEW and it.alias.marked
    if it.alias.state is AliasState.HERE and not waiting:
        return [_dangling(it)]
    return [_unclaimed(it)]


def _alias_unjudged(it: Assessment) -> Finding | None:
    """An alias whose target could not be asked for may dangle."""
    if it.label.status is not Availability.UNKNOWN or not it.names.cname_required or it.classic:
        return None
    reason = f"whether {it.names.deployment_name or 'its target'} is free is not known."
    return it.not_checked(DANGLING, "DNS alias", reason, "Mend what keeps the DNS label from being checked.")


def _alias_unread(it: Assessment) -> Finding:
    rule = STRANGER if it.label.status is Availability.TAKEN else DANGLING
    reason = it.alias.reason or "the zone was not read, because check_alias is false."
    return it.not_checked(rule, "DNS alias", reason, "Look where the zone is kept whether the alias exists.")


def _dangling(it: Assessment) -> Finding:
    waiting = f" If it is to wait for the deployment, accept {DANGLING.id} for this gateway until the day of it."
    return it.finding(
        DANGLING,
        "DNS alias",
        f"{it.names.service_name} is an alias of {it.names.deployment_name} in the DNS zone {it.alias.zone}, and that "
        "name is free: anybody with an Azure subscription can claim it and receives the clients of the gateway.",
        "No alias, or one whose target is held by a resource of ours.",
        "Remove the alias now (configmgr.cmg.dns_aliases with state absent), or deploy the gateway at once, which "
        "claims the name. Make the alias again when the name is ours."
        f"{waiting if it.gateway.context is Context.NEW else ''}",
    )


def _stranger(it: Assessment) -> Finding | None:
    if it.alias.state is not AliasState.HERE:
        return None
    return it.finding(
        STRANGER,
        "DNS alias",
        f"{it.names.service_name} is an alias of {it.names.deployment_name} in the DNS zone {it.alias.zone}, and that "
        f"name is held by something that is not in the subscription {it.estate.subscription_id}.",
        "No alias, or one whose target is held by a resource of ours.",
        "If the gateway is in another subscription, give that one in subscription_id. Otherwise remove the alias now "
        "(configmgr.cmg.dns_aliases with state absent): the clients talk to somebody else.",
    )


def _unclaimed(it: Assessment) -> Finding | None:
    if it.label.status is not Availability.AVAILABLE:
        return None
    exists = it.alias.state is AliasState.HERE
    alias = "is an alias of" if exists else "is going to be an alias of"
    converting = it.gateway.context is Context.CONVERT
    outage = (
        " The clients lose the gateway if its alias is changed before the conversion is done." if converting else ""
    )
    return it.finding(
        UNCLAIMED,
        "DNS alias",
        f"{it.names.service_name} {alias} {it.names.deployment_name}, which is free: until the gateway is deployed, "
        f"anybody can claim that name and receive its clients.{outage}",
        "A name that a resource of ours holds before clients are led to it.",
        f"{'Deploy the gateway soon' if exists else 'Deploy the gateway first, or soon after the alias is made'}. Hold "
        "the alias back until then with hold of configmgr.cmg.dns_aliases, or prerequisites_hold_alias of the role.",
    )


# --- region, resource group, classic service, providers ------------------------------------------------------------


def _region(it: Assessment) -> Iterable[Finding]:
    if it.classic:
        return []
    if it.names.region is None:
        return [it.not_checked(REGION, "region", "the region is not known.", "Correct the declaration first.")]
    if it.estate.providers.reason:
        return [it.not_checked(REGION, "region", it.estate.providers.reason, LOOK)]
    missing = it.missing_parts
    if not missing:
        return []
    return [
        it.finding(
            REGION,
            "region",
            f"The region {it.names.region} does not offer {listed(missing)} to the subscription "
            f"{it.estate.subscription_id}.",
            "A region that offers all that a gateway consists of.",
            "Correct the region, or choose another one. A different region means a different deployment name.",
        )
    ]


def _resource_group(it: Assessment) -> Iterable[Finding | None]:
    name = it.gateway.resource_group
    if not name:
        return []
    if it.estate.resource_groups.reason:
        return [
            it.not_checked(rule, "resource group", it.estate.resource_groups.reason, LOOK)
            for rule in (GROUP, GROUP_REGION)
        ]
    group = it.resource_group
    return [_group_missing(it, name) if group is None else _group_elsewhere(it, group)]


def _group_missing(it: Assessment, name: str) -> Finding:
    new = it.gateway.context is Context.NEW
    remedy = (
        "Nothing is wrong if Configuration Manager is to create it. Otherwise correct resource_group."
        if new
        else "Correct resource_group or the subscription."
    )
    return GROUP.finding(
        gateway=it.gateway.label,
        subject="resource group",
        observed=f"The credentials see no resource group {name!r} in the subscription {it.estate.subscription_id}.",
        expected="The resource group that the gateway is deployed to.",
        remedy=remedy,
        severity=Severity.INFO if new else None,
    )


def _group_elsewhere(it: Assessment, group: ResourceGroup) -> Finding | None:
    if it.classic or it.names.region in (None, group.location):
        return None
    return it.finding(
        GROUP_REGION,
        "resource group",
        f"The resource group {group.name} is in {group.location}, the gateway in {it.names.region}.",
        "A resource group in the gateway's region. In any other the deployment fails.",
        "Choose or create a resource group in that region, or correct the region.",
    )


def _classic_left(it: Assessment) -> Iterable[Finding]:
    if it.classic or it.names.prefix is None:
        return []
    if it.estate.resources.reason:
        return [it.not_checked(CLASSIC_LEFT, "classic cloud service", it.estate.resources.reason, LOOK)]
    service = it.cloud_service
    if service is None:
        return []
    converting = it.gateway.context is Context.CONVERT
    return [
        CLASSIC_LEFT.finding(
            gateway=it.gateway.label,
            subject="classic cloud service",
            observed=f"The classic cloud service {service.id} is still there.",
            expected=f"None: a site that has a classic gateway cannot be updated to {CLASSIC_BLOCKS_UPGRADE} or later.",
            remedy="The conversion removes it."
            if converting
            else "Convert the classic gateway, or delete it in the console when its clients have left it.",
            severity=Severity.INFO if converting else None,
        )
    ]


def _registered(it: Assessment) -> Iterable[Finding | None]:
    unread = it.estate.providers.reason
    missing: Sequence[str] = () if unread else unusable(it.estate.providers.items)
    return [registration_finding(it.gateway, it.estate.subscription_id, missing, unread=unread)]

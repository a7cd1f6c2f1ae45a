# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What the availability of names has to say, in the shape that the module returns: the same whatever was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.availability import (
    Estate,
    Kind,
    NameStatus,
    claimed,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.availability_rules import (
    Assessment,
    availability_findings,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Finding
from ansible_collections.configmgr.cmg.plugins.module_utils._core.providers import NAMESPACES
from ansible_collections.configmgr.cmg.plugins.module_utils._core.results import results_of

REQUESTS = (
    "list_subscriptions",
    "list_providers",
    "list_resources",
    "list_public_ips",
    "list_deleted_vaults",
    "list_resource_groups",
    "check_dns_label",
    "check_storage_account",
    "check_key_vault",
    "list_zones",
    "list_record_sets",
)


def result_of(
    assessments: Sequence[Assessment],
    findings: Sequence[Sequence[Finding]],
    estate: Estate,
    counts: Mapping[str, int],
    today: date,
) -> dict[str, Any]:
    """The module's result for all gateways, in the order of the declaration.

    :param findings: what the naming rules found in each gateway.
    """
    gateways = [it.gateway for it in assessments]
    judged = [(_facts(it), [*own, *availability_findings(it)]) for it, own in zip(assessments, findings, strict=True)]
    return {
        **results_of(gateways, judged, today),
        "changed": False,
        "subscription_id": estate.subscription_id,
        "providers": _providers(estate),
        "unclaimed": [str(it.names.service_name) for it in assessments if _is_unclaimed(it)],
        "requests": {kind: counts.get(kind, 0) for kind in REQUESTS},
    }


def _is_unclaimed(it: Assessment) -> bool:
    named = it.names.service_name is not None
    return named and it.names.cname_required is True and claimed(it.label) is not True


def _providers(estate: Estate) -> list[dict[str, Any]]:
    states = {provider.namespace.lower(): str(provider.registration) for provider in estate.providers.items}
    return [{"namespace": name, "registration_state": states.get(name.lower())} for name in NAMESPACES]


def _facts(it: Assessment) -> dict[str, Any]:
    service = it.cloud_service
    return {
        "service_name": it.names.service_name,
        "prefix": it.names.prefix,
        "deployment_name": it.names.deployment_name,
        "dns_label": _name(it.label),
        "storage_account": _name(it.statuses[Kind.STORAGE]),
        "key_vault": _name(it.statuses[Kind.VAULT]) | _deletion(it.statuses[Kind.VAULT]),
        "claimed": claimed(it.label),
        "alias": _alias(it),
        "region": _region(it),
        "resource_group": _resource_group(it),
        "cloud_service": service.id if service else None,
        "suggestions": list(it.suggestions),
    }


def _name(status: NameStatus) -> dict[str, Any]:
    return {
        "name": status.name,
        "status": str(status.status),
        "reason": status.reason,
        "resource_id": status.holder.id if status.holder else None,
    }


def _deletion(status: NameStatus) -> dict[str, Any]:
    vault = status.deleted
    return {
        "deletion_date": vault.deletion_date if vault else None,
        "scheduled_purge_date": vault.scheduled_purge_date if vault else None,
        "purge_protection": vault.purge_protection if vault else None,
    }


def _alias(it: Assessment) -> dict[str, Any]:
    return {
        "status": str(it.alias.state),
        "target": it.alias.target,
        "zone": it.alias.zone,
        "dangling": it.dangling,
    }


def _region(it: Assessment) -> dict[str, Any]:
    unknown = it.names.region is None or it.estate.providers.reason is not None
    missing = it.missing_parts
    return {"name": it.names.region, "offered": None if unknown else not missing, "missing": missing}


def _resource_group(it: Assessment) -> dict[str, Any]:
    group, name = it.resource_group, it.gateway.resource_group
    unknown = name is None or it.estate.resource_groups.reason is not None
    return {
        "name": name,
        "exists": None if unknown else group is not None,
        "location": group.location if group else None,
    }

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What Azure says of the names that gateways want, and what a subscription holds of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from ansible_collections.configmgr.cmg.plugins.module_utils._azure.arm import Ask
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.failures import AzureFailure
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.failures import Kind as FailureKind
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.providers import (
    RESOURCES_API,
    Subscription,
    denied,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.availability import (
    CLOUD_SERVICE,
    NAMESPACE_OF,
    TYPE_OF,
    Answer,
    DeletedVault,
    Estate,
    Kind,
    Listing,
    NameCheck,
    Reply,
    Resource,
    ResourceGroup,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.clouds import normalise_region
from ansible_collections.configmgr.cmg.plugins.module_utils._core.providers import Provider

T = TypeVar("T")
NAMESPACE_IN_MESSAGE = re.compile(r"namespace '([^']+)'")
NETWORK_API = "2023-09-01"
STORAGE_API = "2023-05-01"
VAULT_API = "2023-07-01"
VERSION_OF: Mapping[Kind, str] = {Kind.LABEL: NETWORK_API, Kind.STORAGE: STORAGE_API, Kind.VAULT: VAULT_API}
# The types whose names are all that is needed of them; one list holds them all, whichever providers are registered.
LISTED_TYPES = (TYPE_OF[Kind.STORAGE], TYPE_OF[Kind.VAULT], CLOUD_SERVICE)
# Without an answer to the first request there will be none to the others; that is no matter of single names.
HOPELESS = frozenset({FailureKind.UNREACHABLE, FailureKind.UNTRUSTED, FailureKind.NO_SUBSCRIPTION})


class AzureNames:
    """Names in a subscription's view of Azure. Failures of single requests become part of what is returned.

    :param subscription: where the gateways are, or are going to be.
    :param concurrency: how many requests are made at the same time.
    """

    def __init__(self, subscription: Subscription, concurrency: int) -> None:
        self._subscription = subscription
        self._concurrency = concurrency

    def estate(self) -> Estate:
        """What the subscription holds, each kind of thing listed once.

        :raises AzureFailure: when nothing at all can be asked, because Azure is out of reach, does not know the
            subscription, or the sign-in fails.
        """
        providers = self._providers()
        with ThreadPoolExecutor(max_workers=self._concurrency) as pool:
            resources = pool.submit(self._resources)
            public_ips = pool.submit(self._public_ips)
            deleted_vaults = pool.submit(self._deleted_vaults)
            resource_groups = pool.submit(self._resource_groups)
        return Estate(
            self._subscription.id,
            providers,
            resources.result(),
            public_ips.result(),
            deleted_vaults.result(),
            resource_groups.result(),
        )

    def answers(self, checks: Iterable[NameCheck]) -> dict[NameCheck, Answer]:
        """Azure's word on every name, each asked for once."""
        distinct = list(dict.fromkeys(checks))
        with ThreadPoolExecutor(max_workers=self._concurrency) as pool:
            return dict(zip(distinct, pool.map(self._answer, distinct), strict=True))

    def _answer(self, check: NameCheck) -> Answer:
        ask = self._ask(check)
        try:
            body = self._subscription.manager.answer(ask)
        except AzureFailure as failure:
            if failure.answer is not None and failure.answer.code == "InvalidDomainNameLabel":
                return Answer(Reply.INVALID, failure.answer.message)
            return Answer(Reply.UNKNOWN, reason_of(failure, ask.doing))
        return answer_from(body)

    def _ask(self, check: NameCheck) -> Ask:
        doing = f"checking the name {check.name} for a {check.kind}"
        namespace = NAMESPACE_OF[check.kind]
        if check.kind is Kind.LABEL:
            path = self._subscription.path(f"providers/{namespace}/locations/{check.location}/CheckDnsNameAvailability")
            return Ask("check_dns_label", doing, path, NETWORK_API, {"domainNameLabel": check.name})
        return Ask(
            f"check_{check.kind.replace(' ', '_')}",
            doing,
            self._subscription.path(f"providers/{namespace}/checkNameAvailability"),
            VERSION_OF[check.kind],
            method="POST",
            body={"name": check.name, "type": TYPE_OF[check.kind]},
        )

    def _providers(self) -> Listing[Provider]:
        try:
            return Listing(tuple(self._subscription.providers()))
        except AzureFailure as failure:
            unknown = failure.kind is FailureKind.UNAUTHENTICATED and failure.answer is None
            if failure.kind in HOPELESS or unknown:
                raise
            return Listing(reason=reason_of(failure, "reading the resource providers"))

    def _resources(self) -> Listing[Resource]:
        wanted = " or ".join(f"resourceType eq '{kind}'" for kind in LISTED_TYPES)
        return self._listed("list_resources", "the resources", "resources", RESOURCES_API, _resource, filter=wanted)

    def _public_ips(self) -> Listing[Resource]:
        path = "providers/Microsoft.Network/publicIPAddresses"
        return self._listed("list_public_ips", "the public IP addresses", path, NETWORK_API, _resource)

    def _deleted_vaults(self) -> Listing[DeletedVault]:
        path = "providers/Microsoft.KeyVault/deletedVaults"
        return self._listed("list_deleted_vaults", "the deleted key vaults", path, VAULT_API, _deleted_vault)

    def _resource_groups(self) -> Listing[ResourceGroup]:
        return self._listed("list_resource_groups", "the resource groups", "resourcegroups", RESOURCES_API, _group)

    def _listed(
        self,
        kind: str,
        what: str,
        path: str,
        version: str,
        read: Callable[[Mapping[str, Any]], T],
        **filtered: str,
    ) -> Listing[T]:
        doing = f"listing {what} of subscription {self._subscription.id}"
        query = {f"${name}": value for name, value in filtered.items()}
        asked = Ask(kind, doing, self._subscription.path(path), version, query)
        try:
            return Listing(tuple(read(item) for item in self._subscription.manager.listed(asked)))
        except AzureFailure as failure:
            return Listing(reason=reason_of(failure, doing))


REASON_OF: Mapping[FailureKind, str] = {
    FailureKind.UNREGISTERED: "the subscription is not registered for {namespace}",
    FailureKind.FORBIDDEN: "the credentials lack {right}",
}


def reason_of(failure: AzureFailure, doing: str) -> str:
    """Why something is not known, as a sentence that fits what was asked here."""
    if failure.kind not in REASON_OF or failure.answer is None:
        return failure.message
    quoted = NAMESPACE_IN_MESSAGE.search(failure.answer.message)
    namespace = quoted[1] if quoted else "the resource provider"
    reason = REASON_OF[failure.kind].format(namespace=namespace, right=denied(failure))
    return f"{doing[0].upper()}{doing[1:]} failed: {reason}."


def answer_from(body: Mapping[str, Any]) -> Answer:
    """The answer that a body stands for, of a DNS label (C(available)) or of the others (C(nameAvailable)).

    A body that says neither yes nor no is no answer.
    """
    available = body.get("nameAvailable", body.get("available"))
    if available is True:
        return Answer(Reply.FREE)
    if available is not False:
        return Answer(Reply.UNKNOWN, "Azure's answer does not say whether the name is available.")
    invalid = str(body.get("reason", "")).lower() == "accountnameinvalid"
    return Answer(Reply.INVALID if invalid else Reply.TAKEN, str(body["message"]) if body.get("message") else None)


def _resource(item: Mapping[str, Any]) -> Resource:
    settings = (item.get("properties") or {}).get("dnsSettings") or {}
    return Resource(
        id=str(item["id"]),
        type=str(item.get("type", "")).lower(),
        name=str(item["name"]),
        location=normalise_region(str(item.get("location", ""))),
        label=settings.get("domainNameLabel"),
    )


def _deleted_vault(item: Mapping[str, Any]) -> DeletedVault:
    properties = item.get("properties") or {}
    return DeletedVault(
        name=str(item["name"]),
        location=normalise_region(str(properties.get("location", ""))),
        deletion_date=properties.get("deletionDate"),
        scheduled_purge_date=properties.get("scheduledPurgeDate"),
        purge_protection=bool(properties.get("purgeProtectionEnabled")),
    )


def _group(item: Mapping[str, Any]) -> ResourceGroup:
    return ResourceGroup(str(item["name"]), normalise_region(str(item.get("location", ""))))

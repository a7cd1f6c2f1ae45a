# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading Azure's answers about names, and zones that are listed once, whatever comes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from ansible_collections.configmgr.cmg.plugins.module_utils._azure.availability import answer_from, reason_of
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.failures import Answer, AzureFailure, Kind
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.providers import provider_of
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.zone_finding import ZoneFinder
from ansible_collections.configmgr.cmg.plugins.module_utils._core.availability import Reply
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import DnsPlacement
from ansible_collections.configmgr.cmg.plugins.module_utils._core.providers import Registration
from ansible_collections.configmgr.cmg.plugins.module_utils._core.zones import Zone


@pytest.mark.parametrize(
    ("body", "reply", "reason"),
    [
        ({"nameAvailable": True}, Reply.FREE, None),
        ({"available": True}, Reply.FREE, None),
        ({"available": False}, Reply.TAKEN, None),
        ({"nameAvailable": False, "reason": "AlreadyExists", "message": "Taken."}, Reply.TAKEN, "Taken."),
        ({"nameAvailable": False, "reason": "AccountNameInvalid", "message": "Bad."}, Reply.INVALID, "Bad."),
        ({"nameAvailable": False}, Reply.TAKEN, None),
        ({}, Reply.UNKNOWN, "Azure's answer does not say whether the name is available."),
        ({"available": "true"}, Reply.UNKNOWN, "Azure's answer does not say whether the name is available."),
        ({"nameAvailable": None}, Reply.UNKNOWN, "Azure's answer does not say whether the name is available."),
        ({"value": []}, Reply.UNKNOWN, "Azure's answer does not say whether the name is available."),
    ],
)
def test_answers(body: dict[str, Any], reply: Reply, reason: str | None) -> None:
    answer = answer_from(body)
    assert (answer.reply, answer.reason) == (reply, reason)


DENIED = "The client 'c' with object id 'o' does not have authorization to perform action 'A/b/read' over scope '/s'."
UNREGISTERED = (
    "The subscription is not registered to use namespace 'Microsoft.Storage'. See https://aka.ms/rps-not-found."
)


@pytest.mark.parametrize(
    ("kind", "message", "reason"),
    [
        (Kind.FORBIDDEN, DENIED, "Checking it failed: the credentials lack the right A/b/read over /s."),
        (Kind.FORBIDDEN, "No.", "Checking it failed: the credentials lack a right that this needs."),
        (
            Kind.UNREGISTERED,
            UNREGISTERED,
            "Checking it failed: the subscription is not registered for Microsoft.Storage.",
        ),
        (Kind.UNREGISTERED, "No.", "Checking it failed: the subscription is not registered for the resource provider."),
        (Kind.THROTTLED, "Wait.", "As it came."),
    ],
)
def test_reasons(kind: Kind, message: str, reason: str) -> None:
    failure = AzureFailure(kind, "As it came.", answer=Answer(403, "code", message))
    assert reason_of(failure, "checking it") == reason
    assert reason_of(AzureFailure(kind, "As it came."), "checking it") == "As it came."


def test_a_provider_with_gaps() -> None:
    found = provider_of({"namespace": "A", "resourceTypes": [{"resourceType": "Vaults"}, {"locations": ["West US"]}]})
    assert (found.registration, found.offers) == (
        Registration.UNKNOWN,
        {"vaults": frozenset(), "": frozenset({"westus"})},
    )
    assert provider_of({}).offers == {}


@dataclass
class Service:
    """Zones by subscription; a failure stands for one that cannot be listed."""

    visible: dict[str, list[Zone] | AzureFailure]
    subscription_id: str | None = None
    listed: list[str] = field(default_factory=list)

    def subscriptions(self) -> list[str]:
        return list(self.visible)

    def zones(self, subscription_id: str) -> list[Zone]:
        self.listed.append(subscription_id)
        found = self.visible[subscription_id]
        if isinstance(found, AzureFailure):
            raise found
        return found


ZONE = Zone("s1", "rg-dns", "contoso.com")


def test_a_list_that_failed_is_not_asked_for_again() -> None:
    service = Service({"s1": AzureFailure(Kind.UNAVAILABLE, "Not now.")}, "s1")
    finder = ZoneFinder(service)
    for name in ("a.contoso.com", "b.contoso.com"):
        with pytest.raises(AzureFailure, match=r"Not now\."):
            finder.zone_of(name, DnsPlacement())
    assert service.listed == ["s1"]


@pytest.mark.parametrize(
    ("kind", "found"), [(Kind.FORBIDDEN, True), (Kind.UNREGISTERED, True), (Kind.UNAVAILABLE, False)]
)
def test_a_subscription_that_may_not_be_read_has_no_zones(kind: Kind, found: bool) -> None:
    finder = ZoneFinder(Service({"s2": AzureFailure(kind, "No."), "s1": [ZONE]}))
    if found:
        assert finder.zone_of("a.contoso.com", DnsPlacement()) == ZONE
        return
    with pytest.raises(AzureFailure):
        finder.zone_of("a.contoso.com", DnsPlacement())


def test_a_zone_that_is_named_completely_is_not_looked_for() -> None:
    service = Service({}, "s1")
    placement = DnsPlacement(zone="Contoso.com.", resource_group="rg-dns")
    assert ZoneFinder(service).zone_of("a.contoso.com", placement) == ZONE
    assert service.listed == []

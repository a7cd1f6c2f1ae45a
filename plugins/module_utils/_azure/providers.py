# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Resource providers of one subscription: read, registered, waited for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.configmgr.cmg.plugins.module_utils._azure.arm import Ask, Json, ResourceManager
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.calls import Calls
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.credentials import credential_of
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.failures import AzureFailure, Kind
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.settings import Connection
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.transport import client_options
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._core.providers import (
    Action,
    Provider,
    locations_of,
    registration_of,
)

RESOURCES_API = "2022-09-01"
DENIED_ACTION = re.compile(r"perform action '([^']+)' over scope '([^']+)'", re.IGNORECASE)


class Subscription:
    """One subscription behind a connection, and its providers.

    :param connection: where and as whom.
    :param calls: the deadline, the patience and the count of all calls.
    """

    def __init__(self, connection: Connection, calls: Calls) -> None:
        self.calls = calls
        self.manager = ResourceManager(client_options(connection, credential_of(connection, calls), calls), calls)
        self._given = connection.subscription_id
        self._found: str | None = None
        self.cloud = connection.cloud

    @property
    def id(self) -> str:
        """The subscription that is given, or the only one that the credentials see.

        :raises InvalidInput: when it has to be given.
        """
        self._found = self._found or self._given or self._only_one()
        return self._found

    def path(self, rest: str) -> str:
        """A path below the subscription."""
        return f"/subscriptions/{self.id}/{rest}"

    def providers(self) -> list[Provider]:
        """All providers with their states and with what they offer where, in one list."""
        doing = f"reading the resource providers of subscription {self.id}"
        found = self.manager.listed(Ask("list_providers", doing, self.path("providers"), RESOURCES_API))
        return [provider_of(item) for item in found]

    def provider(self, namespace: str) -> Provider:
        """One provider."""
        doing = f"reading the resource provider {namespace} of subscription {self.id}"
        ask = Ask("get_provider", doing, self.path(f"providers/{namespace}"), RESOURCES_API)
        return provider_of(self._explained(ask, namespace))

    def change(self, namespace: str, action: Action) -> Provider:
        """Begin to register or unregister a provider, and its state right after."""
        words = {Action.REGISTER: "registering", Action.UNREGISTER: "unregistering"}
        ask = Ask(
            f"{action}_provider",
            f"{words[action]} the resource provider {namespace} of subscription {self.id}",
            self.path(f"providers/{namespace}/{action}"),
            RESOURCES_API,
            method="POST",
        )
        return provider_of(self._explained(ask, namespace))

    def _explained(self, ask: Ask, namespace: str) -> Json:
        """The answer; a missing right is told by what it is here, and an unknown provider by its name."""
        try:
            return self.manager.answer(ask)
        except AzureFailure as failure:
            sentence = _sentence(failure, namespace)
            if sentence is None:
                raise
            raise AzureFailure(
                failure.kind, f"{ask.doing[0].upper()}{ask.doing[1:]} failed: {sentence}", answer=failure.answer
            ) from None

    def _only_one(self) -> str:
        visible = self.manager.subscriptions()
        if len(visible) != 1:
            seen = f"see {', '.join(visible[:5])}{' and more' if len(visible) > 5 else ''}" if visible else "see none"
            raise InvalidInput(
                f"The subscription of the gateways is not given, and the credentials {seen}. Give subscription_id, or "
                "set the environment variable AZURE_SUBSCRIPTION_ID."
            )
        return visible[0]


def provider_of(item: Mapping[str, Any]) -> Provider:
    """A provider from the resource manager's description of it."""
    return Provider(
        namespace=str(item.get("namespace", "")),
        registration=registration_of(str(item.get("registrationState", ""))),
        offers={
            str(kind.get("resourceType", "")).lower(): locations_of(kind.get("locations") or ())
            for kind in item.get("resourceTypes") or ()
        },
    )


def denied(failure: AzureFailure) -> str:
    """The right that is missing, in words, from what Azure says of it."""
    match = DENIED_ACTION.search(failure.answer.message if failure.answer else "")
    return f"the right {match[1]} over {match[2]}" if match else "a right that this needs"


def _sentence(failure: AzureFailure, namespace: str) -> str | None:
    if failure.kind is Kind.FORBIDDEN:
        return f"the credentials lack {denied(failure)}. The roles Contributor and Owner of the subscription have it."
    if failure.answer is not None and failure.answer.code == "InvalidResourceNamespace":
        return f"Azure knows no resource provider {namespace!r}. Correct its name."
    return None

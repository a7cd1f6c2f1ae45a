# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Plain requests to Azure's resource manager, for the few calls that no SDK package is worth being imported for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ansible_collections.configmgr.cmg.plugins.module_utils._azure.calls import Calls
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.failures import not_azure
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.transport import arm_client

if TYPE_CHECKING:
    from azure.core.rest import HttpRequest
    from azure.mgmt.core import ARMPipelineClient

Json = dict[str, Any]
SUBSCRIPTIONS_API = "2022-12-01"


@dataclass(frozen=True, slots=True)
class Ask:
    """One request: what it is counted as, what it does in words, and where it goes."""

    kind: str
    doing: str
    path: str
    version: str
    query: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"
    body: Mapping[str, Any] | None = None


class ResourceManager:
    """Makes requests of the resource manager through the pipeline and the patience that all calls share.

    :param options: what :func:`transport.client_options` gives.
    """

    def __init__(self, options: Mapping[str, Any], calls: Calls) -> None:
        self._client: ARMPipelineClient[Any, Any] = arm_client(options)
        self._calls = calls

    def answer(self, ask: Ask) -> Json:
        """The body of the answer, which is empty where there was none.

        :raises AzureFailure: when Azure refuses, or cannot be reached in time.
        """
        from azure.core.rest import HttpRequest

        request = HttpRequest(
            ask.method,
            self._client.format_url(ask.path),
            params={"api-version": ask.version, **ask.query},
            json=dict(ask.body) if ask.body is not None else None,
        )
        return self._sent(ask, request)

    def listed(self, ask: Ask) -> list[Json]:
        """The items of a list, all of its pages together."""
        from azure.core.rest import HttpRequest

        page = self.answer(ask)
        found = _items(ask, page)
        while link := page.get("nextLink"):
            page = self._sent(ask, HttpRequest("GET", str(link)))
            found += _items(ask, page)
        return found

    def subscriptions(self) -> list[str]:
        """The ids of the enabled subscriptions that the credentials can see."""
        ask = Ask("list_subscriptions", "listing the subscriptions", "/subscriptions", SUBSCRIPTIONS_API)
        return [str(entry["subscriptionId"]) for entry in self.listed(ask) if entry.get("state") != "Disabled"]

    def _sent(self, ask: Ask, request: HttpRequest) -> Json:
        return self._calls.make(ask.kind, ask.doing, lambda: _body(self._client, request))


def _items(ask: Ask, page: Json) -> list[Json]:
    items = page.get("value")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise not_azure(ask.doing)
    return items


def _body(client: ARMPipelineClient[Any, Any], request: HttpRequest) -> Json:
    """The body of a successful answer; an error answer is raised as the SDK raises it."""
    from azure.core.exceptions import HttpResponseError
    from azure.mgmt.core.exceptions import ARMErrorFormat

    response = client.send_request(request)
    if response.status_code >= 300:
        raise HttpResponseError(response=response, error_format=ARMErrorFormat)
    body = response.json() if response.content else {}
    if not isinstance(body, dict):
        raise TypeError("Azure answers with objects only")
    return body

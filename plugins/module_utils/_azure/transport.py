# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The HTTP side of all calls to Azure's resource manager: one pipeline of azure-core, one connection pool."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ansible_collections.configmgr.cmg.plugins.module_utils._azure.settings import Connection
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import MissingLibrary

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.core.pipeline import PipelineRequest
    from azure.mgmt.core import ARMPipelineClient

CONNECTION_TIMEOUT = 10
USER_AGENT = "ansible-configmgr.cmg"


def client_options(connection: Connection, credential: TokenCredential) -> dict[str, Any]:
    """What every client of the Azure SDK is built with, so that all of them share transport and manners.

    The policies are ours for two reasons. The SDK's own retries sleep for as long as Azure says, silently, while we
    have a deadline; and its registration of resource providers would write to Azure behind the user's back.

    :raises MissingLibrary: when the SDK is not installed.
    """
    try:
        from azure.core.pipeline.policies import ContentDecodePolicy, HeadersPolicy, RequestIdPolicy, UserAgentPolicy
        from azure.core.pipeline.transport import RequestsTransport
        from azure.mgmt.core.policies import ARMChallengeAuthenticationPolicy
    except ImportError:
        raise missing_sdk() from None
    return {
        "base_url": connection.resource_manager_url,
        "policies": [
            _same_host_policy(connection.resource_manager_url),
            RequestIdPolicy(),
            HeadersPolicy(),
            UserAgentPolicy(base_user_agent=USER_AGENT),
            ContentDecodePolicy(),
            ARMChallengeAuthenticationPolicy(credential, connection.scope),
        ],
        "transport": RequestsTransport(
            connection_verify=connection.verify, connection_timeout=CONNECTION_TIMEOUT, **_proxies(connection)
        ),
    }


def arm_client(options: Mapping[str, Any]) -> ARMPipelineClient[Any, Any]:
    """A bare client for calls that no SDK package is worth being imported for."""
    from azure.mgmt.core import ARMPipelineClient

    return ARMPipelineClient(**options)


def missing_sdk() -> MissingLibrary:
    """What is said when the DNS package of the Azure SDK, or what it stands on, is not installed."""
    return MissingLibrary(
        "azure-mgmt-dns", purpose="talk to Azure DNS", requirement="azure-mgmt-dns>=8.1,<10", interpreter=sys.executable
    )


def _proxies(connection: Connection) -> dict[str, Any]:
    return {"proxies": {"https": connection.proxy, "http": connection.proxy}} if connection.proxy else {}


def _same_host_policy(resource_manager_url: str) -> Any:
    """A policy that sends a token to the resource manager only, wherever the link to a next page may point."""
    from azure.core.exceptions import ServiceRequestError
    from azure.core.pipeline.policies import SansIOHTTPPolicy

    expected = _host_and_port(resource_manager_url)

    class SameHostPolicy(SansIOHTTPPolicy[Any, Any]):
        def on_request(self, request: PipelineRequest[Any]) -> None:
            asked = _host_and_port(request.http_request.url)
            if asked != expected:
                raise ServiceRequestError(f"Azure's answer leads to another host, {asked[0]}, which gets no token")

    return SameHostPolicy()


def _host_and_port(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return ((parts.hostname or "").lower(), parts.port or 443)

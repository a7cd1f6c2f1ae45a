# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The HTTP side of all calls to Azure's resource manager: one pipeline of azure-core, one connection pool."""

from __future__ import annotations

import ssl
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ansible_collections.configmgr.cmg.plugins.module_utils._azure.calls import Calls
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.failures import AzureFailure, Kind
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.settings import Connection
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput, MissingLibrary

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.core.pipeline import PipelineRequest
    from azure.core.pipeline.transport import RequestsTransport
    from azure.mgmt.core import ARMPipelineClient

# As many connections as there can be writers; with fewer, every further write would shake hands anew.
MOST_CONNECTIONS = 32
LONGEST_CONNECTING = 10.0
USER_AGENT = "ansible-configmgr.cmg"


def client_options(connection: Connection, credential: TokenCredential, calls: Calls) -> dict[str, Any]:
    """What every client of the Azure SDK is built with, so that all of them share transport and manners.

    The policies are ours for two reasons. The SDK's own retries sleep for as long as Azure says, silently, while we
    have a deadline; and its registration of resource providers would write to Azure behind the user's back.

    :raises MissingLibrary: when the SDK is not installed.
    :raises InvalidInput: when the CA bundle cannot be read.
    """
    try:
        from azure.core.pipeline import policies
        from azure.mgmt.core.policies import ARMChallengeAuthenticationPolicy
    except ImportError:
        raise missing_sdk() from None
    return {
        "base_url": connection.resource_manager_url,
        "policies": [
            _same_host_policy(connection.resource_manager_url),
            policies.RequestIdPolicy(),
            policies.HeadersPolicy(),
            policies.UserAgentPolicy(base_user_agent=USER_AGENT),
            policies.ProxyPolicy(proxies_of(connection.proxy)),
            policies.CustomHookPolicy(raw_request_hook=patient(calls)),
            policies.ContentDecodePolicy(),
            ARMChallengeAuthenticationPolicy(credential, connection.scope),
        ],
        "transport": _transport(connection),
    }


def _transport(connection: Connection) -> RequestsTransport:
    import requests
    from azure.core.pipeline.transport import RequestsTransport
    from requests.adapters import HTTPAdapter

    if isinstance(connection.verify, str):
        _check_bundle(Path(connection.verify))
    session = requests.Session()
    session.mount("https://", HTTPAdapter(pool_maxsize=MOST_CONNECTIONS))
    return RequestsTransport(session=session, connection_verify=connection.verify)


def patient(calls: Calls, connecting: float = LONGEST_CONNECTING) -> Callable[[PipelineRequest[Any]], None]:
    """What makes a request of the SDK wait for its answer only as long as the task still has.

    :param connecting: the longest time for a connection, in seconds.
    """

    def on_request(request: PipelineRequest[Any]) -> None:
        patience = calls.patience()
        request.context.options["read_timeout"] = patience
        request.context.options["connection_timeout"] = min(connecting, patience)

    return on_request


def _check_bundle(path: Path) -> None:
    """The HTTP library complains of a bad bundle in a way that names neither the option nor the way out."""
    try:
        ssl.create_default_context(
            cafile=None if path.is_dir() else str(path), capath=str(path) if path.is_dir() else None
        )
    except OSError as error:
        reason = "it holds no certificates as PEM" if isinstance(error, ssl.SSLError) else error.strerror
        raise InvalidInput(
            f"The CA bundle {path} cannot be read: {reason}. Correct ca_bundle, or the environment variable "
            "REQUESTS_CA_BUNDLE or SSL_CERT_FILE that it comes from."
        ) from None


def arm_client(options: Mapping[str, Any]) -> ARMPipelineClient[Any, Any]:
    """A bare client for calls that no SDK package is worth being imported for."""
    from azure.mgmt.core import ARMPipelineClient

    return ARMPipelineClient(**options)


def missing_sdk() -> MissingLibrary:
    """What is said when the DNS package of the Azure SDK, or what it stands on, is not installed."""
    return MissingLibrary(
        "azure-mgmt-dns", purpose="talk to Azure DNS", requirement="azure-mgmt-dns>=8.1,<10", interpreter=sys.executable
    )


def proxies_of(proxy: str | None) -> dict[str, str] | None:
    """The proxy as the HTTP library takes it; V(None) leaves it to the environment."""
    return {"https": proxy, "http": proxy} if proxy else None


def _same_host_policy(resource_manager_url: str) -> Any:
    """A policy that sends a token to the resource manager only, wherever the link to a next page may point."""
    from azure.core.pipeline.policies import SansIOHTTPPolicy

    expected = _origin(resource_manager_url)

    class SameHostPolicy(SansIOHTTPPolicy[Any, Any]):
        def on_request(self, request: PipelineRequest[Any]) -> None:
            asked = _origin(request.http_request.url)
            if asked != expected:
                raise AzureFailure(
                    Kind.REJECTED,
                    f"An answer of Azure leads on to {asked}, which is not the resource manager {expected} and gets no "
                    "token. Check resource_manager_url and whether something between here and Azure changes answers.",
                )

    return SameHostPolicy()


def _origin(url: str) -> str:
    """Scheme, host and port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{(parts.hostname or '').lower()}:{parts.port or 443}"

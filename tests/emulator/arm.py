# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The gateway: what ARM checks before a provider sees a call, in its order, and the headers that it adds.

Order: token, api-version, route, subscription, permission, resource group, registration, lock, provider.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping

from tests.emulator import arm_dns, arm_names, arm_resources
from tests.emulator.errors import azure_error
from tests.emulator.estate import READ_LIMIT, WRITE_LIMIT, Estate
from tests.emulator.messages import AzureError, Call, Reply
from tests.emulator.providers import TYPES
from tests.emulator.rights import allows
from tests.emulator.routing import Operation, Routes, split_path

ROUTES: Routes = {**arm_resources.routes(), **arm_dns.routes(), **arm_names.routes()}
KEYS = {key for _method, key in ROUTES}
_VERSION = re.compile(r"^\d{4}-\d\d-\d\d(-[a-z]+)?$", re.IGNORECASE)
_NAMESPACES = {namespace.lower(): namespace for namespace in TYPES}


def answer(estate: Estate, call: Call) -> Reply:
    """Answer a call whose token was accepted. Never raises `AzureError`: refusals become replies."""
    try:
        reply = _answer(estate, call)
    except AzureError as error:
        reply = error.reply
    return Reply(reply.status, reply.body, {**reply.headers, **common_headers(call)})


def _answer(estate: Estate, call: Call) -> Reply:
    version = call.query.get("api-version", "")
    if not version:
        raise azure_error("MissingApiVersionParameter")
    operation = find_operation(call, version)
    _check_scope(estate, call, operation)
    return operation.handler(estate, call)


def find_operation(call: Call, version: str) -> Operation:
    """The operation of a call, or the reason why there is none."""
    key, _names = split_path(call.path)
    operation = ROUTES.get((call.method, key))
    if operation is None:
        raise _no_route(call, key, version)
    known = operation.versions
    if (known and version.lower() not in known) or not _VERSION.match(version):
        raise azure_error(
            "NoRegisteredProviderFound",
            location="global",
            api_version=version,
            type=_type_of(key),
            supported=", ".join(known),
            locations="global",
        )
    return operation


def _type_of(key: str) -> str:
    types = key.rsplit("/providers/", maxsplit=1)[-1].split("/")[1:]
    return "/".join(part for part in types if part != "*")


def _no_route(call: Call, key: str, version: str) -> AzureError:
    if key in KEYS:
        return azure_error("MethodNotAllowed", method=call.method)
    if "providers/" not in key:
        return azure_error("NotFoundPath", path=call.path)
    namespace = key.split("providers/", 1)[1].split("/", maxsplit=1)[0]
    if namespace not in _NAMESPACES:
        return azure_error("InvalidResourceNamespace", namespace=namespace)
    return azure_error(
        "InvalidResourceType",
        type=_type_of(key),
        namespace=_NAMESPACES[namespace],
        api_version=version,
        supported="",
    )


def _check_scope(estate: Estate, call: Call, operation: Operation) -> None:
    if not call.names:
        return
    subscription = estate.subscription(call.names[0])
    if subscription.tenant.lower() != call.principal.tenant.lower():
        raise azure_error("InvalidAuthenticationTokenTenant", tenant=subscription.tenant)
    scope = call.path.rstrip("/")
    if not allows(call.principal, operation.action, scope):
        raise azure_error(
            "AuthorizationFailed",
            client=call.principal.client_id,
            object_id=call.principal.object_id,
            action=operation.action,
            scope=scope,
        )
    if "/resourcegroups/" in call.path.lower() and "/providers/" in call.path.lower():
        subscription.group(call.names[1])
    _check_registration(estate, call)
    _check_lock(estate, call, scope)
    _check_throttle(estate, call, operation)


def _check_registration(estate: Estate, call: Call) -> None:
    match = re.search(r"/providers/([^/]+)/(?!register$|unregister$)", call.path, re.IGNORECASE)
    if match is None:
        return
    provider = estate.subscription(call.names[0]).providers.get(match[1].lower())
    if provider is not None and not provider.usable(call.now):
        raise azure_error("MissingSubscriptionRegistration", namespace=provider.namespace)


def _check_lock(estate: Estate, call: Call, scope: str) -> None:
    if not estate.locks or call.method in ("GET", "HEAD", "POST"):
        return
    locked = estate.locked_by(scope)
    if locked:
        verb = "delete" if call.method == "DELETE" else "write"
        raise azure_error("ScopeLocked", scope=scope, verb=verb, locked=locked)


def _budget(call: Call) -> tuple[tuple[str, str], int]:
    """The five-minute budget that a DNS call draws on: 500 reads or 12,000 writes per action and subscription."""
    read = call.method in ("GET", "HEAD")
    kind = "/".join(call.path.lower().split("/providers/")[-1].split("/")[1:4:2])
    return (call.names[0].lower(), f"{kind}/{'read' if read else 'write'}"), READ_LIMIT if read else WRITE_LIMIT


def _check_throttle(estate: Estate, call: Call, operation: Operation) -> None:
    if not estate.settings.throttle or not operation.versions:
        return
    key, limit = _budget(call)
    if estate.remaining(key, limit, call.now) < 0:
        seconds = estate.window_ends(key, call.now)
        error = azure_error("ResourceRequestsThrottled", action=operation.action, limit=limit, retry_after=seconds)
        raise AzureError(Reply(429, error.reply.body, {**error.reply.headers, "Retry-After": str(seconds)}))


def common_headers(call: Call) -> Mapping[str, str]:
    """Headers of every ARM answer. Remaining budgets are counted down only where the seed asks for throttling."""
    request = str(uuid.uuid4())
    verb = {"GET": "reads", "HEAD": "reads", "DELETE": "deletes"}.get(call.method, "writes")
    headers = {
        "Cache-Control": "no-cache",
        "x-ms-request-id": request,
        "x-ms-correlation-request-id": call.headers.get("x-ms-correlation-request-id", request),
        "x-ms-routing-request-id": f"EMULATOR:{int(call.now)}:{request}",
        f"x-ms-ratelimit-remaining-subscription-{verb}": "249" if verb == "reads" else "199",
        "X-Content-Type-Options": "nosniff",
        "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    }
    if "microsoft.network/dns" in call.path.lower():
        left = 499 if verb == "reads" else 11999
        headers["x-ms-ratelimit-remaining-subscription-resource-requests"] = str(left)
    return headers

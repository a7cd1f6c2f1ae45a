# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The web side: aiohttp applications around the rules. One for HTTPS (ARM, directory, control), one for identity."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from json import JSONDecodeError

from aiohttp import web

from tests.emulator import arm, metadata
from tests.emulator.control import control_routes
from tests.emulator.emulation import Emulation
from tests.emulator.errors import azure_error
from tests.emulator.faults import Fault, path_values
from tests.emulator.messages import AzureError, Call, Json, Principal, Reply
from tests.emulator.routing import split_path
from tests.emulator.tokens import TokenError

LOG = logging.getLogger("tests.emulator")
JSON_TYPE = "application/json"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_HIDDEN = {"authorization", "cookie", "x-identity-header"}


def to_response(reply: Reply) -> web.Response:
    """A reply as an HTTP answer."""
    if reply.body is None:
        return web.Response(status=reply.status, headers=reply.headers)
    declared = next((value for name, value in reply.headers.items() if name.lower() == "content-type"), None)
    if declared is None:
        return web.Response(status=reply.status, text=reply.text(), headers=reply.headers, content_type=JSON_TYPE)
    # A page of HTML is what it is; aiohttp takes a content type once only, among the headers or as an argument.
    plain = isinstance(reply.body, str) and JSON_TYPE not in declared.lower()
    text = str(reply.body) if plain else reply.text()
    return web.Response(status=reply.status, body=text.encode(), headers=reply.headers)


class Front:
    """The handlers of one emulation. `identity_header` is what App Service puts into the environment."""

    def __init__(self, emulation: Emulation, identity_header: str) -> None:
        self.emulation = emulation
        self.identity_header = identity_header

    def https(self) -> web.Application:
        """ARM, directory, metadata and control."""
        app = web.Application(middlewares=[self.witness], client_max_size=8 * 2**20)
        app.router.add_routes(control_routes(self.emulation))
        app.router.add_get("/metadata/endpoints", self.endpoints)
        app.router.add_get("/{tenant}/v2.0/.well-known/openid-configuration", self.openid)
        app.router.add_get("/{tenant}/discovery/v2.0/keys", self.keys)
        app.router.add_get("/common/userrealm/{username}", self.user_realm)
        app.router.add_get("/common/discovery/instance", self.instance)
        app.router.add_post("/{tenant}/oauth2/v2.0/token", self.token)
        app.router.add_post("/{tenant}/oauth2/token", self.token)
        app.router.add_route("*", "/{path:.*}", self.arm)
        return app

    def identity(self) -> web.Application:
        """The two forms of the managed identity endpoint, over plain HTTP."""
        app = web.Application(middlewares=[self.witness])
        app.router.add_get("/msi/token", self.app_service_token)
        app.router.add_get("/metadata/identity/oauth2/token", self.imds_token)
        return app

    @web.middleware
    async def witness(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Log every request and let it meet its fault; control calls go free."""
        if request.path.startswith("/_control"):
            return await handler(request)
        fault = self.emulation.faults.take(request.method, request.path_qs)
        entry = await self._entry(request)
        response = await self._guarded(request, handler, fault)
        entry |= {"status": response.status, "fault": fault.id if fault else 0}
        if fault and (fault.no_answer or fault.lost_answer):
            entry["status"] = 0
            if request.transport is not None:
                request.transport.abort()
        self.emulation.log.append(entry)
        return response

    async def _entry(self, request: web.Request) -> Json:
        headers = {key: value for key, value in request.headers.items() if key.lower() not in _HIDDEN}
        entry: Json = {
            "time": self.emulation.now(),
            "method": request.method,
            "path": request.path_qs,
            "headers": headers,
        }
        if request.path.lower().startswith("/subscriptions") and request.body_exists:
            entry["body"] = await request.text()
        return entry

    async def _with_fault(self, request: web.Request, handler: Handler, fault: Fault | None) -> web.StreamResponse:
        if fault is None:
            return await handler(request)
        if fault.latency:
            await self._delayed(fault.latency)
        if fault.no_answer:
            return web.Response(status=500)
        act = fault.interference
        if act and act.when == "before":
            self.emulation.interfere(act)
        reply = fault.answer(path_values(request.raw_path))
        response = to_response(reply) if reply else await self._refusing(request, handler)
        if act and act.when == "after":
            self.emulation.interfere(act)
        return response

    async def _delayed(self, seconds: float) -> None:
        """Let time pass. A request that sleeps through a reset belongs to the state before, not to the new one."""
        estate = self.emulation.estate
        await asyncio.sleep(seconds)
        if self.emulation.estate is not estate:
            raise web.HTTPServiceUnavailable

    async def _refusing(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except (AzureError, TokenError) as error:
            return to_response(error.reply)

    async def _guarded(self, request: web.Request, handler: Handler, fault: Fault | None) -> web.StreamResponse:
        try:
            return await self._with_fault(request, handler, fault)
        except (AzureError, TokenError) as error:
            return to_response(error.reply)
        except web.HTTPException:
            raise
        except Exception:
            LOG.exception("the emulator failed at %s %s", request.method, request.path)
            return to_response(azure_error("InternalServerError").reply)

    async def arm(self, request: web.Request) -> web.StreamResponse:
        """Every path of ARM."""
        emulation = self.emulation
        now = emulation.now()
        try:
            principal = emulation.estate.directory.principal(request.headers.get("Authorization", ""), now)
        except AzureError as error:
            return to_response(self._unauthorized(request, error.reply))
        call = await self._call(request, principal, now)
        return to_response(arm.answer(emulation.estate, call))

    def _unauthorized(self, request: web.Request, reply: Reply) -> Reply:
        body = reply.body if isinstance(reply.body, dict) else {}
        text = body.get("error", {}).get("message", "")
        tenant = next(iter(sorted(self.emulation.estate.directory.tenants)), "common")
        challenge = f'Bearer authorization_uri="{base_url(request)}/{tenant}", error="invalid_token"'
        return Reply(
            reply.status, reply.body, {**reply.headers, "WWW-Authenticate": f'{challenge}, error_description="{text}"'}
        )

    async def _call(self, request: web.Request, principal: Principal, now: float) -> Call:
        path = request.path
        _key, names = split_path(request.raw_path.split("?", 1)[0])
        return Call(
            method=request.method,
            path=path.rstrip("/"),
            names=names,
            query={key.lower(): value for key, value in request.query.items()},
            headers={key.lower(): value for key, value in request.headers.items()},
            body=await read_json(request),
            base_url=base_url(request),
            now=now,
            principal=principal,
        )

    async def endpoints(self, request: web.Request) -> web.StreamResponse:
        """The metadata of the cloud: one object, or a list for the older version."""
        document = metadata.endpoints(plain_base(request))
        old = request.query.get("api-version", "") < "2022-09-01"
        return web.json_response([document] if old else document)

    async def openid(self, request: web.Request) -> web.StreamResponse:
        """The OpenID configuration of a tenant."""
        tenant = request.match_info["tenant"]
        self.emulation.estate.directory.check_tenant(tenant, self.emulation.now())
        return web.json_response(metadata.openid_configuration(plain_base(request), tenant))

    async def keys(self, _request: web.Request) -> web.StreamResponse:
        """No public keys: nobody but the emulator checks its tokens."""
        return web.json_response({"keys": []})

    async def instance(self, request: web.Request) -> web.StreamResponse:
        """Instance discovery, for clients that can be made to ask here."""
        endpoint = f"{plain_base(request)}/common/v2.0/.well-known/openid-configuration"
        return web.json_response({"tenant_discovery_endpoint": endpoint, "api-version": "1.1", "metadata": []})

    async def user_realm(self, request: web.Request) -> web.StreamResponse:
        """The realm of a user name."""
        return web.json_response(metadata.user_realm(request.match_info["username"]))

    async def token(self, request: web.Request) -> web.StreamResponse:
        """The token endpoint of a tenant; the old form takes a resource in place of a scope."""
        form = {key: str(value) for key, value in (await request.post()).items()}
        if "scope" not in form and "resource" in form:
            form["scope"] = form["resource"]
        tenant = request.match_info["tenant"]
        endpoint = f"{plain_base(request)}/{tenant}/oauth2/v2.0/token"
        directory = self.emulation.estate.directory
        return web.json_response(directory.token(tenant, form, self.emulation.now(), endpoint))

    async def app_service_token(self, request: web.Request) -> web.StreamResponse:
        """The App Service form: IDENTITY_ENDPOINT with the header X-IDENTITY-HEADER."""
        if request.headers.get("X-IDENTITY-HEADER") != self.identity_header:
            return web.json_response({"statusCode": 401, "message": "Unauthorized"}, status=401)
        return self._identity_token(request, {})

    async def imds_token(self, request: web.Request) -> web.StreamResponse:
        """The form of the instance metadata service, which wants the header Metadata: true."""
        if request.headers.get("Metadata", "").lower() != "true":
            text = "Required metadata header not specified"
            return web.json_response({"error": "invalid_request", "error_description": text}, status=400)
        return self._identity_token(request, {"expires_in": "3600", "ext_expires_in": "3600"})

    def _identity_token(self, request: web.Request, more: Json) -> web.Response:
        resource = request.query.get("resource", "")
        if not resource:
            text = "The parameter 'resource' is missing"
            return web.json_response({"error": "invalid_request", "error_description": text}, status=400)
        now = self.emulation.now()
        identity = self.emulation.estate.directory.identity(request.query.get("client_id", ""))
        if identity is None:
            return web.json_response(
                {"error": "invalid_request", "error_description": "Identity not found"}, status=400
            )
        body = {
            "access_token": self.emulation.estate.directory.issue(identity, resource, now),
            "client_id": identity.client_id,
            "expires_on": str(int(now) + 3600),
            "not_before": str(int(now)),
            "resource": resource,
            "token_type": "Bearer",
        }
        return web.json_response({**body, **more})


async def read_json(request: web.Request) -> object:
    """The body as JSON data, None for none; InvalidRequestContent where it is something else."""
    if not request.body_exists:
        return None
    text = await request.text()
    try:
        return json.loads(text) if text.strip() else None
    except JSONDecodeError as error:
        raise azure_error("InvalidRequestContent", reason=str(error)) from error


def plain_base(request: web.Request) -> str:
    """Scheme and host as the client wrote them."""
    return f"{request.scheme}://{request.host}"


def base_url(request: web.Request) -> str:
    """Scheme, host and always a port, as links of the service have it."""
    host = request.host
    with_port = host.rpartition(":")[2].isdigit() and not host.endswith("]")
    return f"{request.scheme}://{host}" if with_port else f"{request.scheme}://{host}:443"

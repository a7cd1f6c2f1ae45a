# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What passes between the web layer and the rules: a call, a reply, and the errors that Azure documents.

The rules know nothing of aiohttp. A handler takes a `Call` and gives a `Reply` or raises `AzureError`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

GATEWAY = {"x-ms-failure-cause": "gateway"}


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer; `body` is JSON data, or None for no content at all."""

    status: int
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """The body as the service writes it: compact, with escaped slashes. Empty where there is no body."""
        if self.body is None:
            return ""
        return json.dumps(self.body, separators=(",", ":"), ensure_ascii=False).replace("/", "\\/")


@dataclass(frozen=True, slots=True)
class Grant:
    """Allowed actions (with `*` wildcards) below one scope."""

    actions: tuple[str, ...]
    scope: str = "/"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls: the object of a token. `rights` is "owner", "reader", "none" or a tuple of `Grant`."""

    client_id: str
    object_id: str
    tenant: str
    rights: str | tuple[Grant, ...] = "owner"


@dataclass(frozen=True, slots=True)
class Call:
    """One ARM request after the web layer: path parameters in order, query and headers in lower case."""

    method: str
    path: str
    names: tuple[str, ...]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: object
    base_url: str
    now: float
    principal: Principal


@dataclass(frozen=True, slots=True)
class ErrorTemplate:
    """One documented error. `gateway` errors are wrapped in {"error": ...}; the others stand at the top level."""

    status: int
    code: str
    message: str
    gateway: bool = False
    details_code: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    json_in_string: bool = False

    def reply(self, values: Mapping[str, object]) -> Reply:
        """Fill the message from `values`; a placeholder that has no value stays visible as `{name}`."""
        message = self.message.format_map(_Visible(values))
        error: Json = {"code": self.code, "message": message}
        if self.details_code:
            error["details"] = [{"code": self.details_code, "message": message}]
        body: object = {"error": error} if self.gateway else error
        if self.json_in_string:
            body = json.dumps(error, separators=(",", ":"))
        return Reply(self.status, body, {**(GATEWAY if self.gateway else {}), **self.headers})


class _Visible(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


class AzureError(Exception):
    """Ends a call with the reply that it carries."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.text())
        self.reply = reply

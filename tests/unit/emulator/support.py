# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An estate to call without any web: what the tables of the emulator's tests share."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Any

from tests.emulator import arm, seed
from tests.emulator.estate import Estate
from tests.emulator.messages import Call, Principal, Reply
from tests.emulator.routing import split_path

NOW = 1_800_000_000.0
OWNER = Principal("client", "object", seed.TENANT, "owner")
GROUP = f"/subscriptions/{seed.SUBSCRIPTION}/resourceGroups/rg-dns"
NETWORK = f"{GROUP}/providers/Microsoft.Network"
ZONE = f"{NETWORK}/dnsZones/contoso.com"
TARGET = "x.westus.cloudapp.azure.com"


def estate_of(**more: Any) -> Estate:
    """The default estate with parts of a seed in place of the default's."""
    estate = seed.build(more)
    numbers = count(1)
    estate.new_id = estate.dns.new_etag = lambda: f"etag-{next(numbers)}"
    return estate


def with_group(**group: Any) -> Estate:
    """An estate whose one group holds what is given."""
    one = {"name": "rg-dns", "location": "westus", **group}
    return estate_of(subscriptions=[{"id": seed.SUBSCRIPTION, "resource_groups": [one]}])


def call(
    estate: Estate,
    method: str,
    path: str,
    body: object = None,
    *,
    principal: Principal = OWNER,
    now: float = NOW,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
) -> Reply:
    """One ARM call; the api-version is added where the query has none."""
    asked = {"api-version": "2018-05-01", **(query or {})}
    lowered = {key.lower(): value for key, value in (headers or {}).items()}
    sent = {key.lower(): value for key, value in asked.items() if value}
    _key, names = split_path(path)
    return arm.answer(estate, Call(method, path, names, sent, lowered, body, "https://127.0.0.1:8443", now, principal))


def cname(target: str = TARGET, **more: Any) -> dict[str, Any]:
    """The body of a CNAME record set."""
    return {"properties": {"TTL": 300, "CNAMERecord": {"cname": target}, **more}}


def code(reply: Reply) -> str:
    """The error code of a reply of either shape; empty where there is none."""
    body = reply.body if isinstance(reply.body, dict) else {}
    inner = body.get("error", body)
    return str(inner.get("code", ""))


def data(reply: Reply) -> dict[str, Any]:
    """The body of a reply as an object."""
    assert isinstance(reply.body, dict), reply
    return reply.body

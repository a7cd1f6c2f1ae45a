# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The options of the look for drift, checked and turned into what the engine takes."""

from __future__ import annotations

import platform
import secrets
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from ipaddress import ip_address
from typing import Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.case import Settings
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.judge import Tolerance
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.observations import PUBLIC_VIEW, Expect
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.taxonomy import CODES
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._core.known_words import unknown_word
from ansible_collections.configmgr.cmg.plugins.module_utils._core.records import comparable
from ansible_collections.configmgr.cmg.plugins.module_utils._core.rule_pages import PAGE, SITE
from ansible_collections.configmgr.cmg.plugins.module_utils._dns.messages import Endpoint, library
from ansible_collections.configmgr.cmg.plugins.module_utils._dns.observe import Observer, View
from ansible_collections.configmgr.cmg.plugins.module_utils._dns.pacing import Clock, Politeness
from ansible_collections.configmgr.cmg.plugins.module_utils._dns.transport import Transport
from ansible_collections.configmgr.cmg.plugins.module_utils._dns.walk import ROOT_SERVERS, Source, Surroundings, Walk
from ansible_collections.configmgr.cmg.plugins.module_utils._module.limits import TIMEOUT, check_timeout
from ansible_collections.configmgr.cmg.plugins.module_utils._module.ranges import OF_SERVED, Range, check_ranges

CONTROL_PLANE, AUTHORITATIVE, RECURSIVE, TARGET, SERVED = LAYERS = (
    "control_plane",
    "authoritative",
    "recursive",
    "target",
    "served",
)
PORTS = {"do53": 53, "dot": 853, "doh": 443}
RESOLVER_OPTIONS: dict[str, dict[str, Any]] = {
    "address": {"type": "str", "required": True},
    "port": {"type": "int"},
    "transport": {"type": "str", "choices": list(PORTS), "default": "do53"},
    "server_name": {"type": "str"},
    "path": {"type": "str", "default": "/dns-query"},
    "ca_bundle": {"type": "path"},
}
RESOLVERS: dict[str, Any] = {"type": "list", "elements": "dict", "options": RESOLVER_OPTIONS}
VIEW_OPTIONS: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "resolvers": {**RESOLVERS, "required": True},
    "expect": {"type": "str", "choices": [str(one) for one in Expect], "default": str(Expect.DECLARED)},
    "targets": {"type": "dict", "default": {}},
}
ACCEPT_OPTIONS: dict[str, dict[str, Any]] = {
    "code": {"type": "str", "required": True},
    "name": {"type": "str", "default": "*"},
    "server": {"type": "str", "default": "*"},
    "reason": {"type": "str", "required": True},
    "until": {"type": "str"},
}
OPTIONS: dict[str, dict[str, Any]] = {
    "layers": {"type": "list", "elements": "str", "choices": list(LAYERS), "default": list(LAYERS)},
    "resolvers": RESOLVERS,
    "views": {"type": "list", "elements": "dict", "options": VIEW_OPTIONS, "default": []},
    "recursive_sample": {"type": "int"},
    "delegation_from": {"type": "str", "choices": [str(one) for one in Source], "default": str(Source.AUTO)},
    "root_hints": {"type": "dict"},
    "port": {"type": "int", "default": 53},
    "ipv6": {"type": "bool"},
    "tries": {"type": "list", "elements": "float", "default": [0.8, 1.2, 2.0]},
    "queries_per_second": {"type": "float", "default": 200.0},
    "resolver_queries_per_second": {"type": "float", "default": 50.0},
    "queries_in_flight": {"type": "int", "default": 64},
    "compare_ttl": {"type": "bool", "default": True},
    "caa_issuers": {"type": "list", "elements": "str", "default": []},
    "expiry_warning_days": {"type": "int", "default": 30},
    "served_port": {"type": "int", "default": 443},
    "served_timeout": {"type": "float", "default": 10.0},
    "windows_roots": {"type": "path"},
    "wait": {"type": "bool", "default": False},
    "wait_timeout": {"type": "int", "default": 300},
    "wait_interval": {"type": "float", "default": 5.0},
    "accept": {"type": "list", "elements": "dict", "options": ACCEPT_OPTIONS, "default": []},
    "strict": {"type": "bool", "default": False},
    "changing": {"type": "list", "elements": "str", "default": []},
    "undeployed": {"type": "bool", "default": False},
    "held": {"type": "list", "elements": "str", "default": []},
    "hold_alias": {"type": "bool", "default": False},
    "partial": {"type": "bool", "default": False},
    "vantage": {"type": "str"},
    **TIMEOUT,
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """For how long the name servers are waited for, and how long the first pause is; seconds."""

    timeout: float
    interval: float


@dataclass(frozen=True, slots=True)
class Request:
    """What the task asks for, apart from the gateways and the connection."""

    layers: frozenset[str]
    views: tuple[View, ...]
    sample: int | None
    surroundings: Surroundings
    politeness: Politeness
    for_resolvers: Politeness
    settings: Settings
    tolerances: tuple[Tolerance, ...]
    compare_ttl: bool
    issuers: tuple[str, ...]
    waiting: Waiting | None
    vantage: str
    partial: bool


def request_of(options: Mapping[str, Any]) -> Request:
    """What the options of the task ask for.

    :raises InvalidInput: for what an argument spec cannot say, such as a number out of its range.
    :raises MissingLibrary: when dnspython is not installed.
    """
    _check_numbers(options)
    check_timeout(options)
    resolvers = tuple(endpoint_of(entry, "resolvers") for entry in _given_resolvers(options))
    if options["delegation_from"] == Source.RESOLVERS and not resolvers:
        raise InvalidInput("delegation_from is 'resolvers' and there is none. Give some in resolvers.")
    views = [View(PUBLIC_VIEW, resolvers)] if resolvers else []
    tries = tuple(options["tries"])
    in_flight = options["queries_in_flight"]
    return Request(
        layers=frozenset(options["layers"]),
        views=(*views, *map(_view, options["views"])),
        sample=options["recursive_sample"],
        surroundings=_surroundings(options, resolvers),
        politeness=Politeness(in_flight, options["queries_per_second"] or None, tries),
        for_resolvers=Politeness(in_flight, options["resolver_queries_per_second"] or None, tries),
        settings=_settings(options),
        tolerances=tuple(map(_tolerance, options["accept"])),
        compare_ttl=options["compare_ttl"],
        issuers=tuple(sorted({issuer.lower() for issuer in options["caa_issuers"]})),
        waiting=Waiting(options["wait_timeout"], options["wait_interval"]) if options["wait"] else None,
        vantage=options["vantage"] or platform.node(),
        partial=options["partial"],
    )


def _settings(options: Mapping[str, Any]) -> Settings:
    return Settings(
        expiring=timedelta(days=options["expiry_warning_days"]),
        strict=options["strict"],
        changing=frozenset(map(comparable, options["changing"])),
        undeployed=options["undeployed"],
        held=frozenset(map(comparable, options["held"])),
        holding=options["hold_alias"],
    )


RANGES: tuple[Range, ...] = (
    *OF_SERVED,
    ("port", 1, 65_535),
    ("queries_in_flight", 1, 4096),
    ("queries_per_second", 0, 1_000_000),
    ("resolver_queries_per_second", 0, 1_000_000),
    ("wait_timeout", 1, 86_400),
    ("wait_interval", 0.1, 3600),
    ("recursive_sample", 0, 1_000_000),
)


def _check_numbers(options: Mapping[str, Any]) -> None:
    check_ranges(options, RANGES)
    tries = options["tries"]
    if not 1 <= len(tries) <= 10 or not all(0.01 <= seconds <= 60 for seconds in tries):
        raise InvalidInput(f"tries is {tries}. Give one to ten waiting times in seconds, for example [0.8, 1.2, 2.0].")


def _given_resolvers(options: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    """The resolvers of the task, or those of the system."""
    if options["resolvers"] is not None:
        return list(options["resolvers"])
    return [{"address": address, "transport": "do53"} for address in system_resolvers()]


def system_resolvers() -> list[str]:
    """The addresses of the resolvers that this machine uses; none where that cannot be told."""
    resolver = library("dns.resolver")
    try:
        return [str(server) for server in resolver.Resolver().nameservers if _is_address(str(server))]
    except resolver.NoResolverConfiguration:
        return []


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def endpoint_of(entry: Mapping[str, Any], option: str) -> Endpoint:
    """A resolver as it is declared.

    :raises InvalidInput: where the address is none, or the port.
    """
    address, transport = entry["address"], entry["transport"]
    port = entry.get("port") or PORTS[transport]
    if not _is_address(address):
        raise InvalidInput(
            f"{option}: {address!r} is no IP address. Resolvers are named by address; the name of their certificate "
            "goes into server_name."
        )
    if not 1 <= port <= 65_535:
        raise InvalidInput(f"{option}: the port of {address} is {port}. Use a number from 1 to 65535.")
    return Endpoint(
        address,
        port,
        "udp" if transport == "do53" else transport,
        entry.get("server_name") or "",
        entry.get("path") or "/dns-query",
        entry.get("ca_bundle"),
    )


def _view(entry: Mapping[str, Any]) -> View:
    name = entry["name"]
    if name == PUBLIC_VIEW:
        raise InvalidInput(f"views: {PUBLIC_VIEW!r} is what resolvers are; choose another name for the view.")
    resolvers = tuple(endpoint_of(resolver, f"views, {name}") for resolver in entry["resolvers"])
    targets = {str(service): str(target) for service, target in entry["targets"].items()}
    return View(name, resolvers, Expect(entry["expect"]), targets)


def _surroundings(options: Mapping[str, Any], resolvers: tuple[Endpoint, ...]) -> Surroundings:
    hints = options["root_hints"]
    for name, address in (hints or {}).items():
        if not _is_address(str(address)):
            raise InvalidInput(f"root_hints: {address!r} of {name} is no IP address.")
    return Surroundings(
        {str(name).rstrip(".").lower(): str(address) for name, address in (hints or ROOT_SERVERS).items()},
        options["port"],
        resolvers,
        Source(options["delegation_from"]),
        has_ipv6() if options["ipv6"] is None else options["ipv6"],
    )


def has_ipv6() -> bool:
    """Whether this machine has a way to the IPv6 internet. Connecting a UDP socket sends nothing."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.connect(("2001:500:2::c", 53))
    except OSError:
        return False
    return True


def _tolerance(entry: Mapping[str, Any]) -> Tolerance:
    code = entry["code"]
    known = {*CODES, *(one.rule.id for one in CODES.values()), "*"}
    if code not in known:
        where = f"The codes are listed at {SITE}{PAGE}, wrong_target for example as DRIFT-WRONG-TARGET."
        raise unknown_word("accept.code", code, known, where)
    return Tolerance(code, entry["reason"], entry["name"], entry["server"], _day(entry["until"]))


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidInput(f"accept: until is {text!r}, which is not a date. Write it as YYYY-MM-DD.") from None


def transport_of(request: Request, clock: Clock) -> Transport:
    """What asks the questions, with other limits for resolvers than for name servers."""
    resolvers = {resolver for view in request.views for resolver in view.resolvers}
    return Transport(clock, request.politeness, dict.fromkeys(resolvers, request.for_resolvers))


def observer_of(request: Request, transport: Transport) -> Observer:
    """What looks at aliases through a transport."""
    return Observer(
        transport.ask, Walk(transport.ask, request.surroundings), lambda: f"no-such-name-{secrets.token_hex(6)}"
    )

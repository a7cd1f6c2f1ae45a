# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Resolvers that are late, lying, blocking or failing, and what has to be found of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import dns.rcode

from tests.dns_lab import behaviours as say
from tests.dns_lab.data import OLD, target
from tests.dns_lab.responder import Behaviour

NAME = "good.main.example"
RIGHT = f"{NAME}. 1200 CNAME {target('good')}."
STALE = f"{NAME}. 900 CNAME {OLD}."
PUBLIC_SOA = "main.example. 250 SOA ns1-09.azure-dns.com. hostmaster.ns1-09.azure-dns.com. 1 3600 300 2419200 300"
INTERNAL_SOA = "main.example. 250 SOA dc1.corp.example. hostmaster.corp.example. 77 900 600 86400 3600"


@dataclass(frozen=True)
class Resolver:
    """A resolver at an address, what has to be found of it, and how its view is declared."""

    what: str
    address: str
    behaviour: Behaviour
    expected: dict[str, str]
    view: dict[str, Any] | None = None
    alias: str = "good"
    layers: tuple[str, ...] = field(default=("control_plane", "authoritative", "recursive"))


INSIDE: dict[str, Any] = {"name": "inside", "expect": "declared", "targets": {}}
ROWS: tuple[tuple[Any, ...], ...] = (
    ("right", say.resolver(RIGHT), {}),
    ("old", say.resolver(STALE), {"resolver_old": "propagating"}),
    ("negative", say.resolver(authority=PUBLIC_SOA), {"resolver_negative_cache": "propagating"}),
    ("serving stale", say.resolver(STALE, ede=3), {"resolver_serving_stale": "propagating"}),
    ("forever", say.resolver(STALE.replace(" 900 ", " 900000 ")), {"resolver_impossible_ttl": "drift"}),
    ("lying", say.lying, {"resolver_lies": "unknown"}),
    ("blocking", say.saying(dns.rcode.NXDOMAIN, ede=15), {"resolver_blocked": "unknown"}),
    ("flattening", say.resolver(f"{NAME}. 60 A 127.54.9.1"), {"resolver_rewrites": "unknown"}),
    ("bogus", say.saying(dns.rcode.SERVFAIL, ede=6), {"dnssec_bogus": "drift"}),
    ("bogus without a word", say.servfail_unless_unchecked(RIGHT), {"dnssec_bogus": "drift"}),
    ("failing", say.saying(dns.rcode.SERVFAIL), {"resolver_servfail": "unknown"}),
    ("refusing", say.saying(dns.rcode.REFUSED), {"server_refused": "unknown"}),
    ("silent", say.silence, {"timeout": "unknown"}),
    ("garbled", say.garbled, {"malformed": "unknown"}),
    ("undeclared internal", say.resolver(STALE, aa=True), {"split_horizon": "unknown"}),
    ("internal without the alias", say.resolver(authority=INTERNAL_SOA), {"split_horizon": "drift"}, INSIDE),
    ("internal and right", say.resolver(RIGHT, aa=True), {}, INSIDE),
    ("internal with its own target", say.resolver(STALE, aa=True), {}, {**INSIDE, "targets": {NAME: OLD}}),
    (
        "internal that should not have it",
        say.resolver(RIGHT, aa=True),
        {"split_horizon": "drift"},
        {**INSIDE, "expect": "absent"},
    ),
    # Without the word of the name servers.
    ("asked alone", say.resolver(STALE), {"resolver_differs": "unknown"}, None, "good", ("recursive",)),
)
RESOLVERS = tuple(
    Resolver(what, f"127.54.4.{number}", behaviour, expected, *view)
    for number, (what, behaviour, expected, *view) in enumerate(ROWS, 1)
)

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Resource ids as routes: an ARM path becomes a key with `*` for every name, and the names in order. Pure.

ARM paths alternate between a type and a name, a namespace follows `providers`, and none of the fixed parts depends
on upper or lower case.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from tests.emulator.estate import Estate
from tests.emulator.messages import Call, Reply

Handler = Callable[[Estate, Call], Reply]
VERBS = {"GET": "read", "HEAD": "read", "PUT": "write", "PATCH": "write", "DELETE": "delete", "POST": "action"}


@dataclass(frozen=True, slots=True)
class Operation:
    """What answers one method of one key. `action` is the full name of the permission that it needs."""

    handler: Handler
    action: str
    versions: tuple[str, ...] = ()


Routes = dict[tuple[str, str], Operation]


def split_path(path: str) -> tuple[str, tuple[str, ...]]:
    """The key of a raw (still percent-encoded) path and the names in it."""
    key: list[str] = []
    names: list[str] = []
    expect_name = False
    after_providers = False
    for part in path.strip("/").split("/"):
        text = unquote(part)
        if expect_name:
            names.append(text)
            key.append("*")
            expect_name = False
            continue
        low = text.lower()
        key.append(low)
        expect_name = not after_providers and low != "providers"
        after_providers = low == "providers"
    return "/".join(key), tuple(names)


def add(routes: Routes, methods: str, key: str, resource_type: str, handler: Handler, *versions: str) -> None:
    """Register `handler` for each of the `methods` (space-separated) of a key; permissions follow from the type."""
    for method in methods.split():
        verb = VERBS[method]
        action = f"{resource_type}/{verb}"
        routes[(method, key.lower())] = Operation(handler, action, versions)

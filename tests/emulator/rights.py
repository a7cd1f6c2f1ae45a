# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who may do what: role assignments in their smallest form. Pure."""

from __future__ import annotations

from fnmatch import fnmatchcase

from tests.emulator.messages import Grant, Principal


def allows(principal: Principal, action: str, scope: str) -> bool:
    """Whether `principal` may do `action` (such as Microsoft.Network/dnsZones/CNAME/write) at `scope`, an id."""
    if principal.rights == "owner":
        return True
    if principal.rights == "reader":
        return action.endswith("/read")
    if isinstance(principal.rights, str):
        return False
    return any(_grants(grant, action, scope) for grant in principal.rights)


def _grants(grant: Grant, action: str, scope: str) -> bool:
    root = grant.scope.lower().rstrip("/")
    inside = scope.lower() == root or scope.lower().startswith(f"{root}/")
    return inside and any(fnmatchcase(action.lower(), pattern.lower()) for pattern in grant.actions)


def sees(principal: Principal, subscription: str) -> bool:
    """Whether a subscription appears in the principal's list of subscriptions."""
    if principal.rights in ("owner", "reader"):
        return True
    if isinstance(principal.rights, str):
        return False
    below = f"/subscriptions/{subscription}".lower()
    return any(grant.scope.strip("/") == "" or grant.scope.lower().startswith(below) for grant in principal.rights)

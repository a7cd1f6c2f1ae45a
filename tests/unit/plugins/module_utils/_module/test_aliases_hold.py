# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which changes are held back, and that nothing else is."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.cmg.plugins.module_utils._core.alias_plan import (
    PlacedAlias,
    check_hold,
    held_finding,
    hold_back,
    plan,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._core.records import (
    MANAGED_BY,
    MARK,
    Action,
    Alias,
    OnConflict,
    RecordSet,
    State,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.zones import Zone

ZONE = Zone("s1", "rg-dns", "contoso.com")
NAME, TARGET, CLASSIC = "granitefalls", "granitefalls.westus.cloudapp.azure.com", "granitefalls.cloudapp.net"


def cname(target: str, ttl: int = 3600, *, ours: bool = False) -> RecordSet:
    return RecordSet("CNAME", NAME, ttl, target, None, {MANAGED_BY: MARK} if ours else {})


@pytest.mark.parametrize(
    ("found", "hold", "action"),
    [
        (None, ["granitefalls.contoso.com"], Action.HELD),
        (None, ["GraniteFalls.contoso.com."], Action.HELD),
        (None, [], Action.CREATE),
        (None, ["wallacefalls.contoso.com"], Action.CREATE),
        (cname(TARGET, ours=True), ["granitefalls.contoso.com"], Action.NONE),
        (cname(TARGET, 300, ours=True), ["granitefalls.contoso.com"], Action.UPDATE),
        (cname(CLASSIC), ["granitefalls.contoso.com"], Action.HELD),
        (cname("elsewhere.contoso.com"), ["granitefalls.contoso.com"], Action.CONFLICT),
        (RecordSet("A", NAME, 300), ["granitefalls.contoso.com"], Action.CONFLICT),
    ],
)
def test_what_is_held_back(found: RecordSet | None, hold: list[str], action: Action) -> None:
    entry = PlacedAlias(Alias("granitefalls.contoso.com", TARGET, 3600, own_classic_name=CLASSIC), ZONE, NAME)
    changes = plan([entry], {ZONE.key: [found] if found else []}, State.PRESENT, OnConflict.FAIL)
    (change,) = hold_back([entry], changes, hold)
    assert change.action is action
    finding = held_finding("g", entry, change)
    if action is not Action.HELD:
        assert finding is None
        return
    assert change.before == change.after == found
    assert finding is not None
    assert (f"points to {CLASSIC} as before" in finding.observed) == (found is not None)


def test_a_name_that_nobody_declared_is_refused() -> None:
    check_hold(["GraniteFalls.contoso.com."], ["granitefalls.contoso.com", None])
    with pytest.raises(InvalidInput, match=r"granitefall\.contoso\.com, which is the service name of none"):
        check_hold(["granitefall.contoso.com"], ["granitefalls.contoso.com"])

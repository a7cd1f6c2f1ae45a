# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whose a record set is and what has to change, as tables."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.configmgr.cmg.plugins.module_utils._core import records
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._core.records import (
    Action,
    Alias,
    Change,
    Conflict,
    OnConflict,
    RecordSet,
    Settlement,
    State,
    decide,
    settle,
)

TARGET = "granitefalls.westus.cloudapp.azure.com"
CLASSIC = "granitefalls.cloudapp.net"
MARK = {"managed-by": "configmgr.cmg"}
ALIAS = Alias("granitefalls.contoso.com", TARGET, 3600)
CONVERTING = replace(ALIAS, own_classic_name=CLASSIC)
RESOURCE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/trafficManagerProfiles/p"


def cname(target: str | None = TARGET, ttl: int = 3600, **metadata: str) -> RecordSet:
    return RecordSet("CNAME", "granitefalls", ttl, target, None, {k.replace("_", "-"): v for k, v in metadata.items()})


def ours(target: str | None = TARGET, ttl: int = 3600, **metadata: str) -> RecordSet:
    found = cname(target, ttl, **metadata)
    return replace(found, metadata={**found.metadata, **MARK})


def other(kind: str) -> RecordSet:
    return RecordSet(kind, "granitefalls", 300)


AZURE_ALIAS = RecordSet("CNAME", "granitefalls", 30, None, RESOURCE, {"team": "web"})


def plan(
    found: list[RecordSet],
    alias: Alias = ALIAS,
    state: State = State.PRESENT,
    on_conflict: OnConflict = OnConflict.FAIL,
) -> Change:
    return decide(alias, "granitefalls", found, state, on_conflict)


@pytest.mark.parametrize(
    ("found", "alias", "action", "conflict"),
    [
        ([], ALIAS, Action.CREATE, None),
        ([cname()], ALIAS, Action.NONE, None),
        ([cname(TARGET.upper())], ALIAS, Action.NONE, None),
        ([cname(f"{TARGET}.")], ALIAS, Action.NONE, None),
        ([ours("GraniteFalls.WestUS.CloudApp.Azure.Com.")], ALIAS, Action.NONE, None),
        ([ours()], ALIAS, Action.NONE, None),
        ([ours(ttl=300)], ALIAS, Action.UPDATE, None),
        ([ours("else.contoso.net")], ALIAS, Action.UPDATE, None),
        ([ours(None)], ALIAS, Action.UPDATE, None),
        ([cname(ttl=300)], ALIAS, Action.CONFLICT, Conflict.OTHER_TTL),
        ([cname("else.contoso.net")], ALIAS, Action.CONFLICT, Conflict.OTHER_TARGET),
        ([cname(CLASSIC)], ALIAS, Action.CONFLICT, Conflict.OTHER_TARGET),
        ([cname(CLASSIC)], CONVERTING, Action.UPDATE, None),
        ([cname(f"{CLASSIC.upper()}.")], CONVERTING, Action.UPDATE, None),
        ([cname("wallacefalls.cloudapp.net")], CONVERTING, Action.CONFLICT, Conflict.OTHER_TARGET),
        ([cname(managed_by="terraform", ttl=300)], ALIAS, Action.CONFLICT, Conflict.OTHER_TTL),
        ([cname(None)], ALIAS, Action.CONFLICT, Conflict.EMPTY),
        ([AZURE_ALIAS], ALIAS, Action.CONFLICT, Conflict.AZURE_ALIAS),
        ([other("A")], ALIAS, Action.CONFLICT, Conflict.OTHER_TYPE),
        ([other("A")], CONVERTING, Action.CONFLICT, Conflict.OTHER_TYPE),
        ([other("NS")], ALIAS, Action.CONFLICT, Conflict.OTHER_TYPE),
    ],
)
def test_present(found: list[RecordSet], alias: Alias, action: Action, conflict: Conflict | None) -> None:
    change = plan(found, alias)
    assert (change.action, change.conflict) == (action, conflict)


@pytest.mark.parametrize(
    ("found", "action"),
    [
        (cname(ttl=300), Action.UPDATE),
        (cname("else.contoso.net"), Action.UPDATE),
        (cname(None), Action.UPDATE),
        (AZURE_ALIAS, Action.UPDATE),
        (cname(), Action.NONE),
        (other("A"), Action.CONFLICT),
        (other("TXT"), Action.CONFLICT),
        (other("NS"), Action.CONFLICT),
    ],
)
def test_only_cnames_are_ever_replaced(found: RecordSet, action: Action) -> None:
    assert plan([found], on_conflict=OnConflict.REPLACE).action is action


@pytest.mark.parametrize("on_conflict", OnConflict)
def test_every_blocking_type_is_named(on_conflict: OnConflict) -> None:
    change = plan([other("TXT"), other("A"), other("MX")], on_conflict=on_conflict)
    assert (change.action, change.blocking_types) == (Action.CONFLICT, ("A", "MX", "TXT"))


@pytest.mark.parametrize(
    ("found", "on_conflict", "action"),
    [
        ([], OnConflict.FAIL, Action.NONE),
        ([ours()], OnConflict.FAIL, Action.DELETE),
        ([ours("else.contoso.net")], OnConflict.FAIL, Action.DELETE),
        ([cname()], OnConflict.FAIL, Action.CONFLICT),
        ([cname()], OnConflict.REPLACE, Action.DELETE),
        ([AZURE_ALIAS], OnConflict.FAIL, Action.CONFLICT),
        ([AZURE_ALIAS], OnConflict.REPLACE, Action.DELETE),
        ([cname(None)], OnConflict.FAIL, Action.CONFLICT),
        ([other("A")], OnConflict.FAIL, Action.NONE),
        ([other("A")], OnConflict.REPLACE, Action.NONE),
    ],
)
def test_absent(found: list[RecordSet], on_conflict: OnConflict, action: Action) -> None:
    change = plan(found, state=State.ABSENT, on_conflict=on_conflict)
    assert change.action is action
    assert change.conflict is (Conflict.NOT_OURS if action is Action.CONFLICT else None)
    assert change.after is (None if action in {Action.NONE, Action.DELETE} else change.before)


def test_the_classic_alias_of_a_converted_gateway_is_ours_to_remove() -> None:
    assert plan([cname(CLASSIC)], CONVERTING, State.ABSENT).action is Action.DELETE


@pytest.mark.parametrize(
    ("found", "declared", "metadata"),
    [
        (None, {}, MARK),
        (None, {"owner": "us"}, {"owner": "us", **MARK}),
        (ours(team="web"), {"owner": "us"}, {"team": "web", "owner": "us", **MARK}),
        (
            ours("old.contoso.net", 60, team="web"),
            {},
            {"team": "web", **MARK, "cmg-previous-target": "old.contoso.net", "cmg-previous-ttl": "60"},
        ),
        (
            ours("old.contoso.net", 60, cmg_previous_target="older", cmg_previous_ttl="7", cmg_changed_at="then"),
            {},
            {**MARK, "cmg-previous-target": "old.contoso.net", "cmg-previous-ttl": "60"},
        ),
        (ours(None, 60), {}, {**MARK, "cmg-previous-ttl": "60"}),
        (
            replace(AZURE_ALIAS, metadata={"team": "web", **MARK}),
            {},
            {"team": "web", **MARK, "cmg-previous-target": RESOURCE, "cmg-previous-ttl": "30"},
        ),
        (
            ours(cmg_previous_target="older", cmg_changed_at="then"),
            {"owner": "us"},
            {"owner": "us", **MARK, "cmg-previous-target": "older", "cmg-changed-at": "then"},
        ),
    ],
)
def test_metadata_after(found: RecordSet | None, declared: dict[str, str], metadata: dict[str, str]) -> None:
    change = plan([found] if found else [], replace(ALIAS, metadata=declared))
    assert change.after is not None
    assert change.action in {Action.CREATE, Action.UPDATE}
    assert change.after.metadata == metadata


def test_what_was_not_read_is_not_written() -> None:
    """The mark of another tool goes only where the user has the record taken over."""
    change = plan([cname("else", managed_by="terraform", Team="web")], on_conflict=OnConflict.REPLACE)
    assert change.after is not None
    assert {"managed-by": "configmgr.cmg", "Team": "web"}.items() <= change.after.metadata.items()


def test_the_spelling_of_a_right_target_is_kept() -> None:
    change = plan([ours(f"{TARGET.upper()}.", ttl=300)])
    assert change.after is not None
    assert change.after.target == f"{TARGET.upper()}."


def test_an_azure_alias_is_replaced_as_a_whole() -> None:
    change = plan([AZURE_ALIAS], on_conflict=OnConflict.REPLACE)
    assert change.after is not None
    assert (change.after.target, change.after.target_resource, change.after.ttl) == (TARGET, None, 3600)


@pytest.mark.parametrize("ttl", [1, 2_147_483_647])
def test_every_ttl_of_the_range(ttl: int) -> None:
    records.check_alias(replace(ALIAS, ttl=ttl))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"ttl": 0}, "dns.ttl of granitefalls.contoso.com is 0; Azure DNS takes 1 to 2147483647 seconds"),
        ({"ttl": 2_147_483_648}, "is 2147483648"),
        ({"ttl": -1}, "is -1"),
        ({"service_name": "g." + "a" * 64 + ".com"}, "has 64 characters; a DNS label has at most 63"),
        ({"service_name": ".".join(["a" * 49] * 5) + ".contoso"}, "has 257 characters; a DNS name has at most 253"),
        ({"metadata": {"managed-by": "me"}}, "contains managed-by, which this collection writes itself"),
        ({"metadata": {"CMG-Changed-At": "me"}}, "contains cmg-changed-at"),
    ],
)
def test_refused_before_anything_is_read(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        records.check_alias(replace(ALIAS, **wrong))
    assert said in caught.value.message


def test_the_final_dot_does_not_count_in_the_length() -> None:
    records.check_alias(replace(ALIAS, service_name=".".join(["a" * 49] * 5) + ".com."))


CREATE = plan([])
UPDATE = plan([ours("old.contoso.net")])
DELETE = plan([ours("old.contoso.net", team="web")], state=State.ABSENT)


@pytest.mark.parametrize(
    ("planned", "found", "state", "settlement"),
    [
        (CREATE, CREATE.after, State.PRESENT, Settlement.DONE),
        (CREATE, cname(), State.PRESENT, Settlement.DONE),
        (CREATE, cname("else.contoso.net"), State.PRESENT, Settlement.LOST),
        (CREATE, ours("else.contoso.net"), State.PRESENT, Settlement.LOST),
        (CREATE, None, State.PRESENT, Settlement.RETRY),
        (UPDATE, UPDATE.after, State.PRESENT, Settlement.DONE),
        (UPDATE, ours("old.contoso.net"), State.PRESENT, Settlement.RETRY),
        (UPDATE, ours("old.contoso.net", team="new"), State.PRESENT, Settlement.RETRY),
        (UPDATE, ours("third.contoso.net"), State.PRESENT, Settlement.LOST),
        (UPDATE, ours("old.contoso.net", ttl=5), State.PRESENT, Settlement.LOST),
        (UPDATE, cname("old.contoso.net", managed_by="terraform"), State.PRESENT, Settlement.LOST),
        (UPDATE, cname("old.contoso.net"), State.PRESENT, Settlement.LOST),
        (UPDATE, ours("old.contoso.net", cmg_previous_target="x"), State.PRESENT, Settlement.LOST),
        (UPDATE, None, State.PRESENT, Settlement.LOST),
        (DELETE, None, State.ABSENT, Settlement.DONE),
        (DELETE, ours("old.contoso.net", team="web"), State.ABSENT, Settlement.RETRY),
        (DELETE, ours("old.contoso.net"), State.ABSENT, Settlement.RETRY),
        (DELETE, ours("old.contoso.net", team="web", more="1"), State.ABSENT, Settlement.LOST),
        (DELETE, ours("old.contoso.net", team="else"), State.ABSENT, Settlement.LOST),
        (DELETE, ours("new.contoso.net", team="web"), State.ABSENT, Settlement.LOST),
    ],
)
@pytest.mark.parametrize("on_conflict", OnConflict)
def test_settlement(
    planned: Change, found: RecordSet | None, state: State, settlement: Settlement, on_conflict: OnConflict
) -> None:
    now = plan([found] if found else [], state=state, on_conflict=on_conflict)
    assert settle(planned, now, found) is settlement


def test_declared_metadata_that_somebody_else_has_just_set_is_not_overwritten() -> None:
    alias = replace(ALIAS, metadata={"owner": "us"})
    planned, found = plan([ours("old.contoso.net")], alias), ours("old.contoso.net", owner="them")
    assert settle(planned, plan([found], alias), found) is Settlement.LOST


@pytest.mark.parametrize(
    ("record_set", "lines"),
    [
        (None, []),
        (cname(), [f"granitefalls.contoso.com. 3600 IN CNAME {TARGET}."]),
        (cname(f"{TARGET}."), [f"granitefalls.contoso.com. 3600 IN CNAME {TARGET}."]),
        (
            ours(team="web", cmg_changed_at="now"),
            [f"granitefalls.contoso.com. 3600 IN CNAME {TARGET}. ; managed-by=configmgr.cmg, team=web"],
        ),
        (cname(None), ["granitefalls.contoso.com. 3600 IN CNAME ; empty record set"]),
        (AZURE_ALIAS, [f"granitefalls.contoso.com. 30 IN CNAME ; Azure alias of {RESOURCE}, team=web"]),
        (
            cname(note="two\nlines"),
            [f"granitefalls.contoso.com. 3600 IN CNAME {TARGET}. ; note=two\\u000alines"],
        ),
    ],
)
def test_zone_lines(record_set: RecordSet | None, lines: list[str]) -> None:
    assert records.zone_lines("GraniteFalls.contoso.com.", record_set) == lines


def test_the_difference_holds_writes_only_and_is_sorted() -> None:
    changes = [
        ("b.contoso.com", Change(Action.CREATE, None, cname())),
        ("c.contoso.com", Change(Action.NONE, cname(), cname())),
        ("d.contoso.com", Change(Action.CONFLICT, other("A"), other("A"), Conflict.OTHER_TYPE)),
        ("a.contoso.com", Change(Action.UPDATE, cname("old.contoso.net"), cname())),
        ("e.contoso.com", Change(Action.DELETE, cname("old.contoso.net"), None)),
    ]
    assert records.diff_of(changes) == {
        "before": (
            "a.contoso.com. 3600 IN CNAME old.contoso.net.\n"
            "e.contoso.com. 3600 IN CNAME old.contoso.net.\n"
        ),
        "after": f"a.contoso.com. 3600 IN CNAME {TARGET}.\nb.contoso.com. 3600 IN CNAME {TARGET}.\n",
    }  # fmt: skip


def test_the_moment_is_written_once() -> None:
    first = records.stamped(ours(), "2026-01-01")
    assert first.metadata["cmg-changed-at"] == "2026-01-01"
    assert records.stamped(first, "2027-01-01") == first

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The laws of the judge: a function of its inputs, blind to their order, and never a drift from silence alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.judge import Tolerance, judge
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.observations import (
    End,
    Observed,
    PlaneView,
    Reply,
    Resolution,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.report import Judgement, alias_entry, diff_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.taxonomy import STATE_ORDER, State
from tests.unit.plugins.module_utils._core.drift.cases import (
    ADDRESSES,
    DECLARED,
    NOW,
    OLD,
    RA,
    ZONE,
    changed,
    cname,
    everywhere,
    negative,
    observed,
    plane,
    plane_zone,
    resolver,
    said,
    served,
    silent,
    target,
    zone,
)

FAILURES = st.sampled_from([End.TIMEOUT, End.UNREACHABLE, End.MALFORMED, End.TRUNCATED])


def a_reply(number: int) -> st.SearchStrategy[Reply]:
    return st.one_of(
        st.just(said(cname(), number=number)),
        st.just(said(cname(OLD), number=number)),
        st.just(said(cname(ttl=60), number=number)),
        st.just(said(cname(), cname(OLD), number=number)),
        st.just(said(cname(), number=number, flags=RA)),
        st.just(said(cname(), number=number, edns=False)),
        st.just(said(number=number, **negative())),
        st.just(said(number=number, **negative("NOERROR"))),
        st.sampled_from(["REFUSED", "SERVFAIL", "NOTIMP"]).map(
            lambda rcode: said(number=number, rcode=rcode, flags=RA)
        ),
        FAILURES.map(lambda end: silent(end, number)),
    )


REPLIES = st.tuples(*(a_reply(number) for number in range(len(ADDRESSES))))
PLANES = st.sampled_from(
    [
        None,
        PlaneView(),
        plane(),
        changed(20),
        changed(9000),
        plane(plane_zone(record=None)),
        plane(plane_zone(), plane_zone(resource_group="b")),
    ]
)
RESOLVERS = st.lists(
    st.sampled_from(
        [
            resolver(cname()),
            resolver(cname(OLD, 60)),
            resolver(**negative()),
            resolver(rcode="SERVFAIL"),
            resolver(rcode="SERVFAIL", extended_errors=(6,)),
            resolver(end=End.TIMEOUT),
            resolver(cname(), view="inside"),
        ]
    ),
    max_size=3,
).map(tuple)
FREE = target(Resolution.NXDOMAIN, owned=False, claimable=True)
TARGETS = st.sampled_from([None, *(target(one) for one in Resolution), target(owned=None, complete=False), FREE])
SERVED = st.sampled_from(
    [None, (), (served(),), (served(names=()),), (served(failure="no"), served(address="192.0.2.81"))]
)
SEEN = st.builds(
    lambda replies, seen_plane, recursive, seen_target, seen_served: observed(
        authoritative=replies, plane=seen_plane, recursive=recursive, target=seen_target, served=seen_served
    ),
    REPLIES,
    PLANES,
    RESOLVERS,
    TARGETS,
    SERVED,
)


def mixed(seen: Observed, draw: st.DataObject) -> Observed:
    """The same observations in another order."""

    def shuffled(values: Any) -> Any:
        return values if values is None else tuple(draw.draw(st.permutations(values)))

    view, seen_plane = seen.zone, seen.plane
    if view is not None:
        view = replace(view, servers=shuffled(view.servers), soa=shuffled(view.soa), ns=shuffled(view.ns))
    if seen_plane is not None:
        seen_plane = replace(seen_plane, zones=shuffled(seen_plane.zones))
    changes: dict[str, Any] = {
        name: shuffled(getattr(seen, name)) for name in ("authoritative", "follow_ups", "recursive", "served")
    }
    return replace(seen, zone=view, plane=seen_plane, **changes)


@given(SEEN, st.data())
def test_the_order_of_observations_changes_nothing(seen: Observed, data: st.DataObject) -> None:
    one, other = (Judgement(judge(DECLARED, it, NOW), it) for it in (seen, mixed(seen, data)))
    assert alias_entry(one, "here") == alias_entry(other, "here")
    assert diff_of([one.verdict]) == diff_of([other.verdict])


@given(SEEN)
def test_the_same_input_has_the_same_verdict(seen: Observed) -> None:
    assert judge(DECLARED, seen, NOW) == judge(DECLARED, seen, NOW)


@given(
    st.tuples(*(st.builds(silent, FAILURES, st.just(number)) for number in range(4))),
    FAILURES,
    st.booleans(),
)
def test_silence_alone_is_never_drift(replies: tuple[Reply, ...], end: End, asked: bool) -> None:
    soa = tuple(silent(end, number, ZONE, "SOA") for number in range(4))
    seen = Observed(
        zone=zone(soa=soa, ns=(), servers=()),
        authoritative=replies,
        recursive=(resolver(end=end),) if asked else None,
        target=target(Resolution.UNKNOWN),
        served=(served(failure="No answer in time.", names=()),),
    )
    assert judge(DECLARED, seen, NOW).state is State.UNKNOWN


@given(REPLIES, FAILURES, st.integers(0, 3))
def test_a_server_that_falls_silent_never_makes_it_drift(replies: tuple[Reply, ...], end: End, number: int) -> None:
    """Taking a word away may hide a drift; it never makes one."""
    fewer = (*replies[:number], silent(end, number), *replies[number + 1 :])
    before = judge(DECLARED, observed(authoritative=replies), NOW).state
    after = judge(DECLARED, observed(authoritative=fewer), NOW).state
    assert after is not State.DRIFT or before is State.DRIFT


@given(SEEN)
def test_the_worst_finding_decides(seen: Observed) -> None:
    found = judge(DECLARED, seen, NOW)
    worst = max((STATE_ORDER[drift.state] for drift in found.findings), default=0)
    assert STATE_ORDER[found.state] >= worst
    assert found.state is not State.DRIFT or worst == STATE_ORDER[State.DRIFT]


@given(SEEN)
def test_what_is_tolerated_does_not_count(seen: Observed) -> None:
    found = judge(DECLARED, seen, NOW, tolerances=[Tolerance("*", "known")])
    assert all(drift.accepted for drift in found.findings)
    assert found.state in (State.IN_SYNC, State.UNKNOWN)


@given(SEEN)
def test_fingerprints_tell_findings_apart_and_do_not_move(seen: Observed) -> None:
    found = judge(DECLARED, seen, NOW).findings
    by_place = {(drift.code.code, drift.where) for drift in found}
    assert len({drift.fingerprint for drift in found}) == len(by_place)


def test_a_healthy_alias_is_quiet_from_every_order() -> None:
    assert judge(DECLARED, observed(), NOW).findings == ()
    assert judge(DECLARED, observed(authoritative=everywhere(cname())[::-1]), NOW).findings == ()

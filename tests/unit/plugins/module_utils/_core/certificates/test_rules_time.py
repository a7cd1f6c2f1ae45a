# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of time, to the second: their limits are where certificates are refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.engine import (
    ALL_PURPOSES,
    Evidence,
    Purpose,
    Settings,
    judge,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.path_results import Chain, PathResult
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.rules_time import (
    RULES,
    days_left,
    lifetime,
    public_limit,
)
from tests.unit import certificate_factory as factory
from tests.unit.certificate_factory import DAY, NOW
from tests.unit.evidence_factory import evidence, facts
from tests.unit.rule_examples import Example, examples

SP, SE = Purpose.SERVER_PUBLIC, Purpose.SERVER_ENTERPRISE
CL, CT = Purpose.CLIENT, Purpose.TRUST_CHAIN
SECOND = timedelta(seconds=1)


def made(purpose: Purpose = SP, settings: Settings | None = None, **changes: Any) -> Evidence:
    return evidence(purpose, factory.server(**changes), settings=settings or Settings())


def lasting(start: datetime, span: timedelta, purpose: Purpose = SP) -> Evidence:
    """A certificate looked at on its first day; O(span) lies between its two dates."""
    issued = factory.server(not_before=start, not_after=start + span)
    return evidence(purpose, issued, now=start)


def below(issuer_ends: datetime, purpose: Purpose) -> Evidence:
    """A certificate that ends in 80 days, below a CA that ends then."""
    issuer = factory.authority(factory.root(), not_after=issuer_ends)
    leaf = factory.server(issuer=issuer)
    chain = Chain((facts(leaf), facts(issuer), facts(factory.root())), anchored=True)
    return evidence(purpose, leaf, path=PathResult(facts(leaf), (chain,)))


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# The first and the last day of validity that each limit of the Baseline Requirements applies to.
LIMITS = [
    ("2026-03-14", 398),
    ("2026-03-15", 200),
    ("2027-03-14", 200),
    ("2027-03-15", 100),
    ("2029-03-14", 100),
    ("2029-03-15", 47),
    ("2031-01-01", 47),
]

EXAMPLES = examples(
    *(Example("TIME-001", f"expired, {one}", made(one, not_after=NOW - SECOND), fails=True) for one in ALL_PURPOSES),
    Example("TIME-001", "the very last second", made(not_after=NOW), fails=False),
    *(Example("TIME-002", f"not yet, {one}", made(one, not_before=NOW + SECOND), fails=True) for one in ALL_PURPOSES),
    Example("TIME-002", "the very first second", made(not_before=NOW), fails=False),
    Example(
        "TIME-003", "9 days", made(not_before=NOW - 90 * DAY, not_after=NOW + 9 * DAY), fails=True, says=("9 days",)
    ),
    Example(
        "TIME-003",
        "a second less than 30 days",
        made(not_before=NOW - 365 * DAY, not_after=NOW + 30 * DAY - SECOND),
        fails=True,
    ),
    Example("TIME-003", "30 days", made(not_before=NOW - 365 * DAY, not_after=NOW + 30 * DAY), fails=False),
    Example(
        "TIME-003",
        "60 days, 90 are wanted",
        made(SE, Settings(expiry_warning_days=90), not_before=NOW - 365 * DAY, not_after=NOW + 60 * DAY),
        fails=True,
    ),
    Example("TIME-003", "20 of 47 days", made(not_before=NOW - 27 * DAY, not_after=NOW + 20 * DAY), fails=False),
    Example("TIME-003", "15 of 47 days", made(not_before=NOW - 32 * DAY, not_after=NOW + 15 * DAY), fails=True),
    Example("TIME-003", "expired, which another rule says", made(not_after=NOW - DAY), fails=False),
    *(
        Example(
            "TIME-004",
            f"{start}, {days} days",
            lasting(day(start), days * DAY),
            fails=True,
            says=(f"At most {days} days",),
        )
        for start, days in LIMITS
    ),
    *(
        Example(
            "TIME-004",
            f"{start}, a second less than {days} days",
            lasting(day(start), days * DAY - SECOND),
            fails=False,
        )
        for start, days in LIMITS
    ),
    Example(
        "TIME-005",
        "a year, renewed under the next limit",
        lasting(day("2026-03-01"), 397 * DAY),
        fails=True,
        says=("may last 200 days",),
    ),
    Example(
        "TIME-005",
        "200 days that end after March 2027",
        lasting(day("2026-11-01"), 199 * DAY),
        fails=True,
        says=("may last 100 days",),
    ),
    Example("TIME-005", "90 days", made(), fails=False),
    *(
        Example(
            "TIME-006", f"an issuer that ends first, {one}", below(NOW + 40 * DAY, one), fails=True, says=("Issuing",)
        )
        for one in (SE, CL, CT)
    ),
    Example("TIME-006", "an issuer that ends in the same second", below(NOW + 80 * DAY, SE), fails=False),
    Example("TIME-006", "an expired issuer, which another rule names", below(NOW - DAY, SE), fails=False),
    Example("TIME-007", "10 years", lasting(day("2026-01-01"), 3650 * DAY, SE), fails=True),
    Example("TIME-007", "826 days", lasting(day("2026-01-01"), 826 * DAY, CL), fails=True),
    Example("TIME-007", "825 days", lasting(day("2026-01-01"), 825 * DAY, SE), fails=False),
    Example("TIME-007", "397 days", lasting(day("2026-01-01"), 397 * DAY, SE), fails=False),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_rule(example: Example) -> None:
    example.prove(RULES)


def test_a_sound_certificate_leaves_no_word() -> None:
    assert judge(made(), RULES) == []
    assert judge(made(SE), RULES) == []


def test_not_valid_yet_is_one_finding() -> None:
    future = made(not_before=NOW + DAY, not_after=NOW + 2 * DAY)
    assert [finding.rule for finding in judge(future, RULES)] == ["TIME-002"]


@given(st.integers(min_value=0, max_value=5000))
def test_the_limit_never_grows(days: int) -> None:
    begins = day("2026-01-01") + days * DAY
    assert public_limit(begins) >= public_limit(begins + DAY) >= 47


def test_days() -> None:
    leaf = facts(factory.server(not_before=NOW - DAY, not_after=NOW + 2 * DAY - SECOND))
    assert lifetime(leaf) == 3 * DAY
    assert days_left(leaf, NOW) == 1
    assert days_left(leaf, NOW + 5 * DAY) == -4

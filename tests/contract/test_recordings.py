# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The emulator against 1,260 recorded exchanges with real Azure DNS, value by value.

Replayable is what was sent to the DNS provider with a recorded body. The others are listed with their reason. Older
versions are replayed as 2018-05-01; properties that they did not have yet are left out of the comparison.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.contract.replay import NO_BODY, NOT_DNS, VERSION, Outcome, differences, load, play_all

AGREES = "agrees"
UNKNOWN_PAST = "the zone held record sets that an unrecorded exchange made: numberOfRecordSets differs"
EXPECTED = {AGREES: 1044, UNKNOWN_PAST: 8, NOT_DNS: 175, NO_BODY: 33}
SHARE = 0.95


@pytest.fixture(scope="module")
def outcomes(shared: Path) -> list[Outcome]:
    return asyncio.run(play_all(load(shared / "recordings" / "azure-dns.jsonl")))


def _reason(outcome: Outcome) -> str:
    if outcome.why_not:
        return outcome.why_not
    if not outcome.problems:
        return AGREES
    only_the_count = all(one.startswith("body.properties.numberOfRecordSets:") for one in outcome.problems)
    return UNKNOWN_PAST if only_the_count else "; ".join(outcome.problems)


def test_every_exchange_has_its_place_in_the_table(
    outcomes: list[Outcome], record_property: Callable[[str, object], None]
) -> None:
    counts = Counter(_reason(outcome) for outcome in outcomes)
    record_property("recordings", json.dumps(counts))
    assert dict(counts) == EXPECTED


def test_at_least_95_percent_of_the_replayable_exchanges_agree(outcomes: list[Outcome]) -> None:
    played = [one for one in outcomes if not one.why_not]
    assert sum(not one.problems for one in played) / len(played) >= SHARE


@pytest.mark.parametrize(
    ("version", "replayable", "agreeing"), [(VERSION, 534, 534), ("2016-04-01", 450, 450), ("2017-09-01", 68, 60)]
)
def test_agreement_by_version(outcomes: list[Outcome], version: str, replayable: int, agreeing: int) -> None:
    played = [one for one in outcomes if not one.why_not and one.exchange.version == version]
    assert (len(played), sum(not one.problems for one in played)) == (replayable, agreeing)


def test_the_replay_notices_a_difference(shared: Path) -> None:
    exchange = next(one for one in load(shared / "recordings" / "azure-dns.jsonl") if one.record and one.status == 201)
    changed = json.loads(json.dumps(exchange.answer))
    changed["properties"]["TTL"] += 1
    found = differences(replace(exchange, answer=changed), 201, exchange.answer_headers, exchange.answer)
    ttl = exchange.answer["properties"]["TTL"]
    assert list(found) == [f"body.properties.TTL: {ttl}, recorded {ttl + 1}"]

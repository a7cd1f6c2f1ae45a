# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tools import release
from tools.release import State, Step

FIRST = {"changes": {"release_summary": "First."}, "modules": [{"name": "certificate_info"}]}
FIX = {"changes": {"release_summary": "A fix.", "bugfixes": ["certificate_info - sees more."]}}
READY = State(
    version="1.0.0",
    releases={"1.0.0": FIRST},
    added=frozenset({"1.0.0"}),
    fragments=(),
    tags=frozenset(),
    uncommitted=(),
)
PATCH = replace(READY, version="1.0.1", releases={"1.0.0": FIRST, "1.0.1": FIX}, tags=frozenset({"1.0.0"}))


def summed(**changes: Any) -> dict[str, Any]:
    return {"changes": {"release_summary": "A summary.", **changes}}


@pytest.mark.parametrize("state", [READY, PATCH, replace(PATCH, version="1.1.0", releases={"1.1.0": FIX})])
def test_nothing_is_in_the_way(state: State) -> None:
    assert release.problems(state) == []


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (replace(READY, version="1.0"), "version is 1.0. Use three numbers"),
        (replace(READY, version="01.0.0"), "Use three numbers"),
        (replace(READY, version="1.0.0-rc.1"), "Use three numbers"),
        (replace(READY, added=frozenset({"1.0.0", "1.1.0"})), "1.1.0 is later than 1.0.0"),
        (replace(READY, added=frozenset({"1.0"})), "1.0 is no version of three numbers"),
        (replace(READY, releases={}), "no entry for 1.0.0"),
        (replace(READY, releases={"1.0.0": {"changes": {}}}), "no release_summary"),
        (
            replace(READY, fragments=("changelogs/fragments/12.yml",)),
            "Not in the changelog yet: changelogs/fragments/12",
        ),
        (replace(READY, tags=frozenset({"1.0.0"})), "has been released"),
        (replace(READY, uncommitted=("galaxy.yml",)), "Not committed: galaxy.yml"),
        (replace(PATCH, version="1.0.2", releases={"1.0.0": FIRST, "1.0.2": FIX}), "does not follow 1.0.0"),
        (
            replace(PATCH, releases={"1.0.0": FIRST, "1.0.1": summed(minor_changes=["More."])}),
            "1.0.1 is a PATCH step from 1.0.0, but its changes demand a MINOR one.",
        ),
    ],
)
def test_what_is_in_the_way_is_said(state: State, said: str) -> None:
    found = release.problems(state)
    assert len(found) == 1
    assert said in found[0]


@pytest.mark.parametrize(
    ("entry", "step"),
    [
        (FIX, Step.PATCH),
        (summed(security_fixes=["Closed."], known_issues=["Open."]), Step.PATCH),
        (summed(minor_changes=["More."]), Step.MINOR),
        (summed(deprecated_features=["Less, soon."]), Step.MINOR),
        (FIRST, Step.MINOR),
        ({**summed(), "plugins": {"filter": [{"name": "failing"}]}}, Step.MINOR),
        (summed(breaking_changes=["Other."], minor_changes=["More."]), Step.MAJOR),
        (summed(removed_features=["Less."]), Step.MAJOR),
        ({}, Step.PATCH),
    ],
)
def test_changes_demand_a_step(entry: dict[str, Any], step: Step) -> None:
    assert release.step_demanded(entry) is step


@pytest.mark.parametrize(
    ("after", "step"),
    [
        ((1, 2, 4), Step.PATCH),
        ((1, 3, 0), Step.MINOR),
        ((2, 0, 0), Step.MAJOR),
        ((1, 3, 1), None),
        ((1, 2, 3), None),
        ((3, 0, 0), None),
    ],
)
def test_a_step_raises_one_number(after: release.Version, step: Step | None) -> None:
    assert release.step_made((1, 2, 3), after) is step


def test_versions_are_read_out_of_documentation() -> None:
    texts = ["module: x\nversion_added: 1.0.0\n", 'options:\n  - version_added: "1.2.0"\n', "no_version_added: 9.9.9"]
    assert release.versions_added(texts) == {"1.0.0", "1.2.0"}


def test_this_checkout_is_on_the_way_to_a_release() -> None:
    """Between releases fragments wait and the version may have no entry yet; the rest holds all the time."""
    state = replace(release.present_state(), fragments=(), tags=frozenset(), uncommitted=())
    found = [problem for problem in release.problems(state) if "no entry for" not in problem]
    assert found == []

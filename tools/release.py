#!/usr/bin/env python
# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether this commit can be released as the version in galaxy.yml; RELEASING.md tells what comes before and after.

``python -m tools.release`` prints what is in the way, one sentence to a line, and exits with 1 if anything is.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import yaml

from tools import trees

NUMBERS = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
ADDED = re.compile(r"^\s*-?\s*version_added: *['\"]?([^'\"\s]+)", re.MULTILINE)
DOCUMENTED = ("plugins", "roles", "extensions")
MAJOR_SECTIONS = ("breaking_changes", "removed_features")
MINOR_SECTIONS = ("major_changes", "minor_changes", "deprecated_features")
NEW_CONTENT = ("modules", "plugins", "objects")

Version = tuple[int, int, int]


class Step(IntEnum):
    """Which number of a version goes up, the largest step last."""

    PATCH = 0
    MINOR = 1
    MAJOR = 2


@dataclass(frozen=True)
class State:
    """What is known about the commit. O(added) are the values of C(version_added) in all documentation."""

    version: str
    releases: Mapping[str, Mapping[str, Any]]
    added: frozenset[str]
    fragments: tuple[str, ...]
    tags: frozenset[str]
    uncommitted: tuple[str, ...]


def numbers(version: str) -> Version | None:
    """The three numbers of a released version, or V(None) for any other text. Source: semver.org, 2.0.0, item 2."""
    found = NUMBERS.fullmatch(version)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def step_demanded(release: Mapping[str, Any]) -> Step:
    """How far the version has to go for what is in the changelog. Source: semver.org, 2.0.0, items 6 to 8."""
    sections = release.get("changes", {})
    if any(sections.get(name) for name in MAJOR_SECTIONS):
        return Step.MAJOR
    if any(sections.get(name) for name in MINOR_SECTIONS) or any(release.get(name) for name in NEW_CONTENT):
        return Step.MINOR
    return Step.PATCH


def step_made(before: Version, after: Version) -> Step | None:
    """Which number went up by one, with zeros behind it; V(None) for any other difference."""
    major, minor, patch = before
    steps = {(major + 1, 0, 0): Step.MAJOR, (major, minor + 1, 0): Step.MINOR, (major, minor, patch + 1): Step.PATCH}
    return steps.get(after)


def problems(state: State) -> list[str]:
    """What is in the way of the release; an empty list if nothing is."""
    version = numbers(state.version)
    if version is None:
        return [f"galaxy.yml: version is {state.version}. Use three numbers, for example 1.2.3."]
    return [*_of_versions(state, version), *_of_changelog(state), *_of_repository(state)]


def _of_versions(state: State, version: Version) -> list[str]:
    known = {text: numbers(text) for text in (*state.releases, *state.added)}
    found = [f"{text} is no version of three numbers." for text, value in known.items() if value is None]
    later = sorted(text for text, value in known.items() if value is not None and value > version)
    found += [f"{text} is later than {state.version}: set version in galaxy.yml." for text in later]
    earlier = [value for text in state.releases if (value := known[text]) is not None and value < version]
    return found + _of_step(state, version, max(earlier)) if earlier else found


def _of_step(state: State, version: Version, before: Version) -> list[str]:
    made, demanded = step_made(before, version), step_demanded(state.releases.get(state.version, {}))
    last = ".".join(map(str, before))
    if made is None:
        return [f"{state.version} does not follow {last} by one step."]
    if made < demanded:
        return [f"{state.version} is a {made.name} step from {last}, but its changes demand a {demanded.name} one."]
    return []


def _of_changelog(state: State) -> list[str]:
    found = []
    if state.version not in state.releases:
        found.append(f"The changelog has no entry for {state.version}: run make changelog DATE=YYYY-MM-DD.")
    elif not state.releases[state.version].get("changes", {}).get("release_summary"):
        found.append(f"The changelog's entry for {state.version} has no release_summary: add a fragment with one.")
    if state.fragments:
        found.append(f"Not in the changelog yet: {', '.join(state.fragments)}. Run make changelog DATE=YYYY-MM-DD.")
    return found


def _of_repository(state: State) -> list[str]:
    found = []
    if state.version in state.tags:
        found.append(f"{state.version} has been released: there is a tag of that name. Set version in galaxy.yml.")
    if state.uncommitted:
        found.append(f"Not committed: {', '.join(state.uncommitted)}.")
    return found


def versions_added(texts: Iterable[str]) -> frozenset[str]:
    """Every C(version_added) in sources and documentation."""
    return frozenset(version for text in texts for version in ADDED.findall(text))


def _git(*argv: str) -> list[str]:
    return subprocess.run(
        ["git", *argv], cwd=trees.ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()


def _read(name: str) -> str:
    return (trees.ROOT / name).read_text(encoding="utf-8")


def present_state() -> State:
    """The state of this checkout."""
    names = trees.source_files()
    documented = [name for name in names if name.startswith(DOCUMENTED) and name.endswith((".py", ".yml"))]
    return State(
        version=yaml.safe_load(_read("galaxy.yml"))["version"],
        releases=yaml.safe_load(_read("changelogs/changelog.yaml"))["releases"],
        added=versions_added(map(_read, documented)),
        fragments=tuple(name for name in names if name.startswith("changelogs/fragments/") and name.endswith(".yml")),
        tags=frozenset(_git("tag", "--list")),
        uncommitted=tuple(line[3:] for line in _git("status", "--porcelain")),
    )


def main() -> int:
    state = present_state()
    found = problems(state)
    print("\n".join(found) or f"Nothing is in the way of {state.version}.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

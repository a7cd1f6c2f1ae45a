# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Checks as the test cases of a JUnit document, whose XML is written by the filter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.checks import Check, Outcome
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.texts import for_xml, in_lines


class Unknown(StrEnum):
    """What a case becomes that could not be decided."""

    SKIPPED = "skipped"
    ERROR = "error"


class Kind(StrEnum):
    """The element that a test case holds; V(none) for a case that passed."""

    NONE = "none"
    FAILURE = "failure"
    ERROR = "error"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Case:
    """One test case, in characters that XML can hold. O(text) is the body of the element, or what was said besides."""

    suite: str
    name: str
    kind: Kind
    type: str
    message: str
    text: str


def cases_of(checks: Sequence[Check], unknown: Unknown) -> list[Case]:
    """A test case for each check, in the same order."""
    return [_case(check, unknown) for check in checks]


def _case(check: Check, unknown: Unknown) -> Case:
    kinds = {
        Outcome.FAILED: Kind.FAILURE,
        Outcome.ERROR: Kind.ERROR,
        Outcome.UNKNOWN: Kind.ERROR if unknown is Unknown.ERROR else Kind.SKIPPED,
    }
    lines = [*([check.note] if check.note else []), *(line for it in check.problems for line in in_lines(it))]
    return Case(
        suite=for_xml(check.gateway),
        name=for_xml(f"{check.gateway}: {check.subject}"),
        kind=kinds.get(check.outcome, Kind.NONE),
        type=check.problems[0].rule if check.problems else str(check.outcome),
        message=for_xml(_message(check)),
        text=for_xml("\n".join(lines)),
    )


def _message(check: Check) -> str:
    """One line: what was seen first, and how much more there is."""
    if not check.problems:
        return check.note
    more = f" (and {len(check.problems) - 1} more)" if len(check.problems) > 1 else ""
    return f"{check.problems[0].observed or check.problems[0].title}{more}"

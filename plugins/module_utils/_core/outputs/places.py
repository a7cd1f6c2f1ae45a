# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Where gateways are declared: a file and a line for each gateway of a result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.report import Report


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file of the repository. O(uri) is relative to its root, lines and columns begin with 1."""

    uri: str
    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True)
class Declaration:
    """A gateway as it stands in a file, by the name that findings have for it, if it is written out there."""

    label: str | None
    place: Place


def places_of(report: Report, uris: Sequence[str], declarations: Sequence[Declaration]) -> Mapping[str, Place]:
    """The place of each gateway of a report, by its label.

    A gateway is found by its name; where that is made by a template, by its position, if as many are declared as were
    checked. What is still not found is at the beginning of the first file.
    """
    named = {it.label.lower(): it.place for it in reversed(declarations) if it.label is not None}
    labels = [gateway.label for gateway in report.gateways]
    positions = [it.place for it in declarations] if len(declarations) == len(labels) else []
    placed = dict(zip(labels, positions, strict=False))
    everybody = dict.fromkeys([*labels, *(problem.gateway for problem in report.problems)])
    return {label: named.get(label.lower()) or placed.get(label) or Place(uris[0]) for label in everybody}

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""A result as a page of GitHub-flavoured Markdown for the summary of a pipeline: how it stands, and what is wrong."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.counting import counted
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.report import LAYERS, NOT_CHECKED
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.taxonomy import STATE_ORDER, State
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Severity, Status
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.checks import GOOD_OF, layer_state
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.report import (
    Problem,
    Report,
    bare_name,
    is_error,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.texts import for_utf8, in_order
from ansible_collections.configmgr.cmg.plugins.module_utils._core.rule_pages import rule_url

# GitHub takes a summary of up to 1 MiB for each step.
LARGEST = 1024 * 1024
SMALLEST = 1024
ROOM_FOR_THE_END = 100
MARKS = {State.IN_SYNC: "✅", State.PROPAGATING: "⏳", State.UNKNOWN: "❔", State.DRIFT: "❌"}
GOOD, BAD, NOT_ASKED = "✅", "❌", "-"
SYMBOLS = {
    Severity.CRITICAL: "❌",
    Severity.ERROR: "❌",
    Severity.WARNING: "⚠️",
    Severity.INFO: "💬",
}
BACKSLASHED = re.compile(r"([\\`*_\[\]#~!])")
# A pipe would end the cell, the rest would be HTML, a mention of a user or a formula.
ENTITIES = {ord(character): f"&#{ord(character)};" for character in "<>|@$"} | {ord("&"): "&amp;"}
BLANKS = re.compile(r"[\s\x00-\x1f\x7f]+")


def cell(text: object) -> str:
    """Any text as one cell of a table, shown as it is."""
    flat = BLANKS.sub(" ", in_order(for_utf8(str(text)))).strip()
    return BACKSLASHED.sub(r"\\\1", flat).translate(ENTITIES)


def markdown_of(report: Report, title: str, limit: int = LARGEST) -> str:
    """The page, with as many rows as fit into O(limit) bytes; the last line says how many are left out."""
    return fitted(list(_blocks(report, title)), limit)


def fitted(blocks: Sequence[str], limit: int) -> str:
    """As many of the blocks as fit into that many bytes."""
    size = 0
    kept: list[str] = []
    for position, block in enumerate(blocks):
        size += len(block.encode()) + 1
        if size > limit - ROOM_FOR_THE_END:
            return "\n".join([*kept, "", f"{counted(len(blocks) - position, 'line')} left out: the page is full.", ""])
        kept.append(block)
    return "\n".join([*kept, ""])


def _blocks(report: Report, title: str) -> Iterator[str]:
    yield from (f"## {cell(title)}", "")
    if report.failure is not None:
        yield from (f"{BAD} **The check could not be made:** {cell(report.failure)}", "")
    if report.failure is None or report.gateways:
        yield _headline(report)
    aliases = _worst_first(report.aliases)
    if aliases:
        yield from table(["Alias", "State", *LAYERS], [_alias_row(alias, report) for alias in aliases])
    extra = _worst_first(report.unmanaged)
    if extra:
        yield from table(
            ["Alias that nobody declares", "State", "Leads to"], [_undeclared_row(alias) for alias in extra]
        )
    others = _without_alias(report)
    if others:
        yield from table(["Gateway", "State", "Errors", "Warnings", "Not checked"], others)
    yield from findings_table(report.problems)


def findings_table(problems: Sequence[Problem]) -> Iterator[str]:
    """All that is wrong, in the order in which it is given."""
    if problems:
        header = ["", "Finding", "Where", "Seen", "Expected", "Way out"]
        yield from table(header, [_problem_row(problem) for problem in problems])


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A table of cells that are Markdown already."""
    yield from ("", _row(header), _row(["---"] * len(header)))
    yield from map(_row, rows)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _headline(report: Report) -> str:
    """One sentence that tells how it stands."""
    if report.is_drift:
        return _headline_of_drift(report)
    wrong = {problem.gateway for problem in report.problems if is_error(problem)}
    number = len({gateway.label for gateway in report.gateways})
    mark = GOOD if report.valid else BAD
    return f"{mark} {counted(number, 'gateway')}: {number - len(wrong)} valid, {len(wrong)} with errors."


def _headline_of_drift(report: Report) -> str:
    """How the aliases stand, and what else is wrong: without a right name there is no alias to look at."""
    states = Counter(str(alias["state"]) for alias in report.aliases)
    parts = [f"{states[state]} {_words(state)}" for state in reversed(State) if states[state]]
    wrong = {problem.gateway for problem in report.problems if problem.alias is None and is_error(problem)}
    nothing = "nothing could be checked" if wrong or report.failure is not None else "nothing to check"
    told = [f"{counted(len(report.aliases), 'alias', 'aliases')}: {', '.join(parts) or nothing}."]
    if wrong:
        told.append(f"{counted(len(wrong), 'gateway')} with errors.")
    if report.unmanaged:
        told.append(f"{counted(len(report.unmanaged), 'alias', 'aliases')} that nobody declares.")
    mark = BAD if wrong or report.failure is not None else MARKS[report.state or State.IN_SYNC]
    return f"{mark} {' '.join(told)}"


def _undeclared_row(alias: Mapping[str, Any]) -> list[str]:
    mark = BAD if alias["state"] == State.DRIFT else SYMBOLS[Severity.INFO]
    return [cell(bare_name(alias)), f"{mark} not declared", cell(str(alias["target"]).removesuffix("."))]


def _worst_first(aliases: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return sorted(aliases, key=lambda alias: (-STATE_ORDER[State(alias["state"])], bare_name(alias)))


def _alias_row(alias: Mapping[str, Any], report: Report) -> list[str]:
    name = bare_name(alias)
    problems = [problem for problem in report.problems if problem.alias == name]
    until = f" until {cell(alias['converges_at'])}" if alias.get("converges_at") else ""
    return [
        cell(name),
        f"{_marked(State(alias['state']))}{until}",
        *(_layer(alias, layer, problems) for layer in LAYERS),
    ]


def _layer(alias: Mapping[str, Any], layer: str, problems: Sequence[Problem]) -> str:
    """The state of a layer, or, where servers were counted, its mark and the count."""
    said = str(alias["layers"].get(layer, NOT_CHECKED))
    if said == NOT_CHECKED:
        return NOT_ASKED
    state = layer_state(said, [problem for problem in problems if problem.layer == layer])
    return f"{MARKS[state]} {said}" if GOOD_OF.fullmatch(said) else _marked(state)


def _marked(state: State) -> str:
    return f"{MARKS[state]} {_words(state)}"


def _words(word: str) -> str:
    return word.replace("_", " ")


def _without_alias(report: Report) -> list[list[str]]:
    """A row for each gateway that the table of aliases does not show."""
    shown = {str(alias["gateway"]) for alias in report.aliases}
    labels = dict.fromkeys(gateway.label for gateway in report.gateways if gateway.label not in shown)
    return [_gateway_row(label, [it for it in report.problems if it.gateway == label]) for label in labels]


def _gateway_row(label: str, problems: Sequence[Problem]) -> list[str]:
    errors = sum(map(is_error, problems))
    warnings = sum(it.status is Status.FAILED and it.severity is Severity.WARNING for it in problems)
    unchecked = sum(it.status is Status.NOT_CHECKED for it in problems)
    state = f"{BAD} wrong" if errors else f"{GOOD} valid"
    return [cell(label), state, str(errors), str(warnings), str(unchecked)]


def _problem_row(problem: Problem) -> list[str]:
    symbol = SYMBOLS[problem.severity] if problem.status is Status.FAILED else "❔"
    status = "" if problem.status is Status.FAILED else f", {_words(problem.status)}"
    rule = f"[**{cell(problem.rule)}**]({rule_url(problem.rule)})"
    return [
        "☑️" if problem.status is Status.ACCEPTED else symbol,
        f"{rule} {cell(problem.title)} ({cell(f'{problem.severity}{status}')})",
        cell(problem.where),
        cell(problem.observed),
        cell(problem.expected),
        cell(problem.remedy),
    ]

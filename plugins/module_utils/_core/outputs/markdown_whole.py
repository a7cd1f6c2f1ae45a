# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""A report of several looks as a page of GitHub-flavoured Markdown: what the page of HTML tells, in tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.report import moment
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.taxonomy import State
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.changes import Change, Changes
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.expiries import Certificate
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.markdown import (
    BAD,
    GOOD,
    LARGEST,
    NOT_ASKED,
    cell,
    findings_table,
    fitted,
    table,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.matrix import Cell, Matrix, Row
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.overview import Overview, View
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.prerequisites import (
    GATEWAY_WORDS,
    Prerequisite,
    Verdict,
    worst_of,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.whole import Whole
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.words import (
    EXPIRY_WORDS,
    KIND_WORDS,
    NOT_DECLARED,
    STATE_WORDS,
    SYMBOLS,
    VERDICT_WORDS,
    headline_of,
    serving,
    until,
)

MARKS = {
    "✕": BAD,
    "✓": GOOD,
    "!": "⚠️",
    "?": "❔",
    "◐": "☑️",
    "…": "⏳",
    "i": "💬",
    "▲": "🔼",
    "▼": "🔽",
    "●": "🔹",
    "-": NOT_ASKED,
}


def whole_markdown_of(whole: Whole, title: str, limit: int = LARGEST) -> str:
    """The page, with as many rows as fit into O(limit) bytes; the last line says how many are left out."""
    return fitted(list(_blocks(whole, title)), limit)


def _blocks(whole: Whole, title: str) -> Iterator[str]:
    overview = whole.overview
    yield from (f"## {cell(title)}", "")
    for look in overview.failed_looks:
        yield from (f"{BAD} **The look at {look.name} could not be made:** {cell(look.failure)}", "")
    made = f" Report of {moment(overview.at)}." if overview.at else ""
    yield f"{_mark(overview)} {cell(headline_of(overview))}{made}"
    yield from _changes(whole.changes)
    yield from _gateways(overview)
    yield from _section("Findings", list(findings_table(overview.report.problems)))
    yield from _prerequisites(overview)
    yield from _certificates(overview.certificates)
    for matrix in overview.matrices:
        yield from _matrix(matrix)


def _mark(overview: Overview) -> str:
    """The sign of the worst gateway, as its row has it."""
    if overview.report.failure is not None:
        return BAD
    return MARKS[SYMBOLS[worst_of([view.verdict for view in overview.gateways])]]


def _section(title: str, blocks: Sequence[str]) -> Iterator[str]:
    if blocks:
        yield from ("", f"### {title}", *blocks)


def marked(state: str, words: str) -> str:
    """A state as a sign and in words."""
    return f"{MARKS[SYMBOLS.get(state, '!')]} {cell(words)}"


def _changes(changes: Changes | None) -> Iterator[str]:
    if changes is None:
        return
    if changes.problem is not None:
        yield from _section("What changed since the last report", ["", f"{BAD} {cell(changes.problem)}"])
    elif not changes.entries:
        yield from _section("What changed since the last report", ["", "Nothing changed."])
    else:
        since = f"What changed since the report of {changes.since}" if changes.since else "What changed"
        header = ["Change", "What", "Before", "After", "Gateways"]
        yield from _section(cell(since), list(table(header, [_change(change) for change in changes.entries])))


def _change(change: Change) -> list[str]:
    told = (change.subject, change.before, change.after, ", ".join(change.gateways))
    return [marked(str(change.trend), KIND_WORDS[change.kind]), *map(cell, told)]


def _gateways(overview: Overview) -> Iterator[str]:
    """A row for each gateway by the name that all tables have for it; service names where they are others."""
    views = overview.worst_first
    other = any(view.service_name not in (None, view.label) for view in views)
    names = ["Gateway", "Service name"] if other else ["Gateway"]
    header = [*names, "State", "Alias", "Deployment name", "Address", "Served certificate"]
    rows = [
        [cell(view.label), *([cell(view.service_name or NOT_ASKED)] if other else []), *_gateway(view)]
        for view in views
    ]
    if rows:
        yield from _section("Gateways", list(table(header, rows)))


def _gateway(view: View) -> list[str]:
    alias = view.of("alias")
    leads = f" leads to {', '.join(view.leads_to)}" if view.leads_to else ""
    served = dict.fromkeys(map(serving, view.served))
    return [
        marked(str(view.verdict), GATEWAY_WORDS[view.verdict]),
        marked(str(alias.verdict), VERDICT_WORDS[alias.verdict] + leads) if alias else NOT_ASKED,
        cell(view.deployment_name or NOT_ASKED),
        cell(", ".join(view.addresses) or NOT_ASKED),
        cell("; ".join(served) or NOT_ASKED),
    ]


def _prerequisites(overview: Overview) -> Iterator[str]:
    rows = [_prerequisite(view, one) for view in overview.worst_first for one in view.prerequisites]
    if rows:
        header = ["Gateway", "Prerequisite", "State", "Seen", "Way out"]
        yield from _section("Prerequisites", list(table(header, rows)))


def _prerequisite(view: View, prerequisite: Prerequisite) -> list[str]:
    verdict: Verdict = prerequisite.verdict
    return [
        cell(view.label),
        cell(prerequisite.title),
        marked(str(verdict), VERDICT_WORDS[verdict]),
        cell(prerequisite.seen),
        cell(" ".join(prerequisite.remedies)),
    ]


def _certificates(certificates: Sequence[Certificate]) -> Iterator[str]:
    if certificates:
        header = ["Ends", "State", "Certificate", "Issuer", "Thumbprint", "Used as", "Gateways"]
        yield from _section("When certificates end", list(table(header, [_certificate(it) for it in certificates])))


def _certificate(certificate: Certificate) -> list[str]:
    return [
        cell(until(certificate.not_after, certificate.days_left)),
        marked(str(certificate.state), EXPIRY_WORDS[certificate.state]),
        cell(certificate.name),
        cell(certificate.issuer or ""),
        cell(certificate.thumbprint_sha1 or certificate.thumbprint_sha256 or ""),
        cell(", ".join(certificate.roles)),
        cell(", ".join(certificate.gateways)),
    ]


def _matrix(matrix: Matrix) -> Iterator[str]:
    title = f"Aliases by server, zone {matrix.zone}" if matrix.zone else "Aliases by server"
    header = ["Alias", "State", *(cell(f"{it.name} {it.address}") for it in matrix.columns)]
    yield from _section(cell(title), list(table(header, [_row(row) for row in matrix.rows])))


def _row(row: Row) -> list[str]:
    return [cell(row.alias), _state(row), *map(_server, row.cells)]


def _state(row: Row) -> str:
    if row.declared:
        return marked(str(row.state), STATE_WORDS[row.state])
    return marked("drift" if row.state is State.DRIFT else "info", NOT_DECLARED)


def _server(said: Cell) -> str:
    return marked(str(said.state), said.text) if said.state else cell(said.text)

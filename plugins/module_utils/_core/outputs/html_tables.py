# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The tables of a report's page: all gateways, the timeline of certificates, aliases by server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from xml.etree.ElementTree import Element

from ansible_collections.configmgr.cmg.plugins.module_utils._core.counting import counted
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.taxonomy import State
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.expiries import Certificate
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.html_elements import (
    Child,
    dotted,
    h,
    hidden,
    joined,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.html_parts import badge, names
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.matrix import Cell, Column, Matrix, Row
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.overview import (
    Overview,
    View,
    errors_of,
    unchecked_of,
    warnings_of,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.prerequisites import GATEWAY_WORDS
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.words import (
    EXPIRY_WORDS,
    NOT_DECLARED,
    NOTHING,
    STATE_WORDS,
    SYMBOLS,
    day,
    left,
)

Anchors = Mapping[str, str]
# Where the marks of the timeline stand, in days; each stretch between two of them is equally wide.
MARKS = (
    (0, "today"),
    (30, "30 days"),
    (90, "90 days"),
    (365, "1 year"),
    (730, "2 years"),
    (1825, "5 years"),
    (7300, "20 years"),
)
WIDTH, HEIGHT = 600, 20
SHORT = 4


def _table(kind: str, caption: str, header: Iterable[Child], rows: Iterable[Element]) -> Element:
    """A table whose rows become cards where there is no room; the roles keep it a table for those who listen."""
    cells = [it if isinstance(it, Element) else h("th", it, scope="col", role="columnheader") for it in header]
    return h(
        "table",
        h("caption", caption),
        h("thead", h("tr", *cells, role="row"), role="rowgroup"),
        h("tbody", *rows, role="rowgroup"),
        class_=f"stack {kind}",
        role="table",
    )


def _cell(label: str, *children: Child, **attributes: str) -> Element:
    return h("td", *children, role="cell", data_label=label, **attributes)


def _first(*children: Child) -> Element:
    return h("th", *children, scope="row", role="rowheader")


def gateway_table(overview: Overview, anchors: Anchors) -> Element:
    """Every gateway in a line, worst first."""
    header = ("Gateway", "State", "Deployment name", "Address", "Served until", "Errors", "Warnings", "Not checked")
    rows = [_gateway_row(view, anchors, header) for view in overview.worst_first]
    return _table("overview", "The worst come first.", header, rows)


def _gateway_row(view: View, anchors: Anchors, header: tuple[str, ...]) -> Element:
    ends = dict.fromkeys((day(it.not_after), left(it.days_left)) for it in view.served if it.not_after)
    told: list[Child] = [h("div", h("span", end, class_="whole"), " ", h("small", rest)) for end, rest in ends]
    counts = (errors_of(view.problems), warnings_of(view.problems), unchecked_of(view.problems))
    return h(
        "tr",
        _first(h("a", view.label, href=f"#{anchors[view.label]}")),
        _cell(header[1], badge(str(view.verdict), GATEWAY_WORDS[view.verdict])),
        _cell(header[2], dotted(view.deployment_name or "not known")),
        _cell(header[3], *joined([h("span", it, class_="whole") for it in view.addresses or [NOTHING]])),
        _cell(header[4], *(told or (NOTHING,))),
        *(_cell(label, str(count), class_="number") for label, count in zip(header[5:], counts, strict=True)),
        role="row",
        data_gateway=view.label,
        data_state=str(view.verdict),
    )


def position(days: float) -> float:
    """How far to the right a number of days stands on the timeline, from 0 to 1."""
    marks = [mark for mark, _word in MARKS]
    for number, (start, end) in enumerate(pairwise(marks)):
        if days < end:
            return (number + max(0.0, days - start) / (end - start)) / (len(marks) - 1)
    return 1.0


def timeline(overview: Overview, anchors: Anchors) -> Element | None:
    """All certificates by their end, each with a bar from today to that day."""
    if not overview.certificates:
        return None
    axis = h("span", *(h("span", word) for _mark, word in MARKS[1:]), class_="axis", aria_hidden="true")
    header = ("Certificate", "Ends", "Used as")
    columns: list[Child] = list(header)
    if overview.at:
        columns.append(h("th", h("span", "Timeline", class_="soft"), axis, scope="col", role="columnheader"))
    caption = (
        "Every certificate of every chain, the first to end first. A certificate ends soon within "
        f"{overview.warning_days} days, or in the last third of a shorter life. Each mark of the timeline is further "
        "away than the one before; the line across is where a certificate should be renewed."
    )
    rows = [_certificate_row(it, overview, anchors) for it in overview.certificates]
    return h("section", h("h2", "When certificates end"), _table("timeline", caption, columns, rows), id="certificates")


def _certificate_row(certificate: Certificate, overview: Overview, anchors: Anchors) -> Element:
    end = day(certificate.not_after)
    issued = f"issued by {certificate.issuer}" if certificate.issuer else None
    thumbprint = certificate.thumbprint_sha1 or certificate.thumbprint_sha256
    return h(
        "tr",
        _first(
            h("div", certificate.name, class_="name"),
            *(h("div", h("small", text)) for text in (issued, thumbprint) if text),
        ),
        _cell(
            "Ends",
            h("time", end, datetime=end, class_="whole") if certificate.not_after else end,
            *(h("div", told) for told in (left(certificate.days_left),) if told),
            h("div", badge(str(certificate.state), EXPIRY_WORDS[certificate.state])),
        ),
        _cell("Used as", _uses(certificate, anchors)),
        _cell("Timeline", _bar(certificate, overview.warning_days)) if overview.at else None,
        role="row",
    )


def _uses(certificate: Certificate, anchors: Anchors) -> Element:
    """What a certificate is used for and where; that of a CA, which is much, behind a switch."""
    roles, gateways = certificate.roles, certificate.gateways
    places = sorted({use.place for use in certificate.uses if use.place})
    told = [h("div", role) for role in roles]
    told += [h("div", h("small", place)) for place in places]
    told.append(h("div", names(gateways, anchors)))
    if len(roles) + len(gateways) <= SHORT:
        return h("div", *told)
    used = roles[0] if len(roles) == 1 else counted(len(roles), "use")
    summary = f"{used} at {counted(len(gateways), 'gateway')}"
    return h("details", h("summary", summary), *told)


def _bar(certificate: Certificate, warning_days: int) -> Element:
    """The bar of a certificate; the row says the same in words."""
    days = certificate.days_left
    width = WIDTH * position(days) if days is not None else 0
    stretch = WIDTH / (len(MARKS) - 1)
    ticks = [h("path", d=f"M{stretch * number:.0f} 0v{HEIGHT}", class_="tick") for number in range(1, len(MARKS) - 1)]
    return h(
        "svg",
        h("rect", x=0, y=4, width=WIDTH, height=HEIGHT - 8, class_="track"),
        *ticks,
        h("rect", x=0, y=4, width=f"{max(width, 6):.0f}", height=HEIGHT - 8, class_=str(certificate.state)),
        h("path", d=f"M{WIDTH * position(warning_days):.0f} 0v{HEIGHT}", class_="limit"),
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        preserveAspectRatio="none",
        class_="bar",
        aria_hidden="true",
    )


def matrix_table(matrix: Matrix, number: int, anchors: Anchors) -> Element:
    """Aliases by server, in a box of its own that can be scrolled by keyboard too."""
    title = f"Zone {matrix.zone}" if matrix.zone else "Zone not known"
    columns = [h("th", "Alias", scope="col"), *(_column(column) for column in matrix.columns)]
    table = h(
        "table",
        h("caption", title),
        h("thead", h("tr", *columns)),
        h("tbody", *(_matrix_row(row, anchors) for row in matrix.rows)),
        class_="grid",
    )
    label = f"{title}, aliases by server, table {number}"
    return h("div", table, class_="scroll", role="region", tabindex=0, aria_label=label)


def _column(column: Column) -> Element:
    return h("th", column.name or column.address, h("small", column.address) if column.name else None, scope="col")


def _matrix_row(row: Row, anchors: Anchors) -> Element:
    name: Child = h("a", row.alias, href=f"#{anchors[row.gateway]}") if row.gateway in anchors else row.alias
    should = h("small", "should lead to " if row.declared else "leads to ", dotted(row.target))
    first = h("th", name, " ", badge_of(row), " ", should, scope="row")
    return h("tr", first, *map(_matrix_cell, row.cells))


def badge_of(row: Row) -> Element:
    """The state of an alias in the colours of verdicts."""
    colour = {"drift": "failed", "in_sync": "passed"}.get(str(row.state), "unknown")
    if not row.declared:
        return badge("failed" if row.state is State.DRIFT else "info", NOT_DECLARED)
    return badge(colour, STATE_WORDS[row.state])


def _matrix_cell(cell: Cell) -> Element:
    if cell.state is None:
        return h("td", hidden(NOTHING), " ", cell.text)
    return h("td", hidden(SYMBOLS[str(cell.state)]), " ", cell.text, class_=str(cell.state))

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The page of a report: one file that needs nothing else, readable without its script and without its colours."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from xml.etree.ElementTree import Element

from ansible_collections.configmgr.cmg.plugins.module_utils._core.counting import counted
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.report import moment
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Severity, Status
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.changes import EMBEDDED, Change, Changes
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.document import compact_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.html_elements import data, h, joined, page_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.html_gateways import gateway
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.html_parts import badge, finding, link, names
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.html_style import SCRIPT, STYLE
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.html_tables import (
    gateway_table,
    matrix_table,
    timeline,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.overview import Overview
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.prerequisites import (
    GATEWAY_WORDS,
    VERDICT_ORDER,
    Verdict,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.report import Problem
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.whole import Whole
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.words import (
    KIND_WORDS,
    LOOK_WORDS,
    day,
    headline_of,
    left,
)

Anchors = Mapping[str, str]
TODO = (Severity.CRITICAL, Severity.ERROR, Severity.WARNING)
MANY = 8


def html_of(whole: Whole, title: str) -> str:
    """The page. The same report gives the same text."""
    overview = whole.overview
    anchors = {view.label: f"gateway-{number}" for number, view in enumerate(overview.gateways, start=1)}
    sections = [section for section in _sections(whole, anchors) if section is not None]
    root = h(
        "html",
        _head(title),
        h(
            "body",
            h("a", "Skip to the report", href="#main", class_="skip"),
            _header(overview, title, sections),
            h("main", *sections, id="main", class_="wide", tabindex=-1),
            _footer(),
            data(compact_of(whole.document), EMBEDDED),
            h("script", SCRIPT),
        ),
        lang="en",
    )
    return page_of(root)


def _digest(text: str) -> str:
    """What lets a browser run our script or use our style, and no other."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _head(title: str) -> Element:
    policy = (
        f"default-src 'none'; img-src data:; style-src {_digest(STYLE)}; script-src {_digest(SCRIPT)}; "
        "base-uri 'none'; form-action 'none'"
    )
    return h(
        "head",
        h("meta", charset="utf-8"),
        h("meta", http_equiv="Content-Security-Policy", content=policy),
        h("meta", name="viewport", content="width=device-width, initial-scale=1"),
        h("meta", name="color-scheme", content="light dark"),
        h("meta", name="generator", content="configmgr.cmg"),
        h("link", rel="icon", href="data:,"),
        h("title", title),
        h("style", STYLE),
    )


def _header(overview: Overview, title: str, sections: Sequence[Element]) -> Element:
    links = [h("li", h("a", _heading(section), href=f"#{section.get('id')}")) for section in sections]
    return h(
        "header",
        h(
            "div",
            h("div", h("h1", title), _made(moment(overview.at)), class_="line"),
            h("p", headline_of(overview), class_="headline"),
            _shares(overview),
            h("nav", h("ul", *links), aria_label="Sections"),
            _themes(),
            class_="wide",
        ),
        class_="top",
    )


def _made(at: str | None) -> Element | None:
    if at is None:
        return None
    return h("p", "Report of ", h("time", at.replace("T", " ").replace("Z", " UTC"), datetime=at), class_="soft")


def _heading(section: Element) -> str:
    return str(section.findtext("h2"))


def _shares(overview: Overview) -> Element | None:
    """How many gateways stand how, as a bar and as numbers."""
    counts = sorted(overview.verdicts.items(), key=lambda item: VERDICT_ORDER[item[0]])
    if not counts:
        return None
    start, bars = 0, []
    for verdict, number in counts:
        bars.append(h("rect", x=start, y=0, width=number, height=1, class_=str(verdict)))
        start += number
    share = h("svg", *bars, viewBox=f"0 0 {start} 1", preserveAspectRatio="none", class_="share", aria_hidden="true")
    tiles = [h("li", h("b", str(number)), GATEWAY_WORDS[it], class_=f"tile {it}") for it, number in counts]
    first = next((it for it in overview.certificates if it.not_after), None)
    if first:
        end = left(first.days_left) or "first end"
        tiles.append(
            h("li", h("b", end), f"{first.name} is the first to end, on {day(first.not_after)}", class_="tile first")
        )
    return h("div", share, h("ul", *tiles, class_="tiles"))


def _themes() -> Element:
    choices = [
        h("label", h("input", type="radio", name="theme", value=value, checked=value == "auto"), word)
        for value, word in (("auto", "as the system"), ("light", "light"), ("dark", "dark"))
    ]
    group = h("div", h("span", "Colours", class_="soft"), *choices, role="radiogroup", aria_label="Colours")
    return h("div", group, class_="tools", hidden=True, data_tool=True)


def _sections(whole: Whole, anchors: Anchors) -> Iterable[Element | None]:
    overview = whole.overview
    yield _failures(overview)
    yield _todo(overview, anchors)
    yield _changed(whole.changes, anchors)
    yield _all_gateways(overview, anchors)
    yield _each_gateway(overview, anchors)
    yield timeline(overview, anchors)
    yield _servers(overview, anchors)
    yield _others(overview)
    yield _unchecked(overview, anchors)


def _failures(overview: Overview) -> Element | None:
    """Looks that could not be made, before anybody takes silence for good news."""
    if overview.report.failure is None:
        return None
    looks = overview.failed_looks
    told = [h("li", h("strong", f"{LOOK_WORDS.get(look.name, look.name)}: "), str(look.failure)) for look in looks]
    return h(
        "section",
        h("h2", "What could not be looked at"),
        h("ul", *(told or [h("li", overview.report.failure)]), class_="card alarm"),
        id="failures",
    )


def _todo(overview: Overview, anchors: Anchors) -> Element:
    """The ways out, worst first, each with the rules that ask for it and all the gateways that need it."""
    grouped: dict[str, list[Problem]] = {}
    for problem in overview.report.problems:
        if problem.status is Status.FAILED and problem.severity in TODO:
            grouped.setdefault(problem.remedy or problem.expected, []).append(problem)
    if not grouped:
        nothing = "Nothing: no rule failed with an error or a warning." if overview.gateways else "Nothing is known."
        return h("section", h("h2", "What to do"), h("p", nothing, class_="card plain"), id="todo")
    tasks = [_task(remedy, problems, anchors) for remedy, problems in grouped.items()]
    return h("section", h("h2", "What to do"), h("ol", *tasks, class_="todo"), id="todo")


def _task(remedy: str, problems: Sequence[Problem], anchors: Anchors) -> Element:
    worst = problems[0].severity
    rules = dict.fromkeys((problem.rule, problem.title) for problem in problems)
    why = [h("span", link(rule), f" {title}") for rule, title in rules]
    return h(
        "li",
        h("p", badge(str(worst), str(worst)), " ", h("strong", remedy)),
        h("p", *joined(why, "; "), class_="soft"),
        h("div", names(list(dict.fromkeys(problem.gateway for problem in problems)), anchors)),
        class_=f"card {'warning' if worst is Severity.WARNING else 'failed'}",
    )


def _changed(changes: Changes | None, anchors: Anchors) -> Element | None:
    if changes is None:
        return None
    if changes.problem is not None:
        told = h("p", changes.problem, class_="card alarm")
    elif not changes.entries:
        told = h("p", "Nothing changed.", class_="card plain")
    else:
        told = h("ul", *(_change(change, anchors) for change in changes.entries), class_="card plain checks changes")
    since = f"Compared with the report of {changes.since}." if changes.since else None
    return h(
        "section",
        h("h2", "What changed since the last report"),
        h("p", since, class_="soft") if since else None,
        told,
        id="changes",
    )


def _change(change: Change, anchors: Anchors) -> Element:
    way = " → ".join(text for text in (change.before, change.after) if text)
    own = change.gateways == (change.subject,)
    return h(
        "li",
        h("span", badge(str(change.trend), KIND_WORDS[change.kind])),
        h("div", names(change.gateways, anchors) if own else h("strong", change.subject)),
        h("div", h("p", way) if way else None, None if own else names(change.gateways, anchors)),
    )


def _all_gateways(overview: Overview, anchors: Anchors) -> Element | None:
    """A table of many gateways to find one in; few are found below."""
    if len(overview.gateways) < 2:
        return None
    return h("section", h("h2", "All gateways"), gateway_table(overview, anchors), id="gateways")


def _each_gateway(overview: Overview, anchors: Anchors) -> Element | None:
    if not overview.gateways:
        return None
    articles = [gateway(view, anchors[view.label]) for view in overview.worst_first]
    return h("section", h("h2", "Gateway by gateway"), _tools(overview), *articles, id="each")


def _tools(overview: Overview) -> Element:
    """How to find one among many; shown where the script runs."""
    present = [verdict for verdict in Verdict if overview.verdicts.get(verdict)]
    boxes = [
        h("label", h("input", type="checkbox", name="state", value=str(it), checked=True), GATEWAY_WORDS[it])
        for it in present
    ]
    number = len(overview.gateways)
    return h(
        "div",
        h("label", "Find ", h("input", type="search", id="find", autocomplete="off")),
        h("div", h("span", "Show", class_="soft"), *boxes, role="group", aria_label="Show gateways that are"),
        h("button", "Open all", type="button", data_open="yes"),
        h("button", "Close all", type="button", data_open="no"),
        h("span", f"{number} of {number} gateways shown", id="shown", role="status", class_="soft", data_all=number),
        class_="tools",
        hidden=True,
        data_tool=True,
    )


def _servers(overview: Overview, anchors: Anchors) -> Element | None:
    if not overview.matrices:
        return None
    tables = [matrix_table(matrix, number, anchors) for number, matrix in enumerate(overview.matrices, start=1)]
    text = "What each server says of each alias, worst first. A server that did not answer proves nothing."
    return h("section", h("h2", "Aliases by server"), h("p", text, class_="soft"), *tables, id="servers")


def _others(overview: Overview) -> Element | None:
    """Findings that belong to no declared gateway, such as aliases that nobody declares."""
    if not overview.others:
        return None
    items = [
        h("li", h("strong", it.gateway or it.subject), h("ul", finding(it), class_="findings"))
        for it in overview.others
    ]
    return h("section", h("h2", "Beside the gateways"), h("ul", *items, class_="card plain checks"), id="others")


def _unchecked(overview: Overview, anchors: Anchors) -> Element | None:
    """Rules that could not be checked, by their reason: none of them counts as passed."""
    grouped: dict[tuple[str, str], list[Problem]] = {}
    for problem in overview.report.problems:
        if problem.status is Status.NOT_CHECKED:
            grouped.setdefault((problem.rule, problem.observed), []).append(problem)
    if not grouped:
        return None
    items = [
        h(
            "li",
            h("span", link(rule)),
            h("strong", problems[0].title),
            h("span", reason, " ", *joined([names(list(dict.fromkeys(it.gateway for it in problems)), anchors)])),
        )
        for (rule, reason), problems in grouped.items()
    ]
    return h(
        "section",
        h("h2", "What was not checked"),
        h(
            "details",
            h("summary", f"{counted(len(items), 'rule')} could not be applied; none of them counts as passed"),
            h("ul", *items, class_="checks"),
            class_="card plain",
            open=len(items) <= MANY,
        ),
        id="unchecked",
    )


def _footer() -> Element:
    text = (
        "Made by configmgr.cmg. The page needs no network and no other file. What it tells is in it as JSON too, for "
        "the next report to compare with."
    )
    return h("footer", h("p", text, class_="wide soft"))

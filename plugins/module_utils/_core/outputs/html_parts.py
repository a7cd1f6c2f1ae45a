# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Small pieces of the page of a report that several of its sections share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element

from ansible_collections.configmgr.cmg.plugins.module_utils._core.counting import counted
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Status
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.html_elements import h, hidden, joined
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.report import Problem
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.words import CAREFUL, SYMBOLS
from ansible_collections.configmgr.cmg.plugins.module_utils._core.rule_pages import rule_url

FEW = 12


def badge(state: str, words: str) -> Element:
    """A state as symbol and words, never as colour alone."""
    return h("span", hidden(SYMBOLS.get(state, CAREFUL)), " ", words, class_=f"badge {state}")


def link(rule: str) -> Element:
    """A rule with the page that explains it."""
    return h("a", rule, href=rule_url(rule), rel="noreferrer", class_="name")


def names(gateways: Sequence[str], anchors: Mapping[str, str]) -> Element:
    """Gateways as links to where they are told; many of them behind a switch."""
    links = [h("a", it, href=f"#{anchors[it]}") if it in anchors else h("span", it) for it in gateways]
    if len(links) <= FEW:
        return h("span", *joined(links), class_="gateways")
    return h("details", h("summary", counted(len(links), "gateway")), h("p", *joined(links)), class_="many")


def level(problem: Problem) -> str:
    """What colours a finding: what became of its rule, or else its severity."""
    return str(problem.severity if problem.status is Status.FAILED else problem.status)


def finding(problem: Problem) -> Element:
    """A finding in full: the rule, what was seen and expected, and the way out."""
    kind = level(problem)
    words = kind.replace("_", " ")
    parts = [("Seen", problem.observed), ("Expected", problem.expected), ("Way out", problem.remedy)]
    told = [h("div", h("dt", word), h("dd", text), class_="part") for word, text in parts if text]
    at = f" ({problem.subject})" if problem.subject else ""
    converges = f" Passes by itself at {problem.converges_at}." if problem.converges_at else ""
    return h(
        "li",
        h("p", badge(kind, words), " ", link(problem.rule), f" {problem.title}{at}.{converges}"),
        h("dl", *told) if told else None,
        class_=kind,
    )

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""A gateway on the page of a report: the picture from its service name to what it serves, and its check list."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from ansible_collections.configmgr.cmg.plugins.module_utils._core.counting import counted
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Status
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.html_elements import (
    Child,
    dotted,
    h,
    hidden,
    joined,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.html_parts import badge, finding
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.overview import View
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.prerequisites import (
    GATEWAY_WORDS,
    Prerequisite,
    Verdict,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.words import (
    BAD,
    VERDICT_WORDS,
    serving,
    until,
)

UNSEEN = "not known"
URGENT = (Verdict.FAILED, Verdict.UNKNOWN, Verdict.WARNING)
ICONS = {
    "name": "M4 12h16M12 4c5 5 5 11 0 16M12 4c-5 5-5 11 0 16M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18",
    "cloud": "M7 18h10a4 4 0 0 0 .6-7.95A6 6 0 0 0 6.1 10.1A4 4 0 0 0 7 18z",
    "address": "M12 21c-4-5-6-8-6-11a6 6 0 0 1 12 0c0 3-2 6-6 11zM12 8a2 2 0 1 0 0 4a2 2 0 0 0 0-4",
    "certificate": "M5 4h14v10H5zM8 8h8M8 11h4M14 14v6l2-1.5l2 1.5v-6",
}


def gateway(view: View, anchor: str) -> Element:
    """All of a gateway. What is wrong stands open."""
    return h(
        "article",
        h(
            "div",
            h("h3", view.label, id=f"{anchor}-name"),
            badge(str(view.verdict), GATEWAY_WORDS[view.verdict]),
            class_="line",
        ),
        picture(view, anchor),
        _check_list(view),
        id=anchor,
        class_=f"card {view.verdict}",
        aria_labelledby=f"{anchor}-name",
        data_gateway=view.label,
        data_state=str(view.verdict),
    )


def sentence(view: View) -> str:
    """The picture in words."""
    name = view.service_name or "The service name is not known; it"
    way = {
        True: f"{name} needs an alias to {view.deployment_name or 'a deployment name that is not known'}",
        False: f"{name} needs no alias",
    }.get(view.cname_required is not False, "")
    leads = f", which leads to {', '.join(view.leads_to)}" if _astray(view) else ""
    address = f"; its address is {', '.join(view.addresses)}" if view.addresses else "; its address is not known"
    served = " and ".join(dict.fromkeys(map(serving, view.served))) or "not known"
    return f"{way}{leads}{address}; the served certificate is {served}{'' if served.endswith('.') else '.'}"


def _astray(view: View) -> bool:
    """Whether name servers let the alias lead to anything else than declared."""
    return bool(view.leads_to) and view.leads_to != (view.deployment_name,)


def picture(view: View, anchor: str) -> Element:
    """The way of a client, as boxes and arrows that stand in a row, or one below the other where there is no room."""
    alias, target, served = (_verdict(view, area) for area in ("alias", "target", "served"))
    name = [dotted(view.service_name or UNSEEN)]
    deployment = [dotted(view.deployment_name or UNSEEN)]
    if _astray(view):
        astray = joined(map(dotted, view.leads_to))
        deployment.append(h("span", hidden(BAD), " the alias leads to ", *astray, class_="bad"))
    addresses = [h("span", it, class_="name") for it in view.addresses or [UNSEEN]]
    shown = _shown(view)
    boxes = (
        h("li", _node("name", "Service name", name)),
        h("li", _arrow("CNAME", alias, f"{anchor}-cname"), _node("cloud", "Deployment name", deployment, alias)),
        h("li", _arrow("A, AAAA", target, f"{anchor}-address"), _node("address", "Address", addresses, target)),
        h(
            "li",
            _arrow("TLS", served, f"{anchor}-tls"),
            _node("certificate", "Served certificate", shown, served),
        ),
    )
    return h("figure", h("ol", *boxes, class_="way"), h("figcaption", sentence(view), class_="heard"))


def _shown(view: View) -> list[Element]:
    """What is served, each certificate once."""
    told = dict.fromkeys((it.names, it.not_after, it.days_left, it.trusted, it.failure) for it in view.served)
    shown: list[Element] = []
    for names, end, days, trusted, failure in told:
        if failure:
            shown.append(h("span", failure, class_="bad"))
            continue
        trust = "" if trusted is None else ", trusted" if trusted else ", not trusted"
        shown += [*map(dotted, names), h("span", f"until {until(end, days)}{trust}")]
    return shown or [h("span", UNSEEN)]


def _verdict(view: View, area: str) -> Verdict:
    found = view.of(area)
    return found.verdict if found else Verdict.SKIPPED


def _node(icon: str, title: str, lines: Sequence[Element], verdict: Verdict | None = None) -> Element:
    drawing = h("svg", h("path", d=ICONS[icon]), class_="icon", viewBox="0 0 24 24", width=18, height=18)
    drawing.set("aria-hidden", "true")
    return h(
        "div",
        h("p", drawing, title, class_="soft"),
        *(h("p", line) for line in lines),
        class_=f"node {verdict or ''}".strip(),
    )


def _arrow(record: str, verdict: Verdict, name: str) -> Element:
    """An arrow that is whole, broken where nothing was seen, or crossed out, with its state in words."""
    words = VERDICT_WORDS[verdict]
    whole = verdict in (Verdict.PASSED, Verdict.PARTLY, Verdict.WARNING)
    cross = h("path", d="M40 3l14 14M54 3l-14 14") if verdict is Verdict.FAILED else None
    drawing = h(
        "svg",
        h("title", f"{record}: {words}", id=f"{name}-title"),
        h("path", d="M2 10h92", class_=None if whole else "broken"),
        h("path", d="M88 4l7 6l-7 6"),
        cross,
        class_="icon",
        viewBox="0 0 98 20",
        role="img",
        aria_labelledby=f"{name}-title",
    )
    return h("div", h("span", record), drawing, h("span", words, aria_hidden="true"), class_=f"link {verdict}")


def _check_list(view: View) -> Element:
    """The prerequisites: those that ask for attention in the open, all others behind a switch."""
    urgent = [it for it in view.prerequisites if it.verdict in URGENT]
    others = [it for it in view.prerequisites if it.verdict not in URGENT]
    counts = {verdict: sum(one.verdict is verdict for one in others) for verdict in Verdict}
    told = ", ".join(f"{number} {VERDICT_WORDS[verdict]}" for verdict, number in counts.items() if number)
    noun = counted(len(others), "more prerequisite" if urgent else "prerequisite")
    rest = h("details", h("summary", f"{noun}: {told}"), h("ul", *map(_line, others), class_="checks"))
    return h("div", h("ul", *map(_line, urgent), class_="checks") if urgent else None, rest if others else None)


def _line(prerequisite: Prerequisite) -> Element:
    shown = [it for it in prerequisite.problems if it.status is not Status.NOT_CHECKED]
    unchecked = [it for it in prerequisite.problems if it.status is Status.NOT_CHECKED]
    told: list[Child] = []
    if shown:
        told.append(h("ul", *map(finding, shown), class_="findings"))
    if unchecked:
        told.append(
            h(
                "details",
                h("summary", f"{counted(len(unchecked), 'rule')} not checked"),
                h("ul", *map(finding, unchecked), class_="findings"),
                class_="findings",
            )
        )
    return h(
        "li",
        h("span", badge(str(prerequisite.verdict), VERDICT_WORDS[prerequisite.verdict])),
        h("strong", prerequisite.title),
        h("span", prerequisite.seen),
        *told,
    )

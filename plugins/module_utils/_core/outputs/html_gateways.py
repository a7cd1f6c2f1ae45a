# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""A gateway on the page of a report: the picture from its service name to what it serves, and its check list."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree.ElementTree import Element

from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Status
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.html_elements import Child, h
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.html_parts import badge, finding
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.overview import View
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.prerequisites import (
    READY,
    Prerequisite,
    Verdict,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.texts import counted
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.words import (
    GATEWAY_WORDS,
    VERDICT_WORDS,
    serving,
)

UNSEEN = "not known"
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
    astray = f"leads to {', '.join(view.leads_to)}" if _astray(view) else None
    boxes = (
        h("li", _node("name", "Service name", [view.service_name or UNSEEN])),
        h(
            "li",
            _arrow("CNAME", alias, f"{anchor}-cname", astray),
            _node("cloud", "Deployment name", [view.deployment_name or UNSEEN]),
        ),
        h(
            "li",
            _arrow("A, AAAA", target, f"{anchor}-address"),
            _node("address", "Address", view.addresses or [UNSEEN], target),
        ),
        h(
            "li",
            _arrow("TLS", served, f"{anchor}-tls"),
            _node(
                "certificate", "Served certificate", list(dict.fromkeys(map(serving, view.served))) or [UNSEEN], served
            ),
        ),
    )
    caption = h("figcaption", sentence(view), class_="soft")
    return h("figure", h("ol", *boxes, class_="way"), caption)


def _verdict(view: View, area: str) -> Verdict:
    found = view.of(area)
    return found.verdict if found else Verdict.SKIPPED


def _node(icon: str, title: str, values: list[str] | tuple[str, ...], verdict: Verdict | None = None) -> Element:
    drawing = h("path", d=ICONS[icon])
    return h(
        "div",
        h("p", h("svg", drawing, class_="icon", viewBox="0 0 24 24", width=18, height=18, aria_hidden="true"), title,
          class_="soft"),
        *(h("p", value, class_="name") for value in values),
        class_=f"node {verdict or ''}".strip(),
    )  # fmt: skip


def _arrow(record: str, verdict: Verdict, name: str, detail: str | None = None) -> Element:
    """An arrow that is whole, broken where it was not seen, or crossed out, with its state in words."""
    words = VERDICT_WORDS[verdict]
    dashed = "broken" if verdict not in READY or verdict in (Verdict.SKIPPED, Verdict.NOT_NEEDED) else None
    cross = h("path", d="M42 3l14 14M56 3l-14 14") if verdict is Verdict.FAILED else None
    drawing = h(
        "svg",
        h("title", f"{record}: {words}", id=f"{name}-title"),
        h("path", d="M2 10h92", class_=dashed),
        h("path", d="M88 4l7 6l-7 6"),
        cross,
        class_="icon",
        viewBox="0 0 98 20",
        preserveAspectRatio="none",
        role="img",
        aria_labelledby=f"{name}-title",
    )
    return h("div", h("span", record), drawing, h("span", words), h("span", detail) if detail else None,
             class_=f"link {verdict}")  # fmt: skip


def _check_list(view: View) -> Element:
    """The prerequisites. What was never asked for is told in the summary, so that it can stay closed."""
    counts: Mapping[Verdict, int] = {
        verdict: sum(one.verdict is verdict for one in view.prerequisites) for verdict in Verdict
    }
    told = ", ".join(f"{number} {VERDICT_WORDS[verdict]}" for verdict, number in counts.items() if number)
    return h(
        "details",
        h("summary", f"{counted(len(view.prerequisites), 'prerequisite')}: {told}"),
        h("ul", *map(_line, view.prerequisites), class_="checks"),
        open=not view.ready or view.verdict is Verdict.WARNING,
    )


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

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Elements of an HTML page, built as a tree: text can never become markup, whoever wrote it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias
from xml.etree.ElementTree import Element, tostring

from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.texts import DIRECTIONS, for_xml, in_order

Child: TypeAlias = "Element | str | None"
Attribute: TypeAlias = "str | int | bool | None"
# What would end the element or begin another one; inside a string of JSON these are the same characters.
IN_JSON = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def h(tag: str, *children: Child, **attributes: Attribute) -> Element:
    """An element with its children in order; V(None) among them is left out.

    An attribute that is V(None) or V(False) is left out, one that is V(True) stands alone. C(class_) is C(class),
    C(aria_label) is C(aria-label).
    """
    element = Element(tag)
    for name, value in attributes.items():
        if value is not None and value is not False:
            element.set(name.rstrip("_").replace("_", "-"), "" if value is True else in_order(for_xml(str(value))))
    return fill(element, children)


def fill(element: Element, children: Iterable[Child]) -> Element:
    """The element with these further children."""
    for child in children:
        if isinstance(child, str):
            _append(element, in_order(for_xml(child)))
        elif child is not None:
            element.append(child)
    return element


def _append(element: Element, text: str) -> None:
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text


def joined(children: Iterable[Child], separator: str = ", ") -> list[Child]:
    """The children with a text between each two of them."""
    told: list[Child] = []
    for child in children:
        told += [separator, child] if told else [child]
    return told


def hidden(text: str) -> Element:
    """A symbol that stands beside the words it means, so that nobody has to hear both."""
    return h("span", text, aria_hidden="true")


def dotted(text: str) -> Element:
    """A name that may be broken after its dots, so that nobody has to read half a label."""
    head, *labels = text.split(".")
    pieces: list[Child] = [head]
    for label in labels:
        pieces += [".", h("wbr"), label]
    return h("span", *pieces, class_="name")


def data(document: Mapping[str, Any], name: str) -> Element:
    """A document as JSON that the page carries and does not run."""
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False).translate(IN_JSON)
    text = DIRECTIONS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return h("script", text, type="application/json", id=name)


def page_of(root: Element) -> str:
    """The text of a page. Style and script have to be ours: they are written as they are."""
    return f"<!DOCTYPE html>\n{tostring(root, encoding='unicode', method='html')}\n"

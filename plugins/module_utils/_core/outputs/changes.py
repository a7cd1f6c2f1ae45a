# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What changed from one report to the next: gateways, findings, certificates and the states of aliases."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.taxonomy import STATE_ORDER, State
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Status
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.prerequisites import (
    GATEWAY_WORDS,
    VERDICT_ORDER,
    Verdict,
)

Document = Mapping[str, Any]
# The page of a report carries its own facts in an element with this name; no "<" can stand in them.
EMBEDDED = "report"
IN_PAGE = re.compile(rf'<script type="application/json" id="{EMBEDDED}">([^<]*)</script>')
VERSION = 1


class Kind(StrEnum):
    """What can change, in the order in which it is told."""

    GATEWAY_NEW = "gateway_new"
    GATEWAY_GONE = "gateway_gone"
    GATEWAY_STATE = "gateway_state"
    FINDING_NEW = "finding_new"
    FINDING_CHANGED = "finding_changed"
    FINDING_GONE = "finding_gone"
    CERTIFICATE_REPLACED = "certificate_replaced"
    CERTIFICATE_NEW = "certificate_new"
    CERTIFICATE_GONE = "certificate_gone"
    CERTIFICATE_STATE = "certificate_state"
    ALIAS_STATE = "alias_state"


class Trend(StrEnum):
    """Whether a change is one for the better."""

    WORSE = "worse"
    BETTER = "better"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """One change. O(before) and O(after) are empty where there was or is nothing."""

    kind: Kind
    trend: Trend
    subject: str
    before: str
    after: str
    gateways: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since O(since), the time of the last report; O(problem) is why that could not be compared."""

    since: str | None = None
    entries: tuple[Change, ...] = ()
    problem: str | None = None


def changes_of(previous: Any, document: Document) -> Changes | None:
    """What changed since the last report, or why that cannot be told; V(None) where none is given.

    :param previous: the last report as a dictionary, as JSON, or as the page that carries it.
    """
    if not previous:
        return None
    try:
        before = previous_of(previous)
        return Changes(before.get("at"), tuple(_changes(before, document)))
    except InvalidInput as error:
        return Changes(problem=error.message)
    except (KeyError, TypeError, ValueError, AttributeError):
        return Changes(problem="The last report is not of the published form. Give the file as it was written.")


def previous_of(given: Any) -> Document:
    """The last report, read back.

    :raises InvalidInput: when it is no report of the version that this collection writes.
    """
    found = given if isinstance(given, Mapping) else _read(str(given))
    if not isinstance(found, Mapping) or "schema_version" not in found:
        raise InvalidInput("The last report is no report of configmgr.cmg. Give the JSON or the page that it wrote.")
    if found["schema_version"] != VERSION:
        raise InvalidInput(
            f"The last report has the version {found['schema_version']!r}, and only {VERSION} can be compared."
        )
    return found


def _read(text: str) -> Any:
    page = IN_PAGE.search(text)
    try:
        return json.loads(page[1] if page else text)
    except ValueError:
        raise InvalidInput("The last report is neither JSON nor a page with a report in it.") from None


def _changes(before: Document, after: Document) -> Iterator[Change]:
    """All changes by kind; those that concern many gateways in the same way are told once."""
    looks = _made(before) & _made(after)
    changes = [*_gateways(before, after), *_findings(before, after, looks), *_aliases(before, after)]
    if "certificates" in looks or "drift" in looks:
        changes += _certificates(before, after, looks)
    grouped: dict[Change, list[str]] = {}
    for change in changes:
        grouped.setdefault(replace(change, gateways=()), []).extend(change.gateways)
    order = {kind: position for position, kind in enumerate(Kind)}
    told = [replace(change, gateways=tuple(dict.fromkeys(names))) for change, names in grouped.items()]
    yield from sorted(told, key=lambda change: (order[change.kind], change))


def _made(document: Document) -> set[str]:
    """The looks that were made; what another one would have told is neither new nor gone."""
    return {str(look["name"]) for look in document["looks"] if look["failure"] is None}


def _by(entries: Iterable[Document], name: Callable[[Document], Any]) -> dict[Any, Document]:
    return {name(entry): entry for entry in entries}


def _gateways(before: Document, after: Document) -> Iterator[Change]:
    old, new = (_by(it["gateways"], lambda gateway: gateway["gateway"]) for it in (before, after))
    if not old or not new:
        return
    for name in sorted({*old, *new}):
        if name not in old:
            yield Change(Kind.GATEWAY_NEW, Trend.NEUTRAL, name, "", _ready(new[name]), (name,))
        elif name not in new:
            yield Change(Kind.GATEWAY_GONE, Trend.NEUTRAL, name, _ready(old[name]), "", (name,))
        elif old[name]["state"] != new[name]["state"]:
            was, is_now = (Verdict(it[name]["state"]) for it in (old, new))
            trend = _trend(VERDICT_ORDER[was] - VERDICT_ORDER[is_now])
            yield Change(Kind.GATEWAY_STATE, trend, name, GATEWAY_WORDS[was], GATEWAY_WORDS[is_now], (name,))


def _ready(gateway: Document) -> str:
    return GATEWAY_WORDS[Verdict(gateway["state"])]


def _trend(worse_by: int) -> Trend:
    return Trend.WORSE if worse_by > 0 else Trend.BETTER if worse_by < 0 else Trend.NEUTRAL


def _word(state: Any) -> str:
    return str(state).replace("_", " ")


def _findings(before: Document, after: Document, looks: set[str]) -> Iterator[Change]:
    """Findings by their fingerprint. What was seen may differ every day, such as days and seconds, and is no change."""
    known = {it["gateway"] for it in before["gateways"]} & {it["gateway"] for it in after["gateways"]}
    old, new = (_by(_told(it, known), lambda finding: finding["fingerprint"]) for it in (before, after))
    for fingerprint in {**old, **new}:
        was, is_now = old.get(fingerprint), new.get(fingerprint)
        told = is_now or was or {}
        subject, gateways = f"{told['rule']} {told['title']}", (told["gateway"],)
        if was is None and is_now is not None:
            trend = Trend.NEUTRAL if is_now["status"] == "accepted" else Trend.WORSE
            yield Change(Kind.FINDING_NEW, trend, subject, "", _level(is_now), gateways)
        elif was is not None and is_now is None:
            if was.get("look") is None or was["look"] in looks:
                yield Change(Kind.FINDING_GONE, Trend.BETTER, subject, _level(was), "", gateways)
        elif was is not None and is_now is not None and _level(was) != _level(is_now):
            yield Change(Kind.FINDING_CHANGED, Trend.NEUTRAL, subject, _level(was), _level(is_now), gateways)


def _told(document: Document, known: set[str]) -> list[Document]:
    """The findings, without those of gateways that are new or gone: that is told, and not what is true of them."""
    declared = {it["gateway"] for it in document["gateways"]}
    return [it for it in document["findings"] if it["gateway"] in known or it["gateway"] not in declared]


def _level(finding: Document) -> str:
    if finding["status"] != Status.FAILED:
        return _word(finding["status"])
    state = f", {_word(finding['state'])}" if finding.get("state") not in (None, State.DRIFT) else ""
    return f"{finding['severity']}{state}"


def _aliases(before: Document, after: Document) -> Iterator[Change]:
    old, new = (_by(it["aliases"] or (), lambda alias: alias["name"]) for it in (before, after))
    for name in sorted({*old} & {*new}):
        was, is_now = State(old[name]["state"]), State(new[name]["state"])
        if was is not is_now:
            trend = _trend(STATE_ORDER[is_now] - STATE_ORDER[was])
            subject = name.removesuffix(".")
            yield Change(Kind.ALIAS_STATE, trend, subject, _word(was), _word(is_now), (new[name]["gateway"],))


Uses = dict[tuple[str, str], dict[str, Document]]


def _certificates(before: Document, after: Document, looks: set[str]) -> Iterator[Change]:
    """Certificates by gateway and what they are there for: one that took another's place is a replacement."""
    known = {it["gateway"] for it in before["gateways"]} & {it["gateway"] for it in after["gateways"]}
    old, new = _uses(before, looks), _uses(after, looks)
    for gateway, role in sorted({*old, *new}):
        was, is_now = old.get((gateway, role), {}), new.get((gateway, role), {})
        gone = [was[one] for one in sorted(set(was) - set(is_now))]
        come = [is_now[one] for one in sorted(set(is_now) - set(was))]
        if gateway in known:
            yield from _exchanged(gateway, role, gone, come)
        for one in sorted(set(was) & set(is_now)):
            yield from _aged(gateway, role, was[one], is_now[one])


def _uses(document: Document, looks: set[str]) -> Uses:
    uses: Uses = {}
    for certificate in document["certificates"]:
        for use in certificate["uses"]:
            look = "drift" if use["place"] and use["role"] == "served certificate" else "certificates"
            if look in looks:
                identity = str(certificate["thumbprint_sha256"] or certificate["name"])
                uses.setdefault((use["gateway"], use["role"]), {})[identity] = certificate
    return uses


def _exchanged(gateway: str, role: str, gone: Sequence[Document], come: Sequence[Document]) -> Iterator[Change]:
    for was, is_now in zip(gone, come, strict=False):
        ends, ended = str(is_now["not_after"]), str(was["not_after"])
        trend = _trend((ends < ended) - (ends > ended))
        yield Change(Kind.CERTIFICATE_REPLACED, trend, role, _described(was), _described(is_now), (gateway,))
    for was in gone[len(come) :]:
        yield Change(Kind.CERTIFICATE_GONE, Trend.NEUTRAL, role, _described(was), "", (gateway,))
    for is_now in come[len(gone) :]:
        yield Change(Kind.CERTIFICATE_NEW, Trend.NEUTRAL, role, "", _described(is_now), (gateway,))


def _aged(gateway: str, role: str, was: Document, is_now: Document) -> Iterator[Change]:
    states = (str(was["state"]), str(is_now["state"]))
    if states[0] != states[1] and "unknown" not in states:
        order = ("expired", "expiring", "valid")
        trend = _trend(order.index(states[0]) - order.index(states[1]))
        subject = f"{role} {_described(is_now)}"
        yield Change(Kind.CERTIFICATE_STATE, trend, subject, *states, (gateway,))


def _described(certificate: Document) -> str:
    end = str(certificate["not_after"] or "")[:10] or "an unknown day"
    thumbprint = str(certificate["thumbprint_sha256"] or "")[:8]
    return f"{certificate['name']} until {end}{f' ({thumbprint}…)' if thumbprint else ''}"

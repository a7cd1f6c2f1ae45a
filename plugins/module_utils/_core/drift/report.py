# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Verdicts as modules return them: aliases with evidence, findings in the collection's own shape, counts, a diff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.case import Drift, Word, word_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.judge import Verdict
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.observations import (
    Observed,
    Reply,
    ResolverView,
    ServedView,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.taxonomy import Layer, State
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Finding, Severity, Status
from ansible_collections.configmgr.cmg.plugins.module_utils._core.records import comparable

SCHEMA_VERSION = 1
NOT_CHECKED = "not_checked"
LAYERS = {
    "plane": Layer.PLANE,
    "authoritative": Layer.AUTHORITATIVE,
    "recursive": Layer.RECURSIVE,
    "target": Layer.TARGET,
    "served": Layer.SERVED,
}
SHOWN = (State.DRIFT, State.PROPAGATING)
HEADERS = {Layer.PLANE: "Azure"}


@dataclass(frozen=True, slots=True)
class Judgement:
    """An alias, what was seen of it, and the verdict."""

    verdict: Verdict
    observed: Observed = field(default_factory=Observed)


def moment(value: datetime | None) -> str | None:
    """A time as results have it: UTC, to the second, with a Z."""
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if value is not None else None


def alias_entry(judgement: Judgement, vantage: str) -> dict[str, Any]:
    """An alias as a module returns it: findings, the word of each server, addresses and what is served there."""
    verdict, observed = judgement.verdict, judgement.observed
    nsid = observed.zone.nsid if observed.zone else {}
    return {
        "name": f"{comparable(verdict.declared.name)}.",
        "target": f"{comparable(verdict.declared.target)}.",
        "gateway": verdict.declared.gateway,
        "zone": observed.zone.zone if observed.zone else None,
        "state": str(verdict.state),
        "severity": str(verdict.severity) if verdict.severity else None,
        "converges_at": moment(verdict.converges_at),
        "layers": _layers(verdict),
        "not_checked": dict(sorted(observed.skipped.items())),
        "servers": _servers(observed, nsid),
        "resolvers": sorted(map(_resolver, observed.recursive or ()), key=str),
        "addresses": list(observed.target.addresses) if observed.target else [],
        "served": sorted(map(_served, observed.served or ()), key=str),
        "findings": [finding_entry(drift, vantage, nsid) for drift in verdict.findings],
    }


def _layers(verdict: Verdict) -> dict[str, str]:
    states = {name: str(verdict.layers.get(layer, NOT_CHECKED)) for name, layer in LAYERS.items()}
    if Layer.AUTHORITATIVE in verdict.layers:
        states["authoritative"] = f"{verdict.agreeing}/{verdict.total}"
    return states


def _servers(observed: Observed, nsid: Mapping[str, str]) -> list[dict[str, Any]]:
    words = [word_of(reply) for reply in observed.authoritative or ()]
    return [_server(word, nsid) for word in sorted(words, key=lambda word: (word.reply.place, str(word)))]


def _server(word: Word, nsid: Mapping[str, str]) -> dict[str, Any]:
    place = word.reply.place
    return {
        "server": place.server or None,
        "address": place.address,
        "nsid": nsid.get(place.address),
        "says": str(word.said),
        "targets": [f"{target}." for target in word.targets],
        "ttl": word.ttl,
    }


def _resolver(view: ResolverView) -> dict[str, Any]:
    """What a resolver says, in the words of the name servers: nobody expects authority of it."""
    message = view.reply.message
    said = replace(view.reply, message=replace(message, flags=message.flags | {"AA"}) if message else None)
    word = word_of(said)
    return {
        "address": view.place.address,
        "view": view.place.view,
        "says": str(word.said),
        "targets": [f"{target}." for target in word.targets],
        "ttl": word.ttl,
    }


def _served(view: ServedView) -> dict[str, Any]:
    return {
        "address": view.address,
        "failure": view.failure,
        "names": list(view.names),
        "not_after": moment(view.not_after),
        "thumbprint_sha256": view.sha256.upper() if view.sha256 else None,
        "trusted": view.trusted,
    }


def finding_entry(drift: Drift, vantage: str, nsid: Mapping[str, str]) -> dict[str, Any]:
    """A finding as it stands below its alias."""
    accepted = drift.accepted
    return {
        "code": drift.code.code,
        "layer": str(drift.layer),
        "severity": str(drift.severity),
        "state": str(drift.state),
        "fixable": drift.code.fixable,
        "where": _where(drift, vantage, nsid),
        "expected": drift.expected,
        "observed": drift.observed,
        "evidence": _evidence(drift.reply),
        "converges_at": moment(drift.converges_at),
        "remedy": drift.remedy,
        "fingerprint": drift.fingerprint,
        "accepted": {"reason": accepted.reason, "until": accepted.until} if accepted else None,
    }


def _where(drift: Drift, vantage: str, nsid: Mapping[str, str]) -> dict[str, Any]:
    place = drift.place
    return {
        "server": (place.server or None) if place else None,
        "address": place.address if place else None,
        "nsid": nsid.get(place.address) if place else None,
        "transport": place.transport if place else None,
        "view": (place.view or None) if place else None,
        "vantage": vantage,
    }


def _evidence(reply: Reply | None) -> dict[str, Any] | None:
    if reply is None:
        return None
    message = reply.message
    return {
        "rcode": message.rcode if message else None,
        "flags": sorted(message.flags) if message else [],
        "ttl": min((record.ttl for record in message.answer), default=None) if message else None,
        "ede": list(message.extended_errors) if message else [],
        "answer": [f"{it.name}. {it.ttl} IN {it.type} {it.data}" for it in message.answer] if message else [],
        "outcome": str(reply.end),
        "rtt_ms": round(reply.rtt_ms, 1) if reply.rtt_ms is not None else None,
        "at": moment(reply.at),
    }


def as_finding(drift: Drift, gateway: str) -> Finding:
    """The same as a finding of the collection: what is not known was not checked, what was tolerated is accepted."""
    accepted, remedy = drift.accepted, drift.remedy
    status = Status.NOT_CHECKED if drift.state is State.UNKNOWN else Status.FAILED
    if accepted is not None:
        until = f" until {accepted.until}" if accepted.until else ""
        status, remedy = Status.ACCEPTED, f"Accepted{until}: {accepted.reason}"
    return drift.code.rule.finding(
        gateway=gateway,
        subject=f"{drift.name}{f' at {drift.place}' if drift.place else ''}",
        observed=drift.observed,
        expected=drift.expected,
        remedy=remedy,
        severity=drift.severity,
        status=status,
    )


def summary_of(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """How many aliases are in each state, and how many findings of each severity count."""
    counted = [drift for verdict in verdicts for drift in verdict.findings if drift.accepted is None]
    states = {str(state): sum(verdict.state is state for verdict in verdicts) for state in State}
    severities = {str(severity): sum(drift.severity is severity for drift in counted) for severity in Severity}
    return {"total": len(verdicts), **states, "by_severity": severities}


def diff_of(verdicts: Sequence[Verdict]) -> list[dict[str, str]]:
    """What is there against what is declared, one entry for each place that differs, as lines of a zone file."""
    entries = {
        (_header(drift), *drift.lines)
        for verdict in verdicts
        for drift in verdict.findings
        if drift.lines and drift.accepted is None and drift.state in SHOWN
    }
    return [
        {"before_header": header, "after_header": "declared", "before": _ended(before), "after": _ended(after)}
        for header, before, after in sorted(entries, key=lambda entry: (entry[2], entry[0], entry[1]))
    ]


def _header(drift: Drift) -> str:
    if drift.place is not None:
        return " ".join(part for part in (drift.place.server, drift.place.address) if part)
    return HEADERS.get(drift.layer, "every name server")


def _ended(lines: str) -> str:
    return f"{lines}\n" if lines else ""

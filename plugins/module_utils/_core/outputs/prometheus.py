# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""A result as metrics, whose text is written by the filter. No two samples of a metric have the same labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.taxonomy import STATE_ORDER, State
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.checks import GOOD_OF
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.expiries import certificates_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.report import Problem, Report, is_error
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.texts import for_utf8

Alias = Mapping[str, Any]
Labels = tuple[str, ...]
RECURSIVE = "recursive"
OWNER = ("name", "zone", "gateway")
STATES = ", ".join(f"{position} {state}" for state, position in STATE_ORDER.items())


@dataclass(frozen=True, slots=True)
class Metric:
    """A gauge with its samples by the values of its labels, in the order of these."""

    name: str
    help: str
    labels: Labels
    samples: Mapping[Labels, float]


def metrics_of(report: Report, checked_at: float | None) -> list[Metric]:
    """The metrics of a report; one without samples is left out.

    :param checked_at: when the check was made, in seconds since 1970. V(None) leaves that metric out; then the same
        state always gives the same text.
    """
    metrics = [
        *_of_the_check(report, checked_at),
        *_of_gateways(report),
        *_of_certificates(report),
        *_of_aliases(report),
        *_of_drifts(report),
    ]
    return [metric for metric in metrics if metric.samples]


def _metric(name: str, text: str, labels: Labels, samples: Iterable[tuple[Labels, float | None]]) -> Metric:
    """A metric without the samples that have no value, its labels in characters that a file can hold."""
    known = {tuple(map(for_utf8, values)): sample for values, sample in samples if sample is not None}
    return Metric(f"cmg_{name}", text, labels, dict(sorted(known.items())))


def _of_the_check(report: Report, checked_at: float | None) -> Iterator[Metric]:
    success = float(report.failure is None)
    yield _metric("check_success", "1 if the check could be made, 0 if its task failed.", (), [((), success)])
    yield _metric("check_timestamp_seconds", "When the check was made, as a Unix time.", (), [((), checked_at)])


def _of_gateways(report: Report) -> Iterator[Metric]:
    wrong = {problem.gateway for problem in report.problems if is_error(problem)}
    valid = {(gateway.label,): float(gateway.label not in wrong) for gateway in report.gateways}.items()
    text = "1 if no rule found an error in the gateway, 0 if one did."
    yield _metric("gateway_valid", text, ("gateway",), valid)
    counts = Counter(
        (it.gateway, it.rule, it.subject, str(it.severity), str(it.status))
        for it in report.problems
        if it.alias is None
    )
    text = "How many findings the gateway has, those of its alias aside."
    yield _metric("finding", text, ("gateway", "rule", "subject", "severity", "status"), counts.items())


def _of_certificates(report: Report) -> Iterator[Metric]:
    """The end of every certificate that was seen, once for each of its uses; how much is left is for the alert."""
    ends = [
        ((use.gateway, use.role, it.name, it.thumbprint_sha256 or ""), it.not_after.timestamp())
        for it in certificates_of(report, None)
        if it.not_after
        for use in it.uses
    ]
    labels = ("gateway", "use", "name", "thumbprint_sha256")
    yield _metric("certificate_not_after_timestamp_seconds", "When the certificate ends, as a Unix time.", labels, ends)


def _of_aliases(report: Report) -> Iterator[Metric]:
    readers: tuple[tuple[str, str, Callable[[Alias], float | None]], ...] = (
        ("state", f"The state of the alias: {STATES}.", lambda alias: STATE_ORDER[State(alias["state"])]),
        ("authoritative_good", "How many authoritative addresses have the declared alias.", lambda it: _count(it, 1)),
        ("authoritative_total", "How many authoritative addresses were asked.", lambda it: _count(it, 2)),
        ("converges_timestamp_seconds", "When all caches will have the alias, as a Unix time.", _converges),
    )
    for name, text, read in readers:
        yield _metric(
            f"alias_{name}",
            text,
            OWNER,
            ((_owner(alias), read(alias)) for alias in (*report.aliases, *report.unmanaged)),
        )


def _owner(alias: Alias) -> Labels:
    return (_bare(alias["name"]), _bare(alias.get("zone")), str(alias["gateway"]))


def _bare(name: str | None) -> str:
    return (name or "").removesuffix(".")


def _count(alias: Alias, part: int) -> float | None:
    counted = GOOD_OF.fullmatch(str(alias["layers"].get("authoritative")))
    return float(counted[part]) if counted else None


def _converges(alias: Alias) -> float | None:
    moment = alias.get("converges_at")
    return datetime.fromisoformat(moment).timestamp() if moment else None


def _of_drifts(report: Report) -> Iterator[Metric]:
    drifts = [problem for problem in report.problems if problem.alias is not None]
    labels = ("name", "code", "layer", "server", "severity", "state", "status")
    yield _metric(
        "alias_finding", "How many findings the alias has.", labels, Counter(map(_drift_labels, drifts)).items()
    )
    text = "How long a resolver still keeps an answer that is not the declared one."
    yield _metric("alias_ttl_remaining_seconds", text, ("name", "resolver"), _remaining(drifts).items())


def _drift_labels(drift: Problem) -> Labels:
    told = (drift.alias, drift.code, drift.layer, drift.server, drift.severity, drift.state, drift.status)
    return tuple(str(value or "") for value in told)


def _remaining(drifts: Iterable[Problem]) -> dict[Labels, float]:
    """The longest remaining TTL that a resolver gave for each alias."""
    longest: dict[Labels, float] = {}
    for drift in drifts:
        if drift.layer == RECURSIVE and drift.remaining is not None:
            labels = (drift.alias or "", drift.server or "")
            longest[labels] = max(longest.get(labels, 0.0), float(drift.remaining))
    return longest

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Several looks at the same gateways, put together: what is the same is said once, under one name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Status
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import NAMELESS
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.report import (
    KINDS,
    Entry,
    Gateway,
    Look,
    Problem,
    Report,
    report_of,
)

Labels = tuple[str, ...]


def whole_report_of(result: Any) -> Report:
    """The report of one result, as M(report_of) makes it, or of several: a dictionary of results by look.

    :raises InvalidInput: for what is no result, for an unknown look, and for looks at different gateways.
    """
    if not _is_several(result):
        return report_of(result)
    unknown = [str(name) for name in result if name not in KINDS]
    if unknown:
        raise InvalidInput(f"There is no look {unknown[0]!r}. Use {', '.join(KINDS)}.")
    reports = {name: report_of(result[name], name) for name in KINDS if _was_made(result.get(name))}
    return merged(reports)


def _is_several(result: Any) -> bool:
    """Whether it is a dictionary of results; a result itself has none of the names with a dictionary behind it."""
    return (
        isinstance(result, Mapping)
        and bool(result)
        and "findings" not in result
        and all(value is None or isinstance(value, Mapping) for value in result.values())
    )


def _was_made(result: Any) -> bool:
    return isinstance(result, Mapping) and not result.get("skipped")


def merged(reports: Mapping[str, Report]) -> Report:
    """The report of all looks, which are in the order of M(KINDS).

    :raises InvalidInput: when they are about different gateways.
    """
    labels = _labels({name: _named(report) for name, report in reports.items() if report.gateways})
    renamed = {name: _renamed(report, labels) for name, report in reports.items()}
    drift = renamed.get("drift")
    failures = [f"{name}: {report.failure}" for name, report in reports.items() if report.failure is not None]
    problems = _distinct(problem for report in renamed.values() for problem in report.problems)
    return Report(
        gateways=_gateways(renamed, labels),
        aliases=drift.aliases if drift else (),
        problems=tuple(sorted(problems, key=lambda problem: problem.order)),
        is_drift=bool(drift and drift.is_drift),
        failure=" ".join(failures) or None,
        unmanaged=drift.unmanaged if drift else (),
        looks=tuple(_look(name, report) for name, report in reports.items()),
        whole=True,
    )


def _look(name: str, report: Report) -> Look:
    return report.looks[0] if report.looks else Look(name, report.failure)


def _named(report: Report) -> Labels:
    return tuple(gateway.label for gateway in report.gateways)


def _labels(named: Mapping[str, Labels]) -> Labels:
    """The name of each gateway: the first that a look has for it and that is not only its number."""
    if len({len(labels) for labels in named.values()}) > 1:
        told = ", ".join(f"{name} has {len(labels)}" for name, labels in named.items())
        raise InvalidInput(
            f"The looks are about different numbers of gateways: {told}. Give all of them the same list."
        )
    return tuple(_label(number, told) for number, told in enumerate(zip(*named.values(), strict=True), start=1))


def _label(number: int, told: Sequence[str]) -> str:
    nameless = f"gateway {number}"
    names = {label.lower(): label for label in reversed(told) if label not in (nameless, NAMELESS)}
    if len(names) > 1:
        raise InvalidInput(
            f"The looks are about different gateways: number {number} is {' and '.join(sorted(names.values()))}. "
            "Give all of them the same list."
        )
    return next(iter(names.values()), nameless)


def _renamed(report: Report, labels: Labels) -> Report:
    """The report with the common names of its gateways."""
    names = dict(zip(_named(report), labels, strict=False))
    aliases = [{**alias, "gateway": names.get(alias["gateway"], alias["gateway"])} for alias in report.aliases]
    problems = [replace(it, gateway=names.get(it.gateway, it.gateway)) for it in report.problems]
    return replace(report, aliases=tuple(aliases), problems=tuple(problems))


def _gateways(reports: Mapping[str, Report], labels: Labels) -> tuple[Gateway, ...]:
    facts: list[dict[str, Entry]] = [{} for _label in labels]
    for name, report in reports.items():
        for position, gateway in enumerate(report.gateways):
            facts[position][name] = gateway.entry
    return tuple(
        Gateway(label, next(iter(known.values()), {}), known) for label, known in zip(labels, facts, strict=True)
    )


def _distinct(problems: Iterable[Problem]) -> list[Problem]:
    """The problems without those that another look has told, or has checked."""
    told = {replace(problem, look=None): problem for problem in reversed(list(problems))}
    decided = {problem.fingerprint for problem in told.values() if problem.status is not Status.NOT_CHECKED}
    return [it for it in told.values() if it.status is not Status.NOT_CHECKED or it.fingerprint not in decided]

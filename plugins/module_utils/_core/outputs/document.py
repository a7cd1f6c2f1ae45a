# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""A result as a document for other programs. Its form is published as docs/schemas/report-v1.schema.json."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.taxonomy import State
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Severity, Status
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.report import Problem, Report, is_error
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.texts import finding_of

SCHEMA_VERSION = 1
SCHEMA = f"https://configmgr-cmg.github.io/configmgr.cmg/schemas/report-v{SCHEMA_VERSION}.schema.json"
TOOL = "configmgr.cmg"
# What differs between two runs that see the same.
TIMES = ("rtt_ms", "at")
OF_DRIFT = ("alias", "code", "layer", "state", "server", "fixable", "converges_at")


def document_of(report: Report, *, times: bool = False) -> dict[str, Any]:
    """The document. Without O(times) the moments and durations of single questions are left out of the evidence.

    Its shape does not depend on the module, but what only drift has is V(none) where it is not about that.
    """
    aliases = [_alias(alias, times=times) for alias in report.aliases]
    unmanaged = [_alias(alias, times=times) for alias in report.unmanaged]
    return {
        "$schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "tool": TOOL,
        "failure": report.failure,
        "valid": report.valid,
        "state": str(report.state) if report.state else None,
        "summary": _summary(report),
        "gateways": [_gateway(report, gateway.label, gateway.entry) for gateway in report.gateways],
        "aliases": aliases if report.is_drift else None,
        "unmanaged": unmanaged if report.is_drift else None,
        "findings": [_finding(problem) for problem in report.problems],
    }


def _summary(report: Report) -> dict[str, Any]:
    states = Counter(str(alias["state"]) for alias in report.aliases)
    return {**_counts(report.problems), "aliases": {str(state): states[state] for state in State}}


def _counts(problems: Sequence[Problem]) -> dict[str, int]:
    failed = [problem.severity for problem in problems if problem.status is Status.FAILED]
    return {
        "errors": sum(map(is_error, problems)),
        "warnings": failed.count(Severity.WARNING),
        "infos": failed.count(Severity.INFO),
        "not_checked": sum(problem.status is Status.NOT_CHECKED for problem in problems),
        "accepted": sum(problem.status is Status.ACCEPTED for problem in problems),
    }


def _gateway(report: Report, label: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    """A gateway with the facts of its module. Its findings are told once, among all, and named here."""
    own = [problem for problem in report.problems if problem.gateway == label]
    facts = {name: value for name, value in entry.items() if name not in ("findings", "valid")}
    return {
        "gateway": label,
        "valid": not any(map(is_error, own)),
        "findings": [problem.fingerprint for problem in own],
        "facts": facts,
    }


def _finding(problem: Problem) -> dict[str, Any]:
    drift = {name: getattr(problem, name) for name in OF_DRIFT}
    plain = {name: str(value) if isinstance(value, State) else value for name, value in drift.items()}
    return {"fingerprint": problem.fingerprint, **finding_of(problem), **plain}


def _alias(alias: Mapping[str, Any], *, times: bool) -> dict[str, Any]:
    findings = [_with_evidence(finding, times=times) for finding in alias["findings"]]
    return {**alias, "findings": findings}


def _with_evidence(finding: Mapping[str, Any], *, times: bool) -> dict[str, Any]:
    evidence = finding["evidence"]
    if times or evidence is None:
        return dict(finding)
    return {**finding, "evidence": {name: value for name, value in evidence.items() if name not in TIMES}}

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

from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.report import moment
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.taxonomy import State
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Severity, Status
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.changes import Changes
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.expiries import Certificate
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.overview import Overview, Served, View
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.prerequisites import Prerequisite
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.report import Problem, Report, is_error
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.texts import finding_of

SCHEMA_VERSION = 1
SCHEMA = f"https://configmgr-cmg.github.io/configmgr.cmg/schemas/report-v{SCHEMA_VERSION}.schema.json"
TOOL = "configmgr.cmg"
# What differs between two runs that see the same.
TIMES = ("rtt_ms", "at")
OF_DRIFT = ("alias", "code", "layer", "state", "server", "fixable", "converges_at")


def document_of(overview: Overview, changes: Changes | None = None, *, times: bool = False) -> dict[str, Any]:
    """The document. Without O(times) the moments and durations of single questions are left out of the evidence.

    Its shape does not depend on the module, but what only drift has is V(none) where it is not about that.
    """
    report = overview.report
    aliases = [_alias(alias, times=times) for alias in report.aliases]
    unmanaged = [_alias(alias, times=times) for alias in report.unmanaged]
    return {
        "$schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "tool": TOOL,
        "at": moment(overview.at),
        "looks": [{"name": look.name, "failure": look.failure} for look in report.looks],
        "failure": report.failure,
        "valid": report.valid,
        "state": str(report.state) if report.state else None,
        "summary": _summary(report),
        "gateways": [
            _gateway(view, gateway.facts if report.whole else {"": gateway.entry})
            for view, gateway in zip(overview.gateways, report.gateways, strict=True)
        ],
        "certificates": [_certificate(certificate) for certificate in overview.certificates],
        "aliases": aliases if report.is_drift else None,
        "unmanaged": unmanaged if report.is_drift else None,
        "findings": [_finding(problem) for problem in report.problems],
        "changes": _changes(changes) if changes else None,
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


def _gateway(view: View, facts: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """A gateway with its facts, which are those of each look where there are several. Its findings are only named."""
    of_looks = {look: _facts(entry) for look, entry in facts.items()}
    return {
        "gateway": view.label,
        "service_name": view.service_name,
        "deployment_name": view.deployment_name,
        "cname_required": view.cname_required,
        "leads_to": list(view.leads_to),
        "addresses": list(view.addresses),
        "served": [_served(served) for served in view.served],
        "state": str(view.verdict),
        "valid": not any(map(is_error, view.problems)),
        "prerequisites": [_prerequisite(one) for one in view.prerequisites],
        "findings": [problem.fingerprint for problem in view.problems],
        "facts": of_looks.get("", of_looks),
    }


def _facts(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name not in ("findings", "valid")}


def _served(served: Served) -> dict[str, Any]:
    return {
        "address": served.address or None,
        "failure": served.failure,
        "names": list(served.names),
        "not_after": moment(served.not_after),
        "days_left": served.days_left,
        "thumbprint_sha256": served.thumbprint_sha256,
        "trusted": served.trusted,
    }


def _prerequisite(prerequisite: Prerequisite) -> dict[str, Any]:
    return {
        "id": prerequisite.id,
        "title": prerequisite.title,
        "state": str(prerequisite.verdict),
        "seen": prerequisite.seen,
        "remedies": list(prerequisite.remedies),
        "findings": [problem.fingerprint for problem in prerequisite.problems],
    }


def _certificate(certificate: Certificate) -> dict[str, Any]:
    return {
        "name": certificate.name,
        "subject": certificate.subject,
        "issuer": certificate.issuer,
        "not_after": moment(certificate.not_after),
        "days_left": certificate.days_left,
        "state": str(certificate.state),
        "thumbprint_sha1": certificate.thumbprint_sha1,
        "thumbprint_sha256": certificate.thumbprint_sha256,
        "uses": [{"gateway": use.gateway, "role": use.role, "place": use.place or None} for use in certificate.uses],
    }


def _changes(changes: Changes) -> dict[str, Any]:
    entries = [
        {
            "kind": str(change.kind),
            "trend": str(change.trend),
            "subject": change.subject,
            "before": change.before or None,
            "after": change.after or None,
            "gateways": list(change.gateways),
        }
        for change in changes.entries
    ]
    return {"since": changes.since, "problem": changes.problem, "entries": entries}


def _finding(problem: Problem) -> dict[str, Any]:
    drift = {name: getattr(problem, name) for name in OF_DRIFT}
    plain = {name: str(value) if isinstance(value, State) else value for name, value in drift.items()}
    return {"fingerprint": problem.fingerprint, **finding_of(problem), "look": problem.look, **plain}


def _alias(alias: Mapping[str, Any], *, times: bool) -> dict[str, Any]:
    findings = [_with_evidence(finding, times=times) for finding in alias["findings"]]
    return {**alias, "findings": findings}


def _with_evidence(finding: Mapping[str, Any], *, times: bool) -> dict[str, Any]:
    evidence = finding["evidence"]
    if times or evidence is None:
        return dict(finding)
    return {**finding, "evidence": {name: value for name, value in evidence.items() if name not in TIMES}}


def compact_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document without what nobody compares: the facts of single modules, the evidence of single answers."""
    gateways = [{**gateway, "facts": {}} for gateway in document["gateways"]]
    aliases = [{**alias, "findings": []} for alias in document["aliases"] or ()]
    return {**document, "gateways": gateways, "aliases": aliases if document["aliases"] is not None else None}

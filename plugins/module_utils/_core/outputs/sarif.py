# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Problems as a SARIF 2.1.0 log, as plain data.

No library is used: the object model on the package index (sarif-om) has not been released since 2019 and leaves the
writing of JSON to its user, and a log without a tool's own code flows is a small document.

Source: OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0,
https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Severity, Status
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.places import Place
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.report import Problem, Report
from ansible_collections.configmgr.cmg.plugins.module_utils._core.rule_pages import rule_url

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
HOME = "https://github.com/configmgr-cmg/configmgr.cmg"
TOOL = "configmgr.cmg"
FINGERPRINT = "configmgrCmgFinding/v1"
SOURCE_ROOT = "%SRCROOT%"
LEVELS = {
    Severity.CRITICAL: "error",
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "note",
}


def sarif_of(report: Report, places: Mapping[str, Place], category: str) -> dict[str, Any]:
    """The log of one run.

    What failed is a result, what was accepted a suppressed one. What could not be checked is no result but a
    notification of the tool, so that nobody takes a name server's silence for a fault in the declaration.
    """
    told = [problem for problem in report.problems if problem.status is not Status.NOT_CHECKED]
    unchecked = [problem for problem in report.problems if problem.status is Status.NOT_CHECKED]
    rules = list({problem.rule: problem for problem in sorted(report.problems, key=lambda it: it.rule)}.values())
    index = {problem.rule: position for position, problem in enumerate(rules)}
    run = {
        "tool": {"driver": {"name": TOOL, "informationUri": HOME, "rules": [_rule(problem) for problem in rules]}},
        "automationDetails": {"id": f"{category}/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report, unchecked, places)],
        "results": [_result(problem, index, places) for problem in told],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(problem: Problem) -> dict[str, Any]:
    """What is known of a rule in general, from one of its findings."""
    sources = "\n".join(f"- {source}" for source in problem.sources)
    return {
        "id": problem.rule,
        "shortDescription": {"text": problem.title},
        **({"help": {"text": sources}} if sources else {}),
        "helpUri": rule_url(problem.rule),
    }


def _result(problem: Problem, index: Mapping[str, int], places: Mapping[str, Place]) -> dict[str, Any]:
    return {
        "ruleId": problem.rule,
        "ruleIndex": index[problem.rule],
        "level": LEVELS[problem.severity],
        "message": {"text": _sentence(problem)},
        "locations": [_location(problem, places)],
        "partialFingerprints": {FINGERPRINT: problem.fingerprint},
        "suppressions": _suppressions(problem),
        "properties": _properties(problem),
    }


def _sentence(problem: Problem) -> str:
    parts = [f"{problem.where}: {problem.observed or problem.title}"]
    parts += [f"Expected: {problem.expected}"] if problem.expected else []
    parts += [f"Remedy: {problem.remedy}"] if problem.remedy else []
    return "\n".join(parts)


def _suppressions(problem: Problem) -> list[dict[str, Any]]:
    """An empty list says that the result was looked at and is not suppressed."""
    if problem.status is not Status.ACCEPTED:
        return []
    return [{"kind": "external", "status": "accepted", "justification": problem.remedy}]


def _properties(problem: Problem) -> dict[str, Any]:
    known = {
        "severity": str(problem.severity),
        "alias": problem.alias,
        "code": problem.code,
        "layer": problem.layer,
        "state": str(problem.state) if problem.state else None,
        "server": problem.server,
        "fixable": problem.fixable,
    }
    return {name: value for name, value in known.items() if value is not None}


def _location(problem: Problem, places: Mapping[str, Place]) -> dict[str, Any]:
    place = places[problem.gateway]
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": place.uri, **({} if ":" in place.uri else {"uriBaseId": SOURCE_ROOT})},
            "region": {"startLine": place.line, "startColumn": place.column},
        },
        "logicalLocations": [
            {"name": problem.subject, "fullyQualifiedName": f"{problem.gateway}/{problem.subject}", "kind": "resource"}
        ],
    }


def _invocation(report: Report, unchecked: Sequence[Problem], places: Mapping[str, Place]) -> dict[str, Any]:
    failure = [{"level": "error", "message": {"text": report.failure}}] if report.failure is not None else []
    notes = [_notification(problem, places) for problem in unchecked]
    return {"executionSuccessful": report.failure is None, "toolExecutionNotifications": [*failure, *notes]}


def _notification(problem: Problem, places: Mapping[str, Place]) -> dict[str, Any]:
    return {
        "level": "warning",
        "message": {"text": _sentence(problem)},
        "associatedRule": {"id": problem.rule},
        "locations": [_location(problem, places)],
    }

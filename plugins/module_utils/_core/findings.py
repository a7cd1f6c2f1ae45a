# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Findings: what a rule has to say about a gateway, as plain data that modules return and the role judges."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple


class Severity(StrEnum):
    """How bad it is, worst first. A V(critical) finding is an error that somebody else can exploit now."""

    CRITICAL = "critical"
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Status(StrEnum):
    """What became of the rule: it failed, could not be checked, or failed and was accepted by the user."""

    FAILED = "failed"
    NOT_CHECKED = "not_checked"
    ACCEPTED = "accepted"


SEVERITY_ORDER = {severity: position for position, severity in enumerate(Severity)}
STATUS_ORDER = {Status.FAILED: 0, Status.NOT_CHECKED: 1, Status.ACCEPTED: 2}


class Finding(NamedTuple):
    """One rule's word on one artefact of one gateway. Rules that pass leave no finding."""

    rule: str
    title: str
    severity: Severity
    status: Status
    gateway: str
    subject: str
    observed: str
    expected: str
    remedy: str
    sources: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The finding as a module returns it: strings and one list of strings."""
        return {
            "rule": self.rule,
            "title": self.title,
            "severity": str(self.severity),
            "status": str(self.status),
            "gateway": self.gateway,
            "subject": self.subject,
            "observed": self.observed,
            "expected": self.expected,
            "remedy": self.remedy,
            "sources": list(self.sources),
        }


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule's constant part. Every rule of a family stands in that family's C(RULES) tuple."""

    id: str
    title: str
    severity: Severity
    sources: tuple[str, ...]

    def finding(
        self,
        *,
        gateway: str,
        subject: str,
        observed: str,
        expected: str,
        remedy: str,
        severity: Severity | None = None,
        status: Status = Status.FAILED,
    ) -> Finding:
        """What this rule saw. O(severity) overrides the rule's own where the circumstances soften or harden it."""
        return Finding(
            rule=self.id,
            title=self.title,
            severity=severity or self.severity,
            status=status,
            gateway=gateway,
            subject=subject,
            observed=observed,
            expected=expected,
            remedy=remedy,
            sources=self.sources,
        )


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The user's word that a failure of O(rule) is known and tolerated up to and including O(until)."""

    rule: str
    reason: str
    until: date | None = None

    def covers(self, finding: Finding, today: date) -> bool:
        """Whether this acceptance turns the finding into an accepted one on that day."""
        return finding.rule == self.rule and (self.until is None or today <= self.until)


def accept(findings: Iterable[Finding], acceptances: Sequence[Acceptance], today: date) -> list[Finding]:
    """The findings with every tolerated failure marked V(accepted), its reason added to the remedy."""
    if not acceptances:
        return list(findings)
    return [_accepted(finding, acceptances, today) for finding in findings]


def _accepted(finding: Finding, acceptances: Sequence[Acceptance], today: date) -> Finding:
    if finding.status is not Status.FAILED:
        return finding
    same_rule = [acceptance for acceptance in acceptances if acceptance.rule == finding.rule]
    matching = next((acceptance for acceptance in same_rule if acceptance.covers(finding, today)), None)
    if matching is None:
        return _no_longer_accepted(finding, same_rule)
    until = f" until {matching.until.isoformat()}" if matching.until else ""
    return finding._replace(status=Status.ACCEPTED, remedy=f"Accepted{until}: {matching.reason}")


def _no_longer_accepted(finding: Finding, over: Sequence[Acceptance]) -> Finding:
    """The finding with a hint at the latest acceptance that is over, which is why it counts again."""
    latest = max(over, key=lambda acceptance: acceptance.until or date.min, default=None)
    if latest is None or latest.until is None:
        return finding
    hint = f"It was accepted until {latest.until.isoformat()}: {latest.reason}"
    return finding._replace(remedy=f"{finding.remedy} {hint}")


def reading_order(finding: Finding) -> tuple[int, int]:
    """A sort key: the order in which a person should read findings, failed before accepted, worst severity first."""
    return STATUS_ORDER[finding.status], SEVERITY_ORDER[finding.severity]


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """The findings in that order; those that are equally bad stay as they stand."""
    return sorted(findings, key=reading_order)


def is_valid(findings: Iterable[Finding]) -> bool:
    """True when no rule failed with an error. Warnings do not make a gateway invalid; what was accepted neither."""
    return not any(_is_error(finding) for finding in findings)


def _is_error(finding: Finding) -> bool:
    return finding.status is Status.FAILED and finding.severity in (Severity.CRITICAL, Severity.ERROR)


def summarise(findings: Sequence[Finding]) -> dict[str, int]:
    """How many findings of each kind: RV(summary) of every module. Critical ones count as errors too."""
    failed = [finding for finding in findings if finding.status is Status.FAILED]
    return {
        "errors": sum(map(_is_error, failed)),
        "warnings": sum(finding.severity is Severity.WARNING for finding in failed),
        "infos": sum(finding.severity is Severity.INFO for finding in failed),
        "not_checked": sum(finding.status is Status.NOT_CHECKED for finding in findings),
        "accepted": sum(finding.status is Status.ACCEPTED for finding in findings),
    }

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the table tests of all rule families leave word which rules they have a good and a bad example of.

In a test file, at module level, one table for each family::

    EXAMPLES = examples(
        Example("KEY-001", "P-256", Evidence(...) or a function without arguments that makes one, fails=True),
        Example("KEY-001", "RSA 2048", ..., fails=False),
    )


    @pytest.mark.parametrize("example", EXAMPLES, ids=str)
    def test_examples(example: Example) -> None:
        example.prove(RULES)

Where an example needs a word on the severity or the status, say so: they default to what the rule itself has.
C(test_catalogue.py) imports every C(test_rules_*.py) beside it and asks that each rule of the catalogue has both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.engine import (
    CertificateRule,
    Evidence,
    judge,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Finding, Severity, Status

COLLECTED: list[Example] = []


@dataclass(frozen=True)
class Example:
    """Evidence that one rule fails on, or just passes. O(says) are words that the observation has to hold."""

    rule: str
    what: str
    evidence: Evidence | Callable[[], Evidence] = field(repr=False)
    fails: bool
    severity: Severity | None = None
    status: Status = Status.FAILED
    says: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.rule} {'fails' if self.fails else 'passes'}: {self.what}"

    def findings(self, rules: Iterable[CertificateRule]) -> list[Finding]:
        """What this example's rule has to say about its evidence, whatever others say."""
        own = [rule for rule in rules if rule.id == self.rule]
        assert own, f"{self.rule} does not exist"
        evidence = self.evidence() if callable(self.evidence) else self.evidence
        assert any(rule.applies(evidence) for rule in own), f"{self.rule} does not apply to {evidence.purpose}"
        return judge(evidence, own)

    def prove(self, rules: Iterable[CertificateRule]) -> None:
        """Fail unless the rule says about the evidence what the example says it does."""
        findings = self.findings(rules)
        if not self.fails:
            assert findings == []
            return
        assert findings, f"{self.rule} has nothing to say"
        assert findings[0].status is self.status
        if self.severity is not None:
            assert findings[0].severity is self.severity
        text = f"{findings[0].observed} {findings[0].expected} {findings[0].remedy}"
        assert not [words for words in self.says if words not in text], text


def examples(*given: Example) -> list[Example]:
    """The examples, noted down for the test of completeness."""
    COLLECTED.extend(given)
    return list(given)

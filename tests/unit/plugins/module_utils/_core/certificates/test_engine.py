# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How rules become findings: which apply, which severity, what a cause hides."""

from __future__ import annotations

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.engine import (
    Evidence,
    Family,
    Observation,
    Observations,
    Purpose,
    judge,
    not_checked,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.facts import CertificateFacts
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Severity, Status
from tests.unit import certificate_factory as factory
from tests.unit.evidence_factory import evidence, gateway

SP, SE, CT = Purpose.SERVER_PUBLIC, Purpose.SERVER_ENTERPRISE, Purpose.TRUST_CHAIN
FAMILY = Family()


@FAMILY.rule("T-1", "Cause", "source", purposes=[SP], remedy="repair", severities={SP: Severity.WARNING})
def _cause(_evidence: Evidence) -> Observations:
    yield Observation("seen", "wanted")


@FAMILY.rule("T-2", "Consequence", purposes=[SP], remedy="repair", caused_by=["T-1"])
def _consequence(_evidence: Evidence) -> Observations:
    yield Observation("seen", "wanted")


@FAMILY.rule("T-3", "Unknown", purposes=[SP, SE], remedy="repair")
def _unknown(_evidence: Evidence) -> Observations:
    yield not_checked("Nobody looked.", "wanted")


@FAMILY.rule("T-4", "Beside what nobody checked", purposes=[SE], remedy="repair", caused_by=["T-3"])
def _beside(_evidence: Evidence) -> Observations:
    yield Observation("seen", "wanted", "another way", Severity.INFO, subject="elsewhere")


@FAMILY.rule("T-5", "Of the set", purposes=[SP], remedy="repair", of_set=True)
def _of_set(_evidence: Evidence) -> Observations:
    yield Observation("seen", "wanted")


@FAMILY.certificate_rule("T-6", "Of the certificate", purposes=[CT], remedy="repair", reads=["subjectAltName"])
def _of_certificate(leaf: CertificateFacts, _evidence: Evidence) -> Observations:
    yield Observation(leaf.label, "wanted")


def given(purpose: Purpose, *, of_set: bool = False) -> Evidence:
    return Evidence(purpose, "the subject", gateway(), factory.NOW, of_set=of_set)


def test_a_cause_hides_its_consequences() -> None:
    cause, unknown = judge(given(SP), FAMILY)
    assert (cause.rule, cause.severity, cause.remedy, cause.sources) == ("T-1", Severity.WARNING, "repair", ("source",))
    assert (unknown.rule, unknown.status) == ("T-3", Status.NOT_CHECKED)


def test_what_was_not_checked_hides_nothing() -> None:
    _unknown, beside = judge(given(SE), FAMILY)
    assert (beside.rule, beside.severity, beside.remedy) == ("T-4", Severity.INFO, "another way")
    assert beside.subject == "elsewhere"


def test_rules_of_the_set_see_the_set_only() -> None:
    assert [finding.rule for finding in judge(given(SP, of_set=True), FAMILY)] == ["T-5"]


def test_a_rule_of_a_certificate_needs_one_that_it_can_read() -> None:
    assert judge(given(CT), FAMILY) == []
    assert [finding.observed for finding in judge(evidence(CT, factory.server()), FAMILY)] == [factory.NAME]
    broken = factory.server(dns=(), extra=[factory.raw_extension("2.5.29.17", b"\x30\x03\x82\x05a")])
    assert judge(evidence(CT, broken), FAMILY) == []

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The rules that only certificates of public authorities have to follow, and what CAA records say to them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.caa import caa_names_of, permits
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.dns_names import is_wildcard
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.engine import (
    CertificateRule,
    Evidence,
    Family,
    Observation,
    Observations,
    Purpose,
    not_checked,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.facts import ORGANIZATION
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.rules_name import BR
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.rules_time import lifetime
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Severity
from ansible_collections.configmgr.cmg.plugins.module_utils._core.name_reading import listed

if TYPE_CHECKING:
    from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.caa import CaaAnswer
    from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.facts import CertificateFacts

PUBLIC = Family()

VALIDATION_POLICIES = {
    "2.23.140.1.2.1": "domain validated",
    "2.23.140.1.2.2": "organization validated",
    "2.23.140.1.2.3": "individual validated",
    "2.23.140.1.1": "extended validation",
}
SHORT_LIFE = timedelta(days=180)
LONGEST_SERIAL = 20
# A serial number with 64 random bits is shorter than this once in 65,536 times.
SHORTEST_SERIAL_BITS = 48
CAA_SOURCES = ("RFC 8659", f"{BR} 3.2.2.8")


@PUBLIC.certificate_rule(
    "PUB-001",
    "The certificate names how its subject was validated",
    f"{BR} 7.1.2.7.9",
    purposes=(Purpose.SERVER_PUBLIC,),
    severity=Severity.WARNING,
    remedy="Check that this is a certificate of a public authority; if it is not, declare issuer as enterprise.",
    reads=("certificatePolicies", "extensions"),
)
def _policy(leaf: CertificateFacts, _evidence: Evidence) -> Observations:
    policies = leaf.policies or ()
    if not set(policies) & set(VALIDATION_POLICIES):
        yield Observation(
            f"The certificate policies are {listed(policies)}." if policies else "There are no certificate policies.",
            f"One of {listed((f'{oid} ({text})' for oid, text in VALIDATION_POLICIES.items()), 'or')}.",
        )


@PUBLIC.certificate_rule(
    "PUB-002",
    "The certificate is logged",
    "Chrome and Apple Certificate Transparency policies",
    purposes=(Purpose.SERVER_PUBLIC,),
    severity=Severity.WARNING,
    remedy="Ask the authority for a certificate with embedded timestamps. Windows does not demand them; browsers do.",
    reads=("signedCertificateTimestamps", "extensions"),
)
def _logged(leaf: CertificateFacts, _evidence: Evidence) -> Observations:
    whole = lifetime(leaf)
    wanted = 2 if whole is not None and whole <= SHORT_LIFE else 3
    if (leaf.sct_count or 0) < wanted:
        yield Observation(
            f"The certificate has {leaf.sct_count or 'no'} embedded timestamps of certificate transparency logs.",
            f"At least {wanted} for a certificate of that lifetime.",
        )


@PUBLIC.certificate_rule(
    "PUB-003",
    "The serial number is a random positive number",
    "RFC 5280, section 4.1.2.2",
    f"{BR} 7.1.2.7",
    purposes=(Purpose.SERVER_PUBLIC,),
    severity=Severity.WARNING,
    remedy="Ask the authority for another certificate.",
)
def _serial(leaf: CertificateFacts, _evidence: Evidence) -> Observations:
    expected = f"A positive number of at most {LONGEST_SERIAL} octets with 64 random bits."
    # A positive number whose first bit is set takes another octet.
    octets = leaf.serial.bit_length() // 8 + 1
    if leaf.serial <= 0:
        yield Observation(f"The serial number is {leaf.serial}.", expected)
    elif octets > LONGEST_SERIAL:
        yield Observation(f"The serial number has {octets} octets.", expected)
    elif leaf.serial.bit_length() <= SHORTEST_SERIAL_BITS:
        yield Observation(f"The serial number {leaf.serial:X} has {leaf.serial.bit_length()} bits.", expected)


@PUBLIC.rule(
    "PUB-004",
    "CAA records permit the authority",
    *CAA_SOURCES,
    purposes=(Purpose.SERVER_PUBLIC, Purpose.PLAN),
    caused_by=("PUB-005",),
    remedy="Add a CAA record with the tag issue (issuewild for a wildcard) that names the authority.",
)
def _permitted(evidence: Evidence) -> Observations:
    names = _names(evidence)
    expected = "No CAA record, or one that names the authority that signs."
    if names and evidence.caa is None:
        observed = f"No CAA records were looked up for {listed(names)}. {evidence.why_absent('caa')}"
        yield not_checked(observed, expected, "Set check_caa to true (in the role, prerequisites_check_caa).")
        return
    for name in names:
        answer = (evidence.caa or {}).get(name.lower())
        if answer is not None and answer.unknown is not None:
            observed = f"The look-up for {name} has no result. {answer.unknown}"
            yield not_checked(observed, expected, "Mend what keeps it from being looked up, then run again.")
        elif answer is not None and answer.problem is None:
            yield from _verdict(evidence, name, answer, expected)


def _names(evidence: Evidence) -> tuple[str, ...]:
    if evidence.leaf is not None:
        return evidence.leaf.dns_names or evidence.leaf.common_names
    wanted = evidence.service_name if evidence.purpose is Purpose.PLAN else None
    return (wanted,) if wanted else ()


def _verdict(evidence: Evidence, name: str, answer: CaaAnswer, expected: str) -> Iterator[Observation]:
    organizations = evidence.leaf.issuer.values(ORGANIZATION) if evidence.leaf and evidence.leaf.issuer else ()
    authorities = caa_names_of(organizations[0]) if organizations else None
    permitted = permits(answer, authorities, wildcard=is_wildcard(name))
    records = listed(f"{one.flags} {one.tag} {one.value!r}" for one in answer.records) if answer.records else ""
    if permitted is None:
        unknown = f"How {organizations[0]!r} is called there" if organizations else "Which authority will sign"
        yield not_checked(
            f"The records of {answer.found_at} are {records}. {unknown} is not known.",
            expected,
            f"Compare the records with the name that the authority gives for CAA, before {name} is ordered or renewed.",
        )
    elif not permitted:
        yield Observation(f"For {name} the records of {answer.found_at} count: {records}.", expected)


@PUBLIC.rule(
    "PUB-005",
    "CAA records can be looked up",
    *CAA_SOURCES,
    purposes=(Purpose.SERVER_PUBLIC, Purpose.PLAN),
    remedy="Repair the zone's name servers or its DNSSEC signatures.",
)
def _answers(evidence: Evidence) -> Observations:
    for name in _names(evidence):
        answer = (evidence.caa or {}).get(name.lower())
        if answer is not None and answer.problem is not None:
            yield Observation(
                f"The look-up for {name} failed: {answer.problem}",
                "An answer, if only that there is no record. Without one an authority has to refuse.",
            )


RULES: tuple[CertificateRule, ...] = tuple(PUBLIC)

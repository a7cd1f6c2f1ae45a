# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Whether a new server certificate can take the place of the one in use, or the gateway has to be deployed again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Finding, Rule, Severity
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import Gateway
from ansible_collections.configmgr.cmg.plugins.module_utils._core.name_reading import MODIFY_PAGE, listed

if TYPE_CHECKING:
    from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.facts import CertificateFacts

SAME_SPELLING = Rule("RENEWAL-001", "The common name keeps its capitals", Severity.ERROR, (MODIFY_PAGE,))
SAME_NAME = Rule("RENEWAL-002", "The common name stays the same", Severity.ERROR, (MODIFY_PAGE,))
SAME_ORGANIZATION = Rule(
    "RENEWAL-003",
    "The organisation stays the same",
    Severity.WARNING,
    (MODIFY_PAGE, "MicrosoftDocs/memdocs issue 1927"),
)
ENDS_LATER = Rule(
    "RENEWAL-004", "The new certificate does not end before the one in use", Severity.WARNING, (MODIFY_PAGE,)
)
ANOTHER_ONE = Rule("RENEWAL-005", "The new certificate is not the one in use", Severity.INFO, (MODIFY_PAGE,))
RULES: tuple[Rule, ...] = (SAME_SPELLING, SAME_NAME, SAME_ORGANIZATION, ENDS_LATER, ANOTHER_ONE)


class RenewalStatus(StrEnum):
    """What becomes of the renewal."""

    RENEWABLE = "renewable"
    IN_USE = "in_use"
    WARNING = "warning"
    INVALID = "invalid"
    REJECTED_CN_CASE = "rejected_cn_case"
    REDEPLOY_SERVICE_NAME = "redeploy_service_name"
    REDEPLOY_RECOMMENDED = "redeploy_recommended"


_BY_RULE = (
    (SAME_SPELLING, RenewalStatus.REJECTED_CN_CASE),
    (SAME_NAME, RenewalStatus.REDEPLOY_SERVICE_NAME),
    (None, RenewalStatus.INVALID),
    (SAME_ORGANIZATION, RenewalStatus.REDEPLOY_RECOMMENDED),
    (ENDS_LATER, RenewalStatus.WARNING),
    (ANOTHER_ONE, RenewalStatus.IN_USE),
)


@dataclass(frozen=True, slots=True)
class Renewal:
    """What becomes of a renewal. O(redeploy) is whether the gateway has to be deployed again, or should be."""

    status: RenewalStatus
    redeploy: bool
    thumbprint_current: str
    thumbprint_new: str

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "status": str(self.status)}


def judge_renewal(
    gateway: Gateway, subject: str, new: CertificateFacts, current: CertificateFacts, *, sound: bool
) -> tuple[Renewal, list[Finding]]:
    """Compare the new server certificate with the one in use.

    :param sound: whether the rules found no error in the new certificate itself.

    Source: Microsoft Learn, Modify a CMG; MicrosoftDocs/memdocs issue 1927.
    """
    findings = list(_differences(gateway, subject, new, current))
    found = {finding.rule for finding in findings}
    matching = (status for rule, status in _BY_RULE if (not sound if rule is None else rule.id in found))
    status = next(matching, RenewalStatus.RENEWABLE)
    redeploy = status in {RenewalStatus.REDEPLOY_SERVICE_NAME, RenewalStatus.REDEPLOY_RECOMMENDED}
    return Renewal(status, redeploy, current.thumbprint_sha1, new.thumbprint_sha1), findings


def _differences(gateway: Gateway, subject: str, new: CertificateFacts, current: CertificateFacts) -> Iterator[Finding]:
    if new.thumbprint_sha256 == current.thumbprint_sha256:
        yield ANOTHER_ONE.finding(
            gateway=gateway.label,
            subject=subject,
            observed=f"Both have the thumbprint {new.thumbprint_sha1}.",
            expected="A new certificate, where one is to be renewed.",
            remedy="Nothing has to be done until the certificate is renewed.",
        )
        return
    yield from _other_names(gateway, subject, new, current)
    yield from _other_organization(gateway, subject, new, current)
    yield from _earlier_end(gateway, subject, new, current)


def _other_names(gateway: Gateway, subject: str, new: CertificateFacts, current: CertificateFacts) -> Iterator[Finding]:
    if new.common_names == current.common_names:
        return
    same_letters = _folded(new.common_names) == _folded(current.common_names)
    rule = SAME_SPELLING if same_letters else SAME_NAME
    yield rule.finding(
        gateway=gateway.label,
        subject=subject,
        observed=f"The certificate in use has the common name {_named(current)}, the new one {_named(new)}.",
        expected=f"{_named(current)}, with the same capitals: Configuration Manager compares them.",
        remedy="Have the certificate issued again with the common name spelled as in the one in use."
        if same_letters
        else "Have the certificate issued again for the same common name, or deploy a new gateway for the new one.",
    )


def _folded(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name.lower() for name in names)


def _named(certificate: CertificateFacts) -> str:
    return listed(map(repr, certificate.common_names)) if certificate.common_names else "nothing"


def _other_organization(
    gateway: Gateway, subject: str, new: CertificateFacts, current: CertificateFacts
) -> Iterator[Finding]:
    if new.organizations == current.organizations:
        return
    before, after = (listed(map(repr, one.organizations)) if one.organizations else "none" for one in (current, new))
    yield SAME_ORGANIZATION.finding(
        gateway=gateway.label,
        subject=subject,
        observed=f"The organisation in the subject was {before} and is {after} in the new certificate.",
        expected="The same subject. With another organisation gateways have rejected the certificate and lost their "
        "clients.",
        remedy="Have the certificate issued again with the same organisation, or plan to deploy the gateway again.",
    )


def _earlier_end(gateway: Gateway, subject: str, new: CertificateFacts, current: CertificateFacts) -> Iterator[Finding]:
    if new.not_after is None or current.not_after is None or new.not_after >= current.not_after:
        return
    yield ENDS_LATER.finding(
        gateway=gateway.label,
        subject=subject,
        observed=f"The new certificate ends on {new.not_after:%Y-%m-%d %H:%M} UTC, the one in use on "
        f"{current.not_after:%Y-%m-%d %H:%M} UTC.",
        expected="A new certificate that does not end earlier.",
        remedy="Check that the two were not mixed up.",
    )

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The rules of the Azure management certificate, which only classic deployments of the old kind have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.engine import (
    CertificateRule,
    Evidence,
    Family,
    Observation,
    Observations,
    Purpose,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.keys import KeyKind
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Severity
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import DeploymentMethod
from ansible_collections.configmgr.cmg.plugins.module_utils._core.name_reading import (
    REMOVED_PAGE,
    SETUP_PAGE,
    listed,
    site_version,
)

if TYPE_CHECKING:
    from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.facts import CertificateFacts

MANAGEMENT = Family()

MG = (Purpose.MANAGEMENT,)
SMALLEST_KEY = 2048
STRONG_HASHES = ("sha256", "sha384", "sha512")
LAST_WITH_MANAGEMENT_CERTIFICATE = 1810
NO_LONGER_SUPPORTED = 2203
AZURE_PAGE = (
    "Microsoft Learn: Upload an Azure service management certificate, "
    "https://learn.microsoft.com/azure/cloud-services/cloud-services-certs-create"
)


def management_certificate_needed(method: DeploymentMethod, version: str | None) -> tuple[bool, str]:
    """Whether a deployment needs an Azure management certificate, and why.

    Source: Microsoft Learn, Set up a CMG (2020), Removed and deprecated features.
    """
    if method is DeploymentMethod.SCALE_SET:
        return False, "Azure Resource Manager deploys a scale set; it authenticates with Microsoft Entra ID."
    number = site_version(version)
    if number is not None and number <= LAST_WITH_MANAGEMENT_CERTIFICATE:
        return True, "A classic deployment of that version can go through Azure Service Manager, which asks for it."
    if number is not None and number < NO_LONGER_SUPPORTED:
        return False, "From version 1902 on no new gateway is deployed with it; only one that is older still has it."
    return False, f"Deployments with it have not been supported since version {NO_LONGER_SUPPORTED}."


@MANAGEMENT.rule(
    "MGMT-001",
    "A management certificate is there only where it is needed",
    SETUP_PAGE,
    REMOVED_PAGE,
    purposes=MG,
    severity=Severity.INFO,
    of_set=True,
    remedy="Leave management_certificate out, and remove the certificate from the subscription.",
)
def _needed(evidence: Evidence) -> Observations:
    gateway = evidence.gateway
    needed, reason = management_certificate_needed(gateway.deployment_method, gateway.site_version)
    if not needed:
        yield Observation(f"A management certificate is declared, but not needed. {reason}", "No such certificate.")


@MANAGEMENT.certificate_rule(
    "MGMT-002",
    "The subscription and the console have the same certificate",
    SETUP_PAGE,
    purposes=MG,
    remedy="Upload the .cer file of the certificate that the PFX file holds.",
)
def _equal(leaf: CertificateFacts, evidence: Evidence) -> Observations:
    other = evidence.counterpart
    if other is not None and other.thumbprint_sha256 != leaf.thumbprint_sha256:
        yield Observation(
            f"The .cer file has the thumbprint {leaf.thumbprint_sha1}, the PFX file {other.thumbprint_sha1}.",
            "The same certificate in both.",
        )


@MANAGEMENT.certificate_rule(
    "MGMT-003",
    "The management certificate is sound",
    AZURE_PAGE,
    purposes=MG,
    remedy="Make a new certificate with an RSA key of 2048 bits and SHA-256. It may sign itself.",
    reads=("key", "signature"),
)
def _sound(leaf: CertificateFacts, _evidence: Evidence) -> Observations:
    problems = list(_problems(leaf))
    if problems:
        yield Observation(
            f"The certificate {listed(problems)}.",
            f"X.509 version 3, an RSA key of at least {SMALLEST_KEY} bits, a signature with SHA-256 or better.",
        )


def _problems(leaf: CertificateFacts) -> Iterator[str]:
    if leaf.version != 3:
        yield f"has version {leaf.version}"
    if leaf.key is not None and (leaf.key.kind is not KeyKind.RSA or (leaf.key.size or 0) < SMALLEST_KEY):
        yield f"has the key {leaf.key.label}"
    if leaf.signature is not None and leaf.signature.hash not in STRONG_HASHES:
        yield f"is signed with {leaf.signature.name}"


RULES: tuple[CertificateRule, ...] = tuple(MANAGEMENT)

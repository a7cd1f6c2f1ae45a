# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The rules of signatures: hashes that are broken, algorithms that disagree or that others do not understand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.engine import (
    ALL_PURPOSES,
    SERVER,
    CertificateRule,
    Evidence,
    Family,
    Observation,
    Observations,
    Purpose,
    not_checked,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.rules_name import BR, PKI_PAGE
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Severity

if TYPE_CHECKING:
    from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.facts import CertificateFacts

SIGNATURE = Family()

BROKEN_HASHES = ("md2", "md5", "sha1")
_SHOWN_DIGITS = 64


@SIGNATURE.rule(
    "SIG-001",
    "No certificate below the root is signed with SHA-1 or MD5",
    PKI_PAGE,
    f"{BR} 7.1.3.2.1",
    purposes=(*SERVER, Purpose.CLIENT, Purpose.MANAGEMENT_POINT, Purpose.TRUST_CHAIN),
    remedy="Have the certificate issued anew with SHA-256. On AD CS, change the CA's hash first: "
    "certutil -setreg ca\\csp\\CNGHashAlgorithm SHA256",
)
def _no_broken_hash(evidence: Evidence) -> Observations:
    expected = "SHA-256 or better; Windows has not accepted SHA-1 for server authentication since 2017."
    for certificate in _below_root(evidence):
        signature = certificate.signature
        if signature is not None and signature.hash in BROKEN_HASHES:
            yield Observation(f"{_named(certificate, evidence)} is signed with {signature.name}.", expected)
        elif signature is not None and not signature.known:
            name = f"{_named(certificate, evidence)} is signed with the unknown algorithm {signature.algorithm}."
            yield not_checked(name, expected, "Verify it on Windows: certutil -verify -urlfetch.")


@SIGNATURE.certificate_rule(
    "SIG-002",
    "Both places in the certificate name the same signature algorithm",
    "RFC 5280, section 4.1.1.2",
    purposes=ALL_PURPOSES,
    remedy="Have the certificate issued anew; tell the CA that its software is at fault.",
    reads=("signature",),
)
def _is_consistent(leaf: CertificateFacts, _evidence: Evidence) -> Observations:
    signature = leaf.signature
    if signature is not None and not signature.consistent:
        inner, outer = (part.hex()[:_SHOWN_DIGITS] for part in (signature.inner, signature.outer))
        yield Observation(
            f"Outside of what is signed stands {signature.name} (DER {outer}), inside DER {inner}.",
            "The same algorithm with the same parameters in both places.",
        )


@SIGNATURE.rule(
    "SIG-003",
    "No certificate is signed with RSASSA-PSS",
    "Microsoft Learn: CAPolicy.inf syntax, AlternateSignatureAlgorithm, "
    "https://learn.microsoft.com/windows-server/networking/core-network-guide/cncg/server-certs/"
    "prepare-the-capolicy-inf-file",
    purposes=(Purpose.SERVER_ENTERPRISE, Purpose.CLIENT),
    severity=Severity.WARNING,
    remedy="Set AlternateSignatureAlgorithm=0 in the CA's CAPolicy.inf and registry, and have the certificate issued "
    "anew.",
)
def _no_pss(evidence: Evidence) -> Observations:
    for certificate in _below_root(evidence):
        if certificate.signature is not None and certificate.signature.pss:
            yield Observation(
                f"{_named(certificate, evidence)} is signed with {certificate.signature.name}.",
                "PKCS #1 v1.5 with SHA-256: not every client and network device understands RSASSA-PSS.",
            )


def _below_root(evidence: Evidence) -> list[CertificateFacts]:
    """The certificate and those above it whose signature somebody verifies: that of a root is of no account."""
    leaf, path = evidence.leaf, evidence.path
    found = path.best.certificates if path else evidence.chain
    if leaf is not None and found[:1] != (leaf,):
        found = (leaf, *(one for one in found if one != leaf))
    return [one for one in found if not _is_root(one)]


def _is_root(certificate: CertificateFacts) -> bool:
    return certificate.self_issued and certificate.is_ca


def _named(certificate: CertificateFacts, evidence: Evidence) -> str:
    return "The certificate" if certificate == evidence.leaf else f"The issuing certificate {certificate.label}"


RULES: tuple[CertificateRule, ...] = tuple(SIGNATURE)

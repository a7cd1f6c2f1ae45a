# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The rules of certificate files of every kind: can it be read, all of it, and is it what the place of use wants."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.artefacts import (
    Container,
    LoadedArtefact,
    Problem,
    ProblemKind,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.engine import (
    ALL_PURPOSES,
    CertificateRule,
    Evidence,
    Family,
    Observation,
    Observations,
    Purpose,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.rules_pfx import PFX_KINDS, PFX_PURPOSES
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Severity
from ansible_collections.configmgr.cmg.plugins.module_utils._core.name_reading import SETUP_PAGE

FILE = Family()


@FILE.rule(
    "FILE-001",
    "The file and every certificate in it can be read completely",
    "RFC 5280, section 4.1",
    purposes=ALL_PURPOSES,
    remedy="Export the certificate anew. If the certificate itself is damaged, have it issued anew.",
)
def _is_readable(evidence: Evidence) -> Observations:
    expected = "A certificate as PEM, DER, PKCS#7 or PKCS#12 all of whose parts follow RFC 5280."
    for problem in _unread(evidence):
        remedy = _of_the_lock(evidence) if problem.kind in _LOCKS else problem.remedy
        yield Observation(problem.observed, problem.expected or expected, remedy)
    leaf = evidence.leaf
    broken = [one for one in (leaf, *evidence.chain) if one is not None and one.defects]
    for position, certificate in enumerate(broken):
        if not position or certificate != leaf:
            named = "The certificate" if certificate == leaf else f"The issuing certificate {certificate.label}"
            fields = ", ".join(dict.fromkeys(defect.field for defect in certificate.defects))
            reasons = " ".join(dict.fromkeys(defect.reason for defect in certificate.defects))
            yield Observation(f"{named} has parts that cannot be read: {fields}. {reasons}", expected)


_LOCKS = (ProblemKind.LOCKED, ProblemKind.NOT_OPENED)


def _of_the_lock(evidence: Evidence) -> str:
    if evidence.purpose in (Purpose.TRUST_CHAIN, Purpose.CLIENT):
        return "No password can be given here, nor is a private key wanted. Export the certificate alone, as .cer."
    return "Declare the password with which the file was exported, or the certificate alone, as .cer."


def _unread(evidence: Evidence) -> Iterator[Problem]:
    """What is wrong with the file and is not said by a rule of PFX files, which do not apply to every purpose."""
    artefact = _file_of(evidence)
    if artefact is None:
        return
    elsewhere = PFX_KINDS if evidence.purpose in PFX_PURPOSES else frozenset[ProblemKind]()
    for problem in artefact.problems:
        if problem.kind in _ALWAYS_HERE or problem.kind not in elsewhere or _only_here(artefact, problem):
            yield problem


def _file_of(evidence: Evidence) -> LoadedArtefact | None:
    """The file, once: where each of its certificates is judged on its own, it is judged with the first."""
    artefact = evidence.artefact
    return artefact if artefact is None or evidence.leaf in (None, artefact.leaf) else None


_ALWAYS_HERE = (ProblemKind.BAD_CERTIFICATE, ProblemKind.NO_CERTIFICATE)
_UNREADABLE_FILE = (
    ProblemKind.EMPTY,
    ProblemKind.TOO_LARGE,
    ProblemKind.UTF16,
    ProblemKind.NOT_A_CERTIFICATE,
    ProblemKind.TRUNCATED,
    ProblemKind.MALFORMED,
)


def _only_here(artefact: LoadedArtefact, problem: Problem) -> bool:
    """Whether a file that nobody expects to be a PFX cannot be read: then PFX-001 is silent."""
    return not artefact.expects_pfx and problem.kind in _UNREADABLE_FILE


@FILE.rule(
    "FILE-002",
    "The file has the encoding that the place of use wants",
    SETUP_PAGE,
    purposes=(Purpose.TRUST_CHAIN, Purpose.MANAGEMENT),
    severity=Severity.INFO,
    remedy="Let configmgr.cmg.client_trust_chain write the files, or convert one: openssl x509 -in ca.pem -outform DER "
    "-out ca.cer",
)
def _is_der(evidence: Evidence) -> Observations:
    artefact = _file_of(evidence)
    if artefact is not None and not artefact.expects_pfx and artefact.container in (Container.PEM, Container.PKCS7):
        kind = {Container.PEM: "PEM", Container.PKCS7: "PKCS#7"}[artefact.container]
        yield Observation(f"The file is {kind}.", "DER-encoded binary X.509 (.cer), one certificate in each file.")


RULES: tuple[CertificateRule, ...] = tuple(FILE)

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The certificates that were issued for requests, and those of CAs, wherever they lie."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.artefacts import (
    LoadedArtefact,
    ProblemKind,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.facts import CertificateFacts
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.keys import KeyFacts
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.loading import CLOSING, load
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import CmgError, InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._module.files import read_file

SUFFIXES = frozenset({".cer", ".crt", ".der", ".pem", ".p7b", ".p7c"})


@dataclass(frozen=True, slots=True)
class IssuedCertificates:
    """What was found: the certificates of the issued files, all that may stand in a chain, and where each one was."""

    issued: tuple[CertificateFacts, ...] = ()
    pool: tuple[CertificateFacts, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    """The path where a certificate was found first, by its SHA-256 thumbprint."""

    def source_of(self, certificate: CertificateFacts) -> str:
        return self.sources[certificate.thumbprint_sha256]

    def unmatched(self, keys: Sequence[KeyFacts]) -> list[dict[str, Any]]:
        """The end entity certificates that belong to none of the keys."""
        leaves = [one for one in self.issued if not one.is_ca]
        strays = [one for one in leaves if one.key is None or not any(map(one.key.matches, keys))]
        return [
            {"path": self.source_of(one), "subject": text_of_subject(one), "thumbprint": one.thumbprint_sha1}
            for one in strays
        ]


def text_of_subject(certificate: CertificateFacts) -> str | None:
    """The subject as text; V(None) where it cannot be read."""
    return certificate.subject.text if certificate.subject else None


def issued_certificates(places: Sequence[str], chain: Iterable[str], warn: Callable[[str], None]) -> IssuedCertificates:
    """Read the files, and the files in the folders, that certificates were put in.

    :param chain: files with certificates of CAs.
    :param warn: takes a sentence for each file of a folder that is passed over. A file that was named has to be right.
    :raises InvalidInput: where a named file is missing or holds no certificate.
    """
    issued = [found for place in places for found in _found_in(Path(place), warn)]
    above = [(str(path), one) for path in map(Path, chain) for one in _certificates(path)]
    sources: dict[str, str] = {}
    for path, certificate in (*issued, *above):
        sources.setdefault(certificate.thumbprint_sha256, path)
    once = tuple(dict.fromkeys(certificate for _path, certificate in issued))
    pool = tuple(dict.fromkeys((*once, *(certificate for _path, certificate in above))))
    return IssuedCertificates(once, pool, sources)


def _found_in(place: Path, warn: Callable[[str], None]) -> list[tuple[str, CertificateFacts]]:
    if not place.is_dir():
        return [(str(place), one) for one in _certificates(place)]
    found = []
    for path in _listed(place):
        try:
            found += [(str(path), one) for one in _certificates(path)]
        except CmgError as problem:
            warn(f"Passed over: {problem.message}")
    return found


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file())
    except OSError as problem:
        raise InvalidInput(f"The folder {folder} cannot be read: {problem.strerror}.") from None


def _certificates(path: Path) -> tuple[CertificateFacts, ...]:
    data = read_file(path)
    if data is None:
        raise InvalidInput(f"{path} does not exist. Give the path of a certificate, or of a folder with certificates.")
    artefact = load(data)
    problem = artefact.problem(*CLOSING, ProblemKind.NO_CERTIFICATE)
    if problem is not None:
        raise InvalidInput(_sentences(path, artefact, problem.observed, problem.remedy))
    return artefact.certificates


def _sentences(path: Path, artefact: LoadedArtefact, observed: str, remedy: str | None) -> str:
    told = f" {remedy}" if remedy else ""
    hint = " Give the certificate as PEM, DER or PKCS#7; a PFX file needs no joining." if artefact.pfx else ""
    return f"{path}: {observed}{told}{hint}"

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Reading certificate files: PFX, PEM, DER, PKCS#7, with a private key beside them or none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.artefacts import (
    Container,
    LoadedArtefact,
    Problem,
    ProblemKind,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.facts import CertificateFacts
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.kdf import Password
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.keys import KeyFacts
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.parts import Parts, parts_of

__all__ = ["Container", "LoadedArtefact", "Problem", "ProblemKind", "load"]

PFX_SUFFIXES = (".pfx", ".p12")

# With one of these the file's contents are unknown: that a key or a certificate is missing would be a guess.
CLOSING = frozenset(
    {
        ProblemKind.EMPTY,
        ProblemKind.TOO_LARGE,
        ProblemKind.UTF16,
        ProblemKind.NOT_A_CERTIFICATE,
        ProblemKind.TRUNCATED,
        ProblemKind.MALFORMED,
        ProblemKind.SEALED_TO_PRINCIPAL,
        ProblemKind.PUBLIC_KEY_PROTECTED,
        ProblemKind.TOO_MANY_ROUNDS,
        ProblemKind.LOCKED,
        ProblemKind.NOT_OPENED,
        ProblemKind.UNSUPPORTED_CIPHER,
        ProblemKind.BAD_KEY,
        ProblemKind.BAD_CERTIFICATE,
    }
)


def load(
    data: bytes,
    password: bytes | str | None = None,
    *,
    name: str | None = None,
    as_pfx: bool = False,
    private_key: bytes | None = None,
    chain: Iterable[bytes] = (),
) -> LoadedArtefact:
    """What is in a file. Nothing is raised for what is wrong with it; that is among the problems.

    :param data: the file as it is. Base64 without a PEM frame is understood too, so that a PFX fits into YAML.
    :param password: of the PFX file, or of the private key.
    :param name: the file's name: where it ends in C(.pfx) or C(.p12), anything but PKCS#12 is a problem.
    :param as_pfx: whether it is declared as a PFX file, whatever its name is.
    :param private_key: a private key in a file of its own, PEM or DER.
    :param chain: further files with CA certificates that belong to this one.
    """
    secret = Password.of(password)
    own = parts_of(data, secret)
    named = (name or "").lower().endswith(PFX_SUFFIXES)
    expects_pfx = own.container is Container.PFX or named or as_pfx
    keyed = [] if private_key is None else [_said_of("private key", parts_of(private_key, secret))]
    more = [_said_of(f"chain[{at}]", parts_of(one, Password(None))) for at, one in enumerate(chain)]
    certificates = _together([own, *more])
    keys = tuple(key for parts in (own, *keyed) for key in parts.keys)
    problems = [*_wrong_container(own, expects_pfx=expects_pfx, named=named, file=name is not None), *own.problems]
    problems += [problem for parts in (*keyed, *more) for problem in parts.problems]
    leaf_index = _leaf_index(certificates, keys)
    artefact = LoadedArtefact(own.container, certificates, keys, leaf_index, own.pfx, tuple(problems), expects_pfx)
    missing = _missing(artefact, problems, has_key_file=private_key is not None)
    return replace(artefact, problems=(*problems, *missing)) if missing else artefact


def _said_of(what: str, parts: Parts) -> Parts:
    return parts._replace(problems=tuple(replace(one, observed=f"{what}: {one.observed}") for one in parts.problems))


def _together(files: Sequence[Parts]) -> tuple[CertificateFacts, ...]:
    """The certificates of all files; one that a chain file repeats is there once."""
    own = files[0].certificates
    rest = dict.fromkeys(one for parts in files[1:] for one in parts.certificates)
    return (*own, *(one for one in rest if one not in own))


def _wrong_container(own: Parts, *, expects_pfx: bool, named: bool, file: bool) -> list[Problem]:
    if own.container is Container.PFX and own.base64 and file:
        text = "The file is base64 text that stands for a PFX file, as a key vault gives it out."
        remedy = "Decode it: base64 --decode < file > granitefalls.pfx. With content, base64 is right as it is."
        return [Problem(ProblemKind.NOT_A_PFX, text, remedy=remedy)]
    if not expects_pfx or own.container in (Container.PFX, Container.UNKNOWN):
        return []
    called = "named like" if named else "declared as"
    return [Problem(ProblemKind.NOT_A_PFX, f"The file is {called} a PFX file but is {own.described}.")]


def _leaf_index(certificates: Sequence[CertificateFacts], keys: Sequence[KeyFacts]) -> int | None:
    """The certificate of the key, else the first that is no CA, else the first."""
    if not certificates:
        return None
    matching = enumerate(certificates) if keys else ()
    owned = [at for at, one in matching if one.key and any(map(one.key.matches, keys))]
    leaves = [at for at, one in enumerate(certificates) if not one.is_ca]
    # A key that is shared by a certificate and its predecessor: the newer one is meant.
    owned.sort(key=lambda at: (certificates[at].is_ca, -_start(certificates[at])))
    return next(iter([*owned, *leaves]), 0)


def _start(certificate: CertificateFacts) -> float:
    return certificate.not_before.timestamp() if certificate.not_before else 0.0


def _missing(artefact: LoadedArtefact, problems: Sequence[Problem], *, has_key_file: bool) -> list[Problem]:
    """What is not there although everything was read, and what does not fit each other."""
    if any(problem.kind in CLOSING for problem in problems):
        return []
    found = []
    if not artefact.certificates:
        held = "only a private key" if artefact.keys else "no certificate"
        found.append(Problem(ProblemKind.NO_CERTIFICATE, f"The file holds {held}."))
    if not artefact.keys and (artefact.pfx or has_key_file):
        what = "The private key file holds no private key." if has_key_file else "The PFX file holds no private key."
        found.append(Problem(ProblemKind.NO_KEY, what))
    key_count = max(len(artefact.keys), artefact.pfx.key_count or 0 if artefact.pfx else 0)
    if key_count > 1:
        found.append(Problem(ProblemKind.TWO_KEYS, f"The file holds {key_count} private keys."))
    if artefact.key_matches is False:
        found.append(_mismatch(artefact))
    return found


def _mismatch(artefact: LoadedArtefact) -> Problem:
    leaf, key = artefact.leaf, artefact.keys[0]
    own = leaf.key if leaf else None
    named = leaf.label if leaf else "no certificate"
    return Problem(
        ProblemKind.KEY_MISMATCH,
        f"The private key ({key.label}, SHA-256 {key.fingerprint[:16]}...) belongs to none of the "
        f"{len(artefact.certificates)} certificates; {named} has the key "
        f"{own.label if own else 'that cannot be read'}{f', SHA-256 {own.fingerprint[:16]}...' if own else ''}.",
    )

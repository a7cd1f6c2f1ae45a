# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What can be wrong with a chain of certificates that belong together: every check looks at one property of all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.keys import KeyKind
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.name_constraints import (
    Allowance,
    TooManyComparisons,
    judge_names,
    names_under_constraints,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.path_results import Break, Problem

if TYPE_CHECKING:
    from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.facts import CertificateFacts

ANY_PURPOSE = "2.5.29.37.0"
WEAK_HASHES = frozenset({"md2", "md5", "sha1"})
SMALLEST_RSA_KEY = 2048
# What decides about a chain. A certificate in which one of these cannot be read cannot be judged.
_DECISIVE = frozenset(
    {
        "subject",
        "issuer",
        "not_before",
        "not_after",
        "key",
        "signature",
        "extensions",
        "basicConstraints",
        "nameConstraints",
        "keyUsage",
        "extKeyUsage",
        "subjectAltName",
    }
)
# RFC 5280, section 4.2, RFC 7633. Whoever meets another critical extension has to refuse the certificate.
KNOWN_WHEN_CRITICAL = frozenset(
    {
        *(f"2.5.29.{arc}" for arc in (14, 15, 17, 18, 19, 30, 31, 32, 33, 35, 36, 37, 46, 54)),
        "1.3.6.1.5.5.7.1.1",
        "1.3.6.1.5.5.7.1.24",
    }
)


class Demand(NamedTuple):
    """What a chain has to hold for: the moment, and the purpose as a dotted identifier or V(None) for any."""

    now: datetime
    eku: str | None


Certificates = Sequence["CertificateFacts"]
ChainCheck = Callable[[Certificates, Demand], Iterable[Problem]]


def problems_of(chain: Certificates, demand: Demand) -> list[Problem]:
    """Everything that is wrong with the certificates of a chain, leaf first, apart from the links between them."""
    above = enumerate(chain[1:])
    faultless = all(_permits(one, below) and _is_faultless(one, demand) for below, one in above)
    looked_at = chain[:1] if faultless else chain
    return [problem for check in _CHECKS for problem in check(looked_at, demand)]


def _permits(authority: CertificateFacts, below: int) -> bool:
    """Whether a CA certificate has nothing against any name, nor against so many CA certificates below it."""
    limit = authority.basic_constraints.path_length if authority.basic_constraints else None
    return authority.name_constraints is None and (limit is None or limit >= below)


# The same few CAs stand above many certificates.
@lru_cache(maxsize=512)
def _is_faultless(authority: CertificateFacts, demand: Demand) -> bool:
    """Whether nothing is wrong with a CA certificate, whatever stands right below it."""
    below_itself = (authority, authority)
    return not any(problem.position for check in _CHECKS for problem in check(below_itself, demand))


def _authorities(chain: Certificates) -> Iterator[tuple[int, CertificateFacts]]:
    return ((position, chain[position]) for position in range(1, len(chain)))


def _unreadable(chain: Certificates, _demand: Demand) -> Iterator[Problem]:
    for position, certificate in enumerate(chain):
        defect = next((defect for defect in certificate.defects if defect.field in _DECISIVE), None)
        if defect is not None:
            detail = f"The {defect.field} of '{certificate.label}' cannot be read: {defect.reason}"
            yield Problem(Break.UNREADABLE, certificate, position, detail)


def _not_an_authority(chain: Certificates, _demand: Demand) -> Iterator[Problem]:
    for position, certificate in _authorities(chain):
        if not certificate.is_ca:
            detail = f"'{certificate.label}' has issued '{chain[position - 1].label}' but is not a CA certificate."
            yield Problem(Break.NOT_A_CA, certificate, position, detail)
        elif certificate.key_usage is not None and "keyCertSign" not in certificate.key_usage:
            detail = f"'{certificate.label}' is a CA, but its key usage does not let it sign certificates."
            yield Problem(Break.CANNOT_SIGN, certificate, position, detail)


def _outside_validity(chain: Certificates, demand: Demand) -> Iterator[Problem]:
    for position, certificate in enumerate(chain):
        if certificate.not_before is None or certificate.not_after is None:
            continue
        # A certificate is good until the end of its last second.
        if certificate.not_after < demand.now.replace(microsecond=0):
            detail = f"'{certificate.label}' expired on {certificate.not_after.isoformat()}."
            yield Problem(Break.EXPIRED, certificate, position, detail)
        elif demand.now < certificate.not_before:
            detail = f"'{certificate.label}' is not valid before {certificate.not_before.isoformat()}."
            yield Problem(Break.NOT_YET_VALID, certificate, position, detail)


def _path_length(chain: Certificates, _demand: Demand) -> Iterator[Problem]:
    below = 0  # CA certificates between, those left out that a CA issues to itself when its key changes
    for position, certificate in _authorities(chain):
        constraints = certificate.basic_constraints
        limit = constraints.path_length if constraints and constraints.ca else None
        if limit is not None and below > limit:
            detail = f"'{certificate.label}' permits {limit} CA certificates below it, and there are {below}."
            yield Problem(Break.PATH_LENGTH, certificate, position, detail)
        below += not certificate.self_issued


def _name_constraints(chain: Certificates, _demand: Demand) -> Iterator[Problem]:
    allowance = Allowance()
    for position, certificate in _authorities(chain):
        if certificate.name_constraints is None:
            continue
        try:
            yield from _constrained_by(position, chain, allowance)
        except TooManyComparisons:
            detail = f"'{certificate.label}' constrains so many names that they are not compared."
            yield Problem(Break.TOO_COMPLEX, certificate, position, detail)
            return


def _constrained_by(position: int, chain: Certificates, allowance: Allowance) -> Iterator[Problem]:
    authority = chain[position]
    for below, certificate in enumerate(chain[:position]):
        if below and certificate.self_issued:
            continue
        names = names_under_constraints(certificate, is_leaf=below == 0)
        verdict = judge_names(authority.name_constraints, names, allowance) if authority.name_constraints else None
        for violation in verdict.violations if verdict else ():
            detail = f"'{authority.label}' constrains the names below it: of '{certificate.label}' {violation}"
            yield Problem(Break.NAME_CONSTRAINTS, authority, position, detail)
        for reason in verdict.undecided if verdict else ():
            detail = f"'{authority.label}' has {reason}; whether '{certificate.label}' obeys it cannot be decided here."
            yield Problem(Break.UNSUPPORTED_CONSTRAINT, authority, position, detail)


def _purpose(chain: Certificates, demand: Demand) -> Iterator[Problem]:
    """The purposes of every certificate have to allow it, the root's own too: Windows intersects them all."""
    for position, certificate in enumerate(chain):
        if demand.eku is None or certificate.eku is None or {demand.eku, ANY_PURPOSE} & set(certificate.eku):
            continue
        purposes = ", ".join(certificate.eku) or "no purpose at all"
        detail = f"'{certificate.label}' is not good for the purpose {demand.eku}; its extended key usage: {purposes}."
        yield Problem(Break.PURPOSE, certificate, position, detail)


def _critical_extensions(chain: Certificates, _demand: Demand) -> Iterator[Problem]:
    for position, certificate in enumerate(chain):
        unknown = [one.name for one in certificate.extensions if one.critical and one.oid not in KNOWN_WHEN_CRITICAL]
        if unknown:
            detail = f"'{certificate.label}' has the critical extension {unknown[0]}, which must not be ignored."
            yield Problem(Break.CRITICAL_EXTENSION, certificate, position, detail)


def _weakness(chain: Certificates, _demand: Demand) -> Iterator[Problem]:
    """Weak hashes of all signatures that count, which a root's own does not, and weak keys of authorities."""
    for position, certificate in enumerate(chain):
        signature, key = certificate.signature, certificate.key
        if signature is not None and signature.hash in WEAK_HASHES and not certificate.self_issued:
            detail = f"'{certificate.label}' is signed with {signature.name}, which nobody trusts any longer."
            yield Problem(Break.WEAK_SIGNATURE, certificate, position, detail)
        rsa = key is not None and key.kind in (KeyKind.RSA, KeyKind.RSA_PSS)
        if position and key is not None and rsa and (key.size or 0) < SMALLEST_RSA_KEY:
            detail = f"The CA '{certificate.label}' has a key of {key.size} bits."
            yield Problem(Break.WEAK_KEY, certificate, position, detail)


_CHECKS: tuple[ChainCheck, ...] = (
    _unreadable,
    _not_an_authority,
    _outside_validity,
    _path_length,
    _name_constraints,
    _purpose,
    _critical_extensions,
    _weakness,
)

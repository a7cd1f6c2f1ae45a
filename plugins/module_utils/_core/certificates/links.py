# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Whether one certificate has signed another, and the verifier of the cryptography library as a second opinion."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

try:
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature
    from cryptography.x509 import verification
except ImportError:  # the module that needs it says so before it comes here
    pass

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.guards import (
    library_errors,
    quiet,
    reason_of,
)

if TYPE_CHECKING:
    from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.facts import CertificateFacts


class Link(StrEnum):
    """What a signature says about a certificate and the key of another. V(unsupported): nobody here can compute it."""

    SIGNED = "signed"
    NOT_SIGNED = "not_signed"
    UNSUPPORTED = "unsupported"


# Every certificate of a chain is needed three times, its CAs for every other chain as well.
@lru_cache(maxsize=512)
def load(der: bytes) -> x509.Certificate:
    """The certificate as the library sees it. The library's warnings about old encodings are rules here."""
    with quiet():
        return x509.load_der_x509_certificate(der)


# Certificates of one run share their issuing CAs; the signatures between those are checked once.
@lru_cache(maxsize=1024)
def link(child: bytes, issuer: bytes) -> Link:
    """Whether the key of O(issuer) has made the signature of O(child), both in DER and related by name already."""
    try:
        load(child).verify_directly_issued_by(load(issuer))
    except InvalidSignature:
        return Link.NOT_SIGNED
    except library_errors():
        return Link.UNSUPPORTED
    return Link.SIGNED


def is_self_signed(certificate: CertificateFacts) -> bool:
    """Whether a certificate is signed by its own key.

    The signature of an old root (SHA-1, MD5) may be beyond the library. Then its names and key identifiers decide, for
    what a root says about itself proves nothing anyway.
    """
    if not certificate.self_issued:
        return False
    state = link(certificate.der, certificate.der)
    return state is Link.SIGNED or (state is Link.UNSUPPORTED and certificate.aki in (None, certificate.ski))


def objection(chain: Sequence[CertificateFacts], moment: datetime, depth: int) -> str | None:
    """What the library's verifier has against a chain, leaf first, that ends in its anchor; V(None) if it accepts it.

    The verifier is used without any profile: every extension is permitted, whose meaning is judged elsewhere. What
    remains are signatures, names, dates, path lengths, name constraints and unknown critical extensions.

    Where no certificate but the leaf's own issuer limits what stands further down, the chain holds if each of its
    links does, and those between CAs are the same for many leaves: then it is verified link by link.

    :param moment: aware; the verifier takes no other time zone than UTC.
    """
    if len(chain) > 2 and not any(map(_limits, chain[2:])):
        return next(filter(None, (refusal(below, above, moment, depth) for below, above in pairwise(chain))), None)
    return _objection(tuple(one.der for one in chain), moment, depth)


def refusal(child: CertificateFacts, issuer: CertificateFacts, moment: datetime, depth: int) -> str | None:
    """What the verifier has against a certificate right below O(issuer) as its anchor; V(None) if it accepts it.

    Whatever it accepts is signed by that issuer, so that nobody has to compute the signature once more.
    """
    return _objection((child.der, issuer.der), moment, depth)


def _limits(authority: CertificateFacts) -> bool:
    """Whether a CA certificate says something about certificates that are not right below it."""
    constraints = authority.basic_constraints
    return authority.name_constraints is not None or constraints is None or constraints.path_length is not None


@lru_cache(maxsize=1024)
def _objection(chain: tuple[bytes, ...], moment: datetime, depth: int) -> str | None:
    try:
        verifier = _verifier(chain[-1], moment, depth)
        with quiet():
            verifier.verify(load(chain[0]), [load(one) for one in chain[1:-1]])
    except verification.VerificationError as problem:
        return reason_of(problem)
    except library_errors() as problem:
        return reason_of(problem)
    return None


@lru_cache(maxsize=64)
def _verifier(anchor: bytes, moment: datetime, depth: int) -> verification.ClientVerifier:
    ignored = verification.Criticality.AGNOSTIC
    authorities = verification.ExtensionPolicy.permit_all().require_present(x509.BasicConstraints, ignored, None)
    builder = (
        verification.PolicyBuilder()
        .store(verification.Store([load(anchor)]))
        .time(moment.astimezone(UTC).replace(tzinfo=None))
        .max_chain_depth(depth)
        .extension_policies(ca_policy=authorities, ee_policy=verification.ExtensionPolicy.permit_all())
    )
    return builder.build_client_verifier()

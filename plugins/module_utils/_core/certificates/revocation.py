# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Whether a certificate is revoked, by certificate revocation lists (CRLs) that somebody else has fetched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.guards import guarded
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.links import load
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.tlv import MalformedAsn1

if TYPE_CHECKING:
    from cryptography import x509

    from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.facts import CertificateFacts

_CRL_NUMBER = "2.5.29.20"
_DELTA = "2.5.29.27"
_DISTRIBUTION_POINT = "2.5.29.28"
_PEM = b"-----BEGIN X509 CRL-----"


@dataclass(frozen=True, slots=True)
class CrlAnswer:
    """A CRL, or why there is none. O(source) is the URL that it was fetched from, or the path of a file."""

    source: str
    data: bytes | None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class RevocationList:
    """What a CRL says of itself. O(number) is V(None) where it has none; O(unusable) why it cannot prove anything.

    O(of_users) and O(of_authorities) are the kinds of certificates that it is about. O(points) are the distribution
    points that it stands for; without any it stands for all.
    """

    issuer: bytes
    this_update: datetime
    next_update: datetime | None
    number: int | None
    number_critical: bool
    delta: bool
    unusable: str | None
    of_users: bool = True
    of_authorities: bool = True
    points: tuple[str, ...] = ()

    def leaves_out(self, certificate: CertificateFacts) -> str | None:
        """Why it says nothing about a certificate of its issuer. Source: RFC 5280, section 6.3.3 (b)."""
        if not (self.of_authorities if certificate.is_ca else self.of_users):
            return f"It is for {'CAs' if self.of_authorities else 'end entities'} only."
        if self.points and not set(self.points) & set(certificate.crl_urls):
            return f"It is that of {self.points[0]}, which is no distribution point of the certificate."
        return None


class RevocationState(StrEnum):
    """What a CRL says about a certificate. V(unknown): no CRL that could say so is at hand."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Revocation:
    """Whether a certificate is revoked, and by which CRL, since when and why, as one sentence."""

    state: RevocationState
    detail: str


def is_pem_crl(data: bytes) -> bool:
    """Whether the CRL is in PEM, which Windows does not read from a distribution point."""
    return data.lstrip().startswith(_PEM)


def read_crl(data: bytes) -> RevocationList:
    """What a CRL, DER or PEM, says of itself. Its signature is not verified.

    :raises MalformedAsn1: where it is no CRL.
    """
    with guarded("The CRL"):
        crl = _load(data)
        extensions = {one.oid.dotted_string: one for one in crl.extensions}
        number = extensions.get(_CRL_NUMBER)
        return RevocationList(
            issuer=crl.issuer.public_bytes(),
            this_update=crl.last_update_utc,
            next_update=crl.next_update_utc,
            number=getattr(number.value, "crl_number", None) if number else None,
            number_critical=bool(number and number.critical),
            delta=_DELTA in extensions,
            unusable=_unusable(extensions),
            **_scope(extensions),
        )


@lru_cache(maxsize=64)
def _load(data: bytes) -> x509.CertificateRevocationList:
    from cryptography import x509

    return x509.load_pem_x509_crl(data) if is_pem_crl(data) else x509.load_der_x509_crl(data)


def _scope(extensions: dict[str, x509.Extension[x509.ExtensionType]]) -> dict[str, Any]:
    """What a CRL is about, by the fields of C(RevocationList)."""
    from cryptography import x509

    point = extensions.get(_DISTRIBUTION_POINT)
    if point is None or not isinstance(point.value, x509.IssuingDistributionPoint):
        return {}
    names = point.value.full_name or ()
    return {
        "of_users": not point.value.only_contains_ca_certs,
        "of_authorities": not point.value.only_contains_user_certs,
        "points": tuple(str(one.value) for one in names if isinstance(one, x509.UniformResourceIdentifier)),
    }


def _unusable(extensions: dict[str, x509.Extension[x509.ExtensionType]]) -> str | None:
    """Why a CRL covers less than all certificates of its issuer, or says something that is not understood."""
    from cryptography import x509

    point = extensions.get(_DISTRIBUTION_POINT)
    if point is not None and isinstance(point.value, x509.IssuingDistributionPoint):
        value = point.value
        if value.indirect_crl or value.only_some_reasons or value.only_contains_attribute_certs:
            return "It covers only a part of what its issuer revokes."
    known = {_CRL_NUMBER, _DELTA, _DISTRIBUTION_POINT}
    strange = [oid for oid, one in extensions.items() if one.critical and oid not in known]
    return f"It has the critical extension {strange[0]}, which must not be ignored." if strange else None


def crl_problems(data: bytes, issuer: CertificateFacts, now: datetime) -> list[str]:
    """What keeps a CRL from being believed, as sentences (RFC 5280, sections 5 and 6.3).

    :param issuer: the CA certificate that the CRL should come from.
    :raises MalformedAsn1: where it is no CRL.
    """
    crl = read_crl(data)
    return [*_authenticity(data, crl, issuer), *_currency(crl, now), *_form(crl)]


def _authenticity(data: bytes, crl: RevocationList, issuer: CertificateFacts) -> Iterator[str]:
    if issuer.subject is None or crl.issuer != issuer.subject.der:
        yield f"It is not a CRL of '{issuer.label}'."
    elif not _is_signed(data, issuer.der):
        yield f"It is not signed by the key of '{issuer.label}'."
    if issuer.key_usage is not None and "cRLSign" not in issuer.key_usage:
        yield f"The key usage of '{issuer.label}' does not let it sign CRLs."


@lru_cache(maxsize=256)
def _is_signed(data: bytes, issuer: bytes) -> bool:
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa

    kinds = (
        rsa.RSAPublicKey,
        ec.EllipticCurvePublicKey,
        ed25519.Ed25519PublicKey,
        ed448.Ed448PublicKey,
        dsa.DSAPublicKey,
    )
    try:
        with guarded("The signature"):
            key = load(issuer).public_key()
            return isinstance(key, kinds) and _load(data).is_signature_valid(key)
    except MalformedAsn1:
        return False


def _currency(crl: RevocationList, now: datetime) -> Iterator[str]:
    if crl.this_update > now:
        yield f"It is not valid before {crl.this_update.isoformat()}."
    if crl.next_update is None:
        yield "It does not say when the next one comes."
    elif crl.next_update < now:
        yield f"The next one should have been published on {crl.next_update.isoformat()}."


def _form(crl: RevocationList) -> Iterator[str]:
    if crl.number is None:
        yield "It has no number, which every CRL needs."
    if crl.number_critical:
        yield "Its number is marked critical, which it must not be."
    if crl.unusable:
        yield crl.unusable


def revocation_of(
    certificate: CertificateFacts, issuer: CertificateFacts, answers: Sequence[CrlAnswer], now: datetime
) -> Revocation:
    """Whether a certificate is revoked by any of the CRLs that its issuer has signed.

    A CRL that is out of date or otherwise doubtful still reveals a revocation, but never proves that there is none.
    """
    good: str | None = None
    doubts: list[str] = []
    for answer in answers:
        if answer.data is None or not _concerns(answer.data, issuer):
            continue
        revoked = _entry(answer, certificate, issuer)
        if revoked is not None:
            return Revocation(RevocationState.REVOKED, revoked)
        doubt = _doubt(answer.data, certificate, issuer, now)
        if doubt:
            doubts.append(f"{answer.source}: {doubt}")
        else:
            good = answer.source
    if good is not None:
        return Revocation(RevocationState.GOOD, f"'{certificate.label}' is not on the CRL {good}.")
    reason = f" {doubts[0]}" if doubts else ""
    return Revocation(RevocationState.UNKNOWN, f"No usable CRL of '{issuer.label}' is at hand.{reason}")


def _doubt(data: bytes, certificate: CertificateFacts, issuer: CertificateFacts, now: datetime) -> str | None:
    """Why a CRL does not prove that a certificate is not revoked."""
    crl = read_crl(data)
    problems = crl_problems(data, issuer, now)
    return " ".join(problems) or crl.leaves_out(certificate) or ("It is a delta CRL." if crl.delta else None)


def _concerns(data: bytes, issuer: CertificateFacts) -> bool:
    try:
        return issuer.subject is not None and read_crl(data).issuer == issuer.subject.der
    except MalformedAsn1:
        return False


def _entry(answer: CrlAnswer, certificate: CertificateFacts, issuer: CertificateFacts) -> str | None:
    """The entry of a certificate in a CRL that its issuer has signed, as a sentence."""
    from cryptography import x509

    data = answer.data or b""
    if not _is_signed(data, issuer.der):
        return None
    with guarded("The CRL"):
        entry = _load(data).get_revoked_certificate_by_serial_number(certificate.serial)
        if entry is None:
            return None
        reasons = [one.value.reason.value for one in entry.extensions if isinstance(one.value, x509.CRLReason)]
        reason = f", reason {reasons[0]}" if reasons else ""
        when = entry.revocation_date_utc.isoformat()
    return (
        f"'{certificate.label}' (serial number {certificate.serial:X}) was revoked on {when}{reason}; {answer.source}."
    )

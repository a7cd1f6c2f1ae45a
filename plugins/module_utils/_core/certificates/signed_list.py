# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Microsoft's certificate trust lists: a PKCS#7 SignedData around a CTL, and whether Microsoft has signed it.

The structure is that of RFC 2315 (the digest covers the contents of the signed value without its tag and length) with
the CTL of Microsoft's "Certificate Trust List Format" inside.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates import tlv
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.guards import guarded

try:
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding, rsa
    from cryptography.hazmat.primitives.serialization import load_der_public_key
except ImportError:  # the module that needs it says so before it comes here
    pass

if TYPE_CHECKING:
    from collections.abc import Callable

_SIGNED_DATA = "1.2.840.113549.1.7.2"
_TRUST_LIST = "1.3.6.1.4.1.311.10.1"
_MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
_CONTENT_TYPE = "1.2.840.113549.1.9.3"
_RSA = frozenset({"1.2.840.113549.1.1.1", "1.2.840.113549.1.1.11", "1.2.840.113549.1.1.12", "1.2.840.113549.1.1.13"})
_LIST_SIGNER = "1.3.6.1.4.1.311.10.3.9"
_DIGESTS = {
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
_UTC_TIME = 0x17
_GENERALIZED_TIME = 0x18
_MOST_CERTIFICATES = 16

# The public key (SubjectPublicKeyInfo) of CN=Microsoft Root Certificate Authority 2010, which expires on 2035-06-23.
# SHA-256 thumbprint of that certificate: DF545BF919A2439C36983B54CDFC903DFA4F37D3996D8D84B4C31EEC6F3C163E.
_MICROSOFT_ROOT = "CN=Microsoft Root Certificate Authority 2010"
_MICROSOFT_ROOT_KEY = (
    "MIICIjANBgkqhkiG9w0BAQEFAAOCAg8AMIICCgKCAgEAuQieKOTk7AZOUGizQcV76662jq+BuiJEH2U0aUy+cEAX8hZ74nn9hu0N"
    "OfQbqK2SkB7LPXaPWtm1kRAuPAWNim0kVOcf7Vatg7RQnBWlF3SIWSD8CMWEdtNo1G8oeM5cuPNQkET/42NfvqGaLJYVBNYH/h6E"
    "IeBCMRHEKDaUz1CkYp7J1qtxALJbDOaW1AoklvX/xtW3G9fLtyFirxLcoV034xr7GkaYwJvA52MfKgiTAn4eao7ynxiJ5CKForGE"
    "V0D/9Q7Yb5zt4kUxAc0X6X+wgUXjqiFAJqFyqqdPPAEFfu6DWLFeBmOZYpF4grcNkwwkarQb2yfsX5UEP5NKMPWXGLOn+RmnkzMd"
    "AcjbIlJc1yXJRvmi+4dZQ76bYrGNLYZEGkaseGF+MAn6ronEQSoiZgOROUWcx4sMqMoNL/tS6gz3YzMjnf6wH61n1qdQA8YEcGO1"
    "LLGGWkO3+675biluISFBJgaMycPusMKFk6G5hdnmMmxLTD/WXaPltZ13w5zAVbd0AOO4OKuDl1DhmkIkHcbAozDRGlrIUjT3c/HH"
    "GB8zrXrsy0Fg8yOUIMJIRaxcUcYugMLidxW9hYftNp2Wke4AtaNw7J/jjYBog3a6r11wUiIW4mb7urPFwvc+L3emyt7BpsZITMM3"
    "USPTJ9e4TnCW8KFEdq94z5rhZhMCAwEAAQ=="
)


@dataclass(frozen=True, slots=True)
class ListSignature:
    """Whether Microsoft's signature of a list holds, and in one sentence why or why not."""

    verified: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Signer:
    """One signature of a message, as far as it is needed to verify it. O(attributes) are the signed ones, in DER."""

    issuer: bytes
    serial: int
    digest: str
    algorithm: str
    attributes: bytes | None
    digests: tuple[bytes, ...]
    content_types: tuple[str, ...]
    signature: bytes


@dataclass(frozen=True, slots=True)
class SignedList:
    """A certificate trust list as it was read: what it is for, when it was published, its entries, its signature."""

    usage: tuple[str, ...]
    published: datetime
    subjects: tuple[tlv.Element, ...]
    content: bytes
    certificates: tuple[bytes, ...]
    signers: tuple[Signer, ...]


def read_signed_list(data: bytes) -> SignedList:
    """The certificate trust list inside of a signed message. Nothing is verified.

    :raises MalformedAsn1: where the bytes are something else, or cut off.
    """
    message = tlv.members(tlv.read(data), "The file")
    if tlv.dotted(tlv.member(message, 0), "The type of the file") != _SIGNED_DATA:
        raise tlv.MalformedAsn1("It is a PKCS#7 message, but not a signed one.")
    signed = tlv.members(_explicit(tlv.member(message, 1), "The signed message"), "The signed message")
    holder = tlv.members(tlv.expect(tlv.member(signed, 2), tlv.SEQUENCE, "What is signed"), "What is signed")
    if tlv.dotted(tlv.member(holder, 0), "The type of what is signed") != _TRUST_LIST:
        raise tlv.MalformedAsn1("It is a signed PKCS#7 message, but no certificate trust list.")
    trust_list = _explicit(tlv.member(holder, 1), "The certificate trust list")
    rest = signed[3:]
    certificates = [part.raw for box in rest if box.tag == tlv.CONTEXT_0 for part in tlv.elements(box.content)]
    signers = [part for box in rest if box.tag == tlv.SET for part in tlv.elements(box.content)]
    return _with_contents(trust_list, tuple(certificates), tuple(map(_signer, signers)))


def _with_contents(trust_list: tlv.Element, certificates: tuple[bytes, ...], signers: tuple[Signer, ...]) -> SignedList:
    """The list with its own fields, told apart by their tags as most of them are optional."""
    parts = tlv.members(trust_list, "The certificate trust list")
    usage = tlv.members(tlv.expect(tlv.member(parts, 0), tlv.SEQUENCE, "The purpose of the list"), "The purpose")
    times = [part for part in parts if part.tag in (_UTC_TIME, _GENERALIZED_TIME)]
    sequences = [part for part in parts[1:] if part.tag == tlv.SEQUENCE]
    if not times or len(sequences) < 2:
        raise tlv.MalformedAsn1("The certificate trust list has no date or no entries.")
    return SignedList(
        usage=tuple(tlv.dotted(part, "A purpose") for part in usage),
        published=_moment(times[0]),
        subjects=tuple(tlv.members(sequences[1], "The entries of the list")),
        content=trust_list.content,
        certificates=certificates,
        signers=signers,
    )


def _explicit(element: tlv.Element | None, what: str) -> tlv.Element:
    inside = tlv.elements(tlv.expect(element, tlv.CONTEXT_0, what).content)
    return tlv.expect(tlv.member(inside, 0), tlv.SEQUENCE, what)


def _moment(element: tlv.Element) -> datetime:
    form = "%y%m%d%H%M%SZ" if element.tag == _UTC_TIME else "%Y%m%d%H%M%SZ"
    try:
        return datetime.strptime(element.content.decode("ascii"), form).replace(tzinfo=UTC)
    except ValueError:
        raise tlv.MalformedAsn1("The certificate trust list has a date that cannot be read.") from None


def _signer(element: tlv.Element) -> Signer:
    parts = tlv.members(element, "A signature")
    if len(parts) < 5:
        raise tlv.MalformedAsn1("A signature of the list is incomplete.")
    certificate = tlv.members(parts[1], "The signer's certificate")
    attributes = parts[3] if parts[3].tag == tlv.CONTEXT_0 else None
    rest = parts[4:] if attributes else parts[3:]
    values = list(map(_attribute, tlv.elements(attributes.content))) if attributes else []
    algorithm = tlv.members(tlv.expect(tlv.member(rest, 0), tlv.SEQUENCE, "The signature's algorithm"), "The algorithm")
    return Signer(
        issuer=tlv.expect(tlv.member(certificate, 0), tlv.SEQUENCE, "The signer's issuer").raw,
        serial=tlv.integer(tlv.member(certificate, 1), "The signer's serial number"),
        digest=tlv.dotted(tlv.member(tlv.members(parts[2], "The digest's algorithm"), 0), "The digest's algorithm"),
        algorithm=tlv.dotted(tlv.member(algorithm, 0), "The signature's algorithm"),
        # What is signed is a SET, although the tag in its place says [0].
        attributes=tlv.encode(tlv.SET, attributes.content) if attributes else None,
        digests=tuple(value.content for name, value in values if name == _MESSAGE_DIGEST),
        content_types=tuple(tlv.dotted(value, "A content type") for name, value in values if name == _CONTENT_TYPE),
        signature=tlv.octets(tlv.expect(tlv.member(rest, 1), tlv.OCTET_STRING, "The signature")),
    )


def _attribute(element: tlv.Element) -> tuple[str, tlv.Element]:
    parts = tlv.members(element, "A signed attribute")
    values = tlv.members(tlv.expect(tlv.member(parts, 1), tlv.SET, "A signed attribute"), "A value", tlv.SET)
    if not values:
        raise tlv.MalformedAsn1("A signed attribute has no value.")
    return tlv.dotted(parts[0], "The name of a signed attribute"), values[0]


def verify(signed: SignedList, root_key: bytes | None = None) -> ListSignature:
    """Whether the list is signed by a publisher of root lists whose certificate goes back to Microsoft's root.

    :param root_key: the SubjectPublicKeyInfo of the root, for tests; Microsoft Root Certificate Authority 2010
        unless it is given.
    """
    try:
        with guarded("The signature"):
            return _verify(signed, root_key or base64.b64decode(_MICROSOFT_ROOT_KEY))
    except tlv.MalformedAsn1 as problem:
        return ListSignature(False, problem.message)


def _verify(signed: SignedList, root_key: bytes) -> ListSignature:
    if len(signed.certificates) > _MOST_CERTIFICATES:
        return ListSignature(False, f"The list comes with {len(signed.certificates)} certificates, which is too many.")
    certificates = [x509.load_der_x509_certificate(raw) for raw in signed.certificates]
    for signer in signed.signers:
        for certificate in certificates:
            if _is_of(signer, certificate):
                return _verified(signed, signer, certificate, certificates, root_key)
    return ListSignature(False, "The list does not bring the certificate of its signer along.")


def _is_of(signer: Signer, certificate: x509.Certificate) -> bool:
    return certificate.serial_number == signer.serial and certificate.issuer.public_bytes() == signer.issuer


def _verified(
    signed: SignedList,
    signer: Signer,
    certificate: x509.Certificate,
    certificates: Sequence[x509.Certificate],
    root_key: bytes,
) -> ListSignature:
    """Every step has to succeed; the first that does not gives the reason."""
    steps: tuple[Callable[[], str | None], ...] = (
        lambda: _digest_problem(signed, signer),
        lambda: _signature_problem(signed, signer, certificate),
        lambda: _publisher_problem(certificate),
        lambda: _chain_problem(certificate, certificates, root_key, signed.published),
    )
    problem = next(filter(None, (step() for step in steps)), None)
    if problem:
        return ListSignature(False, problem)
    subject = certificate.subject.rfc4514_string()
    return ListSignature(True, f"Signed by {subject}, which goes back to {_MICROSOFT_ROOT}.")


def _digest_problem(signed: SignedList, signer: Signer) -> str | None:
    name = _DIGESTS.get(signer.digest)
    if name is None:
        return f"The list is signed with the digest {signer.digest}, which is not accepted."
    if signer.attributes is None:
        return None
    if signer.content_types != (_TRUST_LIST,):
        return "The signature is one of something else than a certificate trust list."
    if signer.digests != (hashlib.new(name, signed.content).digest(),):
        return "The list has been changed since it was signed."
    return None


def _signature_problem(signed: SignedList, signer: Signer, certificate: x509.Certificate) -> str | None:
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey) or signer.algorithm not in _RSA:
        return f"The list is signed with the algorithm {signer.algorithm}, which is not accepted."
    content = signed.content if signer.attributes is None else signer.attributes
    algorithms = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
    try:
        key.verify(signer.signature, content, padding.PKCS1v15(), algorithms[_DIGESTS[signer.digest]])
    except InvalidSignature:
        return "The signature has not been made by the key of its signer's certificate."
    return None


def _publisher_problem(certificate: x509.Certificate) -> str | None:
    """Only a certificate that is meant for it may sign the list of roots: Microsoft's root has issued many others."""
    usages = [one.value for one in certificate.extensions if isinstance(one.value, x509.ExtendedKeyUsage)]
    if _LIST_SIGNER not in [purpose.dotted_string for usage in usages for purpose in usage]:
        return "The signer's certificate is not meant to sign lists of roots."
    return None


def _chain_problem(
    certificate: x509.Certificate, certificates: Sequence[x509.Certificate], root_key: bytes, moment: datetime
) -> str | None:
    """Climb to the root, whose key is known here. Certificates have to be valid when the list was published."""
    seen: list[x509.Certificate] = []
    current = certificate
    while current not in seen:
        seen.append(current)
        if not current.not_valid_before_utc <= moment <= current.not_valid_after_utc:
            return f"{current.subject.rfc4514_string()} was not valid when the list was published."
        if _is_signed_by(current, root_key):
            return None
        issuers = [other for other in certificates if other.subject == current.issuer and _has_issued(other, current)]
        if not issuers:
            break
        current = issuers[0]
    return (
        f"The signer's certificate does not go back to {_MICROSOFT_ROOT}: its issuer "
        f"{current.issuer.rfc4514_string()} does not come with the list."
    )


def _is_signed_by(certificate: x509.Certificate, root_key: bytes) -> bool:
    key = load_der_public_key(root_key)
    algorithm = certificate.signature_hash_algorithm
    if not isinstance(key, rsa.RSAPublicKey) or algorithm is None:
        return False
    try:
        key.verify(certificate.signature, certificate.tbs_certificate_bytes, padding.PKCS1v15(), algorithm)
    except InvalidSignature:
        return False
    return True


def _has_issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    if not any(isinstance(one.value, x509.BasicConstraints) and one.value.ca for one in issuer.extensions):
        return False
    try:
        certificate.verify_directly_issued_by(issuer)
    except InvalidSignature:
        return False
    return True

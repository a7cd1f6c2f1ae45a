# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""One X.509 certificate as plain data. What cannot be read is V(None) and stands among the defects."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.extensions import (
    BasicConstraints,
    CertificateTemplate,
    Defect,
    Extension,
    GeneralName,
    NameConstraints,
    extensions_of,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.guards import Translated, quiet
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.keys import KeyFacts, key_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.signatures import (
    SignatureFacts,
    signature_of,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.tlv import (
    BMP_STRING,
    CONTEXT_0,
    Element,
    MalformedAsn1,
    dotted,
    elements,
    expect,
    member,
    members,
    read,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography import x509

__all__ = [
    "BasicConstraints",
    "CertificateFacts",
    "CertificateTemplate",
    "Defect",
    "DistinguishedName",
    "Extension",
    "GeneralName",
    "KeyFacts",
    "NameConstraints",
    "SignatureFacts",
    "UnreadableCertificate",
    "facts_of",
]

COMMON_NAME = "2.5.4.3"
ORGANIZATION = "2.5.4.10"


class UnreadableCertificate(MalformedAsn1):
    """The bytes are no X.509 certificate, or one whose outermost structure is broken."""


@dataclass(frozen=True, slots=True)
class DistinguishedName:
    """A subject or issuer: its RFC 4514 text, its attributes C((oid, value)) in the order of the file, its DER."""

    text: str
    attributes: tuple[tuple[str, str], ...]
    der: bytes = field(repr=False)

    def values(self, oid: str) -> tuple[str, ...]:
        """The values of one kind of attribute, given by its dotted object identifier."""
        return tuple(value for kind, value in self.attributes if kind == oid)


@dataclass(frozen=True, slots=True, eq=False)
class CertificateFacts:
    """One certificate. Dates are aware and in UTC, object identifiers dotted, key identifiers bytes.

    Two of them are equal where their DER is: everything else follows from that.

    A field that is V(None) is absent from the certificate, unless O(defects) names it: then it could not be read.
    Of names that a library refuses as a whole, what is legible is there all the same, next to the defect.
    O(san) are all subject alternative names in the order of the file; the properties give them by kind.
    O(key_usage) holds the names of RFC 5280 (V(digitalSignature), V(keyCertSign), ...).
    """

    der: bytes = field(repr=False)
    serial: int
    version: int
    subject: DistinguishedName | None
    issuer: DistinguishedName | None
    not_before: datetime | None
    not_after: datetime | None
    key: KeyFacts | None
    signature: SignatureFacts | None
    thumbprint_sha1: str
    thumbprint_sha256: str
    san: tuple[GeneralName, ...] | None = None
    eku: tuple[str, ...] | None = None
    key_usage: frozenset[str] | None = None
    basic_constraints: BasicConstraints | None = None
    name_constraints: NameConstraints | None = None
    ski: bytes | None = None
    aki: bytes | None = None
    crl_urls: tuple[str, ...] = ()
    ocsp_urls: tuple[str, ...] = ()
    ca_issuers_urls: tuple[str, ...] = ()
    policies: tuple[str, ...] | None = None
    sct_count: int | None = None
    must_staple: bool = False
    template: CertificateTemplate | None = None
    template_name: str | None = None
    application_policies: tuple[str, ...] | None = None
    extensions: tuple[Extension, ...] = ()
    defects: tuple[Defect, ...] = ()
    # What nearly all rules of names and of chains ask for.
    common_names: tuple[str, ...] = field(init=False, repr=False)
    """Every common name of the subject; empty also where the subject cannot be read."""
    dns_names: tuple[str, ...] = field(init=False, repr=False)
    """The DNS names among the subject alternative names, as spelled there."""
    names: tuple[str, ...] = field(init=False, repr=False)
    """Common names and DNS names, each once; what differs in case only is one name."""
    self_issued: bool = field(init=False, repr=False)
    """Whether issuer and subject are the same name, byte for byte. Says nothing about the signature."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "common_names", self.subject.values(COMMON_NAME) if self.subject else ())
        object.__setattr__(self, "dns_names", self.san_of("dns"))
        names = {name.lower(): name for name in (*self.common_names, *self.dns_names)}
        object.__setattr__(self, "names", tuple(names.values()))
        same = self.subject is not None and self.issuer is not None and self.subject.der == self.issuer.der
        object.__setattr__(self, "self_issued", same)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CertificateFacts) and self.der == other.der

    def __hash__(self) -> int:
        return hash(self.der)

    @property
    def organizations(self) -> tuple[str, ...]:
        """Every organisation of the subject."""
        return self.subject.values(ORGANIZATION) if self.subject else ()

    def san_of(self, kind: str) -> tuple[str, ...]:
        """The subject alternative names of one kind, for example V(ip) or V(uri)."""
        return tuple(name.value for name in self.san or () if name.kind == kind)

    def is_critical(self, oid: str) -> bool:
        """Whether that extension is there and marked critical."""
        return any(one.critical for one in self.extensions if one.oid == oid)

    @property
    def san_critical(self) -> bool:
        """Whether the subject alternative names are marked critical."""
        return self.is_critical("2.5.29.17")

    @property
    def is_ca(self) -> bool:
        """Whether the certificate says that it is a CA."""
        return self.basic_constraints is not None and self.basic_constraints.ca

    def unreadable(self, name: str) -> bool:
        """Whether V(name), a field or an extension's usual name, could not be read."""
        return any(defect.field == name for defect in self.defects)

    @property
    def label(self) -> str:
        """What findings call the certificate: its common name, else its subject, else its thumbprint."""
        text = self.subject.text if self.subject else ""
        return next(iter(self.common_names), text) or f"certificate {self.thumbprint_sha1}"

    def as_dict(self) -> dict[str, Any]:
        """The certificate as modules return it: text, numbers, lists; dates in ISO 8601, identifiers in upper case."""
        return {
            "subject": self.subject.text if self.subject else None,
            "issuer": self.issuer.text if self.issuer else None,
            "common_names": list(self.common_names),
            "organizations": list(self.organizations),
            "dns_names": list(self.dns_names),
            "subject_alternative_names": [f"{name.kind}:{name.value}" for name in self.san or ()],
            "serial_number": f"{self.serial:X}",
            "not_before": self.not_before.isoformat() if self.not_before else None,
            "not_after": self.not_after.isoformat() if self.not_after else None,
            "key": self.key.as_dict() if self.key else None,
            "signature": self.signature.as_dict() if self.signature else None,
            "thumbprint_sha1": self.thumbprint_sha1,
            "thumbprint_sha256": self.thumbprint_sha256,
            "self_issued": self.self_issued,
            **self._usage(),
            "defects": [defect._asdict() for defect in self.defects],
        }

    def _usage(self) -> dict[str, Any]:
        constraints = self.basic_constraints
        return {
            "extended_key_usage": None if self.eku is None else list(self.eku),
            "key_usage": None if self.key_usage is None else sorted(self.key_usage),
            "ca": self.is_ca,
            "path_length": constraints.path_length if constraints else None,
            "subject_key_identifier": self.ski.hex().upper() if self.ski else None,
            "authority_key_identifier": self.aki.hex().upper() if self.aki else None,
            "crl_urls": list(self.crl_urls),
            "ocsp_urls": list(self.ocsp_urls),
            "ca_issuers_urls": list(self.ca_issuers_urls),
            "policies": list(self.policies or ()),
            "wildcard": any(name.startswith("*.") for name in (*self.common_names, *self.dns_names)),
        }


# Gateways share their issuing CAs, so that most CA certificates of one run have been seen before.
@lru_cache(maxsize=512)
def facts_of(der: bytes) -> CertificateFacts:
    """The facts of one certificate in DER.

    :raises UnreadableCertificate: where not even the outermost structure is that of an X.509 certificate.
    """
    with quiet():
        return _facts_of(der)


def _facts_of(der: bytes) -> CertificateFacts:
    from cryptography import x509

    try:
        with Translated("The certificate"):
            certificate = x509.load_der_x509_certificate(der)
            serial, version = certificate.serial_number, certificate.version.value
        body, algorithm = _outline(der)
    except MalformedAsn1 as problem:
        raise UnreadableCertificate(str(problem)) from None
    readers = _parts(certificate, body, algorithm)
    defects: list[Defect] = []
    named = _read_all(readers) or {name: _tried(name, reader, defects) for name, reader in readers.items()}
    for name, position in (("subject", 4), ("issuer", 2)):
        named[name] = named[name] or _salvaged_name(member(body, position))
    extensions = extensions_of(certificate, next((one for one in body if one.tag == CONTEXT_0 | 3), None))
    return CertificateFacts(
        der=der,
        serial=serial,
        version=version + 1,
        thumbprint_sha1=hashlib.sha1(der, usedforsecurity=False).hexdigest().upper(),
        thumbprint_sha256=hashlib.sha256(der).hexdigest().upper(),
        extensions=extensions.listed,
        defects=(*defects, *extensions.defects),
        **named,
        **extensions.fields,
    )


def _outline(der: bytes) -> tuple[list[Element], Element]:
    """The members of the certificate's body, its optional version left out, and the outer signature algorithm."""
    parts = members(read(der), "The certificate")
    body = members(expect(member(parts, 0), 0x30, "The certificate's body"), "The certificate's body")
    return body[1:] if body and body[0].tag == CONTEXT_0 else body, expect(member(parts, 1), 0x30, "The algorithm")


def _parts(certificate: x509.Certificate, body: list[Element], algorithm: Element) -> dict[str, Callable[[], Any]]:
    """How each field is read that may fail on its own."""
    return {
        "subject": lambda: _subject(certificate, member(body, 4)),
        "issuer": lambda: _issuer(certificate, member(body, 2)),
        "not_before": lambda: certificate.not_valid_before_utc,
        "not_after": lambda: certificate.not_valid_after_utc,
        "key": lambda: key_of(expect(member(body, 5), 0x30, "The public key").raw),
        "signature": lambda: signature_of(expect(member(body, 1), 0x30, "The inner algorithm"), algorithm),
    }


def _read_all(readers: dict[str, Callable[[], Any]]) -> dict[str, Any] | None:
    """All fields, or V(None) where one of them cannot be read."""
    try:
        with Translated("The certificate"):
            return {name: reader() for name, reader in readers.items()}
    except MalformedAsn1:
        return None


def _tried(name: str, reader: Callable[[], Any], defects: list[Defect]) -> Any:
    try:
        with Translated(f"The field {name}"):
            return reader()
    except MalformedAsn1 as problem:
        defects.append(Defect(name, str(problem)))
        return None


# Few CAs issue many certificates. By the name in DER, which the library reads from a certificate only.
_ISSUERS: dict[bytes, DistinguishedName] = {}
_MOST_ISSUERS = 512


def _issuer(certificate: x509.Certificate, element: Element | None) -> DistinguishedName:
    known = _ISSUERS.get(element.raw) if element else None
    if known is None:
        if len(_ISSUERS) > _MOST_ISSUERS:
            _ISSUERS.clear()
        known = _name(certificate.issuer, element)
        _ISSUERS[known.der] = known
    return known


def _subject(certificate: x509.Certificate, element: Element | None) -> DistinguishedName:
    return (_plain_name(element) if element else None) or _name(certificate.subject, element)


def _plain_name(element: Element) -> DistinguishedName | None:
    """A name without anything special in it, read here in half the time; V(None) leaves it to the library."""
    parts = [_plain_part(part.raw) for part in elements(element.content)]
    known = [part for part in parts if part is not None]
    if not known or len(known) < len(parts):
        return None
    text = ",".join(f"{_SHORT_NAMES[oid]}={value}" for oid, value in reversed(known))
    return DistinguishedName(text, tuple(known), element.raw)


# All but the common name is the same in the certificates of one company.
@lru_cache(maxsize=512)
def _plain_part(raw: bytes) -> tuple[str, str] | None:
    """Kind and value of one part: a set of one pair, of one of the usual kinds and types of string, in strict DER."""
    size = len(raw)
    if not _PLAIN_PART.fullmatch(raw) or (raw[1], raw[3], raw[10]) != (size - 2, size - 4, size - 11):
        return None
    oid = f"2.5.4.{raw[8]}"
    return (oid, raw[11:].decode("ascii")) if oid in _SHORT_NAMES else None


# No character that RFC 4514 escapes or that a printable string lacks, and no length of more than one octet.
_PLAIN_PART = re.compile(
    rb"\x31[\0-\x7f]\x30[\0-\x7f]\x06\x03\x55\x04.[\x0c\x13][\0-\x7f]"
    rb"[A-Za-z0-9][A-Za-z0-9.-]*(?: [A-Za-z0-9.-]+)*",
    re.DOTALL,
)


def _name(name: x509.Name, element: Element | None) -> DistinguishedName:
    attributes = tuple((one.oid.dotted_string, _text(one.value)) for one in name)
    return DistinguishedName(name.rfc4514_string(), attributes, expect(element, 0x30, "The name").raw)


def _salvaged_name(element: Element | None) -> DistinguishedName | None:
    """As much of a name as can be read although the library refuses it, for example for an empty part."""
    try:
        sets = members(expect(element, 0x30, "The name"), "The name")
        pairs = [
            members(pair, "A part of the name") for one in sets for pair in members(one, "A part of the name", 0x31)
        ]
        attributes = tuple((dotted(member(pair, 0), "A kind of name"), _legible(pair[1])) for pair in pairs if pair[1:])
    except MalformedAsn1:
        return None
    text = ",".join(f"{_SHORT_NAMES.get(oid, oid)}={value}" for oid, value in reversed(attributes))
    return DistinguishedName(text, attributes, element.raw if element else b"")


_SHORT_NAMES = {"2.5.4.3": "CN", "2.5.4.6": "C", "2.5.4.7": "L", "2.5.4.8": "ST", "2.5.4.10": "O", "2.5.4.11": "OU"}


def _legible(element: Element) -> str:
    encoding = "utf-16-be" if element.tag == BMP_STRING else "utf-8"
    return element.content.decode(encoding, "backslashreplace")


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.hex()

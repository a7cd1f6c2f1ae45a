# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What a certificate of a gateway is asked for: the subject, the names, the purpose, as plain data and as a CSR."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.dns_names import syntax_problem
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.guards import guarded
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.keys import KeyFacts, key_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.pem import pem_blocks
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.tlv import MalformedAsn1
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import Gateway

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import rsa

KEY_SIZES = (2048, 4096)
SERVER_AUTHENTICATION = "1.3.6.1.5.5.7.3.1"
NOT_A_REQUEST = "(no certificate signing request)\n"

_REQUEST_LABELS = ("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST")
# In the order in which a request has them: from the country down to the name. Object identifiers and upper bounds of
# RFC 5280, appendix A.1; the short names are those of RFC 4514.
_PARTS = {
    "country": ("2.5.4.6", "C", 2),
    "state": ("2.5.4.8", "ST", 128),
    "locality": ("2.5.4.7", "L", 128),
    "organization": ("2.5.4.10", "O", 64),
    "organizational_unit": ("2.5.4.11", "OU", 64),
}
_COMMON_NAME = "2.5.4.3"
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Subject:
    """The parts of the subject beside the common name. V(None) leaves one out."""

    country: str | None = None
    state: str | None = None
    locality: str | None = None
    organization: str | None = None
    organizational_unit: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for. O(dns_names) begin with the common name, because PowerShell takes the first one."""

    common_name: str
    dns_names: tuple[str, ...]
    subject: Subject
    key_size: int

    @property
    def attributes(self) -> tuple[tuple[str, str], ...]:
        """The subject as C((object identifier, value)), from the country down to the common name."""
        parts = [(oid, getattr(self.subject, name)) for name, (oid, _short, _most) in _PARTS.items()]
        return (*((oid, value) for oid, value in parts if value), (_COMMON_NAME, self.common_name))

    @property
    def text(self) -> str:
        """The subject in the notation of RFC 4514, the common name first."""
        return _name(self).rfc4514_string()


def subject_of(parts: dict[str, str | None]) -> Subject:
    """The parts of a subject as a user gives them; an empty one counts as absent.

    :raises InvalidInput: for a part that a certificate cannot hold.
    """
    given = {name: value.strip() for name, value in parts.items() if value and value.strip()}
    for name, value in given.items():
        _check_part(name, value)
    if "country" in given:
        given["country"] = given["country"].upper()
    return Subject(**given)


def _check_part(name: str, value: str) -> None:
    most = _PARTS[name][2]
    if name == "country" and not re.fullmatch(r"[A-Za-z]{2}", value):
        raise InvalidInput(f"subject.country is {value!r}. Use the two letters of ISO 3166, for example US.")
    if len(value) > most:
        raise InvalidInput(f"subject.{name} has {len(value)} characters; a certificate holds at most {most}.")
    check_printable(f"subject.{name}", value)


def check_printable(name: str, value: str) -> None:
    """Refuse what cannot stand in one line of text.

    :raises InvalidInput: for control characters and broken ones.
    """
    if _UNPRINTABLE.search(value):
        raise InvalidInput(f"{name} is {value!r}, which has characters that cannot be printed. Write it in one line.")


def check_dns_names(names: Iterable[str]) -> None:
    """Refuse additional names that no certificate can have.

    :raises InvalidInput: for the first one that is no DNS name.
    """
    for name in names:
        wrong = syntax_problem(name)
        if wrong is None and not name.isascii():
            wrong = "is not written in A-labels (xn--...)"
        if wrong is not None:
            raise InvalidInput(f"dns_names has {name!r}, which {wrong}. Use names such as cmg.contoso.com.")


def request_of(gateway: Gateway, extra_names: Sequence[str], subject: Subject, key_size: int) -> Request:
    """What the server authentication certificate of a gateway has to be asked for.

    The common name keeps the spelling of the declaration: Configuration Manager compares it with upper and lower case
    at the renewal. Names that differ in nothing else are there once.

    Source: Microsoft Learn, CMG server authentication certificate; New-CMCloudManagementGateway, ServiceName.
    """
    common_name = gateway.service_name or ""
    once = {name.lower(): name for name in reversed((common_name, *extra_names))}
    return Request(common_name, tuple(reversed(once.values())), subject, key_size)


def build_csr(request: Request, key: rsa.RSAPrivateKey) -> bytes:
    """The certificate signing request (PKCS#10) in PEM. The same request and key always give the same bytes."""
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.x509 import CertificateSigningRequestBuilder

    builder = CertificateSigningRequestBuilder(_name(request))
    for extension, critical in _extensions(request):
        builder = builder.add_extension(extension, critical)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _name(request: Request) -> x509.Name:
    from cryptography import x509

    pairs = [x509.NameAttribute(x509.ObjectIdentifier(oid), value) for oid, value in request.attributes]
    return x509.Name(pairs)


def _extensions(request: Request) -> list[tuple[x509.ExtensionType, bool]]:
    from cryptography import x509

    absent = ("content_commitment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign")
    never = dict.fromkeys((*absent, "encipher_only", "decipher_only"), False)
    return [
        (x509.SubjectAlternativeName([x509.DNSName(name) for name in request.dns_names]), False),
        (x509.KeyUsage(digital_signature=True, key_encipherment=True, **never), True),
        (x509.ExtendedKeyUsage([x509.ObjectIdentifier(SERVER_AUTHENTICATION)]), False),
    ]


def csr_der(data: bytes | None) -> bytes | None:
    """The request of a file in DER, by which two of them compare; V(None) where there is none in it."""
    if data is None:
        return None
    blocks = [block.der for block in pem_blocks(data) if block.label in _REQUEST_LABELS]
    return blocks[0] if blocks else data if data[:1] == b"0" else None


def csr_pem(data: bytes | None) -> str | None:
    """The request of a file in PEM, and nothing else that may be in it; V(None) where there is none."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    der = csr_der(data)
    if der is None:
        return None
    try:
        with guarded("The request"):
            return x509.load_der_x509_csr(der).public_bytes(Encoding.PEM).decode("ascii")
    except MalformedAsn1:
        return None


def wanted_text(request: Request, key: KeyFacts | None) -> str:
    """The request for a person to read, in the same words as M(csr_text); V(None) is a key that is still to be made."""
    extensions = {one.oid.dotted_string: (one, critical) for one, critical in _extensions(request)}
    owner = _key_text(key) if key else f"RSA {request.key_size}, a new one"
    return _text(request.text, extensions, owner)


def csr_text(data: bytes) -> str:
    """A certificate signing request for a person to read, whoever made it. Nothing else of a file is ever shown."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    der = csr_der(data)
    if der is None:
        return NOT_A_REQUEST
    try:
        with guarded("The request"):
            csr = x509.load_der_x509_csr(der)
            extensions = {one.oid.dotted_string: (one.value, one.critical) for one in csr.extensions}
            key = key_of(csr.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
            return _text(csr.subject.rfc4514_string(), extensions, _key_text(key))
    except MalformedAsn1:
        return NOT_A_REQUEST


def _key_text(key: KeyFacts) -> str:
    return f"{key.label}, SHA-256 {key.fingerprint}"


def _text(subject: str, extensions: dict[str, tuple[x509.ExtensionType, bool]], key: str) -> str:
    lines = [f"Subject: {subject}"]
    for oid, (extension, critical) in sorted(extensions.items()):
        lines.append(f"{_extension_text(oid, extension)}{' (critical)' if critical else ''}")
    return "\n".join([*lines, f"Public key: {key}", ""])


def _extension_text(oid: str, extension: x509.ExtensionType) -> str:
    from cryptography import x509

    match extension:
        case x509.SubjectAlternativeName():
            return f"Names: {', '.join(str(name.value) for name in extension)}"
        case x509.KeyUsage():
            return f"Key usage: {', '.join(_usages(extension))}"
        case x509.ExtendedKeyUsage():
            return f"Extended key usage: {', '.join(purpose.dotted_string for purpose in extension)}"
        case _:
            return f"Extension: {oid}"


def _usages(usage: x509.KeyUsage) -> list[str]:
    names = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    return [name for name in (*names, "key_cert_sign", "crl_sign") if getattr(usage, name)]

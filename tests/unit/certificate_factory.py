# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificates for tests, made in memory. What is left out is right: each test names only the defect that it is about.

C(server()), C(client()), C(management_point()) and C(authority()) give sound certificates of a small PKI (leaf, issuing
CA, root); every one takes the arguments of C(issue()) to spoil it. RSA keys, which take long to make, are made once for
all and kept beside the other things that tests prepare; other keys are made once for each process.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import itertools
import math
import os
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from tools import trees

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAY = timedelta(days=1)
NAME = "granitefalls.contoso.com"

SERVER_AUTH = ExtendedKeyUsageOID.SERVER_AUTH
CLIENT_AUTH = ExtendedKeyUsageOID.CLIENT_AUTH
DOMAIN_VALIDATED = "2.23.140.1.2.1"
SCT_LIST = "1.3.6.1.4.1.11129.2.4.2"
LEAF_USAGE = ("digital_signature", "key_encipherment")
CA_USAGE = ("digital_signature", "key_cert_sign", "crl_sign")
USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)

KEYS = trees.CACHE / "keys"
UNPROTECTED = (serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


@functools.cache
def rsa_key(bits: int = 2048, number: int = 0, exponent: int = 65537) -> rsa.RSAPrivateKey:
    """An RSA key; another O(number) is another key."""
    path = KEYS / f"rsa-{bits}-{number}-{exponent}.der"
    if not path.is_file():
        _keep(path, rsa.generate_private_key(exponent, bits))
    key = serialization.load_der_private_key(path.read_bytes(), None, unsafe_skip_rsa_key_validation=True)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def _keep(path: Path, key: rsa.RSAPrivateKey) -> None:
    """Write a key whole or not at all. Whoever comes first decides: all processes have the same one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}")
    part.write_bytes(key.private_bytes(*UNPROTECTED))
    with contextlib.suppress(FileExistsError):
        os.link(part, path)
    part.unlink()


@functools.cache
def ec_key(number: int = 0, curve: type[ec.EllipticCurve] = ec.SECP256R1) -> ec.EllipticCurvePrivateKey:
    """An elliptic curve key; another O(number) is another key."""
    del number
    return ec.generate_private_key(curve())


@functools.cache
def ed25519_key(number: int = 0) -> ed25519.Ed25519PrivateKey:
    """An Ed25519 key; another O(number) is another key."""
    del number
    return ed25519.Ed25519PrivateKey.generate()


def invented_key(number: int, bits: int = 2048) -> rsa.RSAPublicKey:
    """The public half of a key that nobody has: made at once, where a thousand different keys are needed."""
    for attempt in itertools.count():
        seed = hashlib.shake_256(f"{number} {attempt}".encode()).digest(bits // 8)
        modulus = int.from_bytes(seed, "big") | 1 << bits - 1 | 1
        if math.gcd(modulus, _SMALL_PRIMES) == 1:
            return rsa.RSAPublicNumbers(65537, modulus).public_key()
    raise AssertionError("no end of numbers")


_SMALL_PRIMES = math.prod(number for number in range(3, 752) if all(number % other for other in range(2, number)))


@dataclass(frozen=True)
class Issued:
    """A certificate with its key and the authority that issued it, V(None) where it signed itself."""

    certificate: x509.Certificate
    key: Key = field(repr=False)
    issuer: Issued | None = field(default=None, repr=False)

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    @property
    def issuers(self) -> tuple[Issued, ...]:
        """The authorities above, nearest first, the root last."""
        return () if self.issuer is None else (self.issuer, *self.issuer.issuers)

    @property
    def root(self) -> Issued:
        return self.issuers[-1] if self.issuer else self

    @property
    def intermediates(self) -> tuple[Issued, ...]:
        return self.issuers[:-1]


@dataclass(frozen=True)
class Request:
    """Everything that goes into a certificate. V(None) and an empty tuple leave an extension out."""

    subject: str | Sequence[tuple[x509.ObjectIdentifier, str]] = NAME
    dns: Sequence[str] = ()
    san: Sequence[x509.GeneralName] = ()
    san_critical: bool = False
    key: Key | None = None
    public_key: rsa.RSAPublicKey | None = None
    issuer: Issued | None = None
    not_before: datetime = NOW - 10 * DAY
    not_after: datetime = NOW + 80 * DAY
    eku: Sequence[x509.ObjectIdentifier] = ()
    key_usage: Sequence[str] | None = LEAF_USAGE
    ca: bool | None = False
    path_length: int | None = None
    crl: Sequence[str] = ()
    ocsp: Sequence[str] = ()
    ca_issuers: Sequence[str] = ()
    policies: Sequence[str] = ()
    scts: int = 0
    identifiers: bool = True
    authority_identifier: bytes | None = None
    serial: int | None = None
    digest: hashes.SHA256 | hashes.SHA384 | hashes.SHA512 | None = field(default_factory=hashes.SHA256)
    rsa_padding: padding.PSS | padding.PKCS1v15 | None = None
    extra: Sequence[tuple[x509.ExtensionType, bool]] = ()


def name_of(subject: str | Sequence[tuple[x509.ObjectIdentifier, str]]) -> x509.Name:
    """A distinguished name, from a common name or from attributes; nothing about it is checked."""
    attributes = [(NameOID.COMMON_NAME, subject)] if isinstance(subject, str) else subject
    with warnings.catch_warnings(action="ignore"):
        return x509.Name([x509.NameAttribute(oid, value, _validate=False) for oid, value in attributes])


def raw_extension(oid: str, value: bytes, *, critical: bool = False) -> tuple[x509.ExtensionType, bool]:
    """An extension with any contents, for C(extra)."""
    return x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), value), critical


def sct_list(count: int) -> bytes:
    """The contents of an SCT list extension with so many well-formed timestamps of invented logs."""
    signature = b"\x04\x03\x00\x08" + b"\x00" * 8
    entries = [b"\x00" + bytes([log]) * 32 + b"\x00" * 8 + b"\x00\x00" + signature for log in range(count)]
    body = b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)
    inner = len(body).to_bytes(2, "big") + body
    return tlv(0x04, inner)


def tlv(tag: int, *contents: bytes) -> bytes:
    """One DER element."""
    body = b"".join(contents)
    if len(body) < 0x80:
        return bytes([tag, len(body)]) + body
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + body


def _usage(names: Iterable[str]) -> x509.KeyUsage:
    wanted = set(names)
    return x509.KeyUsage(**{name: name in wanted for name in USAGES})


def _points(urls: Sequence[str]) -> x509.CRLDistributionPoints:
    uris = [x509.UniformResourceIdentifier(url) for url in urls]
    return x509.CRLDistributionPoints([x509.DistributionPoint([uri], None, None, None) for uri in uris])


def _access(request: Request) -> x509.AuthorityInformationAccess | None:
    methods = [(AuthorityInformationAccessOID.OCSP, url) for url in request.ocsp]
    methods += [(AuthorityInformationAccessOID.CA_ISSUERS, url) for url in request.ca_issuers]
    described = [x509.AccessDescription(kind, x509.UniformResourceIdentifier(url)) for kind, url in methods]
    return x509.AuthorityInformationAccess(described) if described else None


def _identifiers(request: Request, key: Key, signer: Key) -> list[tuple[x509.ExtensionType, bool]]:
    if not request.identifiers:
        return []
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    if request.authority_identifier is not None:
        authority = x509.AuthorityKeyIdentifier(request.authority_identifier, None, None)
    return [(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False), (authority, False)]


def _names(request: Request) -> list[x509.GeneralName]:
    return [*(_dns(name) for name in request.dns), *request.san]


def _dns(name: str) -> x509.DNSName:
    """A dNSName with any text; the ordinary constructor refuses what is not ASCII."""
    return x509.DNSName._init_without_validation(name)


def _policy(oid: str) -> x509.PolicyInformation:
    return x509.PolicyInformation(x509.ObjectIdentifier(oid), None)


def _extensions(request: Request) -> list[tuple[x509.ExtensionType | None, bool]]:
    names, access = _names(request), _access(request)
    return [
        (x509.SubjectAlternativeName(names) if names else None, request.san_critical),
        (None if request.ca is None else x509.BasicConstraints(request.ca, request.path_length), True),
        (None if request.key_usage is None else _usage(request.key_usage), True),
        (x509.ExtendedKeyUsage(request.eku) if request.eku else None, False),
        (_points(request.crl) if request.crl else None, False),
        (access, False),
        (x509.CertificatePolicies(map(_policy, request.policies)) if request.policies else None, False),
        (raw_extension(SCT_LIST, sct_list(request.scts))[0] if request.scts else None, False),
        *request.extra,
    ]


def issue(request: Request) -> Issued:
    """Sign what is asked for, right or wrong."""
    key = request.key or rsa_key()
    signer = request.issuer.key if request.issuer else key
    issuer = request.issuer.certificate.subject if request.issuer else name_of(request.subject)
    builder = x509.CertificateBuilder(issuer, name_of(request.subject), request.public_key or key.public_key())
    builder = builder.serial_number(request.serial or x509.random_serial_number())
    builder = builder.not_valid_before(request.not_before).not_valid_after(request.not_after)
    for extension, critical in [*_extensions(request), *_identifiers(request, key, signer)]:
        builder = builder if extension is None else builder.add_extension(extension, critical)
    digest = None if isinstance(signer, ed25519.Ed25519PrivateKey) else request.digest
    certificate = builder.sign(signer, digest, rsa_padding=request.rsa_padding)
    return Issued(certificate, key, request.issuer)


ROOT = Request(
    subject="Contoso Root CA",
    not_before=NOW - 3650 * DAY,
    not_after=NOW + 3650 * DAY,
    key_usage=CA_USAGE,
    ca=True,
)
INTERMEDIATE = replace(
    ROOT,
    subject="Contoso Issuing CA",
    not_before=NOW - 1000 * DAY,
    not_after=NOW + 2000 * DAY,
    path_length=0,
    crl=("http://pki.contoso.com/root.crl",),
    ca_issuers=("http://pki.contoso.com/root.cer",),
)
SERVER = Request(
    dns=(NAME,),
    eku=(SERVER_AUTH,),
    crl=("http://pki.contoso.com/issuing.crl",),
    ocsp=("http://ocsp.contoso.com",),
    ca_issuers=("http://pki.contoso.com/issuing.cer",),
    policies=(DOMAIN_VALIDATED,),
    scts=2,
)
CLIENT = replace(SERVER, subject="pc1.corp.contoso.com", dns=("pc1.corp.contoso.com",), eku=(CLIENT_AUTH,), scts=0)
MANAGEMENT_POINT = replace(SERVER, subject="mp1.corp.contoso.com", dns=("mp1.corp.contoso.com", "mp.contoso.com"))
MANAGEMENT = Request(subject="Azure management", eku=(CLIENT_AUTH,), not_after=NOW + 300 * DAY)


@functools.cache
def root() -> Issued:
    """The root of the small PKI."""
    return issue(replace(ROOT, key=ec_key(100)))


@functools.cache
def issuing() -> Issued:
    """The CA of the small PKI that issues all leaves."""
    return issue(replace(INTERMEDIATE, key=ec_key(101), issuer=root()))


def authority(issuer: Issued | None = None, **changes: Any) -> Issued:
    """Another CA: a root, or an intermediate below O(issuer). Its key is another one unless it is given."""
    basis = ROOT if issuer is None else INTERMEDIATE
    return issue(replace(basis, **{"issuer": issuer, "key": ec_key(102), **changes}))


def server(**changes: Any) -> Issued:
    """A server authentication certificate for V(granitefalls.contoso.com)."""
    return issue(replace(SERVER, **{"issuer": issuing(), **changes}))


def client(**changes: Any) -> Issued:
    """A client authentication certificate for V(pc1.corp.contoso.com)."""
    return issue(replace(CLIENT, **{"issuer": issuing(), "key": rsa_key(number=1), **changes}))


def management_point(**changes: Any) -> Issued:
    """A web server certificate of a management point that serves intranet and internet."""
    return issue(replace(MANAGEMENT_POINT, **{"issuer": issuing(), "key": rsa_key(number=2), **changes}))


def management(**changes: Any) -> Issued:
    """A self-signed Azure management certificate."""
    return issue(replace(MANAGEMENT, **{"key": rsa_key(number=3), **changes}))


def parts(der: bytes) -> tuple[bytes, bytes, bytes]:
    """The three elements of a certificate: what is signed, the algorithm, the signature; each with its own header."""
    body, found = _contents(der), []
    while body:
        size = _header(body)[0] + _header(body)[1]
        found.append(body[:size])
        body = body[size:]
    signed, algorithm, signature = found
    return signed, algorithm, signature


def _header(der: bytes) -> tuple[int, int]:
    first = der[1]
    if first < 0x80:
        return 2, first
    return 2 + (first & 0x7F), int.from_bytes(der[2 : 2 + (first & 0x7F)], "big")


def _contents(der: bytes) -> bytes:
    start, size = _header(der)
    return der[start : start + size]


def resigned(issued: Issued, old: bytes, new: bytes) -> bytes:
    """DER of the certificate with equally long bytes exchanged in it, the signature of its issuer made afresh.

    :raises AssertionError: when the bytes do not occur, so that no test asserts something about a sound certificate.
    """
    signed, algorithm, _signature = parts(issued.der)
    assert len(old) == len(new)
    assert old in signed
    signed = signed.replace(old, new)
    signer = issued.issuer.key if issued.issuer else issued.key
    return tlv(0x30, signed, algorithm, tlv(0x03, b"\x00", _signature_of(signer, signed)))


def _signature_of(signer: Key, signed: bytes) -> bytes:
    match signer:
        case rsa.RSAPrivateKey():
            return signer.sign(signed, padding.PKCS1v15(), hashes.SHA256())
        case ec.EllipticCurvePrivateKey():
            return signer.sign(signed, ec.ECDSA(hashes.SHA256()))
        case ed25519.Ed25519PrivateKey():
            return signer.sign(signed)


_SHA256_RSA = bytes.fromhex("2a864886f70d01010b")
_SHA1_RSA = bytes.fromhex("2a864886f70d010105")
_SHA1_PREFIX = bytes.fromhex("3021300906052b0e03021a05000414")


def sha1_signed(issued: Issued) -> bytes:
    """DER of the certificate, signed by its RSA issuer with SHA-1, which cryptography itself refuses to do."""
    signed, algorithm, _signature = parts(issued.der)
    signer = issued.issuer.key if issued.issuer else issued.key
    assert isinstance(signer, rsa.RSAPrivateKey)
    assert _SHA256_RSA in signed
    signed = signed.replace(_SHA256_RSA, _SHA1_RSA)
    algorithm = algorithm.replace(_SHA256_RSA, _SHA1_RSA)
    digest = hashlib.sha1(signed, usedforsecurity=False).digest()
    return tlv(0x30, signed, algorithm, tlv(0x03, b"\x00", _raw_rsa(signer, _SHA1_PREFIX + digest)))


def _raw_rsa(key: rsa.RSAPrivateKey, info: bytes) -> bytes:
    """PKCS #1 v1.5 by hand: the padded digest to the power of the private exponent."""
    size = key.key_size // 8
    padded = b"\x00\x01" + b"\xff" * (size - len(info) - 3) + b"\x00" + info
    numbers = key.private_numbers()
    return pow(int.from_bytes(padded, "big"), numbers.d, numbers.public_numbers.n).to_bytes(size, "big")

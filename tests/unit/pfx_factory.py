# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""PFX files for tests: by cryptography, by the openssl program, and by hand where no tool makes what is wrong."""

from __future__ import annotations

import functools
import hashlib
import hmac
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from tests.unit import certificate_factory as factory
from tests.unit.certificate_factory import Issued, tlv

PASSWORD = "Correct-Horse-7391"

DATA = "1.2.840.113549.1.7.1"
PROVIDER_NAME = "1.3.6.1.4.1.311.17.1"
MACHINE_KEY = "1.3.6.1.4.1.311.17.2"
SEALED = "1.3.6.1.4.1.311.17.4"
FRIENDLY_NAME = "1.2.840.113549.1.9.20"

_PLAIN_KEY, _CERTIFICATE, _SECRET, _NESTED = (f"1.2.840.113549.1.12.10.1.{number}" for number in (1, 3, 5, 6))


@functools.cache
def sound(password: str = PASSWORD, rounds: int = 2000, *, chain: bool = True) -> bytes:
    """The server certificate of the factory with its issuing CA, protected by AES-256 and SHA-256."""
    builder = serialization.PrivateFormat.PKCS12.encryption_builder().kdf_rounds(rounds)
    builder = builder.key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC).hmac_hash(hashes.SHA256())
    encryption = builder.build(password.encode())
    leaf = server()
    issuers = [one.certificate for one in leaf.issuers[:-1]] if chain else None
    return pkcs12.serialize_key_and_certificates(b"granitefalls", leaf.key, leaf.certificate, issuers, encryption)


@functools.cache
def server() -> Issued:
    """The certificate that is in the files."""
    return factory.server()


def openssl(*arguments: str, files: dict[str, bytes], result: str) -> bytes:
    """What the openssl program writes to the file O(result), given other files; the test is skipped without it."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("the openssl program is not installed")
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        subprocess.run([program, *arguments], cwd=folder, check=True, capture_output=True, timeout=30)
        return (Path(folder) / result).read_bytes()


@functools.cache
def by_openssl(*options: str, password: str = PASSWORD) -> bytes:
    """The server certificate in a PFX file made by C(openssl pkcs12 -export) with these options."""
    leaf = server()
    files = {"leaf.pem": leaf.pem, "key.pem": leaf.key_pem, "password": password.encode() + b"\n"}
    command = ("pkcs12", "-export", "-in", "leaf.pem", "-inkey", "key.pem", "-passout", "file:password")
    return openssl(*command, "-out", "out.pfx", *options, files=files, result="out.pfx")


def oid(dotted: str) -> bytes:
    """An object identifier in DER."""
    first, second, *rest = map(int, dotted.split("."))
    return tlv(0x06, *(_base128(arc) for arc in (40 * first + second, *rest)))


def _base128(value: int) -> bytes:
    digits = [value & 0x7F]
    while value := value >> 7:
        digits.append(value & 0x7F | 0x80)
    return bytes(reversed(digits))


def number(value: int) -> bytes:
    """An integer in DER."""
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def attribute(kind: str, *values: bytes) -> bytes:
    """An attribute of a bag."""
    return tlv(0x30, oid(kind), tlv(0x31, *values))


def bmp(text: str) -> bytes:
    """A BMPString."""
    return tlv(0x1E, text.encode("utf-16-be"))


def bag(kind: str, value: bytes, *attributes: bytes) -> bytes:
    """A bag of any kind."""
    return tlv(0x30, oid(kind), tlv(0xA0, value), *([tlv(0x31, *attributes)] if attributes else []))


def key_bag(issued: Issued, *attributes: bytes) -> bytes:
    """A private key that lies open."""
    plain = serialization.NoEncryption()
    der = issued.key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, plain)
    return bag(_PLAIN_KEY, der, *attributes)


def certificate_bag(der: bytes, *attributes: bytes) -> bytes:
    """A certificate."""
    value = tlv(0x30, oid("1.2.840.113549.1.9.22.1"), tlv(0xA0, tlv(0x04, der)))
    return bag(_CERTIFICATE, value, *attributes)


def sealed_bag() -> bytes:
    """The secret in which Windows keeps a password that is sealed to a user or group."""
    return bag(_SECRET, tlv(0x30, oid(SEALED), tlv(0xA0, tlv(0x04, b"\x00" * 64))))


def nested_bag(*bags: bytes) -> bytes:
    """Bags in a bag."""
    return bag(_NESTED, tlv(0x30, *bags))


def by_hand(
    bags: Iterable[bytes],
    password: str | None = PASSWORD,
    *,
    rounds: int = 2000,
    version: int = 3,
    pbmac1: bool = False,
) -> bytes:
    """A PFX file of open bags; O(password) is that of the MAC, V(None) for none. Huge rounds get a wrong MAC."""
    content = tlv(0x30, _data(tlv(0x30, *bags)))
    protect = pbmac1_of if pbmac1 else mac
    return tlv(0x30, number(version), _data(content), b"" if password is None else protect(content, password, rounds))


def _data(content: bytes) -> bytes:
    return tlv(0x30, oid(DATA), tlv(0xA0, tlv(0x04, content)))


def mac(content: bytes, password: str, rounds: int) -> bytes:
    """MacData with SHA-256; more than 100,000 rounds are only claimed."""
    salt = b"saltsalt"
    key = _mac_key(password, salt, rounds) if rounds <= 100_000 else b""
    digest = hmac.digest(key, content, "sha256")
    sha256 = tlv(0x30, oid("2.16.840.1.101.3.4.2.1"), b"\x05\x00")
    return tlv(0x30, tlv(0x30, sha256, tlv(0x04, digest)), tlv(0x04, salt), number(rounds))


def pbmac1_of(content: bytes, password: str, rounds: int) -> bytes:
    """MacData after RFC 9579, with PBKDF2 and HMAC-SHA-256."""
    salt = b"saltsalt"
    key = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, rounds) if rounds <= 100_000 else b""
    hmac_sha256 = tlv(0x30, oid("1.2.840.113549.2.9"), b"\x05\x00")
    parameters = tlv(0x30, tlv(0x04, salt), number(rounds), number(32), hmac_sha256)
    derivation = tlv(0x30, oid("1.2.840.113549.1.5.12"), parameters)
    algorithm = tlv(0x30, oid("1.2.840.113549.1.5.14"), tlv(0x30, derivation, hmac_sha256))
    digest = tlv(0x30, algorithm, tlv(0x04, hmac.digest(key, content, "sha256")))
    return tlv(0x30, digest, tlv(0x04, b"not used"), number(1))


def _mac_key(password: str, salt: bytes, rounds: int) -> bytes:
    """RFC 7292, appendix B, for one block: enough for SHA-256."""
    text = (password + "\0").encode("utf-16-be")
    filled = [(part * 64)[: -(-len(part) // 64) * 64] for part in (salt, text)]
    block = b"\x03" * 64 + b"".join(filled)
    for _round in range(rounds):
        block = hashlib.sha256(block).digest()
    return block


def as_ber(der: bytes, depth: int = 0) -> bytes:
    """The same with indefinite lengths, and with octet strings in two pieces."""
    tag, start, end = der[0], *_bounds(der)
    body = der[start:end]
    if tag == 0x04 and len(body) > 1:
        half = len(body) // 2
        return b"\x24\x80" + tlv(0x04, body[:half]) + tlv(0x04, body[half:]) + b"\x00\x00"
    if not tag & 0x20 or depth > 6:
        return der[:end]
    pieces = b""
    while body:
        size = _bounds(body)[1]
        pieces += as_ber(body[:size], depth + 1)
        body = body[size:]
    return bytes([tag, 0x80]) + pieces + b"\x00\x00"


def _bounds(der: bytes) -> tuple[int, int]:
    if der[1] < 0x80:
        return 2, 2 + der[1]
    start = 2 + (der[1] & 0x7F)
    return start, start + int.from_bytes(der[2:start], "big")

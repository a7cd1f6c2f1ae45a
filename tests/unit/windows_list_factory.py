# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists of roots as Microsoft publishes them (authroot.stl), signed by a publisher of the tests."""

from __future__ import annotations

import functools
import hashlib
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.unit import certificate_factory as factory
from tests.unit.certificate_factory import NOW
from tests.unit.certificate_factory import tlv as element

LIST_SIGNER = x509.ObjectIdentifier("1.3.6.1.4.1.311.10.3.9")


def list_of(*thumbprints: bytes) -> bytes:
    """A list that trusts the roots with these SHA-1 thumbprints for everything."""
    return signed(trust_list(*map(entry, thumbprints)), publisher())


@functools.cache
def signer_root() -> factory.Issued:
    return factory.authority(subject="Test Root", key=factory.rsa_key(number=6))


def publisher(**changes: object) -> factory.Issued:
    usual = {
        "issuer": signer_root(),
        "subject": "Publisher",
        "eku": (LIST_SIGNER,),
        "key": factory.rsa_key(number=7),
        "not_before": NOW - timedelta(days=100),
    }
    return factory.server(**{**usual, **changes})


def _oid(dotted: str) -> bytes:
    """An object identifier in DER, by way of an extended key usage, which holds nothing else."""
    return x509.ExtendedKeyUsage([x509.ObjectIdentifier(dotted)]).public_bytes()[2:]


def trust_list(*entries: bytes, usage: str = "1.3.6.1.4.1.311.10.3.9") -> bytes:
    moment = element(0x17, b"261023231835Z")
    algorithm = element(0x30, _oid("1.3.14.3.2.26"), b"\x05\x00")
    return b"".join([element(0x30, _oid(usage)), b"\x02\x01\x05", moment, algorithm, element(0x30, *entries)])


def entry(thumbprint: bytes, *properties: tuple[int, bytes]) -> bytes:
    attributes = [
        element(0x30, _oid(f"1.3.6.1.4.1.311.10.11.{number}"), element(0x31, element(0x04, value)))
        for number, value in properties
    ]
    return element(0x30, element(0x04, thumbprint), element(0x31, *attributes))


def signed(
    content: bytes, by: factory.Issued, *, digest: bytes | None = None, key: rsa.RSAPrivateKey | None = None
) -> bytes:
    """A PKCS#7 message around a trust list, with signed attributes, as Microsoft makes it."""
    digest = hashlib.sha256(content).digest() if digest is None else digest
    attributes = b"".join(
        [
            element(0x30, _oid("1.2.840.113549.1.9.3"), element(0x31, _oid("1.3.6.1.4.1.311.10.1"))),
            element(0x30, _oid("1.2.840.113549.1.9.4"), element(0x31, element(0x04, digest))),
        ]
    )
    signer = key or by.key
    assert isinstance(signer, rsa.RSAPrivateKey)
    signature = signer.sign(element(0x31, attributes), padding.PKCS1v15(), hashes.SHA256())
    sha256 = element(0x30, _oid("2.16.840.1.101.3.4.2.1"), b"\x05\x00")
    serial = by.certificate.serial_number
    number = element(0x02, serial.to_bytes(serial.bit_length() // 8 + 1, "big"))
    info = element(
        0x30,
        b"\x02\x01\x01",
        element(0x30, by.certificate.issuer.public_bytes(), number),
        sha256,
        element(0xA0, attributes),
        element(0x30, _oid("1.2.840.113549.1.1.1"), b"\x05\x00"),
        element(0x04, signature),
    )
    inner = element(0x30, _oid("1.3.6.1.4.1.311.10.1"), element(0xA0, element(0x30, content)))
    body = element(0x30, b"\x02\x01\x01", element(0x31, sha256), inner, element(0xA0, by.der), element(0x31, info))
    return element(0x30, _oid("1.2.840.113549.1.7.2"), element(0xA0, body))

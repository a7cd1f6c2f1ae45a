# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Public keys as plain data, read from their SubjectPublicKeyInfo.

Own reading, because a library refuses just those keys that a finding has to describe (an even exponent, a modulus of
zero), and because the newest kinds of key have no size to ask for.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.tlv import (
    BIT_STRING,
    OBJECT_IDENTIFIER,
    SEQUENCE,
    Element,
    MalformedAsn1,
    dotted,
    expect,
    integer,
    member,
    members,
    read,
)


class KeyKind(StrEnum):
    """The kinds of public key that a certificate can carry, as far as findings tell them apart."""

    RSA = "rsa"
    RSA_PSS = "rsa-pss"
    EC = "ec"
    ED25519 = "ed25519"
    ED448 = "ed448"
    X25519 = "x25519"
    X448 = "x448"
    DSA = "dsa"
    DH = "dh"
    ML_DSA = "ml-dsa"
    ML_KEM = "ml-kem"
    SLH_DSA = "slh-dsa"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """A public key. O(size) in bits, V(None) where a kind has none; O(algorithm) is a dotted object identifier.

    O(curve) is the name of a named curve, its object identifier where the name is not known, or V(explicit).
    O(variant) is what distinguishes keys of one kind that have no size, such as V(ML-DSA-65).
    """

    kind: KeyKind
    algorithm: str
    spki: bytes = field(repr=False)
    size: int | None = None
    modulus: int | None = field(default=None, repr=False)
    exponent: int | None = None
    curve: str | None = None
    variant: str | None = None

    @property
    def label(self) -> str:
        """The key in a few words, for findings."""
        if self.kind is KeyKind.EC:
            return f"EC {self.curve}"
        if self.variant or self.kind is KeyKind.UNKNOWN:
            return self.variant or f"unknown algorithm {self.algorithm}"
        size = f" {self.size}" if self.size is not None else ""
        return f"{self.kind.upper()}{size}"

    def matches(self, other: KeyFacts) -> bool:
        """Whether both are the same key. RSA keys are compared by their numbers: PSS keys have two identifiers."""
        if self.modulus is not None:
            return (self.modulus, self.exponent) == (other.modulus, other.exponent)
        return self.spki == other.spki

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the SubjectPublicKeyInfo, in upper-case hexadecimal."""
        return hashlib.sha256(self.spki).hexdigest().upper()

    def as_dict(self) -> dict[str, Any]:
        """The key as modules return it; the modulus is left to the certificate itself."""
        return {
            "type": str(self.kind),
            "size": self.size,
            "exponent": self.exponent,
            "curve": self.curve,
            "variant": self.variant,
            "algorithm": self.algorithm,
            "fingerprint_sha256": self.fingerprint,
        }


# Object identifiers of RFC 8017, RFC 5480, RFC 8410, RFC 3279, RFC 9881, RFC 9935 and RFC 9909.
_KINDS: dict[str, tuple[KeyKind, str | None]] = {
    "1.2.840.113549.1.1.1": (KeyKind.RSA, None),
    "1.2.840.113549.1.1.10": (KeyKind.RSA_PSS, None),
    "1.2.840.10045.2.1": (KeyKind.EC, None),
    "1.3.101.110": (KeyKind.X25519, None),
    "1.3.101.111": (KeyKind.X448, None),
    "1.3.101.112": (KeyKind.ED25519, None),
    "1.3.101.113": (KeyKind.ED448, None),
    "1.2.840.10040.4.1": (KeyKind.DSA, None),
    "1.2.840.113549.1.3.1": (KeyKind.DH, None),
    "1.2.840.10046.2.1": (KeyKind.DH, None),
    "2.16.840.1.101.3.4.3.17": (KeyKind.ML_DSA, "ML-DSA-44"),
    "2.16.840.1.101.3.4.3.18": (KeyKind.ML_DSA, "ML-DSA-65"),
    "2.16.840.1.101.3.4.3.19": (KeyKind.ML_DSA, "ML-DSA-87"),
    "2.16.840.1.101.3.4.4.1": (KeyKind.ML_KEM, "ML-KEM-512"),
    "2.16.840.1.101.3.4.4.2": (KeyKind.ML_KEM, "ML-KEM-768"),
    "2.16.840.1.101.3.4.4.3": (KeyKind.ML_KEM, "ML-KEM-1024"),
    **{f"2.16.840.1.101.3.4.3.{arc}": (KeyKind.SLH_DSA, "SLH-DSA") for arc in range(20, 32)},
}

_CURVES: dict[str, tuple[str, int]] = {
    "1.2.840.10045.3.1.1": ("P-192", 192),
    "1.3.132.0.33": ("P-224", 224),
    "1.2.840.10045.3.1.7": ("P-256", 256),
    "1.3.132.0.34": ("P-384", 384),
    "1.3.132.0.35": ("P-521", 521),
    "1.3.132.0.10": ("secp256k1", 256),
    "1.3.36.3.3.2.8.1.1.7": ("brainpoolP256r1", 256),
    "1.3.36.3.3.2.8.1.1.11": ("brainpoolP384r1", 384),
    "1.3.36.3.3.2.8.1.1.13": ("brainpoolP512r1", 512),
}

_RSA_KINDS = (KeyKind.RSA, KeyKind.RSA_PSS)


def key_of(spki: bytes) -> KeyFacts:
    """The facts of a SubjectPublicKeyInfo in DER. Unknown kinds are facts too.

    :raises MalformedAsn1: where it is no such structure, or an RSA key has no two numbers.
    """
    parts = members(read(spki), "The public key")
    bits = expect(member(parts, 1), BIT_STRING, "The public key's value").content
    known = _algorithm(expect(member(parts, 0), SEQUENCE, "The public key's algorithm"))
    if known.kind in _RSA_KINDS:
        return _rsa(known.kind, known.oid, spki, bits)
    return KeyFacts(known.kind, known.oid, spki, size=known.size, curve=known.curve, variant=known.variant)


class _Algorithm(NamedTuple):
    kind: KeyKind
    oid: str
    variant: str | None = None
    curve: str | None = None
    size: int | None = None


# There are but a few, each with or without parameters.
@lru_cache(maxsize=64)
def _algorithm(element: Element) -> _Algorithm:
    identifier = members(element, "The public key's algorithm")
    oid = dotted(member(identifier, 0), "The public key's algorithm")
    kind, variant = _KINDS.get(oid, (KeyKind.UNKNOWN, None))
    if kind is not KeyKind.EC:
        return _Algorithm(kind, oid, variant)
    parameters = member(identifier, 1)
    named = parameters is not None and parameters.tag == OBJECT_IDENTIFIER
    curve = dotted(parameters, "The curve") if named else "explicit"
    name, size = _CURVES.get(curve, (curve, None))
    return _Algorithm(kind, oid, variant, name, size)


def _rsa(kind: KeyKind, algorithm: str, spki: bytes, bits: bytes) -> KeyFacts:
    if not bits:
        raise MalformedAsn1("The RSA public key is empty.")
    numbers = members(read(bits, 1), "The RSA public key")
    modulus = integer(member(numbers, 0), "The RSA modulus")
    exponent = integer(member(numbers, 1), "The RSA public exponent")
    return KeyFacts(kind, algorithm, spki, size=modulus.bit_length(), modulus=modulus, exponent=exponent)

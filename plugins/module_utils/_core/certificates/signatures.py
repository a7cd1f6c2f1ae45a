# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Signature algorithms as plain data, read from their two places in a certificate."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.tlv import (
    CONTEXT_0,
    Element,
    MalformedAsn1,
    dotted,
    member,
    members,
    read,
)

RSASSA_PSS = "1.2.840.113549.1.1.10"

HASHES = {
    "1.2.840.113549.2.2": "md2",
    "1.2.840.113549.2.5": "md5",
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.4": "sha224",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
    "2.16.840.1.101.3.4.2.7": "sha3-224",
    "2.16.840.1.101.3.4.2.8": "sha3-256",
    "2.16.840.1.101.3.4.2.9": "sha3-384",
    "2.16.840.1.101.3.4.2.10": "sha3-512",
}

# Name and hash of each algorithm; V(None) where the algorithm has no hash of its own to choose.
ALGORITHMS: dict[str, tuple[str, str | None]] = {
    "1.2.840.113549.1.1.2": ("md2WithRSAEncryption", "md2"),
    "1.2.840.113549.1.1.4": ("md5WithRSAEncryption", "md5"),
    "1.2.840.113549.1.1.5": ("sha1WithRSAEncryption", "sha1"),
    "1.3.14.3.2.29": ("sha1WithRSASignature", "sha1"),
    "1.2.840.113549.1.1.14": ("sha224WithRSAEncryption", "sha224"),
    "1.2.840.113549.1.1.11": ("sha256WithRSAEncryption", "sha256"),
    "1.2.840.113549.1.1.12": ("sha384WithRSAEncryption", "sha384"),
    "1.2.840.113549.1.1.13": ("sha512WithRSAEncryption", "sha512"),
    "2.16.840.1.101.3.4.3.13": ("sha3-224WithRSAEncryption", "sha3-224"),
    "2.16.840.1.101.3.4.3.14": ("sha3-256WithRSAEncryption", "sha3-256"),
    "2.16.840.1.101.3.4.3.15": ("sha3-384WithRSAEncryption", "sha3-384"),
    "2.16.840.1.101.3.4.3.16": ("sha3-512WithRSAEncryption", "sha3-512"),
    "1.2.840.10045.4.1": ("ecdsa-with-SHA1", "sha1"),
    "1.2.840.10045.4.3.1": ("ecdsa-with-SHA224", "sha224"),
    "1.2.840.10045.4.3.2": ("ecdsa-with-SHA256", "sha256"),
    "1.2.840.10045.4.3.3": ("ecdsa-with-SHA384", "sha384"),
    "1.2.840.10045.4.3.4": ("ecdsa-with-SHA512", "sha512"),
    "1.2.840.10040.4.3": ("dsa-with-SHA1", "sha1"),
    "2.16.840.1.101.3.4.3.1": ("dsa-with-SHA224", "sha224"),
    "2.16.840.1.101.3.4.3.2": ("dsa-with-SHA256", "sha256"),
    "1.3.101.112": ("Ed25519", None),
    "1.3.101.113": ("Ed448", None),
    "2.16.840.1.101.3.4.3.17": ("ML-DSA-44", None),
    "2.16.840.1.101.3.4.3.18": ("ML-DSA-65", None),
    "2.16.840.1.101.3.4.3.19": ("ML-DSA-87", None),
}


@dataclass(frozen=True, slots=True)
class SignatureFacts:
    """How a certificate was signed: dotted algorithm, its usual name, its hash (V(None): none or unknown).

    O(inner) and O(outer) are the two AlgorithmIdentifiers in DER; the first is covered by the signature.
    """

    algorithm: str
    name: str
    hash: str | None
    inner: bytes = field(repr=False)
    outer: bytes = field(repr=False)

    @property
    def consistent(self) -> bool:
        """Whether both places name the same algorithm with the same parameters."""
        return self.inner == self.outer

    @property
    def known(self) -> bool:
        """Whether the algorithm is one that this collection knows."""
        return self.algorithm in ALGORITHMS or self.algorithm == RSASSA_PSS

    @property
    def pss(self) -> bool:
        """Whether the signature is RSASSA-PSS."""
        return self.algorithm == RSASSA_PSS

    def as_dict(self) -> dict[str, Any]:
        """The signature as modules return it."""
        return {"algorithm": self.name, "oid": self.algorithm, "hash": self.hash}


# Most certificates of one run are signed in the same way.
@lru_cache(maxsize=64)
def signature_of(inner: Element, outer: Element) -> SignatureFacts:
    """The facts of a signature, after the outer algorithm, by which it is verified.

    :raises MalformedAsn1: where an algorithm is none.
    """
    parts = members(outer, "The signature algorithm")
    algorithm = dotted(member(parts, 0), "The signature algorithm")
    if algorithm == RSASSA_PSS:
        digest = _pss_hash(member(parts, 1))
        return SignatureFacts(algorithm, f"RSASSA-PSS with {digest}", digest, inner.raw, outer.raw)
    name, digest_or_none = ALGORITHMS.get(algorithm, (algorithm, None))
    return SignatureFacts(algorithm, name, digest_or_none, inner.raw, outer.raw)


def _pss_hash(parameters: Element | None) -> str:
    """The hash in RSASSA-PSS-params; SHA-1 where they do not name one (RFC 4055, section 3.1)."""
    fields = members(parameters, "The parameters of RSASSA-PSS") if parameters else []
    tagged = next((one for one in fields if one.tag == CONTEXT_0), None)
    if tagged is None:
        return "sha1"
    oid = dotted(member(members(read(tagged.content), "The hash"), 0), "The hash")
    digest = HASHES.get(oid)
    if digest is None:
        raise MalformedAsn1(f"The parameters of RSASSA-PSS name the unknown hash {oid}.")
    return digest

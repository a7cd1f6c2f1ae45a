# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The private key of a request: whether the one that is there can be used, and how a new one is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.artefacts import ProblemKind
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.guards import guarded
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.kdf import Password
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.keys import KeyFacts, KeyKind, key_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.parts import Parts, parts_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.pem import pem_blocks
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.sniffing import DerKind, der_kind
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.tlv import MalformedAsn1

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import rsa

# A key behind one of these may be sound: nobody here has seen it.
_CLOSED = (ProblemKind.LOCKED, ProblemKind.NOT_OPENED, ProblemKind.UNSUPPORTED_CIPHER, ProblemKind.TOO_MANY_ROUNDS)


class KeyState(StrEnum):
    """Whether a key file can be used. V(closed) means that it may hold a good key, which nothing here can open."""

    USABLE = "usable"
    UNSUITABLE = "unsuitable"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key file that was read. O(reason) says in a sentence why it is not usable; O(encrypted) how it is kept."""

    state: KeyState
    key: rsa.RSAPrivateKey | None = field(default=None, repr=False)
    facts: KeyFacts | None = None
    encrypted: bool = False
    reason: str = ""


def stored_key(data: bytes, passphrase: str | None, key_size: int) -> StoredKey:
    """The private key in a file, if it is one that a gateway's certificate can have. Nothing is raised.

    :param key_size: the wanted size in bits; a key of another size is unsuitable.
    """
    parts = parts_of(data, Password.of(passphrase))
    if parts.problems:
        problem = parts.problems[0]
        state = KeyState.CLOSED if problem.kind in _CLOSED else KeyState.UNSUITABLE
        return StoredKey(state, reason=problem.observed)
    if len(parts.keys) != 1:
        found = f"{len(parts.keys)} private keys" if parts.keys else "no private key"
        return StoredKey(KeyState.UNSUITABLE, reason=f"It holds {found} where one is expected.")
    return _of_one(data, parts, passphrase, key_size)


def _of_one(data: bytes, parts: Parts, passphrase: str | None, key_size: int) -> StoredKey:
    facts = parts.keys[0]
    if facts.kind is not KeyKind.RSA or facts.size != key_size:
        text = f"It holds a key of the kind {facts.label} where RSA {key_size} is expected."
        return StoredKey(KeyState.UNSUITABLE, facts=facts, reason=text)
    encrypted = _is_encrypted(data)
    try:
        key = _loaded(data, passphrase if encrypted else None)
    except MalformedAsn1 as problem:
        return StoredKey(KeyState.UNSUITABLE, facts=facts, reason=str(problem))
    return StoredKey(KeyState.USABLE, key, facts, encrypted=encrypted)


def _is_encrypted(data: bytes) -> bool:
    blocks = [block for block in pem_blocks(data) if block.label.endswith("PRIVATE KEY")]
    if blocks:
        return any(block.encrypted or block.label.startswith("ENCRYPTED") for block in blocks)
    return der_kind(data) is DerKind.ENCRYPTED_KEY


def _loaded(data: bytes, passphrase: str | None) -> rsa.RSAPrivateKey:
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import load_der_private_key, load_pem_private_key

    load = load_pem_private_key if b"-----BEGIN" in data else load_der_private_key
    with guarded("The private key"):
        key = load(data, None if passphrase is None else passphrase.encode())
    if not isinstance(key, rsa.RSAPrivateKey):
        raise MalformedAsn1("The private key is none of RSA.")
    return key


def facts_of_key(key: rsa.RSAPrivateKey) -> KeyFacts:
    """The public half of a key."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return key_of(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def key_pem(key: rsa.RSAPrivateKey, passphrase: str | None) -> bytes:
    """The key as PKCS#8 in PEM, encrypted with AES-256 where there is a passphrase."""
    from cryptography.hazmat.primitives import serialization

    protection: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase is not None:
        protection = serialization.BestAvailableEncryption(passphrase.encode())
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection)

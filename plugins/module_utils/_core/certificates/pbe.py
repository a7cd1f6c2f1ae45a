# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The password-based encryption of PKCS#12 and PKCS#8: which one is asked for, and undoing it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.guards import guarded
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.kdf import (
    Budget,
    Password,
    Pkcs12Derivation,
    derivation_of,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.tlv import (
    SEQUENCE,
    Element,
    MalformedAsn1,
    dotted,
    expect,
    integer,
    member,
    members,
    octets,
    present,
)

_KEY, _IV = 1, 2

_PBES2 = "1.2.840.113549.1.5.13"


class UnsupportedCipher(MalformedAsn1):
    """The encryption is one that nothing here can undo; the message is its name."""


class WrongPassword(MalformedAsn1):
    """What was decrypted makes no sense."""


@dataclass(frozen=True, slots=True)
class Cipher:
    """A way to encrypt with a password. O(decrypt) is V(None) where this collection leaves it to the library."""

    name: str
    iterations: int | None
    pbes2: bool = False
    weak: bool = False
    decrypt: Callable[[bytes, Password, Budget], bytes] | None = field(default=None, repr=False)


def cipher_of(algorithm: Element) -> Cipher:
    """What an AlgorithmIdentifier of an encryption asks for. Unknown ones get a name too.

    :raises MalformedAsn1: where its parameters are broken.
    """
    parts = members(algorithm, "The encryption algorithm")
    oid = dotted(member(parts, 0), "The encryption algorithm")
    if oid == _PBES2:
        return _pbes2(expect(member(parts, 1), SEQUENCE, "The parameters of PBES2"))
    name, weak = _OLD_CIPHERS.get(oid, (f"the unknown encryption {oid}", False))
    if oid not in _OLD_CIPHERS:
        return Cipher(name, None)
    salt, rounds = _salt_and_rounds(member(parts, 1))
    size = _TRIPLE_DES.get(oid)
    decrypt = None if size is None else _triple_des(salt, rounds, size)
    return Cipher(name, rounds, weak=weak, decrypt=decrypt)


# RFC 7292, appendix C, and RFC 8018, appendix A.3: name, and whether the cipher itself is weak.
_OLD_CIPHERS = {
    "1.2.840.113549.1.12.1.1": ("RC4-128", True),
    "1.2.840.113549.1.12.1.2": ("RC4-40", True),
    "1.2.840.113549.1.12.1.3": ("3DES", False),
    "1.2.840.113549.1.12.1.4": ("3DES with two keys", True),
    "1.2.840.113549.1.12.1.5": ("RC2-128", True),
    "1.2.840.113549.1.12.1.6": ("RC2-40", True),
    "1.2.840.113549.1.5.1": ("DES with MD2", True),
    "1.2.840.113549.1.5.3": ("DES with MD5", True),
    "1.2.840.113549.1.5.4": ("RC2-64 with MD2", True),
    "1.2.840.113549.1.5.6": ("RC2-64 with MD5", True),
    "1.2.840.113549.1.5.10": ("DES with SHA-1", True),
    "1.2.840.113549.1.5.11": ("RC2-64 with SHA-1", True),
}
_TRIPLE_DES = {"1.2.840.113549.1.12.1.3": 24, "1.2.840.113549.1.12.1.4": 16}


def _salt_and_rounds(parameters: Element | None) -> tuple[bytes, int]:
    what = "The parameters of the encryption"
    parts = members(expect(parameters, SEQUENCE, what), what)
    salt = octets(present(member(parts, 0), "The salt"))
    return salt, integer(member(parts, 1), "The number of rounds")


def _triple_des(salt: bytes, rounds: int, size: int) -> Callable[[bytes, Password, Budget], bytes]:
    def decrypt(data: bytes, password: Password, budget: Budget) -> bytes:
        # The key takes two blocks of SHA-1, the initialisation vector one.
        budget.spend(3 * rounds)
        derivation = Pkcs12Derivation("sha1", salt, rounds)
        return _decrypted("3des", derivation.derive(password, _KEY, size), derivation.derive(password, _IV, 8), data)

    return decrypt


# RFC 8018, appendix B.2, and NIST's AES: name, algorithm, key size in bytes.
_SCHEMES = {
    "2.16.840.1.101.3.4.1.2": ("AES-128-CBC", "aes", 16),
    "2.16.840.1.101.3.4.1.22": ("AES-192-CBC", "aes", 24),
    "2.16.840.1.101.3.4.1.42": ("AES-256-CBC", "aes", 32),
    "1.2.840.113549.3.7": ("3DES-CBC", "3des", 24),
}


def _pbes2(parameters: Element) -> Cipher:
    parts = members(parameters, "The parameters of PBES2")
    derive, derivation, rounds = derivation_of(member(parts, 0))
    scheme = members(expect(member(parts, 1), SEQUENCE, "The cipher of PBES2"), "The cipher of PBES2")
    oid = dotted(member(scheme, 0), "The cipher of PBES2")
    name, algorithm, size = _SCHEMES.get(oid, (f"the unknown cipher {oid}", None, 0))
    label = f"PBES2 with {name} and {derivation}"
    if algorithm is None or derive is None:
        return Cipher(label, rounds, pbes2=True)
    vector = octets(present(member(scheme, 1), "The initialisation vector"))

    def decrypt(data: bytes, password: Password, budget: Budget) -> bytes:
        return _decrypted(algorithm, derive(password, size, budget), vector, data)

    return Cipher(label, rounds, pbes2=True, decrypt=decrypt)


def _decrypted(algorithm: str, key: bytes, vector: bytes, data: bytes) -> bytes:
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
    from cryptography.hazmat.primitives.ciphers import Cipher as BlockCipher
    from cryptography.hazmat.primitives.ciphers import algorithms, modes

    with guarded("The encrypted content"):
        block = algorithms.AES(key) if algorithm == "aes" else TripleDES(key)
        decryptor = BlockCipher(block, modes.CBC(vector)).decryptor()
        padded = decryptor.update(data) + decryptor.finalize()
    count = padded[-1] if padded else 0
    if not 1 <= count <= len(vector) or padded[-count:] != bytes([count]) * count:
        raise WrongPassword("What was decrypted does not end as it should.")
    return padded[:-count]

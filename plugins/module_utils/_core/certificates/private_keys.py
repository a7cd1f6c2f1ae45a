# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Reading private keys only to learn which public key they belong to. Nothing of the private half is kept."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.guards import guarded
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.kdf import Budget, Password
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.keys import KeyFacts, key_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.pbe import (
    Cipher,
    UnsupportedCipher,
    WrongPassword,
    cipher_of,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.tlv import (
    SEQUENCE,
    Element,
    MalformedAsn1,
    definite,
    expect,
    member,
    members,
    octets,
)

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes


class BrokenKey(MalformedAsn1):
    """A private key that cannot be read, or whose numbers do not fit each other."""


def open_key(der: bytes) -> KeyFacts:
    """The public half of a private key that is not encrypted (PKCS#8, PKCS#1 or SEC 1, in DER).

    :raises BrokenKey: where it is none, or of a kind that the library does not know.
    """
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    try:
        with guarded("The private key"):
            # The library's own check takes 20 ms and has no bound; the arithmetic below takes none to speak of.
            return _public_half(load_der_private_key(der, None, unsafe_skip_rsa_key_validation=True))
    except MalformedAsn1 as problem:
        raise BrokenKey(str(problem)) from None


def open_legacy_pem(text: bytes, password: Password) -> KeyFacts:
    """The same for a PEM block in OpenSSL's old encrypted form, whose key derivation has one round.

    :raises WrongPassword: where the password does not fit; for this form that may mean a damaged block too.
    """
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        with guarded("The private key"):
            return _public_half(load_pem_private_key(text, password.utf8, unsafe_skip_rsa_key_validation=True))
    except BrokenKey:
        raise
    except MalformedAsn1 as problem:
        raise WrongPassword(str(problem)) from None


def open_encrypted_key(element: Element, password: Password, budget: Budget) -> KeyFacts:
    """The same for an EncryptedPrivateKeyInfo.

    :raises WrongPassword: where the password does not fit.
    :raises UnsupportedCipher: where nothing here can undo the encryption.
    :raises TooManyRounds: where it would take too long.
    """
    cipher, ciphertext = encrypted_key(element)
    if cipher.decrypt is None:
        return _open_by_library(element, cipher, password, budget)
    plain = cipher.decrypt(ciphertext, password, budget)
    if plain[:1] != bytes([SEQUENCE]):
        raise WrongPassword("What was decrypted is no private key.")
    return open_key(plain)


def encrypted_key(element: Element) -> tuple[Cipher, bytes]:
    """How an encrypted private key is encrypted, and its ciphertext.

    :raises MalformedAsn1: where it is none.
    """
    parts = members(element, "The encrypted private key")
    cipher = cipher_of(expect(member(parts, 0), SEQUENCE, "The encryption algorithm"))
    if len(parts) < 2:
        raise MalformedAsn1("The encrypted private key is missing.")
    return cipher, octets(parts[1])


def _open_by_library(element: Element, cipher: Cipher, password: Password, budget: Budget) -> KeyFacts:
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    budget.spend(3 * (cipher.iterations or 1))
    der = definite(element)
    try:
        with guarded("The private key"):
            key = load_der_private_key(der, password.utf8, unsafe_skip_rsa_key_validation=True)
    except MalformedAsn1:
        raise UnsupportedCipher(cipher.name) from None
    return _public_half(key)


def _public_half(key: PrivateKeyTypes) -> KeyFacts:
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    with guarded("The private key"):
        if isinstance(key, rsa.RSAPrivateKey) and not _fits_itself(key.private_numbers()):
            raise BrokenKey("The numbers of the RSA private key do not fit each other: the file is damaged.")
        return key_of(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def _fits_itself(numbers: rsa.RSAPrivateNumbers) -> bool:
    """Whether an RSA key can work, after RFC 8017, section 3.2. That the primes are prime is not tested."""
    public, p, q = numbers.public_numbers, numbers.p, numbers.q
    if min(p, q) < 3 or p * q != public.n or public.e * numbers.d % math.lcm(p - 1, q - 1) != 1:
        return False
    return (numbers.dmp1, numbers.dmq1, numbers.iqmp * q % p) == (numbers.d % (p - 1), numbers.d % (q - 1), 1)

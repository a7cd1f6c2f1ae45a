# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What is inside of a PKCS#12 file once its password is known: certificates in their order, keys, names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.artefacts import Problem, ProblemKind
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.guards import guarded
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.kdf import Budget, Password
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.keys import KeyFacts
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.pbe import (
    Cipher,
    UnsupportedCipher,
    WrongPassword,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.pfx_walk import (
    CERTIFICATE,
    PLAIN_KEY,
    SHROUDED_KEY,
    Bag,
    Content,
    Outline,
    bags_of,
    certificate_in,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.private_keys import (
    BrokenKey,
    encrypted_key,
    open_encrypted_key,
    open_key,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.tlv import MalformedAsn1, definite


@dataclass(frozen=True, slots=True)
class Contents:
    """What came out: certificates in DER, the public halves of the keys, every bag that was seen.

    O(problems) are those of single certificates and keys.
    """

    certificates: tuple[bytes, ...]
    keys: tuple[KeyFacts, ...]
    bags: tuple[Bag, ...] = field(repr=False)
    problems: tuple[Problem, ...] = ()
    key_count: int = 0


def contents_of(data: bytes, outline: Outline, password: Password, budget: Budget, *, verified: bool) -> Contents:
    """Open all parts of the file with a password.

    :param data: the whole file, for the library, which knows some old ciphers that nothing here does.
    :param verified: whether the MAC has already shown that the password is right.
    :raises WrongPassword: where a part does not open.
    :raises UnsupportedCipher: where nobody here can open a part.
    :raises TooManyRounds: where it would take too long.
    :raises MalformedAsn1: where a part is broken.
    """
    if any(content.cipher and content.cipher.decrypt is None for content in outline.contents):
        return _by_library(data, outline, password, budget)
    bags = tuple(bag for content in outline.contents for bag in _opened(content, password, budget))
    certificates, problems = _certificates(bags)
    proven = verified or any(content.cipher for content in outline.contents)
    reader = _KeyReader(password, budget, proven=proven)
    keys = tuple(key for bag in bags if (key := reader.read(bag)) is not None)
    return Contents(certificates, keys, bags, (*reader.problems, *problems), key_count=count_keys(bags))


def count_keys(bags: tuple[Bag, ...]) -> int:
    """How many of the bags hold a private key, open or encrypted."""
    return sum(bag.kind in (PLAIN_KEY, SHROUDED_KEY) for bag in bags)


def _opened(content: Content, password: Password, budget: Budget) -> tuple[Bag, ...]:
    if content.cipher is None or content.cipher.decrypt is None:
        return content.bags
    plain = content.cipher.decrypt(content.ciphertext, password, budget)
    try:
        return bags_of(plain)
    except MalformedAsn1:
        raise WrongPassword("What was decrypted is no list of certificates and keys.") from None


def _certificates(bags: tuple[Bag, ...]) -> tuple[tuple[bytes, ...], tuple[Problem, ...]]:
    found, problems = [], []
    for bag in bags:
        if bag.kind == CERTIFICATE:
            try:
                der = certificate_in(bag)
            except MalformedAsn1 as problem:
                problems.append(Problem(ProblemKind.BAD_CERTIFICATE, f"A certificate of the PFX file: {problem}"))
            else:
                found.append(der)
    return tuple(der for der in found if der is not None), tuple(problems)


class _KeyReader:
    """Reads one key after the other and keeps what went wrong: a key that fails must not hide the certificates.

    Where nothing but the key is encrypted (not O(proven)), a key that does not open means that the file does not.
    """

    def __init__(self, password: Password, budget: Budget, *, proven: bool) -> None:
        self.password = password
        self.budget = budget
        self.proven = proven
        self.problems: list[Problem] = []

    def read(self, bag: Bag) -> KeyFacts | None:
        if bag.kind not in (PLAIN_KEY, SHROUDED_KEY):
            return None
        try:
            if bag.kind == PLAIN_KEY:
                return open_key(definite(bag.value))
            return open_encrypted_key(bag.value, self.password, self.budget)
        except UnsupportedCipher as problem:
            self._note(ProblemKind.UNSUPPORTED_CIPHER, f"The private key is encrypted with {problem}.")
        except WrongPassword:
            if not self.proven:
                raise
            text = (
                "The password opens the PFX file but not the private key in it: the file was made with two passwords."
            )
            self._note(ProblemKind.NOT_OPENED, text)
        except BrokenKey as problem:
            self._note(ProblemKind.BAD_KEY, str(problem))
        return None

    def _note(self, kind: ProblemKind, observed: str) -> None:
        self.problems.append(Problem(kind, observed))


def _by_library(data: bytes, outline: Outline, password: Password, budget: Budget) -> Contents:
    """What the library makes of the file. It shows one key and the certificates in an order of its own."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, pkcs12

    from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.keys import key_of

    bags = tuple(bag for content in outline.contents for bag in content.bags)
    ciphers = tuple(_ciphers(outline, bags))
    for cipher in ciphers:
        budget.spend(3 * (cipher.iterations or 1))
    try:
        with guarded("The PFX file"):
            loaded = pkcs12.load_pkcs12(data, None if password.text is None else password.utf8)
            key = loaded.key
            spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) if key else None
            found = [loaded.cert, *loaded.additional_certs]
            certificates = tuple(one.certificate.public_bytes(Encoding.DER) for one in found if one)
    except MalformedAsn1:
        names = dict.fromkeys(cipher.name for cipher in ciphers if cipher.decrypt is None)
        raise UnsupportedCipher(" and ".join(names)) from None
    keys = (key_of(spki),) if spki else ()
    return Contents(certificates, keys, bags, key_count=max(count_keys(bags), len(keys)))


def _ciphers(outline: Outline, bags: tuple[Bag, ...]) -> Iterator[Cipher]:
    yield from (content.cipher for content in outline.contents if content.cipher)
    yield from (encrypted_key(bag.value)[0] for bag in bags if bag.kind == SHROUDED_KEY)

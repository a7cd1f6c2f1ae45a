# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Keys from passwords, as PKCS#12, PKCS#5 and scrypt make them, in bounded time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.guards import guarded
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

# A round costs about half a microsecond: a file that uses it all up still ends within seconds.
MAX_ROUNDS = 5_000_000
MAX_SCRYPT_MEMORY = 64 * 1024 * 1024

_PBKDF2 = "1.2.840.113549.1.5.12"
_SCRYPT = "1.3.6.1.4.1.11591.4.11"

HASH_FUNCTIONS: dict[str, Callable[..., hashlib._Hash]] = {
    "md5": hashlib.md5,
    "sha1": hashlib.sha1,
    "sha224": hashlib.sha224,
    "sha256": hashlib.sha256,
    "sha384": hashlib.sha384,
    "sha512": hashlib.sha512,
}

PRF_HASHES = {
    "1.2.840.113549.2.7": "sha1",
    "1.2.840.113549.2.8": "sha224",
    "1.2.840.113549.2.9": "sha256",
    "1.2.840.113549.2.10": "sha384",
    "1.2.840.113549.2.11": "sha512",
}


class TooManyRounds(MalformedAsn1):
    """The file asks for more key derivation than anybody should be made to wait for."""


@dataclass(frozen=True, slots=True)
class Password:
    """A password as PKCS#12 sees it. V(None) is no password, which is not the same as one of no characters."""

    text: str | None = field(repr=False)

    @classmethod
    def of(cls, given: bytes | str | None) -> Password:
        """A password as it was declared; bytes are UTF-8, or else one character each."""
        if not isinstance(given, bytes):
            return cls(given)
        try:
            return cls(given.decode("utf-8"))
        except UnicodeDecodeError:
            return cls(given.decode("latin-1"))

    @property
    def bmp(self) -> bytes:
        """For the key derivation of PKCS#12: UTF-16 with a final zero, or nothing at all."""
        return b"" if self.text is None else (self.text + "\0").encode("utf-16-be", "surrogatepass")

    @property
    def utf8(self) -> bytes:
        """For PBKDF2 and scrypt."""
        return (self.text or "").encode("utf-8", "surrogatepass")


class Budget:
    """How many rounds of key derivation a file may still ask for."""

    def __init__(self, rounds: int = MAX_ROUNDS) -> None:
        self.left = rounds

    def spend(self, rounds: int) -> None:
        """Take rounds from the budget.

        :raises TooManyRounds: where there are not enough left, or the number makes no sense.
        """
        if rounds < 1:
            raise MalformedAsn1(f"The file asks for {rounds} rounds of key derivation.")
        if rounds > self.left:
            raise TooManyRounds(
                f"The file asks for {rounds:,} rounds of key derivation where {self.left:,} are left of {MAX_ROUNDS:,}."
            )
        self.left -= rounds


Derivation = Callable[[Password, int, Budget], bytes]


@dataclass(frozen=True, slots=True)
class Pkcs12Derivation:
    """The key derivation of RFC 7292, appendix B.2, with the file's hash, salt and rounds."""

    hash: str
    salt: bytes
    rounds: int

    def derive(self, password: Password, purpose: int, size: int) -> bytes:
        """O(size) bytes for one of three purposes: 1 key, 2 initialisation vector, 3 MAC."""
        function = partial(HASH_FUNCTIONS[self.hash], usedforsecurity=False)
        width = function().block_size
        state = _filled(self.salt, width) + _filled(password.bmp, width)
        derived = b""
        while True:
            block = bytes([purpose]) * width + state
            for _round in range(self.rounds):
                block = function(block).digest()
            derived += block
            if len(derived) >= size:
                return derived[:size]
            state = _advanced(state, int.from_bytes(_filled(block, width), "big") + 1, width)


def _filled(data: bytes, width: int) -> bytes:
    """O(data) repeated until it fills whole blocks."""
    size = -(-len(data) // width) * width
    return (data * (size // len(data) + 1))[:size] if data else b""


def _advanced(state: bytes, addend: int, width: int) -> bytes:
    limit = 1 << 8 * width
    blocks = (int.from_bytes(state[at : at + width], "big") for at in range(0, len(state), width))
    return b"".join(((block + addend) % limit).to_bytes(width, "big") for block in blocks)


def derivation_of(element: Element | None) -> tuple[Derivation | None, str, int | None]:
    """A key derivation function, what to call it, and its rounds."""
    parts = members(expect(element, SEQUENCE, "The key derivation"), "The key derivation")
    oid = dotted(member(parts, 0), "The key derivation")
    if oid == _PBKDF2:
        return _pbkdf2(members(expect(member(parts, 1), SEQUENCE, "PBKDF2"), "The parameters of PBKDF2"))
    if oid == _SCRYPT:
        return _scrypt(members(expect(member(parts, 1), SEQUENCE, "scrypt"), "The parameters of scrypt"))
    return None, f"the unknown key derivation {oid}", None


def _pbkdf2(parts: list[Element]) -> tuple[Derivation | None, str, int | None]:
    salt = octets(present(member(parts, 0), "The salt of PBKDF2"))
    rounds = integer(member(parts, 1), "The rounds of PBKDF2")
    chosen = next((part for part in parts[2:] if part.tag == SEQUENCE), None)
    oid = dotted(member(members(chosen, "The hash of PBKDF2"), 0), "The hash of PBKDF2") if chosen else None
    digest = "sha1" if oid is None else PRF_HASHES.get(oid)
    if digest is None:
        return None, f"PBKDF2 with the unknown function {oid}", rounds

    def derive(password: Password, size: int, budget: Budget) -> bytes:
        blocks = -(-size // hashlib.new(digest, usedforsecurity=False).digest_size)
        budget.spend(rounds * blocks)
        with guarded("The key"):
            return hashlib.pbkdf2_hmac(digest, password.utf8, salt, rounds, size)

    return derive, f"PBKDF2-{digest.upper()}", rounds


def _scrypt(parts: list[Element]) -> tuple[Derivation | None, str, int | None]:
    salt = octets(present(member(parts, 0), "The salt of scrypt"))
    cost, block, parallel = (integer(member(parts, at), "A parameter of scrypt") for at in (1, 2, 3))

    def derive(password: Password, size: int, budget: Budget) -> bytes:
        budget.spend(cost * block * parallel)
        if 128 * cost * block > MAX_SCRYPT_MEMORY:
            raise TooManyRounds(f"The file asks scrypt for {128 * cost * block:,} bytes of memory.")
        with guarded("The key"):
            return hashlib.scrypt(
                password.utf8, salt=salt, n=cost, r=block, p=parallel, maxmem=2 * MAX_SCRYPT_MEMORY, dklen=size
            )

    return derive, "scrypt", None

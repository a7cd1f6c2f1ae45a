# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The integrity check of a PKCS#12 file: which one it is, and whether a password fits it."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.kdf import (
    HASH_FUNCTIONS,
    PRF_HASHES,
    Budget,
    Derivation,
    Password,
    Pkcs12Derivation,
    derivation_of,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.signatures import HASHES
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.tlv import (
    INTEGER,
    SEQUENCE,
    Element,
    dotted,
    expect,
    integer,
    member,
    members,
    octets,
    present,
)

_MAC = 3

_PBMAC1 = "1.2.840.113549.1.5.14"


@dataclass(frozen=True, slots=True)
class Mac:
    """The integrity check of a PFX. O(hash) is V(None) for one that is not known; then nothing can be verified."""

    name: str
    hash: str | None
    iterations: int | None
    digest: bytes = field(default=b"", repr=False)
    derive: Derivation | None = field(default=None, repr=False)
    pbmac1: bool = False

    def fits(self, content: bytes, password: Password, budget: Budget) -> bool | None:
        """Whether the content was protected with this password; V(None) where the algorithm is not known.

        :raises TooManyRounds: where that would take too long.
        """
        if self.hash is None or self.derive is None:
            return None
        key = self.derive(password, hashlib.new(self.hash, usedforsecurity=False).digest_size, budget)
        return hmac.compare_digest(hmac.digest(key, content, self.hash), self.digest)


def mac_of(element: Element) -> Mac:
    """What the MacData of a PFX asks for (RFC 7292, section 4; RFC 9579 for PBMAC1).

    :raises MalformedAsn1: where it is broken.
    """
    parts = members(element, "The MAC")
    info = members(expect(member(parts, 0), SEQUENCE, "The MAC's digest"), "The MAC's digest")
    algorithm = members(expect(member(info, 0), SEQUENCE, "The MAC's algorithm"), "The MAC's algorithm")
    digest = octets(present(member(info, 1), "The MAC's value"))
    oid = dotted(member(algorithm, 0), "The MAC's algorithm")
    if oid == _PBMAC1:
        return _pbmac1(members(expect(member(algorithm, 1), SEQUENCE, "PBMAC1"), "The parameters of PBMAC1"), digest)
    name = HASHES.get(oid)
    salt = octets(present(member(parts, 1), "The MAC's salt"))
    count = member(parts, 2)
    rounds = integer(count, "The MAC's rounds") if count and count.tag == INTEGER else 1
    if name not in HASH_FUNCTIONS:
        return Mac(f"the unknown MAC {oid}", None, rounds)
    return Mac(f"HMAC-{name.upper()}", name, rounds, digest, _mac_key(Pkcs12Derivation(name, salt, rounds)))


def _mac_key(derivation: Pkcs12Derivation) -> Derivation:
    def derive(password: Password, size: int, budget: Budget) -> bytes:
        budget.spend(derivation.rounds)
        return derivation.derive(password, _MAC, size)

    return derive


def _pbmac1(parts: list[Element], digest: bytes) -> Mac:
    derive, derivation, rounds = derivation_of(member(parts, 0))
    scheme = expect(member(parts, 1), SEQUENCE, "The MAC of PBMAC1")
    oid = dotted(member(members(scheme, "The MAC of PBMAC1"), 0), "The MAC of PBMAC1")
    name = PRF_HASHES.get(oid)
    return Mac(f"PBMAC1 with {name or oid} and {derivation}", name, rounds, digest, derive, pbmac1=True)

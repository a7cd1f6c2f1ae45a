# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What came out of a file: certificates, the public halves of its keys, and what is wrong with the file itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.facts import CertificateFacts
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.keys import KeyFacts
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.pfx_facts import PfxFacts


class Container(StrEnum):
    """What kind of file it is. V(unknown) is anything that holds no certificate."""

    PFX = "pfx"
    PEM = "pem"
    DER = "der"
    PKCS7 = "pkcs7"
    UNKNOWN = "unknown"


class ProblemKind(StrEnum):
    """What can be wrong with a file, in the order in which it comes to light."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    UTF16 = "utf16"
    NOT_A_CERTIFICATE = "not_a_certificate"  # something else altogether; the text says what
    NOT_A_PFX = "not_a_pfx"  # a good certificate file, but no PKCS#12 although its name says so
    TRUNCATED = "truncated"
    MALFORMED = "malformed"
    SEALED_TO_PRINCIPAL = "sealed_to_principal"
    PUBLIC_KEY_PROTECTED = "public_key_protected"
    TOO_MANY_ROUNDS = "too_many_rounds"
    LOCKED = "locked"  # a password is needed and none was given
    NOT_OPENED = "not_opened"  # the password does not fit
    UNSUPPORTED_CIPHER = "unsupported_cipher"
    BAD_CERTIFICATE = "bad_certificate"  # one of the certificates in the file
    NO_CERTIFICATE = "no_certificate"  # a key alone, for example
    NO_KEY = "no_key"
    TWO_KEYS = "two_keys"
    BAD_KEY = "bad_key"  # a private key that cannot be read, or whose numbers do not fit each other
    KEY_MISMATCH = "key_mismatch"  # the key belongs to none of the certificates


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a file, in whole sentences; V(None) leaves the rest to the rule."""

    kind: ProblemKind
    observed: str
    expected: str | None = None
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class LoadedArtefact:
    """A file that was read. Private keys are not kept: O(keys) are their public halves.

    O(certificates) stand in the order of the file, the chain files after them. O(leaf_index) is the certificate to
    judge: the one that the key belongs to, else the only one that is no CA, else the first; V(None) if there is none.
    O(pfx) is V(None) unless the file is a PFX. O(expects_pfx) is whether it is one or its name says so. O(problems)
    are what is wrong with the file, in the order in which they came to light.
    """

    container: Container
    certificates: tuple[CertificateFacts, ...] = ()
    keys: tuple[KeyFacts, ...] = ()
    leaf_index: int | None = None
    pfx: PfxFacts | None = None
    problems: tuple[Problem, ...] = ()
    expects_pfx: bool = False

    @property
    def leaf(self) -> CertificateFacts | None:
        """The certificate to judge."""
        return None if self.leaf_index is None else self.certificates[self.leaf_index]

    @property
    def others(self) -> tuple[CertificateFacts, ...]:
        """The certificates that came along with the leaf."""
        return tuple(one for index, one in enumerate(self.certificates) if index != self.leaf_index)

    def problem(self, *kinds: ProblemKind) -> Problem | None:
        """The first problem of one of these kinds."""
        return next((problem for problem in self.problems if problem.kind in kinds), None)

    @property
    def key_matches(self) -> bool | None:
        """Whether a private key came along that belongs to the leaf; V(None) where no key was read."""
        leaf = self.leaf
        if not self.keys or leaf is None or leaf.key is None:
            return None
        return any(leaf.key.matches(key) for key in self.keys)

    def as_dict(self) -> dict[str, Any]:
        """The file as modules return it, without its certificates."""
        return {
            "container": str(self.container),
            "certificate_count": len(self.certificates),
            "key_matches": self.key_matches,
            "pfx": self.pfx.as_dict() if self.pfx else None,
        }

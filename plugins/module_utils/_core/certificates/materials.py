# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What the judgement knows: about the world, and about all the certificates that one call judges."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.engine import (
    Member,
    Population,
    Purpose,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.rules_name import client_identity
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.sources import Material
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import Issuer

if TYPE_CHECKING:
    from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.caa import CaaAnswer
    from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.facts import CertificateFacts
    from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.revocation import CrlAnswer
    from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.windows_trust import WindowsRoots

SERVER_PURPOSES = {Issuer.PUBLIC: Purpose.SERVER_PUBLIC, Issuer.ENTERPRISE: Purpose.SERVER_ENTERPRISE}


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known about the world. V(None) is what is not at hand; O(absent) says why, by the name of the field.

    O(issuers_of) gives the certificates of the listed public roots that stand above other certificates by name; the
    rest is explained at C(Evidence).
    """

    windows_roots: WindowsRoots | None = None
    issuers_of: Callable[[Iterable[CertificateFacts]], tuple[CertificateFacts, ...]] | None = None
    public_suffix: Callable[[str], str | None] | None = None
    decode_label: Callable[[str], str] | None = None
    weak_key: Callable[[bytes], str | None] | None = None
    caa: Mapping[str, CaaAnswer] | None = None
    crls: Sequence[CrlAnswer] | None = None
    absent: Mapping[str, str] = field(default_factory=dict)


def population_of(materials: Iterable[Material]) -> Population:
    """Every certificate that one call judges, by key and by identity."""
    by_key: dict[bytes, list[Member]] = defaultdict(list)
    by_identity: dict[str, list[Member]] = defaultdict(list)
    for member in _members(materials):
        if member.facts.key is not None:
            by_key[member.facts.key.spki].append(member)
        identity = client_identity(member.facts) if member.purpose is Purpose.CLIENT else None
        if identity is not None:
            by_identity[identity.lower()].append(member)
    return Population(by_key, by_identity)


def _members(materials: Iterable[Material]) -> Iterable[Member]:
    for material in materials:
        label, server = material.gateway.label, SERVER_PURPOSES[material.gateway.issuer]
        leaves = [(server, material.server), (Purpose.MANAGEMENT_POINT, material.management_point)]
        leaves += [(Purpose.CLIENT, source) for source in material.clients]
        for purpose, source in leaves:
            if source is not None and source.leaf is not None:
                yield Member(label, source.subject, purpose, source.leaf, source.loaded)
        yield from chain_members(material)


def chain_members(material: Material) -> Iterable[Member]:
    """The certificates of the trust chain of a gateway, with the file that each one came in."""
    for source in material.trust_chain:
        many = len(source.certificates) > 1
        for one in source.certificates:
            subject = f"{source.subject} ({one.label})" if many else source.subject
            yield Member(material.gateway.label, subject, Purpose.TRUST_CHAIN, one, source.loaded)

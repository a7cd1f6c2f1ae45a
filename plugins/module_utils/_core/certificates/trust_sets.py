# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Choosing the CA certificates that a gateway needs to know its clients, and naming the files that they go to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.links import is_self_signed
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.path_results import (
    Break,
    Chain,
    Problem,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.paths import build_path
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import CmgError
from ansible_collections.configmgr.cmg.plugins.module_utils._core.name_reading import listed

if TYPE_CHECKING:
    from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.facts import CertificateFacts

_GAPS = (Break.SELF_SIGNED, Break.MISSING_ISSUER, Break.BAD_SIGNATURE, Break.UNTRUSTED_ROOT, Break.TOO_COMPLEX)
_LONGEST_SLUG = 40
# What this collection has named itself, and may therefore remove.
OWN_NAME = re.compile(r"\d{2}-(root|intermediate)-[a-z0-9-]+-[0-9A-F]{8}\.cer")


class IncompleteChain(CmgError):
    """A CA certificate between a certificate and its root is not among the given ones."""


class Kind(StrEnum):
    """What Configuration Manager has to be told about a CA certificate."""

    ROOT = "root"
    INTERMEDIATE = "intermediate"


@dataclass(frozen=True, slots=True)
class Authority:
    """A CA certificate of the set. O(tier) is 1 for a root, and for others one more than that of their issuer."""

    facts: CertificateFacts
    tier: int

    @property
    def kind(self) -> Kind:
        return Kind.ROOT if self.tier == 1 else Kind.INTERMEDIATE

    @property
    def file_name(self) -> str:
        """A name that sorts by tier, reads like the CA and differs for every certificate."""
        words = re.sub(r"[^a-z0-9]+", "-", self.facts.label.lower())[:_LONGEST_SLUG].strip("-") or "ca"
        return f"{self.tier:02}-{self.kind}-{words}-{self.facts.thumbprint_sha1[:8]}.cer"

    def as_dict(self) -> dict[str, Any]:
        """The certificate as the module returns it. Thumbprints are in upper case, as the cmdlets want them."""
        facts = self.facts
        return {
            "kind": str(self.kind),
            "subject": facts.subject.text if facts.subject else None,
            "issuer": facts.issuer.text if facts.issuer else None,
            "thumbprint": facts.thumbprint_sha1,
            "thumbprint_sha256": facts.thumbprint_sha256,
            "not_before": facts.not_before.isoformat() if facts.not_before else None,
            "not_after": facts.not_after.isoformat() if facts.not_after else None,
        }


@dataclass(frozen=True, slots=True)
class TrustSet:
    """The CA certificates to upload, roots first, what was given and is not needed, and what should be known of it."""

    authorities: tuple[Authority, ...]
    unused: tuple[CertificateFacts, ...]
    warnings: tuple[str, ...]


def choose_authorities(
    candidates: Sequence[CertificateFacts], clients: Sequence[CertificateFacts], now: datetime
) -> TrustSet:
    """The CA certificates between the client certificates and their roots, or all that were given without clients.

    :param candidates: certificates in any order, with duplicates and with certificates that have nothing to do with it.
    :raises IncompleteChain: where a link is missing; it names the missing issuer and where it is published.
    """
    pool = list({one.thumbprint_sha256: one for one in (*candidates, *clients)}.values())
    roots = [one for one in pool if one.is_ca and is_self_signed(one)]
    leaves = list(clients) or [one for one in pool if one.is_ca and one not in roots]
    chains = [_chain(leaf, pool, roots, now) for leaf in leaves]
    tiers = _tiers(chains, [] if clients else roots, of_clients=bool(clients))
    authorities = [Authority(certificate, tier) for certificate, tier in tiers.items()]
    if not authorities:
        raise IncompleteChain(
            f"There is no CA certificate among the {len(pool)} given certificates. Give those of the CAs that have "
            "issued the client certificates, up to the root."
        )
    unused = [one for one in pool if one not in tiers and one not in clients]
    return TrustSet(tuple(sorted(authorities, key=_order)), tuple(unused), tuple(_warnings(chains)))


def _order(authority: Authority) -> tuple[int, str]:
    return authority.tier, authority.file_name


def _chain(
    leaf: CertificateFacts, pool: Sequence[CertificateFacts], roots: Sequence[CertificateFacts], now: datetime
) -> Chain:
    """The best chain of a certificate; its links have to be there, whatever else is wrong with it."""
    path = build_path(leaf, pool, roots, now=now, eku=None)
    gap = next(iter(path.problems(*_GAPS)), None)
    if gap is not None:
        raise IncompleteChain(_gap_in_words(leaf, gap))
    return path.best


def _gap_in_words(leaf: CertificateFacts, gap: Problem) -> str:
    if gap.kind is Break.SELF_SIGNED:
        return (
            f"The certificate '{leaf.label}' is self-signed. No CA has issued it, so that there is no chain to write."
        )
    below = "" if gap.certificate == leaf else f" It is needed for '{leaf.label}'."
    if gap.kind is not Break.MISSING_ISSUER:
        return f"The chain of '{leaf.label}' is broken. {gap.detail} Give the CA certificates that belong to it."
    key = f" Its key identifier is {gap.authority_key_identifier}." if gap.authority_key_identifier else ""
    where = listed(gap.ca_issuers, "or") if gap.ca_issuers else None
    way = f"It is published at {where}" if where else f"'{gap.certificate.label}' does not say where it is published"
    return f"{gap.detail}{below}{key} {way}; add it to the candidates."


def _tiers(
    chains: Iterable[Chain], roots: Iterable[CertificateFacts], *, of_clients: bool
) -> dict[CertificateFacts, int]:
    """Every CA certificate of the chains with its distance from the root, counted from 1."""
    tiers = dict.fromkeys(roots, 1)
    for chain in chains:
        certificates = chain.certificates[1:] if of_clients else chain.certificates
        for tier, certificate in enumerate(reversed(certificates), start=1):
            tiers[certificate] = min(tier, tiers.get(certificate, tier))
    return tiers


def _warnings(chains: Iterable[Chain]) -> list[str]:
    """What is wrong with the chains apart from missing links, each thing once."""
    return list(dict.fromkeys(problem.detail for chain in chains for problem in chain.problems))

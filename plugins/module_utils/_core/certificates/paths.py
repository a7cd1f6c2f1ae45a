# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Building chains from a leaf to trusted roots, in bounded time, with a diagnosis where that fails.

Own search finds every chain and says why one breaks; the cryptography library's verifier has the last word on a chain
in which nothing wrong was found. A chain is trusted only if both agree.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.chain_checks import Demand, problems_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.links import (
    Link,
    is_self_signed,
    link,
    objection,
    refusal,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.names_match import name_verdict
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.path_results import (
    UNDETERMINED,
    Break,
    Chain,
    Deviation,
    NameSource,
    NameVerdict,
    PathResult,
    Problem,
    Profile,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.web_profile import (
    PublicSuffix,
    deviations_of,
)

if TYPE_CHECKING:
    from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.facts import CertificateFacts

__all__ = [
    "UNDETERMINED",
    "Break",
    "Budget",
    "Chain",
    "Deviation",
    "NameSource",
    "NameVerdict",
    "PathResult",
    "Problem",
    "Profile",
    "build_path",
]


@dataclass(frozen=True, slots=True)
class Budget:
    """How much a search may cost: intermediates between leaf and root, signatures to check, chains to look at."""

    intermediates: int = 8
    signatures: int = 256
    chains: int = 24


DEFAULT_BUDGET = Budget()
_DEEPEST = 16  # certificates, whatever the budget says: those that a CA issues to itself do not count against it
_SEVERITY = {kind: position for position, kind in enumerate(Break)}


def build_path(
    leaf: CertificateFacts,
    intermediates: Iterable[CertificateFacts],
    roots: Iterable[CertificateFacts],
    *,
    now: datetime,
    eku: str | None,
    names: Iterable[str] = (),
    profile: Profile = Profile.NEUTRAL,
    public_suffix: PublicSuffix | None = None,
    budget: Budget = DEFAULT_BUDGET,
) -> PathResult:
    """Find every chain from the leaf to one of the trusted roots and say what is wrong with the best one.

    :param intermediates: what may stand between; the order does not matter, strays and roots among them are ignored.
    :param roots: the trusted roots. A certificate among them that is not self-signed is no anchor.
    :param now: the moment at which the chain has to hold, aware.
    :param eku: the purpose as a dotted object identifier that every certificate must allow, or V(None) for any.
    :param names: DNS names or IP addresses that the leaf must be good for; each gets a verdict of its own.
    :param profile: V(Profile.WEB) also tells what strict clients would hold against a trusted chain.
    :param public_suffix: gives the public suffix of a DNS name, for that profile.
    :param budget: what the search may cost. When it is spent, C(exhausted) of the result says so.
    """
    search = _Search((*intermediates, *roots), roots, budget, now)
    demand = Demand(now, eku)
    chains = [_judged(chain, demand, budget) for chain in search.chains(leaf)]
    if search.exhausted and not any(chain.trusted for chain in chains):
        chains = [_too_complex(chain) for chain in chains]
    if len(chains) > 1:
        chains.sort(key=_rank)
    verdicts = tuple(name_verdict(leaf, name) for name in names)
    strict = profile is Profile.WEB and chains[0].trusted
    deviations = deviations_of(chains[0].certificates, verdicts, public_suffix) if strict else ()
    return PathResult(leaf, tuple(chains), verdicts, search.exhausted, deviations)


def _judged(chain: Chain, demand: Demand, budget: Budget) -> Chain:
    """The chain with everything that is wrong with it, and if that is nothing, what the verifier thinks of it."""
    problems = sorted(
        (*chain.problems, *problems_of(chain.certificates, demand)), key=lambda problem: _SEVERITY[problem.kind]
    )
    if chain.anchored and not problems:
        problems = list(_refused(chain, demand, budget))
    return replace(chain, problems=tuple(problems)) if problems else chain


def _refused(chain: Chain, demand: Demand, budget: Budget) -> Iterator[Problem]:
    """The verifier's objection, unless it is the one that it has to certificates which a CA issues to itself."""
    words = objection(chain.certificates, demand.now, budget.intermediates)
    if words is None:
        return
    segments = list(_segments(chain.certificates))
    if len(segments) == 1 or any(objection(one, demand.now, budget.intermediates) for one in segments):
        detail = f"The verifier refuses the chain for a reason that is not understood here: {words}"
        yield Problem(Break.REFUSED, chain.certificates[0], 0, detail)


def _segments(certificates: tuple[CertificateFacts, ...]) -> Iterator[tuple[CertificateFacts, ...]]:
    """The chain in pieces that the verifier understands, cut at certificates that a CA has issued to itself.

    It counts those when it checks path lengths, although RFC 5280 leaves them out. Each of them ends one piece and
    begins the next; path lengths and name constraints of the whole chain have been checked here before.
    """
    start = 0
    for position in range(1, len(certificates)):
        if certificates[position].self_issued or position == len(certificates) - 1:
            yield certificates[start : position + 1]
            start = position


def _too_complex(chain: Chain) -> Chain:
    detail = "So many certificates have the same names that not all chains could be looked at."
    problem = Problem(Break.TOO_COMPLEX, chain.certificates[0], 0, detail)
    return replace(chain, problems=(*chain.problems, problem))


def _rank(chain: Chain) -> tuple[int, ...]:
    """The chain that a person wants to hear of comes first: it is trusted, or lacks least."""
    worst = min((_SEVERITY[problem.kind] for problem in chain.problems), default=len(Break))
    return (not chain.trusted, not chain.anchored, not chain.undetermined, -worst, -len(chain.certificates))


class _Search:
    """One search, depth first, through the certificates whose names and signatures fit."""

    def __init__(
        self, pool: Sequence[CertificateFacts], roots: Iterable[CertificateFacts], budget: Budget, now: datetime
    ) -> None:
        self._by_subject: dict[bytes, list[CertificateFacts]] = defaultdict(list)
        for certificate in {one.thumbprint_sha256: one for one in pool}.values():
            if certificate.subject is not None:
                self._by_subject[certificate.subject.der].append(certificate)
        self._roots = {root.der for root in roots}
        self._budget = budget
        self._now = now
        self._signatures = budget.signatures
        self.exhausted = False

    def chains(self, leaf: CertificateFacts) -> list[Chain]:
        """Every chain from the leaf, complete or not, until the budget is spent."""
        found: list[Chain] = []
        for chain in self._from((leaf,)):
            found.append(chain)
            if len(found) >= self._budget.chains:
                self.exhausted = True
                break
        return found

    def _from(self, certificates: tuple[CertificateFacts, ...]) -> Iterator[Chain]:
        top = certificates[-1]
        ending = self._ending(certificates)
        if ending is not None:
            yield ending
            return
        signers, strangers = self._issuers(certificates)
        for issuer in signers:
            yield from self._from((*certificates, issuer))
        if not signers:
            yield Chain(certificates, anchored=False, problems=(self._broken(top, len(certificates) - 1, strangers),))

    def _broken(self, top: CertificateFacts, position: int, strangers: Sequence[CertificateFacts]) -> Problem:
        """Why nothing stands above the topmost certificate."""
        if self.exhausted:
            return Problem(Break.TOO_COMPLEX, top, position, "The search for more issuers was given up.")
        if not strangers and top.issuer is not None and top.issuer.der in self._by_subject:
            detail = f"Above '{top.label}' CAs have only issued each other; no root stands above them."
            return Problem(Break.UNTRUSTED_ROOT, top, position, detail)
        return _missing(top, position, strangers, self._spelled_otherwise(top))

    def _spelled_otherwise(self, top: CertificateFacts) -> CertificateFacts | None:
        """A certificate that has the issuer's name but for capitals, blanks or the type of a string.

        Windows, like the verifier here, compares names byte for byte.
        """
        wanted = _folded(top.issuer.text) if top.issuer else None
        pool = (one for same in self._by_subject.values() for one in same)
        return next((one for one in pool if one.subject and _folded(one.subject.text) == wanted), None)

    def _ending(self, certificates: tuple[CertificateFacts, ...]) -> Chain | None:
        """The chain if it goes no further: at a root, at a self-signed leaf, or at the deepest level."""
        top, position = certificates[-1], len(certificates) - 1
        if top.self_issued and is_self_signed(top):
            anchored = position > 0 and top.der in self._roots
            return Chain(certificates, anchored, () if anchored else (_self_signed(top, position),))
        if sum(not one.self_issued for one in certificates[1:]) > self._budget.intermediates or position > _DEEPEST:
            detail = f"The chain is longer than {self._budget.intermediates} intermediate certificates."
            return Chain(certificates, anchored=False, problems=(Problem(Break.TOO_COMPLEX, top, position, detail),))
        return None

    def _issuers(
        self, certificates: tuple[CertificateFacts, ...]
    ) -> tuple[list[CertificateFacts], list[CertificateFacts]]:
        """Those that have signed the topmost certificate, likeliest first, and those that only have the right name."""
        top = certificates[-1]
        named = self._by_subject.get(top.issuer.der, []) if top.issuer else []
        signers: list[CertificateFacts] = []
        strangers: list[CertificateFacts] = []
        for candidate in sorted(named, key=_likelihood(top, self._roots)) if len(named) > 1 else named:
            if any(_same_authority(candidate, one) for one in certificates):
                continue
            (signers if self._signed(top, candidate) else strangers).append(candidate)
        return signers, strangers

    def _signed(self, certificate: CertificateFacts, issuer: CertificateFacts) -> bool:
        """Whether the signature fits. One that cannot be computed is taken on trust; a check of the chain names it."""
        if self._signatures <= 0:
            self.exhausted = True
            return False
        self._signatures -= 1
        # The verifier is asked about every good chain anyway; what it accepts needs no second look at the signature.
        if refusal(certificate, issuer, self._now, self._budget.intermediates) is None:
            return True
        state = link(certificate.der, issuer.der)
        return state is Link.SIGNED or (state is Link.UNSUPPORTED and _keys_agree(certificate, issuer))


def _likelihood(child: CertificateFacts, roots: set[bytes]) -> Callable[[CertificateFacts], tuple[bool, bool, float]]:
    """A sort key: the right key identifier first, then trusted roots, then what is valid longest."""

    def key(candidate: CertificateFacts) -> tuple[bool, bool, float]:
        end = candidate.not_after.timestamp() if candidate.not_after else 0.0
        return (not _keys_agree(child, candidate), candidate.der not in roots, -end)

    return key


def _keys_agree(child: CertificateFacts, issuer: CertificateFacts) -> bool:
    return child.aki is None or issuer.ski is None or child.aki == issuer.ski


def _same_authority(one: CertificateFacts, other: CertificateFacts) -> bool:
    """Whether a chain that holds both would go round in circles (RFC 4158, section 2.4.2)."""
    if one.der == other.der:
        return True
    same_key = one.key is not None and other.key is not None and one.key.spki == other.key.spki
    return same_key and one.subject == other.subject and one.san == other.san


def _self_signed(top: CertificateFacts, position: int) -> Problem:
    if position == 0:
        return Problem(Break.SELF_SIGNED, top, 0, f"'{top.label}' is signed by its own key; no CA has issued it.")
    detail = f"The chain ends in the root '{top.label}' (SHA-1 thumbprint {top.thumbprint_sha1}), which is not trusted."
    return Problem(Break.UNTRUSTED_ROOT, top, position, detail)


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _missing(
    top: CertificateFacts, position: int, strangers: Sequence[CertificateFacts], lookalike: CertificateFacts | None
) -> Problem:
    """The link above the topmost certificate: nobody has the name, or somebody has it but not the key."""
    issuer = top.issuer.text if top.issuer else None
    detail = f"The issuer of '{top.label}', '{issuer}', is not among the given certificates."
    if lookalike is not None:
        detail += f" '{lookalike.label}' ({lookalike.thumbprint_sha1}) has that name in another spelling."
    kind = Break.MISSING_ISSUER
    if strangers:
        kind = Break.BAD_SIGNATURE
        thumbprints = ", ".join(one.thumbprint_sha1 for one in strangers[:3])
        detail = f"'{top.label}' is not signed by the certificate of '{issuer}' that is given ({thumbprints})."
    return Problem(
        kind,
        top,
        position,
        detail,
        issuer=issuer,
        authority_key_identifier=top.aki.hex().upper() if top.aki else None,
        ca_issuers=top.ca_issuers_urls,
    )

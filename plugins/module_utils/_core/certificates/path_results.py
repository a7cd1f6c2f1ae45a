# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What path building found: chains, the first break of each, and which names the leaf is good for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.facts import CertificateFacts


class Break(StrEnum):
    """Why a chain does not hold, in the order in which a person has to repair it: cause before consequence."""

    UNREADABLE = "unreadable"  # a certificate of the chain cannot be parsed far enough to judge it
    SELF_SIGNED = "self_signed"  # the leaf is signed by its own key
    MISSING_ISSUER = "missing_issuer"  # nobody among the given certificates has the issuer's name
    BAD_SIGNATURE = "bad_signature"  # the issuer's name is there, but its key has not made the signature
    UNTRUSTED_ROOT = "untrusted_root"  # the chain is complete and ends in a root that is not trusted
    NOT_A_CA = "not_a_ca"
    CANNOT_SIGN = "cannot_sign"  # a CA whose key usage lacks keyCertSign
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    PATH_LENGTH = "path_length"
    NAME_CONSTRAINTS = "name_constraints"
    PURPOSE = "purpose"  # an extended key usage on the way does not allow the purpose
    CRITICAL_EXTENSION = "critical_extension"
    WEAK_SIGNATURE = "weak_signature"
    WEAK_KEY = "weak_key"
    UNSUPPORTED_CONSTRAINT = "unsupported_constraint"  # nobody here can say: not a failure, but no proof either
    TOO_COMPLEX = "too_complex"  # the budget was spent before an answer was found
    REFUSED = "refused"  # the verifier says no and the diagnosis does not know why


# With these nothing is proven, neither that the chain holds nor that it does not.
UNDETERMINED = frozenset({Break.UNSUPPORTED_CONSTRAINT, Break.TOO_COMPLEX, Break.REFUSED})


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a chain."""

    kind: Break
    certificate: CertificateFacts
    """The certificate to look at: the one that lacks its issuer, that has expired, that constrains the names."""
    position: int
    """Where it stands in the chain; 0 is the leaf."""
    detail: str
    """What was seen, as a whole sentence."""
    issuer: str | None = None
    """For a missing link, the name of the issuer that is looked for, as RFC 4514 text."""
    authority_key_identifier: str | None = None
    """For a missing link, the identifier of the issuer's key in upper-case hexadecimal digits."""
    ca_issuers: tuple[str, ...] = ()
    """For a missing link, where the certificate says its issuer can be fetched."""


@dataclass(frozen=True, slots=True)
class Chain:
    """One way from the leaf upwards, leaf first, as far as it goes."""

    certificates: tuple[CertificateFacts, ...]
    anchored: bool
    """Whether the last certificate is one of the trusted roots."""
    problems: tuple[Problem, ...] = ()
    """Everything that is wrong with it, cause before consequence."""

    @property
    def trusted(self) -> bool:
        """Whether the chain leads to a trusted root and nothing is wrong with it."""
        return self.anchored and not self.problems

    @property
    def undetermined(self) -> bool:
        """Whether nothing is wrong except for what could not be decided."""
        return bool(self.problems) and all(problem.kind in UNDETERMINED for problem in self.problems)

    @property
    def top(self) -> CertificateFacts:
        """The last certificate that was found."""
        return self.certificates[-1]


class Profile(StrEnum):
    """How strictly a chain is looked at. V(web) adds what strict clients demand of public server certificates."""

    NEUTRAL = "neutral"
    WEB = "web"


@dataclass(frozen=True, slots=True)
class Deviation:
    """Something that the profile of public server certificates forbids, and that does not break the chain."""

    certificate: CertificateFacts
    position: int
    detail: str


class NameSource(StrEnum):
    """Where in the certificate a name stands."""

    SUBJECT_ALTERNATIVE_NAME = "subject_alternative_name"
    COMMON_NAME = "common_name"


@dataclass(frozen=True, slots=True)
class NameVerdict:
    """Whether the leaf is good for a name, and which of its own names says so."""

    name: str
    presented: str | None
    source: NameSource | None

    @property
    def matched(self) -> bool:
        """Whether any name of the certificate covers it."""
        return self.presented is not None


@dataclass(frozen=True, slots=True)
class PathResult:
    """Every chain that was found for a leaf, best first: there is always at least one, if only the leaf itself."""

    leaf: CertificateFacts
    chains: tuple[Chain, ...]
    names: tuple[NameVerdict, ...] = ()
    exhausted: bool = False
    """Whether the search was given up before all chains were seen."""
    deviations: tuple[Deviation, ...] = ()
    """What strict clients would hold against the best chain, if they were asked to look (V(Profile.WEB))."""

    @property
    def best(self) -> Chain:
        """The chain to talk about: a trusted one if there is any, else the one that comes nearest."""
        return self.chains[0]

    @property
    def trusted(self) -> bool:
        """Whether a chain leads to a trusted root and nothing is wrong with it."""
        return self.best.trusted

    @property
    def conforms(self) -> bool:
        """Whether a strict client would take the certificate for all of the names that were asked for."""
        by_san = all(name.source is NameSource.SUBJECT_ALTERNATIVE_NAME for name in self.names)
        return self.trusted and not self.deviations and by_san

    @property
    def undetermined(self) -> bool:
        """Whether neither can be said, that the leaf is trusted and that it is not."""
        return not self.trusted and any(chain.undetermined for chain in self.chains)

    @property
    def problem(self) -> Problem | None:
        """What is wrong first, or V(None) if the leaf is trusted."""
        return self.best.problems[0] if self.best.problems else None

    def problems(self, *kinds: Break) -> tuple[Problem, ...]:
        """What is wrong with the best chain, of these kinds, or of all kinds if none is named."""
        return tuple(problem for problem in self.best.problems if not kinds or problem.kind in kinds)

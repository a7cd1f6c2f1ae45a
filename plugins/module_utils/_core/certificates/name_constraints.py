# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Name constraints of CA certificates (RFC 5280, section 4.2.1.10), applied to common names as well.

Verifiers apply them to subject alternative names only. Windows reads the common name of a certificate without DNS
names there, so that a constraint that does not reach the common name would protect nothing.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.names_match import (
    address_of,
    common_name_counts,
    is_dns_pattern,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.counting import first_of

if TYPE_CHECKING:
    from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.facts import (
        CertificateFacts,
        GeneralName,
        NameConstraints,
    )

# Comparisons of a name with a constraint. A chain that needs more is made to cost time: real ones need a few dozen.
MOST_COMPARISONS = 1 << 16
EMAIL_ADDRESS = "1.2.840.113549.1.9.1"


@dataclass(frozen=True, slots=True)
class ConstrainedName:
    """A name that constraints apply to, and what a finding calls it."""

    kind: str
    value: str
    origin: str

    @property
    def text(self) -> str:
        return f"{self.origin} '{self.value}'"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the constraints of one CA do to the names of one certificate below it: sentences, empty if all is well.

    O(undecided) is what nobody here can decide, a kind of constraint that is not supported; it does not matter any more
    where a name lies outside already.
    """

    violations: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()


class TooManyComparisons(Exception):
    """The names and constraints of a chain are too many to compare."""


class Allowance:
    """How many comparisons one chain may still cost."""

    def __init__(self, comparisons: int = MOST_COMPARISONS) -> None:
        self._left = comparisons

    def spend(self, comparisons: int) -> None:
        """Take some of it away.

        :raises TooManyComparisons: when nothing is left.
        """
        self._left -= comparisons
        if self._left < 0:
            raise TooManyComparisons


def names_under_constraints(certificate: CertificateFacts, *, is_leaf: bool) -> list[ConstrainedName]:
    """All names of a certificate that a constraint above it can concern."""
    names = [ConstrainedName(name.kind, name.value, "the subject alternative name") for name in certificate.san or ()]
    if certificate.subject is not None and certificate.subject.attributes:
        names.append(ConstrainedName("directory", certificate.subject.text, "the subject"))
        emails = certificate.subject.values(EMAIL_ADDRESS) if not certificate.san_of("email") else ()
        names += [ConstrainedName("email", email, "the e-mail address of the subject") for email in emails]
    if is_leaf and common_name_counts(certificate):
        common = (name for name in certificate.common_names if is_dns_pattern(name))
        names += [ConstrainedName("dns", name, "the common name") for name in common]
    return names


def judge_names(constraints: NameConstraints, names: Sequence[ConstrainedName], allowance: Allowance) -> Verdict:
    """What the constraints of one CA do to the names of a certificate below it.

    :raises TooManyComparisons: when the allowance is spent.
    """
    permitted, excluded = constraints.permitted or (), constraints.excluded or ()
    allowance.spend(len(names) * (len(permitted) + len(excluded)))
    violations: list[str] = []
    for name in names:
        violations += _violations(name, permitted, excluded)
    if violations:
        return Verdict(tuple(violations))
    concerned = {name.kind for name in names}
    return Verdict(undecided=tuple(_undecided((*permitted, *excluded), concerned)))


def _violations(
    name: ConstrainedName, permitted: Sequence[GeneralName], excluded: Sequence[GeneralName]
) -> Iterator[str]:
    rules = _RULES.get(name.kind)
    if rules is None:
        return
    allowed = [constraint.value for constraint in permitted if constraint.kind == name.kind]
    if allowed and not any(rules.within(name.value, constraint) for constraint in allowed):
        yield f"{name.text} lies in none of the permitted names {_listed(allowed)}."
    forbidden = (one.value for one in excluded if one.kind == name.kind and rules.touches(name.value, one.value))
    hit = next(forbidden, None)
    if hit is not None:
        yield f"{name.text} is excluded by '{hit}'."


MOST_LISTED = 5


def _listed(values: Sequence[str]) -> str:
    return first_of([f"'{value}'" for value in values], MOST_LISTED)


def _undecided(constraints: Iterable[GeneralName], concerned: set[str]) -> Iterator[str]:
    """Directory names are compared here, but no verifier confirms it; the other kinds are not compared at all.

    A constraint on a kind of name that the certificate does not have means nothing to it (RFC 5280).
    """
    reasons = (_undecidable(one) for one in constraints if one.kind in concerned)
    return iter(dict.fromkeys(reason for reason in reasons if reason))


def _undecidable(constraint: GeneralName) -> str | None:
    if constraint.kind == "dns" and constraint.value.startswith((".", "*")):
        return f"the constraint '{constraint.value}', which RFC 5280 does not know and Windows reads as all names below"
    return f"a constraint on {_UNSUPPORTED[constraint.kind]}" if constraint.kind in _UNSUPPORTED else None


_UNSUPPORTED = {
    "directory": "directory names",
    "uri": "URIs",
    "other": "names of another kind (otherName)",
    "rid": "registered identifiers",
}


@dataclass(frozen=True, slots=True)
class _Rules:
    """How names of one kind compare: O(within) a permitted constraint as a whole, O(touches) an excluded one at all."""

    within: Callable[[str, str], bool]
    touches: Callable[[str, str], bool]


def _dns_within(name: str, constraint: str) -> bool:
    """A wildcard is within what its base is within: whatever stands for the asterisk lies further below."""
    inside, limit = name.lower().removeprefix("*."), constraint.lower()
    return not limit or inside == limit or inside.endswith(f".{limit.removeprefix('*').removeprefix('.')}")


def _dns_touches(name: str, constraint: str) -> bool:
    """A wildcard also touches a constraint on one of the names that it stands for."""
    if _dns_within(name, constraint):
        return True
    asterisk, _dot, base = name.lower().partition(".")
    return asterisk == "*" and constraint.lower().partition(".")[2] == base


def _ip_within(name: str, constraint: str) -> bool:
    address = address_of(name)
    try:
        network = ipaddress.ip_network(constraint, strict=False)
    except ValueError:
        return False
    return address is not None and address.version == network.version and address in network


def _email_within(name: str, constraint: str) -> bool:
    """A constraint is a mailbox, a host, or with a leading dot a domain."""
    host = name.rpartition("@")[2].lower()
    limit = constraint.lower()
    if "@" in limit:
        return name.rpartition("@")[0] == constraint.rpartition("@")[0] and host == limit.rpartition("@")[2]
    return host.endswith(limit) if limit.startswith(".") else host == limit


def _directory_within(name: str, constraint: str) -> bool:
    """In RFC 4514 text the root of the tree comes last, so that a subtree is a suffix at the border of a component."""
    if not constraint or name == constraint:
        return True
    head = name.removesuffix(f",{constraint}")
    escapes = len(head) - len(head.rstrip("\\"))
    return head != name and escapes % 2 == 0


_RULES = {
    "dns": _Rules(_dns_within, _dns_touches),
    "ip": _Rules(_ip_within, _ip_within),
    "email": _Rules(_email_within, _email_within),
    "directory": _Rules(_directory_within, _directory_within),
}

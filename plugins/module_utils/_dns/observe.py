# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Looking at aliases: the delegation, every authoritative address, resolvers, targets, each layer in one batch.

The order protects what is looked at. Resolvers are asked about an alias only after the authoritative servers agreed on
it, for otherwise the question itself would put an old answer, or a denial, into their caches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.case import Case, Said, Word
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.observations import (
    CaaView,
    Declared,
    Expect,
    Observed,
    Record,
    Reply,
    ResolverView,
    TargetView,
    ZoneView,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.records import comparable
from ansible_collections.configmgr.cmg.plugins.module_utils._dns.messages import Endpoint, Query
from ansible_collections.configmgr.cmg.plugins.module_utils._dns.walk import Ask, Walk, names_above, parent_of

# What a CNAME may not stand beside. NS is not among them: nobody is asked for NS at an alias.
OTHER_TYPES = ("A", "AAAA", "TXT", "MX")
NOT_AGREED = "The name servers do not agree on the declared alias, and a resolver would remember what it is asked for."

NOT_ASKED = ZoneView(None, failure="Only names in ASCII can be asked for.")


@dataclass(frozen=True, slots=True)
class View:
    """Resolvers that should say the same, and what they should say. O(targets) has other targets by service name."""

    name: str
    resolvers: tuple[Endpoint, ...]
    expect: Expect = Expect.DECLARED
    targets: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Observer:
    """Looks at a list of aliases.

    :param ask: asks a batch of questions.
    :param label: gives a random label that no zone has.
    """

    ask: Ask
    walk: Walk
    label: Callable[[], str]
    _siblings: dict[str, str] = field(default_factory=dict)

    def authoritative(self, aliases: Sequence[Declared]) -> list[Observed]:
        """The delegation and the word of every authoritative address, with what explains them."""
        names = [comparable(alias.name) for alias in aliases]
        zones = self._zones({parent_of(name) for name in names if name.isascii()})
        views = [zones.get(parent_of(name), NOT_ASKED) for name in names]
        sweeps = self._batches([self._for_alias(view, name) for view, name in zip(views, names, strict=True)])
        seen = [Observed(zone=view, authoritative=tuple(replies)) for view, replies in zip(views, sweeps, strict=True)]
        return self._with_follow_ups(aliases, seen)

    def sweep(self, aliases: Sequence[Declared]) -> list[Observed]:
        """Only the word of every authoritative address, for waiting."""
        names = [comparable(alias.name) for alias in aliases]
        views = [self.walk.delegation(parent_of(name)) if name.isascii() else NOT_ASKED for name in names]
        sweeps = self._batches([self._for_alias(view, name) for view, name in zip(views, names, strict=True)])
        return [Observed(zone=view, authoritative=tuple(replies)) for view, replies in zip(views, sweeps, strict=True)]

    def _for_alias(self, view: ZoneView, name: str) -> list[Query]:
        return self.walk.queries(view, name, "CNAME") if view.zone is not None else []

    def _batches(self, groups: Sequence[Sequence[Query]]) -> list[list[Reply]]:
        """The replies to groups of questions, asked as one batch. Equal questions are asked once."""
        distinct = list(dict.fromkeys(query for group in groups for query in group))
        replies = dict(zip(distinct, self.ask(distinct), strict=True))
        return [[replies[query] for query in group] for group in groups]

    def _zones(self, parents: Iterable[str]) -> dict[str, ZoneView]:
        """The zone below each parent name, with the SOA and NS records that each of its servers has."""
        views = {parent: self.walk.delegation(parent) for parent in sorted(parents)}
        groups = [
            self.walk.queries(view, view.zone or "", kind, nsid=kind == "SOA") if view.zone else []
            for view in views.values()
            for kind in ("SOA", "NS")
        ]
        replies = iter(self._batches(groups))
        return {
            parent: replace(view, soa=tuple(next(replies)), ns=tuple(next(replies))) for parent, view in views.items()
        }

    def _with_follow_ups(self, aliases: Sequence[Declared], seen: Sequence[Observed]) -> list[Observed]:
        """Ask for other types where there is no CNAME or may be something beside it, and for wildcards."""
        words = [_telling(alias, observed) for alias, observed in zip(aliases, seen, strict=True)]
        more = self._batches([self._follow_ups(word) for word in words])
        probes = self._batches([self._probes(word) for word in words])
        return [
            replace(observed, follow_ups=tuple(others), probes=tuple(found))
            for observed, others, found in zip(seen, more, probes, strict=True)
        ]

    def _again(self, word: Word, name: str, kind: str) -> Query:
        """Another question to the server that said something."""
        place = word.reply.place
        return Query(Endpoint(place.address, self.walk.port), replace(place, transport="udp"), name, kind)

    def _follow_ups(self, word: Word | None) -> list[Query]:
        if word is None or word.said not in (Said.ALIAS, Said.NODATA):
            return []
        kinds = OTHER_TYPES if word.said is Said.NODATA else OTHER_TYPES[:1]
        return [self._again(word, word.reply.name, kind) for kind in kinds]

    def _probes(self, word: Word | None) -> list[Query]:
        if word is None:
            return []
        parent = parent_of(word.reply.name)
        return [
            self._again(word, self.sibling(parent), "A"),
            self._again(word, f"*.{parent}", "CNAME"),
        ]

    def sibling(self, parent: str) -> str:
        """A name that cannot exist, the same one for everybody who asks about that parent."""
        if parent not in self._siblings:
            self._siblings[parent] = f"{self.label()}.{parent}"
        return self._siblings[parent]

    def prefetch_targets(self, aliases: Sequence[Declared], seen: Sequence[Observed]) -> None:
        """Ask at once for all that the targets will be resolved by."""
        names = [alias.target for alias in aliases]
        for alias, observed in zip(aliases, seen, strict=True):
            names += [target for word in _timeless(alias, observed).definite for target in word.targets]
        self.walk.prefetch(names)
        if any(alias.issuers for alias in aliases):
            self.walk.prefetch([alias.target for alias in aliases], "CAA")

    def target(self, name: str) -> TargetView:
        """Where a target leads."""
        found = self.walk.resolve(name)
        return TargetView(comparable(name), found.resolution, found.hops, found.addresses, found.reason)

    def detours(self, alias: Declared, observed: Observed) -> dict[str, tuple[str, ...]]:
        """Where the targets lead that are not the declared one."""
        words = _timeless(alias, observed).definite
        others = {target for word in words for target in word.targets} - {comparable(alias.target)}
        return {target: self.walk.resolve(target).hops for target in sorted(others)}

    def caa(self, alias: Declared) -> CaaView:
        """The CAA records that decide: those at the end of the alias, else those of the nearest name above it.

        Source: RFC 8659 section 3.
        """
        name = comparable(alias.name)
        for place in (self.walk.resolve(alias.target).hops[-1], *names_above(name)):
            message = self.walk.lookup(place, "CAA")
            if message is None:
                return CaaView(known=False)
            records = message.answers(place, "CAA")
            if records:
                return CaaView(place, _issuers(records))
        return CaaView()

    def recursive(self, aliases: Sequence[Declared], views: Sequence[View]) -> list[tuple[ResolverView, ...]]:
        """What every resolver of every view says of each alias."""
        pairs = [(view, resolver) for view in views for resolver in view.resolvers]
        groups = [self._for_resolver(alias, view, resolver) for alias in aliases for view, resolver in pairs]
        replies = self._batches(groups)
        failed = [number for number, group in enumerate(replies) if _failed(group[0])]
        retries = self._batches([[replace(groups[number][0], unchecked=True)] for number in failed])
        disabled = {number: group[0] for number, group in zip(failed, retries, strict=True)}
        found = [
            _resolver_view(aliases[number // len(pairs)], pairs[number % len(pairs)][0], group, disabled.get(number))
            for number, group in enumerate(replies)
        ]
        return [tuple(found[start : start + len(pairs)]) for start in range(0, len(found), len(pairs))]

    def _for_resolver(self, alias: Declared, view: View, resolver: Endpoint) -> list[Query]:
        name, place = comparable(alias.name), resolver.place(view=view.name)
        sibling = self.sibling(parent_of(name))
        asked = ((name, "CNAME"), (name, "A"), (sibling, "A"))
        return [Query(resolver, place, one, kind, recursion=True) for one, kind in asked]


def _timeless(alias: Declared, observed: Observed) -> Case:
    """The case for what does not depend on the time: who says what."""
    return Case(alias, observed, datetime.min.replace(tzinfo=UTC))


def may_ask_resolvers(alias: Declared, observed: Observed) -> bool:
    """Whether a question to a resolver can do no harm: the name servers agree, or nobody wants their word."""
    return observed.authoritative is None or _timeless(alias, observed).clean


def _telling(alias: Declared, observed: Observed) -> Word | None:
    """The word that is looked into: of the first server without a CNAME, else of the first one that has it."""
    words = _timeless(alias, observed).definite
    return next((word for word in words if word.said is Said.NODATA), next(iter(words), None))


def _failed(reply: Reply) -> bool:
    return reply.message is not None and reply.message.rcode == "SERVFAIL"


def _resolver_view(alias: Declared, view: View, replies: Sequence[Reply], disabled: Reply | None) -> ResolverView:
    targets = {comparable(name): target for name, target in view.targets.items()}
    return ResolverView(
        place=replies[0].place if replies[0].place.transport != "tcp" else replace(replies[0].place, transport="udp"),
        reply=replies[0],
        expect=view.expect,
        target=targets.get(comparable(alias.name)),
        addresses=replies[1],
        disabled=disabled,
        sibling=replies[2],
    )


def _issuers(records: Iterable[Record]) -> tuple[str, ...]:
    """The domains that C(issue) and C(issuewild) name, without their parameters."""
    found = set()
    for record in records:
        _flags, _space, rest = record.data.partition(" ")
        tag, _space, value = rest.partition(" ")
        if tag.lower() in ("issue", "issuewild"):
            found.add(value.strip('"').partition(";")[0].strip().lower())
    return tuple(sorted(found - {""}))

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What the judge works on: one alias with everything that was seen of it, what each server said, and what is found."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property

from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.observations import (
    Declared,
    End,
    Message,
    Observed,
    Place,
    PlaneZone,
    Reply,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.taxonomy import CODES, Code, Layer, State
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Severity
from ansible_collections.configmgr.cmg.plugins.module_utils._core.records import (
    CHANGED_AT,
    PREVIOUS_TARGET,
    PREVIOUS_TTL,
    RecordSet,
    comparable,
)

# How far the clock of whoever wrote a record may be ahead of ours.
CLOCK_SKEW = timedelta(minutes=5)
NXNAME = frozenset({"NXNAME", "TYPE128"})


@dataclass(frozen=True, slots=True)
class Settings:
    """What the judge takes for granted.

    O(publication) is how long Azure takes to give a change to all its name servers (documented: 60 seconds), O(slack)
    what is added before a cache is blamed. O(strict) makes records that nobody declared a drift. O(changing) holds the
    aliases, as they are compared, that are being written at this moment. O(undeployed) says that gateways which are
    still to be deployed cannot have a target yet. O(held) has the aliases, as they are compared, that are held back at
    this moment; O(holding) says that aliases are held back as long as their targets are not ours.
    """

    publication: timedelta = timedelta(seconds=60)
    slack: timedelta = timedelta(seconds=30)
    unpublished: timedelta = timedelta(minutes=2)
    expiring: timedelta = timedelta(days=30)
    longest_ttl: int = 604_800
    strict: bool = False
    changing: frozenset[str] = frozenset()
    undeployed: bool = False
    held: frozenset[str] = frozenset()
    holding: bool = False


class Said(StrEnum):
    """What a server's reply to the question for the alias means."""

    ALIAS = "alias"
    NXDOMAIN = "nxdomain"
    NODATA = "nodata"
    NXNAME = "nxname"
    DELEGATED = "delegated"
    ELSEWHERE = "elsewhere"
    NOT_AUTHORITATIVE = "not_authoritative"
    REFUSED = "refused"
    SERVFAIL = "servfail"
    NOTIMP = "notimp"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    MALFORMED = "malformed"
    TRUNCATED = "truncated"


DEFINITE = frozenset({Said.ALIAS, Said.NXDOMAIN, Said.NODATA, Said.NXNAME, Said.DELEGATED})
FAILURES = {
    End.TIMEOUT: Said.TIMEOUT,
    End.UNREACHABLE: Said.UNREACHABLE,
    End.MALFORMED: Said.MALFORMED,
    End.TRUNCATED: Said.TRUNCATED,
}
RCODES = {"REFUSED": Said.REFUSED, "SERVFAIL": Said.SERVFAIL}


@dataclass(frozen=True, slots=True)
class Word:
    """A reply and what it means: for an alias its targets, comparable and sorted, and its TTL."""

    said: Said
    reply: Reply
    targets: tuple[str, ...] = ()
    ttl: int | None = None

    @property
    def definite(self) -> bool:
        """Whether it decides something."""
        return self.said in DEFINITE

    @property
    def sense(self) -> tuple[Said, tuple[str, ...]]:
        """What has to be equal for two servers to agree. The TTL has not."""
        return (self.said, self.targets)

    def __str__(self) -> str:
        return f"CNAME {', '.join(self.targets)}" if self.targets else self.said.upper()


def word_of(reply: Reply) -> Word:
    """What an authoritative server's reply to a question for a CNAME means."""
    if reply.message is None:
        return Word(FAILURES.get(reply.end, Said.MALFORMED), reply)
    message = reply.message
    aliases = message.answers(reply.name, "CNAME")
    if aliases:
        said = Said.ALIAS if message.authoritative else Said.NOT_AUTHORITATIVE
        targets = tuple(sorted({comparable(record.data) for record in aliases}))
        return Word(said, reply, targets, min(record.ttl for record in aliases))
    if message.rcode == "NXDOMAIN":
        return Word(Said.NXDOMAIN if message.authoritative else Said.NOT_AUTHORITATIVE, reply)
    if message.rcode != "NOERROR":
        return Word(RCODES.get(message.rcode, Said.NOTIMP), reply)
    return Word(_empty(message, reply.name), reply)


def _empty(message: Message, name: str) -> Said:
    """What an answer without the alias and without an error means."""
    if message.authoritative:
        types = {word for record in message.authority if record.type == "NSEC" for word in record.data.split()[1:]}
        return Said.NXNAME if types & NXNAME else Said.NODATA
    owners = {record.name for record in message.authority if record.type == "NS"}
    if comparable(name) in owners:
        return Said.DELEGATED
    return Said.ELSEWHERE if owners else Said.NOT_AUTHORITATIVE


@dataclass(frozen=True, slots=True)
class Accepted:
    """Why and until when somebody tolerates a finding; the date is V(None) for ever."""

    reason: str
    until: str | None = None


@dataclass(frozen=True, slots=True)
class Drift:
    """One finding. O(reply) is the evidence, O(lines) what was seen and what should be, as lines of a zone file."""

    code: Code
    name: str
    observed: str
    expected: str
    state: State
    severity: Severity
    place: Place | None = None
    reply: Reply | None = None
    converges_at: datetime | None = None
    lines: tuple[str, str] | None = None
    remedy: str = ""
    accepted: Accepted | None = None

    def converging(self, moment: datetime) -> Drift:
        """The same finding, which passes by itself at that moment."""
        return replace(self, converges_at=moment)

    @property
    def layer(self) -> Layer:
        """Where it was seen. A resolver's failures have the codes of the servers', but not their layer."""
        return Layer.RECURSIVE if self.place is not None and self.place.view else self.code.layer

    @property
    def where(self) -> str:
        """What tells the same finding at two servers apart."""
        return f"{self.place.view}@{self.place.address}" if self.place else ""

    @property
    def fingerprint(self) -> str:
        """Sixteen digits that stay the same from run to run: code, layer, name and server."""
        text = f"{self.code.code}|{self.layer}|{comparable(self.name)}|{self.where}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def order(self) -> tuple[str, ...]:
        """By what findings of one alias are sorted within a state and severity."""
        return (self.layer, self.code.code, self.where, self.observed)


@dataclass(frozen=True)
class Case:
    """One alias with everything that was seen of it, and the moment of the judgement."""

    declared: Declared
    observed: Observed
    now: datetime
    settings: Settings = field(default_factory=Settings)

    @property
    def target(self) -> str:
        """The declared target as it is compared."""
        return comparable(self.declared.target)

    @cached_property
    def words(self) -> tuple[Word, ...]:
        """What each authoritative address says, sorted by address."""
        words = [word_of(reply) for reply in self.observed.authoritative or ()]
        return tuple(sorted(words, key=lambda word: (word.reply.place, str(word))))

    @cached_property
    def definite(self) -> tuple[Word, ...]:
        """The words that decide something."""
        return tuple(word for word in self.words if word.definite)

    def is_right(self, word: Word) -> bool:
        """Whether a word is the declared alias and nothing else."""
        return word.said is Said.ALIAS and word.targets == (self.target,)

    @cached_property
    def clean(self) -> bool:
        """Whether every authoritative server that decided anything gave the declared alias, and at least one did."""
        return bool(self.definite) and all(map(self.is_right, self.definite))

    @cached_property
    def leads(self) -> bool | None:
        """Whether an alias leads to the target by anybody's word; V(None) where nobody could tell.

        Without an alias nothing dangles, and no client can be led astray.
        """
        if any(map(self._is_way, self._told())):
            return True
        return False if self.definite or self._plane_tells() else None

    def _told(self) -> Iterator[str]:
        """All that the name is an alias of, by whoever says so: name servers, resolvers and the control plane."""
        for word in self.words:
            yield from word.targets
        for view in self.observed.recursive or ():
            message = view.reply.message
            answer = message.answers(view.reply.name, "CNAME") if message else ()
            yield from (comparable(record.data) for record in answer)
        plane = self.observed.plane
        yield from (comparable(it.record.target or "") for it in (plane.zones if plane else ()) if it.record)

    def _is_way(self, name: str) -> bool:
        return name == self.target or self.target in self.observed.detours.get(name, ())

    def _plane_tells(self) -> bool:
        """Whether what the control plane holds is all that there can be; what an Azure alias follows is not known."""
        if self.holder is None or self.is_delegated(self.holder) is False:
            return False
        return self.record is None or self.record.target_resource is None

    @cached_property
    def holder(self) -> PlaneZone | None:
        """The zone of the control plane that the declaration means: named, else delegated, else the first."""
        plane = self.observed.plane
        zones = sorted(plane.zones, key=str) if plane else []
        if plane and plane.chosen:
            named = [zone for zone in zones if identity(zone) == plane.chosen]
            return named[0] if named else None
        delegated = [zone for zone in zones if self.is_delegated(zone)]
        return next(iter([*delegated, *zones]), None)

    def is_delegated(self, zone: PlaneZone) -> bool | None:
        """Whether the parent's name servers are those of this zone; V(None) where one of them is not known."""
        view = self.observed.zone
        if view is None or view.zone is None or not zone.name_servers or view.parent_servers is None:
            return None
        if comparable(zone.name) != comparable(view.zone):
            return False
        return bool(set(map(comparable, zone.name_servers)) & set(map(comparable, view.parent_servers)))

    @property
    def record(self) -> RecordSet | None:
        """The alias in the control plane."""
        return self.holder.record if self.holder else None

    @cached_property
    def changed_at(self) -> datetime | None:
        """When the alias was last changed, by our own mark on the record set; only if it says what is declared."""
        text = self.record.metadata.get(CHANGED_AT) if self.record else None
        try:
            moment = datetime.fromisoformat(text) if text else None
        except ValueError:
            return None
        return moment if moment is not None and moment.tzinfo is not None else None

    def younger_than(self, age: timedelta) -> bool:
        """Whether the alias was changed less than that ago."""
        return self.changed_at is not None and -CLOCK_SKEW < self.now - self.changed_at < age

    @property
    def plane_is_right(self) -> bool:
        """Whether the control plane has the declared alias."""
        return self.record is not None and comparable(self.record.target or "") == self.target

    @property
    def young(self) -> bool:
        """Whether the declared alias was written so recently that the name servers may not have it yet."""
        return self.plane_is_right and self.younger_than(self.settings.publication)

    @property
    def previous_target(self) -> str | None:
        """What the alias pointed to before it was changed last, as it is compared."""
        text = self.record.metadata.get(PREVIOUS_TARGET) if self.record else None
        return comparable(text) if text else None

    @property
    def previous_ttl(self) -> int | None:
        """The TTL before the last change."""
        text = self.record.metadata.get(PREVIOUS_TTL, "") if self.record else ""
        return int(text) if text.isdecimal() else None

    @property
    def published_at(self) -> datetime | None:
        """When all name servers should have the last change."""
        return self.changed_at + self.settings.publication if self.changed_at else None

    def found(
        self,
        code: str,
        observed: str,
        expected: str,
        *,
        reply: Reply | None = None,
        place: Place | None = None,
        state: State | None = None,
        severity: Severity | None = None,
        converges_at: datetime | None = None,
        lines: tuple[str, str] | None = None,
        remedy: str | None = None,
    ) -> Drift:
        """A finding about this alias; state, severity and remedy are those of the code unless given."""
        entry = CODES[code]
        return Drift(
            entry,
            comparable(self.declared.name),
            observed,
            expected,
            state or entry.state,
            severity or entry.severity,
            place,
            reply,
            converges_at,
            lines,
            entry.remedy if remedy is None else remedy,
        )


def identity(zone: PlaneZone) -> tuple[str, str]:
    """What tells two zones of one name apart: subscription and resource group, as Azure compares them."""
    return (zone.subscription_id.lower(), zone.resource_group.lower())

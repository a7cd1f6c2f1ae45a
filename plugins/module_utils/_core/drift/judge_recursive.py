# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What resolvers say of the alias. They can be late or wrong; they are never believed against the name servers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.case import RCODES, Case, Drift, Said
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.judge_servers import SILENT
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.observations import (
    End,
    Expect,
    Message,
    Record,
    Reply,
    ResolverView,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.taxonomy import State
from ansible_collections.configmgr.cmg.plugins.module_utils._core.records import comparable

# RFC 8914 section 4.
STALE_ANSWERS = frozenset({3, 19})
BOGUS = frozenset(range(5, 13))
BLOCKED = frozenset(range(15, 19))
ADDRESSES = ("A", "AAAA")
FAILED = {End.TIMEOUT: Said.TIMEOUT, End.UNREACHABLE: Said.UNREACHABLE, End.TRUNCATED: Said.TRUNCATED}


def resolvers(case: Case) -> Iterator[Drift]:
    """What is wrong with what each resolver says, if the name servers allow to judge it."""
    for view in sorted(case.observed.recursive or (), key=lambda view: view.place):
        yield from (_capped(case, drift) for drift in _resolver(case, view))


def _capped(case: Case, drift: Drift) -> Drift:
    """A resolver alone proves no drift: without a definite word of a name server nothing is known."""
    if drift.state is State.DRIFT and not case.definite:
        return replace(drift, state=State.UNKNOWN)
    return drift


def _resolver(case: Case, view: ResolverView) -> Iterator[Drift]:
    """The first thing that is wrong explains the rest: a resolver that lies is not asked for caches."""
    for check in (_lies, _silent, _failing, _blocked, _stale, _differs):
        drifts = list(check(case, view))
        yield from drifts
        if drifts:
            return


def _found(case: Case, view: ResolverView, code: str, says: str, *, state: State | None = None) -> Drift:
    return case.found(
        code,
        f"{_who(view)} {says}.",
        _expectation(case, view),
        reply=view.reply,
        place=view.place,
        state=state,
    )


def _who(view: ResolverView) -> str:
    return f"{view.place} of the view {view.place.view}" if view.declared_view else f"The resolver {view.place}"


def _expectation(case: Case, view: ResolverView) -> str:
    return "no such name" if view.expect is Expect.ABSENT else f"CNAME {_wanted(case, view)}"


def _wanted(case: Case, view: ResolverView) -> str:
    return comparable(view.target) if view.target else case.target


def _targets(view: ResolverView) -> tuple[str, ...]:
    records = view.reply.message.answers(view.reply.name, "CNAME") if view.reply.message else ()
    return tuple(sorted({comparable(record.data) for record in records}))


def _ttl(view: ResolverView) -> int | None:
    """The remaining seconds of what the resolver has, positive or negative (RFC 2308 section 5)."""
    message = view.reply.message
    if message is None:
        return None
    records = message.answers(view.reply.name, "CNAME") or tuple(_authorities(message))
    return min((record.ttl for record in records), default=None)


def _authorities(message: Message) -> Iterator[Record]:
    yield from (record for record in message.authority if record.type == "SOA")


def _lies(case: Case, view: ResolverView) -> Iterator[Drift]:
    """Addresses for a name that cannot exist, where the name servers have no wildcard."""
    message = view.sibling.message if view.sibling else None
    addresses = [record for record in message.answer if record.type in ADDRESSES] if message else []
    wildcard = any(reply.message and reply.message.answer for reply in case.observed.probes)
    if addresses and not wildcard:
        yield _found(case, view, "resolver_lies", f"has {addresses[0].data} for a name that nobody made")


def _silent(case: Case, view: ResolverView) -> Iterator[Drift]:
    reply = view.reply
    if reply.message is None:
        code, says = SILENT[FAILED.get(reply.end, Said.MALFORMED)]
        yield _found(case, view, code, f"says {says}")
    elif reply.message.rcode not in ("NOERROR", "NXDOMAIN", "SERVFAIL") and not _policy(reply):
        code, says = SILENT[RCODES.get(reply.message.rcode, Said.NOTIMP)]
        yield _found(case, view, code, f"says {says}")


def _errors(reply: Reply) -> set[int]:
    return set(reply.message.extended_errors) if reply.message else set()


def _policy(reply: Reply) -> bool:
    return bool(_errors(reply) & BLOCKED)


def _failing(case: Case, view: ResolverView) -> Iterator[Drift]:
    """SERVFAIL: validation if an extended error says so or if the answer is there with checking disabled."""
    message = view.reply.message
    if message is None or message.rcode != "SERVFAIL" or _policy(view.reply) or _errors(view.reply) & STALE_ANSWERS:
        return
    unchecked = view.disabled.message if view.disabled else None
    errors = _errors(view.reply) & BOGUS
    if errors or (unchecked is not None and unchecked.rcode in ("NOERROR", "NXDOMAIN")):
        why = f" (extended error {min(errors)})" if errors else " and answers with checking disabled"
        yield _found(case, view, "dnssec_bogus", f"cannot validate the alias{why}{_expired(case, view)}")
    else:
        yield _found(case, view, "resolver_servfail", "answers SERVFAIL")


def _expired(case: Case, view: ResolverView) -> str:
    """When the signature ran out, where one is visible that did (RFC 4034 section 3.1.5)."""
    replies = [word.reply for word in case.definite] + ([view.disabled] if view.disabled else [])
    records = [record for reply in replies if reply.message for record in reply.message.answer]
    fields = [record.data.split() for record in records if record.type == "RRSIG"]
    now = case.now.strftime("%Y%m%d%H%M%S")
    ended = sorted(parts[4] for parts in fields if len(parts) > 4 and len(parts[4]) == len(now) and parts[4] < now)
    return f"; the signature expired at {ended[0]}" if ended else ""


def _blocked(case: Case, view: ResolverView) -> Iterator[Drift]:
    if _policy(view.reply):
        code = min(_errors(view.reply) & BLOCKED)
        yield _found(case, view, "resolver_blocked", f"holds the name back by its policy (extended error {code})")
    elif not _targets(view) and _bare_addresses(view):
        yield _found(case, view, "resolver_rewrites", f"has {_bare_addresses(view)[0]} without the CNAME")


def _bare_addresses(view: ResolverView) -> list[str]:
    """Addresses that stand at the alias itself, so that no CNAME led to them."""
    replies = [view.reply, *([view.addresses] if view.addresses else [])]
    messages = [reply.message for reply in replies if reply.message is not None]
    name = comparable(view.reply.name)
    return sorted(
        record.data
        for message in messages
        for record in message.answer
        if record.type in ADDRESSES and record.name == name and not message.answers(name, "CNAME")
    )


def _stale(case: Case, view: ResolverView) -> Iterator[Drift]:
    if _errors(view.reply) & STALE_ANSWERS:
        late = _is_late(case)
        says = "answers from its past, because it cannot reach the name servers"
        yield _found(case, view, "resolver_serving_stale", says, state=State.UNKNOWN if late else None)


def _is_late(case: Case) -> bool:
    """Whether every cache should have lost what was there before the last change."""
    if case.changed_at is None:
        return False
    longest = max(case.previous_ttl or 0, _negative_ttl(case))
    return case.now > case.changed_at + timedelta(seconds=longest) + case.settings.publication + case.settings.slack


def _negative_ttl(case: Case) -> int:
    """For how long resolvers may remember that a name of this zone does not exist (RFC 2308 section 4)."""
    replies = case.observed.zone.soa if case.observed.zone else ()
    records = [record for reply in replies if reply.message for record in reply.message.answers(reply.name, "SOA")]
    fields = [(record.ttl, record.data.split()) for record in records]
    return max((min(ttl, int(parts[6])) for ttl, parts in fields if len(parts) == 7), default=0)


def _differs(case: Case, view: ResolverView) -> Iterator[Drift]:
    """Whether the view gives what is expected of it, and what that means if it does not."""
    if view.expect is Expect.ANY or (case.observed.authoritative is not None and not case.clean):
        return
    seen = _targets(view)
    wanted = () if view.expect is Expect.ABSENT else (_wanted(case, view),)
    if seen == wanted:
        if seen and _impossible(case, view):
            yield _impossible_ttl(case, view)
        return
    yield _difference(case, view, seen)


def _difference(case: Case, view: ResolverView, seen: tuple[str, ...]) -> Drift:
    says = f"has CNAME {', '.join(seen)}" if seen else "says that there is no such alias"
    if case.observed.authoritative is None:
        return _found(case, view, "resolver_differs", says)
    if _own_zone(case, view):
        state = State.DRIFT if view.declared_view else None
        return _found(case, view, "split_horizon", f"{says}, from a zone of its own", state=state)
    if seen and _impossible(case, view):
        return _impossible_ttl(case, view)
    return _cached(case, view, "resolver_old" if seen else "resolver_negative_cache", says)


def _own_zone(case: Case, view: ResolverView) -> bool:
    """Whether the answer does not come from the public zone: authority, another SOA, or another expectation."""
    message = view.reply.message
    if message is None:
        return False
    known = {_primary(reply) for reply in (case.observed.zone.soa if case.observed.zone else ())} - {None}
    theirs = {_mname(record.data) for record in message.authority if record.type == "SOA"}
    return message.authoritative or bool(known and theirs - known) or view.target is not None or _absent_expected(view)


def _absent_expected(view: ResolverView) -> bool:
    return view.expect is Expect.ABSENT


def _primary(reply: Reply) -> str | None:
    records = reply.message.answers(reply.name, "SOA") if reply.message else ()
    return next((_mname(record.data) for record in records), None)


def _mname(data: str) -> str:
    return comparable(data.partition(" ")[0])


def _impossible(case: Case, view: ResolverView) -> bool:
    """Whether the remaining TTL is longer than any that the alias can have had."""
    ttl = _ttl(view)
    return ttl is not None and ttl > _longest_ttl(case)


def _longest_ttl(case: Case) -> int:
    """The longest TTL that is known; without a word on the past, the longest that anybody uses."""
    known = [word.ttl for word in case.definite if word.ttl is not None]
    past_is_known = case.changed_at is not None or case.previous_ttl is not None
    return max([*known, case.previous_ttl or 0] if past_is_known else [*known, case.settings.longest_ttl])


def _impossible_ttl(case: Case, view: ResolverView) -> Drift:
    says = f"has {', '.join(_targets(view))} for another {_ttl(view)} s, and the alias never had more than "
    return _found(case, view, "resolver_impossible_ttl", f"{says}{_longest_ttl(case)} s")


def _cached(case: Case, view: ResolverView, code: str, says: str) -> Drift:
    """An answer from before the last change: it passes by itself when its TTL has run out."""
    ttl = _ttl(view)
    left = f" for another {ttl} s" if ttl is not None else ""
    if _is_late(case):
        return _found(case, view, code, f"{says}{left}, long after the last change", state=State.DRIFT)
    drift = _found(case, view, code, f"{says}{left}")
    return drift if ttl is None else drift.converging(case.now + timedelta(seconds=ttl))

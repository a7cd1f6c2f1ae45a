# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What the authoritative servers say of the alias, address by address."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.configmgr.cmg.plugins.module_utils._core.clouds import CLOUDS, is_within
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.case import Case, Drift, Said, Word
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.judge_plane import declared_line
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.judge_zone import lame_addresses
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.observations import Record, Reply
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.taxonomy import State
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Severity
from ansible_collections.configmgr.cmg.plugins.module_utils._core.records import comparable

CLASSIC_DOMAINS = tuple(cloud.classic_domain for cloud in CLOUDS)
OF_AN_ALIAS = frozenset({"CNAME", "RRSIG"})

# What a word that decides nothing is called.
SILENT = {
    Said.ELSEWHERE: ("not_authoritative", "a referral to other servers"),
    Said.NOT_AUTHORITATIVE: ("not_authoritative", "an answer without authority"),
    Said.REFUSED: ("server_refused", "REFUSED"),
    Said.SERVFAIL: ("server_servfail", "SERVFAIL"),
    Said.NOTIMP: ("server_notimp", "that it does not understand the question"),
    Said.TIMEOUT: ("timeout", "nothing in time"),
    Said.UNREACHABLE: ("unreachable", "nothing, it cannot be reached"),
    Said.MALFORMED: ("malformed", "what does not belong to the question"),
    Said.TRUNCATED: ("truncated", "only a part over UDP, and nothing over TCP"),
}
# What a word is called that says that there is no alias.
ABSENT = {
    Said.NXDOMAIN: ("missing", "that the name does not exist"),
    Said.NXNAME: ("missing_nxname", "that the name does not exist, by a signed NXNAME"),
    Said.NODATA: ("missing_nodata", "that the name exists without a CNAME"),
}


def servers(case: Case) -> Iterator[Drift]:
    """What is wrong with what the authoritative servers say."""
    for check in (_each, _disagreement, _other_data, _wildcards, _silent, _without_edns, _issuers):
        yield from check(case)


def _each(case: Case) -> Iterator[Drift]:
    """Findings of each address; one for all where all say the same, so that one fault is told once."""
    senses = {(word.sense, word.ttl) for word in case.definite}
    words = case.definite[:1] if len(senses) == 1 else case.definite
    for word in words:
        for judge in (_absent, _target, _several, _ttl):
            yield from judge(case, word, len(senses) == 1)


def _found(
    case: Case, code: str, word: Word, *, together: bool, says: str, expected: str, state: State | None = None
) -> Drift:
    who = "Every name server" if together else str(word.reply.place)
    return case.found(
        code,
        f"{who} says {says}.",
        expected,
        reply=word.reply,
        place=None if together else word.reply.place,
        state=state,
        converges_at=case.published_at if state is State.PROPAGATING else None,
        lines=(_observed_lines(word), declared_line(case)),
    )


def _observed_lines(word: Word) -> str:
    name = comparable(word.reply.name)
    return "\n".join(f"{name}. {word.ttl} IN CNAME {target}." for target in word.targets)


def _absent(case: Case, word: Word, together: bool) -> Iterator[Drift]:
    if word.said not in ABSENT:
        return
    code, says = ABSENT[word.said]
    state = State.PROPAGATING if case.young else None
    others = _types_at(case)
    if word.said is Said.NODATA and others:
        code, says, state = "other_type", f"that the name has {', '.join(others)} records", None
    expected = f"CNAME {case.target}"
    yield _found(case, code, word, together=together, says=says, expected=expected, state=state)


def _types_at(case: Case) -> list[str]:
    """The types other than CNAME that follow-up questions found at the name itself."""
    found = {record.type for reply in case.observed.follow_ups for record in _at(case, reply)}
    return sorted(found - OF_AN_ALIAS)


def _at(case: Case, reply: Reply) -> Iterator[Record]:
    name = comparable(case.declared.name)
    if reply.message is not None:
        yield from (record for record in reply.message.answer if record.name == name)


def _target(case: Case, word: Word, together: bool) -> Iterator[Drift]:
    if word.said is not Said.ALIAS or len(word.targets) != 1 or case.is_right(word):
        return
    (target,) = word.targets
    says, state = str(word), None
    code = "classic_after_conversion" if _is_old_classic(case, target) else "wrong_target"
    if case.target in case.observed.detours.get(target, ()):
        code, says, state = "chain", f"{word}, which leads there", State.DRIFT
    elif case.young and target == case.previous_target:
        state = State.PROPAGATING
    yield _found(case, code, word, together=together, says=says, expected=f"CNAME {case.target}", state=state)


def _is_old_classic(case: Case, target: str) -> bool:
    """Whether a target is a classic name although the declared one is not."""
    classic = any(is_within(target, domain) for domain in CLASSIC_DOMAINS)
    return classic and not any(is_within(case.target, domain) for domain in CLASSIC_DOMAINS)


def _several(case: Case, word: Word, together: bool) -> Iterator[Drift]:
    if len(word.targets) > 1:
        expected = f"only CNAME {case.target}"
        yield _found(case, "multiple_cnames", word, together=together, says=str(word), expected=expected)


def _ttl(case: Case, word: Word, together: bool) -> Iterator[Drift]:
    wanted = case.declared.ttl
    if word.said is not Said.ALIAS or wanted is None or word.ttl == wanted:
        return
    state = State.PROPAGATING if case.young and word.ttl == case.previous_ttl else None
    says, expected = f"that the TTL is {word.ttl} s", f"a TTL of {wanted} s"
    yield _found(case, "ttl", word, together=together, says=says, expected=expected, state=state)


def _disagreement(case: Case) -> Iterator[Drift]:
    senses = sorted({str(word) for word in case.definite})
    if len(senses) > 1:
        good = sum(map(case.is_right, case.definite))
        yield case.found(
            "servers_disagree",
            f"{good} of {len(case.definite)} servers have the declared alias; the answers are: {'; '.join(senses)}.",
            "one answer from all servers",
            state=State.PROPAGATING if case.young and _only_old_or_new(case) else None,
            converges_at=case.published_at if case.young else None,
        )


def _only_old_or_new(case: Case) -> bool:
    """Whether each server has either the declared alias or what was there before."""
    old = {(case.previous_target,)} if case.previous_target else {()}
    return all(case.is_right(word) or word.targets in old for word in case.definite)


def _other_data(case: Case) -> Iterator[Drift]:
    if not any(word.said is Said.ALIAS for word in case.definite):
        return
    replies = [*(word.reply for word in case.definite), *case.observed.follow_ups]
    for reply in sorted(replies, key=lambda reply: (reply.place, reply.type)):
        types = sorted({record.type for record in _at(case, reply)} - OF_AN_ALIAS)
        if types:
            yield case.found(
                "cname_and_other_data",
                f"{reply.place} has {', '.join(types)} records beside the CNAME.",
                "nothing but the CNAME",
                reply=reply,
                place=reply.place,
            )
            return


def _wildcards(case: Case) -> Iterator[Drift]:
    """A wildcard that answers for the alias, or would if the alias were gone. A signature tells them apart for sure."""
    aliases = [word for word in case.definite if word.said is Said.ALIAS]
    if not aliases:
        return
    labels = {_signed_labels(word) for word in aliases} - {None}
    own = len(comparable(case.declared.name).split("."))
    if any(count is not None and count < own for count in labels):
        yield _synthesised(case, aliases[0], "its signature is that of a wildcard")
        return
    probe = next((reply for reply in case.observed.probes if _is_positive(reply)), None)
    if probe is None:
        return
    same = any(word.targets == _targets(probe) for word in aliases)
    explicit = bool(labels) or case.record is not None
    if not same or explicit:
        yield case.found(
            "wildcard_present",
            f"A name that nobody made, {probe.name}, exists too.",
            "no wildcard beside the alias",
            reply=probe,
        )
    else:
        known = case.observed.plane is not None and case.holder is not None
        why = "the zone in Azure has no such record" if known else "a name that nobody made has the same"
        yield _synthesised(case, aliases[0], why, None if known else State.UNKNOWN)


def _synthesised(case: Case, word: Word, why: str, state: State | None = None) -> Drift:
    return case.found(
        "wildcard_synthesised",
        f"The answer {word} comes from a wildcard: {why}.",
        "a record of its own",
        reply=word.reply,
        state=state,
    )


def _signed_labels(word: Word) -> int | None:
    """How many labels the owner of the signed record has (RFC 4034 section 3.1.3); V(None) if it is not signed."""
    answer = word.reply.message.answer if word.reply.message else ()
    fields = [record.data.split() for record in answer if record.type == "RRSIG"]
    counts = [int(parts[2]) for parts in fields if len(parts) > 2 and parts[0] == "CNAME" and parts[2].isdecimal()]
    return min(counts, default=None)


def _targets(reply: Reply) -> tuple[str, ...]:
    records = reply.message.answers(reply.name, "CNAME") if reply.message else ()
    return tuple(sorted({comparable(record.data) for record in records}))


def _is_positive(reply: Reply) -> bool:
    return reply.message is not None and bool(reply.message.answer)


def _silent(case: Case) -> Iterator[Drift]:
    """Servers that decided nothing. Those that do not serve the zone were told of already."""
    lame = lame_addresses(case.observed.zone)
    for word in case.words:
        if word.said in SILENT and word.reply.place.address not in lame:
            code, says = SILENT[word.said]
            yield case.found(
                code,
                f"{word.reply.place} says {says}.",
                f"CNAME {case.target}",
                reply=word.reply,
                place=word.reply.place,
            )


def _without_edns(case: Case) -> Iterator[Drift]:
    for word in case.words:
        if not word.reply.edns:
            yield case.found(
                "edns_unsupported",
                f"{word.reply.place} understands only plain DNS.",
                "an answer with EDNS",
                reply=word.reply,
                place=word.reply.place,
            )


def _issuers(case: Case) -> Iterator[Drift]:
    caa = case.observed.caa
    if caa is None or caa.at is None or not case.declared.issuers:
        return
    missing = sorted(set(case.declared.issuers) - set(caa.issuers))
    if missing:
        allowed = ", ".join(sorted(caa.issuers)) or "nobody"
        yield case.found(
            "caa_conflict",
            f"The CAA records at {caa.at} allow {allowed}.",
            f"that they allow {', '.join(missing)}",
            severity=Severity.WARNING,
        )

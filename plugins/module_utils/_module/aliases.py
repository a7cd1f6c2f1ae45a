# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Ensuring aliases from the declaration to the result: names, zones, plan, writes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from ansible_collections.configmgr.cmg.plugins.module_utils._azure.apply import Outcome, Wish, apply, foreseen
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.calls import Calls
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.dns import AzureDns
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.failures import AzureFailure, Kind
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.zone_finding import ZoneFinder
from ansible_collections.configmgr.cmg.plugins.module_utils._core.alias_plan import (
    PlacedAlias,
    UnsafePlan,
    check_distinct,
    check_hold,
    check_max_changes,
    hold_back,
    parse_max_changes,
    plan,
    wanted_alias,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.counting import counted
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import CmgError, InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import accept, is_valid
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import Gateway
from ansible_collections.configmgr.cmg.plugins.module_utils._core.names import duplicate_findings, names_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.records import (
    WRITES,
    Action,
    Change,
    OnConflict,
    RecordSet,
    State,
    check_alias,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.zones import relative_name
from ansible_collections.configmgr.cmg.plugins.module_utils._module.alias_results import (
    MOST_LISTED,
    Declared,
    Judged,
    in_words,
    judged_of,
    result_of,
    without_alias,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._module.limits import (
    CONCURRENCY,
    TIMEOUT,
    check_timeout,
    checked_concurrency,
)

IN_THE_WAY = "something is in the way of another alias"
Connect = Callable[[], AzureDns]
ZoneKey = tuple[str, str, str]
Contents = dict[ZoneKey, list[RecordSet]]
# What is wrong with the place that one gateway declares, or with the right to it.
OF_ONE_ZONE = frozenset(
    {Kind.NO_SUBSCRIPTION, Kind.NO_RESOURCE_GROUP, Kind.NO_ZONE, Kind.NOT_FOUND, Kind.FORBIDDEN, Kind.UNREGISTERED}
)

OPTIONS: dict[str, dict[str, Any]] = {
    "state": {"type": "str", "choices": [str(state) for state in State], "default": str(State.PRESENT)},
    "on_conflict": {"type": "str", "choices": [str(way) for way in OnConflict], "default": str(OnConflict.FAIL)},
    "max_changes": {"type": "str"},
    "hold": {"type": "list", "elements": "str"},
    "partial": {"type": "bool", "default": False},
    **CONCURRENCY,
    **TIMEOUT,
}


@dataclass(frozen=True, slots=True)
class Request:
    """What the task asks for, apart from the gateways."""

    state: State
    on_conflict: OnConflict
    max_changes: str | None
    concurrency: int
    check_mode: bool
    hold: tuple[str, ...] = ()
    partial: bool = False
    timeout: int = 600


def request_of(options: Mapping[str, Any], *, check_mode: bool) -> Request:
    """What the options of the task ask for. Whether it can be done is judged together with the gateways."""
    state, on_conflict = State(options["state"]), OnConflict(options["on_conflict"])
    return Request(
        state=state,
        on_conflict=on_conflict,
        max_changes=options["max_changes"],
        concurrency=options["concurrency"],
        check_mode=check_mode,
        hold=tuple(options["hold"] or ()) if state is State.PRESENT else (),
        partial=options["partial"],
        timeout=options["timeout"],
    )


def ensure_aliases(gateways: Sequence[Gateway], request: Request, connect: Connect, calls: Calls) -> dict[str, Any]:
    """Bring the aliases of all gateways to the wanted state and return the module's result.

    :param connect: makes the connection. It is not called when no gateway needs an alias.
    :raises CmgError: when something is wrong or could not be done; its result has the shape of a success.
    """
    today = calls.clock.now().date()
    declared = _declared(gateways)
    try:
        fit = _fit(declared, request, today)
        return _ensured(fit, request, connect, calls)
    except CmgError as error:
        error.result = error.result or result_of([Judged(entry) for entry in declared], calls.counts, today)
        raise


def _ensured(declared: Sequence[Declared], request: Request, connect: Connect, calls: Calls) -> dict[str, Any]:
    today = calls.clock.now().date()
    if all(entry.alias is None for entry in declared):
        return result_of([Judged(entry) for entry in declared], calls.counts, today)
    service = connect()
    declared, placed = _placed(service, declared, request)
    declared, placed, contents = _read(service, declared, placed, request)
    changes = hold_back(placed, plan(placed, contents, request.state, request.on_conflict), request.hold)
    if not request.partial:
        _refuse_conflicts(judged_of(declared, placed, _unwritten(changes, IN_THE_WAY)), calls)
    _refuse_unsafe(judged_of(declared, placed, _unwritten(changes, "the plan exceeds max_changes")), request, calls)
    outcomes = _carried_out(service, placed, changes, request, calls)
    counts = _counts(calls, changes, request)
    judged = judged_of(declared, placed, outcomes)
    return result_of(judged, counts, today) if request.partial else _reported(judged, counts, today)


def _declared(gateways: Sequence[Gateway]) -> list[Declared]:
    judged = [names_of(gateway) for gateway in gateways]
    duplicates = duplicate_findings([names for names, _findings in judged])
    return [
        Declared(
            gateway,
            names,
            (*findings, *shared),
            None if names.cname_required is False else wanted_alias(gateway, names),
        )
        for gateway, (names, findings), shared in zip(gateways, judged, duplicates, strict=True)
    ]


def _fit(declared: Sequence[Declared], request: Request, today: date) -> list[Declared]:
    """The gateways without the aliases that cannot be, which refuse the task unless the others may go on.

    :raises InvalidInput: for everything that can be refused without asking Azure.
    """
    limits = {"concurrency": request.concurrency, "timeout": request.timeout}
    checked_concurrency(limits)
    check_timeout(limits)
    parse_max_changes(request.max_changes)
    check_hold(request.hold, [entry.names.service_name for entry in declared])
    if request.partial:
        return [_fit_alone(entry, request.state, today) for entry in declared]
    _refuse_wrong_names(declared, request.state, today)
    for entry in declared:
        _check(entry)
    check_distinct(entry.alias.service_name for entry in declared if entry.alias is not None)
    return list(declared)


def _fit_alone(entry: Declared, state: State, today: date) -> Declared:
    """A gateway by itself: without its alias, and with a finding, where it cannot have one."""
    if not _acceptable(entry, state, today):
        return replace(entry, alias=None)
    try:
        _check(entry)
    except InvalidInput as problem:
        return without_alias(entry, problem.message)
    return entry


def _check(entry: Declared) -> None:
    if entry.alias is None:
        return
    check_alias(entry.alias)
    if entry.gateway.dns.zone is not None:
        relative_name(entry.alias.service_name, entry.gateway.dns.zone)


def _refuse_wrong_names(declared: Sequence[Declared], state: State, today: date) -> None:
    """A gateway that cannot be deployed gets no alias; an alias to remove needs nothing but its own name."""
    wrong = [entry for entry in declared if not _acceptable(entry, state, today)]
    if wrong:
        errors = [finding for entry in wrong for finding in entry.findings if not is_valid([finding])]
        raise InvalidInput(
            f"{_share(wrong, declared, 'is', 'are')} declared wrong; nothing was read or written. {in_words(errors)}"
        )


def _share(part: Sequence[Any], whole: Sequence[Any], singular: str, plural: str) -> str:
    """How many of the gateways, with the verb that follows: C(1 of 2 gateways is)."""
    return f"{len(part)} of {counted(len(whole), 'gateway')} {singular if len(part) == 1 else plural}"


def _acceptable(declared: Declared, state: State, today: date) -> bool:
    if state is State.ABSENT:
        return declared.names.service_name is not None
    named = declared.alias is None or declared.alias.target is not None
    return named and is_valid(accept(declared.findings, declared.gateway.accept, today))


def _placed(
    service: AzureDns, declared: Sequence[Declared], request: Request
) -> tuple[list[Declared], list[PlacedAlias]]:
    """Every needed alias in its zone, and the gateways, whose aliases without a zone are left out if they may be.

    :raises InvalidInput: naming every gateway whose zone cannot be told, unless the others may go on.
    :raises AzureFailure: when zones cannot be listed, with the same exception.
    """
    finder = ZoneFinder(service)
    kept, placed, problems = list(declared), [], []
    for number, entry in enumerate(declared):
        if entry.alias is None:
            continue
        try:
            zone = finder.zone_of(entry.alias.service_name, entry.gateway.dns)
            placed.append(PlacedAlias(entry.alias, zone, relative_name(entry.alias.service_name, zone.name)))
        except (InvalidInput, AzureFailure) as problem:
            if isinstance(problem, AzureFailure) and not _is_its_own(problem, request):
                raise
            problems.append(problem.message)
            kept[number] = without_alias(entry, problem.message)
    if problems and not request.partial:
        more = [f"And {counted(len(problems) - MOST_LISTED, 'more gateway')}."] if len(problems) > MOST_LISTED else []
        raise InvalidInput(" ".join([*problems[:MOST_LISTED], *more]))
    return kept, placed


def _read(
    service: AzureDns, declared: Sequence[Declared], placed: Sequence[PlacedAlias], request: Request
) -> tuple[list[Declared], list[PlacedAlias], Contents]:
    """What each zone holds, from one list of it, and the aliases without those whose zone cannot be read.

    :raises AzureFailure: when a zone cannot be read, unless the aliases of others may go on.
    """
    contents: Contents = {}
    problems: dict[ZoneKey, str] = {}
    for key, zone in {entry.zone.key: entry.zone for entry in placed}.items():
        try:
            contents[key] = service.record_sets(zone)
        except AzureFailure as failure:
            if not _is_its_own(failure, request):
                raise
            problems[key] = failure.message
    pairs = iter(placed)
    kept = [_unless_unread(entry, next(pairs), problems) if entry.alias is not None else entry for entry in declared]
    return kept, [entry for entry in placed if entry.zone.key in contents], contents


def _unless_unread(declared: Declared, entry: PlacedAlias, problems: Mapping[ZoneKey, str]) -> Declared:
    return without_alias(declared, problems[entry.zone.key]) if entry.zone.key in problems else declared


def _is_its_own(failure: AzureFailure, request: Request) -> bool:
    """Whether a failure is about one gateway's zone, and others may go on: not that Azure does not answer at all."""
    return request.partial and failure.kind in OF_ONE_ZONE


def _refuse_conflicts(judged: Sequence[Judged], calls: Calls) -> None:
    """Refuse the whole plan when something is in the way that the user has not accepted."""
    today = calls.clock.now().date()
    findings = [
        finding
        for entry in judged
        if entry.outcome and entry.outcome.change.action is Action.CONFLICT
        for finding in accept(entry.alias_findings, entry.declared.gateway.accept, today)
        if not is_valid([finding])
    ]
    if findings:
        raise CmgError(
            f"{_share(findings, judged, 'has', 'have')} something in the way of the alias; nothing was written. "
            f"{in_words(findings)}",
            result=result_of(judged, calls.counts, today),
        )


def _refuse_unsafe(judged: Sequence[Judged], request: Request, calls: Calls) -> None:
    changes = [entry.outcome.change for entry in judged if entry.outcome]
    try:
        check_max_changes(changes, request.max_changes)
    except UnsafePlan as unsafe:
        unsafe.result = result_of(judged, calls.counts, calls.clock.now().date())
        raise


def _unwritten(changes: Sequence[Change], reason: str) -> list[Outcome]:
    """The outcomes of a plan that is refused as a whole."""
    return [
        replace(outcome, applied=False, error=f"Not written: {reason}." if outcome.applied else None)
        for outcome in foreseen(changes)
    ]


def _carried_out(
    service: AzureDns, placed: Sequence[PlacedAlias], changes: Sequence[Change], request: Request, calls: Calls
) -> list[Outcome]:
    if request.check_mode:
        return foreseen(changes)
    moment = calls.clock.now().isoformat(timespec="microseconds")
    wish = Wish(request.state, request.on_conflict, moment)
    return apply(service, placed, changes, wish, request.concurrency)


def _counts(calls: Calls, changes: Sequence[Change], request: Request) -> Counter[str]:
    """The requests made; in check mode with the writes that the real run would make."""
    writes = [f"{change.action}_record_set" for change in changes if change.action in WRITES]
    return calls.counts + Counter(writes if request.check_mode else [])


def _reported(judged: Sequence[Judged], counts: Counter[str], today: date) -> dict[str, Any]:
    """The result, or a failure that carries it when a write failed."""
    result = result_of(judged, counts, today)
    failed = [finding for entry in judged if entry.outcome and entry.outcome.error for finding in entry.alias_findings]
    if failed:
        done = sum(entry.outcome.applied for entry in judged if entry.outcome)
        were = "was" if done == 1 else "were"
        raise CmgError(
            f"{counted(len(failed), 'alias', 'aliases')} could not be changed, {done} {were}. {in_words(failed)}",
            result=result,
        )
    return result

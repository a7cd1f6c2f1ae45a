# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Availability from the declaration to the result: own resources once, then each name, aliases, and alternatives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.configmgr.cmg.plugins.module_utils._azure.alias_reading import AliasReader
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.availability import AzureNames
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.calls import Calls
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.dns import AzureDns
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.providers import Subscription
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.settings import Connection
from ansible_collections.configmgr.cmg.plugins.module_utils._core.alternatives import (
    DEFAULT_PATTERNS,
    alternatives,
    check_patterns,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.availability import (
    AliasFact,
    AliasState,
    Answer,
    Availability,
    Estate,
    Kind,
    NameCheck,
    NameStatus,
    Reply,
    foreign_cloud,
    judged,
    needs_alias_read,
    of_classic,
    settled,
    wanted,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.availability_rules import FAILING, Assessment
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Finding
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import Context, DeploymentMethod, Gateway
from ansible_collections.configmgr.cmg.plugins.module_utils._core.names import (
    GatewayNames,
    duplicate_findings,
    names_of,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._module.availability_results import result_of
from ansible_collections.configmgr.cmg.plugins.module_utils._module.limits import (
    CONCURRENCY,
    TIMEOUT,
    check_timeout,
    checked_concurrency,
)

MOST_SUGGESTIONS = 5
# The promise is three requests for each gateway and ten for all. The search for alternatives takes what is left of
# it; a task for a few gateways may take more, because their alternatives are what it is run for.
REQUESTS_FOR_ONE, REQUESTS_FOR_ALL, REQUESTS_OF_A_SMALL_TASK = 3, 10, 100

OPTIONS: dict[str, dict[str, Any]] = {
    "check_alias": {"type": "bool", "default": True},
    "suggestions": {"type": "int", "default": MOST_SUGGESTIONS},
    "alternatives": {"type": "list", "elements": "str", "default": list(DEFAULT_PATTERNS)},
    **CONCURRENCY,
    **TIMEOUT,
}


@dataclass(frozen=True, slots=True)
class Request:
    """What the task asks for, apart from the gateways."""

    check_alias: bool
    suggestions: int
    patterns: tuple[str, ...]
    concurrency: int


@dataclass(frozen=True, slots=True)
class Services:
    """Azure as this needs it. O(cloud) names the connection's cloud; the DNS service is made only when it is needed."""

    names: AzureNames
    cloud: str | None
    dns: Callable[[], AzureDns]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A gateway with its names and with what is wrong with them."""

    gateway: Gateway
    names: GatewayNames
    findings: tuple[Finding, ...]


def request_of(options: Mapping[str, Any]) -> Request:
    """What the options of the task ask for.

    :raises InvalidInput: for a number out of its range, or a pattern that makes no name.
    """
    suggestions, patterns = options["suggestions"], tuple(options["alternatives"])
    if not 0 <= suggestions <= MOST_SUGGESTIONS:
        raise InvalidInput(f"suggestions is {suggestions}. Use a number from 0 to {MOST_SUGGESTIONS}.")
    check_patterns(patterns)
    check_timeout(options)
    return Request(options["check_alias"], suggestions, patterns, checked_concurrency(options))


def services_of(connection: Connection, request: Request, calls: Calls) -> Services:
    """Azure behind a connection."""
    subscription = Subscription(connection, calls)
    names = AzureNames(subscription, request.concurrency)
    return Services(names, subscription.cloud, lambda: AzureDns(connection, calls))


def judge_availability(
    gateways: Sequence[Gateway], request: Request, services: Services, calls: Calls
) -> dict[str, Any]:
    """The module's result: whether the names of all gateways are free or ours, and whether the subscription is ready.

    :raises CmgError: when nothing at all can be asked. What is not known of one name is part of the result.
    """
    candidates = _candidates(gateways)
    estate = services.names.estate()
    assessments = _assessed(candidates, estate, services)
    if request.check_alias:
        assessments = _with_aliases(assessments, services)
    allowed = max(REQUESTS_FOR_ONE * len(gateways) + REQUESTS_FOR_ALL, REQUESTS_OF_A_SMALL_TASK)
    search = Search(services.names, request, allowed - calls.counts.total(), assessments)
    assessments = [replace(it, suggestions=tuple(search.suggestions(it))) for it in assessments]
    findings = [candidate.findings for candidate in candidates]
    return result_of(assessments, findings, estate, calls.counts, calls.clock.now().date())


def _candidates(gateways: Sequence[Gateway]) -> list[Candidate]:
    named = [names_of(gateway) for gateway in gateways]
    duplicates = duplicate_findings([names for names, _findings in named])
    return [
        Candidate(gateway, names, (*findings, *shared))
        for gateway, (names, findings), shared in zip(gateways, named, duplicates, strict=True)
    ]


def _assessed(candidates: Sequence[Candidate], estate: Estate, services: Services) -> list[Assessment]:
    """Every gateway with the status of its names; all that Azure has to be asked for is asked at once."""
    seen = [_estate_for(candidate, estate, services.cloud) for candidate in candidates]
    known = [_known(candidate, own) for candidate, own in zip(candidates, seen, strict=True)]
    open_checks = [check for entry in known for check in entry.values() if isinstance(check, NameCheck)]
    answers = services.names.answers(open_checks)
    return [
        Assessment(
            candidate.gateway,
            candidate.names,
            {kind: _answered(entry, answers, own) for kind, entry in entries.items()},
            own,
            _unread_alias(candidate.names),
        )
        for candidate, entries, own in zip(candidates, known, seen, strict=True)
    ]


def _estate_for(candidate: Candidate, estate: Estate, connected: str | None) -> Estate:
    foreign = foreign_cloud(candidate.names, connected)
    return Estate.unread(estate.subscription_id, foreign) if foreign else estate


def _known(candidate: Candidate, estate: Estate) -> dict[Kind, NameCheck | NameStatus]:
    """What is known of a gateway's names without asking for them, and the checks that are left."""
    found: dict[Kind, NameCheck | NameStatus] = {}
    for kind, entry in wanted(candidate.gateway, candidate.names, candidate.findings).items():
        if isinstance(entry, NameCheck):
            found[kind] = settled(entry, candidate.gateway, estate) or entry
        elif kind is Kind.LABEL and candidate.gateway.deployment_method is DeploymentMethod.CLASSIC:
            found[kind] = of_classic(entry, candidate.names, estate)
        else:
            found[kind] = entry
    return found


def _answered(entry: NameCheck | NameStatus, answers: Mapping[NameCheck, Answer], estate: Estate) -> NameStatus:
    return entry if isinstance(entry, NameStatus) else judged(entry, answers[entry], estate)


def _unread_alias(names: GatewayNames) -> AliasFact:
    return AliasFact(AliasState.NOT_REQUIRED if names.cname_required is False else AliasState.NOT_READ)


def _with_aliases(assessments: Sequence[Assessment], services: Services) -> list[Assessment]:
    """The assessments with the aliases of those gateways for which it matters. Otherwise no zone is read."""
    if not any(needs_alias_read(it.names, it.label) for it in assessments):
        return list(assessments)
    reader = AliasReader(services.dns())
    return [replace(it, alias=_alias(it, reader)) for it in assessments]


def _alias(it: Assessment, reader: AliasReader) -> AliasFact:
    names = it.names
    if names.service_name is None or names.deployment_name is None or not needs_alias_read(names, it.label):
        return it.alias
    return reader.alias(names.service_name, names.deployment_name, it.gateway.dns)


class Search:
    """Looks for free prefixes in the place of taken ones, within a number of requests for the whole task.

    :param allowed: how many requests the search may make.
    :param assessments: all gateways, whose own names are never suggested.
    """

    def __init__(self, names: AzureNames, request: Request, allowed: int, assessments: Iterable[Assessment]) -> None:
        self._names = names
        self._request = request
        self._left = allowed
        self._told = {it.names.prefix for it in assessments}

    def suggestions(self, it: Assessment) -> list[str]:
        """Free prefixes for a gateway that is still to be deployed and cannot have its own."""
        found: list[str] = []
        if not _needs_another_name(it):
            return found
        for name in self._untold(it):
            if len(found) == self._request.suggestions or self._left < len(Kind):
                break
            replies = self._replies(name, str(it.names.region))
            if Reply.UNKNOWN in replies:
                break
            if set(replies) == {Reply.FREE}:
                self._told.add(name)
                found.append(name)
        return found

    def _untold(self, it: Assessment) -> Iterator[str]:
        names = alternatives(str(it.names.prefix), str(it.names.region), self._request.patterns)
        return (name for name in names if name not in self._told)

    def _replies(self, name: str, region: str) -> list[Reply]:
        self._left -= len(Kind)
        checks = [NameCheck(kind, name, region if kind is Kind.LABEL else None) for kind in Kind]
        return [answer.reply for answer in self._names.answers(checks).values()]


def _needs_another_name(it: Assessment) -> bool:
    """A conversion cannot change the prefix, and a gateway that runs has its own."""
    known = it.names.prefix is not None and it.names.region is not None
    wrong = any(it.statuses[kind].status in FAILING and not it.statuses[kind].declared_wrong for kind in Kind)
    usable = all(it.statuses[kind].status is not Availability.UNKNOWN for kind in Kind)
    return it.gateway.context is Context.NEW and known and wrong and usable

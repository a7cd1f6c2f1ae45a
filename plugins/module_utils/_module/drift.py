# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The look for drift from the declaration to the result. Nothing in here, nor in what it imports, can write.

The layers come in an order that protects what they look at: the control plane, the delegation, the name servers, the
target, what it serves, and resolvers last and only where the name servers agree.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ansible_collections.configmgr.cmg.plugins.module_utils._azure.calls import Calls
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.sources import Material
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.case import Case
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.judge import Tolerance, judge
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.observations import Declared, Observed
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.report import (
    SCHEMA_VERSION,
    Judgement,
    alias_entry,
    as_finding,
    diff_of,
    moment,
    summary_of,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.taxonomy import State
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.unmanaged import judge_leftover, leftovers
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Finding
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import Context, Gateway
from ansible_collections.configmgr.cmg.plugins.module_utils._core.names import (
    GatewayNames,
    duplicate_findings,
    names_of,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.records import comparable
from ansible_collections.configmgr.cmg.plugins.module_utils._core.results import results_of
from ansible_collections.configmgr.cmg.plugins.module_utils._dns.observe import (
    NOT_AGREED,
    Observer,
    View,
    may_ask_resolvers,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._dns.pacing import Clock
from ansible_collections.configmgr.cmg.plugins.module_utils._module.drift_options import (
    AUTHORITATIVE,
    CONTROL_PLANE,
    RECURSIVE,
    SERVED,
    TARGET,
    Request,
    Waiting,
    observer_of,
    request_of,
    transport_of,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._module.drift_plane import ControlPlane, Reader
from ansible_collections.configmgr.cmg.plugins.module_utils._module.libraries import require_cryptography

if TYPE_CHECKING:
    # All that is known of certificates takes longer to load than everything else, and only one layer needs it.
    from ansible_collections.configmgr.cmg.plugins.module_utils._module.served import Handshakes

LONGEST_PAUSE = 30.0
NO_RESOLVERS = "No resolver is known to ask: give some in resolvers or views."
NOT_SAMPLED = "Not among the aliases that were chosen for resolvers (recursive_sample)."
NO_ADDRESS = "The target has no address to connect to."
OLD_DAYS = 1


@dataclass(frozen=True, slots=True)
class Subject:
    """A gateway, its names and what is wrong with them, its files, and its alias where it needs one."""

    gateway: Gateway
    names: GatewayNames
    findings: tuple[Finding, ...]
    material: Material | None
    alias: Declared | None


@dataclass(slots=True)
class Run:
    """What one run works with. O(plane) and O(handshakes) are V(None) where their layers are not wanted."""

    request: Request
    observer: Observer
    clock: Clock
    plane: ControlPlane | None = None
    handshakes: Handshakes | None = None
    attempts: list[dict[str, Any]] = field(default_factory=list)


def subjects_of(gateways: Sequence[Gateway], materials: Sequence[Material | None], request: Request) -> list[Subject]:
    """The gateways with their aliases, in the same order."""
    named = [
        names_of(gateway, material.certificate_name if material else None)
        for gateway, material in zip(gateways, materials, strict=True)
    ]
    duplicates = duplicate_findings([names for names, _findings in named])
    return [
        Subject(gateway, names, (*findings, *shared), material, _declared(gateway, names, material, request))
        for gateway, material, (names, findings), shared in zip(gateways, materials, named, duplicates, strict=True)
    ]


def _declared(gateway: Gateway, names: GatewayNames, material: Material | None, request: Request) -> Declared | None:
    wanted = names.alias
    if wanted is None:
        return None
    leaf = material.server.leaf if material and material.server else None
    return Declared(
        gateway=gateway.label,
        name=wanted["name"],
        target=wanted["target"],
        ttl=gateway.dns.ttl if request.compare_ttl else None,
        zone=gateway.dns.zone,
        old_classic_name=names.classic_deployment_name if gateway.context is Context.CONVERT else None,
        issuers=request.issuers,
        sha256=leaf.thumbprint_sha256.lower() if leaf else None,
        undeployed=gateway.context is Context.NEW,
    )


def drift_results(subjects: Sequence[Subject], run: Run) -> dict[str, Any]:
    """Everything that M(configmgr.cmg.dns_drift_info) returns, apart from the requests to Azure."""
    with_alias = [subject for subject in subjects if subject.alias is not None]
    aliases = [subject.alias for subject in with_alias if subject.alias is not None]
    seen = _observed(with_alias, aliases, run)
    now = run.clock.now()
    judgements = [
        Judgement(judge(alias, observed, now, run.request.settings, _tolerances(subject, run.request)), observed)
        for subject, alias, observed in zip(with_alias, aliases, seen, strict=True)
    ]
    return _result(subjects, judgements, _unmanaged(aliases, run, now), run, now)


def _tolerances(subject: Subject, request: Request) -> list[Tolerance]:
    return [*request.tolerances, *map(Tolerance.of, subject.gateway.accept)]


def _unmanaged(aliases: Sequence[Declared], run: Run, now: datetime) -> list[Judgement]:
    if run.plane is None or run.request.partial:
        return []
    extra = leftovers(run.plane.contents, [alias.name for alias in aliases])
    judged = [judge_leftover(entry, now, run.request.settings, run.request.tolerances) for entry in extra]
    return [Judgement(verdict, seen) for verdict, seen in judged]


def _observed(subjects: Sequence[Subject], aliases: Sequence[Declared], run: Run) -> list[Observed]:
    """What is seen of each alias, layer by layer."""
    planes = [
        run.plane.view(alias.name, subject.gateway.dns) if run.plane else None
        for subject, alias in zip(subjects, aliases, strict=True)
    ]
    layers = run.request.layers
    if AUTHORITATIVE in layers and run.request.waiting is not None:
        run.attempts = wait_until_agreed(aliases, run.observer, run.clock, run.request.waiting)
    seen = run.observer.authoritative(aliases) if AUTHORITATIVE in layers else [Observed() for _alias in aliases]
    seen = [replace(one, plane=plane) for one, plane in zip(seen, planes, strict=True)]
    if TARGET in layers or SERVED in layers:
        run.observer.prefetch_targets(aliases, seen)
        seen = [_with_target(alias, one, run) for alias, one in zip(aliases, seen, strict=True)]
    if SERVED in layers:
        seen = _with_served(subjects, aliases, seen, run)
    if RECURSIVE in layers:
        seen = _with_resolvers(aliases, seen, run)
    return [_within(one, layers) for one in seen]


def _within(observed: Observed, layers: frozenset[str]) -> Observed:
    """Without the target where that was needed only to know where to connect to."""
    return observed if TARGET in layers else replace(observed, target=None)


def _with_target(alias: Declared, observed: Observed, run: Run) -> Observed:
    target = run.observer.target(alias.target)
    caa = run.observer.caa(alias) if alias.issuers and AUTHORITATIVE in run.request.layers else None
    if run.plane is not None and TARGET in run.request.layers:
        target = run.plane.with_owner(target)
    return replace(observed, target=target, detours=run.observer.detours(alias, observed), caa=caa)


def _with_served(
    subjects: Sequence[Subject], aliases: Sequence[Declared], seen: Sequence[Observed], run: Run
) -> list[Observed]:
    if run.handshakes is None:
        return list(seen)
    wanted = [
        (
            subject.material or Material(subject.gateway),
            alias.name,
            observed.target.addresses if observed.target else (),
        )
        for subject, alias, observed in zip(subjects, aliases, seen, strict=True)
    ]
    views = run.handshakes.views(wanted, run.clock.now())
    return [
        replace(observed, served=view) if view else _skipping(observed, "served", NO_ADDRESS)
        for observed, view in zip(seen, views, strict=True)
    ]


def _skipping(observed: Observed, layer: str, reason: str) -> Observed:
    return replace(observed, skipped={**observed.skipped, layer: reason})


def _with_resolvers(aliases: Sequence[Declared], seen: Sequence[Observed], run: Run) -> list[Observed]:
    """Resolvers are asked about aliases on which the name servers agree, and about nothing else."""
    views: tuple[View, ...] = run.request.views
    chosen = _sample(aliases, seen, run)
    reasons = [_why_not(alias, one, views, chosen) for alias, one in zip(aliases, seen, strict=True)]
    asked = [alias for alias, reason in zip(aliases, reasons, strict=True) if reason is None]
    replies = iter(run.observer.recursive(asked, views) if asked else [])
    return [
        replace(one, recursive=next(replies)) if reason is None else _skipping(one, "recursive", reason)
        for one, reason in zip(seen, reasons, strict=True)
    ]


def _why_not(alias: Declared, observed: Observed, views: Sequence[View], chosen: frozenset[str]) -> str | None:
    if not views:
        return NO_RESOLVERS
    if not alias.name.isascii() or not may_ask_resolvers(alias, observed):
        return NOT_AGREED
    return None if comparable(alias.name) in chosen else NOT_SAMPLED


def _sample(aliases: Sequence[Declared], seen: Sequence[Observed], run: Run) -> frozenset[str]:
    """The aliases that resolvers are asked about: those changed lately, and as many others as wanted.

    The others change from day to day, so that each has its turn, and not within a day, so that results can be compared.
    """
    names = [comparable(alias.name) for alias in aliases]
    if run.request.sample is None:
        return frozenset(names)
    now = run.clock.now()
    cases = [Case(alias, observed, now) for alias, observed in zip(aliases, seen, strict=True)]
    lately = {comparable(case.declared.name) for case in cases if _changed_lately(case)}
    day = now.date().isoformat()
    others = sorted(set(names) - lately, key=lambda name: hashlib.sha256(f"{day}|{name}".encode()).digest())
    return frozenset(lately | set(others[: run.request.sample]))


def _changed_lately(case: Case) -> bool:
    return case.changed_at is not None and (case.now - case.changed_at).days < OLD_DAYS


def wait_until_agreed(
    aliases: Sequence[Declared], observer: Observer, clock: Clock, waiting: Waiting
) -> list[dict[str, Any]]:
    """Ask the name servers again and again until all of them have every alias, or until the time is over.

    Every attempt is returned. Resolvers are not asked; the pauses grow from the given one to half a minute.
    """
    deadline, pause = clock.monotonic() + waiting.timeout, waiting.interval
    attempts: list[dict[str, Any]] = []
    while True:
        attempt = _attempt(aliases, observer, clock)
        attempts.append(attempt)
        if attempt["agreed"] or clock.monotonic() + pause > deadline:
            return attempts
        clock.sleep(pause)
        pause = min(pause * 2, max(LONGEST_PAUSE, waiting.interval))


def _attempt(aliases: Sequence[Declared], observer: Observer, clock: Clock) -> dict[str, Any]:
    now = clock.now()
    cases = [Case(alias, seen, now) for alias, seen in zip(aliases, observer.sweep(aliases), strict=True)]
    entries = [_progress(case) for case in cases]
    agreed = all(entry["total"] > 0 and entry["agreeing"] == entry["total"] for entry in entries)
    return {"at": moment(now), "agreed": agreed, "aliases": entries}


def _progress(case: Case) -> dict[str, Any]:
    return {
        "name": f"{comparable(case.declared.name)}.",
        "agreeing": sum(map(case.is_right, case.words)),
        "total": len(case.words),
        "servers": {word.reply.place.address: str(word) for word in case.words},
    }


def _result(
    subjects: Sequence[Subject], judgements: Sequence[Judgement], extra: Sequence[Judgement], run: Run, now: datetime
) -> dict[str, Any]:
    vantage, verdicts = run.request.vantage, [judgement.verdict for judgement in judgements]
    queue = iter(judgements)
    own = [next(queue) if subject.alias is not None else None for subject in subjects]
    judged = [_facts(subject, judgement) for subject, judgement in zip(subjects, own, strict=True)]
    result = results_of([subject.gateway for subject in subjects], judged, now.date())
    every = [*verdicts, *(judgement.verdict for judgement in extra)]
    return {
        **result,
        "changed": False,
        "schema_version": SCHEMA_VERSION,
        "drifted": any(verdict.state is State.DRIFT for verdict in every),
        "summary": {**result["summary"], **summary_of(verdicts), "unmanaged": len(extra)},
        "aliases": [alias_entry(judgement, vantage) for judgement in judgements],
        "unmanaged": [alias_entry(judgement, vantage) for judgement in extra],
        "attempts": run.attempts,
        "diff": diff_of(verdicts),
    }


def _facts(subject: Subject, judgement: Judgement | None) -> tuple[Mapping[str, Any], list[Finding]]:
    verdict = judgement.verdict if judgement else None
    facts = {
        "service_name": subject.names.service_name,
        "deployment_name": subject.names.deployment_name,
        "cname_required": subject.names.cname_required,
        "state": str(verdict.state) if verdict else None,
    }
    drifts = verdict.findings if verdict else ()
    return facts, [*subject.findings, *(as_finding(drift, subject.gateway.label) for drift in drifts)]


REQUESTS = (
    "list_subscriptions",
    "list_zones",
    "list_record_sets",
    "list_locks",
    "list_public_ips",
    "check_dns_label",
)


def look_for_drift(
    gateways: Sequence[Gateway], options: Mapping[str, Any], connect: Callable[[], Reader], calls: Calls
) -> dict[str, Any]:
    """Everything that M(configmgr.cmg.dns_drift_info) returns.

    :param connect: makes the connection to Azure. It is not called where the layer is not wanted; that it fails is a
        finding.
    :raises CmgError: for options that make no sense, and where a library is missing.
    """
    request = request_of(options)
    materials = _materials(gateways, request)
    transport = transport_of(request, calls.clock)
    run = Run(
        request,
        observer_of(request, transport),
        calls.clock,
        ControlPlane(connect) if CONTROL_PLANE in request.layers else None,
        _handshakes(options) if SERVED in request.layers else None,
    )
    result = drift_results(subjects_of(gateways, materials, request), run)
    return {
        **result,
        "queries": transport.sent,
        "requests": {kind: calls.counts.get(kind, 0) for kind in REQUESTS},
    }


def _materials(gateways: Sequence[Gateway], request: Request) -> list[Material | None]:
    """The files of the gateways, read where a certificate is compared or has to give a gateway its name."""
    unnamed = any(gateway.service_name is None and gateway.server_certificate is not None for gateway in gateways)
    if SERVED not in request.layers and not unnamed:
        return [None for _gateway in gateways]
    require_cryptography()
    from ansible_collections.configmgr.cmg.plugins.module_utils._module.certificate_files import server_materials

    return list(server_materials(gateways))


def _handshakes(options: Mapping[str, Any]) -> Handshakes:
    from ansible_collections.configmgr.cmg.plugins.module_utils._module.served import handshakes_from

    return handshakes_from(options)

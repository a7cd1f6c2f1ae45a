# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Results as modules return them, made by the same code from declarations and observations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.case import Settings
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.judge import Tolerance, judge
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.report import (
    Judgement,
    alias_entry,
    as_finding,
    summary_of,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.unmanaged import judge_leftover
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import gateways_from_options
from ansible_collections.configmgr.cmg.plugins.module_utils._core.names import judged_names
from ansible_collections.configmgr.cmg.plugins.module_utils._core.records import RecordSet
from ansible_collections.configmgr.cmg.plugins.module_utils._core.results import results_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.zones import Zone
from tests.unit.plugins.module_utils._core.drift import cases

TODAY = date(2026, 11, 21)
GOOD, BAD = "granitefalls.contoso.com", "granite-falls.contoso.com"
Changes = Mapping[str, Any]


def names_result(*options: Changes) -> dict[str, Any]:
    """What deployment_name_info returns for these declarations; by default one is right and one is not."""
    declared = options or (
        {"service_name": GOOD, "region": "westus", "site_version": "2503"},
        {"service_name": BAD, "region": "westus", "site_version": "2503"},
    )
    gateways = gateways_from_options(declared)
    return {"changed": False, **results_of(gateways, judged_names(gateways), TODAY)}


def drift_result(*aliases: Changes, tolerances: Sequence[Tolerance] = ()) -> dict[str, Any]:
    """What dns_drift_info returns for aliases of which these layers are not healthy.

    C(name) names the alias, C(settings) are those of the judge.
    """
    judgements = [_judgement(dict(changes), tolerances) for changes in aliases or ({},)]
    drifts = [(drift, it.verdict.declared.gateway) for it in judgements for drift in it.verdict.findings]
    findings = [as_finding(drift, gateway).as_dict() for drift, gateway in drifts]
    states = {str(it.verdict.state) for it in judgements}
    return {
        "changed": False,
        "drifted": "drift" in states,
        "aliases": [alias_entry(it, "runner-1") for it in judgements],
        "gateways": [_gateway(it, findings) for it in judgements],
        "findings": findings,
        "summary": summary_of([it.verdict for it in judgements]),
        "valid": "drift" not in states,
    }


def _judgement(changes: dict[str, Any], tolerances: Sequence[Tolerance]) -> Judgement:
    name, settings = changes.pop("name", cases.NAME), changes.pop("settings", None)
    observed = cases.observed(**changes)
    declared = replace(cases.DECLARED, name=name, gateway=name)
    return Judgement(judge(declared, observed, cases.NOW, settings, tolerances), observed)


def _gateway(judgement: Judgement, findings: Sequence[Changes]) -> dict[str, Any]:
    label = judgement.verdict.declared.gateway
    own = [finding for finding in findings if finding["gateway"] == label]
    return {"service_name": label, "valid": not own, "findings": own}


def broken() -> dict[str, Any]:
    """One alias that points elsewhere on every server, one that a resolver has not forgotten, and one unheard of."""
    old = cases.cname(cases.OLD)
    return drift_result(
        {"authoritative": cases.everywhere(old), "plane": None, "probes": (), "skipped": {"plane": "No credentials."}},
        {
            "name": "wallacefalls.contoso.com",
            "authoritative": _of("wallacefalls.contoso.com", cases.TARGET),
            "plane": cases.plane(),
            "recursive": (_old_resolver("wallacefalls.contoso.com"),),
            "served": None,
        },
        {
            "name": "snoqualmiefalls.contoso.com",
            "authoritative": tuple(
                cases.silent(number=number, name="snoqualmiefalls.contoso.com")
                for number in range(len(cases.ADDRESSES))
            ),
            "probes": (),
            "recursive": None,
            "served": None,
        },
    )


def _of(name: str, target: str) -> tuple[Any, ...]:
    return cases.everywhere(cases.cname(target, name=name), name=name)


def _old_resolver(name: str) -> Any:
    made = cases.resolver(cases.cname(cases.OLD, ttl=1200, name=name))
    return replace(made, reply=replace(made.reply, name=name))


def failed_result(message: str = "The subscription cannot be read.") -> dict[str, Any]:
    """What is registered of a task that failed before it judged anything."""
    return {"failed": True, "changed": False, "msg": message}


def telling(text: str) -> dict[str, Any]:
    """A result whose texts are all this one."""
    finding = {
        "rule": "PREFIX-006",
        "title": text,
        "severity": "error",
        "status": "failed",
        "gateway": text,
        "subject": text,
        "observed": text,
        "expected": text,
        "remedy": text,
        "sources": [text],
    }
    gateway = {"service_name": text, "valid": False, "findings": [finding]}
    return {"gateways": [gateway], "findings": [finding], "valid": False, "summary": {"errors": 1}}


def with_unmanaged(result: dict[str, Any], *, strict: bool = False) -> dict[str, Any]:
    """The result with an alias that has our mark and that nobody declares."""
    zone = Zone("5ab50000-0000-4000-8000-000000000001", "rg-dns", "contoso.com")
    leftover = ("oldfalls.contoso.com", zone, RecordSet("CNAME", "oldfalls", 3600, cases.OLD))
    judgement = Judgement(*judge_leftover(leftover, cases.NOW, Settings(strict=strict)))
    return {**result, "unmanaged": [alias_entry(judgement, "runner-1")]}

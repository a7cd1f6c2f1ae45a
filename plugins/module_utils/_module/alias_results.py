# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What ensuring aliases has to say, in the shape that the module returns: the same whatever happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from ansible_collections.configmgr.cmg.plugins.module_utils._azure.apply import Outcome
from ansible_collections.configmgr.cmg.plugins.module_utils._core.alias_plan import (
    NO_PLACE,
    WRITE_FAILED,
    PlacedAlias,
    conflict_finding,
    held_finding,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Finding
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import Gateway
from ansible_collections.configmgr.cmg.plugins.module_utils._core.names import GatewayNames
from ansible_collections.configmgr.cmg.plugins.module_utils._core.records import Action, Alias, RecordSet, diff_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.results import results_of

# None of these is a name that dictionaries have methods for: in a template, requests.update would be that method.
REQUESTS = (
    "list_subscriptions",
    "list_zones",
    "list_record_sets",
    "get_record_set",
    "create_record_set",
    "update_record_set",
    "delete_record_set",
)
MOST_LISTED = 10


@dataclass(frozen=True, slots=True)
class Declared:
    """A gateway with its names, what is wrong with them, and its alias where it needs one."""

    gateway: Gateway
    names: GatewayNames
    findings: tuple[Finding, ...]
    alias: Alias | None


@dataclass(frozen=True, slots=True)
class Judged:
    """A declared gateway, where its alias lives, and what became of it, as far as that is known yet."""

    declared: Declared
    entry: PlacedAlias | None = None
    outcome: Outcome | None = None

    @property
    def alias_findings(self) -> list[Finding]:
        """What stands in the way of the alias, or why it could not be written."""
        if self.entry is None or self.outcome is None:
            return []
        label = self.declared.gateway.label
        change = self.outcome.change
        told = conflict_finding(label, self.entry, change) or held_finding(label, self.entry, change)
        return [told] if told else _write_failure(label, self.entry, self.outcome)


def _write_failure(label: str, entry: PlacedAlias, outcome: Outcome) -> list[Finding]:
    if outcome.error is None:
        return []
    return [
        WRITE_FAILED.finding(
            gateway=label,
            subject="DNS alias",
            observed=outcome.error,
            expected=f"{entry.alias.service_name} as planned in the DNS zone {entry.zone}",
            remedy="Mend what the message names and run again; what was done already stays and is not done twice.",
        )
    ]


def without_alias(declared: Declared, problem: str) -> Declared:
    """The same gateway without its alias, for which there is no place; why is a finding."""
    name = declared.alias.service_name if declared.alias else declared.gateway.label
    told = NO_PLACE.finding(
        gateway=declared.gateway.label,
        subject="DNS alias",
        observed=problem,
        expected=f"One zone in Azure DNS that holds {name} and that the credentials see.",
        remedy="Mend what the message names: the declaration, or the right of the credentials to read the zone.",
    )
    return replace(declared, alias=None, findings=(*declared.findings, told))


def judged_of(declared: Sequence[Declared], placed: Sequence[PlacedAlias], outcomes: Sequence[Outcome]) -> list[Judged]:
    """Every gateway with the outcome of its alias; O(placed) and O(outcomes) hold those that need one, in order."""
    pairs = iter(zip(placed, outcomes, strict=True))
    return [Judged(entry, *next(pairs)) if entry.alias is not None else Judged(entry) for entry in declared]


def result_of(judged: Sequence[Judged], counts: Mapping[str, int], today: date) -> dict[str, Any]:
    """The module's result for all gateways, in the order of the declaration."""
    gateways = [entry.declared.gateway for entry in judged]
    facts = [(_facts(entry), [*entry.declared.findings, *entry.alias_findings]) for entry in judged]
    applied = [(entry.entry, entry.outcome) for entry in judged if entry.outcome and entry.outcome.applied]
    return {
        **results_of(gateways, facts, today),
        "changed": bool(applied),
        "requests": {kind: counts.get(kind, 0) for kind in REQUESTS},
        "diff": diff_of((entry.alias.service_name, outcome.change) for entry, outcome in applied if entry),
    }


def _facts(judged: Judged) -> dict[str, Any]:
    names = judged.declared.names
    return {
        "service_name": names.service_name,
        "deployment_name": names.deployment_name,
        "cname_required": names.cname_required,
        "record": _record(judged),
    }


def _record(judged: Judged) -> dict[str, Any]:
    entry, outcome = judged.entry, judged.outcome
    change = outcome.change if outcome else None
    undecided = Action.NOT_REQUIRED if judged.declared.names.cname_required is False else Action.UNDECIDED
    return {
        "action": str(change.action if change else undecided),
        "zone": entry.zone.name if entry else None,
        "resource_group": entry.zone.resource_group if entry else None,
        "subscription_id": entry.zone.subscription_id if entry else None,
        "relative_name": entry.name if entry else None,
        "before": _as_dict(change.before) if change else None,
        "after": _as_dict(change.after) if change else None,
        "blocking_types": list(change.blocking_types) if change else [],
        "etag": outcome.etag if outcome else None,
        "error": outcome.error if outcome else None,
    }


def _as_dict(record_set: RecordSet | None) -> dict[str, Any] | None:
    return record_set.as_dict() if record_set else None


def in_words(findings: Sequence[Finding]) -> str:
    """The first findings as sentences for a message, with a hint at the rest."""
    shown = [f"{it.gateway}: {_ended(it.observed)} {it.remedy} ({it.rule})" for it in findings[:MOST_LISTED]]
    more = len(findings) - len(shown)
    return " ".join([*shown, *([f"And {more} more, see findings."] if more else [])])


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?", ")")) else f"{sentence}."

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What was checked, as cases that passed, failed or could not be decided: subjects of gateways, layers of aliases."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.report import LAYERS, NOT_CHECKED
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.taxonomy import State, worst
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import SEVERITY_ORDER, Severity, Status
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.report import Problem, Report, bare_name
from ansible_collections.configmgr.cmg.plugins.module_utils._core.reports import NEVER

DECLARED = "declared"
# A gateway's case for the rules that found nothing. It is always there, so that the list of cases has no gaps.
OTHER_RULES = "other rules"
TASK = "task"
UNMANAGED = "unmanaged"
GOOD_OF = re.compile(r"(\d+)/(\d+)")


class Outcome(StrEnum):
    """What became of a case. A remark passes, with something to say."""

    PASSED = "passed"
    REMARK = "remark"
    UNKNOWN = "unknown"
    FAILED = "failed"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Check:
    """One case. O(note) is what there is to say besides the problems."""

    gateway: str
    subject: str
    outcome: Outcome
    problems: tuple[Problem, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """What fails a case: the states of an alias's layer, and the least severity of any other finding."""

    states: frozenset[State] = frozenset({State.DRIFT})
    threshold: Severity | None = Severity.ERROR

    def fails(self, problem: Problem) -> bool:
        """Whether this problem alone fails its case."""
        if problem.status is Status.ACCEPTED:
            return False
        if problem.state is not None:
            return problem.state in self.states
        if problem.status is not Status.FAILED or self.threshold is None:
            return False
        return SEVERITY_ORDER[problem.severity] <= SEVERITY_ORDER[self.threshold]


def policy_of(states: Any, threshold: Any) -> Policy:
    """The policy that a filter's options ask for.

    :raises InvalidInput: for a state or a severity that there is none of.
    """
    severities = [*map(str, Severity), NEVER]
    if threshold not in severities:
        raise InvalidInput(f"threshold is {threshold!r}. Use one of {', '.join(severities)}.")
    known = [str(state) for state in State]
    given = [states] if isinstance(states, str) else states
    if not isinstance(given, Sequence) or any(state not in known for state in given):
        raise InvalidInput(f"fail_on is {states!r}. Use a list of {', '.join(known)}.")
    return Policy(frozenset(map(State, given)), None if threshold == NEVER else Severity(threshold))


def checks_of(report: Report, policy: Policy) -> list[Check]:
    """All cases of a report: in the order of the declaration, and within a gateway in that of layers and subjects."""
    checks = [Check(TASK, TASK, Outcome.ERROR, note=report.failure)] if report.failure is not None else []
    for label in dict.fromkeys(gateway.label for gateway in report.gateways):
        checks += _of_gateway(report, label, policy)
    known = {gateway.label for gateway in report.gateways}
    for alias in report.aliases:
        checks += _of_alias(alias, report, policy) if alias["gateway"] not in known else ()
    for alias in report.unmanaged:
        found = tuple(problem for problem in report.problems if problem.alias == bare_name(alias))
        checks.append(Check(bare_name(alias), UNMANAGED, _outcome(found, policy), found))
    return checks


def _of_gateway(report: Report, label: str, policy: Policy) -> Iterator[Check]:
    aliases = [alias for alias in report.aliases if alias["gateway"] == label]
    for alias in aliases:
        yield from _of_alias(alias, report, policy)
    own = [problem for problem in report.problems if problem.gateway == label and problem.alias is None]
    subjects = sorted({problem.subject for problem in own})
    for subject in subjects:
        found = tuple(problem for problem in own if problem.subject == subject)
        yield Check(label, subject, _outcome(found, policy), found)
    if not aliases and OTHER_RULES not in subjects:
        yield Check(label, OTHER_RULES, Outcome.PASSED)


def _outcome(problems: Sequence[Problem], policy: Policy) -> Outcome:
    if any(policy.fails(problem) for problem in problems):
        return Outcome.FAILED
    if any(problem.status is Status.NOT_CHECKED for problem in problems):
        return Outcome.UNKNOWN
    return Outcome.REMARK if problems else Outcome.PASSED


def _of_alias(alias: Mapping[str, Any], report: Report, policy: Policy) -> Iterator[Check]:
    """A case for each layer; one more for the declaration where something is wrong with it."""
    name = bare_name(alias)
    problems = [problem for problem in report.problems if problem.alias == name and problem.gateway == alias["gateway"]]
    for layer in (DECLARED, *LAYERS):
        found = tuple(problem for problem in problems if problem.layer == layer)
        if layer != DECLARED or found:
            yield _of_layer(alias, layer, found, policy)


def _of_layer(alias: Mapping[str, Any], layer: str, problems: tuple[Problem, ...], policy: Policy) -> Check:
    gateway, said = str(alias["gateway"]), str(alias["layers"].get(layer, State.IN_SYNC))
    if said == NOT_CHECKED:
        note = str(alias.get("not_checked", {}).get(layer) or "This layer was not asked for.")
        return Check(gateway, layer, Outcome.UNKNOWN, problems, note)
    state = layer_state(said, problems)
    good = GOOD_OF.fullmatch(said)
    note = f"{good[1]} of {good[2]} name servers have the declared alias." if good else ""
    return Check(gateway, layer, _layer_outcome(state, problems, policy), problems, note)


def layer_state(said: str, problems: Sequence[Problem]) -> State:
    """The state of a layer: as it is told, or, where servers were counted, by what was found at them."""
    good = GOOD_OF.fullmatch(said)
    if good is None:
        return State(said)
    found = {
        problem.state for problem in problems if problem.state is not None and problem.status is not Status.ACCEPTED
    }
    undecided = {State.UNKNOWN} if int(good[2]) == 0 else set()
    return worst(found | undecided)


def _layer_outcome(state: State, problems: Sequence[Problem], policy: Policy) -> Outcome:
    if state in policy.states or any(policy.fails(problem) for problem in problems):
        return Outcome.FAILED
    if state is State.UNKNOWN:
        return Outcome.UNKNOWN
    return Outcome.REMARK if problems or state is not State.IN_SYNC else Outcome.PASSED

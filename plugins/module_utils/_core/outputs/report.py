# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What any module of the collection returned, read once for every format: gateways, aliases, problems, checks."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.report import LAYERS
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.taxonomy import CODES, STATE_ORDER, Layer, State
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import (
    SEVERITY_ORDER,
    STATUS_ORDER,
    Severity,
    Status,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.reports import findings_of

Entry = Mapping[str, Any]
# The looks, as the role's entry points are called, each with a fact that only its gateways have.
KINDS = {
    "names": "endpoints",
    "availability": "dns_label",
    "certificates": "server_certificate",
    "providers": None,
    "dns": "record",
    "drift": None,
}
LAYER_NAMES = {str(Layer.DECLARED): "declared", **{str(letter): name for name, letter in LAYERS.items()}}


@dataclass(frozen=True, slots=True)
class Problem:
    """A finding, wherever it came from. What follows the look is only known of the drift of an alias.

    O(look) is the kind of result that it was found in. O(layer) is the name that RV(aliases[].layers) has for it,
    O(server) whoever was asked.
    """

    fingerprint: str
    rule: str
    title: str
    severity: Severity
    status: Status
    gateway: str
    subject: str
    observed: str
    expected: str
    remedy: str
    sources: tuple[str, ...] = ()
    look: str | None = None
    alias: str | None = None
    code: str | None = None
    layer: str | None = None
    state: State | None = None
    server: str | None = None
    fixable: bool | None = None
    converges_at: str | None = None
    remaining: int | None = None

    @property
    def where(self) -> str:
        """The gateway and what was looked at, without saying a name twice."""
        return self.subject if self.subject.startswith(self.gateway) else f"{self.gateway}, {self.subject}"

    @property
    def order(self) -> tuple[int, int, int, str, str, str, str]:
        """Worst first, and the same order in every run."""
        state = -STATE_ORDER[self.state] if self.state else 0
        ranks = (STATUS_ORDER[self.status], SEVERITY_ORDER[self.severity], state)
        return (*ranks, self.gateway, self.rule, self.subject, self.fingerprint)


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway of a result by the name that findings have for it, and what the module found out about it.

    O(facts) has the entries of all looks by their names, of which O(entry) is the first.
    """

    label: str
    entry: Entry
    facts: Mapping[str, Entry] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Look:
    """One of the results that a report is made from, and the message of its task if that could not do its work."""

    name: str
    failure: str | None = None
    result: Entry = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """A result of any module, or several. O(failure) is the message of a task that could not do its work.

    O(unmanaged) are aliases that nobody declares; each counts as a gateway by its own name. O(looks) has an entry for
    each result whose kind is known; O(whole) tells that several were put together.
    """

    gateways: tuple[Gateway, ...]
    aliases: tuple[Entry, ...]
    problems: tuple[Problem, ...]
    is_drift: bool
    failure: str | None = None
    unmanaged: tuple[Entry, ...] = ()
    looks: tuple[Look, ...] = ()
    whole: bool = False

    @property
    def state(self) -> State | None:
        """The worst state of the aliases; V(None) for a result that is not about drift."""
        states = [State(alias["state"]) for alias in (*self.aliases, *self.unmanaged)]
        return max(states, key=STATE_ORDER.__getitem__, default=State.IN_SYNC) if self.is_drift else None

    @property
    def valid(self) -> bool:
        """Whether the task did its work and no rule failed with an error."""
        return self.failure is None and not any(is_error(problem) for problem in self.problems)


def is_error(problem: Problem) -> bool:
    """Whether a problem makes its gateway invalid."""
    return problem.status is Status.FAILED and problem.severity in (Severity.CRITICAL, Severity.ERROR)


def report_of(result: Any, look: str | None = None) -> Report:
    """The result of any module of the collection, or a list of findings, in the form that all formats are made from.

    :param look: what kind of result it is, if that is known; otherwise its facts tell.
    :raises InvalidInput: when it is neither.
    """
    entries = result if isinstance(result, Mapping) else {}
    failure, kind = _failure(entries), look or kind_of(entries)
    looks = (Look(kind, failure, entries),) if kind else ()
    if failure is not None and "findings" not in entries:
        return Report((), (), (), is_drift=False, failure=failure, looks=looks)
    findings = findings_of(result)
    aliases = _aliases(entries.get("aliases") or ())
    unmanaged = _aliases(entries.get("unmanaged") or ())
    drifts = [_drift(alias, finding, kind) for alias in (*aliases, *unmanaged) for finding in alias["findings"]]
    told = {code.rule.id for code in CODES.values()} if "aliases" in entries else set()
    others = [_problem(finding, kind) for finding in findings if finding["rule"] not in told]
    return Report(
        gateways=_gateways(entries.get("gateways") or (), [*findings, *aliases], kind),
        aliases=aliases,
        problems=tuple(sorted([*drifts, *others], key=lambda problem: problem.order)),
        is_drift="aliases" in entries,
        failure=failure,
        unmanaged=unmanaged,
        looks=looks,
    )


def kind_of(result: Entry) -> str | None:
    """Which of the looks a result is, by what only that one has; V(None) for findings without facts."""
    if "aliases" in result:
        return "drift"
    gateways = result.get("gateways") or ()
    known = (name for name, fact in KINDS.items() if fact and any(fact in gateway for gateway in gateways))
    return next(known, "providers" if "providers" in result else None)


def _aliases(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The aliases by name; one that belongs to no gateway goes by its own."""
    named = [{**entry, "gateway": entry["gateway"] or bare_name(entry)} for entry in entries]
    return tuple(sorted(named, key=bare_name))


def bare_name(alias: Entry) -> str:
    """The service name without a final dot."""
    return str(alias["name"]).removesuffix(".")


def _failure(result: Entry) -> str | None:
    if not result.get("failed"):
        return None
    return str(result.get("msg") or "The task failed without a message.")


def _gateways(entries: Sequence[Entry], naming: Sequence[Entry], look: str | None) -> tuple[Gateway, ...]:
    """The gateways of a result, or those that a mere list of findings speaks of.

    :param naming: what names gateways as they are declared, while their own entries have them in lower case.
    """
    declared = {str(it["gateway"]).lower(): str(it["gateway"]) for it in naming}
    if entries:
        return tuple(
            Gateway(_label(entry, number, declared), entry, {look: entry} if look else {})
            for number, entry in enumerate(entries, start=1)
        )
    return tuple(Gateway(label, {}) for label in sorted(declared.values()))


def _label(entry: Entry, number: int, declared: Mapping[str, str]) -> str:
    """The name that the findings of a gateway have for it, which is known even if its service name is not."""
    told = next((str(finding["gateway"]) for finding in entry.get("findings", ())), None)
    name = str(entry.get("name") or entry.get("service_name") or f"gateway {number}")
    return told or declared.get(name.lower(), name)


def _problem(finding: Entry, look: str | None) -> Problem:
    try:
        return Problem(
            fingerprint=_fingerprint(finding["rule"], finding["gateway"], finding["subject"]),
            rule=str(finding["rule"]),
            title=str(finding["title"]),
            severity=Severity(finding["severity"]),
            status=Status(finding["status"]),
            gateway=str(finding["gateway"]),
            subject=str(finding["subject"]),
            observed=str(finding["observed"]),
            expected=str(finding["expected"]),
            remedy=str(finding["remedy"]),
            sources=tuple(map(str, finding.get("sources", ()))),
            look=look,
        )
    except (KeyError, ValueError) as error:
        raise InvalidInput(
            f"A finding of rule {finding['rule']} is not as modules of configmgr.cmg return it ({error}). "
            "Pass on the result of a module as it is."
        ) from None


def _fingerprint(*parts: object) -> str:
    """Sixteen digits that stay the same from run to run, as the drift of an alias has them."""
    text = "|".join(map(str, parts))
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:16]


def _drift(alias: Entry, finding: Entry, look: str | None) -> Problem:
    """A finding below an alias, with what its rule says about it in general."""
    try:
        rule = CODES[finding["code"]].rule
        name, server, accepted = bare_name(alias), _server(finding["where"]), finding["accepted"]
        return Problem(
            fingerprint=str(finding["fingerprint"]),
            rule=rule.id,
            title=rule.title,
            severity=Severity(finding["severity"]),
            status=_status(finding),
            gateway=str(alias["gateway"]),
            subject=f"{name} at {server}" if server else name,
            observed=str(finding["observed"]),
            expected=str(finding["expected"]),
            remedy=_acceptance(accepted) if accepted else str(finding["remedy"]),
            sources=rule.sources,
            look=look,
            alias=name,
            code=str(finding["code"]),
            layer=LAYER_NAMES[finding["layer"]],
            state=State(finding["state"]),
            server=server,
            fixable=bool(finding["fixable"]),
            converges_at=finding["converges_at"],
            remaining=(finding["evidence"] or {}).get("ttl"),
        )
    except (KeyError, ValueError) as error:
        raise InvalidInput(
            f"A finding of the alias {alias.get('name')} is not as configmgr.cmg.dns_drift_info returns it ({error}). "
            "Pass on the result of the module as it is."
        ) from None


def _server(where: Entry) -> str | None:
    server, address = where["server"], where["address"]
    return f"{server} ({address})" if server and address else address or server


def _status(finding: Entry) -> Status:
    if finding["accepted"]:
        return Status.ACCEPTED
    return Status.NOT_CHECKED if finding["state"] == State.UNKNOWN else Status.FAILED


def _acceptance(accepted: Entry) -> str:
    until = f" until {accepted['until']}" if accepted["until"] else ""
    return f"Accepted{until}: {accepted['reason']}"

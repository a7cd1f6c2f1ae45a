# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The prerequisites of a gateway as a person would list them, each with how it stands, what was seen and the findings.

Modules return facts, and findings where a rule failed. This is where both become a check list without gaps: every
finding belongs to exactly one prerequisite, and what nobody looked at is told as such.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.counting import counted
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.report import NOT_CHECKED
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.taxonomy import State
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Severity, Status
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.checks import GOOD_OF, layer_state
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.report import Entry, Problem, is_error


class Verdict(StrEnum):
    """How a prerequisite stands, worst first. V(partly) is right as far as it could be checked."""

    FAILED = "failed"
    UNKNOWN = "unknown"
    WARNING = "warning"
    PARTLY = "partly"
    PASSED = "passed"
    SKIPPED = "skipped"
    NOT_NEEDED = "not_needed"


VERDICT_ORDER = {verdict: position for position, verdict in enumerate(Verdict)}
GATEWAY_WORDS = {
    Verdict.FAILED: "not ready",
    Verdict.UNKNOWN: "not proved",
    Verdict.WARNING: "ready, with warnings",
    Verdict.PARTLY: "ready as far as checked",
    Verdict.PASSED: "ready",
    Verdict.SKIPPED: "not looked at",
    Verdict.NOT_NEEDED: "not needed",
}
READY = (Verdict.WARNING, Verdict.PARTLY, Verdict.PASSED, Verdict.SKIPPED, Verdict.NOT_NEEDED)


@dataclass(frozen=True, slots=True)
class Known:
    """What the looks found out about one gateway. O(failures) are the messages of looks that could not be made."""

    facts: Mapping[str, Entry]
    results: Mapping[str, Entry]
    failures: Mapping[str, str]
    alias: Entry | None = None
    problems: Sequence[Problem] = ()

    def of(self, look: str) -> Entry:
        """The entry that a look has for the gateway; empty without the look."""
        return self.facts.get(look, {})


Sight = tuple[Verdict, str]
UNSEEN: Sight = (Verdict.UNKNOWN, "Not known, because of what is wrong above.")


@dataclass(frozen=True, slots=True)
class Area:
    """A kind of prerequisite. O(looks) are those that can tell about it; O(see) says what they saw."""

    id: str
    title: str
    looks: tuple[str, ...]
    see: Callable[[Known], Sight]


@dataclass(frozen=True, slots=True)
class Prerequisite:
    """One line of the check list."""

    id: str
    title: str
    verdict: Verdict
    seen: str
    problems: tuple[Problem, ...]

    @property
    def remedies(self) -> tuple[str, ...]:
        """The ways out, worst first, each once."""
        return tuple(dict.fromkeys(it.remedy for it in self.problems if it.remedy))


def prerequisites_of(known: Known) -> tuple[Prerequisite, ...]:
    """The check list of a gateway, in the order in which the gateway is planned, deployed and used.

    What none of the looks is about is left out, unless there is a finding about it.
    """
    told: dict[str, list[Problem]] = {}
    for problem in known.problems:
        told.setdefault(area_of(problem), []).append(problem)
    made = (_prerequisite(area, known, told.get(area.id, [])) for area in AREAS)
    return tuple(prerequisite for prerequisite in made if prerequisite is not None)


def _prerequisite(area: Area, known: Known, problems: Sequence[Problem]) -> Prerequisite | None:
    asked = [look for look in area.looks if look in known.results]
    if not asked and not problems:
        return None
    failed = [look for look in asked if look in known.failures and look not in known.facts]
    whole = f"The look at {' and '.join(failed)} could not be made; its message is told once for all gateways."
    base, seen = (Verdict.UNKNOWN, whole) if failed and failed == asked else area.see(known)
    return Prerequisite(area.id, area.title, _verdict(base, problems), _told(seen, problems), tuple(problems))


def _told(seen: str, problems: Sequence[Problem]) -> str:
    """What was seen; where nothing was, the reason that a rule has for not being checked is better than none."""
    reason = next((it.observed for it in problems if it.status is Status.NOT_CHECKED), "")
    return reason or seen if seen in ("", UNSEEN[1]) else seen


def _verdict(base: Verdict, problems: Sequence[Problem]) -> Verdict:
    """What was seen, made worse by what was found."""
    failed = [problem for problem in problems if problem.status is Status.FAILED]
    if any(is_error(problem) or problem.state is State.DRIFT for problem in failed):
        return Verdict.FAILED
    if base is Verdict.UNKNOWN:
        return base
    unchecked = any(problem.status is Status.NOT_CHECKED for problem in problems)
    if unchecked and base is Verdict.SKIPPED:
        return Verdict.UNKNOWN
    if any(problem.severity is Severity.WARNING or problem.state is State.PROPAGATING for problem in failed):
        return Verdict.WARNING
    return Verdict.PARTLY if unchecked and base is Verdict.PASSED else base


def worst_of(verdicts: Sequence[Verdict]) -> Verdict:
    """The worst of these; V(unknown) if there is none, for nothing was proved."""
    return min(verdicts, key=VERDICT_ORDER.__getitem__, default=Verdict.UNKNOWN)


AREA_OF_RULE = {
    "AVAIL-001": "dns_label",
    "AVAIL-002": "storage_account",
    "AVAIL-003": "key_vault",
    "AVAIL-004": "deployment",
    "AVAIL-005": "alias",
    "AVAIL-006": "alias",
    "AVAIL-007": "alias",
    "AVAIL-008": "region",
    "AVAIL-009": "resource_group",
    "AVAIL-010": "resource_group",
    "AVAIL-011": "deployment",
    "METHOD-008": "resource_group",
}
AREA_OF_FAMILY = {
    "SERVICE": "service_name",
    "PREFIX": "service_name",
    "DUPLICATE": "service_name",
    "REGION": "deployment",
    "CLOUD": "deployment",
    "METHOD": "deployment",
    "PROVIDER": "providers",
    "DNS": "alias",
    "RENEWAL": "renewal",
    "CLIENT": "client_authentication",
    "MP": "management_point",
    "MGMT": "management_certificate",
}
AREA_OF_LAYER = {"target": "target", "served": "served"}
AREA_OF_SUBJECT = {
    "server certificate": "server_certificate",
    "certificate in use": "server_certificate",
    "certificate served": "server_certificate",
    "served certificate": "server_certificate",
    "certificate to order": "server_certificate",
    "certificate request": "server_certificate",
    "trusted root": "server_certificate",
    "trust chain": "client_authentication",
    "client": "client_authentication",
    "management point": "management_point",
    "management": "management_certificate",
}
OTHER = "other"


def area_of(problem: Problem) -> str:
    """The prerequisite that a finding is about."""
    if problem.layer is not None:
        return AREA_OF_LAYER.get(problem.layer, "alias")
    family = problem.rule.partition("-")[0]
    known = AREA_OF_RULE.get(problem.rule) or AREA_OF_FAMILY.get(family)
    return known or next((area for start, area in AREA_OF_SUBJECT.items() if problem.subject.startswith(start)), OTHER)


def _service_name(known: Known) -> Sight:
    name = known.of("names").get("service_name")
    return (Verdict.PASSED, str(name)) if name else UNSEEN


def _deployment(known: Known) -> Sight:
    names = known.of("names")
    if not names.get("deployment_name"):
        return UNSEEN
    method = str(names["deployment_method"]).replace("_", " ")
    told = f"{names['deployment_name']}, a {method} in {names['region']} of {names['cloud_environment']}"
    return Verdict.PASSED, told


STATUSES = {
    "available": "is free",
    "owned": "is ours",
    "taken": "is somebody else's",
    "taken_elsewhere_in_subscription": "is another resource's of the subscription",
    "soft_deleted": "is kept by a deleted key vault",
}


def _name(which: str) -> Callable[[Known], Sight]:
    def see(known: Known) -> Sight:
        name = known.of("availability").get(which) or {}
        if name.get("status") == "not_required":
            return Verdict.NOT_NEEDED, "The gateway needs none."
        told = STATUSES.get(str(name.get("status")))
        return (Verdict.PASSED, f"{name['name']} {told}") if told else (Verdict.UNKNOWN, str(name.get("reason") or ""))

    return see


def _region(known: Known) -> Sight:
    region = known.of("availability").get("region") or {}
    if region.get("offered") is None:
        return UNSEEN
    missing = ", ".join(region["missing"])
    return Verdict.PASSED, f"{region['name']} lacks {missing}" if missing else f"{region['name']} offers all of it"


def _resource_group(known: Known) -> Sight:
    group = known.of("availability").get("resource_group") or {}
    if not group.get("name"):
        return Verdict.SKIPPED, "None is declared."
    if group["exists"] is None:
        return UNSEEN
    where = f"exists in {group['location']}" if group["exists"] else "does not exist yet"
    return Verdict.PASSED, f"{group['name']} {where}"


def _providers(known: Known) -> Sight:
    results = (known.results.get(look, {}).get("providers") for look in ("providers", "availability"))
    found: Any = next((providers for providers in results if providers), ())
    states = ((it["namespace"], it.get("registration_state") or it.get("after")) for it in found)
    told = ", ".join(f"{namespace} {state}" for namespace, state in states if state)
    return (Verdict.PASSED, told) if told else UNSEEN


def _artefact(artefact: Entry | None) -> Sight:
    certificate = (artefact or {}).get("certificate")
    if not artefact or not certificate:
        return UNSEEN
    name = next(iter(certificate["common_names"]), None) or certificate["subject"] or "a certificate without a name"
    trust = {True: ", trusted", False: ", not trusted"}.get(artefact["trusted"], "")
    return Verdict.PASSED, f"{name}, valid until {str(certificate['not_after'])[:10]}{trust}"


def _server_certificate(known: Known) -> Sight:
    facts = known.of("certificates")
    artefact = facts.get("server_certificate") or facts.get("current_certificate")
    if artefact is None and facts:
        return Verdict.SKIPPED, "None is declared."
    return _artefact(artefact)


def _renewal(known: Known) -> Sight:
    renewal = known.of("certificates").get("renewal")
    if renewal is None:
        return Verdict.SKIPPED, "No certificate in use is declared beside a new one."
    return Verdict.PASSED, str(renewal["status"]).replace("_", " ")


def _clients(known: Known) -> Sight:
    clients = known.of("certificates").get("client_authentication")
    if clients is None:
        return Verdict.SKIPPED, "None is declared."
    chain = clients["trust_chain"]
    if chain is None:
        return Verdict.PASSED, "without a trust chain"
    parts = [counted(len(chain["roots"]), "root"), counted(len(chain["intermediates"]), "intermediate CA")]
    return Verdict.PASSED, f"{' and '.join(parts)}, {'complete' if chain['complete'] else 'not complete'}"


def _management_point(known: Known) -> Sight:
    point = known.of("certificates").get("management_point")
    if point is None:
        return Verdict.SKIPPED, "None is declared."
    certificate = _artefact(point["certificate"])[1]
    return Verdict.PASSED, f"{str(point['mode']).replace('_', ' ')}{f': {certificate}' if certificate else ''}"


def _management_certificate(known: Known) -> Sight:
    management = known.of("certificates").get("management_certificate")
    if management is None:
        return Verdict.NOT_NEEDED, "None is declared; only a classic deployment needs one."
    return Verdict.PASSED, _artefact(management["certificate"] or management["pfx"])[1]


ALIAS_LAYERS = ("plane", "authoritative", "recursive")
LAYER_WORDS = {"plane": "Azure DNS", "authoritative": "name servers", "recursive": "resolvers"}


def _needs_no_alias(known: Known) -> bool:
    needs = (known.of(look).get("cname_required") for look in ("names", "drift", "dns"))
    return next((needed for needed in needs if needed is not None), None) is False


def _alias(known: Known) -> Sight:
    if _needs_no_alias(known):
        return Verdict.NOT_NEEDED, "The service name lies in a domain of Azure."
    if known.alias is None:
        return _kept(known.of("dns").get("record") or {})
    states = [layer_of(known.alias, layer, known.problems) for layer in ALIAS_LAYERS]
    told = ", ".join(f"{LAYER_WORDS[it]} {said_of(known.alias, it)}" for it in ALIAS_LAYERS)
    decided = [state for state in states if state is not None]
    return (Verdict.PASSED if decided and State.UNKNOWN not in decided else Verdict.UNKNOWN), told


def _kept(record: Entry) -> Sight:
    """What Azure DNS holds after M(configmgr.cmg.dns_aliases), which is all that is known without a look for drift."""
    after = record.get("after")
    return (Verdict.PASSED, f"Azure DNS zone {record['zone']}: {record['action']}") if after else UNSEEN


def said_of(alias: Entry, layer: str) -> str:
    """The word of a layer, for a person."""
    said = str(alias["layers"].get(layer, NOT_CHECKED)).replace("_", " ")
    return f"{said} right" if GOOD_OF.fullmatch(said) else said


def layer_of(alias: Entry, layer: str, problems: Sequence[Problem]) -> State | None:
    """The state of a layer of an alias; V(None) if nobody looked."""
    said = str(alias["layers"].get(layer, NOT_CHECKED))
    if said == NOT_CHECKED:
        return None
    return layer_state(said, [problem for problem in problems if problem.layer == layer])


def _layer(layer: str, tell: Callable[[Entry], str]) -> Callable[[Known], Sight]:
    def see(known: Known) -> Sight:
        if known.alias is None:
            return (Verdict.SKIPPED, "Only looked at by way of an alias.") if _needs_no_alias(known) else UNSEEN
        state = layer_of(known.alias, layer, known.problems)
        if state is None:
            reason = known.alias.get("not_checked", {}).get(layer)
            return (Verdict.UNKNOWN, str(reason)) if reason else (Verdict.SKIPPED, "This layer was not asked for.")
        return (Verdict.UNKNOWN if state is State.UNKNOWN else Verdict.PASSED), tell(known.alias)

    return see


def _addresses(alias: Entry) -> str:
    return ", ".join(alias.get("addresses", ())) or "no address"


def _served(alias: Entry) -> str:
    told = [_serving(served) for served in alias.get("served", ())]
    return "; ".join(dict.fromkeys(told))


def _serving(served: Entry) -> str:
    if served["failure"]:
        return str(served["failure"])
    trust = {True: ", trusted", False: ", not trusted"}.get(served["trusted"], "")
    return f"{', '.join(served['names']) or 'no name'} until {str(served['not_after'])[:10]}{trust}"


def _nothing(_known: Known) -> Sight:
    return Verdict.PASSED, ""


AREAS = (
    Area("service_name", "Service name", ("names",), _service_name),
    Area("deployment", "Region and deployment", ("names",), _deployment),
    Area("dns_label", "DNS label", ("availability",), _name("dns_label")),
    Area("storage_account", "Storage account", ("availability",), _name("storage_account")),
    Area("key_vault", "Key vault", ("availability",), _name("key_vault")),
    Area("region", "Offer of the region", ("availability",), _region),
    Area("resource_group", "Resource group", ("availability",), _resource_group),
    Area("providers", "Resource providers", ("availability", "providers"), _providers),
    Area("server_certificate", "Server certificate", ("certificates",), _server_certificate),
    Area("renewal", "Renewal of the certificate", ("certificates",), _renewal),
    Area("client_authentication", "Client authentication", ("certificates",), _clients),
    Area("management_point", "Management point", ("certificates",), _management_point),
    Area("management_certificate", "Management certificate", ("certificates",), _management_certificate),
    Area("alias", "DNS alias", ("drift", "dns"), _alias),
    Area("target", "Address of the gateway", ("drift",), _layer("target", _addresses)),
    Area("served", "Served certificate", ("drift",), _layer("served", _served)),
    Area(OTHER, "Other rules", (), _nothing),
)

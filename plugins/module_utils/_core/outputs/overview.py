# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Everything that a report of the whole tells, worked out once for every format: gateways, certificates, servers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Severity, Status
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.expiries import (
    DAY,
    WARNING_DAYS,
    Certificate,
    certificates_of,
    moment_of,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.matrix import Matrix, matrices_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.prerequisites import (
    READY,
    VERDICT_ORDER,
    Known,
    Prerequisite,
    Verdict,
    prerequisites_of,
    worst_of,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.report import (
    Entry,
    Gateway,
    Look,
    Problem,
    Report,
    is_error,
)


@dataclass(frozen=True, slots=True)
class Served:
    """What an address of the gateway serves for the service name; O(failure) is why there is no certificate."""

    address: str
    names: tuple[str, ...] = ()
    not_after: datetime | None = None
    days_left: int | None = None
    trusted: bool | None = None
    thumbprint_sha256: str | None = None
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class View:
    """A gateway: its way from the service name to the served certificate, and the check list.

    O(leads_to) are the targets that name servers have for the alias. Names are V(None) where nobody knows them.
    """

    label: str
    service_name: str | None
    deployment_name: str | None
    cname_required: bool | None
    leads_to: tuple[str, ...]
    addresses: tuple[str, ...]
    served: tuple[Served, ...]
    verdict: Verdict
    prerequisites: tuple[Prerequisite, ...]
    problems: tuple[Problem, ...]

    @property
    def ready(self) -> bool:
        """Whether nothing is wrong and every look was made."""
        return self.verdict in READY

    def of(self, area: str) -> Prerequisite | None:
        """The prerequisite with this id."""
        return next((one for one in self.prerequisites if one.id == area), None)


@dataclass(frozen=True, slots=True)
class Overview:
    """The whole. O(gateways) are in the order of the declaration; O(others) are findings that belong to none of them.

    O(at) is the time of the report, aware, or V(None).
    """

    report: Report
    at: datetime | None
    warning_days: int
    gateways: tuple[View, ...]
    certificates: tuple[Certificate, ...]
    matrices: tuple[Matrix, ...]
    others: tuple[Problem, ...]

    @property
    def worst_first(self) -> tuple[View, ...]:
        """The gateways as a person should look at them."""
        return tuple(sorted(self.gateways, key=lambda view: (VERDICT_ORDER[view.verdict], -errors_of(view.problems))))

    @property
    def verdicts(self) -> Mapping[Verdict, int]:
        """How many gateways there are of each kind."""
        return Counter(view.verdict for view in self.gateways)

    @property
    def failed_looks(self) -> tuple[Look, ...]:
        """The looks that could not be made."""
        return tuple(look for look in self.report.looks if look.failure is not None)


def errors_of(problems: Sequence[Problem]) -> int:
    """How many of them make a gateway invalid."""
    return sum(map(is_error, problems))


def warnings_of(problems: Sequence[Problem]) -> int:
    """How many of them are warnings."""
    return sum(it.status is Status.FAILED and it.severity is Severity.WARNING for it in problems)


def unchecked_of(problems: Sequence[Problem]) -> int:
    """How many rules could not be checked."""
    return sum(it.status is Status.NOT_CHECKED for it in problems)


def overview_of(report: Report, at: datetime | None = None, warning_days: int = WARNING_DAYS) -> Overview:
    """Everything that a report of the whole tells.

    :param at: the time of the report, aware; without it nothing is said about how many days are left.
    """
    problems: dict[str, list[Problem]] = {}
    for problem in report.problems:
        problems.setdefault(problem.gateway, []).append(problem)
    aliases = {str(alias["gateway"]): alias for alias in reversed(report.aliases)}
    labels = {gateway.label for gateway in report.gateways}
    certificates = certificates_of(report, at, warning_days)
    return Overview(
        report=report,
        at=at,
        warning_days=warning_days,
        gateways=tuple(
            _view(report, gateway, aliases.get(gateway.label), tuple(problems.get(gateway.label, ())), at)
            for gateway in report.gateways
        ),
        certificates=certificates,
        matrices=matrices_of(report),
        others=tuple(problem for problem in report.problems if problem.gateway not in labels),
    )


def _view(
    report: Report, gateway: Gateway, alias: Entry | None, problems: tuple[Problem, ...], at: datetime | None
) -> View:
    known = Known(
        facts=gateway.facts,
        results={look.name: look.result for look in report.looks},
        failures={look.name: look.failure for look in report.looks if look.failure is not None},
        alias=alias,
        problems=problems,
    )
    prerequisites = prerequisites_of(known)
    return View(
        label=gateway.label,
        service_name=_first(known, "service_name", ("names", "certificates", "availability", "drift", "dns")),
        deployment_name=_first(known, "deployment_name", ("names", "availability", "drift", "dns")),
        cname_required=next((it["cname_required"] for it in gateway.facts.values() if "cname_required" in it), None),
        leads_to=_leads_to(alias),
        addresses=tuple(map(str, (alias or {}).get("addresses", ()))),
        served=_served(alias, known.of("certificates"), at),
        verdict=worst_of([one.verdict for one in prerequisites]),
        prerequisites=prerequisites,
        problems=problems,
    )


def _first(known: Known, fact: str, looks: Sequence[str]) -> str | None:
    found = (known.of(look).get(fact) for look in looks)
    return next((str(value) for value in found if value), None)


def _leads_to(alias: Entry | None) -> tuple[str, ...]:
    words = (alias or {}).get("servers", ())
    return tuple(sorted({str(target).removesuffix(".") for word in words for target in word["targets"]}))


def _served(alias: Entry | None, certificates: Entry, at: datetime | None) -> tuple[Served, ...]:
    """What is served, as the look for drift saw it, or as the certificate in use if that is declared to be served."""
    entries = (alias or {}).get("served", ())
    if entries:
        return tuple(_at_address(entry, at) for entry in entries)
    current = certificates.get("current_certificate") or {}
    certificate = current.get("certificate")
    if not certificate or not str(current["subject"]).startswith("certificate served"):
        return ()
    end = moment_of(certificate["not_after"])
    names = tuple(certificate["dns_names"] or certificate["common_names"])
    return (Served("", names, end, _days(end, at), current["trusted"], certificate["thumbprint_sha256"]),)


def _at_address(entry: Entry, at: datetime | None) -> Served:
    end = moment_of(entry["not_after"])
    return Served(
        address=str(entry["address"]),
        names=tuple(map(str, entry["names"])),
        not_after=end,
        days_left=_days(end, at),
        trusted=entry["trusted"],
        thumbprint_sha256=entry["thumbprint_sha256"],
        failure=entry["failure"],
    )


def _days(end: datetime | None, at: datetime | None) -> int | None:
    return (end - at) // DAY if end and at else None

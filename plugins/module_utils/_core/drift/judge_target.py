# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The target and what it serves: judged against the declaration even where the alias itself is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.names_match import dns_matches
from ansible_collections.configmgr.cmg.plugins.module_utils._core.clouds import CLOUDS, is_within
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.case import Case, Drift
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.observations import (
    Place,
    Resolution,
    ServedView,
    TargetView,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.taxonomy import State
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Severity, is_valid
from ansible_collections.configmgr.cmg.plugins.module_utils._core.records import comparable

EXISTS = "a target that exists and is ours"
FREE = "Azure says that its label is free."
RESERVED = "Azure says that its label is taken or kept back."
OTHER_NAME = (
    "Somebody outside of this tenant has the target. No alias leads there yet; make none, and choose another service "
    "name."
)


def target(case: Case) -> Iterator[Drift]:
    """What is wrong with the target. Source: Microsoft Learn, Prevent dangling DNS entries."""
    view = case.observed.target
    if view is None:
        return
    match view.resolution:
        case Resolution.RESOLVES:
            yield from _resolving(case, view)
        case Resolution.NXDOMAIN:
            yield _dangling(case, view)
        case Resolution.LOOP:
            yield case.found("target_loop", f"The target leads in a circle: {_way(view.hops)}.", "an address")
        case Resolution.NO_ADDRESS:
            yield case.found("target_no_address", f"{_last(view)} exists without an address.", "an address")
        case Resolution.UNKNOWN:
            yield _unresolved(case, view)


def _unresolved(case: Case, view: TargetView) -> Drift:
    """What Azure says of a label holds even where nobody can be asked for its addresses."""
    reason = view.reason or f"{view.name} could not be resolved."
    if view.owned is False and view.claimable:
        return _to_nobody(case, "dangling_claimable", f"{reason} {FREE}")
    return case.found("target_unknown", reason, "an address")


def _way(hops: Sequence[str]) -> str:
    return " -> ".join(hops)


def _last(view: TargetView) -> str:
    return view.hops[-1] if view.hops else view.name


def _resolving(case: Case, view: TargetView) -> Iterator[Drift]:
    if len(view.hops) > 1 and case.clean:
        yield case.found("chain", f"The target leads on: {_way(view.hops)}.", "the deployment name alone")
    if not view.ownership_asked or view.owned:
        return
    if view.owned is False and view.complete and view.claimable is False:
        yield _foreign(case, f"{view.name} resolves, and nothing in this tenant has it.")
    elif not _proved(case):
        why = view.ownership or "No public IP address with that name is visible."
        yield case.found("target_unproven", why, "a public IP address of ours with that name")


def _foreign(case: Case, seen: str) -> Drift:
    """Without an alias nobody sends anything there, but the gateway cannot have the name either."""
    if case.leads is False:
        return case.found("target_foreign", seen, EXISTS, severity=Severity.ERROR, remedy=OTHER_NAME)
    return case.found("target_foreign", seen, EXISTS)


def _proved(case: Case) -> bool:
    """Whether a served certificate shows that it is our gateway: nobody else can serve the declared one."""
    return any(_is_ours(case, served) for served in case.observed.served or ())


def _is_ours(case: Case, served: ServedView) -> bool:
    if served.failure is not None:
        return False
    declared = case.declared.sha256
    if declared is not None:
        return served.sha256 == declared
    return bool(served.trusted) and _covers(served, case.declared.name)


def _dangling(case: Case, view: TargetView) -> Drift:
    """The decision by three facts: it does not resolve; whether it is ours; whether it can be claimed."""
    seen = f"{_last(view)} does not exist."
    if view.owned:
        fresh = case.younger_than(case.settings.unpublished)
        state = State.PROPAGATING if fresh else None
        return case.found(
            "target_unpublished",
            f"{seen} A public IP address of ours has that name.",
            "an address",
            state=state,
            severity=Severity.WARNING if fresh else None,
            converges_at=case.changed_at + case.settings.unpublished if fresh and case.changed_at else None,
        )
    if any(is_within(view.name, cloud.classic_domain) for cloud in CLOUDS):
        return case.found("dangling_classic", seen, EXISTS)
    code, why = _kind(view)
    return _to_nobody(case, code, f"{seen}{why}")


def _kind(view: TargetView) -> tuple[str, str]:
    """What a target without an address is that is not ours, and what is known of it besides."""
    if view.owned is None or view.claimable is None:
        return "target_dangling", f" {view.ownership}" if view.ownership else ""
    if view.claimable:
        return "dangling_claimable", f" {FREE}"
    return "dangling_reserved", f" {RESERVED}"


def _to_nobody(case: Case, code: str, seen: str) -> Drift:
    """Where no alias leads to the target, nothing dangles: the gateway is not there yet, or is there no more."""
    if case.leads is False:
        return case.found("target_undeployed", f"{seen} No alias leads there.", "a gateway that is deployed")
    return case.found(code, seen, EXISTS)


def served(case: Case) -> Iterator[Drift]:
    """What is wrong with the certificate that each address of the target serves for the service name."""
    for view in sorted(case.observed.served or (), key=lambda view: view.address):
        for check in (_handshake, _names, _time, _declared, _trust, _rules):
            yield from check(case, view)


def _place(view: ServedView) -> Place:
    return Place(view.address, transport="tls")


def _handshake(case: Case, view: ServedView) -> Iterator[Drift]:
    if view.failure is not None:
        expected = f"a certificate for {comparable(case.declared.name)}"
        yield case.found("tls_unreachable", view.failure, expected, place=_place(view))


def _covers(view: ServedView, name: str) -> bool:
    return any(dns_matches(presented, name) for presented in view.names)


def _names(case: Case, view: ServedView) -> Iterator[Drift]:
    if view.failure is None and not _covers(view, case.declared.name):
        names = ", ".join(sorted(view.names)) or "no DNS name"
        yield case.found(
            "tls_name_mismatch",
            f"{view.address} serves a certificate for {names}.",
            f"one for {comparable(case.declared.name)}",
            place=_place(view),
        )


def _time(case: Case, view: ServedView) -> Iterator[Drift]:
    if view.not_after is None:
        return
    text = view.not_after.isoformat().replace("+00:00", "Z")
    if view.not_after <= case.now:
        seen = f"The certificate at {view.address} expired at {text}."
        yield case.found("tls_expired", seen, "one that is valid", place=_place(view))
    elif view.not_after <= case.now + case.settings.expiring:
        seen = f"The certificate at {view.address} expires at {text}."
        expected = f"more than {case.settings.expiring.days} days"
        yield case.found("tls_expiring", seen, expected, place=_place(view))


def _declared(case: Case, view: ServedView) -> Iterator[Drift]:
    declared = case.declared.sha256
    if view.failure is None and declared is not None and view.sha256 != declared:
        seen = f"{view.address} serves the certificate {view.sha256}."
        yield case.found("tls_other_certificate", seen, declared, place=_place(view))


def _trust(case: Case, view: ServedView) -> Iterator[Drift]:
    expired = view.not_after is not None and view.not_after <= case.now
    if view.failure is None and view.trusted is False and not expired:
        why = view.trust_reason or "No path to a trusted root was found."
        yield case.found("tls_untrusted", f"{view.address}: {why}", "a path to a trusted root", place=_place(view))


def _rules(case: Case, view: ServedView) -> Iterator[Drift]:
    """The rules of certificates. What is said already, about name and trust, is not said again by their rules."""
    said = [] if _covers(view, case.declared.name) else ["NAME-"]
    said += ["CHAIN-"] if view.trusted is False else []
    failed = sorted({finding.rule for finding in view.findings if not is_valid([finding])})
    failed = [rule for rule in failed if not rule.startswith(tuple(said))]
    if failed:
        seen = f"The certificate at {view.address} breaks {', '.join(failed)}."
        yield case.found("tls_rejected", seen, "a certificate that keeps the rules", place=_place(view))

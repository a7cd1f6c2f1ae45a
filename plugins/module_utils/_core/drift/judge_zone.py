# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The delegation: whether the zone that is served is the one that is meant, and whether its servers serve it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.case import Case, Drift
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.observations import (
    PlaneZone,
    Reply,
    ServerName,
    ZoneView,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Severity
from ansible_collections.configmgr.cmg.plugins.module_utils._core.records import comparable


def delegation(case: Case) -> Iterator[Drift]:
    """What is wrong between the root and the servers of the zone."""
    view = case.observed.zone
    if view is None:
        return
    if view.failure or view.zone is None:
        yield case.found("delegation_unknown", view.failure or "No delegation was found.", "a delegation of the zone")
    if view.zone is not None:
        yield from _right_zone(case, view, view.zone)
        yield from _server_sets(case, view)
        yield from _lame(case, view)
        for server in sorted(view.servers, key=lambda server: comparable(server.name)):
            yield from _addresses(case, server)


def _names(servers: Iterable[str]) -> set[str]:
    return {comparable(server) for server in servers}


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _right_zone(case: Case, view: ZoneView, zone: str) -> Iterator[Drift]:
    """Whether the zone that is meant is the delegated one, and whether there is another of that name."""
    meant = case.declared.zone
    plane_zones = case.observed.plane.zones if case.observed.plane else ()
    hidden = [entry for entry in sorted(plane_zones, key=str) if _is_unseen(case, entry)]
    if hidden:
        yield _not_delegated(case, view, hidden[0])
    elif not plane_zones and meant and _below(meant, zone):
        yield case.found("zone_not_delegated", f"{meant} is not delegated; {zone} is.", f"a delegation of {meant}")
    elif len(plane_zones) > 1:
        others = [entry for entry in plane_zones if entry != case.holder]
        yield case.found("duplicate_zone", f"There is also {_listed(map(str, others))}.", f"only {case.holder}")


def _below(name: str, zone: str) -> bool:
    return comparable(name).endswith(f".{comparable(zone)}")


def _is_unseen(case: Case, entry: PlaneZone) -> bool:
    """Whether what a zone holds is not what the world sees although it is meant to be: it is not delegated."""
    if case.is_delegated(entry) is not False:
        return False
    if entry == case.holder:
        plane = case.observed.plane
        return bool(plane and plane.chosen) or entry.record is not None or _deeper(case, entry)
    return entry.record is not None and case.record is None


def _deeper(case: Case, entry: PlaneZone) -> bool:
    """Whether the zone is not delegated at all, or of the same name but to other servers."""
    found = case.observed.zone.zone if case.observed.zone else None
    return found is not None and (comparable(found) == comparable(entry.name) or _below(entry.name, found))


def _not_delegated(case: Case, view: ZoneView, entry: PlaneZone) -> Drift:
    return case.found(
        "zone_not_delegated",
        f"{view.zone} is delegated to {_listed(_names(view.parent_servers or ()))}, and {entry} is served by "
        f"{_listed(_names(entry.name_servers))}.",
        f"a delegation of {comparable(entry.name)} to {_listed(_names(entry.name_servers))}",
    )


def _server_sets(case: Case, view: ZoneView) -> Iterator[Drift]:
    """Whether parent and zone name the same servers; servers of a zone that differ are listed one by one."""
    if view.parent_servers is None:
        return
    parent = _names(view.parent_servers)
    seen: set[str] = set()
    for reply in sorted(view.ns, key=lambda reply: reply.place):
        child = _ns_set(reply)
        if child and child != parent and _listed(child) not in seen:
            seen.add(_listed(child))
            yield case.found(
                "ns_set_mismatch",
                f"The zone names {_listed(child)}, the parent {_listed(parent)}.",
                "the same name servers in both",
                reply=reply,
                place=reply.place,
            )


def _ns_set(reply: Reply) -> set[str]:
    """The NS records that a server has of the zone itself; empty where it did not answer with authority."""
    if reply.message is None or not reply.message.authoritative:
        return set()
    return {comparable(record.data) for record in reply.message.answers(reply.name, "NS")}


def is_lame(reply: Reply) -> bool:
    """Whether a reply to the question for the SOA shows that the server does not serve the zone.

    Source: RFC 1912 section 2.8. A server that does not answer, or answers SERVFAIL, has said nothing.
    """
    message = reply.message
    if message is None or message.rcode not in ("REFUSED", "NXDOMAIN", "NOTAUTH", "NOERROR"):
        return False
    return message.rcode != "NOERROR" or not message.authoritative or not message.answers(reply.name, "SOA")


def lame_addresses(view: ZoneView | None) -> frozenset[str]:
    """The addresses of the servers that do not serve the zone."""
    return frozenset(reply.place.address for reply in view.soa if is_lame(reply)) if view else frozenset()


def _lame(case: Case, view: ZoneView) -> Iterator[Drift]:
    lame = lame_addresses(view)
    severity = Severity.CRITICAL if lame and len(lame) == len({reply.place.address for reply in view.soa}) else None
    for reply in sorted(view.soa, key=lambda reply: reply.place):
        if is_lame(reply) and reply.message is not None:
            yield case.found(
                "lame_server",
                f"{reply.place} does not serve {view.zone}: it answers {_answer(reply)}.",
                "an answer with authority",
                reply=reply,
                place=reply.place,
                severity=severity,
            )


def _answer(reply: Reply) -> str:
    message = reply.message
    if message is None or message.rcode != "NOERROR":
        return message.rcode if message else "nothing"
    referrals = {record.name or "the root" for record in message.authority if record.type == "NS"}
    if not message.authoritative and referrals:
        return f"with a referral to {_listed(referrals)}"
    return "without an SOA record" if message.authoritative else "without authority"


def _addresses(case: Case, server: ServerName) -> Iterator[Drift]:
    stale = set(server.glue) - set(server.answered)
    if stale and server.answered:
        yield case.found(
            "dead_glue",
            f"The parent gives {_listed(stale)} for {comparable(server.name)}, which has {_listed(server.answered)}.",
            "the same addresses",
        )
    if not server.addresses and server.unusable:
        yield case.found(
            "ipv6_only_server",
            f"{comparable(server.name)} has only {_listed(server.unusable)}.",
            "an address that this machine can use",
        )
    elif not server.addresses:
        yield case.found("delegation_unknown", f"{comparable(server.name)} has no address.", "an address")

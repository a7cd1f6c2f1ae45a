# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""When every certificate ends that the looks have seen: leaves, intermediates and roots, declared and served."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.rules_time import renewal_period
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.report import Entry, Report, bare_name

COMMON_NAME = re.compile(r"(?:^|,)CN=((?:\\.|[^,\\])*)")
ESCAPED = re.compile(r"\\(.)")
DAY = timedelta(days=1)
WARNING_DAYS = 30
SERVED = "served certificate"


class Expiry(StrEnum):
    """How a certificate's end stands, worst first. V(unknown) where either its end or the time of the look is."""

    EXPIRED = "expired"
    EXPIRING = "expiring"
    UNKNOWN = "unknown"
    VALID = "valid"


@dataclass(frozen=True, slots=True, order=True)
class Use:
    """Where a certificate was seen: the gateway, what it is there for, and the file or address."""

    gateway: str
    role: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """One sight of a certificate. Times are aware; V(None) is what this sight does not tell."""

    use: Use
    name: str
    thumbprint_sha256: str | None
    thumbprint_sha1: str | None = None
    subject: str | None = None
    issuer: str | None = None
    not_before: datetime | None = None
    not_after: datetime | None = None

    @property
    def identity(self) -> tuple[str, ...]:
        """What two sights of the same certificate have in common."""
        if self.thumbprint_sha256:
            return (self.thumbprint_sha256,)
        return (self.name, self.use.gateway, self.use.role, self.use.place)


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate with all its uses. O(days_left) are complete days, negative after the end."""

    name: str
    subject: str | None
    issuer: str | None
    not_after: datetime | None
    days_left: int | None
    state: Expiry
    thumbprint_sha1: str | None
    thumbprint_sha256: str | None
    uses: tuple[Use, ...]

    @property
    def gateways(self) -> tuple[str, ...]:
        """The gateways that use it, each once."""
        return tuple(dict.fromkeys(use.gateway for use in self.uses))

    @property
    def roles(self) -> tuple[str, ...]:
        """What it is used for, each once."""
        return tuple(dict.fromkeys(use.role for use in self.uses))


def certificates_of(report: Report, at: datetime | None, warning_days: int = WARNING_DAYS) -> tuple[Certificate, ...]:
    """All certificates of a report, each once, the first to end first.

    :param at: the time of the look, aware; V(None) leaves open how many days are left.
    :param warning_days: how long before its end a certificate should be renewed; a third of its life if that is less.
    """
    sights: dict[tuple[str, ...], list[Seen]] = {}
    for seen in _sights(report):
        sights.setdefault(seen.identity, []).append(seen)
    certificates = [_certificate(seen, at, warning_days) for seen in sights.values()]
    return tuple(sorted(certificates, key=_order))


def _order(certificate: Certificate) -> tuple[bool, datetime, str, str]:
    end = certificate.not_after or datetime.max.replace(tzinfo=UTC)
    return (certificate.not_after is None, end, certificate.name, certificate.thumbprint_sha256 or "")


def _certificate(sights: Sequence[Seen], at: datetime | None, warning_days: int) -> Certificate:
    """What all sights of one certificate tell together; a served one is only known by its names and its end."""
    best = max(sights, key=lambda it: (it.subject is not None, it.not_before is not None, it.not_after is not None))
    left = (best.not_after - at) // DAY if best.not_after and at else None
    return Certificate(
        name=best.name,
        subject=best.subject,
        issuer=best.issuer,
        not_after=best.not_after,
        days_left=left,
        state=_state(best, at, warning_days),
        thumbprint_sha1=best.thumbprint_sha1,
        thumbprint_sha256=best.thumbprint_sha256,
        uses=tuple(sorted({seen.use for seen in sights})),
    )


def _state(seen: Seen, at: datetime | None, warning_days: int) -> Expiry:
    if seen.not_after is None or at is None:
        return Expiry.UNKNOWN
    left = seen.not_after - at
    if left < timedelta(0):
        return Expiry.EXPIRED
    # Both ends belong to it, as in the rules (RFC 5280, section 4.1.2.5).
    life = seen.not_after - seen.not_before + timedelta(seconds=1) if seen.not_before else None
    return Expiry.EXPIRING if left < renewal_period(life, warning_days) else Expiry.VALID


def moment_of(text: Any) -> datetime | None:
    """A time of a result as an aware time; V(None) for nothing and for what is none."""
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) and text else None
    except ValueError:
        return None
    if moment is None:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _sights(report: Report) -> Iterator[Seen]:
    for gateway in report.gateways:
        yield from _declared(gateway.label, gateway.facts.get("certificates", {}))
    for alias in report.aliases:
        yield from (_served(alias, served) for served in alias.get("served", ()) if not served["failure"])


def _served(alias: Entry, served: Entry) -> Seen:
    return Seen(
        Use(str(alias["gateway"]), SERVED, str(served["address"])),
        name=next(iter(served["names"]), bare_name(alias)),
        thumbprint_sha256=served["thumbprint_sha256"],
        not_after=moment_of(served["not_after"]),
    )


def _declared(gateway: str, facts: Entry) -> Iterator[Seen]:
    """The certificates of a gateway's entry of M(configmgr.cmg.certificate_info)."""
    yield from _artefact(gateway, "server certificate", facts.get("server_certificate"))
    current = facts.get("current_certificate") or {}
    served = str(current.get("subject", "")).startswith("certificate served")
    yield from _artefact(gateway, SERVED if served else "certificate in use", current)
    point = facts.get("management_point") or {}
    yield from _artefact(gateway, "management point certificate", point.get("certificate"))
    management = facts.get("management_certificate") or {}
    yield from _artefact(gateway, "management certificate", management.get("certificate"))
    yield from _artefact(gateway, "management PFX", management.get("pfx"))
    yield from _clients(gateway, facts.get("client_authentication") or {})


def _clients(gateway: str, clients: Entry) -> Iterator[Seen]:
    for artefact in clients.get("certificates") or ():
        yield from _artefact(gateway, "client certificate", artefact)
    chain = clients.get("trust_chain") or {}
    for kind, role in (("roots", "root"), ("intermediates", "intermediate"), ("others", "other certificate")):
        yield from (_link(Use(gateway, f"{role} of the client trust chain"), link) for link in chain.get(kind) or ())


def _artefact(gateway: str, role: str, artefact: Entry | None) -> Iterator[Seen]:
    """The certificate of an artefact, and those above it in the chain that was found."""
    certificate = (artefact or {}).get("certificate")
    if not artefact or not certificate:
        return
    yield _link(Use(gateway, role, _place(artefact)), certificate)
    above = artefact.get("chain", ())[1:]
    for link in above:
        kind = "root" if link["self_issued"] else "intermediate"
        yield _link(Use(gateway, f"{kind} above the {role}"), link)


def _place(artefact: Entry) -> str:
    return str(artefact.get("path") or "").replace("\\", "/").rpartition("/")[2]


def _link(use: Use, facts: Mapping[str, Any]) -> Seen:
    names = facts.get("common_names") or ()
    subject = facts["subject"]
    return Seen(
        use,
        name=str(next(iter(names), None) or common_name(subject) or subject or facts["thumbprint_sha1"]),
        thumbprint_sha256=facts["thumbprint_sha256"],
        thumbprint_sha1=facts["thumbprint_sha1"],
        subject=subject,
        issuer=facts["issuer"],
        not_before=moment_of(facts.get("not_before")),
        not_after=moment_of(facts["not_after"]),
    )


def common_name(subject: str | None) -> str | None:
    """The first common name of a subject as RFC 4514 writes it."""
    found = COMMON_NAME.search(subject or "")
    return ESCAPED.sub(r"\1", found[1]) if found else None

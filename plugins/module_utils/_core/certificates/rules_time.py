# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The rules of time: expired, not valid yet, expiring soon, valid for too long."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.engine import (
    ALL_PURPOSES,
    CertificateRule,
    Evidence,
    Family,
    Observation,
    Observations,
    Purpose,
    Settings,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.rules_name import BR
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Severity

if TYPE_CHECKING:
    from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.facts import CertificateFacts

TIME = Family()

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
# The longest validity of a public server certificate in days, by the first day of validity from which it holds.
PUBLIC_LIMITS = (
    (date(2029, 3, 15), 47),
    (date(2027, 3, 15), 100),
    (date(2026, 3, 15), 200),
    (date.min, 398),
)
LIMIT_SOURCE = f"{BR} 6.3.2"


def public_limit(begins: datetime) -> int:
    """How many days a public server certificate that begins to be valid then may last; a day has 86 400 seconds.

    Source: CA/Browser Forum, TLS Baseline Requirements 6.3.2 (ballot SC-081v3).
    """
    return next(days for first, days in PUBLIC_LIMITS if begins.astimezone(UTC).date() >= first)


def lifetime(leaf: CertificateFacts) -> timedelta | None:
    """How long a certificate is valid; both ends belong to it (RFC 5280, section 4.1.2.5)."""
    if leaf.not_before is None or leaf.not_after is None:
        return None
    return leaf.not_after - leaf.not_before + SECOND


def days_left(leaf: CertificateFacts, now: datetime) -> int | None:
    """Complete days until the certificate expires; negative afterwards."""
    return None if leaf.not_after is None else (leaf.not_after - now) // DAY


def warning_period(leaf: CertificateFacts, settings: Settings) -> timedelta:
    """How long before its end a certificate should be renewed: a third of a short life, at most what is set."""
    return renewal_period(lifetime(leaf), settings.expiry_warning_days)


def renewal_period(whole: timedelta | None, wanted_days: int) -> timedelta:
    """The same for a lifetime, V(None) if it is not known."""
    wanted = timedelta(days=wanted_days)
    return wanted if whole is None else min(wanted, whole / 3)


def _days(span: timedelta) -> str:
    days = span / DAY
    return f"{days:.0f} days" if abs(days - round(days)) < 1e-4 else f"{days:.1f} days"


@TIME.certificate_rule(
    "TIME-001",
    "The certificate has not expired",
    "RFC 5280, section 4.1.2.5",
    purposes=ALL_PURPOSES,
    remedy="Renew the certificate.",
)
def _not_expired(leaf: CertificateFacts, evidence: Evidence) -> Observations:
    if leaf.not_after is not None and evidence.now > leaf.not_after:
        yield Observation(
            f"It expired on {leaf.not_after:%Y-%m-%d %H:%M:%S} UTC, {_days(evidence.now - leaf.not_after)} ago.",
            "A certificate that is valid now. Configuration Manager raises no alert by itself.",
        )


@TIME.certificate_rule(
    "TIME-002",
    "The certificate is valid already",
    "RFC 5280, section 4.1.2.5",
    purposes=ALL_PURPOSES,
    remedy="Wait until then, or correct the clock of the host that ran this check.",
)
def _valid_already(leaf: CertificateFacts, evidence: Evidence) -> Observations:
    if leaf.not_before is not None and evidence.now < leaf.not_before:
        yield Observation(
            f"It is valid from {leaf.not_before:%Y-%m-%d %H:%M:%S} UTC on; now it is "
            f"{evidence.now.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC.",
            "A certificate that is valid now.",
        )


@TIME.certificate_rule(
    "TIME-003",
    "The certificate does not expire soon",
    "Microsoft Learn: Modify a CMG (renewal)",
    purposes=ALL_PURPOSES,
    severity=Severity.WARNING,
    caused_by=("TIME-002",),
    remedy="Renew the certificate now.",
)
def _not_soon(leaf: CertificateFacts, evidence: Evidence) -> Observations:
    if leaf.not_after is None or evidence.now > leaf.not_after:
        return
    left = leaf.not_after - evidence.now
    if left >= timedelta(days=evidence.settings.expiry_warning_days):
        return
    period = warning_period(leaf, evidence.settings)
    if left < period:
        yield Observation(
            f"It expires on {leaf.not_after:%Y-%m-%d %H:%M:%S} UTC, in {_days(left)}.",
            f"At least {_days(period)}: {evidence.settings.expiry_warning_days} days, or a third of its lifetime if "
            "that is less. Configuration Manager raises no alert by itself.",
        )


@TIME.certificate_rule(
    "TIME-004",
    "A public certificate is not valid for longer than allowed",
    LIMIT_SOURCE,
    purposes=(Purpose.SERVER_PUBLIC,),
    remedy="Order the certificate again with a shorter validity. If it comes from a PKI of your own, declare issuer as "
    "enterprise.",
)
def _within_limit(leaf: CertificateFacts, _evidence: Evidence) -> Observations:
    whole = lifetime(leaf)
    if whole is None or leaf.not_before is None:
        return
    limit = public_limit(leaf.not_before)
    if whole > timedelta(days=limit):
        yield Observation(
            f"It is valid from {leaf.not_before:%Y-%m-%d} to {leaf.not_after:%Y-%m-%d}, which are {_days(whole)}.",
            f"At most {limit} days of 86,400 seconds, of which a part counts as a whole, for certificates that begin "
            "on that day.",
        )


@TIME.certificate_rule(
    "TIME-005",
    "The next certificate can last as long as this one",
    LIMIT_SOURCE,
    purposes=(Purpose.SERVER_PUBLIC,),
    severity=Severity.INFO,
    caused_by=("TIME-004",),
    remedy="Plan to renew more often, and automate it.",
)
def _next_fits(leaf: CertificateFacts, evidence: Evidence) -> Observations:
    whole = lifetime(leaf)
    if whole is None or leaf.not_after is None or evidence.now > leaf.not_after:
        return
    renewal = max(evidence.now, leaf.not_after - warning_period(leaf, evidence.settings))
    limit = public_limit(renewal)
    if whole > timedelta(days=limit):
        yield Observation(
            f"It lasts {_days(whole)}. Its successor, due on {renewal:%Y-%m-%d}, may last {limit} days.",
            "A successor that lasts as long.",
        )


@TIME.certificate_rule(
    "TIME-006",
    "No issuer ends before the certificate",
    "RFC 5280, section 6.1.3",
    purposes=(Purpose.SERVER_ENTERPRISE, Purpose.CLIENT, Purpose.TRUST_CHAIN),
    severity=Severity.WARNING,
    remedy="Renew the CA first, then the certificates below it.",
)
def _issuers_last(leaf: CertificateFacts, evidence: Evidence) -> Observations:
    if evidence.path is None or leaf.not_after is None:
        return
    for issuer in evidence.path.best.certificates[1:]:
        if issuer.not_after is not None and evidence.now <= issuer.not_after < leaf.not_after:
            yield Observation(
                f"It ends on {leaf.not_after:%Y-%m-%d}, but its issuer {issuer.label!r} ends on "
                f"{issuer.not_after:%Y-%m-%d}, and then neither is worth anything.",
                "Issuers that last longer than what they sign.",
            )
            return


@TIME.certificate_rule(
    "TIME-007",
    "An enterprise certificate follows the policy of validity",
    "Policy of your own: enterprise_validity_days",
    purposes=(Purpose.SERVER_ENTERPRISE, Purpose.CLIENT),
    severity=Severity.INFO,
    remedy="Shorten the validity in the certificate template, or set enterprise_validity_days to what you want.",
)
def _within_policy(leaf: CertificateFacts, evidence: Evidence) -> Observations:
    whole, limit = lifetime(leaf), evidence.settings.enterprise_validity_days
    if whole is not None and whole - SECOND > timedelta(days=limit):
        yield Observation(f"It is valid for {_days(whole)}.", f"At most {limit} days.")


RULES: tuple[CertificateRule, ...] = tuple(TIME)

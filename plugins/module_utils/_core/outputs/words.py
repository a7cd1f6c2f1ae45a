# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Words and symbols of a report that all its formats share."""

from __future__ import annotations

from datetime import datetime

from ansible_collections.configmgr.cmg.plugins.module_utils._core.counting import counted
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.taxonomy import State
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.changes import Kind
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.expiries import Expiry
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.overview import Overview, Served
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.prerequisites import (
    GATEWAY_WORDS,
    VERDICT_ORDER,
    Verdict,
)

VERDICT_WORDS = {
    Verdict.FAILED: "failed",
    Verdict.UNKNOWN: "not checked",
    Verdict.WARNING: "warning",
    Verdict.PARTLY: "partly checked",
    Verdict.PASSED: "passed",
    Verdict.SKIPPED: "not looked at",
    Verdict.NOT_NEEDED: "not needed",
}
EXPIRY_WORDS = {
    Expiry.EXPIRED: "expired",
    Expiry.EXPIRING: "ends soon",
    Expiry.UNKNOWN: "end or time unknown",
    Expiry.VALID: "valid",
}
STATE_WORDS = {
    State.IN_SYNC: "in sync",
    State.PROPAGATING: "propagating",
    State.UNKNOWN: "unknown",
    State.DRIFT: "drift",
}
NOT_DECLARED = "not declared"
KIND_WORDS = {
    Kind.GATEWAY_NEW: "New gateway",
    Kind.GATEWAY_GONE: "Gateway no longer declared",
    Kind.GATEWAY_STATE: "Gateway",
    Kind.FINDING_NEW: "New finding",
    Kind.FINDING_CHANGED: "Finding changed",
    Kind.FINDING_GONE: "Finding gone",
    Kind.CERTIFICATE_REPLACED: "Certificate replaced",
    Kind.CERTIFICATE_NEW: "New certificate",
    Kind.CERTIFICATE_GONE: "Certificate gone",
    Kind.CERTIFICATE_STATE: "Certificate",
    Kind.ALIAS_STATE: "Alias",
}
LOOK_WORDS = {
    "names": "Names",
    "availability": "Availability",
    "certificates": "Certificates",
    "providers": "Resource providers",
    "dns": "DNS records",
    "drift": "Drift",
}
BAD, QUESTION, CAREFUL, GOOD, HALF, NOTHING = "✕", "?", "!", "✓", "◐", "-"
# By the words of all the kinds of state, which mean the same wherever two kinds share one.
SYMBOLS = {
    "failed": BAD,
    "warning": CAREFUL,
    "partly": HALF,
    "passed": GOOD,
    "skipped": NOTHING,
    "not_needed": NOTHING,
    "unknown": QUESTION,
    "expired": BAD,
    "expiring": CAREFUL,
    "valid": GOOD,
    "in_sync": GOOD,
    "propagating": "…",
    "drift": BAD,
    "critical": BAD,
    "error": BAD,
    "info": "i",
    "not_checked": QUESTION,
    "accepted": GOOD,
    "worse": "▼",
    "better": "▲",
    "neutral": "●",
}


def headline_of(overview: Overview) -> str:
    """How many gateways there are and how they stand, worst first, in one sentence."""
    counts = sorted(overview.verdicts.items(), key=lambda item: VERDICT_ORDER[item[0]])
    # Some of the words have a comma of their own.
    told = "; ".join(f"{number} {GATEWAY_WORDS[verdict]}" for verdict, number in counts)
    return f"{counted(len(overview.gateways), 'gateway')}: {told}." if told else "No gateway is known."


def day(moment: datetime | None) -> str:
    """A day as people of all countries read it."""
    return moment.strftime("%Y-%m-%d") if moment else "unknown"


def left(days: int | None) -> str:
    """How long a certificate still has."""
    if days is None:
        return ""
    # One complete day less than none is left from the first second after the end on.
    return f"{counted(days, 'day')} left" if days >= 0 else f"ended {counted(-days - 1, 'day')} ago"


def until(moment: datetime | None, days: int | None) -> str:
    """When a certificate ends, and how long that is."""
    rest = left(days)
    return f"{day(moment)}{f' ({rest})' if rest else ''}"


def serving(served: Served) -> str:
    """What an address serves, in words."""
    if served.failure:
        return served.failure
    trust = "" if served.trusted is None else ", trusted" if served.trusted else ", not trusted"
    names = ", ".join(served.names) or "no name"
    return f"{names}, until {until(served.not_after, served.days_left)}{trust}"

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""CAA records as plain data, and what they say to a certification authority (RFC 8659)."""

from __future__ import annotations

from dataclasses import dataclass

CRITICAL = 128
ISSUE, ISSUE_WILD = "issue", "issuewild"
KNOWN_TAGS = frozenset({ISSUE, ISSUE_WILD, "iodef", "contactemail", "contactphone", "issuemail", "issuevmc"})

# How authorities call themselves in CAA records, by a part of the organisation that their certificates name as issuer.
# From the certification practice statements; a missing authority leads to "not checked", never to a failure.
AUTHORITIES: dict[str, tuple[str, ...]] = {
    "amazon": ("amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com"),
    "certum": ("certum.pl", "certum.eu"),
    "digicert": (
        "digicert.com",
        "www.digicert.com",
        "digicert.ne.jp",
        "cybertrust.ne.jp",
        "symantec.com",
        "thawte.com",
    ),
    "entrust": ("entrust.net", "affirmtrust.com"),
    "geotrust": ("geotrust.com", "digicert.com"),
    "globalsign": ("globalsign.com",),
    "godaddy": ("godaddy.com", "starfieldtech.com"),
    "google trust services": ("pki.goog", "google.com"),
    "harica": ("harica.gr",),
    "identrust": ("identrust.com",),
    "let's encrypt": ("letsencrypt.org",),
    "microsoft": ("microsoft.com",),
    "sectigo": ("sectigo.com", "comodo.com", "comodoca.com", "usertrust.com", "trust-provider.com"),
    "ssl corp": ("ssl.com",),
    "swisssign": ("swisssign.com", "swisssign.net", "swissid.ch"),
    "thawte": ("thawte.com", "digicert.com"),
    "zerossl": ("sectigo.com", "zerossl.com"),
}


@dataclass(frozen=True, slots=True)
class CaaRecord:
    """One CAA record; O(value) as it stands there, parameters and all."""

    flags: int
    tag: str
    value: str

    @property
    def issuer(self) -> str:
        """The authority that an issue record names, in lower case; empty where it forbids all."""
        return self.value.partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class CaaAnswer:
    """What a look-up for one name found after climbing the tree: the first set of records, and at which name.

    O(problem) says in a sentence what an authority would refuse for (SERVFAIL), O(unknown) why nobody could tell (a
    time-out). With either of them nothing else counts.
    """

    name: str
    records: tuple[CaaRecord, ...] = ()
    found_at: str | None = None
    problem: str | None = None
    unknown: str | None = None


def caa_names_of(organization: str) -> tuple[str, ...] | None:
    """How the authority with this organisation calls itself in CAA records, V(None) if that is not known."""
    lowered = organization.lower()
    return next((names for part, names in AUTHORITIES.items() if part in lowered), None)


def permits(answer: CaaAnswer, authorities: tuple[str, ...] | None, *, wildcard: bool) -> bool | None:
    """Whether the records permit the authorities to issue; V(None) where it depends on who the authority is.

    Source: RFC 8659, sections 4.1 to 4.3.
    """
    if any(record.flags & CRITICAL and record.tag.lower() not in KNOWN_TAGS for record in answer.records):
        return False
    relevant = _relevant(answer, ISSUE_WILD) if wildcard else []
    relevant = relevant or _relevant(answer, ISSUE)
    if not relevant:
        return True
    named = {record.issuer for record in relevant} - {""}
    if authorities is None and named:
        return None
    return bool(named & set(authorities or ()))


def _relevant(answer: CaaAnswer, tag: str) -> list[CaaRecord]:
    return [record for record in answer.records if record.tag.lower() == tag]

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guide to symptoms: whatever is known to fail in the field has a row, and every row names a rule that there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.checks.guides import PAGES
from tools import generate_rules

TEXT = (PAGES / "troubleshooting_guide.rst").read_text(encoding="utf-8")
ROW = re.compile(r"^   \* - (.+(?:\n(?:     ).+)*)", re.MULTILINE)
RULE = re.compile(r":ref:`([A-Z0-9-]+) <ansible_collections\.configmgr\.cmg\.docsite\.rule\.([a-z0-9-]+)>`")
# The failures that the rulebook collects in its section 9, in its order, by words of their rows.
KNOWN = (
    "the vault name is already in use",
    "Provisioning fails although the service name was free",
    "The wizard rejects the service name",
    "New certificate must have the same CName",
    "rejects a renewed certificate",
    "CERT_DATE_INVALID",
    "INVALID_CA",
    "CERT_REV_FAILED",
    "CERT_CN_INVALID",
    "Nothing connects with a certificate of the own PKI",
    "401 for clients with certificates",
    "CMGConnector_Clientcertificaterequired",
    "CMGConnector_Forbidden",
    "Creation or conversion fails at once",
    "Clients fail after the conversion",
    "The gateway cannot be converted",
    "The deployment fails in an existing resource group",
    "The password is incorrect",
    "The PFX file cannot be chosen or exported",
    "CMGService_Invalid_Token",
    "The connection point does not start",
    "The button *Convert* is missing",
    "The update to 2403 is blocked",
    "Strangers answer under our service name",
)


def rows() -> list[str]:
    """The rows of the tables about gateways, without their headings."""
    about_gateways = TEXT.partition("The collection itself")[0]
    return [row for row in ROW.findall(about_gateways) if not row.startswith("Symptom")]


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.partition("\n")[0])
def test_every_row_has_a_symptom_a_cause_and_a_rule(row: str) -> None:
    symptom, cause, finding = re.split(r"^     - ", row, flags=re.MULTILINE)
    assert symptom.strip()
    assert cause.strip()
    named = RULE.findall(finding)
    assert named
    assert {shown for shown, _anchor in named} <= {rule.id for rule in generate_rules.rules()}
    assert all(anchor == shown.lower() for shown, anchor in named)


@pytest.mark.parametrize("words", KNOWN)
def test_every_known_failure_has_a_row(words: str) -> None:
    assert [row for row in rows() if words in row]


def test_no_failure_of_the_rulebook_is_left_out(shared: Path) -> None:
    rulebook = (shared / "reference" / "cmg-rulebook.md").read_text(encoding="utf-8")
    section = rulebook.partition("## 9. ")[2].partition("\n## ")[0]
    numbers = [int(number) for number in re.findall(r"^\| (\d+) \|", section, re.MULTILINE)]
    assert numbers == list(range(1, len(KNOWN) + 1))

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Where the documentation site says what a rule demands and where it comes from."""

from __future__ import annotations

from urllib.parse import quote

# C(documentation) in galaxy.yml, which a test compares.
SITE = "https://configmgr-cmg.github.io/configmgr.cmg/"
PAGE = "docsite/rules_guide.html"


def rule_anchor(rule: str) -> str:
    """The anchor of a rule on the page of all rules: V(prefix-006) for V(PREFIX-006)."""
    return rule.lower()


def rule_url(rule: str) -> str:
    """The address of a rule's paragraph. Whatever was given as a rule, the address is one word without markup."""
    return f"{SITE}{PAGE}#{quote(rule_anchor(rule), safe='', errors='replace')}"

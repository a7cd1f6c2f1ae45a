# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The rules about what a declaration names: files that are there, certificates, CAs, and roots that are some."""

from __future__ import annotations

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.rules_management import AZURE_PAGE
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Rule, Severity

DECLARATION = ("The declaration of the gateway",)
OBTAINED = Rule("FILE-003", "The certificate can be obtained", Severity.ERROR, DECLARATION)
DECLARED = Rule("FILE-004", "A server certificate is declared", Severity.ERROR, DECLARATION)
UNRELATED = Rule(
    "TRUST-009",
    "Every CA of the trust chain stands above a client's certificate",
    Severity.WARNING,
    ("Microsoft Learn: CMG security and privacy (certificate trust list)",),
)
NO_ROOT = Rule(
    "TRUST-010",
    "What is declared as a trusted root is one",
    Severity.WARNING,
    ("RFC 5280, section 6.1.1",),
)
PRIVATE = Rule(
    "MGMT-004",
    "The certificate to upload comes without its private key",
    Severity.ERROR,
    (AZURE_PAGE,),
)
RULES: tuple[Rule, ...] = (OBTAINED, DECLARED, UNRELATED, NO_ROOT, PRIVATE)

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""All rules of certificates, in the order in which their findings should be read: causes before consequences."""

from __future__ import annotations

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates import (
    rules_chain,
    rules_file,
    rules_key,
    rules_management,
    rules_name,
    rules_pfx,
    rules_public,
    rules_revocation,
    rules_sig,
    rules_time,
    rules_trust,
    rules_use,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.engine import CertificateRule

# A name with letters that do not belong there is named by a rule of names before it is said that it cannot be read.
RULES: tuple[CertificateRule, ...] = (
    *rules_pfx.RULES,
    *rules_name.RULES,
    *rules_file.RULES,
    *rules_management.RULES,
    *rules_key.RULES,
    *rules_sig.RULES,
    *rules_use.RULES,
    *rules_time.RULES,
    *rules_trust.RULES,
    *rules_chain.RULES,
    *rules_revocation.RULES,
    *rules_public.RULES,
)

_OPENING = ("PFX-001", "PFX-002", "PFX-003", "PFX-011", "FILE-001")
# Whether a file can be opened and read at all, for a certificate that is only compared with another one.
OPENING: tuple[CertificateRule, ...] = tuple(rule for rule in RULES if rule.id in _OPENING)

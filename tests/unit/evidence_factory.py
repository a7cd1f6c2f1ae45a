# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Evidence for rules, put together from certificates of the factory in the way in which the judgement does it."""

from __future__ import annotations

from typing import Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.engine import Evidence, Purpose
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.facts import CertificateFacts, facts_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import Gateway, gateway_from_options
from ansible_collections.configmgr.cmg.plugins.module_utils._core.name_reading import read
from tests.unit import certificate_factory as factory


def gateway(**options: Any) -> Gateway:
    """A gateway as a user declares it; C(service_name=None) leaves the name to the certificate."""
    return gateway_from_options({"service_name": factory.NAME, "region": "westus", **options})


def facts(issued: factory.Issued | bytes) -> CertificateFacts:
    """The facts of a certificate of the factory, or of DER."""
    return facts_of(issued if isinstance(issued, bytes) else issued.der)


def evidence(
    purpose: Purpose, issued: factory.Issued | bytes, declared: Gateway | None = None, **changes: Any
) -> Evidence:
    """Evidence about one certificate, with its issuers as far as the factory knows them."""
    declared = declared or gateway(issuer="public" if purpose is Purpose.SERVER_PUBLIC else "enterprise")
    leaf = facts(issued)
    common = leaf.common_names[0] if len(leaf.common_names) == 1 else None
    above = () if isinstance(issued, bytes) else issued.issuers
    known: dict[str, Any] = {
        "subject": "certificate",
        "now": factory.NOW,
        "service_name": read(declared, common).service_name,
        "leaf": leaf,
        "chain": tuple(map(facts, above[:-1])),
        "trusted_roots": tuple(map(facts, above[-1:])),
    }
    return Evidence(purpose=purpose, gateway=declared, **{**known, **changes})

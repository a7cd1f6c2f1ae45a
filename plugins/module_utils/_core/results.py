# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The shape that the results of all modules share: one entry for each gateway, then the findings over all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import (
    Finding,
    accept,
    is_valid,
    reading_order,
    summarise,
    worst_first,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import Gateway

Judged = tuple[Mapping[str, Any], Sequence[Finding]]


def results_of(gateways: Sequence[Gateway], judged: Sequence[Judged], today: date) -> dict[str, Any]:
    """What a module returns about gateways, given the facts and the findings of each in the same order.

    Acceptances that hold on O(today) are applied; findings come worst first. The shape does not depend on how many
    gateways there are.
    """
    entries: list[dict[str, Any]] = []
    everything: list[tuple[Finding, dict[str, Any]]] = []
    for gateway, (facts, found) in zip(gateways, judged, strict=True):
        findings = worst_first(accept(found, gateway.accept, today))
        # The same finding stands in two places of the result; it is written once.
        written = [one.as_dict() for one in findings]
        everything += zip(findings, written, strict=True)
        entries.append({"name": gateway.label, **facts, "valid": is_valid(findings), "findings": written})
    everything.sort(key=lambda pair: reading_order(pair[0]))
    over_all = [finding for finding, _written in everything]
    return {
        "gateways": entries,
        "findings": [written for _finding, written in everything],
        "summary": summarise(over_all),
        "valid": is_valid(over_all),
    }

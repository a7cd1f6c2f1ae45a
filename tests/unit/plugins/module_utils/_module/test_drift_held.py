# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An alias that is held back is no drift to repair, as long as its deployment name is not ours."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pytest

from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.report import report_of
from ansible_collections.configmgr.cmg.plugins.module_utils._module.drift_held import REMEDY, without_held
from tests.unit import results_factory as results
from tests.unit.plugins.module_utils._core.drift import cases

GOOD = results.drift_result()
WRONG = results.drift_result({"authoritative": cases.everywhere(cases.cname(cases.OLD)), "probes": ()})
TTL = results.drift_result({"authoritative": cases.everywhere(cases.cname(cases.TARGET, ttl=60))})


def told(result: Mapping[str, Any], *unclaimed: str) -> tuple[set[bool | None], list[Collection[str]]]:
    """Whether what was found is repairable, and which gateways were asked about."""
    asked: list[Collection[str]] = []

    def answer(labels: Collection[str]) -> Collection[str]:
        asked.append(labels)
        return unclaimed

    return {problem.fixable for problem in report_of(without_held(result, answer)).problems}, asked


def test_nobody_is_asked_where_nothing_is_to_be_repaired() -> None:
    assert told(GOOD, cases.NAME) == (set(), [])


@pytest.mark.parametrize(("unclaimed", "fixable"), [((cases.NAME.upper(),), False), (("other.contoso.com",), True)])
def test_what_would_lead_to_a_name_that_is_not_ours_is_not_repairable(unclaimed: tuple[str], *, fixable: bool) -> None:
    found, asked = told(WRONG, *unclaimed)
    assert (found, asked) == ({fixable}, [{cases.NAME}])


def test_an_alias_that_leads_there_already_is_repaired() -> None:
    assert told(TTL, cases.NAME) == ({True}, [])


def test_the_remedy_is_to_deploy() -> None:
    (alias,) = without_held(WRONG, lambda labels: labels)["aliases"]
    assert {finding["remedy"] for finding in alias["findings"]} == {REMEDY}

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every kind of drift on real servers, found by its name; what is healthy stays quiet; looking does no harm."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.taxonomy import CODES
from tests.adapters.dns.resolvers import RESOLVERS, Resolver
from tests.dns_lab.lab import Lab
from tests.dns_lab.scenarios import FIRST, REFUSED, SECOND, Scenario

pytestmark = pytest.mark.cost(25)


def found(result: dict[str, Any], name: str) -> dict[str, str]:
    every = [*result["aliases"], *result["unmanaged"]]
    (alias,) = [alias for alias in every if alias["name"] == f"{name}."]
    return {finding["code"]: finding["state"] for finding in alias["findings"]}


@pytest.mark.parametrize("scenario", FIRST, ids=lambda scenario: str(scenario.name))
def test_the_first_set(first: dict[str, Any], scenario: Scenario) -> None:
    assert found(first, scenario.name) == scenario.expected


@pytest.mark.parametrize("scenario", SECOND, ids=lambda scenario: str(scenario.name))
def test_the_second_set(second: dict[str, Any], scenario: Scenario) -> None:
    assert found(second, scenario.name) == scenario.expected


@pytest.mark.parametrize("resolver", RESOLVERS, ids=lambda resolver: str(resolver.what))
def test_resolvers(lab: Lab, resolver: Resolver) -> None:
    own = lab.resolver(resolver.address)
    views = [{**resolver.view, "resolvers": [own]}] if resolver.view else []
    good = [one for one in FIRST if one.label == resolver.alias]
    result = lab.look(good, resolvers=[] if views else [own], views=views, layers=list(resolver.layers))
    assert found(result, good[0].name) == resolver.expected


@pytest.mark.parametrize("scenario", REFUSED, ids=["a name in Unicode"])
def test_names_that_the_rules_refuse(lab: Lab, scenario: Scenario) -> None:
    refused = lab.look([scenario], layers=["authoritative"])
    assert (refused["valid"], refused["aliases"]) == (False, [])
    assert found(lab.look_past_the_rules(scenario), scenario.name) == scenario.expected


def test_every_code_is_provoked() -> None:
    expected = [*(one.expected for one in (*FIRST, *SECOND, *REFUSED)), *(one.expected for one in RESOLVERS)]
    assert {code for codes in expected for code in codes} == set(CODES)


def test_the_second_set_is_large_enough() -> None:
    assert len(SECOND) >= 20
    assert all(len(one.expected) > 1 for one in SECOND)

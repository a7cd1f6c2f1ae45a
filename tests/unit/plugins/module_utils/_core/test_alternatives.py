# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Other prefixes: which ones a pattern makes, and that none of them is useless."""

from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.cmg.plugins.module_utils._core.alternatives import (
    DEFAULT_PATTERNS,
    USABLE,
    alternatives,
    check_patterns,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import is_valid
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import Gateway
from ansible_collections.configmgr.cmg.plugins.module_utils._core.names import names_of

LONG = "a" * 24


@pytest.mark.parametrize(
    ("prefix", "patterns", "expected"),
    [
        ("granite", DEFAULT_PATTERNS, ["granite1", "granitecmg", "cmggranite", "granite2", "granite3"]),
        ("granite", ["{prefix}{number:2}"], ["granite01", "granite02", "granite03", "granite04", "granite05"]),
        ("granite", ["{prefix}{number:02}"], ["granite01", "granite02", "granite03", "granite04", "granite05"]),
        ("granite", ["{prefix}{region}", "Cmg{number}"], ["granitewestus", "cmg1", "cmg2", "cmg3", "cmg4"]),
        ("granite", ["{prefix}"], []),
        ("granite", ["{number}{prefix}"], []),
        ("granite", [], []),
        (LONG, ["{prefix}{number:2}"], [f"{'a' * 22}0{number}" for number in range(1, 6)]),
        (LONG, ["{prefix}{prefix}"], []),
        ("abc", ["x" * 24 + "{prefix}"], ["x" * 24]),
        ("abc", ["x" * 25], []),
    ],
)
def test_what_a_pattern_makes(prefix: str, patterns: list[str], expected: list[str]) -> None:
    assert list(islice(alternatives(prefix, "westus", patterns), 5)) == expected


@pytest.mark.parametrize(
    "pattern", ["", "{name}", "{prefix.real}", "{prefix", "{}", "a-b", "{number:0}", "{prefix}.x", "é"]
)
def test_patterns_that_mean_nothing(pattern: str) -> None:
    with pytest.raises(InvalidInput, match="alternatives holds"):
        check_patterns(["{prefix}{number}", pattern])


def test_patterns_that_mean_something() -> None:
    check_patterns([*DEFAULT_PATTERNS, "{region}{prefix}x", "{number:2}", "CMG"])


PARTS = st.sampled_from(["{prefix}", "{region}", "{number}", "{number:3}", "cmg", "x", "9"])


@given(
    prefix=st.from_regex(r"[a-z][a-z0-9]{2,23}", fullmatch=True),
    patterns=st.lists(st.lists(PARTS, min_size=1, max_size=4).map("".join), max_size=4),
)
def test_every_alternative_is_new_and_passes_the_naming_rules(prefix: str, patterns: list[str]) -> None:
    check_patterns(patterns)
    found = list(alternatives(prefix, "westus", patterns))
    assert len(set(found)) == len(found)
    assert prefix not in found
    for name in found[:5]:
        names, findings = names_of(Gateway(f"{name}.contoso.com", "westus"))
        assert names.key_vault == name
        assert is_valid(findings)
        assert USABLE.fullmatch(name)

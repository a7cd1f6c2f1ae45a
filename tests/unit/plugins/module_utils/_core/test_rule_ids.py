# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ids that a gateway may accept are those of all rules, wherever a rule has been written down."""

from __future__ import annotations

import importlib
from collections.abc import Iterator

from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Rule
from ansible_collections.configmgr.cmg.plugins.module_utils._core.rule_ids import RULE_IDS
from tools import generate_rules, trees

CORE = trees.ROOT / "plugins" / "module_utils" / "_core"


def _written_down() -> Iterator[str]:
    """The id of every rule that stands in a file of the core, alone, in a list or as part of something else."""
    for path in CORE.rglob("*.py"):
        module = ".".join((generate_rules.CORE, *path.relative_to(CORE).with_suffix("").parts))
        for value in vars(importlib.import_module(module)).values():
            for entry in value if isinstance(value, (list, tuple)) else [value]:
                rule = getattr(entry, "rule", entry)
                if isinstance(rule, Rule):
                    yield rule.id


def test_every_rule_can_be_accepted() -> None:
    assert set(_written_down()) <= RULE_IDS


def test_no_rule_is_invented() -> None:
    assert {rule.id for rule in generate_rules.rules()} == RULE_IDS


def test_each_id_stands_for_one_rule() -> None:
    ids = [rule.id for rule in generate_rules.rules()]
    assert len(ids) == len(set(ids))

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The comparison of documented with returned values sees every kind of disagreement."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from tests.unit.return_docs import return_problems

RETURN = """
entries:
  description: Entries.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Is V(none) if there is none.
      type: str
      sample: a
    size:
      description: The size.
      type: int
      sample: 1
"""


@pytest.mark.parametrize(
    ("result", "problem"),
    [
        ({"entries": [{"name": "a", "size": 1}], "changed": False}, None),
        ({"entries": [{"name": None, "size": 1}]}, None),
        ({"entries": [{"name": "a", "size": 1, "more": 2}]}, "entries[].more is returned but not documented"),
        ({"entries": [{"name": "a"}]}, "entries[].size is documented but never returned"),
        ({"entries": [{"name": "a", "size": None}]}, "entries[].size is null, which its description does not announce"),
        ({"entries": [{"name": "a", "size": "1"}]}, "entries[].size is documented as int and returned as str"),
        ({"entries": [{"name": "a", "size": True}]}, "entries[].size is documented as int and returned as bool"),
        ({"entries": {}}, "entries is documented as list and returned as dict"),
        ({}, "entries is documented but never returned"),
    ],
)
def test_disagreement(result: dict[str, Any], problem: str | None) -> None:
    module = ModuleType("module")
    module.__dict__["RETURN"] = RETURN
    assert return_problems(module, [result]) == ([problem] if problem else [])


def test_documentation_that_is_not_complete() -> None:
    module = ModuleType("module")
    module.__dict__["RETURN"] = "name: {description: A name., type: str}"
    assert return_problems(module, [{"name": "a"}]) == ["name does not say when it is returned", "name has no sample"]

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filters that playbooks decide and tell with."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.configmgr.cmg.plugins.filter import failing as failing_plugin
from ansible_collections.configmgr.cmg.plugins.filter import to_lines as to_lines_plugin

FAILING = failing_plugin.FilterModule().filters()["failing"]
TO_LINES = to_lines_plugin.FilterModule().filters()["to_lines"]
FINDING = {
    "rule": "PREFIX-006",
    "title": "The prefix has no hyphen",
    "severity": "warning",
    "status": "failed",
    "gateway": "granite-falls.contoso.com",
    "subject": "prefix",
    "observed": "A hyphen.",
    "expected": "None.",
    "remedy": "Rename.",
    "sources": [],
}
RESULT: dict[str, Any] = {"changed": False, "gateways": [], "findings": [FINDING]}


def test_failing_takes_a_result() -> None:
    assert FAILING(RESULT) == []
    assert FAILING(RESULT, "warning") == [FINDING]


def test_to_lines_takes_a_result() -> None:
    assert TO_LINES(RESULT)[0] == "WARNING PREFIX-006 granite-falls.contoso.com, prefix: The prefix has no hyphen"


@pytest.mark.parametrize("filter_", [FAILING, TO_LINES])
def test_anything_else_is_a_filter_error(filter_: Any) -> None:
    with pytest.raises(AnsibleFilterError, match="without findings"):
        filter_({"msg": "failed before it judged anything"})


def test_an_unknown_threshold_is_a_filter_error() -> None:
    with pytest.raises(AnsibleFilterError, match="no severity"):
        FAILING(RESULT, "dreadful")

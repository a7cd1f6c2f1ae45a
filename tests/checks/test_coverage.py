# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tests of the core reach all of it: its rules are tables, and a line that no table reaches is a guess."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.checks import support

CORE = "plugins/module_utils/_core/*"
PERCENT = 95


@pytest.mark.cost(50)
def test_core_coverage(tmp_path: Path) -> None:
    coverage = support.tool("coverage")
    data = f"--data-file={tmp_path / 'data'}"
    # What the core makes of results is tested where it becomes text, at the filters.
    pytest_options = ("-q", "tests/unit/plugins/module_utils/_core", "tests/unit/plugins/filter")
    support.check(coverage, "run", data, "-m", "pytest", *pytest_options, seconds=600)
    support.check(coverage, "report", data, f"--include={CORE}", f"--fail-under={PERCENT}")

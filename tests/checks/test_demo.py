# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The demonstration that the README promises runs from start to end."""

from __future__ import annotations

import pytest

from tests.checks import support
from tools import trees


@pytest.mark.cost(60)
def test_demo() -> None:
    demo = trees.ROOT / "examples" / "demo" / "demo.py"
    assert demo.is_file(), "examples/demo/demo.py is missing"
    support.check(support.tool("python"), demo, seconds=300)

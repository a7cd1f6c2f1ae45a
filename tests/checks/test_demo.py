# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The demonstration that the README promises runs from start to end."""

from __future__ import annotations

import pytest

from tests.checks import support


@pytest.mark.cost(60)
def test_demo() -> None:
    support.check(support.tool("python"), "-m", "examples.demo", seconds=300)

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is made from something else is up to date."""

from __future__ import annotations

import pytest

from tests.checks import support
from tools import trees


@pytest.mark.parametrize("generator", ["generate_options", "generate_content", "generate_rules"])
def test_nothing_is_stale(generator: str) -> None:
    support.check(support.tool("python"), trees.ROOT / "tools" / f"{generator}.py", "--check")

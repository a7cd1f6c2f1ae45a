# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every molecule scenario, in the development environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.checks import support
from tools import environments


def test_there_are_scenarios() -> None:
    assert support.scenarios(), "no molecule scenario under extensions/molecule"


@pytest.mark.cost(30)
@pytest.mark.parametrize("scenario", support.scenarios())
def test_scenario(scenario: str, tmp_path: Path) -> None:
    support.molecule("test", scenario, environments.ENVIRONMENTS["main"].python, tmp_path)

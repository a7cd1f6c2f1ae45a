# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the checks of examples and guides share: one local Azure, which each test seeds anew."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.checks.playing import PLACEHOLDER
from tests.emulator.process import Emulator, running_emulator


@pytest.fixture(scope="session")
def azure() -> Iterator[Emulator]:
    """A local Azure that ends with the session. Its subscription is the one that examples name."""
    with running_emulator({"subscriptions": [{"id": PLACEHOLDER}]}) as running:
        yield running

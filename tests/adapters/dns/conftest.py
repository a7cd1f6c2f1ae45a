# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The miniature DNS for the tests in this folder, started once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.adapters.dns.resolvers import RESOLVERS
from tests.dns_lab.lab import Lab, running_lab
from tests.dns_lab.scenarios import FIRST, SECOND


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    behaviours = {resolver.address: resolver.behaviour for resolver in RESOLVERS}
    with running_lab(tmp_path_factory.mktemp("lab"), behaviours) as running:
        yield running


@pytest.fixture(scope="session")
def first(lab: Lab) -> dict[str, Any]:
    """What a look at the first set found."""
    return lab.look(FIRST)


@pytest.fixture(scope="session")
def second(lab: Lab) -> dict[str, Any]:
    """What a look at the second set found."""
    return lab.look(SECOND)

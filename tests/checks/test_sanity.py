# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ansible-test sanity, with no ignore file: every check that ships with ansible-core holds."""

from __future__ import annotations

import pytest

from tests.checks import support
from tools import environments


@pytest.mark.cost(90)
def test_sanity() -> None:
    support.sanity(environments.ENVIRONMENTS["main"].python)


def test_no_ignore_file() -> None:
    assert not support.files("tests/sanity/ignore*")

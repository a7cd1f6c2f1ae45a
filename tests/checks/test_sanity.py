# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ansible-test sanity, with no ignore file: every check that ships with ansible-core holds.

Its slowest, pylint, looks at what is delivered; ruff and mypy look at the tests too.
"""

from __future__ import annotations

import pytest

from tests.checks import support
from tools import environments

MAIN = environments.ENVIRONMENTS["main"].python
DELIVERED = ("plugins/", "extensions/")


@pytest.mark.cost(35)
def test_all_but_pylint() -> None:
    output = support.sanity(MAIN, "--skip-test", "pylint")
    assert 'Running sanity test "validate-modules"' in output


@pytest.mark.cost(40)
def test_pylint() -> None:
    output = support.sanity(MAIN, "--test", "pylint", *DELIVERED, purpose="pylint")
    assert 'Running sanity test "pylint"' in output


def test_no_ignore_file() -> None:
    assert not support.files("tests/sanity/ignore*")

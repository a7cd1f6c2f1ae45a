# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ansible-test sanity, with no ignore file: every check that ships with ansible-core holds."""

from __future__ import annotations

import pytest

from tests.checks import support
from tools import ansible_test


@pytest.mark.cost(90)
def test_sanity() -> None:
    assert not support.files("tests/sanity/ignore*"), "sanity ignores are not used in this repository"
    run = ansible_test.prepare("sanity", support.BIN)
    env = support.environment(run.env)
    argv = [*run.argv, "sanity", "--color", "no", "--python", run.python_version]
    output = support.check(*argv, cwd=run.cwd, env=env, seconds=600, never=[ansible_test.NOTHING_TESTED])
    assert 'Running sanity test "validate-modules"' in output

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ansible-test integration: each target on its own, in a tree of the worker's own."""

from __future__ import annotations

import json
import os

import pytest

from tests.checks import support
from tools import ansible_test, trees

TARGETS = trees.ROOT / "tests" / "integration" / "targets"
NEVER = [ansible_test.NOTHING_TESTED, "No targets to run", "Excluding targets", "Skipping"]
# ansible-test passes nothing of this environment on; what it reads from this file are variables of all targets.
CONFIGURATION = {"targets_environment": {"PYTHONPATH": str(support.BYTECODE)}}


def _is_runnable(name: str) -> bool:
    aliases = TARGETS / name / "aliases"
    words = aliases.read_text(encoding="utf-8").split() if aliases.is_file() else []
    return not {"hidden", "disabled"} & set(words)


def _targets() -> list[str]:
    names = sorted(path.name for path in TARGETS.glob("*/") if any(path.iterdir()))
    return [name for name in names if _is_runnable(name)]


def test_there_are_targets() -> None:
    assert _targets(), "no integration target under tests/integration/targets"


@pytest.mark.cost(36)
def test_targets() -> None:
    """All in one call: to begin with, ansible-test takes longer than the shorter ones of them."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "single")
    run = ansible_test.prepare(f"integration-{worker}", support.BIN)
    (run.cwd / "tests" / "integration" / "integration_config.yml").write_text(json.dumps(CONFIGURATION), "utf-8")
    argv = [*run.argv, "integration", "--color", "no", "--python", run.python_version]
    argv += ["--continue-on-error", *_targets()]
    support.check(*argv, cwd=run.cwd, env=support.environment(run.env), never=NEVER)

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Older ansible-core, older Python and the oldest libraries allowed, each in an environment of its own.

The newest of everything is the development environment itself: there all tests run.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.checks import support
from tools import environments, trees

CORE = {"oldest": "2.19.", "core-2.20": "2.20."}
OLDEST_SDK = "8.1.0"


@pytest.fixture(params=sorted(CORE))
def leg(request: pytest.FixtureRequest) -> environments.Environment:
    """An environment of the matrix, made when it is missing; its Python may not be on this machine."""
    environment = environments.ENVIRONMENTS[request.param]
    if environments.find_interpreter(environment.pythons) is None:
        pytest.skip(f"{environment.name} needs Python {environment.pythons[0]}, which is not on this machine")
    environments.ensure(environment)
    return environment


def _pytest(environment: environments.Environment, *arguments: str) -> str:
    """Run tests with the leg's own interpreter; old libraries may use what newer Pythons deprecate."""
    env = support.environment({"HYPOTHESIS_PROFILE": "quick"}, python_bin=environment.python.parent)
    options = ("-q", "-W", "default")
    return support.check(environment.python, "-m", "pytest", *options, *arguments, env=env, seconds=600)


def _version(environment: environments.Environment, distribution: str) -> str:
    code = f"import importlib.metadata as m; print(m.version('{distribution}'))"
    return support.check(environment.python, "-c", code).strip()


def test_versions(leg: environments.Environment) -> None:
    assert _version(leg, "ansible-core").startswith(CORE[leg.name])


@pytest.mark.cost(45)
def test_units(leg: environments.Environment) -> None:
    """All that ansible-core or Python have a part in: not the emulator, samples, laws, nor how files are written."""
    chosen = "not corpus and not hypothesis"
    assert " passed" in _pytest(leg, "-m", chosen, "tests/unit/plugins", "tests/unit/extensions")


@pytest.mark.cost(10)
def test_sanity(leg: environments.Environment) -> None:
    """What depends on the version of ansible-core. The rest reads the same files the same way in all of them."""
    chosen = [option for test in ("compile", "runtime-metadata", "validate-modules") for option in ("--test", test)]
    assert 'Running sanity test "validate-modules"' in support.sanity(leg.python, *chosen)


@pytest.mark.cost(30)
def test_scenario(leg: environments.Environment, tmp_path: Path) -> None:
    support.molecule("check", "default", leg.python, tmp_path)


def uses_sdk(name: str) -> bool:
    """Whether the SDK has a part in tests of a file. To collect those of all files takes longer than to run these."""
    return "mark.azure_sdk" in (trees.ROOT / name).read_text(encoding="utf-8")


@pytest.mark.cost(60)
def test_oldest_azure_sdk() -> None:
    """The adapters on the SDK that azure.azcollection pins, against the emulator."""
    environment = environments.ENVIRONMENTS["oldest"]
    if environments.find_interpreter(environment.pythons) is None:
        pytest.skip(f"{environment.name} needs Python {environment.pythons[0]}, which is not on this machine")
    environments.ensure(environment)
    assert _version(environment, "azure-mgmt-dns") == OLDEST_SDK
    marked = [name for name in support.files("tests/unit/*/test_*.py", "tests/adapters/*/test_*.py") if uses_sdk(name)]
    _pytest(environment, "-m", "azure_sdk", *marked)

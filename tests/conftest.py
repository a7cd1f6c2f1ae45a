# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all tests share: the collection's own name on the import path, private Ansible folders, longest check first."""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest
from hypothesis.database import DirectoryBasedExampleDatabase

from tools import trees

if TYPE_CHECKING:
    from xdist.remote import Producer
    from xdist.scheduler import LoadScopeScheduling

SHARED = Path(os.environ.get("CMG_SHARED") or trees.ROOT.parent / "shared")


def _prepend(variable: str, *folders: Path) -> None:
    """Put folders in front of a path variable, for the programs that tests start."""
    present = [part for part in os.environ.get(variable, "").split(os.pathsep) if part]
    wanted = [str(folder) for folder in folders]
    os.environ[variable] = os.pathsep.join([*wanted, *(part for part in present if part not in wanted)])


def _configure_hypothesis() -> None:
    """CI repeats the same examples on every run; the matrix and C(make unit) take fewer of them."""
    database = DirectoryBasedExampleDatabase(trees.CACHE / "hypothesis")
    hypothesis.settings.register_profile("default", deadline=None, database=database, max_examples=30)
    hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
    hypothesis.settings.register_profile("quick", deadline=None, derandomize=True, max_examples=20)
    profile = os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "default")
    hypothesis.settings.load_profile(profile)


def pytest_configure() -> None:
    """Make the collection importable here and findable for Ansible in every child process."""
    _configure_hypothesis()
    live = trees.live_tree()
    if str(live) not in sys.path:
        sys.path.insert(0, str(live))
    importlib.invalidate_caches()
    _prepend("PYTHONPATH", trees.ROOT, live, trees.ROOT / "tests" / "bytecode")
    os.environ["ANSIBLE_COLLECTIONS_PATH"] = str(live)
    os.environ.setdefault("ANSIBLE_HOME", str(trees.CACHE / "ansible"))


def pytest_report_header() -> str:
    """Name the versions under test; nothing else in the output tells them."""
    return f"ansible-core: {importlib.metadata.version('ansible-core')}"


def _turn(item: pytest.Item) -> tuple[float, str, int, str]:
    marker = item.get_closest_marker("cost")
    path, line, _name = item.location
    return -float(marker.args[0]) if marker else 0.0, path, line or 0, item.nodeid


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Longest first, so that all workers end at about the same time; the rest as it stands in the files.

    The order is the same in every process, also where a test takes its parameters from a set.
    """
    items.sort(key=_turn)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling | None:
    """Deal out tests as V(tests/scheduling.py) has it, wherever they are dealt out by scopes."""
    if config.getvalue("dist") != "loadscope":
        return None
    from tests.scheduling import Units

    return Units(config, log)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with recordings and reference data that is not part of this repository."""
    if not SHARED.is_dir():
        pytest.skip(f"reference data not found at {SHARED}; set CMG_SHARED to its folder")
    return SHARED

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The artifact as users get it: built, installed into a tree of its own, and used with what is installed beside it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.checks import support
from tools import environments, trees


@dataclass(frozen=True)
class Package:
    """The artifact, and the folder for ANSIBLE_COLLECTIONS_PATH that it is installed in."""

    artifact: Path
    collections: Path

    @property
    def root(self) -> Path:
        """The installed collection."""
        return self.collections / trees.NAMESPACE_PATH

    def environment(self, programs: Path, **extra: str) -> dict[str, str]:
        """The environment of programs in a folder, for which there is no other collection than the installed one."""
        own = {"ANSIBLE_COLLECTIONS_PATH": str(self.collections), "ANSIBLE_HOME": str(self.collections / "home")}
        return support.environment({**own, **extra}, python_bin=programs)


def programs_of(name: str) -> Path:
    """The folder with the programs of an environment, which is made when it is missing."""
    environment = environments.ENVIRONMENTS[name]
    if environments.find_interpreter(environment.pythons) is None:
        pytest.skip(f"{environment.name} needs Python {environment.pythons[0]}, which is not on this machine")
    return environments.ensure(environment).parent


@contextmanager
def _exclusive(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w", encoding="ascii") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _place(factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this run of pytest share, and no other run."""
    own = factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "package"
    folder.mkdir(exist_ok=True)
    return folder


def package(factory: pytest.TempPathFactory, programs: Path) -> Package:
    """Build the artifact and install it offline with the Ansible of an environment, once in a run of pytest.

    What is installed is compared with the artifact's manifest at once: every use leaves byte code beside it.
    """
    folder = _place(factory)
    collections = folder / "collections"
    galaxy = programs / "ansible-galaxy"
    env = Package(folder, collections).environment(programs)
    with _exclusive(folder):
        if not collections.is_dir():
            source = trees.test_tree("package")
            support.check(galaxy, "collection", "build", "--output-path", folder, cwd=source, env=env)
            target = ("--collections-path", collections)
            artifact = next(folder.glob("*.tar.gz"))
            support.check(galaxy, "collection", "install", "--offline", *target, artifact, env=env)
            support.check(galaxy, "collection", "verify", "--offline", "configmgr.cmg", env=env)
    return Package(next(folder.glob("*.tar.gz")), collections)

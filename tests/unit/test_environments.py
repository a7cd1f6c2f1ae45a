# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tools import environments

THIS = f"{sys.version_info[0]}.{sys.version_info[1]}"


def interpreter(folder: Path, minor: str, *, reports: str | None = None) -> Path:
    """A program that answers like a Python of that version, or that fails as a shim of an unselected one does."""
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / f"python{minor}"
    program.write_text(f"#!/bin/sh\necho {reports} cpython\n" if reports else "#!/bin/sh\nexit 127\n")
    program.chmod(0o755)
    return program


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with no Python at all but the one that runs this."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.mark.usefixtures("machine")
def test_the_running_interpreter_is_found() -> None:
    assert environments.find_interpreter([THIS]) == (THIS, Path(sys.executable))


def test_the_first_wanted_version_wins(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = interpreter(machine / "bin", "9.1", reports="9.1")
    new = interpreter(machine / "bin", "9.2", reports="9.2")
    monkeypatch.setenv("PATH", str(machine / "bin"))
    assert environments.find_interpreter(["9.2", "9.1"]) == ("9.2", new)
    assert environments.find_interpreter(["9.3", "9.1"]) == ("9.1", old)


def test_shims_are_not_taken_for_interpreters(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    interpreter(machine / "shims", "9.1", reports="9.1")
    monkeypatch.setenv("PATH", str(machine / "shims"))
    assert environments.find_interpreter(["9.1"]) is None


def test_a_version_manager_is_searched(machine: Path) -> None:
    real = interpreter(machine / "pyenv" / "versions" / "9.1.4" / "bin", "9.1", reports="9.1")
    assert environments.find_interpreter(["9.1"]) == ("9.1", real)


@pytest.mark.parametrize("reports", [None, "9.2"])
def test_a_program_that_is_not_what_it_is_called_is_passed_over(machine: Path, reports: str | None) -> None:
    interpreter(machine / "pyenv" / "versions" / "9.1.4" / "bin", "9.1", reports=reports)
    assert environments.find_interpreter(["9.1"]) is None


@pytest.mark.usefixtures("machine")
def test_a_missing_python_is_named() -> None:
    wanted = environments.Environment("future", "requirements.lock", ("9.9",), ".cache/envs/future")
    with pytest.raises(environments.EnvironmentProblem, match=r"future needs CPython 9\.9"):
        environments.ensure(wanted)


def test_every_environment_has_its_lock() -> None:
    for environment in environments.ENVIRONMENTS.values():
        lock = (environments.ROOT / environment.lock).read_text(encoding="utf-8")
        assert "--hash=sha256:" in lock
        assert "--index-url" not in lock

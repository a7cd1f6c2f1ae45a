#!/usr/bin/env python
# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Python environments for development and for the version matrix, made from lock files.

This is the first thing that runs on a new machine, so it uses nothing but the standard library.

``environments.py main`` makes ``.venv``; any other name of ``ENVIRONMENTS`` makes ``.cache/envs/<name>``.
An environment carries a stamp with the digest of its lock; as long as that agrees nothing is done.
``environments.py --lock`` writes all lock files anew, or those of the environments that are named.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
UV_VERSION = "0.13.9"
STAMP = ".environment"
PROBE = "import sys; print('%d.%d' % sys.version_info[:2], sys.implementation.name)"


class EnvironmentProblem(Exception):
    """An environment cannot be made; the message says what was looked for and what to do."""


@dataclass(frozen=True)
class Environment:
    """A virtual environment: where it lives, what is locked for it, and the Pythons it may have, best first."""

    name: str
    lock: str
    pythons: tuple[str, ...]
    directory: str
    compile_options: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        return ROOT / self.directory

    @property
    def python(self) -> Path:
        return self.path / "bin" / "python"


def _leg(name: str, python: str, *options: str) -> Environment:
    compile_options = ("--python-version", python, *options)
    return Environment(name, f"tests/matrix/{name}.lock", (python,), f".cache/envs/{name}", compile_options)


ENVIRONMENTS = {
    environment.name: environment
    for environment in (
        Environment(
            "main", "requirements.lock", ("3.13", "3.12", "3.11"), ".venv", ("--universal", "--python-version", "3.11")
        ),
        _leg("oldest", "3.11", "--resolution", "lowest-direct"),
        _leg("core-2.20", "3.12"),
        _leg("rulebook", "3.12"),
        _leg("site", "3.12"),
        _leg("runtime", "3.12"),
        _leg("ecosystem", "3.12"),
    )
}


def candidate_interpreters(minor: str) -> Iterator[Path]:
    """Places where a real interpreter of this minor version may be; shims of version managers are left out.

    A shim answers to every name and fails when it is run for a version that is not selected.
    """
    name = f"python{minor}"
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield Path(sys.executable)
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        if not folder.endswith("/shims"):
            yield Path(folder) / name
    for folders in (pyenv.glob("versions/*/bin"), Path.home().glob(".local/share/uv/python/*/bin")):
        yield from (folder / name for folder in sorted(folders, reverse=True))


def _is_cpython(interpreter: Path, minor: str) -> bool:
    if not os.access(interpreter, os.X_OK):
        return False
    probe = subprocess.run([interpreter, "-I", "-c", PROBE], capture_output=True, text=True, check=False, timeout=60)
    return probe.returncode == 0 and probe.stdout.split() == [minor, "cpython"]


def find_interpreter(pythons: Iterable[str]) -> tuple[str, Path] | None:
    """The first of the wanted minor versions that is here, with the path of its interpreter."""
    for minor in pythons:
        for candidate in candidate_interpreters(minor):
            if _is_cpython(candidate, minor):
                return minor, candidate
    return None


def _run(argv: Sequence[str | Path], **variables: str) -> None:
    result = subprocess.run(argv, cwd=ROOT, env={**os.environ, **variables}, check=False)
    if result.returncode:
        command = " ".join(str(argument) for argument in argv)
        raise EnvironmentProblem(f"exit code {result.returncode} from: {command}")


def _output(argv: Sequence[str | Path]) -> str:
    return subprocess.run(argv, capture_output=True, text=True, check=False).stdout.strip()


def ensure_uv(interpreter: Path) -> Path | None:
    """The pinned uv in an environment of its own; None where it cannot be installed (pip does the work then)."""
    home = CACHE / f"uv-{UV_VERSION}"
    uv = home / "bin" / "uv"
    if uv.exists():
        return uv
    try:
        _run([interpreter, "-m", "venv", "--clear", home])
        _run([home / "bin" / "python", "-m", "pip", "install", "--quiet", f"uv=={UV_VERSION}"])
    except EnvironmentProblem as problem:
        print(f"No uv ({problem}); pip is used instead, which is slower.", file=sys.stderr)
        shutil.rmtree(home, ignore_errors=True)
        return None
    return uv


def uv_settings(interpreter: Path) -> dict[str, str]:
    """uv reads neither pip's configuration nor the system's certificates unless it is told to; pip does both."""
    index = _output([interpreter, "-m", "pip", "config", "get", "global.index-url"])
    given = {"UV_DEFAULT_INDEX": index} if index else {}
    return {name: value for name, value in {"UV_SYSTEM_CERTS": "1", **given}.items() if name not in os.environ}


def _make_with_uv(uv: Path, environment: Environment, interpreter: Path, minor: str) -> None:
    settings = uv_settings(interpreter)
    if not _is_cpython(environment.python, minor):
        _run([uv, "venv", "--quiet", "--clear", "--python", interpreter, environment.path], **settings)
    options = ("--quiet", "--compile-bytecode", "--python", environment.python)
    _run([uv, "pip", "sync", *options, ROOT / environment.lock], **settings)


def _make_with_pip(environment: Environment, interpreter: Path, minor: str) -> None:
    if not (_is_cpython(environment.python, minor) and _output([environment.python, "-m", "pip", "--version"])):
        _run([interpreter, "-m", "venv", "--clear", environment.path])
    _run([environment.python, "-m", "pip", "install", "--quiet", "--requirement", ROOT / environment.lock])


def _make(environment: Environment, interpreter: Path, minor: str) -> None:
    uv = ensure_uv(interpreter)
    if uv:
        try:
            return _make_with_uv(uv, environment, interpreter, minor)
        except EnvironmentProblem as problem:
            print(f"uv could not do it ({problem}); pip tries.", file=sys.stderr)
    return _make_with_pip(environment, interpreter, minor)


@contextmanager
def _exclusive(name: str) -> Iterator[None]:
    """Two processes that want the same environment wait for each other."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / f"{name}.lock").open("w", encoding="ascii") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _fingerprint(environment: Environment, minor: str) -> str:
    digest = hashlib.sha256((ROOT / environment.lock).read_bytes()).hexdigest()
    return f"python {minor} lock {digest}\n"


def _is_current(environment: Environment, fingerprint: str) -> bool:
    stamp = environment.path / STAMP
    return environment.python.exists() and stamp.is_file() and stamp.read_text(encoding="ascii") == fingerprint


def ensure(environment: Environment) -> Path:
    """Make the environment unless it is there already and return its interpreter.

    Raises EnvironmentProblem when none of its Pythons is here or an installation fails.
    """
    found = find_interpreter(environment.pythons)
    if found is None:
        wanted = " or ".join(environment.pythons)
        raise EnvironmentProblem(f"environment {environment.name} needs CPython {wanted}: none on PATH or in pyenv")
    minor, interpreter = found
    fingerprint = _fingerprint(environment, minor)
    with _exclusive("environments"):
        if not _is_current(environment, fingerprint):
            _make(environment, interpreter, minor)
            (environment.path / STAMP).write_text(fingerprint, encoding="ascii")
    return environment.python


def write_lock(environment: Environment) -> None:
    """Resolve the environment's ``.in`` file again; the lock names versions and digests, and no index."""
    found = find_interpreter(environment.pythons)
    uv = ensure_uv(found[1]) if found else None
    if found is None or uv is None:
        raise EnvironmentProblem(f"{environment.lock} can only be written with uv and Python {environment.pythons[0]}")
    source = Path(environment.lock).with_suffix(".in")
    fixed = ("--quiet", "--upgrade", "--generate-hashes", "--no-annotate", "--custom-compile-command", "make lock")
    options = (*fixed, *environment.compile_options, "--python", str(found[1]), "--output-file", environment.lock)
    _run([uv, "pip", "compile", *options, source], **uv_settings(found[1]))


def main() -> int:
    parser = argparse.ArgumentParser(description="Make the Python environments of this repository.")
    parser.add_argument("names", nargs="*", help=f"any of {', '.join(ENVIRONMENTS)}; main, unless told")
    parser.add_argument("--lock", action="store_true", help="write lock files anew, all of them unless told")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.names if name not in ENVIRONMENTS]
    if unknown:
        parser.error(f"unknown environment {', '.join(unknown)}; there are {', '.join(ENVIRONMENTS)}")
    try:
        if arguments.lock:
            for name in arguments.names or ENVIRONMENTS:
                write_lock(ENVIRONMENTS[name])
        else:
            for name in arguments.names or ["main"]:
                ensure(ENVIRONMENTS[name])
    except EnvironmentProblem as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

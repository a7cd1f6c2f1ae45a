# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The emulator in the background, for playbooks that need one: started, described in a file, ended by its process id.

`start` writes `azure.json` (process id, environment, clients) to a directory, `stop` ends what stands there. However
a run ends, the emulator ends by itself after a while.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DETAILS = "azure.json"
LONGEST_LIFE = 1800
READY_SECONDS = 30.0
END_SECONDS = 10.0


def start(directory: Path, seed: Path | None) -> Path:
    """Start an emulator that outlives this process, and write its details; the path of the file that holds them."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    command = ["timeout", str(LONGEST_LIFE), sys.executable, "-m", "tests.emulator", "--json"]
    command += ["--directory", str(directory), *(["--seed", str(seed)] if seed else [])]
    with (directory / "azure.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, start_new_session=True
        )
    line = _first_line(process)
    if not line:
        process.terminate()
        raise SystemExit((directory / "azure.log").read_text(encoding="utf-8", errors="replace"))
    path = directory / DETAILS
    path.touch(mode=0o600)
    path.write_text(json.dumps({"pid": process.pid, **json.loads(line)}), encoding="utf-8")
    return path


def _first_line(process: subprocess.Popen[bytes]) -> bytes:
    if process.stdout is None:
        return b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        return process.stdout.readline() if selector.select(READY_SECONDS) else b""


def stop(directory: Path) -> None:
    """End the emulator that was started there, if there is one."""
    path = directory / DETAILS
    if not path.exists():
        return
    pid = int(json.loads(path.read_text(encoding="utf-8"))["pid"])
    for wanted in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, wanted)
        if _has_ended(pid):
            break
    path.unlink()


def _has_ended(pid: int) -> bool:
    deadline = time.monotonic() + END_SECONDS
    while time.monotonic() < deadline:
        try:
            os.killpg(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def main(argv: Sequence[str]) -> int:
    """Start or stop one emulator, as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tests.emulator.background", description=__doc__)
    parser.add_argument("action", choices=["start", "stop"])
    parser.add_argument("--directory", type=Path, required=True, help="where azure.json and ca.pem are")
    parser.add_argument("--seed", type=Path, help="YAML file with the state to begin with")
    arguments = parser.parse_args(argv)
    if arguments.action == "start":
        print(start(arguments.directory, arguments.seed))
    else:
        stop(arguments.directory)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

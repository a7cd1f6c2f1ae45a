# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A terminal to type commands into: one shell that keeps its directory, its variables and the last exit status."""

from __future__ import annotations

import os
import re
import selectors
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.checks import support

SECONDS = 120.0
END_SECONDS = 10.0
PROMPT = "--configmgr.cmg.prompt--"
CHUNK = 65536


class Terminal:
    """A running shell. Nothing that is typed can read from the keyboard."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process

    def type(self, command: str, seconds: float = SECONDS) -> support.Outcome:
        """Run a command in the shell and return what it left; the test fails if it takes too long."""
        told = f"cmg_status=$?\nprintf '\\n%s %s\\n' {PROMPT} $cmg_status\n(exit $cmg_status)\n"
        said = self.start(f"{command}\n", rf"\n{PROMPT} \d+\n$", seconds, then=told)
        text, _prompt, code = said.rpartition(f"\n{PROMPT} ")
        return support.Outcome(int(code), support.ESCAPES.sub("", text).strip("\n"))

    def start(self, command: str, until: str, seconds: float = SECONDS, then: str = "") -> str:
        """Run a command and return what was said as soon as it matches a pattern, whether it goes on or not."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{{ {command}\n}} </dev/null\n{then}".encode())
        self.process.stdin.flush()
        deadline, said, output = time.monotonic() + seconds, "", self.process.stdout.fileno()
        with selectors.DefaultSelector() as selector:
            selector.register(output, selectors.EVENT_READ)
            while not re.search(until, said):
                chunk = os.read(output, CHUNK) if selector.select(max(0.0, deadline - time.monotonic())) else b""
                if not chunk:
                    pytest.fail(f"no end of: {command}\n{said}", pytrace=False)
                said += chunk.decode(errors="replace")
        return said


@contextmanager
def terminal(directory: Path, environment: Mapping[str, str]) -> Iterator[Terminal]:
    """A shell in a directory. It and everything that it has started end with the block."""
    process = subprocess.Popen(
        ["bash", "--noprofile", "--norc"],
        cwd=directory,
        env=dict(environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        yield Terminal(process)
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the shell and its children, which are one group: ask, then force."""
    for wanted in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, wanted)
            process.wait(END_SECONDS)
        except ProcessLookupError:
            break
        except subprocess.TimeoutExpired:
            continue
    process.wait(END_SECONDS)
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()

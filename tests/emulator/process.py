# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The emulator as a child process, for tests: started, waited for, and always ended by its process id."""

from __future__ import annotations

import contextlib
import json
import selectors
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.emulator.client import Control
from tests.emulator.messages import Json

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 30.0
END_SECONDS = 5.0


class EmulatorError(RuntimeError):
    """The emulator did not come up; the text holds what it wrote."""


class Emulator:
    """A running emulator and how to reach it."""

    def __init__(self, process: subprocess.Popen[bytes], details: Json) -> None:
        self.process = process
        self.environment: dict[str, str] = details["environment"]
        self.identity_environment: dict[str, str] = details["identity_environment"]
        self.clients: list[Json] = details["clients"]
        self.control = Control(self.environment["CMG_EMULATOR_CONTROL"], self.ca_bundle)

    @property
    def resource_manager_url(self) -> str:
        """Base URL of ARM."""
        return self.environment["AZURE_RESOURCE_MANAGER_URL"]

    @property
    def authority_url(self) -> str:
        """Base URL of the directory."""
        return self.environment["AZURE_AUTHORITY_HOST"]

    @property
    def ca_bundle(self) -> str:
        """Path of the CA certificate."""
        return self.environment["REQUESTS_CA_BUNDLE"]

    @property
    def subscription_id(self) -> str:
        """The first subscription."""
        return self.environment["AZURE_SUBSCRIPTION_ID"]

    @property
    def dns_addresses(self) -> list[tuple[str, int]]:
        """The four name servers."""
        return [endpoint(one) for one in self.environment["CMG_EMULATOR_DNS"].split(",")]

    @property
    def dns_parent(self) -> tuple[str, int]:
        """The server that answers for the parents of the zones."""
        return endpoint(self.environment["CMG_EMULATOR_DNS_PARENT"])

    @property
    def dns_resolver(self) -> tuple[str, int]:
        """The recursive resolver."""
        return endpoint(self.environment["CMG_EMULATOR_DNS_RESOLVER"])

    def client(self, rights: str) -> Json:
        """The first client with these rights (owner, reader, none, custom) that is no managed identity."""
        return next(one for one in self.clients if one["rights"] == rights and not one["managed_identity"])


def endpoint(text: str) -> tuple[str, int]:
    """Address and port of `address:port`."""
    address, _colon, port = text.rpartition(":")
    return address, int(port)


@contextlib.contextmanager
def running_emulator(seed: Mapping[str, Any] | None = None, **options: Any) -> Iterator[Emulator]:
    """Start an emulator from a seed. Options are those of the command line: `dns_port=5353`, `host="127.0.0.1"`.

    Raises `EmulatorError` when it is not ready within half a minute. Whatever happens, the process ends.
    """
    with tempfile.TemporaryDirectory(prefix="emulator-seed-") as directory:
        command = [sys.executable, "-m", "tests.emulator", "--json", "--until-stdin-closes"]
        if seed is not None:
            path = Path(directory) / "seed.yml"
            path.touch(mode=0o600)
            path.write_text(yaml.safe_dump(dict(seed)), encoding="utf-8")
            command += ["--seed", str(path)]
        command += _arguments(options)
        errors = Path(directory) / "stderr"
        with errors.open("wb") as stderr:
            process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr)
        try:
            yield Emulator(process, _first_line(process, errors))
        finally:
            end(process)


def _arguments(options: Mapping[str, Any]) -> list[str]:
    arguments: list[str] = []
    for name, value in options.items():
        for one in value if isinstance(value, list | tuple) else [value]:
            arguments += [f"--{name.replace('_', '-')}", str(one)]
    return arguments


def _first_line(process: subprocess.Popen[bytes], errors: Path) -> Json:
    if process.stdout is None:
        raise EmulatorError("the emulator has no standard output")
    deadline = time.monotonic() + READY_SECONDS
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        ready = selector.select(max(0.0, deadline - time.monotonic()))
    line = process.stdout.readline() if ready else b""
    if not line:
        raise EmulatorError(f"the emulator did not start: {errors.read_text(encoding='utf-8', errors='replace')}")
    details = json.loads(line)
    return details if isinstance(details, dict) else {}


def end(process: subprocess.Popen[bytes]) -> None:
    """End one process: ask, then force; its pipes are closed."""
    process.terminate()
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(END_SECONDS)
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()

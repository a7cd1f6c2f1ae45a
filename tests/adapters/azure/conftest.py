# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One local Azure for all tests of a worker, as new for each test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.azure import support
from tests.emulator.process import Emulator, running_emulator

CERTIFIED = "aaaaaaaa-0000-4000-8000-000000000001"
FEDERATED = "aaaaaaaa-0000-4000-8000-000000000002"
PERSON = "aaaaaaaa-0000-4000-8000-000000000003"
OWNER = "aaaaaaaa-0000-4000-8000-000000000004"
READER = "aaaaaaaa-0000-4000-8000-000000000005"
IDENTITY = "aaaaaaaa-0000-4000-8000-000000000006"
NOBODY = "aaaaaaaa-0000-4000-8000-000000000007"
OIDC_TOKEN = "an-oidc-token-of-a-pipeline-that-nobody-may-see"
PASSWORD = "correct horse battery staple"


@pytest.fixture(scope="session")
def client_certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Path of a service principal's certificate with its key, and the certificate alone as PEM."""
    both, public = support.self_signed(CERTIFIED)
    path = tmp_path_factory.mktemp("client") / "client.pem"
    path.write_bytes(both)
    return path, public


@pytest.fixture(scope="session")
def emulator(client_certificate: tuple[Path, str]) -> Iterator[Emulator]:
    clients = [
        {"client_id": OWNER, "rights": "owner"},
        {"client_id": READER, "rights": "reader"},
        {"client_id": NOBODY, "rights": "none"},
        {"client_id": IDENTITY, "rights": "owner", "managed_identity": True},
        {"client_id": CERTIFIED, "rights": "owner", "certificate": client_certificate[1]},
        {"client_id": FEDERATED, "rights": "owner", "assertions": [OIDC_TOKEN]},
        {"client_id": PERSON, "rights": "owner", "username": "ada@contoso.com", "password": PASSWORD},
    ]
    with running_emulator({"clients": clients}) as running:
        yield running


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An environment that knows nothing of Azure; the path is the home of the user."""
    kept = support.clean(os.environ)
    for name in set(os.environ) - set(kept):
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def azure(emulator: Emulator, nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    """An emulator with its default zone, to which the environment leads."""
    assert nowhere.is_dir()
    emulator.control.reset()
    for name, value in emulator.environment.items():
        monkeypatch.setenv(name, value)
    return emulator

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""As a user runs it: C(ansible localhost -m configmgr.cmg.dns_aliases), with everything that is shown at -vvvv."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.adapters.azure.conftest import OWNER, READER
from tests.adapters.azure.proxy import tunnel_proxy
from tests.adapters.azure.support import ZONE, ansible, gateway, playbook, target
from tests.emulator.process import Emulator, endpoint


def secret_of(emulator: Emulator, client_id: str) -> str:
    return str(next(one["secret"] for one in emulator.clients if one["client_id"] == client_id))


def environment(emulator: Emulator, home: Path, **more: str) -> dict[str, str]:
    return {**emulator.environment, "HOME": str(home), **more}


@pytest.fixture
def home(emulator: Emulator, tmp_path: Path) -> Path:
    emulator.control.reset()
    return tmp_path


@pytest.mark.cost(6)
def test_check_and_diff_then_for_real(emulator: Emulator, home: Path) -> None:
    args = {"gateways": [gateway("wallacefalls"), gateway()]}
    shown = ansible(environment(emulator, home), args, "--check", "--diff")
    assert shown.returncode == 0, shown.stdout + shown.stderr
    lines = [line for line in shown.stdout.splitlines() if line.startswith("+")]
    assert lines[-2:] == [
        f"+granitefalls.contoso.com. 3600 IN CNAME {target()}. ; managed-by=configmgr.cmg",
        f"+wallacefalls.contoso.com. 3600 IN CNAME {target('wallacefalls')}. ; managed-by=configmgr.cmg",
    ]
    assert "CHANGED" in shown.stdout
    assert not emulator.control.requests("PUT")
    done = ansible(environment(emulator, home), args)
    assert (done.returncode, "CHANGED" in done.stdout) == (0, True)
    assert len(emulator.control.requests("PUT")) == 2


@pytest.mark.cost(6)
@pytest.mark.parametrize("wrong", [False, True])
def test_secrets_are_shown_nowhere(emulator: Emulator, home: Path, wrong: bool) -> None:
    """Given as options, in a run that succeeds and in one that fails, at the highest verbosity."""
    secret = "a-wrong-secret-that-nobody-may-see" if wrong else secret_of(emulator, OWNER)
    with tunnel_proxy(endpoint(emulator.resource_manager_url.removeprefix("https://"))) as proxy:
        args: dict[str, Any] = {
            "gateways": [gateway(server_certificate={"path": "x.pfx", "password": "pfx-password-to-hide"})],
            "client_id": OWNER,
            "tenant": emulator.environment["AZURE_TENANT"],
            "secret": secret,
            "proxy": proxy.url.replace("http://", "http://me:proxy-password-to-hide@"),
        }
        known = {name: value for name, value in environment(emulator, home).items() if name != "AZURE_SECRET"}
        shown = ansible(known, args, "-vvvv", "--diff")
        assert proxy.asked
    everything = shown.stdout + shown.stderr
    assert ("UNREACHABLE" in everything or "FAILED" in everything) is wrong, everything
    for hidden in (secret, "pfx-password-to-hide", "proxy-password-to-hide", "eyJ"):
        assert hidden not in everything
    assert "Traceback" not in everything
    logs = [path for path in home.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]
    assert logs == []


# What is wrong in the environment of a task or in its options, and what is said then.
WRONG: list[tuple[dict[str, str], dict[str, Any], str]] = [
    ({"AZURE_SECRET": "a-wrong-secret"}, {}, "Signing in to Azure failed: the client secret is wrong; give the"),
    ({"AZURE_RESOURCE_MANAGER_URL": "https://127.0.0.1:1"}, {}, "Azure could not be reached or did not answer in"),
    ({"REQUESTS_CA_BUNDLE": ""}, {}, "the certificate of the server is not trusted here. Give the certification"),
    (
        {},
        {"gateways": [gateway(dns={"zone": ZONE, "resource_group": "rg-none"})]},
        "the resource group does not exist; correct dns.resource_group or the subscription",
    ),
    ({}, {"gateways": [gateway("cmg.fabrikam.com")]}, "There is no DNS zone that cmg.fabrikam.com ends with."),
    ({"AZURE_CLIENT_ID": READER}, {}, "the credentials lack the right; assign a role that has it"),
]


@pytest.mark.cost(5)
def test_one_sentence_and_nothing_written(emulator: Emulator, home: Path) -> None:
    """In one run, of which each task goes wrong in another way."""
    secrets = {READER: {"AZURE_SECRET": secret_of(emulator, READER)}}
    tasks = [
        {
            "configmgr.cmg.dns_aliases": {"gateways": [gateway()], **args},
            "environment": {**changes, **secrets.get(changes.get("AZURE_CLIENT_ID", ""), {})},
            "ignore_errors": True,
        }
        for changes, args, _said in WRONG
    ]
    shown = playbook(environment(emulator, home), home, tasks)
    everything = shown.stdout + shown.stderr
    assert shown.returncode == 0, everything
    assert f"ignored={len(WRONG)} " in everything
    told = everything.split("TASK [")[1:]
    assert [said for (_changes, _args, said), text in zip(WRONG, told, strict=True) if said not in text] == []
    assert "Traceback" not in everything
    for known in (emulator.environment, *secrets.values(), WRONG[0][0]):
        assert known["AZURE_SECRET"] not in everything
    assert ("granitefalls", "CNAME") not in emulator.control.record_sets(ZONE)

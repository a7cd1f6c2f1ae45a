# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shows that other people's clients accept the emulator: the Azure CLI and azure.azcollection.

Both are large (about 2.5 GB installed), so this is no part of the test run: `python -m tests.peers.run` from the root
of the repository. They are installed into a private directory that is removed at the end, or into `--directory`,
which is kept and used again. Each tool makes a CNAME, reads it, makes it once more, and deletes it; the state of the
emulator is compared after each step.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import urllib.request
import venv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.emulator.process import Emulator, running_emulator

NAME, ZONE, GROUP = "granitefalls", "contoso.com", "rg-dns"
TARGETS = ("granitefalls.westus.cloudapp.azure.com", "granitefalls.eastus.cloudapp.azure.com")
INSTALL_SECONDS, CALL_SECONDS = 1800, 300
ANSIBLE = "ansible>=14,<15"


class PeerError(RuntimeError):
    """A tool failed or left another state than expected; the text holds what it said."""


def run(command: Sequence[str | Path], environment: Mapping[str, str], seconds: float = CALL_SECONDS) -> str:
    """The standard output of a command; `PeerError` with both outputs where it fails."""
    texts = [str(part) for part in command]
    done = subprocess.run(texts, env=environment, capture_output=True, text=True, timeout=seconds, check=False)
    if done.returncode:
        raise PeerError(f"{texts[:6]} ended with {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return done.stdout


def plain_environment(directory: Path, more: Mapping[str, str]) -> dict[str, str]:
    """An environment without anything of this checkout or of a user's Azure and Ansible settings."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AZURE_", "ANSIBLE_", "ARM_", "PYTHONPATH", "VIRTUAL_ENV"))
    }
    return {**kept, "HOME": str(directory), "LC_ALL": "C.UTF-8", **more}


def installed(directory: Path, name: str, *requirements: str) -> Path:
    """The bin folder of a virtual environment that has the requirements; one that is there already is used."""
    home = directory / name
    if not (home / "ready").exists():
        venv.create(home, with_pip=True, clear=True)
        pip_install(home / "bin", *requirements)
    return home / "bin"


def pip_install(binaries: Path, *arguments: str) -> None:
    """Install into the environment of a bin folder."""
    command = [str(binaries / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run([*command, *arguments], os.environ, INSTALL_SECONDS)


def finished(directory: Path, name: str) -> None:
    """Mark an environment as complete."""
    (directory / name / "ready").touch()


def check(emulator: Emulator, step: str, expected: str | None) -> None:
    """Compare the CNAME in the emulator's state with what a step should have left."""
    found = emulator.control.record_sets(ZONE).get((NAME, "CNAME"), {})
    value = found.get("CNAMERecord", {}).get("cname")
    if value != expected:
        raise PeerError(f"{step}: the emulator has {value!r}, expected {expected!r}")
    sys.stdout.write(f"ok: {step}\n")


def azure_cli(emulator: Emulator, directory: Path) -> None:
    """The Azure CLI: register the cloud, log in, set, show, change and delete a CNAME."""
    binaries = installed(directory, "azure-cli", "azure-cli")
    finished(directory, "azure-cli")
    config = {"AZURE_CONFIG_DIR": str(directory / "az-config"), "AZURE_CORE_COLLECT_TELEMETRY": "0"}
    environment = plain_environment(directory, {**config, "REQUESTS_CA_BUNDLE": emulator.ca_bundle})

    def az(*arguments: str) -> Any:
        text = run(
            [binaries / "python", "-m", "azure.cli", *arguments, "--only-show-errors", "-o", "json"], environment
        )
        return json.loads(text) if text.strip() else None

    sys.stdout.write(f"az {az('version')['azure-cli']}\n")
    az("cloud", "register", "-n", "Emulated", "--endpoint-resource-manager", emulator.resource_manager_url)
    az("cloud", "set", "-n", "Emulated")
    az("config", "set", "core.instance_discovery=false")
    client = emulator.client("owner")
    login = ["-u", client["client_id"], "-p", client["secret"], "-t", client["tenant"]]
    accounts = az("login", "--service-principal", *login)
    if accounts[0]["id"] != emulator.subscription_id:
        raise PeerError(f"az login: {accounts}")
    place = ["-g", GROUP, "-z", ZONE, "-n", NAME]
    for target in TARGETS:
        az("network", "dns", "record-set", "cname", "set-record", *place, "-c", target)
        check(emulator, f"az set-record {target}", target)
        shown = az("network", "dns", "record-set", "cname", "show", *place)
        if shown["CNAMERecord"]["cname"] != target:
            raise PeerError(f"az show: {shown}")
    listed = az("network", "dns", "record-set", "list", "-g", GROUP, "-z", ZONE)
    if [one["name"] for one in listed] != ["@", "@", NAME]:
        raise PeerError(f"az list: {listed}")
    az("network", "dns", "record-set", "cname", "delete", *place, "--yes")
    check(emulator, "az delete", None)


def task(state: str, target: str, changed: bool) -> dict[str, Any]:
    """One task with azure_rm_dnsrecordset and what it should report."""
    return {
        "name": f"{state.capitalize()} with {target}",
        "azure.azcollection.azure_rm_dnsrecordset": {
            "resource_group": GROUP,
            "zone_name": ZONE,
            "relative_name": NAME,
            "record_type": "CNAME",
            "records": [{"entry": target}],
            "time_to_live": 300,
            "state": state,
        },
        "register": "result",
        "failed_when": f"result is failed or result.changed != {changed!r}",
    }


TASKS: list[tuple[dict[str, Any], str | None]] = [
    (task("present", TARGETS[0], True), TARGETS[0]),
    (task("present", TARGETS[0], False), TARGETS[0]),
    (task("present", TARGETS[1], True), TARGETS[1]),
    (task("absent", TARGETS[1], True), None),
    (task("absent", TARGETS[1], False), None),
]


def azcollection(emulator: Emulator, directory: Path) -> None:
    """azure.azcollection of the `ansible` package: a CNAME present, again, changed, absent, again."""
    binaries = installed(directory, "azcollection", ANSIBLE)
    collection = next(
        (directory / "azcollection").glob("lib/python*/site-packages/ansible_collections/azure/azcollection")
    )
    if not (directory / "azcollection" / "ready").exists():
        pip_install(binaries, "-r", str(collection / "requirements.txt"))
        finished(directory, "azcollection")
    version = json.loads((collection / "MANIFEST.json").read_text(encoding="utf-8"))["collection_info"]["version"]
    sys.stdout.write(f"azure.azcollection {version}\n")
    environment = ansible_environment(emulator, directory)
    for number, (one, expected) in enumerate(TASKS):
        playbook = directory / f"play-{number}.json"
        variables = {"ansible_python_interpreter": str(binaries / "python"), "ansible_connection": "local"}
        play = {"hosts": "localhost", "gather_facts": False, "vars": variables, "tasks": [one]}
        playbook.write_text(json.dumps([play]), encoding="utf-8")
        run([binaries / "ansible-playbook", "-i", "localhost,", playbook], environment)
        check(emulator, f"azure_rm_dnsrecordset {number + 1}: {one['name']}", expected)


def ansible_environment(emulator: Emulator, directory: Path) -> dict[str, str]:
    """The emulator's variables, with its resource manager as the cloud and the cloud's metadata as a file."""
    document = directory / "clouds.json"
    address = emulator.identity_environment["ARM_CLOUD_METADATA_URL"]
    document.write_text(json.dumps(fetch(emulator, address)), encoding="utf-8")
    return plain_environment(
        directory,
        {
            **emulator.environment,
            "AZURE_CLOUD_ENVIRONMENT": f"{emulator.resource_manager_url}/",
            "ARM_CLOUD_METADATA_URL": document.as_uri(),
            "ANSIBLE_HOME": str(directory / "ansible"),
            "AZURE_CONFIG_DIR": str(directory / "ansible-az-config"),
        },
    )


def fetch(emulator: Emulator, address: str) -> Any:
    """A JSON document of the emulator."""
    with urllib.request.urlopen(address, timeout=30, context=emulator.control.context) as answer:
        return json.loads(answer.read())


PEERS: dict[str, Callable[[Emulator, Path], None]] = {"az": azure_cli, "azcollection": azcollection}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the peers that are asked for; 1 where one of them does not get along with the emulator."""
    parser = argparse.ArgumentParser(prog="python -m tests.peers.run", description=__doc__)
    parser.add_argument("peer", nargs="*", choices=[*PEERS, []], help="az, azcollection; both where left out")
    parser.add_argument("--directory", type=Path, help="where to install; kept for the next time")
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="peers-") as private, running_emulator() as emulator:
        directory = (arguments.directory or Path(private)).resolve()
        directory.mkdir(parents=True, exist_ok=True)
        try:
            for name in arguments.peer or PEERS:
                PEERS[name](emulator, directory)
        except PeerError as error:
            sys.stderr.write(f"{error}\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every example of the documentation is run as it stands, with the files and variables that it takes for granted.

Nothing is changed in an example: tasks, commands and whole playbooks are read out of what users read.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs7
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

from tests.checks import sources, support
from tests.checks.playing import HEAD, INTERPRETER, Place, place
from tests.unit import certificate_factory as factory
from tests.unit.certificate_factory import DAY, NOW, Issued
from tools import trees

# The subscription of the examples, which is nobody's.
SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
EXAMPLES = trees.ROOT / "examples"
ROLE_PAGE = trees.ROOT / "roles" / "prerequisites" / "README.md"
README = trees.ROOT / "README.md"
# These need served certificates, lists of revoked ones and name servers; what tries them has those.
MODULES_ELSEWHERE = {"certificate_info", "dns_drift_info"}
FILTERS_ELSEWHERE = {"to_junit", "to_markdown", "to_prometheus", "to_report", "to_sarif"}
WORD = "a-password-that-nobody-may-see"
NAME = "granitefalls.contoso.com"
VARIABLES: dict[str, Any] = {
    "gateways": [{"service_name": f"g{number}falls.contoso.com", "region": "westus"} for number in range(1, 9)]
    + [{"service_name": NAME, "region": "westus"}, {"service_name": "wallacefalls.contoso.com", "region": "eastus"}],
    "vaulted_password": WORD,
    "vaulted_passphrase": WORD,
}
# Of ten aliases a tenth may change at once: the one that the examples before have not made right.
ALIASES = [
    {"name": f"g{number}falls", "type": "CNAME", "records": [{"cname": f"g{number}falls.westus.cloudapp.azure.com"}]}
    for number in range(1, 9)
]
SEED = {
    "subscriptions": [
        {
            "id": SUBSCRIPTION,
            "resource_groups": [
                {
                    "name": "rg-dns",
                    "location": "westus",
                    "zones": [{"name": "contoso.com", "record_sets": ALIASES}],
                },
                {"name": "rg-cmg", "location": "westus"},
                {"name": "rg-cmg-west", "location": "westus"},
            ],
        }
    ]
}


def modules() -> dict[str, str]:
    """The examples of every module that is tried here."""
    paths = [trees.ROOT / "plugins" / "modules" / f"{name}.py" for name in sorted(support.plugin_names("module"))]
    return {path.stem: sources.strings_of(path)["EXAMPLES"] for path in paths if path.stem not in MODULES_ELSEWHERE}


def filters() -> dict[str, str]:
    """The examples of every filter that is tried here."""
    paths = [trees.ROOT / "plugins" / "filter" / f"{name}.yml" for name in sorted(support.plugin_names("filter"))]
    return {path.stem: sources.yaml_of(path)["EXAMPLES"] for path in paths if path.stem not in FILTERS_ELSEWHERE}


def commands(text: str) -> list[list[str]]:
    """The command lines of a text: those that call Ansible, continued ones joined."""
    joined = re.sub(r"\\\n[# ]*", "", text)
    found = re.findall(r"^(?:# +|\$ )(ansible .*)$", joined, re.MULTILINE)
    return [shlex.split(line) for line in found]


def promised(text: str) -> list[str]:
    """What the comments of an example say that comes out."""
    return re.findall(r"# => (\S+)$", text, re.MULTILINE)


def lasting(issued: Issued) -> bytes:
    return issued.certificate.public_bytes(Encoding.DER)


def write_pki(directory: Path) -> None:
    """The files that the examples name: what a CA sent, an export of a PKI, a client's certificate."""
    later = {"not_after": NOW + 1500 * DAY}
    client, server = factory.client(**later), factory.server(**later)
    chain = pkcs7.serialize_certificates([one.certificate for one in client.issuers], Encoding.DER)
    pfx = serialize_key_and_certificates(
        None,
        factory.rsa_key(number=1),
        client.certificate,
        [one.certificate for one in client.issuers],
        BestAvailableEncryption(WORD.encode()),
    )
    files = {
        "from-the-ca/granitefalls.cer": lasting(server),
        "from-the-ca/intermediates.p7b": chain,
        "requests/granitefalls.contoso.com.key": server.key_pem,
        "enterprise-pki.p7b": chain,
        "pki.p7b": chain,
        "pc1.cer": lasting(client),
        "pc1.corp.contoso.com.cer": lasting(client),
        "pc1.pfx": pfx,
        "root.cer": lasting(factory.root()),
        "issuing.cer": lasting(factory.issuing()),
    }
    for name, content in files.items():
        (directory / name).parent.mkdir(exist_ok=True, mode=0o700)
        (directory / name).write_bytes(content)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    directory = tmp_path_factory.mktemp("examples")
    write_pki(directory)
    with place(directory, SEED) as found:
        yield found


def play(name: str, tasks: list[Any]) -> dict[str, Any]:
    return {**HEAD, "name": name, "vars": {**INTERPRETER, **VARIABLES}, "tasks": tasks}


@pytest.mark.cost(30)
def test_plugins(here: Place) -> None:
    """In one run: the tasks of all modules, then those of the filters, which look at what modules have returned."""
    texts = {**modules(), **filters()}
    plays = [play(name, yaml.safe_load(text)) for name, text in texts.items()]
    output = here.succeed("ansible-playbook", here.write("plugins.json", plays))
    for name, text in texts.items():
        said = output.partition(f"PLAY [{name}]")[2].partition("PLAY [")[0]
        assert "TASK [" in said, name
        if name == "deployment_name":
            assert re.findall(r'"msg": "(.*)"', said) == promised(text)
    assert WORD not in output


@pytest.mark.cost(10)
def test_commands(here: Place, tmp_path: Path) -> None:
    """From the command line, as the first lines of examples and the README have it."""
    write_pki(tmp_path)
    found = [line for text in [*modules().values(), README.read_text(encoding="utf-8")] for line in commands(text)]
    assert len(found) >= 5
    with ThreadPoolExecutor(max_workers=2) as pool:
        list(pool.map(lambda line: Place(here.azure, tmp_path).succeed(*line), found))


@pytest.mark.cost(20)
def test_playbooks(here: Place) -> None:
    """The playbooks in the folder of examples, that of the role's README, and the README's declaration."""
    (here.directory / "role.yml").write_text(blocks_of_markdown(ROLE_PAGE, "yaml")[0], encoding="utf-8")
    declared = yaml.safe_load(blocks_of_markdown(README, "yaml")[0])
    judging = {"ansible.builtin.import_role": {"name": "configmgr.cmg.prerequisites", "tasks_from": "names"}}
    readme = here.write("readme.json", [play("The README", [{"name": "Judge", **judging, "vars": declared}])])
    here.azure.control.reset(SEED)
    playbooks = sorted((EXAMPLES / "playbooks").glob("*.yml"))
    assert len(playbooks) >= 2
    here.succeed("ansible-playbook", *playbooks, "role.yml", readme, "-e", "max_changes=100%")


def blocks_of_markdown(page: Path, language: str) -> list[str]:
    """The code blocks of a language in a page of Markdown."""
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)

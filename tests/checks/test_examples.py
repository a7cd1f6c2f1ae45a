# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every example of the documentation is run as it stands, with the files and variables that it takes for granted.

Nothing is changed in an example: tasks, commands and whole playbooks are read out of what users read. All plugins are
found by their files, so that an example of a new one that cannot be run fails here.
"""

from __future__ import annotations

import asyncio
import json
import re
import runpy
import shlex
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml
from jinja2.nativetypes import NativeEnvironment

from ansible_collections.configmgr.cmg.plugins.filter.to_report import to_report
from tests.checks import authorities, sources, stand_ins, support
from tests.checks.authorities import PASSWORD, client, export, lasting, pfx, server
from tests.checks.playing import HEAD, INTERPRETER, PLACEHOLDER, Place
from tests.emulator.process import Emulator
from tests.unit import certificate_factory as factory
from tests.unit import results_factory as results
from tests.unit.certificate_factory import DAY
from tests.unit.tls_server import tls_server
from tools import trees

EXAMPLES = trees.ROOT / "examples"
ROLE_PAGE = trees.ROOT / "roles" / "prerequisites" / "README.md"
README = trees.ROOT / "README.md"
EVENT_SOURCE = trees.live_tree() / trees.NAMESPACE_PATH / "extensions/eda/plugins/event_source/alias_drift.py"
NAME, OTHER = "granitefalls.contoso.com", "wallacefalls.contoso.com"
PREFIXES = [*(f"g{number}falls" for number in range(1, 9)), "granitefalls"]
# Ten gateways that are deployed. The first is the one that is looked at from all sides.
GATEWAYS = [
    {"service_name": f"{it}.contoso.com", "region": "westus", "context": "existing", "resource_group": "rg-cmg"}
    for it in PREFIXES
] + [{"service_name": OTHER, "region": "eastus", "context": "existing", "resource_group": "rg-cmg-east"}]
WATCHED = GATEWAYS[0]["service_name"]
# Nothing listens there. What an example says about other people's resolvers must not reach anybody.
NOBODY = "127.53.53.53"
VARIABLES: dict[str, Any] = {
    "gateways": GATEWAYS,
    "vaulted_password": PASSWORD,
    "vaulted_passphrase": PASSWORD,
    "vaulted_pfx_password": PASSWORD,
    "textfile_directory": "textfiles",
    **dict.fromkeys(("resolver_outside", "domain_controller_1", "domain_controller_2"), NOBODY),
}
# Reports put together what was seen of the same gateways: filters get results about one.
SPECIAL = {
    "dns_drift_info": {"vars": {"gateways": GATEWAYS[:1]}},
    **{f"filter {name}": {"vars": {"gateways": [GATEWAYS[-2]]}} for name in support.plugin_names("filter")},
}
# Of ten aliases a tenth may change at once: the one that the examples before have not made right.
ALIASES = [
    {"name": it, "type": "CNAME", "records": [{"cname": f"{it}.westus.cloudapp.azure.com"}]} for it in PREFIXES[:-1]
]


def deployed(*prefixes: str) -> dict[str, Any]:
    """What gateways consist of. Their certificates are served here."""
    return {
        "public_ips": [{"name": f"ip-{it}", "label": it, "address": "127.0.0.1"} for it in prefixes],
        "storage_accounts": [{"name": it} for it in prefixes],
        "vaults": [{"name": it} for it in prefixes],
    }


def seed(*aliases: Mapping[str, Any], **groups: Mapping[str, Any]) -> dict[str, Any]:
    """A zone with aliases and what is in the resource groups C(cmg), C(east) and C(west)."""
    zone = {"name": "contoso.com", "record_sets": list(aliases)}
    made = [
        {"name": "rg-dns", "location": "westus", "zones": [zone]},
        {"name": "rg-cmg", "location": "westus", **groups.get("cmg", {})},
        {"name": "rg-cmg-east", "location": "eastus", **groups.get("east", {})},
        {"name": "rg-cmg-west", "location": "westus"},
    ]
    return {"subscriptions": [{"id": PLACEHOLDER, "resource_groups": made}]}


def examples(kind: str) -> dict[str, str]:
    """The examples of all plugins of a kind, by their names."""
    names = sorted(support.plugin_names(kind))
    if kind == "module":
        texts = {name: sources.strings_of(sources.PLUGINS / "modules" / f"{name}.py")["EXAMPLES"] for name in names}
    else:
        texts = {name: sources.yaml_of(sources.PLUGINS / "filter" / f"{name}.yml")["EXAMPLES"] for name in names}
    return texts


def commands(text: str) -> list[list[str]]:
    """The command lines of a text: those that call Ansible, continued ones joined."""
    joined = re.sub(r"\\\n[# ]*", "", text)
    found = re.findall(r"^(?:# +|\$ )(ansible .*)$", joined, re.MULTILINE)
    return [shlex.split(line) for line in found]


def promised(text: str) -> list[str]:
    """What the comments of an example say that comes out."""
    return re.findall(r"# => (\S+)$", text, re.MULTILINE)


def write_pki(directory: Path) -> None:
    """The files that the examples name: what a CA sent, an export of a PKI, certificates of all kinds, CRLs."""
    later = {"not_after": authorities.today() + 400 * DAY}
    root, issuing = factory.root(), factory.issuing()
    sent, sample = server(**later), client(**later)
    other = server(subject=OTHER, dns=(OTHER,), key=factory.rsa_key(number=5))
    files = {
        "from-the-ca/granitefalls.cer": sent.der,
        "from-the-ca/intermediates.p7b": export(*sent.issuers),
        "requests/granitefalls.contoso.com.key": sent.key_pem,
        "granitefalls.pfx": pfx(server()),
        "wallacefalls.pfx": pfx(other),
        **dict.fromkeys(("enterprise-pki.p7b", "pki.p7b"), export(issuing, root)),
        **dict.fromkeys(("pc1.cer", "pc1.corp.contoso.com.cer"), sample.der),
        "pc1.pfx": pfx(sample, root=True),
        "mp1.cer": factory.management_point(**lasting()).der,
        **dict.fromkeys(("root.cer", "contoso-root.cer"), root.der),
        **dict.fromkeys(("issuing.cer", "contoso-issuing.cer"), issuing.der),
        "contoso-root.crl": authorities.revocation_list(root),
        "contoso-issuing.crl": authorities.revocation_list(issuing),
        **dict.fromkeys(("gateways.yml", "group_vars/all/gateways.yml"), (EXAMPLES / "gateways.yml").read_bytes()),
        "textfiles/old.prom": b"",
        "last.json": json.dumps(to_report(results.names_result())).encode(),
    }
    authorities.write(directory, files)


@pytest.fixture(scope="module")
def here(azure: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The folder that all examples are run in: together they cost least in one."""
    directory = tmp_path_factory.mktemp("examples")
    write_pki(directory)
    windows = stand_ins.trusting_windows(directory / "windows")
    variables = {"PYTHONPATH": str(windows), "GITHUB_STEP_SUMMARY": str(directory / "summary.md")}
    return Place(azure, directory, variables=variables)


@pytest.fixture
def defaults(here: Place, tmp_path: Path) -> Iterator[dict[str, dict[str, Any]]]:
    """Options that no example has, by which local servers take the place of gateways and of all name servers."""
    issued = {name: server(subject=name, dns=(name,)) for name in (OTHER, WATCHED)}
    with ExitStack() as stack:
        port = stack.enter_context(tls_server(tmp_path, issued, issued[OTHER]))
        yield {
            "configmgr.cmg.certificate_info": {"served_address": "127.0.0.1", "served_port": port},
            "configmgr.cmg.dns_drift_info": {**stand_ins.name_servers(here.azure), "served_port": port},
        }


def play(name: str, tasks: list[Any], **more: Any) -> dict[str, Any]:
    variables = {**VARIABLES, **more.pop("vars", {})}
    return {**HEAD, "name": name, "vars": {**INTERPRETER, **variables}, "tasks": tasks, **more}


@pytest.mark.cost(26)
def test_plugins(here: Place, defaults: Mapping[str, Any]) -> None:
    """In one run: the tasks of all modules, then those of the filters, which look at what modules have returned."""
    of_modules, of_filters = examples("module"), examples("filter")
    # After it gateways go by the names of hosts, which those of other results are not.
    of_filters["gateways_of_hosts"] = of_filters.pop("gateways_of_hosts")
    here.azure.control.reset(seed(*ALIASES, cmg=deployed(*PREFIXES), east=deployed("wallacefalls")))
    texts = {**of_modules, **{f"filter {name}": text for name, text in of_filters.items()}}
    plays = [
        play(name, yaml.safe_load(text), module_defaults=defaults, **SPECIAL.get(name, {}))
        for name, text in texts.items()
    ]
    output = here.succeed("ansible-playbook", here.write("plugins.json", plays))
    for name, text in texts.items():
        said = output.partition(f"PLAY [{name}]")[2].partition("PLAY [")[0]
        assert said.count("TASK [") >= len(yaml.safe_load(text)), name
    said = output.partition("PLAY [filter deployment_name]")[2].partition("PLAY [")[0]
    assert re.findall(r'"msg": "(.*)"', said) == promised(of_filters["deployment_name"])
    assert PASSWORD not in output


@pytest.mark.cost(5)
def test_commands(here: Place, tmp_path: Path) -> None:
    """From the command line, as the first lines of examples and the README have it."""
    write_pki(tmp_path)
    here.azure.control.reset(seed())
    modules = examples("module")
    assert not [name for name, text in modules.items() if not commands(text)]
    found = [line for text in (*modules.values(), README.read_text(encoding="utf-8")) for line in commands(text)]
    with ThreadPoolExecutor(max_workers=2) as pool:
        list(pool.map(lambda line: Place(here.azure, tmp_path).succeed(*line), found))


@pytest.mark.cost(8)
def test_playbooks(here: Place) -> None:
    """The playbooks in the folder of examples, and that of the role's README."""
    (here.directory / "role.yml").write_text(blocks_of_markdown(ROLE_PAGE, "yaml")[0], encoding="utf-8")
    here.azure.control.reset(seed())
    playbooks = sorted((EXAMPLES / "playbooks").glob("*.yml"))
    assert len(playbooks) >= 2
    variables = ("-e", f"@{here.azure.environment['CMG_EMULATOR_VARIABLES']}", "-e", "max_changes=100%")
    here.succeed("ansible-playbook", *playbooks, "role.yml", *variables)


def with_variables(example: Any, variables: Mapping[str, Any]) -> Any:
    """An example with its variables put in, as whatever runs it does."""
    if isinstance(example, Mapping):
        return {name: with_variables(value, variables) for name, value in example.items()}
    if isinstance(example, list):
        return [with_variables(value, variables) for value in example]
    return NativeEnvironment().from_string(example).render(variables) if isinstance(example, str) else example


def documented_events(text: str) -> dict[str, set[str]]:
    """The keys of the events that the comments of the event source's example show, by the type of event."""
    comments = "\n".join(line.removeprefix("#").removeprefix(" ") for line in text.splitlines() if line.startswith("#"))
    shown = [yaml.safe_load(f"alias_drift:\n{part}")["alias_drift"] for part in comments.split("alias_drift:\n")[1:]]
    return {event["type"]: set(event) for event in shown}


class Enough(Exception):
    """All kinds of events have come."""


class Events:
    """Where the event source puts what it has to tell. It ends the source when each kind has come once."""

    def __init__(self, kinds: set[str]) -> None:
        self._missing = set(kinds)
        self.told: list[Mapping[str, Any]] = []

    async def put(self, event: Mapping[str, Any]) -> None:
        told = event["alias_drift"]
        self.told.append(told)
        self._missing.discard(told["type"])
        if not self._missing:
            raise Enough


@pytest.mark.cost(1)
def test_event_source(azure: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """It tells of what the example's comments show; all that is shortened are the pauses between two looks."""
    azure.control.reset(seed())
    for name, value in azure.environment.items():
        monkeypatch.setenv(name, value)
    text = sources.strings_of(EVENT_SOURCE)["EXAMPLES"]
    (declared,) = (task["configmgr.cmg.alias_drift"] for task in yaml.safe_load(text))
    pauses, pause = [], asyncio.sleep

    async def sleep(delay: float) -> None:
        if delay == declared["interval"]:
            pauses.append(delay)
        await pause(0 if delay == declared["interval"] else delay)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    arguments = with_variables(declared, {**VARIABLES, "prerequisites_gateways": GATEWAYS[:1]})
    arguments["options"] |= stand_ins.name_servers(azure) | {"resolvers": arguments["options"]["resolvers"]}
    events = Events(set(documented_events(text)))
    with pytest.raises(Enough):
        asyncio.run(asyncio.wait_for(runpy.run_path(str(EVENT_SOURCE))["main"](events, arguments), 60))
    assert {told["type"]: set(told) for told in events.told} == documented_events(text)
    assert [told["alias"] for told in events.told if told.get("code") == "plane_missing"] == [WATCHED]
    assert len(pauses) == declared["heartbeat"] - 1


def blocks_of_markdown(page: Path, language: str) -> list[str]:
    """The code blocks of a language in a page of Markdown."""
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)

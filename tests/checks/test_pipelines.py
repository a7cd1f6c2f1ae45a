# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pipeline files: they follow their published schemas, the guide shows them whole, and their steps can be run.

Every shell step is run as its platform runs it, with the artifact and a local Azure that trusts the platform's tokens.
Nothing of a step is changed; what the platform would put in for a variable is put in.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from junitparser import JUnitXml

from tests.checks import sources, stand_ins, support
from tests.checks.guides import PAGES, blocks_of
from tests.checks.packaging import package, programs_of
from tests.checks.playing import PLACEHOLDER, QUIET
from tests.emulator.process import Emulator, running_emulator
from tools import trees

FOLDER = trees.ROOT / "examples" / "pipelines"
GUIDE = {block.caption or f"block {block.line}": block for block in blocks_of(PAGES / "pipelines_guide.rst")}
# What the guide calls a file in the repository of its reader.
SHOWN = {"github": ".github/workflows/drift.yml", "azure_pipelines": "azure-pipelines.yml", "gitlab": ".gitlab-ci.yml"}
SCHEMAS = {
    "github": ("vendor.github-workflows",),
    "azure_pipelines": ("vendor.azure-pipelines", "--data-transform", "azure-pipelines"),
    "gitlab": ("vendor.gitlab-ci", "--data-transform", "gitlab-ci"),
}
CLIENT, TENANT, TOKEN = (
    "0c11e000-0000-4000-8000-0000000000ff",
    "72f988bf-0000-4000-8000-00000000cafe",
    "of-the-platform",
)
TARGET = "granitefalls.westus.cloudapp.azure.com"
MARKED = {"name": "granitefalls", "type": "CNAME", "ttl": 3600, "metadata": {"managed-by": "configmgr.cmg"}}
VARIABLE = re.compile(r"\$\{\{ vars\.(\w+) \}\}")
SECONDS = 120

Variables = dict[str, str]


def seed(target: str) -> dict[str, Any]:
    """A gateway whose alias leads to a target, and an application that may read and trusts tokens of the platform."""
    zone = {"name": "contoso.com", "record_sets": [{**MARKED, "records": [{"cname": target}]}]}
    deployed = {
        "public_ips": [{"name": "ip", "label": "granitefalls", "address": "127.9.0.2"}],
        "storage_accounts": [{"name": "granitefalls"}],
        "vaults": [{"name": "granitefalls"}],
    }
    groups = [
        {"name": "rg-dns", "location": "westus", "zones": [zone]},
        {"name": "rg-cmg", "location": "westus", **deployed},
    ]
    client = {"client_id": CLIENT, "assertions": [TOKEN], "rights": "reader"}
    return {"tenant": TENANT, "clients": [client], "subscriptions": [{"id": PLACEHOLDER, "resource_groups": groups}]}


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """C(pip) and C(ansible-galaxy) that install from what is here."""
    made = package(tmp_path_factory, programs_of("main"))
    return stand_ins.programs(tmp_path_factory.mktemp("programs"), support.tool("python"), made.artifact)


@dataclass(frozen=True)
class Runner:
    """The machine of a platform: a checkout, a home, and what the platform sets in the environment."""

    azure: Emulator
    checkout: Path
    variables: Variables

    def run(self, script: str, more: Mapping[str, str] | None = None) -> support.Outcome:
        """One step in a shell of its own, which ends at the first command that fails."""
        file = self.checkout.parent / "step.sh"
        file.write_text(script, encoding="utf-8")
        environment = {**self.variables, **(more or {})}
        shell = ("bash", "--noprofile", "--norc", "-eo", "pipefail")
        return support.execute(*shell, file, seconds=SECONDS, cwd=self.checkout, env=environment)

    def junit(self) -> JUnitXml:
        return JUnitXml.fromfile(str(self.checkout / "drift.xml"))


@pytest.fixture(scope="module")
def azure() -> Iterator[Emulator]:
    """A local Azure that knows the application of the pipelines and nobody else."""
    with running_emulator(seed(TARGET)) as running:
        yield running


@pytest.fixture
def runner(azure: Emulator, programs: Path, tmp_path: Path) -> Runner:
    """A checkout with the declaration of the guide. No secret is known, and no collection is installed."""
    checkout, home = tmp_path / "checkout", tmp_path / "home"
    checkout.mkdir()
    home.mkdir()
    (checkout / "gateways.yml").write_text(GUIDE["gateways.yml"].text, encoding="utf-8")
    azure.control.clear_faults()
    azure.control.reset(seed(TARGET))
    hosts = stand_ins.inventory(tmp_path / "inventory", {"prerequisites_drift_options": stand_ins.name_servers(azure)})
    known = {name: value for name, value in azure.environment.items() if "SECRET" not in name and "CLIENT" not in name}
    own = {"HOME": str(home), "ANSIBLE_HOME": str(home / ".ansible"), "ANSIBLE_INVENTORY": str(hosts)}
    variables = support.environment({**QUIET, **known, **own})
    del variables["ANSIBLE_COLLECTIONS_PATH"]
    variables["PATH"] = f"{programs}:{variables['PATH']}"
    return Runner(azure, checkout, variables)


@contextmanager
def token_service() -> Iterator[str]:
    """GitHub's service for tokens, on the loopback; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            good = (
                self.headers["Authorization"] == "bearer asking" and "audience=api://AzureADTokenExchange" in self.path
            )
            self.send_response(200 if good else 403)
            self.end_headers()
            self.wfile.write(json.dumps({"value": TOKEN}).encode() if good else b"")

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Nothing is logged."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/?api-version=2.0"
        finally:
            server.shutdown()
            thread.join(5)


def succeed(outcome: support.Outcome) -> None:
    assert outcome.returncode == 0, outcome.output


def github(runner: Runner) -> support.Outcome:
    """The job as GitHub runs it; what a step puts into GITHUB_ENV is there for those after it."""
    job = sources.yaml_of(FOLDER / "github.yml")["jobs"]["drift"]
    repository = {"AZURE_CLIENT_ID": CLIENT, "AZURE_TENANT": TENANT, "AZURE_SUBSCRIPTION_ID": PLACEHOLDER}
    shown = {
        name: re.sub(r"\$\{\{ vars\.(\w+) \}\}", lambda it: repository[it[1]], text)
        for name, text in job["env"].items()
    }
    scripts = [step["run"] for step in job["steps"] if "run" in step]
    exported = runner.checkout.parent / "github.env"
    exported.touch()
    with token_service() as address:
        told = {
            **shown,
            "ACTIONS_ID_TOKEN_REQUEST_URL": address,
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "asking",
            "GITHUB_ENV": str(exported),
            "GITHUB_STEP_SUMMARY": str(runner.checkout.parent / "summary.md"),
            "RUNNER_TEMP": str(runner.checkout.parent),
        }
        for script in scripts[:-1]:
            succeed(runner.run(script, told))
            told |= dict(line.split("=", 1) for line in exported.read_text(encoding="utf-8").splitlines())
        return runner.run(scripts[-1], told)


def azure_pipelines(runner: Runner) -> support.Outcome:
    """The steps as Azure Pipelines runs them; the task AzureCLI tells its script who it is."""
    pipeline = sources.yaml_of(FOLDER / "azure_pipelines.yml")
    install, *_between, show = [step["script"] for step in pipeline["steps"] if "script" in step]
    (look,) = [step["inputs"]["inlineScript"] for step in pipeline["steps"] if step.get("task") == "AzureCLI@2"]
    succeed(runner.run(install))
    told = {**pipeline["variables"], "servicePrincipalId": CLIENT, "tenantId": TENANT, "idToken": TOKEN}
    outcome = runner.run(look, told)
    assert f"##vso[task.uploadsummary]{runner.checkout / 'drift.md'}" in runner.run(show).output
    return outcome


def gitlab(runner: Runner) -> support.Outcome:
    """The job as GitLab runs it: one shell, with the token that the job asks for in its environment."""
    job = sources.yaml_of(FOLDER / "gitlab.yml")["drift"]
    asked = dict.fromkeys(job["id_tokens"], TOKEN)
    project = {"AZURE_CLIENT_ID": CLIENT, "AZURE_TENANT": TENANT, "AZURE_SUBSCRIPTION_ID": PLACEHOLDER}
    return runner.run("\n".join([*job["before_script"], *job["script"]]), {**project, **asked})


PLATFORMS: dict[str, Callable[[Runner], support.Outcome]] = {
    "github": github,
    "azure_pipelines": azure_pipelines,
    "gitlab": gitlab,
}


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.yml")))
def test_a_file_is_what_its_platform_takes_and_what_the_guide_shows(name: str) -> None:
    schema = ("--regex-variant", "nonunicode", "--builtin-schema", *SCHEMAS[name])
    support.check(support.tool("check-jsonschema"), *schema, FOLDER / f"{name}.yml")
    _licence, _purpose, content = (FOLDER / f"{name}.yml").read_text(encoding="utf-8").split("\n\n", 2)
    assert GUIDE[SHOWN[name]].text == content


@pytest.mark.cost(5)
@pytest.mark.parametrize("name", sorted(PLATFORMS))
def test_the_steps_tell_of_drift_and_fail(name: str, runner: Runner) -> None:
    """The last one fails with what it found in its files. GitHub's run is of an alias that is right."""
    drifted = name != "github"
    runner.azure.control.reset(seed("oldfalls.eastus.cloudapp.azure.com" if drifted else TARGET))
    outcome = PLATFORMS[name](runner)
    assert outcome.returncode == (2 if drifted else 0), outcome.output
    assert bool(runner.junit().failures) == drifted
    assert not runner.azure.control.requests("PUT")
    assert TOKEN not in outcome.output


def test_what_the_controller_injects_is_what_modules_read() -> None:
    """The type of credential of the guide: every field is used, and every variable has a meaning."""
    plain = [block for block in GUIDE.values() if block.caption is None and block.language == "yaml"]
    inputs, injectors = [yaml.safe_load(block.text) for block in plain]
    fields = {field["id"] for field in inputs["fields"]}
    assert set(re.findall(r"\{\{ (\w+) \}\}", str(injectors))) == fields
    described = str(sources.fragments()["_azure"])
    assert {name for name in injectors["env"] if f"E({name})" not in described} == {"PFX_PASSWORD"}
    choices = next(field["choices"] for field in inputs["fields"] if field["id"] == "auth_source")
    assert set(choices) <= set(sources.fragments()["_azure"]["options"]["auth_source"]["choices"])

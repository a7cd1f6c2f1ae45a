# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The artifact: it builds, holds nothing of the workshop, installs, and works where nothing else of ours is.

It is handed to everything that takes it further: Galaxy's importer, the builder of execution environments, the runner
and the navigator.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.checks import packaging, sources, support
from tests.checks.packaging import Package
from tests.checks.playing import Place, place
from tests.checks.watched import declaration, seed
from tools import trees

SHIPPED = {
    "CHANGELOG.md",
    "CHANGELOG.rst",
    "CODE_OF_CONDUCT.md",
    "CONTRIBUTING.md",
    "COPYING",
    "FILES.json",
    "LICENSES",
    "MANIFEST.json",
    "README.md",
    "RELEASING.md",
    "REUSE.toml",
    "SECURITY.md",
    "TESTING.md",
    "changelogs",
    "docs",
    "examples",
    "extensions",
    "meta",
    "playbooks",
    "plugins",
    "roles",
    "tests",
}
KINDS = ("module", "filter", "role")
EXECUTION_ENVIRONMENT = trees.ROOT / "examples" / "execution-environment.yml"
# What Galaxy does when an artifact is uploaded, and one demand more; nothing of it needs the network. With a stricter
# profile ansible-lint looks at the same files in test_lint.py.
IMPORTER = {
    "GALAXY_IMPORTER_CHECK_REQUIRED_TAGS": "true",
    "GALAXY_IMPORTER_REQUIRE_V1_OR_GREATER": "true",
    "GALAXY_IMPORTER_RUN_ANSIBLE_DOC": "true",
    "GALAXY_IMPORTER_RUN_ANSIBLE_LINT": "false",
    "GALAXY_IMPORTER_RUN_ANSIBLE_TEST": "false",
}
# The part that reads and plans the aliases; all of the playbook runs in the demo.
ENFORCE = ("configmgr.cmg.enforce", "--tags", "prerequisites_dns", "--check", "--diff")
PLANNED = "+granitefalls.contoso.com. 3600 IN CNAME granitefalls.westus.cloudapp.azure.com."


@pytest.fixture(scope="module")
def runtime() -> Path:
    """The programs of an environment with ansible-core and what the collection requires, and nothing else."""
    return packaging.programs_of("runtime")


@pytest.fixture(scope="module")
def ecosystem() -> Path:
    """The programs of the environment with everything else that handles the artifact."""
    return packaging.programs_of("ecosystem")


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory, runtime: Path) -> Package:
    return packaging.package(tmp_path_factory, runtime)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A folder with the declaration of a gateway without an alias, and the Azure that it is about."""
    with place(tmp_path_factory.mktemp("user"), seed()) as found:
        found.write("gateways.yml", declaration(found.azure))
        yield found


def test_contents(package: Package) -> None:
    assert {path.name for path in package.root.iterdir()} <= SHIPPED
    assert [path.name for path in (package.root / "tests").iterdir()] == ["config.yml"]
    assert [path.name for path in (package.root / "extensions").iterdir()] == ["eda"]
    assert not [path for path in package.root.rglob("*") if path.name in {".git", ".cache"}]


@pytest.mark.cost(28)
def test_demo(package: Package, runtime: Path) -> None:
    """The story that the README tells, from start to end, as the artifact tells it where nothing else is installed."""
    argv = ("-m", "examples.demo", "--collections", package.collections, "--ansible", runtime)
    output = support.check(support.tool("python"), *argv, seconds=300)
    version = sources.yaml_of(trees.ROOT / "galaxy.yml")["version"]
    assert f"configmgr.cmg {version}  in {package.collections}" in output


def imported_content(result: dict[str, Any], kind: str) -> dict[str, str]:
    """The names and summaries of plugins that Galaxy is going to show."""
    contents = [one for one in result["docs_blob"]["contents"] if one["content_type"] == kind]
    return {one["content_name"]: one["doc_strings"].get("doc", {}).get("short_description", "") for one in contents}


def imported_names(result: dict[str, Any], kind: str) -> dict[str, str]:
    """The names and descriptions of what is no plugin."""
    return {Path(one["name"]).stem: one["description"] for one in result["contents"] if one["content_type"] == kind}


@pytest.mark.cost(12)
def test_galaxy_importer(package: Package, ecosystem: Path, tmp_path: Path) -> None:
    """Galaxy's importer has nothing to say, and finds everything with its documentation."""
    env = package.environment(ecosystem, ANSIBLE_COLLECTIONS_PATH=str(tmp_path), **IMPORTER)
    argv = ("-m", "galaxy_importer.main", package.artifact)
    support.check(ecosystem / "python", *argv, cwd=tmp_path, env=env, never=("WARNING", "ERROR"))
    result = json.loads((tmp_path / "importer_result.json").read_text(encoding="utf-8"))
    found = {kind: imported_content(result, kind) for kind in ("module", "filter")}
    found["role"] = imported_names(result, "role")
    assert {kind: set(names) for kind, names in found.items()} == {kind: support.plugin_names(kind) for kind in KINDS}
    assert all(summary for names in found.values() for summary in names.values())
    assert set(imported_names(result, "playbook")) == {path.stem for path in trees.ROOT.glob("playbooks/*.yml")}


def test_documentation_renders(package: Package, runtime: Path) -> None:
    """Pages and snippets as ansible-doc writes them for people. Pages of plugins are a matter of the sanity tests."""
    names = {kind: [f"configmgr.cmg.{name}" for name in sorted(support.plugin_names(kind))] for kind in KINDS}
    env = package.environment(runtime)
    program = runtime / "ansible-doc"
    roles = support.check(program, "-t", "role", *names["role"], env=env)
    assert all(f"ENTRY POINT: *{entry}* - " in roles for entry in ("main", "dns", "drift"))
    snippets = support.check(program, "--snippet", *names["module"], env=env)
    assert [f"configmgr.cmg.{name}" for name in re.findall(r"^  (\w+):$", snippets, re.MULTILINE)] == names["module"]


def python_requirements(path: Path) -> set[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return {re.sub(r"\s*#.*", "", line) for line in lines} - {""}


def test_execution_environment(package: Package, runtime: Path, ecosystem: Path, tmp_path: Path) -> None:
    """The build as far as it gets without containers: the context, and the step that looks what has to be installed."""
    env = package.environment(ecosystem)
    argv = ("create", "--file", EXECUTION_ENVIRONMENT, "--context", tmp_path)
    support.check(ecosystem / "ansible-builder", *argv, env=env)
    context = tmp_path / "_build"
    wanted = yaml.safe_load((context / "requirements.yml").read_text(encoding="utf-8"))
    assert [one["name"] for one in wanted["collections"]] == ["configmgr.cmg"]
    found = tmp_path / "found.txt"
    introspect = (context / "scripts" / "introspect.py", "introspect", package.collections, "--write-pip", found)
    support.check(runtime / "python", *introspect, "--user-pip", context / "requirements.txt", env=env)
    own = python_requirements(package.root / "meta" / "ee-requirements.txt")
    assert python_requirements(found) == own | python_requirements(context / "requirements.txt")


def user_environment(package: Package, ecosystem: Path, here: Place) -> dict[str, str]:
    return package.environment(ecosystem, **here.azure.environment)


@pytest.mark.cost(10)
def test_runner(package: Package, ecosystem: Path, here: Place, tmp_path: Path) -> None:
    """ansible-runner runs a playbook of the installed collection by its name, and keeps what happened as data."""
    playbook, *options = ENFORCE
    (tmp_path / "env").mkdir()
    (tmp_path / "env" / "extravars").write_text((here.directory / "gateways.yml").read_text(encoding="utf-8"))
    argv = ("run", tmp_path, "--playbook", playbook, "--ident", "plan", "--cmdline", " ".join(options))
    output = support.check(ecosystem / "ansible-runner", *argv, env=user_environment(package, ecosystem, here))
    assert PLANNED in output
    events = [json.loads(path.read_text()) for path in (tmp_path / "artifacts" / "plan" / "job_events").glob("*.json")]
    results = [one["event_data"] for one in events if one.get("event") == "runner_on_ok"]
    changed = [one["task_action"] for one in results if one["res"].get("changed")]
    assert changed == ["configmgr.cmg.dns_aliases"]
    assert not here.azure.control.requests("PUT")


@pytest.mark.cost(15)
def test_navigator(package: Package, ecosystem: Path, here: Place) -> None:
    """ansible-navigator runs, documents and lists what is installed, without a container."""
    env = user_environment(package, ecosystem, here)
    settings = ("--mode", "stdout", "--execution-environment", "false", "--log-file", here.directory / "navigator.log")

    def navigator(*argv: str) -> str:
        return support.check(ecosystem / "ansible-navigator", *argv, *settings, cwd=here.directory, env=env)

    run = navigator("run", *ENFORCE, "-e", "@gateways.yml", "--playbook-artifact-enable", "false")
    assert PLANNED in run
    assert not here.azure.control.requests("PUT")
    page = navigator("doc", "configmgr.cmg.dns_aliases")
    assert str(package.root / "plugins" / "modules" / "dns_aliases.py") in page
    listing = yaml.safe_load(navigator("collections"))
    listed = {one["known_as"]: one for one in listing["collections"]}["configmgr.cmg"]
    assert listed["path"] == str(package.root)
    modules = {one["full_name"].removeprefix("configmgr.cmg.") for one in listed["plugins"]["module"]}
    assert modules == support.plugin_names("module")

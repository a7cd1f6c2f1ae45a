# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Layers import downward only, the core depends on nothing that changes, nothing is long, nothing is switched off."""

from __future__ import annotations

import ast
import re
import statistics
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tests.checks import sources
from tools import trees

LONGEST_FUNCTION = 40
LONGEST_MEDIAN = 12

# What each layer may import of the collection. Modules, filters and the event source stand on all of them, and
# nothing stands on those.
MAY_IMPORT = {
    "_core": {"_core"},
    "_azure": {"_core", "_azure"},
    "_dns": {"_core", "_dns"},
    "_tls": {"_core", "_tls"},
    "_module": {"_core", "_azure", "_dns", "_tls", "_module"},
}
ALL_LAYERS = set(MAY_IMPORT)
SPEAKS_TO_ANSIBLE = {"_module", "modules", "filter", "event_source"}
CORE_LIBRARIES = {"cryptography"}
NOT_IN_CORE = {
    "asyncio",
    "http",
    "multiprocessing",
    "random",
    "secrets",
    "select",
    "selectors",
    "socket",
    "ssl",
    "subprocess",
    "threading",
    "time",
    "urllib.request",
    "uuid",
}
# Only these judge certificates. The rules and the engine would double what Ansible packs for each task of the others.
JUDGES_CERTIFICATES = {"certificate_info", "dns_drift_info"}
ENGINE = re.compile(r"/_core/certificates/(engine|judgement|catalogue|rules_\w+)\.py$")
CLOCKS = re.compile(r"\b(datetime|date|dt)\.(now|utcnow|today)\b")
PRIVATE_NOTICE = "is **PRIVATE** to the collection. It can have breaking changes at any time."

PLUGIN_FILES = sources.python_files("plugins", "extensions")
MODULE_FILES = sources.python_files("plugins/modules")
CORE_FILES = [path for path in PLUGIN_FILES if "/module_utils/_core/" in path.as_posix()]
PYTHON_FILES = sources.python_files("plugins", "extensions", "examples", "tests", "tools")


def layer_of(path: Path) -> str:
    parts = path.relative_to(trees.ROOT).parts
    if "module_utils" in parts:
        return parts[2]
    return "event_source" if parts[0] == "extensions" else parts[1]


def own_layer(imported: str) -> str | None:
    """The layer of an imported module of this collection; None for a foreign one."""
    if not imported.startswith(sources.OWN):
        return None
    parts = imported.removeprefix(sources.OWN).split(".")
    return parts[2] if parts[:2] == ["plugins", "module_utils"] and len(parts) > 2 else parts[-1]


def test_every_plugin_file_belongs_to_a_layer() -> None:
    layers = {layer_of(path) for path in PLUGIN_FILES}
    assert (
        {"_core", "_module", "modules"} <= layers <= ALL_LAYERS | {"modules", "filter", "event_source", "doc_fragments"}
    )


def imports(paths: Iterable[Path], wrong: Callable[[Path, sources.Import], object]) -> list[str]:
    """The imports in these files that are wrong, each with its place."""
    return [
        f"{sources.relative(path)}:{item.line} imports {item.name}"
        for path in paths
        for item in sources.imports_of(path)
        if wrong(path, item)
    ]


def test_imports_point_downward() -> None:
    def upward(path: Path, item: sources.Import) -> bool:
        layer = own_layer(item.name)
        return layer is not None and layer not in MAY_IMPORT.get(layer_of(path), ALL_LAYERS)

    assert not imports(PLUGIN_FILES, upward)
    assert not imports(PLUGIN_FILES, lambda _path, item: item.name.startswith("."))


def test_third_parties_are_imported_where_they_are_used() -> None:
    """Without its optional libraries a task still computes a name, and does not pay for what it does not use."""

    def at_the_top(path: Path, item: sources.Import) -> bool:
        guarded_in_core = item.guarded and item.root in CORE_LIBRARIES and layer_of(path) == "_core"
        return sources.is_foreign(item) and item.root != "ansible" and not item.inside_function and not guarded_in_core

    assert not imports(PLUGIN_FILES, at_the_top)


def test_only_the_upper_layers_know_ansible() -> None:
    lower = [path for path in PLUGIN_FILES if layer_of(path) not in SPEAKS_TO_ANSIBLE]
    assert not imports(lower, lambda _path, item: item.root == "ansible")


def test_the_core_knows_only_cryptography() -> None:
    assert not imports(CORE_FILES, lambda _path, item: sources.is_foreign(item) and item.root not in CORE_LIBRARIES)


def test_the_core_has_no_clock_no_network_and_no_chance() -> None:
    assert not imports(CORE_FILES, lambda _path, item: {item.name, item.root} & NOT_IN_CORE)
    used = [
        f"{sources.relative(path)}:{node.lineno} uses {ast.unparse(node)}"
        for path in CORE_FILES
        for node in ast.walk(sources.tree_of(path))
        if isinstance(node, ast.Attribute)
    ]
    assert not [place for place in used if CLOCKS.search(place)]


@pytest.mark.parametrize("path", MODULE_FILES, ids=sources.relative)
def test_only_modules_that_judge_certificates_carry_the_rules(path: Path) -> None:
    """Ansible packs whatever an import statement names, wherever it stands, and does so in every run of a playbook."""
    packed = sources.packed_with(path)
    assert trees.ROOT / "plugins/module_utils/_module/module.py" in packed
    rules = [sources.relative(file) for file in packed if ENGINE.search(file.as_posix())]
    assert bool(rules) == (path.stem in JUDGES_CERTIFICATES), rules


def test_no_function_is_long() -> None:
    functions = [
        (sources.relative(path), *function) for path in PYTHON_FILES for function in sources.functions_of(path)
    ]
    assert not [f"{file}:{line} {name}: {size}" for file, name, line, size in functions if size > LONGEST_FUNCTION]


def test_functions_are_short_as_a_rule() -> None:
    sizes = [size for path in PLUGIN_FILES for _name, _line, size in sources.functions_of(path)]
    assert statistics.median(sizes) < LONGEST_MEDIAN


def test_private_files_say_so() -> None:
    private = sources.python_files("plugins/module_utils", "plugins/doc_fragments")
    assert not [path for path in private if PRIVATE_NOTICE not in path.read_text(encoding="utf-8")]
    parts = {path: path.relative_to(sources.PLUGINS).parts for path in private}
    assert not [path for path in private if not any(part.startswith("_") for part in parts[path])]


# Put together from pieces, for this file is read as well.
SWITCHES = re.compile("|".join(["no" + "qa", "type: " + "ignore", "pylint: " + "disable", "yamllint " + "disable"]))
MACHINE = re.compile(
    r"(?<![\w.\-/)}>\]])/(" + "|".join(["wo" + "rk", "ro" + "ot"]) + r")(?=[/\s\"'`)]|$)", re.MULTILINE
)
HOSTS = re.compile(
    "|".join(["pypi" + r"\.org", "pythonhosted" + r"\.org", "npm" + r"js\.(org|com)", "~/" + r"\.pyenv"])
)


def offending(pattern: re.Pattern[str], *, only: str = "") -> list[str]:
    """Where the pattern occurs in a source file that is text."""
    places = []
    for name in trees.source_files():
        if not name.endswith(only):
            continue
        text = (trees.ROOT / name).read_bytes().decode("utf-8", errors="replace")
        places += [f"{name}:{text.count(chr(10), 0, hit.start()) + 1} {hit.group()}" for hit in pattern.finditer(text)]
    return places


def test_no_check_is_switched_off_in_place() -> None:
    """An exception to a rule is a decision: it stands in the configuration, with its reason."""
    assert not offending(SWITCHES, only=".py")
    assert not offending(SWITCHES, only=".yml")


def test_nothing_depends_on_one_machine() -> None:
    assert not offending(MACHINE)


def test_nothing_names_a_package_host() -> None:
    assert not offending(HOSTS)

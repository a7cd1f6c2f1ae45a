# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The repository's own files as data: what they import, how long their functions are, what their documentation says."""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tools import trees

PLUGINS = trees.ROOT / "plugins"
OWN = "ansible_collections.configmgr.cmg."
TYPING_ONLY = "TYPE_CHECKING"

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Import:
    """One imported module: its full name, where, and whether importing the file also imports it."""

    name: str
    line: int
    inside_function: bool
    guarded: bool
    typing_only: bool

    @property
    def root(self) -> str:
        return self.name.partition(".")[0]


@cache
def tree_of(path: Path) -> ast.Module:
    """The syntax tree of a Python file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def _catches_import_error(node: ast.AST) -> bool:
    if not isinstance(node, ast.Try):
        return False
    caught = [ast.unparse(handler.type) for handler in node.handlers if handler.type]
    return any("ImportError" in names for names in caught)


def _is_typing_only(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and TYPING_ONLY in ast.unparse(node.test)


def _names(node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return ["." * node.level + (node.module or "")]
    return [alias.name for alias in node.names]


def imports_of(path: Path) -> list[Import]:
    """Every import of a file, with the statements around it taken into account."""
    found: list[Import] = []

    def visit(node: ast.AST, around: tuple[ast.AST, ...]) -> None:
        if isinstance(node, ast.Import | ast.ImportFrom):
            inside = any(isinstance(outer, Function) for outer in around)
            guarded = any(_catches_import_error(outer) for outer in around)
            typing_only = any(_is_typing_only(outer) for outer in around)
            found.extend(Import(name, node.lineno, inside, guarded, typing_only) for name in _names(node))
        for child in ast.iter_child_nodes(node):
            visit(child, (*around, node))

    visit(tree_of(path), ())
    return found


def own_files_of(path: Path) -> set[Path]:
    """The files of this collection that a file imports anywhere, be it in a function or for types only."""
    froms = [node for node in ast.walk(tree_of(path)) if isinstance(node, ast.ImportFrom) and node.module]
    names = {f"{node.module}{tail}" for node in froms for tail in ("", *(f".{alias.name}" for alias in node.names))}
    own = [name.removeprefix(OWN).replace(".", "/") for name in names if name.startswith(OWN)]
    return {file for one in own if (file := trees.ROOT / f"{one}.py").is_file()}


def packed_with(path: Path) -> set[Path]:
    """The files that Ansible sends along with a module: what it imports, what that imports, and so on."""
    packed, found = set[Path](), {path}
    while found:
        packed |= found
        found = {file for one in found for file in own_files_of(one)} - packed
    return packed - {path}


def is_foreign(item: Import) -> bool:
    """Whether an import is neither of the standard library nor of this collection, and happens when the code runs."""
    return not (item.root in sys.stdlib_module_names or item.name.startswith(OWN) or item.typing_only)


def functions_of(path: Path) -> Iterator[tuple[str, int, int]]:
    """Name, line and length in lines of every function of a file, nested ones and methods included."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, Function) and node.end_lineno:
            yield node.name, node.lineno, node.end_lineno - node.lineno + 1


def python_files(*folders: str) -> list[Path]:
    """The Python files of the source tree in these folders."""
    prefixes = tuple(f"{folder}/" for folder in folders)
    return [trees.ROOT / name for name in trees.source_files() if name.endswith(".py") and name.startswith(prefixes)]


def relative(path: Path) -> str:
    """The path as a reader of a message knows it."""
    return path.relative_to(trees.ROOT).as_posix()


def _strings(statements: list[ast.stmt]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for statement in statements:
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant):
            pairs.update(
                {
                    target.id: statement.value.value
                    for target in statement.targets
                    if isinstance(target, ast.Name) and isinstance(statement.value.value, str)
                }
            )
    return pairs


def yaml_of(path: Path) -> Any:
    """The content of a YAML file."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@cache
def fragments() -> Mapping[str, Mapping[str, Any]]:
    """Every documentation fragment by the name that modules use: ``_azure``, ``_attributes.info_module``."""
    found = {}
    for path in sorted((PLUGINS / "doc_fragments").glob("*.py")):
        fragment = importlib.import_module(f"{OWN}plugins.doc_fragments.{path.stem}").ModuleDocFragment
        for section, text in vars(fragment).items():
            if section.isupper():
                suffix = "" if section == "DOCUMENTATION" else f".{section.lower()}"
                found[path.stem + suffix] = yaml.safe_load(text) or {}
    return found


def strings_of(path: Path) -> dict[str, str]:
    """The texts that a Python file gives names to at top level, such as C(EXAMPLES)."""
    return _strings(tree_of(path).body)


@cache
def documentation() -> Mapping[str, Mapping[str, Any]]:
    """The DOCUMENTATION of every module by its name, as written."""
    found = {}
    for path in sorted((PLUGINS / "modules").glob("*.py")):
        text = strings_of(path).get("DOCUMENTATION", "")
        found[path.stem] = yaml.safe_load(text) or {}
    return found


def fragment_names(module: str) -> list[str]:
    """The fragments that a module's documentation extends, without the collection's name."""
    listed = documentation()[module].get("extends_documentation_fragment", [])
    names = [listed] if isinstance(listed, str) else listed
    return [name.removeprefix("configmgr.cmg.").lower() for name in names]


def attributes(module: str) -> Mapping[str, Mapping[str, Any]]:
    """The attributes of a module: its fragments' in their order, then its own."""
    merged: dict[str, dict[str, Any]] = {}
    for part in [*(fragments().get(name, {}) for name in fragment_names(module)), documentation()[module]]:
        for name, attribute in part.get("attributes", {}).items():
            merged.setdefault(name, {}).update(attribute)
    return merged

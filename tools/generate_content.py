#!/usr/bin/env python
# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the table of contents of README.md and the variables of the role's README from the documentation itself.

With C(--check) nothing is written and the exit status tells whether a file is stale.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
ROLES = ROOT / "roles"
MARKED = r"(<!-- {name} -->\n).*?(<!-- /{name} -->)"
MARKUP = re.compile(r"\b([A-Z]{1,3})\(((?:[^()\\]|\\.|\([^)]*\))*)\)")


def content_rows() -> Iterator[tuple[str, str, str]]:
    """Name, kind and short description of everything that a user can call."""
    for path in sorted(ROOT.glob("plugins/modules/*.py")):
        yield path.stem, "module", _documentation(path)["short_description"]
    for path in sorted(ROOT.glob("plugins/filter/*.yml")):
        yield path.stem, "filter", _yaml(path)["DOCUMENTATION"]["short_description"]
    for path in sorted(ROOT.glob("extensions/eda/plugins/event_source/*.py")):
        yield path.stem, "event source", _documentation(path)["short_description"]
    for path in sorted(ROOT.glob("roles/*/meta/argument_specs.yml")):
        yield path.parent.parent.name, "role", _yaml(path)["argument_specs"]["main"]["short_description"]
    for path in sorted(ROOT.glob("playbooks/*.yml")):
        yield path.stem, "playbook", _yaml(path)[0]["name"]


def _documentation(path: Path) -> dict[str, Any]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "DOCUMENTATION":
            documented: dict[str, Any] = yaml.safe_load(ast.literal_eval(node.value))
            return documented
    raise ValueError(f"{path} documents nothing")


def _yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def content_table() -> str:
    """The table of everything that a user can call."""
    rows = [f"| `configmgr.cmg.{name}` | {kind} | {text} |" for name, kind, text in content_rows()]
    return "\n".join(["| Name | Kind | What it does |", "| --- | --- | --- |", *rows, ""])


def variables_table(role: str) -> str:
    """The variables of a role with the entry points that know them."""
    specs: Mapping[str, Any] = _yaml(ROLES / role / "meta" / "argument_specs.yml")["argument_specs"]
    names = dict.fromkeys(name for spec in specs.values() for name in spec["options"])
    rows = [_variable(name, specs) for name in names]
    return "\n".join(["| Variable | Type | Default | What it is | Entry points |", "|" + " --- |" * 5, *rows, ""])


def _variable(name: str, specs: Mapping[str, Any]) -> str:
    knowing = [entry for entry, spec in specs.items() if name in spec["options"]]
    option = specs[knowing[0]]["options"][name]
    default = "required" if option.get("required") else f"`{option['default']}`" if "default" in option else ""
    entries = ", ".join(f"`{entry}`" for entry in knowing)
    return f"| `{name}` | {option['type']} | {default} | {plain(' '.join(option['description']))} | {entries} |"


def plain(text: str) -> str:
    """A documentation text without Ansible's markup: what it marks becomes code."""
    return MARKUP.sub(lambda match: "`" + match[2].replace("\\", "") + "`", text)


def entry_points_table(role: str) -> str:
    """The entry points of a role."""
    specs: Mapping[str, Any] = _yaml(ROLES / role / "meta" / "argument_specs.yml")["argument_specs"]
    rows = [f"| `{name}` | {plain(spec['short_description'])} |" for name, spec in specs.items()]
    return "\n".join(["| Entry point | What it does |", "| --- | --- |", *rows, ""])


def with_section(text: str, name: str, content: str) -> str:
    """The text with what stands between the markers of that name replaced.

    :raises ValueError: when the markers are missing.
    """
    pattern = re.compile(MARKED.format(name=name), re.DOTALL)
    if not pattern.search(text):
        raise ValueError(f"there is no section between <!-- {name} --> and <!-- /{name} -->")
    return pattern.sub(lambda match: f"{match[1]}{content}{match[2]}", text)


def generated_files() -> dict[Path, str]:
    """Every file with a made section, with the text that it should have."""
    files = {README: with_section(README.read_text(encoding="utf-8"), "content", content_table())}
    for path in sorted(ROLES.glob("*/README.md")):
        role = path.parent.name
        text = with_section(path.read_text(encoding="utf-8"), "entry points", entry_points_table(role))
        files[path] = with_section(text, "variables", variables_table(role))
    return files


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, exit with 1 when a file is stale")
    check = parser.parse_args().check
    stale = {path: text for path, text in generated_files().items() if path.read_text(encoding="utf-8") != text}
    for path, text in stale.items():
        print(f"{path.relative_to(ROOT)} {'is stale' if check else 'written'}")
        if not check:
            path.write_text(text, encoding="utf-8")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())

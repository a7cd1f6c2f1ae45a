#!/usr/bin/env python
# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make what follows from the documentation of shared options: the modules' argument specs and the role's.

The doc fragments are the only place where a shared option is written down. With C(--check) nothing is written and the
exit status tells whether a file is stale.
"""

from __future__ import annotations

import argparse
import ast
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
FRAGMENTS = ROOT / "plugins" / "doc_fragments"
TARGETS = ROOT / "plugins" / "module_utils" / "_module"
ROLE = ROOT / "roles" / "prerequisites"
TEMPLATE = ROOT / "tools" / "argument_specs.template.yml"
TEMPLATE_NOTE = (
    '# tools/generate_options.py fills in the lines "# options of ..." and writes '
    "roles/prerequisites/meta/argument_specs.yml."
)
GENERATED_NOTE = "# Made by tools/generate_options.py from tools/argument_specs.template.yml and the doc fragments."
# validate-modules wants a word on every option whose name sounds like a secret; these are the ones that are.
SECRETS = frozenset({"password", "private_key_content", "secret", "oidc_token", "content", "proxy"})
SOUNDS_SECRET = frozenset({"token", "oidc_token_file_path"})
GENERATED = (
    "# Made by tools/generate_options.py from plugins/doc_fragments/{fragment}.py. Change the fragment, not this file."
)
HEADER = '''# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

{generated}
"""{title}"""

from __future__ import annotations

from typing import Any

{name}: dict[str, dict[str, Any]] = {spec}
'''
VARIABLES = """---
# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Made by tools/generate_options.py from tools/argument_specs.template.yml.

# Every variable that any entry point reads. Ansible takes no notice of one that is misspelt.
__prerequisites_known:
"""
SPECS = {
    "gateway_options": ("_gateways", "GATEWAY_OPTIONS", "The argument spec of the declaration of gateways."),
    "azure_options": ("_azure", "AZURE_OPTIONS", "The argument spec of the connection to Azure."),
}

Options = Mapping[str, Any]


def documented_options(fragment: str) -> dict[str, Any]:
    """The C(options) of a doc fragment, read without importing it."""
    tree = ast.parse((FRAGMENTS / f"{fragment}.py").read_text(encoding="utf-8"))
    texts = (
        node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id == "DOCUMENTATION"
        and isinstance(node.value, ast.Constant)
    )
    documentation = yaml.safe_load(str(next(texts)))
    options: dict[str, Any] = documentation["options"]
    return options


def argument_spec(options: Options) -> dict[str, Any]:
    """The argument spec that the documentation of these options describes."""
    return {name: _argument(name, option) for name, option in options.items()}


def _argument(name: str, option: Options) -> dict[str, Any]:
    argument = {
        key: option[key] for key in ("type", "elements", "choices", "default", "required", "aliases") if key in option
    }
    if name in SECRETS | SOUNDS_SECRET:
        argument["no_log"] = name in SECRETS
    if "suboptions" in option:
        argument["options"] = argument_spec(option["suboptions"])
    return argument


def role_options(options: Options) -> dict[str, Any]:
    """The same options as a role's argument spec writes them: with descriptions, C(options) for suboptions."""
    return {name: _role_option(option) for name, option in options.items()}


def _role_option(option: Options) -> dict[str, Any]:
    converted = {key: value for key, value in option.items() if key not in ("suboptions", "aliases")}
    # A reference to another option would have to name it as the entry point does, and not every one has it.
    converted["description"] = [line.replace("O(", "C(") for line in option["description"]]
    if "suboptions" in option:
        converted["options"] = role_options(option["suboptions"])
    return converted


def _formatted(text: str) -> str:
    command = [sys.executable, "-m", "ruff", "format", "--config", str(ROOT / "ruff.toml"), "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


def generated_files() -> dict[Path, str]:
    """Every file that follows from the fragments, with the text that it should have."""
    files: dict[Path, str] = {}
    for stem, (fragment, name, title) in SPECS.items():
        if not (FRAGMENTS / f"{fragment}.py").exists():
            continue
        spec = argument_spec(documented_options(fragment))
        text = HEADER.format(generated=GENERATED.format(fragment=fragment), title=title, name=name, spec=repr(spec))
        files[TARGETS / f"{stem}.py"] = _formatted(text)
    return files | role_files()


def role_files() -> dict[Path, str]:
    """The role's argument specs, their template with every placeholder filled in, and the names of its variables."""
    specs = filled(TEMPLATE.read_text(encoding="utf-8"))
    return {ROLE / "meta" / "argument_specs.yml": specs, ROLE / "vars" / "main" / "known.yml": variables(specs)}


def variables(specs: str) -> str:
    """A YAML text with the names of all variables that argument specs of a role have."""
    entry_points = yaml.safe_load(specs)["argument_specs"].values()
    names = sorted({name for entry_point in entry_points for name in entry_point["options"]})
    return VARIABLES + "".join(f"  - {name}\n" for name in names)


def filled(template: str) -> str:
    """A YAML text in which lines such as C(# options of _azure) are replaced by what they name, at their indentation.

    C(# option FRAGMENT: NAME) stands for the content of one option, which need not be given with C(optional) behind it,
    C(# options of FRAGMENT) for all options.
    """
    return "".join(_filled_line(line) for line in template.splitlines(keepends=True))


def _filled_line(line: str) -> str:
    words = line.split()
    if words[:2] == ["#", "option"]:
        content = role_options(documented_options(words[2].rstrip(":")))[words[3]]
        content.pop("required" if words[4:] == ["optional"] else "", None)
    elif words[:3] == ["#", "options", "of"]:
        content = role_options(documented_options(words[3]))
    else:
        return line.replace(TEMPLATE_NOTE, GENERATED_NOTE)
    indentation = line[: len(line) - len(line.lstrip())]
    text = yaml.dump(content, Dumper=IndentedDumper, sort_keys=False, width=118 - len(indentation), allow_unicode=True)
    return "".join(f"{indentation}{row}\n" for row in text.splitlines())


class IndentedDumper(yaml.SafeDumper):
    """Writes lists the way that Ansible's linters want them: indented below their key."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Never without indentation, whatever the caller asks for."""
        del indentless
        super().increase_indent(flow, indentless=False)


def stale(files: Mapping[Path, str]) -> list[Path]:
    """The files whose text differs from what it should be."""
    return [path for path, text in files.items() if not path.exists() or path.read_text(encoding="utf-8") != text]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, exit with 1 when a file is stale")
    check = parser.parse_args().check
    files = generated_files()
    for path in stale(files):
        print(f"{path.relative_to(ROOT)} {'is stale' if check else 'written'}")
        if not check:
            path.write_text(files[path], encoding="utf-8")
    return 1 if check and stale(files) else 0


if __name__ == "__main__":
    sys.exit(main())

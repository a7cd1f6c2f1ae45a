#!/usr/bin/env python
# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the page of all rules from the rules themselves, with an anchor for each that findings can lead to.

The ids alone are written, too, for modules that have to know all of them but apply few.

With C(--check) nothing is written and the exit status tells whether anything is stale.
"""

from __future__ import annotations

import argparse
import importlib
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
IDS = ROOT / "plugins" / "module_utils" / "_core" / "rule_ids.py"
PAGE = ROOT / "docs" / "docsite" / "rst" / "rules_guide.rst"
CORE = "ansible_collections.configmgr.cmg.plugins.module_utils._core"
# Each holds a tuple RULES; an entry is a rule, or has one in its attribute rule.
REGISTRIES = (
    "names",
    "availability_rules",
    "providers",
    "request_rules",
    "certificates.catalogue",
    "certificates.rules_declaration",
    "certificates.renewal",
    "certificates.management_points",
    "certificates.clients",
    "alias_plan",
    "drift.taxonomy",
)
FAMILIES = {
    "SERVICE": "The service name",
    "PREFIX": "The prefix",
    "REGION": "The region",
    "CLOUD": "The cloud",
    "METHOD": "The deployment method",
    "DUPLICATE": "Gateways among themselves",
    "REQUEST": "Certificate requests",
    "PFX": "PFX files",
    "FILE": "Files",
    "NAME": "Names in certificates",
    "KEY": "Keys",
    "SIG": "Signatures",
    "USE": "Purposes of certificates",
    "TIME": "Validity",
    "CHAIN": "Chains",
    "TRUST": "The trust chain of clients",
    "REV": "Revocation",
    "PUB": "Public certificates",
    "MGMT": "Management certificates",
    "DNS": "Aliases in Azure DNS",
    "DRIFT": "Drift",
}
HEAD = """..
  Copyright (c) 2026, the configmgr.cmg contributors
  GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
  SPDX-License-Identifier: GPL-3.0-or-later

..
  Made by tools/generate_rules.py from the rules themselves. Change them, not this file.

.. _ansible_collections.configmgr.cmg.docsite.rules_guide:

Every rule
==========

A finding names its rule. This page says of each rule what it demands, how bad it usually is when it fails, and where it
comes from. The circumstances of a gateway may soften or harden a severity; the finding has the one that counts.
"""


IDS_HEAD = """# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

# Made by tools/generate_rules.py from the rules themselves. Change them, not this file.
\"\"\"The ids of all rules, for whoever needs to know them without loading every rule.\"\"\"

from __future__ import annotations

RULE_IDS: frozenset[str] = frozenset(
    ("""


def rules() -> Iterator[Any]:
    """Every rule of every registry that there is, in the order of the registries."""
    sys.path.insert(0, str(ROOT / ".cache" / "live"))
    for name in REGISTRIES:
        for entry in importlib.import_module(f"{CORE}.{name}").RULES:
            yield getattr(entry, "rule", entry)


def family(rule: Any) -> str:
    """The part of a rule's id that stands before its number or name."""
    return str(rule.id).partition("-")[0]


def page(all_rules: Iterable[Any]) -> str:
    """The whole page. A family stands where its first rule is registered."""
    families: dict[str, list[Any]] = {}
    for rule in all_rules:
        families.setdefault(family(rule), []).append(rule)
    return "\n".join([HEAD, *(_section(name, members) for name, members in families.items())])


def ids(all_rules: Iterable[Any]) -> str:
    """The file of the ids."""
    return "\n".join([IDS_HEAD, *(f'        "{rule.id}",' for rule in all_rules), "    )", ")", ""])


def _section(name: str, members: list[Any]) -> str:
    title = FAMILIES.get(name, name.capitalize())
    return "\n".join([title, "-" * len(title), "", *map(_entry, members)])


def _entry(rule: Any) -> str:
    # The target within the heading is the short anchor of addresses, the label above it is for references.
    heading = f"_`{rule.id}`: {rule.title}"
    sources = "\n".join(f"* {_linked(source)}" for source in rule.sources)
    anchor = str(rule.id).lower()
    return (
        f".. _ansible_collections.configmgr.cmg.docsite.rule.{anchor}:\n\n{heading}\n{'^' * len(heading)}\n\n"
        f"Severity: {rule.severity}\n\nSource:\n\n{sources}\n"
    )


def _linked(source: str) -> str:
    """A source with its address made a link, and nothing in it taken for markup."""
    text, _comma, address = source.rpartition(", ")
    if address.startswith("https://") and text:
        return f"`{_escaped(text)} <{address}>`__"
    return source if source.startswith("https://") else _escaped(source)


def _escaped(text: str) -> str:
    return re.sub(r"([*`|_<>\\])", r"\\\1", text)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, exit with 1 when something is stale")
    check = parser.parse_args().check
    found = list(rules())
    texts = {PAGE: page(found), IDS: ids(found)}
    stale = {path: text for path, text in texts.items() if not path.exists() or path.read_text("utf-8") != text}
    for path, text in stale.items():
        print(f"{path.relative_to(ROOT)} {'is stale' if check else 'written'}")
        if not check:
            path.write_text(text, encoding="utf-8")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compare what a module documents to return with what it returned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any

import yaml

# What Ansible itself adds to every result and documents in one place for all modules.
COMMON = {"changed", "deprecations", "diff", "failed", "invocation", "msg", "warnings"}
# By what a value is recognised; "raw" means that anything goes.
TYPES: dict[str, type | tuple[type, ...]] = {
    "bool": bool,
    "dict": dict,
    "float": float,
    "int": int,
    "list": list,
    "raw": object,
    "str": str,
}

Documentation = Mapping[str, Any]


def return_problems(module: ModuleType, results: Sequence[Mapping[str, Any]]) -> list[str]:
    """Where the RETURN block of a module and results that it really returned disagree; empty when they agree.

    Every returned key has to be documented with its type. Every documented key has to occur in at least one of the
    results, so give results that show all of them. A V(none) has to be announced with "V(none)" in the description.
    """
    documented = yaml.safe_load(module.RETURN)
    own = [{key: value for key, value in result.items() if key not in COMMON} for result in results]
    return [*_of_contents("", documented, own), *_of_prose("", documented)]


def _of_contents(place: str, documented: Documentation, values: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    produced = set().union(*values) if values else set()
    yield from (f"{place}{key} is returned but not documented" for key in sorted(produced - set(documented)))
    yield from (f"{place}{key} is documented but never returned" for key in sorted(set(documented) - produced))
    for key in sorted(produced & set(documented)):
        found = [value[key] for value in values if key in value]
        yield from _of_values(f"{place}{key}", documented[key], found)


def _of_values(place: str, entry: Documentation, values: Sequence[Any]) -> Iterator[str]:
    known = [value for value in values if value is not None]
    if len(known) < len(values) and "V(none)" not in _text(entry):
        yield f"{place} is null, which its description does not announce"
    wrong = sorted({type(value).__name__ for value in known if not _is_a(value, entry["type"])})
    if wrong:
        yield f"{place} is documented as {entry['type']} and returned as {', '.join(wrong)}"
    elif entry["type"] == "list":
        yield from _of_values(f"{place}[]", _of_element(entry), [element for value in known for element in value])
    elif "contains" in entry:
        yield from _of_contents(f"{place}.", entry["contains"], known)


def _of_prose(place: str, documented: Documentation) -> Iterator[str]:
    for key, entry in documented.items():
        if not place and "returned" not in entry:
            yield f"{key} does not say when it is returned"
        if "contains" not in entry and "sample" not in entry:
            yield f"{place}{key} has no sample"
        yield from _of_prose(f"{place}{key}.", entry.get("contains", {}))


def _of_element(entry: Documentation) -> Documentation:
    contents = {"contains": entry["contains"]} if "contains" in entry else {}
    return {"type": entry["elements"], "description": "", **contents}


def _is_a(value: Any, documented: str) -> bool:
    # A bool is an int for Python, but not for the reader of a document.
    return isinstance(value, TYPES[documented]) and isinstance(value, bool) <= (documented in {"bool", "raw"})


def _text(entry: Documentation) -> str:
    description = entry["description"]
    return description if isinstance(description, str) else " ".join(description)

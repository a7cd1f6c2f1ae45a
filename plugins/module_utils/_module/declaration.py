# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Reading where gateways are declared: the files of a repository, with the lines that PyYAML keeps."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import Gateway
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.places import Declaration, Place

KEYS = ("prerequisites_gateways", "gateways")
NAMES = ("service_name", "prefix", "name")


def uri_of(path: str, root: str) -> str:
    """The path as SARIF wants it: relative to the root of the repository, or a file URI for one outside of it."""
    relative = os.path.relpath(path, root)
    if relative == os.pardir or relative.startswith(f"{os.pardir}{os.sep}"):
        return Path(path).resolve().as_uri()
    return quote(Path(relative).as_posix())


def declarations_in(path: str, uri: str) -> list[Declaration]:
    """Every gateway that a file declares, in its order.

    :raises InvalidInput: when the file cannot be read or is no YAML.
    """
    import yaml

    try:
        text = Path(path).read_text(encoding="utf-8")
        documents = list(yaml.compose_all(text, Loader=yaml.SafeLoader))
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(
            f"The declaration {path} cannot be read: {error}. Name the file with the gateways."
        ) from error
    except yaml.YAMLError as error:
        raise InvalidInput(f"The declaration {path} is no YAML: {error}") from error
    return [_declaration(item, uri) for document in documents for item in _gateways(document)]


def _gateways(node: Any) -> Iterator[Any]:
    """The nodes of all lists of gateways below a node, which may contain itself."""
    waiting, seen = [node], set()
    while waiting:
        current = waiting.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        pairs = _pairs(current)
        for key, value in pairs:
            yield from _items(value) if key in KEYS else ()
        waiting += reversed([value for _key, value in pairs] if pairs else _items(current))


def _pairs(node: Any) -> list[tuple[str, Any]]:
    from yaml.nodes import MappingNode, ScalarNode

    if not isinstance(node, MappingNode):
        return []
    return [(key.value, value) for key, value in node.value if isinstance(key, ScalarNode)]


def _items(node: Any) -> Sequence[Any]:
    from yaml.nodes import SequenceNode

    return node.value if isinstance(node, SequenceNode) else ()


def _declaration(node: Any, uri: str) -> Declaration:
    from yaml.nodes import ScalarNode

    values = {key: value.value for key, value in _pairs(node) if key in NAMES and isinstance(value, ScalarNode)}
    place = Place(uri, node.start_mark.line + 1, node.start_mark.column + 1)
    label = Gateway(values.get("service_name"), None, values.get("prefix"), name=values.get("name")).label
    return Declaration(label if values and "{{" not in label else None, place)

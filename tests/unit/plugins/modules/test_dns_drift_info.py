# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The promise of M(configmgr.cmg.dns_drift_info): nothing that it can reach is able to write."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.checks import sources

MODULE = sources.PLUGINS / "modules" / "dns_drift_info.py"
WRITING = {"_azure/dns.py", "_azure/apply.py", "_core/alias_plan.py", "_module/aliases.py", "_module/providers.py"}
METHODS = {"PUT", "PATCH", "DELETE", "POST"}
# dnspython's own ways to change something, and functions of the SDK that do.
WRITERS = {"update", "tsig", "tsigkeyring", "create_or_update", "begin_delete"}


def file_of(imported: str) -> Path | None:
    """The file of a module of this collection."""
    if not imported.startswith(f"{sources.OWN}plugins."):
        return None
    path = sources.PLUGINS.joinpath(*imported.removeprefix(f"{sources.OWN}plugins.").split(".")).with_suffix(".py")
    return path if path.is_file() else None


def reachable(start: Path) -> set[Path]:
    """Everything that is imported from a file on, also inside of functions."""
    found, waiting = set(), [start]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        imported = [item for item in sources.imports_of(path) if not item.typing_only]
        waiting += [own for item in imported if (own := file_of(item.name))]
    return found


@pytest.fixture(scope="module")
def reached() -> list[Path]:
    return sorted(reachable(MODULE))


def test_the_walk_over_imports_sees_what_it_should(reached: list[Path]) -> None:
    names = {path.name for path in reached}
    assert {"drift_reading.py", "walk.py", "udp.py", "judge.py", "arm.py"} <= names
    writing = {path.name for path in reachable(sources.PLUGINS / "modules" / "dns_aliases.py")}
    assert {"apply.py", "dns.py"} <= writing


def test_no_code_that_writes_is_reached(reached: list[Path]) -> None:
    utils = sources.PLUGINS / "module_utils"
    names = {path.relative_to(utils).as_posix() for path in reached if path != MODULE}
    assert not names & WRITING


def test_requests_to_azure_only_read(reached: list[Path]) -> None:
    for path in (path for path in reached if "_azure" in path.parts):
        texts = {node.value for node in ast.walk(sources.tree_of(path)) if isinstance(node, ast.Constant)}
        assert not texts & METHODS, path


def test_the_dns_is_only_asked(reached: list[Path]) -> None:
    for path in (path for path in reached if "_dns" in path.parts):
        imported = {item.name for item in sources.imports_of(path)}
        assert not {name for name in imported if name.startswith("dns.") and name.split(".")[1] in WRITERS}, path

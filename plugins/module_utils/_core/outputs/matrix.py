# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What every server says of every alias: a table for each zone, worst aliases first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.case import DEFINITE, Said
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.taxonomy import POINTING, STATE_ORDER, State
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.prerequisites import layer_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.report import (
    Entry,
    Problem,
    Report,
    bare_name,
)

KINDS = ("plane", "server", "resolver")
AZURE = "Azure DNS"
NOT_ASKED = "not asked"
RIGHT = "as declared"
HELD = "held back"
WORDS = {Said.NXDOMAIN: "no such name", Said.NODATA: "no alias", Said.NXNAME: "no such name"}


@dataclass(frozen=True, slots=True)
class Column:
    """Who was asked: Azure, a name server or a resolver."""

    kind: str
    name: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """What one of them says, and the state that it shows; V(None) for one that was not asked."""

    state: State | None
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """An alias with a cell for each column. One that nobody declares leads to its target, and should nowhere."""

    alias: str
    gateway: str
    target: str
    state: State
    cells: tuple[Cell, ...]
    declared: bool = True


@dataclass(frozen=True, slots=True)
class Matrix:
    """The aliases of a zone; without a name where it was not looked for."""

    zone: str | None
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


def matrices_of(report: Report) -> tuple[Matrix, ...]:
    """A table for each zone, by its name."""
    zones: dict[str, list[Entry]] = {}
    for alias in (*report.aliases, *report.unmanaged):
        zones.setdefault(str(alias.get("zone") or "").removesuffix("."), []).append(alias)
    extra = frozenset(map(bare_name, report.unmanaged))
    problems: dict[str, list[Problem]] = {}
    for problem in report.problems:
        problems.setdefault(problem.alias or "", []).append(problem)
    return tuple(_matrix(zone, aliases, problems, extra) for zone, aliases in sorted(zones.items()))


def _matrix(
    zone: str, aliases: Sequence[Entry], problems: Mapping[str, Sequence[Problem]], extra: frozenset[str]
) -> Matrix:
    """A table with a column for everybody who was asked for any of the aliases: Azure, name servers, then resolvers."""
    asked = dict.fromkeys(column for alias in aliases for column in _columns(alias))
    columns = tuple(sorted(asked, key=lambda column: (KINDS.index(column.kind), column.name, column.address)))
    worst_first = sorted(aliases, key=lambda alias: (-STATE_ORDER[State(alias["state"])], bare_name(alias)))
    rows = (
        _undeclared(alias, columns)
        if bare_name(alias) in extra
        else _row(alias, columns, problems.get(bare_name(alias), ()))
        for alias in worst_first
    )
    return Matrix(zone or None, columns, tuple(rows))


def _columns(alias: Entry) -> Iterator[Column]:
    yield Column("plane", AZURE)
    for word in alias.get("servers", ()):
        yield Column("server", str(word["server"] or ""), str(word["address"]))
    for word in alias.get("resolvers", ()):
        yield Column("resolver", f"resolver, view {word['view'] or 'public'}", str(word["address"]))


def _undeclared(alias: Entry, columns: Sequence[Column]) -> Row:
    """An alias of which only Azure was asked, which has it: there is nothing to compare it with."""
    target = str(alias["target"]).removesuffix(".")
    told = {"plane": Cell(None, target)}
    cells = tuple(told.get(column.kind, Cell(None, NOT_ASKED)) for column in columns)
    return Row(bare_name(alias), str(alias["gateway"]), target, State(alias["state"]), cells, declared=False)


def _row(alias: Entry, columns: Sequence[Column], problems: Sequence[Problem]) -> Row:
    told = {(kind, it["address"]): it for kind in ("server", "resolver") for it in alias.get(f"{kind}s", ())}
    words = (told.get((column.kind, column.address)) for column in columns)
    return Row(
        alias=bare_name(alias),
        gateway=str(alias["gateway"]),
        target=str(alias["target"]).removesuffix("."),
        state=State(alias["state"]),
        cells=tuple(_cell(alias, column, word, problems) for column, word in zip(columns, words, strict=True)),
    )


def _cell(alias: Entry, column: Column, word: Mapping[str, Any] | None, problems: Sequence[Problem]) -> Cell:
    if column.kind == "plane":
        return _plane(alias, problems)
    if word is None:
        return Cell(None, NOT_ASKED)
    layer = "authoritative" if column.kind == "server" else "recursive"
    state = layer_of(alias, layer, problems)
    targets = [str(target).removesuffix(".") for target in word["targets"]]
    right = word["says"] == Said.ALIAS and word["targets"] == [alias["target"]]
    if right or (column.kind == "resolver" and state is State.IN_SYNC):
        return Cell(State.IN_SYNC, RIGHT if right else _said(word, targets))
    if Said(word["says"]) not in DEFINITE:
        return Cell(State.UNKNOWN, _said(word, targets))
    return Cell(state or State.UNKNOWN, _said(word, targets))


def _said(word: Mapping[str, Any], targets: Sequence[str]) -> str:
    said = Said(word["says"])
    return ", ".join(targets) or WORDS.get(said, str(said).replace("_", " "))


def _plane(alias: Entry, problems: Sequence[Problem]) -> Cell:
    state = layer_of(alias, "plane", problems)
    if state is None:
        return Cell(None, NOT_ASKED)
    if state is not State.IN_SYNC:
        return Cell(state, state.replace("_", " "))
    # What the judge lets pass although the record does not lead to the target is what is held back.
    held = any(problem.code in POINTING and problem.layer == "plane" for problem in problems)
    return Cell(state, HELD if held else RIGHT)

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A guide as its reader follows it: files are written, commands are typed, and what is promised has to be seen.

Every code block of a guide is one of these:

* With a caption it is a file of that name, written as it stands.
* C(console) is typed line by line. Lines without a C($) in front are what has to be seen; C(...) stands for anything.
* Any other one has to be seen in what the command before it said.

A comment above a block says what the page cannot show: C(.. exit status: 2) of its last command, C(.. second terminal)
for a command that keeps running and prints what to paste into the first, C(.. meanwhile: NAME) for what others do
before it, C(.. run by: FILE) for a test that runs it in its own way, and C(.. not run: REASON) where nothing can.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pytest

from tests.checks.terminal import Terminal
from tools import trees

PAGES = trees.ROOT / "docs" / "docsite" / "rst"
BLOCK = re.compile(r"^( *)\.\. code-block:: (\S+)$")
MARK = re.compile(r"^ *\.\. (not run|run by|meanwhile|second terminal|exit status)(?:: (.+))?$")
OPTION = re.compile(r"^ +:(\w+): (.+)$")
# Whatever else reStructuredText has to show code with. A guide does without.
OTHER_CODE = re.compile(
    r"^(?! *\.\. ).*::$|\.\. (code|sourcecode|parsed-literal|literalinclude|prompt|include|raw)::", re.MULTILINE
)
# Why something in a guide may not be run: it is for Windows, for a page that people click on, or somebody else's.
REASONS = ("Windows only: ", "portal only: ", "other collection: ")


@dataclass(frozen=True)
class Block:
    """One code block of a page, without its indentation. Lines count from 1."""

    page: Path
    line: int
    language: str
    text: str
    caption: str | None
    marks: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}"

    @property
    def is_run(self) -> bool:
        """Whether following the guide runs it, as a test of its own or not at all otherwise."""
        return not self.marks.keys() & {"not run", "run by"}

    @cached_property
    def steps(self) -> list[tuple[str, str]]:
        """The commands of a C(console) block, each with what has to be seen; a backslash continues a line."""
        found: list[tuple[list[str], list[str]]] = []
        for line in self.text.splitlines():
            if line.startswith("$ "):
                found.append(([line.removeprefix("$ ")], []))
            elif found and found[-1][0][-1].endswith("\\") and not found[-1][1]:
                found[-1][0].append(line)
            else:
                assert found, f"{self} does not begin with a command"
                found[-1][1].append(line)
        return [("\n".join(command), "\n".join(seen)) for command, seen in found]


def pages() -> list[Path]:
    """All guides."""
    return sorted(PAGES.glob("*_guide.rst"))


def blocks_of(page: Path) -> list[Block]:
    """All code blocks of a page in order."""
    return list(_blocks(page, page.read_text(encoding="utf-8").splitlines()))


def _blocks(page: Path, lines: list[str]) -> Iterator[Block]:
    marks: dict[str, str] = {}
    for number, line in enumerate(lines):
        mark, block = MARK.match(line), BLOCK.match(line)
        if mark:
            marks[mark[1]] = mark[2] or ""
        elif block:
            body = _body(lines[number + 1 :], len(block[1]))
            options = {option[1]: option[2] for option in map(OPTION.match, body) if option}
            text = "\n".join(body[len(options) :]).strip("\n")
            yield Block(page, number + 1, block[2], _dedented(text), options.get("caption"), marks)
            marks = {}
        elif line.strip():
            assert not marks, f"{page.name}:{number}: nothing but a code block may follow {sorted(marks)}"


def _body(lines: list[str], indentation: int) -> list[str]:
    """The options and the content of a directive: everything that is indented further than it."""
    end = next(
        (n for n, it in enumerate(lines) if it.strip() and len(it) - len(it.lstrip()) <= indentation), len(lines)
    )
    return lines[:end]


def _dedented(text: str) -> str:
    lines = text.splitlines()
    width = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return "\n".join(line[width:] for line in lines) + "\n"


def missing(said: str, promised: str) -> str | None:
    """The first line of what was promised that was not said in this order, V(None) if all of them were.

    Blanks are not compared; C(...) stands for anything.
    """
    rest = [" ".join(line.split()) for line in said.splitlines()]
    for line in filter(str.strip, promised.splitlines()):
        pattern = re.compile(".*".join(re.escape(" ".join(part.split())) for part in line.split("...")))
        found = next((number for number, candidate in enumerate(rest) if pattern.search(candidate)), None)
        if found is None:
            return line
        rest = rest[found + 1 :]
    return None


@dataclass
class Reader:
    """Somebody at a terminal who follows a guide to the letter.

    O(others) do what the guide leaves to other people, by the names that it gives them. O(stand_ins) are commands that
    nobody can run here, such as a download, and what is done in their place.
    """

    shell: Terminal
    second_shell: Callable[[str], str] | None = None
    others: Mapping[str, Callable[[Path], None]] = field(default_factory=dict)
    stand_ins: Mapping[str, str] = field(default_factory=dict)
    seen: str = ""

    @property
    def directory(self) -> Path:
        """Where the reader is."""
        return Path(self.shell.type("pwd").output.strip())

    def follow(self, *chosen: Block) -> None:
        """Do what the blocks say, one after the other."""
        for block in chosen:
            if "meanwhile" in block.marks:
                self.others[block.marks["meanwhile"]](self.directory)
            if block.is_run:
                self._do(block)

    def _do(self, block: Block) -> None:
        if block.caption is not None:
            self._write(block, self.directory / block.caption)
        elif "second terminal" in block.marks:
            self._paste(block)
        elif block.language == "console":
            self._type(block)
        else:
            self._look(block, block.text)

    def _write(self, block: Block, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, encoding="utf-8")

    def _paste(self, block: Block) -> None:
        assert self.second_shell is not None, f"{block}: there is no second terminal"
        ((command, _seen),) = block.steps
        printed = self.second_shell(command)
        for line in re.findall(r"^export .*$", printed, re.MULTILINE):
            self.shell.type(line)

    def _type(self, block: Block) -> None:
        for number, (command, promised) in enumerate(block.steps, start=1):
            outcome = self.shell.type(self.stand_ins.get(command, command))
            last = number == len(block.steps)
            wanted = int(block.marks.get("exit status", "0")) if last else 0
            if outcome.returncode != wanted:
                pytest.fail(f"{block}: exit code {outcome.returncode} from: {command}\n{outcome.output}", pytrace=False)
            self.seen = outcome.output
            self._look(block, promised)

    def _look(self, block: Block, promised: str) -> None:
        line = missing(self.seen, promised)
        if line is not None:
            pytest.fail(f"{block}: this was promised and not seen:\n{line}\nbut this:\n{self.seen}", pytrace=False)

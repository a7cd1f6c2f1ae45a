# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the demo talks to the person who started it, and how it makes sure that what it says is true."""

from __future__ import annotations

import textwrap

WIDTH = 100


class Disappointment(Exception):
    """Something did not happen that the demo promises."""


def chapter(title: str, text: str) -> None:
    """Begin a part of the story: a headline and what is about to happen."""
    print(f"\n\033[1m== {title} ==\033[0m" if _colourful() else f"\n== {title} ==", flush=True)
    tell(text)


def tell(text: str) -> None:
    """A paragraph for the reader."""
    print(textwrap.fill(" ".join(text.split()), WIDTH), flush=True)


def show(text: str) -> None:
    """What a program said, set off from the story."""
    print(textwrap.indent(text.rstrip("\n"), "    "), flush=True)


def promise(kept: bool, what: str) -> None:
    """Say that something is so, or stop the demo because it is not."""
    if not kept:
        raise Disappointment(what)
    print(f"  -> {what}", flush=True)


def _colourful() -> bool:
    import os
    import sys

    return sys.stdout.isatty() and "NO_COLOR" not in os.environ

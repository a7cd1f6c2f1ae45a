# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What to say about a word that has to be one of many known ones, or seems to be meant for one, and is none of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache

from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput

# A letter that is missing, doubled or swapped with its neighbour, in words of some length.
NEARLY = 0.93
OWN_ENDING = re.compile(r"_|\d")


def unknown_word(option: str, word: str, known: Iterable[str], where: str) -> InvalidInput:
    """The error for a word that does not exist, with those that are spelled much like it.

    :param option: which option has it, as a playbook names it.
    :param where: a sentence that says where all known words are listed.
    """
    by_letters = {one.lower(): one for one in known}
    alike = [by_letters[one] for one in get_close_matches(word.strip().lower(), by_letters, n=3, cutoff=0.7)]
    meant = f" Did you mean {' or '.join(alike)}?" if alike else ""
    return InvalidInput(f"{option} is {word!r}, which does not exist.{meant} {where}")


def refuse_misspelt(names: Iterable[str], known: Iterable[str]) -> None:
    """Refuse names of variables that are nearly, but not quite, known ones. All other names are somebody else's.

    A known name with an ending of its own, such as V(_west) or V(2), is no misspelling.

    :raises InvalidInput: naming each of them and what is likely to be meant.
    """
    spelt_right = frozenset(known)
    meant = {name: found for name in sorted(set(names)) if (found := _meant_by(name, spelt_right))}
    if meant:
        told = "; ".join(f"{name} is no variable that anything here reads: write {it}" for name, it in meant.items())
        raise InvalidInput(f"{told}. A variable of your own needs a name that differs more.")


@lru_cache(maxsize=4096)
def _meant_by(name: str, known: frozenset[str]) -> str | None:
    """The known name that this one is a misspelling of. Nearly nobody errs in the first letter."""
    if name in known:
        return None
    nearly = get_close_matches(name, [one for one in sorted(known) if one[:1] == name[:1]], n=1, cutoff=NEARLY)
    return next((one for one in nearly if not (name.startswith(one) and OWN_ENDING.match(name, len(one)))), None)

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What to say about a word that has to be one of many known ones and is none of them."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput


def unknown_word(option: str, word: str, known: Iterable[str], where: str) -> InvalidInput:
    """The error for a word that does not exist, with those that are spelled much like it.

    :param option: which option has it, as a playbook names it.
    :param where: a sentence that says where all known words are listed.
    """
    by_letters = {one.lower(): one for one in known}
    alike = [by_letters[one] for one in get_close_matches(word.strip().lower(), by_letters, n=3, cutoff=0.7)]
    meant = f" Did you mean {' or '.join(alike)}?" if alike else ""
    return InvalidInput(f"{option} is {word!r}, which does not exist.{meant} {where}")

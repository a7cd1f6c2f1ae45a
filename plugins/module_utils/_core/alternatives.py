# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Other prefixes for a gateway whose own is taken, made by a rule that the user can give."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._core.name_rules import LONGEST_PREFIX

DEFAULT_PATTERNS = ("{prefix}{number}", "{prefix}cmg", "cmg{prefix}")
LAST_NUMBER = 99
PLACEHOLDER = re.compile(r"\{(prefix|region|number)(?::0?([1-9]))?\}")
# What every consumer of the prefix takes as a name; the rules PREFIX-003 to PREFIX-007 say the same one by one.
USABLE = re.compile(r"[a-z][a-z0-9]{2,23}")


def check_patterns(patterns: Sequence[str]) -> None:
    """Refuse patterns that can make no name.

    :raises InvalidInput: naming the first pattern with braces that mean nothing, or with characters that no name has.
    """
    for pattern in patterns:
        rest = PLACEHOLDER.sub("", pattern)
        if not pattern or not re.fullmatch(r"[A-Za-z0-9]*", rest):
            raise InvalidInput(
                f"alternatives holds {pattern!r}. Write letters and digits with the placeholders {{prefix}}, "
                "{region} and {number}, for example '{prefix}{number}' or '{prefix}{number:2}' for two digits."
            )


def alternatives(prefix: str, region: str, patterns: Sequence[str]) -> Iterator[str]:
    """Usable prefixes by the patterns, none of them twice and never the prefix itself.

    The number counts from 1. All patterns are tried with one number before the next number comes, those without a
    number once. A prefix too long for the pattern is cut.
    """
    told = {prefix}
    for number in range(1, LAST_NUMBER + 1):
        for pattern in patterns:
            name = _filled(pattern, prefix, region, number)
            if USABLE.fullmatch(name) and name not in told:
                told.add(name)
                yield name


def _filled(pattern: str, prefix: str, region: str, number: int) -> str:
    surplus = max(0, len(_rendered(pattern, prefix, region, number)) - LONGEST_PREFIX)
    return _rendered(pattern, prefix[: len(prefix) - surplus] if surplus < len(prefix) else "", region, number)


def _rendered(pattern: str, prefix: str, region: str, number: int) -> str:
    values = {"prefix": prefix, "region": region}

    def value(match: re.Match[str]) -> str:
        digits = int(match[2] or 1)
        return values.get(match[1], f"{number:0{digits}d}")

    return PLACEHOLDER.sub(value, pattern).lower()

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Numbers that make sense, which an argument spec cannot say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput

# An option with its least and its greatest value.
Range = tuple[str, float, float]
# What has the same name wherever a served certificate is looked at.
OF_SERVED: tuple[Range, ...] = (
    ("expiry_warning_days", 1, 3650),
    ("served_port", 1, 65_535),
    ("served_timeout", 0.1, 600),
)


def check_ranges(options: Mapping[str, Any], ranges: Iterable[Range]) -> None:
    """Look whether every number lies where it may. What is V(None) was not given.

    :raises InvalidInput: for the first one that does not.
    """
    for name, least, most in ranges:
        value = options[name]
        if value is not None and not least <= value <= most:
            raise InvalidInput(f"{name} is {value}. Use a number from {least:g} to {most:g}.")

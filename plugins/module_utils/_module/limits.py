# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""How much of Azure and of time a task may take: two options that every module with a connection has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput

MOST_CONCURRENCY = 32
CONCURRENCY: dict[str, dict[str, Any]] = {"concurrency": {"type": "int", "default": 8}}
TIMEOUT: dict[str, dict[str, Any]] = {"timeout": {"type": "int", "default": 600}}


def checked_concurrency(options: Mapping[str, Any]) -> int:
    """How many requests may be made at the same time.

    :raises InvalidInput: for a number out of its range.
    """
    concurrency: int = options["concurrency"]
    if not 1 <= concurrency <= MOST_CONCURRENCY:
        raise InvalidInput(f"concurrency is {concurrency}. Use a number from 1 to {MOST_CONCURRENCY}.")
    return concurrency


def check_timeout(options: Mapping[str, Any]) -> None:
    """Refuse a task without any time.

    :raises InvalidInput: for less than a second.
    """
    if options["timeout"] < 1:
        raise InvalidInput(f"timeout is {options['timeout']}. Use a number of seconds from 1 on, for example 600.")

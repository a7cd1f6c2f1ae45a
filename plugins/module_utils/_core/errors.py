# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The errors that a user can meet. Each one is a whole sentence: what was seen, what was expected, the way out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class CmgError(Exception):
    """Something expected went wrong; the message is written for the person who runs the playbook.

    :param message: one or two sentences that name the thing, what was seen and what to do.
    :param result: what had been found or done until then, in the shape that the module returns on success;
        an adapter adds it to the failure, so that nothing that happened is lost.
    """

    def __init__(self, message: str, *, result: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.result: dict[str, Any] = dict(result or {})


class InvalidInput(CmgError):
    """The declaration itself is wrong; nothing has been read or changed because of it."""


class MissingLibrary(CmgError):
    """A Python library that this task needs is not installed where the task runs."""

    def __init__(self, library: str, *, purpose: str, requirement: str, interpreter: str) -> None:
        super().__init__(
            f"The Python library {library!r} is needed to {purpose}, but {interpreter} does not have it. "
            f"Install it with: {interpreter} -m pip install '{requirement}'"
        )


def capitalised(words: str) -> str:
    """Words as the beginning of a sentence of a message; all but the first letter stays as it is."""
    return words[:1].upper() + words[1:]

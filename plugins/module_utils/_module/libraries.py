# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Python libraries that more than one module needs."""

from __future__ import annotations

import importlib.util
import sys

from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import MissingLibrary


def require_library(name: str, *, purpose: str, requirement: str) -> None:
    """Make sure that a library can be imported where this runs; that costs nothing where it is not used later.

    :raises MissingLibrary: when it is not installed.
    """
    if importlib.util.find_spec(name) is None:
        raise MissingLibrary(name, purpose=purpose, requirement=requirement, interpreter=sys.executable)


def require_cryptography() -> None:
    """Make sure that certificates can be read.

    :raises MissingLibrary: when the library cryptography is not installed where the module runs.
    """
    require_library("cryptography", purpose="read certificates", requirement="cryptography>=45.0.0")

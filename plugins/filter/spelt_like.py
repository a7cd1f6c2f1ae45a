# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Documented in spelt_like.yml.

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import CmgError
from ansible_collections.configmgr.cmg.plugins.module_utils._core.known_words import refuse_misspelt


def spelt_like(names: Sequence[str], known: Sequence[str]) -> list[str]:
    """The names as they are, of which none is nearly a known one."""
    found = [str(name) for name in names]
    try:
        refuse_misspelt(found, [str(name) for name in known])
    except CmgError as error:
        raise AnsibleFilterError(error.message) from error
    return found


class FilterModule:
    """Tells Ansible about the filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"spelt_like": spelt_like}

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Documented in drifting.yml.

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import CmgError
from ansible_collections.configmgr.cmg.plugins.module_utils._core.reports import drifting as drifting_aliases


def drifting(result: Any, states: Sequence[str] = ("drift",)) -> list[dict[str, Any]]:
    """The aliases of a result that are in one of these states, and the gateways whose alias is not known."""
    if not isinstance(result, Mapping):
        raise AnsibleFilterError(
            f"The registered result of configmgr.cmg.dns_drift_info is expected, but this is {type(result).__name__}."
        )
    try:
        return drifting_aliases(result, states)
    except CmgError as error:
        raise AnsibleFilterError(error.message) from error


class FilterModule:
    """Tells Ansible about the filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"drifting": drifting}

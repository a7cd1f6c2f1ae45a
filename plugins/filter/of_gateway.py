# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Documented in of_gateway.yml.

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import CmgError
from ansible_collections.configmgr.cmg.plugins.module_utils._core.reports import of_gateway as part_of


def of_gateway(result: Any, name: str | None = None) -> dict[str, Any]:
    """The part of a result that is about the gateway of this name; the whole result without a name."""
    if not isinstance(result, Mapping):
        raise AnsibleFilterError(
            f"The registered result of a module of configmgr.cmg is expected, but this is {type(result).__name__}."
        )
    try:
        return dict(result) if name is None else part_of(result, name)
    except CmgError as error:
        raise AnsibleFilterError(error.message) from error


class FilterModule:
    """Tells Ansible about the filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"of_gateway": of_gateway}

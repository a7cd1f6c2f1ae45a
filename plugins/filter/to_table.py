# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Documented in to_table.yml.

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import CmgError
from ansible_collections.configmgr.cmg.plugins.module_utils._core.reports import findings_of, of_rules, table_of


def to_table(
    result: Any, *, brief: bool = False, rules: Sequence[str] = ("*",), besides: Sequence[str] = ()
) -> list[str]:
    """The findings of one result or of several as the lines of a table for a person."""
    try:
        return table_of(of_rules(findings_of(result), rules, besides), brief=brief)
    except CmgError as error:
        raise AnsibleFilterError(error.message) from error


class FilterModule:
    """Tells Ansible about the filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"to_table": to_table}

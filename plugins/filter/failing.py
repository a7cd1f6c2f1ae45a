# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Documented in failing.yml.

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import CmgError
from ansible_collections.configmgr.cmg.plugins.module_utils._core.reports import failing as failing_findings
from ansible_collections.configmgr.cmg.plugins.module_utils._core.reports import findings_of, of_rules


def failing(
    result: Any, threshold: str = "error", *, rules: Sequence[str] = ("*",), besides: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """The findings of a result that failed and are at least as severe as the threshold."""
    try:
        chosen = of_rules(findings_of(result), rules, besides)
        return [dict(finding) for finding in failing_findings(chosen, threshold)]
    except CmgError as error:
        raise AnsibleFilterError(error.message) from error


class FilterModule:
    """Tells Ansible about the filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"failing": failing}

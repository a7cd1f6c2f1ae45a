# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Documented in to_markdown.yml.

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import CmgError, InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.expiries import WARNING_DAYS
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.markdown import LARGEST, SMALLEST, markdown_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.markdown_whole import whole_markdown_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.whole import whole_of


def to_markdown(
    result: Any,
    *,
    title: str = "Cloud management gateways",
    limit: Any = LARGEST,
    at: Any = None,
    previous: Any = None,
    expiry_warning_days: Any = WARNING_DAYS,
) -> str:
    """The result as a page of Markdown."""
    try:
        if not isinstance(limit, int) or limit < SMALLEST:
            raise InvalidInput(f"limit is {limit!r}. Use a number of bytes from {SMALLEST} on.")
        whole = whole_of(result, at, previous, expiry_warning_days)
        if whole.overview.report.whole:
            return whole_markdown_of(whole, str(title), limit)
        return markdown_of(whole.overview.report, str(title), limit)
    except CmgError as error:
        raise AnsibleFilterError(error.message) from error


class FilterModule:
    """Tells Ansible about the filter."""

    def filters(self) -> dict[str, Callable[..., str]]:
        return {"to_markdown": to_markdown}

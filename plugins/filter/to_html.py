# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Documented in to_html.yml.

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import CmgError
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.expiries import WARNING_DAYS
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.html import html_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.whole import whole_of


def to_html(
    result: Any,
    *,
    title: str = "Cloud management gateways",
    at: Any = None,
    previous: Any = None,
    expiry_warning_days: Any = WARNING_DAYS,
) -> str:
    """The results as one self-contained page of HTML."""
    try:
        return html_of(whole_of(result, at, previous, expiry_warning_days), str(title))
    except CmgError as error:
        raise AnsibleFilterError(error.message) from error


class FilterModule:
    """Tells Ansible about the filter."""

    def filters(self) -> dict[str, Callable[..., str]]:
        return {"to_html": to_html}

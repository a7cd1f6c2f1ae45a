# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Drift that no repair may mend yet, because the alias is held back until its deployment name is ours."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from ansible_collections.configmgr.cmg.plugins.module_utils._azure.calls import Calls
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.credentials import credentials_file_profile
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.settings import resolve
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.taxonomy import POINTING
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import CmgError
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import Gateway
from ansible_collections.configmgr.cmg.plugins.module_utils._core.records import comparable
from ansible_collections.configmgr.cmg.plugins.module_utils._module.availability import (
    OPTIONS,
    judge_availability,
    request_of,
    services_of,
)

Result = Mapping[str, Any]
REMEDY = (
    "Its alias is held back until the deployment name is ours: deploy the gateway. Until then whoever claims the name "
    "would receive the clients."
)
Unclaimed = Callable[[Collection[str]], Collection[str]]


def without_held(result: Result, unclaimed: Unclaimed) -> Result:
    """The same look, in which an alias that must not lead to its deployment name yet is nothing to be repaired.

    :param unclaimed: which gateways, of those with these labels, have a deployment name that is not known to be ours.
        It gets only those with something to repair, and answers with service names.
    """
    labels = {str(alias["gateway"]) for alias in result["aliases"] if any(map(_leads_anew, alias["findings"]))}
    held = {comparable(name) for name in unclaimed(labels)} if labels else set()
    return {**result, "aliases": [_held(alias) if _is_in(alias, held) else alias for alias in result["aliases"]]}


def _leads_anew(finding: Result) -> bool:
    return bool(finding["fixable"]) and finding["code"] in POINTING


def _is_in(alias: Result, held: Collection[str]) -> bool:
    return comparable(str(alias["name"])) in held


def _held(alias: Result) -> Result:
    findings = [
        {**finding, "fixable": False, "remedy": REMEDY} if _leads_anew(finding) else finding
        for finding in alias["findings"]
    ]
    return {**alias, "findings": findings}


def unclaimed_in_azure(gateways: Sequence[Gateway], options: Mapping[str, Any], calls: Calls) -> Unclaimed:
    """Asks Azure. Where it does not answer, no name is known to be ours."""

    def unclaimed(labels: Collection[str]) -> Collection[str]:
        asked = [gateway for gateway in gateways if gateway.label in labels]
        defaults = {name: option.get("default") for name, option in OPTIONS.items()}
        request = request_of({**defaults, "check_alias": False, "suggestions": 0, "timeout": options["timeout"]})
        try:
            connection = resolve(options, os.environ, credentials_file_profile)
            told = judge_availability(asked, request, services_of(connection, request, calls), calls)
        except CmgError:
            return [gateway.service_name or gateway.label for gateway in asked]
        return [str(name) for name in told["unclaimed"]]

    return unclaimed

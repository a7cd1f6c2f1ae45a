# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What the event source needs of the look for drift: its arguments, checked like a module's, and the look itself."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.configmgr.cmg.plugins.module_utils._azure.calls import Calls
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.credentials import credentials_file_profile
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.drift_reading import DriftReader
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.settings import resolve
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import gateways_from_options
from ansible_collections.configmgr.cmg.plugins.module_utils._module.azure_options import AZURE_OPTIONS
from ansible_collections.configmgr.cmg.plugins.module_utils._module.clock import SystemClock
from ansible_collections.configmgr.cmg.plugins.module_utils._module.drift import look_for_drift
from ansible_collections.configmgr.cmg.plugins.module_utils._module.drift_held import unclaimed_in_azure, without_held
from ansible_collections.configmgr.cmg.plugins.module_utils._module.drift_options import OPTIONS, request_of
from ansible_collections.configmgr.cmg.plugins.module_utils._module.gateway_options import GATEWAY_OPTIONS
from ansible_collections.configmgr.cmg.plugins.module_utils._module.watch import OPTIONS as RHYTHM
from ansible_collections.configmgr.cmg.plugins.module_utils._module.watch import Check

# The watch itself is what waits.
MEANINGLESS = ("wait", "wait_timeout", "wait_interval")
ARGUMENTS: dict[str, dict[str, Any]] = {
    **GATEWAY_OPTIONS,
    **RHYTHM,
    "hold_alias": {"type": "bool", "default": False},
    "azure": {"type": "dict", "default": {}, "options": AZURE_OPTIONS},
    "options": {
        "type": "dict",
        "default": {},
        "options": {name: option for name, option in OPTIONS.items() if name not in MEANINGLESS},
    },
}
# What ansible-rulebook adds to the arguments of a source.
ADDED = ("eda_feedback_queue",)


def options_of(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of the event source with all defaults, those of the connection and of the look among them.

    :raises InvalidInput: naming everything that is wrong with them, before anything is looked at.
    """
    given = {name: value for name, value in arguments.items() if name not in ADDED}
    # An empty dictionary of options, unlike none, gets the defaults of what it may hold.
    checked = ArgumentSpecValidator(ARGUMENTS).validate({"azure": {}, "options": {}, **given})
    if checked.error_messages:
        raise InvalidInput(f"The arguments of configmgr.cmg.alias_drift are wrong: {'. '.join(checked.error_messages)}")
    values = checked.validated_parameters
    waiting = {name: OPTIONS[name]["default"] for name in MEANINGLESS}
    options = {**values["azure"], **values["options"], **waiting, "gateways": values["gateways"]}
    gateways_from_options(options["gateways"])
    request_of(options)
    return {**options, **{name: values[name] for name in (*RHYTHM, "hold_alias")}}


def check_of(options: Mapping[str, Any]) -> Check:
    """A look for drift with these options. Each look has a connection and a time limit of its own."""

    def check() -> Mapping[str, Any]:
        clock = SystemClock()
        calls = Calls(clock, clock.monotonic() + options["timeout"])
        gateways = gateways_from_options(options["gateways"])
        result = look_for_drift(
            gateways, options, lambda: DriftReader(resolve(options, os.environ, credentials_file_profile), calls), calls
        )
        return without_held(result, unclaimed_in_azure(gateways, options, calls)) if options["hold_alias"] else result

    return check

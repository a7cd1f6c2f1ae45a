# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Documented in deployment_name.yml.

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import CmgError, InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import Gateway, gateway_from_options
from ansible_collections.configmgr.cmg.plugins.module_utils._core.names import deployment_name_of
from ansible_collections.configmgr.cmg.plugins.module_utils._module.gateway_options import GATEWAY_OPTIONS


def deployment_name(
    service_name: str,
    region: str | None = None,
    *,
    prefix: str | None = None,
    cloud_environment: str = "AzureCloud",
    deployment_method: str = "scale_set",
    deployment_domain: str | None = None,
    issuer: str = "enterprise",
) -> str:
    """The deployment name of the gateway with this service name; what is wrong with it becomes a filter error."""
    options = {
        "service_name": service_name,
        "region": region,
        "prefix": prefix,
        "cloud_environment": cloud_environment,
        "deployment_method": deployment_method,
        "deployment_domain": deployment_domain,
        "issuer": issuer,
    }
    try:
        return deployment_name_of(_gateway(options))
    except CmgError as error:
        raise AnsibleFilterError(error.message) from error


def _gateway(options: Mapping[str, Any]) -> Gateway:
    """The declaration that the filter's options make, checked like the modules' own.

    :raises InvalidInput: for an option of another type or outside of its choices.
    """
    wrong = [f"{name} is {value!r}" for name, value in options.items() if not isinstance(value, str | None)]
    if wrong:
        raise InvalidInput(f"{', '.join(wrong)}. All options are strings.")
    declared = GATEWAY_OPTIONS["gateways"]["options"]
    # A classic deployment has no region in its name: whether one is missing is for the rules to say.
    specification = {name: {**declared[name], "required": False} for name in options}
    result = ArgumentSpecValidator(specification).validate(dict(options))
    if result.error_messages:
        raise InvalidInput(f"{'. '.join(result.error_messages)}.")
    return gateway_from_options(result.validated_parameters)


class FilterModule:
    """Tells Ansible about the filter."""

    def filters(self) -> dict[str, Callable[..., str]]:
        return {"deployment_name": deployment_name}

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Documented in gateways_of_hosts.yml.

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError

VARIABLE = "prerequisites_gateway"


def gateways_of_hosts(hosts: Sequence[str], hostvars: Mapping[str, Any], variable: str = VARIABLE) -> list[Any]:
    """The gateways that these hosts stand for, each with the name of its host."""
    return [_gateway(str(host), hostvars, variable) for host in hosts]


def _gateway(host: str, hostvars: Mapping[str, Any], variable: str) -> dict[str, Any]:
    if host not in hostvars:
        raise AnsibleFilterError(f"{host!r} is no host of the inventory. Give a list of hosts like ansible_play_batch.")
    gateway = hostvars[host].get(variable)
    if not isinstance(gateway, Mapping):
        raise AnsibleFilterError(
            f"The host {host!r} has no dictionary {variable}. Declare its gateway in the inventory, where other hosts "
            "can read it, for example {service_name: granitefalls.contoso.com, region: westus}."
        )
    return {**gateway, "name": host}


class FilterModule:
    """Tells Ansible about the filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"gateways_of_hosts": gateways_of_hosts}

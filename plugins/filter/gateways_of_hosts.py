# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Documented in gateways_of_hosts.yml.

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.configmgr.cmg.plugins.module_utils._core.counting import first_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import CmgError
from ansible_collections.configmgr.cmg.plugins.module_utils._core.known_words import refuse_misspelt

VARIABLE = "prerequisites_gateway"
MOST_HOSTS = 3
NOTHING = object()


def gateways_of_hosts(
    hosts: Sequence[str],
    hostvars: Mapping[str, Any],
    variable: str = VARIABLE,
    *,
    alike: Mapping[str, Any] | None = None,
    known: Sequence[str] = (),
) -> list[Any]:
    """The gateways that these hosts stand for, each with the name of its host.

    :param alike: what the task takes for all of them, by the names of the variables that no two hosts may differ in.
    :param known: the names of variables that none of the hosts may have misspelt.
    """
    # To look up the variables of a host is dear, to look into them is not.
    variables = {str(host): _variables(str(host), hostvars) for host in hosts}
    _refuse_misspelt(variables, known)
    gateways = [_gateway(host, own, variable) for host, own in variables.items()]
    problems = [told for name, taken in (alike or {}).items() if (told := _disagreement(name, taken, variables))]
    if problems:
        raise AnsibleFilterError(
            f"The hosts of this run disagree about what one task takes for all of them. {' '.join(problems)} "
            "Set it alike for all of them, or give each group a play, or a run with --limit, of its own."
        )
    return gateways


def _variables(host: str, hostvars: Mapping[str, Any]) -> Mapping[str, Any]:
    if host not in hostvars:
        raise AnsibleFilterError(f"{host!r} is no host of the inventory. Give a list of hosts like ansible_play_batch.")
    own: Mapping[str, Any] = hostvars[host]
    return own


def _refuse_misspelt(variables: Mapping[str, Mapping[str, Any]], known: Sequence[str]) -> None:
    try:
        refuse_misspelt({name for own in variables.values() for name in own}, known)
    except CmgError as error:
        raise AnsibleFilterError(error.message) from error


def _disagreement(name: str, taken: Any, variables: Mapping[str, Mapping[str, Any]]) -> str | None:
    """Which hosts have which value; V(None) where they agree, or where the play sets it for all of them."""
    groups: list[tuple[Any, list[str]]] = []
    for host, own in variables.items():
        value = own.get(name, NOTHING)
        members = next((members for other, members in groups if other == value), None)
        if members is None:
            groups.append((value, [host]))
        else:
            members.append(host)
    set_by_the_play = all(value is not NOTHING and value != taken for value, _members in groups)
    if len(groups) < 2 or set_by_the_play:
        return None
    told = "; ".join(f"{_in_words(value)} at {first_of(members, MOST_HOSTS)}" for value, members in groups)
    return f"{name} is {told}."


def _in_words(value: Any) -> str:
    """A value; not what dictionaries hold, which may be secret."""
    if value is NOTHING:
        return "not set"
    return repr(value) if isinstance(value, str | int | float | None) else "a value of its own"


def _gateway(host: str, variables: Mapping[str, Any], variable: str) -> dict[str, Any]:
    gateway = variables.get(variable)
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

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
short_description: Drift of the DNS aliases of cloud management gateways
description:
  - An event source for Event-Driven Ansible. It looks at the aliases of cloud management gateways (CMG) in an interval
    as M(configmgr.cmg.dns_drift_info) does and emits an event when the state of an alias has changed, rather than at
    each look.
  - A state is one of C(in_sync), C(propagating), C(unknown) and C(drift), for each alias and kind of drift. Everything
    counts as in sync to begin with, so drift that is there already is told once.
  - What was drift and cannot be seen any more becomes C(unknown), not C(in_sync). A look that fails altogether becomes
    C(unknown) under the code C(check_failed), leaves all other states as they are, and never ends the source.
  - It only reads. It needs the Python libraries of M(configmgr.cmg.dns_drift_info) and ansible-core in the environment
    that ansible-rulebook runs in.
options:
  gateways:
    description:
      - The declaration of the gateways, as all modules of this collection take it.
    type: list
    elements: dict
    required: true
  interval:
    description:
      - The pause between two looks in seconds.
    type: float
    default: 300
  for:
    description:
      - In how many looks in a row a new state has to be seen before it is told.
    type: int
    default: 2
  heartbeat:
    description:
      - Emit a heartbeat after each so many looks, with the worst state and everything that was told and not taken back.
        With V(0) there is none.
    type: int
    default: 0
  max_polls:
    description:
      - End the source after so many looks. With V(0) it does not end.
    type: int
    default: 0
  hold_alias:
    description:
      - Whether the repair holds back an alias until its deployment name is ours. Drift of an alias that is held back is
        told as not C(fixable); Azure is asked whose the name is when there is such drift.
      - Give it the value of C(prerequisites_hold_alias), as the rulebook of this collection does.
    type: bool
    default: false
  azure:
    description:
      - The connection to Azure, with the options that all modules of this collection have for it. Without it the usual
        environment variables, the credentials file and the Azure CLI are tried in this order.
    type: dict
    default: {}
  options:
    description:
      - Further options of M(configmgr.cmg.dns_drift_info), with the same names and defaults, such as C(layers),
        C(resolvers), C(views), C(accept) and C(timeout). Only C(wait) and what belongs to it has no meaning here.
    type: dict
    default: {}
"""

EXAMPLES = r"""
- name: Watch the aliases
  configmgr.cmg.alias_drift:
    gateways: "{{ prerequisites_gateways }}"
    interval: 60
    for: 3
    heartbeat: 10
    options:
      resolvers:
        - address: "{{ resolver_outside }}"
          transport: dot
          server_name: dns.example.com

# Events:
#
# alias_drift:
#   type: transition
#   alias: granitefalls.contoso.com    # none if the check itself failed
#   gateway: granitefalls.contoso.com
#   code: wrong_target
#   rule: DRIFT-WRONG-TARGET
#   layer: authoritative
#   severity: error
#   from_state: in_sync
#   to_state: drift
#   fixable: true                      # configmgr.cmg.enforce can repair it now
#   fingerprint: 0123456789abcdef      # the same for this alias and code, whatever the state
#   polls: 3
#   servers: []
#   observed: ...
#   expected: ...
#   remedy: ...
#
# alias_drift:
#   type: heartbeat
#   state: drift
#   aliases: 12
#   polls: 10
#   open: [{alias: granitefalls.contoso.com, code: wrong_target, state: drift}]
#   fixable: true
#   fixable_aliases: [granitefalls.contoso.com]
"""

import asyncio
import importlib
import importlib.util
import sys
from pathlib import Path
from typing import Any

COLLECTION = "ansible_collections.configmgr.cmg"


def make_importable() -> None:
    """Let Python find the collection that this file belongs to; ansible-rulebook loads sources by their paths only."""
    if _is_importable():
        return
    file = Path(__file__).absolute()
    collections = file.parents[6]
    if collections.name != "ansible_collections":
        raise RuntimeError(f"{file} is not in a collection. Install configmgr.cmg and use configmgr.cmg.alias_drift.")
    sys.path.append(str(collections.parent))
    importlib.invalidate_caches()
    if not _is_importable():
        # The community package brings an ansible_collections of its own, which hides all others.
        package = importlib.import_module("ansible_collections")
        package.__path__ = [*package.__path__, str(collections)]


def _is_importable() -> bool:
    try:
        return importlib.util.find_spec(f"{COLLECTION}.plugins.module_utils") is not None
    except ModuleNotFoundError:
        return False


async def main(queue: asyncio.Queue[Any], args: dict[str, Any]) -> None:
    """Watch until cancelled."""
    make_importable()
    from ansible_collections.configmgr.cmg.plugins.module_utils._module.drift_source import check_of, options_of
    from ansible_collections.configmgr.cmg.plugins.module_utils._module.watch import rhythm_of, watch

    options = options_of(args)
    await watch(queue, rhythm_of(options), check_of(options))

#!/usr/bin/python

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: resource_providers
short_description: Register the resource providers that cloud management gateways need
version_added: 1.0.0
author:
  - configmgr.cmg contributors (@configmgr-cmg)
description:
  - Ensures that a subscription is registered for the resource providers that a cloud management gateway (CMG)
    consists of. Without them its deployment and its conversion fail at once.
  - Reads all of them first and changes nothing when one cannot be read. Then registers what is not registered, and
    waits until Azure has done so.
  - Never unregisters anything, unless O(state=absent).
options:
  state:
    description:
      - V(present) ensures that the providers are registered, V(absent) that they are not. Azure refuses to unregister
        a provider that still has resources.
    type: str
    choices: [present, absent]
    default: present
  providers:
    description:
      - The namespaces of the providers.
    type: list
    elements: str
    default: [Microsoft.Compute, Microsoft.KeyVault, Microsoft.Network, Microsoft.Storage]
  wait:
    description:
      - Whether to wait until all providers have arrived at the wanted state. How it goes is written to the system log
        meanwhile.
      - V(false) returns as soon as the change has begun. Azure takes from seconds to some minutes, and a provider that
        is V(Registering) can be used already.
    type: bool
    default: true
  timeout:
    description:
      - The time for the whole task in seconds. When it is over while something is still waited for, the task fails and
        says what. The change goes on in Azure.
    type: int
    default: 600
extends_documentation_fragment:
  - configmgr.cmg._gateways.optional
  - configmgr.cmg._azure
  - configmgr.cmg._attributes
  - configmgr.cmg._attributes.actiongroup_azure
attributes:
  check_mode:
    support: full
    details:
      - Check mode reads the same and returns the states that the real run would end with.
  diff_mode:
    support: full
    details:
      - The difference is one line for each provider that is changed, with its state.
  idempotent:
    support: full
notes:
  - O(subscription_id) is the subscription to change. It can be left out where the credentials see only one.
  - The right to register a provider, C(/register/action), is in the roles Contributor and Owner.
seealso:
  - module: configmgr.cmg.name_availability_info
  - module: azure.azcollection.azure_rm_resource
  - name: Azure resource providers and types
    description: What registration means, and who can do it.
    link: https://learn.microsoft.com/azure/azure-resource-manager/management/resource-providers-and-types
"""

EXAMPLES = r"""
# From the command line, without a playbook:
#   ansible localhost -m configmgr.cmg.resource_providers --check --diff \
#     -e 'ansible_python_interpreter={{ ansible_playbook_python }}' \
#     -a '{"subscription_id": "00000000-0000-0000-0000-000000000000"}'

- name: Make a subscription ready for gateways
  configmgr.cmg.resource_providers:
    subscription_id: 00000000-0000-0000-0000-000000000000

- name: Begin to do so, and do not wait
  configmgr.cmg.resource_providers:
    wait: false

- name: Register another provider as well
  configmgr.cmg.resource_providers:
    providers: [Microsoft.Compute, Microsoft.KeyVault, Microsoft.Network, Microsoft.Storage, Microsoft.Insights]
    gateways: "{{ gateways }}"

- name: Unregister one that nobody needs
  configmgr.cmg.resource_providers:
    providers: [Microsoft.ClassicCompute]
    state: absent
"""

RETURN = r"""
providers:
  description:
    - What became of each provider, in the order of O(providers).
  type: list
  elements: dict
  returned: when all providers could be read
  contains:
    namespace:
      description:
        - The name of the provider.
      type: str
      sample: Microsoft.KeyVault
    action:
      description:
        - V(register), V(unregister) or V(none), for what was begun, or would be begun in check mode.
      type: str
      sample: register
    before:
      description:
        - The state as it was found, V(Registered), V(Registering), V(NotRegistered), V(Unregistering) or V(Unknown).
      type: str
      sample: NotRegistered
    after:
      description:
        - The state as it was seen last, or would be seen in check mode.
      type: str
      sample: Registered
    seconds:
      description:
        - How long it was waited for, in seconds.
      type: int
      sample: 28
    error:
      description:
        - Why it could not be changed or waited for, or V(none).
      type: str
      sample:
gateways:
  description:
    - What is true of each gateway, in the order of O(gateways).
  type: list
  elements: dict
  returned: when all providers could be read
  contains:
    name:
      description:
        - What findings call the gateway, O(gateways[].name) or the service name as it is declared.
      type: str
      sample: granitefalls.contoso.com
    service_name:
      description:
        - The name by which clients address the gateway.
        - Is V(none) if it is not known.
      type: str
      sample: granitefalls.contoso.com
    ready:
      description:
        - Whether the subscription has what the gateway needs, among the O(providers).
        - Is V(none) for a classic deployment, which needs others.
      type: bool
      sample: true
    valid:
      description:
        - Whether no rule found an error in this gateway's declaration. Errors that O(gateways[].accept) tolerates do
          not count.
      type: bool
      sample: true
    findings:
      description:
        - What the rules found in this gateway's declaration, worst first. Rules that passed leave no finding.
      type: list
      elements: dict
      contains: &finding
        rule:
          description:
            - The stable id of the rule.
          type: str
          sample: PREFIX-006
        title:
          description:
            - What the rule demands.
          type: str
          sample: The prefix has no hyphen
        severity:
          description:
            - V(critical), V(error), V(warning) or V(info).
          type: str
          sample: error
        status:
          description:
            - V(failed), V(not_checked) if the rule could not be applied, or V(accepted) if O(gateways[].accept)
              tolerates the failure.
          type: str
          sample: failed
        gateway:
          description:
            - The gateway, by the service name as it is declared.
          type: str
          sample: granite-falls.contoso.com
        subject:
          description:
            - What the rule looked at.
          type: str
          sample: prefix
        observed:
          description:
            - What was seen.
          type: str
          sample: The prefix 'granite-falls' contains a hyphen.
        expected:
          description:
            - What should have been seen, and who demands it.
          type: str
          sample: >-
            Letters and digits only. With a hyphen, a storage account and the certificate page of Configuration Manager
            refuse it, although a key vault and the DNS label of a public IP address would take it.
        remedy:
          description:
            - The way out.
          type: str
          sample: >-
            Choose a service name that begins otherwise, for example 'granitefalls.contoso.com', and order the
            certificate for it.
        sources:
          description:
            - Where the rule comes from.
          type: list
          elements: str
          sample:
            - >-
              Microsoft Learn: CMG server authentication certificate,
              https://learn.microsoft.com/intune/configmgr/core/clients/manage/cmg/server-auth-cert
findings:
  description:
    - The findings of all gateways together, worst first.
  type: list
  elements: dict
  returned: when all providers could be read
  contains: *finding
summary:
  description:
    - How many findings there are of each kind.
  type: dict
  returned: when all providers could be read
  contains:
    errors:
      description:
        - How many rules failed with an error.
      type: int
      sample: 1
    warnings:
      description:
        - How many rules failed with a warning.
      type: int
      sample: 0
    infos:
      description:
        - How many remarks there are.
      type: int
      sample: 0
    not_checked:
      description:
        - How many rules could not be applied.
      type: int
      sample: 0
    accepted:
      description:
        - How many failures are tolerated.
      type: int
      sample: 0
valid:
  description:
    - Whether no rule found an error in any of the gateways.
  type: bool
  returned: when all providers could be read
  sample: false
subscription_id:
  description:
    - The subscription that was changed.
  type: str
  returned: when all providers could be read
  sample: 00000000-0000-0000-0000-000000000000
requests:
  description:
    - How many requests of each kind the task made of Azure's resource manager, including those that were tried again.
    - In check mode the writes are those that the real run would make.
  type: dict
  returned: when all providers could be read
  contains:
    list_subscriptions:
      description:
        - Pages of subscriptions read.
      type: int
      sample: 0
    get_provider:
      description:
        - Providers read.
      type: int
      sample: 8
    register_provider:
      description:
        - Providers registered.
      type: int
      sample: 1
    unregister_provider:
      description:
        - Providers unregistered.
      type: int
      sample: 0
"""

import os

from ansible_collections.configmgr.cmg.plugins.module_utils._azure.calls import Calls
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.credentials import credentials_file_profile
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.providers import Subscription
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.settings import resolve
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import gateways_from_options
from ansible_collections.configmgr.cmg.plugins.module_utils._module.azure_options import AZURE_OPTIONS
from ansible_collections.configmgr.cmg.plugins.module_utils._module.clock import SystemClock
from ansible_collections.configmgr.cmg.plugins.module_utils._module.module import create_module, failing_cleanly
from ansible_collections.configmgr.cmg.plugins.module_utils._module.providers import (
    OPTIONS,
    ensure_providers,
    request_of,
)


def main() -> None:
    module = create_module(AZURE_OPTIONS, OPTIONS)
    clock = SystemClock()
    calls = Calls(clock, clock.monotonic() + module.params["timeout"])
    with failing_cleanly(module):
        request = request_of(module.params, check_mode=module.check_mode)
        gateways = gateways_from_options(module.params["gateways"])
        subscription = Subscription(resolve(module.params, os.environ, credentials_file_profile), calls)
        module.exit_json(**ensure_providers(gateways, request, subscription, calls, module.log))


if __name__ == "__main__":
    main()

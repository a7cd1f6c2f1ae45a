#!/usr/bin/python

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: name_availability_info
short_description: Tell whether the names of cloud management gateways are free, and the subscription ready
version_added: 1.0.0
author:
  - configmgr.cmg contributors (@configmgr-cmg)
description:
  - Asks Azure for the three names that a cloud management gateway (CMG) takes in it, the DNS label in the region, the
    key vault and the storage account, and tells those that are free from those that are ours or somebody else's.
  - Looks whether the region offers all that a gateway consists of, whether the resource group is there and in the
    gateway's region, whether a classic cloud service of the same prefix is left, and whether the resource providers
    are registered.
  - Finds aliases that lead to a name that anybody can claim, or that somebody else has.
  - Suggests other prefixes where one is taken.
  - What Azure does not answer, for want of a right or of a registered resource provider, is V(unknown) and never
    V(available).
options:
  check_alias:
    description:
      - Whether to read the DNS zones of those gateways whose deployment name is free or somebody else's, to see whether
        an alias leads there already. The zones are those that M(configmgr.cmg.dns_aliases) would choose.
    type: bool
    default: true
  suggestions:
    description:
      - How many free prefixes to suggest for a new gateway whose own is taken, from V(0) to V(5).
      - Each costs three requests or more. The search takes what is left of three requests for each gateway and ten for
        all, or of a hundred if that is more. Where it ends before all are found, run it for that gateway alone.
    type: int
    default: 5
  alternatives:
    description:
      - The rule by which prefixes are suggested, as patterns with the placeholders V({prefix}), V({region}) and
        V({number}), which counts from 1. V({number:2}) has two digits.
      - All patterns are tried with one number before the next number comes. Where the result would be longer than 24
        characters, the prefix is cut.
    type: list
    elements: str
    default: ["{prefix}{number}", "{prefix}cmg", "cmg{prefix}"]
  concurrency:
    description:
      - How many requests are made at the same time, from V(1) to V(32).
    type: int
    default: 8
  timeout:
    description:
      - The time for the whole task in seconds. What could not be asked for in it is V(unknown).
    type: int
    default: 600
extends_documentation_fragment:
  - configmgr.cmg._gateways
  - configmgr.cmg._azure
  - configmgr.cmg._attributes
  - configmgr.cmg._attributes.info_module
  - configmgr.cmg._attributes.actiongroup_azure
notes:
  - O(subscription_id) is the subscription of the gateways here. It can be left out where the credentials see only one.
  - The task makes at most three requests for each gateway and ten for all, the further pages of long lists aside. What
    the subscription itself has is listed once.
  - The role Reader on the subscription has all rights that are needed.
  - An answer holds for the moment. Until the gateway is deployed, somebody else can take a name that is free.
  - A gateway in another cloud than the connection's cannot be judged. Run a task for each cloud.
seealso:
  - module: configmgr.cmg.resource_providers
  - module: configmgr.cmg.dns_aliases
  - name: Prevent dangling DNS entries and avoid subdomain takeover
    description: Why an alias must not lead to a name that is free.
    link: https://learn.microsoft.com/azure/security/fundamentals/subdomain-takeover
  - name: Azure Key Vault soft-delete overview
    description: Why the name of a deleted key vault is not free.
    link: https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview
"""

EXAMPLES = r"""
# From the command line, without a playbook:
#   ansible localhost -m configmgr.cmg.name_availability_info \
#     -e 'ansible_python_interpreter={{ ansible_playbook_python }}' \
#     -a '{"gateways": [{"service_name": "granitefalls.contoso.com", "region": "westus", "resource_group": "rg-cmg"}]}'

- name: Ask for the names of a gateway before its certificate is ordered
  configmgr.cmg.name_availability_info:
    gateways:
      - service_name: granitefalls.contoso.com
        region: westus
        resource_group: rg-cmg
  register: availability

- name: Go on only if all of them can be used
  ansible.builtin.assert:
    that: availability.valid
    fail_msg: "{{ availability | configmgr.cmg.to_lines }}"

- name: Prepare a conversion, for which the storage account has to be ours already
  configmgr.cmg.name_availability_info:
    gateways:
      - service_name: granitefalls.contoso.com
        region: westus
        resource_group: rg-cmg
        context: convert

- name: Have names suggested that say where the gateway is
  configmgr.cmg.name_availability_info:
    gateways: "{{ gateways }}"
    alternatives: ["{prefix}{region}", "{prefix}{region}{number:2}"]
    suggestions: 3
  register: availability

- name: Make only those aliases whose target is ours
  configmgr.cmg.dns_aliases:
    gateways: "{{ gateways }}"
    hold: "{{ availability.unclaimed }}"
"""

RETURN = r"""
gateways:
  description:
    - What is true of each gateway, in the order of O(gateways).
  type: list
  elements: dict
  returned: success
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
    prefix:
      description:
        - The first label of the service name, after which all resources are named.
        - Is V(none) if it is not known.
      type: str
      sample: granitefalls
    deployment_name:
      description:
        - The name of the gateway in Azure.
        - Is V(none) if an error in the declaration keeps it from being known.
      type: str
      sample: granitefalls.westus.cloudapp.azure.com
    dns_label:
      description:
        - The label of the deployment name, which is unique in its region.
      type: dict
      contains: &name
        name:
          description:
            - The name that was asked for, or V(none) if the declaration does not tell a usable one.
          type: str
          sample: granitefalls
        status:
          description:
            - V(available) if nobody has the name. V(owned) if the gateway itself has it.
            - V(taken_elsewhere_in_subscription) if another resource of the subscription has it,
              V(taken) if somebody else has.
            - V(soft_deleted) if a deleted key vault of the subscription keeps it.
            - V(invalid) if it cannot be a name. V(unknown) if Azure gave no answer. V(not_required) if the gateway
              needs none.
            - A resource is the gateway's own if it is in O(gateways[].resource_group), or in any group of the
              subscription where none is declared and O(gateways[].context) is not V(new).
          type: str
          sample: owned
        reason:
          description:
            - What Azure says about it, or why the status is V(unknown) or V(invalid). Otherwise V(none).
          type: str
          sample:
        resource_id:
          description:
            - The id of the resource of the subscription that has the name, or V(none).
          type: str
          sample: >-
            /subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-cmg/providers/Microsoft.Network/publicIPAddresses/granitefalls
    storage_account:
      description:
        - The name of the storage account, which is unique in Azure.
      type: dict
      contains: *name
    key_vault:
      description:
        - The name of the key vault, which is unique in Azure.
      type: dict
      contains:
        <<: *name
        deletion_date:
          description:
            - When the key vault was deleted that keeps the name, or V(none) if there is no such vault.
          type: str
          sample: "2026-03-01T08:00:00Z"
        scheduled_purge_date:
          description:
            - When its name becomes free by itself, or V(none).
          type: str
          sample: "2026-05-30T08:00:00Z"
        purge_protection:
          description:
            - Whether it cannot be purged before that date, or V(none).
          type: bool
          sample: false
    claimed:
      description:
        - Whether a resource of the subscription holds the deployment name, so that an alias leads to nobody else.
        - Is V(none) if that is not known.
      type: bool
      sample: true
    alias:
      description:
        - The DNS alias of the gateway, where it matters.
      type: dict
      contains:
        status:
          description:
            - V(points_here) if it leads to the deployment name, V(points_elsewhere) if it leads to another name,
              V(absent) if there is none.
            - V(not_read) if it makes no difference, because the deployment name is ours or nothing is known of it, or
              if O(check_alias=false). V(unknown) if it could not be read. V(not_required) if the gateway needs none.
          type: str
          sample: not_read
        target:
          description:
            - The name that it leads to, or V(none).
          type: str
          sample:
        zone:
          description:
            - The DNS zone that was read, or V(none).
          type: str
          sample: contoso.com
        dangling:
          description:
            - Whether it leads to a name that anybody can claim. V(none) if that is not known.
          type: bool
          sample: false
    region:
      description:
        - What the gateway's region offers.
      type: dict
      contains:
        name:
          description:
            - The Azure location, or V(none) if the declaration does not tell a usable one.
          type: str
          sample: westus
        offered:
          description:
            - Whether the region offers all that a gateway consists of, by what Azure says of its resource providers.
            - Is V(none) if that is not known.
          type: bool
          sample: true
        missing:
          description:
            - The resource types that it does not offer.
          type: list
          elements: str
          sample: []
    resource_group:
      description:
        - The resource group that the gateway is deployed to.
      type: dict
      contains:
        name:
          description:
            - The declared resource group, or V(none).
          type: str
          sample: rg-cmg
        exists:
          description:
            - Whether it exists, or V(none) if that is not known.
          type: bool
          sample: true
        location:
          description:
            - The Azure location that it is in, or V(none).
          type: str
          sample: westus
    cloud_service:
      description:
        - The id of the classic cloud service that has the prefix as its name, or V(none). It is what is left of a
          classic deployment.
      type: str
      sample:
    suggestions:
      description:
        - Prefixes that were free a moment ago, for a new gateway whose own is taken.
      type: list
      elements: str
      sample: []
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
  returned: success
  contains: *finding
summary:
  description:
    - How many findings there are of each kind.
  type: dict
  returned: success
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
  returned: success
  sample: false
subscription_id:
  description:
    - The subscription that was looked at.
  type: str
  returned: success
  sample: 00000000-0000-0000-0000-000000000000
providers:
  description:
    - The resource providers that a gateway needs.
  type: list
  elements: dict
  returned: success
  contains:
    namespace:
      description:
        - The name of the provider.
      type: str
      sample: Microsoft.KeyVault
    registration_state:
      description:
        - V(Registered), V(Registering), V(NotRegistered), V(Unregistering) or V(Unknown), as Azure says it.
        - Is V(none) if it could not be read.
      type: str
      sample: Registered
unclaimed:
  description:
    - The service names of the gateways that need an alias and whose deployment name is not known to be ours.
    - Give it to O(configmgr.cmg.dns_aliases#module:hold) to make no alias that somebody else could take over.
  type: list
  elements: str
  returned: success
  sample: []
requests:
  description:
    - How many requests of each kind the task made of Azure's resource manager, including those that were tried again.
  type: dict
  returned: success
  contains:
    list_subscriptions:
      description:
        - Pages of subscriptions read.
      type: int
      sample: 0
    list_providers:
      description:
        - Pages of resource providers read.
      type: int
      sample: 1
    list_resources:
      description:
        - Pages of storage accounts, key vaults and classic cloud services read.
      type: int
      sample: 1
    list_public_ips:
      description:
        - Pages of public IP addresses read.
      type: int
      sample: 1
    list_deleted_vaults:
      description:
        - Pages of deleted key vaults read.
      type: int
      sample: 1
    list_resource_groups:
      description:
        - Pages of resource groups read.
      type: int
      sample: 1
    check_dns_label:
      description:
        - DNS labels asked for.
      type: int
      sample: 1
    check_storage_account:
      description:
        - Names of storage accounts asked for.
      type: int
      sample: 1
    check_key_vault:
      description:
        - Names of key vaults asked for.
      type: int
      sample: 1
    list_zones:
      description:
        - Pages of DNS zones read.
      type: int
      sample: 1
    list_record_sets:
      description:
        - Pages of record sets read.
      type: int
      sample: 1
"""

import os

from ansible_collections.configmgr.cmg.plugins.module_utils._azure.calls import Calls
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.credentials import credentials_file_profile
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.settings import resolve
from ansible_collections.configmgr.cmg.plugins.module_utils._module.availability import (
    OPTIONS,
    judge_availability,
    request_of,
    services_of,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._module.azure_options import AZURE_OPTIONS
from ansible_collections.configmgr.cmg.plugins.module_utils._module.clock import SystemClock
from ansible_collections.configmgr.cmg.plugins.module_utils._module.gateways import declared_gateways
from ansible_collections.configmgr.cmg.plugins.module_utils._module.module import create_module, failing_cleanly


def main() -> None:
    module = create_module(AZURE_OPTIONS, OPTIONS)
    clock = SystemClock()
    calls = Calls(clock, clock.monotonic() + module.params["timeout"])
    with failing_cleanly(module):
        request = request_of(module.params)
        gateways = declared_gateways(module.params["gateways"])
        connection = resolve(module.params, os.environ, credentials_file_profile)
        services = services_of(connection, request, calls)
        module.exit_json(**judge_availability(gateways, request, services, calls))


if __name__ == "__main__":
    main()

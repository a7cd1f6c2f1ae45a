#!/usr/bin/python

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dns_aliases
short_description: Keep the DNS aliases of cloud management gateways in Azure DNS
version_added: 1.0.0
author:
  - configmgr.cmg contributors (@configmgr-cmg)
description:
  - Ensures the CNAME record that maps the service name of each cloud management gateway (CMG) to its deployment name,
    for all gateways in one task.
  - A gateway whose service name lies in one of Azure's own domains needs no alias and is left alone.
  - Reads every zone once, plans all changes, and writes only what differs. A plan that meets something in its way is
    refused as a whole, in check mode too, before anything is written.
  - Every write is conditional. What somebody else changes between reading and writing is never overwritten.
options:
  state:
    description:
      - V(present) ensures that the aliases exist, V(absent) that they do not.
      - V(absent) removes only records that are ours, unless O(on_conflict=replace).
    type: str
    choices: [present, absent]
    default: present
  on_conflict:
    description:
      - What to do with a CNAME that has the service name and is not ours.
      - V(fail) refuses the plan and says what is in the way. V(replace) takes the CNAME over.
      - Record sets of other types are never replaced nor removed.
    type: str
    choices: [fail, replace]
    default: fail
  max_changes:
    description:
      - Refuse a plan with more changes than this before anything is written. A number, or a percentage of the
        declared aliases such as V(30%).
      - Without it there is no limit.
    type: str
  hold:
    description:
      - Service names of gateways whose alias is not made now, because the name that it would point to is not ours yet
        and anybody could claim it. RV(configmgr.cmg.name_availability_info#module:unclaimed) is such a list.
      - An alias that points there already is left as it is. Conflicts are reported all the same.
      - Has no effect with O(state=absent).
    type: list
    elements: str
  partial:
    description:
      - Keep the aliases of all other gateways where one cannot have its own, because its names are wrong, its zone is
        not found or must not be read, something is in the way or the change of it fails. That is a finding of the
        gateway then, the task succeeds and RV(valid) is V(false).
      - Otherwise such a gateway fails the task, before anything is written if that can be seen.
    type: bool
    default: false
  concurrency:
    description:
      - How many record sets are written at the same time, from V(1) to V(32).
    type: int
    default: 8
  timeout:
    description:
      - The time for the whole task in seconds. Nothing new is begun after it, what is under way is waited for.
      - When Azure asks to wait for longer than is left, the task says so at once and returns what has been done.
      - A thousand new aliases in one zone take about five minutes, because Azure takes 200 writes a minute.
    type: int
    default: 600
extends_documentation_fragment:
  - configmgr.cmg._gateways
  - configmgr.cmg._azure
  - configmgr.cmg._attributes
  - configmgr.cmg._attributes.actiongroup_azure
attributes:
  check_mode:
    support: full
    details:
      - Check mode reads the same and returns the same as the real run, the etags of what would be written aside.
  diff_mode:
    support: full
    details:
      - The difference is shown as lines of a zone file, with the metadata of the record set as a comment.
  idempotent:
    support: full
notes:
  - A record set is ours if its metadata C(managed-by) is V(configmgr.cmg), which this module writes together with the
    record, or if O(gateways[].context=convert) and it points to the gateway's own classic deployment name.
  - A right record without our mark is left as it is. Anything else at the name is somebody else's.
  - Together with the mark the previous target and TTL and the time of the change are kept in the metadata
    C(cmg-previous-target), C(cmg-previous-ttl) and C(cmg-changed-at). Metadata of others is kept.
  - O(gateways[].accept) with the rule of a conflict leaves that name alone without failing.
seealso:
  - module: configmgr.cmg.deployment_name_info
  - module: configmgr.cmg.name_availability_info
  - module: azure.azcollection.azure_rm_dnsrecordset
  - name: DNS zones and records in Azure DNS
    description: What Azure DNS says of record sets, etags and metadata.
    link: https://learn.microsoft.com/azure/dns/dns-zones-records
"""

EXAMPLES = r"""
# From the command line, without a playbook:
#   ansible localhost -m configmgr.cmg.dns_aliases --check --diff \
#     -e 'ansible_python_interpreter={{ ansible_playbook_python }}' \
#     -a '{"gateways": [{"service_name": "granitefalls.contoso.com", "region": "westus"}]}'

- name: Ensure the aliases of two gateways, whichever zones they are in
  configmgr.cmg.dns_aliases:
    gateways:
      - service_name: granitefalls.contoso.com
        region: westus
      - service_name: wallacefalls.contoso.com
        region: USGovernmentVirginia
        cloud_environment: AzureUSGovernment
        dns:
          ttl: 300
          metadata:
            owner: client-management

- name: Repoint a gateway after its conversion from classic, in a zone that exists twice
  configmgr.cmg.dns_aliases:
    gateways:
      - service_name: granitefalls.contoso.com
        region: westus
        context: convert
        dns:
          resource_group: rg-dns
          zone: contoso.com

- name: Refuse to touch more than a tenth of all aliases at once
  configmgr.cmg.dns_aliases:
    gateways: "{{ gateways }}"
    max_changes: 10%

- name: Ask whose the names in Azure are
  configmgr.cmg.name_availability_info:
    gateways: "{{ gateways }}"
  register: availability

- name: Make the aliases of those gateways only whose names are ours already
  configmgr.cmg.dns_aliases:
    gateways: "{{ gateways }}"
    hold: "{{ availability.unclaimed }}"

- name: Remove the alias before the gateway is deleted, so that nobody can take the name over
  configmgr.cmg.dns_aliases:
    gateways:
      - service_name: granitefalls.contoso.com
        region: westus
    state: absent
"""

RETURN = r"""
gateways:
  description:
    - What is true of each gateway, in the order of O(gateways).
  type: list
  elements: dict
  returned: always
  contains:
    name:
      description:
        - What findings call the gateway, O(gateways[].name) or the service name as it is declared.
      type: str
      sample: granitefalls.contoso.com
    service_name:
      description:
        - The name by which clients address the gateway, the owner of the alias.
        - Is V(none) if it is not known.
      type: str
      sample: granitefalls.contoso.com
    deployment_name:
      description:
        - The name of the gateway in Azure, the target of the alias.
        - Is V(none) if an error in the declaration keeps it from being known.
      type: str
      sample: granitefalls.westus.cloudapp.azure.com
    cname_required:
      description:
        - Whether the gateway needs an alias. It does unless its service name lies in a domain of Azure.
        - Is V(none) if the service name is not known.
      type: bool
      sample: true
    record:
      description:
        - The record set of the alias.
      type: dict
      contains:
        action:
          description:
            - V(create), V(update) or V(delete) for what was done, or would be done in check mode.
            - V(none) if everything is as wanted. V(conflict) if something is in the way. V(held) if the alias is not
              made because of O(hold). V(not_required) if the gateway needs no alias. V(undecided) if the task failed
              before it was known.
          type: str
          sample: update
        zone:
          description:
            - The DNS zone that holds the alias, or V(none) if it was not looked for.
          type: str
          sample: contoso.com
        resource_group:
          description:
            - The resource group of the zone, or V(none).
          type: str
          sample: rg-dns
        subscription_id:
          description:
            - The subscription of the zone, or V(none).
          type: str
          sample: 00000000-0000-0000-0000-000000000000
        relative_name:
          description:
            - What the service name is called in the zone, or V(none).
          type: str
          sample: granitefalls
        before:
          description:
            - The record set as it was found, or V(none) if there was none. With a conflict this is what is in the way.
          type: dict
          contains: &record_set
            type:
              description:
                - The type of the records.
              type: str
              sample: CNAME
            ttl:
              description:
                - The time to live in seconds.
              type: int
              sample: 3600
            target:
              description:
                - The target of the CNAME, or V(none) if the record set is empty, an Azure alias or of another type.
              type: str
              sample: granitefalls.cloudapp.net
            target_resource:
              description:
                - The id of the resource that an Azure alias record set follows, or V(none).
              type: str
              sample:
            metadata:
              description:
                - The metadata of the record set. In RV(gateways[].record.after) the time of a change is missing, which
                  is known only when the change is made.
              type: dict
              sample:
                managed-by: configmgr.cmg
        after:
          description:
            - The record set as it is afterwards, or would be in check mode, or V(none) if there is none.
          type: dict
          contains: *record_set
        blocking_types:
          description:
            - The types of the record sets that are in the way.
          type: list
          elements: str
          sample: []
        etag:
          description:
            - The etag of the record set, or V(none) if there is no record set or if it is not known, as in check mode.
          type: str
          sample: d6b45b49-7c5c-4b8f-9ef1-8a2d2d4b1a0e
        error:
          description:
            - Why the change was not made, or V(none).
          type: str
          sample:
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
  returned: always
  contains: *finding
summary:
  description:
    - How many findings there are of each kind.
  type: dict
  returned: always
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
  returned: always
  sample: false
requests:
  description:
    - How many requests of each kind the task made of Azure's resource manager, including those that were tried again.
    - In check mode the writes are those that the real run would make.
  type: dict
  returned: always
  contains:
    list_subscriptions:
      description:
        - Pages of subscriptions read.
      type: int
      sample: 0
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
    get_record_set:
      description:
        - Record sets read again, because somebody else had changed them meanwhile.
      type: int
      sample: 0
    create_record_set:
      description:
        - Record sets written where there was none.
      type: int
      sample: 0
    update_record_set:
      description:
        - Record sets written over an older version.
      type: int
      sample: 1
    delete_record_set:
      description:
        - Record sets deleted.
      type: int
      sample: 0
"""

import os

from ansible_collections.configmgr.cmg.plugins.module_utils._azure.calls import Calls
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.credentials import credentials_file_profile
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.dns import AzureDns
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.settings import resolve
from ansible_collections.configmgr.cmg.plugins.module_utils._module.aliases import OPTIONS, ensure_aliases, request_of
from ansible_collections.configmgr.cmg.plugins.module_utils._module.azure_options import AZURE_OPTIONS
from ansible_collections.configmgr.cmg.plugins.module_utils._module.clock import SystemClock
from ansible_collections.configmgr.cmg.plugins.module_utils._module.gateways import declared_gateways
from ansible_collections.configmgr.cmg.plugins.module_utils._module.module import create_module, failing_cleanly


def main() -> None:
    module = create_module(AZURE_OPTIONS, OPTIONS)
    clock = SystemClock()
    calls = Calls(clock, clock.monotonic() + module.params["timeout"])
    with failing_cleanly(module):
        request = request_of(module.params, check_mode=module.check_mode)
        gateways = declared_gateways(module.params["gateways"])
        module.exit_json(
            **ensure_aliases(
                gateways,
                request,
                lambda: AzureDns(resolve(module.params, os.environ, credentials_file_profile), calls),
                calls,
            )
        )


if __name__ == "__main__":
    main()

#!/usr/bin/python

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: deployment_name_info
short_description: Compute and judge the names of cloud management gateways
version_added: 1.0.0
author:
  - configmgr.cmg contributors (@configmgr-cmg)
description:
  - Computes every name that a cloud management gateway (CMG) needs from its declaration, the service name, the
    prefix, the deployment name, the storage account, the key vault and their endpoints, and whether a DNS alias
    (CNAME) is required.
  - Judges the declaration by the rules of everything that is named after the prefix, by the cloud, by the region and
    by the version of the site. What is wrong is returned as findings, each with what was seen, what was expected and
    the way out.
  - This is arithmetic. Nothing is contacted, neither Azure nor DNS, and a certificate file is read only where a
    gateway is declared without O(gateways[].service_name). Whether a name is still available is told by
    M(configmgr.cmg.name_availability_info).
  - The task does not fail on a finding. Assert RV(valid), or let the role P(configmgr.cmg.prerequisites#role) do it.
extends_documentation_fragment:
  - configmgr.cmg._gateways
  - configmgr.cmg._attributes
  - configmgr.cmg._attributes.info_module
notes:
  - Names are returned in lower case. DNS does not mind, and a storage account has no other letters.
  - Two gateways of the same list that would take each other's names are reported as well.
seealso:
  - plugin: configmgr.cmg.deployment_name
    plugin_type: filter
    description: The same computation for one deployment name.
  - module: configmgr.cmg.name_availability_info
  - module: configmgr.cmg.dns_aliases
  - name: CMG server authentication certificate
    description: Microsoft's rules of the service name, the prefix and the alias.
    link: https://learn.microsoft.com/intune/configmgr/core/clients/manage/cmg/server-auth-cert
"""

EXAMPLES = r"""
# From the command line, without a playbook:
#   ansible localhost -m configmgr.cmg.deployment_name_info \
#     -a '{"gateways": [{"service_name": "granitefalls.contoso.com", "region": "westus"}]}'

- name: Compute the names of two gateways
  configmgr.cmg.deployment_name_info:
    gateways:
      - service_name: granitefalls.contoso.com
        region: (US) West US
        site_version: "2503"
      # A wildcard certificate needs the label that takes the place of the asterisk.
      - service_name: "*.fabrikam.com"
        prefix: wallacefalls
        region: USGovernmentVirginia
        cloud_environment: AzureUSGovernment
  register: names

- name: Show the aliases that DNS needs
  ansible.builtin.debug:
    msg: "{{ names.gateways | map(attribute='alias') | select }}"

- name: Stop if anything is wrong, and say what
  ansible.builtin.assert:
    that: names.valid
    fail_msg: "{{ names | configmgr.cmg.to_lines }}"
"""

RETURN = r"""
gateways:
  description:
    - The names of each gateway, in the order of O(gateways).
    - A name is V(none) if an error in the declaration keeps it from being known.
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
        - The name by which clients address the gateway. For a wildcard certificate this is the prefix and the rest of
          the wildcard.
        - Is V(none) if it is not known.
      type: str
      sample: granitefalls.contoso.com
    prefix:
      description:
        - The first label of the service name.
        - Is V(none) if it is not known.
      type: str
      sample: granitefalls
    region:
      description:
        - The Azure location.
        - Is V(none) if O(gateways[].region) is not one.
      type: str
      sample: westus
    cloud_environment:
      description:
        - The Azure cloud, by the name that azure.azcollection has for it.
      type: str
      sample: AzureCloud
    deployment_method:
      description:
        - O(gateways[].deployment_method), V(scale_set) or V(classic).
      type: str
      sample: scale_set
    deployment_name:
      description:
        - The name under which Azure publishes the gateway.
        - Is V(none) if it is not known.
      type: str
      sample: granitefalls.westus.cloudapp.azure.com
    cname_required:
      description:
        - Whether DNS needs an alias (CNAME) from the service name to the deployment name. It does unless the service
          name lies in an Azure domain.
        - Is V(none) if the service name is not known.
      type: bool
      sample: true
    alias:
      description:
        - The alias that DNS needs.
        - Is V(none) if none is required or if one of its names is not known.
      type: dict
      contains:
        name:
          description:
            - The service name, which is the owner of the CNAME.
          type: str
          sample: granitefalls.contoso.com
        target:
          description:
            - The deployment name, which the CNAME leads to.
          type: str
          sample: granitefalls.westus.cloudapp.azure.com
    storage_account:
      description:
        - The name of the storage account that Configuration Manager makes for the gateway.
        - Is V(none) if the prefix is not usable.
      type: str
      sample: granitefalls
    key_vault:
      description:
        - The name of the key vault that Configuration Manager makes for the gateway.
        - Is V(none) if the prefix is not usable, and for a classic deployment, which has none.
      type: str
      sample: granitefalls
    endpoints:
      description:
        - The host names that firewalls have to let clients and connection points reach, besides the gateway itself.
      type: dict
      contains:
        blob:
          description:
            - The blob service of the storage account, where clients get content.
            - Is V(none) if the storage account is not known.
          type: str
          sample: granitefalls.blob.core.windows.net
        table:
          description:
            - The table service of the storage account.
            - Is V(none) if the storage account is not known.
          type: str
          sample: granitefalls.table.core.windows.net
        vault:
          description:
            - The key vault.
            - Is V(none) if there is no key vault or its name is not known.
          type: str
          sample: granitefalls.vault.azure.net
    classic_deployment_name:
      description:
        - The deployment name that a classic deployment of the same prefix has. An alias that still leads there
          belongs to a gateway whose conversion is not finished.
        - Is V(none) if the prefix is not usable.
      type: str
      sample: granitefalls.cloudapp.net
    legacy:
      description:
        - Whether this is a classic deployment.
      type: bool
      sample: false
    convertible:
      description:
        - Whether the service name survives the conversion to a scale set. It does unless it lies in the domain of
          classic deployments.
        - Is V(none) if there is nothing to convert or if the service name is not known.
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
"""

from datetime import UTC, datetime

from ansible_collections.configmgr.cmg.plugins.module_utils._core.names import judged_names
from ansible_collections.configmgr.cmg.plugins.module_utils._core.results import results_of
from ansible_collections.configmgr.cmg.plugins.module_utils._module.gateways import declared_gateways
from ansible_collections.configmgr.cmg.plugins.module_utils._module.module import create_module, failing_cleanly


def main() -> None:
    module = create_module()
    with failing_cleanly(module):
        gateways = declared_gateways(module.params["gateways"])
        today = datetime.now(tz=UTC).date()
        module.exit_json(changed=False, **results_of(gateways, judged_names(gateways), today))


if __name__ == "__main__":
    main()

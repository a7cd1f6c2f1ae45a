# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this doc fragment is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

from __future__ import annotations


class ModuleDocFragment:
    """The declaration of gateways. tools/generate_options.py makes the argument specs from it."""

    DOCUMENTATION = r"""
options:
  gateways:
    description:
      - The declaration of the cloud management gateways (CMG), one entry each.
      - All content of this collection takes the same list. A module reads what it needs and leaves the rest alone,
        so one variable can be passed to every task untouched.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - What findings and results call the gateway, for example the host of the inventory that stands for it.
          - If not set, it is the service name.
        type: str
      service_name:
        description:
          - The service name of the gateway, which is the common name (CN) of its server authentication certificate,
            for example V(granitefalls.contoso.com). Clients address the gateway by it.
          - Where it is left out, it is taken from the common name of O(gateways[].server_certificate), as the console
            does.
          - For a wildcard certificate either give the wildcard, V(*.contoso.com), together with O(gateways[].prefix),
            or the complete service name.
        type: str
      prefix:
        description:
          - The first label of the service name. It becomes the first label of the deployment name and the name of
            the storage account and of the key vault.
          - Needed only where the service name is a wildcard. Otherwise it must equal the first label.
        type: str
      region:
        description:
          - The Azure region of the gateway. The Azure location (V(westus)), the portal's name (V((US\) West US)) and
            Configuration Manager's names (V(WestUS), V(USGovernmentVirginia)) are all understood.
        type: str
        required: true
      cloud_environment:
        description:
          - The Azure cloud that the gateway is deployed to. Configuration Manager's names V(AzurePublicCloud) and
            V(AzureUSGovernmentCloud) mean the same as V(AzureCloud) and V(AzureUSGovernment).
          - It decides the gateway's names. Where the DNS zone lives is decided by the connection's
            C(cloud_environment), and the two may differ.
          - A gateway cannot be deployed to V(AzureChinaCloud). It is accepted here so that a finding can say so.
        type: str
        choices: [AzureCloud, AzureUSGovernment, AzurePublicCloud, AzureUSGovernmentCloud, AzureChinaCloud]
        default: AzureCloud
      deployment_method:
        description:
          - How Configuration Manager deploys the gateway.
          - V(classic) is history. Such names are computed and judged, but no supported site can deploy them.
        type: str
        choices: [scale_set, classic]
        default: scale_set
      deployment_domain:
        description:
          - The domain under which Azure publishes the deployment name, where it differs from what this collection
            knows of the cloud, with C({region}) in the place of the Azure location.
          - Microsoft's pages disagree about the US Government cloud. The default there is
            V({region}.cloudapp.usgovcloudapi.net).
        type: str
      site_version:
        description:
          - The version of the Configuration Manager site, for example V("2503"). Write it in quotes.
          - It decides the rules that depend on the version. Without it the rules of the current branch apply.
        type: str
      context:
        description:
          - V(new) is a gateway that is not deployed yet, V(existing) one that runs, V(convert) a classic one that is
            being converted to a scale set.
          - It decides how names that are taken and records that exist already are read.
        type: str
        choices: [new, existing, convert]
        default: new
      issuer:
        description:
          - Who signs the server authentication certificate, a V(public) certification authority or the
            V(enterprise)'s own.
        type: str
        choices: [public, enterprise]
        default: public
      content_enabled:
        description:
          - Whether the gateway serves content from its storage account.
        type: bool
        default: true
      resource_group:
        description:
          - The resource group that Configuration Manager deploys the gateway to.
        type: str
      dns:
        description:
          - Where and how the DNS alias of the gateway is kept. Everything is optional.
        type: dict
        suboptions:
          subscription_id:
            description:
              - The subscription of the DNS zone. Without it the connection's C(subscription_id) is used.
            type: str
          resource_group:
            description:
              - The resource group of the DNS zone. Needed only where two zones of the same name exist.
            type: str
          zone:
            description:
              - The name of the DNS zone. Without it, it is the longest one that the service name ends with, among
                the zones that the credentials can see.
            type: str
          ttl:
            description:
              - The time to live of the alias in seconds, from V(1) to V(2147483647).
            type: int
            default: 3600
          metadata:
            description:
              - Metadata to keep on the record set, in addition to what this collection writes to know its own
                records again. Metadata that others put there is always kept.
              - A value is a text, a number, or a boolean, which Azure gets as V(true) or V(false).
            type: dict
      server_certificate:
        description:
          - The server authentication certificate, as a PFX file with its password, or as PEM or DER with its key.
        type: dict
        suboptions:
          path:
            description:
              - Path of the certificate file.
            type: path
          content:
            description:
              - The certificate itself, PEM as it is, anything else in Base64, in place of
                O(gateways[].server_certificate.path).
            type: str
          password:
            description:
              - Password of the PFX file or of the private key.
            type: str
          private_key_path:
            description:
              - Path of the private key, where it is not in the same file.
            type: path
          private_key_content:
            description:
              - The private key itself, in PEM.
            type: str
          chain:
            description:
              - Paths of further certificates of the chain, where they are not in the same file.
            type: list
            elements: path
          trusted_roots:
            description:
              - Paths of the root certificates that the clients trust, for a certificate of an enterprise PKI.
            type: list
            elements: path
          current:
            description:
              - The certificate that is in use now and that this one is going to replace.
            type: dict
            suboptions:
              path:
                description:
                  - Path of the certificate file.
                type: path
              content:
                description:
                  - The certificate itself, PEM as it is, anything else in Base64.
                type: str
              password:
                description:
                  - Password, where it is a PFX file.
                type: str
              served:
                description:
                  - Take the certificate that the gateway serves now under its service name.
                type: bool
                default: false
      client_authentication:
        description:
          - How clients prove who they are to the gateway, and what that needs.
        type: dict
        suboptions:
          methods:
            description:
              - The authentication methods in use.
            type: list
            elements: str
            choices: [pki, entra, token]
          trust_chain:
            description:
              - Paths of the CA certificates that are uploaded to the gateway.
            type: list
            elements: path
          certificates:
            description:
              - Paths of sample client authentication certificates.
            type: list
            elements: path
          verify_revocation:
            description:
              - Whether the gateway verifies the revocation of client certificates.
            type: bool
            default: true
          clients:
            description:
              - The kinds of clients that use the gateway, to tell which of them need a certificate.
            type: list
            elements: dict
            suboptions:
              join_state:
                description:
                  - What the clients are joined to.
                type: str
                choices: [workgroup, domain, entra, hybrid]
                required: true
              windows:
                description:
                  - Their version of Windows, for example V("11").
                type: str
                default: "11"
              token:
                description:
                  - Whether they authenticate with a token that the site issues.
                type: bool
                default: false
      management_point:
        description:
          - The management point behind the gateway.
        type: dict
        suboptions:
          mode:
            description:
              - How clients talk to it.
            type: str
            choices: [http, enhanced_http, https]
            default: https
          certificate:
            description:
              - The web server certificate of the management point.
            type: dict
            suboptions:
              path:
                description:
                  - Path of the certificate file.
                type: path
              content:
                description:
                  - The certificate itself, PEM as it is, anything else in Base64.
                type: str
              password:
                description:
                  - Password, where it is a PFX file.
                type: str
          hostnames:
            description:
              - The names under which clients reach it, from the intranet and from the internet.
            type: list
            elements: str
      management_certificate:
        description:
          - The Azure management certificate of a classic deployment.
        type: dict
        suboptions:
          path:
            description:
              - Path of the C(.cer) file that was uploaded to the subscription.
            type: path
          pfx_path:
            description:
              - Path of the PFX file that was given to Configuration Manager.
            type: path
          password:
            description:
              - Password of the PFX file.
            type: str
      accept:
        description:
          - Failures of this gateway that are known and tolerated. Such a finding keeps being shown, with the status
            V(accepted), and no longer counts.
        type: list
        elements: dict
        suboptions:
          rule:
            description:
              - The id of the rule, for example V(PREFIX-006). An id that no rule has is refused.
              - Every rule is listed in
                R(the page of all rules,ansible_collections.configmgr.cmg.docsite.rules_guide).
            type: str
            required: true
          reason:
            description:
              - Why it is tolerated. It is shown with the finding.
            type: str
            required: true
          until:
            description:
              - The last day on which it is tolerated, as V(YYYY-MM-DD).
            type: str
"""

    # For modules that can do without the declaration. With its type, because ansible-test takes every plain assignment
    # of a fragment for a literal.
    OPTIONAL: str = DOCUMENTATION.replace("    required: true\n    suboptions:", "    default: []\n    suboptions:", 1)

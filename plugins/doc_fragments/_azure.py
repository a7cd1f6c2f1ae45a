# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this doc fragment is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

from __future__ import annotations


class ModuleDocFragment:
    """The connection to Azure. tools/generate_options.py makes the argument spec from it."""

    DOCUMENTATION = r"""
options:
  auth_source:
    description:
      - Where the credentials come from.
      - V(auto) takes the first that is there of the options of the task, the environment variables, the profile
        V(default) in C(~/.azure/credentials), and the Azure CLI, in this order, as azure.azcollection does.
      - V(env), V(credential_file) and V(cli) take only that source.
      - V(msi) takes the managed identity of the machine, container or service that the task runs on. The option
        O(client_id) chooses a user-assigned one; its environment variable is not read for this, because it names the
        service principal that other tasks use.
      - If not set, the environment variable E(ANSIBLE_AZURE_AUTH_SOURCE) is used.
    type: str
    choices: [auto, cli, credential_file, env, msi]
  profile:
    description:
      - The section of C(~/.azure/credentials) to take the credentials from.
      - If not set, the environment variable E(AZURE_PROFILE) is used.
    type: str
  subscription_id:
    description:
      - The subscription to work in. Without it, every subscription that the credentials can see is searched for
        the DNS zones.
      - If not set, the environment variable E(AZURE_SUBSCRIPTION_ID) is used.
    type: str
  tenant:
    description:
      - The Microsoft Entra tenant of the credentials, as an id or a domain name. Only O(ad_user) can do without.
      - If not set, the environment variables E(AZURE_TENANT) and E(AZURE_TENANT_ID) are used.
    type: str
  client_id:
    description:
      - The application (client) id of the service principal or of the user-assigned managed identity.
      - What the task names is never mixed with the secrets of another identity in the environment.
      - If not set, the environment variable E(AZURE_CLIENT_ID) is used.
    type: str
  secret:
    description:
      - The client secret of the service principal.
      - If not set, the environment variables E(AZURE_SECRET) and E(AZURE_CLIENT_SECRET) are used.
    type: str
  x509_certificate_path:
    description:
      - Path of the service principal's certificate with its private key, as PEM or PKCS#12.
      - If not set, the environment variable E(AZURE_X509_CERTIFICATE_PATH) is used.
    type: path
  thumbprint:
    description:
      - The SHA-1 thumbprint of O(x509_certificate_path). It is not needed, and checked where it is given, so that
        what is written for azure.azcollection can stay.
      - If not set, the environment variable E(AZURE_THUMBPRINT) is used.
    type: str
  oidc_token:
    description:
      - An OpenID Connect token that the tenant trusts, for example the one of a pipeline.
      - If not set, the environment variable E(AZURE_FEDERATED_TOKEN) is used.
    type: str
  oidc_token_file_path:
    description:
      - Path of a file that holds the OpenID Connect token. It is read again whenever a token is needed.
      - If not set, the environment variable E(AZURE_FEDERATED_TOKEN_FILE) is used, which is what workload identity
        sets.
    type: path
  ad_user:
    description:
      - The name of a user, where nothing else is possible. Microsoft has deprecated this flow. It fails wherever
        multifactor authentication is required.
      - If not set, the environment variable E(AZURE_AD_USER) is used.
    type: str
  password:
    description:
      - The password of O(ad_user).
      - If not set, the environment variable E(AZURE_PASSWORD) is used.
    type: str
  cloud_environment:
    description:
      - The cloud that the connection is made to, V(AzureCloud), V(AzureUSGovernment) or V(AzureChinaCloud), or the
        address of a resource manager.
      - This decides where the DNS zone lives. Where a gateway lives is decided by O(gateways[].cloud_environment).
      - If not set, the environment variable E(AZURE_CLOUD_ENVIRONMENT) is used, and without it V(AzureCloud).
    type: str
  resource_manager_url:
    description:
      - The address of the resource manager, where it is not that of O(cloud_environment), for example of a private
        cloud.
      - If not set, the environment variable E(AZURE_RESOURCE_MANAGER_URL) is used.
    type: str
  authority_url:
    description:
      - The address of the authority that issues tokens, where it is not that of O(cloud_environment).
      - If not set, the environment variables E(AZURE_AUTHORITY_HOST) and E(AZURE_ADFS_AUTHORITY_URL) are used.
    type: str
    aliases: [adfs_authority_url]
  disable_instance_discovery:
    description:
      - Do not ask Microsoft whether the authority is one that it knows. Needed for private clouds and for hosts
        without access to the internet.
      - If not set, the environment variable E(AZURE_DISABLE_INSTANCE_DISCOVERY) is used.
    type: bool
  cert_validation_mode:
    description:
      - Whether the certificates of the resource manager and of the authority are validated. Rather give
        O(ca_bundle) than V(ignore).
      - If not set, the environment variable E(AZURE_CERT_VALIDATION_MODE) is used.
    type: str
    choices: [validate, ignore]
  ca_bundle:
    description:
      - Path of a PEM file with the certification authorities to trust for both.
      - If not set, the environment variables E(REQUESTS_CA_BUNDLE) and E(SSL_CERT_FILE) are used.
    type: path
  proxy:
    description:
      - The proxy for all requests, for example V(http://proxy.corp.contoso.com:8080). It may hold a user name and a
        password, so it is never shown.
      - If not set, the HTTP library's own variables E(HTTPS_PROXY) and E(NO_PROXY) apply.
    type: str
requirements:
  - azure-identity >= 1.17
  - azure-mgmt-dns >= 8.1, < 10
notes:
  - The Python libraries must be there for the interpreter that runs the module. On the controller that is the one
    that runs Ansible when C(ansible_python_interpreter) is C({{ ansible_playbook_python }}).
  - Set these options once for all tasks of a play with C(module_defaults) and the group C(configmgr.cmg.azure).
"""

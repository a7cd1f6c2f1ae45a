#!/usr/bin/python

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: client_trust_chain
short_description: Write the CA certificates that cloud management gateways verify their clients with
version_added: 1.0.0
author:
  - configmgr.cmg contributors (@configmgr-cmg)
description:
  - Writes the certificates of the CAs that have issued client authentication certificates, root and intermediates, as
    DER encoded C(.cer) files, the form in which Configuration Manager takes them for a cloud management gateway (CMG).
  - Takes certificates in PEM, DER, PKCS#7 and PFX files, in any order and with others among them. Given a client
    certificate, it finds its chain; without one, it takes every CA certificate.
  - A chain with a gap is refused before anything is written, because clients would be refused with the status 401. The
    message names the missing CA and where the certificate below says that it is published.
  - Root and intermediates are told apart in the file names and in the result.
options:
  gateways:
    description:
      - The declaration of the gateways. Each one's CA certificates are taken from
        O(gateways[].client_authentication.trust_chain) and its client certificates from
        O(gateways[].client_authentication.certificates), and its files go to a folder of its own in O(directory), which
        is named like the gateway.
      - A gateway whose clients do not authenticate by PKI gets no files.
      - Without it, O(candidates) or O(client_certificate) is required, and the files go to O(directory) itself.
  candidates:
    description:
      - Paths of files to choose CA certificates from, in addition to those that a gateway declares.
      - PEM and PKCS#7 files may hold several certificates. Of a PFX file only the certificates are read.
    type: list
    elements: path
    default: []
  client_certificate:
    description:
      - Path of a client authentication certificate whose chain is wanted. CA certificates in the same file, such as
        the other certificates of a PFX file, are candidates as well.
    type: path
  password:
    description:
      - Password of the PFX files.
    type: str
  directory:
    description:
      - The folder to write to. It is made if it does not exist.
    type: path
    required: true
  prune:
    description:
      - Whether to remove files of the folder that are named like those that this module writes and are not wanted any
        more. Other files are never touched.
    type: bool
    default: false
extends_documentation_fragment:
  - configmgr.cmg._gateways.optional
  - configmgr.cmg._attributes
  - ansible.builtin.files
requirements:
  - cryptography >= 45.0.0
attributes:
  check_mode:
    support: full
    details:
      - Check mode reads the same and returns the same as the real run.
  diff_mode:
    support: full
    details:
      - The difference shows the names of the files with the thumbprints of the certificates in them.
  idempotent:
    support: full
notes:
  - Private keys are never written, nor is anything else of a file but its certificates.
  - Every file is replaced as a whole. O(mode), O(owner) and O(group) apply to the files, not to the folder.
  - The first two digits of a file name count from the root, V(01) is a root and V(02) a CA right below one.
seealso:
  - module: configmgr.cmg.certificate_info
  - module: community.crypto.x509_certificate_convert
  - name: Configure client authentication for the CMG
    description: Which certificates Configuration Manager wants, and in which form.
    link: https://learn.microsoft.com/intune/configmgr/core/clients/manage/cmg/configure-authentication
"""

EXAMPLES = r"""
# From the command line, without a playbook:
#   ansible localhost -m configmgr.cmg.client_trust_chain --check --diff \
#     -a '{"candidates": ["pki.p7b"], "client_certificate": "pc1.cer", "directory": "upload"}'

- name: Find the chain of a client certificate in an export of the whole PKI
  configmgr.cmg.client_trust_chain:
    client_certificate: pc1.corp.contoso.com.cer
    candidates:
      - enterprise-pki.p7b
    directory: upload
  register: chain

- name: Show what to give to Set-CMCloudManagementGateway
  ansible.builtin.debug:
    msg: "{{ chain.files | map(attribute='kind') | zip(chain.files | map(attribute='path')) }}"

- name: Take the CA certificates out of a PFX file
  configmgr.cmg.client_trust_chain:
    candidates:
      - pc1.pfx
    password: "{{ vaulted_password }}"
    directory: upload
    mode: "0644"

- name: Keep one folder for each gateway, without the CAs of last year
  configmgr.cmg.client_trust_chain:
    gateways:
      - service_name: granitefalls.contoso.com
        region: westus
        client_authentication:
          methods: [pki]
          trust_chain:
            - root.cer
            - issuing.cer
          certificates:
            - pc1.corp.contoso.com.cer
    directory: upload
    prune: true
"""

RETURN = r"""
gateways:
  description:
    - The files of each gateway, in the order of O(gateways). Empty without it.
  type: list
  elements: dict
  returned: success
  contains:
    service_name:
      description:
        - The gateway, by the service name as it is declared.
      type: str
      sample: granitefalls.contoso.com
    directory:
      description:
        - The folder of the gateway.
      type: str
      sample: upload/granitefalls.contoso.com
    files:
      description:
        - The files that the gateway needs.
      type: list
      elements: dict
      contains: &file
        path:
          description:
            - The path of the file.
          type: str
          sample: upload/granitefalls.contoso.com/01-root-contoso-root-ca-8C1A4F2E.cer
        action:
          description:
            - V(create) or V(update) for what was done, or would be done in check mode, V(none) if the file was right.
          type: str
          sample: create
        kind:
          description:
            - V(root) or V(intermediate). In the PowerShell cmdlets this is V(RootCA) and V(IntermediateCA).
          type: str
          sample: root
        subject:
          description:
            - The subject of the certificate.
          type: str
          sample: CN=Contoso Root CA
        issuer:
          description:
            - The issuer of the certificate.
          type: str
          sample: CN=Contoso Root CA
        thumbprint:
          description:
            - The SHA-1 thumbprint in upper case, as Configuration Manager shows and takes it.
          type: str
          sample: 8C1A4F2E0B5D6A7988C1A4F2E0B5D6A798C1A4F2
        thumbprint_sha256:
          description:
            - The SHA-256 thumbprint in upper case.
          type: str
          sample: 5E1C5F5E6F6F0B5D6A7988C1A4F2E0B5D6A798C1A4F25E1C5F5E6F6F0B5D6A79
        not_before:
          description:
            - The beginning of the validity, in UTC.
          type: str
          sample: "2016-11-23T12:00:00+00:00"
        not_after:
          description:
            - The end of the validity, in UTC.
          type: str
          sample: "2036-11-18T12:00:00+00:00"
    stale:
      description:
        - The paths of files of an earlier run that are not wanted any more and were left, because O(prune) is not set.
      type: list
      elements: str
      sample: []
    removed:
      description:
        - The paths of files of an earlier run that were removed, or would be in check mode.
      type: list
      elements: str
      sample:
        - upload/granitefalls.contoso.com/02-intermediate-contoso-issuing-ca-2025-0B5D6A79.cer
    unused:
      description:
        - Certificates that were given and are not needed.
      type: list
      elements: dict
      contains: &unused
        subject:
          description:
            - The subject of the certificate.
          type: str
          sample: CN=Fabrikam Root CA
        thumbprint:
          description:
            - The SHA-1 thumbprint in upper case.
          type: str
          sample: 0B5D6A7988C1A4F2E0B5D6A798C1A4F28C1A4F2E
        source:
          description:
            - The path of the file that it was found in.
          type: str
          sample: enterprise-pki.p7b
files:
  description:
    - The files of all gateways together, or those of O(directory) without gateways.
  type: list
  elements: dict
  returned: success
  contains: *file
stale:
  description:
    - The paths of all files of an earlier run that are not wanted any more and were left.
  type: list
  elements: str
  returned: success
  sample: []
removed:
  description:
    - The paths of all files of an earlier run that were removed, or would be in check mode.
  type: list
  elements: str
  returned: success
  sample: []
unused:
  description:
    - All certificates that were given and are needed by none of the gateways, each once.
  type: list
  elements: dict
  returned: success
  contains: *unused
"""

from ansible.module_utils.basic import FILE_COMMON_ARGUMENTS

from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import gateways_from_options
from ansible_collections.configmgr.cmg.plugins.module_utils._module.clock import SystemClock
from ansible_collections.configmgr.cmg.plugins.module_utils._module.libraries import require_cryptography
from ansible_collections.configmgr.cmg.plugins.module_utils._module.module import create_module, failing_cleanly
from ansible_collections.configmgr.cmg.plugins.module_utils._module.trust_chain_files import OPTIONS, ensure_files


def main() -> None:
    module = create_module(OPTIONS, FILE_COMMON_ARGUMENTS)
    with failing_cleanly(module):
        require_cryptography()
        gateways = gateways_from_options(module.params["gateways"])
        module.exit_json(**ensure_files(module, gateways, SystemClock().now(), module.warn))


if __name__ == "__main__":
    main()

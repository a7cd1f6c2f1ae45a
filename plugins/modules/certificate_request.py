#!/usr/bin/python

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: certificate_request
short_description: Request the server authentication certificates of cloud management gateways and make their PFX files
version_added: 1.0.0
author:
  - configmgr.cmg contributors (@configmgr-cmg)
description:
  - Makes a private key and a certificate signing request (CSR) for each cloud management gateway (CMG), with the common
    name, the DNS names, the purpose and the length of key that Configuration Manager wants.
  - Writes a request file for C(certreq) instead or as well, for an enterprise PKI with Active Directory Certificate
    Services (AD CS), where Windows makes the key.
  - Joins an issued certificate, the CA certificates above it and the private key to the PFX file that Configuration
    Manager takes, protected such that the Windows of the console can import it.
  - A private key is never replaced unless O(replace_key) says so.
  - The names of all gateways are judged first. Where one has an error, the task fails and nothing is written.
options:
  directory:
    description:
      - The folder to write to. All files of a gateway are named after its service name, for example
        V(granitefalls.contoso.com.key), V(granitefalls.contoso.com.csr), V(granitefalls.contoso.com.inf) and
        V(granitefalls.contoso.com.pfx).
      - A folder that does not exist is made, for its owner only.
    type: path
    required: true
  formats:
    description:
      - V(csr) makes a private key and a CSR in PEM, to be signed by any CA.
      - V(inf) makes a request file for C(certreq). The private key is made by Windows when the file is used, in the
        Microsoft Software Key Storage Provider and exportable. It is another one than that of the CSR.
    type: list
    elements: str
    choices: [csr, inf]
    default: [csr]
  key_size:
    description:
      - The length of the private key in bits. A gateway takes these two.
    type: int
    choices: [2048, 4096]
    default: 2048
  key_passphrase:
    description:
      - A passphrase to encrypt the private key with, and to open the one that is there.
      - A private key that is there without encryption is encrypted with it and stays the same key.
    type: str
  subject:
    description:
      - What the subject has beside the common name. A public CA may demand or replace parts of it.
      - Keep it the same at a renewal. Configuration Manager may want the gateway to be deployed anew otherwise.
    type: dict
    suboptions:
      organization:
        description:
          - The organization (O).
        type: str
      organizational_unit:
        description:
          - The organizational unit (OU). Public CAs do not certify one any more.
        type: str
      locality:
        description:
          - The city (L).
        type: str
      state:
        description:
          - The state or province (ST).
        type: str
      country:
        description:
          - The country (C), by the two letters of ISO 3166.
        type: str
  dns_names:
    description:
      - DNS names to ask for in addition to the service name, which always comes first. They are the same for all
        gateways of the task.
    type: list
    elements: str
    default: []
  template:
    description:
      - The name of the certificate template for V(inf), not the name that is displayed. Its subject has to be supplied
        in the request.
    type: str
    default: WebServer
  friendly_name:
    description:
      - The friendly name of the certificate in Windows. Without it, this is the service name.
    type: str
  regenerate:
    description:
      - When to make a CSR or a request file anew that is there.
      - V(content) does so when it asks for something else than is declared, or belongs to another private key.
      - V(never) keeps it. The finding C(REQUEST-002) says that it is stale.
      - V(always) makes it anew in every run, and with O(replace_key) the private key too, for a rotation of keys.
      - Ask for both in one run only, for example with a variable that is given by C(-e). The next run would make yet
        another key, and what was issued for the one before could not be used.
    type: str
    choices: [content, never, always]
    default: content
  replace_key:
    description:
      - Whether a private key that does not fit may be replaced, because it is broken or of another kind or length than
        O(key_size). Certificates that were issued for it cannot be used without it.
      - Without it, such a key makes the task fail before anything is written.
      - A key that O(key_passphrase) does not open is never replaced.
    type: bool
    default: false
  issued_certificates:
    description:
      - Paths of issued certificates, or of folders that are searched for them, in PEM, DER or PKCS#7. In a folder these
        are the files that end in V(.cer), V(.crt), V(.der), V(.pem), V(.p7b) and V(.p7c).
      - Each one is matched to the gateway that has its private key, whatever the file is called. Where a key has more
        than one certificate, the one that begins last is taken.
      - The PFX file is made in the same run. A gateway whose certificate has not been issued yet gets none.
    type: list
    elements: path
    default: []
  chain:
    description:
      - Paths of files with CA certificates, in any order. Those between a certificate and its root go to the PFX file,
        the root does not. CA certificates in the files of O(issued_certificates) are taken as well.
    type: list
    elements: path
    default: []
  pfx_password:
    description:
      - The password of the PFX files. Required with O(issued_certificates).
    type: str
  pfx_encryption:
    description:
      - How the PFX files are protected.
      - V(windows_2016) is Triple DES with SHA-1, which every version of Windows imports.
      - V(modern) is AES-256 with SHA-256. It needs Windows Server 2019 or Windows 10 1709 where Configuration Manager's
        console runs. Older ones say that the password is wrong.
    type: str
    choices: [windows_2016, modern]
    default: windows_2016
  owner:
    description:
      - The user who is to own the files, and the folder if it is made.
    type: str
  group:
    description:
      - The group that is to own the files, and the folder if it is made.
    type: str
extends_documentation_fragment:
  - configmgr.cmg._gateways
  - configmgr.cmg._attributes
requirements:
  - cryptography >= 45.0.0
attributes:
  check_mode:
    support: full
    details:
      - Returns the same as the real run, except for the public key and the CSR of a private key that is only going to
        be made.
  diff_mode:
    support: full
    details:
      - The difference shows requests as text. Of private keys and PFX files it says only what becomes of them.
  idempotent:
    support: partial
    details:
      - Not with O(regenerate=always).
notes:
  - Private keys and PFX files have the mode V(0600) from their first byte on. Where a file that is there has a wider
    one, it is made V(0600). Other files are made with V(0644) and keep what they have.
  - Every file is replaced as a whole. Neither keys nor passwords are ever returned.
  - A file that is a symbolic link is read. Where it has to be written, the task fails before anything is. A private key
    that another run makes at the same time is left alone, and the task fails.
  - For a wildcard certificate, O(gateways[].service_name) is the wildcard and O(gateways[].prefix) completes the name
    of the gateway. The certificate is asked for the wildcard, the files are named after the gateway.
  - The result is to be judged by M(configmgr.cmg.certificate_info), with the PFX file as
    O(gateways[].server_certificate.path).
seealso:
  - module: configmgr.cmg.certificate_info
  - module: configmgr.cmg.deployment_name_info
  - module: community.crypto.openssl_csr
  - module: community.crypto.openssl_pkcs12
  - name: CMG server authentication certificate
    description: Microsoft's rules of the certificate.
    link: https://learn.microsoft.com/intune/configmgr/core/clients/manage/cmg/server-auth-cert
  - name: certreq
    description: What Windows makes of the request file.
    link: https://learn.microsoft.com/windows-server/administration/windows-commands/certreq_1
"""

EXAMPLES = r"""
# From the command line, without a playbook:
#   ansible localhost -m configmgr.cmg.certificate_request --check --diff \
#     -a '{"directory": "requests", "gateways": [{"service_name": "granitefalls.contoso.com", "region": "westus"}]}'

- name: Request a certificate from a public CA
  configmgr.cmg.certificate_request:
    gateways:
      - service_name: granitefalls.contoso.com
        region: westus
    directory: requests
    subject:
      organization: Contoso Ltd.
      locality: Redmond
      state: Washington
      country: US
  register: request

- name: Show what to send to the CA
  ansible.builtin.debug:
    msg: "{{ request.gateways | map(attribute='csr.content') }}"

- name: Make PFX files of what has been issued until now, whatever the files are called
  configmgr.cmg.certificate_request:
    gateways: "{{ gateways }}"
    directory: requests
    issued_certificates:
      - from-the-ca
    chain:
      - from-the-ca/intermediates.p7b
    pfx_password: "{{ vaulted_password }}"

- name: Write a request file for certreq and an own template of the enterprise PKI
  configmgr.cmg.certificate_request:
    gateways:
      - service_name: granitefalls.contoso.com
        region: westus
        issuer: enterprise
    directory: requests
    formats: [inf]
    template: ConfigMgrCloudManagementGateway
    key_size: 4096

- name: Rotate the private key, with a wildcard certificate, in a run with -e new_key=true and in no other
  configmgr.cmg.certificate_request:
    gateways:
      - service_name: "*.contoso.com"
        prefix: granitefalls
        region: westus
    directory: requests
    key_passphrase: "{{ vaulted_passphrase }}"
    regenerate: "{{ 'always' if new_key | default(false) | bool else 'content' }}"
    replace_key: "{{ new_key | default(false) | bool }}"
"""

RETURN = r"""
gateways:
  description:
    - The files of each gateway, in the order of O(gateways).
  type: list
  elements: dict
  returned: success, and when names are wrong
  contains:
    name:
      description:
        - What findings call the gateway, O(gateways[].name) or the service name as it is declared.
      type: str
      sample: granitefalls.contoso.com
    service_name:
      description:
        - The name by which clients address the gateway, in lower case. The files are named after it.
        - Is V(none) if an error in the declaration keeps it from being known.
      type: str
      sample: granitefalls.contoso.com
    common_name:
      description:
        - The common name that is asked for. It has the spelling of the declaration.
        - Is V(none) when names are wrong.
      type: str
      sample: granitefalls.contoso.com
    subject:
      description:
        - The whole subject that is asked for.
        - Is V(none) when names are wrong.
      type: str
      sample: CN=granitefalls.contoso.com,O=Contoso Ltd.,L=Redmond,ST=Washington,C=US
    dns_names:
      description:
        - The DNS names that are asked for.
      type: list
      elements: str
      sample:
        - granitefalls.contoso.com
    key:
      description:
        - The private key. Is V(none) without V(csr) in O(formats).
      type: dict
      contains:
        path:
          description:
            - The path of the file.
          type: str
          sample: requests/granitefalls.contoso.com.key
        action:
          description:
            - What was done, or would be done in check mode. V(create), V(replace) if another key took the place of the
              one that was there, V(update) if the same key was encrypted or its file got the mode V(0600), or V(none).
          type: str
          sample: none
        size:
          description:
            - The length of the key in bits.
          type: int
          sample: 2048
        encrypted:
          description:
            - Whether the file is encrypted with O(key_passphrase).
          type: bool
          sample: false
        public_key_sha256:
          description:
            - The SHA-256 of the public key (SubjectPublicKeyInfo), in upper case.
            - Is V(none) in check mode if the key is only going to be made.
          type: str
          sample: 5E1C5F5E6F6F0B5D6A7988C1A4F2E0B5D6A798C1A4F25E1C5F5E6F6F0B5D6A79
    csr:
      description:
        - The certificate signing request. Is V(none) without V(csr) in O(formats).
      type: dict
      contains:
        path:
          description:
            - The path of the file.
          type: str
          sample: requests/granitefalls.contoso.com.csr
        action:
          description:
            - V(create), V(update) or V(none).
          type: str
          sample: create
        content:
          description:
            - The CSR in PEM, to be sent to the CA.
            - Is V(none) in check mode if its key is only going to be made, and if O(regenerate=never) keeps a file that
              is no CSR.
          type: str
          sample: "-----BEGIN CERTIFICATE REQUEST-----\nMIIC...\n-----END CERTIFICATE REQUEST-----\n"
    inf:
      description:
        - The request file for C(certreq). Is V(none) without V(inf) in O(formats).
      type: dict
      contains:
        path:
          description:
            - The path of the file.
          type: str
          sample: requests/granitefalls.contoso.com.inf
        action:
          description:
            - V(create), V(update) or V(none).
          type: str
          sample: create
        content:
          description:
            - What is declared, as the text of the file.
          type: str
          sample: "[NewRequest]\nSubject = \"CN=granitefalls.contoso.com\"\n"
    certificate:
      description:
        - The certificate that was issued for the private key. Is V(none) if there is none yet.
      type: dict
      contains:
        path:
          description:
            - The path of the file that it was found in.
          type: str
          sample: from-the-ca/granitefalls.cer
        subject:
          description:
            - The subject of the certificate.
          type: str
          sample: CN=granitefalls.contoso.com
        issuer:
          description:
            - The issuer of the certificate.
          type: str
          sample: CN=Contoso Issuing CA
        not_before:
          description:
            - The beginning of the validity, in UTC.
          type: str
          sample: "2026-11-23T12:00:00+00:00"
        not_after:
          description:
            - The end of the validity, in UTC.
          type: str
          sample: "2027-05-18T12:00:00+00:00"
        thumbprint:
          description:
            - The SHA-1 thumbprint in upper case, as Windows shows it.
          type: str
          sample: 8C1A4F2E0B5D6A7988C1A4F2E0B5D6A798C1A4F2
        thumbprint_sha256:
          description:
            - The SHA-256 thumbprint in upper case.
          type: str
          sample: 5E1C5F5E6F6F0B5D6A7988C1A4F2E0B5D6A798C1A4F25E1C5F5E6F6F0B5D6A79
    pfx:
      description:
        - The PFX file. Is V(none) if there is no certificate yet.
      type: dict
      contains:
        path:
          description:
            - The path of the file.
          type: str
          sample: requests/granitefalls.contoso.com.pfx
        action:
          description:
            - V(create), V(update) or V(none).
          type: str
          sample: create
        encryption:
          description:
            - How it is protected, as O(pfx_encryption) says.
          type: str
          sample: windows_2016
        friendly_name:
          description:
            - The friendly name of the certificate in it.
          type: str
          sample: granitefalls.contoso.com
        chain:
          description:
            - The CA certificates in it, the one that issued the certificate first.
          type: list
          elements: dict
          contains:
            subject:
              description:
                - The subject of the CA certificate.
              type: str
              sample: CN=Contoso Issuing CA
            thumbprint:
              description:
                - Its SHA-1 thumbprint in upper case.
              type: str
              sample: 0B5D6A7988C1A4F2E0B5D6A798C1A4F28C1A4F2E
    valid:
      description:
        - Whether no rule found an error. Errors that O(gateways[].accept) tolerates do not count.
      type: bool
      sample: true
    findings:
      description:
        - What the rules found in this gateway's names and in its request, worst first. Rules that passed leave no
          finding.
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
  returned: success, and when names are wrong
  contains: *finding
summary:
  description:
    - How many findings there are of each kind.
  type: dict
  returned: success, and when names are wrong
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
  returned: success, and when names are wrong
  sample: false
unmatched:
  description:
    - The certificates of O(issued_certificates) that belong to the private key of none of the gateways, those of CAs
      left out.
  type: list
  elements: dict
  returned: success, and when names are wrong
  contains:
    path:
      description:
        - The path of the file.
      type: str
      sample: from-the-ca/wallacefalls.cer
    subject:
      description:
        - The subject of the certificate.
      type: str
      sample: CN=wallacefalls.contoso.com
    thumbprint:
      description:
        - Its SHA-1 thumbprint in upper case.
      type: str
      sample: 0B5D6A7988C1A4F2E0B5D6A798C1A4F28C1A4F2E
written:
  description:
    - The paths of the files that had been written when another one could not be.
  type: list
  elements: str
  returned: when a file could not be written
  sample:
    - requests/granitefalls.contoso.com.key
"""

from ansible_collections.configmgr.cmg.plugins.module_utils._module.certificate_requests import (
    OPTIONS,
    ensure_requests,
    new_key,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._module.clock import SystemClock
from ansible_collections.configmgr.cmg.plugins.module_utils._module.gateways import declared_gateways
from ansible_collections.configmgr.cmg.plugins.module_utils._module.libraries import require_cryptography
from ansible_collections.configmgr.cmg.plugins.module_utils._module.module import create_module, failing_cleanly


def main() -> None:
    module = create_module(OPTIONS)
    with failing_cleanly(module):
        require_cryptography()
        gateways = declared_gateways(module.params["gateways"])
        module.exit_json(**ensure_requests(module, gateways, SystemClock().now(), new_key))


if __name__ == "__main__":
    main()

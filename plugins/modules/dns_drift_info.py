#!/usr/bin/python

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dns_drift_info
short_description: Explain an alias of a cloud management gateway from declaration to served certificate
version_added: 1.0.0
author:
  - configmgr.cmg contributors (@configmgr-cmg)
description:
  - Compares the CNAME from the service name of a cloud management gateway (CMG) to its deployment name with what Azure
    holds, with what every address of every authoritative name server says, with what resolvers say, with the target
    and with the certificate that is served there.
  - Says what is wrong, where it was seen, what would be right and what to do. One run tells the cause, such as a record
    in a copy of the zone that is not delegated, and not only the effect.
  - The state of an alias is V(in_sync), V(propagating), V(unknown) or V(drift), in this order; the worst finding
    decides. What does not answer is V(unknown) and never V(drift). What a cache has left is V(propagating), with the
    time at which that is over.
  - Looking does no harm. Resolvers are asked about an alias only after the authoritative name servers agreed on it,
    for a resolver remembers what it is asked for, also that there was nothing. Nobody is asked for NS or SOA records
    at an alias.
  - Reads only. Neither this module nor anything that it uses can write to Azure or to the DNS.
options:
  layers:
    description:
      - What to look at.
      - V(control_plane) is Azure DNS, and whose the target is. V(authoritative) is the delegation and every
        authoritative name server. V(recursive) is the O(resolvers) and O(views). V(target) is where the deployment
        name leads. V(served) is the certificate at its addresses.
      - Without V(authoritative), resolvers are asked at once, and nothing that they say is more than V(unknown).
    type: list
    elements: str
    choices: [control_plane, authoritative, recursive, target, served]
    default: [control_plane, authoritative, recursive, target, served]
  resolvers:
    description:
      - The resolvers whose answers are compared with those of the name servers. They are the view V(public).
      - They are also used to find name servers, where O(delegation_from) allows that.
      - If not set, the resolvers of the machine that the module runs on are used.
    type: list
    elements: dict
    suboptions:
      address:
        description:
          - The IP address of the resolver.
        type: str
        required: true
      port:
        description:
          - The port. If not set, it is V(53), V(853) or V(443), as O(resolvers[].transport) demands.
        type: int
      transport:
        description:
          - V(do53) is DNS over UDP, and over TCP for long answers.
          - V(dot) is DNS over TLS, V(doh) is DNS over HTTPS, with HTTP/2 where the Python library h2 is installed. Some
            resolvers speak nothing else. Without the library it is HTTP/1.1.
        type: str
        choices: [do53, dot, doh]
        default: do53
      server_name:
        description:
          - The name that the certificate of a resolver with V(dot) or V(doh) has to be good for. If not set, it is
            the address.
        type: str
      path:
        description:
          - The path of a resolver with V(doh).
        type: str
        default: /dns-query
      ca_bundle:
        description:
          - Path of a PEM file with the certification authorities to trust instead of the system's.
        type: path
  views:
    description:
      - Other views of the DNS, such as the one inside, each with its resolvers and with what is expected of them.
      - The classic failure is an internal zone of the same name without the alias. The service connection point and
        clients on the intranet have to resolve the service name too.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description:
          - What findings call the view.
        type: str
        required: true
      resolvers:
        description:
          - The resolvers of the view.
        type: list
        elements: dict
        required: true
        suboptions:
          address:
            description:
              - The IP address of the resolver.
            type: str
            required: true
          port:
            description:
              - The port. If not set, it is V(53), V(853) or V(443), as O(views[].resolvers[].transport) demands.
            type: int
          transport:
            description:
              - V(do53) is DNS over UDP, and over TCP for long answers. V(dot) is DNS over TLS. V(doh) is DNS over
                HTTPS, with HTTP/2 where the Python library h2 is installed, else with HTTP/1.1.
            type: str
            choices: [do53, dot, doh]
            default: do53
          server_name:
            description:
              - The name that the certificate of a resolver with V(dot) or V(doh) has to be good for. If not set, it is
                the address.
            type: str
          path:
            description:
              - The path of a resolver with V(doh).
            type: str
            default: /dns-query
          ca_bundle:
            description:
              - Path of a PEM file with the certification authorities to trust instead of the system's.
            type: path
      expect:
        description:
          - V(declared) expects the declared alias, or what O(views[].targets) has instead. V(absent) expects that the
            name does not exist there. V(any) expects nothing and only looks for resolvers that fail.
        type: str
        choices: [declared, absent, any]
        default: declared
      targets:
        description:
          - Other targets than the deployment name, by service name.
        type: dict
        default: {}
  recursive_sample:
    description:
      - Ask resolvers only about so many aliases, and about all that were changed within a day. Which ones changes from
        day to day.
      - If not set, they are asked about all.
    type: int
  delegation_from:
    description:
      - V(root) finds the name servers from the root down, V(resolvers) asks the O(resolvers) for them, where port 53
        is closed to all others. V(auto) begins at the root, and asks the resolvers if no root server answers.
      - Only with the root are the parent's name servers compared with those of the zone.
      - Where those who say that a deployment name does not exist say so of the whole domain of Azure, as inside of a
        network without the DNS of the Internet, the target is V(unknown), not gone.
    type: str
    choices: [auto, root, resolvers]
    default: auto
  root_hints:
    description:
      - Addresses of root servers by name, for networks with a root of their own. If not set, those of the internet.
    type: dict
  port:
    description:
      - The port of all authoritative name servers.
    type: int
    default: 53
  ipv6:
    description:
      - Whether name servers are asked over IPv6 too. If not set, it is tried whether there is a way to it.
    type: bool
  tries:
    description:
      - How many seconds each try waits for an answer.
    type: list
    elements: float
    default: [0.8, 1.2, 2.0]
  queries_per_second:
    description:
      - How many questions a second each address of a name server gets. V(0) is without limit.
    type: float
    default: 200
  resolver_queries_per_second:
    description:
      - How many questions a second each resolver gets. V(0) is without limit.
    type: float
    default: 50
  queries_in_flight:
    description:
      - How many questions each address may have under way. The number is halved when answers get lost.
    type: int
    default: 64
  compare_ttl:
    description:
      - Whether the TTL has to be O(gateways[].dns.ttl).
    type: bool
    default: true
  caa_issuers:
    description:
      - The domains by which CAA records name the certification authorities that sign the server certificates, for
        example V(digicert.com). If empty, CAA records are not looked at.
    type: list
    elements: str
    default: []
  expiry_warning_days:
    description:
      - For how many days a served certificate has to be valid still.
    type: int
    default: 30
  served_port:
    description:
      - The port of the gateway.
    type: int
    default: 443
  served_timeout:
    description:
      - How many seconds a connection or a handshake may take.
    type: float
    default: 10
  windows_roots:
    description:
      - Path of Microsoft's signed list of trusted roots (C(authroot.stl) or C(authrootstl.cab)), as of
        M(configmgr.cmg.certificate_info).
    type: path
  wait:
    description:
      - Wait until all authoritative name servers have every declared alias, and only then look at everything.
      - The time being over is no failure; RV(attempts) and the findings tell who was late.
    type: bool
    default: false
  wait_timeout:
    description:
      - How many seconds to wait at most.
    type: int
    default: 300
  wait_interval:
    description:
      - The first pause between two attempts in seconds. Each pause is twice as long as the one before, up to half a
        minute.
    type: float
    default: 5
  accept:
    description:
      - Findings that are known and tolerated in this run. They are still returned, and count for nothing.
      - O(gateways[].accept) does the same for one gateway, with V(DRIFT-WRONG-TARGET) for the code V(wrong_target).
    type: list
    elements: dict
    default: []
    suboptions:
      code:
        description:
          - The RV(aliases[].findings[].code), or V(*) for all.
        type: str
        required: true
      name:
        description:
          - A shell pattern for the service name.
        type: str
        default: "*"
      server:
        description:
          - A shell pattern for the name or the address of the server.
        type: str
        default: "*"
      reason:
        description:
          - Why this is tolerated.
        type: str
        required: true
      until:
        description:
          - The last day on which it is, as YYYY-MM-DD. If not set, it is tolerated for ever.
        type: str
  strict:
    description:
      - Whether aliases with our mark that nobody declares are a drift. Otherwise they are only listed in
        RV(unmanaged).
    type: bool
    default: false
  changing:
    description:
      - Service names whose aliases are being written now, for example by M(configmgr.cmg.dns_aliases) in the same run.
        As long as they are not everywhere they are V(propagating), and not V(drift).
      - Only what that module mends is passed over so. A zone that is not delegated stays a drift.
    type: list
    elements: str
    default: []
  undeployed:
    description:
      - Whether gateways that are declared with O(gateways[].context=new) may be without a target still. That is a
        warning then, and no drift.
      - Anybody can claim the deployment name of such a gateway. A gateway that runs has to be declared with
        O(gateways[].context=existing), or the loss of its target is no more than a warning.
    type: bool
    default: false
  held:
    description:
      - Service names whose aliases are held back now, for example those that M(configmgr.cmg.dns_aliases) returned with
        V(held) in the same run. That they do not lead to their deployment names is a warning then, and no drift.
    type: list
    elements: str
    default: []
  hold_alias:
    description:
      - Whether aliases are held back until their deployment names are ours. Where the layers V(control_plane) and
        V(target) tell that a deployment name is not ours, its alias is as one of O(held).
    type: bool
    default: false
  partial:
    description:
      - Whether O(gateways) are only a part of all gateways, such as one group of an inventory. What is not among them
        may be declared elsewhere then, so that RV(unmanaged) stays empty, with O(strict) too.
    type: bool
    default: false
  vantage:
    description:
      - What findings call the place from where was looked. If not set, it is the name of the machine.
    type: str
  timeout:
    description:
      - The time for all reading of Azure in seconds. Waiting for name servers has O(wait_timeout).
    type: int
    default: 600
extends_documentation_fragment:
  - configmgr.cmg._gateways
  - configmgr.cmg._azure
  - configmgr.cmg._attributes
  - configmgr.cmg._attributes.info_module
  - configmgr.cmg._attributes.actiongroup_azure
attributes:
  diff_mode:
    support: full
    details:
      - What was found and what is declared, as lines of a zone file for each place that differs. Nothing is changed.
requirements:
  - dnspython >= 2.6.1
  - cryptography >= 45.0.0 (for the layer V(served))
  - h2, to ask resolvers over HTTPS with HTTP/2 (optional)
notes:
  - The role Reader on the zones is enough. To tell whose a target is, it takes Reader on all subscriptions with public
    IP addresses.
  - Where Azure cannot be read, that is a finding, and the other layers are looked at all the same.
seealso:
  - module: configmgr.cmg.dns_aliases
  - module: configmgr.cmg.certificate_info
  - module: configmgr.cmg.name_availability_info
"""

EXAMPLES = r"""
# From the command line, without a playbook:
#   ansible localhost -m configmgr.cmg.dns_drift_info --diff \
#     -e 'ansible_python_interpreter={{ ansible_playbook_python }}' \
#     -a '{"layers": ["control_plane"], "gateways": [{"service_name": "granitefalls.contoso.com", "region": "westus"}]}'

- name: Look for drift on all layers
  configmgr.cmg.dns_drift_info:
    gateways: "{{ gateways }}"
  register: drift

- name: Fail if something drifted that nobody knows of
  ansible.builtin.assert:
    that: not drift.drifted

- name: Compare the world outside with the view inside, where an Active Directory zone has the same name
  configmgr.cmg.dns_drift_info:
    gateways: "{{ gateways }}"
    layers: [authoritative, recursive]
    resolvers:
      - address: "{{ resolver_outside }}"
        transport: dot
        server_name: dns.example.net
    views:
      - name: headquarters
        resolvers:
          - address: "{{ domain_controller_1 }}"
          - address: "{{ domain_controller_2 }}"

- name: Wait until a new alias is everywhere
  configmgr.cmg.dns_drift_info:
    gateways: "{{ gateways }}"
    wait: true
    wait_timeout: 120

- name: Tolerate a server that is known to be late
  configmgr.cmg.dns_drift_info:
    gateways: "{{ gateways }}"
    accept:
      - code: servers_disagree
        reason: Case 2611210030001234 is open
        until: "2026-12-31"
      - code: wrong_target
        server: ns4-09.azure-dns.info
        reason: Case 2611210030001234 is open
        until: "2026-12-31"
"""

RETURN = r"""
aliases:
  description:
    - How each declared alias stands, in the order of O(gateways). Gateways without an alias are left out.
  type: list
  elements: dict
  returned: always
  contains:
    name:
      description:
        - The service name.
      type: str
      sample: granitefalls.contoso.com.
    target:
      description:
        - The target that is declared, or the one that was found where nobody declares the alias.
      type: str
      sample: granitefalls.westus.cloudapp.azure.com.
    gateway:
      description:
        - The gateway, by the service name as it is declared. Is empty where nobody declares the alias.
      type: str
      sample: granitefalls.contoso.com
    zone:
      description:
        - The delegated zone that holds the alias. Is V(none) if it was not looked for or not found.
      type: str
      sample: contoso.com
    state:
      description:
        - V(in_sync), V(propagating), V(unknown) or V(drift).
      type: str
      sample: drift
    severity:
      description:
        - The worst severity of the findings that count. Is V(none) if there is none.
      type: str
      sample: error
    converges_at:
      description:
        - When the last cache that is known to be late has forgotten what it has, for the state V(propagating).
        - Is V(none) if that cannot be told.
      type: str
      sample:
    layers:
      description:
        - The state of each layer, V(not_checked) for one that was not looked at.
      type: dict
      contains:
        plane:
          description:
            - The state of the control plane.
          type: str
          sample: in_sync
        authoritative:
          description:
            - How many of the addresses of the name servers have the declared alias.
          type: str
          sample: 3/4
        recursive:
          description:
            - The state of the resolvers.
          type: str
          sample: not_checked
        target:
          description:
            - The state of the target.
          type: str
          sample: in_sync
        served:
          description:
            - The state of what is served.
          type: str
          sample: in_sync
    not_checked:
      description:
        - Why layers that were wanted were not looked at, by layer.
      type: dict
      sample:
        recursive: >-
          The name servers do not agree on the declared alias, and a resolver would remember what it is asked for.
    servers:
      description:
        - What each address of each name server says.
      type: list
      elements: dict
      contains:
        server:
          description:
            - The name of the server. Is V(none) if it has none.
          type: str
          sample: ns4-09.azure-dns.info
        address:
          description:
            - The address that was asked.
          type: str
          sample: 192.0.2.4
        nsid:
          description:
            - What the server calls itself (RFC 5001). Is V(none) if it does not.
          type: str
          sample:
        says:
          description:
            - V(alias), V(nxdomain), V(nodata), V(nxname), V(delegated), V(elsewhere), V(not_authoritative),
              V(refused), V(servfail), V(notimp), V(timeout), V(unreachable), V(malformed) or V(truncated).
          type: str
          sample: alias
        targets:
          description:
            - Where the alias leads.
          type: list
          elements: str
          sample: [oldfalls.eastus.cloudapp.azure.com.]
        ttl:
          description:
            - The TTL in seconds. Is V(none) without an alias.
          type: int
          sample: 3600
    resolvers:
      description:
        - What each resolver says. The list is empty if the layer was not looked at.
      type: list
      elements: dict
      contains:
        address:
          description:
            - The address that was asked.
          type: str
          sample: 192.0.2.53
        view:
          description:
            - The view that the resolver belongs to.
          type: str
          sample: public
        says:
          description:
            - What it says, in the words of RV(aliases[].servers[].says).
          type: str
          sample: alias
        targets:
          description:
            - Where the alias leads.
          type: list
          elements: str
          sample: [granitefalls.westus.cloudapp.azure.com.]
        ttl:
          description:
            - For how many seconds it keeps the alias. Is V(none) without an alias.
          type: int
          sample: 1200
    addresses:
      description:
        - The addresses of the target. The list is empty if the layer was not looked at.
      type: list
      elements: str
      sample: [192.0.2.80]
    served:
      description:
        - What each address serves for the service name. The list is empty if the layer was not looked at.
      type: list
      elements: dict
      contains:
        address:
          description:
            - The address that was asked.
          type: str
          sample: 192.0.2.80
        failure:
          description:
            - Why no certificate could be had. Is V(none) if there is one.
          type: str
          sample:
        names:
          description:
            - The names that the certificate is for.
          type: list
          elements: str
          sample: [granitefalls.contoso.com]
        not_after:
          description:
            - Until when it is valid, in UTC. Is V(none) if it is not known.
          type: str
          sample: "2027-02-09T12:00:00Z"
        thumbprint_sha256:
          description:
            - Its SHA-256 thumbprint, in upper case. Is V(none) without a certificate.
          type: str
          sample: 0A6097B7CFF22423...
        trusted:
          description:
            - Whether a valid chain leads to a trusted root. Is V(none) if that could not be decided.
          type: bool
          sample: true
    findings:
      description:
        - What was found, worst first.
      type: list
      elements: dict
      contains:
        code:
          description:
            - What kind of finding it is. In capitals, with hyphens and after C(DRIFT-), it is the
              RV(findings[].rule).
          type: str
          sample: wrong_target
        layer:
          description:
            - V(D) for the declaration, V(P) for the control plane, V(A) for the name servers, V(R) for resolvers, V(T)
              for the target, V(S) for what is served.
          type: str
          sample: A
        severity:
          description:
            - V(critical), V(error), V(warning) or V(info).
          type: str
          sample: error
        state:
          description:
            - V(in_sync), V(propagating), V(unknown) or V(drift).
          type: str
          sample: drift
        fixable:
          description:
            - Whether M(configmgr.cmg.dns_aliases) repairs it.
          type: bool
          sample: true
        where:
          description:
            - Where it was seen.
          type: dict
          contains:
            server:
              description:
                - The name of the server. Is V(none) if it concerns no single server, or one without a name.
              type: str
              sample: ns4-09.azure-dns.info
            address:
              description:
                - The address. Is V(none) if it concerns no single server.
              type: str
              sample: 192.0.2.4
            nsid:
              description:
                - What the server calls itself. Is V(none) if it does not.
              type: str
              sample:
            transport:
              description:
                - V(udp), V(tcp), V(dot), V(doh) or V(tls). Is V(none) if it concerns no single server.
              type: str
              sample: udp
            view:
              description:
                - The view that a resolver belongs to. Is V(none) if it is no resolver.
              type: str
              sample:
            vantage:
              description:
                - From where was looked.
              type: str
              sample: runner-1
        expected:
          description:
            - What should be there.
          type: str
          sample: CNAME granitefalls.westus.cloudapp.azure.com
        observed:
          description:
            - What is there.
          type: str
          sample: ns4-09.azure-dns.info (192.0.2.4) says CNAME oldfalls.eastus.cloudapp.azure.com.
        evidence:
          description:
            - The answer that shows it. Is V(none) if no single answer does.
          type: dict
          contains:
            rcode:
              description:
                - The response code. Is V(none) without an answer.
              type: str
              sample: NOERROR
            flags:
              description:
                - The flags.
              type: list
              elements: str
              sample: [AA, QR]
            ttl:
              description:
                - The smallest TTL of the answer in seconds. Is V(none) if there is no record in it.
              type: int
              sample: 3600
            ede:
              description:
                - Extended errors (RFC 8914).
              type: list
              elements: int
              sample: []
            answer:
              description:
                - The records of the answer.
              type: list
              elements: str
              sample: [granitefalls.contoso.com. 3600 IN CNAME oldfalls.eastus.cloudapp.azure.com.]
            outcome:
              description:
                - V(answered), V(timeout), V(unreachable), V(malformed) or V(truncated).
              type: str
              sample: answered
            rtt_ms:
              description:
                - How long the answer took in milliseconds. Is V(none) without an answer.
              type: float
              sample: 21.4
            at:
              description:
                - When it came, in UTC. Is V(none) if that is not known.
              type: str
              sample: "2026-11-21T20:00:00Z"
        converges_at:
          description:
            - When it passes by itself. Is V(none) if it does not, or if that cannot be told.
          type: str
          sample:
        remedy:
          description:
            - The way out.
          type: str
          sample: Run configmgr.cmg.dns_aliases for this gateway.
        fingerprint:
          description:
            - Sixteen hexadecimal digits that stay the same from run to run, by code, layer, name and server.
          type: str
          sample: 0123456789abcdef
        accepted:
          description:
            - Why and until when it is tolerated. Is V(none) if it is not.
          type: dict
          contains:
            reason:
              description:
                - The reason.
              type: str
              sample: Case 2611210030001234 is open
            until:
              description:
                - The last day. Is V(none) for ever.
              type: str
              sample: "2026-12-31"
unmanaged:
  description:
    - Aliases with our mark, in the zones that were read, that no gateway declares. They have the form of RV(aliases).
    - With O(partial) there are none.
  type: list
  elements: dict
  returned: always
  sample: []
drifted:
  description:
    - Whether any alias is in the state V(drift).
  type: bool
  returned: always
  sample: true
schema_version:
  description:
    - The version of the form of RV(aliases).
  type: int
  returned: always
  sample: 1
attempts:
  description:
    - What the name servers said each time, with O(wait=true).
  type: list
  elements: dict
  returned: always
  contains:
    at:
      description:
        - When they were asked, in UTC.
      type: str
      sample: "2026-11-21T20:00:00Z"
    agreed:
      description:
        - Whether all of them had every declared alias.
      type: bool
      sample: false
    aliases:
      description:
        - How far each alias was.
      type: list
      elements: dict
      contains:
        name:
          description:
            - The service name.
          type: str
          sample: granitefalls.contoso.com.
        agreeing:
          description:
            - How many addresses had the declared alias.
          type: int
          sample: 3
        total:
          description:
            - How many addresses there are.
          type: int
          sample: 4
        servers:
          description:
            - What each address said.
          type: dict
          sample:
            192.0.2.1: CNAME granitefalls.westus.cloudapp.azure.com
            192.0.2.4: NXDOMAIN
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
        - The name by which clients address the gateway.
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
    state:
      description:
        - The state of its alias. Is V(none) if it needs none, or if its names are not known.
      type: str
      sample: drift
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
    - How many there are of each kind.
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
    total:
      description:
        - How many aliases there are.
      type: int
      sample: 12
    in_sync:
      description:
        - How many are as declared.
      type: int
      sample: 9
    propagating:
      description:
        - How many will be as declared by themselves.
      type: int
      sample: 1
    unknown:
      description:
        - Of how many that cannot be told.
      type: int
      sample: 1
    drift:
      description:
        - How many are not as declared.
      type: int
      sample: 1
    by_severity:
      description:
        - How many findings of aliases count, by severity.
      type: dict
      contains:
        critical:
          description:
            - How many somebody else can exploit now.
          type: int
          sample: 0
        error:
          description:
            - How many are errors.
          type: int
          sample: 1
        warning:
          description:
            - How many are warnings.
          type: int
          sample: 2
        info:
          description:
            - How many are remarks.
          type: int
          sample: 0
    unmanaged:
      description:
        - How many aliases nobody declares.
      type: int
      sample: 0
valid:
  description:
    - Whether no rule found an error in any of the gateways. What is V(unknown) or only a warning is no error.
  type: bool
  returned: always
  sample: false
queries:
  description:
    - How many questions were sent to name servers and resolvers, including those that were asked again.
  type: int
  returned: always
  sample: 96
requests:
  description:
    - How many requests of each kind were made of Azure's resource manager. All of them only read.
  type: dict
  returned: always
  contains:
    list_subscriptions:
      description:
        - Pages of subscriptions read.
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
    list_locks:
      description:
        - Zones whose locks were read.
      type: int
      sample: 1
    list_public_ips:
      description:
        - Pages of public IP addresses read.
      type: int
      sample: 1
    check_dns_label:
      description:
        - DNS labels that Azure was asked about.
      type: int
      sample: 0
"""

import os

from ansible_collections.configmgr.cmg.plugins.module_utils._azure.calls import Calls
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.credentials import credentials_file_profile
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.drift_reading import DriftReader
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.settings import resolve
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import gateways_from_options
from ansible_collections.configmgr.cmg.plugins.module_utils._module.azure_options import AZURE_OPTIONS
from ansible_collections.configmgr.cmg.plugins.module_utils._module.clock import SystemClock
from ansible_collections.configmgr.cmg.plugins.module_utils._module.drift import look_for_drift
from ansible_collections.configmgr.cmg.plugins.module_utils._module.drift_options import OPTIONS
from ansible_collections.configmgr.cmg.plugins.module_utils._module.module import create_module, failing_cleanly


def main() -> None:
    module = create_module(AZURE_OPTIONS, OPTIONS)
    clock = SystemClock()
    calls = Calls(clock, clock.monotonic() + module.params["timeout"])
    with failing_cleanly(module):
        gateways = gateways_from_options(module.params["gateways"])
        module.exit_json(
            **look_for_drift(
                gateways,
                module.params,
                lambda: DriftReader(resolve(module.params, os.environ, credentials_file_profile), calls),
                calls,
            )
        )


if __name__ == "__main__":
    main()

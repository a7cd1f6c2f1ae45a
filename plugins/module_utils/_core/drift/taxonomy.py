# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Every kind of drift that is known: what it is, how bad it is, whether it can be repaired from here, and the way out.

The name of a kind (C(wrong_target)) is the C(code) of a finding; C(DRIFT-WRONG-TARGET) is the same as a rule's id.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Rule, Severity


class State(StrEnum):
    """How an alias stands, best first. What is not known is not drift, and what will pass by itself is not either."""

    IN_SYNC = "in_sync"
    PROPAGATING = "propagating"
    UNKNOWN = "unknown"
    DRIFT = "drift"


class Layer(StrEnum):
    """Where it was seen; the letters are those of findings."""

    DECLARED = "D"
    PLANE = "P"
    AUTHORITATIVE = "A"
    RECURSIVE = "R"
    TARGET = "T"
    SERVED = "S"


STATE_ORDER = {state: position for position, state in enumerate(State)}


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of drift with its usual state and severity, which the circumstances may soften or harden."""

    code: str
    layer: Layer
    state: State
    severity: Severity
    fixable: bool
    title: str
    remedy: str
    source: str

    @property
    def rule(self) -> Rule:
        """The same as a rule of the collection."""
        return Rule(f"DRIFT-{self.code.upper().replace('_', '-')}", self.title, self.severity, (self.source,))


D, P, A = Layer.DECLARED, Layer.PLANE, Layer.AUTHORITATIVE
R, T, S = Layer.RECURSIVE, Layer.TARGET, Layer.SERVED
IN_SYNC, PROPAGATING, UNKNOWN, DRIFT = State
CRITICAL, ERROR, WARNING, INFO = Severity

DNS = "RFC 1034: Domain names, concepts and facilities, https://www.rfc-editor.org/rfc/rfc1034"
ALIASES = "RFC 2181 section 10.1: CNAME resource records, https://www.rfc-editor.org/rfc/rfc2181"
NEGATIVE = "RFC 2308: Negative caching of DNS queries, https://www.rfc-editor.org/rfc/rfc2308"
COMPACT = "RFC 9824: Compact denial of existence in DNSSEC, https://www.rfc-editor.org/rfc/rfc9824"
WILDCARDS = "RFC 4592: The role of wildcards in the Domain Name System, https://www.rfc-editor.org/rfc/rfc4592"
EDNS = "RFC 6891: Extension mechanisms for DNS, https://www.rfc-editor.org/rfc/rfc6891"
EXTENDED = "RFC 8914: Extended DNS errors, https://www.rfc-editor.org/rfc/rfc8914"
STALE = "RFC 8767: Serving stale data, https://www.rfc-editor.org/rfc/rfc8767"
CAA = "RFC 8659: DNS certification authority authorization, https://www.rfc-editor.org/rfc/rfc8659"
TLS = "RFC 9525: Service identity in TLS, https://www.rfc-editor.org/rfc/rfc9525"
IDNA = "RFC 5891: Internationalized domain names in applications, https://www.rfc-editor.org/rfc/rfc5891"
LEARN = "https://learn.microsoft.com/"
ALIAS_PAGE = (
    f"Microsoft Learn: Set up a CMG, {LEARN}intune/configmgr/core/clients/manage/cmg/setup-cloud-management-gateway"
)
CERTIFICATE_PAGE = (
    "Microsoft Learn: CMG server authentication certificate, "
    f"{LEARN}intune/configmgr/core/clients/manage/cmg/server-auth-cert"
)
CONVERT_PAGE = (
    f"Microsoft Learn: Modify a CMG, {LEARN}intune/configmgr/core/clients/manage/cmg/modify-cloud-management-gateway"
)
ZONES_PAGE = f"Microsoft Learn: DNS zones and records, {LEARN}azure/dns/dns-zones-records"
DELEGATION_PAGE = f"Microsoft Learn: Delegate a domain to Azure DNS, {LEARN}azure/dns/dns-delegate-domain-azure-dns"
AZURE_ALIAS_PAGE = f"Microsoft Learn: Azure DNS alias records, {LEARN}azure/dns/dns-alias"
DANGLING_PAGE = f"Microsoft Learn: Prevent dangling DNS entries, {LEARN}azure/security/fundamentals/subdomain-takeover"
LOCKS_PAGE = f"Microsoft Learn: Lock your resources, {LEARN}azure/azure-resource-manager/management/lock-resources"

ENSURE = "Run configmgr.cmg.dns_aliases for this gateway."
OTHER_SERVER = "Nothing has to be done at the alias. Ask the operator of the name server, or of the network on the way."
VANTAGE = "Ask again, or from a machine that reaches the server on this port over UDP and TCP."
FLUSH = "Wait, or have the operator of the resolver flush the name from its cache."

_TABLE: tuple[Code, ...] = (
    Code(
        "idn_ambiguous",
        D,
        DRIFT,
        ERROR,
        False,
        "The service name is written in ASCII",
        "Declare the name in the form that the DNS holds, beginning with xn--. Programs turn the same letters into "
        "different names.",
        IDNA,
    ),
    Code(
        "zone_apex",
        D,
        DRIFT,
        ERROR,
        False,
        "The service name lies below the apex of its zone",
        "No CNAME can stand beside SOA and NS. Use a service name below the zone, or undo the delegation of this name.",
        DNS,
    ),
    Code("plane_missing", P, DRIFT, ERROR, True, "The zone in Azure holds the alias", ENSURE, ALIAS_PAGE),
    Code(
        "plane_wrong_target",
        P,
        DRIFT,
        ERROR,
        True,
        "The alias in Azure points to the deployment name",
        ENSURE,
        ALIAS_PAGE,
    ),
    Code("plane_ttl", P, DRIFT, WARNING, True, "The alias in Azure has the declared TTL", ENSURE, ZONES_PAGE),
    Code(
        "plane_other_type",
        P,
        DRIFT,
        ERROR,
        False,
        "Nothing but the alias stands at its name in Azure",
        "Find out who needs the other records and remove them; a CNAME cannot stand beside them. Then run "
        "configmgr.cmg.dns_aliases.",
        ALIASES,
    ),
    Code(
        "plane_not_in_azure",
        P,
        UNKNOWN,
        INFO,
        False,
        "The zone of the alias is visible in Azure",
        "If the zone is kept elsewhere, leave the layer control_plane out. Otherwise give the credentials the right to "
        "read it.",
        ZONES_PAGE,
    ),
    Code(
        "plane_unreadable",
        P,
        UNKNOWN,
        WARNING,
        False,
        "The control plane can be read",
        "Mend what the message names. The role Reader on the zone is enough.",
        ZONES_PAGE,
    ),
    Code(
        "plane_locked",
        P,
        IN_SYNC,
        WARNING,
        False,
        "No lock keeps the alias from being changed",
        "Nothing is wrong now, but a change will be refused until the lock is gone.",
        LOCKS_PAGE,
    ),
    Code(
        "alias_record_set",
        P,
        DRIFT,
        WARNING,
        False,
        "The alias is an ordinary CNAME",
        "An Azure alias record set follows a resource. Replace it by a CNAME to the deployment name with "
        "configmgr.cmg.dns_aliases and on_conflict=replace, if nobody else needs it.",
        AZURE_ALIAS_PAGE,
    ),
    Code(
        "unmanaged",
        P,
        IN_SYNC,
        INFO,
        False,
        "Every alias with our mark is declared",
        "Declare the gateway, or remove the record with configmgr.cmg.dns_aliases and state=absent.",
        DANGLING_PAGE,
    ),
    Code(
        "zone_not_delegated",
        A,
        DRIFT,
        CRITICAL,
        False,
        "The zone that holds the alias is the one that is delegated",
        "Give the name servers of the zone to the registrar or to the parent zone, or keep the alias in the zone that "
        "is delegated. Whatever is written to this one is not seen by anybody.",
        DELEGATION_PAGE,
    ),
    Code(
        "duplicate_zone",
        A,
        IN_SYNC,
        WARNING,
        False,
        "The zone exists once",
        "Delete the copy that is not delegated before somebody changes the wrong one.",
        DELEGATION_PAGE,
    ),
    Code(
        "ns_set_mismatch",
        A,
        DRIFT,
        WARNING,
        False,
        "Parent and zone name the same name servers",
        "Make the NS records of the zone and those at the registrar or in the parent zone equal.",
        DELEGATION_PAGE,
    ),
    Code(
        "lame_server",
        A,
        DRIFT,
        ERROR,
        False,
        "Every name server of the delegation serves the zone",
        "Take the server out of the delegation, or have its operator serve the zone.",
        DNS,
    ),
    Code(
        "dead_glue",
        A,
        UNKNOWN,
        WARNING,
        False,
        "The parent's addresses of the name servers are right",
        "Have the registrar or the parent zone's operator correct the glue records.",
        DNS,
    ),
    Code(
        "ipv6_only_server",
        A,
        UNKNOWN,
        WARNING,
        False,
        "Every name server can be reached from here",
        "The server has only addresses that this machine cannot use. Ask from a machine with IPv6, or accept this.",
        DNS,
    ),
    Code(
        "delegation_unknown",
        A,
        UNKNOWN,
        WARNING,
        False,
        "The delegation can be followed",
        VANTAGE,
        DNS,
    ),
    Code("missing", A, DRIFT, ERROR, True, "The alias exists", ENSURE, NEGATIVE),
    Code("missing_nodata", A, DRIFT, ERROR, True, "The name has a CNAME", ENSURE, NEGATIVE),
    Code("missing_nxname", A, DRIFT, ERROR, True, "The alias exists", ENSURE, COMPACT),
    Code(
        "other_type",
        A,
        DRIFT,
        ERROR,
        False,
        "The name has a CNAME rather than records of other types",
        "Find out who needs the other records and remove them; a CNAME cannot stand beside them. Then run "
        "configmgr.cmg.dns_aliases.",
        ALIASES,
    ),
    Code("wrong_target", A, DRIFT, ERROR, True, "The alias points to the deployment name", ENSURE, ALIAS_PAGE),
    Code(
        "classic_after_conversion",
        A,
        DRIFT,
        ERROR,
        True,
        "After the conversion the alias points to the scale set",
        "The gateway was converted and the alias still points to its classic name, which is going to disappear. "
        f"{ENSURE}",
        CONVERT_PAGE,
    ),
    Code("ttl", A, DRIFT, WARNING, True, "The alias has the declared TTL", ENSURE, ZONES_PAGE),
    Code(
        "multiple_cnames",
        A,
        DRIFT,
        ERROR,
        False,
        "The name has one CNAME",
        "Remove all but one on the server that allows this; resolvers pick one by chance.",
        ALIASES,
    ),
    Code(
        "cname_and_other_data",
        A,
        DRIFT,
        ERROR,
        False,
        "Nothing stands beside the CNAME",
        "Remove the other records on the server that allows this; resolvers give one or the other by chance.",
        ALIASES,
    ),
    Code(
        "wildcard_synthesised",
        A,
        DRIFT,
        ERROR,
        True,
        "The alias is a record of its own",
        f"The record is gone and a wildcard answers in its place. {ENSURE}",
        WILDCARDS,
    ),
    Code(
        "wildcard_present",
        A,
        IN_SYNC,
        INFO,
        False,
        "No wildcard would take the alias's place",
        "Nothing is wrong. If the alias were deleted, the wildcard would answer and nobody would notice.",
        WILDCARDS,
    ),
    Code(
        "chain",
        A,
        IN_SYNC,
        INFO,
        False,
        "The alias leads to the deployment name directly",
        "If the other names in between are not meant to be there, run configmgr.cmg.dns_aliases.",
        ALIAS_PAGE,
    ),
    Code(
        "servers_disagree",
        A,
        DRIFT,
        ERROR,
        False,
        "All name servers say the same",
        "If it lasts for more than some minutes, open a case with the operator of the servers that differ. The serial "
        "of an Azure DNS zone tells nothing, the records do.",
        ZONES_PAGE,
    ),
    Code(
        "not_authoritative",
        A,
        UNKNOWN,
        ERROR,
        False,
        "The name servers answer with authority",
        "The answer comes from a cache. Ask the operator of the name server, or look for something on the way that "
        "intercepts DNS.",
        DNS,
    ),
    Code("server_refused", A, UNKNOWN, WARNING, False, "The server answers the question", OTHER_SERVER, DNS),
    Code("server_servfail", A, UNKNOWN, WARNING, False, "The server can answer the question", OTHER_SERVER, DNS),
    Code("server_notimp", A, UNKNOWN, WARNING, False, "The server understands the question", OTHER_SERVER, DNS),
    Code("truncated", A, UNKNOWN, WARNING, False, "A long answer can be had over TCP", VANTAGE, DNS),
    Code("timeout", A, UNKNOWN, WARNING, False, "The server answers in time", VANTAGE, DNS),
    Code("unreachable", A, UNKNOWN, WARNING, False, "The server can be reached", VANTAGE, DNS),
    Code("malformed", A, UNKNOWN, WARNING, False, "The answer is one that belongs to the question", VANTAGE, DNS),
    Code(
        "edns_unsupported",
        A,
        IN_SYNC,
        INFO,
        False,
        "The server understands EDNS",
        "Nothing is wrong with the alias. A server without EDNS cannot give long answers.",
        EDNS,
    ),
    Code(
        "caa_conflict",
        A,
        IN_SYNC,
        WARNING,
        False,
        "The authority that signs the certificate may do so",
        "Add the authority to the CAA records, or the next renewal will be refused.",
        CAA,
    ),
    Code(
        "resolver_old",
        R,
        PROPAGATING,
        WARNING,
        False,
        "The resolver has the present alias",
        FLUSH,
        DNS,
    ),
    Code(
        "resolver_negative_cache",
        R,
        PROPAGATING,
        WARNING,
        False,
        "The resolver knows that the alias exists",
        FLUSH,
        NEGATIVE,
    ),
    Code(
        "resolver_serving_stale",
        R,
        PROPAGATING,
        WARNING,
        False,
        "The resolver's answer is fresh",
        "The resolver cannot reach the name servers and answers from its past. Ask its operator.",
        STALE,
    ),
    Code(
        "resolver_impossible_ttl",
        R,
        DRIFT,
        ERROR,
        False,
        "The resolver's answer comes from these name servers",
        "The remaining TTL is longer than any that the alias has had, so somebody else answers. Ask the operator of "
        "the resolver for local zones and overrides.",
        DNS,
    ),
    Code(
        "resolver_differs",
        R,
        UNKNOWN,
        WARNING,
        False,
        "The resolver says what is declared",
        "Without the word of the name servers nobody can tell a cache from a fault. Add the layer authoritative.",
        DNS,
    ),
    Code(
        "split_horizon",
        R,
        UNKNOWN,
        WARNING,
        False,
        "The view gives the alias that is expected of it",
        "Add the alias to the zone that this view holds itself, or declare in views what it should say. The connection "
        "point inside has to resolve the public name too.",
        ALIAS_PAGE,
    ),
    Code(
        "resolver_lies",
        R,
        UNKNOWN,
        WARNING,
        False,
        "The resolver says so if a name does not exist",
        "It gives addresses to names that do not exist, so nothing that it says counts. Use another resolver.",
        NEGATIVE,
    ),
    Code(
        "resolver_blocked",
        R,
        UNKNOWN,
        WARNING,
        False,
        "The resolver's policy lets the name pass",
        "Have the operator of the resolver allow the service name.",
        EXTENDED,
    ),
    Code(
        "resolver_rewrites",
        R,
        UNKNOWN,
        WARNING,
        False,
        "The resolver shows the alias as it is",
        "It gives addresses without the CNAME. Nothing may be wrong, but nothing can be compared.",
        DNS,
    ),
    Code(
        "dnssec_bogus",
        R,
        DRIFT,
        CRITICAL,
        False,
        "The alias can be validated",
        "Sign the zone anew, or correct the DS record at the parent. Whoever validates cannot reach the gateway.",
        EXTENDED,
    ),
    Code(
        "resolver_servfail",
        R,
        UNKNOWN,
        WARNING,
        False,
        "The resolver can answer",
        "See what the name servers say, and ask the operator of the resolver.",
        EXTENDED,
    ),
    Code(
        "target_loop",
        T,
        DRIFT,
        ERROR,
        False,
        "The target does not lead back to itself",
        "Break the circle of CNAMEs at one of the names that are listed.",
        DNS,
    ),
    Code(
        "target_dangling",
        T,
        DRIFT,
        CRITICAL,
        False,
        "The target exists",
        "Deploy the gateway, or remove the alias with configmgr.cmg.dns_aliases and state=absent.",
        DANGLING_PAGE,
    ),
    Code(
        "dangling_claimable",
        T,
        DRIFT,
        CRITICAL,
        False,
        "Nobody else can claim the target",
        "Anybody can create the target now and receive what clients send. Remove the alias at once with "
        "configmgr.cmg.dns_aliases and state=absent, or deploy the gateway.",
        DANGLING_PAGE,
    ),
    Code(
        "dangling_reserved",
        T,
        DRIFT,
        ERROR,
        False,
        "The target exists",
        "The name is kept back for its last owner for some days. Remove the alias before anybody can claim it, or "
        "deploy the gateway.",
        DANGLING_PAGE,
    ),
    Code(
        "target_undeployed",
        T,
        IN_SYNC,
        WARNING,
        False,
        "The gateway is deployed",
        "Deploy the gateway first, which claims its name. No alias leads there, so no client can be led astray yet.",
        DANGLING_PAGE,
    ),
    Code(
        "dangling_classic",
        T,
        DRIFT,
        ERROR,
        False,
        "The target is no classic name that is gone",
        "Classic deployments no longer exist. Point the alias to the name of the scale set with "
        "configmgr.cmg.dns_aliases.",
        CONVERT_PAGE,
    ),
    Code(
        "target_unpublished",
        T,
        DRIFT,
        ERROR,
        False,
        "The public IP address with the target's name is in the DNS",
        "It is ours but has no address. See whether the gateway is stopped or its public IP address is unassigned.",
        DANGLING_PAGE,
    ),
    Code(
        "target_foreign",
        T,
        DRIFT,
        CRITICAL,
        False,
        "The target is ours",
        "Somebody outside of this tenant has the target and receives what clients send. Remove the alias at once, and "
        "deploy under another name.",
        DANGLING_PAGE,
    ),
    Code(
        "target_unproven",
        T,
        UNKNOWN,
        WARNING,
        False,
        "It can be proved that the target is ours",
        "Give the credentials the right to read public IP addresses in all subscriptions, or add the layer served.",
        DANGLING_PAGE,
    ),
    Code(
        "target_no_address",
        T,
        DRIFT,
        ERROR,
        False,
        "The target has an address",
        "See in the Azure portal whether the gateway's public IP address is assigned.",
        DNS,
    ),
    Code("target_unknown", T, UNKNOWN, WARNING, False, "The target can be resolved", VANTAGE, DNS),
    Code(
        "tls_name_mismatch",
        S,
        DRIFT,
        ERROR,
        False,
        "The served certificate is good for the service name",
        "Bind the certificate of this gateway in the properties of the cloud management gateway.",
        TLS,
    ),
    Code(
        "tls_expired",
        S,
        DRIFT,
        CRITICAL,
        False,
        "The served certificate has not expired",
        "Renew the certificate and replace it in the properties of the cloud management gateway.",
        CERTIFICATE_PAGE,
    ),
    Code(
        "tls_expiring",
        S,
        IN_SYNC,
        WARNING,
        False,
        "The served certificate is good for some time yet",
        "Renew the certificate in time.",
        CERTIFICATE_PAGE,
    ),
    Code(
        "tls_other_certificate",
        S,
        DRIFT,
        ERROR,
        False,
        "The served certificate is the declared one",
        "Replace the certificate in the properties of the cloud management gateway, or correct the declaration.",
        CERTIFICATE_PAGE,
    ),
    Code(
        "tls_untrusted",
        S,
        DRIFT,
        ERROR,
        False,
        "Clients trust the served certificate",
        "Serve the intermediate certificates too, and have clients trust the root.",
        CERTIFICATE_PAGE,
    ),
    Code(
        "tls_rejected",
        S,
        DRIFT,
        ERROR,
        False,
        "The served certificate keeps the rules for cloud management gateways",
        "Do what the rules say that are listed.",
        CERTIFICATE_PAGE,
    ),
    Code(
        "tls_unreachable",
        S,
        UNKNOWN,
        WARNING,
        False,
        "The target serves a certificate",
        "See whether the gateway runs, and whether this machine may reach it.",
        TLS,
    ),
)

CODES: dict[str, Code] = {code.code: code for code in _TABLE}
RULES: tuple[Rule, ...] = tuple(code.rule for code in CODES.values())
# What M(configmgr.cmg.dns_aliases) mends by pointing an alias to its target, and leaves alone while it holds it back.
# An alias that points there already may get its TTL, whoever has the target.
POINTING = frozenset(code.code for code in _TABLE if code.fixable) - {"plane_ttl", "ttl"}


def worst(states: frozenset[State] | set[State]) -> State:
    """The worst of some states; in sync if there is none."""
    return max(states, key=STATE_ORDER.__getitem__, default=State.IN_SYNC)

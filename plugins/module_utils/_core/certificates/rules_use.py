# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The rules of what a certificate may be used for: extended key usage, key usage, CA or not, critical extensions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.chain_checks import KNOWN_WHEN_CRITICAL
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.engine import (
    ALL_PURPOSES,
    SERVER,
    CertificateRule,
    Evidence,
    Family,
    Observation,
    Observations,
    Purpose,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.extensions import EXTENSION_NAMES
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.rules_name import BR, PKI_PAGE
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Severity
from ansible_collections.configmgr.cmg.plugins.module_utils._core.name_reading import listed

if TYPE_CHECKING:
    from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.facts import CertificateFacts

USE = Family()

SERVER_AUTH = "1.3.6.1.5.5.7.3.1"
CLIENT_AUTH = "1.3.6.1.5.5.7.3.2"
ANY = "2.5.29.37.0"
USAGE_NAMES = {
    SERVER_AUTH: "server authentication",
    CLIENT_AUTH: "client authentication",
    ANY: "any purpose",
    "1.3.6.1.5.5.7.3.3": "code signing",
    "1.3.6.1.5.5.7.3.4": "e-mail protection",
    "1.3.6.1.5.5.7.3.8": "time stamping",
    "1.3.6.1.5.5.7.3.9": "OCSP signing",
    "1.3.6.1.4.1.11129.2.4.4": "precertificate signing",
    "1.3.6.1.4.1.311.20.2.2": "smart card logon",
}
# What a public authority must not put beside server authentication; anything else it should not.
FORBIDDEN = frozenset(
    {ANY, "1.3.6.1.5.5.7.3.3", "1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.8", "1.3.6.1.5.5.7.3.9", "1.3.6.1.4.1.11129.2.4.4"}
)
ENTERPRISE_SOFTENS = dict.fromkeys(
    (Purpose.SERVER_ENTERPRISE, Purpose.CLIENT, Purpose.MANAGEMENT_POINT), Severity.WARNING
)
CHROME_POLICY = "Chrome Root Program Policy, dedicated TLS server authentication hierarchies"


def usage_text(oids: tuple[str, ...] | frozenset[str]) -> str:
    """Extended key usages in words."""
    return listed(f"{USAGE_NAMES[oid]} ({oid})" if oid in USAGE_NAMES else oid for oid in oids) if oids else "nothing"


@USE.certificate_rule(
    "USE-002",
    "The certificate says what it may be used for",
    PKI_PAGE,
    f"{BR} 7.1.2.7.6",
    purposes=(*SERVER, Purpose.MANAGEMENT_POINT, Purpose.CLIENT),
    severities=ENTERPRISE_SOFTENS,
    remedy="Have the certificate issued again from a template with the extended key usage that this purpose needs.",
    reads=("extKeyUsage", "extensions"),
)
def _usage_present(leaf: CertificateFacts, evidence: Evidence) -> Observations:
    if leaf.eku is None:
        wanted = CLIENT_AUTH if evidence.purpose is Purpose.CLIENT else SERVER_AUTH
        yield Observation(
            "The certificate has no extended key usage.",
            f"{usage_text((wanted,)).capitalize()}. Windows takes its absence for any purpose; Microsoft's "
            "requirements and public authorities do not.",
        )


@USE.certificate_rule(
    "USE-003",
    "The certificate does not rely on 'any purpose'",
    f"{BR} 7.1.2.7.10",
    PKI_PAGE,
    purposes=(*SERVER, Purpose.CLIENT),
    severities=ENTERPRISE_SOFTENS,
    remedy="Have the certificate issued again with the purpose itself.",
)
def _not_any(leaf: CertificateFacts, evidence: Evidence) -> Observations:
    wanted = CLIENT_AUTH if evidence.purpose is Purpose.CLIENT else SERVER_AUTH
    if leaf.eku and ANY in leaf.eku and wanted not in leaf.eku:
        yield Observation(
            f"The extended key usage is {usage_text(leaf.eku)}.",
            f"{usage_text((wanted,)).capitalize()}, named as such.",
        )


@USE.certificate_rule(
    "USE-001",
    "The certificate is good for server authentication",
    PKI_PAGE,
    f"{BR} 7.1.2.7.10",
    purposes=(*SERVER, Purpose.MANAGEMENT_POINT),
    caused_by=("USE-003",),
    remedy="Have the certificate issued again, from AD CS with the template Web Server or a copy of it.",
)
def _server_authentication(leaf: CertificateFacts, _evidence: Evidence) -> Observations:
    if leaf.eku is not None and SERVER_AUTH not in leaf.eku:
        yield Observation(
            f"The extended key usage is {usage_text(leaf.eku)}.", f"{usage_text((SERVER_AUTH,)).capitalize()}."
        )


@USE.certificate_rule(
    "USE-008",
    "The certificate is good for client authentication",
    PKI_PAGE,
    purposes=(Purpose.CLIENT,),
    caused_by=("USE-003",),
    remedy="Have the certificate issued again, from AD CS with the template Workstation Authentication or a copy.",
)
def _client_authentication(leaf: CertificateFacts, _evidence: Evidence) -> Observations:
    if leaf.eku is not None and CLIENT_AUTH not in leaf.eku:
        yield Observation(
            f"The extended key usage is {usage_text(leaf.eku)}.", f"{usage_text((CLIENT_AUTH,)).capitalize()}."
        )


@USE.certificate_rule(
    "USE-004",
    "A public server certificate has no other purposes",
    f"{BR} 7.1.2.7.10",
    CHROME_POLICY,
    purposes=(Purpose.SERVER_PUBLIC,),
    caused_by=("USE-001", "USE-003"),
    remedy="Have the certificate issued for server authentication alone. Clients get certificates from the enterprise "
    "PKI.",
)
def _no_foreign_purpose(leaf: CertificateFacts, evidence: Evidence) -> Observations:
    foreign = tuple(oid for oid in leaf.eku or () if oid not in {SERVER_AUTH, CLIENT_AUTH})
    if foreign:
        yield Observation(
            f"The certificate is also for {usage_text(foreign)}.",
            "Server authentication alone. Public authorities may not combine it with other purposes.",
            severity=Severity.ERROR if FORBIDDEN & set(foreign) else Severity.WARNING,
        )
    if CLIENT_AUTH in (leaf.eku or ()):
        yield _also_for_clients(leaf, evidence)


def _also_for_clients(leaf: CertificateFacts, evidence: Evidence) -> Observation:
    cutoff = evidence.settings.clientauth_cutoff
    outlives = leaf.not_after is None or leaf.not_after.date() >= cutoff
    return Observation(
        f"The certificate is also for {usage_text((CLIENT_AUTH,))}.",
        f"Server authentication alone: from {cutoff.isoformat()} on public authorities issue nothing else, so that "
        f"{'its successor' if outlives else 'a successor after that day'} will not have it.",
        "Make sure that nothing uses this certificate as a client certificate before it is renewed.",
        Severity.WARNING if outlives else Severity.INFO,
    )


@USE.certificate_rule(
    "USE-005",
    "The key usage fits",
    "RFC 5280, section 4.2.1.3",
    f"{BR} 7.1.2.7.11",
    PKI_PAGE,
    purposes=(*SERVER, Purpose.MANAGEMENT_POINT, Purpose.CLIENT),
    caused_by=("USE-006",),
    remedy="Have the certificate issued again with the key usages digitalSignature and keyEncipherment.",
)
def _key_usage(leaf: CertificateFacts, evidence: Evidence) -> Observations:
    usage = leaf.key_usage
    if usage is None or "digitalSignature" in usage:
        return
    enough = "keyEncipherment" in usage and evidence.purpose is not Purpose.CLIENT
    yield Observation(
        f"The key usage is {listed(sorted(usage)) if usage else 'empty'}.",
        "digitalSignature and keyEncipherment. Without the first "
        + ("only the old exchange of keys with RSA is possible." if enough else "the key cannot prove who it is."),
        severity=Severity.WARNING if enough else None,
    )


@USE.certificate_rule(
    "USE-006",
    "The certificate is not one of a CA",
    "RFC 5280, section 4.2.1.9",
    f"{BR} 7.1.2.7.8",
    purposes=(*SERVER, Purpose.MANAGEMENT_POINT, Purpose.CLIENT),
    remedy="Take the certificate that was issued to the server or client itself, not that of an authority.",
)
def _no_authority(leaf: CertificateFacts, _evidence: Evidence) -> Observations:
    if leaf.is_ca:
        yield Observation(
            "The basic constraints say that this is the certificate of a CA.",
            "Basic constraints that say the opposite, or none.",
        )


@USE.certificate_rule(
    "USE-007",
    "The key cannot sign certificates",
    "RFC 5280, section 4.2.1.3",
    f"{BR} 7.1.2.7.11",
    purposes=(*SERVER, Purpose.CLIENT),
    caused_by=("USE-006",),
    remedy="Have the certificate issued again without these key usages.",
)
def _no_signer(leaf: CertificateFacts, _evidence: Evidence) -> Observations:
    signing = sorted({"keyCertSign", "cRLSign"} & (leaf.key_usage or frozenset()))
    if signing:
        yield Observation(
            f"The key usage contains {listed(signing)}.", "Neither keyCertSign nor cRLSign: those belong to a CA."
        )


@USE.certificate_rule(
    "USE-009",
    "Application policies and extended key usage agree",
    "Windows certificate chaining engine, application policies (1.3.6.1.4.1.311.21.10)",
    purposes=(Purpose.SERVER_ENTERPRISE, Purpose.CLIENT, Purpose.MANAGEMENT_POINT),
    severity=Severity.WARNING,
    remedy="Correct the certificate template. Windows allows only what both of them name.",
    reads=("extKeyUsage", "applicationPolicies"),
)
def _policies_agree(leaf: CertificateFacts, _evidence: Evidence) -> Observations:
    policies, usages = leaf.application_policies, leaf.eku
    if policies is not None and usages is not None and set(policies) != set(usages):
        yield Observation(
            f"The application policies are {usage_text(policies)}, the extended key usage is {usage_text(usages)}.",
            "The same purposes in both.",
        )


@USE.certificate_rule(
    "USE-010",
    "No critical extension is unknown",
    "RFC 5280, section 4.2",
    purposes=ALL_PURPOSES,
    remedy="Have the certificate issued again with this extension not critical.",
)
def _known_extensions(leaf: CertificateFacts, _evidence: Evidence) -> Observations:
    unknown = [one.oid for one in leaf.extensions if one.critical and one.oid not in KNOWN_WHEN_CRITICAL]
    if unknown:
        named = [f"{EXTENSION_NAMES[oid]} ({oid})" if oid in EXTENSION_NAMES else oid for oid in unknown]
        yield Observation(
            f"{listed(named)} is marked critical.",
            "Only extensions of RFC 5280 marked critical: whoever does not know one has to refuse the certificate.",
        )


@USE.certificate_rule(
    "USE-011",
    "The certificate does not demand stapling",
    "RFC 7633",
    purposes=SERVER,
    severity=Severity.WARNING,
    remedy="Order the certificate without OCSP must-staple.",
)
def _no_must_staple(leaf: CertificateFacts, _evidence: Evidence) -> Observations:
    if leaf.must_staple:
        yield Observation(
            "The certificate demands a stapled OCSP response (TLS feature status_request).",
            "No such demand: whether the gateway staples is not in the customer's hands.",
        )


RULES: tuple[CertificateRule, ...] = tuple(USE)

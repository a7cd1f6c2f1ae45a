# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""pkilint beside our rules: on certificates with one defect each, both name it, or the reason stands here.

pkilint knows the Baseline Requirements alone. What a gateway needs besides, paths, keys and the clock it does not see.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.unit import certificate_factory as factory
from tests.unit.certificate_factory import CLIENT_AUTH, DAY, NAME, NOW, SERVER_AUTH, Issued, raw_extension, server
from tests.unit.evidence_factory import gateway
from tests.unit.judgement_factory import server_findings

pytest.importorskip("pkilint", reason="the other opinion is that of pkilint")
pytestmark = pytest.mark.corpus

PARTS = (
    "pkilint.finding_filter",
    "pkilint.loader",
    "pkilint.cabf.serverauth",
    "pkilint.cabf.serverauth.serverauth_constants",
    "pkilint.pkix.certificate",
)
SERVERAUTH = "cabf.serverauth"
SUBSCRIBER = f"{SERVERAUTH}.subscriber"

# What both can see: a code of pkilint, and the rules of ours of which one has to speak with it.
SAME: Mapping[str, str] = {
    f"{SERVERAUTH}.prohibited_duplicate_attribute_type": "NAME-002",
    f"{SERVERAUTH}.subscriber_common_name_unknown_source": "NAME-001 NAME-002 NAME-005 NAME-006 NAME-007",
    "cabf.internal_domain_name": "NAME-003 NAME-015 NAME-018 REV-002",
    f"{SERVERAUTH}.invalid_dnsname_syntax": "NAME-003 NAME-009 NAME-013",
    f"{SUBSCRIBER}.subject_altname_extension_absent": "NAME-005",
    f"{SERVERAUTH}.prohibited_san_type": "NAME-020",
    "pkix.san_extension_is_critical_non_empty_subject": "NAME-021",
    "pkix.san_extension_not_critical_empty_subject": "NAME-021",
    "itu.invalid_asn1_syntax": "NAME-014 FILE-001",
    f"{SUBSCRIBER}.extended_key_usage_extension_absent": "USE-002",
    f"{SUBSCRIBER}.serverauth_eku_absent": "USE-001 USE-003",
    f"{SUBSCRIBER}.anyeku_eku_present": "USE-003 USE-004",
    f"{SUBSCRIBER}.codesigning_eku_present": "USE-004",
    f"{SUBSCRIBER}.emailprotection_eku_present": "USE-004",
    f"{SERVERAUTH}.subscriber_prohibited_ku_present": "USE-005 USE-007 KEY-001",
    "pkix.ee_certificate_keycertsign_keyusage_set": "USE-007",
    f"{SERVERAUTH}.subscriber_basic_constraints_ca_bit_set": "USE-006",
    f"{SUBSCRIBER}.unknown_extension_present": "USE-010 USE-011",
    f"{SERVERAUTH}.certificate_validity_period_exceeds_398_days": "TIME-004",
    f"{SERVERAUTH}.certificate_validity_period_exceeds_200_days": "TIME-004",
    f"{SERVERAUTH}.certificate_validity_period_exceeds_100_days": "TIME-004",
    f"{SERVERAUTH}.certificate_validity_period_exceeds_47_days": "TIME-004",
    "cabf.rsa_modulus_invalid_length": "KEY-002",
    "cabf.rsa_exponent_not_in_recommended_range": "KEY-004",
    "cabf.rsa_modulus_has_small_prime_factor": "KEY-008",
    f"{SERVERAUTH}.prohibited_subject_public_key_algorithm_encoding": "KEY-001",
    f"{SERVERAUTH}.prohibited_signature_algorithm_encoding": "SIG-001",
    f"{SUBSCRIBER}.revocation_information_absent": "REV-001",
    f"{SUBSCRIBER}.certificate_policies_extension_absent": "PUB-001",
    f"{SUBSCRIBER}.policy_oids_absent": "PUB-001",
    "pkix.duplicate_extension": "FILE-001",
}

# What only ours see, and why pkilint does not.
OURS: Mapping[str, str] = {
    "NAME-001": "The Baseline Requirements do without a common name; Configuration Manager does not.",
    "NAME-004": "Which service name is meant stands in the declaration.",
    "NAME-010": "pkilint has no public suffix list.",
    "NAME-011": "Which service name is meant stands in the declaration.",
    "NAME-014": "pkilint does not decode A-labels.",
    "NAME-016": "Who owns a domain is no question of form.",
    "NAME-019": "Azure's rules for names.",
    "USE-004": "Client authentication besides is still allowed.",
    "TIME-001": "pkilint has no clock.",
    "TIME-002": "pkilint has no clock.",
    "TIME-003": "pkilint has no clock.",
    "KEY-001": "Elliptic curves are allowed to public authorities, but not to Configuration Manager.",
    "KEY-002": "Any length from 2048 on is allowed to public authorities.",
    "KEY-007": "pkilint does not look for close primes.",
    "PUB-002": "A policy of browsers.",
    "PUB-003": "pkilint does not ask for a length.",
}

AZURE = "granitefalls.westus.cloudapp.azure.com"
BOTH = [(NameOID.COMMON_NAME, NAME), (NameOID.COMMON_NAME, "www.contoso.com")]
STAPLE = (x509.TLSFeature([x509.TLSFeatureType.status_request]), False)


def of(service: str | None = NAME, **changes: Any) -> Callable[[], tuple[Issued, str | None]]:
    return lambda: (server(**changes), service)


def named(name: str, service: str | None = NAME) -> Callable[[], tuple[Issued, str | None]]:
    return of(service, subject=name, dns=(name,))


CASES: dict[str, Callable[[], tuple[Issued, str | None]]] = {
    "nothing": of(),
    "no common name": of(subject=[]),
    "two common names": of(subject=BOTH),
    "no domain": named("granitefalls"),
    "an underscore": named("granite_falls.contoso.com"),
    "another host": named("wallacefalls.contoso.com"),
    "no alternative names": of(dns=()),
    "another alternative name": of(dns=("www.contoso.com",)),
    "capitals": of(subject="granitefalls.Contoso.com"),
    "a partial wildcard": named("granite*.contoso.com"),
    "an inner wildcard": named("www.*.contoso.com"),
    "a wildcard of com": named("*.com", "granitefalls.com"),
    "a wildcard too high": named("*.contoso.com", "granitefalls.eu.contoso.com"),
    "a final dot": of(dns=(NAME, "www.contoso.com.")),
    "a blank": of(dns=(NAME, " www.contoso.com")),
    "an umlaut": of(dns=(NAME, "bücher.contoso.com")),
    "a bad A-label": of(dns=(NAME, "xn--a.contoso.com")),
    "an IP address": of(dns=(NAME, "10.0.0.4")),
    "Azure": named(AZURE, AZURE),
    "internal": named("granitefalls.contoso.local", "granitefalls.contoso.local"),
    "a hyphen in the prefix": named("granite-falls.contoso.com", "granite-falls.contoso.com"),
    "a URI": of(san=[x509.UniformResourceIdentifier("https://contoso.com")]),
    "critical names": of(san_critical=True),
    "no purpose": of(eku=()),
    "clients": of(eku=[CLIENT_AUTH]),
    "any purpose": of(eku=[ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE]),
    "code signing": of(eku=[SERVER_AUTH, ExtendedKeyUsageOID.CODE_SIGNING]),
    "e-mail": of(eku=[SERVER_AUTH, ExtendedKeyUsageOID.EMAIL_PROTECTION]),
    "clients besides": of(eku=[SERVER_AUTH, CLIENT_AUTH]),
    "key agreement": of(key_usage=["key_agreement"]),
    "a CA": of(ca=True),
    "a signer": of(key_usage=["digital_signature", "key_cert_sign"]),
    "a critical extension": of(extra=[raw_extension("1.2.3.4", b"\x05\x00", critical=True)]),
    "must-staple": of(extra=[STAPLE]),
    "expired": of(not_after=NOW - DAY),
    "not yet": of(not_before=NOW + DAY),
    "soon": of(not_before=NOW - 80 * DAY, not_after=NOW + 9 * DAY),
    "201 days": of(not_before=NOW, not_after=NOW + 201 * DAY, scts=3),
    "200 days": of(not_before=NOW, not_after=NOW + 200 * DAY, scts=3),
    "RSA 1024": of(key=factory.rsa_key(1024)),
    "RSA 3072": of(public_key=factory.invented_key(0, 3072)),
    "P-256": of(key=factory.ec_key(), key_usage=["digital_signature"]),
    "Ed25519": of(key=factory.ed25519_key(), key_usage=["digital_signature"]),
    "exponent 3": of(key=factory.rsa_key(exponent=3)),
    "no pointer": of(crl=(), ocsp=()),
    "no policy": of(policies=()),
    "not logged": of(scts=0),
    "a tiny serial number": of(serial=4711),
}


@cache
def linter() -> Callable[[bytes], set[str]]:
    """pkilint for certificates of the kind that public authorities issue after validating a domain."""
    # pkilint has no types of its own.
    finding_filter, loader, serverauth, constants, certificate = map(importlib.import_module, PARTS)

    kind = constants.CertificateType.DV_FINAL_CERTIFICATE
    container = certificate.create_pkix_certificate_validator_container(
        serverauth.create_decoding_validators(), serverauth.create_validators(kind)
    )
    filters = serverauth.create_serverauth_finding_filters(kind)
    documents = loader.RFC5280CertificateDocumentLoader()

    def lint(der: bytes) -> set[str]:
        results = container.validate(documents.load_der_document(der, "certificate").root)
        kept, _dropped = finding_filter.filter_results(filters, results)
        return {one.finding.code for result in kept for one in result.finding_descriptions}

    return lint


@pytest.mark.parametrize("case", CASES)
def test_both_opinions(case: str) -> None:
    issued, service = CASES[case]()
    codes = linter()(issued.der)
    rules = {finding.rule for finding in server_findings(issued, gateway(service_name=service))}
    alone = [code for code in codes & set(SAME) if not rules & set(SAME[code].split())]
    assert not alone, f"pkilint speaks alone: {alone}; ours: {rules}"
    shared = {rule for code in codes & set(SAME) for rule in SAME[code].split()}
    assert rules - shared <= set(OURS), f"ours speak alone: {rules - shared}; pkilint: {codes}"


def test_every_agreement_and_every_reason_is_used() -> None:
    """What is never seen in any case would be a claim that nobody has tried."""
    seen_codes: set[str] = set()
    seen_rules: set[str] = set()
    for make in CASES.values():
        issued, service = make()
        codes = linter()(issued.der) & set(SAME)
        rules = {finding.rule for finding in server_findings(issued, gateway(service_name=service))}
        seen_codes |= codes
        seen_rules |= rules - {rule for code in codes for rule in SAME[code].split()}
    assert set(OURS) - seen_rules <= {"KEY-007"}
    assert len(seen_codes) >= 20

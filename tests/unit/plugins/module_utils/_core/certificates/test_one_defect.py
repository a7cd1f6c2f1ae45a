# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A certificate with one defect gets a finding that names that defect first."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Finding
from tests.unit import certificate_factory as factory
from tests.unit.certificate_factory import CLIENT_AUTH, DAY, NAME, NOW, SERVER_AUTH, raw_extension, server
from tests.unit.evidence_factory import gateway
from tests.unit.judgement_factory import enterprise, server_findings

AZURE = "granitefalls.westus.cloudapp.azure.com"
ANY = ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE
CODE = ExtendedKeyUsageOID.CODE_SIGNING
BOTH = [(NameOID.COMMON_NAME, NAME), (NameOID.COMMON_NAME, "www.contoso.com")]
STAPLE = (x509.TLSFeature([x509.TLSFeatureType.status_request]), False)
Findings = Callable[[], list[Finding]]


def public(**changes: Any) -> Findings:
    return lambda: server_findings(server(**changes))


def named(name: str, *, service: str | None = NAME, **changes: Any) -> Findings:
    """A certificate for a name, which is common name and DNS name; the gateway is declared for O(service)."""
    return lambda: server_findings(server(subject=name, dns=(name,), **changes), gateway(service_name=service))


def own(**changes: Any) -> Findings:
    return lambda: server_findings(server(**changes), enterprise())


def below(**changes: Any) -> Findings:
    """A sound certificate below an issuing CA with a defect."""
    return lambda: server_findings(server(issuer=factory.authority(factory.root(), **changes)), enterprise())


def product(first: int, second: int) -> rsa.RSAPublicKey:
    assert (first * second).bit_length() == 2048
    return rsa.RSAPublicNumbers(65537, first * second).public_key()


def close_primes() -> rsa.RSAPublicKey:
    """A modulus whose two factors lie side by side; that they are no primes is of no account."""
    start = factory.invented_key(1, 1024).public_numbers().n | 3 << 1022
    sound = (one for one in range(start, start + 40000, 2) if all(one % prime for prime in SMALL))
    return product(next(sound), next(sound))


SMALL = [number for number in range(3, 752) if all(number % other for other in range(2, number))]


def small_factor() -> rsa.RSAPublicKey:
    halves = (factory.invented_key(number, 2040).public_numbers().n for number in range(100))
    return product(next(half for half in halves if (half * 401).bit_length() == 2048), 401)


def sha1() -> list[Finding]:
    issuer = factory.authority(factory.root(), key=factory.rsa_key(number=5))
    return server_findings(factory.sha1_signed(server(issuer=issuer)), above=[issuer])


def missing_intermediate() -> list[Finding]:
    return server_findings(server(), above=[])


def wrong_root() -> list[Finding]:
    fabrikam = factory.authority(subject="Fabrikam Root CA")
    return server_findings(server(), enterprise(), above=server().issuers, roots=[fabrikam])


def wrong_root_of_the_same_name() -> list[Finding]:
    return server_findings(server(), enterprise(), roots=[factory.authority(key=factory.ec_key(9))])


def absent_root() -> list[Finding]:
    return server_findings(server(), enterprise(), roots=[factory.authority(subject="Fabrikam Root CA")])


def self_signed() -> list[Finding]:
    return server_findings(server(issuer=None), enterprise(), roots=[factory.root()])


def below_a_leaf() -> list[Finding]:
    leaf = server(subject="www.contoso.com", key=factory.ec_key(7), issuer=factory.root())
    return server_findings(server(issuer=leaf), enterprise())


def too_long_a_path() -> list[Finding]:
    upper = factory.authority(factory.root(), path_length=0, key=factory.ec_key(8), subject="Contoso Policy CA")
    return server_findings(server(issuer=factory.authority(upper)), enterprise())


def constraints() -> list[Finding]:
    permitted = x509.NameConstraints([x509.DNSName("fabrikam.com")], None)
    issuer = factory.authority(factory.root(), extra=[(permitted, True)])
    return server_findings(server(issuer=issuer), enterprise())


def twice_the_same_extension() -> list[Finding]:
    issued = server(extra=[raw_extension("1.2.3.4", b"\x05\x00"), raw_extension("1.2.3.5", b"\x05\x00")])
    return server_findings(factory.resigned(issued, b"\x06\x03\x2a\x03\x05", b"\x06\x03\x2a\x03\x04"))


DEFECTS: dict[str, tuple[Findings, str]] = {
    "no common name": (public(subject=[(NameOID.ORGANIZATION_NAME, "Contoso")]), "NAME-001"),
    "two common names": (public(subject=BOTH), "NAME-002"),
    "a name without a domain": (named("granitefalls"), "NAME-003"),
    "an underscore in the common name": (named("granite_falls.contoso.com"), "NAME-003"),
    "another host": (named("wallacefalls.contoso.com"), "NAME-004"),
    "no alternative names": (public(dns=()), "NAME-005"),
    "common name not among the alternative names": (public(dns=("www.contoso.com",)), "NAME-006"),
    "capitals in one place only": (public(subject="granitefalls.Contoso.com"), "NAME-007"),
    "part of a label as wildcard": (named("granite*.contoso.com"), "NAME-009"),
    "an inner wildcard": (named("www.*.contoso.com"), "NAME-009"),
    "a wildcard of everything in com": (named("*.com", service="granitefalls.com"), "NAME-010"),
    "a wildcard of everything in co.uk": (named("*.co.uk", service="granitefalls.co.uk"), "NAME-010"),
    "a wildcard one label too high": (named("*.contoso.com", service="granitefalls.eu.contoso.com"), "NAME-011"),
    "a wildcard alone": (named("*.contoso.com", service=None), "NAME-012"),
    "an underscore in an alternative name": (public(dns=(NAME, "a_b.contoso.com")), "NAME-013"),
    "a final dot": (public(dns=(NAME, "www.contoso.com.")), "NAME-013"),
    "a blank": (public(dns=(NAME, " www.contoso.com")), "NAME-013"),
    "an umlaut": (public(dns=(NAME, "bücher.contoso.com")), "NAME-014"),
    "an A-label that means nothing": (public(dns=(NAME, "xn--a.contoso.com")), "NAME-014"),
    "an IP address as common name": (named("10.0.0.4"), "NAME-015"),
    "an IP address as DNS name": (public(dns=(NAME, "10.0.0.4")), "NAME-015"),
    "a name that Microsoft owns": (named(AZURE, service=AZURE), "NAME-016"),
    "a name of another region": (
        lambda: server_findings(server(subject=AZURE, dns=(AZURE,)), enterprise(service_name=AZURE, region="eastus")),
        "NAME-017",
    ),
    "an internal name": (named("granitefalls.contoso.local", service="granitefalls.contoso.local"), "NAME-018"),
    "a hyphen in the prefix": (named("granite-falls.contoso.com", service="granite-falls.contoso.com"), "NAME-019"),
    "a prefix of two letters": (named("gf.contoso.com", service="gf.contoso.com"), "NAME-019"),
    "a URI among the names": (public(san=[x509.UniformResourceIdentifier("https://contoso.com")]), "NAME-020"),
    "critical alternative names": (public(san_critical=True), "NAME-021"),
    "no purpose": (public(eku=()), "USE-002"),
    "the purpose of clients": (public(eku=[CLIENT_AUTH]), "USE-001"),
    "any purpose": (public(eku=[ANY]), "USE-003"),
    "code signing besides": (public(eku=[SERVER_AUTH, CODE]), "USE-004"),
    "client authentication besides": (public(eku=[SERVER_AUTH, CLIENT_AUTH]), "USE-004"),
    "key agreement only": (public(key_usage=["key_agreement"]), "USE-005"),
    "a CA": (public(ca=True), "USE-006"),
    "a signer of certificates": (public(key_usage=["digital_signature", "key_cert_sign"]), "USE-007"),
    "an unknown critical extension": (public(extra=[raw_extension("1.2.3.4", b"\x05\x00", critical=True)]), "USE-010"),
    "must-staple": (public(extra=[STAPLE]), "USE-011"),
    "expired": (public(not_after=NOW - DAY), "TIME-001"),
    "not valid yet": (public(not_before=NOW + DAY), "TIME-002"),
    "expiring soon": (public(not_before=NOW - 80 * DAY, not_after=NOW + 9 * DAY), "TIME-003"),
    "201 days": (public(not_before=NOW, not_after=NOW + 201 * DAY, scts=3), "TIME-004"),
    "10 years": (own(not_before=NOW, not_after=NOW + 1900 * DAY), "TIME-007"),
    "RSA 1024": (public(key=factory.rsa_key(1024)), "KEY-002"),
    "RSA 2056": (public(public_key=factory.invented_key(0, 2056)), "KEY-002"),
    "RSA 3072": (public(public_key=factory.invented_key(0, 3072)), "KEY-002"),
    "P-256": (public(key=factory.ec_key()), "KEY-001"),
    "Ed25519": (public(key=factory.ed25519_key()), "KEY-001"),
    "exponent 3": (public(key=factory.rsa_key(exponent=3)), "KEY-004"),
    "close primes": (public(public_key=close_primes()), "KEY-007"),
    "a small factor": (public(public_key=small_factor()), "KEY-008"),
    "SHA-1": (sha1, "SIG-001"),
    "RSASSA-PSS": (
        lambda: server_findings(
            server(
                issuer=factory.authority(factory.root(), key=factory.rsa_key(number=5)),
                rsa_padding=padding.PSS(padding.MGF1(hashes.SHA256()), 32),
            ),
            enterprise(),
        ),
        "SIG-003",
    ),
    "self-signed": (self_signed, "CHAIN-012"),
    "a missing intermediate": (missing_intermediate, "CHAIN-002"),
    "another root than the one that came along": (wrong_root, "CHAIN-001"),
    "another root of the same name": (wrong_root_of_the_same_name, "CHAIN-001"),
    "no root of that name": (absent_root, "CHAIN-002"),
    "an expired issuing CA": (below(not_after=NOW - DAY), "CHAIN-004"),
    "a leaf as issuer": (below_a_leaf, "CHAIN-005"),
    "a path that is too long": (too_long_a_path, "CHAIN-006"),
    "names that the CA may not issue for": (constraints, "CHAIN-007"),
    "a CA for clients": (below(eku=[CLIENT_AUTH]), "CHAIN-009"),
    "no revocation pointer": (public(crl=(), ocsp=()), "REV-001"),
    "a CRL in a directory only": (own(crl=("ldap:///CN=Contoso",), ocsp=()), "REV-002"),
    "no policy": (public(policies=()), "PUB-001"),
    "not logged": (public(scts=0), "PUB-002"),
    "a tiny serial number": (public(serial=4711), "PUB-003"),
    "an extension twice": (twice_the_same_extension, "FILE-001"),
    "an issuer that ends first": (below(not_after=NOW + 40 * DAY), "TIME-006"),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_the_first_finding_names_the_defect(defect: str) -> None:
    findings, rule = DEFECTS[defect]
    assert [finding.rule for finding in findings()][:1] == [rule]


# Where one defect is really two, or a consequence has to be named as well, because it is repaired elsewhere.
ALSO: dict[str, list[str]] = {}


@pytest.mark.parametrize("defect", DEFECTS)
def test_one_defect_is_one_finding(defect: str) -> None:
    findings, rule = DEFECTS[defect]
    assert [finding.rule for finding in findings()] == [rule, *ALSO.get(defect, [])]


@pytest.mark.parametrize("declared", [gateway(), enterprise()])
def test_no_defect_no_finding(declared: Any) -> None:
    assert server_findings(server(), declared) == []
    addressed = server(san=[x509.IPAddress(ipaddress.ip_address("192.0.2.1"))])
    assert server_findings(addressed, declared) == []

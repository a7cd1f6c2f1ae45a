# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of names in certificates: what each one fails on, and what it just lets pass."""

from __future__ import annotations

import ipaddress
from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.engine import (
    Evidence,
    Member,
    Population,
    Purpose,
    judge,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.rules_name import RULES, client_identity
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Severity, Status
from tests.unit import certificate_factory as factory
from tests.unit.certificate_factory import NAME
from tests.unit.evidence_factory import evidence, facts, gateway
from tests.unit.rule_examples import Example, examples

SP, SE = Purpose.SERVER_PUBLIC, Purpose.SERVER_ENTERPRISE
MP, CL = Purpose.MANAGEMENT_POINT, Purpose.CLIENT
AZURE = "granitefalls.westus.cloudapp.azure.com"


def server(name: str | None = NAME, *dns: str, purpose: Purpose = SP, service: str | None = NAME) -> Evidence:
    """A server certificate for one name, which is also its only DNS name unless others are given."""
    names = dns or ((name,) if name else ())
    issued = factory.server(subject=name or [], dns=names)
    issuer = "public" if purpose is SP else "enterprise"
    # What stands for the library: it knows these suffixes and no other top-level domain.
    return evidence(
        purpose, issued, gateway(service_name=service, issuer=issuer), public_suffix=suffix, decode_label=decode
    )


def suffix(name: str) -> str | None:
    known = ("co.uk", "uk", "com", "net", "org", "cn")
    return next((one for one in known if name == one or name.endswith(f".{one}")), None)


def decode(label: str) -> str:
    if label == "xn--a":
        raise ValueError("Codepoint is not allowed.")
    return "bücher"


def point(issued: factory.Issued, *hostnames: str) -> Evidence:
    declared = gateway(management_point={"hostnames": list(hostnames)})
    return evidence(MP, issued, declared)


def client(population: Population | None = None, **changes: object) -> Evidence:
    return evidence(CL, factory.client(**changes), population=population or Population())


def others_named(name: str) -> Population:
    twin = facts(factory.client(key=factory.rsa_key(number=7)))
    return Population(by_identity={name: [Member("other gateway", "client certificate pc9.cer", CL, twin)]})


BOTH = [(NameOID.COMMON_NAME, NAME), (NameOID.COMMON_NAME, "www.contoso.com")]
LONG = f"granitefalls.{'a' * 60}.com"

EXAMPLES = examples(
    Example("NAME-001", "a subject without a common name", server(None, NAME), fails=True, says=(NAME,)),
    Example("NAME-001", "a common name", server(), fails=False),
    Example("NAME-002", "two common names", evidence(SP, factory.server(subject=BOTH)), fails=True),
    Example("NAME-002", "one", server(), fails=False),
    Example("NAME-003", "a name without a domain", server("granitefalls"), fails=True, says=("no domain",)),
    Example("NAME-003", "an underscore", server("a_b.contoso.com"), fails=True, says=("'_'",)),
    Example("NAME-003", "a final dot", server(f"{NAME}."), fails=True),
    Example("NAME-003", "nothing between two dots", server("granitefalls..com"), fails=True),
    Example("NAME-003", "77 characters", server(LONG), fails=True, says=("77",)),
    Example("NAME-003", "64 characters", server(f"{'a' * 24}.{'b' * 35}.com"), fails=False),
    Example("NAME-003", "a wildcard", server("*.contoso.com"), fails=False),
    Example("NAME-003", "an IP address, which another rule names", server("10.0.0.4"), fails=False),
    Example("NAME-004", "another host", server("www.contoso.com"), fails=True),
    Example("NAME-004", "a wildcard of another domain", server("*.fabrikam.com"), fails=True),
    Example("NAME-004", "the same name in capitals", server("GraniteFalls.Contoso.COM"), fails=False),
    Example("NAME-004", "a wildcard above the name", server("*.contoso.com"), fails=False),
    Example("NAME-004", "no declared name", server("www.contoso.com", service=None), fails=False),
    Example("NAME-005", "no SAN, public", evidence(SP, factory.server(dns=())), fails=True, severity=Severity.ERROR),
    Example("NAME-005", "no SAN, own PKI", evidence(SE, factory.server(dns=())), fails=True, severity=Severity.WARNING),
    Example(
        "NAME-005",
        "an IP address only",
        evidence(SP, factory.server(dns=(), san=[x509.IPAddress(ipaddress.ip_address("10.0.0.4"))])),
        fails=True,
    ),
    Example("NAME-005", "a DNS name", server(), fails=False),
    Example("NAME-006", "another DNS name", server(NAME, "www.contoso.com"), fails=True, says=("www.contoso.com",)),
    Example("NAME-006", "only a wildcard that covers it", server(NAME, "*.contoso.com"), fails=True),
    Example("NAME-006", "among others", server(NAME, "www.contoso.com", NAME), fails=False),
    Example("NAME-006", "in other capitals", server("GraniteFalls.contoso.com", NAME), fails=False),
    Example("NAME-007", "other capitals", server("GraniteFalls.contoso.com", NAME), fails=True),
    Example("NAME-007", "the same capitals", server("GraniteFalls.contoso.com"), fails=False),
    Example("NAME-008", "another host", server("wrong.host.com"), fails=True, says=(NAME, "wrong.host.com")),
    Example("NAME-008", "a wildcard", server("*.contoso.com"), fails=False),
    Example("NAME-008", "no common name", server(None, "www.contoso.com"), fails=True),
    Example(
        "NAME-008",
        "a host name that only the common name has",
        point(factory.management_point(dns=("mp.contoso.com",)), "mp1.corp.contoso.com"),
        fails=True,
    ),
    Example("NAME-008", "both host names", point(factory.management_point(), "mp.contoso.com"), fails=False),
    *(
        Example("NAME-009", name, server(NAME, NAME, name), fails=True, says=(name,))
        for name in ("g*.contoso.com", "www.*.contoso.com", "*.*.contoso.com", "*")
    ),
    Example("NAME-009", "alone in front", server("*.contoso.com"), fails=False),
    Example("NAME-010", "*.com", server("*.com"), fails=True),
    Example("NAME-010", "*.co.uk", server("*.co.uk"), fails=True),
    Example("NAME-010", "*.contoso.com", server("*.contoso.com"), fails=False),
    Example("NAME-010", "*.contoso.co.uk", server("*.contoso.co.uk"), fails=False),
    Example(
        "NAME-010",
        "no list at hand",
        replace(server("*.co.uk"), public_suffix=None, absent={"public_suffix": "There is no list."}),
        fails=True,
        status=Status.NOT_CHECKED,
        says=("There is no list.",),
    ),
    Example("NAME-010", "*.com needs no list", replace(server("*.com"), public_suffix=None), fails=True),
    Example("NAME-011", "two labels", server("*.contoso.com", service="cmg.eu.contoso.com"), fails=True),
    Example("NAME-011", "no label", server("*.contoso.com", service="contoso.com"), fails=True),
    Example("NAME-011", "one label", server("*.contoso.com"), fails=False),
    Example("NAME-011", "another domain", server("*.fabrikam.com"), fails=False),
    Example("NAME-012", "a wildcard alone", server("*.contoso.com", service=None), fails=True),
    Example("NAME-012", "a wildcard and a name", server("*.contoso.com"), fails=False),
    Example(
        "NAME-012",
        "a wildcard and a prefix",
        evidence(
            SP,
            factory.server(subject="*.contoso.com", dns=("*.contoso.com",)),
            gateway(service_name="*.contoso.com", prefix="granitefalls"),
        ),
        fails=False,
    ),
    *(
        Example("NAME-013", repr(name), server(NAME, NAME, name), fails=True, severity=Severity.ERROR)
        for name in (
            "a_b.contoso.com",
            "x.",
            " x.contoso.com",
            "a..com",
            "-a.contoso.com",
            "a-.contoso.com",
            "",
            LONG * 5,
        )
    ),
    Example("NAME-013", "a label of 64", server(NAME, NAME, f"{'a' * 64}.com"), fails=True, says=("64",)),
    Example("NAME-013", "a label of 63", server(NAME, NAME, f"{'a' * 63}.com"), fails=False),
    Example("NAME-013", "own PKI", server(NAME, NAME, "a_b.com", purpose=SE), fails=True, severity=Severity.WARNING),
    Example("NAME-013", "an inner hyphen", server(NAME, NAME, "a-b.contoso.com"), fails=False),
    Example("NAME-014", "an umlaut", server(NAME, NAME, "bücher.contoso.com"), fails=True, says=("bücher",)),
    Example("NAME-014", "xn--a", server(NAME, NAME, "xn--a.contoso.com"), fails=True, says=("Codepoint",)),
    Example("NAME-014", "xn--bcher-kva", server(NAME, NAME, "xn--bcher-kva.contoso.com"), fails=False),
    Example(
        "NAME-014",
        "no library",
        replace(server(NAME, NAME, "xn--bcher-kva.contoso.com"), decode_label=None),
        fails=True,
        status=Status.NOT_CHECKED,
    ),
    Example("NAME-015", "as common name", server("10.0.0.4", NAME), fails=True),
    Example("NAME-015", "as DNS name", server(NAME, NAME, "10.0.0.4"), fails=True, says=("10.0.0.4",)),
    Example("NAME-015", "IPv6", server("2001:db8::1", NAME), fails=True),
    Example("NAME-015", "none", server(), fails=False),
    Example("NAME-016", "an Azure name", server(AZURE, service=AZURE), fails=True, says=("azure.com",)),
    Example("NAME-016", "an Azure name beside it", server(NAME, NAME, "g.azurefd.net"), fails=True),
    Example("NAME-016", "a name that only looks so", server("granitefalls.notazure.com"), fails=False),
    Example("NAME-017", "the deployment name", server(AZURE, purpose=SE, service=AZURE), fails=False),
    Example(
        "NAME-017",
        "of a classic deployment",
        server("granitefalls.cloudapp.net", purpose=SE),
        fails=True,
        says=(AZURE,),
    ),
    Example("NAME-017", "in another region", server(AZURE.replace("westus", "eastus"), purpose=SE), fails=True),
    Example("NAME-017", "a domain of one's own", server(purpose=SE), fails=False),
    *(
        Example("NAME-018", name, server(NAME, NAME, name), fails=True, says=(name,))
        for name in ("cmg.contoso.local", "cmg.internal", "4.0.0.10.in-addr.arpa", "intranet", "a.nosuchtld")
    ),
    Example("NAME-018", "contoso.com", server(NAME, NAME, "contoso.com"), fails=False),
    Example("NAME-018", "a top-level domain beyond doubt", replace(server(), public_suffix=None), fails=False),
    Example(
        "NAME-018",
        "a top-level domain that only a list knows",
        replace(server(NAME, NAME, "contoso.cn"), public_suffix=None),
        fails=True,
        status=Status.NOT_CHECKED,
    ),
    *(
        Example("NAME-019", name, server(name, service=name), fails=True, severity=Severity.ERROR)
        for name in ("granite-falls.contoso.com", "gf.contoso.com", f"{'g' * 25}.contoso.com")
    ),
    Example(
        "NAME-019",
        "capitals",
        server("GraniteFalls.contoso.com", service="GraniteFalls.contoso.com"),
        fails=True,
        severity=Severity.WARNING,
    ),
    Example("NAME-019", "granitefalls", server(), fails=False),
    Example("NAME-019", "24 characters", server(f"{'g' * 24}.contoso.com", service=None), fails=False),
    Example("NAME-019", "a wildcard, which says nothing about it", server("*.contoso.com"), fails=False),
    *(
        Example("NAME-020", type(name).__name__, evidence(SP, factory.server(san=[name])), fails=True)
        for name in (x509.UniformResourceIdentifier("https://contoso.com"), x509.RFC822Name("a@contoso.com"))
    ),
    Example("NAME-020", "DNS names", server(), fails=False),
    Example(
        "NAME-020",
        "an IP address, which is allowed",
        evidence(SP, factory.server(san=[x509.IPAddress(ipaddress.ip_address("192.0.2.1"))])),
        fails=False,
    ),
    Example("NAME-021", "critical beside a subject", evidence(SP, factory.server(san_critical=True)), fails=True),
    Example("NAME-021", "not critical without a subject", server(None, NAME), fails=True),
    Example("NAME-021", "not critical beside a subject", server(), fails=False),
    Example(
        "NAME-021",
        "critical without a subject",
        evidence(SP, factory.server(subject=[], san_critical=True)),
        fails=False,
    ),
    Example(
        "NAME-022",
        "a host name that is nowhere",
        point(factory.management_point(), "mp1.corp.contoso.com", "mp9.contoso.com"),
        fails=True,
        says=("mp9.contoso.com",),
    ),
    Example("NAME-022", "only a short name", point(factory.management_point(subject="mp1", dns=())), fails=True),
    Example(
        "NAME-022", "both", point(factory.management_point(), "mp1.corp.contoso.com", "mp.contoso.com"), fails=False
    ),
    Example("NAME-022", "nothing declared", point(factory.management_point()), fails=False),
    Example(
        "NAME-022",
        "two names in one common name",
        point(factory.management_point(subject="mp1.corp.contoso.com&mp.contoso.com", dns=()), "mp.contoso.com"),
        fails=False,
    ),
    Example("NAME-023", "no name at all", client(subject=[], dns=()), fails=True, severity=Severity.ERROR),
    Example(
        "NAME-023",
        "the name of another",
        client(others_named("pc1.corp.contoso.com")),
        fails=True,
        severity=Severity.WARNING,
        says=("pc9.cer",),
    ),
    Example("NAME-023", "a name of its own", client(others_named("pc9.corp.contoso.com")), fails=False),
    Example(
        "NAME-024", "another one in front", server(NAME, "www.contoso.com", NAME), fails=True, says=("www.contoso.com",)
    ),
    Example("NAME-024", "in front of another", server(NAME, NAME, "www.contoso.com"), fails=False),
    Example("NAME-024", "a wildcard in front", server("*.contoso.com", "*.contoso.com", "contoso.com"), fails=False),
    Example("NAME-023", "only a SAN", client(subject=[]), fails=False),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_rule(example: Example) -> None:
    example.prove(RULES)


def test_a_sound_certificate_leaves_no_word() -> None:
    for one in (server(), server(purpose=SE), point(factory.management_point(), "mp.contoso.com"), client()):
        assert judge(one, RULES) == []


def test_the_first_alternative_name_is_the_identity_of_a_client() -> None:
    assert client_identity(facts(factory.client(dns=("b.contoso.com", "a.contoso.com")))) == "b.contoso.com"
    assert client_identity(facts(factory.client(dns=()))) == "pc1.corp.contoso.com"


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("granitefalls", "NAME-003"),
        ("10.0.0.4", "NAME-015"),
        ("g*.contoso.com", "NAME-009"),
        ("bücher.contoso.com", "NAME-014"),
        ("granite_falls.contoso.com", "NAME-003"),
    ],
)
def test_one_bad_common_name_is_one_finding(name: str, rule: str) -> None:
    assert [finding.rule for finding in judge(server(name), RULES)] == [rule]

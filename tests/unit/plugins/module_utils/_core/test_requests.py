# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is asked for, as data and as CSR; the openssl program has the last word on what is in it."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.facts import facts_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import Gateway, Issuer
from ansible_collections.configmgr.cmg.plugins.module_utils._core.request_keys import facts_of_key
from ansible_collections.configmgr.cmg.plugins.module_utils._core.request_rules import (
    foreign_key_findings,
    no_issuer_finding,
    stale_finding,
    unit_findings,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.requests import (
    NOT_A_REQUEST,
    Request,
    Subject,
    build_csr,
    check_dns_names,
    csr_der,
    csr_pem,
    csr_text,
    request_of,
    subject_of,
    wanted_text,
)
from tests.unit import certificate_factory as factory
from tests.unit.pfx_factory import openssl

NAME = "granitefalls.contoso.com"
BARE = Subject()
FULL = Subject("US", "Washington", "Redmond", 'Contoso, "Ltd."', "IT + Security")
# Everything that can be printed: what a line holds, whatever it means to a parser of names.
TEXTS = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=64).filter(str.strip)


def gateway(service_name: str = NAME, **more: Any) -> Gateway:
    return Gateway(service_name=service_name, region="westus", **more)


def request(subject: Subject = BARE, *names: str, size: int = 2048) -> Request:
    return request_of(gateway(), names, subject, size)


@pytest.mark.parametrize(
    ("service_name", "extra", "names"),
    [
        (NAME, [], (NAME,)),
        (NAME, ["b.contoso.com", "a.contoso.com"], (NAME, "b.contoso.com", "a.contoso.com")),
        (NAME, ["GraniteFalls.contoso.com"], (NAME,)),
        ("GraniteFalls.Contoso.com", [NAME], ("GraniteFalls.Contoso.com",)),
        (NAME, ["a.contoso.com", "A.contoso.com", "a.contoso.com"], (NAME, "a.contoso.com")),
        ("*.contoso.com", [NAME], ("*.contoso.com", NAME)),
    ],
)
def test_the_service_name_comes_first_and_every_name_once(
    service_name: str, extra: list[str], names: tuple[str, ...]
) -> None:
    wanted = request_of(gateway(service_name), extra, Subject(), 2048)
    assert (wanted.common_name, wanted.dns_names) == (service_name, names)


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({"country": "USA"}, "subject.country is 'USA'"),
        ({"country": "U1"}, "two letters"),
        ({"organization": "x" * 65}, "subject.organization has 65 characters; a certificate holds at most 64"),
        ({"locality": "x" * 129}, "at most 128"),
        ({"state": "Washing\nton"}, "cannot be printed"),
        ({"organization": "Con\ud800toso"}, "cannot be printed"),
    ],
)
def test_a_subject_that_no_certificate_can_have(parts: dict[str, str | None], says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        subject_of(parts)


@pytest.mark.parametrize(
    ("parts", "subject"),
    [
        ({}, Subject()),
        ({"organization": "", "country": None, "state": "  "}, Subject()),
        ({"country": "us", "organization": " Contoso "}, Subject(country="US", organization="Contoso")),
        ({"organization": "x" * 64, "locality": "y" * 128}, Subject(organization="x" * 64, locality="y" * 128)),
    ],
)
def test_a_subject(parts: dict[str, str | None], subject: Subject) -> None:
    assert subject_of(parts) == subject


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("", "is empty"),
        ("https://cmg.contoso.com", "contains"),
        ("cmg..contoso.com", "nothing between"),
        ("cmg.contoso.com.", "ends with a dot"),
        ("c*g.contoso.com", "contains"),
        ("cmg.*.contoso.com", "contains"),
        ("münchen.contoso.com", "A-labels"),
        ("-cmg.contoso.com", "hyphen"),
    ],
)
def test_additional_names_that_are_none(name: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        check_dns_names(["fine.contoso.com", name])


def test_additional_names() -> None:
    check_dns_names(["cmg.contoso.com", "*.contoso.com", "xn--mnchen-3ya.contoso.com"])


@pytest.mark.parametrize("size", [2048, 4096])
def test_openssl_reads_the_request(size: int) -> None:
    csr = build_csr(request(FULL, "b.contoso.com", size=size), factory.rsa_key(size))
    argv = ("req", "-in", "csr", "-noout", "-verify", "-text", "-nameopt", "RFC2253", "-out", "text")
    text = openssl(*argv, files={"csr": csr}, result="text").decode()
    subject = r"OU=IT \+ Security,O=Contoso\, \"Ltd.\",L=Redmond,ST=Washington,C=US"
    assert f"Subject: CN={NAME},{subject}\n" in text
    assert f"Public-Key: ({size} bit)" in text
    assert f"DNS:{NAME}, DNS:b.contoso.com" in text
    assert "TLS Web Server Authentication" in text
    assert "Digital Signature, Key Encipherment" in text
    assert "sha256WithRSAEncryption" in text


def test_the_same_request_gives_the_same_bytes() -> None:
    assert build_csr(request(FULL), factory.rsa_key()) == build_csr(request(FULL), factory.rsa_key())
    assert build_csr(request(FULL), factory.rsa_key()) != build_csr(request(FULL), factory.rsa_key(number=1))


@given(organization=TEXTS, unit=TEXTS)
def test_any_subject_is_read_back_as_it_was_meant(organization: str, unit: str) -> None:
    wanted = request(Subject(organization=organization, organizational_unit=unit), "b.contoso.com")
    csr = build_csr(wanted, factory.rsa_key())
    assert csr_text(csr) == wanted_text(wanted, facts_of_key(factory.rsa_key()))


def test_a_key_that_is_still_to_be_made_is_said_to_be_new() -> None:
    assert wanted_text(request(), None).endswith("Public key: RSA 2048, a new one\n")


def foreign_request() -> bytes:
    """One that somebody else made, with what we never ask for."""
    builder = x509.CertificateSigningRequestBuilder(factory.name_of("other.contoso.com"))
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(x509.OCSPNoCheck(), critical=False)
    return builder.sign(factory.ec_key(), hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def test_any_request_can_be_shown() -> None:
    assert csr_text(foreign_request()).splitlines()[:3] == [
        "Subject: CN=other.contoso.com",
        "Extension: 1.3.6.1.5.5.7.48.1.5",
        "Extension: 2.5.29.19 (critical)",
    ]


@pytest.mark.parametrize(
    "data",
    [b"", b"hello", b"0\x03\x02\x01\x05", b"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n"],
)
def test_what_is_no_request_is_not_shown(data: bytes) -> None:
    assert csr_text(data) == NOT_A_REQUEST
    assert csr_pem(data) is None


def test_nothing_but_the_request_of_a_file_is_shown() -> None:
    csr = build_csr(request(), factory.rsa_key())
    file = factory.server().key_pem + csr.replace(b"\n", b"\r\n")
    assert csr_pem(file) == csr.decode()
    assert csr_der(file) == csr_der(csr)
    assert "PRIVATE" not in csr_text(file)


@pytest.mark.parametrize(
    ("issuer", "unit", "rules"),
    [
        (Issuer.PUBLIC, "IT", ["REQUEST-001"]),
        (Issuer.PUBLIC, None, []),
        (Issuer.ENTERPRISE, "IT", []),
    ],
)
def test_organizational_units_are_for_private_cas(issuer: Issuer, unit: str | None, rules: list[str]) -> None:
    found = unit_findings(gateway(issuer=issuer), Subject(organizational_unit=unit))
    assert [finding.rule for finding in found] == rules


def test_other_findings_name_what_they_are_about() -> None:
    stranger = facts_of(factory.server().der)
    stale, missing = stale_finding(gateway(), "a.csr"), no_issuer_finding(gateway(), stranger)
    (foreign,) = foreign_key_findings(gateway(), NAME, [facts_of(factory.root().der), stranger])
    assert (stale.rule, missing.rule, foreign.rule) == ("REQUEST-002", "REQUEST-004", "REQUEST-003")
    assert "a.csr" in stale.observed
    assert "Contoso Issuing CA" in missing.observed
    assert stranger.thumbprint_sha1 in foreign.observed
    assert foreign_key_findings(gateway(), "other.contoso.com", [stranger]) == []

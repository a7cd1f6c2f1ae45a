# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The facts of certificates, above all of those of which a part is broken."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates import extensions
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates import tlv as tlv_reader
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.facts import (
    BasicConstraints,
    CertificateTemplate,
    GeneralName,
    NameConstraints,
    facts_of,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.guards import quiet
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.keys import KeyKind
from tests.unit import certificate_factory as factory
from tests.unit import pfx_factory as made
from tests.unit.certificate_factory import NAME, Issued, tlv
from tests.unit.evidence_factory import facts


def test_a_server_certificate() -> None:
    found = facts(factory.server())
    assert found.common_names == found.dns_names == (NAME,)
    assert (found.version, found.is_ca, found.self_issued, found.defects) == (3, False, False, ())
    assert found.eku == ("1.3.6.1.5.5.7.3.1",)
    assert found.key_usage == frozenset({"digitalSignature", "keyEncipherment"})
    assert found.not_before == factory.NOW - 10 * factory.DAY
    assert (found.crl_urls, found.ocsp_urls) == (("http://pki.contoso.com/issuing.crl",), ("http://ocsp.contoso.com",))
    assert found.ca_issuers_urls == ("http://pki.contoso.com/issuing.cer",)
    assert (found.policies, found.sct_count, found.must_staple) == ((factory.DOMAIN_VALIDATED,), 2, False)
    assert found.aki == facts(factory.issuing()).ski
    assert found.key is not None
    assert (found.key.kind, found.key.size, found.key.exponent) == (KeyKind.RSA, 2048, 65537)
    assert found.label == NAME


def test_facts_become_json() -> None:
    shown = facts(factory.server()).as_dict()
    assert json.loads(json.dumps(shown)) == shown
    assert shown["thumbprint_sha1"] == shown["thumbprint_sha1"].upper()
    assert len(shown["thumbprint_sha256"]) == 64
    assert shown["not_after"] == (factory.NOW + 80 * factory.DAY).isoformat()
    assert shown["common_names"] == [NAME]


def test_an_authority() -> None:
    constraints = x509.NameConstraints([x509.DNSName("contoso.com")], None)
    found = facts(factory.authority(factory.root(), extra=[(constraints, True)]))
    assert found.basic_constraints == BasicConstraints(ca=True, path_length=0)
    assert found.name_constraints == NameConstraints((GeneralName("dns", "contoso.com"),), None)
    assert found.is_critical("2.5.29.30")
    assert facts(factory.root()).self_issued


def test_what_microsoft_adds() -> None:
    policies = tlv(0x30, tlv(0x30, made.oid("1.3.6.1.5.5.7.3.1")))
    template = x509.MSCertificateTemplate(x509.ObjectIdentifier("1.3.6.1.4.1.311.21.8.1"), 100, 4)
    extra = [
        (template, False),
        factory.raw_extension("1.3.6.1.4.1.311.20.2", made.bmp("WebServer")),
        factory.raw_extension("1.3.6.1.4.1.311.21.10", policies),
    ]
    found = facts(factory.server(extra=extra))
    expected = CertificateTemplate(identifier="1.3.6.1.4.1.311.21.8.1", major_version=100, minor_version=4)
    assert (found.template, found.template_name) == (expected, "WebServer")
    assert found.application_policies == ("1.3.6.1.5.5.7.3.1",)


def test_all_kinds_of_alternative_names() -> None:
    names = [
        x509.UniformResourceIdentifier("https://x"),
        x509.RFC822Name("a@b.c"),
        x509.DirectoryName(factory.name_of("x")),
        x509.RegisteredID(x509.ObjectIdentifier("1.2.3")),
        x509.OtherName(x509.ObjectIdentifier("1.2.4"), b"\x05\x00"),
    ]
    found = facts(factory.server(san=names))
    assert [name.kind for name in found.san or ()] == ["dns", "uri", "email", "directory", "rid", "other"]
    assert found.san_of("uri") == ("https://x",)


BROKEN = {
    "nameConstraints": factory.raw_extension("2.5.29.30", b"\x04\x00"),
    "applicationPolicies": factory.raw_extension("1.3.6.1.4.1.311.21.10", b"\x30\x02\x01\x01"),
    "policyConstraints": factory.raw_extension("2.5.29.36", b"\xff"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_extension_hides_no_other(name: str) -> None:
    sound, found = facts(factory.server()), facts(factory.server(extra=[BROKEN[name]]))
    assert [defect.field for defect in found.defects] == [name]
    assert found.unreadable(name)
    assert not found.unreadable("subjectAltName")
    assert (found.san, found.eku, found.key_usage, found.aki) == (sound.san, sound.eku, sound.key_usage, sound.aki)
    assert len(found.extensions) == len(sound.extensions) + 1


def test_an_extension_that_is_there_twice() -> None:
    certificate = factory.server(crl=(), policies=(factory.DOMAIN_VALIDATED,))
    policies, crl = made.oid("2.5.29.32"), made.oid("2.5.29.35")
    found = facts(factory.resigned(certificate, policies, crl))
    assert [defect.field for defect in found.defects if "more than once" in defect.reason] == ["authorityKeyIdentifier"]
    assert found.dns_names == (NAME,)


def test_a_name_that_is_no_ascii_is_still_a_name() -> None:
    name = "b\N{LATIN SMALL LETTER U WITH DIAERESIS}cher.contoso.com"
    ascii_name = "b??cher.contoso.com"
    issued = factory.server(dns=(ascii_name,))
    found = facts(factory.resigned(issued, ascii_name.encode(), name.encode()))
    assert (found.dns_names, found.defects) == ((name,), ())


def test_a_name_in_no_encoding_is_quoted_all_the_same() -> None:
    issued = factory.server(dns=("b?cher.contoso.com", NAME))
    found = facts(factory.resigned(issued, b"b?cher", b"b\xfccher"))
    assert found.dns_names == ("b\\xfccher.contoso.com", NAME)
    assert found.unreadable("subjectAltName")


def test_a_subject_with_an_empty_part_keeps_the_others() -> None:
    """The library refuses such a name as a whole."""
    issued = factory.server(subject=[(NameOID.COMMON_NAME, NAME), (NameOID.COUNTRY_NAME, "US")])
    country = tlv(0x31, tlv(0x30, made.oid("2.5.4.6"), tlv(0x13, b"US")))
    emptied = tlv(0x31, b"") + tlv(0x31, tlv(0x30, made.oid("2.5.4.6"), tlv(0x13, b"")))
    found = facts(factory.resigned(issued, country, emptied))
    assert found.unreadable("subject")
    assert found.common_names == (NAME,)


def test_dates_are_aware() -> None:
    found = facts(factory.server(not_after=datetime(2051, 1, 1, tzinfo=UTC)))
    assert found.not_after == datetime(2051, 1, 1, tzinfo=UTC)


def test_the_same_certificate_is_read_once() -> None:
    der = factory.server().der
    assert facts_of(der) is facts_of(der)


def _extensions(issued: Issued) -> tlv_reader.Element | None:
    body = tlv_reader.members(tlv_reader.elements(tlv_reader.read(issued.der).content)[0], "The body")
    return next((one for one in body if one.tag == 0xA3), None)


NAMES = st.lists(st.text(st.characters(max_codepoint=255), max_size=20), max_size=8)


@given(
    names=NAMES,
    tag=st.sampled_from((0x82, 0x82, 0x81, 0x87)),
    identifier=st.binary(max_size=24),
    critical=st.booleans(),
)
def test_what_is_read_without_the_library_is_what_the_library_reads(
    names: list[str], tag: int, identifier: bytes, critical: bool
) -> None:
    values = {
        "2.5.29.17": tlv(0x30, *(tlv(tag, name.encode()) for name in names)),
        "2.5.29.14": tlv(0x04, identifier),
    }
    for oid, value in values.items():
        extra = [factory.raw_extension(oid, value, critical=critical)]
        issued = factory.server(dns=(), identifiers=False, extra=extra)
        element = _extensions(issued)
        quick = [extensions._simple(one) for one in extensions._listed(element)]
        if any(quick):
            read = extensions._all(issued.certificate, element)
            assert [one for one in quick if one] == [one for one in read if one.extension.oid == oid]


PART = st.tuples(
    st.sampled_from(("2.5.4.3", "2.5.4.6", "2.5.4.10", "2.5.4.5", "0.9.2342.19200300.100.1.25")),
    st.sampled_from((0x0C, 0x0C, 0x13, 0x13, 0x16, 0x1E)),
    st.text(st.sampled_from("Ab3 .-,=#+*\N{LATIN SMALL LETTER U WITH DIAERESIS}\n"), max_size=8) | st.just("x" * 130),
)


@given(names=st.lists(PART, max_size=3), pairs=st.sampled_from((1, 1, 1, 2)), longer=st.sampled_from((0, 0, 0, 1)))
def test_a_name_read_without_the_library_is_what_the_library_reads(
    names: list[tuple[str, int, str]], pairs: int, longer: int
) -> None:
    """Also none is read here that the library refuses: parts with several pairs, lengths that are not minimal."""
    reader = sys.modules[facts_of.__module__]
    written = [tlv(0x30, made.oid(kind), tlv(tag, text.encode())) for kind, tag, text in names]
    name = tlv(0x30, *(_long(0x31, part * pairs) if longer else tlv(0x31, part * pairs) for part in written))
    element = tlv_reader.read(name)
    quick = reader._plain_name(element)
    if quick is None:
        return
    with quiet():
        assert quick == reader._name(x509.load_der_x509_certificate(_named(name)).subject, element)


def _long(tag: int, content: bytes) -> bytes:
    """An element whose length is written in more octets than it needs."""
    return bytes((tag, 0x82)) + len(content).to_bytes(2, "big") + content


def _named(name: bytes) -> bytes:
    """A certificate with another subject. Its signature does not fit any more, which nobody looks at here."""
    body, *rest = tlv_reader.members(tlv_reader.read(factory.server().der), "The certificate")
    parts = [part.raw for part in tlv_reader.elements(body.content)]
    return tlv(0x30, tlv(0x30, *parts[:5], name, *parts[6:]), *(part.raw for part in rest))


@pytest.mark.parametrize(
    ("subject", "plain"),
    [
        ([(NameOID.COMMON_NAME, NAME)], True),
        ([(NameOID.COUNTRY_NAME, "US"), (NameOID.ORGANIZATION_NAME, "Contoso Ltd"), (NameOID.COMMON_NAME, NAME)], True),
        ([(NameOID.COMMON_NAME, "*.contoso.com")], False),
        ([(NameOID.ORGANIZATION_NAME, "Contoso, Ltd"), (NameOID.COMMON_NAME, NAME)], False),
    ],
)
def test_usual_names_need_no_library(subject: list[tuple[x509.ObjectIdentifier, str]], *, plain: bool) -> None:
    issued = factory.server(subject=subject)
    reader = sys.modules[facts_of.__module__]
    found = reader._plain_name(tlv_reader.read(issued.certificate.subject.public_bytes()))
    assert (found is not None) is plain
    assert facts(issued).subject == reader._name(
        issued.certificate.subject, tlv_reader.read(issued.certificate.subject.public_bytes())
    )


def test_a_second_certificate_of_a_ca_is_read_without_the_library() -> None:
    first, second = factory.server(), factory.server(dns=(NAME, "b.contoso.com"), serial=4711)
    known = facts(first)
    assert extensions._recognised(_extensions(second)) is not None
    assert facts(second).eku == known.eku
    assert facts(second).dns_names == (NAME, "b.contoso.com")


def test_what_was_read_is_forgotten_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extensions, "_MOST_KNOWN", 3)
    issuers = sys.modules[facts_of.__module__]
    monkeypatch.setattr(issuers, "_MOST_ISSUERS", 1)
    for number in range(6):
        authority = factory.authority(factory.root(), subject=f"CA {number}", key=factory.ec_key(13))
        found = facts(factory.server(issuer=authority, crl=(f"http://crl{number}.contoso.com",)))
        assert found.crl_urls == (f"http://crl{number}.contoso.com",)
        assert found.issuer is not None
        assert found.issuer.text == f"CN=CA {number}"
    assert len(extensions._KNOWN) < 30

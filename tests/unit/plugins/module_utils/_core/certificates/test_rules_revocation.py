# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of revocation, and what a CRL proves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.engine import Evidence, Purpose, judge
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.paths import build_path
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.revocation import (
    CrlAnswer,
    RevocationState,
    crl_problems,
    read_crl,
    revocation_of,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.rules_revocation import RULES
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import CmgError
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Severity, Status
from tests.unit import certificate_factory as factory
from tests.unit.certificate_factory import DAY, NOW, Issued
from tests.unit.evidence_factory import evidence, facts, gateway
from tests.unit.rule_examples import Example, examples

SP, SE, CL = Purpose.SERVER_PUBLIC, Purpose.SERVER_ENTERPRISE, Purpose.CLIENT
CT, MP = Purpose.TRUST_CHAIN, Purpose.MANAGEMENT_POINT
LEAF = factory.server()
URL = "http://pki.contoso.com/issuing.crl"


def crl(
    *revoked: Issued,
    issuer: Issued | None = None,
    number: int | None = 7,
    critical: bool = False,
    this_update: datetime = NOW - DAY,
    next_update: datetime = NOW + 7 * DAY,
    extra: Sequence[tuple[x509.ExtensionType, bool]] = (),
    reason: x509.ReasonFlags | None = None,
) -> bytes:
    """A CRL of the issuing CA, or of another."""
    issuer = issuer or factory.issuing()
    builder = x509.CertificateRevocationListBuilder().issuer_name(issuer.certificate.subject)
    builder = builder.last_update(this_update).next_update(next_update)
    if number is not None:
        builder = builder.add_extension(x509.CRLNumber(number), critical)
    for extension, is_critical in extra:
        builder = builder.add_extension(extension, is_critical)
    for one in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(one.certificate.serial_number).revocation_date(NOW - DAY)
        entry = entry if reason is None else entry.add_extension(x509.CRLReason(reason), False)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(Encoding.DER)


def partial(
    *, user: bool = False, authority: bool = False, indirect: bool = False, url: str | None = None
) -> tuple[x509.ExtensionType, bool]:
    point = x509.IssuingDistributionPoint(
        full_name=[x509.UniformResourceIdentifier(url)] if url else None,
        relative_name=None,
        only_contains_user_certs=user,
        only_contains_ca_certs=authority,
        only_some_reasons=None,
        indirect_crl=indirect,
        only_contains_attribute_certs=False,
    )
    return point, True


ROOT_CRL = crl(issuer=factory.root())


def given_crls(*data: bytes, purpose: Purpose = SE, issued: Issued = LEAF, source: str = URL) -> Evidence:
    """A certificate with its path and CRLs."""
    between, roots = tuple(map(facts, issued.intermediates)), (facts(issued.root),)
    path = build_path(facts(issued), between, roots, now=NOW, eku=None)
    answers = tuple(CrlAnswer(source, one) for one in data)
    return evidence(purpose, issued, path=path, crls=answers)


def answered(answer: CrlAnswer) -> Evidence:
    return replace(given_crls(), crls=(answer,))


def server(purpose: Purpose = SE, **changes: Any) -> Evidence:
    return evidence(purpose, factory.server(**changes))


def client(*, verify: bool, **changes: Any) -> Evidence:
    declared = gateway(client_authentication={"verify_revocation": verify})
    return evidence(CL, factory.client(**changes), declared)


LDAP = "ldap:///CN=Contoso%20Issuing%20CA,CN=CDP,DC=contoso,DC=com?certificateRevocationList?base"
NOWHERE: dict[str, Any] = {"crl": (), "ocsp": ()}
SHORT = {"not_before": NOW - DAY, "not_after": NOW + 5 * DAY}

EXAMPLES = examples(
    Example("REV-001", "nothing, public", server(SP, **NOWHERE), fails=True, severity=Severity.ERROR),
    Example("REV-001", "nothing, enterprise", server(SE, **NOWHERE), fails=True, severity=Severity.WARNING),
    Example("REV-001", "only OCSP", server(SP, crl=()), fails=False),
    Example("REV-001", "only a CRL", server(SE, ocsp=()), fails=False),
    Example("REV-001", "nothing, for six days", server(SP, **NOWHERE, **SHORT), fails=False),
    Example("REV-001", "nothing, for six days, enterprise", server(SE, **NOWHERE, **SHORT), fails=True),
    Example("REV-002", "only LDAP", server(crl=(LDAP,)), fails=True, says=("ldap:",)),
    Example("REV-002", "LDAP and http", server(crl=(LDAP, URL)), fails=False),
    Example("REV-002", "only LDAP, for clients", client(verify=True, crl=(LDAP,)), fails=True),
    Example("REV-002", "only LDAP, for clients, and nobody looks", client(verify=False, crl=(LDAP,)), fails=False),
    Example(
        "REV-002",
        "only LDAP, of a CA",
        evidence(CT, factory.authority(factory.root(), crl=(LDAP,))),
        fails=True,
    ),
    Example("REV-003", "https", server(crl=(URL, "https://pki.contoso.com/a.crl")), fails=True, says=("https:",)),
    Example("REV-003", "http", server(crl=(URL,)), fails=False),
    *(
        Example("REV-004", host, server(crl=(f"http://{host}/a.crl",)), fails=True, says=(host,))
        for host in ("pki01", "pki.contoso.local", "10.0.0.4", "[fe80::1]")
    ),
    Example("REV-004", "pki.contoso.com", server(crl=(URL,)), fails=False),
    Example("REV-004", "one that is public", server(crl=("http://pki01/a.crl", URL)), fails=False),
    Example("REV-004", "a public address", server(crl=("http://8.8.8.8/a.crl",)), fails=False),
    Example(
        "REV-005",
        "404",
        answered(CrlAnswer(URL, None, "The server answered 404 (Not Found).")),
        fails=True,
        says=("404", "double escaping"),
    ),
    Example("REV-005", "a web page", answered(CrlAnswer(URL, b"<html>")), fails=True),
    Example("REV-005", "PEM", answered(CrlAnswer(URL, b"-----BEGIN X509 CRL-----\n")), fails=True, says=("PEM",)),
    Example("REV-005", "a CRL", given_crls(crl()), fails=False),
    Example("REV-005", "nobody asked", server(), fails=False),
    Example("REV-005", "a file, which was not fetched", given_crls(b"<html>", source="issuing.crl"), fails=False),
    Example("REV-006", "out of date", given_crls(crl(next_update=NOW - DAY / 2)), fails=True, says=("next one",)),
    Example("REV-006", "of tomorrow", given_crls(crl(this_update=NOW + DAY)), fails=True),
    Example(
        "REV-006",
        "signed by another key",
        given_crls(crl(issuer=factory.authority(subject="Contoso Issuing CA"))),
        fails=True,
    ),
    Example("REV-006", "without a number", given_crls(crl(number=None)), fails=True),
    Example("REV-006", "a critical number", given_crls(crl(critical=True)), fails=True),
    Example("REV-006", "indirect", given_crls(crl(extra=[partial(indirect=True)])), fails=True, says=("a part",)),
    Example("REV-006", "for end entities only", given_crls(crl(extra=[partial(user=True)])), fails=False),
    Example("REV-006", "a good one", given_crls(crl()), fails=False),
    Example("REV-006", "one of another CA", given_crls(crl(issuer=factory.authority(subject="Other"))), fails=False),
    Example("REV-006", "nobody asked", server(), fails=False),
    Example(
        "REV-006",
        "an unknown issuer",
        replace(evidence(SE, LEAF.der), crls=()),
        fails=True,
        status=Status.NOT_CHECKED,
    ),
    *(
        Example(
            "REV-007",
            what,
            given_crls(crl(extra=[point]), ROOT_CRL),
            fails=True,
            status=Status.NOT_CHECKED,
            says=(why,),
        )
        for what, point, why in (
            ("for CAs only", partial(authority=True), "It is for CAs only."),
            ("of another point", partial(url="http://pki.contoso.com/2.crl"), "no distribution point of the"),
        )
    ),
    *(
        Example("REV-007", what, given_crls(crl(extra=[point]), ROOT_CRL), fails=False)
        for what, point in (("for end entities", partial(user=True)), ("of its own point", partial(url=URL)))
    ),
    Example(
        "REV-007",
        "for end entities only, of a CA",
        given_crls(crl(), crl(issuer=factory.root(), extra=[partial(user=True)])),
        fails=True,
        status=Status.NOT_CHECKED,
        says=("It is for end entities only.",),
    ),
    Example(
        "REV-007",
        "revoked",
        given_crls(crl(LEAF, reason=x509.ReasonFlags.key_compromise), ROOT_CRL),
        fails=True,
        says=("keyCompromise",),
    ),
    Example(
        "REV-007",
        "revoked by a CRL that is out of date",
        given_crls(crl(LEAF, next_update=NOW - DAY / 2), ROOT_CRL),
        fails=True,
    ),
    Example("REV-007", "not revoked", given_crls(crl(), ROOT_CRL), fails=False),
    Example(
        "REV-007",
        "a revoked CA",
        given_crls(crl(), crl(factory.issuing(), issuer=factory.root())),
        fails=True,
        says=("Contoso Issuing CA",),
    ),
    Example("REV-007", "no CRL of the root", given_crls(crl()), fails=True, status=Status.NOT_CHECKED),
    Example(
        "REV-007",
        "a CRL that is out of date",
        given_crls(crl(next_update=NOW - DAY / 2), ROOT_CRL),
        fails=True,
        status=Status.NOT_CHECKED,
        says=("next one",),
    ),
    Example(
        "REV-007",
        "the same serial number on the CRL of another",
        given_crls(crl(LEAF, issuer=factory.authority(subject="Other")), crl(), ROOT_CRL),
        fails=False,
    ),
    Example("REV-007", "nobody asked", server(), fails=True, status=Status.NOT_CHECKED),
    Example("REV-007", "a root", evidence(CT, factory.root()), fails=False),
    Example("REV-008", "nothing", server(ca_issuers=()), fails=True),
    Example("REV-008", "only LDAP", server(ca_issuers=(LDAP,)), fails=True, says=("ldap:",)),
    Example("REV-008", "http", server(), fails=False),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_rule(example: Example) -> None:
    example.prove(RULES)


@pytest.mark.parametrize("purpose", [SP, SE, CL, MP])
def test_a_sound_certificate_leaves_no_word(purpose: Purpose) -> None:
    assert judge(given_crls(crl(), ROOT_CRL, purpose=purpose), RULES) == []


def test_an_unknown_issuer_is_said() -> None:
    findings = judge(replace(evidence(SE, LEAF.der), crls=()), RULES)
    assert {finding.rule for finding in findings} == {"REV-006", "REV-007"}
    assert {finding.status for finding in findings} == {Status.NOT_CHECKED}


def test_a_delta_crl_proves_a_revocation_but_not_its_absence() -> None:
    delta = [(x509.DeltaCRLIndicator(6), True)]
    leaf, issuer = facts(LEAF), facts(factory.issuing())
    revoked, silent = CrlAnswer("delta", crl(LEAF, extra=delta)), CrlAnswer("delta", crl(extra=delta))
    assert revocation_of(leaf, issuer, [revoked], NOW).state is RevocationState.REVOKED
    assert revocation_of(leaf, issuer, [silent], NOW).state is RevocationState.UNKNOWN


def test_a_ca_that_must_not_sign_crls_is_named() -> None:
    silent = factory.authority(factory.root(), key_usage=("key_cert_sign",))
    assert any("does not let it sign" in problem for problem in crl_problems(crl(issuer=silent), facts(silent), NOW))


def test_a_ca_without_key_usage_may_sign_crls() -> None:
    free = factory.authority(factory.root(), key_usage=None)
    assert crl_problems(crl(issuer=free), facts(free), NOW) == []


def test_a_crl_with_an_unknown_critical_extension_proves_nothing() -> None:
    strange = [(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.55738.666.1"), b"\x05\x00"), True)]
    assert "1.3.6.1.4.1.55738.666.1" in str(read_crl(crl(extra=strange)).unusable)


def test_a_crl_in_pem_is_read_all_the_same() -> None:
    pem = x509.load_der_x509_crl(crl()).public_bytes(Encoding.PEM)
    assert read_crl(pem) == read_crl(crl(this_update=NOW - DAY))


@given(position=st.integers(0, 1000), value=st.integers(0, 255))
def test_no_byte_leads_to_a_traceback_nor_to_belief(position: int, value: int) -> None:
    original = ORIGINAL
    spoiled = bytearray(original)
    spoiled[position % len(spoiled)] = value
    issuer, leaf = facts(factory.issuing()), facts(LEAF)
    try:
        believed = crl_problems(bytes(spoiled), issuer, NOW) == []
    except CmgError:
        return
    assert not believed or bytes(spoiled) == original
    assert revocation_of(leaf, issuer, [CrlAnswer("crl", bytes(spoiled))], NOW).detail


ORIGINAL = crl(LEAF)

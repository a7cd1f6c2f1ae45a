# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of extended key usage, key usage, basic constraints and critical extensions."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.engine import (
    Evidence,
    Purpose,
    Settings,
    judge,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.rules_use import RULES
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Severity
from tests.unit import certificate_factory as factory
from tests.unit.certificate_factory import CLIENT_AUTH, SERVER_AUTH, raw_extension, tlv
from tests.unit.evidence_factory import evidence
from tests.unit.rule_examples import Example, examples

SP, SE = Purpose.SERVER_PUBLIC, Purpose.SERVER_ENTERPRISE
MP, CL = Purpose.MANAGEMENT_POINT, Purpose.CLIENT
ANY = ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE
CODE = ExtendedKeyUsageOID.CODE_SIGNING
APPLICATION_POLICIES = "1.3.6.1.4.1.311.21.10"
MADE = {SP: factory.server, SE: factory.server, MP: factory.management_point, CL: factory.client}
ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO


def made(purpose: Purpose, *, cutoff: date = date(2027, 3, 15), **changes: Any) -> Evidence:
    return evidence(purpose, MADE[purpose](**changes), settings=Settings(clientauth_cutoff=cutoff))


def policies(*oids: str) -> tuple[x509.ExtensionType, bool]:
    """The extension of application policies, DER made by hand: a sequence of sequences of identifiers."""
    encoded = b"".join(tlv(0x30, _oid(oid)) for oid in oids)
    return raw_extension(APPLICATION_POLICIES, tlv(0x30, encoded))


def _oid(dotted: str) -> bytes:
    first, second, *rest = map(int, dotted.split("."))
    assert all(arc < 0x80 for arc in rest), "this little encoder knows small arcs only"
    return tlv(0x06, bytes([40 * first + second, *rest]))


def criticality(oid: str, critical: bool) -> tuple[x509.ExtensionType, bool]:
    return raw_extension(oid, b"\x05\x00", critical=critical)


EXAMPLES = examples(
    *(
        Example("USE-001", f"client authentication only, {purpose}", made(purpose, eku=[CLIENT_AUTH]), fails=True)
        for purpose in (SP, SE, MP)
    ),
    *(Example("USE-001", f"server authentication, {purpose}", made(purpose), fails=False) for purpose in (SP, SE, MP)),
    *(
        Example("USE-002", f"nothing, {purpose}", made(purpose, eku=()), fails=True, severity=severity)
        for purpose, severity in ((SP, ERROR), (SE, WARNING), (MP, WARNING), (CL, WARNING))
    ),
    *(Example("USE-002", f"a purpose, {purpose}", made(purpose), fails=False) for purpose in MADE),
    *(
        Example("USE-003", f"any purpose, {purpose}", made(purpose, eku=[ANY]), fails=True, severity=severity)
        for purpose, severity in ((SP, ERROR), (SE, WARNING), (CL, WARNING))
    ),
    Example("USE-003", "any beside the purpose", made(SE, eku=[SERVER_AUTH, ANY]), fails=False),
    Example("USE-003", "the purpose of clients", made(CL, eku=[CLIENT_AUTH, ANY]), fails=False),
    Example("USE-004", "code signing", made(SP, eku=[SERVER_AUTH, CODE]), fails=True, severity=ERROR, says=("code",)),
    Example("USE-004", "any purpose beside it", made(SP, eku=[SERVER_AUTH, ANY]), fails=True, severity=ERROR),
    Example(
        "USE-004",
        "a purpose of a vendor",
        made(SP, eku=[SERVER_AUTH, x509.ObjectIdentifier("1.3.6.1.4.1.311.10.3.12")]),
        fails=True,
        severity=WARNING,
    ),
    Example(
        "USE-004",
        "clients, until the cutoff",
        made(SP, eku=[SERVER_AUTH, CLIENT_AUTH]),
        fails=True,
        severity=INFO,
    ),
    Example(
        "USE-004",
        "clients, outliving the cutoff",
        made(SP, eku=[SERVER_AUTH, CLIENT_AUTH], cutoff=date(2026, 12, 1)),
        fails=True,
        severity=WARNING,
        says=("2026-12-01",),
    ),
    Example("USE-004", "server authentication alone", made(SP), fails=False),
    *(
        Example("USE-005", f"{usage} only, {purpose}", made(purpose, key_usage=[usage]), fails=True, severity=ERROR)
        for usage in ("key_agreement", "content_commitment")
        for purpose in MADE
    ),
    Example("USE-005", "nothing at all", made(SP, key_usage=[]), fails=True, severity=ERROR),
    Example("USE-005", "key encipherment only", made(SP, key_usage=["key_encipherment"]), fails=True, severity=WARNING),
    Example(
        "USE-005", "key encipherment only, client", made(CL, key_usage=["key_encipherment"]), fails=True, severity=ERROR
    ),
    Example("USE-005", "digital signature only", made(CL, key_usage=["digital_signature"]), fails=False),
    Example("USE-005", "no key usage extension", made(SE, key_usage=None), fails=False),
    *(Example("USE-006", f"a CA, {purpose}", made(purpose, ca=True), fails=True) for purpose in MADE),
    Example("USE-006", "no CA", made(SP), fails=False),
    Example("USE-006", "no basic constraints", made(SE, ca=None), fails=False),
    Example(
        "USE-007",
        "keyCertSign",
        made(SP, key_usage=["digital_signature", "key_cert_sign"]),
        fails=True,
        says=("keyCertSign",),
    ),
    Example("USE-007", "cRLSign", made(CL, key_usage=["digital_signature", "crl_sign"]), fails=True),
    Example("USE-007", "neither", made(SE), fails=False),
    Example("USE-008", "server authentication only", made(CL, eku=[SERVER_AUTH]), fails=True),
    Example("USE-008", "client authentication", made(CL), fails=False),
    Example("USE-009", "other policies", made(SE, extra=[policies("1.3.6.1.5.5.7.3.2")]), fails=True),
    Example("USE-009", "the same", made(SE, extra=[policies("1.3.6.1.5.5.7.3.1")]), fails=False),
    Example("USE-009", "none", made(CL), fails=False),
    Example("USE-010", "an extension of one's own", made(SP, extra=[criticality("1.2.3.4", True)]), fails=True),
    Example(
        "USE-010",
        "application policies",
        made(CL, extra=[(policies("1.3.6.1.5.5.7.3.2")[0], True)]),
        fails=True,
        says=("applicationPolicies",),
    ),
    Example(
        "USE-010",
        "an unknown one, not critical",
        made(SP, extra=[criticality("1.2.3.4", False)]),
        fails=False,
    ),
    Example(
        "USE-010",
        "critical certificate policies",
        made(SP, policies=(), extra=[(x509.CertificatePolicies([factory._policy(factory.DOMAIN_VALIDATED)]), True)]),
        fails=False,
    ),
    Example(
        "USE-011",
        "must-staple",
        made(SP, extra=[(x509.TLSFeature([x509.TLSFeatureType.status_request]), False)]),
        fails=True,
    ),
    Example("USE-011", "none", made(SE), fails=False),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_rule(example: Example) -> None:
    example.prove(RULES)


@pytest.mark.parametrize("purpose", MADE)
def test_a_sound_certificate_leaves_no_word(purpose: Purpose) -> None:
    assert judge(made(purpose), RULES) == []


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({"ca": True, "key_usage": factory.CA_USAGE}, ["USE-006"]),
        ({"eku": [ANY]}, ["USE-003"]),
        ({"eku": [CODE]}, ["USE-001"]),
        ({"eku": [CLIENT_AUTH]}, ["USE-001"]),
    ],
)
def test_a_consequence_is_not_reported_beside_its_cause(changes: dict[str, Any], rules: list[str]) -> None:
    assert [finding.rule for finding in judge(made(SP, **changes), RULES)] == rules

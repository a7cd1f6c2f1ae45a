# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules that only public authorities follow, and what CAA records say."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.x509.oid import NameOID

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.caa import CaaAnswer, CaaRecord, permits
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.engine import Evidence, Purpose, judge
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.rules_public import RULES
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Status
from tests.unit import certificate_factory as factory
from tests.unit.certificate_factory import DAY, NAME, NOW
from tests.unit.evidence_factory import evidence, gateway
from tests.unit.rule_examples import Example, examples

SP = Purpose.SERVER_PUBLIC
DIGICERT = factory.authority(
    factory.root(), subject=[(NameOID.ORGANIZATION_NAME, "DigiCert Inc"), (NameOID.COMMON_NAME, "DigiCert CA")]
)


def made(**changes: Any) -> Evidence:
    return evidence(SP, factory.server(**changes))


def records(*entries: tuple[int, str, str], name: str = NAME) -> dict[str, CaaAnswer]:
    return {name: CaaAnswer(name, tuple(CaaRecord(*entry) for entry in entries), "contoso.com")}


def looked_up(answers: dict[str, CaaAnswer], **changes: Any) -> Evidence:
    return evidence(SP, factory.server(**{"issuer": DIGICERT, **changes}), caa=answers)


def planned(answers: dict[str, CaaAnswer] | None) -> Evidence:
    declared = gateway()
    return Evidence(Purpose.PLAN, "plan", declared, NOW, service_name=factory.NAME, caa=answers)


SILENT = {NAME: CaaAnswer(NAME, unknown="Nobody answered.")}
FAILED = {NAME: CaaAnswer(NAME, problem="The name server answered SERVFAIL.")}

EXAMPLES = examples(
    Example("PUB-001", "no policy", made(policies=()), fails=True),
    Example("PUB-001", "a policy of the authority only", made(policies=["2.16.840.1.114412.1.1"]), fails=True),
    *(
        Example("PUB-001", oid, made(policies=[oid]), fails=False)
        for oid in ("2.23.140.1.2.1", "2.23.140.1.2.2", "2.23.140.1.2.3", "2.23.140.1.1")
    ),
    Example("PUB-002", "none", made(scts=0), fails=True),
    Example("PUB-002", "two in half a year and a day", made(scts=2, not_after=NOW + 171 * DAY), fails=True),
    Example("PUB-002", "three in half a year and a day", made(scts=3, not_after=NOW + 171 * DAY), fails=False),
    Example("PUB-002", "two in 90 days", made(scts=2), fails=False),
    Example("PUB-003", "tiny", made(serial=4711), fails=True),
    Example("PUB-003", "20 octets", made(serial=1 << 158), fails=False),
    Example("PUB-004", "another authority", looked_up(records((0, "issue", "letsencrypt.org"))), fails=True),
    Example("PUB-004", "nobody", looked_up(records((0, "issue", ";"))), fails=True),
    Example("PUB-004", "an unknown critical tag", looked_up(records((128, "future", "x"))), fails=True),
    Example("PUB-004", "an unknown tag", looked_up(records((0, "future", "x"))), fails=False),
    Example("PUB-004", "the authority", looked_up(records((0, "issue", "DigiCert.com; account=1"))), fails=False),
    Example("PUB-004", "no record", looked_up(records()), fails=False),
    Example(
        "PUB-004",
        "an authority that nobody knows",
        looked_up(records((0, "issue", "digicert.com")), issuer=factory.issuing()),
        fails=True,
        status=Status.NOT_CHECKED,
    ),
    Example("PUB-004", "no answer", looked_up(SILENT), fails=True, status=Status.NOT_CHECKED, says=("Nobody",)),
    Example("PUB-005", "no answer, which is no failure", looked_up(SILENT), fails=False),
    Example("PUB-004", "no look-up", made(), fails=True, status=Status.NOT_CHECKED),
    Example("PUB-004", "before ordering, nobody", planned(records((0, "issue", ";"))), fails=True),
    Example(
        "PUB-004",
        "before ordering, somebody",
        planned(records((0, "issue", "digicert.com"))),
        fails=True,
        status=Status.NOT_CHECKED,
    ),
    Example("PUB-004", "before ordering, no record", planned(records()), fails=False),
    Example("PUB-005", "SERVFAIL", planned(FAILED), fails=True, says=("SERVFAIL",)),
    Example("PUB-005", "SERVFAIL under a certificate", looked_up(FAILED), fails=True),
    Example("PUB-005", "an answer", planned(records()), fails=False),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_rule(example: Example) -> None:
    example.prove(RULES)


def test_a_sound_certificate_leaves_no_word() -> None:
    assert judge(looked_up(records()), RULES) == []


@pytest.mark.parametrize("serial", [b"\x00", b"\xff"])
def test_a_serial_number_that_is_not_positive(serial: bytes) -> None:
    issued = factory.server(serial=0x11)
    der = factory.resigned(issued, b"\x02\x01\x11", b"\x02\x01" + serial)
    assert "PUB-003" in [finding.rule for finding in judge(evidence(SP, der), RULES)]


@pytest.mark.parametrize(
    ("entries", "wildcard", "permitted"),
    [
        ([(0, "issue", "digicert.com"), (0, "issuewild", ";")], True, False),
        ([(0, "issue", "digicert.com"), (0, "issuewild", ";")], False, True),
        ([(0, "issuewild", "digicert.com"), (0, "issue", ";")], True, True),
        ([(0, "issuewild", "digicert.com")], False, True),
        ([(0, "issue", "letsencrypt.org"), (0, "issue", "digicert.com")], False, True),
        ([(0, "iodef", "mailto:a@contoso.com")], True, True),
        ([(128, "ISSUE", "digicert.com")], False, True),
    ],
)
def test_caa(entries: list[tuple[int, str, str]], wildcard: bool, permitted: bool) -> None:
    answer = CaaAnswer(NAME, tuple(CaaRecord(*entry) for entry in entries), "contoso.com")
    assert permits(answer, ("digicert.com",), wildcard=wildcard) is permitted

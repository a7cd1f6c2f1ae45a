# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of the client trust chain: what each one fails on, and what it just lets pass."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.artefacts import (
    Container,
    LoadedArtefact,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.engine import (
    Evidence,
    Member,
    Purpose,
    judge,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.paths import build_path
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.rules_chain import RULES as CHAIN_RULES
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.rules_trust import RULES
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.signed_list import ListSignature
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.windows_trust import (
    WindowsRoot,
    WindowsRoots,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Severity, Status
from tests.unit import certificate_factory as factory
from tests.unit.certificate_factory import NOW, Issued
from tests.unit.evidence_factory import evidence, facts, gateway
from tests.unit.rule_examples import Example, examples

CT, CL = Purpose.TRUST_CHAIN, Purpose.CLIENT
CLIENT_AUTH = factory.CLIENT_AUTH.dotted_string
SOUND = (factory.root(), factory.issuing())


def member(issued: Issued | bytes, number: int = 0) -> Member:
    return Member(factory.NAME, f"client_authentication.trust_chain[{number}]", CT, facts(issued))


def uploaded(*certificates: Issued | bytes, site_version: str | None = None) -> Evidence:
    """The trust chain as a whole."""
    members = tuple(member(one, number) for number, one in enumerate(certificates))
    declared = gateway(site_version=site_version)
    return Evidence(CT, "client_authentication.trust_chain", declared, NOW, trust_set=members, of_set=True)


def single(issued: Issued | bytes, **changes: Any) -> Evidence:
    """One certificate of the trust chain."""
    return evidence(CT, issued, **changes)


def client(*certificates: Issued, issued: Issued | None = None) -> Evidence:
    """A sample client certificate and the trust chain that should cover it."""
    issued = issued or factory.client()
    members = tuple(map(member, certificates))
    roots = tuple(one.facts for one in members if one.facts.self_issued)
    between = tuple(one.facts for one in members if not one.facts.self_issued)
    path = build_path(facts(issued), between, roots, now=NOW, eku=CLIENT_AUTH)
    return evidence(CL, issued, chain=(), trusted_roots=roots, path=path, trust_set=members)


def authorities(count: int) -> list[Issued]:
    return [factory.authority(subject=f"Root {number}", key=factory.ec_key(210 + number)) for number in range(count)]


def listing(*roots: Issued) -> WindowsRoots:
    entries = {facts(root).thumbprint_sha1: WindowsRoot(facts(root).thumbprint_sha1) for root in roots}
    return WindowsRoots(entries, NOW, ListSignature(True, ""))


def keyed(container: Container, *, with_key: bool) -> LoadedArtefact:
    certificate = facts(factory.root())
    keys = (certificate.key,) if with_key and certificate.key else ()
    return LoadedArtefact(container, (certificate,), keys, 0)


THREE = [*authorities(3)]
RENEWED = factory.authority(key=factory.ec_key(100), not_after=NOW + 4000 * factory.DAY)

EXAMPLES = examples(
    Example(
        "TRUST-001", "three roots", uploaded(*THREE), fails=True, severity=Severity.INFO, says=("unknown version",)
    ),
    Example(
        "TRUST-001",
        "three roots, site 1902",
        uploaded(*THREE, site_version="1902"),
        fails=True,
        severity=Severity.ERROR,
    ),
    Example(
        "TRUST-001", "three roots, site 1906", uploaded(*THREE, site_version="1906"), fails=True, severity=Severity.INFO
    ),
    Example("TRUST-001", "two roots, site 1902", uploaded(*THREE[:2], site_version="1902"), fails=False),
    Example("TRUST-001", "a root three times", uploaded(*[THREE[0]] * 3, site_version="1902"), fails=False),
    Example("TRUST-002", "a root", single(factory.root()), fails=False),
    Example("TRUST-002", "an intermediate, which is no root", single(factory.issuing()), fails=False),
    Example(
        "TRUST-002",
        "a root that is no CA",
        single(factory.authority(ca=False)),
        fails=True,
        says=("no CA certificate",),
    ),
    Example(
        "TRUST-002",
        "a sub-CA named like its issuer",
        single(factory.authority(factory.root(), subject="Contoso Root CA", key=factory.ec_key(120))),
        fails=True,
        says=("its own key has not signed it",),
    ),
    Example("TRUST-003", "an intermediate", single(factory.issuing()), fails=False),
    Example("TRUST-003", "a client certificate", single(factory.client()), fails=True, says=("pc1.corp.contoso.com",)),
    Example("TRUST-004", "root and issuing CA", uploaded(*SOUND), fails=False),
    Example("TRUST-004", "no root", uploaded(factory.issuing()), fails=True, says=("no root",)),
    Example(
        "TRUST-004",
        "another root",
        uploaded(factory.issuing(), THREE[0]),
        fails=True,
        says=("Contoso Root CA", "http://pki.contoso.com/root.cer"),
    ),
    Example("TRUST-004", "nothing at all", uploaded(), fails=False),
    Example("TRUST-005", "each once", uploaded(*SOUND), fails=False),
    Example("TRUST-005", "a file twice", uploaded(*SOUND, factory.root()), fails=True, says=("trust_chain[2]",)),
    Example(
        "TRUST-005",
        "a root and its renewal",
        uploaded(*SOUND, RENEWED),
        fails=True,
        severity=Severity.WARNING,
        says=("with the same key",),
    ),
    Example("TRUST-006", "the chain of the client", client(*SOUND), fails=False),
    Example(
        "TRUST-006", "only the root", client(factory.root()), fails=True, says=("http://pki.contoso.com/issuing.cer",)
    ),
    Example("TRUST-006", "the chain of others", client(*THREE), fails=True, says=("Root 0",)),
    Example("TRUST-006", "no trust chain", client(), fails=False),
    Example("TRUST-007", "an own root", single(factory.root(), windows_roots=listing(THREE[0])), fails=False),
    Example("TRUST-007", "a public root", single(THREE[0], windows_roots=listing(THREE[0])), fails=True),
    Example("TRUST-007", "no list", single(factory.root()), fails=True, status=Status.NOT_CHECKED),
    Example("TRUST-007", "an intermediate", single(factory.issuing()), fails=False),
    Example(
        "TRUST-008", "a certificate", single(factory.root(), artefact=keyed(Container.DER, with_key=False)), fails=False
    ),
    Example(
        "TRUST-008",
        "a certificate with its key",
        single(factory.root(), artefact=keyed(Container.PEM, with_key=True)),
        fails=True,
        severity=Severity.ERROR,
    ),
    Example(
        "TRUST-008",
        "a PFX without a key",
        single(factory.root(), artefact=keyed(Container.PFX, with_key=False)),
        fails=True,
        severity=Severity.WARNING,
    ),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_rule(example: Example) -> None:
    example.prove(RULES)


def test_a_sound_trust_chain_leaves_no_word() -> None:
    listed = {"windows_roots": listing(THREE[0])}
    assert judge(uploaded(*SOUND), RULES) == []
    assert [judge(single(one, **listed), RULES) for one in SOUND] == [[], []]
    assert judge(client(*SOUND), RULES) == []


def test_a_client_of_another_ca_is_one_finding() -> None:
    """What path building has to say about it is the same thing in other words."""
    findings = judge(client(*THREE), (*CHAIN_RULES, *RULES))
    assert [finding.rule for finding in findings] == ["TRUST-006"]


def test_a_self_signed_client_is_one_finding() -> None:
    findings = judge(client(*SOUND, issued=factory.management()), (*CHAIN_RULES, *RULES))
    assert [finding.rule for finding in findings] == ["CHAIN-012"]


def in_set(issued: Issued, *others: Issued) -> Evidence:
    """One CA certificate of a set, with its path through the others."""
    members = tuple(map(member, (issued, *others)))
    roots = tuple(one.facts for one in members if one.facts.self_issued)
    path = build_path(facts(issued), [one.facts for one in members], roots, now=NOW, eku=None)
    return single(issued, chain=(), trusted_roots=roots, path=path, trust_set=members)


def test_a_gap_in_the_set_is_told_once() -> None:
    own = in_set(factory.issuing(), THREE[0])
    assert judge(own, CHAIN_RULES) == []
    assert [finding.rule for finding in judge(uploaded(factory.issuing(), THREE[0]), RULES)] == ["TRUST-004"]


def test_an_expired_ca_of_the_set_is_not_told_again_for_those_below() -> None:
    expired = factory.authority(factory.root(), subject="Old CA", not_after=NOW - factory.DAY, path_length=None)
    lower = factory.authority(expired, subject="Lower CA", key=factory.ec_key(111))
    assert judge(in_set(lower, expired, factory.root()), CHAIN_RULES) == []


def test_a_cross_sign_in_the_set_is_told_right_below_it() -> None:
    other = THREE[0]
    crossed = factory.authority(other, subject="Contoso Root CA", key=factory.ec_key(100), path_length=None)
    pool = (crossed, other, factory.root())
    lower = factory.authority(factory.issuing(), subject="Lower CA", key=factory.ec_key(111))
    assert [finding.rule for finding in judge(in_set(factory.issuing(), *pool), CHAIN_RULES)] == ["CHAIN-013"]
    assert "CHAIN-013" not in {finding.rule for finding in judge(in_set(lower, factory.issuing(), *pool), CHAIN_RULES)}


def test_nothing_is_asked_where_nothing_was_read() -> None:
    assert judge(replace(single(factory.root()), leaf=None), RULES) == []

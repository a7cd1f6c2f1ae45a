# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of PFX files and of files of every kind, each failing and just passing."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.engine import (
    ALL_PURPOSES,
    Evidence,
    Purpose,
    Settings,
    judge,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.loading import load
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.path_results import Chain, PathResult
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.rules_file import RULES as FILE_RULES
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.rules_pfx import RULES as PFX_RULES
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Severity, Status
from tests.unit import certificate_factory as factory
from tests.unit import pfx_factory as made
from tests.unit.evidence_factory import evidence, facts, gateway
from tests.unit.pfx_factory import PASSWORD
from tests.unit.rule_examples import Example, examples

SP, SE = Purpose.SERVER_PUBLIC, Purpose.SERVER_ENTERPRISE
CT, MG, CL = Purpose.TRUST_CHAIN, Purpose.MANAGEMENT, Purpose.CLIENT
RULES = (*FILE_RULES, *PFX_RULES)

LEAF, ISSUING = made.server, factory.issuing


def of(
    data: bytes, password: str | None = PASSWORD, purpose: Purpose = SP, name: str | None = None, **changes: Any
) -> Evidence:
    """Evidence about a file, as it was declared."""
    artefact = load(data, password, name=name, private_key=changes.pop("private_key", None))
    known = {"artefact": artefact, "leaf": artefact.leaf, "chain": artefact.others, **changes}
    return evidence(purpose, LEAF(), known.pop("declared", None), **known)


@functools.cache
def pfx_of(*bags: bytes, password: str | None = PASSWORD, rounds: int = 2000) -> bytes:
    return made.by_hand(bags, password, rounds=rounds)


def leaf_bags() -> tuple[bytes, bytes]:
    return made.key_bag(LEAF()), made.certificate_bag(LEAF().der)


def importing(year: int | None) -> dict[str, Any]:
    return {"settings": Settings(import_windows_server=year)}


def trusted() -> PathResult:
    """The whole path, which says exactly what has to be in the file."""
    chain = Chain(tuple(map(facts, (LEAF(), *LEAF().issuers))), anchored=True)
    return PathResult(facts(LEAF()), (chain,))


def second_of_two() -> Evidence:
    """The certificate of a PEM file that is not its first one."""
    found = of(factory.root().pem + ISSUING().pem, purpose=CT)
    assert found.artefact is not None
    return replace(found, leaf=found.artefact.others[0])


def broken() -> bytes:
    """A certificate with an extension that is none."""
    extra = factory.raw_extension("2.5.29.30", b"\x04\x00")
    return factory.server(extra=[extra]).der


LEGACY = ("-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1")
KSP = "Microsoft Software Key Storage Provider"
TPM = "Microsoft Platform Crypto Provider"

EXAMPLES = examples(
    Example("PFX-001", "PEM by another name", lambda: of(LEAF().pem, name="a.pfx"), fails=True, says=("a PEM file",)),
    Example("PFX-001", "cut off", lambda: of(made.sound()[:900]), fails=True, says=("needs",)),
    Example("PFX-001", "nothing", lambda: of(b"", name="a.pfx"), fails=True, says=("empty",)),
    Example("PFX-001", "a PFX", lambda: of(made.sound()), fails=False),
    Example("PFX-001", "PEM", lambda: of(LEAF().pem), fails=False),
    Example("PFX-002", "another password", lambda: of(made.sound(), "wrong"), fails=True, says=("another password",)),
    Example(
        "PFX-002", "a line break too much", lambda: of(made.sound(), f"{PASSWORD}\n"), fails=True, says=("It opens",)
    ),
    Example("PFX-002", "no password", lambda: of(made.sound(), None), fails=True, says=("none is declared",)),
    Example("PFX-002", "the password", lambda: of(made.sound()), fails=False),
    Example("PFX-003", "10 million rounds", lambda: of(pfx_of(rounds=10_000_000)), fails=True, says=("10,000,000",)),
    Example("PFX-003", "AES", lambda: of(made.sound()), fails=False),
    Example("PFX-004", "no key", lambda: of(pfx_of(leaf_bags()[1])), fails=True, says=("exportable",)),
    Example(
        "PFX-004",
        "a certificate alone",
        lambda: of(LEAF().pem),
        fails=True,
        status=Status.NOT_CHECKED,
        says=("private_key",),
    ),
    Example("PFX-004", "a key", lambda: of(made.sound()), fails=False),
    Example("PFX-004", "a key beside it", lambda: of(LEAF().pem, private_key=LEAF().key_pem), fails=False),
    Example(
        "PFX-004",
        "served by the gateway",
        lambda: of(LEAF().pem, declared=gateway(server_certificate={"served": True})),
        fails=False,
    ),
    Example(
        "PFX-005",
        "another key",
        lambda: of(pfx_of(made.key_bag(factory.client()), leaf_bags()[1])),
        fails=True,
        says=("belongs to none",),
    ),
    Example(
        "PFX-005", "another key beside it", lambda: of(LEAF().pem, private_key=factory.client().key_pem), fails=True
    ),
    Example("PFX-005", "its key", lambda: of(made.sound()), fails=False),
    Example(
        "PFX-006", "two keys", lambda: of(pfx_of(*leaf_bags(), made.key_bag(factory.client()))), fails=True, says=("2",)
    ),
    Example(
        "PFX-006",
        "a certificate and its predecessor",
        lambda: of(pfx_of(*leaf_bags(), made.certificate_bag(factory.server(serial=7).der))),
        fails=True,
        says=("2 certificates",),
    ),
    Example("PFX-006", "one key and its chain", lambda: of(made.sound()), fails=False),
    Example("PFX-007", "leaf only", lambda: of(made.sound(chain=False)), fails=True, says=("Contoso Issuing CA",)),
    Example("PFX-007", "leaf only, path known", lambda: of(made.sound(chain=False), path=trusted()), fails=True),
    Example("PFX-007", "with issuer", lambda: of(made.sound()), fails=False),
    Example("PFX-007", "with issuer, path known", lambda: of(made.sound(), path=trusted()), fails=False),
    Example(
        "PFX-007",
        "issued by a root",
        lambda: of(made.sound(chain=False), trusted_roots=(facts(ISSUING()),)),
        fails=False,
    ),
    Example("PFX-008", "RC2", lambda: of(made.by_openssl("-legacy")), fails=True, says=("RC2-40",)),
    Example("PFX-008", "an open key", lambda: of(pfx_of(*leaf_bags())), fails=True, says=("key is not encrypted",)),
    Example("PFX-008", "no MAC", lambda: of(made.by_openssl("-nomac")), fails=True, says=("no integrity check",)),
    Example("PFX-008", "999 rounds", lambda: of(made.by_openssl("-iter", "999")), fails=True, says=("999 rounds",)),
    Example("PFX-008", "1,000 rounds", lambda: of(made.by_openssl("-iter", "1000")), fails=False),
    Example("PFX-008", "3DES", lambda: of(made.by_openssl(*LEGACY)), fails=False),
    Example("PFX-009", "AES, 2016", lambda: of(made.sound(), **importing(2016)), fails=True, says=("wrong password",)),
    Example("PFX-009", "AES, 2019", lambda: of(made.sound(), **importing(2019)), fails=False),
    Example("PFX-009", "AES, not asked", lambda: of(made.sound(), **importing(None)), fails=False),
    Example("PFX-009", "3DES, 2016", lambda: of(made.by_openssl(*LEGACY), **importing(2016)), fails=False),
    Example(
        "PFX-010", "a TPM", lambda: of(made.by_openssl("-CSP", TPM)), fails=True, severity=Severity.INFO, says=(TPM,)
    ),
    Example("PFX-010", "somebody else's", lambda: of(made.by_openssl("-CSP", "Acme HSM")), fails=True, says=("Acme",)),
    Example("PFX-010", "none named", lambda: of(made.sound()), fails=True, status=Status.NOT_CHECKED),
    Example("PFX-010", "software", lambda: of(made.by_openssl("-CSP", KSP)), fails=False),
    Example("PFX-011", "sealed", lambda: of(pfx_of(made.sealed_bag(), password="unknown")), fails=True),
    Example("PFX-011", "a password", lambda: of(made.sound()), fails=False),
    Example("PFX-011", "sealed, and a password", lambda: of(pfx_of(made.sealed_bag(), *leaf_bags())), fails=False),
    Example("PFX-012", "empty", lambda: of(made.by_openssl(password=""), ""), fails=True, says=("empty password",)),
    Example("PFX-012", "none", lambda: of(pfx_of(*leaf_bags(), password=None)), fails=True, says=("every password",)),
    Example("PFX-012", "one", lambda: of(made.sound()), fails=False),
    *(
        Example("FILE-001", f"a broken extension, {one}", functools.partial(of, broken(), purpose=one), fails=True)
        for one in ALL_PURPOSES
    ),
    Example("FILE-001", "its name", lambda: of(broken()), fails=True, says=("nameConstraints",)),
    Example("FILE-001", "text for a client", lambda: of(b"hello", purpose=CL), fails=True, says=("a text file",)),
    Example("FILE-001", "a closed PFX for a client", lambda: of(made.sound(), "x", CL), fails=True, says=("password",)),
    Example("FILE-001", "text for a server", lambda: of(b"hello"), fails=True, says=("a text file",)),
    Example("FILE-001", "a key alone", lambda: of(LEAF().key_pem), fails=True, says=("only a private key",)),
    Example("FILE-001", "said by PFX-001", lambda: of(b"hello", name="a.pfx"), fails=False),
    Example("FILE-001", "sound", lambda: of(made.sound()), fails=False),
    Example("FILE-002", "PEM", lambda: of(factory.root().pem, purpose=CT), fails=True, severity=Severity.INFO),
    Example("FILE-002", "PEM, management", lambda: of(factory.root().pem, purpose=MG), fails=True),
    Example("FILE-002", "said once for each file", second_of_two, fails=False),
    Example("FILE-002", "DER", lambda: of(factory.root().der, purpose=CT), fails=False),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_examples(example: Example) -> None:
    example.prove(RULES)


@pytest.mark.parametrize(
    ("rule", "data", "password"),
    [
        ("PFX-001", lambda: made.sound()[:900], PASSWORD),
        ("PFX-002", made.sound, "wrong"),
        ("PFX-002", made.sound, None),
        ("PFX-003", lambda: pfx_of(rounds=10_000_000), PASSWORD),
        ("PFX-011", lambda: pfx_of(made.sealed_bag(), password="unknown"), PASSWORD),
        ("FILE-001", lambda: b"hello", PASSWORD),
    ],
)
def test_a_file_that_stays_closed_has_one_finding(rule: str, data: Any, password: str | None) -> None:
    findings = judge(of(data(), password), RULES)
    failed = [one.rule for one in findings if one.status is Status.FAILED and one.severity is Severity.ERROR]
    assert failed == [rule]


def test_a_sound_file_has_no_finding() -> None:
    data = made.by_openssl("-CSP", KSP, "-certfile", "leaf.pem")
    found = judge(of(data, path=trusted(), **importing(2022)), [rule for rule in RULES if rule.id != "PFX-007"])
    assert found == []

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whole gateways judged: the vectors of server certificates, trust chains, and everything that one gateway declares."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.engine import Settings
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.judgement import judge_certificates
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.sources import Material, Source
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Finding, Severity, Status, is_valid
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import Gateway
from tests.unit import certificate_factory as factory
from tests.unit.certificate_factory import CLIENT_AUTH, DAY, NAME, NOW, SERVER_AUTH, Issued, server
from tests.unit.evidence_factory import gateway
from tests.unit.judgement_factory import (
    KNOWN,
    PASSWORD,
    enterprise,
    judged,
    pfx,
    server_findings,
    server_source,
    source,
)

AZURE = "granitefalls.westus.cloudapp.azure.com"
WILDCARD = "*.contoso.com"


def packed(
    issued: Issued,
    declared: Gateway | None = None,
    data: bytes | None = None,
    password: str = PASSWORD,
    **settings: Any,
) -> tuple[dict[str, Any], list[Finding]]:
    """A server certificate in a PFX file, judged."""
    found = source("server certificate", pfx(issued) if data is None else data, password, name="granitefalls.pfx")
    roots = (source("trusted root", issued.root.der),)
    facts, findings = judged(Material(declared or gateway(), server=found, trusted_roots=roots), **settings)
    return facts, [finding for finding in findings if finding.status is Status.FAILED]


def named(name: str, *more: str) -> Issued:
    return server(subject=name, dns=more or (name,))


# What the PFX files of this factory cannot have: nobody exported them from Windows.
ALWAYS = {"PFX-010"}

# The vectors of the rulebook, section 2.2: certificate, declaration, and "error" or "warning" with the rule.
T: dict[str, tuple[Issued, dict[str, Any], str]] = {
    "T1": (server(), {}, "ok"),
    "T2": (server(key=factory.rsa_key(4096)), {}, "ok"),
    # The catalogue makes an error of what the rulebook calls undocumented; allowed_key_sizes decides.
    "T3": (server(key=factory.rsa_key(3072)), {}, "error KEY-002"),
    "T4": (server(key=factory.rsa_key(1024)), {}, "error KEY-002"),
    "T5": (server(key=factory.ec_key()), {}, "error KEY-001"),
    "T7": (server(eku=[CLIENT_AUTH]), {}, "error USE-001"),
    "T8": (server(eku=[SERVER_AUTH, CLIENT_AUTH]), {}, "info USE-004"),
    "T9": (server(eku=()), {}, "error USE-002"),
    "T12": (named(WILDCARD), {"service_name": WILDCARD, "prefix": "granitefalls"}, "ok"),
    "T13": (named(WILDCARD), {"service_name": "cmg.eu.contoso.com"}, "error NAME-011"),
    "T14, own PKI": (server(dns=()), {"issuer": "enterprise"}, "warning NAME-005"),
    "T14, public": (server(dns=()), {}, "error NAME-005"),
    "T15": (named(NAME, "www.contoso.com", NAME), {}, "warning NAME-024"),
    "T16": (server(subject=[]), {}, "error NAME-001"),
    "T17, expired": (server(not_after=NOW - DAY), {}, "error TIME-001"),
    "T17, not yet valid": (server(not_before=NOW + DAY), {}, "error TIME-002"),
    "T17, 20 days": (server(not_before=NOW - 90 * DAY, not_after=NOW + 20 * DAY), {}, "warning TIME-003"),
    "T18": (named(AZURE), {"service_name": AZURE}, "error NAME-016"),
    "T19": (named(AZURE), {"service_name": AZURE, "issuer": "enterprise"}, "ok"),
    "T20": (
        server(subject=[(NameOID.COMMON_NAME, NAME), (NameOID.COMMON_NAME, "www.contoso.com")]),
        {},
        "error NAME-002",
    ),
}


@pytest.mark.parametrize("vector", T)
def test_server_certificates(vector: str) -> None:
    issued, options, expected = T[vector]
    facts, findings = packed(issued, gateway(**options))
    said = [f"{finding.severity} {finding.rule}" for finding in findings if finding.rule not in ALWAYS]
    assert said[:1] == ([] if expected == "ok" else [expected])
    assert facts["server_certificate"]["valid"] is not expected.startswith("error")


def test_t3_is_up_to_the_user() -> None:
    _facts, findings = packed(server(key=factory.rsa_key(3072)), allowed_key_sizes=(2048, 3072, 4096))
    assert is_valid(findings)


def test_t6_sha1() -> None:
    issuer = factory.authority(factory.root(), key=factory.rsa_key(number=5))
    der = factory.sha1_signed(server(issuer=issuer))
    roots = (source("trusted root", factory.root().der),)
    material = Material(gateway(), server=server_source(der, [issuer]), trusted_roots=roots)
    assert [one.rule for one in judged(material)[1] if one.status is Status.FAILED] == ["SIG-001"]


def test_t10_no_key() -> None:
    alone = source("server certificate", server().der)
    facts, findings = judged(Material(gateway(), server=alone))
    assert ("PFX-004", Status.NOT_CHECKED) in [(one.rule, one.status) for one in findings]
    assert facts["server_certificate"]["key_matches"] is None


def test_t11_a_wrong_password_is_named_and_not_repeated() -> None:
    facts, findings = packed(server(), password="hunter2-the-wrong-one")
    assert [finding.rule for finding in findings] == ["PFX-002"]
    assert "hunter2" not in repr((facts, findings))
    assert facts["server_certificate"]["certificate"] is None


@pytest.mark.parametrize(("windows", "found"), [(2016, ["PFX-009"]), (2019, []), (None, [])])
def test_t21_old_windows_cannot_read_new_pfx_files(windows: int | None, found: list[str]) -> None:
    _facts, findings = packed(server(), import_windows_server=windows)
    assert [one.rule for one in findings if one.rule not in ALWAYS] == found


def chained(
    files: Sequence[bytes], clients: Sequence[Issued] = (), **options: Any
) -> tuple[dict[str, Any], list[Finding]]:
    """A gateway with that trust chain and those sample clients, judged."""
    names = [f"ca{position}.cer" for position in range(len(files))]
    declared = gateway(client_authentication={"methods": ["pki"], "trust_chain": names}, **options)
    facts, findings = judged(
        Material(
            declared,
            trust_chain=tuple(source(name, data) for name, data in zip(names, files, strict=True)),
            clients=tuple(source(f"client {position}", one.der) for position, one in enumerate(clients)),
        )
    )
    authentication = facts["client_authentication"]
    return authentication, [finding for finding in findings if finding.status is Status.FAILED]


ROOT, SUB = factory.root(), factory.issuing()
OTHERS = [
    factory.authority(subject=f"Fabrikam Root CA {number}", key=factory.ec_key(200 + number)) for number in (1, 2)
]
EXPIRED = factory.authority(ROOT, not_after=NOW - DAY)
LEAF = factory.client()

# The vectors of the rulebook, section 3: files, site version, and the rules that fail with their severities.
CHAINS: dict[str, tuple[Callable[[], tuple[dict[str, Any], list[Finding]]], set[str], bool]] = {
    "root alone": (lambda: chained([ROOT.der], [LEAF]), {"error TRUST-006"}, True),
    "root and intermediate": (lambda: chained([ROOT.der, SUB.der], [LEAF]), set(), True),
    "intermediate alone": (lambda: chained([SUB.der], [LEAF]), {"error TRUST-004", "error TRUST-006"}, False),
    "three roots, 1902": (
        lambda: chained([ROOT.der, SUB.der, *(one.der for one in OTHERS)], [LEAF], site_version="1902"),
        {"error TRUST-001", "warning TRUST-009"},
        True,
    ),
    "three roots, 1906": (
        lambda: chained([ROOT.der, SUB.der, *(one.der for one in OTHERS)], [LEAF], site_version="1906"),
        {"info TRUST-001", "warning TRUST-009"},
        True,
    ),
    "an unrelated root": (lambda: chained([ROOT.der, SUB.der, OTHERS[0].der], [LEAF]), {"warning TRUST-009"}, True),
    "an unrelated root, no samples": (lambda: chained([ROOT.der, SUB.der, OTHERS[0].der]), set(), True),
    "PEM": (lambda: chained([ROOT.pem, SUB.der], [LEAF]), {"info FILE-002"}, True),
    "a client among the CAs": (lambda: chained([ROOT.der, SUB.der, LEAF.der], [LEAF]), {"error TRUST-003"}, True),
    "an expired intermediate": (
        lambda: chained([ROOT.der, EXPIRED.der], [factory.client(issuer=EXPIRED)]),
        {"error TIME-001", "error CHAIN-004"},
        True,
    ),
    "the root twice": (lambda: chained([ROOT.der, ROOT.der, SUB.der], [LEAF]), {"warning TRUST-005"}, True),
    "a key among them": (lambda: chained([ROOT.der, SUB.pem + SUB.key_pem], [LEAF]), {"error TRUST-008"}, True),
}


@pytest.mark.parametrize("case", CHAINS)
def test_trust_chains(case: str) -> None:
    run, expected, complete = CHAINS[case]
    facts, findings = run()
    assert {f"{finding.severity} {finding.rule}" for finding in findings} >= expected
    assert not {finding.rule for finding in findings} - {one.split()[1] for one in expected} - {"FILE-002"}
    assert facts["trust_chain"]["complete"] is complete
    of_chain = [finding for finding in findings if not finding.subject.startswith("client")]
    assert facts["trust_chain"]["valid"] is is_valid(of_chain)


def test_the_trust_chain_is_sorted_for_the_cmdlets() -> None:
    facts, _findings = chained([SUB.der, ROOT.der, LEAF.der])
    chain = facts["trust_chain"]
    assert [[one["subject"] for one in chain[kind]] for kind in ("roots", "intermediates", "others")] == [
        ["CN=Contoso Root CA"],
        ["CN=Contoso Issuing CA"],
        ["CN=pc1.corp.contoso.com"],
    ]
    assert all(one["thumbprint_sha1"].isupper() for one in chain["roots"])


def test_everything_that_a_gateway_can_declare() -> None:
    declared = enterprise(
        deployment_method="classic",
        site_version="1810",
        management_point={"mode": "https", "hostnames": ["mp1.corp.contoso.com"], "certificate": {"path": "mp.cer"}},
        client_authentication={
            "methods": ["pki"],
            "trust_chain": ["root.cer", "sub.cer"],
            "clients": [{"join_state": "domain"}],
        },
    )
    manager = factory.management()
    material = Material(
        declared,
        server=source("server certificate", pfx(server()), PASSWORD),
        current=source("certificate in use", server(not_after=NOW + 20 * DAY).der),
        trusted_roots=(source("trusted root", ROOT.der),),
        trust_chain=(source("root.cer", ROOT.der), source("sub.cer", SUB.der)),
        clients=(source("pc1.cer", LEAF.der),),
        management_point=source("mp.cer", factory.management_point().der),
        management_cer=source("management.cer", manager.der),
        management_pfx=source("management.pfx", pfx(manager), PASSWORD),
    )
    facts, findings = judged(material)
    assert [one for one in findings if one.status is Status.FAILED and one.rule not in ALWAYS] == []
    assert facts["service_name"] == NAME
    assert facts["server_certificate"]["trusted"] is True
    assert [one["subject"] for one in facts["server_certificate"]["chain"]] == [
        f"CN={NAME}",
        "CN=Contoso Issuing CA",
        "CN=Contoso Root CA",
    ]
    assert facts["renewal"]["status"] == "renewable"
    assert facts["client_authentication"]["certificates"][0]["trusted"] is True
    assert facts["client_authentication"]["connection_point"]["certificate_required"] is True
    assert facts["management_point"]["certificate"]["trusted"] is True
    assert facts["management_certificate"]["thumbprints_equal"] is True
    assert facts["management_certificate"]["needed"] is True


def test_a_gateway_without_a_name_has_that_of_its_certificate() -> None:
    facts, findings = packed(server(eku=()), gateway(service_name=None))
    assert facts["service_name"] == NAME
    assert {finding.gateway for finding in findings} == {NAME}


LOCKED = pfx(server())
# A file that is declared as a trusted root, and what is to be said about it.
USELESS_ROOTS: dict[str, tuple[Source, set[str], str]] = {
    "missing": (Source("trusted root", problem="root.cer cannot be read."), {"FILE-003"}, "cannot be read"),
    "text": (source("trusted root", b"root"), {"FILE-001"}, "a text file"),
    "cut off": (source("trusted root", ROOT.der[:200]), {"FILE-001"}, "cut off"),
    "a locked PFX": (source("trusted root", LOCKED), {"FILE-001"}, "protected by a password"),
    "an intermediate": (source("trusted root", SUB.der), {"TRUST-010"}, "Contoso Issuing CA"),
}


@pytest.mark.parametrize("alone", [True, False])
@pytest.mark.parametrize("case", USELESS_ROOTS)
def test_what_is_declared_as_a_root_and_is_none_is_told(case: str, alone: bool) -> None:
    """Also beside a good one, with which the chain holds."""
    useless, expected, why = USELESS_ROOTS[case]
    roots = (useless,) if alone else (useless, source("trusted root", ROOT.der))
    material = Material(enterprise(), server=server_source(server()), trusted_roots=roots)
    found = [one for one in judged(material)[1] if one.subject == "trusted root"]
    assert {one.rule for one in found} == expected
    assert why in found[0].observed
    assert "declared" not in " ".join(one.observed for one in judged(material)[1] if one.rule == "CHAIN-001") or alone


def test_a_password_is_not_asked_for_where_none_can_be_given() -> None:
    point = enterprise(management_point={"hostnames": ["mp1.corp.contoso.com"], "certificate": {"path": "mp.pfx"}})
    roots = (source("trusted root", LOCKED),)
    material = Material(point, trusted_roots=roots, management_point=source("mp.pfx", LOCKED))
    remedies = {one.subject: one.remedy for one in judged(material)[1] if one.rule == "FILE-001"}
    assert "No password can be given" in remedies["trusted root"]
    assert remedies["mp.pfx"].startswith("Declare the password")


MANAGER = factory.management()
# The .cer file, the PFX file, and what fails.
MANAGEMENT: dict[str, tuple[Source, Source, list[str]]] = {
    "sound": (source("cer", MANAGER.der), source("pfx", pfx(MANAGER), PASSWORD, as_pfx=True), []),
    "a key beside the certificate": (
        source("cer", MANAGER.pem + MANAGER.key_pem),
        source("pfx", pfx(MANAGER), PASSWORD, as_pfx=True),
        ["MGMT-004"],
    ),
    "the PFX twice": (
        source("cer", pfx(MANAGER)),
        source("pfx", pfx(MANAGER), PASSWORD, as_pfx=True),
        ["MGMT-004", "PFX-002"],
    ),
    "the certificate twice": (source("cer", MANAGER.der), source("pfx", MANAGER.der, as_pfx=True), ["PFX-001"]),
    "PEM for the PFX": (source("cer", MANAGER.der), source("pfx", MANAGER.pem, as_pfx=True), ["PFX-001"]),
}


@pytest.mark.parametrize("case", MANAGEMENT)
def test_the_files_of_a_management_certificate(case: str) -> None:
    cer, packed_key, expected = MANAGEMENT[case]
    old = gateway(deployment_method="classic", site_version="1810")
    facts, findings = judged(Material(old, management_cer=cer, management_pfx=packed_key))
    assert facts["management_certificate"]["valid"] is ("MGMT-004" not in expected)
    failed = [one for one in findings if one.status is Status.FAILED and one.severity is Severity.ERROR]
    assert [one.rule for one in failed] == expected, failed


def test_a_certificate_for_all_names_needs_a_usable_prefix_too() -> None:
    _facts, findings = packed(named(WILDCARD), gateway(service_name="granite-falls.contoso.com"))
    assert "NAME-019" in [finding.rule for finding in findings]


def test_a_gateway_without_a_certificate_is_not_called_good() -> None:
    _facts, findings = judged(Material(gateway()))
    assert [(one.rule, one.status) for one in findings] == [
        ("FILE-004", Status.NOT_CHECKED),
        ("PUB-004", Status.NOT_CHECKED),
    ]
    azure = gateway(service_name=AZURE)
    assert "NAME-016" in [one.rule for one in judged(Material(azure))[1]]


def test_the_certificate_in_use_is_judged_where_there_is_no_new_one() -> None:
    current = source("certificate in use", server(not_after=NOW - DAY).der)
    facts, findings = judged(Material(gateway(), current=current, trusted_roots=(source("root", ROOT.der),)))
    assert "TIME-001" in [finding.rule for finding in findings]
    assert facts["server_certificate"] is None
    assert facts["current_certificate"]["days_left"] == -1
    assert facts["renewal"] is None


def test_an_accepted_failure_makes_the_artefact_valid() -> None:
    accepted = gateway(accept=[{"rule": "KEY-002", "reason": "a pilot", "until": "2026-12-31"}])
    facts, _findings = packed(server(key=factory.rsa_key(3072)), accepted)
    assert facts["server_certificate"]["valid"] is True
    assert "KEY-002" in facts["server_certificate"]["rules"]
    expired = gateway(accept=[{"rule": "KEY-002", "reason": "a pilot", "until": "2026-11-20"}])
    assert packed(server(key=factory.rsa_key(3072)), expired)[0]["server_certificate"]["valid"] is False


ODD_ROOT = factory.authority(identifiers=False)
ODD_CA = factory.authority(factory.root(), key=factory.ec_key(11), subject="Odd CA", identifiers=False)


@pytest.mark.parametrize(
    ("declared", "issuer", "warned"),
    [
        (gateway(), ODD_CA, True),
        (enterprise(), ODD_CA, False),
        (gateway(), factory.issuing(), False),
        # A root is taken as it is by whoever trusts it.
        (gateway(), factory.authority(ODD_ROOT, key=factory.ec_key(12)), False),
    ],
)
def test_public_authorities_are_held_to_what_strict_clients_demand(
    declared: Gateway, issuer: Issued, warned: bool
) -> None:
    findings = server_findings(server(issuer=issuer), declared)
    told = [finding for finding in findings if finding.rule == "CHAIN-001"]
    assert [finding.severity for finding in told] == [Severity.WARNING] * len(told)
    assert bool(told) is warned, findings


def test_two_clients_with_one_key_or_one_name() -> None:
    twin = factory.client(serial=99, not_after=NOW + 70 * DAY)
    _facts, findings = chained([ROOT.der, SUB.der], [LEAF, twin])
    assert {finding.rule for finding in findings} == {"KEY-009", "NAME-023"}


SOUND = server(extra=[factory.raw_extension("1.2.3.4", b"\x05\x00")]).der
DAMAGE = st.lists(st.tuples(st.integers(0, len(SOUND) - 1), st.integers(0, 255)), min_size=1, max_size=4)


@given(changes=DAMAGE)
def test_a_damaged_certificate_is_judged_like_any_other(changes: list[tuple[int, int]]) -> None:
    """Whatever bytes are in it, what comes out is findings: no error but the collection's own reaches anybody."""
    damaged = bytearray(SOUND)
    for position, value in changes:
        damaged[position] = value
    data = bytes(damaged)
    declared = gateway(
        client_authentication={"trust_chain": ["a"], "certificates": ["b"]},
        management_point={"hostnames": ["mp1.corp.contoso.com"], "certificate": {"path": "c"}},
    )
    found = source("damaged", data)
    material = Material(
        declared,
        server=server_source(data),
        current=source("certificate in use", SOUND),
        trusted_roots=(source("trusted root", ROOT.der),),
        trust_chain=(found, source("root.cer", ROOT.der)),
        clients=(found,),
        management_point=found,
        management_cer=found,
        management_pfx=found,
    )
    facts, findings = judged(material)
    assert facts["management_certificate"]["needed"] is False
    assert all(finding.observed and finding.expected and finding.remedy for finding in findings)


def test_a_thousand_certificates_are_judged_in_about_a_second() -> None:
    """The real figure is the benchmark's; this one only notices when something costs several times as much."""
    issuing = factory.authority(ROOT, key=factory.rsa_key(number=98))
    count = 100
    materials = []
    for number in range(count):
        name = f"g{number:05}.contoso.com"
        issued = server(subject=name, dns=(name,), issuer=issuing, public_key=factory.invented_key(number))
        text = issued.pem + issuing.pem
        began = time.process_time()
        read = source("server certificate", text)
        materials.append((enterprise(service_name=name), read, time.process_time() - began))
    roots = (source("trusted root", ROOT.der),)
    began = time.process_time()
    judge_certificates(
        [Material(declared, server=read, trusted_roots=roots) for declared, read, _seconds in materials],
        Settings(),
        KNOWN,
        NOW,
    )
    judging = time.process_time() - began
    assert (judging + sum(seconds for _declared, _read, seconds in materials)) / count < 0.004

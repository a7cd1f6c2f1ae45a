# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Opening PFX files: those of others as a table by reason, own ones for what no tool makes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import cryptography_vectors
import pytest

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.artefacts import (
    LoadedArtefact,
    ProblemKind,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.loading import load
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.pfx_facts import PasswordForm, PfxFacts
from tests.unit import certificate_factory as factory
from tests.unit import pfx_factory as made
from tests.unit.pfx_factory import PASSWORD

VECTORS = Path(cryptography_vectors.__file__).parent

# Every file of cryptography's own vectors: password, certificates, keys, what is said about it.
FILES: list[tuple[str, str | None, int, int, list[ProblemKind]]] = [
    ("cert-aes256cbc-no-key", "cryptography", 1, 0, [ProblemKind.NO_KEY]),
    ("cert-key-aes256cbc", "cryptography", 1, 1, []),
    ("cert-none-key-none", "cryptography", 1, 1, []),
    ("cert-rc2-key-3des", "cryptography", 1, 1, []),
    ("java-truststore", "", 2, 0, [ProblemKind.NO_KEY]),
    *((f"name-{which}-no-pwd", None, 3, 1, []) for which in ("1", "2", "3", "2-3", "all", "unicode")),
    *((f"name-{which}-pwd", "password", 3, 1, []) for which in ("1", "2", "3", "2-3", "all", "unicode")),
    ("no-cert-key-aes256cbc", "cryptography", 0, 1, [ProblemKind.NO_CERTIFICATE]),
    *((f"no-cert-name-{which}-no-pwd", None, 2, 0, [ProblemKind.NO_KEY]) for which in ("2", "3", "all", "unicode")),
    *((f"no-cert-name-{which}-pwd", "password", 2, 0, [ProblemKind.NO_KEY]) for which in ("2", "3", "all", "unicode")),
    ("no-cert-no-name-no-pwd", None, 2, 0, [ProblemKind.NO_KEY]),
    ("no-cert-no-name-pwd", "password", 2, 0, [ProblemKind.NO_KEY]),
    ("no-name-no-pwd", None, 3, 1, []),
    ("no-name-pwd", "password", 3, 1, []),
    ("no-password", None, 1, 1, []),
]
# Certificates whose DSA parameters are those of their issuer, which the library does not read.
INHERITED_PARAMETERS = {"DSAParametersInheritedCACert", "ValidDSAParameterInheritanceTest5EE"}


def kinds(artefact: LoadedArtefact) -> list[ProblemKind]:
    return [problem.kind for problem in artefact.problems]


def pfx(artefact: LoadedArtefact) -> PfxFacts:
    assert artefact.pfx is not None
    return artefact.pfx


def said(artefact: LoadedArtefact) -> str:
    return " ".join(f"{problem.observed} {problem.remedy or ''}" for problem in artefact.problems)


def test_the_table_names_every_file() -> None:
    assert {name for name, *_rest in FILES} == {path.stem for path in (VECTORS / "pkcs12").glob("*.p12")}


@pytest.mark.parametrize(("name", "password", "certificates", "keys", "problems"), FILES, ids=[one[0] for one in FILES])
def test_vectors(name: str, password: str | None, certificates: int, keys: int, problems: list[ProblemKind]) -> None:
    data = (VECTORS / "pkcs12" / f"{name}.p12").read_bytes()
    artefact = load(data, password)
    assert (len(artefact.certificates), len(artefact.keys), kinds(artefact)) == (certificates, keys, problems)
    assert artefact.key_matches is (True if certificates and keys else None)
    assert pfx(artefact).integrity_verified
    assert kinds(load(data, "another password")) == [ProblemKind.NOT_OPENED]


@pytest.mark.corpus
@pytest.mark.cost(6)
def test_pkits() -> None:
    """NIST's 405 files, all with one password; the two that do not load say which certificate is broken."""
    files = sorted((VECTORS / "x509" / "PKITS_data" / "pkcs12").glob("*.p12"))
    assert len(files) == 405
    bad = {}
    for path in files:
        artefact = load(path.read_bytes(), "password")
        if artefact.problems or not artefact.key_matches:
            bad[path.stem] = kinds(artefact)
    assert bad == {name: [ProblemKind.BAD_CERTIFICATE] for name in INHERITED_PARAMETERS}


@pytest.mark.parametrize(
    ("name", "password", "contents", "key"),
    [
        ("asn1crypto_tests_test-rc2", "password123", "RC2-40", "RC2-40"),
        ("asn1crypto_tests_test-tripledes", "password123", "RC2-40", "3DES"),
        ("oscrypto_tests_test-aes128", "password123", "RC2-40", "3DES"),
        ("oscrypto_tests_test-aes256", "password123", "RC2-40", "3DES"),
        ("oscrypto_tests_test-dsa", "password123", "RC2-40", "3DES"),
        ("oscrypto_tests_test-rc2", "password123", "RC2-40", "RC2-40"),
        ("oscrypto_tests_test-third", "password123", "RC2-40", "3DES"),
        ("oscrypto_tests_test-tripledes", "password123", "RC2-40", "3DES"),
        ("oscrypto_tests_test-tripledes-blank", "", "RC2-40", "3DES"),
    ],
)
def test_files_of_oscrypto(shared: Path, name: str, password: str, contents: str, key: str) -> None:
    artefact = load((shared / "corpora" / "oscrypto-asn1crypto" / "p12" / f"{name}.p12").read_bytes(), password)
    assert kinds(artefact) == []
    assert artefact.key_matches
    assert [(one.part, one.algorithm) for one in pfx(artefact).protections] == [("contents", contents), ("key", key)]


def pbes2(cipher: str) -> str:
    return f"PBES2 with {cipher} and PBKDF2-SHA256"


@pytest.mark.parametrize(
    ("options", "contents", "key", "mac"),
    [
        ("", pbes2("AES-256-CBC"), pbes2("AES-256-CBC"), "HMAC-SHA256"),
        ("-legacy", "RC2-40", "3DES", "HMAC-SHA1"),
        ("-keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1", "3DES", "3DES", "HMAC-SHA1"),
        ("-keypbe AES-128-CBC -certpbe AES-192-CBC", pbes2("AES-192-CBC"), pbes2("AES-128-CBC"), "HMAC-SHA256"),
        ("-keypbe DES-EDE3-CBC", pbes2("AES-256-CBC"), pbes2("3DES-CBC"), "HMAC-SHA256"),
        ("-keypbe PBE-SHA1-2DES -legacy", "RC2-40", "3DES with two keys", "HMAC-SHA1"),
        ("-keypbe PBE-SHA1-RC4-128 -legacy", "RC2-40", "RC4-128", "HMAC-SHA1"),
        ("-certpbe PBE-SHA1-RC2-128 -legacy", "RC2-128", "3DES", "HMAC-SHA1"),
        ("-macalg sha512", pbes2("AES-256-CBC"), pbes2("AES-256-CBC"), "HMAC-SHA512"),
        ("-macalg md5", pbes2("AES-256-CBC"), pbes2("AES-256-CBC"), "HMAC-MD5"),
        ("-nomac", None, pbes2("AES-256-CBC"), None),
    ],
)
def test_files_of_openssl(options: str, contents: str | None, key: str, mac: str | None) -> None:
    artefact = load(made.by_openssl(*options.split()), PASSWORD)
    facts = pfx(artefact)
    assert kinds(artefact) == []
    assert artefact.key_matches
    assert [one.algorithm for one in facts.protections] == [contents, key]
    assert (facts.mac, facts.integrity_verified) == (mac, None if mac is None else True)
    assert facts.importable_on_windows_2016 is (mac == "HMAC-SHA1")
    assert kinds(load(made.by_openssl(*options.split()), "wrong")) == [ProblemKind.NOT_OPENED]


def test_a_chain_in_the_file_follows_the_leaf() -> None:
    artefact = load(made.sound(), PASSWORD)
    leaf, issuing = made.server(), factory.issuing()
    assert [one.der for one in artefact.certificates] == [leaf.der, issuing.der]
    assert artefact.leaf is artefact.certificates[0]
    assert artefact.others == artefact.certificates[1:]
    assert pfx(artefact).friendly_names == ("granitefalls",)
    assert json.dumps([artefact.as_dict(), *(one.as_dict() for one in artefact.certificates)])


def test_without_a_password_the_provider_shows_all_the_same() -> None:
    name = "Microsoft Software Key Storage Provider"
    data = made.by_openssl("-CSP", name, "-LMK")
    locked = load(data)
    assert kinds(locked) == [ProblemKind.LOCKED]
    assert (pfx(locked).provider, pfx(locked).machine_key) == (name, True)
    assert pfx(load(data, PASSWORD)).provider == name


@pytest.mark.parametrize(
    ("password", "form"),
    [(None, PasswordForm.EMPTY), ("", PasswordForm.EMPTY), (b"", PasswordForm.EMPTY)],
)
def test_an_empty_password(password: str | bytes | None, form: PasswordForm) -> None:
    artefact = load(made.by_openssl(password=""), password)
    assert (kinds(artefact), pfx(artefact).password_form) == ([], form)


@pytest.mark.parametrize("password", [None, "", "anything"])
def test_without_any_protection_every_password_opens_it(password: str | None) -> None:
    leaf = made.server()
    data = made.by_hand([made.key_bag(leaf), made.certificate_bag(leaf.der)], None)
    artefact = load(data, password)
    assert (kinds(artefact), pfx(artefact).password_form) == ([], PasswordForm.ANY)
    assert artefact.key_matches


LEGACY = ("-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1")
UMLAUT = "Stra\N{LATIN SMALL LETTER SHARP S}e-\N{LATIN SMALL LETTER U WITH DIAERESIS}ber"


@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize("password", [UMLAUT, "\N{GRINNING FACE} smile", "\u5bc6\u7801", "a" * 300])
def test_passwords_outside_of_ascii(password: str, *, legacy: bool) -> None:
    data = made.by_openssl(*LEGACY, password=password) if legacy else made.sound(password)
    assert kinds(load(data, password)) == []
    assert kinds(load(data, password.encode())) == []


@pytest.mark.parametrize(
    ("real", "given", "hint"),
    [
        (PASSWORD, f"{PASSWORD}\n", "without the line break"),
        (PASSWORD, f" {PASSWORD} ", "without the blanks"),
        (PASSWORD, f'"{PASSWORD}"', "without the quotation marks"),
        ("", PASSWORD, "an empty password"),
        ("cafe\u0301", "caf\u00e9", "decomposed form"),
        ("caf\u00e9", "cafe\u0301", "composed form"),
        ("caf\u00e9".encode().decode("latin-1"), "caf\u00e9", "OpenSSL before 1.1"),
        ("caf\u00e9", "caf\u00e9".encode().decode("latin-1"), "read as UTF-8"),
        (PASSWORD, "quite another", None),
    ],
)
def test_the_hint_when_another_spelling_fits(real: str, given: str, hint: str | None) -> None:
    bags = [made.key_bag(made.server()), made.certificate_bag(made.server().der)]
    artefact = load(made.by_hand(bags, real), given)
    assert kinds(artefact) == [ProblemKind.NOT_OPENED]
    assert (hint or "or the file was changed") in said(artefact)
    assert ("It opens" in said(artefact)) is (hint is not None)


def test_a_file_without_password_says_so_to_whoever_gives_one() -> None:
    artefact = load((VECTORS / "pkcs12" / "no-name-no-pwd.p12").read_bytes(), PASSWORD)
    assert "It opens without any password." in said(artefact)


@pytest.mark.parametrize("rounds", [10_000_000, 2**31 - 1, 2**80])
def test_absurd_rounds_end_at_once(rounds: int) -> None:
    data = made.by_hand([made.certificate_bag(made.server().der)], rounds=rounds)
    began = time.process_time()
    artefact = load(data, PASSWORD)
    assert time.process_time() - began < 0.5
    assert kinds(artefact) == [ProblemKind.TOO_MANY_ROUNDS]
    assert f"{rounds:,}" in said(artefact)


@pytest.mark.cost(6)
def test_rounds_are_bounded_for_the_whole_file() -> None:
    """Many rounds that are each allowed are not allowed together; what the file holds shows without its password."""
    data = made.sound(rounds=1_000_000)
    began = time.process_time()
    load(data, "wrong\n")
    load(data, PASSWORD)
    assert time.process_time() - began < 20


def test_pbmac1() -> None:
    bags = [made.key_bag(made.server()), made.certificate_bag(made.server().der)]
    artefact = load(made.by_hand(bags, pbmac1=True), PASSWORD)
    assert (kinds(artefact), pfx(artefact).integrity_verified, pfx(artefact).mac_iterations) == ([], True, 2000)
    assert pfx(artefact).importable_on_windows_2016 is False
    assert kinds(load(made.by_hand(bags, pbmac1=True), "wrong")) == [ProblemKind.NOT_OPENED]
    assert kinds(load(made.by_hand(bags, pbmac1=True, rounds=10**8), PASSWORD)) == [ProblemKind.TOO_MANY_ROUNDS]


@pytest.mark.parametrize("rounds", [0, -1])
def test_no_rounds_at_all(rounds: int) -> None:
    bags = [made.certificate_bag(made.server().der)]
    assert kinds(load(made.by_hand(bags, rounds=rounds), PASSWORD)) == [ProblemKind.MALFORMED]


def test_ber() -> None:
    bags = [made.key_bag(made.server()), made.certificate_bag(made.server().der)]
    for der in (made.by_hand(bags), made.by_hand(bags, None), made.sound()):
        ber = made.as_ber(der)
        assert ber != der
        artefact = load(ber, PASSWORD)
        assert kinds(artefact) == []
        assert artefact.key_matches
        assert pfx(artefact).ber


def test_bags_within_bags() -> None:
    leaf = made.server()
    inner = made.nested_bag(made.nested_bag(made.key_bag(leaf), made.certificate_bag(leaf.der)))
    assert load(made.by_hand([inner]), PASSWORD).key_matches
    for _level in range(12):
        inner = made.nested_bag(inner)
    assert kinds(load(made.by_hand([inner]), PASSWORD)) == [ProblemKind.MALFORMED]


def test_two_keys() -> None:
    leaf, other = made.server(), factory.client()
    bags = [made.key_bag(other), made.key_bag(leaf), made.certificate_bag(leaf.der), made.certificate_bag(other.der)]
    artefact = load(made.by_hand(bags), PASSWORD)
    assert kinds(artefact) == [ProblemKind.TWO_KEYS]
    assert (pfx(artefact).key_count, len(artefact.keys)) == (2, 2)


def test_the_key_of_another_certificate() -> None:
    bags = [made.key_bag(factory.client()), made.certificate_bag(made.server().der)]
    artefact = load(made.by_hand(bags), PASSWORD)
    assert kinds(artefact) == [ProblemKind.KEY_MISMATCH]
    assert artefact.key_matches is False
    assert factory.NAME in said(artefact)


def test_a_broken_certificate_hides_no_other() -> None:
    leaf = made.server()
    bags = [made.certificate_bag(leaf.der[:300]), made.key_bag(leaf), made.certificate_bag(leaf.der)]
    artefact = load(made.by_hand(bags), PASSWORD)
    assert kinds(artefact) == [ProblemKind.BAD_CERTIFICATE]
    assert artefact.key_matches


def test_sealed_to_a_principal() -> None:
    sealed = load(made.by_hand([made.sealed_bag()], "a random one that only Windows can unseal"), PASSWORD)
    assert kinds(sealed) == [ProblemKind.SEALED_TO_PRINCIPAL]
    assert pfx(sealed).sealed_to_principal
    both = load(made.by_hand([made.sealed_bag(), made.certificate_bag(made.server().der)]), PASSWORD)
    assert kinds(both) == [ProblemKind.NO_KEY]


@pytest.mark.parametrize(("kind", "words"), [("1.2.840.113549.1.7.2", "signature"), ("1.2.840.113549.1.7.5", "type")])
def test_contents_that_no_password_protects(kind: str, words: str) -> None:
    content = factory.tlv(0x30, made.oid(kind), factory.tlv(0xA0, factory.tlv(0x30)))
    data = factory.tlv(0x30, made.number(3), content)
    artefact = load(data, PASSWORD, name="server.pfx")
    assert len(artefact.problems) == 1
    assert artefact.certificates == ()
    assert words in said(artefact) or "private key" in said(artefact)


def test_another_version() -> None:
    data = made.by_hand([made.certificate_bag(made.server().der)], version=1)
    assert kinds(load(data, PASSWORD)) == [ProblemKind.MALFORMED]
    assert "version 1" in said(load(data, PASSWORD))


def test_where_only_the_key_is_encrypted_it_decides() -> None:
    data = made.by_openssl("-nomac")
    for given, expected in ((PASSWORD, []), ("wrong", [ProblemKind.NOT_OPENED]), (None, [ProblemKind.LOCKED])):
        assert kinds(load(data, given)) == expected


CHILD = """
import sys
from pathlib import Path
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.loading import load
artefact = load(Path(sys.argv[1]).read_bytes(), sys.argv[2])
print(*(f"{one.kind}: {one.observed}" for one in artefact.problems))
"""


@pytest.mark.parametrize(
    ("name", "password", "expected"),
    [
        ("cert-rc2-key-3des", "cryptography", "unsupported_cipher: The PFX file is encrypted with RC2-40."),
        ("cert-rc2-key-3des", "wrong", "not_opened: The password does not fit"),
        ("name-1-pwd", "password", ""),
    ],
)
def test_on_a_host_without_old_ciphers(name: str, password: str, expected: str) -> None:
    """The library says the same for a wrong password and for a cipher that the host does not have."""
    path = VECTORS / "pkcs12" / f"{name}.p12"
    environment = {**os.environ, "CRYPTOGRAPHY_OPENSSL_NO_LEGACY": "1"}
    command = [sys.executable, "-c", CHILD, str(path), password]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout.startswith(expected)
    assert expected or not done.stdout.strip()

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading certificate files of every kind, and saying what a file is that is none."""

from __future__ import annotations

import base64
import functools
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import Encoding, PrivateFormat, pkcs7

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.artefacts import (
    Container,
    LoadedArtefact,
    ProblemKind,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.loading import load
from tests.unit import certificate_factory as factory
from tests.unit import pfx_factory as made
from tests.unit.pfx_factory import PASSWORD

BOM = b"\xef\xbb\xbf"


def kinds(artefact: LoadedArtefact) -> list[ProblemKind]:
    return [problem.kind for problem in artefact.problems]


def said(artefact: LoadedArtefact) -> str:
    return " ".join(f"{problem.observed} {problem.remedy or ''}" for problem in artefact.problems)


@functools.cache
def bundle() -> bytes:
    """Leaf and issuing CA, in PEM."""
    return made.server().pem + factory.issuing().pem


@functools.cache
def p7b(encoding: Encoding) -> bytes:
    """Leaf and issuing CA, in PKCS#7."""
    return pkcs7.serialize_certificates([made.server().certificate, factory.issuing().certificate], encoding)


def with_text() -> bytes:
    return b"Bag Attributes\n    friendlyName: x\nsubject=CN = x\n" + bundle() + b"-- \nsent from a mail program\n"


def folded() -> bytes:
    """As YAML's folded style leaves it: one line, blanks where the line breaks were."""
    return b" ".join(bundle().split(b"\n"))


def indented() -> bytes:
    return b"\n".join(b"    " + line for line in bundle().splitlines())


GOOD: dict[str, tuple[Callable[[], bytes], Container]] = {
    "PEM": (bundle, Container.PEM),
    "PEM with CRLF": (lambda: bundle().replace(b"\n", b"\r\n"), Container.PEM),
    "PEM with a byte order mark": (lambda: BOM + bundle(), Container.PEM),
    "PEM with text around": (with_text, Container.PEM),
    "PEM on one line": (folded, Container.PEM),
    "PEM with literal line breaks": (lambda: bundle().replace(b"\n", b"\\n"), Container.PEM),
    "indented PEM": (indented, Container.PEM),
    "old labels": (lambda: bundle().replace(b" CERTIFICATE", b" X509 CERTIFICATE"), Container.PEM),
    "PKCS#7 in DER": (lambda: p7b(Encoding.DER), Container.PKCS7),
    "PKCS#7 in BER": (lambda: made.as_ber(p7b(Encoding.DER)), Container.PKCS7),
    "PKCS#7 in PEM": (lambda: p7b(Encoding.PEM), Container.PKCS7),
}


@pytest.mark.parametrize("name", GOOD)
def test_files_with_leaf_and_issuer(name: str) -> None:
    make, container = GOOD[name]
    artefact = load(make())
    assert (kinds(artefact), artefact.container) == ([], container)
    assert {one.der for one in artefact.certificates} == {made.server().der, factory.issuing().der}
    assert artefact.leaf is not None
    assert artefact.leaf.der == made.server().der
    assert artefact.key_matches is None


@pytest.mark.parametrize("tail", [b"", b"\n", b"\r\n\x1a", b"\x00" * 16])
def test_der_with_something_after_it(tail: bytes) -> None:
    artefact = load(made.server().der + tail)
    assert (kinds(artefact), artefact.container, len(artefact.certificates)) == ([], Container.DER, 1)


@pytest.mark.parametrize("fold", [False, True])
def test_base64_without_a_frame(*, fold: bool) -> None:
    encode = base64.encodebytes if fold else base64.b64encode
    assert load(encode(made.server().der)).container is Container.DER
    assert load(encode(made.sound()), PASSWORD).key_matches


def test_the_order_of_the_file_is_kept_and_the_leaf_is_found() -> None:
    artefact = load(factory.root().pem + factory.issuing().pem + made.server().pem)
    assert [one.label for one in artefact.certificates] == ["Contoso Root CA", "Contoso Issuing CA", factory.NAME]
    assert artefact.leaf_index == 2


def test_among_several_leaves_the_key_decides() -> None:
    artefact = load(factory.client().pem + made.server().pem, private_key=made.server().key_pem)
    assert artefact.leaf is not None
    assert artefact.leaf.common_names == (factory.NAME,)
    assert artefact.key_matches


def test_a_renewed_certificate_with_the_same_key_goes_before_the_old_one() -> None:
    old = factory.server(not_before=factory.NOW - 60 * factory.DAY)
    artefact = load(old.pem + made.server().pem + made.server().key_pem)
    assert artefact.leaf_index == 1


def test_chain_files_are_added_once() -> None:
    artefact = load(bundle(), chain=[factory.issuing().der, factory.root().pem, b""])
    assert [one.label for one in artefact.certificates] == [factory.NAME, "Contoso Issuing CA", "Contoso Root CA"]
    assert kinds(artefact) == [ProblemKind.EMPTY]
    assert "chain[2]" in said(artefact)


@dataclass(frozen=True)
class KeyFile:
    """A way to write a private key, and whether it takes the password."""

    encoding: Encoding
    form: PrivateFormat
    encrypted: bool

    def written(self) -> bytes:
        encryption: serialization.KeySerializationEncryption = serialization.NoEncryption()
        if self.encrypted:
            encryption = serialization.BestAvailableEncryption(PASSWORD.encode())
        return made.server().key.private_bytes(self.encoding, self.form, encryption)


KEY_FILES = [
    KeyFile(Encoding.PEM, PrivateFormat.PKCS8, encrypted=False),
    KeyFile(Encoding.PEM, PrivateFormat.PKCS8, encrypted=True),
    KeyFile(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, encrypted=False),
    KeyFile(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, encrypted=True),
    KeyFile(Encoding.DER, PrivateFormat.PKCS8, encrypted=False),
    KeyFile(Encoding.DER, PrivateFormat.PKCS8, encrypted=True),
    KeyFile(Encoding.DER, PrivateFormat.TraditionalOpenSSL, encrypted=False),
]


@pytest.mark.parametrize("file", KEY_FILES, ids=str)
def test_a_private_key_beside_the_certificate(file: KeyFile) -> None:
    key = file.written()
    artefact = load(bundle(), PASSWORD, private_key=key)
    assert (kinds(artefact), artefact.key_matches) == ([], True)
    if file.encrypted:
        assert kinds(load(bundle(), private_key=key)) == [ProblemKind.LOCKED]
        wrong = load(bundle(), "wrong", private_key=key)
        assert kinds(wrong) == [ProblemKind.NOT_OPENED]
        assert said(wrong).startswith("private key: ")
    if file.encoding is Encoding.PEM:
        assert load(bundle() + key, PASSWORD).key_matches


@pytest.mark.parametrize(
    "options", ["-v2 aes-256-cbc", "-v2 des3", "-v1 PBE-SHA1-3DES", "-scrypt", "-v2prf hmacWithSHA512"]
)
def test_encrypted_keys_of_openssl(options: str) -> None:
    files = {"key.pem": made.server().key_pem, "password": PASSWORD.encode()}
    command = ("pkcs8", "-topk8", "-in", "key.pem", "-passout", "file:password", "-out", "out.pem")
    key = made.openssl(*command, *options.split(), files=files, result="out.pem")
    assert load(bundle(), PASSWORD, private_key=key).key_matches
    assert kinds(load(bundle(), "wrong", private_key=key)) == [ProblemKind.NOT_OPENED]


def test_keys_of_other_kinds() -> None:
    for key in (factory.ec_key(), factory.ed25519_key()):
        issued = factory.server(key=key)
        assert load(issued.pem + issued.key_pem).key_matches


def test_the_key_of_another_certificate() -> None:
    artefact = load(bundle(), private_key=factory.client().key_pem)
    assert kinds(artefact) == [ProblemKind.KEY_MISMATCH]


def test_an_rsa_key_whose_numbers_do_not_fit() -> None:
    der = made.server().key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
    artefact = load(bundle(), private_key=der[:-20] + bytes(20))
    assert kinds(artefact) == [ProblemKind.BAD_KEY]
    assert "do not fit each other" in said(artefact)


def test_a_file_in_the_format_of_openssh() -> None:
    plain = serialization.NoEncryption()
    key = made.server().key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, plain)
    artefact = load(bundle(), private_key=key)
    assert kinds(artefact) == [ProblemKind.BAD_KEY]
    assert "ssh-keygen" in said(artefact)


@functools.cache
def request() -> bytes:
    """A certificate request, in PEM."""
    files = {"key.pem": made.server().key_pem}
    command = ("req", "-new", "-key", "key.pem", "-subj", "/CN=x", "-out", "out.pem")
    return made.openssl(*command, files=files, result="out.pem")


def der_of(pem: bytes) -> bytes:
    return base64.b64decode(b"".join(pem.splitlines()[1:-1]))


BAD: dict[str, tuple[Callable[[], bytes], ProblemKind, str]] = {
    "nothing": (lambda: b"", ProblemKind.EMPTY, "empty"),
    "blanks": (lambda: b" \r\n\n", ProblemKind.EMPTY, "empty"),
    "text": (lambda: b"see the ticket\n", ProblemKind.NOT_A_CERTIFICATE, "a text file"),
    "HTML": (lambda: b"<!DOCTYPE html><html>Sign in", ProblemKind.NOT_A_CERTIFICATE, "HTML page"),
    "XML": (lambda: b"<?xml version='1.0'?><a/>", ProblemKind.NOT_A_CERTIFICATE, "XML"),
    "ZIP": (lambda: b"PK\x03\x04" + bytes(90), ProblemKind.NOT_A_CERTIFICATE, "ZIP archive"),
    "JKS": (lambda: b"\xfe\xed\xfe\xed" + bytes(90), ProblemKind.NOT_A_CERTIFICATE, "Java key store"),
    "vault": (lambda: b"$ANSIBLE_VAULT;1.1;AES256\n6162", ProblemKind.NOT_A_CERTIFICATE, "Ansible Vault"),
    "noise": (lambda: bytes(range(128, 256)), ProblemKind.NOT_A_CERTIFICATE, "unknown kind"),
    "UTF-16": (lambda: bundle().decode().encode("utf-16"), ProblemKind.UTF16, "Set-Content -Encoding ascii"),
    "UTF-16 without mark": (lambda: bundle().decode().encode("utf-16-le"), ProblemKind.UTF16, "PowerShell"),
    "cut DER": (lambda: made.server().der[:900], ProblemKind.TRUNCATED, "it needs"),
    "cut PFX": (lambda: made.sound()[:900], ProblemKind.TRUNCATED, "PKCS#12 file is cut off"),
    "cut PEM": (lambda: bundle()[:400], ProblemKind.TRUNCATED, "does not end"),
    "looked up as text": (
        lambda: made.sound().decode("utf-8", "replace").encode(),
        ProblemKind.MALFORMED,
        "read as text",
    ),
    "request": (request, ProblemKind.NOT_A_CERTIFICATE, "CERTIFICATE REQUEST"),
    "request in DER": (lambda: der_of(request()), ProblemKind.NOT_A_CERTIFICATE, "certificate request (CSR)"),
    "no base64": (lambda: bundle().replace(b"MII", b"M!I"), ProblemKind.BAD_CERTIFICATE, "base64"),
    "PFX in a certificate's frame": (
        lambda: b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(made.sound()) + b"-----END CERTIFICATE-----\n",
        ProblemKind.BAD_CERTIFICATE,
        "PKCS#12",
    ),
    "only a key": (lambda: made.server().key_pem, ProblemKind.NO_CERTIFICATE, "only a private key"),
    "too large": (lambda: b"0" * 5_000_000, ProblemKind.TOO_LARGE, "5,000,000"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_certificate_is_named(name: str) -> None:
    make, kind, words = BAD[name]
    artefact = load(make(), PASSWORD)
    assert artefact.problems[0].kind is kind
    assert words in said(artefact)
    assert artefact.leaf is None


@pytest.mark.parametrize("name", ["granite.pfx", "GRANITE.P12"])
@pytest.mark.parametrize(
    ("data", "words"), [(bundle, "a PEM file"), (lambda: made.server().der, "an X.509 certificate")]
)
def test_a_pfx_that_is_none(name: str, data: Callable[[], bytes], words: str) -> None:
    artefact = load(data(), PASSWORD, name=name)
    assert kinds(artefact) == [ProblemKind.NOT_A_PFX]
    assert words in said(artefact)
    assert artefact.leaf is not None


def test_many_beginnings_without_ends_take_no_time() -> None:
    began = time.process_time()
    load(b"-----BEGIN CERTIFICATE-----\n" * 100_000)
    assert time.process_time() - began < 3


@pytest.mark.parametrize(
    "name",
    [
        "mldsa44.key",
        "unsupported/slhdsa.key",
        "unsupported/gost.crt",
        "unsupported/mldsa44-both.key",
        "mldsa65-cert.crt",
        "x448-ok.key",
        "dh-ok.key",
        "mlkem768-private.key",
        "ecdsa-explicit-pub.key",
        "unsupported/sm2-priv.key",
    ],
)
def test_keys_that_nobody_knows_are_no_exception(shared: Path, name: str) -> None:
    data = (shared / "corpora" / "badkeys" / "data" / name).read_bytes()
    artefact = load(data)
    assert artefact.problems or artefact.certificates
    for certificate in artefact.certificates:
        assert certificate.key is not None
        assert certificate.key.label


def test_how_much_of_a_file_is_missing_is_said_only_where_it_is_known() -> None:
    """An element inside of one without a length tells its own length, not that of the file."""
    ber = load(made.as_ber(made.sound())[:900]).problem(ProblemKind.TRUNCATED, ProblemKind.MALFORMED)
    assert ber is not None
    assert "it needs" not in ber.observed

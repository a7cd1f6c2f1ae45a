# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which private keys can be used, and which are in the way."""

from __future__ import annotations

import math

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import PrivateFormat

from ansible_collections.configmgr.cmg.plugins.module_utils._core.request_keys import (
    KeyState,
    facts_of_key,
    key_pem,
    stored_key,
)
from tests.unit import certificate_factory as factory
from tests.unit.pfx_factory import openssl

PASSPHRASE = "Pass-Phräse-7391"
CLEAR = serialization.NoEncryption()
LOCKED = serialization.BestAvailableEncryption(PASSPHRASE.encode())
PEM, DER = serialization.Encoding.PEM, serialization.Encoding.DER


@pytest.mark.parametrize(
    ("data", "passphrase", "encrypted"),
    [
        (key_pem(factory.rsa_key(), None), None, False),
        (key_pem(factory.rsa_key(), None), PASSPHRASE, False),
        (key_pem(factory.rsa_key(), PASSPHRASE), PASSPHRASE, True),
        (factory.rsa_key().private_bytes(PEM, PrivateFormat.TraditionalOpenSSL, CLEAR), None, False),
        (factory.rsa_key().private_bytes(PEM, PrivateFormat.TraditionalOpenSSL, LOCKED), PASSPHRASE, True),
        (factory.rsa_key().private_bytes(DER, PrivateFormat.PKCS8, CLEAR), None, False),
        (factory.rsa_key().private_bytes(DER, PrivateFormat.PKCS8, LOCKED), PASSPHRASE, True),
    ],
    ids=["pem", "pem-open", "pem-locked", "pkcs1", "pkcs1-locked", "der", "der-locked"],
)
def test_a_key_that_can_be_used(data: bytes, passphrase: str | None, encrypted: bool) -> None:
    stored = stored_key(data, passphrase, 2048)
    assert (stored.state, stored.encrypted, stored.reason) == (KeyState.USABLE, encrypted, "")
    assert stored.key is not None
    assert stored.facts == facts_of_key(factory.rsa_key()) == facts_of_key(stored.key)


@pytest.mark.parametrize(
    ("data", "passphrase", "state", "says"),
    [
        (b"", None, KeyState.UNSUITABLE, "empty"),
        (b"hello", None, KeyState.UNSUITABLE, "The file is"),
        (factory.server().pem, None, KeyState.UNSUITABLE, "no private key"),
        (key_pem(factory.rsa_key(), None) * 2, None, KeyState.UNSUITABLE, "2 private keys"),
        (key_pem(factory.rsa_key(3072), None), None, KeyState.UNSUITABLE, "RSA 3072 where RSA 2048 is expected"),
        (factory.issuing().key_pem, None, KeyState.UNSUITABLE, "EC P-256 where RSA 2048"),
        (key_pem(factory.rsa_key(), None)[:900], None, KeyState.UNSUITABLE, "does not end"),
        (key_pem(factory.rsa_key(), PASSPHRASE), None, KeyState.CLOSED, "no password is declared"),
        (key_pem(factory.rsa_key(), PASSPHRASE), "wrong", KeyState.CLOSED, "does not open"),
    ],
    ids=["empty", "text", "certificate", "two", "size", "kind", "cut", "locked", "wrong"],
)
def test_a_key_that_cannot(data: bytes, passphrase: str | None, state: KeyState, says: str) -> None:
    stored = stored_key(data, passphrase, 2048)
    assert (stored.state, stored.key) == (state, None)
    assert says in stored.reason


def test_a_key_of_numbers_that_are_no_primes_cannot_be_used() -> None:
    p, q, e = 2**1023 + 1155, 2**1024 - 1157, 65537
    d = pow(e, -1, math.lcm(p - 1, q - 1))
    public = rsa.RSAPublicNumbers(e, p * q)
    numbers = rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), public)
    stored = stored_key(key_pem(numbers.private_key(unsafe_skip_rsa_key_validation=True), None), None, 2048)
    assert (stored.state, stored.key) == (KeyState.UNSUITABLE, None)
    assert stored.reason.startswith("The private key cannot be read: ")


def test_openssl_opens_an_encrypted_key() -> None:
    data = key_pem(factory.rsa_key(), PASSPHRASE)
    assert data.startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    argv = ("rsa", "-in", "locked", "-passin", f"pass:{PASSPHRASE}", "-out", "open")
    opened = openssl(*argv, files={"locked": data}, result="open")
    assert stored_key(opened, None, 2048).facts == facts_of_key(factory.rsa_key())


def test_a_key_never_shows_itself() -> None:
    stored = stored_key(key_pem(factory.rsa_key(), None), None, 2048)
    assert "PrivateKey" not in repr(stored)

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets stay where they are: no password and no private number in anything that may be printed."""

from __future__ import annotations

import pickle
import traceback
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates import kdf, pfx_walk, private_keys
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.engine import (
    ALL_PURPOSES,
    Evidence,
    judge,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.loading import load
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.rules_file import RULES as FILE_RULES
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.rules_pfx import RULES as PFX_RULES
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.spellings import other_spellings
from tests.unit import certificate_factory as factory
from tests.unit import pfx_factory as made
from tests.unit.evidence_factory import gateway
from tests.unit.pfx_factory import PASSWORD


def secrets() -> Iterator[bytes]:
    """The password and the private numbers, in the forms in which they could slip out."""
    yield PASSWORD.encode()
    yield PASSWORD.encode("utf-16-be")
    key: Any = made.server().key
    numbers = key.private_numbers()
    for number in (numbers.d, numbers.p, numbers.q):
        digits = number.to_bytes((number.bit_length() + 7) // 8, "big")
        yield digits
        yield digits.hex().encode()
        yield digits.hex().upper().encode()
        yield str(number).encode()
        yield repr(digits)[2:-1].encode()


def leaks(text: bytes) -> list[bytes]:
    return [secret for secret in secrets() if secret in text]


def test_the_hunt_finds_what_it_hunts_for() -> None:
    der = made.server().key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    assert leaks(der)
    assert leaks(repr(der).encode())
    assert leaks(f"the password is {PASSWORD}".encode())


def key_pem() -> bytes:
    return made.server().key_pem


CASES: dict[str, dict[str, Any]] = {
    "good": {"data": made.sound, "password": PASSWORD},
    "good, bytes": {"data": made.sound, "password": PASSWORD.encode()},
    "almost right": {"data": made.sound, "password": f"{PASSWORD} "},
    "wrong": {"data": made.sound, "password": f"x{PASSWORD}"},
    "open key": {"data": lambda: made.by_hand([made.key_bag(made.server())], None), "password": PASSWORD},
    "absurd rounds": {"data": lambda: made.by_hand([], rounds=10**9), "password": PASSWORD},
    "PEM with key": {"data": lambda: made.server().pem + key_pem(), "password": PASSWORD},
    "broken key": {"data": lambda: made.server().pem + key_pem().replace(b"A", b"B"), "password": PASSWORD},
    "cut key": {"data": lambda: key_pem()[:-200], "password": PASSWORD},
    "another's key": {"data": lambda: factory.client().pem + key_pem(), "password": PASSWORD},
    "password as the file": {"data": PASSWORD.encode, "password": PASSWORD},
}


@pytest.mark.parametrize("name", CASES)
def test_nothing_of_an_artefact_tells_a_secret(name: str) -> None:
    case = CASES[name]
    artefact = load(case["data"](), case["password"])
    shown = [repr(artefact), str(artefact), str(artefact.as_dict()), repr(artefact.pfx)]
    for purpose in ALL_PURPOSES:
        found = Evidence(
            purpose=purpose, subject="x", gateway=gateway(), now=factory.NOW, artefact=artefact, leaf=artefact.leaf
        )
        shown += [str(finding.as_dict()) for finding in judge(found, (*PFX_RULES, *FILE_RULES))]
    assert leaks("\n".join(shown).encode()) == []
    assert leaks(pickle.dumps(artefact)) == []


def test_nothing_on_the_way_tells_a_secret() -> None:
    """What a traceback with local variables, or a debugger, would print of the objects in between."""
    bags = pfx_walk.outline_of(made.by_hand([made.key_bag(made.server())], None))
    mac = pfx_walk.outline_of(made.sound()).mac
    between = [kdf.Password(PASSWORD), *other_spellings(f"{PASSWORD}\n"), bags, mac]
    assert leaks(repr(between).encode()) == []


def test_an_error_does_not_chain_to_the_library_s() -> None:
    with pytest.raises(private_keys.BrokenKey) as caught:
        private_keys.open_key(made.server().key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())[:-9])
    shown = "".join(traceback.format_exception(caught.value))
    assert leaks(shown.encode()) == []
    assert caught.value.__suppress_context__

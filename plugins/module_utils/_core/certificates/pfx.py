# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Opening a PFX (PKCS#12) file, or saying exactly what keeps it from being opened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.artefacts import Problem, ProblemKind
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.kdf import (
    Budget,
    Password,
    TooManyRounds,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.keys import KeyFacts
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.pbe import (
    UnsupportedCipher,
    WrongPassword,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.pfx_contents import (
    Contents,
    contents_of,
    count_keys,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.pfx_facts import (
    PasswordForm,
    PfxFacts,
    Protection,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.pfx_walk import (
    CERTIFICATE,
    PLAIN_KEY,
    SHROUDED_KEY,
    Bag,
    Outline,
    PublicKeyProtected,
    outline_of,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.private_keys import encrypted_key
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.spellings import other_spellings
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.tlv import MalformedAsn1, read


@dataclass(frozen=True, slots=True)
class OpenedPfx:
    """A PFX file: its facts, its certificates in DER, the public halves of its keys, and what is wrong with it."""

    facts: PfxFacts
    certificates: tuple[bytes, ...] = ()
    keys: tuple[KeyFacts, ...] = ()
    problems: tuple[Problem, ...] = ()


class _Closed(MalformedAsn1):
    """The file stays closed; the problem says why."""

    def __init__(self, kind: ProblemKind, observed: str, remedy: str | None = None) -> None:
        super().__init__(observed)
        self.problem = Problem(kind, observed, remedy=remedy)


def open_pfx(data: bytes, password: Password) -> OpenedPfx:
    """Open a PFX file. What is wrong with it is among the problems; nothing is raised.

    :param password: as given; V(None) and the empty one are tried for each other, as every tool does.
    """
    try:
        outline = outline_of(data)
        facts = _visible(outline, indefinite=read(data).indefinite)
    except PublicKeyProtected as problem:
        return _closed(PfxFacts(), ProblemKind.PUBLIC_KEY_PROTECTED, str(problem))
    except MalformedAsn1 as problem:
        return _closed(PfxFacts(), ProblemKind.MALFORMED, str(problem))
    try:
        return _opened(data, outline, facts, password)
    except _Closed as closed:
        return OpenedPfx(facts, problems=(closed.problem,))
    except UnsupportedCipher as problem:
        return _closed(facts, ProblemKind.UNSUPPORTED_CIPHER, f"The PFX file is encrypted with {problem}.")
    except TooManyRounds as problem:
        return _closed(facts, ProblemKind.TOO_MANY_ROUNDS, str(problem))
    except MalformedAsn1 as problem:
        return _closed(facts, ProblemKind.MALFORMED, str(problem))


def _closed(facts: PfxFacts, kind: ProblemKind, observed: str) -> OpenedPfx:
    return OpenedPfx(facts, problems=(Problem(kind, observed),))


def _opened(data: bytes, outline: Outline, facts: PfxFacts, password: Password) -> OpenedPfx:
    budget = Budget()
    for form, candidate in _forms(password):
        fits = outline.mac.fits(outline.protected, candidate, budget) if outline.mac else None
        if fits is not False:
            try:
                contents = contents_of(data, outline, candidate, budget, verified=bool(fits))
            except WrongPassword:
                _refuse_two_passwords(fits)
                continue
            fitting = form if outline.protects else PasswordForm.ANY
            return _filled(replace(facts, integrity_verified=fits, password_form=fitting), outline, contents)
    raise _why_closed(outline, facts, password, budget)


def _forms(password: Password) -> tuple[tuple[PasswordForm, Password], ...]:
    null, empty = (PasswordForm.NULL, Password(None)), (PasswordForm.EMPTY, Password(""))
    if password.text is None:
        return null, empty
    return ((PasswordForm.GIVEN, password),) if password.text else (empty, null)


def _refuse_two_passwords(fits: bool | None) -> None:
    if fits:
        raise _Closed(
            ProblemKind.NOT_OPENED,
            "The password fits the integrity check of the PFX file but not its contents: they were encrypted with "
            "another password, or the file was damaged before the check was made.",
            "Export the certificate again, with one password.",
        )


def _why_closed(outline: Outline, facts: PfxFacts, password: Password, budget: Budget) -> _Closed:
    if facts.sealed_to_principal:
        text = "The PFX file is protected to a user or group of Active Directory; no password that was given opens it."
        return _Closed(ProblemKind.SEALED_TO_PRINCIPAL, text)
    if password.text is None:
        return _Closed(ProblemKind.LOCKED, "The PFX file is protected by a password, and none is declared.")
    if outline.mac is None:
        text = "The password does not open the encrypted contents of the PFX file, which has no integrity check."
        return _Closed(ProblemKind.NOT_OPENED, text)
    observed = (
        f"The password does not fit the integrity check of the PFX file ({outline.mac.name}, "
        f"{outline.mac.iterations} rounds): it is another password, or the file was changed after its export."
    )
    phrase = _fitting_spelling(outline, password.text, budget)
    if phrase is None:
        return _Closed(ProblemKind.NOT_OPENED, observed)
    return _Closed(ProblemKind.NOT_OPENED, f"{observed} It opens {phrase}.", "Declare the password that way.")


def _fitting_spelling(outline: Outline, text: str, budget: Budget) -> str | None:
    """What other form of the password fits, as long as there is time to try."""
    if outline.mac is None:
        return None
    for spelling in other_spellings(text):
        try:
            if outline.mac.fits(outline.protected, spelling.password, budget):
                return spelling.phrase
        except TooManyRounds:
            return None
    return None


def _visible(outline: Outline, *, indefinite: bool) -> PfxFacts:
    """What the file shows without a password."""
    bags = tuple(bag for content in outline.contents for bag in content.bags)
    mac = outline.mac
    facts = PfxFacts(
        mac=mac.name if mac else None,
        mac_hash=mac.hash if mac else None,
        mac_iterations=mac.iterations if mac else None,
        sealed_to_principal=any(bag.sealed_password for bag in bags),
        ber=indefinite,
    )
    complete = not any(content.cipher for content in outline.contents)
    return _with_bags(facts, outline, bags, key_count=count_keys(bags) if complete else None)


def _filled(facts: PfxFacts, outline: Outline, contents: Contents) -> OpenedPfx:
    facts = _with_bags(facts, outline, contents.bags, contents.key_count)
    facts = replace(facts, certificate_count=len(contents.certificates))
    problems = contents.problems
    if outline.public_key_protected:
        text = "A part of the PFX file is encrypted for certificates instead of with a password."
        problems = (Problem(ProblemKind.PUBLIC_KEY_PROTECTED, text), *problems)
    return OpenedPfx(facts, contents.certificates, contents.keys, problems)


def _with_bags(facts: PfxFacts, outline: Outline, bags: Sequence[Bag], key_count: int | None) -> PfxFacts:
    return replace(
        facts,
        protections=tuple(dict.fromkeys(_protections(outline, bags))),
        key_count=key_count,
        provider=next((bag.provider for bag in bags if bag.provider), None),
        machine_key=any(bag.machine_key for bag in bags),
        friendly_names=tuple(dict.fromkeys(bag.friendly_name for bag in bags if bag.friendly_name)),
    )


def _protections(outline: Outline, bags: Sequence[Bag]) -> Iterator[Protection]:
    """How each part is protected. A key that lies open is protected if only encrypted contents hold it."""
    in_the_open = {id(bag) for content in outline.contents for bag in content.bags}
    for content in outline.contents:
        if content.cipher:
            cipher = content.cipher
            yield Protection("contents", cipher.name, cipher.iterations, cipher.pbes2, cipher.weak)
    for bag in bags:
        if bag.kind == SHROUDED_KEY:
            cipher, _ciphertext = encrypted_key(bag.value)
            yield Protection("key", cipher.name, cipher.iterations, cipher.pbes2, cipher.weak)
        elif bag.kind in (PLAIN_KEY, CERTIFICATE) and id(bag) in in_the_open:
            yield Protection("key" if bag.kind == PLAIN_KEY else "certificates", None, weak=bag.kind == PLAIN_KEY)

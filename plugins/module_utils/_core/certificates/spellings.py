# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Other spellings of a password that does not fit, for the hint that one of them would."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.kdf import Password


@dataclass(frozen=True, slots=True)
class Spelling:
    """Another form of the password and, for a message, what it is: a phrase that follows "the file opens"."""

    password: Password
    phrase: str


def other_spellings(text: str) -> Iterator[Spelling]:
    """Forms in which this password may have been meant, likeliest first, none of them twice."""
    seen: set[str | None] = {text}
    for spelling, phrase in _candidates(text):
        if spelling not in seen:
            seen.add(spelling)
            yield Spelling(Password(spelling), phrase)


def _candidates(text: str) -> Iterator[tuple[str | None, str]]:
    yield text.rstrip("\r\n"), "with the password without the line break at its end"
    yield text.strip(), "with the password without the blanks around it"
    if len(text) > 2 and text[0] == text[-1] and text[0] in "'\"":
        yield text[1:-1], "with the password without the quotation marks around it"
    yield "", "with an empty password"
    yield None, "without any password"
    yield unicodedata.normalize("NFC", text), "with the password in Unicode's composed form (NFC)"
    yield unicodedata.normalize("NFD", text), "with the password in Unicode's decomposed form (NFD)"
    yield from _misread(text)


def _misread(text: str) -> Iterator[tuple[str, str]]:
    """What happens to letters outside of ASCII: OpenSSL before 1.1 took each byte of UTF-8 for a character."""
    if text.isascii():
        return
    encoded = text.encode("utf-8", "surrogatepass")
    yield encoded.decode("latin-1"), "with the password's UTF-8 bytes taken one by one, as OpenSSL before 1.1 did"
    yield encoded.decode("cp1252", "replace"), "with the password's UTF-8 bytes read as Windows-1252"
    for encoding in ("latin-1", "cp1252"):
        repaired = text.encode(encoding, "replace").decode("utf-8", "replace")
        yield repaired, "with the password read as UTF-8: it was read in an 8-bit encoding"

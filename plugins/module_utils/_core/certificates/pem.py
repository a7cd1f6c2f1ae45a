# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Finding the blocks of a PEM file, whatever stands around them and however they were folded."""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass, field
from functools import lru_cache

_MARKER = re.compile(rb"-----\s*(BEGIN|END) ([A-Z0-9 .#]{1,60}?)\s*-----")


@dataclass(frozen=True, slots=True)
class PemBlock:
    """One block. O(der) is V(None) where what it holds is no base64, or has headers; O(text) is the whole block."""

    label: str
    der: bytes | None = field(repr=False)
    text: bytes = field(repr=False)
    complete: bool = True

    @property
    def encrypted(self) -> bool:
        """Whether this is a private key in OpenSSL's old encrypted form."""
        return b"Proc-Type:" in self.text and b"ENCRYPTED" in self.text


def pem_blocks(data: bytes) -> list[PemBlock]:
    """The blocks of a PEM file in their order; one that does not end is there too, marked so."""
    text = _with_line_breaks(data)
    markers = list(_MARKER.finditer(text))
    blocks = []
    for position, marker in enumerate(markers):
        if marker[1] == b"BEGIN":
            following = markers[position + 1] if position + 1 < len(markers) else None
            blocks.append(_block(text, marker, following))
    return blocks


def _with_line_breaks(data: bytes) -> bytes:
    """The text, its line breaks back where JSON or a shell has written them as a backslash and a letter."""
    # To look for a single byte takes next to no time, for two of them as long as to find all blocks.
    if b"\\" not in data or b"\\n" not in data:
        return data
    return data.replace(b"\\r", b"").replace(b"\\n", b"\n")


def _block(text: bytes, begin: re.Match[bytes], end: re.Match[bytes] | None) -> PemBlock:
    label = begin[2].decode("ascii")
    if end is None or end[1] != b"END" or end[2] != begin[2]:
        rest = text[begin.start() : end.start() if end else len(text)]
        return PemBlock(label, None, rest, complete=False)
    whole = text[begin.start() : end.end()]
    decoder = _decoded_before if label == "CERTIFICATE" else decoded
    return PemBlock(label, decoder(text[begin.end() : end.start()]), whole)


def decoded(text: bytes) -> bytes | None:
    """What base64 stands for; V(None) for what is none. White space does not matter."""
    try:
        return binascii.a2b_base64(b"".join(text.split()), strict_mode=True) or None
    except binascii.Error:
        return None


# Many files hold the certificates of the same CAs. Keys are never kept.
_decoded_before = lru_cache(maxsize=256)(decoded)

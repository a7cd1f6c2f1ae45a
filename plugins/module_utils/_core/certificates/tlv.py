# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A small reader of ASN.1's basic encoding rules, for what no library shows: PKCS#12 bags, raw parts of certificates.

It reads definite and indefinite lengths and strings in pieces. It never recurses deeper than V(MAX_DEPTH) and never
reads outside of the bytes it was given, so that a hostile file costs time in proportion to its size only.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import CmgError

MAX_DEPTH = 32
# The largest numbers in object identifiers are UUIDs (ITU-T X.667).
MAX_ARC = 2**128 - 1

BOOLEAN = 0x01
INTEGER = 0x02
BIT_STRING = 0x03
OCTET_STRING = 0x04
NULL = 0x05
OBJECT_IDENTIFIER = 0x06
BMP_STRING = 0x1E
SEQUENCE = 0x30
SET = 0x31
CONSTRUCTED = 0x20
CONTEXT_0 = 0xA0

_INDEFINITE = -1
_CUT_HEADER = "The data ends within the header of an ASN.1 element."
_END_OF_CONTENTS = b"\x00\x00"


class MalformedAsn1(CmgError):
    """The bytes are not what the structure demands."""


class TruncatedAsn1(MalformedAsn1):
    """The bytes end before the structure does.

    :param needed: how many bytes the structure has, if it says so.
    """

    def __init__(self, message: str, needed: int | None = None) -> None:
        super().__init__(message)
        self.needed = needed


class Element(NamedTuple):
    """One element: its identifier octet, what is inside, and the element as it was written."""

    tag: int
    content: bytes
    raw: bytes

    @property
    def indefinite(self) -> bool:
        """Whether the element was written without its length, as BER permits and DER does not."""
        return self.raw[1] == 0x80


def read(data: bytes, offset: int = 0) -> Element:
    """The element that begins at O(offset); what follows it is left alone.

    :raises TruncatedAsn1: where the bytes end too early.
    :raises MalformedAsn1: where they are no ASN.1.
    """
    tag, length, body = _header(data, offset)
    if length == _INDEFINITE:
        end = _contents_end(data, body, 1)
        return Element(tag, data[body:end], data[offset : end + 2])
    return Element(tag, data[body : body + length], data[offset : body + length])


def elements(data: bytes) -> list[Element]:
    """All elements of O(data), one after the other.

    :raises MalformedAsn1: where something else follows them, or as M(read) does.
    """
    found, offset, end = [], 0, len(data)
    try:
        while offset < end:
            # A certificate has about fifty elements: the usual lengths are told here, without a call for each.
            tag, size, body = data[offset], data[offset + 1], offset + 2
            if size == 0x82:
                size, body = data[body] << 8 | data[body + 1], body + 2
            elif size == 0x81:
                size, body = data[body], body + 1
            elif size & 0x80:
                size = end
            stop = body + size
            if stop <= end and tag & 0x1F != 0x1F:
                # The constructor of a named tuple would take twice as long.
                element = tuple.__new__(Element, (tag, data[body:stop], data[offset:stop]))
            else:
                # Longer, without a length, or broken.
                element = read(data, offset)
                stop = offset + len(element.raw)
            found.append(element)
            offset = stop
    except IndexError:
        raise TruncatedAsn1(_CUT_HEADER) from None
    return found


def expect(element: Element | None, tag: int, what: str) -> Element:
    """The element itself, if it is there and of the wanted kind.

    :raises MalformedAsn1: names O(what) and both tags otherwise.
    """
    found = present(element, what)
    if found.tag != tag:
        raise MalformedAsn1(f"{what} has the ASN.1 tag 0x{found.tag:02x} where 0x{tag:02x} is expected.")
    return found


def present(element: Element | None, what: str) -> Element:
    """The element itself.

    :raises MalformedAsn1: names O(what) where it is not there.
    """
    if element is None:
        raise MalformedAsn1(f"{what} is missing.")
    return element


def members(element: Element, what: str, tag: int = SEQUENCE) -> list[Element]:
    """What is inside a sequence, or inside another constructed element if O(tag) says so."""
    return elements(expect(element, tag, what).content)


def member(parts: list[Element], position: int) -> Element | None:
    """The part at that position, or V(None) where there are fewer."""
    return parts[position] if position < len(parts) else None


def octets(element: Element, tag: int = OCTET_STRING) -> bytes:
    """The value of an octet string, joined if it was written in pieces; O(tag) where it is tagged implicitly.

    :raises MalformedAsn1: for anything else, also inside of the pieces.
    """
    return _joined(element, tag, 0)


def _joined(element: Element, tag: int, depth: int) -> bytes:
    if element.tag == tag:
        return element.content
    expect(element, tag | CONSTRUCTED, "An octet string")
    if depth >= MAX_DEPTH:
        raise MalformedAsn1(f"An octet string is nested more than {MAX_DEPTH} levels deep.")
    return b"".join(_joined(piece, OCTET_STRING, depth + 1) for piece in elements(element.content))


def definite(element: Element) -> bytes:
    """The element with all its lengths written out and strings in one piece, as DER wants it. Sets stay as they are.

    :raises MalformedAsn1: where it is nested too deeply.
    """
    return _definite(element, 0)


def _definite(element: Element, depth: int) -> bytes:
    if depth > MAX_DEPTH:
        raise MalformedAsn1(f"The data nests ASN.1 elements more than {MAX_DEPTH} levels deep.")
    if element.tag == OCTET_STRING | CONSTRUCTED:
        return encode(OCTET_STRING, octets(element))
    if not element.tag & CONSTRUCTED:
        return element.raw
    return encode(element.tag, b"".join(_definite(part, depth + 1) for part in elements(element.content)))


def integer(element: Element | None, what: str) -> int:
    """The value of an integer.

    :raises MalformedAsn1: where there is none.
    """
    content = expect(element, INTEGER, what).content
    if not content:
        raise MalformedAsn1(f"{what} is an integer without digits.")
    return int.from_bytes(content, "big", signed=True)


def dotted(element: Element | None, what: str) -> str:
    """An object identifier in its dotted form.

    :raises MalformedAsn1: where there is none, or one of its numbers has more bits than any that is in use.
    """
    content = expect(element, OBJECT_IDENTIFIER, what).content
    if not content or content[-1] & 0x80:
        raise MalformedAsn1(f"{what} is an object identifier that ends half-way.")
    text = _dotted(content)
    if text is None:
        raise MalformedAsn1(f"{what} is an object identifier with a number of more than {MAX_ARC.bit_length()} bits.")
    return text


# The same few occur in every certificate.
@lru_cache(maxsize=256)
def _dotted(content: bytes) -> str | None:
    """The dotted form; V(None) where a number is larger than any that is in use, which would take long to write."""
    arcs, value = [], 0
    for octet in content:
        value = value << 7 | octet & 0x7F
        if value > MAX_ARC:
            return None
        if not octet & 0x80:
            arcs.append(value)
            value = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))


def encode(tag: int, content: bytes) -> bytes:
    """An element in DER."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(digits))) + digits + content


def _header(data: bytes, offset: int) -> tuple[int, int, int]:
    """Tag, length and where the contents begin. The length is checked against what there is."""
    try:
        tag, length = data[offset], data[offset + 1]
    except IndexError:
        raise TruncatedAsn1(_CUT_HEADER) from None
    if tag & 0x1F == 0x1F:
        raise MalformedAsn1("The data has an ASN.1 tag of more than one byte, which no certificate file uses.")
    body = offset + 2
    if length == 0x80:
        if not tag & CONSTRUCTED:
            raise MalformedAsn1("A primitive ASN.1 element has no length.")
        return tag, _INDEFINITE, body
    if length > 0x80:
        length, body = _long_length(data, body, length & 0x7F)
    if body + length > len(data):
        needed = body + length - offset
        raise TruncatedAsn1(f"The data needs {needed} bytes and has {len(data) - offset}.", needed)
    return tag, length, body


def _long_length(data: bytes, offset: int, digits: int) -> tuple[int, int]:
    if digits > 8:
        raise MalformedAsn1(f"The data has an ASN.1 length of {digits} bytes.")
    if offset + digits > len(data):
        raise TruncatedAsn1(_CUT_HEADER)
    return int.from_bytes(data[offset : offset + digits], "big"), offset + digits


def _contents_end(data: bytes, offset: int, depth: int) -> int:
    """Where the end-of-contents octets of an element without a length stand."""
    if depth > MAX_DEPTH:
        raise MalformedAsn1(f"The data nests ASN.1 elements without a length more than {MAX_DEPTH} levels deep.")
    while data[offset : offset + 2] != _END_OF_CONTENTS:
        _tag, length, body = _header(data, offset)
        offset = _contents_end(data, body, depth + 1) + 2 if length == _INDEFINITE else body + length
    return offset

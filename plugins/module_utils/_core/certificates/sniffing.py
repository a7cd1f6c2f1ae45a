# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Saying what a file is by its first bytes, so that a message can name it instead of what it is not."""

from __future__ import annotations

import re
from enum import StrEnum

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates import tlv
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.tlv import (
    INTEGER,
    SEQUENCE,
    Element,
    MalformedAsn1,
    dotted,
    elements,
    read,
)

PKCS7_SIGNED = "1.2.840.113549.1.7.2"


class DerKind(StrEnum):
    """What a piece of DER or BER is, in the words of a message."""

    CERTIFICATE = "an X.509 certificate"
    REQUEST = "a certificate request (CSR)"
    REVOCATION_LIST = "a certificate revocation list"
    PFX = "a PKCS#12 file"
    PKCS7 = "a PKCS#7 file"
    PRIVATE_KEY = "a private key"
    ENCRYPTED_KEY = "an encrypted private key"
    PUBLIC_KEY = "a public key"
    OTHER = "ASN.1 data of another kind"


def der_kind(data: bytes) -> DerKind | None:
    """What the ASN.1 at the beginning of O(data) is; V(None) where there is none that is complete."""
    try:
        outer = read(data)
        return _kind_of(elements(outer.content)) if outer.tag == SEQUENCE else None
    except MalformedAsn1:
        return None


def _kind_of(parts: list[Element]) -> DerKind:
    match [part.tag for part in parts[:3]]:
        case [tlv.SEQUENCE, _, tlv.BIT_STRING]:
            return _signed_kind(parts[0])
        case [tlv.INTEGER, tlv.SEQUENCE] | [tlv.INTEGER, tlv.SEQUENCE, tlv.SEQUENCE]:
            return DerKind.PFX
        case [tlv.INTEGER, tlv.INTEGER | tlv.OCTET_STRING | tlv.SEQUENCE, *_rest]:
            return DerKind.PRIVATE_KEY
        case [tlv.OBJECT_IDENTIFIER, *_rest]:
            return DerKind.PKCS7 if dotted(parts[0], "A type").startswith("1.2.840.113549.1.7.") else DerKind.OTHER
        case [tlv.SEQUENCE, tlv.BIT_STRING]:
            return DerKind.PUBLIC_KEY
        case [tlv.SEQUENCE, tlv.OCTET_STRING]:
            return DerKind.ENCRYPTED_KEY
        case _:
            return DerKind.OTHER


def _signed_kind(body: Element) -> DerKind:
    """Certificates, requests and revocation lists have the same frame; their third or fourth member differs."""
    tags = [part.tag for part in elements(body.content)]
    if tags[:1] == [0xA0] or len(tags) >= 6:
        return DerKind.CERTIFICATE
    return DerKind.REQUEST if tags[:3] == [INTEGER, SEQUENCE, SEQUENCE] and 0xA0 in tags else DerKind.REVOCATION_LIST


PEM_FILE = "a PEM file"
_MAGIC = (
    (b"-----BEGIN ", PEM_FILE),
    (b"$ANSIBLE_VAULT;", "a file that is still encrypted by Ansible Vault"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\xfe\xed\xfe\xed", "a Java key store (JKS)"),
    (b"\xce\xce\xce\xce", "a Java key store (JCEKS)"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"%PDF", "a PDF document"),
    (b"\xd0\xcf\x11\xe0", "an old Microsoft Office document"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a Windows program"),
    (b"ssh-", "an SSH public key"),
    (b"{\\rtf", "a rich-text document"),
)
_MARKUP = re.compile(rb"\s*<(!doctype html|html|head|body)", re.IGNORECASE)
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}".encode()


def describe(data: bytes) -> str:
    """What a file is, in a few words with an article."""
    if not data.strip():
        return "an empty file"
    kind = der_kind(data)
    if kind is not None:
        return str(kind)
    known = next((words for magic, words in _MAGIC if data.startswith(magic)), None)
    if known:
        return known
    if _MARKUP.match(data[:200]):
        return "an HTML page, perhaps an error page or a sign-in page"
    if data.lstrip()[:5] == b"<?xml":
        return "an XML document"
    return "a text file" if _is_text(data[:4096]) else "a file of an unknown kind"


def _is_text(data: bytes) -> bool:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as problem:
        # The sample may end within a character.
        text = "" if problem.start < len(data) - 3 else data[: problem.start].decode("utf-8")
    return bool(text) and all(character >= " " or character in "\t\r\n\f" for character in text)


def is_utf16(data: bytes) -> bool:
    """Whether the file is text in UTF-16, as Windows PowerShell writes it."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return True
    head = data[:40]
    return len(head) >= 20 and (not any(head[1::2]) or not any(head[::2]))


def was_read_as_text(data: bytes) -> bool:
    """Whether binary data went through a text decoder, which replaced what it did not understand."""
    return data[:1] == b"0" and data[:4096].count(_REPLACEMENT) >= 3


def cut_pfx(data: bytes) -> bool:
    """Whether this is the beginning of a PKCS#12 file: a sequence that starts with version 3 and a content."""
    match = re.match(rb"0(?:\x80|[\x81-\x84]?.{1,4}?)\x02\x01\x030", data[:12], re.DOTALL)
    return match is not None

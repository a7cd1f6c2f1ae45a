# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Walking through a PKCS#12 file: its contents, bags and attributes (RFC 7292), without opening anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.macs import Mac, mac_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.pbe import Cipher, cipher_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.tlv import (
    BMP_STRING,
    CONTEXT_0,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    SEQUENCE,
    SET,
    Element,
    MalformedAsn1,
    dotted,
    expect,
    integer,
    member,
    members,
    octets,
    present,
    read,
)

MAX_NESTING = 8

DATA = "1.2.840.113549.1.7.1"
SIGNED_DATA = "1.2.840.113549.1.7.2"
ENVELOPED_DATA = "1.2.840.113549.1.7.3"
ENCRYPTED_DATA = "1.2.840.113549.1.7.6"

_BAGS = "1.2.840.113549.1.12.10.1."
PLAIN_KEY = f"{_BAGS}1"
SHROUDED_KEY = f"{_BAGS}2"
CERTIFICATE = f"{_BAGS}3"
SECRET = f"{_BAGS}5"
_NESTED = f"{_BAGS}6"

X509_CERTIFICATE = "1.2.840.113549.1.9.22.1"
# szOID_PKCS_12_PROTECTED_PASSWORD_SECRET_BAG_TYPE_ID: the password, sealed to security identifiers of the domain.
SEALED_TYPE = "1.3.6.1.4.1.311.17.4"

FRIENDLY_NAME = "1.2.840.113549.1.9.20"
LOCAL_KEY_ID = "1.2.840.113549.1.9.21"
PROVIDER_NAME = "1.3.6.1.4.1.311.17.1"
MACHINE_KEY = "1.3.6.1.4.1.311.17.2"


class PublicKeyProtected(MalformedAsn1):
    """The file, or a part of it, is protected by certificates instead of a password."""


@dataclass(frozen=True, slots=True)
class Bag:
    """One thing in the file: its kind, its value and what the exporter noted beside it."""

    kind: str
    value: Element = field(repr=False)
    friendly_name: str | None = None
    local_key_id: bytes | None = None
    provider: str | None = None
    machine_key: bool = False

    @property
    def sealed_password(self) -> bool:
        """Whether this is the file's own password, sealed to a principal of the domain."""
        return self.kind == SECRET and _first_identifier(self.value) == SEALED_TYPE


@dataclass(frozen=True, slots=True)
class Content:
    """A part of the file: bags that lie open, or ciphertext with what it takes to open it."""

    bags: tuple[Bag, ...] = ()
    cipher: Cipher | None = None
    ciphertext: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Outline:
    """A file as far as it shows without a password. O(protected) is what the MAC covers."""

    contents: tuple[Content, ...]
    mac: Mac | None
    protected: bytes = field(repr=False)
    public_key_protected: bool = False

    @property
    def protects(self) -> bool:
        """Whether it takes the right password to read the file, or to notice that it was changed."""
        encrypted = any(content.cipher for content in self.contents)
        shrouded = any(bag.kind == SHROUDED_KEY for content in self.contents for bag in content.bags)
        return self.mac is not None or encrypted or shrouded


def outline_of(data: bytes) -> Outline:
    """The outline of a PKCS#12 file.

    :raises PublicKeyProtected: for one whose integrity is protected by a signature.
    :raises MalformedAsn1: for anything that is no PKCS#12.
    """
    parts = members(read(data), "The PKCS#12 file")
    version = integer(member(parts, 0), "The version of the PKCS#12 file")
    if version != 3:
        raise MalformedAsn1(f"The PKCS#12 file has the version {version} where 3 is expected.")
    kind, content = _content_info(expect(member(parts, 1), SEQUENCE, "The content of the PKCS#12 file"))
    if kind == SIGNED_DATA:
        raise PublicKeyProtected("The PKCS#12 file is protected by a signature instead of a password.")
    if kind != DATA or content is None:
        raise MalformedAsn1(f"The PKCS#12 file has a content of the type {kind} where {DATA} is expected.")
    protected = octets(content)
    infos = [_content_info(one) for one in members(read(protected), "The list of contents")]
    mac = member(parts, 2)
    return Outline(
        contents=tuple(_content(kind, content) for kind, content in infos if kind != ENVELOPED_DATA),
        mac=mac_of(mac) if mac else None,
        protected=protected,
        public_key_protected=any(kind == ENVELOPED_DATA for kind, _content_element in infos),
    )


def _content_info(element: Element) -> tuple[str, Element | None]:
    parts = members(element, "A content")
    kind = dotted(member(parts, 0), "The type of a content")
    wrapper = member(parts, 1)
    return kind, read(expect(wrapper, CONTEXT_0, "A content").content) if wrapper else None


def _content(kind: str, element: Element | None) -> Content:
    if element is None:
        raise MalformedAsn1("A part of the PKCS#12 file is empty.")
    if kind == DATA:
        return Content(bags=bags_of(octets(element)))
    if kind != ENCRYPTED_DATA:
        raise MalformedAsn1(f"A part of the PKCS#12 file has the unknown type {kind}.")
    parts = members(expect(member(members(element, "A part"), 1), SEQUENCE, "Encrypted content"), "Encrypted content")
    cipher = cipher_of(expect(member(parts, 1), SEQUENCE, "The encryption algorithm"))
    return Content(cipher=cipher, ciphertext=octets(present(member(parts, 2), "The encrypted content"), 0x80))


def bags_of(safe_contents: bytes) -> tuple[Bag, ...]:
    """The bags of SafeContents in DER or BER, those of nested SafeContents among them.

    :raises MalformedAsn1: where it is none.
    """
    return tuple(_walked(read(safe_contents), 0))


def _walked(safe_contents: Element, depth: int) -> Iterator[Bag]:
    if depth > MAX_NESTING:
        raise MalformedAsn1(f"The PKCS#12 file nests its contents more than {MAX_NESTING} levels deep.")
    for element in members(safe_contents, "A list of bags"):
        parts = members(element, "A bag")
        kind = dotted(member(parts, 0), "The type of a bag")
        value = read(expect(member(parts, 1), CONTEXT_0, "The value of a bag").content)
        if kind == _NESTED:
            yield from _walked(value, depth + 1)
        else:
            yield _bag(kind, value, _attributes(member(parts, 2)))


def _bag(kind: str, value: Element, attributes: dict[str, Element]) -> Bag:
    key_id = attributes.get(LOCAL_KEY_ID)
    return Bag(
        kind=kind,
        value=value,
        friendly_name=_bmp_text(attributes.get(FRIENDLY_NAME)),
        local_key_id=key_id.content if key_id else None,
        provider=_bmp_text(attributes.get(PROVIDER_NAME)),
        machine_key=MACHINE_KEY in attributes,
    )


def _attributes(element: Element | None) -> dict[str, Element]:
    """The first value of each attribute; an attribute without a value stands for itself."""
    if element is None:
        return {}
    found = {}
    for one in members(element, "The attributes of a bag", SET):
        parts = members(one, "An attribute")
        values = members(expect(member(parts, 1), SET, "The values of an attribute"), "The values of an attribute", SET)
        found[dotted(member(parts, 0), "An attribute")] = values[0] if values else one
    return found


def _bmp_text(element: Element | None) -> str | None:
    if element is None or element.tag != BMP_STRING:
        return None
    return element.content.decode("utf-16-be", "replace").rstrip("\0")


def _first_identifier(value: Element) -> str | None:
    parts = members(value, "A bag") if value.tag == SEQUENCE else []
    return dotted(parts[0], "The type of a bag") if parts and parts[0].tag == OBJECT_IDENTIFIER else None


def certificate_in(bag: Bag) -> bytes | None:
    """The certificate of a certificate bag in DER; V(None) for the other kind of certificate that PKCS#12 knows.

    :raises MalformedAsn1: where the bag is broken.
    """
    parts = members(bag.value, "A certificate bag")
    if _first_identifier(bag.value) != X509_CERTIFICATE:
        return None
    wrapper = expect(member(parts, 1), CONTEXT_0, "The certificate of a bag")
    return octets(read(wrapper.content), OCTET_STRING)

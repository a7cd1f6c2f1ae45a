# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The profile that strict clients hold public server certificates to, beyond what makes a chain hold.

Each check says what one certificate of a chain has that RFC 5280 or the Baseline Requirements of the CA/Browser Forum
forbid. Windows overlooks most of it; other clients of the same certificate do not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.chain_checks import ANY_PURPOSE
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.guards import guarded
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.keys import KeyKind
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.links import load
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.names_match import (
    is_dns_pattern,
    is_host_name,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.path_results import (
    Deviation,
    NameVerdict,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.tlv import MalformedAsn1

if TYPE_CHECKING:
    from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.facts import CertificateFacts

SERVER_AUTH = "1.3.6.1.5.5.7.3.1"


class PublicSuffix(Protocol):
    """Gives the public suffix of a DNS name, or V(None) where it has none."""

    def __call__(self, name: str, /) -> str | None: ...


_ACCEPTED_CURVES = frozenset({"P-256", "P-384", "P-521"})
_LONGEST_SERIAL = 20 * 8  # bits; some authorities forget the octet that keeps a number positive in DER
_NEVER_CRITICAL = {
    "2.5.29.14": "subjectKeyIdentifier",
    "2.5.29.35": "authorityKeyIdentifier",
    "1.3.6.1.5.5.7.1.1": "authorityInfoAccess",
}
_ALWAYS_CRITICAL = {
    "2.5.29.30": "nameConstraints",
    "2.5.29.36": "policyConstraints",
}
_SAN = "2.5.29.17"
_BASIC_CONSTRAINTS = "2.5.29.19"
_NAME_CONSTRAINTS = "2.5.29.30"
_AKI = "2.5.29.35"
_EKU = "2.5.29.37"


def deviations_of(
    chain: Sequence[CertificateFacts], names: Iterable[NameVerdict], public_suffix: PublicSuffix | None = None
) -> tuple[Deviation, ...]:
    """What the certificates of a complete chain, leaf first, have that the profile of public servers forbids.

    :param names: the names that the leaf is asked to be good for. A wildcard counts only where one of them needs it.
    :param public_suffix: gives the public suffix of a DNS name; without it only a wildcard right below a top-level
        domain is known to be too wide.
    """
    in_certificates = [
        Deviation(certificate, position, detail)
        for position, certificate in enumerate(chain)
        for detail in _details(certificate, position, len(chain) - 1)
    ]
    too_wide = [Deviation(chain[0], 0, detail) for detail in _too_wide(names, public_suffix)]
    return (*in_certificates, *too_wide)


def _details(certificate: CertificateFacts, position: int, last: int) -> Iterator[str]:
    yield from _in_every(certificate)
    if position == 0:
        yield from _in_server(certificate)
        yield from _in_server_names(certificate)
    else:
        yield from _in_authority(certificate)
    if position == last > 0:
        yield from _in_root(certificate)
    else:
        yield from _in_issued(certificate)


def _in_every(certificate: CertificateFacts) -> Iterator[str]:
    for defect in certificate.defects:
        yield f"Its {defect.field} cannot be read: {defect.reason}"
    for oid, name in _NEVER_CRITICAL.items():
        if certificate.is_critical(oid):
            yield f"Its extension {name} is critical, which it must not be."
    for oid, name in _ALWAYS_CRITICAL.items():
        if _has(certificate, oid) and not certificate.is_critical(oid):
            yield f"Its extension {name} is not critical, which it has to be."
    yield from _in_key(certificate)


def _in_issued(certificate: CertificateFacts) -> Iterator[str]:
    """What roots are excused from, some of which are older than the rule."""
    if certificate.aki is None:
        yield "It does not name the key of its issuer (authorityKeyIdentifier)."
    if certificate.serial <= 0 or certificate.serial.bit_length() > _LONGEST_SERIAL:
        yield "Its serial number is not a positive number of at most 20 octets."


def _has(certificate: CertificateFacts, oid: str) -> bool:
    return any(one.oid == oid for one in certificate.extensions)


def _in_key(certificate: CertificateFacts) -> Iterator[str]:
    key = certificate.key
    if key is None:
        return
    sound_rsa = key.kind is KeyKind.RSA and (key.size or 0) >= 2048 and (key.size or 0) % 8 == 0
    sound_ec = key.kind is KeyKind.EC and key.curve in _ACCEPTED_CURVES
    if not sound_rsa and not sound_ec:
        yield f"Its key ({key.label}) is none that public certificates may have."


def _in_server(certificate: CertificateFacts) -> Iterator[str]:
    if certificate.eku is None:
        yield "It has no extended key usage."
    elif SERVER_AUTH not in certificate.eku or ANY_PURPOSE in certificate.eku:
        yield "Its extended key usage has to name server authentication and must not name every purpose."
    if certificate.is_critical(_EKU):
        yield "Its extended key usage is critical, which it must not be."
    if certificate.is_ca:
        yield "It is a CA certificate."
    if "keyCertSign" in (certificate.key_usage or ()):
        yield "Its key usage lets it sign certificates."
    if _has(certificate, _NAME_CONSTRAINTS):
        yield "It has name constraints, which only a CA may have."


def _in_server_names(certificate: CertificateFacts) -> Iterator[str]:
    names = certificate.san
    if not names:
        yield "It has no subject alternative name."
        return
    unnamed = certificate.subject is None or not certificate.subject.attributes
    if certificate.san_critical is not unnamed:
        yield "Its subject alternative names have to be critical if the subject is empty, and only then."
    for name in certificate.dns_names:
        if not is_dns_pattern(name):
            yield f"'{name}' is no DNS name, nor a wildcard below one."
    for common_name in certificate.common_names:
        if not _is_copied(common_name, certificate):
            yield f"Its common name '{common_name}' is not a copy of one of its subject alternative names."


def _is_copied(common_name: str, certificate: CertificateFacts) -> bool:
    """Whether a common name says nothing that the subject alternative names do not say as well.

    A host name is left alone where there is no DNS name to compare it with, and where it is the domain that one of
    them lies in, which the authority has validated for that name.
    """
    if common_name in {name.value for name in certificate.san or ()}:
        return True
    above_one = any(name.endswith(f".{common_name}") for name in certificate.dns_names)
    return is_host_name(common_name) and (above_one or not certificate.dns_names)


def _too_wide(names: Iterable[NameVerdict], public_suffix: PublicSuffix | None) -> Iterator[str]:
    wildcards = {verdict.presented for verdict in names if verdict.presented and verdict.presented.startswith("*.")}
    for wildcard in sorted(wildcards):
        base = wildcard.removeprefix("*.").lower()
        if "." not in base or (public_suffix is not None and public_suffix(base) == base):
            yield f"The wildcard '{wildcard}' covers names that belong to everybody."


def _in_authority(certificate: CertificateFacts) -> Iterator[str]:
    if certificate.basic_constraints is not None and not certificate.is_critical(_BASIC_CONSTRAINTS):
        yield "Its basicConstraints are not critical, which they have to be."
    if certificate.ski is None:
        yield "It does not name its own key (subjectKeyIdentifier)."
    constraints = certificate.name_constraints
    if constraints is not None and not constraints.permitted and not constraints.excluded:
        yield "Its name constraints constrain nothing."


def _in_root(certificate: CertificateFacts) -> Iterator[str]:
    if certificate.eku is not None:
        yield "It has an extended key usage, which a root must not have."
    if not _has(certificate, _AKI):
        return
    if certificate.aki is None or certificate.aki != certificate.ski:
        yield "Its authorityKeyIdentifier does not name its own key."
    yield from _in_root_identifier(certificate)


def _in_root_identifier(certificate: CertificateFacts) -> Iterable[str]:
    from cryptography import x509

    try:
        with guarded("The authorityKeyIdentifier"):
            value = load(certificate.der).extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    except MalformedAsn1 as problem:
        return (problem.message,)
    if value.authority_cert_issuer is None and value.authority_cert_serial_number is None:
        return ()
    return ("Its authorityKeyIdentifier names an issuer or a serial number, which it must not.",)

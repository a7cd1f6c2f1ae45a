# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Joining an issued certificate, its chain and its private key to a PFX file that the console's Windows can import."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.facts import CertificateFacts
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.keys import KeyFacts
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.links import is_self_signed
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.loading import load
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.paths import build_path
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.pfx_facts import PasswordForm, PfxFacts

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import KeySerializationEncryption

# Windows refuses files that take more than 600,000 rounds all in all; a file has three parts.
_ROUNDS = 20_000


class PfxEncryption(StrEnum):
    """How a PFX file is protected.

    V(windows_2016) is Triple DES and SHA-1, which every Windows imports. V(modern) is AES-256 and SHA-256, which needs
    Windows Server 2019 or Windows 10 1709; older ones say that the password is wrong.
    """

    WINDOWS_2016 = "windows_2016"
    MODERN = "modern"


@dataclass(frozen=True, slots=True)
class Bundle:
    """What a PFX file has to hold beside the private key: the certificate, and its issuers without the root."""

    leaf: CertificateFacts
    issuers: tuple[CertificateFacts, ...]
    password: str = field(repr=False)
    encryption: PfxEncryption
    friendly_name: str

    @property
    def certificates(self) -> tuple[CertificateFacts, ...]:
        return (self.leaf, *self.issuers)


def newest_for(key: KeyFacts, certificates: Iterable[CertificateFacts]) -> CertificateFacts | None:
    """The certificate that was issued for a key; the one that begins last, where there is more than one."""
    own = [one for one in certificates if not one.is_ca and one.key is not None and one.key.matches(key)]
    return max(own, key=_begin, default=None)


def _begin(certificate: CertificateFacts) -> tuple[datetime, str]:
    return certificate.not_before or datetime.min.replace(tzinfo=UTC), certificate.thumbprint_sha256


def issuers_of(
    leaf: CertificateFacts, candidates: Sequence[CertificateFacts], now: datetime
) -> tuple[CertificateFacts, ...] | None:
    """The CA certificates above the leaf, nearest first, as far as they are there, without the root.

    V(None) is for a leaf whose issuer is not among the candidates. One that signed itself has no issuers.
    """
    roots = [one for one in candidates if is_self_signed(one)]
    above = build_path(leaf, candidates, roots, now=now, eku=None).best.certificates[1:]
    if not above and not is_self_signed(leaf):
        return None
    return tuple(one for one in above if one not in roots)


def build_pfx(bundle: Bundle, key: rsa.RSAPrivateKey) -> bytes:
    """The PFX file. Salts differ each time, which is why M(is_right) looks at what is inside."""
    from cryptography.hazmat.primitives.serialization import pkcs12
    from cryptography.x509 import load_der_x509_certificate

    leaf, *issuers = [load_der_x509_certificate(one.der) for one in bundle.certificates]
    name = bundle.friendly_name.encode()
    return pkcs12.serialize_key_and_certificates(name, key, leaf, issuers, _protection(bundle))


def _protection(bundle: Bundle) -> KeySerializationEncryption:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import PrivateFormat, pkcs12

    algorithms = {
        PfxEncryption.WINDOWS_2016: (pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC, hashes.SHA1),
        PfxEncryption.MODERN: (pkcs12.PBES.PBESv2SHA256AndAES256CBC, hashes.SHA256),
    }
    cipher, digest = algorithms[bundle.encryption]
    builder = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(_ROUNDS)
    return builder.key_cert_algorithm(cipher).hmac_hash(digest()).build(bundle.password.encode())


def is_right(data: bytes, bundle: Bundle, key: KeyFacts) -> bool:
    """Whether a PFX file opens with the password and holds just what is wanted, protected as is wanted."""
    found = load(data, bundle.password, name="wanted.pfx")
    if found.problems or found.pfx is None or found.pfx.password_form is not PasswordForm.GIVEN:
        return False
    same_key = len(found.keys) == 1 and found.keys[0].matches(key)
    same_certificates = found.leaf == bundle.leaf and set(found.certificates) == set(bundle.certificates)
    named = found.pfx.friendly_names == (bundle.friendly_name,)
    return same_key and same_certificates and named and protection_of(found.pfx) is bundle.encryption


def protection_of(facts: PfxFacts) -> PfxEncryption | None:
    """Which of the two protections a file has; V(None) for any other one, such as RC2 or none at all."""
    algorithms = {protection.algorithm or "" for protection in facts.protections}
    if facts.mac_hash == "sha1" and algorithms == {"3DES"}:
        return PfxEncryption.WINDOWS_2016
    aes = bool(algorithms) and all("AES-256" in name and "SHA256" in name for name in algorithms)
    return PfxEncryption.MODERN if facts.mac_hash == "sha256" and aes else None

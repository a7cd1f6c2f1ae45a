# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certification authorities for guides and examples: what they issue is valid now, and for as long as they say.

Functions that take a folder do what a guide leaves to somebody else, with the files in the folder of its reader.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs7
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from cryptography.x509.oid import NameOID

from tests.unit import certificate_factory as factory
from tests.unit.certificate_factory import DAY, NAME, Issued

PASSWORD = "a-password-that-nobody-may-see"
ORGANISATION = "Contoso Ltd."
LIFETIME = 90 * DAY


def today() -> datetime:
    """Now, without what certificates cannot hold."""
    return datetime.now(UTC).replace(microsecond=0)


def lasting(**changes: Any) -> dict[str, Any]:
    """The dates of a certificate that was issued yesterday, and whatever else is different about it."""
    return {"not_before": today() - DAY, "not_after": today() + LIFETIME, **changes}


def server(**changes: Any) -> Issued:
    """A certificate of a gateway."""
    return factory.server(**lasting(**changes))


def client(**changes: Any) -> Issued:
    """A certificate of a client."""
    return factory.client(**lasting(**changes))


def pfx(issued: Issued, *, root: bool = False) -> bytes:
    """A PFX file with the chain of a certificate, by default without its root."""
    chain = [one.certificate for one in (issued.issuers if root else issued.intermediates)]
    encryption = BestAvailableEncryption(PASSWORD.encode())
    return serialize_key_and_certificates(b"gateway", issued.key, issued.certificate, chain, encryption)


def export(*issued: Issued) -> bytes:
    """A PKCS#7 file with these certificates."""
    return pkcs7.serialize_certificates([one.certificate for one in issued], Encoding.DER)


def revocation_list(authority: Issued) -> bytes:
    """A CRL in DER on which there is nothing, published yesterday."""
    builder = x509.CertificateRevocationListBuilder(authority.certificate.subject, today() - DAY, today() + LIFETIME)
    key = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    builder = builder.add_extension(key, critical=False).add_extension(x509.CRLNumber(1), critical=False)
    return builder.sign(authority.key, hashes.SHA256()).public_bytes(Encoding.DER)


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files, in folders that are made."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / name).write_bytes(content)


def signed(folder: Path, name: str = NAME) -> Issued:
    """What a CA makes of the request in a folder: its subject, its key and its names are those of the certificate."""
    csr = x509.load_pem_x509_csr((folder / "requests" / f"{name}.csr").read_bytes())
    subject = [(attribute.oid, str(attribute.value)) for attribute in csr.subject]
    names = csr.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    asked = {"subject": subject, "dns": (), "san": list(names), "public_key": csr.public_key()}
    return server(**asked)


def issue_public(folder: Path) -> None:
    """The authority sends the certificate and the intermediate one."""
    issued = signed(folder)
    write(folder / "issued", {"granitefalls.cer": issued.pem, "intermediate.cer": factory.issuing().pem})


def export_pki(folder: Path) -> None:
    """The certificates of all CAs, in one file and each in one, and those that were issued before."""
    client_of_today, point = client(), factory.management_point(**lasting())
    files = {"root.cer": factory.root(), "issuing.cer": factory.issuing(), "pc1.cer": client_of_today, "mp1.cer": point}
    write(folder, {name: issued.der for name, issued in files.items()})
    write(folder, {"pki.p7b": export(factory.root(), factory.issuing())})


def issue_enterprise(folder: Path) -> None:
    """The CA issues what was requested."""
    write(folder / "issued", {f"{NAME}.cer": signed(folder).der})


def publish_revocation(folder: Path) -> None:
    """The CAs publish their lists of revoked certificates."""
    lists = {"root.crl": factory.root(), "issuing.crl": factory.issuing()}
    write(folder, {name: revocation_list(authority) for name, authority in lists.items()})


def of_gateway(name: str, organisation: str, **changes: Any) -> Issued:
    """A certificate of a gateway with an organisation in its subject."""
    subject = [(NameOID.COMMON_NAME, name), (NameOID.ORGANIZATION_NAME, organisation)]
    return server(**{"subject": subject, **changes})


def before_renewal(folder: Path) -> None:
    """A certificate that is in use and ends soon, and the CAs as they were uploaded once."""
    old = of_gateway(NAME, ORGANISATION, not_before=today() - LIFETIME, not_after=today() + 9 * DAY)
    uploaded = {
        f"upload/{tier}-{name}-{hashlib.sha1(ca.der, usedforsecurity=False).hexdigest()[:8].upper()}.cer": ca.der
        for tier, name, ca in (
            ("01", "root-contoso-root-ca", factory.root()),
            ("02", "intermediate-contoso-issuing-ca", factory.issuing()),
        )
    }
    present = {"root.cer": factory.root(), "issuing.cer": factory.issuing(), "old.cer": old}
    write(folder, {**uploaded, **{name: issued.der for name, issued in present.items()}})


def issue_unlike(folder: Path) -> None:
    """A successor with other capitals and another organisation."""
    write(folder, {"new.pfx": pfx(of_gateway("GraniteFalls.contoso.com", "Contoso Corporation", key=_new_key()))})


def issue_alike(folder: Path) -> None:
    """A successor with the subject of the certificate in use."""
    write(folder, {"new.pfx": pfx(of_gateway(NAME, ORGANISATION, key=_new_key()))})


def renew_ca(folder: Path) -> None:
    """A CA with the name of the old one and a new key, and a client that has a certificate of it."""
    renewed = factory.issue(replace(factory.INTERMEDIATE, issuer=factory.root(), key=factory.ec_key(103)))
    pki = (factory.root(), factory.issuing(), renewed)
    write(folder, {"pki.p7b": export(*pki), "pc1.cer": client(issuer=renewed).der})


def _new_key() -> factory.Key:
    return factory.rsa_key(number=4)

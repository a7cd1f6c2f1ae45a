# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An enterprise PKI made with the openssl command: a root, an issuing CA, and a server certificate as a PFX file."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT_EXTENSIONS = (
    "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n"
)
ISSUING_EXTENSIONS = (
    "basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign\n"
    "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
    "crlDistributionPoints=URI:http://pki.contoso.com/root.crl\n"
)
SERVER_EXTENSIONS = (
    "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature,keyEncipherment\n"
    "extendedKeyUsage=serverAuth\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
    "crlDistributionPoints=URI:http://pki.contoso.com/issuing.crl\n"
    "authorityInfoAccess=caIssuers;URI:http://pki.contoso.com/issuing.cer\n"
)


@dataclass(frozen=True, slots=True)
class Pki:
    """Where the files of the PKI are."""

    root: Path
    issuing: Path
    server: Path
    pfx: Path
    password: str


def make(directory: Path, service_name: str, password: str) -> Pki:
    """Make everything in a directory of the demo's own.

    :raises subprocess.CalledProcessError: when openssl refuses; its output tells why.
    """
    _self_signed(directory, "root", "/O=Contoso/CN=Contoso Root CA")
    _issued(directory, "issuing", "/O=Contoso/CN=Contoso Issuing CA", ISSUING_EXTENSIONS, by="root", days=1825)
    server = f"{SERVER_EXTENSIONS}subjectAltName=DNS:{service_name}\n"
    _issued(directory, "server", f"/O=Contoso/CN={service_name}", server, by="issuing", days=397)
    _export(directory, password)
    return Pki(
        directory / "root.pem", directory / "issuing.pem", directory / "server.pem", directory / "server.pfx", password
    )


def describe(certificate: Path) -> str:
    """Subject, issuer and end of a certificate, in openssl's words."""
    return _openssl(certificate.parent, "x509", "-in", certificate.name, "-noout", "-subject", "-issuer", "-enddate")


def _request(directory: Path, name: str, subject: str) -> None:
    _openssl(
        directory, "req", "-new", "-newkey", "rsa:2048", "-nodes", "-sha256", "-subj", subject,
        "-keyout", f"{name}.key", "-out", f"{name}.csr",
    )  # fmt: skip


def _self_signed(directory: Path, name: str, subject: str) -> None:
    _request(directory, name, subject)
    (directory / f"{name}.ext").write_text(ROOT_EXTENSIONS, encoding="utf-8")
    _openssl(
        directory, "x509", "-req", "-in", f"{name}.csr", "-signkey", f"{name}.key", "-sha256", "-days", "3650",
        "-extfile", f"{name}.ext", "-out", f"{name}.pem",
    )  # fmt: skip


def _issued(directory: Path, name: str, subject: str, extensions: str, *, by: str, days: int) -> None:
    _request(directory, name, subject)
    (directory / f"{name}.ext").write_text(extensions, encoding="utf-8")
    _openssl(
        directory, "x509", "-req", "-in", f"{name}.csr", "-CA", f"{by}.pem", "-CAkey", f"{by}.key", "-CAcreateserial",
        "-sha256", "-days", str(days), "-extfile", f"{name}.ext", "-out", f"{name}.pem",
    )  # fmt: skip


def _export(directory: Path, password: str) -> None:
    secret = directory / "pfx-password"
    secret.touch(mode=0o600)
    secret.write_text(password, encoding="utf-8")
    _openssl(
        directory, "pkcs12", "-export", "-in", "server.pem", "-inkey", "server.key", "-certfile", "issuing.pem",
        "-passout", f"file:{secret.name}", "-out", "server.pfx",
    )  # fmt: skip


def _openssl(directory: Path, *arguments: str) -> str:
    command = ["openssl", *arguments]
    return subprocess.run(command, cwd=directory, check=True, capture_output=True, text=True).stdout

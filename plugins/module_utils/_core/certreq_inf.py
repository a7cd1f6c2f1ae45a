# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The request file of Windows' certreq, with which Windows makes the key itself and asks AD CS for the certificate."""

from __future__ import annotations

import re

from ansible_collections.configmgr.cmg.plugins.module_utils._core.requests import SERVER_AUTHENTICATION, Request

PROVIDER = "Microsoft Software Key Storage Provider"
# digitalSignature and keyEncipherment, as the bits of the extension stand in its first byte.
_KEY_USAGE = "0xA0"
_UTF16_MARK = b"\xff\xfe"
# Names of CertStrToName for the object identifiers of a subject.
_SHORT_NAMES = {"2.5.4.3": "CN", "2.5.4.6": "C", "2.5.4.7": "L", "2.5.4.8": "S", "2.5.4.10": "O", "2.5.4.11": "OU"}
_NEEDS_QUOTES = re.compile(r'[,+="\n<>#;]|^\s|\s$')

_HEADER = """\
; The server authentication certificate of the cloud management gateway {service_name}.
; Windows makes the private key where this is run, in an elevated prompt:
;   certreq -new -machine {stem}.inf {stem}.req
;   certreq -submit {stem}.req {stem}.cer
;   certreq -accept -machine {stem}.cer
; Then export the certificate with its private key as PFX.
"""


def inf_of(request: Request, *, service_name: str, template: str, friendly_name: str) -> bytes:
    """The file as certreq reads it: CR LF at the end of lines, UTF-16 where there is more than ASCII in it.

    The key is one of CNG, in the store of the machine, and exportable, because Configuration Manager takes a PFX.

    Source: Microsoft Learn, certreq -new; Example deployment of PKI certificates; CNG v3 certificates overview.
    """
    sections = {
        "Version": [("Signature", '"$Windows NT$"')],
        "NewRequest": _request_lines(request, friendly_name),
        "EnhancedKeyUsageExtension": [("OID", SERVER_AUTHENTICATION)],
        "Extensions": [("2.5.29.17", '"{text}"'), *(("_continue_", line) for line in _names(request))],
        "RequestAttributes": [("CertificateTemplate", quoted(template))],
    }
    text = _HEADER.format(service_name=service_name, stem=service_name)
    for name, pairs in sections.items():
        text += f"\n[{name}]\n" + "".join(f"{key} = {value}\n" for key, value in pairs)
    return _encoded(text.replace("\n", "\r\n"))


def _request_lines(request: Request, friendly_name: str) -> list[tuple[str, str]]:
    return [
        ("Subject", quoted(distinguished_name(request))),
        ("FriendlyName", quoted(friendly_name)),
        ("ProviderName", quoted(PROVIDER)),
        ("KeyAlgorithm", "RSA"),
        ("KeyLength", str(request.key_size)),
        ("HashAlgorithm", "SHA256"),
        ("KeyUsage", _KEY_USAGE),
        ("MachineKeySet", "TRUE"),
        ("Exportable", "TRUE"),
        ("RequestType", "PKCS10"),
    ]


def _names(request: Request) -> list[str]:
    """The subject alternative names, one to a line; all but the last one end in an ampersand."""
    *head, last = [f"dns={name}" for name in request.dns_names]
    return [quoted(part) for part in (*(f"{name}&" for name in head), last)]


def distinguished_name(request: Request) -> str:
    """The subject in the notation of CertStrToName, the common name first."""
    pairs = [f"{_SHORT_NAMES[oid]}={_value(text)}" for oid, text in reversed(request.attributes)]
    return ",".join(pairs)


def _value(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"' if _NEEDS_QUOTES.search(text) else text


def quoted(text: str) -> str:
    """A value of an INF file. Quotation marks are doubled, and so is the mark that begins a replacement."""
    doubled = text.replace('"', '""').replace("%", "%%")
    return f'"{doubled}"'


def inf_text(data: bytes) -> str:
    """The file for a person to read. What is none is not shown, as nobody knows what it holds."""
    is_utf16 = data.startswith(_UTF16_MARK)
    text = data.removeprefix(_UTF16_MARK).decode("utf-16-le" if is_utf16 else "utf-8", "replace")
    return text.replace("\r\n", "\n") if "[NewRequest]" in text and "PRIVATE KEY" not in text else "(no INF file)\n"


def _encoded(text: str) -> bytes:
    return text.encode("ascii") if text.isascii() else _UTF16_MARK + text.encode("utf-16-le")

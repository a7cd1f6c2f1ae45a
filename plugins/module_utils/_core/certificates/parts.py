# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What a single file holds, before it is decided which certificate in it is meant."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.artefacts import (
    Container,
    Problem,
    ProblemKind,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.facts import (
    CertificateFacts,
    UnreadableCertificate,
    facts_of,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.kdf import (
    Budget,
    Password,
    TooManyRounds,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.keys import KeyFacts
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.pbe import (
    UnsupportedCipher,
    WrongPassword,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.pem import PemBlock, decoded, pem_blocks
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.pfx import open_pfx
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.pfx_facts import PfxFacts
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.pkcs7 import certificates_in
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.private_keys import (
    open_encrypted_key,
    open_key,
    open_legacy_pem,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.sniffing import (
    PEM_FILE,
    DerKind,
    cut_pfx,
    der_kind,
    describe,
    is_utf16,
    was_read_as_text,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.tlv import (
    MalformedAsn1,
    TruncatedAsn1,
    read,
)

# The largest trust store in use has a few hundred kilobytes.
MAX_SIZE = 4 * 1024 * 1024

_BOM = b"\xef\xbb\xbf"


class Parts(NamedTuple):
    """What one file holds, in its order, and what is wrong with it. O(described) says what it is, with an article.

    O(base64) is whether the file was base64 text without a PEM frame.
    """

    container: Container = Container.UNKNOWN
    certificates: tuple[CertificateFacts, ...] = ()
    keys: tuple[KeyFacts, ...] = ()
    pfx: PfxFacts | None = None
    problems: tuple[Problem, ...] = ()
    described: str = ""
    base64: bool = False


def parts_of(data: bytes, password: Password) -> Parts:
    """What is in a file. Nothing is raised for what is wrong with it."""
    content = data.removeprefix(_BOM)
    refused = _refused(content)
    if refused:
        return Parts(problems=(refused,))
    if b"-----BEGIN " in content:
        return _pem(content, password)
    plain = _without_base64(content)
    return _binary(plain, password)._replace(base64=plain is not content)


def _refused(content: bytes) -> Problem | None:
    if not content.strip():
        return Problem(ProblemKind.EMPTY, "The file is empty.")
    if len(content) > MAX_SIZE:
        text = f"The file has {len(content):,} bytes; more than {MAX_SIZE:,} are not read as a certificate."
        return Problem(ProblemKind.TOO_LARGE, text)
    if is_utf16(content):
        return Problem(
            ProblemKind.UTF16,
            "The file is text in UTF-16, as Windows PowerShell writes it with '>' and Out-File.",
            "A PEM file in ASCII or UTF-8, or a binary file.",
            "Save it again with Set-Content -Encoding ascii, or export the certificate anew.",
        )
    return None


def _without_base64(content: bytes) -> bytes:
    """What base64 without a PEM frame stands for, if that is ASN.1; else the content itself."""
    plain = decoded(content) if content[:1] == b"M" else None
    return plain if plain is not None and plain[:1] == b"0" else content


def _binary(data: bytes, password: Password) -> Parts:
    kind = der_kind(data)
    reader = _READERS.get(kind) if kind else None
    if reader:
        return reader(read(data).raw, password)._replace(described=describe(data))
    if kind is None and data[:1] == b"0":
        return _broken(data)
    return _not_a_certificate(describe(data))


def _broken(data: bytes) -> Parts:
    """Something that begins like ASN.1 and does not end like it, or not at all."""
    pfx = cut_pfx(data)
    container = Container.PFX if pfx else Container.UNKNOWN
    name = "PKCS#12 file" if pfx else "file"
    if was_read_as_text(data):
        text = f"The {name} was read as text and written again, which replaced its binary contents."
        remedy = "Copy it in binary mode; in Ansible, give its path instead of looking up its content."
        return Parts(container, problems=(Problem(ProblemKind.MALFORMED, text, remedy=remedy),))
    try:
        read(data)
    except TruncatedAsn1 as problem:
        # Without a length of the whole, what is told is that of an element inside.
        known = problem.needed and data[1:2] != b"\x80"
        needed = f": it needs {problem.needed:,} bytes and has {len(data):,}" if known else ""
        return Parts(container, problems=(Problem(ProblemKind.TRUNCATED, f"The {name} is cut off{needed}."),))
    except MalformedAsn1 as problem:
        return Parts(container, problems=(Problem(ProblemKind.MALFORMED, str(problem)),))
    return Parts(container, problems=(Problem(ProblemKind.MALFORMED, f"The {name} is damaged inside."),))


def _not_a_certificate(what: str) -> Parts:
    return Parts(problems=(Problem(ProblemKind.NOT_A_CERTIFICATE, f"The file is {what}."),), described=what)


def _pfx(data: bytes, password: Password) -> Parts:
    opened = open_pfx(data, password)
    certificates = _certificates(Container.PFX, opened.certificates)
    problems = (*opened.problems, *certificates.problems)
    return certificates._replace(keys=opened.keys, pfx=opened.facts, problems=problems)


def _certificates(container: Container, ders: Iterable[bytes]) -> Parts:
    found, problems = [], []
    for position, der in enumerate(ders, 1):
        try:
            found.append(facts_of(der))
        except UnreadableCertificate as problem:
            problems.append(Problem(ProblemKind.BAD_CERTIFICATE, f"Certificate {position} of the file: {problem}"))
    return Parts(container, tuple(found), problems=tuple(problems))


def _certificate(data: bytes, _password: Password) -> Parts:
    return _certificates(Container.DER, [data])


def _pkcs7(data: bytes, _password: Password) -> Parts:
    try:
        return _certificates(Container.PKCS7, certificates_in(data))
    except MalformedAsn1 as problem:
        return Parts(Container.PKCS7, problems=(Problem(ProblemKind.MALFORMED, str(problem)),))


def _private_key(data: bytes, password: Password) -> Parts:
    """A key that is encrypted, or not; in the second case a password is of no account."""
    encrypted = der_kind(data) is DerKind.ENCRYPTED_KEY
    if not encrypted:
        return _key_parts(lambda: open_key(data), password, encrypted=False)
    return _key_parts(lambda: open_encrypted_key(read(data), password, Budget()), password, encrypted=True)


def _key_parts(reader: Callable[[], KeyFacts], password: Password, *, encrypted: bool) -> Parts:
    if encrypted and password.text is None:
        text = "The private key is encrypted, and no password is declared."
        return Parts(Container.DER, problems=(Problem(ProblemKind.LOCKED, text),))
    try:
        return Parts(Container.DER, keys=(reader(),))
    except MalformedAsn1 as problem:
        return Parts(Container.DER, problems=(_key_problem(problem),))


def _key_problem(problem: MalformedAsn1) -> Problem:
    match problem:
        case WrongPassword():
            return Problem(ProblemKind.NOT_OPENED, "The password does not open the private key.")
        case UnsupportedCipher():
            return Problem(ProblemKind.UNSUPPORTED_CIPHER, f"The private key is encrypted with {problem}.")
        case TooManyRounds():
            return Problem(ProblemKind.TOO_MANY_ROUNDS, str(problem))
        case _:
            return Problem(ProblemKind.BAD_KEY, str(problem))


_READERS: dict[DerKind, Callable[[bytes, Password], Parts]] = {
    DerKind.CERTIFICATE: _certificate,
    DerKind.PFX: _pfx,
    DerKind.PKCS7: _pkcs7,
    DerKind.PRIVATE_KEY: _private_key,
    DerKind.ENCRYPTED_KEY: _private_key,
}

_CERTIFICATE_LABELS = ("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE")
_PKCS7_LABELS = ("PKCS7", "PKCS #7 SIGNED DATA", "CMS")
_SKIPPED_LABELS = ("EC PARAMETERS", "DH PARAMETERS", "X509 CRL", "PUBLIC KEY", "CERTIFICATE REQUEST")


def _pem(content: bytes, password: Password) -> Parts:
    """All blocks of a PEM file. What a file may hold besides is skipped, unless there is nothing else."""
    blocks = pem_blocks(content)
    read_blocks = [parts for block in blocks if (parts := _block(block, password))]
    if not read_blocks:
        labels = ", ".join(dict.fromkeys(block.label for block in blocks))
        return _not_a_certificate(f"a PEM file that holds only {labels}")
    only_pkcs7 = all(parts.container is Container.PKCS7 for parts in read_blocks)
    return Parts(
        Container.PKCS7 if only_pkcs7 else Container.PEM,
        tuple(one for parts in read_blocks for one in parts.certificates),
        tuple(key for parts in read_blocks for key in parts.keys),
        problems=tuple(problem for parts in read_blocks for problem in parts.problems),
        described=PEM_FILE,
    )


def _block(block: PemBlock, password: Password) -> Parts | None:
    if not block.complete:
        text = f"The PEM block {block.label} does not end."
        return Parts(Container.PEM, problems=(Problem(ProblemKind.TRUNCATED, text),))
    if block.label in _CERTIFICATE_LABELS:
        return _certificate_block(block)
    if block.label in _PKCS7_LABELS:
        return _pkcs7(block.der or b"", password)
    if block.label.endswith("PRIVATE KEY"):
        return _key_block(block, password)
    return None


def _certificate_block(block: PemBlock) -> Parts:
    if block.der is None:
        text = f"The PEM block {block.label} holds something else than base64."
        return Parts(Container.PEM, problems=(Problem(ProblemKind.BAD_CERTIFICATE, text),))
    plain = _certificates(Container.PEM, [block.der])
    if not plain.problems:
        return plain
    kind = der_kind(block.der)
    if kind is not None and kind is not DerKind.CERTIFICATE:
        text = f"The PEM block {block.label} holds {kind}."
        return Parts(Container.PEM, problems=(Problem(ProblemKind.BAD_CERTIFICATE, text),))
    # A TRUSTED CERTIFICATE of OpenSSL is followed by what it is trusted for.
    return _certificates(Container.PEM, [read(block.der).raw]) if kind else plain


def _key_block(block: PemBlock, password: Password) -> Parts:
    if block.label == "OPENSSH PRIVATE KEY":
        text = "The private key is in OpenSSH's own format, which no certificate tool takes."
        remedy = "Convert it: ssh-keygen -p -m PKCS8 -f <a copy of the file>"
        return Parts(Container.PEM, problems=(Problem(ProblemKind.BAD_KEY, text, remedy=remedy),))
    if block.encrypted:
        return _key_parts(lambda: open_legacy_pem(block.text, password), password, encrypted=True)
    if block.der is None or der_kind(block.der) is None:
        text = f"The PEM block {block.label} is damaged."
        return Parts(Container.PEM, problems=(Problem(ProblemKind.BAD_KEY, text),))
    return _private_key(block.der, password)

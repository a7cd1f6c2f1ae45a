# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whole judgements for tests: certificates of the factory in, findings out, in the order in which a user reads them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.engine import Settings
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.judgement import judge_certificates
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.loading import load
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.materials import Knowledge
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.sources import Material, Source
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Finding, Status, worst_first
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import Gateway
from tests.unit import certificate_factory as factory
from tests.unit.certificate_factory import Issued
from tests.unit.evidence_factory import gateway

PASSWORD = "correct horse battery staple"


def suffix(name: str) -> str | None:
    """What stands for the public suffix list."""
    known = ("co.uk", "uk", "com", "net", "org")
    return next((one for one in known if name == one or name.endswith(f".{one}")), None)


def decode(label: str) -> str:
    """What stands for the library idna."""
    if label == "xn--a":
        raise ValueError("Codepoint is not allowed.")
    return "bücher"


# Everything that needs data which is not here would only say that it was not checked.
KNOWN = Knowledge(public_suffix=suffix, decode_label=decode, weak_key=lambda _spki: None)


def pfx(issued: Issued, password: str = PASSWORD, others: Sequence[Issued] | None = None) -> bytes:
    """A PFX file as it should be: key, certificate and the CA certificates above it."""
    above = [one.certificate for one in (issued.issuers if others is None else others)]
    protection = BestAvailableEncryption(password.encode())
    return pkcs12.serialize_key_and_certificates(b"granitefalls", issued.key, issued.certificate, above, protection)


def source(subject: str, data: bytes, password: str | None = None, **more: Any) -> Source:
    """A file that was opened."""
    return Source(subject, subject, load(data, password, **more))


def server_source(issued: Issued | bytes, above: Sequence[Issued] | None = None) -> Source:
    """A server certificate in PEM with its intermediates and its key."""
    if isinstance(issued, bytes):
        chain = [one.der for one in (factory.server().intermediates if above is None else above)]
        return source("server certificate", issued, chain=chain)
    chain = [one.der for one in (issued.intermediates if above is None else above)]
    has_key = issued.certificate.public_key() == issued.key.public_key()
    return source("server certificate", issued.der, private_key=issued.key_pem if has_key else None, chain=chain)


def judged(material: Material, knowledge: Knowledge = KNOWN, **settings: Any) -> tuple[dict[str, Any], list[Finding]]:
    """Facts and findings of one gateway, findings worst first."""
    ((facts, findings),) = judge_certificates([material], Settings(**settings), knowledge, factory.NOW)
    return facts, worst_first(findings)


def server_findings(
    issued: Issued | bytes,
    declared: Gateway | None = None,
    *,
    above: Sequence[Issued] | None = None,
    roots: Sequence[Issued] | None = None,
    **settings: Any,
) -> list[Finding]:
    """What is said about one server certificate, without what could not be checked."""
    anchors = roots if roots is not None else [factory.root() if isinstance(issued, bytes) else issued.root]
    material = Material(
        declared or gateway(),
        server=server_source(issued, above),
        trusted_roots=tuple(source("trusted root", one.der) for one in anchors),
    )
    return [one for one in judged(material, **settings)[1] if one.status is Status.FAILED]


def enterprise(**options: Any) -> Gateway:
    """A gateway with a certificate of the enterprise PKI."""
    return gateway(issuer="enterprise", **options)

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The declaration as a module gets it: with the service name that a certificate gives where none is declared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import Gateway, gateways_from_options

if TYPE_CHECKING:
    from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.sources import Material


def declared_gateways(options: Sequence[Mapping[str, Any]]) -> list[Gateway]:
    """The gateways of an O(gateways) option, in the same order.

    Where a gateway has no service name but a server certificate, its common name is taken, as the console does. The
    file is read here, on the host where the module runs; one that cannot be read leaves the name unknown, and the
    gateway knows why.

    :raises InvalidInput: for what an argument spec cannot say.
    :raises MissingLibrary: when a certificate has to be read and cryptography is not installed.
    """
    return [_named(gateway) for gateway in gateways_from_options(options)]


def _named(gateway: Gateway) -> Gateway:
    certificate = gateway.server_certificate
    if gateway.service_name is not None or certificate is None or not (certificate.path or certificate.content):
        return gateway
    material = _material(gateway)
    name = material.certificate_name
    return replace(gateway, service_name=name, unnamed=None if name else _why_unnamed(material))


def _material(gateway: Gateway) -> Material:
    """The gateway's server certificate. What it needs is imported only when it is needed."""
    from ansible_collections.configmgr.cmg.plugins.module_utils._module.certificate_files import server_materials
    from ansible_collections.configmgr.cmg.plugins.module_utils._module.libraries import require_cryptography

    require_cryptography()
    (material,) = server_materials([gateway])
    return material


def _why_unnamed(material: Material) -> str | None:
    """Why the certificate has no name to offer, in a sentence that names the file."""
    source = material.server
    if source is None:
        return None
    if source.problem:
        return source.problem
    what = source.path or "the content"
    if source.leaf is None:
        told = next((problem.observed for problem in source.loaded.problems), None) if source.loaded else None
        return f"{what} holds no certificate that can be read{f': {told}' if told else '.'}"
    count = len(source.leaf.common_names)
    return f"the certificate in {what} has {count or 'no'} common name{'' if count == 1 else 's'}."

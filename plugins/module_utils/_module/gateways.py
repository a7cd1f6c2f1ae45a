# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The declaration as a module gets it: with the service name that a certificate gives where none is declared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import Gateway, gateways_from_options


def declared_gateways(options: Sequence[Mapping[str, Any]]) -> list[Gateway]:
    """The gateways of an O(gateways) option, in the same order.

    Where a gateway has no service name but a server certificate, its common name is taken, as the console does. The
    file is read here, on the host where the module runs; one that cannot be read leaves the name unknown.

    :raises InvalidInput: for what an argument spec cannot say.
    :raises MissingLibrary: when a certificate has to be read and cryptography is not installed.
    """
    return [_named(gateway) for gateway in gateways_from_options(options)]


def _named(gateway: Gateway) -> Gateway:
    certificate = gateway.server_certificate
    if gateway.service_name is not None or certificate is None or not (certificate.path or certificate.content):
        return gateway
    return replace(gateway, service_name=_common_name(gateway))


def _common_name(gateway: Gateway) -> str | None:
    """The common name of the gateway's server certificate. What it needs is imported only when it is needed."""
    from ansible_collections.configmgr.cmg.plugins.module_utils._module.certificate_files import server_materials
    from ansible_collections.configmgr.cmg.plugins.module_utils._module.libraries import require_cryptography

    require_cryptography()
    (material,) = server_materials([gateway])
    return material.certificate_name

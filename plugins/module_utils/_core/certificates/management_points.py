# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""How clients on the internet may talk to the management point behind a gateway, by version of the site."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.clients import (
    AUTHENTICATION_PAGE,
    JOINED,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Finding, Rule, Severity, Status
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import Gateway, ManagementPoint
from ansible_collections.configmgr.cmg.plugins.module_utils._core.name_reading import listed, site_version

HTTP, ENHANCED, HTTPS = "http", "enhanced_http", "https"
MODE_NAMES = {HTTP: "HTTP", ENHANCED: "Enhanced HTTP", HTTPS: "HTTPS"}

Modes = tuple[str, ...]

# By the first version of the site for which a row holds. Before 1706 there was only the pre-release of 1610. HTTP goes
# with 2103, which deprecates it and from which on Microsoft's page names it no more; 2403 removes it.
MATRIX: dict[int, dict[str, Modes]] = {
    1706: {"workgroup": (HTTP, HTTPS), "domain": (HTTP, HTTPS), "entra": (HTTPS,), "hybrid": (HTTP, HTTPS)},
    1710: {"workgroup": (HTTP, HTTPS), "domain": (HTTP, HTTPS), "entra": (HTTPS,), "hybrid": (HTTP, HTTPS)},
    1802: {"workgroup": (HTTPS,), "domain": (HTTPS,), "entra": (HTTPS,), "hybrid": (HTTPS,)},
    1806: {
        "workgroup": (HTTP, HTTPS),
        "domain": (HTTP, HTTPS),
        "entra": (ENHANCED, HTTPS),
        "hybrid": (ENHANCED, HTTP, HTTPS),
    },
    2103: dict.fromkeys(JOINED, (ENHANCED, HTTPS)),
}

MODE_PAGE = "Microsoft Learn: Enhanced HTTP, https://learn.microsoft.com/intune/configmgr/core/plan-design/hierarchy/enhanced-http"
MODE_FITS = Rule(
    "MP-001", "Clients may talk to the management point in this mode", Severity.ERROR, (AUTHENTICATION_PAGE,)
)
CERTIFICATE_IS_THERE = Rule(
    "MP-002", "A management point in HTTPS mode has a web server certificate", Severity.ERROR, (AUTHENTICATION_PAGE,)
)
CERTIFICATE_IS_NEEDED = Rule(
    "MP-003", "Enhanced HTTP brings its own certificate", Severity.INFO, (AUTHENTICATION_PAGE, MODE_PAGE)
)
RULES: tuple[Rule, ...] = (MODE_FITS, CERTIFICATE_IS_THERE, CERTIFICATE_IS_NEEDED)
SUBJECT = "management point"


@dataclass(frozen=True, slots=True)
class ModeVerdict:
    """Whether the mode of the management point suits the site's version and the clients.

    O(modes) are the possible modes by what a client is joined to. O(unsupported) are the clients that the mode does
    not suit: of those that are declared, or of all kinds where none is.
    """

    mode: str
    supported: bool
    modes: dict[str, Modes]
    unsupported: tuple[str, ...]
    certificate_required: bool

    def as_dict(self) -> dict[str, Any]:
        return {
            "mode": self.mode,
            "supported": self.supported,
            "modes": {joined: list(modes) for joined, modes in self.modes.items()},
            "unsupported": list(self.unsupported),
            "certificate_required": self.certificate_required,
        }


def modes_for(version: int | None) -> dict[str, Modes]:
    """The modes that clients on the internet may use, by what they are joined to; V(None) is the current branch.

    Source: Microsoft Learn, Certificates for CMG (2018) for 1706 to 1806; Configure client authentication for CMG.
    """
    newest = max(MATRIX)
    if version is None:
        return MATRIX[newest]
    return MATRIX[max((first for first in MATRIX if first <= version), default=min(MATRIX))]


def mode_verdict(gateway: Gateway, point: ManagementPoint) -> ModeVerdict:
    """What the matrix says about a management point. Without declared clients one kind that may use it is enough."""
    modes = modes_for(site_version(gateway.site_version))
    declared = gateway.client_authentication
    joined = tuple(dict.fromkeys(client.join_state for client in declared.clients)) if declared else ()
    unsupported = tuple(kind for kind in joined or tuple(modes) if point.mode not in modes[kind])
    return ModeVerdict(
        mode=point.mode,
        supported=not unsupported if joined else len(unsupported) < len(modes),
        modes=modes,
        unsupported=unsupported,
        certificate_required=point.mode == HTTPS,
    )


def management_point_findings(gateway: Gateway) -> list[Finding]:
    """What is wrong with the mode of the management point, and whether a certificate is there to go with it."""
    point = gateway.management_point
    if point is None:
        return []
    return [*_about_mode(gateway, point), *_about_certificate(gateway, point)]


def _about_mode(gateway: Gateway, point: ManagementPoint) -> Iterator[Finding]:
    verdict = mode_verdict(gateway, point)
    if verdict.supported:
        return
    possible = sorted(set.intersection(*(set(verdict.modes[kind]) for kind in verdict.unsupported)))
    version = f"version {gateway.site_version}" if gateway.site_version else "the current version"
    yield MODE_FITS.finding(
        gateway=gateway.label,
        subject=SUBJECT,
        observed=f"The management point is in {MODE_NAMES[point.mode]} mode.",
        expected=f"In {version} clients {listed((JOINED[kind] for kind in verdict.unsupported), 'or')} reach it "
        f"through the gateway by {listed((MODE_NAMES[mode] for mode in possible), 'or')}.",
        remedy=f"Set the management point that the gateway forwards to up for {MODE_NAMES[possible[-1]]}.",
    )


def _about_certificate(gateway: Gateway, point: ManagementPoint) -> Iterator[Finding]:
    if point.mode == HTTPS and point.certificate is None:
        yield CERTIFICATE_IS_THERE.finding(
            gateway=gateway.label,
            subject=SUBJECT,
            observed="The management point is in HTTPS mode, but management_point.certificate is not declared, so that "
            "nobody could look at it.",
            expected="A web server certificate for the names under which the management point is reached.",
            remedy="Export the certificate bound to port 443 and give its path in management_point.certificate.",
            status=Status.NOT_CHECKED,
        )
    if point.mode == ENHANCED and point.certificate is not None:
        yield CERTIFICATE_IS_NEEDED.finding(
            gateway=gateway.label,
            subject=SUBJECT,
            observed="The management point is in Enhanced HTTP mode, and a certificate is declared for it.",
            expected="The certificate that Configuration Manager makes itself. A certificate of a PKI that is bound to "
            "port 443 wins over it.",
            remedy="Remove the binding if Enhanced HTTP is meant, or declare the mode as https.",
        )

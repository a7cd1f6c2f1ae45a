# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What is to be said against a request or its outcome, although it can be made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Finding, Rule, Severity
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import Gateway, Issuer

if TYPE_CHECKING:
    from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.facts import CertificateFacts
    from ansible_collections.configmgr.cmg.plugins.module_utils._core.requests import Subject

_SERVER_PAGE = "https://learn.microsoft.com/intune/configmgr/core/clients/manage/cmg/server-auth-cert"

UNIT_OF_A_PUBLIC_CA = Rule(
    "REQUEST-001",
    "A public CA is not asked for an organizational unit",
    Severity.WARNING,
    ("CA/Browser Forum Baseline Requirements, section 7.1.2.7",),
)
STALE = Rule("REQUEST-002", "The request asks for what is declared", Severity.WARNING, (_SERVER_PAGE,))
FOREIGN_KEY = Rule(
    "REQUEST-003", "The issued certificate belongs to the key of the request", Severity.WARNING, (_SERVER_PAGE,)
)
NO_ISSUER = Rule(
    "REQUEST-004", "The CA that issued the certificate is in the PFX file", Severity.WARNING, (_SERVER_PAGE,)
)
RULES: tuple[Rule, ...] = (UNIT_OF_A_PUBLIC_CA, STALE, FOREIGN_KEY, NO_ISSUER)


def unit_findings(gateway: Gateway, subject: Subject) -> list[Finding]:
    """That a public CA is asked for what it must not certify, if it is."""
    if gateway.issuer is not Issuer.PUBLIC or not subject.organizational_unit:
        return []
    return [
        UNIT_OF_A_PUBLIC_CA.finding(
            gateway=gateway.label,
            subject="certificate request",
            observed=f"subject.organizational_unit is {subject.organizational_unit!r}, and the issuer is public.",
            expected="No organizational unit: public CAs have not been allowed to certify one since September 2022.",
            remedy="Leave subject.organizational_unit out, or declare the issuer enterprise.",
        )
    ]


def stale_finding(gateway: Gateway, path: str) -> Finding:
    """That a file was kept although it asks for something else, because it must not be made anew."""
    return STALE.finding(
        gateway=gateway.label,
        subject=path,
        observed=f"{path} asks for something else than what is declared, or with another key.",
        expected="A request with the declared names, subject and key.",
        remedy="Set regenerate to content to have it made anew, or remove the file.",
    )


def no_issuer_finding(gateway: Gateway, leaf: CertificateFacts) -> Finding:
    """That nothing above the certificate is known, so that the service could not send its chain to clients."""
    issuer = leaf.issuer.text if leaf.issuer else "a CA that cannot be read"
    return NO_ISSUER.finding(
        gateway=gateway.label,
        subject=leaf.label,
        observed=f"The certificate was issued by {issuer}, whose certificate is not among the given ones.",
        expected="The certificates of the CAs between the server authentication certificate and its root.",
        remedy="Give the CA certificates with the option chain, for example as the PKCS#7 file of the CA.",
    )


def foreign_key_findings(gateway: Gateway, name: str, certificates: Iterable[CertificateFacts]) -> list[Finding]:
    """That there are certificates with the name of the request, but for another key, if there are any.

    To be asked only where none has the right key: the predecessor of a certificate may well lie beside it.
    """
    named = [one.thumbprint_sha1 for one in certificates if not one.is_ca and name in one.common_names]
    if not named:
        return []
    return [
        FOREIGN_KEY.finding(
            gateway=gateway.label,
            subject=name,
            observed=f"There is a certificate for {name} (thumbprint {', '.join(named)}), but it was issued for "
            "another key than the private key of this gateway.",
            expected="A certificate that was issued for the request of this gateway.",
            remedy="Have the present request signed. Where certreq made the key from the INF file, it is in Windows: "
            "run certreq -accept there and export the PFX file.",
        )
    ]

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Results of all looks at the same gateways, made by the same code that modules use."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.availability import (
    AliasFact,
    AliasState,
    Availability,
    Estate,
    Kind,
    Listing,
    NameStatus,
    ResourceGroup,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.availability_rules import Assessment
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.engine import Settings
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.judgement import judge_certificates
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.sources import Material
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import Gateway, gateways_from_options
from ansible_collections.configmgr.cmg.plugins.module_utils._core.names import names_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.providers import PARTS, Provider, Registration
from ansible_collections.configmgr.cmg.plugins.module_utils._core.results import results_of
from ansible_collections.configmgr.cmg.plugins.module_utils._module.availability_results import result_of
from tests.unit import certificate_factory as factory
from tests.unit import results_factory as results
from tests.unit.judgement_factory import KNOWN, server_source, source
from tests.unit.plugins.module_utils._core.drift import cases

NOW: datetime = factory.NOW
RIGHT, SOON, WRONG = results.GOOD, "wallacefalls.contoso.com", results.BAD
NAMES = (RIGHT, SOON, WRONG)
SUBSCRIPTION = "5ab50000-0000-4000-8000-000000000001"


def gateways() -> list[Gateway]:
    """The declarations, of which the last one has no possible name."""
    more = {"region": "westus", "site_version": "2503", "issuer": "enterprise", "context": "existing"}
    chain = {"client_authentication": {"methods": ["pki"], "trust_chain": ["root.cer", "issuing.cer"]}}
    group = {"resource_group": "rg-cmg"}
    options: list[dict[str, Any]] = [{"service_name": name, **more} for name in NAMES]
    return list(gateways_from_options([{**options[0], **chain, **group}, *options[1:]]))


def names() -> dict[str, Any]:
    """What deployment_name_info returns."""
    more = {"region": "westus", "site_version": "2503", "context": "existing"}
    return results.names_result(*({"service_name": name, **more} for name in NAMES))


def server(name: str, days: int) -> factory.Issued:
    """A server certificate that ends in so many days."""
    key = factory.rsa_key(number=NAMES.index(name))
    return factory.server(subject=name, dns=(name,), key=key, not_after=NOW + timedelta(days=days))


def certificates(days: int = 5) -> dict[str, Any]:
    """What certificate_info returns. The second gateway's certificate ends in so many days."""
    declared = gateways()
    roots = (source("trusted root", factory.root().der),)
    chain = (
        source("trust chain root.cer", factory.root().der),
        source("trust chain issuing.cer", factory.issuing().der),
    )
    materials = [
        Material(declared[0], server=server_source(server(RIGHT, 80)), trusted_roots=roots, trust_chain=chain),
        Material(declared[1], server=server_source(server(SOON, days)), trusted_roots=roots),
        Material(declared[2]),
    ]
    judged = judge_certificates(materials, Settings(), KNOWN, NOW)
    return {"changed": False, **results_of(declared, judged, NOW.date())}


def availability() -> dict[str, Any]:
    """What name_availability_info returns: the names of the first gateway are ours, one of the second is not."""
    providers = tuple(
        Provider(namespace, Registration.REGISTERED, {part.lower(): frozenset({"westus"})})
        for namespace, part in PARTS.items()
    )
    own = Estate(
        SUBSCRIPTION, providers=Listing(providers), resource_groups=Listing((ResourceGroup("rg-cmg", "westus"),))
    )
    statuses = (
        (Availability.OWNED, Availability.OWNED, Availability.OWNED),
        (Availability.OWNED, Availability.TAKEN, Availability.UNKNOWN),
        (Availability.INVALID, Availability.INVALID, Availability.INVALID),
    )
    assessments = [_assessment(gateway, own, told) for gateway, told in zip(gateways(), statuses, strict=True)]
    return result_of(assessments, [() for _one in assessments], own, {}, NOW.date())


def _assessment(gateway: Gateway, own: Estate, statuses: tuple[Availability, ...]) -> Assessment:
    found, _findings = names_of(gateway)
    given = {kind: NameStatus(one, found.prefix, "Said.") for kind, one in zip(Kind, statuses, strict=True)}
    return Assessment(gateway, found, given, own, AliasFact(AliasState.HERE, "t", "contoso.com"))


def drift(**changes: Any) -> dict[str, Any]:
    """What dns_drift_info returns: the alias of the first gateway is right, the second differs in these layers."""
    old = cases.everywhere(cases.cname(cases.OLD, name=SOON), name=SOON)
    second = {"authoritative": old, "probes": (), "recursive": None, "plane": cases.plane(), **changes}
    result = results.drift_result({}, {"name": SOON, **second})
    nameless = {"service_name": WRONG, "deployment_name": None, "cname_required": True, "state": None}
    entries = [*result["gateways"], {**nameless, "valid": False, "findings": names()["gateways"][2]["findings"]}]
    return {**result, "gateways": entries}


@cache
def _whole() -> dict[str, Any]:
    return {"names": names(), "availability": availability(), "certificates": certificates(), "drift": drift()}


def whole(**changes: Any) -> dict[str, Any]:
    """The results of all four looks, with these in the place of what is there; V(None) leaves one out."""
    return {**_whole(), **changes}

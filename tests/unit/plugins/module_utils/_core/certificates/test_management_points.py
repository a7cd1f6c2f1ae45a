# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The version matrix of management point modes, cell by cell."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.management_points import (
    management_point_findings,
    mode_verdict,
    modes_for,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import Gateway, ManagementPoint
from tests.unit.evidence_factory import gateway

H, E, S = "http", "enhanced_http", "https"


@pytest.mark.parametrize(
    ("version", "workgroup", "domain", "entra", "hybrid"),
    [
        (1610, {H, S}, {H, S}, {S}, {H, S}),
        (1706, {H, S}, {H, S}, {S}, {H, S}),
        (1710, {H, S}, {H, S}, {S}, {H, S}),
        (1802, {S}, {S}, {S}, {S}),
        (1806, {H, S}, {H, S}, {E, S}, {E, H, S}),
        (1910, {H, S}, {H, S}, {E, S}, {E, H, S}),
        (2103, {E, S}, {E, S}, {E, S}, {E, S}),
        (2503, {E, S}, {E, S}, {E, S}, {E, S}),
        (None, {E, S}, {E, S}, {E, S}, {E, S}),
    ],
)
def test_matrix(version: int | None, workgroup: set[str], domain: set[str], entra: set[str], hybrid: set[str]) -> None:
    modes = {kind: set(names) for kind, names in modes_for(version).items()}
    assert modes == {"workgroup": workgroup, "domain": domain, "entra": entra, "hybrid": hybrid}


def declared(mode: str, version: str | None, *joined: str, certificate: bool = True) -> Gateway:
    point: dict[str, Any] = {"mode": mode, "certificate": {"path": "mp.cer"} if certificate else None}
    clients = {"clients": [{"join_state": kind} for kind in joined]} if joined else None
    return gateway(management_point=point, client_authentication=clients, site_version=version)


@pytest.mark.parametrize(
    ("mode", "version", "joined", "supported", "unsupported"),
    [
        (H, None, (), False, ("workgroup", "domain", "entra", "hybrid")),
        (H, "1802", (), False, ("workgroup", "domain", "entra", "hybrid")),
        (H, "1706", (), True, ("entra",)),
        (H, "1706", ("domain",), True, ()),
        (H, "1706", ("domain", "entra", "entra"), False, ("entra",)),
        (E, "1710", (), False, ("workgroup", "domain", "entra", "hybrid")),
        (E, "1806", ("hybrid", "entra"), True, ()),
        (E, "2503", ("workgroup", "domain", "entra", "hybrid"), True, ()),
        (S, "1706", (), True, ()),
    ],
)
def test_verdict(
    mode: str, version: str | None, joined: tuple[str, ...], supported: bool, unsupported: tuple[str, ...]
) -> None:
    gateway_ = declared(mode, version, *joined)
    assert gateway_.management_point is not None
    verdict = mode_verdict(gateway_, gateway_.management_point)
    assert (verdict.supported, verdict.unsupported) == (supported, unsupported)
    assert verdict.as_dict()["certificate_required"] is (mode == S)
    assert ("MP-001" in [finding.rule for finding in management_point_findings(gateway_)]) is not supported


@pytest.mark.parametrize(
    ("mode", "certificate", "found"),
    [
        (S, True, []),
        (S, False, ["MP-002 not_checked"]),
        (E, True, ["MP-003 failed"]),
        (E, False, []),
        (H, False, ["MP-001 failed"]),
    ],
)
def test_findings(mode: str, certificate: bool, found: list[str]) -> None:
    findings = management_point_findings(declared(mode, None, certificate=certificate))
    assert [f"{finding.rule} {finding.status}" for finding in findings] == found


def test_the_finding_names_what_is_possible() -> None:
    (finding,) = management_point_findings(declared(H, "1706", "entra"))
    assert finding.expected == (
        "In version 1706 clients joined to Microsoft Entra ID reach it through the gateway by HTTPS."
    )


def test_no_management_point() -> None:
    assert management_point_findings(gateway()) == []
    assert ManagementPoint().mode == S

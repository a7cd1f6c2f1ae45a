# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which clients need a certificate, and the connection point: the tables of Microsoft's pages of 2018 to now."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.clients import (
    client_findings,
    connection_point_of,
    needs_of,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import Gateway
from tests.unit.evidence_factory import gateway


def declared(version: str | None = None, mode: str | None = None, **options: Any) -> Gateway:
    point = {"mode": mode} if mode else None
    return gateway(client_authentication=options, site_version=version, management_point=point)


@pytest.mark.parametrize(
    ("join_state", "windows", "token", "version", "required"),
    [
        ("workgroup", "11", False, None, True),
        ("domain", "11", False, None, True),
        ("entra", "11", False, None, False),
        ("hybrid", "11", False, None, False),
        ("entra", "10", False, "1706", False),
        ("hybrid", "10", False, "1910", False),
        ("domain", "10", False, "1910", True),
        ("domain", "8.1", False, "1910", True),
        ("hybrid", "8.1", False, "1910", True),
        ("hybrid", "7", False, None, True),
        ("hybrid", "Windows 7", False, None, True),
        ("entra", "2022", False, None, False),
        ("hybrid", "2016", False, None, False),
        ("hybrid", "Server 2012 R2", False, None, True),
        ("workgroup", "11", True, None, False),
        ("domain", "8.1", True, "2002", False),
        ("domain", "11", True, "1910", True),
        ("hybrid", "7", True, "2503", False),
    ],
)
def test_who_needs_a_certificate(
    join_state: str, windows: str, token: bool, version: str | None, required: bool
) -> None:
    client = {"join_state": join_state, "windows": windows, "token": token}
    (need,) = needs_of(declared(version, clients=[client]))
    assert need.certificate_required is required
    assert need.reason.endswith(".")
    assert "pki" in need.as_dict()["methods"]


def test_a_windows_that_is_none() -> None:
    with pytest.raises(InvalidInput, match="'Vista'"):
        needs_of(declared(clients=[{"join_state": "domain", "windows": "Vista"}]))


@pytest.mark.parametrize(
    ("version", "mode", "options", "required"),
    [
        ("1810", "https", {"methods": ["entra"]}, True),
        ("1906", "enhanced_http", {"methods": ["token"]}, True),
        ("1910", "https", {"methods": ["entra"]}, False),
        (None, "https", {"methods": ["pki"]}, True),
        (None, "enhanced_http", {"methods": ["pki"]}, False),
        (None, "https", {"methods": ["entra", "token"]}, False),
        (None, None, {"methods": ["pki"]}, True),
        (None, "https", {"clients": [{"join_state": "domain"}]}, True),
        (None, "https", {"clients": [{"join_state": "entra"}]}, False),
        (None, "https", {}, False),
    ],
)
def test_the_connection_point(version: str | None, mode: str | None, options: dict[str, Any], required: bool) -> None:
    need = connection_point_of(declared(version, mode, **options))
    assert need.certificate_required is required
    assert need.as_dict()["reason"]


def test_the_connection_point_of_a_gateway_that_says_nothing() -> None:
    assert connection_point_of(gateway()).certificate_required is False
    assert client_findings(gateway()) == []


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"methods": ["entra"], "clients": [{"join_state": "entra"}]}, []),
        (
            {"methods": ["entra"], "clients": [{"join_state": "domain"}]},
            ["CLIENT-001 failed", "CLIENT-002 not_checked"],
        ),
        ({"methods": ["pki"]}, ["CLIENT-002 not_checked"]),
        ({"methods": ["pki"], "trust_chain": ["root.cer"]}, []),
        ({"methods": ["entra"], "trust_chain": ["root.cer"]}, ["CLIENT-003 failed"]),
        ({"trust_chain": ["root.cer"]}, []),
        ({"methods": ["token"], "clients": [{"join_state": "entra"}]}, ["CLIENT-001 failed"]),
        ({"methods": ["token"], "clients": [{"join_state": "domain", "token": True}]}, []),
    ],
)
def test_findings(options: dict[str, Any], found: list[str]) -> None:
    findings = client_findings(declared(**options))
    assert [f"{finding.rule} {finding.status}" for finding in findings] == found

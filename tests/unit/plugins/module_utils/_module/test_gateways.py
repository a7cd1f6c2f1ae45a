# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The service name comes from the declaration, or else from the certificate, as in the console."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.configmgr.cmg.plugins.module_utils._core.names import names_of
from ansible_collections.configmgr.cmg.plugins.module_utils._module.gateways import declared_gateways
from tests.unit import certificate_factory as factory
from tests.unit.judgement_factory import pfx

NAME = "GraniteFalls.contoso.com"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("certificate") / "server.pem"
    path.write_bytes(factory.server(subject=NAME, dns=(NAME,)).pem)
    return path


def named(**options: Any) -> str | None:
    return declared_gateways([{"region": "westus", **options}])[0].service_name


def test_the_common_name_stands_in_for_a_missing_service_name(certificate: Path) -> None:
    assert named(server_certificate={"path": str(certificate)}) == NAME


def test_the_content_of_a_certificate_does_as_well(certificate: Path) -> None:
    assert named(server_certificate={"content": certificate.read_text(encoding="ascii")}) == NAME


def test_a_declared_service_name_is_kept_and_no_file_is_read(tmp_path: Path) -> None:
    declared = "wallacefalls.contoso.com"
    assert named(service_name=declared, server_certificate={"path": str(tmp_path / "absent.pem")}) == declared


@pytest.mark.parametrize("content", [b"", b"no certificate"])
def test_what_is_no_certificate_leaves_the_name_unknown(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "server.pem"
    path.write_bytes(content)
    gateway = declared_gateways([{"region": "westus", "server_certificate": {"path": str(path)}}])[0]
    assert gateway.service_name is None
    assert [finding.rule for finding in names_of(gateway)[1]] == ["SERVICE-001"]


def unnamed(**certificate: str) -> tuple[str, str]:
    """What is seen and what to do about a gateway whose certificate gives it no name."""
    gateway = declared_gateways([{"region": "westus", "server_certificate": certificate}])[0]
    (finding,) = names_of(gateway)[1]
    assert finding.rule == "SERVICE-001"
    return finding.observed, finding.remedy


START = "service_name is not given, and server_certificate has no name to offer:"


def test_why_a_file_gives_no_name_is_said(tmp_path: Path) -> None:
    """Otherwise the declaration is corrected where a path is wrong."""
    absent, other = tmp_path / "absent.pfx", tmp_path / "other.pem"
    other.write_text("no certificate", encoding="ascii")
    observed, remedy = unnamed(path=str(absent))
    assert observed == f"{START} {absent} cannot be read: No such file or directory."
    assert remedy == "Set service_name, for example to 'granitefalls.contoso.com', or correct server_certificate."
    assert unnamed(path=str(other))[0].startswith(f"{START} {other} holds no certificate that can be read: ")
    assert unnamed(content="no certificate")[0].startswith(f"{START} the content holds no certificate that can be read")


def test_a_password_that_does_not_fit_is_said(tmp_path: Path) -> None:
    path = tmp_path / "server.pfx"
    path.write_bytes(pfx(factory.server(subject=NAME, dns=(NAME,)), "right"))
    observed = unnamed(path=str(path), password="wrong")[0]
    assert observed.startswith(f"{START} {path} holds no certificate that can be read: ")
    assert "password" in observed
    assert "wrong" not in observed


def test_a_certificate_without_one_common_name_is_said(tmp_path: Path) -> None:
    path = tmp_path / "server.pem"
    path.write_bytes(factory.server(subject=(), dns=(NAME,)).pem)
    assert unnamed(path=str(path))[0] == f"{START} the certificate in {path} has no common names."


@pytest.mark.parametrize("certificate_options", [None, {}, {"password": "some password"}])
def test_without_a_certificate_there_is_nothing_to_take(certificate_options: dict[str, str] | None) -> None:
    assert named(server_certificate=certificate_options) is None

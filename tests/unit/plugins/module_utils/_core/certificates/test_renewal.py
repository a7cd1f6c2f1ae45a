# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What becomes of a renewal, for each way in which two certificates can differ."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.x509.oid import NameOID

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.renewal import judge_renewal
from tests.unit import certificate_factory as factory
from tests.unit.certificate_factory import DAY, NAME, NOW
from tests.unit.evidence_factory import facts, gateway


def subject(name: str = NAME, organization: str | None = "Contoso") -> list[tuple[Any, str]]:
    company = [(NameOID.ORGANIZATION_NAME, organization)] if organization else []
    return [*company, (NameOID.COMMON_NAME, name)]


OLD = facts(factory.server(subject=subject(), not_after=NOW + 20 * DAY))


def renewed(**changes: Any) -> Any:
    return facts(factory.server(**{"subject": subject(), "not_after": NOW + 80 * DAY, **changes}))


@pytest.mark.parametrize(
    ("new", "sound", "status", "rules"),
    [
        (renewed(), True, "renewable", []),
        (renewed(key=factory.rsa_key(4096)), True, "renewable", []),
        (renewed(issuer=factory.root()), True, "renewable", []),
        (renewed(not_after=NOW + 20 * DAY), True, "renewable", []),
        (renewed(subject=subject(NAME.upper())), True, "rejected_cn_case", ["RENEWAL-001"]),
        (renewed(subject=subject("www.contoso.com")), True, "redeploy_service_name", ["RENEWAL-002"]),
        (renewed(subject=subject("*.contoso.com")), True, "redeploy_service_name", ["RENEWAL-002"]),
        (renewed(subject=[]), True, "redeploy_service_name", ["RENEWAL-002", "RENEWAL-003"]),
        (renewed(subject=subject(organization="Fabrikam")), True, "redeploy_recommended", ["RENEWAL-003"]),
        (renewed(subject=subject(organization=None)), True, "redeploy_recommended", ["RENEWAL-003"]),
        (renewed(not_after=NOW + 19 * DAY), True, "warning", ["RENEWAL-004"]),
        (renewed(key=factory.rsa_key(1024)), False, "invalid", []),
        (renewed(subject=subject(NAME.upper())), False, "rejected_cn_case", ["RENEWAL-001"]),
        (renewed(subject=subject(organization="Fabrikam")), False, "invalid", ["RENEWAL-003"]),
        (OLD, True, "in_use", ["RENEWAL-005"]),
    ],
)
def test_renewal(new: Any, sound: bool, status: str, rules: list[str]) -> None:
    renewal, findings = judge_renewal(gateway(), "current certificate", new, OLD, sound=sound)
    assert renewal.status == status
    assert [finding.rule for finding in findings] == rules
    assert renewal.redeploy is status.startswith("redeploy")
    assert renewal.as_dict()["thumbprint_current"] == OLD.thumbprint_sha1
    assert renewal.as_dict()["thumbprint_new"] == new.thumbprint_sha1


def test_both_spellings_are_quoted() -> None:
    new = renewed(subject=subject("GraniteFalls.contoso.com"))
    _renewal, (finding,) = judge_renewal(gateway(), "current certificate", new, OLD, sound=True)
    assert "'GraniteFalls.contoso.com'" in finding.observed
    assert f"'{NAME}'" in finding.expected

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module as Ansible runs it: options in, one JSON document out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args

from ansible_collections.configmgr.cmg.plugins.modules import deployment_name_info
from tests.unit.return_docs import return_problems

GATEWAY = {"service_name": "granitefalls.contoso.com", "region": "(US) West US"}
WRONG = {"service_name": "granite-falls.contoso.com", "region": "westus"}


def run(capsys: pytest.CaptureFixture[str], **args: Any) -> dict[str, Any]:
    with patch_module_args(args), pytest.raises(SystemExit):
        deployment_name_info.main()
    result = json.loads(capsys.readouterr().out)
    assert isinstance(result, dict)
    return result


@pytest.mark.parametrize("check_mode", [False, True])
def test_the_names_of_a_gateway(capsys: pytest.CaptureFixture[str], check_mode: bool) -> None:
    result = run(capsys, gateways=[GATEWAY], _ansible_check_mode=check_mode)
    (gateway,) = result["gateways"]
    assert gateway == {
        "name": "granitefalls.contoso.com",
        "service_name": "granitefalls.contoso.com",
        "prefix": "granitefalls",
        "region": "westus",
        "cloud_environment": "AzureCloud",
        "deployment_method": "scale_set",
        "deployment_name": "granitefalls.westus.cloudapp.azure.com",
        "cname_required": True,
        "alias": {"name": "granitefalls.contoso.com", "target": "granitefalls.westus.cloudapp.azure.com"},
        "storage_account": "granitefalls",
        "key_vault": "granitefalls",
        "endpoints": {
            "blob": "granitefalls.blob.core.windows.net",
            "table": "granitefalls.table.core.windows.net",
            "vault": "granitefalls.vault.azure.net",
        },
        "classic_deployment_name": "granitefalls.cloudapp.net",
        "legacy": False,
        "convertible": None,
        "valid": True,
        "findings": [],
    }
    assert (result["changed"], result["valid"], result["findings"]) == (False, True, [])


def test_a_finding_does_not_fail_the_task(capsys: pytest.CaptureFixture[str]) -> None:
    result = run(capsys, gateways=[GATEWAY, WRONG])
    assert "failed" not in result
    assert [gateway["valid"] for gateway in result["gateways"]] == [True, False]
    assert [finding["rule"] for finding in result["findings"]] == ["PREFIX-006"]
    assert result["summary"]["errors"] == 1


@pytest.mark.parametrize(("until", "valid"), [("9999-12-31", True), ("2020-01-01", False)])
def test_acceptance_depends_on_the_day(capsys: pytest.CaptureFixture[str], until: str, valid: bool) -> None:
    accept = [{"rule": "PREFIX-006", "reason": "known", "until": until}]
    assert run(capsys, gateways=[{**WRONG, "accept": accept}])["valid"] is valid


def test_gateways_of_one_list_are_compared(capsys: pytest.CaptureFixture[str]) -> None:
    result = run(capsys, gateways=[GATEWAY, GATEWAY])
    assert [finding["rule"] for finding in result["findings"]] == ["DUPLICATE-001"] * 2


def test_wrong_input_fails_in_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    accept = [{"rule": "PREFIX-006", "reason": "known", "until": "soon"}]
    result = run(capsys, gateways=[{**WRONG, "accept": accept}])
    assert result["failed"]
    assert result["msg"].startswith("accept.until is 'soon'")


def test_no_secret_is_returned(capsys: pytest.CaptureFixture[str]) -> None:
    certificate = {"path": "a.pfx", "password": "correct-horse-battery"}
    with patch_module_args({"gateways": [{**GATEWAY, "server_certificate": certificate}]}), pytest.raises(SystemExit):
        deployment_name_info.main()
    assert "correct-horse-battery" not in capsys.readouterr().out


def test_what_is_returned_is_documented(capsys: pytest.CaptureFixture[str]) -> None:
    unknown = {"region": "us-west", "cloud_environment": "AzureChinaCloud"}
    classic = {"service_name": "granitefalls.contoso.com", "region": "westus", "deployment_method": "classic"}
    results = [run(capsys, gateways=gateways) for gateways in ([GATEWAY, WRONG], [classic, unknown])]
    assert return_problems(deployment_name_info, results) == []

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module on the local Azure: options in, one JSON document out, as documented."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args

from ansible_collections.configmgr.cmg.plugins.module_utils._core.records import MANAGED_BY, MARK
from ansible_collections.configmgr.cmg.plugins.modules import dns_drift_info
from tests.emulator.process import Emulator, running_emulator
from tests.unit.return_docs import return_problems

pytestmark = pytest.mark.cost(7)

GOOD = {"service_name": "granitefalls.contoso.com", "region": "westus"}
MISSING = {"service_name": "wallacefalls.contoso.com", "region": "westus"}
NO_ALIAS = {"service_name": "granitefalls.westus.cloudapp.azure.com", "region": "westus", "issuer": "enterprise"}
TARGET = "granitefalls.westus.cloudapp.azure.com"
OURS = {MANAGED_BY: MARK}


def record(name: str, target: str) -> dict[str, Any]:
    return {"name": name, "type": "CNAME", "ttl": 3600, "records": [{"cname": target}], "metadata": OURS}


ZONE = {"name": "contoso.com", "record_sets": [record("granitefalls", TARGET), record("oldfalls", "o.example")]}
ADDRESS = {"name": "pip", "label": "granitefalls", "address": "127.0.0.9", "location": "westus"}
GROUP = {"name": "rg-dns", "location": "westus", "zones": [ZONE], "public_ips": [ADDRESS]}
SUBSCRIPTION_ID = "5ab50000-0000-4000-8000-000000000001"
SUBSCRIPTION = {"id": SUBSCRIPTION_ID, "name": "Emulated", "resource_groups": [GROUP]}
SEED = {"subscriptions": [SUBSCRIPTION]}


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with running_emulator(SEED) as running:
        yield running


@pytest.fixture(autouse=True)
def fresh(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    emulator.control.reset(SEED)
    emulator.control.clear_faults()
    emulator.control.clear_requests()
    for name, value in emulator.environment.items():
        monkeypatch.setenv(name, value)


def run(capsys: pytest.CaptureFixture[str], emulator: Emulator, **changes: Any) -> dict[str, Any]:
    address, port = emulator.dns_resolver
    args = {
        "gateways": [GOOD],
        "layers": ["control_plane", "authoritative", "recursive", "target"],
        "resolvers": [{"address": address, "port": port}],
        "delegation_from": "resolvers",
        "port": port,
        "tries": [0.3, 0.3],
        "disable_instance_discovery": True,
        "vantage": "test",
        **changes,
    }
    with patch_module_args(args), pytest.raises(SystemExit):
        dns_drift_info.main()
    result = json.loads(capsys.readouterr().out)
    assert isinstance(result, dict)
    return result


def codes(result: dict[str, Any], number: int = 0) -> dict[str, str]:
    return {finding["code"]: finding["state"] for finding in result["aliases"][number]["findings"]}


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_healthy_alias(capsys: pytest.CaptureFixture[str], emulator: Emulator, check_mode: bool) -> None:
    result = run(capsys, emulator, _ansible_check_mode=check_mode)
    assert result["aliases"][0]["findings"] == []
    assert (result["changed"], result["drifted"], result["valid"], result["diff"]) == (False, False, True, [])
    assert result["aliases"][0]["layers"]["authoritative"] == "4/4"


def test_a_missing_alias(capsys: pytest.CaptureFixture[str], emulator: Emulator) -> None:
    result = run(capsys, emulator, gateways=[GOOD, MISSING, NO_ALIAS])
    assert [gateway["state"] for gateway in result["gateways"]] == ["in_sync", "drift", None]
    expected = {"missing", "plane_missing", "target_undeployed"}
    assert set(codes(result, 1)) == expected
    rules = {finding["rule"] for finding in result["gateways"][1]["findings"]}
    assert rules == {f"DRIFT-{code.upper().replace('_', '-')}" for code in expected}
    assert result["diff"][0]["after"] == f"wallacefalls.contoso.com. 3600 IN CNAME {MISSING_TARGET}.\n"


MISSING_TARGET = "wallacefalls.westus.cloudapp.azure.com"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("silent", {"timeout": "unknown"}),
        ("refused", {"lame_server": "drift"}),
        ("servfail", {"server_servfail": "unknown"}),
        ("truncate", {}),
    ],
)
def test_a_server_with_a_fault(
    capsys: pytest.CaptureFixture[str], emulator: Emulator, kind: str, expected: dict[str, str]
) -> None:
    emulator.control.dns_fault(3, kind)
    assert codes(run(capsys, emulator)) == expected


def test_a_stale_server(capsys: pytest.CaptureFixture[str], emulator: Emulator) -> None:
    emulator.control.dns_fault(3, "stale")
    emulator.control.write_record_set(
        SUBSCRIPTION_ID,
        "rg-dns",
        "contoso.com",
        kind="CNAME",
        name="wallacefalls",
        properties={"TTL": 3600, "CNAMERecord": {"cname": MISSING_TARGET}},
    )
    result = run(capsys, emulator, gateways=[MISSING], layers=["control_plane", "authoritative"])
    assert codes(result) == {"servers_disagree": "drift", "missing": "drift"}
    assert result["aliases"][0]["layers"]["authoritative"] == "3/4"


def test_an_alias_that_nobody_declares(capsys: pytest.CaptureFixture[str], emulator: Emulator) -> None:
    quiet, strict = (run(capsys, emulator, strict=strict) for strict in (False, True))
    assert [alias["name"] for alias in quiet["unmanaged"]] == ["oldfalls.contoso.com."]
    assert (quiet["drifted"], quiet["summary"]["unmanaged"]) == (False, 1)
    assert (strict["drifted"], strict["unmanaged"][0]["state"]) == (True, "drift")
    partial = run(capsys, emulator, strict=True, partial=True)
    assert (partial["drifted"], partial["unmanaged"], partial["summary"]["unmanaged"]) == (False, [], 0)


def test_what_is_accepted_does_not_count(capsys: pytest.CaptureFixture[str], emulator: Emulator) -> None:
    accept = [{"code": "*", "name": "wallace*", "reason": "not deployed yet", "until": "9999-12-31"}]
    result = run(capsys, emulator, gateways=[MISSING], accept=accept)
    assert (result["drifted"], result["aliases"][0]["state"], result["summary"]["accepted"]) == (False, "in_sync", 3)
    assert result["aliases"][0]["findings"][0]["accepted"] == {"reason": "not deployed yet", "until": "9999-12-31"}


def test_azure_out_of_reach_is_a_finding(capsys: pytest.CaptureFixture[str], emulator: Emulator) -> None:
    result = run(capsys, emulator, resource_manager_url="https://127.0.0.1:1", timeout=5)
    assert "plane_unreadable" in codes(result)
    assert result["aliases"][0]["state"] == "unknown"
    assert result["aliases"][0]["layers"]["authoritative"] == "4/4"


def test_azure_is_only_read(capsys: pytest.CaptureFixture[str], emulator: Emulator) -> None:
    run(capsys, emulator, gateways=[GOOD, MISSING])
    arm = [one for one in emulator.control.requests() if "/subscriptions" in one["path"].lower()]
    assert arm
    assert {one["method"] for one in arm} == {"GET"}


def test_a_reader_is_enough(capsys: pytest.CaptureFixture[str], emulator: Emulator) -> None:
    reader = emulator.client("reader")
    result = run(capsys, emulator, client_id=reader["client_id"], secret=reader["secret"])
    assert result["aliases"][0]["state"] == "in_sync"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"port": 0}, "port is 0"),
        ({"tries": []}, "tries is []"),
        ({"resolvers": [{"address": "dns.example"}]}, "no IP address"),
        ({"root_hints": {"a": "b"}}, "root_hints"),
        ({"accept": [{"code": "wrongtarget", "reason": "x"}]}, "Did you mean wrong_target"),
        ({"accept": [{"code": "ttl", "reason": "x", "until": "soon"}]}, "not a date"),
        ({"views": [{"name": "public", "resolvers": []}]}, "choose another name"),
        ({"recursive_sample": -1}, "recursive_sample"),
        ({"resolvers": []}, "delegation_from is 'resolvers'"),
    ],
)
def test_wrong_options_fail_in_one_sentence(
    capsys: pytest.CaptureFixture[str], emulator: Emulator, wrong: dict[str, Any], words: str
) -> None:
    result = run(capsys, emulator, **wrong)
    assert result["failed"]
    assert words in result["msg"]


def test_a_sample_is_the_same_all_day(capsys: pytest.CaptureFixture[str], emulator: Emulator) -> None:
    result = run(capsys, emulator, recursive_sample=0)
    assert "recursive_sample" in result["aliases"][0]["not_checked"]["recursive"]


def test_what_is_returned_is_documented(capsys: pytest.CaptureFixture[str], emulator: Emulator) -> None:
    emulator.control.dns_fault(2, "silent")
    accept = [{"code": "missing", "reason": "known", "until": None}, {"code": "timeout", "reason": "known"}]
    wanted = {"wait": True, "wait_timeout": 1, "wait_interval": 0.5}
    results = [
        run(capsys, emulator, gateways=[GOOD, MISSING, NO_ALIAS], accept=accept, **wanted),
        run(capsys, emulator, gateways=[{"region": "westus", "prefix": "x"}, GOOD], layers=["served", "control_plane"]),
    ]
    assert "\n".join(return_problems(dns_drift_info, results)) == ""

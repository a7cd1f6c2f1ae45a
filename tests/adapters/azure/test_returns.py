# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the module documents to return is what it returns, key by key."""

from __future__ import annotations

from typing import Any

from ansible_collections.configmgr.cmg.plugins.modules import dns_aliases
from tests.adapters.azure.support import GROUP, ZONE, check, gateway, run
from tests.emulator.process import Emulator
from tests.emulator.seed import SUBSCRIPTION
from tests.unit.return_docs import return_problems


def write(azure: Emulator, name: str, kind: str, properties: dict[str, Any]) -> None:
    azure.control.write_record_set(SUBSCRIPTION, GROUP, ZONE, kind=kind, name=name, properties=properties)


def test_everything_returned_is_documented_and_the_reverse(azure: Emulator) -> None:
    profile = (
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/providers/Microsoft.Network/trafficManagerProfiles/tm"
    )
    azure.control.put_resource(profile, "global", {"dnsConfig": {"relativeName": "tm", "ttl": 30}})
    write(azure, "wallacefalls", "CNAME", {"TTL": 60, "CNAMERecord": {"cname": "x.net"}, "metadata": {"a": "b"}})
    write(azure, "snoqualmie", "A", {"TTL": 60, "ARecords": [{"ipv4Address": "127.0.0.1"}]})
    write(azure, "multnomah", "CNAME", {"TTL": 60, "targetResource": {"id": profile}})
    in_azure = gateway("granitefalls.westus.cloudapp.azure.com", issuer="enterprise")
    results = [
        check(),
        run(),
        run(),
        run(in_azure),
        run(gateway("wallacefalls"), gateway("snoqualmie"), gateway("multnomah"), gateway("other")),
        run(gateway("granite-falls")),
        run(gateway("nowhere.fabrikam.com")),
        run(state="absent"),
    ]
    azure.control.fault(method="PUT", error="ScopeLocked")
    results.append(run())
    assert not return_problems(dns_aliases, results)


def test_the_shape_is_the_same_whatever_happens(azure: Emulator) -> None:
    """Also when the task fails before it knew anything."""
    results = [run(), check(), run(gateway("granite-falls")), run(gateway("nowhere.fabrikam.com"))]
    results += [run(concurrency=0), run(timeout=0), run(max_changes="some")]
    azure.control.fault(method="GET", path="/recordsets", error="AuthorizationFailed", count=None)
    results.append(run())
    keys = {"gateways", "findings", "summary", "valid", "requests", "changed"}
    for result in results:
        assert keys <= set(result)
        assert set(result["gateways"][0]) == set(results[0]["gateways"][0])
        assert set(result["gateways"][0]["record"]) == set(results[0]["gateways"][0]["record"])

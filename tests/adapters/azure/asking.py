# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A subscription with the resources of gateways in it, and modules that are asked about it in this process."""

from __future__ import annotations

import contextlib
import io
import json
from types import ModuleType
from typing import Any

from ansible.module_utils.testing import patch_module_args

from tests.adapters.azure.support import ZONE, Result
from tests.emulator.process import Emulator
from tests.emulator.seed import SUBSCRIPTION

GROUP = "rg-cmg"
SCOPE = f"/subscriptions/{SUBSCRIPTION}"


def ask(module: ModuleType, **args: Any) -> Result:
    """A module's result; V(_ansible_check_mode) and the like are options too."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output), patch_module_args(args), contextlib.suppress(SystemExit):
        module.main()
    result = json.loads(output.getvalue())
    assert isinstance(result, dict)
    assert "Traceback" not in output.getvalue()
    return result


def alias_set(name: str, target: str | None = None, **metadata: str) -> dict[str, Any]:
    """A CNAME of the seed, by default to the deployment name in V(westus)."""
    record = {"cname": target or f"{name}.westus.cloudapp.azure.com"}
    return {"name": name, "type": "CNAME", "records": [record], "metadata": metadata}


def seed(
    *,
    subscription: dict[str, Any] | None = None,
    aliases: list[dict[str, Any]] | None = None,
    group: dict[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """A subscription with a zone in one group and with whatever O(group) holds in another."""
    zone = {"name": ZONE, "record_sets": aliases or []}
    groups = [
        {"name": "rg-dns", "location": "westus", "zones": [zone]},
        {"name": GROUP, "location": "westus", **(group or {})},
    ]
    return {"subscriptions": [{"id": SUBSCRIPTION, "resource_groups": groups, **(subscription or {})}], **more}


def deployed(*names: str, label: bool = True, vault: bool = True) -> dict[str, Any]:
    """What deployed gateways leave in their resource group; addresses are loopback ones."""
    return {
        "public_ips": [
            {"name": f"ip-{name}", "label": name, "address": f"127.9.{place // 250}.{place % 250 + 1}"}
            for place, name in enumerate(names if label else ())
        ],
        "vaults": [{"name": name} for name in names if vault],
        "storage_accounts": [{"name": name} for name in names],
    }


def to_azure(azure: Emulator) -> list[dict[str, Any]]:
    """The requests that were made of the resource manager."""
    return [one for one in azure.control.requests() if one["path"].startswith("/subscriptions")]

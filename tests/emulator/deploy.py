# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Play Configuration Manager: deploy a gateway to the local Azure that the environment names.

`python -m tests.emulator.deploy PREFIX REGION RESOURCE_GROUP` makes the public IP address with its DNS label, the
storage account and the key vault. Nothing listens at the address.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from tests.emulator.client import Control

ADDRESS = "127.0.1.10"
USAGE = (
    "usage: python -m tests.emulator.deploy PREFIX REGION RESOURCE_GROUP, with what `make emulator` printed exported"
)


def resources(prefix: str, region: str) -> dict[str, dict[str, Any]]:
    """What a gateway of the public cloud consists of: properties by provider, type and name."""
    label = {"domainNameLabel": prefix, "fqdn": f"{prefix}.{region}.cloudapp.azure.com"}
    return {
        f"Microsoft.Network/publicIPAddresses/{prefix}": {"dnsSettings": label, "ipAddress": ADDRESS},
        f"Microsoft.Storage/storageAccounts/{prefix}": {},
        f"Microsoft.KeyVault/vaults/{prefix}": {},
    }


def main(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    if len(arguments) != 3 or "CMG_EMULATOR_CONTROL" not in environment:
        print(USAGE, file=sys.stderr)
        return 2
    prefix, region, group = arguments
    control = Control(environment["CMG_EMULATOR_CONTROL"], environment["REQUESTS_CA_BUNDLE"])
    scope = f"/subscriptions/{environment['AZURE_SUBSCRIPTION_ID']}/resourceGroups/{group}/providers"
    for kind, properties in resources(prefix, region).items():
        control.put_resource(f"{scope}/{kind}", region, properties)
    print(f"The gateway {prefix} is deployed to {region}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))

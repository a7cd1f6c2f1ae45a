# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gateways in every state in a local Azure, with certificates that a server shows, for the tests of reports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.checks import support
from tests.checks.playing import Place
from tests.emulator.process import Emulator, running_emulator
from tests.unit import certificate_factory as factory
from tests.unit.certificate_factory import Issued
from tests.unit.judgement_factory import pfx
from tests.unit.tls_server import tls_server

SUBSCRIPTION = "5ab50000-0000-4000-8000-000000000001"
PASSWORD = "s3cr3t-of-the-report"
RIGHT, ASTRAY, SOON, EXPIRED = "granitefalls", "snoqualmiefalls", "wallacefalls", "palousefalls"
DEPLOYED = (RIGHT, ASTRAY, SOON, EXPIRED)
MISSING, NAMELESS = "multnomahfalls", "bridal-veil-falls"
DAYS = {RIGHT: 300, ASTRAY: 200, SOON: 12, EXPIRED: -3}
ADDRESS = "127.0.0.1"


def service_name(prefix: str) -> str:
    """The service name of a gateway."""
    return f"{prefix}.contoso.com"


def _alias(prefix: str) -> dict[str, Any]:
    target = "oldfalls" if prefix == ASTRAY else prefix
    return {
        "name": prefix,
        "type": "CNAME",
        "ttl": 3600,
        "records": [{"cname": f"{target}.westus.cloudapp.azure.com"}],
        "metadata": {"managed-by": "configmgr.cmg"},
    }


def seed() -> dict[str, Any]:
    """A zone with an alias for each gateway that is deployed, one of them led astray."""
    zones = [{"name": "contoso.com", "record_sets": [_alias(prefix) for prefix in DEPLOYED]}]
    deployed = {
        "name": "rg-cmg",
        "location": "westus",
        "public_ips": [{"name": f"pip-{it}", "label": it, "address": ADDRESS} for it in DEPLOYED],
        "storage_accounts": [{"name": it} for it in DEPLOYED],
        "vaults": [{"name": it} for it in DEPLOYED],
    }
    groups = [{"name": "rg-dns", "location": "westus", "zones": zones}, deployed]
    return {"subscriptions": [{"id": SUBSCRIPTION, "resource_groups": groups}]}


@dataclass(frozen=True)
class Reported(Place):
    """A place with the declaration of the gateways in C(gateways.yml)."""

    port: int

    def declare(self, *left_out: str, **variables: Any) -> None:
        """Write the declaration, without some gateways and with these further variables."""
        prefixes = [it for it in (*DEPLOYED, MISSING, NAMELESS) if it not in left_out]
        gateways = [gateway(self.directory, prefix) for prefix in prefixes]
        options = {"prerequisites_drift_options": drift_options(self.azure, self.port)}
        self.write("gateways.yml", {"prerequisites_gateways": gateways, **options, **variables})

    def report(self, *options: str) -> support.Outcome:
        """Run the playbook."""
        return self.run("ansible-playbook", "configmgr.cmg.report", "-e", "@gateways.yml", *options)


def drift_options(azure: Emulator, port: int) -> dict[str, Any]:
    """Where to ask for names and certificates: the servers that run here."""
    address, dns_port = azure.dns_resolver
    return {
        "resolvers": [{"address": address, "port": dns_port}],
        "delegation_from": "resolvers",
        "port": dns_port,
        "ipv6": False,
        "tries": [0.3, 0.3],
        "served_port": port,
    }


def gateway(directory: Path, prefix: str) -> dict[str, Any]:
    """The declaration of a gateway, with as much as is known of it."""
    basis = {"service_name": service_name(prefix), "region": "westus", "site_version": "2503", "issuer": "enterprise"}
    if prefix not in DEPLOYED:
        return {**basis, "context": "new"}
    files = {name: str(directory / f"{name}.cer") for name in ("root", "issuing", "client", "point")}
    server = {"path": str(directory / f"{prefix}.pfx"), "password": PASSWORD, "trusted_roots": [files["root"]]}
    clients = {"methods": ["pki"], "trust_chain": [files["root"], files["issuing"]], "certificates": [files["client"]]}
    return {
        **basis,
        "context": "existing",
        "resource_group": "rg-cmg",
        "server_certificate": server,
        "client_authentication": clients,
        "management_point": {
            "mode": "https",
            "certificate": {"path": files["point"]},
            "hostnames": ["mp1.corp.contoso.com", "mp.contoso.com"],
        },
    }


DAY = timedelta(days=1)


def _authorities(now: datetime) -> tuple[Issued, Issued]:
    root = factory.authority(key=factory.ec_key(100), not_before=now - 900 * DAY, not_after=now + 3000 * DAY)
    changes = {"not_before": now - 800 * DAY, "not_after": now + 1500 * DAY}
    return root, factory.authority(root, key=factory.ec_key(101), **changes)


def _server(prefix: str, issuing: Issued, now: datetime, days: int) -> Issued:
    return factory.server(
        subject=service_name(prefix),
        dns=(service_name(prefix),),
        key=factory.rsa_key(number=10 + DEPLOYED.index(prefix)),
        issuer=issuing,
        not_before=now - 90 * DAY,
        not_after=now + days * DAY,
    )


def renewed(directory: Path, prefix: str) -> None:
    """Replace the file of a gateway's certificate by another certificate, which is not served yet."""
    now = datetime.now(UTC).replace(microsecond=0)
    issued = _server(prefix, _authorities(now)[1], now, DAYS[prefix] + 1)
    (directory / f"{prefix}.pfx").write_bytes(pfx(issued, PASSWORD))


def certificates(directory: Path) -> Mapping[str, Issued]:
    """The certificates of all deployed gateways by service name, and their files."""
    now = datetime.now(UTC).replace(microsecond=0)
    root, issuing = _authorities(now)
    servers = {service_name(it): _server(it, issuing, now, DAYS[it]) for it in DEPLOYED}
    life: dict[str, Any] = {"not_before": now - 90 * DAY, "issuer": issuing}
    client = factory.client(not_after=now + 60 * DAY, **life)
    point = factory.management_point(not_after=now + 420 * DAY, **life)
    for name, issued in (("root", root), ("issuing", issuing), ("client", client), ("point", point)):
        (directory / f"{name}.cer").write_bytes(issued.der)
    for name, issued in servers.items():
        (directory / f"{name.partition('.')[0]}.pfx").write_bytes(pfx(issued, PASSWORD))
    return servers


@contextmanager
def reported(directory: Path) -> Iterator[Reported]:
    """The gateways with everything that they are declared with; all of it ends with the block."""
    shown = certificates(directory)
    served = directory / "served"
    served.mkdir()
    with tls_server(served, shown, shown[service_name(RIGHT)]) as port, running_emulator(seed()) as azure:
        place = Reported(azure, directory, port)
        place.declare()
        yield place

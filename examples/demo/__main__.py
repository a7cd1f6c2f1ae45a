# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The main job from beginning to end on one machine: a local Azure, a PKI, gateways and their DNS aliases.

Run it with C(make demo). It needs nothing from outside, leaves nothing behind and can be run again.

The playbooks come from this checkout. With C(--collections) and C(--ansible) they come from an installed artifact and
are run by the Ansible of another environment, which needs nothing but C(meta/ee-requirements.txt).
"""

from __future__ import annotations

import argparse
import json
import secrets
import sys
import tempfile
from pathlib import Path
from typing import Any

import dns.resolver

from examples.demo import pki
from examples.demo.controller import COLLECTION, Controller, Installation
from examples.demo.telling import Disappointment, chapter, promise, show, tell
from tests.emulator.process import Emulator, running_emulator

PUBLIC, GOVERNMENT, CLASSIC = "granitefalls.contoso.com", "wallacefalls.contoso.com", "snoqualmiefalls.contoso.com"
DEPLOYED = {
    PUBLIC: "granitefalls.westus.cloudapp.azure.com",
    GOVERNMENT: "wallacefalls.usgovvirginia.cloudapp.usgovcloudapi.net",
    CLASSIC: "snoqualmiefalls.eastus.cloudapp.azure.com",
}
CLASSIC_NAME = "snoqualmiefalls.cloudapp.net"
SUBSCRIPTION = "5ab50000-0000-4000-8000-000000000001"
CONVERTED_ADDRESS = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-classic/providers/Microsoft.Network/publicIPAddresses/"
    "pip-snoqualmiefalls"
)
CHECKOUT = Path(__file__).resolve().parents[2] / ".cache" / "live"
MARKED = {"managed-by": "configmgr.cmg"}


def seed() -> dict[str, Any]:
    """What is in Azure when the story begins: a zone, three deployments, and an alias from the classic days."""
    old_alias = {"name": "snoqualmiefalls", "type": "CNAME", "ttl": 3600, "records": [{"cname": CLASSIC_NAME}]}
    zones = [{"name": "contoso.com", "record_sets": [old_alias]}]
    running = {
        "name": "rg-cmg",
        "location": "westus",
        "public_ips": [{"name": "pip-granitefalls", "label": "granitefalls", "address": "127.0.10.1"}],
        "storage_accounts": [{"name": "granitefalls"}],
        "vaults": [{"name": "granitefalls"}],
    }
    converted = {
        "name": "rg-classic",
        "location": "eastus",
        "public_ips": [{"name": "pip-snoqualmiefalls", "label": "snoqualmiefalls", "address": "127.0.10.2"}],
        "storage_accounts": [{"name": "snoqualmiefalls"}],
        "vaults": [{"name": "snoqualmiefalls"}],
        "cloud_services": [{"name": "snoqualmiefalls", "address": "127.0.10.9"}],
    }
    subscription = {
        "id": SUBSCRIPTION,
        "resource_groups": [{"name": "rg-dns", "location": "westus", "zones": zones}, running, converted],
    }
    return {"subscriptions": [subscription]}


def two_gateways(certificate: pki.Pki) -> list[dict[str, Any]]:
    """One gateway with a public certificate, one in the US Government cloud with a certificate of the own PKI."""
    return [
        {
            "service_name": PUBLIC,
            "region": "(US) West US",
            "site_version": "2503",
            "issuer": "public",
            "context": "existing",
            "resource_group": "rg-cmg",
        },
        {
            "service_name": GOVERNMENT,
            "region": "USGovernmentVirginia",
            "cloud_environment": "AzureUSGovernment",
            "deployment_domain": "{region}.cloudapp.usgovcloudapi.net",
            "site_version": "2503",
            "issuer": "enterprise",
            "server_certificate": {
                "path": str(certificate.pfx),
                "password": certificate.password,
                "trusted_roots": [str(certificate.root)],
            },
            "dns": {"ttl": 300},
        },
    ]


def converted_gateway() -> dict[str, Any]:
    """The gateway that was classic and is a scale set now."""
    return {
        "service_name": CLASSIC,
        "region": "East US",
        "site_version": "2309",
        "context": "convert",
        "resource_group": "rg-classic",
    }


def set_the_scene(directory: Path, azure: Emulator, installation: Installation) -> pki.Pki:
    """Show what there is to begin with and make the certificate of the own PKI."""
    chapter("The collection", f"Ansible is that of {installation.programs}. It sees one collection:")
    show(f"{COLLECTION} {installation.version(directory)}  in {installation.collections}")
    chapter(
        "A local Azure",
        """A small Azure now runs on this machine: its resource manager and its sign-in speak HTTPS, its name servers
        speak DNS, all from one state. The collection reaches it through the same options and environment variables
        that reach the real one.""",
    )
    show(f"resource manager  {azure.resource_manager_url}\nname servers      {_addresses(azure)}")
    chapter(
        "An enterprise PKI",
        f"""openssl makes a root, an issuing CA and the server authentication certificate of {GOVERNMENT}.""",
    )
    certificate = pki.make(directory, GOVERNMENT, secrets.token_urlsafe(24))
    show(pki.describe(certificate.server))
    return certificate


def _addresses(azure: Emulator) -> str:
    return ", ".join(f"{address}:{port}" for address, port in azure.dns_addresses)


def enforce_three_times(controller: Controller, azure: Emulator, gateways: list[dict[str, Any]]) -> None:
    """The plan, the change, and the proof that there is nothing left to do."""
    controller.declare(declaration(azure, *gateways))
    chapter("1. What would happen", "Two gateways are declared in gateways.yml. Check mode plans, and writes nothing:")
    planned = controller.play("configmgr.cmg.enforce", "--check", "--diff")
    promise(planned.exit_code == 0 and planned.changed == 1, "the plan is to make two aliases")
    promise(not azure.control.requests("PUT"), "nothing was written")
    chapter("2. Make it so", "The same without --check:")
    real = controller.play("configmgr.cmg.enforce")
    promise(real.exit_code == 0 and real.changed == 1, "the two aliases exist")
    chapter("3. Again", "A second run finds everything as declared:")
    again = controller.play("configmgr.cmg.enforce")
    promise(again.exit_code == 0 and again.changed == 0, "changed=0, and not one write more")
    promise(len(azure.control.requests("PUT")) == 2, "Azure got two writes in all")


def look_up(azure: Emulator) -> None:
    """Ask real DNS servers with a real resolver library, as a client would."""
    chapter("4. What clients see", "dnspython asks a recursive resolver, which asks the zone's name servers:")
    chain, address = resolve(azure, PUBLIC)
    promise(chain == DEPLOYED[PUBLIC], f"{PUBLIC} leads to {chain}, which is at {address}")
    government, _unknown = resolve(azure, GOVERNMENT)
    promise(government == DEPLOYED[GOVERNMENT], f"{GOVERNMENT} leads to {government}")


def resolve(azure: Emulator, name: str) -> tuple[str, str | None]:
    """Where a name leads to, and the address there, if there is one in this Azure."""
    resolver = dns.resolver.Resolver(configure=False)
    address, resolver.port = azure.dns_resolver
    resolver.nameservers = [address]
    target = resolver.resolve(name, "CNAME", lifetime=5)[0].target.to_text(omit_final_dot=True)
    try:
        return target, resolver.resolve(name, "A", lifetime=5)[0].address
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return target, None


def repoint(controller: Controller, azure: Emulator, gateways: list[dict[str, Any]]) -> None:
    """Move the alias of a converted gateway from its classic name to its scale set."""
    chapter(
        "5. From classic to scale set",
        f"""{CLASSIC} was a classic deployment, and its alias still leads to {CLASSIC_NAME}. It has been converted.
        Declared with "context: convert", the old alias counts as ours and is repointed in one write:""",
    )
    before, _address = resolve(azure, CLASSIC)
    promise(before == CLASSIC_NAME, f"before, {CLASSIC} leads to {before}")
    controller.declare(declaration(azure, *gateways, converted_gateway()))
    moved = controller.play("configmgr.cmg.enforce", "--diff")
    promise(moved.exit_code == 0 and moved.changed == 1, "one alias was changed, the other two were left alone")
    after, address = resolve(azure, CLASSIC)
    promise(after == DEPLOYED[CLASSIC], f"now {CLASSIC} leads to {after}, which is at {address}")
    kept = azure.control.record_sets("contoso.com")[("snoqualmiefalls", "CNAME")]["metadata"]
    promise(kept["cmg-previous-target"] == CLASSIC_NAME, "the record itself remembers where it led before")


def declaration(azure: Emulator, *gateways: dict[str, Any]) -> dict[str, Any]:
    """Gateways, with where to ask for their names: the name servers of this Azure are not those of the Internet."""
    address, port = azure.dns_resolver
    return {
        "prerequisites_gateways": list(gateways),
        "prerequisites_drift_options": {
            "layers": ["control_plane", "authoritative", "recursive", "target"],
            "resolvers": [{"address": address, "port": port}],
            "delegation_from": "resolvers",
            "port": port,
            "ipv6": False,
        },
    }


def watched(azure: Emulator) -> dict[str, Any]:
    """The declaration of the two gateways that run here, with where the findings go."""
    gateways = declaration(azure, running_gateway(), {**converted_gateway(), "context": "existing"})
    return {**gateways, "prerequisites_drift_json": "drift.json"}


def running_gateway() -> dict[str, Any]:
    """The gateway with the public certificate, which this Azure holds."""
    return {"service_name": PUBLIC, "region": "westus", "context": "existing", "resource_group": "rg-cmg"}


def break_three_things(azure: Emulator) -> None:
    """What happens in a company: somebody edits, a server fails, a deployment is deleted and its alias forgotten."""
    somebody = {"TTL": 3600, "CNAMERecord": {"cname": "old.eastus.cloudapp.azure.com"}, "metadata": MARKED}
    place = {"subscription": azure.subscription_id, "resource_group": "rg-dns", "zone": "contoso.com"}
    azure.control.write_record_set(**place, kind="CNAME", name="granitefalls", properties=somebody)
    azure.control.dns_fault(3, "refused")
    azure.control.delete_resource(CONVERTED_ADDRESS)


def tell_findings(controller: Controller) -> set[str]:
    """One line for each thing that is wrong, with its cause and the way out; their codes."""
    report = json.loads((controller.directory / "drift.json").read_text(encoding="utf-8"))
    findings = [one for one in report["findings"] if one["severity"] in ("critical", "error", "warning")]
    for one in findings:
        show(f"{one['severity'].upper()} {one['rule']} {one['gateway']}: {one['observed']} {one['remedy']}")
    return {one["rule"] for one in findings}


def watch(controller: Controller, azure: Emulator) -> None:
    """Look for drift when all is well, when three things are broken, and when they are mended."""
    controller.declare(watched(azure))
    chapter(
        "6. Watch",
        "Every day: is the world as declared? configmgr.cmg.drift asks Azure, every name server, a resolver.",
    )
    promise(controller.play("configmgr.cmg.drift").exit_code == 0, "exit code 0: all aliases are in sync")
    chapter(
        "7. Three things break",
        f"""Somebody points {PUBLIC} elsewhere in the portal. One of the four name servers refuses to answer. The
        deployment behind {CLASSIC} is deleted, and its alias is forgotten.""",
    )
    break_three_things(azure)
    promise(controller.play("configmgr.cmg.drift", told=False).exit_code == 2, "exit code 2: there is drift, namely")
    found = tell_findings(controller)
    promise("DRIFT-PLANE-WRONG-TARGET" in found, "the edited record is named")
    promise(bool(found & {"DRIFT-LAME-SERVER", "DRIFT-SERVER-REFUSED"}), "the name server is named")
    promise("DRIFT-DANGLING-CLAIMABLE" in found, "and that anybody can claim the name of the deleted deployment")


def mend(controller: Controller, azure: Emulator) -> None:
    """What is ours is mended by enforce; the rest is for those who run it."""
    chapter(
        "8. Mend",
        f"""Others repair the name server and deploy the gateway again, with the address that it had. The record of
        {PUBLIC} is ours, so enforce puts it right:""",
    )
    azure.control.clear_faults()
    label = {"domainNameLabel": "snoqualmiefalls", "fqdn": DEPLOYED[CLASSIC]}
    azure.control.put_resource(CONVERTED_ADDRESS, "eastus", {"ipAddress": "127.0.10.2", "dnsSettings": label})
    controller.declare(declaration(azure, running_gateway()))
    mended = controller.play("configmgr.cmg.enforce", "--diff")
    promise(mended.exit_code == 0 and mended.changed == 1, "one record was repaired")
    controller.declare(watched(azure))
    promise(controller.play("configmgr.cmg.drift").exit_code == 0, "exit code 0: quiet again")


def story(directory: Path, installation: Installation) -> None:
    """The whole demo, in a directory of its own."""
    with running_emulator(seed()) as azure:
        certificate = set_the_scene(directory, azure, installation)
        controller = Controller(directory, installation, azure.environment)
        gateways = two_gateways(certificate)
        enforce_three_times(controller, azure, gateways)
        look_up(azure)
        repoint(controller, azure, gateways)
        watch(controller, azure)
        mend(controller, azure)
    chapter(
        "That is it",
        """The local Azure has ended and its files are gone. Declare your own gateways in the same form, set
        AZURE_CLIENT_ID, AZURE_SECRET, AZURE_TENANT and AZURE_SUBSCRIPTION_ID, and run configmgr.cmg.enforce with
        --check --diff first.""",
    )


def installation_from_options() -> Installation:
    """What to run, from the command line."""
    parser = argparse.ArgumentParser(prog="python -m examples.demo", description="The main job from beginning to end.")
    parser.add_argument(
        "--collections",
        type=Path,
        default=CHECKOUT,
        metavar="FOLDER",
        help="where the collection is installed, as for ANSIBLE_COLLECTIONS_PATH (default: this checkout)",
    )
    parser.add_argument(
        "--ansible",
        type=Path,
        default=Path(sys.executable).parent,
        metavar="FOLDER",
        help="where ansible-playbook is (default: beside the Python that runs the demo)",
    )
    options = parser.parse_args()
    return Installation(options.ansible.absolute(), options.collections.absolute())


def main() -> int:
    """Tell the story; 1 when something did not happen as told."""
    installation = installation_from_options()
    with tempfile.TemporaryDirectory(prefix="cmg-demo-") as directory:
        try:
            story(Path(directory), installation)
        except Disappointment as disappointment:
            tell(f"The demo stops here, because this is not so: {disappointment}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

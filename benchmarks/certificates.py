# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long it takes to judge a thousand certificates, beside those who answer parts of the same question.

    python -m benchmarks.certificates [--certificates 1000]

CPU time of the processes themselves, not of the clock on the wall: the module in one call, less what the same call
takes for a single certificate; community.crypto.x509_certificate_info in a loop; pkilint within one process. All in
the same run, on the same certificates, each by the best of several measurements, because whatever else the machine
does adds to all of them. The collection community.crypto is taken out of the package of all collections, once, into
the cache.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from benchmarks.community import collections
from tests.unit import certificate_factory as factory
from tools import trees

MODULE = "ansible_collections.configmgr.cmg.plugins.modules.certificate_info"
UTILITIES = "ansible_collections.configmgr.cmg.plugins.module_utils._module"
# So many are enough to see what one takes where each takes long.
LOOPED = 20
LINTED = 100
# So many measurements, of which the best counts: other work of the machine slows down every one of them.
TIMES = 5
TIMES_LOOPED = 2


@dataclass(frozen=True)
class Measured:
    """What somebody took for one certificate, in milliseconds of CPU time, and what that answers."""

    who: str
    milliseconds: float
    answers: str

    def beside(self, first: Measured) -> str:
        """A line of the table, with how many times as long as the first it takes."""
        ratio = self.milliseconds / first.milliseconds
        return f"{self.who:<50} {self.milliseconds:>8.2f} ms {f'x {ratio:.1f}':>9}  {self.answers}"


def make_gateways(folder: Path, count: int) -> list[dict[str, Any]]:
    """Gateways of an enterprise PKI with a certificate each: PEM, RSA 2048, with the issuing CA, below one root."""
    root = factory.authority(key=factory.rsa_key(number=99))
    issuing = factory.authority(root, key=factory.rsa_key(number=98))
    (folder / "root.cer").write_bytes(root.der)
    gateways = []
    for number in range(count):
        name = f"g{number:05}.contoso.com"
        key = factory.invented_key(number)
        issued = factory.server(subject=name, dns=(name,), issuer=issuing, public_key=key, **_validity())
        path = folder / f"{number}.pem"
        path.write_bytes(issued.pem + issuing.pem)
        certificate = {"path": str(path), "trusted_roots": [str(folder / "root.cer")]}
        gateways.append(
            {"service_name": name, "region": "westus", "issuer": "enterprise", "server_certificate": certificate}
        )
    return gateways


def _validity() -> dict[str, Any]:
    now = datetime.now(tz=UTC).replace(microsecond=0)
    return {"not_before": now - 10 * factory.DAY, "not_after": now + 80 * factory.DAY}


def cpu_of(command: list[str], **environment: str) -> tuple[float, str]:
    """The CPU seconds of a program with all its children, and what it printed.

    :raises subprocess.CalledProcessError: where it fails.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        command, env={**os.environ, **environment}, check=True, capture_output=True, text=True, cwd=trees.ROOT
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout


def ours(folder: Path, gateways: list[dict[str, Any]]) -> Measured:
    """The module as Ansible starts it, once for all."""

    def run(declared: list[dict[str, Any]]) -> float:
        arguments = folder / f"arguments{len(declared)}.json"
        arguments.write_text(json.dumps({"ANSIBLE_MODULE_ARGS": {"gateways": declared}}), encoding="utf-8")
        path = os.pathsep.join([str(trees.live_tree()), str(trees.ROOT)])
        seconds, printed = cpu_of([sys.executable, "-m", MODULE, str(arguments)], PYTHONPATH=path)
        answered = json.loads(printed)
        if len(answered["gateways"]) != len(declared) or not answered["valid"]:
            raise SystemExit(f"certificate_info did not find the certificates sound: {answered['findings'][:3]}")
        return seconds

    pairs = [(run(gateways[:1]), run(gateways)) for _time in range(TIMES)]
    start, whole = (min(seconds) for seconds in zip(*pairs, strict=True))
    each = (whole - start) * 1000 / (len(gateways) - 1)
    return Measured(
        "configmgr.cmg.certificate_info, one call", each, f"about 100 rules, path, findings (start {start:.2f} s)"
    )


def engine(gateways: list[dict[str, Any]]) -> Measured:
    """The same within one process, without Ansible's own checks of what goes in and comes out."""
    sys.path.insert(0, str(trees.live_tree()))
    certificates, memory = (importlib.import_module(f"{UTILITIES}.{name}") for name in ("certificates", "memory"))
    options = {name: option.get("default") for name, option in certificates.CERTIFICATE_OPTIONS.items()}
    now = datetime.now(tz=UTC)
    certificates.certificate_results({**options, "gateways": gateways[:1]}, now)
    with memory.without_collector():
        began = time.process_time()
        certificates.certificate_results({**options, "gateways": gateways[1:]}, now)
        each = (time.process_time() - began) * 1000 / (len(gateways) - 1)
    return Measured("  of which reading, judging and results", each, "without what Ansible does to options and results")


def community(folder: Path, gateways: list[dict[str, Any]]) -> Measured:
    """A loop over certificates, less the same loop over one."""

    def run(count: int) -> float:
        paths = [one["server_certificate"]["path"] for one in gateways[:count]]
        task = {"community.crypto.x509_certificate_info": {"path": "{{ item }}"}, "loop": paths}
        play = [{"hosts": "localhost", "gather_facts": False, "tasks": [task]}]
        playbook = folder / f"loop{count}.yml"
        playbook.write_text(yaml.safe_dump(play), encoding="utf-8")
        here = ["-i", "localhost,", "-c", "local", "-e", f"ansible_python_interpreter={sys.executable}"]
        command = [sys.executable, "-m", "ansible", "playbook", *here, str(playbook)]
        return cpu_of(
            command, ANSIBLE_COLLECTIONS_PATH=str(collections("community.crypto")), ANSIBLE_LOCALHOST_WARNING="false"
        )[0]

    start, whole = (min(run(count) for _time in range(TIMES_LOOPED)) for count in (1, LOOPED + 1))
    each = (whole - start) * 1000 / LOOPED
    return Measured("community.crypto.x509_certificate_info, in a loop", each, "fields of the certificate, no verdict")


def linted(gateways: list[dict[str, Any]]) -> Measured:
    """pkilint in this process, started up already."""
    names = ("finding_filter", "loader", "cabf.serverauth", "cabf.serverauth.serverauth_constants", "pkix.certificate")
    _filters, loader, serverauth, constants, certificate = (importlib.import_module(f"pkilint.{one}") for one in names)
    kind = constants.CertificateType.DV_FINAL_CERTIFICATE
    container = certificate.create_pkix_certificate_validator_container(
        serverauth.create_decoding_validators(), serverauth.create_validators(kind)
    )
    documents = loader.RFC5280CertificateDocumentLoader()
    texts = [Path(one["server_certificate"]["path"]).read_text(encoding="ascii") for one in gateways[:LINTED]]
    container.validate(documents.load_pem_document(texts[0], "first").root)
    taken = []
    for _time in range(TIMES):
        began = time.process_time()
        for text in texts:
            container.validate(documents.load_pem_document(text, "certificate").root)
        taken.append(time.process_time() - began)
    each = min(taken) * 1000 / len(texts)
    return Measured("pkilint, within one process", each, "Baseline Requirements; no path, key or clock")


def measurements(folder: Path, count: int) -> Iterator[Measured]:
    """One after the other, so that they do not disturb each other."""
    gateways = make_gateways(folder, count)
    contenders: list[Callable[[], Measured]] = [
        lambda: ours(folder, gateways),
        lambda: engine(gateways),
        lambda: community(folder, gateways),
        lambda: linted(gateways),
    ]
    for contender in contenders:
        yield contender()


def main() -> None:
    """Print what everybody takes for one certificate."""
    parser = argparse.ArgumentParser(description="CPU time for each certificate, ours and others.")
    parser.add_argument("--certificates", type=int, default=1000, help="how many certificates ours judges in one call")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        first: Measured | None = None
        for measured in measurements(Path(folder), max(2, chosen.certificates)):
            first = first or measured
            sys.stdout.write(f"{measured.beside(first)}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()

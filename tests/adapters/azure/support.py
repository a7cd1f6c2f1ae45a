# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The alias module against the local Azure: run in this process, in one of its own, or by Ansible."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ansible.module_utils.testing import patch_module_args
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from ansible_collections.configmgr.cmg.plugins.modules import dns_aliases
from tests.emulator.process import Emulator, end
from tools import trees

GROUP = "rg-dns"
ZONE = "contoso.com"
MARK = {"managed-by": "configmgr.cmg"}
OF_AZURE = ("AZURE_", "ANSIBLE_AZURE", "IDENTITY_", "ARM_", "MSI_", "CMG_EMULATOR")
OF_HTTP = {"REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"}
SECONDS = 120

Result = dict[str, Any]


def clean(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment without anything that says where Azure is and who asks."""
    return {
        name: value
        for name, value in environment.items()
        if not name.startswith(OF_AZURE) and name.upper() not in OF_HTTP
    }


def gateway(name: str = "granitefalls", **more: Any) -> dict[str, Any]:
    return {"service_name": name if "." in name else f"{name}.{ZONE}", "region": "westus", **more}


def target(name: str = "granitefalls") -> str:
    return f"{name}.westus.cloudapp.azure.com"


def run(*gateways: Mapping[str, Any], **options: Any) -> Result:
    """The module's result, run in this process; V(_ansible_check_mode) and the like are options too."""
    args = {"gateways": list(gateways) or [gateway()], **options}
    output = io.StringIO()
    with contextlib.redirect_stdout(output), patch_module_args(args), contextlib.suppress(SystemExit):
        dns_aliases.main()
    result = json.loads(output.getvalue())
    assert isinstance(result, dict)
    assert "Traceback" not in output.getvalue()
    return result


def check(*gateways: Mapping[str, Any], **options: Any) -> Result:
    """The same in check mode."""
    return run(*gateways, _ansible_check_mode=True, **options)


def record(result: Result, place: int = 0) -> dict[str, Any]:
    found = result["gateways"][place]["record"]
    assert isinstance(found, dict)
    return found


def sentence(result: Result) -> str:
    """The message of a failure: text for a person, on one line."""
    assert result.get("failed") is True, result
    message = str(result["msg"])
    assert "\n" not in message
    assert "object at 0x" not in message
    return message


DRIVER = """
import json, sys
from ansible.module_utils.testing import patch_module_args
from ansible_collections.configmgr.cmg.plugins.modules import dns_aliases
with patch_module_args(json.load(sys.stdin)):
    dns_aliases.main()
"""


@contextlib.contextmanager
def module_process(
    emulator: Emulator, gateways: Sequence[Mapping[str, Any]], **options: Any
) -> Iterator[subprocess.Popen[bytes]]:
    """The module in a process of its own, which is ended when the test is done with it."""
    environment = {**clean(os.environ), **emulator.environment}
    process = subprocess.Popen(
        [sys.executable, "-c", DRIVER],
        cwd=trees.ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        if process.stdin is not None:
            process.stdin.write(json.dumps({"gateways": list(gateways), **options}).encode())
            process.stdin.close()
            process.stdin = None
        yield process
    finally:
        end(process)
        if process.stderr is not None:
            process.stderr.close()


def finished(process: subprocess.Popen[bytes]) -> Result:
    """What a module process has to say in the end."""
    output, errors = process.communicate(timeout=SECONDS)
    result = json.loads(output) if output.strip() else {"failed": True, "msg": errors.decode()}
    assert isinstance(result, dict)
    return result


def ansible(environment: Mapping[str, str], args: Mapping[str, Any], *options: str) -> subprocess.CompletedProcess[str]:
    """C(ansible localhost -m configmgr.cmg.dns_aliases) as a user types it."""
    interpreter = f"ansible_python_interpreter={sys.executable}"
    task = ("localhost", "-m", "configmgr.cmg.dns_aliases", "-e", interpreter, "-a", json.dumps(dict(args)))
    return _run("ansible", environment, *task, *options)


def playbook(
    environment: Mapping[str, str], folder: Path, tasks: Sequence[Mapping[str, Any]]
) -> subprocess.CompletedProcess[str]:
    """A playbook of these tasks, which is written to a folder."""
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "vars": {"ansible_python_interpreter": sys.executable},
        "tasks": list(tasks),
    }
    file = folder / "playbook.json"
    file.write_text(json.dumps([play]), encoding="utf-8")
    return _run("ansible-playbook", environment, str(file))


def _run(program: str, environment: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    colourless = {"ANSIBLE_NOCOLOR": "1", "ANSIBLE_LOCALHOST_WARNING": "0", "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0"}
    return subprocess.run(
        [str(Path(sys.executable).parent / program), *arguments],
        cwd=trees.ROOT,
        env={**clean(os.environ), **colourless, **environment},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def self_signed(client_id: str) -> tuple[bytes, str]:
    """A client certificate with its key as PEM, and the certificate alone."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, client_id)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = certificate.public_bytes(serialization.Encoding.PEM)
    return private + public, public.decode()

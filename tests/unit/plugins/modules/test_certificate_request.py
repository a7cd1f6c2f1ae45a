# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module as Ansible runs it: files in a folder, one JSON document out."""

from __future__ import annotations

import itertools
import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs7

from ansible_collections.configmgr.cmg.plugins.modules import certificate_request
from tests.unit import certificate_factory as factory
from tests.unit.certificate_factory import Issued
from tests.unit.pfx_factory import openssl
from tests.unit.return_docs import return_problems

NAME = "granitefalls.contoso.com"
GATEWAY = {"service_name": NAME, "region": "westus"}
OTHER = {"service_name": "wallacefalls.contoso.com", "region": "westus"}
WRONG = {"service_name": "granite-falls.contoso.com", "region": "westus"}
PASSWORD = "Correct-Horse-7391"
PASSPHRASE = "Battery-Staple-4402"

Run = Callable[..., dict[str, Any]]


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """New keys come from the factory, one after the other: making them takes time that no test is about."""
    numbers = itertools.count(10)
    monkeypatch.setattr(certificate_request, "new_key", lambda size: factory.rsa_key(size, next(numbers)))


@pytest.fixture
def outputs() -> list[str]:
    """Everything that the module printed."""
    return []


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, outputs: list[str]) -> Run:
    def running(*gateways: dict[str, Any], **args: Any) -> dict[str, Any]:
        options = {"gateways": list(gateways or (GATEWAY,)), "directory": str(tmp_path / "requests"), **args}
        with patch_module_args({"_ansible_diff": True, **options}), pytest.raises(SystemExit):
            certificate_request.main()
        printed = capsys.readouterr()
        outputs.append(printed.out + printed.err)
        result = json.loads(printed.out)
        assert isinstance(result, dict)
        return result

    return running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "requests"


@pytest.fixture
def issued(tmp_path: Path) -> Path:
    place = tmp_path / "issued"
    place.mkdir()
    return place


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())} if folder.exists() else {}


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def actions(result: dict[str, Any], at: int = 0) -> dict[str, str]:
    gateway = result["gateways"][at]
    return {name: gateway[name]["action"] for name in ("key", "csr", "inf", "pfx") if gateway[name]}


def rules(result: dict[str, Any]) -> list[str]:
    return [finding["rule"] for finding in result["findings"]]


def key_in(path: Path, passphrase: str | None = None) -> rsa.RSAPrivateKey:
    password = passphrase.encode() if passphrase else None
    # To look for prime numbers takes most of the time, and the module has done so.
    key = serialization.load_pem_private_key(path.read_bytes(), password, unsafe_skip_rsa_key_validation=True)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def signed(folder: Path, name: str = NAME, **changes: Any) -> Issued:
    """What a CA would issue for the request in the folder."""
    csr = x509.load_pem_x509_csr((folder / f"{name}.csr").read_bytes())
    key = key_in(folder / f"{name}.key")
    assert csr.public_key() == key.public_key()
    return factory.server(key=key, subject=name, dns=(name,), **changes)


def test_a_key_and_its_request(run: Run, folder: Path) -> None:
    result = run(subject={"organization": "Contoso Ltd.", "country": "US"}, dns_names=["b.contoso.com"])
    (gateway,) = result["gateways"]
    assert actions(result) == {"key": "create", "csr": "create"}
    assert (result["changed"], result["valid"], result["unmatched"]) == (True, True, [])
    assert gateway["subject"] == f"CN={NAME},O=Contoso Ltd.,C=US"
    assert gateway["dns_names"] == [NAME, "b.contoso.com"]
    assert gateway["csr"]["content"] == (folder / f"{NAME}.csr").read_text()
    assert (gateway["key"]["size"], gateway["key"]["encrypted"]) == (2048, False)
    assert sorted(contents(folder)) == [f"{NAME}.csr", f"{NAME}.key"]
    assert (mode_of(folder), mode_of(folder / f"{NAME}.key"), mode_of(folder / f"{NAME}.csr")) == (0o700, 0o600, 0o644)
    argv = ("req", "-in", "csr", "-verify", "-noout", "-pubkey", "-out", "key")
    public = openssl(*argv, files={"csr": (folder / f"{NAME}.csr").read_bytes()}, result="key")
    assert serialization.load_pem_public_key(public) == key_in(folder / f"{NAME}.key").public_key()


@pytest.mark.parametrize("key_size", [2048, 4096])
def test_keys_come_from_the_system(monkeypatch: pytest.MonkeyPatch, run: Run, folder: Path, key_size: int) -> None:
    monkeypatch.undo()
    run(key_size=key_size)
    assert key_in(folder / f"{NAME}.key").key_size == key_size


ARGUMENTS: dict[str, dict[str, Any]] = {
    "csr": {},
    "inf": {"formats": ["inf"], "template": "Cloud Gateway", "key_size": 4096},
    "both": {"formats": ["csr", "inf"], "subject": {"organization": 'Müller, "Söhne"'}, "friendly_name": "Gateway"},
    "passphrase": {"key_passphrase": PASSPHRASE},
    "names": {"dns_names": ["b.contoso.com", "*.contoso.com"]},
}


@pytest.mark.parametrize("args", ARGUMENTS.values(), ids=ARGUMENTS)
def test_the_second_run_changes_nothing(run: Run, folder: Path, args: dict[str, Any]) -> None:
    assert run(GATEWAY, OTHER, **args)["changed"]
    before = contents(folder)
    result = run(GATEWAY, OTHER, **args)
    assert (result["changed"], result["diff"]) == (False, [])
    assert {*actions(result).values(), *actions(result, 1).values()} == {"none"}
    assert contents(folder) == before
    assert all(gateway["csr"] is None or gateway["csr"]["content"] for gateway in result["gateways"])


def without_new_keys(result: dict[str, Any]) -> dict[str, Any]:
    """The result without what cannot be known before a key is made."""
    for gateway in result["gateways"]:
        if gateway["key"] and gateway["key"]["action"] in ("create", "replace"):
            gateway["key"]["public_key_sha256"] = gateway["csr"]["content"] = None
    return {name: value for name, value in result.items() if name != "invocation"}


@pytest.mark.parametrize("first", [{}, {"key_size": 4096}, {"formats": ["inf"]}], ids=["same", "size", "inf"])
@pytest.mark.parametrize("args", ARGUMENTS.values(), ids=ARGUMENTS)
def test_check_mode_says_the_same_and_writes_nothing(
    run: Run, folder: Path, args: dict[str, Any], first: dict[str, Any]
) -> None:
    run(**first)
    before = contents(folder)
    args = {**args, "replace_key": True}
    checked = run(GATEWAY, OTHER, _ansible_check_mode=True, **args)
    assert contents(folder) == before
    assert without_new_keys(run(GATEWAY, OTHER, **args)) == without_new_keys(checked)


def test_check_mode_does_not_even_make_the_folder(run: Run, folder: Path) -> None:
    result = run(_ansible_check_mode=True)
    assert (result["changed"], folder.exists()) == (True, False)
    assert result["gateways"][0]["key"]["public_key_sha256"] is None


def test_other_content_is_another_request_with_the_same_key(run: Run, folder: Path) -> None:
    run()
    key = (folder / f"{NAME}.key").read_bytes()
    result = run(dns_names=["b.contoso.com"])
    assert actions(result) == {"key": "none", "csr": "update"}
    assert (folder / f"{NAME}.key").read_bytes() == key
    (difference,) = result["diff"]
    assert f"Names: {NAME}\n" in difference["before"]
    assert f"Names: {NAME}, b.contoso.com\n" in difference["after"]
    assert result["gateways"][0]["csr"]["content"] == (folder / f"{NAME}.csr").read_text()


def test_a_request_whose_key_is_lost_is_made_anew(run: Run, folder: Path) -> None:
    run()
    (folder / f"{NAME}.key").unlink()
    assert actions(run()) == {"key": "create", "csr": "update"}
    signed(folder)


def test_line_ends_are_nobodys_business(run: Run, folder: Path) -> None:
    run()
    path = folder / f"{NAME}.csr"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert not run()["changed"]


@pytest.mark.parametrize(
    ("args", "done", "found"),
    [
        ({"regenerate": "never"}, {"key": "none", "csr": "none", "inf": "none"}, ["REQUEST-002", "REQUEST-002"]),
        ({"regenerate": "content"}, {"key": "none", "csr": "update", "inf": "update"}, []),
        ({"regenerate": "always"}, {"key": "none", "csr": "update", "inf": "update"}, []),
        ({"regenerate": "always", "replace_key": True}, {"key": "replace", "csr": "update", "inf": "update"}, []),
        ({"regenerate": "content", "replace_key": True}, {"key": "none", "csr": "update", "inf": "update"}, []),
    ],
)
def test_when_to_make_it_anew(run: Run, args: dict[str, Any], done: dict[str, str], found: list[str]) -> None:
    run(formats=["csr", "inf"])
    result = run(formats=["csr", "inf"], dns_names=["b.contoso.com"], **args)
    assert (actions(result), rules(result)) == (done, found)


def test_always_is_always_and_never_is_silent_about_what_is_right(run: Run) -> None:
    run()
    assert actions(run(regenerate="always")) == {"key": "none", "csr": "update"}
    result = run(regenerate="never")
    assert (result["changed"], rules(result)) == (False, [])


def test_a_kept_file_that_is_no_request_is_not_shown(run: Run, folder: Path) -> None:
    run()
    (folder / f"{NAME}.csr").write_text("something else")
    result = run(regenerate="never")
    assert result["gateways"][0]["csr"]["content"] is None
    assert rules(result) == ["REQUEST-002"]


UNSUITABLE: dict[str, bytes] = {
    "size": factory.Issued(factory.server().certificate, factory.rsa_key(4096)).key_pem,
    "kind": factory.issuing().key_pem,
    "none": b"not a key",
}


@pytest.mark.parametrize("data", UNSUITABLE.values(), ids=UNSUITABLE)
def test_a_key_is_never_replaced_unless_told(run: Run, folder: Path, data: bytes) -> None:
    folder.mkdir()
    (folder / f"{NAME}.key").write_bytes(data)
    result = run(OTHER, GATEWAY)
    assert result["failed"]
    assert f"{NAME}.key: " in result["msg"]
    assert "never replaced unless replace_key is true" in result["msg"]
    assert contents(folder) == {f"{NAME}.key": data}
    assert actions(run(OTHER, GATEWAY, replace_key=True), 1) == {"key": "replace", "csr": "create"}
    signed(folder)


@pytest.mark.parametrize("passphrase", [None, "wrong"])
def test_a_key_that_cannot_be_opened_is_not_even_replaced_when_told(
    run: Run, folder: Path, passphrase: str | None
) -> None:
    run(key_passphrase=PASSPHRASE)
    before = contents(folder)
    result = run(key_passphrase=passphrase, replace_key=True, regenerate="always")
    assert result["failed"]
    assert "Give its passphrase as key_passphrase" in result["msg"]
    assert contents(folder) == before


def test_a_key_is_protected_and_stays_the_same(run: Run, folder: Path) -> None:
    run()
    path = folder / f"{NAME}.key"
    key = key_in(path).private_numbers()
    result = run(key_passphrase=PASSPHRASE)
    assert actions(result) == {"key": "update", "csr": "none"}
    assert result["gateways"][0]["key"]["encrypted"]
    assert key_in(path, PASSPHRASE).private_numbers() == key
    path.chmod(0o644)
    assert actions(run(key_passphrase=PASSPHRASE)) == {"key": "update", "csr": "none"}
    assert (mode_of(path), key_in(path, PASSPHRASE).private_numbers()) == (0o600, key)
    assert not run(key_passphrase=PASSPHRASE)["changed"]


def test_a_wildcard_is_asked_for_under_the_name_of_its_gateway(run: Run, folder: Path) -> None:
    (gateway,) = run({"service_name": "*.contoso.com", "prefix": "granitefalls", "region": "westus"})["gateways"]
    assert (gateway["common_name"], gateway["dns_names"]) == ("*.contoso.com", ["*.contoso.com"])
    assert sorted(contents(folder)) == [f"{NAME}.csr", f"{NAME}.key"]


def test_the_common_name_keeps_its_spelling(run: Run, folder: Path) -> None:
    (gateway,) = run({"service_name": "GraniteFalls.contoso.com", "region": "westus"})["gateways"]
    assert (gateway["service_name"], gateway["common_name"]) == (NAME, "GraniteFalls.contoso.com")
    assert f"{NAME}.key" in contents(folder)


@pytest.mark.parametrize("encryption", ["windows_2016", "modern"])
def test_what_is_issued_becomes_a_pfx(run: Run, folder: Path, issued: Path, encryption: str) -> None:
    run(GATEWAY, OTHER)
    leaf = signed(folder)
    (issued / "0815.cer").write_bytes(leaf.der)
    (issued / "chain.pem").write_bytes(factory.root().pem + factory.issuing().pem)
    args = {"issued_certificates": [str(issued)], "pfx_password": PASSWORD, "pfx_encryption": encryption}
    result = run(GATEWAY, OTHER, **args)
    assert (actions(result)["pfx"], result["gateways"][1]["pfx"]) == ("create", None)
    assert result["gateways"][0]["certificate"]["path"] == str(issued / "0815.cer")
    assert [one["subject"] for one in result["gateways"][0]["pfx"]["chain"]] == ["CN=Contoso Issuing CA"]
    assert mode_of(folder / f"{NAME}.pfx") == 0o600
    files = {"pfx": (folder / f"{NAME}.pfx").read_bytes(), "password": PASSWORD.encode()}
    pem = openssl(
        "pkcs12", "-in", "pfx", "-passin", "file:password", "-nodes", "-out", "pem", files=files, result="pem"
    )
    certificates = x509.load_pem_x509_certificates(pem)
    assert certificates == [leaf.certificate, factory.issuing().certificate]
    assert serialization.load_pem_private_key(pem, None).public_key() == leaf.key.public_key()
    assert not run(GATEWAY, OTHER, **args)["changed"]
    assert (folder / f"{NAME}.pfx").read_bytes() == files["pfx"]


@pytest.fixture
def joined(run: Run, folder: Path, issued: Path) -> dict[str, Any]:
    """A PFX file is there; these are the arguments that it was made with."""
    run()
    (issued / "a.pem").write_bytes(signed(folder).pem)
    (issued / "issuing.cer").write_bytes(factory.issuing().der)
    args: dict[str, Any] = {"issued_certificates": [str(issued / "a.pem")], "chain": [str(issued / "issuing.cer")]}
    args = {**args, "pfx_password": PASSWORD}
    assert actions(run(**args))["pfx"] == "create"
    return args


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"pfx_password": "another"}, []),
        ({"pfx_encryption": "modern"}, []),
        ({"friendly_name": "Gateway"}, []),
        ({"chain": []}, ["REQUEST-004"]),
    ],
)
def test_a_pfx_that_is_wanted_otherwise_is_made_anew(
    run: Run, joined: dict[str, Any], changes: dict[str, Any], found: list[str]
) -> None:
    result = run(**{**joined, **changes})
    assert (actions(result)["pfx"], rules(result)) == ("update", found)
    assert not run(**{**joined, **changes})["changed"]


def test_a_pfx_that_is_broken_exposed_or_outlived_is_made_anew(
    run: Run, folder: Path, issued: Path, joined: dict[str, Any]
) -> None:
    path = folder / f"{NAME}.pfx"
    path.write_bytes(path.read_bytes()[:500])
    assert actions(run(**joined))["pfx"] == "update"
    path.chmod(0o640)
    assert actions(run(**joined))["pfx"] == "update"
    assert mode_of(path) == 0o600
    (issued / "renewed.cer").write_bytes(signed(folder, not_before=factory.NOW).der)
    result = run(**{**joined, "issued_certificates": [str(issued)]})
    assert actions(result)["pfx"] == "update"
    assert result["gateways"][0]["certificate"]["path"].endswith("renewed.cer")


def test_a_pfx_is_only_touched_when_one_can_be_made(run: Run, folder: Path, joined: dict[str, Any]) -> None:
    before = (folder / f"{NAME}.pfx").read_bytes()
    result = run(**joined, regenerate="always", replace_key=True)
    assert actions(result) == {"key": "replace", "csr": "update"}
    assert rules(result) == ["REQUEST-003"]
    assert (folder / f"{NAME}.pfx").read_bytes() == before


def test_an_encrypted_key_is_joined_too(run: Run, joined: dict[str, Any]) -> None:
    run(**joined, key_passphrase=PASSPHRASE)
    assert actions(run(**joined, key_passphrase=PASSPHRASE)) == {"key": "none", "csr": "none", "pfx": "none"}


def test_certificates_of_others_are_named(run: Run, issued: Path) -> None:
    run()
    stranger = factory.server(key=factory.rsa_key(number=1), subject="other.contoso.com")
    namesake = factory.server(key=factory.rsa_key(number=2), subject=NAME)
    bag = [one.certificate for one in (stranger, namesake, factory.issuing())]
    (issued / "all.p7b").write_bytes(pkcs7.serialize_certificates(bag, serialization.Encoding.DER))
    result = run(issued_certificates=[str(issued)], pfx_password=PASSWORD)
    assert (actions(result), rules(result)) == ({"key": "none", "csr": "none"}, ["REQUEST-003"])
    assert [one["subject"] for one in result["unmatched"]] == ["CN=other.contoso.com", f"CN={NAME}"]


def test_a_folder_may_hold_anything(run: Run, folder: Path, issued: Path) -> None:
    run()
    for name in ("a.cer", "b.pem", "c.txt", "d.key"):
        (issued / name).write_text("nothing to see here")
    (issued / "sub.cer").mkdir()
    (issued / "z.CRT").write_bytes(signed(folder).pem)
    result = run(issued_certificates=[str(issued)], pfx_password=PASSWORD)
    assert actions(result)["pfx"] == "create"
    warnings = [json.dumps(warning) for warning in result["warnings"]]
    assert [
        f"Passed over: {issued / name}: The file is" in one
        for one, name in zip(warnings, ("a.cer", "b.pem"), strict=True)
    ] == [True, True]


@pytest.mark.parametrize(
    ("args", "says"),
    [
        ({"issued_certificates": ["absent.cer"], "pfx_password": PASSWORD}, "absent.cer does not exist."),
        ({"chain": [__file__]}, "test_certificate_request.py: The file is"),
        ({"issued_certificates": ["a.cer"]}, "pfx_password is missing."),
        ({"issued_certificates": ["a.cer"], "pfx_password": ""}, "pfx_password has 0 bytes"),
        ({"key_passphrase": "x" * 1024}, "key_passphrase has 1024 bytes"),
        ({"issued_certificates": ["a.cer"], "pfx_password": PASSWORD, "formats": ["inf"]}, "that Windows has"),
        ({"key_passphrase": "a\ud800b"}, "key_passphrase is not text in UTF-8."),
        ({"formats": []}, "formats is empty."),
        ({"subject": {"country": "USA"}}, "subject.country is 'USA'"),
        ({"dns_names": ["no/name"]}, "dns_names has 'no/name'"),
        ({"formats": ["inf"], "template": " "}, "template is empty"),
        ({"template": "a\nb"}, "template is 'a\\nb'"),
        ({"friendly_name": "a\x07"}, "friendly_name is"),
        ({"key_size": 3072}, "value of key_size must be one of: 2048, 4096"),
    ],
)
def test_wrong_input_fails_in_a_sentence(run: Run, folder: Path, args: dict[str, Any], says: str) -> None:
    result = run(**args)
    assert result["failed"]
    assert says in result["msg"]
    assert not folder.exists()


def test_a_folder_that_cannot_be_searched(run: Run, issued: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(_path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", denied)
    result = run(issued_certificates=[str(issued)], pfx_password=PASSWORD)
    assert result["msg"] == f"The folder {issued} cannot be read: Permission denied."


def test_nothing_is_written_when_a_name_is_wrong(run: Run, folder: Path) -> None:
    result = run(GATEWAY, WRONG)
    assert result["failed"]
    assert result["msg"].startswith("Nothing was written, because names are wrong. granite-falls.contoso.com: ")
    assert "(PREFIX-006)" in result["msg"]
    assert ([one["valid"] for one in result["gateways"]], rules(result)) == ([True, False], ["PREFIX-006"])
    assert not folder.exists()


def test_what_is_accepted_does_not_stand_in_the_way(run: Run) -> None:
    accept = [{"rule": "PREFIX-006", "reason": "known"}]
    result = run({**WRONG, "accept": accept})
    assert result["changed"]
    assert [one["status"] for one in result["findings"]] == ["accepted"]


@pytest.mark.parametrize(
    ("gateways", "says"),
    [
        ([GATEWAY, GATEWAY], "More than one gateway is named granitefalls.contoso.com"),
        ([{"region": "westus"}], "has no service name that a file can have"),
    ],
)
def test_an_acceptance_does_not_make_names_of_files(
    run: Run, folder: Path, gateways: list[dict[str, Any]], says: str
) -> None:
    accept = [{"rule": rule, "reason": "known"} for rule in ("DUPLICATE-001", "SERVICE-001")]
    result = run(*({**gateway, "accept": accept} for gateway in gateways))
    assert result["failed"]
    assert says in result["msg"]
    assert not folder.exists()


def test_remarks_are_findings(run: Run) -> None:
    result = run(subject={"organizational_unit": "IT"})
    assert (rules(result), result["summary"]["warnings"], result["valid"]) == (["REQUEST-001"], 1, True)
    assert rules(run({**GATEWAY, "issuer": "enterprise"}, subject={"organizational_unit": "IT"})) == []


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_folder_that_is_none(run: Run, folder: Path, check_mode: bool) -> None:
    folder.write_text("a file")
    result = run(directory=str(folder / "below"), _ansible_check_mode=check_mode)
    assert result["failed"]
    assert f"{folder}" in result["msg"]
    assert folder.read_text() == "a file"


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize("name", [f"{NAME}.key", f"{NAME}.csr"])
def test_a_link_is_read_and_never_written(run: Run, folder: Path, tmp_path: Path, name: str, check_mode: bool) -> None:
    run()
    (folder / name).rename(tmp_path / "elsewhere")
    (folder / name).symlink_to(tmp_path / "elsewhere")
    assert not run()["changed"]
    before = (tmp_path / "elsewhere").read_bytes()
    result = run(replace_key=True, regenerate="always", _ansible_check_mode=check_mode)
    assert result["failed"]
    assert f"{folder / name} would have to be written, and is a symbolic link." in result["msg"]
    assert (tmp_path / "elsewhere").read_bytes() == before
    assert (folder / name).is_symlink()


def test_a_link_that_leads_nowhere_is_not_a_place_for_a_key(run: Run, folder: Path) -> None:
    folder.mkdir()
    (folder / f"{NAME}.key").symlink_to("absent")
    assert "is a symbolic link" in run()["msg"]
    assert [path.name for path in folder.iterdir()] == [f"{NAME}.key"]


def test_a_key_that_another_run_has_just_made_is_not_replaced(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(size: int) -> rsa.RSAPrivateKey:
        (folder / f"{NAME}.key").write_bytes(b"the key of the other run")
        return factory.rsa_key(size, 10)

    monkeypatch.setattr(certificate_request, "new_key", slow)
    result = run()
    assert result["msg"] == (
        f"{folder / NAME}.key has been made by somebody else meanwhile, and was left alone. Run this again."
    )
    assert (result["changed"], contents(folder)) == (False, {f"{NAME}.key": b"the key of the other run"})


def full(_handle: int) -> None:
    raise OSError(28, "No space left on device")


def test_what_was_written_is_said_when_the_rest_fails(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = itertools.count()
    monkeypatch.setattr(os, "fsync", lambda handle: full(handle) if next(calls) else None)
    result = run()
    assert result["failed"]
    assert result["msg"] == f"{folder / NAME}.csr cannot be written: No space left on device."
    assert (result["changed"], result["written"]) == (True, [f"{folder / NAME}.key"])
    assert list(contents(folder)) == [f"{NAME}.key"]
    monkeypatch.undo()
    assert actions(run()) == {"key": "none", "csr": "create"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only the superuser can give files away")
def test_owner_and_group(run: Run, folder: Path) -> None:
    assert run(owner="65534", group="65534")["changed"]
    assert {path.stat().st_uid for path in (folder, *folder.iterdir())} == {65534}
    assert not run(owner="65534", group="65534")["changed"]
    checked = run(owner="0", _ansible_check_mode=True)
    assert (checked["changed"], actions(checked)) == (True, {"key": "none", "csr": "none"})
    assert run(owner="65534", group="65534", dns_names=["b.contoso.com"])["changed"]
    assert {path.stat().st_gid for path in folder.iterdir()} == {65534}


def secrets_in(folder: Path) -> list[str]:
    """Every line of every private key that was made: any of them in an output would be one too many."""
    forms = (serialization.PrivateFormat.PKCS8, serialization.PrivateFormat.TraditionalOpenSSL)
    keys = [factory.rsa_key(2048, number) for number in range(10, 13)]
    pems = [
        key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()
        for key, form in itertools.product(keys, forms)
    ]
    pems += [path.read_text() for path in folder.glob("*.key")]
    lines = [line for pem in pems for line in pem.splitlines()[1:-1] if len(line) > 20]
    return [*lines, *(str(key.private_numbers().d) for key in keys)]


def test_no_secret_is_ever_told(
    run: Run, folder: Path, issued: Path, outputs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    names: list[str] = []
    real = os.fdopen

    def watched(handle: int, mode: str) -> Any:
        names.extend(path.name for path in folder.iterdir())
        return real(handle, mode)

    monkeypatch.setattr(os, "fdopen", watched)
    secret = {"key_passphrase": PASSPHRASE, "pfx_password": PASSWORD, "_ansible_verbosity": 4}
    run()
    (issued / "a.pem").write_bytes(signed(folder).pem)
    (folder / f"{NAME}.csr").write_bytes((folder / f"{NAME}.key").read_bytes())
    run(issued_certificates=[str(issued)], **secret)
    run(issued_certificates=[str(issued)], _ansible_check_mode=True, **secret)
    run(key_passphrase="wrong-" + PASSPHRASE)
    run(**secret, regenerate="always", replace_key=True, formats=["csr", "inf"])
    (folder / f"{NAME}.inf").write_bytes((folder / f"{NAME}.pfx").read_bytes())
    run(**secret, formats=["csr", "inf"])
    told = (
        "".join(outputs) + "".join(names) + (folder / f"{NAME}.inf").read_text() + (folder / f"{NAME}.csr").read_text()
    )
    assert "PRIVATE KEY" not in told
    assert [secret for secret in (PASSPHRASE, PASSWORD, *secrets_in(folder)) if secret in told] == []
    assert len(outputs) == 6


def test_what_is_returned_is_documented(run: Run, folder: Path, issued: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    results = [run(GATEWAY, WRONG), run({"region": "westus"}), run(_ansible_check_mode=True)]
    results.append(run(formats=["csr", "inf"]))
    (issued / "a.pem").write_bytes(signed(folder).pem + factory.issuing().pem)
    (issued / "b.pem").write_bytes(factory.server(key=factory.rsa_key(number=1)).pem)
    results.append(run(issued_certificates=[str(issued)], pfx_password=PASSWORD))
    (folder / f"{NAME}.csr").write_text("something else")
    results.append(run(regenerate="never", formats=["csr", "inf"]))
    monkeypatch.setattr(os, "fsync", full)
    results.append(run(OTHER))
    assert return_problems(certificate_request, results) == []

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module as Ansible runs it: certificates in, C(.cer) files and one JSON document out."""

from __future__ import annotations

import importlib.util
import json
import re
import stat
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs7

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.facts import facts_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.trust_sets import (
    OWN_NAME,
    Authority,
    IncompleteChain,
    choose_authorities,
)
from ansible_collections.configmgr.cmg.plugins.modules import client_trust_chain
from tests.unit import certificate_factory as factory
from tests.unit import pfx_factory
from tests.unit.certificate_factory import NOW, Issued
from tests.unit.evidence_factory import facts
from tests.unit.return_docs import return_problems

ROOT, ISSUING, CLIENT = factory.root(), factory.issuing(), factory.client()
STRAY = factory.authority(subject="Fabrikam Root CA", key=factory.ec_key(130))
NAMES = ["01-root-contoso-root-ca", "02-intermediate-contoso-issuing-ca"]


def run(capsys: pytest.CaptureFixture[str], **args: Any) -> dict[str, Any]:
    with patch_module_args(args), pytest.raises(SystemExit):
        client_trust_chain.main()
    result = json.loads(capsys.readouterr().out)
    assert isinstance(result, dict)
    return result


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with certificate files of every kind."""
    folder = tmp_path / "given"
    folder.mkdir()
    every = [STRAY.certificate, ISSUING.certificate, ROOT.certificate]
    (folder / "root.cer").write_bytes(ROOT.der)
    (folder / "issuing.pem").write_bytes(ISSUING.pem)
    (folder / "stray.cer").write_bytes(STRAY.der)
    (folder / "pki.pem").write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in every))
    (folder / "pki.p7b").write_bytes(pkcs7.serialize_certificates(every, Encoding.DER))
    (folder / "server.pfx").write_bytes(pfx_factory.sound())
    (folder / "pc1.cer").write_bytes(CLIENT.der)
    return folder


def target(tmp_path: Path) -> Path:
    return tmp_path / "upload"


def stems(result: dict[str, Any]) -> list[str]:
    """The names of the files without the thumbprint at their end."""
    return [Path(file["path"]).name[: -len("-12345678.cer")] for file in result["files"]]


def gateway(files: Path, **changes: Any) -> dict[str, Any]:
    authentication = {
        "methods": ["pki"],
        "trust_chain": [str(files / "pki.p7b")],
        "certificates": [str(files / "pc1.cer")],
        **changes,
    }
    return {"service_name": factory.NAME, "region": "westus", "client_authentication": authentication}


@pytest.mark.parametrize(
    "candidates",
    [
        ["root.cer", "issuing.pem"],
        ["pki.pem"],
        ["pki.p7b"],
        ["server.pfx", "root.cer"],
        ["root.cer", "pki.pem", "pki.p7b"],
    ],
    ids=" ".join,
)
def test_the_chain_of_a_client_is_found_in_every_kind_of_file(
    capsys: pytest.CaptureFixture[str], files: Path, tmp_path: Path, candidates: list[str]
) -> None:
    result = run(
        capsys,
        candidates=[str(files / name) for name in candidates],
        client_certificate=str(files / "pc1.cer"),
        password=pfx_factory.PASSWORD,
        directory=str(target(tmp_path)),
    )
    assert result["changed"]
    assert stems(result) == NAMES
    written = {Path(file["path"]).read_bytes(): file for file in result["files"]}
    assert set(written) == {ROOT.der, ISSUING.der}
    assert {written[one.der]["kind"] for one in (ROOT, ISSUING)} == {"root", "intermediate"}
    assert written[ROOT.der]["thumbprint"] == facts(ROOT).thumbprint_sha1 == facts(ROOT).thumbprint_sha1.upper()


def test_without_a_client_every_ca_is_taken(capsys: pytest.CaptureFixture[str], files: Path, tmp_path: Path) -> None:
    given = [str(files / name) for name in ("pki.p7b", "pc1.cer")]
    result = run(capsys, candidates=given, directory=str(target(tmp_path)))
    assert stems(result) == [NAMES[0], "01-root-fabrikam-root-ca", NAMES[1]]
    assert [one["source"] for one in result["unused"]] == [str(files / "pc1.cer")]


def test_the_second_run_changes_nothing(capsys: pytest.CaptureFixture[str], files: Path, tmp_path: Path) -> None:
    options = {"gateways": [gateway(files)], "directory": str(target(tmp_path)), "mode": "0640"}
    first, second = run(capsys, **options), run(capsys, **options)
    assert (first["changed"], second["changed"]) == (True, False)
    assert [file["action"] for file in second["files"]] == ["none", "none"]
    assert second["diff"] == []
    folder = target(tmp_path) / factory.NAME
    assert [stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()] == [0o640, 0o640]


def test_check_mode_says_the_same_and_writes_nothing(
    capsys: pytest.CaptureFixture[str], files: Path, tmp_path: Path
) -> None:
    options = {"gateways": [gateway(files)], "directory": str(target(tmp_path))}
    foreseen = run(capsys, **options, _ansible_check_mode=True, _ansible_diff=True)
    assert not target(tmp_path).exists()
    done = run(capsys, **options, _ansible_diff=True)
    ignored = {"invocation"}
    assert {key: foreseen[key] for key in foreseen.keys() - ignored} == {
        key: done[key] for key in done.keys() - ignored
    }


def test_the_difference_shows_names_and_thumbprints(
    capsys: pytest.CaptureFixture[str], files: Path, tmp_path: Path
) -> None:
    (diff,) = run(capsys, candidates=[str(files / "root.cer")], directory=str(target(tmp_path)))["diff"]
    thumbprint = facts(ROOT).thumbprint_sha1
    assert diff["before"] == ""
    assert diff["after"] == f"{NAMES[0]}-{thumbprint[:8]}.cer {thumbprint}\n"


def test_a_spoiled_file_is_replaced(capsys: pytest.CaptureFixture[str], files: Path, tmp_path: Path) -> None:
    options = {"candidates": [str(files / "root.cer")], "directory": str(target(tmp_path))}
    (file,) = run(capsys, **options)["files"]
    Path(file["path"]).write_bytes(b"spoiled")
    result = run(capsys, **options)
    assert [one["action"] for one in result["files"]] == ["update"]
    assert Path(file["path"]).read_bytes() == ROOT.der
    assert [path.name for path in target(tmp_path).iterdir()] == [Path(file["path"]).name]


@pytest.mark.parametrize("prune", [False, True])
def test_only_own_files_are_stale_and_removed_on_request(
    capsys: pytest.CaptureFixture[str], files: Path, tmp_path: Path, prune: bool
) -> None:
    directory = target(tmp_path)
    run(capsys, candidates=[str(files / "pki.pem")], directory=str(directory))
    foreign = directory / "notes.cer"
    foreign.write_text("mine")
    result = run(capsys, candidates=[str(files / "root.cer")], directory=str(directory), prune=prune)
    gone = [*result["stale"], *result["removed"]]
    assert len(gone) == 2
    assert bool(result["removed"]) is prune
    assert result["changed"] is prune
    assert [Path(path).exists() for path in gone] == [not prune] * 2
    assert foreign.exists()


def test_a_missing_issuer_is_named_with_its_address(
    capsys: pytest.CaptureFixture[str], files: Path, tmp_path: Path
) -> None:
    result = run(
        capsys,
        candidates=[str(files / "root.cer")],
        client_certificate=str(files / "pc1.cer"),
        directory=str(target(tmp_path)),
    )
    assert result["failed"]
    assert "CN=Contoso Issuing CA" in result["msg"]
    assert "http://pki.contoso.com/issuing.cer" in result["msg"]
    assert not target(tmp_path).exists()


def test_a_gap_between_cas_is_named_with_the_gateway(
    capsys: pytest.CaptureFixture[str], files: Path, tmp_path: Path
) -> None:
    declared = gateway(files, trust_chain=[str(files / "issuing.pem")], certificates=[])
    result = run(capsys, gateways=[declared], directory=str(target(tmp_path)))
    assert result["msg"].startswith(f"Gateway {factory.NAME}: The issuer of 'Contoso Issuing CA'")


KEY = CLIENT.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("nowhere.cer", None, ("nowhere.cer cannot be read: No such file", "Correct the path")),
        ("text.cer", b"hello", ("text.cer: The file is a text file.", "certutil -ca.cert")),
        ("page.cer", b"<!DOCTYPE html><html>", ("The file is an HTML page", "certutil -ca.cert")),
        ("empty.cer", b"", ("The file is empty.", "certutil -ca.cert")),
        ("key.pem", KEY, ("The file holds only a private key.", "Name the file of the certificate itself")),
        ("cut.cer", ROOT.der[:-20], ("The file is cut off", "Copy the file again")),
        ("locked.pfx", pfx_factory.sound("another"), ("locked.pfx: ", "with the option password")),
        ("large.cer", b"\0" * (8 * 1024 * 1024 + 1), ("larger than 8 MiB", "Correct the path")),
    ],
    # The contents of a file as a part of the test's name would be handed around more often than the file.
    ids=lambda it: it if isinstance(it, str) else "",
)
def test_of_a_wrong_file_it_is_said_what_was_seen_expected_and_to_be_done(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str, content: bytes | None, says: tuple[str, ...]
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    result = run(capsys, candidates=[str(path)], password=pfx_factory.PASSWORD, directory=str(target(tmp_path)))
    assert result["failed"]
    assert [words for words in says if words not in result["msg"]] == []
    assert content is None or "Expected is a file with certificates: DER, PEM, PKCS#7 or PFX." in result["msg"]
    assert pfx_factory.PASSWORD not in json.dumps(result)


def test_a_leaf_alone_is_no_set(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "leaf.cer").write_bytes(CLIENT.der)
    result = run(capsys, candidates=[str(tmp_path / "leaf.cer")], directory=str(target(tmp_path)))
    assert "There is no CA certificate among the 1 given certificates. Give those of the CAs" in result["msg"]


def test_a_missing_library_is_said(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "cryptography" else name)
    result = run(capsys, candidates=["root.cer"], directory=str(tmp_path))
    assert "pip install 'cryptography>=45" in result["msg"]


def test_nothing_given_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert "Give one of them" in run(capsys, directory=str(tmp_path))["msg"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"methods": ["entra"], "trust_chain": None, "certificates": None}, None),
        ({"methods": ["pki"], "trust_chain": None, "certificates": None}, "authenticate by PKI"),
    ],
)
def test_only_gateways_with_pki_need_files(
    capsys: pytest.CaptureFixture[str], files: Path, tmp_path: Path, changes: dict[str, Any], says: str | None
) -> None:
    result = run(capsys, gateways=[gateway(files, **changes)], directory=str(target(tmp_path)))
    if says:
        assert says in result["msg"]
    else:
        assert result["gateways"][0]["files"] == []
        assert not result["changed"]
        assert not target(tmp_path).exists()


def test_gateways_of_one_name_are_refused(capsys: pytest.CaptureFixture[str], files: Path, tmp_path: Path) -> None:
    result = run(capsys, gateways=[gateway(files)] * 2, directory=str(target(tmp_path)))
    assert "More than one gateway" in result["msg"]


@pytest.mark.parametrize("name", ["../../etc", "a/b", "..", ""])
def test_a_name_never_leads_out_of_the_folder(
    capsys: pytest.CaptureFixture[str], files: Path, tmp_path: Path, name: str
) -> None:
    declared = {**gateway(files), "service_name": name}
    result = run(capsys, gateways=[declared], directory=str(target(tmp_path)))
    assert "no name that a folder can have" in result["msg"]


def test_a_wildcard_makes_a_folder_that_windows_takes(
    capsys: pytest.CaptureFixture[str], files: Path, tmp_path: Path
) -> None:
    declared = {**gateway(files), "service_name": "*.contoso.com", "prefix": "granitefalls"}
    result = run(capsys, gateways=[declared], directory=str(target(tmp_path)))
    assert Path(result["gateways"][0]["directory"]).name == "_.contoso.com"


def test_a_folder_that_cannot_be_made_is_named(capsys: pytest.CaptureFixture[str], files: Path) -> None:
    directory = files / "root.cer" / "upload"
    result = run(capsys, candidates=[str(files / "root.cer")], directory=str(directory))
    assert result["failed"]
    assert str(directory) in result["msg"]


def test_a_file_in_the_place_of_the_folder_is_named(
    capsys: pytest.CaptureFixture[str], files: Path, tmp_path: Path
) -> None:
    target(tmp_path).write_text("in the way")
    result = run(capsys, candidates=[str(files / "root.cer")], directory=str(target(tmp_path)))
    assert "cannot be read" in result["msg"]


def test_an_expired_ca_is_written_with_a_warning(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    old = factory.authority(ROOT, subject="Old CA", not_after=NOW - factory.DAY)
    path = tmp_path / "old.pem"
    path.write_bytes(old.pem + ROOT.pem)
    result = run(capsys, candidates=[str(path)], directory=str(target(tmp_path)))
    assert len(result["files"]) == 2
    # Newer versions of Ansible return warnings as objects, older ones as text.
    assert "'Old CA' expired" in json.dumps(result["warnings"])


def test_the_documentation_of_the_result_is_true(
    capsys: pytest.CaptureFixture[str], files: Path, tmp_path: Path
) -> None:
    directory = str(target(tmp_path))
    first = run(capsys, gateways=[gateway(files)], directory=directory)
    broad = gateway(files, certificates=[])
    second = run(capsys, gateways=[broad], directory=directory)
    third = run(capsys, gateways=[gateway(files)], directory=directory)
    fourth = run(capsys, gateways=[gateway(files)], directory=directory, prune=True)
    assert return_problems(client_trust_chain, [first, second, third, fourth]) == []


def chosen(candidates: list[Issued], *clients: Issued) -> list[Authority]:
    return list(
        choose_authorities([facts(one) for one in candidates], [facts(one) for one in clients], NOW).authorities
    )


def test_tiers_count_from_the_root() -> None:
    middle = factory.authority(ROOT, subject="Policy CA", key=factory.ec_key(110), path_length=None)
    lower = factory.authority(middle, subject="Lower CA", key=factory.ec_key(111))
    leaf = factory.client(issuer=lower)
    assert [(one.tier, one.facts.label) for one in chosen([lower, ROOT, middle], leaf)] == [
        (1, "Contoso Root CA"),
        (2, "Policy CA"),
        (3, "Lower CA"),
    ]


@pytest.mark.parametrize(
    "subject", ["Contoso Root CA", "", "Ünïcode / CA: *?", "..", "A" * 60, "CON", "a\nb", "\u202egpj.exe"]
)
def test_names_of_files_are_tame(subject: str) -> None:
    root = factory.authority(subject=subject) if subject else factory.authority(subject=[])
    name = Authority(facts_of(root.der), 1).file_name
    assert OWN_NAME.fullmatch(name)
    assert re.fullmatch(r"[A-Za-z0-9.-]{1,80}", name)


def test_a_self_signed_client_has_no_chain() -> None:
    with pytest.raises(IncompleteChain, match="self-signed"):
        chosen([ROOT], factory.management())


def test_the_chain_of_a_client_stays_the_same_beside_a_cross_sign() -> None:
    crossed = factory.authority(STRAY, subject="Contoso Root CA", key=factory.ec_key(100), path_length=None)
    labels = [one.facts.label for one in chosen([ISSUING, crossed, STRAY, ROOT], CLIENT)]
    assert labels in (
        ["Contoso Root CA", "Contoso Issuing CA"],
        ["Fabrikam Root CA", "Contoso Root CA", "Contoso Issuing CA"],
    )

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Opening certificate files: small, large, behind a link, and what is no file at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import CertificateSource, Gateway
from ansible_collections.configmgr.cmg.plugins.module_utils._module.certificate_files import (
    LARGEST_FILE,
    USUAL_FILE,
    Files,
    contents_of,
)


@pytest.mark.parametrize("size", [0, 1, USUAL_FILE - 1, USUAL_FILE, USUAL_FILE + 1, 3 * USUAL_FILE, LARGEST_FILE])
def test_a_file_is_read_completely(tmp_path: Path, size: int) -> None:
    content = (bytes(range(256)) * (size // 256 + 1))[:size]
    (tmp_path / "file").write_bytes(content)
    assert contents_of(str(tmp_path / "file")) == content


def test_no_more_is_read_than_a_certificate_can_have(tmp_path: Path) -> None:
    with (tmp_path / "file").open("wb") as file:
        file.truncate(LARGEST_FILE + 1)
    assert contents_of(str(tmp_path / "file")) == (
        f"{tmp_path}/file has more than {LARGEST_FILE:,} bytes, which no certificate has."
    )


def test_links_are_followed(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"content")
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "dangling").symlink_to("nothing")
    (tmp_path / "to a folder").symlink_to(tmp_path)
    assert contents_of(str(tmp_path / "link")) == b"content"
    assert contents_of(str(tmp_path / "dangling")) == f"{tmp_path}/dangling cannot be read: No such file or directory."
    assert contents_of(str(tmp_path / "to a folder")) == f"{tmp_path}/to a folder is not a file."


def test_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")  # to open it would wait forever
    (tmp_path / "link").symlink_to("pipe")
    for place in (tmp_path / "pipe", tmp_path / "link", tmp_path, Path("/dev/null")):
        assert contents_of(str(place)) == f"{place} is not a file."


@pytest.mark.parametrize(
    ("path", "name"),
    [("a.pem", "a.pem"), ("./folder/a.pem", "a.pem"), ("folder/", "folder"), ("folder/.", "folder"), ("a/..", "..")],
)
def test_a_file_is_called_by_the_end_of_its_path(path: str, name: str) -> None:
    gateway = Gateway("granitefalls.contoso.com", "westus", server_certificate=CertificateSource(path))
    server = Files().material(gateway).server
    assert server is not None
    assert server.subject == f"server certificate {name}"

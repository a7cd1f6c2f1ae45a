# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files are replaced as a whole, and secret ones are secret from their first byte on."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import CmgError, InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._module.files import (
    LARGEST_FILE,
    check_no_link,
    check_writable,
    is_exposed,
    make_private_folder,
    read_file,
    replace_file,
)

NOBODY = 65534


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=[0o000, 0o022, 0o077])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


@pytest.fixture
def protected() -> Iterator[Path]:
    """A folder that may only be looked into. Permissions do not count for the superuser, who is somebody else then."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "protected"
        folder.mkdir()
        (folder / "a.key").write_bytes(b"secret")
        (folder / "a.key").chmod(0)
        folder.chmod(0o555)
        Path(place).chmod(0o755)
        user = os.geteuid()
        try:
            os.seteuid(NOBODY if user == 0 else user)
            yield folder
        finally:
            os.seteuid(user)
            folder.chmod(0o755)


@pytest.mark.usefixtures("umask")
@pytest.mark.parametrize("before", [None, 0o600, 0o644, 0o666, 0o400])
def test_a_secret_is_one_from_its_first_byte_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: int | None
) -> None:
    path, seen = tmp_path / "a.key", []
    if before is not None:
        path.write_bytes(b"old")
        path.chmod(before)
    real = os.fdopen

    def watched(handle: int, mode: str) -> object:
        seen.append(stat.S_IMODE(os.fstat(handle).st_mode))
        return real(handle, mode)

    monkeypatch.setattr(os, "fdopen", watched)
    replace_file(path, b"new", secret=True)
    assert (path.read_bytes(), mode_of(path), seen) == (b"new", 0o600, [0o600])
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.usefixtures("umask")
@pytest.mark.parametrize(("before", "after"), [(None, 0o644), (0o600, 0o600), (0o664, 0o664)])
def test_other_files_keep_their_permissions(tmp_path: Path, before: int | None, after: int) -> None:
    path = tmp_path / "a.csr"
    if before is not None:
        path.write_bytes(b"old")
        path.chmod(before)
    replace_file(path, b"new", secret=False)
    assert (path.read_bytes(), mode_of(path)) == (b"new", after)


@pytest.mark.skipif(os.geteuid() != 0, reason="only the superuser can give files away")
def test_a_file_keeps_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "a.key"
    path.write_bytes(b"old")
    os.chown(path, NOBODY, NOBODY)
    replace_file(path, b"new", secret=True)
    assert (path.stat().st_uid, path.stat().st_gid) == (NOBODY, NOBODY)


def test_a_failed_attempt_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.key"
    path.write_bytes(b"old")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CmgError, match=r"a\.key cannot be written: No space left on device\."):
        replace_file(path, b"new", secret=True)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(("mode", "exposed"), [(0o600, False), (0o400, False), (0o640, True), (0o604, True)])
def test_exposed(tmp_path: Path, mode: int, exposed: bool) -> None:
    path = tmp_path / "a.key"
    path.touch()
    path.chmod(mode)
    assert is_exposed(path) is exposed
    assert not is_exposed(tmp_path / "absent")


def test_a_folder_is_made_for_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    assert make_private_folder(folder)
    assert mode_of(folder) == 0o700
    folder.chmod(0o755)
    assert not make_private_folder(folder)
    assert mode_of(folder) == 0o755


def test_reading(tmp_path: Path) -> None:
    path = tmp_path / "a"
    assert read_file(path) is None
    path.write_bytes(b"data")
    assert read_file(path) == b"data"
    path.write_bytes(bytes(LARGEST_FILE + 1))
    with pytest.raises(CmgError, match="larger than 8 MiB"):
        read_file(path)
    for place, says in ((tmp_path, "Is a directory"), (path / "b", "Not a directory")):
        with pytest.raises(CmgError, match=f"cannot be read: {says}"):
            read_file(place)
    with pytest.raises(CmgError, match="cannot be looked at: Not a directory"):
        is_exposed(path / "b")


def test_reading_waits_for_nobody(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path(os.devnull)):
        with pytest.raises(CmgError, match=f"{path} is a pipe or a device"):
            read_file(path)


@pytest.mark.parametrize("links", [True, False])
def test_a_new_file_takes_nobodys_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool) -> None:
    """Also where the file system has no hard links."""

    def refused(_source: Path, _target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    if not links:
        monkeypatch.setattr(os, "link", refused)
    path = tmp_path / "a.key"
    replace_file(path, b"first", secret=True, new=True)
    with pytest.raises(CmgError, match=r"a\.key has been made by somebody else meanwhile"):
        replace_file(path, b"second", secret=True, new=True)
    assert (path.read_bytes(), mode_of(path), path.stat().st_nlink) == (b"first", 0o600, 1)
    assert list(tmp_path.iterdir()) == [path]


def test_links(tmp_path: Path) -> None:
    check_no_link(tmp_path / "absent")
    (tmp_path / "file").touch()
    check_no_link(tmp_path / "file")
    (tmp_path / "link").symlink_to("file")
    with pytest.raises(InvalidInput, match="link would have to be written, and is a symbolic link"):
        check_no_link(tmp_path / "link")


def test_a_folder_that_cannot_be_one(tmp_path: Path) -> None:
    check_writable(tmp_path)
    check_writable(tmp_path / "a" / "b" / "c")
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "a"):
        with pytest.raises(InvalidInput, match="file is not a folder"):
            check_writable(folder)
        with pytest.raises(CmgError, match="cannot be made"):
            make_private_folder(folder)
    with pytest.raises(InvalidInput, match="too long"):
        check_writable(tmp_path / ("x" * 300))


def test_without_permission(protected: Path) -> None:
    with pytest.raises(InvalidInput, match="there is no permission to write to"):
        check_writable(protected)
    with pytest.raises(InvalidInput, match="there is no permission to write to"):
        check_writable(protected / "below")
    with pytest.raises(CmgError, match="cannot be written: Permission denied"):
        replace_file(protected / "a.key", b"new", secret=True)
    with pytest.raises(CmgError, match="cannot be read: Permission denied"):
        read_file(protected / "a.key")
    with pytest.raises(CmgError, match="cannot be made: Permission denied"):
        make_private_folder(protected / "below")

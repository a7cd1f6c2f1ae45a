# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Reading and replacing files as a whole, secret ones without anybody ever being able to look over the shoulder."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from pathlib import Path

from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import CmgError, InvalidInput

LARGEST_FILE = 8 * 1024 * 1024
_PUBLIC = 0o644
_SECRET = 0o600


def read_file(path: Path) -> bytes | None:
    """A file, or V(None) where there is none.

    :raises CmgError: where it cannot be read, is something else than a file, or is larger than any certificate.
    """
    try:
        with open(path, "rb", opener=_at_once) as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise CmgError(f"{path} is a pipe or a device. Give the path of a file.")
            data = stream.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise CmgError(f"{path} cannot be read: {problem.strerror}.") from None
    if len(data) > LARGEST_FILE:
        raise CmgError(f"{path} is larger than {LARGEST_FILE // 1024 // 1024} MiB; nothing here is.")
    return data


def _at_once(name: str, flags: int) -> int:
    """Open a file without waiting for the other end of what turns out to be a pipe."""
    return os.open(name, flags | os.O_NONBLOCK)


def is_exposed(path: Path) -> bool:
    """Whether others than its owner may do anything with a file. One that is not there is not exposed.

    :raises CmgError: where the system does not say.
    """
    try:
        return bool(path.stat().st_mode & 0o077)
    except FileNotFoundError:
        return False
    except OSError as problem:
        raise CmgError(f"{path} cannot be looked at: {problem.strerror}.") from None


def check_writable(directory: Path) -> None:
    """Refuse a folder that cannot be written to, or cannot be made, before anything else is done.

    :raises InvalidInput: where that is so.
    """
    try:
        nearest = next((place for place in (directory, *directory.parents) if place.exists()), directory)
        is_folder = nearest.is_dir()
    except OSError as problem:
        raise InvalidInput(f"The folder {directory} cannot be used: {problem.strerror}.") from None
    if not is_folder:
        raise InvalidInput(f"The folder {directory} cannot be used: {nearest} is not a folder.")
    effective = os.access in os.supports_effective_ids
    if not os.access(nearest, os.W_OK | os.X_OK, effective_ids=effective):
        raise InvalidInput(f"The folder {directory} cannot be used: there is no permission to write to {nearest}.")


def check_no_link(path: Path) -> None:
    """Refuse to write to a symbolic link: a file would take its place, and what it leads to would stay as it is.

    Following it is no way out, as in a folder of others it may lead anywhere.

    :raises InvalidInput: where the path is one.
    """
    if path.is_symlink():
        raise InvalidInput(
            f"{path} would have to be written, and is a symbolic link. Remove it, or give the folder that it leads to "
            "as directory."
        )


def make_private_folder(directory: Path) -> bool:
    """Make a folder that only its owner can look into, and say whether that was needed.

    :raises CmgError: where the system does not permit it.
    """
    try:
        if directory.is_dir():
            return False
        directory.mkdir(mode=0o700, parents=True)
    except OSError as problem:
        raise CmgError(f"The folder {directory} cannot be made: {problem.strerror}.") from None
    return True


def replace_file(path: Path, data: bytes, *, secret: bool, new: bool = False) -> None:
    """Write beside the target and move into place, so that nobody ever reads half of a file.

    A secret file is readable for its owner only from its first byte on; another one keeps the permissions that it had.
    The owner stays the same as far as that is possible. A failed attempt leaves nothing behind.

    :param new: there was no such file when it was looked for. One that has appeared since then is left alone.
    :raises CmgError: where the system does not permit it, or a new file is there already.
    """
    try:
        # This opens the file for nobody else, under a name that nobody can guess.
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as stream:
                _take_over(path, stream.fileno(), secret=secret)
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            _move(Path(temporary), path, new=new)
        finally:
            Path(temporary).unlink(missing_ok=True)
    except FileExistsError:
        raise CmgError(
            f"{path} has been made by somebody else meanwhile, and was left alone. Run this again."
        ) from None
    except OSError as problem:
        raise CmgError(f"{path} cannot be written: {problem.strerror}.") from None


def _move(temporary: Path, path: Path, *, new: bool) -> None:
    """Give a finished file its name, the place of another file only where it is not to be a new one."""
    if new:
        try:
            return os.link(temporary, path)
        except FileExistsError:
            raise
        except OSError:
            # A file system without hard links: nothing better than to look once more.
            if path.exists():
                raise FileExistsError(path) from None
    temporary.replace(path)
    return None


def _take_over(path: Path, handle: int, *, secret: bool) -> None:
    """Give a new file the owner and the permissions of the one that it is going to replace."""
    before = path.stat() if path.exists() else None
    if before is not None:
        with contextlib.suppress(PermissionError):
            os.fchown(handle, before.st_uid, before.st_gid)
    kept = before.st_mode & 0o777 if before is not None else _PUBLIC
    os.fchmod(handle, _SECRET if secret else kept)

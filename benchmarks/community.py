# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Other people's collections for comparisons, taken out of the package of all collections once, into the cache."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

from tools import trees

COLLECTIONS = "ansible==14.5.0"
COMMUNITY = trees.CACHE / "community"


def collections(*names: str) -> Path:
    """The folder for C(ANSIBLE_COLLECTIONS_PATH) that has the collections of these names, such as C(community.crypto).

    :raises SystemExit: where pip is needed to download them and is not there.
    """
    folders = [f"ansible_collections/{name.replace('.', '/')}/" for name in names]
    missing = tuple(folder for folder in folders if not (COMMUNITY / folder).is_dir())
    if missing:
        _unpack(missing)
    return COMMUNITY


def _unpack(folders: tuple[str, ...]) -> None:
    pip = shutil.which("pip3") or shutil.which("pip")
    if pip is None:
        raise SystemExit(f"pip is needed once, to download {' and '.join(folders)}.")
    with tempfile.TemporaryDirectory() as folder:
        wanted = ["--no-deps", "--only-binary", ":all:", "--python-version", "3.13", COLLECTIONS]
        subprocess.run([pip, "download", "--quiet", *wanted, "--dest", folder], check=True)
        with zipfile.ZipFile(next(Path(folder).glob("*.whl"))) as wheel:
            wheel.extractall(COMMUNITY, [name for name in wheel.namelist() if name.startswith(folders)])

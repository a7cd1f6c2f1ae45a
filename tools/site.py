#!/usr/bin/env python
# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build the documentation site: the pages of all plugins and roles, and the guides.

``python -m tools.site build/site`` leaves the pages in ``build/site/build/html``; a warning of Sphinx makes it fail.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools import environments, trees

COLLECTION = "configmgr.cmg"
SCHEMAS = "schemas"
# Without the network, references to the guides of Ansible itself cannot be resolved.
OFFLINE = "\nintersphinx_mapping = {}\nsuppress_warnings = ['ref.ref']\n"


def build(folder: Path, *, offline: bool) -> Path:
    """Make the site in a folder, whose content is replaced, and return the folder of the pages.

    :raises subprocess.CalledProcessError: where a tool fails, which has said why.
    :raises environments.EnvironmentProblem: where the tools cannot be installed.
    """
    programs = environments.ensure(environments.ENVIRONMENTS["site"]).parent
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(trees.live_tree()),
        "ANSIBLE_HOME": str(folder / "home"),
        "PATH": os.pathsep.join([str(programs), os.environ.get("PATH", os.defpath)]),
    }
    options = ["--use-current", "--dest-dir", str(folder), "--squash-hierarchy", COLLECTION]
    subprocess.run([programs / "antsibull-docs", "sphinx-init", *options], env=environment, check=True)
    if offline:
        with (folder / "conf.py").open("a", encoding="utf-8") as configuration:
            configuration.write(OFFLINE)
    subprocess.run(["bash", folder / "build.sh"], cwd=folder, env=environment, check=True)
    pages = folder / "build" / "html"
    # Reports name the schema by its address on the site.
    shutil.copytree(trees.ROOT / "docs" / "schemas", pages / SCHEMAS)
    return pages


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.site", description="Build the documentation site.")
    parser.add_argument("folder", type=Path, help="where to build it; what is there is replaced")
    parser.add_argument("--offline", action="store_true", help="leave references to the guides of Ansible unresolved")
    options = parser.parse_args()
    try:
        print(build(options.folder.absolute(), offline=options.offline))
    except (subprocess.CalledProcessError, environments.EnvironmentProblem) as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

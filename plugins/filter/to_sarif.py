# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Documented in to_sarif.yml.

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import CmgError, InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.looks import whole_report_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.places import places_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.sarif import sarif_of
from ansible_collections.configmgr.cmg.plugins.module_utils._module.declaration import declarations_in, uri_of


def to_sarif(result: Any, declaration: Any = None, *, root: str | None = None, category: str = "configmgr.cmg") -> str:
    """The result as a SARIF log."""
    try:
        report = whole_report_of(result)
        uris = {path: uri_of(path, root or str(Path.cwd())) for path in _paths(declaration)}
        declared = [found for path, uri in uris.items() for found in declarations_in(path, uri)]
        log = sarif_of(report, places_of(report, list(uris.values()), declared), category)
        return json.dumps(log, indent=2, ensure_ascii=True) + "\n"
    except CmgError as error:
        raise AnsibleFilterError(error.message) from error


def _paths(declaration: Any) -> list[str]:
    paths = list(declaration) if isinstance(declaration, list | tuple) else [declaration]
    if not paths or not all(isinstance(path, str | os.PathLike) and os.fspath(path) for path in paths):
        raise InvalidInput(
            f"declaration is {declaration!r}. Name the file that declares the gateways, or a list of such files: "
            "without file and line no platform shows a SARIF result."
        )
    return [os.fspath(path) for path in paths]


class FilterModule:
    """Tells Ansible about the filter."""

    def filters(self) -> dict[str, Callable[..., str]]:
        return {"to_sarif": to_sarif}

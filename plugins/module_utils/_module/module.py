# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The border to Ansible: the only place that makes an AnsibleModule and that turns errors into failures."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import CmgError
from ansible_collections.configmgr.cmg.plugins.module_utils._module.gateway_options import GATEWAY_OPTIONS

# Set by the playbooks of this collection. Ansible starts modules in the directory of the playbook, which for those is
# nobody's place of work: relative paths are meant from where ansible-playbook was started.
WORKING_DIRECTORY = "CMG_WORKING_DIRECTORY"


def create_module(*groups: Mapping[str, Any], **options: Any) -> AnsibleModule:
    """A module that takes O(gateways), the given groups of options and O(options); check mode is always supported."""
    argument_spec: dict[str, Any] = dict(GATEWAY_OPTIONS)
    for group in groups:
        argument_spec.update(group)
    argument_spec.update(options)
    module = AnsibleModule(argument_spec=argument_spec, supports_check_mode=True)
    _enter_working_directory(module)
    return module


def _enter_working_directory(module: AnsibleModule) -> None:
    directory = os.environ.get(WORKING_DIRECTORY)
    if not directory:
        return
    try:
        os.chdir(directory)
    except OSError as error:
        module.fail_json(
            msg=f"The environment variable {WORKING_DIRECTORY} names {directory}, which cannot be entered "
            f"({error.strerror}). Relative paths are meant from there. Name a directory of the host where the module "
            "runs, or unset it."
        )


@contextmanager
def failing_cleanly(module: AnsibleModule) -> Iterator[None]:
    """Turn every expected error into a failure of the task that says it in its own words and keeps what was done."""
    try:
        yield
    except CmgError as error:
        module.fail_json(msg=error.message, **error.result)

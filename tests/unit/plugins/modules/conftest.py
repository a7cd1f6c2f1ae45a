# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Modules are tested as what they are, also in a process where the tests of the filters have been collected.

As soon as anything of Ansible's controller has been imported, module code takes itself for the controller: warnings go
to the screen instead of the result, and parameters are decoded by the controller's rules.
"""

from __future__ import annotations

import pytest
from ansible.module_utils import _internal
from ansible.module_utils._internal._json import _profiles


@pytest.fixture(autouse=True)
def managed_node(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_internal, "is_controller", False)
    monkeypatch.setattr(_profiles, "_string_encoding_check_enabled", lambda: False, raising=False)

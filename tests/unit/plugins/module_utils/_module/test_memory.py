# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collector of circular garbage rests while a module works, and is as it was before afterwards."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from ansible_collections.configmgr.cmg.plugins.module_utils._module.memory import without_collector


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    gc.unfreeze()
    gc.enable()


def test_it_rests_and_comes_back() -> None:
    with without_collector():
        assert not gc.isenabled()
    assert gc.isenabled()
    assert gc.get_freeze_count()


def test_it_comes_back_after_the_end_of_a_module_too() -> None:
    with pytest.raises(SystemExit), without_collector():
        raise SystemExit(0)
    assert gc.isenabled()


def test_who_has_switched_it_off_keeps_it_off() -> None:
    gc.unfreeze()
    gc.disable()
    with without_collector():
        pass
    assert not gc.isenabled()
    assert not gc.get_freeze_count()

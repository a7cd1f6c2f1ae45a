# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where relative paths are meant from: where the module is started, unless a playbook says where its user is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible.module_utils.testing import patch_module_args

from ansible_collections.configmgr.cmg.plugins.module_utils._module.module import WORKING_DIRECTORY, create_module
from tests.checks import sources
from tools import trees

PLAYBOOKS = sorted((trees.ROOT / "playbooks").glob("*.yml"))


def start(monkeypatch: pytest.MonkeyPatch, here: Path, told: Path | None) -> None:
    monkeypatch.chdir(here)
    monkeypatch.setenv(WORKING_DIRECTORY, str(told or ""))
    with patch_module_args({"gateways": []}):
        create_module()


def test_nothing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start(monkeypatch, tmp_path, None)
    assert Path.cwd() == tmp_path


def test_a_directory_is_entered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "work").mkdir()
    start(monkeypatch, tmp_path, tmp_path / "work")
    assert Path.cwd() == tmp_path / "work"


def test_one_that_is_not_there_is_a_failure_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        start(monkeypatch, tmp_path, tmp_path / "nowhere")
    message = json.loads(capsys.readouterr().out)["msg"]
    assert WORKING_DIRECTORY in message
    assert "nowhere, which cannot be entered (No such file or directory)" in message


@pytest.mark.parametrize("playbook", PLAYBOOKS, ids=lambda path: path.stem)
def test_every_playbook_tells_where_its_user_is(playbook: Path) -> None:
    for play in sources.yaml_of(playbook):
        assert play["environment"] == {WORKING_DIRECTORY: "{{ '.' | realpath }}"}

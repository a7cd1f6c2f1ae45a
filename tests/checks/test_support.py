# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A check that cannot fail proves nothing: the ways in which an outside tool fails are all seen."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.checks import support
from tools import ansible_test, trees


def test_an_exit_code_fails_with_all_output() -> None:
    with pytest.raises(pytest.fail.Exception, match=r"exit code 3(.|\n)*said on stderr"):
        support.check(sys.executable, "-c", "import sys; print('said on stderr', file=sys.stderr); sys.exit(3)")


def test_success_that_admits_to_have_done_nothing_fails() -> None:
    with pytest.raises(pytest.fail.Exception, match="it said 'All targets skipped'"):
        support.check("echo", "WARNING: All targets skipped.", never=[ansible_test.NOTHING_TESTED])


def test_ansible_test_still_says_so_when_it_sees_no_file(tmp_path: Path) -> None:
    """The words that the check above waits for are the words of this version."""
    copy = trees.synchronise(tmp_path / "ignored" / trees.NAMESPACE_PATH)
    (tmp_path / ".gitignore").write_text("ignored\n", encoding="utf-8")
    support.check("git", "init", "--quiet", tmp_path)
    run = ansible_test.prepare("sanity", support.BIN)
    argv = [*run.argv, "sanity", "--test", "line-endings"]
    outcome = support.execute(*argv, seconds=60, cwd=copy, env=support.environment(run.env))
    assert outcome.returncode == 0
    assert ansible_test.NOTHING_TESTED in outcome.output


def test_a_command_that_hangs_is_ended_with_its_children() -> None:
    program = "import subprocess as s; c = s.Popen(['sleep', '60']); print(c.pid, flush=True); c.wait()"
    outcome = support.execute(sys.executable, "-c", program, seconds=2)
    assert outcome.returncode != 0
    assert "not finished after 2 s" in outcome.output
    child = int(outcome.output.split()[0])
    deadline = time.monotonic() + 10
    while _is_running(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _is_running(child)


def _is_running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_tools_do_not_use_the_home_of_the_user() -> None:
    assert support.environment()["HOME"] != os.environ.get("HOME")


def test_bytecode_of_an_archive_is_kept_for_this_very_source(tmp_path: Path) -> None:
    """A module that has changed is compiled anew, and a traceback names the archive that it was found in."""
    program = "import sys; sys.path.insert(0, sys.argv[1]); import packed; packed.fail()"
    for number, text in enumerate(("first", "first", "other")):
        archive = tmp_path / f"{number}.zip"
        with ZipFile(archive, "w") as writing:
            writing.writestr("packed/__init__.py", f"def fail():\n    raise OSError('{text}', __file__)\n")
        said = support.execute(sys.executable, "-c", program, archive, seconds=20).output
        assert f'File "{archive}/packed/__init__.py", line 2, in fail' in said
        assert f"OSError: [Errno {text}] {archive}/packed/__init__.py" in said
    kept = trees.CACHE / "bytecode" / str(sys.implementation.cache_tag)
    assert len(list(kept.glob("packed-*.pyc"))) == 2

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How tests are dealt out to workers: what shares something dear stays together, everything long goes one by one."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

# Short tests, of which there are thousands: to deal out each of them costs more than many of them take. And those that
# wait for an emulator, a name server or a time-out: while one worker waits, others have something to do.
WHOLE_FILES = ("tests/unit/", "tests/adapters/")
# Each of these prepares something for all of its tests, which takes much longer than they do.
TOGETHER = ("tests/checks/test_html_report.py", "tests/checks/test_drift_playbook.py")


class Units(LoadScopeScheduling):
    """Deals out single tests, but for files whose tests belong together."""

    def _split_scope(self, nodeid: str) -> str:
        """The unit that a test belongs to."""
        file = nodeid.partition("::")[0]
        return file if file.startswith(WHOLE_FILES) or file in TOGETHER else nodeid

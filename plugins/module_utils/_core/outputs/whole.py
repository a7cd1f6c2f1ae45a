# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""A report in full: what every format of it has to tell, and what changed since the last one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.changes import Changes, changes_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.document import document_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.expiries import WARNING_DAYS, moment_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.looks import whole_report_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.overview import Overview, overview_of


@dataclass(frozen=True, slots=True)
class Whole:
    """What is told, what changed, V(None) if there is nothing to compare with, and both as a document."""

    overview: Overview
    changes: Changes | None
    document: Mapping[str, Any]


def whole_of(
    result: Any, at: Any = None, previous: Any = None, warning_days: Any = WARNING_DAYS, *, times: bool = False
) -> Whole:
    """A report in full, of one result or of a dictionary of results by look.

    :param at: the time of the report: text in ISO 8601 or a datetime, V(None) to leave it open.
    :param previous: the last report as a dictionary, JSON or page; V(None) or empty if there is none.
    :raises InvalidInput: for what is no result, no time or no number of days.
    """
    if not isinstance(warning_days, int) or isinstance(warning_days, bool) or warning_days < 0:
        raise InvalidInput(f"expiry_warning_days is {warning_days!r}. Use a number of days from 0 on.")
    overview = overview_of(whole_report_of(result), time_of(at), warning_days)
    changes = changes_of(previous, document_of(overview)) if previous else None
    return Whole(overview, changes, document_of(overview, changes, times=times))


def time_of(given: Any) -> datetime | None:
    """The time that an option gives, in UTC; without an offset it is UTC already.

    :raises InvalidInput: when it is none.
    """
    if given is None or given == "":
        return None
    found = moment_of(given.isoformat() if isinstance(given, datetime) else given)
    if found is None:
        raise InvalidInput(f"at is {given!r}. Use a time in ISO 8601 such as 2026-11-22T08:00:00Z.")
    return found.astimezone(UTC)

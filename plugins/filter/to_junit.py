# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Documented in to_junit.yml.

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import CmgError, InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.checks import checks_of, policy_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.junit import Case, Kind, Unknown, cases_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.looks import whole_report_of
from ansible_collections.configmgr.cmg.plugins.module_utils._module.libraries import require_library


def to_junit(
    result: Any,
    *,
    fail_on: Any = ("drift",),
    threshold: str = "error",
    unknown: str = "skipped",
    suite: str = "configmgr.cmg",
) -> str:
    """The result as a JUnit document."""
    try:
        require_library("junitparser", purpose="write JUnit files", requirement="junitparser>=3.2.0")
        policy = policy_of(fail_on, threshold)
        if unknown not in list(Unknown):
            raise InvalidInput(f"unknown is {unknown!r}. Use one of {', '.join(Unknown)}.")
        return _document(cases_of(checks_of(whole_report_of(result), policy), Unknown(unknown)), suite)
    except CmgError as error:
        raise AnsibleFilterError(error.message) from error


def _document(cases: Iterable[Case], name: str) -> str:
    from junitparser import JUnitXml, TestSuite

    document = JUnitXml(name)
    for suite, members in groupby(cases, key=lambda case: case.suite):
        element = TestSuite(suite)
        element.add_testcases([_element(case, name) for case in members])
        document.add_testsuite(element)
    document.update_statistics()
    written = io.BytesIO()
    document.write(written)
    return f"{written.getvalue().decode('utf-8').strip()}\n"


def _element(case: Case, classname: str) -> Any:
    from junitparser import Error, Failure, Skipped, TestCase

    elements = {Kind.FAILURE: Failure, Kind.ERROR: Error, Kind.SKIPPED: Skipped}
    element = TestCase(case.name, classname)
    if case.kind in elements:
        outcome = elements[case.kind](case.message, case.type)
        outcome.text = case.text
        element.result = [outcome]
    elif case.text:
        element.system_out = case.text
    return element


class FilterModule:
    """Tells Ansible about the filter."""

    def filters(self) -> dict[str, Callable[..., str]]:
        return {"to_junit": to_junit}

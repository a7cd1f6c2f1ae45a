# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Findings as modules return them, read back: which of them count, and how they are told to a person."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Severity, Status
from ansible_collections.configmgr.cmg.plugins.module_utils._core.rule_pages import rule_url

NEVER = "never"
WIDTH = 110
# What is worth telling depends on what became of a rule: one that could not look has a reason and nothing else.
PARTS = {
    Status.FAILED: (("observed", "seen"), ("expected", "expected"), ("remedy", "remedy")),
    Status.NOT_CHECKED: (("observed", "reason"),),
    Status.ACCEPTED: (("observed", "seen"), ("remedy", "remedy")),
}

FindingDict = Mapping[str, Any]


def findings_of(result: Any) -> list[FindingDict]:
    """The findings of a module's result, or a list of findings itself.

    :raises InvalidInput: when it is neither, for example the result of a module that failed before it judged anything.
    """
    found = result.get("findings") if isinstance(result, Mapping) else result
    if not isinstance(found, Sequence) or isinstance(found, str | bytes):
        # In a template, a dictionary is of a class of Ansible's own that no user knows.
        kind = "a dictionary" if isinstance(result, Mapping) else type(result).__name__
        raise InvalidInput(
            "A result of a module of configmgr.cmg or a list of findings is expected, but this is "
            f"{kind} without findings. Register the module's result and pass it on as it is."
        )
    if not all(isinstance(finding, Mapping) and "rule" in finding for finding in found):
        raise InvalidInput("The list holds something that is no finding. Pass on the findings of a module as they are.")
    return list(found)


def failing(findings: Sequence[FindingDict], threshold: str) -> list[FindingDict]:
    """The failed findings that are at least as severe as the threshold, in the same order.

    :param threshold: V(critical), V(error), V(warning), V(info) or V(never).
    :raises InvalidInput: for any other threshold.
    """
    if threshold == NEVER:
        return []
    severities = [str(severity) for severity in Severity]
    if threshold not in severities:
        raise InvalidInput(f"{threshold!r} is no severity. Use one of {', '.join([*severities, NEVER])}.")
    counting = severities[: severities.index(threshold) + 1]
    return [it for it in findings if it["status"] == Status.FAILED and it["severity"] in counting]


def lines_of(findings: Sequence[FindingDict], *, brief: bool = False) -> list[str]:
    """The findings as lines for a person: a headline each, then what was seen, what was expected and the way out.

    :param brief: name the rules that could not be checked in one sentence, without the reason of each.
    """
    # Findings are never compared with each other: a template's are compared slowly, and a thousand gateways have many.
    unchecked: list[FindingDict] = []
    told: list[FindingDict] = []
    for finding in findings:
        passed_over = brief and finding["status"] == Status.NOT_CHECKED
        (unchecked if passed_over else told).append(finding)
    lines = [line for finding in told for line in _lines(finding)] or ["Nothing to complain about."]
    return [*lines, *_unchecked(unchecked)]


def _unchecked(findings: Sequence[FindingDict]) -> list[str]:
    """Which rules could not be checked, for how many gateways."""
    if not findings:
        return []
    rules = ", ".join(sorted({str(finding["rule"]) for finding in findings}))
    gateways = len({finding["gateway"] for finding in findings})
    return textwrap.wrap(f"Not checked ({gateways} of the gateways, the findings say why): {rules}.", WIDTH)


def _lines(finding: FindingDict) -> list[str]:
    status = Status(finding["status"])
    state = finding["severity"] if status is Status.FAILED else status.replace("_", " ")
    headline = f"{state.upper()} {finding['rule']} {finding['gateway']}, {finding['subject']}: {finding['title']}"
    parts = (line for key, word in PARTS[status] for line in _wrapped(word, str(finding[key])))
    # A terminal makes a link of an address only if it is whole.
    page = [f"{_label('rule')}{rule_url(str(finding['rule']))}"] if status is Status.FAILED else []
    return [headline, *parts, *page]


def _wrapped(word: str, text: str) -> list[str]:
    """A part of a finding, wrapped and aligned, or nothing where there is nothing to say."""
    label = _label(word)
    return textwrap.wrap(text, WIDTH, initial_indent=label, subsequent_indent=" " * len(label)) if text else []


def _label(word: str) -> str:
    return f"    {word + ':':<10} "

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Findings as modules return them, read back: which of them count, and how they are told to a person."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import zip_longest
from typing import Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.counting import counted, first_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.taxonomy import State
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import (
    SEVERITY_ORDER,
    STATUS_ORDER,
    Severity,
    Status,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.rule_pages import PAGE, SITE, rule_url

NEVER = "never"
WIDTH = 110
WIDEST_NAME = 36
# What is worth telling depends on what became of a rule: one that could not look has a reason and nothing else.
PARTS = {
    Status.FAILED: (("observed", "seen"), ("expected", "expected"), ("remedy", "remedy")),
    Status.NOT_CHECKED: (("observed", "reason"),),
    Status.ACCEPTED: (("observed", "seen"), ("remedy", "remedy")),
}

NOTHING = "Nothing to complain about."
PLURAL = frozenset({"error", "warning", "info"})

FindingDict = Mapping[str, Any]
# What decides whether a finding counts, with the words that there are.
DECIDING = {"status": tuple(STATUS_ORDER), "severity": tuple(SEVERITY_ORDER)}
# What Ansible writes in the place of a secret: the first for a whole value, the second inside of one.
MASKS = ("VALUE_SPECIFIED_IN_NO_LOG_PARAMETER", "********")
MASKED = (
    "Ansible masks every value of a result that is, or contains, a value with no_log, such as the password of a "
    "certificate. Use a password that is no part of a name and no plain word."
)
NAMED = "Give a name that gateways[].name of the result has."
MOST_NAMES = 5


def findings_of(result: Any) -> list[FindingDict]:
    """The findings of a module's result, of several results together, or a list of findings itself.

    Of several results the findings come worst first, and each of them once. A task that was skipped has a result
    without findings.

    :raises InvalidInput: when it is none of these, for example the result of a module that failed before it judged.
    """
    if isinstance(result, Sequence) and result and all(map(_is_result, result)):
        return _worst_first(_once([finding for one in result for finding in findings_of(one)]))
    found = _found(result)
    if not isinstance(found, Sequence) or isinstance(found, str | bytes):
        # In a template, a dictionary is of a class of Ansible's own that no user knows.
        kind = "a dictionary" if isinstance(result, Mapping) else type(result).__name__
        raise InvalidInput(
            "A result of a module of configmgr.cmg or a list of findings is expected, but this is "
            f"{kind} without findings. Register the module's result and pass it on as it is."
        )
    if not all(isinstance(finding, Mapping) and "rule" in finding for finding in found):
        raise InvalidInput("The list holds something that is no finding. Pass on the findings of a module as they are.")
    for finding in found:
        _check_words(finding)
    return list(found)


def _check_words(finding: FindingDict) -> None:
    """What decides whether a finding counts has to be readable: one that is not may be what should have failed."""
    rule = str(finding["rule"])
    for key, words in DECIDING.items():
        seen = finding.get(key)
        if seen not in words:
            known = ", ".join(words)
            raise InvalidInput(f"The {key} of a finding of rule {rule} is {seen!r}, not one of {known}. {MASKED}")
    if any(mask in rule for mask in MASKS):
        raise InvalidInput(f"The rule of a finding is {rule!r}, which is the id of none. {MASKED}")


def _is_result(item: Any) -> bool:
    return isinstance(item, Mapping) and "rule" not in item


def _found(result: Any) -> Any:
    if not isinstance(result, Mapping):
        return result
    return result.get("findings", () if result.get("skipped") else None)


def _once(findings: Sequence[FindingDict]) -> list[FindingDict]:
    """Without what several modules say in the same words, for all of them look at the names."""
    words = ("status", "rule", "gateway", "subject", "observed")
    return list({tuple(str(one[word]) for word in words): one for one in reversed(findings)}.values())[::-1]


def _worst_first(findings: Sequence[FindingDict]) -> list[FindingDict]:
    return sorted(findings, key=lambda one: (STATUS_ORDER[one["status"]], SEVERITY_ORDER[one["severity"]]))


def of_gateway(result: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The part of a module's result that is about one gateway, in the shape of the whole.

    What concerns none of the declared gateways, such as aliases that nobody declares, is no part of it.

    :raises InvalidInput: when the result is about gateways, and about none of this name.
    """
    # A template's lists are slow to walk, and the list of all findings is by far the longest.
    own = [entry for entry in result.get("gateways", ()) if entry["name"] == name]
    if "gateways" in result and not own:
        # An empty part would read as "nothing to complain about".
        raise InvalidInput(_no_gateway(name, [str(entry["name"]) for entry in result["gateways"]]))
    parts: dict[str, Any] = {
        "gateways": own,
        "findings": [finding for entry in own for finding in entry["findings"]],
        "aliases": [alias for alias in result.get("aliases", ()) if alias["gateway"] == name],
        "unmanaged": [],
    }
    return {**result, **{key: part for key, part in parts.items() if key in result}}


def _no_gateway(name: str, names: Sequence[str]) -> str:
    known = first_of([repr(one) for one in names], MOST_NAMES) if names else "no gateway at all"
    return f"The result has no gateway with the name {name!r}; it has {known}. {MASKED if _masked(names) else NAMED}"


def _masked(names: Sequence[str]) -> bool:
    return any(mask in name for name in names for mask in MASKS)


def drifting(result: Mapping[str, Any], states: Sequence[str]) -> list[dict[str, Any]]:
    """The aliases in one of these states, unmanaged ones too, and the gateways whose alias is not even known.

    :raises InvalidInput: for a state that there is not.
    """
    unknown = sorted(set(map(str, states)) - {str(state) for state in State})
    if unknown:
        raise InvalidInput(f"{', '.join(unknown)} is no state. Use some of {', '.join(map(str, State))}.")
    aliases = [*result.get("aliases", ()), *result.get("unmanaged", ())]
    for alias in aliases:
        if alias["state"] not in tuple(State):
            raise InvalidInput(f"The state of the alias {alias['name']} is {alias['state']!r}, which is none. {MASKED}")
    unjudged = [
        one for one in result.get("gateways", ()) if one["state"] is None and one["cname_required"] is not False
    ]
    return [dict(one) for one in (*(alias for alias in aliases if alias["state"] in states), *unjudged)]


def of_rules(findings: Sequence[FindingDict], rules: Sequence[str], besides: Sequence[str]) -> list[FindingDict]:
    """The findings of some rules, given by shell patterns of their ids, besides those of some others."""
    chosen = {
        rule: any(fnmatchcase(rule, one) for one in rules) and not any(fnmatchcase(rule, one) for one in besides)
        for rule in {str(finding["rule"]) for finding in findings}
    }
    return [finding for finding in findings if chosen[str(finding["rule"])]]


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
    told, unchecked = _divided(findings, brief=brief)
    lines = [line for finding in told for line in _lines(finding)] or [NOTHING]
    return [*lines, *_unchecked(unchecked)]


def _divided(findings: Sequence[FindingDict], *, brief: bool) -> tuple[list[FindingDict], list[FindingDict]]:
    """Those that are told in full, and those that a sentence at the end is about."""
    unchecked: list[FindingDict] = []
    told: list[FindingDict] = []
    for finding in findings:
        passed_over = brief and finding["status"] == Status.NOT_CHECKED
        (unchecked if passed_over else told).append(finding)
    return told, unchecked


def table_of(findings: Sequence[FindingDict], *, brief: bool = False) -> list[str]:
    """The findings as the lines of a table for a person, and below it how many there are.

    A row has the state, then the gateway, the rule and the subject below each other, then what was seen, what was
    expected and the way out. Every line begins with the same character, so that no output of Ansible indents or quotes
    one of them otherwise than its neighbours.

    :param brief: name the rules that could not be checked in one sentence, without the reason of each.
    """
    told, unchecked = _divided(findings, brief=brief)
    rows = list(map(_cells, _together(told)))
    width = max((len(line) for _state, names, _text in rows for line in names), default=0)
    shape = (max((len(state) for state, _names, _text in rows), default=0), width)
    rule = f"+{'-' * (shape[0] + 2)}+{'-' * (shape[1] + 2)}+{'-' * (WIDTH - sum(shape) - 7)}"
    lines = [line for row in rows for line in (*_row(row, shape), rule)]
    table = [rule, *lines] if lines else []
    return [*table, *(f"| {line}" for line in (_total(told), *_unchecked(unchecked), *_explained(told)))]


Cells = tuple[str, list[str], list[tuple[str, str]]]


def _together(findings: Sequence[FindingDict]) -> list[list[FindingDict]]:
    """The findings of each row: one, or all rules that could not look for the same reason."""
    rows: dict[str, list[FindingDict]] = {}
    for number, finding in enumerate(findings):
        reason = f"{Status.NOT_CHECKED} {finding['observed']}"
        rows.setdefault(reason if finding["status"] == Status.NOT_CHECKED else str(number), []).append(finding)
    return list(rows.values())


def _cells(findings: Sequence[FindingDict]) -> Cells:
    """What stands in the three columns of a row: a word, lines, and labelled texts that are still to be wrapped."""
    first = findings[0]
    gateways, rules, subjects = (
        list(dict.fromkeys(str(one[key]) for one in findings)) for key in ("gateway", "rule", "subject")
    )
    of_one = len(gateways) == 1
    names = [first_of(gateways, 1), ", ".join(rules), ", ".join(subjects) if of_one else subjects[0]]
    lines = [line for name in names for line in textwrap.wrap(name, WIDEST_NAME, break_on_hyphens=False)]
    texts = [(word, str(first[key])) for key, word in PARTS[Status(first["status"])] if first[key]]
    return _state(first).upper(), lines, texts


def _row(cells: Cells, shape: tuple[int, int]) -> list[str]:
    state, names, texts = cells
    left = WIDTH - sum(shape) - 8
    said = [line for word, text in texts for line in _filled(word, text, left)]
    rows = zip_longest([state], names, said, fillvalue="")
    return [f"| {one:<{shape[0]}} | {two:<{shape[1]}} | {three}".rstrip() for one, two, three in rows]


def _filled(word: str, text: str, width: int) -> list[str]:
    """A labelled text of that width. Names have hyphens, and whoever copies one wants it whole."""
    shape: dict[str, Any] = {"initial_indent": f"{word + ':':<10}", "subsequent_indent": " " * 10}
    return textwrap.wrap(text, width, break_on_hyphens=False, **shape)


def _total(findings: Sequence[FindingDict]) -> str:
    """How many there are of each kind, at how many gateways."""
    if not findings:
        return NOTHING
    counts = Counter(map(_state, findings))
    gateways = len({finding["gateway"] for finding in findings})
    kinds = ", ".join(f"{times} {state}{'s' * (times > 1 and state in PLURAL)}" for state, times in counts.items())
    return f"{kinds} at {counted(gateways, 'gateway')}."


def _explained(findings: Sequence[FindingDict]) -> list[str]:
    return [f"Each rule is explained at {SITE}{PAGE}."] if findings else []


def _state(finding: FindingDict) -> str:
    """What a person calls it: the severity of what failed, else what became of the rule."""
    status = Status(finding["status"])
    return str(finding["severity"]) if status is Status.FAILED else status.replace("_", " ")


def _unchecked(findings: Sequence[FindingDict]) -> list[str]:
    """Which rules could not be checked, for how many gateways."""
    if not findings:
        return []
    rules = ", ".join(sorted({str(finding["rule"]) for finding in findings}))
    gateways = len({finding["gateway"] for finding in findings})
    return textwrap.wrap(f"Not checked ({gateways} of the gateways, the findings say why): {rules}.", WIDTH)


def _lines(finding: FindingDict) -> list[str]:
    status = Status(finding["status"])
    where = f"{finding['gateway']}, {finding['subject']}"
    headline = f"{_state(finding).upper()} {finding['rule']} {where}: {finding['title']}"
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

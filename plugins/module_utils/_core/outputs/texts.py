# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Text for formats that cannot hold every character, and problems in words."""

from __future__ import annotations

import re

from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.report import Problem
from ansible_collections.configmgr.cmg.plugins.module_utils._core.reports import lines_of

# Source: Extensible Markup Language (XML) 1.0, section 2.2, https://www.w3.org/TR/xml/#charsets
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
REPLACEMENT = "\ufffd"
# Whoever writes them into a name lets the text behind it be read backwards (UAX 9, section 2).
DIRECTIONS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def for_xml(text: str) -> str:
    """The text without characters that no XML document can hold, not even escaped."""
    return NOT_IN_XML.sub(REPLACEMENT, text)


def in_order(text: str) -> str:
    """The text with its bidirectional controls made visible: nothing changes the order in which it is read."""
    return DIRECTIONS.sub(lambda found: f"[U+{ord(found[0]):04X}]", text)


def for_utf8(text: str) -> str:
    """The text without halves of surrogate pairs, which no file can hold."""
    return text.encode("utf-8", errors="replace").decode("utf-8")


def in_lines(problem: Problem) -> list[str]:
    """A problem as lines for a person: a headline, then what was seen, what was expected and the way out."""
    return lines_of([finding_of(problem)])


def finding_of(problem: Problem) -> dict[str, object]:
    """The problem as modules return findings."""
    return {
        "rule": problem.rule,
        "title": problem.title,
        "severity": str(problem.severity),
        "status": str(problem.status),
        "gateway": problem.gateway,
        "subject": problem.subject,
        "observed": problem.observed,
        "expected": problem.expected,
        "remedy": problem.remedy,
        "sources": list(problem.sources),
    }

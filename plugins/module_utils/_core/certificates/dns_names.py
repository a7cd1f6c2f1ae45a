# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What the text of a name in a certificate has to look like."""

from __future__ import annotations

import re

from ansible_collections.configmgr.cmg.plugins.module_utils._core.records import LONGEST_LABEL, LONGEST_NAME

WILDCARD = "*"
_HOST_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?")


def syntax_problem(name: str) -> str | None:
    """What keeps the text from being a DNS name, as the end of a sentence, or V(None).

    A leading C(*.) is looked over. Letters outside of ASCII are for another rule to judge.

    Source: RFC 1034, section 3.5; RFC 5280, section 4.2.1.6; CA/Browser Forum BR 7.1.2.7.12.
    """
    plain = name.removeprefix(f"{WILDCARD}.")
    if not plain:
        return "is empty"
    if plain.endswith("."):
        return "ends with a dot"
    if len(plain) > LONGEST_NAME:
        return f"has {len(plain)} characters; a DNS name has at most {LONGEST_NAME}"
    return next(filter(None, map(_label_problem, plain.split("."))), None)


def _label_problem(label: str) -> str | None:
    if not label:
        return "has nothing between two of its dots"
    if len(label) > LONGEST_LABEL:
        return f"has a label of {len(label)} characters; a label has at most {LONGEST_LABEL}"
    if label.startswith("-") or label.endswith("-"):
        return f"has the label {label!r}, which begins or ends with a hyphen"
    if _HOST_LABEL.fullmatch(label) or not label.isascii():
        return None
    wrong = sorted(set(re.findall(r"[^A-Za-z0-9-]", label)))
    return f"contains {', '.join(map(repr, wrong))}"


def has_bad_asterisk(name: str) -> bool:
    """Whether an asterisk stands anywhere else than alone in front, where RFC 9525, section 6.3, gives it a meaning."""
    return WILDCARD in name.removeprefix(f"{WILDCARD}.")


def is_wildcard(name: str) -> bool:
    """Whether the name is a well-formed wildcard."""
    return name.startswith(f"{WILDCARD}.") and not has_bad_asterisk(name)


def base_of(name: str) -> str:
    """A name without the asterisk in front of it."""
    return name.removeprefix(f"{WILDCARD}.")

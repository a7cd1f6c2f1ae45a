# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of error bodies against those documented: status, code, wrapper and the fixed parts of the message."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.errors import DOCUMENTED, ERRORS, NOTES
from tests.emulator.messages import ErrorTemplate

# What the documentation writes where our messages have a placeholder, and its own ellipses.
_PLACE = re.compile(r"\{[a-z_]+\}")


def _documented(shared: Path) -> list[dict[str, Any]]:
    return list(json.loads((shared / "recordings" / "azure-errors.json").read_text(encoding="utf-8")))


def _flat(entry: dict[str, Any]) -> tuple[bool, bool, dict[str, Any]]:
    body = entry["body"]
    if isinstance(body, str):
        return False, True, json.loads(body)
    return ("error" in body, False, body.get("error", body))


def _pattern(template: ErrorTemplate) -> re.Pattern[str]:
    return re.compile(".+".join(re.escape(part) for part in _PLACE.split(template.message)))


def _fits(template: ErrorTemplate, entry: dict[str, Any]) -> bool:
    _gateway, in_string, error = _flat(entry)
    same = (template.status, template.code, template.json_in_string) == (entry["status"], error["code"], in_string)
    text = error["message"].removesuffix(" ...")
    start = _pattern(template)
    return same and bool(start.match(text) or _shortened(template, text))


def _shortened(template: ErrorTemplate, text: str) -> bool:
    """The documentation leaves out an ending or names another operation of the same kind."""
    first = template.message.split(". ")[0].split(" 'UpsertRecordSet")[0]
    first = first.partition("/operations/type/")[0]
    return bool(re.match(".+".join(re.escape(part) for part in _PLACE.split(first)), text))


def test_every_documented_error_is_in_the_table(shared: Path) -> None:
    entries = _documented(shared)
    for entry in entries:
        fitting = [name for name, template in DOCUMENTED.items() if _fits(template, entry)]
        assert fitting, f"no template for {entry['when']}: {entry['body']}"
    assert len(entries) == len(DOCUMENTED)


def test_every_template_of_the_first_group_is_documented(shared: Path) -> None:
    entries = _documented(shared)
    for name, template in DOCUMENTED.items():
        fitting = [entry for entry in entries if _fits(template, entry)]
        assert fitting, f"{name} is not documented"
        gateway, in_string, _error = _flat(fitting[0])
        assert (template.gateway, template.json_in_string) == (gateway, in_string), name
        details = {entry.get("details_code") for entry in fitting}
        details |= {one["code"] for entry in fitting if isinstance(entry["body"], dict)
                    for one in entry["body"].get("details", [])}  # fmt: skip
        assert template.details_code in {*details, ""}, name


@pytest.mark.parametrize("name", sorted(NOTES))
def test_a_note_is_about_an_error_of_the_table(name: str) -> None:
    assert name in ERRORS


@pytest.mark.parametrize("name", sorted(ERRORS))
def test_an_error_has_the_shape_of_its_origin(name: str) -> None:
    template = ERRORS[name]
    reply = template.reply({})
    assert reply.status == template.status
    if template.json_in_string:
        assert isinstance(reply.body, str)
        assert json.loads(reply.body)["code"] == template.code
    else:
        assert isinstance(reply.body, dict)
        assert ("error" in reply.body) == template.gateway
    assert ("x-ms-failure-cause" in reply.headers) == template.gateway

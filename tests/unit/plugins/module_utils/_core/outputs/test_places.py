# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where gateways are declared, found in files as people write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.places import (
    Declaration,
    Place,
    places_of,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.report import report_of
from ansible_collections.configmgr.cmg.plugins.module_utils._module.declaration import declarations_in, uri_of
from tests.unit import results_factory as results

PLAIN = """---
# Two gateways.
prerequisites_gateways:
  - service_name: granitefalls.contoso.com
    region: westus
  # A comment in between.
  - region: westus
    service_name: granite-falls.contoso.com
"""
PLAYBOOK = """
- hosts: localhost
  tasks:
    - configmgr.cmg.deployment_name_info:
        gateways:
          - {service_name: "*.contoso.com", prefix: granitefalls}
          - service_name: !vault |
              $ANSIBLE_VAULT;1.1;AES256
              6161
          - service_name: "{{ name }}"
"""
SHARED = """
base: &base {region: westus}
gateways:
  - {<<: *base, service_name: granitefalls.contoso.com}
---
gateways: &itself
  - service_name: granite-falls.contoso.com
    again: *itself
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (PLAIN, [("granitefalls.contoso.com", 4, 5), ("granite-falls.contoso.com", 7, 5)]),
        (
            PLAYBOOK,
            [
                ("granitefalls.contoso.com", 6, 13),
                ("$ANSIBLE_VAULT;1.1;AES256\n6161\n", 7, 13),
                (None, 10, 13),
            ],
        ),
        (SHARED, [("granitefalls.contoso.com", 4, 5), ("granite-falls.contoso.com", 7, 5)]),
        ('{"gateways": [{"service_name": "a.contoso.com"}]}', [("a.contoso.com", 1, 15)]),
        ("gateways: '{{ elsewhere }}'", []),
        ("", []),
    ],
    ids=["plain", "playbook", "shared", "json", "template", "empty"],
)
def test_declarations(tmp_path: Path, text: str, expected: list[tuple[str | None, int, int]]) -> None:
    file = tmp_path / "gateways.yml"
    file.write_text(text, encoding="utf-8")
    found = declarations_in(str(file), "gateways.yml")
    assert [(it.label, it.place.line, it.place.column) for it in found] == expected


@pytest.mark.parametrize("content", [b"a: [", b"\xff\xfe\x00"])
def test_what_cannot_be_read_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "gateways.yml"
    file.write_bytes(content)
    with pytest.raises(InvalidInput, match=r"gateways\.yml"):
        declarations_in(str(file), "gateways.yml")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="Name the file with the gateways"):
        declarations_in(str(tmp_path / "none.yml"), "none.yml")


@pytest.mark.parametrize(
    ("path", "root", "expected"),
    [
        ("/repo/a b/gateways.yml", "/repo", "a%20b/gateways.yml"),
        ("/repo/gateways.yml", "/repo", "gateways.yml"),
        ("/elsewhere/gateways.yml", "/repo", "file:///elsewhere/gateways.yml"),
        ("/repo/..gateways.yml", "/repo", "..gateways.yml"),
    ],
)
def test_uris(path: str, root: str, expected: str) -> None:
    assert uri_of(path, root) == expected


def declared(*labels: str | None) -> list[Declaration]:
    return [Declaration(label, Place("a.yml", line)) for line, label in enumerate(labels, start=10)]


@pytest.mark.parametrize(
    ("labels", "good", "bad"),
    [
        ((results.GOOD, results.BAD), 10, 11),
        ((results.BAD, results.GOOD.upper()), 11, 10),
        ((None, None), 10, 11),
        ((None, results.GOOD), 11, 11),
        ((None,), 1, 1),
        ((results.GOOD, None, None), 10, 1),
        ((), 1, 1),
    ],
)
def test_places(labels: tuple[str | None, ...], good: int, bad: int) -> None:
    places = places_of(report_of(results.names_result()), ["a.yml", "b.yml"], declared(*labels))
    assert (places[results.GOOD], places[results.BAD]) == (Place("a.yml", good), Place("a.yml", bad))

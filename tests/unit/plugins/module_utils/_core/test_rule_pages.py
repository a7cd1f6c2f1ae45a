# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The addresses of rules: on the site that galaxy.yml names, one word whatever a rule is called.

That the built page has their anchors is tested where the site is built.
"""

from __future__ import annotations

import re

import pytest

from ansible_collections.configmgr.cmg.plugins.module_utils._core.rule_pages import PAGE, SITE, rule_url
from tests.checks import sources
from tools import trees


def test_the_site_is_the_one_that_the_collection_names() -> None:
    assert sources.yaml_of(trees.ROOT / "galaxy.yml")["documentation"] == SITE
    assert SITE.endswith("/")


def test_the_page_is_a_guide() -> None:
    assert (trees.ROOT / "docs" / PAGE.replace("docsite/", "docsite/rst/").replace(".html", ".rst")).is_file()


def test_a_rule_has_its_own_anchor() -> None:
    assert rule_url("PREFIX-006") == f"{SITE}{PAGE}#prefix-006"


@pytest.mark.parametrize("rule", ["a b", "x](y", '"><b>', "é\ud800", "..\n"])
def test_an_address_is_one_word_without_markup(rule: str) -> None:
    assert re.fullmatch(r"([a-z0-9._~-]|%[0-9A-F]{2})+", rule_url(rule).partition("#")[2])

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of plugins and roles, and the changelog."""

from __future__ import annotations

import pytest

from tests.checks import support


@pytest.mark.cost(5)
def test_collection_docs() -> None:
    """Every reference in every text leads somewhere; semantic markup is well formed; examples are YAML.

    The pages that are made of it are read by Sphinx, to which every warning is an error (test_site.py).
    """
    argv = ["lint-collection-docs", "--plugin-docs", "--skip-rstcheck", "--validate-collection-refs", "self", "."]
    support.check(support.tool("antsibull-docs"), *argv)


def test_changelog() -> None:
    support.check(support.tool("antsibull-changelog"), "lint")
    support.check(support.tool("antsibull-changelog"), "lint-changelog-yaml", "changelogs/changelog.yaml")

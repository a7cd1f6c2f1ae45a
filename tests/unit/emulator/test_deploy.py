# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command that plays Configuration Manager in a local Azure."""

from __future__ import annotations

import dns.message
import dns.query
import pytest

from tests.emulator.deploy import ADDRESS, USAGE, main
from tests.emulator.process import running_emulator


def test_its_name_leads_to_its_address() -> None:
    question = dns.message.make_query("granitefalls.westus.cloudapp.azure.com", "A")
    with running_emulator() as azure:
        assert main(["granitefalls", "westus", "rg-cmg"], azure.environment) == 0
        host, port = azure.dns_resolver
        (answer,) = dns.query.udp(question, host, port=port, timeout=5).answer
    assert [str(one) for one in answer] == [ADDRESS]


@pytest.mark.parametrize("arguments", [[], ["granitefalls"], ["granitefalls", "westus", "rg-cmg", "more"]])
def test_anything_else_is_answered_with_the_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments, {"CMG_EMULATOR_CONTROL": "https://127.0.0.1:1/_control"}) == 2
    assert USAGE in capsys.readouterr().err
    assert main(["granitefalls", "westus", "rg-cmg"], {}) == 2

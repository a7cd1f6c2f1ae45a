# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of the Azure management certificate."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.engine import Evidence, Purpose, judge
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.rules_management import (
    RULES,
    management_certificate_needed,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import DeploymentMethod
from tests.unit import certificate_factory as factory
from tests.unit.evidence_factory import evidence, facts, gateway
from tests.unit.rule_examples import Example, examples

MG = Purpose.MANAGEMENT
SIGNED = factory.management()


def made(issued: factory.Issued | bytes = SIGNED, other: factory.Issued = SIGNED) -> Evidence:
    return evidence(MG, issued, counterpart=facts(other))


def declared(method: str, version: str | None = None) -> Evidence:
    return Evidence(
        MG, "management certificate", gateway(deployment_method=method, site_version=version), factory.NOW, of_set=True
    )


EXAMPLES = examples(
    Example("MGMT-001", "a scale set", declared("scale_set"), fails=True),
    Example("MGMT-001", "classic, current version", declared("classic"), fails=True, says=("2203",)),
    Example("MGMT-001", "classic, 1902", declared("classic", "1902"), fails=True),
    Example("MGMT-001", "classic, 1810", declared("classic", "1810"), fails=False),
    Example(
        "MGMT-002",
        "another certificate of the same name",
        made(other=factory.management(serial=5)),
        fails=True,
        says=(facts(SIGNED).thumbprint_sha1,),
    ),
    Example("MGMT-002", "the same certificate", made(), fails=False),
    Example("MGMT-002", "only one half declared", replace(made(), counterpart=None), fails=False),
    Example("MGMT-003", "RSA 1024", made(factory.management(key=factory.rsa_key(1024))), fails=True, says=("1024",)),
    Example("MGMT-003", "P-256", made(factory.management(key=factory.ec_key())), fails=True),
    Example("MGMT-003", "SHA-1", made(factory.sha1_signed(SIGNED)), fails=True, says=("sha1",)),
    Example("MGMT-003", "self-signed, RSA 2048", made(), fails=False),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_rule(example: Example) -> None:
    example.prove(RULES)


def test_a_sound_certificate_leaves_no_word() -> None:
    assert judge(made(), RULES) == []


@pytest.mark.parametrize(
    ("method", "version", "needed"),
    [
        (DeploymentMethod.CLASSIC, "1710", True),
        (DeploymentMethod.CLASSIC, "1810", True),
        (DeploymentMethod.CLASSIC, "1902", False),
        (DeploymentMethod.CLASSIC, "2203", False),
        (DeploymentMethod.CLASSIC, None, False),
        (DeploymentMethod.SCALE_SET, "1810", False),
        (DeploymentMethod.SCALE_SET, None, False),
    ],
)
def test_who_needs_one(method: DeploymentMethod, version: str | None, needed: bool) -> None:
    assert management_certificate_needed(method, version)[0] is needed

# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every rule of the catalogue exists, with its severities and purposes, and is shown failing and just passing."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates import (
    clients,
    management_points,
    renewal,
    rules_declaration,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.catalogue import OPENING, RULES
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.engine import (
    CertificateRule,
    Evidence,
    Observation,
    not_checked,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Severity, Status
from tests.unit import certificate_factory as factory
from tests.unit import rule_examples
from tests.unit.evidence_factory import gateway

BY_ID = {rule.id: rule for rule in RULES}
FAMILIES = sorted(path.stem for path in Path(__file__).parent.glob("test_rules_*.py"))
ALL = "SP SE CL CT MP MG"
ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO

# Where a rule applies elsewhere than the catalogue says, with the reason.
OTHER_PURPOSES = {
    "TIME-005": (
        "SP",
        "Before an order nobody knows how long the certificate shall last; afterwards its successor is judged.",
    ),
    "TRUST-006": ("CL", "The client certificate is what is judged; the trust chain comes with it as evidence."),
    "PUB-005": ("PLAN SP", "A look-up that fails is named as such also where there is a certificate already."),
}

# What no catalogue asks for, with the reason.
BEYOND = {
    "NAME-024": "New-CMCloudManagementGateway takes the first DNS name, not the common name, for the service name.",
}

# What the catalogue says in words, as severities by purpose. Without a purpose: within one purpose it depends.
WORDS: dict[str, tuple[Severity, dict[str, Severity]]] = {
    "error SP / warning SE": (ERROR, {"SE": WARNING, "MP": WARNING, "CL": WARNING}),
    "error SP / warning SE CL": (ERROR, {"SE": WARNING, "CL": WARNING}),
    "error (3072: configurable)": (ERROR, {}),
    "error/warning": (ERROR, {}),
    "error; clientAuth: warning by date": (ERROR, {}),
    "error (upper case: warning)": (ERROR, {}),
    "error <=1902 else info": (ERROR, {}),
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_what_was_not_checked_is_not_to_be_mended(rule: CertificateRule) -> None:
    """The remedy of a rule is for what is wrong; where nobody looked, the way to have it looked at is told."""
    given = Evidence(next(iter(rule.purposes)), "certificate", gateway(), factory.NOW)
    for observation in (not_checked("r", "e"), Observation("r", "e", status=Status.NOT_CHECKED)):
        assert rule.finding(given, observation).remedy not in ("", rule.remedy)


def test_every_rule_says_how_to_have_it_checked() -> None:
    for name in sorted({rule.check.__module__ for rule in RULES}):
        tree = ast.parse(inspect.getsource(importlib.import_module(name)))
        calls = [it for it in ast.walk(tree) if isinstance(it, ast.Call) and isinstance(it.func, ast.Name)]
        told = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "not_checked"]
        assert [call.lineno for call in told if len(call.args) < 3] == [], name


def catalogued(shared: Path) -> list[dict[str, Any]]:
    content = json.loads((shared / "data" / "certificate-rules.json").read_text(encoding="utf-8"))
    entries: list[dict[str, Any]] = content if isinstance(content, list) else content["rules"]
    return entries


def test_the_catalogue_is_complete(shared: Path) -> None:
    entries = catalogued(shared)
    assert len(entries) == 105
    assert {entry["id"] for entry in entries} == set(BY_ID) - set(BEYOND)


def test_no_id_is_used_twice() -> None:
    others = (*clients.RULES, *management_points.RULES, *renewal.RULES, *rules_declaration.RULES)
    ids = [*(rule.id for rule in RULES), *(rule.id for rule in others)]
    assert len(ids) == len(set(ids))


def test_purposes(shared: Path) -> None:
    for entry in catalogued(shared):
        wanted = OTHER_PURPOSES.get(entry["id"], (entry["applies"].replace("all", ALL), ""))[0]
        assert {str(one) for one in BY_ID[entry["id"]].purposes} == set(wanted.split()), entry["id"]


def test_every_other_purpose_is_still_another_one(shared: Path) -> None:
    said = {entry["id"]: set(entry["applies"].replace("all", ALL).split()) for entry in catalogued(shared)}
    assert not [rule for rule, (purposes, _why) in OTHER_PURPOSES.items() if said[rule] == set(purposes.split())]


def test_severities(shared: Path) -> None:
    for entry in catalogued(shared):
        rule, words = BY_ID[entry["id"]], entry["severity"]
        basis, by_purpose = WORDS[words] if words in WORDS else (Severity(words), {})
        wanted = {str(purpose): by_purpose.get(str(purpose), basis) for purpose in rule.purposes}
        assert {str(purpose): rule.severity_for(purpose) for purpose in rule.purposes} == wanted, entry["id"]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_says_all_that_a_finding_needs(rule: CertificateRule) -> None:
    assert rule.rule.title
    assert not rule.rule.title.endswith(".")
    assert rule.remedy[:1].isupper()
    assert rule.rule.sources
    assert rule.purposes


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_causes_exist(rule: CertificateRule) -> None:
    assert rule.caused_by <= set(BY_ID)
    assert rule.id not in rule.caused_by
    for cause in rule.caused_by:
        assert rule.purposes & BY_ID[cause].purposes, f"{cause} never looks at what {rule.id} looks at"
        assert rule.id not in BY_ID[cause].caused_by, f"{cause} and {rule.id} would hide each other"


def test_what_opens_a_file() -> None:
    assert {rule.id for rule in OPENING} == {"PFX-001", "PFX-002", "PFX-003", "PFX-011", "FILE-001"}


def test_every_rule_is_shown_failing_and_passing() -> None:
    shown = {(example.rule, example.fails) for example in collected()}
    assert not [f"{rule} never fails" for rule in sorted(BY_ID) if (rule, True) not in shown]
    assert not [f"{rule} never passes" for rule in sorted(BY_ID) if (rule, False) not in shown]


def test_a_rule_whose_premise_does_not_hold_has_nothing_to_say() -> None:
    missed = []
    for example in collected():
        evidence = example.evidence() if callable(example.evidence) else example.evidence
        idle = [rule for rule in RULES if rule.premise is not None and not rule.premise(evidence)]
        missed += [(rule.id, str(example)) for rule in idle if rule.applies(evidence) and [*rule.check(evidence)]]
    assert missed == []


def collected() -> list[rule_examples.Example]:
    for family in FAMILIES:
        importlib.import_module(f"{__package__}.{family}" if __package__ else _module_name(family))
    return rule_examples.COLLECTED


def _module_name(family: str) -> str:
    return ".".join([*__name__.split(".")[:-1], family])

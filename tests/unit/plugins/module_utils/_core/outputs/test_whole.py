# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What several looks tell together: gateways by one name, a check list without gaps, certificates, servers."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.case import Settings
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.observations import Resolution
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.expiries import Expiry, common_name, moment_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.looks import whole_report_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.matrix import matrices_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.overview import Overview, overview_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.prerequisites import (
    AREAS,
    OTHER,
    Verdict,
    area_of,
    worst_of,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.report import Problem, report_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.whole import time_of, whole_of
from tests.unit import results_factory as results
from tests.unit import whole_factory as factory
from tests.unit.plugins.module_utils._core.drift import cases
from tests.unit.whole_factory import NAMES, NOW, RIGHT, SOON, WRONG, whole

FAILED = {"failed": True, "changed": False, "msg": "Nobody answers."}


def overview(at: datetime | None = NOW, **changes: Any) -> Overview:
    return overview_of(whole_report_of(whole(**changes)), at)


def verdicts(name: str, **changes: Any) -> dict[str, str]:
    view = next(view for view in overview(**changes).gateways if view.label == name)
    return {one.id: str(one.verdict) for one in view.prerequisites}


# --- several looks ---------------------------------------------------------------------------------------------------


def test_what_two_looks_say_is_told_once() -> None:
    report = whole_report_of(whole())
    assert [gateway.label for gateway in report.gateways] == list(NAMES)
    assert [look.name for look in report.looks] == ["names", "availability", "certificates", "drift"]
    told = [problem for problem in report.problems if problem.rule == "PREFIX-006"]
    assert [(problem.gateway, problem.look) for problem in told] == [(WRONG, "names")]
    assert report.failure is None
    assert set(report.gateways[0].facts) == {"names", "availability", "certificates", "drift"}


def test_a_look_that_failed_or_was_not_made() -> None:
    report = whole_report_of(whole(availability=FAILED, drift={"skipped": True, "changed": False}, certificates=None))
    assert [(look.name, look.failure) for look in report.looks] == [
        ("names", None),
        ("availability", "Nobody answers."),
    ]
    assert report.failure == "availability: Nobody answers."
    assert not report.valid
    assert not report.is_drift


def test_every_look_failed() -> None:
    report = whole_report_of({"names": FAILED, "drift": FAILED})
    assert report.gateways == ()
    assert report.failure == "names: Nobody answers. drift: Nobody answers."


def test_one_result_is_told_as_before() -> None:
    for result in (factory.names(), factory.drift(), factory.names()["findings"], FAILED):
        assert whole_report_of(result) == report_of(result)


@pytest.mark.parametrize(
    ("look", "kind"),
    [("names", "names"), ("availability", "availability"), ("certificates", "certificates"), ("drift", "drift")],
)
def test_a_single_result_is_recognised(look: str, kind: str) -> None:
    assert [it.name for it in report_of(whole()[look]).looks] == [kind]


@pytest.mark.parametrize("placeholder", ["gateway 1", "(gateway without a service name)"])
def test_a_name_that_only_one_look_knows(placeholder: str) -> None:
    """A gateway that is declared without a name has one from its certificate on."""
    nameless = copy.deepcopy(factory.names())
    entry = nameless["gateways"][0]
    entry.update(service_name=None, name=placeholder)
    finding = {**nameless["findings"][0], "gateway": placeholder, "rule": "SERVICE-001"}
    nameless["findings"].append(finding)
    entry["findings"] = [finding]
    report = whole_report_of({"names": nameless, "certificates": factory.certificates()})
    assert report.gateways[0].label == RIGHT
    assert {problem.gateway for problem in report.problems if problem.rule == "SERVICE-001"} == {RIGHT}


@pytest.mark.parametrize(
    ("looks", "message"),
    [
        ({"names": factory.names(), "other": factory.names()}, "There is no look 'other'. Use names, availability"),
        (
            {"names": factory.names(), "drift": results.drift_result()},
            "names has 3, drift has 1. Give all of them the same list",
        ),
        (
            {
                "names": results.names_result(),
                "drift": {**factory.drift(), "gateways": factory.drift()["gateways"][:2]},
            },
            "number 2 is granite-falls.contoso.com and wallacefalls.contoso.com",
        ),
        ({"names": "text"}, "A result of a module of configmgr.cmg or a list of findings is expected"),
    ],
)
def test_looks_that_do_not_belong_together(looks: Mapping[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        whole_report_of(looks)
    assert message in caught.value.message


def test_gateways_that_have_names_of_their_own_keep_them() -> None:
    """Where gateways are hosts of the inventory, a look without findings knows their names too."""
    own = [{**it, "name": f"host-{number}", "findings": []} for number, it in enumerate(factory.names()["gateways"])]
    result = {"names": {**factory.names(), "gateways": own, "findings": []}}
    assert [gateway.label for gateway in whole_report_of(result).gateways] == ["host-0", "host-1", "host-2"]


# --- the check list --------------------------------------------------------------------------------------------------


def test_a_gateway_as_it_should_be() -> None:
    found = verdicts(RIGHT)
    assert found.pop("server_certificate") == found.pop("client_authentication") == "partly"
    assert {name for name, verdict in found.items() if verdict != "passed"} == {
        "renewal",
        "management_point",
        "management_certificate",
    }
    assert set(found.values()) == {"passed", "skipped", "not_needed"}
    assert next(view for view in overview().gateways if view.label == RIGHT).ready


def test_what_is_wrong_is_found_at_its_place() -> None:
    found = verdicts(SOON)
    assert (found["storage_account"], found["key_vault"]) == ("failed", "unknown")
    assert (found["server_certificate"], found["alias"], found["served"]) == ("warning", "failed", "failed")
    unnamed = verdicts(WRONG)
    assert (unnamed["service_name"], unnamed["deployment"], unnamed["alias"]) == ("failed", "unknown", "unknown")


def test_every_finding_has_exactly_one_place() -> None:
    seen = overview(certificates=factory.certificates(days=-1))
    for view in seen.gateways:
        listed = [problem for one in view.prerequisites for problem in one.problems]
        assert sorted(listed, key=lambda it: it.order) == sorted(view.problems, key=lambda it: it.order)
    told = [problem for view in seen.gateways for problem in view.problems] + list(seen.others)
    assert len(told) == len(seen.report.problems)


@pytest.mark.parametrize("look", ["names", "availability", "certificates", "drift"])
def test_a_look_that_failed_leaves_nothing_passed(look: str) -> None:
    own = {area.id for area in AREAS if area.looks == (look,)} or {"alias"}
    seen = overview_of(whole_report_of({**whole(), look: FAILED}), NOW)
    for view in seen.gateways:
        for one in view.prerequisites:
            if one.id in own:
                assert one.verdict is Verdict.UNKNOWN
                assert f"The look at {look} could not be made" in one.seen
        assert not view.ready


@pytest.mark.parametrize("look", ["names", "availability", "certificates", "drift"])
def test_what_nobody_looked_at_is_left_out(look: str) -> None:
    own = {area.id for area in AREAS if area.looks == (look,)}
    assert not own & set(verdicts(RIGHT, **{look: None}))


def test_layers_of_an_alias() -> None:
    target = factory.drift(target=None, served=None, skipped={"target": "No resolver."})
    found = next(view for view in overview(drift=target).gateways if view.label == SOON)
    told = {one.id: (one.verdict, one.seen) for one in found.prerequisites}
    assert told["target"] == (Verdict.UNKNOWN, "No resolver.")
    assert told["served"] == (Verdict.SKIPPED, "This layer was not asked for.")
    silent = tuple(cases.silent(number=number, name=SOON) for number in range(4))
    assert verdicts(SOON, drift=factory.drift(authoritative=silent))["alias"] == "unknown"


def test_a_gateway_that_needs_no_alias() -> None:
    names = copy.deepcopy(factory.names())
    names["gateways"][0]["cname_required"] = False
    alone = {**factory.drift(), "aliases": []}
    assert verdicts(RIGHT, names=names, drift=alone)["alias"] == "not_needed"
    assert verdicts(RIGHT, names=names, drift=alone)["served"] == "skipped"


def test_records_and_providers_that_were_made() -> None:
    record = {"action": "create", "zone": "contoso.com", "after": {"cname": "t"}}
    dns = {
        "gateways": [{"service_name": name, "record": record} for name in NAMES],
        "findings": [],
    }
    made = {"providers": [{"namespace": "Microsoft.Compute", "after": "Registered"}], "findings": []}
    seen = overview_of(whole_report_of({"names": factory.names(), "dns": dns, "providers": made}))
    told = {one.id: one.seen for one in seen.gateways[0].prerequisites}
    assert told["alias"] == "Azure DNS zone contoso.com: create"
    assert told["providers"] == "Microsoft.Compute Registered"


@pytest.mark.parametrize(
    ("rule", "subject", "area"),
    [
        ("PREFIX-006", "prefix", "service_name"),
        ("REGION-001", "region", "deployment"),
        ("METHOD-008", "resource group", "resource_group"),
        ("AVAIL-010", "resource group", "resource_group"),
        ("TRUST-009", "trust chain root.cer", "client_authentication"),
        ("TIME-001", "server certificate x.pfx", "server_certificate"),
        ("TIME-001", "management point certificate x.cer", "management_point"),
        ("TIME-001", "management certificate x.cer", "management_certificate"),
        ("RENEWAL-001", "server certificate x.pfx", "renewal"),
        ("NEW-001", "something new", OTHER),
    ],
)
def test_the_place_of_a_finding(rule: str, subject: str, area: str) -> None:
    (problem,) = report_of([_finding(rule, subject)]).problems
    assert area_of(problem) == area
    assert area in {it.id for it in AREAS}


def _finding(rule: str, subject: str, gateway: str = RIGHT, status: str = "failed") -> dict[str, Any]:
    parts = ("title", "observed", "expected", "remedy")
    return {**dict.fromkeys(parts, "Text."), "rule": rule, "subject": subject, "gateway": gateway, "severity": "error",
            "status": status}  # fmt: skip


def test_findings_alone_have_a_list_too() -> None:
    seen = overview_of(report_of([_finding("NEW-001", "thing")]))
    assert [(one.id, one.verdict) for one in seen.gateways[0].prerequisites] == [(OTHER, Verdict.FAILED)]
    assert worst_of([]) is Verdict.UNKNOWN


def test_what_is_accepted_does_not_count() -> None:
    accepted = {**_finding("PREFIX-006", "prefix"), "status": "accepted"}
    names = {**factory.names(), "findings": [accepted]}
    assert verdicts(RIGHT, names=names)["service_name"] == "passed"


def test_worst_first() -> None:
    assert [view.label for view in overview().worst_first] == [WRONG, SOON, RIGHT]


# --- certificates ----------------------------------------------------------------------------------------------------


def test_every_certificate_once_and_the_first_to_end_first() -> None:
    seen = overview().certificates
    assert [(it.name, it.days_left, it.state) for it in seen] == [
        (SOON, 5, Expiry.EXPIRING),
        (RIGHT, 80, Expiry.VALID),
        (RIGHT, 200, Expiry.VALID),
        ("Contoso Issuing CA", 2000, Expiry.VALID),
        ("Contoso Root CA", 3650, Expiry.VALID),
    ]
    issuing = seen[3]
    assert issuing.gateways == (RIGHT, SOON)
    assert issuing.roles == ("intermediate above the server certificate", "intermediate of the client trust chain")


@pytest.mark.parametrize(
    ("days", "warning", "state"),
    [(-1, 30, "expired"), (0, 30, "expiring"), (3, 30, "expiring"), (80, 30, "valid"), (3, 0, "valid")],
)
def test_the_state_of_a_certificate(days: int, warning: int, state: str) -> None:
    report = whole_report_of(whole(certificates=factory.certificates(days)))
    found = next(it for it in overview_of(report, NOW, warning).certificates if it.name == SOON)
    assert (found.days_left, str(found.state)) == (days, state)


def test_without_a_time_no_days_are_told() -> None:
    assert {(it.days_left, it.state) for it in overview(at=None).certificates} == {(None, Expiry.UNKNOWN)}


def test_what_a_gateway_serves_may_be_the_certificate_in_use() -> None:
    certificates = copy.deepcopy(factory.certificates())
    entry = certificates["gateways"][0]
    entry["current_certificate"] = {**entry["server_certificate"], "subject": f"certificate served for {RIGHT}"}
    view = overview(certificates=certificates, drift=None).gateways[0]
    assert [(it.address, it.names, it.days_left) for it in view.served] == [("", (RIGHT,), 80)]


@pytest.mark.parametrize(
    ("subject", "name"),
    [("CN=a b,O=c", "a b"), ("O=c,CN=a\\, b", "a, b"), ("O=c", None), (None, None), ("OCN=x", None)],
)
def test_the_common_name_of_a_subject(subject: str | None, name: str | None) -> None:
    assert common_name(subject) == name


@pytest.mark.parametrize("text", ["", None, "soon", 5])
def test_what_is_no_time(text: Any) -> None:
    assert moment_of(text) is None


# --- servers ---------------------------------------------------------------------------------------------------------


def test_a_table_of_aliases_and_servers() -> None:
    (matrix,) = matrices_of(whole_report_of(whole()))
    assert matrix.zone == "contoso.com"
    assert [column.kind for column in matrix.columns] == ["plane", *["server"] * 4, "resolver"]
    assert [row.alias for row in matrix.rows] == [SOON, RIGHT]
    astray, right = matrix.rows
    assert {cell.text for cell in right.cells} == {"as declared"}
    assert [cell.text for cell in astray.cells] == ["as declared", *[cases.OLD] * 4, "not asked"]
    assert [str(cell.state) for cell in astray.cells] == ["in_sync", *["drift"] * 4, "None"]


def test_what_a_silent_server_and_an_old_resolver_say() -> None:
    words = (*cases.everywhere(cases.cname())[:3], cases.silent(number=3))
    (matrix,) = matrices_of(report_of(results.drift_result({"authoritative": words})))
    assert [(str(cell.state), cell.text) for cell in matrix.rows[0].cells[1:5]][-1] == ("unknown", "timeout")
    old = (cases.resolver(cases.cname(cases.OLD, ttl=1200)),)
    (matrix,) = matrices_of(report_of(results.drift_result({"recursive": old})))
    assert (str(matrix.rows[0].cells[-1].state), matrix.rows[0].cells[-1].text) == ("propagating", cases.OLD)


def test_an_alias_that_nobody_declares_and_a_plane_that_was_not_asked() -> None:
    result = results.with_unmanaged(results.drift_result({"plane": None}))
    rows = {row.alias: row for matrix in matrices_of(report_of(result)) for row in matrix.rows}
    assert set(rows) == {"oldfalls.contoso.com", RIGHT}
    assert rows[RIGHT].cells[0].text == "not asked"
    extra = rows["oldfalls.contoso.com"]
    assert (rows[RIGHT].declared, extra.declared, extra.cells[0].text) == (True, False, cases.OLD)
    assert {cell.state for cell in extra.cells} == {None}


def test_a_record_that_is_held_back_is_not_as_declared() -> None:
    gone = {"authoritative": cases.everywhere(**cases.negative()), "plane": cases.plane(cases.plane_zone(record=None))}
    nowhere = cases.target(Resolution.NXDOMAIN, owned=False, claimable=True)
    judged = results.drift_result({**gone, "target": nowhere, "recursive": None, "settings": Settings(holding=True)})
    (matrix,) = matrices_of(report_of(judged))
    assert (str(matrix.rows[0].state), matrix.rows[0].cells[0].text) == ("in_sync", "held back")


# --- the whole -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given", ["2026-11-22T08:00:00Z", "2026-11-22T08:00:00", datetime(2026, 11, 22, 8, tzinfo=UTC)]
)
def test_the_time_of_a_report(given: Any) -> None:
    assert time_of(given) == datetime(2026, 11, 22, 8, tzinfo=UTC)
    assert time_of("") is None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"at": "noon"}, "at is 'noon'. Use a time in ISO 8601"),
        ({"warning_days": -1}, "expiry_warning_days is -1. Use a number of days"),
        ({"warning_days": True}, "expiry_warning_days is True. Use a number of days"),
    ],
)
def test_options_that_make_no_sense(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        whole_of(whole(), **options)
    assert message in caught.value.message


def test_problems_know_their_look() -> None:
    looks: dict[str, set[str | None]] = {}
    problem: Problem
    for problem in whole_report_of(whole()).problems:
        looks.setdefault(problem.rule.partition("-")[0], set()).add(problem.look)
    assert looks["DRIFT"] == {"drift"}
    assert looks["AVAIL"] == {"availability"}
    assert looks["TIME"] == {"certificates"}

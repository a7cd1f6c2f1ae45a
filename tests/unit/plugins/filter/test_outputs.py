# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every filter on every kind of result: well-formed, complete, in a stable order, and safe whatever the texts hold."""

from __future__ import annotations

import copy
import importlib.util
import itertools
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from junitparser import JUnitXml
from markdown_it import MarkdownIt
from prometheus_client.parser import text_string_to_metric_families

from ansible_collections.configmgr.cmg.plugins.filter.to_html import to_html
from ansible_collections.configmgr.cmg.plugins.filter.to_junit import to_junit
from ansible_collections.configmgr.cmg.plugins.filter.to_markdown import to_markdown
from ansible_collections.configmgr.cmg.plugins.filter.to_prometheus import to_prometheus
from ansible_collections.configmgr.cmg.plugins.filter.to_report import to_report
from ansible_collections.configmgr.cmg.plugins.filter.to_sarif import to_sarif
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.judge import Tolerance
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.markdown import cell
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.texts import in_order
from tests.unit import results_factory as results
from tests.unit import whole_factory
from tests.unit.plugins.module_utils._core.drift import cases
from tools import trees

SCHEMA = json.loads((trees.ROOT / "docs" / "schemas" / "report-v1.schema.json").read_text(encoding="utf-8"))
GATEWAYS = trees.ROOT / "examples" / "gateways.yml"
OLD = {"authoritative": cases.everywhere(cases.cname(cases.OLD)), "probes": ()}
HOSTILE = (
    "]]> <b>\"a\" & 'b'</b> | `c` *d* _e_ [f](g) $h$ @i #1 \\ {{ j }} \x00\x1b\x7f\u2028\ufffe\n\r\t é 漢 🎉 \ud800"
)
RESULTS: dict[str, Any] = {
    "names": results.names_result(),
    "names, all right": results.names_result(
        {"service_name": results.GOOD, "region": "westus", "site_version": "2503"}
    ),
    "findings": results.names_result()["findings"],
    "no findings": [],
    "drift": results.broken(),
    "drift, all right": results.drift_result(),
    "drift, tolerated": results.drift_result(OLD, tolerances=(Tolerance("wrong_target", "We know."),)),
    "drift, unmanaged": results.with_unmanaged(results.drift_result(), strict=True),
    "failed": results.failed_result(),
    "failed half-way": {**results.names_result(), **results.failed_result()},
    "hostile": results.telling(HOSTILE),
    "failed with hostile words": results.failed_result(HOSTILE),
    "whole": whole_factory.whole(),
    "failed in part": whole_factory.whole(drift=results.failed_result(), availability=None),
}
FILTERS: dict[str, Callable[[Any], Any]] = {
    "to_html": to_html,
    "to_junit": to_junit,
    "to_markdown": to_markdown,
    "to_prometheus": to_prometheus,
    "to_report": to_report,
    "to_sarif": lambda result: to_sarif(result, str(GATEWAYS), root=str(trees.ROOT)),
}
every_result = pytest.mark.parametrize("name", sorted(RESULTS))
texts = st.text(st.characters(codec=None), max_size=60)


def turned(result: Any) -> Any:
    """The same result with its findings and aliases in the opposite order."""
    if isinstance(result, list):
        return result[::-1]
    if "names" in result:
        return {name: look and turned(look) for name, look in reversed(result.items())}
    return {**result, **{name: result[name][::-1] for name in ("findings", "aliases") if name in result}}


@every_result
@pytest.mark.parametrize("filter_name", sorted(FILTERS))
def test_the_order_of_findings_does_not_matter(name: str, filter_name: str) -> None:
    apply = FILTERS[filter_name]
    assert apply(turned(RESULTS[name])) == apply(RESULTS[name])


@every_result
@pytest.mark.parametrize("filter_name", sorted(FILTERS))
def test_a_result_is_not_changed(name: str, filter_name: str) -> None:
    given_result = copy.deepcopy(RESULTS[name])
    FILTERS[filter_name](given_result)
    assert given_result == RESULTS[name]


@pytest.mark.parametrize("filter_name", sorted(FILTERS))
@pytest.mark.parametrize("result", ["text", None, {"changed": False}])
def test_what_is_no_result_is_an_error_of_the_filter(filter_name: str, result: Any) -> None:
    with pytest.raises(AnsibleFilterError, match=r"A result of a module of configmgr.cmg or a list of findings"):
        FILTERS[filter_name](result)


def check_junit(text: str) -> Any:
    """What JUnit's common schema (junit-10.xsd of Jenkins) demands of a document."""
    root = JUnitXml.fromstring(text.encode("utf-8"))._elem
    assert root.tag == "testsuites"
    for suite in root:
        assert suite.tag == "testsuite"
        assert suite.attrib.keys() <= {"name", "tests", "errors", "failures", "skipped", "time"}
        for element, counter in (("error", "errors"), ("failure", "failures"), ("skipped", "skipped")):
            assert len(suite.findall(f"testcase/{element}")) == int(suite.attrib[counter])
        assert len(suite) == int(suite.attrib["tests"]) > 0
        for case in suite:
            assert case.tag == "testcase"
            assert case.attrib.keys() == {"name", "classname"}
            assert [child.tag for child in case] in ([], ["error"], ["failure"], ["skipped"], ["system-out"])
            assert all(child.attrib.keys() in ({"message", "type"}, set()) for child in case)
    names = [case.attrib["name"] for case in root.iter("testcase")]
    assert len(set(names)) == len(names)
    return root


@every_result
def test_junit(name: str) -> None:
    text = to_junit(RESULTS[name])
    root = check_junit(text)
    totals = JUnitXml.fromstring(text.encode("utf-8"))
    assert (totals.tests, totals.failures) == (len(list(root.iter("testcase"))), len(list(root.iter("failure"))))


def test_junit_has_a_case_for_each_alias_and_layer() -> None:
    root = check_junit(to_junit(RESULTS["drift"], suite="configmgr.cmg.drift"))
    cases_of = {suite.attrib["name"]: [case.attrib["name"] for case in suite] for suite in root}
    layers = ("plane", "authoritative", "recursive", "target", "served")
    assert cases_of == {name: [f"{name}: {layer}" for layer in layers] for name in cases_of}
    assert len(cases_of) == 3
    assert {case.attrib["classname"] for case in root.iter("testcase")} == {"configmgr.cmg.drift"}
    failure = next(root.iter("failure"))
    assert failure.attrib == {
        "message": f"Every name server says CNAME {cases.OLD}.",
        "type": "DRIFT-WRONG-TARGET",
    }
    assert "remedy:" in str(failure.text)


def test_unknown_is_skipped_or_an_error() -> None:
    result = RESULTS["drift"]
    assert JUnitXml.fromstring(to_junit(result).encode()).errors == 0
    strict = JUnitXml.fromstring(to_junit(result, unknown="error").encode())
    assert (strict.errors, strict.skipped) == (5, 0)
    with pytest.raises(AnsibleFilterError, match=r"unknown is 'ignored'. Use one of skipped, error"):
        to_junit(result, unknown="ignored")


@given(texts)
def test_junit_holds_any_text(text: str) -> None:
    check_junit(to_junit(results.telling(text)))
    check_junit(to_junit(results.failed_result(text)))


def samples(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    found = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    by_labels = {(sample.name, tuple(sorted(sample.labels.items()))): sample.value for sample in found}
    assert len(by_labels) == len(found), "two samples of one metric have the same labels"
    return by_labels


@every_result
def test_prometheus(name: str) -> None:
    text = to_prometheus(RESULTS[name], checked_at="1795292400.5")
    found = samples(text)
    assert text.endswith("\n")
    assert found[("cmg_check_timestamp_seconds", ())] == 1795292400.5
    assert found[("cmg_check_success", ())] == (0 if name.startswith("failed") else 1)
    assert {metric.partition("_")[0] for metric, _labels in found} == {"cmg"}


def test_prometheus_tells_the_state_of_aliases() -> None:
    found = samples(to_prometheus(RESULTS["drift"]))
    states = {dict(labels)["name"]: value for (name, labels), value in found.items() if name == "cmg_alias_state"}
    assert states == {
        "granitefalls.contoso.com": 3,
        "wallacefalls.contoso.com": 1,
        "snoqualmiefalls.contoso.com": 2,
    }
    resolver = (("name", "wallacefalls.contoso.com"), ("resolver", "192.0.2.53"))
    assert found[("cmg_alias_ttl_remaining_seconds", resolver)] == 1200
    owner = (("gateway", "granitefalls.contoso.com"), ("name", "granitefalls.contoso.com"), ("zone", "contoso.com"))
    assert found[("cmg_alias_authoritative_good", owner)] == 0
    assert found[("cmg_alias_authoritative_total", owner)] == 4
    assert "cmg_check_timestamp_seconds" not in {name for name, _labels in found}


def test_prometheus_tells_when_certificates_end() -> None:
    found = samples(to_prometheus(RESULTS["whole"]))
    ends = {labels: value for (name, labels), value in found.items() if name.startswith("cmg_certificate_not_after")}
    report = to_report(RESULTS["whole"])
    assert (
        len(ends) == sum(len(certificate["uses"]) for certificate in report["certificates"]) > len(report["gateways"])
    )
    for certificate in report["certificates"]:
        use = certificate["uses"][0]
        labels = {
            "gateway": use["gateway"],
            "name": certificate["name"],
            "thumbprint_sha256": certificate["thumbprint_sha256"],
            "use": use["role"],
        }
        assert ends[tuple(sorted(labels.items()))] == datetime.fromisoformat(certificate["not_after"]).timestamp()
    assert not [name for name, _labels in samples(to_prometheus(RESULTS["names"])) if "certificate" in name]


def test_prometheus_refuses_a_time_that_is_none() -> None:
    with pytest.raises(AnsibleFilterError, match=r"checked_at is 'now'. Give it in seconds since 1970"):
        to_prometheus(RESULTS["drift"], checked_at="now")


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), min_size=1, max_size=60))
def test_prometheus_labels_survive(text: str) -> None:
    found = samples(to_prometheus(results.telling(text)))
    assert found[("cmg_gateway_valid", (("gateway", text),))] == 0


def check_sarif(text: str) -> dict[str, Any]:
    """What SARIF 2.1.0 demands of a log, and what GitHub demands beyond it."""
    log = json.loads(text)
    assert log["version"] == "2.1.0"
    run: dict[str, Any]
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    assert all(rule["shortDescription"]["text"] for rule in rules)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"error", "warning", "note"}
        assert result["message"]["text"]
        assert result["partialFingerprints"]
        assert all(it["kind"] == "external" and it["status"] == "accepted" for it in result["suppressions"])
    notes = run["invocations"][0]["toolExecutionNotifications"]
    assert all(note["message"]["text"] and note["level"] in {"error", "warning"} for note in notes)
    for place in [place for entry in [*run["results"], *notes] for place in entry.get("locations", [])]:
        physical = place["physicalLocation"]
        assert physical["artifactLocation"] == {"uri": "examples/gateways.yml", "uriBaseId": "%SRCROOT%"}
        assert physical["region"]["startLine"] >= 1
        assert physical["region"]["startColumn"] >= 1
    return run


@every_result
def test_sarif(name: str) -> None:
    run = check_sarif(FILTERS["to_sarif"](RESULTS[name]))
    assert run["invocations"][0]["executionSuccessful"] is not name.startswith("failed")


def test_sarif_points_to_the_declaration() -> None:
    run = check_sarif(FILTERS["to_sarif"](RESULTS["drift"]))
    lines = GATEWAYS.read_text(encoding="utf-8").splitlines()
    (wrong, old) = run["results"]
    assert (wrong["ruleId"], wrong["level"], old["level"]) == ("DRIFT-WRONG-TARGET", "error", "warning")
    region = wrong["locations"][0]["physicalLocation"]["region"]
    assert lines[region["startLine"] - 1][region["startColumn"] - 1 :] == "service_name: granitefalls.contoso.com"
    assert {note["associatedRule"]["id"] for note in run["invocations"][0]["toolExecutionNotifications"]} == {
        "DRIFT-TIMEOUT"
    }


def test_what_is_accepted_is_suppressed() -> None:
    (result,) = check_sarif(FILTERS["to_sarif"](RESULTS["drift, tolerated"]))["results"]
    assert result["suppressions"] == [{"kind": "external", "status": "accepted", "justification": "Accepted: We know."}]


@pytest.mark.parametrize("declaration", [None, "", [], 7, {"path": "gateways.yml"}])
def test_sarif_needs_a_declaration(declaration: Any) -> None:
    with pytest.raises(AnsibleFilterError, match="declaration"):
        to_sarif(RESULTS["drift"], declaration)


def test_sarif_takes_several_files_relative_to_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for file, name in (("a.yml", results.GOOD), ("b.yml", results.BAD)):
        (tmp_path / file).write_text(f"gateways:\n  - service_name: {name}\n", encoding="utf-8")
    (run,) = json.loads(to_sarif(RESULTS["names"], ["a.yml", "b.yml"]))["runs"]
    location = run["results"][0]["locations"][0]["physicalLocation"]
    assert (location["artifactLocation"]["uri"], location["region"]["startLine"]) == ("b.yml", 2)


def rows(text: str) -> list[list[str]]:
    """The tables of a page as a browser shows them: the text of each cell."""
    tokens = MarkdownIt("commonmark").enable("table").enable("strikethrough").parse(text)
    found: list[list[str]] = []
    for before, token in itertools.pairwise(tokens):
        if before.type == "tr_open":
            found.append([])
        if before.type in {"td_open", "th_open"}:
            found[-1].append("".join(child.content for child in token.children or []))
    return found


@every_result
def test_markdown(name: str) -> None:
    page = to_markdown(RESULTS[name], title="Aliases")
    assert page.startswith("## Aliases\n\n")
    assert page.endswith("\n")
    table = rows(page)
    report = to_report(RESULTS[name])
    assert "<" not in page
    assert HOSTILE not in page
    if len(report["looks"]) > 1:
        return
    assert {len(row) for row in table} <= {3, 5, 6, 7}
    for width, entries in ((7, report["aliases"]), (3, report["unmanaged"]), (6, report["findings"])):
        assert len([row for row in table if len(row) == width]) == (len(entries) + 1 if entries else 0)


@pytest.mark.parametrize(("strict", "mark"), [(False, "💬"), (True, "❌")])
def test_markdown_counts_aliases_that_nobody_declares_apart(strict: bool, mark: str) -> None:
    page = to_markdown(results.with_unmanaged(results.drift_result(), strict=strict))
    assert f"{'❌' if strict else '✅'} 1 alias: 1 in sync. 1 alias that nobody declares." in page
    assert ["oldfalls.contoso.com", f"{mark} not declared", cases.OLD] in rows(page)


def test_markdown_of_drift_says_what_else_is_wrong() -> None:
    """Without a right name there is no alias to look at, which is no success."""
    wrong = {**results.drift_result(), **results.names_result(), "aliases": []}
    assert "❌ 0 aliases: nothing could be checked. 1 gateway with errors." in to_markdown(wrong)
    alone = {**results.drift_result(), "gateways": [], "findings": [], "aliases": []}
    assert "✅ 0 aliases: nothing to check." in to_markdown(alone)


def test_markdown_of_several_looks_has_a_row_for_everything() -> None:
    report, page = to_report(RESULTS["whole"]), to_markdown(RESULTS["whole"])
    number = sum(len(gateway["prerequisites"]) for gateway in report["gateways"])
    expected = {"Prerequisite": number, "Certificate": len(report["certificates"]), "Finding": len(report["findings"])}
    table = rows(page)
    for title, count in expected.items():
        start = next(position for position, row in enumerate(table) if title in row)
        width = len(table[start])
        assert {len(row) for row in table[start : start + count + 1]} == {width}
        assert len(table) == start + count + 1 or len(table[start + count + 1]) != width


def test_markdown_shows_the_worst_first() -> None:
    states = [row[1] for row in rows(to_markdown(RESULTS["drift"])) if len(row) == 7]
    assert states == ["State", "❌ drift", "❔ unknown", "⏳ propagating until 2026-11-21T20:20:00Z"]
    assert "3 aliases: 1 drift, 1 unknown, 1 propagating." in to_markdown(RESULTS["drift"])


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zs", "Zl", "Zp"]), min_size=1, max_size=40))
def test_a_cell_shows_any_text_as_it_is(text: str) -> None:
    assert rows(f"| a | b |\n| --- | --- |\n| {cell(text)} | x |\n")[1] == [in_order(text), "x"]


@given(texts)
def test_markdown_holds_any_text(text: str) -> None:
    table = rows(to_markdown(results.telling(text)))
    assert [len(row) for row in table] == [5, 5, 6, 6]


@pytest.mark.parametrize("limit", [1024, 2000, 5000])
def test_a_page_ends_where_it_is_full(limit: int) -> None:
    page = to_markdown(results.drift_result(*({**OLD, "name": f"a{n}.contoso.com"} for n in range(100))), limit=limit)
    assert len(page.encode()) <= limit
    assert "lines left out: the page is full." in page.splitlines()[-1]


@pytest.mark.parametrize("limit", [0, 1023, "much"])
def test_a_page_needs_some_room(limit: Any) -> None:
    with pytest.raises(AnsibleFilterError, match="Use a number of bytes from 1024 on"):
        to_markdown(RESULTS["drift"], limit=limit)


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@every_result
@pytest.mark.parametrize("times", [False, True])
def test_the_report_has_the_published_form(name: str, times: bool) -> None:
    document = json.loads(json.dumps(to_report(RESULTS[name], times=times)))
    problems = [error.message for error in Draft202012Validator(SCHEMA).iter_errors(document)]
    assert problems == []
    assert document["$schema"] == SCHEMA["$id"]


@pytest.mark.parametrize("name", ["drift", "names", "failed", "whole"])
def test_the_schema_names_everything_that_is_there(name: str) -> None:
    """A property that the schema does not know would be one that nobody can rely on."""
    strict = json.loads(json.dumps(SCHEMA))
    strict["additionalProperties"] = False
    for definition in ("finding", "gateway", "certificate", "prerequisite", "served", "word", "alias"):
        strict["$defs"][definition]["additionalProperties"] = False
    assert [error.message for error in Draft202012Validator(strict).iter_errors(to_report(RESULTS[name]))] == []


def test_times_are_kept_only_when_asked_for() -> None:
    def evidence(*, times: bool) -> dict[str, Any]:
        alias = next(it for it in to_report(RESULTS["drift"], times=times)["aliases"] if it["state"] == "drift")
        found: dict[str, Any] = alias["findings"][0]["evidence"]
        return found

    assert not evidence(times=False).keys() & {"at", "rtt_ms"}
    assert evidence(times=True).keys() >= {"at", "rtt_ms", "rcode"}


@pytest.mark.parametrize(
    ("filter_name", "library"), [("to_junit", "junitparser"), ("to_prometheus", "prometheus_client")]
)
def test_a_missing_library_is_named(filter_name: str, library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == library else find(name))
    documented = yaml.safe_load((trees.ROOT / "plugins" / "filter" / f"{filter_name}.yml").read_text(encoding="utf-8"))
    (requirement,) = documented["DOCUMENTATION"]["requirements"]
    with pytest.raises(AnsibleFilterError, match=f"The Python library '{library}' is needed to write") as caught:
        FILTERS[filter_name](RESULTS["names"])
    assert f"pip install '{requirement.replace(' ', '')}'" in str(caught.value)

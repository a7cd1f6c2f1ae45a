# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page of a report tells all that the document tells, is well-formed, and lets no text become markup."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.configmgr.cmg.plugins.filter.to_html import to_html
from ansible_collections.configmgr.cmg.plugins.filter.to_markdown import to_markdown
from ansible_collections.configmgr.cmg.plugins.filter.to_report import to_report
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.changes import previous_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.html_elements import IN_JSON, h, page_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.html_tables import MARKS, position
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.looks import whole_report_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.markdown import cell
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.overview import overview_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.prerequisites import Verdict
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.words import headline_of
from tests.unit import results_factory as results
from tests.unit import whole_factory as factory
from tests.unit.plugins.module_utils._core.drift import cases
from tests.unit.whole_factory import NOW, whole

FAILED = {"failed": True, "changed": False, "msg": "Nobody answers."}
VOID = {"meta", "link", "input", "wbr", "br"}
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\" ' & ]]> <!-- \x00\x1b\ud800 \u202e"
texts = st.text(st.characters(codec=None), max_size=40)


class Reader(HTMLParser):
    """The elements of a page with their text, and whatever was not closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("script", "style"):
            self.words.append(data)


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert (reader.open, reader.wrong) == ([], [])
    return reader


def words(page: str) -> str:
    """What a person reads."""
    return re.sub(r"\s+", " ", "".join(read(page).words))


def flat(text: object) -> str:
    return re.sub(r"\s+", " ", str(text))


def right_names() -> dict[str, Any]:
    """The names of one gateway, with which nothing is wrong."""
    return results.names_result({"service_name": results.GOOD, "region": "westus", "site_version": "2503"})


def unseen() -> dict[str, Any]:
    """A look for drift in which nobody answered."""
    silent = tuple(cases.silent(number=number) for number in range(4))
    return results.drift_result({"authoritative": silent, "recursive": None, "served": None})


def warning() -> dict[str, Any]:
    """A finding that leaves a gateway ready."""
    finding = results.names_result()["findings"][0]
    return {**finding, "gateway": results.GOOD, "severity": "warning"}


REPORT = to_report(whole(), at=NOW)
PAGE = to_html(whole(), at=NOW)
MARKDOWN = to_markdown(whole(), at=NOW)


def facts(report: dict[str, Any]) -> set[str]:
    """Every fact that a person has to find."""
    told: set[str] = set()
    for gateway in report["gateways"]:
        told |= {gateway["gateway"], gateway["deployment_name"] or "", *gateway["leads_to"], *gateway["addresses"]}
        for one in gateway["prerequisites"]:
            told |= {one["title"], one["seen"], *one["remedies"]}
    for finding in report["findings"]:
        told |= {finding[name] for name in ("rule", "title", "observed", "expected", "remedy")}
    for certificate in report["certificates"]:
        told |= {certificate["name"], certificate["issuer"] or "", str(certificate["not_after"])[:10]}
        told |= {certificate["thumbprint_sha1"] or certificate["thumbprint_sha256"]}
        told |= {use["role"] for use in certificate["uses"]}
    for alias in report["aliases"]:
        told |= {server["address"] for server in alias["servers"]}
    return told


def test_every_fact_is_on_both_pages() -> None:
    read_words = words(PAGE)
    assert [fact for fact in facts(REPORT) if flat(fact) not in read_words] == []
    assert [fact for fact in facts(REPORT) if cell(fact) not in MARKDOWN] == []
    assert len(facts(REPORT)) > 100


def test_changes_are_on_both_pages() -> None:
    last = to_report(whole(certificates=factory.certificates(days=1), drift=factory.drift(served=None)), at=NOW)
    entries = to_report(whole(), at=NOW, previous=last)["changes"]["entries"]
    page, text = words(to_html(whole(), at=NOW, previous=last)), to_markdown(whole(), at=NOW, previous=last)
    assert len(entries) > 2
    for entry in entries:
        for told in (entry["subject"], entry["before"] or "", entry["after"] or ""):
            assert flat(told) in page
            assert cell(told) in text


def test_nothing_changed_is_said() -> None:
    for told in (to_html(whole(), previous=REPORT), to_markdown(whole(), previous=REPORT)):
        assert "Nothing changed." in told


def test_the_page_carries_its_own_facts() -> None:
    carried = previous_of(PAGE)
    kept = ("at", "looks", "findings", "certificates", "summary")
    assert {name: carried[name] for name in kept} == {name: REPORT[name] for name in kept}
    assert [{**gateway, "facts": {}} for gateway in REPORT["gateways"]] == carried["gateways"]


def test_only_our_style_and_script_are_allowed() -> None:
    reader = read(PAGE)
    policy = next(str(attrs["content"]) for tag, attrs in reader.tags if tag == "meta" and "http-equiv" in attrs)
    assert policy.startswith("default-src 'none'; ")
    for kind in ("style", "script"):
        (inside,) = re.findall(rf"<{kind}>(.*?)</{kind}>", PAGE, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert not [attrs for _tag, attrs in reader.tags if set(attrs) & {"style", "onclick", "src"}]


def test_identifiers_are_there_once_and_links_lead_somewhere() -> None:
    tags = read(PAGE).tags
    ids = [attrs["id"] for _tag, attrs in tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    inner = {str(attrs["href"])[1:] for tag, attrs in tags if tag == "a" and str(attrs["href"]).startswith("#")}
    assert inner <= set(ids)
    labelled = {str(attrs["aria-labelledby"]) for _tag, attrs in tags if "aria-labelledby" in attrs}
    assert labelled <= set(ids)


def test_headings_stand_in_order() -> None:
    levels = [int(tag[1]) for tag, _attrs in read(PAGE).tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_a_picture_of_every_gateway_with_words() -> None:
    reader = read(PAGE)
    assert len([tag for tag, _attrs in reader.tags if tag == "figure"]) == len(REPORT["gateways"])
    pictures = [attrs for tag, attrs in reader.tags if tag == "svg"]
    assert all("aria-labelledby" in attrs or attrs.get("aria-hidden") == "true" for attrs in pictures)
    assert "needs an alias to wallacefalls.westus.cloudapp.azure.com, which leads to oldfalls" in words(PAGE)


def test_a_look_that_failed_comes_first() -> None:
    page = to_html(whole(availability=FAILED), at=NOW)
    text = words(page)
    assert text.index("What could not be looked at") < text.index("What to do")
    assert "Availability: Nobody answers." in text
    assert "**The look at availability could not be made:** Nobody answers." in to_markdown(whole(availability=FAILED))


@pytest.mark.parametrize(
    "result",
    [
        results.names_result(),
        results.broken(),
        results.with_unmanaged(results.drift_result(), strict=True),
        results.failed_result(),
        results.names_result()["findings"],
        [],
        {"names": FAILED, "drift": FAILED},
        factory.certificates(),
        factory.availability(),
    ],
)
def test_any_result_makes_a_page(result: Any) -> None:
    assert words(to_html(result))
    assert words(to_html(result, at="2026-11-22T08:00:00Z"))
    assert to_markdown(result)


def test_of_nothing_to_do_that_is_said() -> None:
    right = results.names_result({"service_name": results.GOOD, "region": "westus", "site_version": "2503"})
    assert "Nothing: no rule failed with an error or a warning." in words(to_html(right))


@pytest.mark.parametrize(("strict", "badge", "mark"), [(False, "info", "💬"), (True, "failed", "❌")])
def test_an_alias_that_nobody_declares_is_called_so(strict: bool, badge: str, mark: str) -> None:
    looks = whole(drift=results.with_unmanaged(factory.drift(), strict=strict))
    page = to_html(looks, at=NOW)
    text = words(page)
    assert "oldfalls.contoso.com" in text
    assert f'<span class="badge {badge}"' in page
    assert "not declared leads to oldfalls.eastus.cloudapp.azure.com" in text
    assert f"| oldfalls.contoso.com | {mark} not declared |" in to_markdown(looks, at=NOW)


def test_gateways_can_be_joined_by_their_names_in_all_tables_of_markdown() -> None:
    own = [{**it, "name": f"gw{number}", "findings": []} for number, it in enumerate(factory.names()["gateways"])]
    names = {**factory.names(), "gateways": own, "findings": []}
    text = to_markdown({"names": names})
    assert "| gw0 | granitefalls.contoso.com |" in text
    assert "| gw0 | Service name |" in text
    assert "| Gateway | State |" in MARKDOWN


@pytest.mark.parametrize(
    ("looks", "mark"),
    [
        (whole(), "❌"),
        ({"names": right_names()}, "✅"),
        ({"names": right_names(), "drift": unseen()}, "❔"),
        (whole(drift=FAILED), "❌"),
        ({"names": {**right_names(), "findings": [warning()]}}, "⚠️"),
    ],
)
def test_the_headline_has_the_sign_of_the_worst_gateway(looks: dict[str, Any], mark: str) -> None:
    (headline,) = [line for line in to_markdown(looks).splitlines() if re.match(r"\S+ \d gateways?: ", line)]
    assert headline.startswith(f"{mark} ")


def test_the_words_of_a_headline_do_not_run_into_each_other() -> None:
    verdicts = (Verdict.FAILED, Verdict.WARNING, Verdict.PASSED)
    view = overview_of(whole_report_of(whole())).gateways[0]
    told = replace(overview_of(whole_report_of(whole())), gateways=tuple(replace(view, verdict=it) for it in verdicts))
    assert headline_of(told) == "3 gateways: 1 not ready; 1 ready, with warnings; 1 ready."


@pytest.mark.parametrize("code", [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
def test_nothing_turns_the_order_of_letters_around(code: int) -> None:
    text = f"a{chr(code)}b"
    page, told = to_html(hostile(text), title=text), to_markdown(hostile(text), title=text)
    assert chr(code) not in page + told
    assert f"a[U+{code:04X}]b" in words(page)
    assert f"a\\[U+{code:04X}\\]b" in told
    assert previous_of(page)["findings"][0]["observed"] == text


def hostile(text: str) -> dict[str, Any]:
    """A whole in which every text of a finding, a name and a message is this one."""
    looks = copy.deepcopy(whole())
    looks["names"] = results.telling(text)
    looks["certificates"] = {"failed": True, "msg": text}
    del looks["availability"], looks["drift"]
    return looks


@pytest.mark.parametrize("text", [HOSTILE, "]]>", "<u>", "a" * 300, "\u2028", "{{ 1 }}"])
def test_hostile_words_stay_words(text: str) -> None:
    page = to_html(hostile(text), title=text, previous={"schema_version": text})
    tags = read(page).tags
    assert [tag for tag, _attrs in tags if tag in ("img", "u")] == []
    assert sum(tag == "script" for tag, _attrs in tags) == 2
    assert json.loads(json.dumps(previous_of(page)))["tool"] == "configmgr.cmg"
    page.encode("utf-8")


@given(texts)
@settings(max_examples=40)
def test_no_text_changes_the_page(text: str) -> None:
    shape = [tag for tag, _attrs in read(to_html(hostile("x"))).tags if tag != "wbr"]
    assert [tag for tag, _attrs in read(to_html(hostile(f"x{text}"))).tags if tag != "wbr"] == shape


@given(texts)
def test_json_inside_a_page_is_the_same_json(text: str) -> None:
    assert json.loads(json.dumps({"a": text}, ensure_ascii=False).translate(IN_JSON)) == {"a": text}


@given(st.floats(min_value=-5000, max_value=50000), st.floats(min_value=-5000, max_value=50000))
def test_what_ends_later_stands_further_right(one: float, other: float) -> None:
    assert 0 <= position(one) <= 1
    assert position(min(one, other)) <= position(max(one, other))


def test_the_marks_stand_at_equal_distances() -> None:
    steps = len(MARKS) - 1
    assert [position(days) * steps for days, _word in MARKS] == pytest.approx(list(range(len(MARKS))))


def test_many_gateways_are_behind_a_switch_and_told_once() -> None:
    names = [f"gateway{number:02}.contoso.com" for number in range(30)]
    result = results.names_result(*({"service_name": name, "region": "nowhere"} for name in names))
    page = to_html(result)
    assert "30 gateways" in words(page)
    assert page.count("<article") == len(names)


def test_elements() -> None:
    element = h("p", "a", None, h("b", "c", hidden=True, title=None), "d", class_="e", aria_label="f")
    assert page_of(element) == '<!DOCTYPE html>\n<p class="e" aria-label="f">a<b hidden="">c</b>d</p>\n'


@pytest.mark.parametrize("result", ["text", None, {"names": "text"}])
def test_what_is_no_result_is_an_error_of_the_filter(result: Any) -> None:
    with pytest.raises(AnsibleFilterError, match=r"A result of a module of configmgr.cmg or a list of findings"):
        to_html(result)

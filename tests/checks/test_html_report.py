# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook configmgr.cmg.report from start to end, and its page in a real browser at all widths and colours."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from jsonschema import Draft202012Validator
from playwright.sync_api import Browser, Page, Request, sync_playwright

from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.words import KIND_WORDS
from tests.checks import support
from tests.checks.guides import PAGES, blocks_of, missing
from tests.checks.reported import (
    ASTRAY,
    EXPIRED,
    MISSING,
    NAMELESS,
    PASSWORD,
    RIGHT,
    SOON,
    Reported,
    renewed,
    reported,
    service_name,
)
from tools import trees

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
# The sandbox needs rights that a container does not give; nothing but our own file is loaded.
OPTIONS = ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update"]
WIDTHS = {"phone": 390, "desk": 1280}
SCHEMES = ("light", "dark")
# What the guide has its reader type: with the page alone, and with the other two files.
BLOCKS = blocks_of(PAGES / "report_guide.rst")
COMMANDS = [shlex.split(command.replace("\\\n", " ")) for block in BLOCKS for command, _seen in block.steps]
PROMISED = [seen for block in BLOCKS for _command, seen in block.steps]
SCHEMA = json.loads((trees.ROOT / "docs" / "schemas" / "report-v1.schema.json").read_text(encoding="utf-8"))
STATES = {
    RIGHT: "partly",
    ASTRAY: "failed",
    SOON: "warning",
    EXPIRED: "failed",
    MISSING: "failed",
    NAMELESS: "failed",
}
CHANGED = re.compile(r"changed=(\d+)")
pytestmark = pytest.mark.cost(30)


@dataclass(frozen=True)
class Runs:
    """What two runs of the playbook left, the first of which could not ask Azure, and one in check mode between."""

    first: str
    second: str
    report: dict[str, Any]
    markdown: str
    outcomes: list[support.Outcome]
    place: Reported


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    """The first run lacks a gateway and the right to ask; then all is there, and a certificate is another one."""
    with reported(tmp_path_factory.mktemp("report")) as place:
        page = place.directory / "cmg-report.html"
        place.declare(MISSING)
        outcomes = [place.report("-e", '{"prerequisites_azure": {"subscription_id": "none"}}')]
        first = page.read_text(encoding="utf-8")
        renewed(place.directory, EXPIRED)
        place.declare()
        outcomes.append(place.report("--check", "--diff", "-e", "prerequisites_report_previous=not-there.json"))
        assert page.read_text(encoding="utf-8") == first
        outcomes.append(place.run(*COMMANDS[1]))
        report = json.loads((place.directory / "cmg-report.json").read_text(encoding="utf-8"))
        markdown = (place.directory / "cmg-report.md").read_text(encoding="utf-8")
        yield Runs(first, page.read_text(encoding="utf-8"), report, markdown, outcomes, place)


def test_the_report_is_written_and_not_in_check_mode(runs: Runs) -> None:
    changes = [CHANGED.search(outcome.output) for outcome in runs.outcomes]
    assert [outcome.returncode for outcome in runs.outcomes] == [2, 0, 0], runs.outcomes[-1].output
    assert [found and found[1] for found in changes] == ["1", "1", "3"]
    assert "cmg-report.html" in runs.outcomes[1].output
    assert not runs.place.azure.control.requests("PUT")
    assert stat.S_IMODE((runs.place.directory / "cmg-report.html").stat().st_mode) == 0o644


def test_the_guide_is_right(runs: Runs) -> None:
    assert COMMANDS[1][: len(COMMANDS[0])] == COMMANDS[0]
    assert missing(runs.outcomes[2].output, PROMISED[1]) is None
    assert PROMISED[0] == PROMISED[1]


def test_a_look_that_fails_is_told_and_fails_the_play(runs: Runs) -> None:
    assert "The report is written, but not everything could be looked at. availability:" in runs.outcomes[0].output
    assert "What could not be looked at" in runs.first
    assert "The look at availability could not be made" in runs.first
    assert service_name(NAMELESS) in runs.first
    assert "What could not be looked at" not in runs.second


def test_all_formats_tell_the_same(runs: Runs) -> None:
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(runs.report)] == []
    assert {it["gateway"]: it["state"] for it in runs.report["gateways"]} == {
        service_name(prefix): state for prefix, state in STATES.items()
    }
    astray = next(it for it in runs.report["gateways"] if it["gateway"] == service_name(ASTRAY))
    assert astray["leads_to"] == ["oldfalls.westus.cloudapp.azure.com"]
    right = next(it for it in runs.report["gateways"] if it["gateway"] == service_name(RIGHT))
    assert [(it["names"], it["trusted"]) for it in right["served"]] == [([service_name(RIGHT)], True)]
    for certificate in runs.report["certificates"]:
        for text in (runs.second, runs.markdown):
            assert certificate["name"] in text.replace("<wbr>", "")
            assert (certificate["thumbprint_sha1"] or certificate["thumbprint_sha256"]) in text


def test_what_changed_is_told(runs: Runs) -> None:
    changes = {(it["kind"], it["subject"]) for it in runs.report["changes"]["entries"]}
    assert {("gateway_new", service_name(MISSING)), ("certificate_replaced", "server certificate")} <= changes
    assert "What changed since the last report" not in runs.first
    assert "What changed since the last report" in runs.second
    assert "Certificate replaced" in runs.markdown


def test_no_secret_and_nothing_from_elsewhere(runs: Runs) -> None:
    for text in (runs.second, runs.markdown, json.dumps(runs.report)):
        assert PASSWORD not in text
        assert runs.place.azure.environment["AZURE_SECRET"] not in text
    assert not re.findall(r"""\b(?:src|href)=["'](?!#|data:,|https://configmgr-cmg\.github\.io/)""", runs.second)
    assert "url(" not in runs.second
    assert "@import" not in runs.second


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = next((path for path in map(shutil.which, PROGRAMS) if path), None)
    if program is None:
        pytest.skip(f"there is no browser: none of {', '.join(PROGRAMS)} is installed")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=OPTIONS)
        try:
            yield started
        finally:
            started.close()


@dataclass
class Seen:
    """What a browser said while it had the page open."""

    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("console", lambda message: self.complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._note)

    def _note(self, request: Request) -> None:
        self.requests.append(request.url)


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Any]:
    """Opens a text as a file, as who downloads an artifact does, without any network."""
    contexts = []

    def open_page(text: str, width: int = 1280, scheme: str = "light", *, scripts: bool = True) -> tuple[Page, Seen]:
        file = tmp_path / "page.html"
        file.write_text(text, encoding="utf-8")
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
            java_script_enabled=scripts,
            offline=True,
        )
        contexts.append(context)
        page, seen = context.new_page(), Seen()
        seen.watch(page)
        page.goto(file.as_uri())
        return page, seen

    yield open_page
    for context in contexts:
        context.close()


def overflow(page: Page) -> int:
    """How much wider than the window the page is."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def violations(page: Page) -> list[str]:
    """What the accessibility checker objects to, with everything on the page opened."""
    page.evaluate("for (const it of document.querySelectorAll('details')) it.open = true")
    found = Axe().run(page).response
    assert len(found["passes"]) > 20
    return [f"{it['id']}: {it['nodes'][0]['html'][:200]}" for it in found["violations"]]


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_in_a_browser(runs: Runs, opened: Any, width: str, scheme: str) -> None:
    page, seen = opened(runs.second, WIDTHS[width], scheme)
    assert overflow(page) <= 0
    page.get_by_role("button", name="Open all").click()
    assert overflow(page) <= 0
    assert seen.complaints == []
    assert len(seen.requests) == 1


@pytest.mark.parametrize("width", WIDTHS)
def test_no_badge_runs_into_what_stands_beside_it(runs: Runs, opened: Any, width: str) -> None:
    """The longest words for a change stand in place of the real ones."""
    longest = max(KIND_WORDS.values(), key=len)
    page, _seen = opened(runs.second.replace("Certificate replaced", longest), WIDTHS[width])
    assert longest in page.locator(".changes").inner_text()
    assert (
        page.evaluate(
            "Array.from(document.querySelectorAll('.changes > li')).filter((it) =>"
            " it.children[0].querySelector('.badge').getBoundingClientRect().right >"
            " it.children[0].getBoundingClientRect().right).length"
        )
        == 0
    )


@pytest.mark.parametrize(("width", "scheme"), [("phone", "light"), ("desk", "dark")])
def test_the_accessibility_checker_has_nothing_to_say(runs: Runs, opened: Any, width: str, scheme: str) -> None:
    """Contrast depends on the colours alone and layout on the width alone: two runs see all four."""
    page, seen = opened(runs.second, WIDTHS[width], scheme)
    assert violations(page) == []
    assert seen.complaints == []


def test_what_is_broken_on_purpose_is_seen(runs: Runs, opened: Any) -> None:
    worse = runs.second.replace("<h1>", '<h1 style="color: #ddd">').replace('<html lang="en">', "<html>")
    page, seen = opened(re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", worse))
    assert {it.partition(":")[0] for it in violations(page)} >= {"color-contrast", "html-has-lang"}
    assert seen.complaints == []
    _page, seen = opened(runs.second.replace('"use strict";', '"use strict"; nothing();'))
    assert any("Content Security Policy" in it for it in seen.complaints)
    wide, _seen = opened(runs.second.replace("</h1>", "<svg width='3000' height='9'></svg></h1>"), 390)
    assert overflow(wide) > 0


def test_the_page_can_be_searched_and_coloured(runs: Runs, opened: Any) -> None:
    page, seen = opened(runs.second)
    shown = page.locator("article:visible")
    assert shown.count() == len(STATES)
    page.get_by_label("Find").fill("granite")
    assert shown.count() == 1
    assert "1 of 6 gateways shown" in page.get_by_role("status").inner_text()
    page.get_by_label("Find").fill("")
    page.get_by_label("not ready").uncheck()
    assert shown.count() == 2
    page.get_by_label("dark").check()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    page.get_by_role("button", name="Open all").click()
    assert page.locator("article details:not([open])").count() == 0
    assert seen.complaints == []


def test_by_keyboard_the_report_is_one_step_away(runs: Runs, opened: Any) -> None:
    page, _seen = opened(runs.second)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.locator(".scroll").first.focus()
    assert page.evaluate("document.activeElement.getAttribute('role')") == "region"


def test_without_scripts_all_is_there_and_nothing_that_does_nothing(runs: Runs, opened: Any) -> None:
    page, seen = opened(runs.second, scripts=False)
    assert page.locator("article:visible").count() == len(STATES)
    assert page.locator("input:visible, button:visible").count() == 0
    assert seen.complaints == []


def test_on_paper_everything_is_open_and_light(runs: Runs, opened: Any) -> None:
    page, _seen = opened(runs.second, scheme="dark")
    page.emulate_media(media="print")
    hidden = page.locator("details .checks > li").filter(visible=False)
    assert hidden.count() == 0
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("nav:visible, .tools:visible").count() == 0
    assert len(page.pdf(format="A4")) > 20_000

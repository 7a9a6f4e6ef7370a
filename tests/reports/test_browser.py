"""The page in a real browser: from disk, without a request, read at any width, by keyboard."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from kubeskeptic.findings import Verdict
from kubeskeptic.reports import write_all
from kubeskeptic.reports.html.page import render
from kubeskeptic.reports.model import Report

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install -e .[dev]")
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run"]  # fmt: skip
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium; on Debian: apt-get install chromium"),
]

OVERFLOWING = """() => [...document.querySelectorAll('body *')].filter((one) =>
    !one.closest('svg, dialog:not([open])') && one.checkVisibility()
    && !['auto', 'scroll'].includes(getComputedStyle(one).overflowX) && !one.matches('.hidden')
    && one.clientWidth > 0 && one.scrollWidth > one.clientWidth + 1
    && [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()))
  .map((one) => `${one.tagName}.${one.className}: ${one.textContent.slice(0, 60)}`)"""
CONTRAST = """() => {
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
    .reduce((sum, c, at) => sum + c * [.2126, .7152, .0722][at], 0);
  const behind = (one) => { while (one) { const c = numbers(getComputedStyle(one).backgroundColor);
    if (c.length === 3 || c[3] > 0) return c; one = one.parentElement; } return [255, 255, 255]; };
  return [...document.querySelectorAll('body *')].filter((one) => one.checkVisibility() && !one.closest('svg')
      && [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()))
    .map((one) => { const [a, b] = [light(numbers(getComputedStyle(one).color)), light(behind(one))];
      return [(Math.max(a, b) + .05) / (Math.min(a, b) + .05), `${one.tagName}.${one.className}`]; })
    .filter(([ratio]) => ratio < 4.5); }"""
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def html(run_dir: Path) -> str:
    return write_all(run_dir).html.as_uri()


@pytest.fixture
def page(browser: Browser, html: str) -> Iterator[Page]:
    """The page at 1400 pixels; an error of its script or a request of any sort fails the test."""
    opened = browser.new_page(viewport={"width": 1400, "height": 900})
    trouble: list[str] = []
    opened.on("request", lambda request: trouble.extend([request.url] if request.url != html else []))
    opened.on("pageerror", lambda error: trouble.append(str(error)))
    opened.on("console", lambda message: trouble.extend([message.text] if message.type == "error" else []))
    opened.goto(html)
    yield opened
    opened.close()
    assert trouble == []


def shown(page: Page) -> list[str | None]:
    return [claim.get_attribute("id") for claim in page.locator(".claim").all() if claim.is_visible()]


def test_every_claim_is_there(page: Page) -> None:
    assert len(shown(page)) == 11
    assert page.locator(".case").count() == 14
    assert page.locator("svg.timeline").count() == 10


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_text_overflows_and_all_of_it_stands_out(
    browser: Browser, html: str, scheme: Literal["light", "dark"]
) -> None:
    opened = browser.new_page(color_scheme=scheme)
    opened.goto(html)
    opened.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    for width in (360, 400, 768, 1100, 1400):
        opened.set_viewport_size({"width": width, "height": 900})
        assert opened.evaluate(WIDER) <= 0
        assert opened.evaluate(OVERFLOWING) == []
    assert opened.evaluate(CONTRAST) == []
    opened.close()


def test_tables_of_sabotages_and_grades_scroll_in_their_boxes(browser: Browser, report: Report, tmp_path: Path) -> None:
    sabotages = tuple(f"a-sabotage-with-a-long-name-{number}" for number in range(6))
    chapters = tuple(
        replace(chapter, sections=tuple(
            replace(section, entries=tuple(replace(entry, must_break=sabotages) for entry in section.entries))
            for section in chapter.sections
        ))
        for chapter in report.chapters
    )  # fmt: skip
    page = tmp_path / "index.html"
    page.write_text(render(replace(report, chapters=chapters)))
    opened = browser.new_page()
    opened.goto(page.as_uri())
    opened.evaluate("document.querySelectorAll('.sabotaged details').forEach((one) => { one.open = true; })")
    assert opened.locator(".sabotaged .hidden").count() >= 14 * len(sabotages)
    for width in (360, 420, 768, 1400):
        opened.set_viewport_size({"width": width, "height": 900})
        assert opened.evaluate(WIDER) <= 0
    opened.close()


def test_the_filter_finds_by_word(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type("conntrack crash")
    assert shown(page) == ["service.node-dies"]
    assert page.locator("#shown").inner_text() == "1 of 14 findings"
    page.keyboard.press("Escape")
    assert len(shown(page)) == 11


@pytest.mark.parametrize("kind", ["claim", "case", "heading", "statement", "scenario", "node", "found", "verdict"])
def test_the_filter_knows_what_is_said_of_a_finding(page: Page, report: Report, kind: str) -> None:
    (section,) = (one for one in report.sections if one.claim.id == "replicaset.count")
    one = next(entry for entry in section.entries if entry.verdict is Verdict.VIOLATED)
    said = {
        "claim": one.claim,
        "case": one.case,
        "heading": section.claim.says.split(",")[0],
        "statement": section.claim.states,
        "scenario": one.scenario,
        "node": " ".join(one.nodes),
        "found": one.why,
        "verdict": one.verdict,
    }
    page.fill("#filter", said[kind])
    assert page.locator(f'[id="{one.anchor}"]').is_visible(), said[kind]


def test_the_filter_says_when_nothing_matches(page: Page) -> None:
    page.fill("#filter", "no such thing")
    assert shown(page) == []
    page.click("#clear")
    assert len(shown(page)) == 11


def test_verdicts_and_the_post_filter_too(page: Page) -> None:
    page.click('.chip[data-value="violated"]')
    assert shown(page) == ["replicaset.count"]
    assert page.locator("#replicaset\\.count .case:visible").count() == 1
    page.click('.chip[data-value="violated"]')
    page.click('.chip[data-value="contradicts"]')
    assert shown(page) == ["proxy.crosses-nodes"]


def test_keys_move_between_claims_and_open_their_tables(page: Page) -> None:
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.id") == "heal.crash"
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.id") == "loop.node-health"
    page.keyboard.press("o")
    assert page.locator("#loop\\.node-health details[open]").count() == 2
    page.keyboard.press("?")
    assert page.locator("dialog").is_visible()


def test_day_and_night_can_be_chosen(page: Page) -> None:
    colour = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(colour)
    page.keyboard.press("t")
    assert page.evaluate(colour) != before


def test_a_permalink_leads_to_its_claim(browser: Browser, html: str) -> None:
    opened = browser.new_page(viewport={"width": 1400, "height": 900})
    opened.goto(f"{html}#service.node-dies")
    box = opened.locator("#service\\.node-dies").bounding_box()
    assert box is not None
    assert box["y"] < 300
    opened.close()

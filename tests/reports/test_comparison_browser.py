"""The page of a comparison in a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install -e .[dev]")
from playwright.sync_api import Browser

from kubeskeptic.reports.html.comparison import render
from tests.reports.test_browser import CONTRAST, OVERFLOWING, WIDER, browser, pytestmark
from tests.reports.test_comparison_page import two

__all__ = ["browser", "pytestmark"]


@pytest.fixture
def html(tmp_path: Path) -> str:
    path = tmp_path / "compared.html"
    path.write_text(render(two(0.5)), encoding="utf-8")
    return path.as_uri()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_text_overflows_and_all_of_it_stands_out(
    browser: Browser, html: str, scheme: Literal["light", "dark"]
) -> None:
    opened = browser.new_page(color_scheme=scheme)
    asked: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(html)
    opened.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    for width in (360, 768, 1100, 1400):
        opened.set_viewport_size({"width": width, "height": 900})
        assert opened.evaluate(WIDER) <= 0
        assert opened.evaluate(OVERFLOWING) == []
    assert opened.evaluate(CONTRAST) == []
    assert asked == [html]
    opened.close()


def test_the_filter_and_the_keys_find_rows(browser: Browser, html: str) -> None:
    opened = browser.new_page(viewport={"width": 1400, "height": 900})
    opened.goto(html)
    trouble: list[str] = []
    opened.on("pageerror", lambda error: trouble.append(str(error)))
    opened.keyboard.press("j")
    assert opened.evaluate("document.activeElement.id") == "heal.crash"
    opened.keyboard.press("j")
    opened.keyboard.press("j")
    assert "row" in opened.evaluate("document.activeElement.className")
    opened.keyboard.press("/")
    opened.keyboard.type("service.stable")
    assert opened.locator("#shown").inner_text().endswith(" rows")
    assert {one.get_attribute("aria-label") for one in opened.locator(".case:visible").all()} == {"service.stable"}
    assert opened.locator("details.rest").last.get_attribute("open") is not None
    opened.keyboard.press("Escape")
    opened.click('.chip[data-value="gone"]')
    assert {one.get_attribute("aria-label") for one in opened.locator(".case:visible").all()} == {"heal.hang"}
    opened.keyboard.press("t")
    assert opened.evaluate("document.documentElement.dataset.theme") == "dark"
    assert trouble == []
    opened.close()

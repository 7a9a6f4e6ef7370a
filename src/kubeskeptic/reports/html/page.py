"""The whole page."""

from __future__ import annotations

from importlib.resources import files

from kubeskeptic.reports.drawing import palette
from kubeskeptic.reports.drawing.canvas import HATCH
from kubeskeptic.reports.html.broken_on_purpose import broken_on_purpose
from kubeskeptic.reports.html.claim import claim
from kubeskeptic.reports.html.front import front
from kubeskeptic.reports.html.graded import graded
from kubeskeptic.reports.html.markup import Markup, el, join
from kubeskeptic.reports.model import Chapter, Report
from kubeskeptic.reports.rerun import command
from kubeskeptic.reports.wording import SYMBOL

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
"""No request can leave the page, whatever is in it."""

_KEYS = (("/", "filter"), ("j  k", "next, previous claim"), ("o", "open or close the tables of a claim"),
         ("t", "day, night"), ("Esc", "clear the filter"), ("?", "this help"))  # fmt: skip


def render(report: Report) -> str:
    """The file's text."""
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        el("meta", name="color-scheme", content="light dark"),
        el("title", f"{report.headline} · {report.id or 'kubeskeptic'}"),
        el("style", Markup(palette.for_page() + palette.style() + _own("style.css"))),
    )
    body = el(
        "body",
        el("a", "To the claims", href="#claims", class_="skip"),
        Markup(f'<svg class="defs" width="0" height="0" aria-hidden="true"><defs>{HATCH}</defs></svg>'),
        el(
            "div",
            _side(report),
            el("main", front(report), _claims(report), broken_on_purpose(report), graded(report), _foot(report)),
            class_="page",
        ),
        _help(),
        el("script", Markup(_own("script.js"))),
    )
    return f"<!doctype html>\n{el('html', head, body, lang='en')}\n"


def _own(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _side(report: Report) -> Markup:
    search = el(
        "div",
        el("label", "Filter", for_="filter", class_="hidden"),
        el("input", id="filter", type="search", placeholder="Filter  /", autocomplete="off", spellcheck="false"),
        el("button", "◐", type="button", id="theme", title="Day, night (t)", aria_label="Switch between day and night"),
        el("button", "?", type="button", id="keys", title="Keys (?)", aria_label="Keys"),
        class_="tools",
    )
    chapters = (_listed(chapter) for chapter in report.chapters)
    contents = el("details", el("summary", "Contents"), *chapters, open=True, class_="toc")
    return el(
        "nav", search, el("p", id="shown", role="status"), contents if report.chapters else None, aria_label="Claims"
    )


def _listed(chapter: Chapter) -> Markup:
    links = (
        el(
            "li",
            el(
                "a",
                el("span", SYMBOL[section.verdict], class_=f"sign {section.verdict}", aria_hidden="true"),
                f" {section.claim.id}",
                el("span", f", {section.verdict}", class_="hidden"),
                href=f"#{section.claim.id}",
            ),
        )
        for section in chapter.sections
    )
    return join(el("p", chapter.title), el("ul", *links))


def _claims(report: Report) -> Markup:
    chapters = (
        el(
            "section",
            el("h2", chapter.title, id=f"c-{chapter.id}"),
            *(claim(report, section) for section in chapter.sections),
            class_="chapter",
            aria_labelledby=f"c-{chapter.id}",
        )
        for chapter in report.chapters
    )
    button = el("button", "Clear the filter", type="button", id="clear")
    nothing = el("p", "Nothing here matches. ", button, id="nothing", hidden=True)
    if not report.chapters:
        nothing = el("p", "No claim came to a verdict in this run, so there is nothing to tell.", class_="empty")
    return el("div", *chapters, nothing, id="claims")


def _foot(report: Report) -> Markup:
    return el(
        "footer",
        el("p", "The whole run again: ", el("code", command(report))),
        el("p", "This page again, from the journal alone: ", el("code", f"skeptic report {report.id or 'RUN'}")),
        el("p", f"kubeskeptic {report.run.get('harness') or ''}"),
    )


def _help() -> Markup:
    keys = (el("div", el("dt", *(el("kbd", key) for key in keys.split())), el("dd", what)) for keys, what in _KEYS)
    close = el("form", el("button", "Close"), method="dialog")
    return el("dialog", el("h2", "Keys"), el("dl", *keys), close, id="help", aria_label="Keys")

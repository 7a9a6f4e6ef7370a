"""The complete page of a run."""

from __future__ import annotations

from kubeskeptic.reports.drawing.canvas import HATCH
from kubeskeptic.reports.headline import ABOUT, headline
from kubeskeptic.reports.html.claim import claim
from kubeskeptic.reports.html.frame import document, keys, nothing_matches, side
from kubeskeptic.reports.html.front import front
from kubeskeptic.reports.html.markup import Markup, el, join
from kubeskeptic.reports.html.sabotages import broken_on_purpose, graded
from kubeskeptic.reports.model import Chapter, Report
from kubeskeptic.reports.rerun import command
from kubeskeptic.reports.wording import SYMBOL

_KEYS = (("/", "filter"), ("j  k", "next, previous claim"), ("o", "open or close the tables of a claim"),
         ("t", "light, dark"), ("Esc", "clear the filter"), ("?", "this help"))  # fmt: skip


def render(report: Report) -> str:
    """Return the text of the file."""
    return document(
        f"{headline(report)} · {ABOUT} · {report.id or 'kubeskeptic'}",
        el("a", "Skip to the claims", href="#claims", class_="skip"),
        Markup(f'<svg class="defs" width="0" height="0" aria-hidden="true"><defs>{HATCH}</defs></svg>'),
        el(
            "div",
            side("Claims", *(_listed(chapter) for chapter in report.chapters)),
            el("main", front(report), _claims(report), broken_on_purpose(report), graded(report), _foot(report)),
            class_="page",
        ),
        keys(_KEYS),
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
    nothing = nothing_matches()
    if not report.chapters:
        nothing = el("p", "No claim reached a verdict in this run, so there is nothing to report.", class_="empty")
    return el("div", *chapters, nothing, id="claims")


def _foot(report: Report) -> Markup:
    return el(
        "footer",
        el("p", "To repeat the whole run: ", el("code", command(report))),
        el("p", "To make this page again from the journal: ", el("code", f"skeptic report {report.id or 'RUN'}")),
        el("p", f"kubeskeptic {report.run.get('harness') or ''}"),
    )

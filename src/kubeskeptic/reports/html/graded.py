"""Cases by the grades of their sabotages: how long a breakage must last until the bound detects it."""

from __future__ import annotations

from kubeskeptic.reports.grades import MEANING, OUTDATED, GradedCase, Step, grades
from kubeskeptic.reports.html.markup import Markup, el
from kubeskeptic.reports.model import Entry, Report
from kubeskeptic.reports.wording import NBSP, plain


def graded(report: Report) -> Markup | None:
    """Return the table of cases by grades; None when no case of the run has any."""
    shown = report.graded
    if not shown:
        return None
    steps = grades(one for one, _ in shown)
    lifted = (el("th", f"{seconds:g}{NBSP}s", scope="col") for seconds in steps)
    ends = (el("th", "bound", scope="col"), *lifted, el("th", "detected from", scope="col"))
    head = el("tr", el("th", "case and sabotage", scope="col"), *ends)
    rows = (_row(one, entry, steps) for one, entry in shown)
    told = sum(one.detected_from is not None for one, _ in shown)
    return el(
        "section",
        el("h2", "What the bounds can detect"),
        el("details",
           el("summary", f"{told} of {len(shown)} bounds detect a breakage that lasts {steps[-1]:g} s or less"),
           el("p", MEANING, class_="note"),
           el("div", el("table", el("thead", head), el("tbody", *rows)), class_="scroll", tabindex="0", role="group",
              aria_label="Table: cases by the seconds after which their sabotage was lifted")),
        class_="chapter sabotaged",
    )  # fmt: skip


def _row(one: GradedCase, entry: Entry, steps: list[float]) -> Markup:
    note = el("span", f", {OUTDATED}", class_="note") if one.outdated(entry.digest) else None
    name = el("th", el("a", plain(one.name), href=f"#{entry.anchor}"), f" {one.sabotage}", note, scope="row")
    bound = el("td", one.allowed, title=one.bound.source if one.bound else None)
    return el("tr", name, bound, *(_cell(one.step(seconds)) for seconds in steps), el("td", one.tells))


def _cell(step: Step | None) -> Markup:
    if step is None:
        return el("td", "–", title="not performed")
    lasted = el("span", f", {step.lasted}", class_="note") if step.lasted else None
    return el("td", step.told, lasted, title=step.why)

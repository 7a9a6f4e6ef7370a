"""Cases by the grades of their sabotages: how long a breakage must last until the bound detects it."""

from __future__ import annotations

from kubeskeptic.reports.grades import Ladder, Step, grades
from kubeskeptic.reports.html.markup import Markup, el
from kubeskeptic.reports.model import Entry, Report
from kubeskeptic.reports.wording import NBSP, plain


def graded(report: Report) -> Markup | None:
    """Return the table of cases by grades; None when no case of the run has any."""
    entries = {(entry.claim, entry.case): entry for entry in report.entries}
    shown = [(one, entries[one.claim, one.case]) for one in report.grades if (one.claim, one.case) in entries]
    if not shown:
        return None
    steps = grades(one for one, _ in shown)
    lifted = (el("th", f"lifted after {seconds:g}{NBSP}s", scope="col") for seconds in steps)
    ends = (el("th", "bound", scope="col"), *lifted, el("th", "detected from", scope="col"))
    head = el("tr", el("th", "case and sabotage", scope="col"), *ends)
    rows = (_row(ladder, entry, steps) for ladder, entry in shown)
    told = sum(one.told_apart_from is not None for one, _ in shown)
    return el(
        "section",
        el("h2", "What the bounds can detect"),
        el("details",
           el("summary", f"{told} of {len(shown)} bounds detect a breakage that lasts {steps[-1]:g} s or less"),
           el("p", "Each column: the sabotage is lifted that many seconds after the act's fault. A case must hold when that is "
              "shorter than its bound, and be violated when it is longer.", class_="note"),
           el("div", el("table", el("thead", head), el("tbody", *rows)), class_="scroll", tabindex="0", role="group",
              aria_label="Table: cases by the seconds after which their sabotage was lifted")),
        class_="chapter sabotaged",
    )  # fmt: skip


def _row(ladder: Ladder, entry: Entry, steps: list[float]) -> Markup:
    changed = bool(entry.digest and ladder.digest != entry.digest)
    note = el("span", ", judged by a check that has changed since", class_="note") if changed else None
    name = el("th", el("a", plain(ladder.name), href=f"#{entry.anchor}"), f" {ladder.sabotage}", note, scope="row")
    bound = el("td", ladder.allowed, title=ladder.bound.source if ladder.bound else None)
    return el("tr", name, bound, *(_cell(ladder.step(seconds)) for seconds in steps), el("td", ladder.tells))


def _cell(step: Step | None) -> Markup:
    if step is None:
        return el("td", "–", title="not performed")
    return el("td", step.told, title=f"{step.why} {step.when}".strip())

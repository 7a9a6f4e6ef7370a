"""All claims at a glance: one tile each, by chapter, with the share of its bound that the worst case used up."""

from __future__ import annotations

import math

from kubeskeptic.reports.html.markup import Markup, el
from kubeskeptic.reports.model import Chapter, Entry, Report, Section
from kubeskeptic.reports.wording import SYMBOL, count

_GRADED = ("s", "%")


def overview(report: Report) -> Markup | None:
    """Return the overview of claims and verdicts; None for a run with fewer than two claims."""
    if len(report.sections) < 2:
        return None
    rows = (_row(chapter) for chapter in report.chapters)
    says = "The percentage is how much of its bound a claim's worst case used; above 100 % the claim is violated."
    return el(
        "section", el("h2", "All claims"), el("dl", *rows), el("p", says, class_="note"),
        class_="overview", aria_label="All claims at a glance",
    )  # fmt: skip


def _row(chapter: Chapter) -> Markup:
    return el("div", el("dt", chapter.title), el("dd", *(_tile(section) for section in chapter.sections)))


def _tile(section: Section) -> Markup:
    used = worst_share(section)
    skipped = f", {section.skipped}" if section.skipped else ""
    told = f"{section.claim.id}: {section.verdict}, {count(len(section.entries), 'case')}{skipped}"
    return el(
        "a",
        el("span", SYMBOL[section.verdict], class_=f"sign {section.verdict}", aria_hidden="true"),
        f" {section.claim.id}",
        el("span", f", {section.verdict}", class_="hidden"),
        el("small", f" {section.skipped}") if section.skipped else None,
        None if used is None else el("small", f" {used:.0%}" if math.isfinite(used) else " over"),
        href=f"#{section.claim.id}",
        class_=f"tile v-{section.verdict}",
        title=told,
    )


def worst_share(section: Section) -> float | None:
    """Return the largest share of a bound that a case of a claim used up; None when no bound has a meaningful share.

    Bounds on durations and on shares of requests have one. The ratio of a count such as “one address, at most one” is
    meaningless.
    """
    shares = [used_up(entry) for entry in section.entries]
    return max((share for share in shares if share is not None), default=None)


def used_up(entry: Entry) -> float | None:
    """Return the largest share of a bound that one case used up; see :func:`worst_share`."""
    near = ((bound, entry.measured[name].value) for name, bound in entry.bounds.items() if name in entry.measured)
    shares = [bound.ratio(value) for bound, value in near if bound.unit in _GRADED or not bound.admits(value)]
    return max(shares, default=None)

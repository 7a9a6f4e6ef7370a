"""Measured values against their bounds: a bar for each measure of a case, and a tile for each claim.

A tile shows the share of its bound that the claim's worst case used up.
"""

from __future__ import annotations

import math

from kubeskeptic.bounds import Bound
from kubeskeptic.findings import Measure
from kubeskeptic.reports.html.markup import Markup, el
from kubeskeptic.reports.model import Chapter, Entry, Report, Section
from kubeskeptic.reports.wording import SYMBOL, count, limit, measured, plain

_ROOM = 1.12
"""Length of a bar's scale, as a multiple of the larger of measure and bound."""


def bars(entry: Entry) -> Markup | None:
    """Return all measures of a finding, those with a bound first; None when there are no measures and no bounds."""
    names = sorted(entry.measured, key=lambda name: name not in entry.bounds)
    missing = [name for name in entry.bounds if name not in entry.measured]
    if not names and not missing:
        return None
    rows = [_bar(name, entry.measured[name], entry.bounds.get(name)) for name in names]
    rows += [_bar(name, None, entry.bounds[name]) for name in missing]
    return el("ul", *rows, class_="bars", aria_label="Measured against bound")


def _bar(name: str, measure: Measure | None, bound: Bound | None) -> Markup:
    outside = bool(bound and measure and not bound.admits(measure.value))
    return el(
        "li",
        el("span", plain(name), class_="b-name"),
        el(
            "span",
            Markup('<span aria-hidden="true">✕</span><span class="hidden">outside the bound: </span> ')
            if outside
            else None,
            measured(measure) if measure else "not measured",
            class_="b-value",
        ),
        _track(measure, bound) if bound and measure else el("span", class_="b-none"),
        el("span", limit(bound), class_="b-limit") if bound else None,
        el("span", bound.source, class_="b-from") if bound else None,
        class_="outside" if outside else None,
    )


def _track(measure: Measure, bound: Bound) -> Markup:
    scale = max(measure.value, bound.value, 1e-9) * _ROOM
    fill, tick = (max(0.0, value) / scale * 100 for value in (measure.value, bound.value))
    return el(
        "span",
        el("span", class_="b-fill", style=f"width:{fill:.1f}%"),
        el("span", class_="b-tick", style=f"left:{tick:.1f}%"),
        class_="b-track",
        aria_hidden="true",
    )


_GRADED = ("s", "%")


def overview(report: Report) -> Markup | None:
    """Return the overview of claims and verdicts; None for a run with fewer than two claims."""
    if len(report.sections) < 2:
        return None
    rows = (_chapter(chapter) for chapter in report.chapters)
    says = "The percentage is how much of its bound a claim's worst case used; above 100 % the claim is violated."
    return el(
        "section", el("h2", "All claims"), el("dl", *rows), el("p", says, class_="note"),
        class_="overview", aria_label="All claims at a glance",
    )  # fmt: skip


def _chapter(chapter: Chapter) -> Markup:
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

"""Claims in two runs, as cards and as rows: verdicts before and after, and their numbers side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kubeskeptic.findings import Verdict
from kubeskeptic.reports.building import bound_of
from kubeskeptic.reports.compared import amount, limits, varies
from kubeskeptic.reports.comparison import Comparison
from kubeskeptic.reports.html.markup import Markup, Piece, el, join, table_of
from kubeskeptic.reports.pair import ClaimChange, Pair, Result
from kubeskeptic.reports.wording import SYMBOL, plain

SIGNS = {
    ClaimChange.VIOLATED: ("✕", "violated"),
    ClaimChange.LOST: ("?", "inconclusive"),
    ClaimChange.GONE: ("–", "inconclusive"),
    ClaimChange.WORSE: ("↓", "violated"),
    ClaimChange.MENDED: ("↑", "holds"),
    ClaimChange.GAINED: ("●", "holds"),
    ClaimChange.NEW: ("+", "holds"),
    ClaimChange.OTHER: ("○", "skipped"),
    ClaimChange.SAME: ("=", "skipped"),
}
"""A sign for each turn, and the verdict class that gives its colour."""
_ROOM = 1.12
"""Length of a bar's scale, as a multiple of the largest number."""
NUMBERS = ("number", "before", "after", "bound", "", "noise")
"""The columns of a table of numbers."""


def turn_sign(turn: ClaimChange) -> Markup:
    """Return the sign of a turn."""
    sign, colour = SIGNS[turn]
    return el("span", sign, class_=f"sign {colour}", aria_hidden="true")


def card(comparison: Comparison, pair: Pair, place: str) -> Markup:
    """Return a card about a claim that turned, with all its numbers.

    :param place: the card's permalink
    """
    was, now = (str(one["why"]) if one else "" for one in (pair.before, pair.after))
    reasons = comparison.reasons(pair)
    return el(
        "article",
        el(
            "div",
            el(
                "p", el("a", pair.claim, href=f"#{place}"), f" · {plain(pair.case)}" if pair.case else None, class_="id"
            ),
            el("h3", turn_sign(pair.turn), f" {pair.turn}"),
            el("p", *_verdicts(pair), class_="both"),
            el("p", now, class_="why") if now else None,
            el("p", f"Before: {was}", class_="note") if was and was != now else None,
            _numbers(pair),
            el("p", f"Its bound changed with {', '.join(reasons)}.", class_="note") if reasons else None,
            **_case(pair),
        ),
        id=place,
        class_=f"claim v-{SIGNS[pair.turn][1]}",
        tabindex="-1",
    )


def rows(caption: str, head: Sequence[str], told: Iterable[tuple[Pair, Sequence[Piece]]]) -> Markup:
    """Return a table with a claim in each row, for the filter and the keys; a claim may have several rows."""
    bodies = (
        el(
            "tbody",
            el("tr", el("th", _named(pair)), *(el("td", cell) for cell in cells), **_case(pair)),
            class_="claim row",
            tabindex="-1",
        )
        for pair, cells in told
    )
    return table_of(caption, head, *bodies)


def summed_up(pair: Pair) -> Sequence[Piece]:
    """Return the cells of a row with everything about a claim: verdicts, finding, and numbers."""
    bounds = {name: now for name, _, now in pair.sides("bound")}
    numbers = (
        el("li", f"{plain(name)}: {amount(was)} → {amount(now, bounds.get(name))}")
        for name, was, now in pair.sides("measured")
    )
    why = str(pair.after["why"]) if pair.after else ""
    return (*_verdicts(pair, apart=True), join(why, el("ul", *numbers)))


def number_row(pair: Pair, name: str) -> Sequence[Piece]:
    """Return the cells of a number's row; see :data:`NUMBERS`."""
    was, now = pair.both("measured", name)
    bounds = pair.both("bound", name)
    by = varies(pair, name) if pair.noise else ""
    return (plain(name), amount(was), amount(now), limits(*bounds), _track(was, now, bounds[1] or bounds[0]), by)


def _numbers(pair: Pair) -> Markup | None:
    names = sorted((name for name, *_ in pair.sides("measured")), key=lambda name: name not in pair.bounded)
    if not names:
        return None
    body = (
        el("tr", el("th", cells[0]), *(el("td", cell) for cell in cells[1:]))
        for cells in (number_row(pair, name) for name in names)
    )
    return table_of("What was measured", NUMBERS, el("tbody", *body))


def _track(was: Result | None, now: Result | None, bound: Result | None) -> Markup | None:
    """Return a bar for the number after, with a ring for the number before and a mark for the bound; None if any of the three
    is missing, or if the bound is 0."""
    if not (was and now and bound and bound["value"] > 0):
        return None
    values = [max(0.0, float(one["value"])) for one in (now, was, bound)]
    scale = max(*values, 1e-9) * _ROOM
    fill, ring, tick = (value / scale * 100 for value in values)
    outside = not bound_of(bound).admits(float(now["value"]))
    track = el(
        "span",
        el("span", class_="b-fill", style=f"width:{fill:.1f}%"),
        el("span", class_="b-was", style=f"left:{ring:.1f}%"),
        el("span", class_="b-tick", style=f"left:{tick:.1f}%"),
        class_="b-track",
        aria_hidden="true",
    )
    return el("span", track, class_="outside") if outside else track


def _verdicts(pair: Pair, *, apart: bool = False) -> Sequence[Markup]:
    shown = [_verdict(verdict, word) for verdict, word in zip(pair.verdicts, pair.words, strict=True)]
    return shown if apart else [shown[0], join(" → "), shown[1]]


def _verdict(verdict: Verdict | None, word: str) -> Markup:
    sign = SYMBOL[verdict] if verdict else "–"
    return el("span", el("span", sign, class_=f"sign {verdict or ''}".rstrip(), aria_hidden="true"), f" {word}")


def _named(pair: Pair) -> Markup:
    return join(el("code", pair.claim), f" · {plain(pair.case)}" if pair.case else None)


def _case(pair: Pair) -> dict[str, str]:
    """Return the attributes that the filter searches."""
    why = str(pair.after["why"]) if pair.after else ""
    words = " ".join([pair.case, *(name for name, *_ in pair.sides("measured")), why, *pair.words])
    return {"class_": "case", "data_verdict": pair.turn, "data_also": words, "aria_label": pair.claim}

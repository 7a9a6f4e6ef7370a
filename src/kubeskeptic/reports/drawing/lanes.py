"""One lane of a timeline: requests, failures by outcome, and gaps in observation."""

from __future__ import annotations

from kubeskeptic.agent.outcomes import OUTCOMES
from kubeskeptic.durations import HOLE
from kubeskeptic.reports.drawing.axis import Axis
from kubeskeptic.reports.drawing.bins import Bins, Run, fold, runs, watched
from kubeskeptic.reports.drawing.canvas import Canvas, box
from kubeskeptic.reports.drawing.labels import CHARACTER
from kubeskeptic.reports.drawing.scene import Row, Scene
from kubeskeptic.reports.wording import after, length, number
from kubeskeptic.timeline import Gap, Outage

NARROWEST = 1.5
"""Minimum width of anything that happened."""
LOWEST = 2.5
"""Minimum height, however few requests failed."""


def draw_lane(canvas: Canvas, scene: Scene, row: Row, axis: Axis, top: float, height: float, width: float) -> None:
    """Draw one lane in a band of ``height`` below ``top``.

    :param width: width of a bin, in seconds
    """
    bins = fold(row.lane, scene.since, scene.until, width) if row.lane is not None else None
    canvas.rect(axis.left, top, axis.right - axis.left, height, "t-lane")
    if bins:
        for first, many in watched(bins):
            x, end = _edges(axis, bins, first, many)
            canvas.rect(x, top, end - x, height, "t-asked")
    _short_gaps(canvas, axis, [gap for gap in row.gaps if not is_long(gap)], top, height)
    for gap in filter(is_long, row.gaps):
        _gap(canvas, axis, gap, top, height)
    for code, data in _paths(axis, bins, top, height).items() if bins else ():
        canvas.path(data, f"t-{OUTCOMES[code]}")
    ends = [(axis.x(outage.start), axis.x(outage.end)) for outage in row.outages]
    places = [(x, max(end - x, NARROWEST)) for x, end in ends]
    canvas.path("".join(box(x, top + height + 1.5, wide, 2) for x, wide in places), "t-outage")
    for outage, (x, wide) in zip(row.outages, places, strict=True):
        canvas.rect(x - 1, top, wide + 2, height + 5, "t-touch", _told(scene, outage))


def _edges(axis: Axis, bins: Bins, first: int, many: int) -> tuple[float, float]:
    return axis.x(bins.since + first * bins.width), axis.x(bins.since + (first + many) * bins.width)


def _paths(axis: Axis, bins: Bins, top: float, height: float) -> dict[int, str]:
    """Return one path per outcome with all its rectangles, stacked from the bottom of the lane."""
    data: dict[int, list[str]] = {}
    for run in runs(bins):
        x, end = _edges(axis, bins, run.first, run.bins)
        wide = max(end - x, NARROWEST)
        floor = top + height
        for code, tall in _heights(run, height):
            data.setdefault(code, []).append(box(x, floor, wide, -tall))
            floor -= tall
    return {code: "".join(shapes) for code, shapes in data.items()}


def _heights(run: Run, height: float) -> list[tuple[int, float]]:
    share = sum(share for _, share in run.shares)
    tall = max(min(share, 1.0) * height, LOWEST)
    return [(code, part / share * tall) for code, part in run.shares]


def is_long(gap: Gap) -> bool:
    """Return whether a gap could hide a relevant outage; shorter gaps are missed ticks."""
    return gap.until is None or gap.until - gap.since > HOLE


def _short_gaps(canvas: Canvas, axis: Axis, gaps: list[Gap], top: float, height: float) -> None:
    """Draw missed ticks, all as one path, as a busy machine has many."""
    ends = ((axis.x(gap.since), axis.x(gap.until or gap.since)) for gap in gaps)
    canvas.path("".join(box(x, top, max(end - x, 0.6), height) for x, end in ends), "t-missed")


def _gap(canvas: Canvas, axis: Axis, gap: Gap, top: float, height: float) -> None:
    x, end = axis.x(gap.since), axis.x(axis.until if gap.until is None else gap.until)
    wide = max(end - x, NARROWEST)
    says = f"not observed: {gap.reason}"
    canvas.rect(x, top, wide, height, "t-gap", says)
    canvas.rect(x, top, wide, height, "t-gap-lines", says, ' fill="url(#hatch)"')
    for words in (says, gap.reason, "not observed", "gap"):
        if len(words) * CHARACTER + 12 < wide:
            canvas.text(x + 8, top + height / 2 + 4, words, "t-gap-says")
            break


def _told(scene: Scene, outage: Outage) -> str:
    how = ", ".join(f"{number(many)} {outcome}" for outcome, many in outage.outcomes.most_common())
    when = f"{after(outage.start - scene.zero)}: {length(outage.seconds)}"
    return f"{when}, {number(outage.failed)} of {number(outage.asked)} failed ({how})"

"""One lane of a timeline: requests, failures by outcome, and gaps in observation.

Samples are grouped into bins, so that a lane of any length is drawn with a few hundred rectangles. The code works on the
columns of a lane and visits only failures one by one; the number of requests in a bin follows from two bisections. That makes a
million samples cheap.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from kubeskeptic.agent.outcomes import OUTCOMES, Outcome
from kubeskeptic.durations import HOLE
from kubeskeptic.reports.drawing.canvas import Axis, Canvas, box
from kubeskeptic.reports.drawing.labels import CHARACTER
from kubeskeptic.reports.drawing.scene import LaneRow, Scene
from kubeskeptic.reports.wording import after, length, number
from kubeskeptic.timeline import Gap, Lane, Outage

NARROWEST = 1.5
"""Minimum width of anything that happened."""
LOWEST = 2.5
"""Minimum height, however few requests failed."""


def draw_lane(canvas: Canvas, scene: Scene, row: LaneRow, axis: Axis, top: float, height: float, width: float) -> None:
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


def _heights(run: BinRun, height: float) -> list[tuple[int, float]]:
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


MOST_BINS = 400
"""More bins would be narrower than two pixels, too narrow to see."""
LEAST_TICKS = 5
"""Minimum number of requests per bin, so that a height can represent a share."""
_NICE = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0)
_NOT_OK = re.compile(rb"[^\x%02x]+" % OUTCOMES.index(Outcome.OK))


@dataclass(frozen=True)
class Bins:
    """One lane's requests and failures, bin by bin.

    :param width: width of a bin, in seconds
    :param asked: requests sent in each bin
    :param failed: failures in each bin by outcome code (position in ``OUTCOMES``)
    """

    since: float
    width: float
    asked: tuple[int, ...]
    failed: tuple[dict[int, int], ...]


@dataclass(frozen=True)
class BinRun:
    """Consecutive bins that look alike.

    :param shares: (outcome code, share of the requests sent), in the order of ``OUTCOMES``
    """

    first: int
    bins: int
    shares: tuple[tuple[int, float], ...]


def width_for(span: float, period: float) -> float:
    """Return the width of a bin, in seconds, for a drawing of ``span`` seconds with requests ``period`` seconds apart."""
    least = max(span / MOST_BINS, period * LEAST_TICKS)
    return next((nice for nice in _NICE if nice >= least - 1e-9), least)


def fold(lane: Lane, since: float, until: float, width: float) -> Bins:
    """Return the bins of a lane between two times."""
    edges = [bisect_left(lane.sent, since + width * at) for at in range(int((until - since) / width - 1e-9) + 2)]
    edges[-1] = min(edges[-1], bisect_left(lane.sent, until))
    failed: list[dict[int, int]] = [{} for _ in edges[1:]]
    for at in failures(lane, edges[0], edges[-1]):
        counts = failed[min(int((lane.sent[at] - since) / width), len(failed) - 1)]
        code = lane.codes[at]
        counts[code] = counts.get(code, 0) + 1
    asked = tuple(max(0, b - a) for a, b in pairwise(edges))
    return Bins(since, width, asked, tuple(failed))


def failures(lane: Lane, first: int, last: int) -> Iterator[int]:
    """Yield the positions of a lane's failed samples between two positions."""
    codes = lane.codes[first:last].tobytes()
    for hit in _NOT_OK.finditer(codes):
        yield from range(first + hit.start(), first + hit.end())


def runs(bins: Bins) -> list[BinRun]:
    """Return the bins with failures, with adjacent bins that look alike merged."""
    found: list[BinRun] = []
    for at, (asked, failed) in enumerate(zip(bins.asked, bins.failed, strict=True)):
        if not failed:
            continue
        total = max(asked, sum(failed.values()))
        shares = tuple((code, round(failed[code] / total, 3)) for code in sorted(failed))
        if found and found[-1].shares == shares and found[-1].first + found[-1].bins == at:
            found[-1] = BinRun(found[-1].first, found[-1].bins + 1, shares)
        else:
            found.append(BinRun(at, 1, shares))
    return found


def watched(bins: Bins) -> list[tuple[int, int]]:
    """Return the ranges of consecutive bins (first, number) in which requests were sent."""
    found: list[tuple[int, int]] = []
    for at, asked in enumerate(bins.asked):
        if not asked:
            continue
        if found and sum(found[-1]) == at:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((at, 1))
    return found

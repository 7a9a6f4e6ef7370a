"""Samples folded into bins, so that a lane of any length is drawn by a few hundred rectangles.

Works on the columns of a lane and looks only at failures one by one; how many were asked follows from two bisections per
bin. That is what makes a million samples cheap.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from kubeskeptic.agent.outcomes import OUTCOMES, Outcome
from kubeskeptic.timeline import Lane

MOST_BINS = 400
"""More would be narrower than the two pixels that an eye finds."""
LEAST_TICKS = 5
"""Questions per bin at least, so that a height can mean a share."""
_NICE = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0)
_NOT_OK = re.compile(rb"[^\x%02x]+" % OUTCOMES.index(Outcome.OK))


@dataclass(frozen=True)
class Bins:
    """What one lane saw, bin by bin.

    :param width: of a bin, in seconds
    :param asked: questions sent in each bin
    :param failed: failures of each bin by the code of their outcome (position in ``OUTCOMES``)
    """

    since: float
    width: float
    asked: tuple[int, ...]
    failed: tuple[dict[int, int], ...]


@dataclass(frozen=True)
class Run:
    """Consecutive bins that look alike.

    :param shares: (code of the outcome, share of the questions asked), in the order of ``OUTCOMES``
    """

    first: int
    bins: int
    shares: tuple[tuple[int, float], ...]


def width_for(span: float, period: float) -> float:
    """The width of a bin, in seconds, for a drawing of ``span`` seconds of questions ``period`` seconds apart."""
    least = max(span / MOST_BINS, period * LEAST_TICKS)
    return next((nice for nice in _NICE if nice >= least - 1e-9), least)


def fold(lane: Lane, since: float, until: float, width: float) -> Bins:
    """The bins of a lane between two times."""
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
    """Positions of the failed samples of a lane between two positions."""
    codes = lane.codes[first:last].tobytes()
    for hit in _NOT_OK.finditer(codes):
        yield from range(first + hit.start(), first + hit.end())


def runs(bins: Bins) -> list[Run]:
    """Bins with failures, those that look alike and touch each other made one."""
    found: list[Run] = []
    for at, (asked, failed) in enumerate(zip(bins.asked, bins.failed, strict=True)):
        if not failed:
            continue
        total = max(asked, sum(failed.values()))
        shares = tuple((code, round(failed[code] / total, 3)) for code in sorted(failed))
        if found and found[-1].shares == shares and found[-1].first + found[-1].bins == at:
            found[-1] = Run(found[-1].first, found[-1].bins + 1, shares)
        else:
            found.append(Run(at, 1, shares))
    return found


def watched(bins: Bins) -> list[tuple[int, int]]:
    """Stretches of bins (first, how many) in which anything was asked at all."""
    found: list[tuple[int, int]] = []
    for at, asked in enumerate(bins.asked):
        if not asked:
            continue
        if found and sum(found[-1]) == at:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((at, 1))
    return found

"""Samples grouped into bins, so that a lane of any length is drawn with a few hundred rectangles.

The code works on the columns of a lane and visits only failures one by one; the number of requests in a bin follows from two
bisections. That makes a million samples cheap.
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
class Run:
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


def runs(bins: Bins) -> list[Run]:
    """Return the bins with failures, with adjacent bins that look alike merged."""
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

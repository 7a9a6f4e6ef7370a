"""Which share of a lane's requests fails in a second, at most, and which share do the wrong endpoints explain?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from kubeskeptic.bounds import Bound, Interval
from kubeskeptic.findings import Measure

_BY_CHANCE = 0.001
"""How often the share bound may be exceeded by chance alone, over all stretches of all lanes together."""


@dataclass
class LaneSecond:
    """One second of one lane."""

    asked: int = 0
    failed: int = 0
    unknown: int = 0
    """Requests that may have failed."""
    unasked: int = 0
    """Requests that were due in it and never sent."""
    late: int = 0
    """Answers that were late, or may have been: they are part of ``failed`` and of ``unknown``."""

    def answered_late(self, *, surely: bool) -> None:
        """Take in a late answer. The packet that was lost went to a wrong endpoint, so a second has no more of these and of
        failures together than its wrong endpoints explain.

        :param surely: whether it was certainly late; otherwise it may have been
        """
        self.late += 1
        self.failed += surely
        self.unknown += not surely

    @property
    def share(self) -> Interval:
        """The percentage of requests that failed or were answered late. Its upper end also counts requests that were never
        sent, whose outcome is not known, or whose answer may have been late.
        """
        due = max(self.asked + self.unasked, 1)
        return Interval(100 * self.failed / max(self.asked, 1), 100 * (self.failed + self.unknown + self.unasked) / due)


def worst_of(stretches: Sequence[LaneSecond], share: float, source: str) -> tuple[Measure, Bound]:
    """Return the share of failed and late requests in the worst of some stretches, and its bound, which depends on its number
    of requests.

    A stretch that is certainly beyond its bound comes before one that may be.
    """
    pairs = [(one, _share_bound(share, source, one.asked, len(stretches))) for one in stretches if one.asked]
    nothing = (LaneSecond(), _share_bound(share, source, 0, 1))
    sure, limit = max(pairs, key=lambda pair: pair[0].share.low - pair[1].value, default=nothing)
    if not limit.admits(sure.share.low):
        return _percent(sure), limit
    stretch, limit = max(pairs, key=lambda pair: pair[0].share.high - pair[1].value, default=nothing)
    return _percent(stretch), limit


def _percent(stretch: LaneSecond) -> Measure:
    low, high = (round(end, 1) for end in stretch.share)
    return Measure(low, "%", low, high)


def _share_bound(share: float, source: str, asked: int, among: int) -> Bound:
    """Return the lost endpoints' share plus an allowance for chance in the worst of ``among`` stretches (kube-proxy chooses
    at random). The one-sided normal quantile is set so that all stretches together exceed it once in a thousand runs.
    """
    quantile = NormalDist().inv_cdf(1 - _BY_CHANCE / max(among, 1))
    chance = quantile * math.sqrt(share * (1 - share) / max(asked, 1))
    told = f"{source}, + {100 * chance:.1f} for chance in the worst of {among} seconds (p ≥ 0.001)"
    return Bound(round(min(100 * (share + chance), 100.0), 1), "%", told)

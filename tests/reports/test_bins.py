"""Folding samples into bins: judged by eye."""

from __future__ import annotations

import pytest

from kubeskeptic.agent.outcomes import OUTCOMES, Outcome
from kubeskeptic.reports.drawing.lanes import BinRun, fold, runs, watched, width_for
from kubeskeptic.timeline import Lane, Sample

REFUSED, TIMEOUT = OUTCOMES.index(Outcome.REFUSED), OUTCOMES.index(Outcome.TIMEOUT)


def lane(*outcomes: Outcome, missing: tuple[int, ...] = ()) -> Lane:
    """One question every 0.1 s from second 100."""
    kept = (Sample(n, 100 + n / 10, 0.01, outcome) for n, outcome in enumerate(outcomes) if n not in missing)
    return Lane("w1", "web", 0.1, kept)


OK, BAD, LATE = Outcome.OK, Outcome.REFUSED, Outcome.TIMEOUT


def test_each_bin_counts_what_was_asked_and_what_failed_how() -> None:
    bins = fold(lane(*[OK] * 5, BAD, OK, LATE, OK, BAD), 100, 101, 0.5)
    assert bins.asked == (5, 5)
    assert bins.failed == ({}, {REFUSED: 2, TIMEOUT: 1})


def test_a_single_failure_in_a_long_lane_is_a_run_of_its_own() -> None:
    bins = fold(lane(*[OK] * 40, BAD, *[OK] * 59), 100, 110, 1.0)
    assert runs(bins) == [BinRun(4, 1, ((REFUSED, 0.1),))]


def test_bins_that_look_alike_become_one_run() -> None:
    assert runs(fold(lane(*[BAD] * 10), 100, 101, 0.5)) == [BinRun(0, 2, ((REFUSED, 1.0),))]


def test_bins_in_which_nobody_asked_are_not_watched() -> None:
    bins = fold(lane(*[OK] * 20, missing=tuple(range(5, 15))), 100, 102, 0.5)
    assert bins.asked == (5, 0, 0, 5)
    assert watched(bins) == [(0, 1), (3, 1)]


def test_samples_outside_the_time_drawn_do_not_count() -> None:
    bins = fold(lane(*[BAD] * 30), 101, 102, 0.5)
    assert bins.asked == (5, 5)


@pytest.mark.parametrize(
    ("span", "period", "width"),
    [(10, 0.02, 0.1), (90, 0.02, 0.25), (1000, 0.02, 5.0), (10, 0.1, 0.5), (1e7, 0.02, 25000.0)],
)
def test_bins_are_wide_enough_to_be_seen_and_to_hold_a_share(span: float, period: float, width: float) -> None:
    assert width_for(span, period) == pytest.approx(width)

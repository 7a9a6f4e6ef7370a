"""How much of each second failed after a fault, and which second was the worst. A character is 0.1 s; the fault is at 1 s."""

from __future__ import annotations

import pytest

from kubeskeptic.bounds import Interval
from kubeskeptic.checks.failures import Failures, worst_share
from kubeskeptic.checks.shares import LaneSecond
from tests.checks.after_fault import seen
from tests.drawn import lane


# -- how much of a second -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("asked", "failed", "unknown", "unasked", "low", "high"),
    [
        (1, 1, 0, 0, 100, 100),
        (4, 1, 0, 0, 25, 25),
        (4, 1, 0, 1, 25, 40),
        (4, 1, 1, 0, 25, 50),
        (4, 0, 1, 1, 0, 40),
        (0, 0, 0, 0, 0, 0),
        (0, 0, 0, 1, 0, 100),
        (2, 0, 0, 2, 0, 50),
    ],
)
def test_the_share_of_a_second(asked: int, failed: int, unknown: int, unasked: int, low: float, high: float) -> None:
    assert LaneSecond(asked, failed, unknown, unasked).share == (low, high)


def test_what_was_never_asked_belongs_to_the_second_in_which_it_was_due() -> None:
    one = seen(".." + " " * 11 + "......r")
    assert {number: each.unasked for number, each in one.stretches.items()} == {0: 8, 1: 3}


def test_a_share_is_not_diluted_by_the_good_time_after_the_last_failure() -> None:
    one = seen("." * 12 + "r" + "." * 17)
    assert len(one.stretches) == 3
    assert one.in_failing() == [LaneSecond(10, 0), LaneSecond(10, 1)]
    assert seen("." * 30).in_failing() == []


def failed(*stretches: LaneSecond) -> Failures:
    """A lane that failed until its last second."""
    return Failures(
        lane("."), Interval(0, 0), failed=1, last=len(stretches) - 0.5, stretches=dict(enumerate(stretches))
    )


def test_the_worst_second_is_the_furthest_beyond_its_own_bound() -> None:
    few, many = LaneSecond(10, 6), LaneSecond(1000, 500)  # what chance adds to a third of ten is more than half
    share, limit = worst_share([failed(few), failed(many)], 1 / 3, "1 of 3 endpoints")
    assert [share.value, limit.value] == pytest.approx([50, 38.2])
    assert limit.source == "1 of 3 endpoints, + 4.9 for chance in the worst of 2 seconds (p ≥ 0.001)"


def test_a_second_that_is_beyond_its_bound_for_sure_comes_before_one_that_may_be() -> None:
    sure, doubtful = LaneSecond(100, 60), LaneSecond(100, 10, unasked=900)
    share, _ = worst_share([failed(sure, doubtful)], 1 / 3, "x")
    assert [*share.interval] == [60, 60]
    share, _ = worst_share([failed(LaneSecond(10, 6), sure, doubtful)], 1 / 3, "x")  # of ten more may fail by chance
    assert [*share.interval] == [60, 60]
    share, _ = worst_share([failed(LaneSecond(100, 20), doubtful)], 1 / 3, "x")
    assert [*share.interval] == [10, 91]


def test_a_second_in_which_nothing_counts_has_no_share() -> None:
    share, _ = worst_share([failed(LaneSecond(unasked=3), LaneSecond(100, 10))], 1 / 3, "x")
    assert [*share.interval] == [10, 10]
    share, limit = worst_share([], 1 / 3, "x")
    assert (share.value, limit.value) == (0, 100)


@pytest.mark.parametrize(
    ("share", "asked", "limit"), [(1.0, 100, 100), (0.0, 100, 0), (0.25, 10_000, 26.3), (0.9, 9, 100), (0.01, 1, 31.7)]
)
def test_chance_adds_less_the_more_is_asked(share: float, asked: int, limit: float) -> None:
    assert worst_share([failed(LaneSecond(asked, 1))], share, "x")[1].value == pytest.approx(limit, abs=0.05)


# -- which second ---------------------------------------------------------------------------------------------------------
def test_seconds_are_counted_from_the_fault() -> None:
    one = seen("." * 10 + "r" + "." * 9 + " " * 2 + "t" + "." * 6 + "r")
    each = {number: (at.asked, at.failed, at.unasked) for number, at in one.stretches.items()}
    assert each == {0: (10, 0, 0), 1: (10, 1, 0), 2: (8, 2, 2)}
    assert len(one.in_failing()) == 3


def test_a_stale_entry_is_no_part_of_its_second() -> None:
    one = seen("tt" + "." * 8, ports={10: 5, 11: 5})
    assert (one.asked, one.failed, one.stale, one.last_stale) == (10, 1, 1, 1.1)
    assert [(at.asked, at.failed) for at in one.stretches.values()] == [(9, 1)]
    assert one.end == pytest.approx(1.2)


def test_the_worst_second_is_looked_for_on_all_lanes() -> None:
    calm, bad = failed(LaneSecond(100, 10), LaneSecond(100, 20)), failed(LaneSecond(100, 60), LaneSecond(100, 5))
    assert worst_share([calm, bad], 1 / 3, "x")[0].value == 60
    assert worst_share([bad, calm], 1 / 3, "x")[0].value == 60


def test_where_nothing_is_beyond_its_bound_the_one_that_may_come_closest_is_the_worst() -> None:
    few, many = LaneSecond(10, 4), LaneSecond(1000, 330)  # 40 of 80 %, 33 of 38 %
    share, limit = worst_share([failed(few, many)], 1 / 3, "x")
    assert [share.value, round(limit.value)] == [33, 38]


@pytest.mark.parametrize(("among", "limit"), [(1, 47.9), (2, 48.8), (10, 50.9)])
def test_chance_adds_more_the_more_seconds_there_are(among: int, limit: float) -> None:
    stretches = [LaneSecond(100, 1) for _ in range(among)]
    assert worst_share([failed(*stretches)], 1 / 3, "x")[1].value == pytest.approx(limit, abs=0.06)

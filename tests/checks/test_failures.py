"""What is counted on a lane after a fault. A tenth of a second is a character; the fault is at 1 s; the margin is 2 s."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kubeskeptic.bounds import Interval
from kubeskeptic.checks.failures import Failures, counts, look_at, worst_share
from kubeskeptic.checks.shares import LaneSecond
from kubeskeptic.timeline import Act, ActSpan, Gap, Lane
from kubeskeptic.timeline.stalls import Stall
from tests.drawn import endpoints, gone, lane, watched

BLIND = Gap("watch", "", "", "EndpointSlice", 2.0, 2.1, "the watch was cut off")
"""With it nothing is sure about who was an endpoint."""


def story(one: Lane, *gaps: Gap, applied: float = 1.0, **more: Any) -> Act:
    act = watched(one, faults=(gone(1.0, applied=applied),), **more)
    act.recording.gaps += gaps
    return act


def seen(drawing: str, *gaps: Gap, by: str = "pod-a", applied: float = 1.0, **more: Any) -> Failures:
    one = lane("." * 10 + drawing, by=by, **more)
    return look_at(story(one, *gaps, applied=applied), one)


def test_what_is_counted() -> None:
    one = seen("..rrt.?...")
    assert (one.asked, one.failed, one.unknown, one.late, one.wrong, one.stale) == (10, 3, 1, 0, 0, 0)
    assert one.listed == "2 refused, 1 timeout"
    assert [one.last, one.end] == pytest.approx([1.4, 1.5])
    nothing = seen("." * 20)
    assert (nothing.asked, nothing.failed, nothing.unknown, nothing.end) == (20, 0, 0, None)
    assert [(one.asked, one.failed, one.unasked) for one in nothing.stretches.values()] == [(10, 0, 0), (10, 0, 0)]


def test_an_answer_is_late_after_nine_tenths_of_a_second() -> None:
    one = lane("." * 20)
    one.took[12], one.took[13], one.took[5] = 0.9, 0.91, 5.0
    assert look_at(story(one), one).late == 1


def test_until_when_it_is_looked_at() -> None:
    one = lane("." * 60)
    assert look_at(story(one), one).asked == 30
    assert look_at(story(one), one, until=2.0).asked == 10


# -- who answers ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["EndpointSlice", "Pod", "Service"])
def test_a_stranger_is_wrong_where_the_endpoints_are_known_and_unknown_where_they_are_not(kind: str) -> None:
    sure, unsure = seen("." * 10, by="stranger"), seen("." * 10, replace(BLIND, resource=kind), by="stranger")
    assert (sure.failed, sure.wrong, sure.unknown) == (10, 10, 0)
    assert (unsure.failed, unsure.wrong, unsure.unknown) == (0, 0, 10)


def test_a_refusal_is_a_failure_however_little_is_known_of_the_endpoints() -> None:
    one = seen("..r.......", BLIND)
    assert (one.failed, one.unknown) == (1, 0)


def test_what_is_not_known_counts_as_failed_in_its_second_only() -> None:
    one = seen("..??......")
    assert (one.failed, one.unknown, one.listed) == (0, 2, "")
    assert [(each.asked, each.failed, each.unknown) for each in one.stretches.values()] == [(10, 0, 2)]


def test_a_pod_that_was_taken_out_may_answer_for_the_margin() -> None:
    out = endpoints(1.0, "pod-b", type="MODIFIED")
    act = watched(lane("." * 40), faults=(gone(1.0),), changes=(out,))
    one = look_at(act, act.recording.lanes["n1", "web"])
    assert one.wrong == 9, "from after 3 s on"
    assert one.last == pytest.approx(3.9)


def test_an_answer_that_was_asked_before_a_pod_became_an_endpoint_and_came_after_it_is_right() -> None:
    joins = endpoints(1.55, "pod-a", "pod-b", type="MODIFIED")
    one = lane("." * 40, by="pod-b")
    one.took[15] = 0.06  # asked at 1.5 s
    act = watched(one, faults=(gone(1.0),), changes=(joins,), pods={"pod-a": "n9"})
    assert look_at(act, one).wrong == 5, "from 1.0 to 1.4 s"
    one.took[15] = 0.04
    assert look_at(act, one).wrong == 6


# -- for how long ---------------------------------------------------------------------------------------------------------
def test_failing_lies_between_what_was_surely_so_and_what_may_have_been() -> None:
    one = seen("..r.......", applied=1.15)
    assert one.failing == pytest.approx((0.05, 0.3)), "from the last moment of the fault, and from its first"
    one.lane.doubt = 0.02
    assert one.failing == pytest.approx((0.03, 0.32))
    one.lane.doubt = 0.5
    assert one.failing.low == 0


def test_what_did_not_fail_was_failing_for_no_time() -> None:
    one = seen("..........")
    assert one.failing == Interval(0.0, 0.0)
    assert (one.last, one.last_late, one.last_stale) == (0, 0, 0)


def test_failing_that_does_not_end_has_no_upper_limit() -> None:
    assert seen("...rr").failing == pytest.approx((0.4, float("inf")))


def test_the_end_is_the_first_good_answer_after_the_last_failure() -> None:
    assert seen("r..r..").end == pytest.approx(1.4)
    assert seen("r..r?..").end == pytest.approx(1.5), "what is not known is no good answer"


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


# -- counts ---------------------------------------------------------------------------------------------------------------
def test_counts_of_all_lanes() -> None:
    one, two = lane("." * 12 + "r  " + "." * 25), lane("." * 14 + "tt" + "." * 24, "n2", ports={14: 5, 15: 5})
    one.took[20], two.took[20], two.took[14] = 0.3, 0.95, 3.0
    act = watched(one, two, faults=(gone(1.0),))
    measured = counts(act, "web", [look_at(act, each) for each in act.lanes("web")])
    assert {name: each.value for name, each in measured.items()} == {
        "failed": 2,
        "failed by stale conntrack": 1,
        "late": 1,
        "asked": 58,
        "never asked": 2,
        "answered in, p50": 0.001,
        "answered in, p99": 0.3,
        "answered in, longest": 0.95,
    }


def test_where_nothing_was_answered_nothing_took_any_time() -> None:
    one = lane("." * 10 + "r" * 30)
    act = story(one)
    assert "answered in, longest" not in counts(act, "web", [look_at(act, each) for each in act.lanes("web")])


# -- answered late --------------------------------------------------------------------------------------------------------
def late(drawing: str, *ticks: int, took: float = 1.0, stalled: int = 0, doubt: float = 0.0, **more: Any) -> Failures:
    """What is seen where answers are late, of which the agent has read the one at a tick after it stood still."""
    one = lane("." * 10 + drawing, **more)
    one.doubt = doubt
    for tick in ticks:
        one.took[tick] = took
    act = story(one, applied=1.15)
    sent = stalled / 10
    act.recording.stalls = [Stall("n1", sent + 0.1, sent + took)] if stalled else []
    return look_at(act, one)


@pytest.mark.parametrize(
    ("drawing", "ticks", "troubled"),
    [
        ("." * 30, (), (0, 0)),
        ("?" + "." * 29, (), (0, 0)),
        ("." * 30, (20,), (0.85, 1.1)),
        ("." * 30, (20, 25), (1.35, 1.6)),
        ("." * 30, (39,), (2.75, float("inf"))),
        ("." * 5 + "r" + "." * 24, (20,), (0.85, 1.1)),
        ("." * 15 + "r" + "." * 14, (20,), (1.35, 1.6)),
        ("." * 15 + "r", (20,), (1.35, float("inf"))),
        ("." * 5 + "r" + "." * 9 + "?" + "." * 14, (24,), (1.25, 1.6)),  # what is not known is no good answer
        ("." * 30, (10,), (0, 0.1)),
    ],
)
def test_trouble_lasts_until_the_good_answer_in_time_after_the_last_failure_and_the_last_late_answer(
    drawing: str, ticks: tuple[int, ...], troubled: tuple[float, float]
) -> None:
    assert late(drawing, *ticks).troubled == pytest.approx(troubled)


def test_trouble_is_known_to_the_doubt_of_the_clock() -> None:
    assert late("." * 30, 20, doubt=0.1).troubled == pytest.approx((0.75, 1.2))
    assert late("." * 30, 10, doubt=0.1).troubled == pytest.approx((0, 0.2))


def test_an_answer_that_was_late_for_sure_is_the_least_that_trouble_lasted() -> None:
    sure, unsure = late("." * 30, 15, 25), late("." * 30, 15, 25, stalled=25)
    assert [sure.last_late, unsure.last_late] == pytest.approx([2.5, 1.5])
    assert unsure.troubled == pytest.approx((0.35, 1.6))
    assert late("." * 30, 25, stalled=25).troubled == pytest.approx((0, 1.6))
    failed_before = late("." * 5 + "r" + "." * 24, 25, stalled=25)
    assert failed_before.troubled == pytest.approx((0.35, 1.6))


def test_trouble_of_which_nothing_is_sure_may_have_taken_no_time() -> None:
    unsure = Failures(lane("."), Interval(0.0, 0.0), misrouted=1, in_time=5.0)
    assert unsure.troubled == Interval(0.0, 5.0)


@pytest.mark.parametrize(
    ("ticks", "stalled", "share"),
    [
        ((21, 22, 23), 0, (30, 30)),
        ((21, 22, 23), 22, (10, 30)),  # the agent stood still when two of them came: they may have come in time
        ((20, 29), 0, (20, 20)),
        ((19, 30), 0, (0, 0)),
    ],
)
def test_a_late_answer_counts_in_the_share_of_its_second(
    ticks: tuple[int, ...], stalled: int, share: tuple[float, float]
) -> None:
    one = late("." * 40, *ticks, stalled=stalled)
    assert one.stretches[1].share == share
    assert (one.stretches[1].late, one.failed, one.late) == (sum(20 <= tick < 30 for tick in ticks), 0, len(ticks))


def test_it_counts_as_a_failure_beside_failures() -> None:
    one = late("." * 10 + "rr" + "." * 18, 23)
    assert (one.stretches[1].share, one.failed) == ((30, 30), 2)
    assert worst_share([one], 1 / 3, "x")[0].value == 30


def test_the_share_is_looked_for_until_the_last_late_answer() -> None:
    assert len(late("r" + "." * 29, 25).in_failing()) == 2
    assert len(late("r" + "." * 29, 25, stalled=25).in_failing()) == 2, "it may have been late"
    assert worst_share([late("." * 30, *range(20, 30))], 1 / 3, "x")[0].value == 100


def test_a_late_answer_that_may_have_met_a_stale_entry_is_none_of_the_share() -> None:
    one = late("..t" + "." * 27, 30, ports={12: 50000, 30: 50000})
    assert one.stretches[2].share == (0, 0)


def test_a_late_answer_on_the_port_of_one_that_timed_out_is_not_routing_s_doing() -> None:
    ports = {12: 50000, 30: 50000}
    for same, misrouted in ((ports, 0), ({12: 50000}, 1)):
        one = late("..t" + "." * 27, 30, ports=same)
        assert (one.late, one.misrouted) == (1, misrouted)
    assert late("..t" + "." * 47, 55, ports={12: 50000, 55: 50000}).misrouted == 0, "after the end of the act"
    long_ago = lane("." * 12 + "t" + "." * 67, ports={12: 50000, 55: 50000})
    long_ago.took[55] = 1.0
    act = story(long_ago, spans=(ActSpan("act", 0, 1, 8),))
    assert look_at(act, long_ago).misrouted == 1, "4.3 s later the entry is gone"


def test_a_stranger_that_answers_late_is_a_failure_and_no_late_answer() -> None:
    one = late("." * 10, 15, by="stranger")
    assert (one.failed, one.late, one.misrouted) == (10, 0, 0)


def test_a_failure_that_took_long_is_no_late_answer() -> None:
    one = late("..t.......", 12, took=3.5)
    assert (one.failed, one.late, one.misrouted) == (1, 0, 0)


def test_the_first_good_answer_is_no_end_of_what_has_not_begun() -> None:
    one = late("...r......")
    assert [one.in_time, one.end] == pytest.approx([1.4, 1.4])
    assert late("..........").end is None
    assert late("..........").in_time == pytest.approx(1.0)
    assert late("..........", 12).in_time == pytest.approx(1.3)


# -- what is away ---------------------------------------------------------------------------------------------------------
def test_a_pod_on_a_node_that_is_away_cannot_answer_until_it_is_let_return() -> None:
    one = lane("." * 60)
    crash = gone(1.0, "node/n9", "crash_node", applied=1.25, undoing=3.0)
    act = watched(one, faults=(crash,), spans=(ActSpan("act", 0, 1, 6),))
    assert look_at(act, one).wrong == 17, "from after 1.25 s until before 3 s"
    act = watched(one, faults=(crash,), spans=(ActSpan("act", 0, 1, 6),), pods={"pod-a": "n8"})
    assert look_at(act, one).wrong == 0, "it is elsewhere"


@pytest.mark.parametrize(("sync", "wrong"), [(0.0, 9), (0.5, 4), (1.0, 0)])
def test_a_pod_that_was_taken_out_may_answer_for_the_programming_lag_too(sync: float, wrong: int) -> None:
    one = lane("." * 40)
    act = watched(one, faults=(gone(1.0),), changes=(endpoints(1.0, "pod-b", type="MODIFIED"),), SYNC=sync)
    assert look_at(act, one).wrong == wrong


def test_of_strangers_and_refusals_each_is_told() -> None:
    one = lane("." * 10 + "rr........", by="stranger")
    assert look_at(story(one), one).listed == "8 answered by a pod that was not an endpoint, 2 refused"


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


# -- how long answers took ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("asked", "tail"), [(101, 99), (201, 198), (100, 98), (1, 0)])
def test_the_99th_percentile_and_the_longest(asked: int, tail: int) -> None:
    one = lane("." * (10 + asked))
    for at in range(asked):
        one.took[10 + at] = at / 1000
    act = story(one, spans=(ActSpan("act", 0, 1, 1 + asked / 10 - 0.05),))
    measured = counts(act, "web", [look_at(act, each) for each in act.lanes("web")])
    assert measured["answered in, p99"].value == tail / 1000
    assert measured["answered in, longest"].value == (asked - 1) / 1000


def test_only_good_answers_since_the_fault_took_any_time() -> None:
    one = lane("." * 12 + "t" + "." * 32)
    one.took[5], one.took[12], one.took[42] = 0.5, 3.5, 0.7
    act = story(one)
    measured = counts(act, "web", [look_at(act, each) for each in act.lanes("web")])
    assert measured["answered in, longest"].value == 0.001
    assert measured["asked"].value == 30

"""What is counted on a lane after a fault. A tenth of a second is a character; the fault is at 1 s; the margin is 2 s."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kubeskeptic.bounds import Interval
from kubeskeptic.checks.failures import counts, look_at
from kubeskeptic.timeline import ActSpan, Gap
from tests.checks.after_fault import seen, story
from tests.drawn import endpoints, gone, lane, watched

BLIND = Gap("watch", "", "", "EndpointSlice", 2.0, 2.1, "the watch was cut off")
"""With it nothing is sure about who was an endpoint."""


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

"""What late answers on a lane count for after a fault. A tenth of a second is a character; the fault is at 1 s."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.bounds import Interval
from kubeskeptic.checks.failures import Failures, look_at, worst_share
from kubeskeptic.timeline import ActSpan
from kubeskeptic.timeline.stalls import Stall
from tests.checks.after_fault import story
from tests.drawn import lane


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

"""Which answers came late: an agent that did not run has read them later than they came. Until when and how often it asked."""

from __future__ import annotations

import pytest

from kubeskeptic.checks.lanes import asked_until, is_late, missing, never_asked, span, surely_late
from kubeskeptic.durations import LATE
from kubeskeptic.timeline.stalls import Stall
from tests.drawn import lane, watched


@pytest.mark.parametrize(("took", "late"), [(LATE, False), (LATE + 0.001, True), (1.5, True)])
def test_late_is_what_takes_longer_than_a_retransmission(took: float, late: bool) -> None:
    one = lane("." * 40)
    one.took[20] = took
    assert (is_late(one, 20), surely_late(watched(one), one, 20)) == (late, late)


@pytest.mark.parametrize(
    ("node", "since", "until", "sure"),
    [
        ("n1", 3.0, 3.45, True),  # it was asked at 2.0, had come by 3.0, and that is late
        ("n1", 2.8, 3.45, False),
        ("n1", 2.8, 3.4, True),  # read too long after it
        ("n1", 2.8, 3.5, False),
        ("n1", 3.5, 4.0, True),  # read when the stall began, 1.5 s after it was asked
        ("n2", 2.8, 3.45, True),
        ("n1", 1.0, 3.0, True),  # over long before it was read
    ],
)
def test_an_answer_that_was_read_at_the_end_of_a_stall_may_have_come_before(
    node: str, since: float, until: float, sure: bool
) -> None:
    one = lane("." * 40)
    one.took[20] = 1.5
    act = watched(one)
    act.recording.stalls = [Stall(node, since, until)]
    assert surely_late(act, one, 20) is sure


@pytest.mark.parametrize(
    ("since", "until", "doubt", "own", "took", "sure"),
    [
        (3.1, 3.3, 0.15, 0.0, 1.5, True),  # it came after 2.95 s
        (2.95, 3.3, 0.15, 0.0, 1.5, False),
        (2.95, 3.3, 0.0, 0.15, 1.5, False),
        (2.95, 3.3, 0.0, 0.0, 1.5, True),  # read too long after it
        (3.1, 3.46, 0.15, 0.1, 1.5, False),  # both doubts together
        (3.0, 4.0, 0.15, 0.0, 0.95, False),  # it may have begun before it was read
        (3.0, 4.0, 0.0, 0.0, 0.95, True),
        (1.0, 4.0, 0.0, 0.0, 1.5, False),  # it was asked in the stall
        (2.8, 3.41, 0.0, 0.0, 1.5, False),  # read just as long after it as is allowed
        (2.8, 3.405, 0.0, 0.0, 1.5, True),
    ],
)
def test_when_a_stall_was_is_known_to_its_doubt_and_the_lane_s(
    since: float, until: float, doubt: float, own: float, took: float, sure: bool
) -> None:
    one = lane("." * 40)
    one.took[20], one.doubt = took, own
    act = watched(one)
    act.recording.stalls = [Stall("n1", since, until, doubt)]
    assert surely_late(act, one, 20) is sure


@pytest.mark.parametrize("order", [1, -1])
def test_of_several_stalls_the_earliest_counts_and_those_of_other_nodes_do_not(order: int) -> None:
    one = lane("." * 40)
    one.took[20] = 1.5
    act = watched(one)
    act.recording.stalls = [Stall("n2", 2.1, 3.45), Stall("n1", 2.8, 3.45), Stall("n1", 3.1, 3.48)][::order]
    assert not surely_late(act, one, 20)
    act.recording.stalls = [Stall("n2", 2.1, 3.45), Stall("n1", 2.95, 3.45), Stall("n1", 3.1, 3.48)][::order]
    assert surely_late(act, one, 20)


def test_an_answer_at_the_limit_is_not_late_for_sure() -> None:
    one = lane("." * 40)
    one.took[0] = LATE
    assert not surely_late(watched(one), one, 0)
    one.took[0] = LATE + 0.001
    assert surely_late(watched(one), one, 0)
    for at in range(1, 40):  # whenever it was asked: what is added to that is rounded
        one.took[at] = LATE
    assert not any(surely_late(watched(one), one, at) for at in range(1, 40))


# -- what was asked -----------------------------------------------------------------------------------------------------
def test_a_stretch_has_its_beginning_and_not_its_end() -> None:
    one = lane("." * 8, period=0.25)
    assert span(one, 0.5, 1.0) == range(2, 4)
    assert span(one, 0.6, 1.1) == range(3, 5)
    assert span(one, 1.0, 0.5) == range(4, 2)


@pytest.mark.parametrize(
    ("drawing", "period", "until"),
    [
        ("." * 16, 0.25, 4.0),
        ("." * 7 + " " + "." * 8, 0.25, 4.0),  # half a second is no hole
        ("." * 7 + "  " + "." * 7, 0.25, 1.5),
        ("." * 6 + "  " + ".." + "  " + "." * 4, 0.25, 1.25),  # the first counts
        (" " * 2 + "." * 14, 0.25, 4.0),
        (" " * 3 + "." * 13, 0.25, 0.0),  # it begins with one
        ("." * 15, 0.25, 4.0),
        ("." * 14, 0.25, 3.25),  # it ends with one
        ("", 0.25, 0.0),
        (".. .", 1.0, 4.0),  # two periods of a slow lane are no hole
        (".   ", 1.0, 0.0),
        (".  .", 1.0, 0.0),
        ("." * 9 + "?" + "." * 6, 0.25, 2.25),
        ("." * 9 + "?.?" + "." * 4, 0.25, 2.25),
        ("." * 9 + "r" + "." * 6, 0.25, 4.0),  # a failure is known
        ("." * 5 + "  " + "." * 4 + "?" + "." * 4, 0.25, 1.0),
        ("." * 5 + "?" + "." * 3 + "  " + "." * 5, 0.25, 1.25),
    ],
)
def test_it_was_asked_until_the_first_hole_or_unknown_outcome(drawing: str, period: float, until: float) -> None:
    assert asked_until(lane(drawing, period=period), 0.0, 4.0) == until


def test_only_the_stretch_itself_counts() -> None:
    one = lane("?" + " " * 3 + "." * 8 + " " * 3 + "?", period=0.25)
    assert asked_until(one, 1.0, 3.0) == 3.0
    assert asked_until(one, 0.25, 3.0) == 0.25
    assert asked_until(one, 1.0, 4.0) == 2.75
    assert missing(one, 1.0, 3.0) == 0
    assert [missing(one, *ends) for ends in ((0.0, 3.0), (1.0, 4.0), (0.0, 4.0), (0.25, 0.75))] == [3, 3, 6, 0]


def test_what_was_never_asked_is_summed_over_the_lanes() -> None:
    lanes = [lane("." * 4 + " " * one + "." * 10, f"n{one}") for one in (0, 1, 3)]
    assert never_asked(lanes, 0.0, 4.0) == 4
    assert never_asked([], 0.0, 4.0) == 0

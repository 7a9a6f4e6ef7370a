"""What may fail after each deletion of pods, at each boundary. A tick is 0.1 s."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.bounds import Expression, constant
from kubeskeptic.checks import fails_only_briefly
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Act, ActSpan, FaultSpan, Lane
from kubeskeptic.timeline.stalls import Stall
from tests.checks.drawings import but
from tests.drawn import endpoints, gone, lane, watched

# Pods are deleted at 1 s and at 4 s, the act ends at 10 s; one of four endpoints may be wrong for a second after each.
SECOND: Expression = constant("test", -1.0)
"""One second, when the margin is added."""
TEN = ActSpan("act", 0.01, 1, 10)
TWICE = (gone(1.0), gone(4.0))
ALL = "." * 100
WRONG_TIME, WORST = "failed at a wrong time", "share failed in the worst second"


def again(*lanes: Lane, faults: tuple[FaultSpan, ...] = TWICE, **more: Any) -> Act:
    return watched(*lanes, spans=(TEN,), faults=faults, within=SECOND, **more)


def briefly(*lanes: Lane, replicas: int = 4, faults: tuple[FaultSpan, ...] = TWICE) -> Finding:
    return fails_only_briefly(again(*lanes, faults=faults), "web", replicas)


@pytest.mark.parametrize(
    ("tick", "doubt", "outside"),
    [
        (10, 0.0, 0),
        (20, 0.0, 0),  # just a second after
        (21, 0.0, 1),
        (39, 0.0, 1),  # before the second one
        (40, 0.0, 0),
        (50, 0.0, 0),
        (51, 0.0, 1),
        (99, 0.0, 1),
        (22, 0.25, 0),
        (23, 0.25, 1),
        (38, 0.25, 0),
        (37, 0.25, 1),
    ],
)
def test_when_a_request_may_fail(tick: int, doubt: float, outside: int) -> None:
    one = lane(but(tick, length=100))
    one.doubt = doubt
    found = briefly(one)
    assert [found.measured[name].value for name in ("failed", WRONG_TIME)] == [1, outside]
    assert found.verdict is (Verdict.VIOLATED if outside else Verdict.HOLDS)


def test_only_what_was_asked_in_the_act_counts() -> None:
    found = briefly(lane("." * 100 + "r" * 10), faults=(gone(2.0), gone(4.0)))
    assert [found.measured[name].value for name in ("asked", "failed", "never asked")] == [90, 0, 0]


@pytest.mark.parametrize(("tick", "outside"), [(10, 1), (19, 1), (20, 0)])
def test_no_endpoint_is_wrong_from_the_start_of_the_act_to_the_first_deletion(tick: int, outside: int) -> None:
    found = briefly(lane(but(tick, length=100)), faults=(gone(2.0), gone(4.0)))
    assert [found.measured[name].value for name in ("failed", WRONG_TIME)] == [1, outside]
    assert found.verdict is (Verdict.VIOLATED if outside else Verdict.HOLDS)


def test_without_a_deletion_nothing_is_known() -> None:
    assert "no fault was recorded in “act”" in briefly(lane(ALL), faults=()).why


def test_the_order_in_which_deletions_were_recorded_is_nothing() -> None:
    found = briefly(lane(but(15, length=100)), faults=(gone(4.0), gone(1.0)))
    assert (found.verdict, found.measured["asked"].value) == (Verdict.HOLDS, 90)


@pytest.mark.parametrize(
    ("replicas", "lag", "limit"),
    [(4, 1.0, 25 + 47.7), (8, 1.0, 12.5 + 36.4), (8, 2.9, 50.0), (8, 3.1, 25 + 49.7), (2, 3.1, 100)],
)
def test_the_share_that_may_fail_in_a_second(replicas: int, lag: float, limit: float) -> None:
    act = watched(lane(but(11, length=100)), spans=(TEN,), faults=TWICE, within=constant("lag", lag - 2))
    found = fails_only_briefly(act, "web", replicas)
    assert found.bounds[WORST].value == pytest.approx(limit, abs=0.15)


def test_a_node_that_was_not_asked_at_all_has_no_share() -> None:
    for lanes in ([lane("." * 10)], [lane(ALL, "n1"), lane("." * 10, "n2")]):
        found = briefly(*lanes)
        assert (found.verdict, found.measured[WORST].high) == (Verdict.INCONCLUSIVE, 0)
        assert "sent no request for more than 0.5 s" in found.why


def test_a_bad_second_is_not_made_good_by_good_ones_or_by_good_nodes() -> None:
    bad = lane("." * 41 + "r" * 9 + "." * 50, "n4")
    found = briefly(*(lane(ALL, f"n{number}") for number in range(1, 4)), bad)
    assert (found.verdict, found.measured[WORST].value) == (Verdict.VIOLATED, 90)


@pytest.mark.parametrize(("tick", "unasked"), [(9, 0), (11, 1), (19, 1), (21, 0), (45, 1), (60, 0)])
def test_a_request_that_was_never_sent_may_have_failed_in_its_second(tick: int, unasked: int) -> None:
    found = briefly(lane(but(tick, " ", 100)))
    assert [*found.measured[WORST].interval] == [0, 10 * unasked]


def test_what_failed_at_a_wrong_time_is_told() -> None:
    assert ", 1 of them while no endpoint could be wrong" in briefly(lane(but(60, length=100))).why
    assert "of them" not in briefly(lane(but(15, length=100))).why


@pytest.mark.parametrize(
    ("tick", "took", "stalled", "interval"),
    [
        (25, 0.9, False, (0, 0)),
        (25, 1.05, False, (1, 1)),
        (25, 1.05, True, (0, 1)),  # its agent did not run, and may have read it later than it came
        (15, 1.05, False, (0, 0)),
        (15, 1.05, True, (0, 0)),
        (45, 1.05, False, (0, 0)),
    ],
)
def test_a_late_answer_shows_a_wrong_endpoint_where_it_is_late_for_sure(
    tick: int, took: float, stalled: bool, interval: tuple[int, int]
) -> None:
    late = lane(ALL)
    late.took[tick] = took
    act = again(late)
    act.recording.stalls = [Stall("n1", tick / 10 + 0.1, tick / 10 + took)] if stalled else []
    found = fails_only_briefly(act, "web", 4)
    assert [*found.measured[WRONG_TIME].interval] == [*interval]
    assert [found.measured[name].value for name in ("failed", "asked")] == [0, 90]


def test_a_failure_that_took_long_is_counted_once() -> None:
    one = lane(but(60, "t", 100))
    one.took[60] = 3.5
    found = briefly(one)
    assert [found.measured[name].value for name in ("failed", WRONG_TIME)] == [1, 1]


def test_a_stranger_answers_at_a_wrong_time() -> None:
    found = briefly(lane(ALL, by="stranger"))
    assert [found.measured[name].value for name in ("failed", WRONG_TIME)] == [90, 90 - 2 * 11]


@pytest.mark.parametrize(("again_at", "outside"), [(32, 0), (53, 1)])
def test_a_stale_entry_lives_for_its_timeout_and_the_margin(again_at: int, outside: int) -> None:
    drawing = but(12, "t", 100)[:again_at] + "t" + "." * (99 - again_at)
    one = lane(drawing, ports={12: 50000, again_at: 50000})
    found = fails_only_briefly(again(one, SYN_SENT=2.0), "web", 4)
    assert found.measured[WRONG_TIME].value == outside


@pytest.mark.parametrize(("sync", "failed"), [(0.0, 69), (1.0, 59)])
def test_a_pod_that_was_deleted_may_answer_for_the_programming_lag_and_the_margin(sync: float, failed: int) -> None:
    out = endpoints(1.0, "pod-b", type="MODIFIED")
    act = watched(lane(ALL), spans=(TEN,), faults=TWICE, within=SECOND, changes=(out,), SYNC=sync)
    assert fails_only_briefly(act, "web", 4).measured["failed"].value == failed

"""Checks of the autoscaler on a queue, moment by moment. As in `job_queue.py` the queue is filled with 60 jobs between
10.0 and 10.5 s; HPA is 15 s, the margin 2 s, and the window for going down 5 s."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.checks import follows_the_queue, never_scales_unmeasured
from kubeskeptic.checks.autoscaling import with_window
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Act, Change
from tests.checks.autoscaled import followed
from tests.checks.job_queue import EMPTIED, FAILED, FILLED, Seen, act, autoscaler, follows, replicas
from tests.drawn import settings

REASON = "FailedGetExternalMetric"


# -- up ----------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ([replicas(10, 4), replicas(55, 1)], Verdict.VIOLATED),  # raised when the queue was not filled yet
        ([replicas(10.1, 4), replicas(55, 1)], Verdict.HOLDS),
        ([replicas(5, 4), replicas(8, 1)], Verdict.VIOLATED),
        ([replicas(10, 4), replicas(10, 2), replicas(55, 1)], Verdict.VIOLATED),
        ([replicas(20, 1)], Verdict.VIOLATED),  # the Deployment changed, its replicas did not
        ([replicas(20, 2), replicas(55, 1)], Verdict.HOLDS),
    ],
)
def test_what_is_no_answer_to_the_queue(changes: list[Change], verdict: Verdict) -> None:
    found = follows(*changes)
    assert found.verdict is verdict, found.why


def test_what_is_measured_of_a_queue() -> None:
    found = follows(replicas(25, 4), replicas(30, 5), replicas(55, 1))
    measured = {name: one.value for name, one in found.measured.items()}
    assert (measured["filled with"], measured["jobs left"], measured["emptied after"]) == (60, 0, 30.5)
    assert (measured["most replicas"], measured["scaled down"]) == (5, 15)


def test_a_queue_that_was_never_emptied() -> None:
    left = follows(replicas(25, 4), depths=[*FILLED, (50, 20), (100, 1)])
    assert (left.verdict, left.measured["jobs left"].value) == (Verdict.VIOLATED, 1)
    assert "scaled down" not in {**left.measured, **left.bounds}


def test_a_queue_that_was_emptied_once_may_have_jobs_again() -> None:
    found = follows(replicas(25, 4), replicas(55, 1), depths=[*EMPTIED, (70, 3)])
    assert (found.verdict, found.measured["jobs left"].value) == (Verdict.INCONCLUSIVE, 0)
    assert "The queue was not empty any more at the end" in found.why
    again = follows(replicas(25, 4), replicas(55, 1), depths=[*EMPTIED, (70, 3), (80, 0)])
    assert again.verdict is Verdict.HOLDS, again.why


# -- down --------------------------------------------------------------------------------------------------------------------
def test_what_came_at_once_or_before_took_no_time() -> None:
    found = follows(replicas(10.6, 4)._replace(age=3), replicas(38, 1))
    assert found.measured["scaled up"].interval == pytest.approx((0, 0.6))
    assert found.measured["scaled down"].interval == (0, 0.5), "they were down before the queue was empty"


def test_replicas_that_may_have_been_lowered_before_the_queue_was_empty_were_down_then() -> None:
    found = follows(replicas(25, 4), replicas(40.2, 1)._replace(age=1.2))
    assert found.measured["scaled down"].interval == (0, 0.5)


def test_replicas_that_never_went_up_were_down() -> None:
    assert follows().measured["scaled down"].interval == (0, 0.5)
    assert follows(replicas(60, 1), replicas(70, 1)).measured["scaled down"].interval == (0, 0.5)


def late(*changes: Change, depths: Seen = EMPTIED) -> Act:
    """An act in which nothing was seen of the Deployment before these changes."""
    one = act(*changes, depths=depths)
    one.recording.changes = [change for change in one.recording.changes if change.kind != "Deployment" or change.seen]
    return one


def test_a_deployment_that_was_first_seen_with_more_was_raised_and_is_down_from_the_next_step_on() -> None:
    found = follows_the_queue(late(replicas(25, 4), replicas(55, 1)), "worker", 1)
    assert (found.measured["scaled up"].value, found.measured["scaled down"].value) == (15, 15)
    same = follows_the_queue(late(replicas(25, 2), replicas(55, 2)), "worker", 2)
    assert same.measured["scaled up"].interval == (109.5, float("inf"))


@pytest.mark.parametrize(("count", "times"), [(0, 0), (1, 1)])
def test_a_deployment_that_was_first_seen_once_the_queue_was_filled_asked_for_none_before(
    count: int, times: int
) -> None:
    one = late(FAILED, replicas(12, count), depths=FILLED)
    assert never_scales_unmeasured(one, "worker", REASON).measured["times scaled"].value == times


def test_the_replicas_are_down_from_the_last_step_on() -> None:
    found = follows(
        replicas(25, 4), replicas(30, 5), replicas(45, 1), replicas(50, 2), replicas(60, 1), replicas(70, 1)
    )
    assert (found.verdict, found.measured["scaled down"].value) == (Verdict.HOLDS, 20)


def test_down_is_down_at_the_least_that_is_wanted() -> None:
    two = followed(act(replicas(25, 4), replicas(55, 2)), "worker")
    assert follows_the_queue(two, "worker", 2).verdict is Verdict.HOLDS
    assert follows_the_queue(two, "worker", 1).verdict is Verdict.VIOLATED
    assert follows_the_queue(act(replicas(25, 2), replicas(55, 1)), "worker", 2).verdict is Verdict.VIOLATED


def test_a_deployment_that_names_no_number_asks_for_no_replicas() -> None:
    silent = replicas(55, 0)
    del silent.object["spec"]
    assert follows_the_queue(act(replicas(25, 4), silent), "worker", 0).measured["scaled down"].value == 15


def test_the_last_window_of_several_counts() -> None:
    def with_behavior(**down: Any) -> Change:
        spec = {"behavior": {"scaleDown": down}}
        return Change(1.0, "MODIFIED", "HorizontalPodAutoscaler", {"metadata": {"name": "worker"}, "spec": spec})

    several = [with_behavior(stabilizationWindowSeconds=at) for at in (5, 6, 7)]
    assert with_window(settings(STABLE=300.0), several)["STABLE"] == 7
    assert with_window(settings(STABLE=300.0), [*several, with_behavior(selectPolicy="Max")])["STABLE"] == 300


@pytest.mark.parametrize("kind", ["Deployment", "HorizontalPodAutoscaler"])
def test_what_was_not_recorded_is_named(kind: str) -> None:
    one = act(FAILED, depths=FILLED)
    one.recording.changes = [change for change in one.recording.changes if change.kind != kind]
    assert f"no {kind} worker was recorded" in never_scales_unmeasured(one, "worker", REASON).why
    if kind == "Deployment":
        assert "no Deployment worker" in follows_the_queue(one, "worker", 1).why


# -- without a metric --------------------------------------------------------------------------------------------------------
def unmeasured(*changes: Change, end: float = 30, depths: Seen = FILLED) -> Finding:
    return never_scales_unmeasured(act(*changes, depths=depths, end=end), "worker", REASON)


@pytest.mark.parametrize(
    ("changes", "times"),
    [
        ([], 0),
        ([replicas(15, 1)], 0),  # the Deployment changed, its replicas did not
        ([replicas(5, 4), replicas(8, 2), replicas(15, 2)], 0),  # before the queue was filled
        ([replicas(10, 2), replicas(15, 2)], 0),
        ([replicas(10, 3), replicas(10, 2)], 0),
        ([replicas(10.1, 2)], 1),
        ([replicas(12, 4), replicas(13, 4), replicas(14, 1)], 2),
    ],
)
def test_how_often_the_replicas_were_changed(changes: list[Change], times: int) -> None:
    found = unmeasured(FAILED, *changes)
    assert found.measured["times scaled"].value == times
    assert found.verdict is (Verdict.VIOLATED if times else Verdict.HOLDS)


def test_what_is_told_of_a_change_is_its_first() -> None:
    assert "changed to 4 after 2.0 s" in unmeasured(FAILED, replicas(12, 4), replicas(14, 1)).why
    assert "the autoscaler reported nothing and" in unmeasured().why


@pytest.mark.parametrize(
    ("says", "said"),
    [
        ([autoscaler(7), autoscaler(8, REASON)], 1),
        ([FAILED, autoscaler(7, REASON), autoscaler(8)], 0),
        ([autoscaler(7, "FailedGetResourceMetric")], 0),
    ],
)
def test_it_is_what_the_autoscaler_says_last_that_counts(says: list[Change], said: int) -> None:
    found = unmeasured(*says)
    assert found.measured["said why"].value == said
    assert found.verdict is (Verdict.HOLDS if said else Verdict.VIOLATED)


@pytest.mark.parametrize(("end", "verdict"), [(27.5, Verdict.INCONCLUSIVE), (27.6, Verdict.HOLDS)])
def test_it_has_to_be_watched_until_the_bound_has_passed(end: float, verdict: Verdict) -> None:
    assert unmeasured(FAILED, end=end).verdict is verdict
    assert unmeasured(FAILED, replicas(12, 4), end=end).verdict is Verdict.VIOLATED


def test_it_is_watched_from_when_the_queue_was_filled() -> None:
    found = unmeasured(FAILED, depths=[*FILLED, (20, 59), (25, 58)])
    assert (found.verdict, found.measured["watched"].value) == (Verdict.HOLDS, 19.5)
    assert f"60 jobs waiting, the autoscaler reported {REASON} and" in found.why

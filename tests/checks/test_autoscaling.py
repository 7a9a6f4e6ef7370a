"""Checks of the autoscaler on a queue. The times are those of `job_queue.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kubeskeptic.checks import follows_the_queue, never_scales_unmeasured, scales_before_it_measures
from kubeskeptic.checks.autoscaling import with_window
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Act, Change
from tests.checks.job_queue import EMPTIED, FAILED, FILLED, READY, Seen, act, autoscaler, follows, replicas
from tests.drawn import pod, settings


# -- up and down ---------------------------------------------------------------------------------------------------------
def test_workers_come_and_go_with_the_queue() -> None:
    found = follows(replicas(25, 4), replicas(55, 1))
    assert found.verdict is Verdict.HOLDS, found.why
    measured = {name: one.value for name, one in found.measured.items()}
    assert (measured["scaled up"], measured["scaled down"], measured["most replicas"]) == (15, 15, 4)
    assert found.bounds["scaled down"].value == 5 + 30 + 2, "the window of the object wins"


@pytest.mark.parametrize(
    ("up", "down", "verdict"),
    [
        (42, 60, Verdict.HOLDS),  # 32 s
        (42.4, 60, Verdict.INCONCLUSIVE),
        (42.6, 60, Verdict.VIOLATED),
        (25, 77, Verdict.HOLDS),  # 37 s
        (25, 77.6, Verdict.VIOLATED),
    ],
)
def test_too_late(up: float, down: float, verdict: Verdict) -> None:
    assert follows(replicas(up, 4), replicas(down, 1)).verdict is verdict


def test_workers_that_never_were_ready_took_no_job() -> None:
    found = follows_the_queue(act(replicas(25, 4), replicas(55, 1)), "worker", 1)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "worker was scaled to 4, and at most 1 of its pods were Ready in the meantime" in found.why
    assert follows_the_queue(act(replicas(25, 4), replicas(90, 1)), "worker", 1).verdict is Verdict.VIOLATED


def test_never_up_never_empty_never_down() -> None:
    assert follows().verdict is Verdict.VIOLATED
    assert follows(end=40).verdict is Verdict.INCONCLUSIVE
    assert follows(replicas(25, 4)).verdict is Verdict.VIOLATED
    again = follows(replicas(25, 4), replicas(55, 1), replicas(80, 2))
    assert (again.verdict, "later they were not down to 1" in again.why) == (Verdict.INCONCLUSIVE, True)
    assert follows(replicas(25, 4), replicas(79, 1), replicas(80, 2)).verdict is Verdict.VIOLATED
    left = follows(replicas(25, 4), depths=[*FILLED, (100, 7)])
    assert (left.verdict, "the queue held 7 jobs" in left.why) == (Verdict.VIOLATED, True)
    assert "was not filled" in follows(depths=[]).why


@pytest.mark.parametrize(("step", "verdict"), [(5, Verdict.HOLDS), (4, Verdict.VIOLATED), (3, Verdict.VIOLATED)])
def test_fewer_or_as_many_as_before_are_not_raised(step: int, verdict: Verdict) -> None:
    assert follows(replicas(5, 4), replicas(12, step), replicas(55, 1)).verdict is verdict


def test_what_falls_first_and_rises_then_is_raised_then() -> None:
    assert follows(replicas(5, 4), replicas(12, 2), replicas(25, 3), replicas(55, 1)).measured["scaled up"].value == 15


def test_replicas_that_somebody_else_changed_are_no_answer_to_the_queue() -> None:
    def by_hand() -> Act:
        one = act(replicas(25, 4), pod(28, "worker-2", app="worker"), replicas(55, 1))
        one.recording.changes = [each for each in one.recording.changes if "lastScaleTime" not in str(each.object)]
        return one

    for found in (follows_the_queue(by_hand(), "worker", 1), scales_before_it_measures(by_hand(), "worker", 1.1)):
        assert (found.verdict, "worker was scaled from 1 to 4" in found.why) == (Verdict.INCONCLUSIVE, True)


# -- the order -----------------------------------------------------------------------------------------------------------
def ordered(*changes: Change, depths: Seen = EMPTIED) -> Finding:
    return scales_before_it_measures(act(*changes, depths=depths), "worker", 1.1)


def test_replicas_then_pods_then_the_depth() -> None:
    found = ordered(replicas(25, 4), READY)  # 1.1 jobs a second explain 50 at 20 s and 40 at 30 s, and not 30 at 32 s
    assert found.verdict is Verdict.HOLDS, found.why
    assert found.measured["depth falls"].value == 4.5


def test_another_metric_than_that_of_the_queue_puts_nothing_in_order() -> None:
    other = autoscaler(0)
    other.object["spec"]["metrics"] = [{"type": "Resource", "resource": {"target": {"averageUtilization": 80}}}]
    found = ordered(other, replicas(25, 4), READY)
    assert (found.verdict, "Resource" in found.why) == (Verdict.INCONCLUSIVE, True), found.why


def test_the_job_that_a_worker_takes_at_once_is_no_effect() -> None:
    found = ordered(replicas(25, 4), READY, depths=[FILLED[0], (10.2, 59), *EMPTIED[1:]])
    assert found.verdict is Verdict.HOLDS, found.why


def test_another_order_or_no_effect() -> None:
    early = ordered(replicas(25, 4), READY, depths=[*FILLED, (20, 30), (40, 0)])
    assert (early.verdict, early.measured["steps out of order"].value) == (Verdict.VIOLATED, 1)
    assert ordered(replicas(25, 4), READY, depths=[*FILLED, (20, 60), (90, 60)]).verdict is Verdict.VIOLATED
    assert ordered(replicas(25, 4), READY, depths=[*FILLED, (20, 50), (46, 0)]).verdict is Verdict.VIOLATED
    unsure = ordered(replicas(25, 4), READY._replace(seen=32.3), depths=EMPTIED)
    assert unsure.verdict is Verdict.INCONCLUSIVE, "the depth was looked at from 32 to 32.5 s"
    assert ordered().verdict is ordered(replicas(25, 4)).verdict is Verdict.VIOLATED


@pytest.mark.parametrize(
    ("wanted", "out_of_order"),
    [
        ([replicas(25, 2), replicas(33, 3)], 0),
        ([replicas(25, 2), replicas(33.9, 3)], 0),
        ([replicas(25, 2), replicas(34.1, 3)], 1),  # the third came before it was asked for
        ([replicas(25, 3), replicas(33, 2)], 0),  # it may have begun before it was no longer wanted
        ([replicas(25, 2), replicas(34.5, 3)._replace(age=0.6)], 0),
    ],
)
def test_every_pod_is_asked_for_first(wanted: list[Change], out_of_order: int) -> None:
    found = ordered(*wanted, READY, pod(34, "worker-3", app="worker"))
    assert found.measured["steps out of order"].value == out_of_order
    ends = pod(33.5, "worker-2", app="worker", deleting=True)
    found = ordered(*wanted, READY, ends, pod(34, "worker-3", app="worker"))
    assert found.measured["steps out of order"].value == 0, "it takes the place of another"


# -- without a metric ----------------------------------------------------------------------------------------------------
def unmeasured(*changes: Change, end: float = 30) -> Finding:
    return never_scales_unmeasured(act(*changes, depths=FILLED, end=end), "worker", "FailedGetExternalMetric")


def test_nothing_scales_that_is_not_measured() -> None:
    assert unmeasured(FAILED).verdict is Verdict.HOLDS, unmeasured(FAILED).why
    assert "changed to 4 after 2.0 s" in unmeasured(FAILED, replicas(12, 4)).why
    assert unmeasured(FAILED, replicas(12, 4)).verdict is Verdict.VIOLATED
    assert unmeasured().verdict is Verdict.VIOLATED, "it has to say why"
    assert "at least 17 s are required" in unmeasured(FAILED, end=27).why


# -- what was not seen, or said before ------------------------------------------------------------------------------------
def test_an_autoscaler_says_it_all_the_time_from_when_it_said_it_first() -> None:
    says = autoscaler(7, "FailedGetExternalMetric")
    for meanwhile in (
        autoscaler(15),
        autoscaler(15, "FailedGetResourceMetric"),
        says._replace(seen=15, type="DELETED"),
    ):
        found = unmeasured(says, meanwhile, says._replace(seen=20, type="ADDED"))
        assert (found.verdict, "had its metric in the meantime, or was deleted" in found.why) == (
            Verdict.INCONCLUSIVE,
            True,
        )
    assert unmeasured(autoscaler(7), autoscaler(8, "x"), says._replace(seen=15)).verdict is Verdict.HOLDS
    assert unmeasured(says, autoscaler(15), says._replace(seen=20), replicas(25, 4)).verdict is Verdict.VIOLATED


def test_an_autoscaler_says_it_until_the_end() -> None:
    says = autoscaler(7, "FailedGetExternalMetric")
    ended = act(says, autoscaler(50), depths=FILLED)
    assert never_scales_unmeasured(ended, "worker", "FailedGetExternalMetric").verdict is Verdict.VIOLATED
    assert (
        never_scales_unmeasured(act(says, depths=FILLED), "worker", "FailedGetExternalMetric").verdict is Verdict.HOLDS
    )


@pytest.mark.parametrize("kind", ["Deployment", "HorizontalPodAutoscaler"])
def test_what_was_not_recorded_did_not_stay_as_it_was(kind: str) -> None:
    unmeasured = act(autoscaler(7, "FailedGetExternalMetric"), depths=FILLED, end=60)
    scaled = act(replicas(25, 4), replicas(55, 1))
    for one in (unmeasured, scaled):
        one.recording.changes = [change for change in one.recording.changes if change.kind != kind]
    said = never_scales_unmeasured(unmeasured, "worker", "FailedGetExternalMetric")
    assert said.verdict is follows_the_queue(scaled, "worker", 1).verdict is Verdict.INCONCLUSIVE


def test_the_window_is_that_of_the_autoscaler_as_it_was_last() -> None:
    def autoscaler(**spec: Any) -> Change:
        return Change(1.0, "MODIFIED", "HorizontalPodAutoscaler", {"metadata": {"name": "worker"}, "spec": spec})

    short = autoscaler(behavior={"scaleDown": {"stabilizationWindowSeconds": 5}})
    default = settings(STABLE=300.0)
    assert with_window(default, [autoscaler(), short])["STABLE"] == 5.0
    assert with_window(default, [short, autoscaler()])["STABLE"] == 300.0
    with pytest.raises(Inconclusive, match="no autoscaler"):
        with_window(default, [])


@pytest.mark.parametrize(
    "check",
    [
        lambda act: follows_the_queue(act, "worker", 1),
        lambda act: scales_before_it_measures(act, "worker", 1),
        lambda act: never_scales_unmeasured(act, "worker", "FailedGetExternalMetric"),
    ],
)
def test_a_queue_that_was_filled_with_nothing_proves_nothing(check: Callable[[Act], Finding]) -> None:
    found = check(act(replicas(25, 4), replicas(55, 1), depths=[(10, 0), (20, 0)]))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "the queue was filled with no jobs" in found.why


@pytest.mark.parametrize(
    "turned", [[(30, 60), (10.5, 59), (100, 0)], [(10, 60), (50, 30), (40, 0)], [(0.5, 60), (40, 0)]]
)
def test_the_looks_at_a_queue_are_of_the_act_and_follow_one_another(turned: Seen) -> None:
    found = follows(replicas(25, 4), depths=turned)
    assert (found.verdict, "a clock or a record is wrong" in found.why) == (Verdict.INCONCLUSIVE, True)

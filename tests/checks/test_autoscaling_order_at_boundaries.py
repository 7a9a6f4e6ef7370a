"""In which order a queue is measured, answered and emptied, moment by moment. The times are those of `job_queue.py`."""

from __future__ import annotations

import pytest

from kubeskeptic.checks import scales_before_it_measures
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Change
from tests.checks.declared import watch_gap
from tests.checks.job_queue import EMPTIED, FILLED, READY, Seen, act, replicas
from tests.drawn import pod


def ordered(*changes: Change, depths: Seen = EMPTIED, end: float = 120, alone: float = 1.1) -> Finding:
    return scales_before_it_measures(act(*changes, depths=depths, end=end), "worker", alone)


@pytest.mark.parametrize(
    ("changed", "ready", "steps"),
    [
        (25.0, 28.0, (0, 0)),
        (28.0, 28.0, (0, 0)),  # not before it
        (28.1, 28.0, (1, 1)),
        (25.0, 32.0, (0, 0)),
        (25.0, 32.1, (0, 1)),  # the depth was looked at from 32.0 to 32.5 s
        (25.0, 32.5, (0, 1)),
        (25.0, 32.6, (1, 1)),
        (45.0, 40.0, (2, 2)),
    ],
)
def test_each_step_that_came_before_the_one_that_explains_it_counts(
    changed: float, ready: float, steps: tuple[int, int]
) -> None:
    found = ordered(replicas(changed, 4), pod(ready, "worker-2", app="worker"))
    measured = found.measured["steps out of order"]
    assert (measured.value, *measured.interval) == (steps[0], *steps)


@pytest.mark.parametrize(("ready", "took"), [(28.0, (4.0, 4.5)), (32.1, (0, 0.4)), (32.6, (0, 0)), (31.9, (0.1, 0.6))])
def test_how_long_the_depth_took_to_fall(ready: float, took: tuple[float, float]) -> None:
    found = ordered(replicas(25, 4), pod(ready, "worker-2", app="worker"))
    assert found.measured["depth falls"].interval == pytest.approx(took)


@pytest.mark.parametrize(("jobs", "falls"), [(49, 20.5), (48, 7.5)])
def test_as_many_jobs_as_are_explained_are_no_effect(jobs: int, falls: float) -> None:
    """From 10 to 20 s one worker takes one job at once and ten more."""
    depths: Seen = [*FILLED, (19.5, jobs), (32.5, 0)]
    found = ordered(replicas(11, 4), pod(12.5, "worker-2", app="worker"), depths=depths, alone=1.0)
    assert found.measured["depth falls"].value == falls


@pytest.mark.parametrize(("end", "verdict"), [(45.0, Verdict.INCONCLUSIVE), (45.1, Verdict.VIOLATED)])
def test_a_depth_that_does_not_fall_may_do_so_until_the_bound_has_passed(end: float, verdict: Verdict) -> None:
    found = ordered(replicas(25, 4), READY, depths=[*FILLED, (20, 60)], end=end)
    assert (found.verdict, "the depth never fell" in found.why) == (verdict, True)


@pytest.mark.parametrize(("end", "verdict"), [(27.5, Verdict.INCONCLUSIVE), (27.6, Verdict.VIOLATED)])
@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ([], "the replicas were not changed"),
        ([READY._replace(seen=20)], "the replicas were not changed"),
        ([replicas(20, 4)], "no additional pod was Ready"),
    ],
)
def test_a_step_that_was_not_made_may_be_made_until_the_bound_has_passed(
    changes: list[Change], says: str, end: float, verdict: Verdict
) -> None:
    found = ordered(*changes, end=end)
    assert (found.verdict, says in found.why) == (verdict, True)


@pytest.mark.parametrize(
    "more",
    [
        [pod(26, "worker-2", app="worker", ready=False)],  # another pod, not Ready yet
        [pod(26, "worker-1", app="worker")],  # Ready, and no other pod
        [pod(26, "other-1", app="other")],
        [pod(10, "worker-0", app="worker", ready=False), pod(26, "worker-0", app="worker")],  # there when it was filled
    ],
)
def test_only_another_pod_that_is_ready_is_more(more: list[Change]) -> None:
    found = ordered(replicas(25, 4), *more, READY)
    assert found.measured["depth falls"].value == 4.5


@pytest.mark.parametrize(
    ("more", "falls"),
    [
        ([], 12.5),
        ([pod(0, "other-1", app="other")], 12.5),
        ([pod(0, "worker-0", app="worker", ready=False)], 12.5),
        ([pod(0, "worker-0", app="worker")], 14.5),
        ([pod(0, "worker-0", app="worker"), pod(9, "worker-0", app="worker", type="DELETED")], 12.5),
    ],
)
def test_each_pod_that_is_ready_when_the_queue_is_filled_takes_a_job_at_once(more: list[Change], falls: float) -> None:
    depths: Seen = [*FILLED, (39.5, 28), (41.5, 0)]  # one takes 1 + 30 of 60 until 40 s, two take one more
    found = ordered(*more, replicas(25, 4), pod(27.5, "worker-2", app="worker"), depths=depths, alone=1.0)
    assert found.measured["depth falls"].value == falls


def test_an_order_of_which_not_all_was_seen_is_inconclusive() -> None:
    assert "was not filled" in ordered(replicas(25, 4), READY, depths=[]).why
    one = act(replicas(25, 4), READY)
    one.recording.gaps.append(watch_gap(27, 29))
    assert scales_before_it_measures(one, "worker", 1.1).verdict is Verdict.INCONCLUSIVE

"""Checks of an autoscaler on the use of CPU, moment by moment. The times are those of `cpu_load.py`."""

from __future__ import annotations

import pytest

from kubeskeptic.checks import follows_the_load
from kubeskeptic.findings import Verdict
from kubeskeptic.timeline import Change
from tests.checks.autoscaled import followed
from tests.checks.cpu_load import DOWN, UP, act, judged, replicas, use
from tests.drawn import node


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        (
            [use(40, 250), replicas(10, 4), use(75, 62, "True"), *DOWN],
            Verdict.VIOLATED,
        ),  # raised when the load was not there yet
        ([use(40, 250), replicas(10.1, 4), use(75, 62, "True"), *DOWN], Verdict.HOLDS),
        ([replicas(7, 4), replicas(8, 1), use(40, 250)], Verdict.VIOLATED),
        ([replicas(20, 1), use(40, 250)], Verdict.VIOLATED),  # the Deployment changed, its replicas did not
        ([use(40, 250), replicas(41, 2), use(75, 62, "True"), *DOWN], Verdict.HOLDS),  # one more is more
        ([*UP, node(50, "n1", "True"), *DOWN], Verdict.HOLDS),
        ([*UP, node(3, "n2", "True", type="ADDED"), *DOWN], Verdict.HOLDS),
        ([*UP, node(6, "n2", "True", type="ADDED"), *DOWN], Verdict.HOLDS),
        ([*UP, node(6.1, "n2", "True", type="ADDED"), *DOWN], Verdict.VIOLATED),
    ],
)
def test_what_is_no_answer_to_the_load(changes: list[Change], verdict: Verdict) -> None:
    found = judged(*changes)
    assert found.verdict is verdict, found.why


def test_each_node_that_was_added_counts_once() -> None:
    added = [node(at, name, "True", type="ADDED") for at, name in ((50, "n2"), (60, "n2"), (70, "n3"))]
    assert judged(*UP, *DOWN, *added).measured["nodes added"].value == 2


def test_the_use_is_that_of_the_time_under_load() -> None:
    before, first, last, after = use(10, 300), use(10.1, 260), use(100, 85, "True"), use(100.05, 400)
    found = judged(before, first, *UP, last, after, *DOWN)
    assert found.verdict is Verdict.HOLDS, found.why
    assert (found.measured["highest use"].value, found.measured["use at the end of the load"].value) == (260, 85)


def test_the_use_at_the_end_is_the_last_that_was_said() -> None:
    found = judged(*UP, use(80, 95), use(85, 70), use(90, None, "True"), *DOWN)
    assert (found.verdict, found.measured["use at the end of the load"].value) == (Verdict.HOLDS, 70)


def test_the_use_of_cpu_may_be_one_of_several_metrics() -> None:
    def several(seen: float, percent: int) -> Change:
        change = use(seen, percent, "True")
        change.object["status"]["currentMetrics"].insert(0, {"external": {"current": {"value": "7"}}})
        return change

    found = judged(several(40, 250), replicas(41, 4), several(75, 62), *DOWN)
    assert (found.verdict, found.measured["highest use"].value) == (Verdict.HOLDS, 250)


def test_an_autoscaler_that_says_nothing_yet_has_seen_no_use() -> None:
    empty, early = use(12, 1), use(14, 1)
    empty.object["status"]["currentMetrics"] = None
    del early.object["status"]
    found = judged(empty, early, *UP, *DOWN)
    assert found.verdict is Verdict.HOLDS, found.why


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ([use(40, 2, "True"), use(50, 2, "True"), use(60, 2, "False")], Verdict.VIOLATED),
        ([use(40, 2, "False"), use(50, 2, "False"), use(60, 2, "True")], Verdict.INCONCLUSIVE),
        ([use(60, None, "True")], Verdict.INCONCLUSIVE),
        ([use(40, 250, "True"), use(60, 2, "True")], Verdict.VIOLATED),  # it was large enough for a while
        ([use(60, 2, "False"), use(100, 2, "True")], Verdict.INCONCLUSIVE),
        ([use(60, 2, "False"), use(100.1, 2, "True")], Verdict.VIOLATED),
        ([use(60, 2, "True"), use(100.1, 2, "False")], Verdict.INCONCLUSIVE),
    ],
)
def test_a_load_is_too_small_only_by_what_was_measured_last_of_it(changes: list[Change], verdict: Verdict) -> None:
    found = judged(*changes)
    assert found.verdict is verdict, found.why
    assert ("the load raised the measured CPU utilization" in found.why) == (verdict is Verdict.INCONCLUSIVE)


@pytest.mark.parametrize(("percent", "verdict"), [(44, Verdict.INCONCLUSIVE), (45, Verdict.VIOLATED)])
def test_a_use_within_the_tolerance_scales_nothing(percent: int, verdict: Verdict) -> None:
    assert follows_the_load(act(use(40, percent, "True")), "busy", 40).verdict is verdict


def test_pods_that_never_were_ready_took_no_load() -> None:
    found = follows_the_load(act(*UP, *DOWN), "busy", 80)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "busy was scaled to 4, and at most 2 of its pods were Ready in the meantime" in found.why
    late = follows_the_load(act(*UP, replicas(163, 1)), "busy", 80)
    assert late.verdict is Verdict.VIOLATED


def test_what_was_not_measured_has_no_bound() -> None:
    assert set(judged().bounds) == {"scaled up", "nodes added"}
    assert set(judged(*UP, *DOWN).bounds) < set(judged(*UP, *DOWN).measured)


def test_what_was_scaled_by_a_small_use_was_scaled() -> None:
    found = judged(use(40, 80, "True"), replicas(41, 4), use(75, 62, "True"), *DOWN)
    assert found.verdict is Verdict.HOLDS, found.why


def test_the_replicas_are_down_from_the_last_step_on() -> None:
    found = judged(*UP, replicas(50, 5), replicas(60, 6), *DOWN, replicas(150, 1))
    assert (found.measured["scaled down"].value, found.measured["most replicas"].value) == (31, 6)


def test_what_came_at_once_or_before_took_no_time() -> None:
    found = judged(use(40, 250), replicas(10.6, 4)._replace(age=3), use(75, 62, "True"), replicas(90, 1))
    assert found.measured["scaled up"].interval == pytest.approx((0, 0.6))
    assert found.measured["scaled down"].interval == pytest.approx((0, 0.1))


def test_down_is_down_at_the_least_that_is_wanted() -> None:
    two = followed(act(*UP, replicas(131, 2)), "busy")
    assert follows_the_load(two, "busy", 80, least=2).verdict is Verdict.HOLDS
    assert follows_the_load(two, "busy", 80, least=3).verdict is Verdict.VIOLATED
    never = follows_the_load(act(use(40, 250), replicas(41, 2), replicas(60, 1)), "busy", 80, least=2)
    assert "the replicas were not raised" in never.why


def test_a_deployment_that_names_no_number_asks_for_no_replicas() -> None:
    silent = replicas(131, 0)
    del silent.object["spec"]
    assert follows_the_load(act(*UP, silent), "busy", 80, least=0).measured["scaled down"].value == 31


@pytest.mark.parametrize("kind", ["Deployment", "HorizontalPodAutoscaler"])
def test_what_was_not_recorded_is_not_known(kind: str) -> None:
    without = act(*UP, *DOWN)
    without.recording.changes = [one for one in without.recording.changes if one.kind != kind]
    assert "the Deployment or the autoscaler busy" in follows_the_load(without, "busy", 80).why


def test_why_nothing_is_known_is_said() -> None:
    assert "there was no load" in judged(*UP, *DOWN, load=False).why
    assert "did not report a CPU utilization" in judged(replicas(41, 4), *DOWN).why


def test_an_autoscaler_that_was_first_seen_after_the_load_measured_nothing_of_it() -> None:
    late = act(use(120, 2, "True"))
    late.recording.changes = [
        one for one in late.recording.changes if one.seen or one.kind != "HorizontalPodAutoscaler"
    ]
    assert follows_the_load(late, "busy", 80).verdict is Verdict.VIOLATED


@pytest.mark.parametrize(("step", "verdict"), [(5, Verdict.HOLDS), (4, Verdict.VIOLATED), (3, Verdict.VIOLATED)])
def test_fewer_or_as_many_as_before_are_not_raised(step: int, verdict: Verdict) -> None:
    assert judged(replicas(5, 4), use(40, 250), replicas(42, step), use(75, 62, "True"), *DOWN).verdict is verdict

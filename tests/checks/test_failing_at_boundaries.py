"""What counts as failing after a fault, and what decides, at each boundary. A character is 0.1 s; the fault is at 1 s."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.bounds import SYNC
from kubeskeptic.checks import fails_at_most, never_fails
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.settings import Setting, Settings
from kubeskeptic.timeline import Act, Change, Gap, Lane
from tests.checks.drawings import but
from tests.checks.faulted import PODS
from tests.checks.taken_away import story
from tests.drawn import gone, lane, pod

GOOD = "." * 40
SHARE = "share failed in the worst second"
BLIND = Gap("watch", "", "", "Pod", 2.0, 2.1, "the watch was cut off")


def failing(*lanes: Lane, **more: Any) -> Finding:
    return fails_at_most(story(*lanes, **more), "web")


def slow(tick: int, drawing: str = GOOD) -> Lane:
    one = lane(drawing)
    one.took[tick] = 1.05
    return one


def per_node(act: Act, **sync: float) -> None:
    """Give each node a SYNC of its own."""
    one = Setting("SYNC", max(sync.values()), "kube-proxy", per_node=sync)
    act.recording.settings = Settings({"SYNC": one, "SYN_SENT": Setting("SYN_SENT", 2.0, "test")})


# -- for at most the bound ----------------------------------------------------------------------------------------------
def test_what_is_measured() -> None:
    found = failing(lane(but(12, "tr"), "n1"), lane(but(15, "r "), "n2"))
    assert [found.measured[name].value for name in ("failed", "late", "asked", "never asked")] == [3, 0, 59, 1]
    assert found.measured["failing"].value == pytest.approx(0.7)
    assert (found.bounds["failing"].value, "1 of 3 endpoints" in found.bounds[SHARE].source) == (2, True)


@pytest.mark.parametrize(
    ("drawing", "tick", "interval", "verdict"),
    [
        (GOOD, 29, (1.9, 2.0), Verdict.HOLDS),
        (GOOD, 31, (2.1, 2.2), Verdict.VIOLATED),
        (but(15), 25, (1.5, 1.6), Verdict.HOLDS),
        (but(25), 15, (1.5, 1.6), Verdict.HOLDS),
        (but(39), 15, (2.9, float("inf")), Verdict.VIOLATED),
        (GOOD, 39, (2.9, float("inf")), Verdict.VIOLATED),
    ],
)
def test_answering_late_is_failing_too(
    drawing: str, tick: int, interval: tuple[float, float], verdict: Verdict
) -> None:
    found = failing(slow(tick, drawing=drawing))
    assert found.measured["failing"].interval == pytest.approx(interval)
    assert found.verdict is verdict


def test_of_two_that_fail_as_long_the_one_that_fails_more_often_is_told() -> None:
    often = lane("." * 10 + "r.r.r.r" + "." * 23, "n2")
    assert "on n2 (4 refused)" in failing(lane(but(16), "n1"), often, lane(but(16), "n3")).why
    late = lane(but(16), "n2")
    for tick in (11, 12):
        late.took[tick] = 0.95
    assert "on n2 (1 refused)" in failing(lane(but(16), "n1"), late, lane(but(16), "n3")).why


def test_each_node_has_a_bound_of_its_own() -> None:
    for own, other, verdict in ((0.5, 0.0, Verdict.HOLDS), (0.0, 0.5, Verdict.VIOLATED)):
        act = story(lane(but(32, length=50), "n1"), lane("." * 50, "n2"), within=SYNC, end=5.0)
        per_node(act, n1=own, n2=other)
        assert fails_at_most(act, "web").verdict is verdict


@pytest.mark.parametrize(("longest", "why"), [(0.9, ""), (1.1, "before the bound of 3.1 s had passed")])
def test_the_act_has_to_last_for_the_longest_bound(longest: float, why: str) -> None:
    act = story(lane(GOOD, "n1"), lane(GOOD, "n2"), lane(GOOD, "n3"), within=SYNC)
    per_node(act, n1=0.0, n2=longest, n3=0.5)
    found = fails_at_most(act, "web")
    assert (found.verdict is Verdict.HOLDS, why in found.why) == (not why, True), found.why


# -- by at most the share of what is lost -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("target", "lost"),
    [
        ("pod/ns/pod-a", "1 of 3"),
        ("node/n8", "2 of 3"),
        ("node/n9", "1 of 3"),
        ("pod/ns/other", "0 of 3"),
        ("network/n8", "2 of 3"),
    ],
)
def test_a_fault_takes_its_pods_away_or_those_of_its_node(target: str, lost: str) -> None:
    assert f"{lost} endpoints" in failing(lane(GOOD), fault=gone(1.0, target)).bounds[SHARE].source


def test_several_targets_are_lost_together() -> None:
    both = gone(1.0)
    both.targets = ("pod/ns/pod-a", "node/n9")
    assert "2 of 3 endpoints" in failing(lane(GOOD), fault=both).bounds[SHARE].source


def test_all_may_fail_where_it_is_not_sure_who_was_there() -> None:
    act = story(lane("." * 10 + "r" * 10 + "." * 20))
    assert fails_at_most(act, "web").verdict is Verdict.VIOLATED
    act.recording.gaps.append(BLIND)
    found = fails_at_most(act, "web")
    assert (found.verdict, found.bounds[SHARE].value) == (Verdict.INCONCLUSIVE, 100)


@pytest.mark.parametrize(("at", "of"), [(1.0, "1 of 4"), (1.1, "1 of 3")])
def test_who_was_there_is_looked_at_when_the_fault_is_applied(at: float, of: str) -> None:
    changes: tuple[Change, ...] = (pod(at, "pod-d", node="n7"),)
    assert f"{of} endpoints" in failing(lane(GOOD), changes=changes).bounds[SHARE].source


def test_a_service_without_a_ready_pod_has_nothing_to_lose() -> None:
    changes = tuple(pod(0.5, name, ready=False) for name in PODS)
    assert "had no Ready pod before the fault" in failing(lane(GOOD), changes=changes).why


# -- none may fail ------------------------------------------------------------------------------------------------------
def none(*lanes: Lane, **more: Any) -> Finding:
    return never_fails(story(*lanes, **more), "web")


def test_what_failed_what_was_late_and_what_may_have_failed_is_summed_over_the_nodes() -> None:
    late = slow(20, drawing=but(25, "r?"))
    late.took[21] = 1.0
    found = none(late, lane(but(30, "t?"), "n2"), lane(GOOD, "n3"))
    assert [*found.measured["failed or late"].interval] == [4, 6]
    assert [found.measured[name].value for name in ("failed", "late", "asked")] == [2, 2, 90]
    assert "4 of 90 requests failed, most on n1 (1 refused, 2 late)" in found.why


@pytest.mark.parametrize(("late", "worst"), [(1, "n1"), (3, "n2")])
def test_the_node_with_the_most_of_both_is_told(late: int, worst: str) -> None:
    one = lane(GOOD, "n2")
    for tick in range(20, 20 + late):
        one.took[tick] = 1.0
    assert f"most on {worst}" in none(lane(but(15, "rr"), "n1"), one).why


def test_it_is_looked_at_from_the_fault_to_the_end() -> None:
    assert none(lane(but(40, length=45))).verdict is Verdict.HOLDS
    assert none(lane(but(39))).verdict is Verdict.VIOLATED
    assert none(lane(but(10))).verdict is Verdict.VIOLATED
    assert none(lane(but(9))).verdict is Verdict.INCONCLUSIVE


def test_where_it_was_looked_from_is_told() -> None:
    for found in (none(lane(GOOD, "n1"), lane(GOOD, "n2")), failing(lane(GOOD, "n1"), lane(GOOD, "n2"))):
        assert (found.nodes, found.window, found.probes) == (("n1", "n2"), (1, 4), ("web",))

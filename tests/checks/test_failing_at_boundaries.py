"""What counts as failing after a fault, and what decides, at each boundary. A character is 0.1 s; the fault is at 1 s."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.bounds import SYNC, constant
from kubeskeptic.checks import dead_share_only, fails_at_most, never_fails
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.settings import Setting, Settings
from kubeskeptic.timeline import Act, ActSpan, Change, FaultSpan, Gap, Lane
from tests.checks.faulted import PODS
from tests.checks.test_dead_node import answered
from tests.drawn import gone, lane, pod, watched

GOOD = "." * 40
TWO_SECONDS = constant("test", 0.0)
"""Two seconds when the margin is added: until 3 s."""
SHARE = "share failed in the worst second"
BLIND = Gap("watch", "", "", "Pod", 2.0, 2.1, "the watch was cut off")


def story(*lanes: Lane, fault: FaultSpan | None = None, pods: Any = None, end: float = 4.0, **more: Any) -> Act:
    spans = (ActSpan("act", 0, 1, end),)
    return watched(
        *lanes, faults=(fault or gone(1.0),), spans=spans, pods=pods or PODS, **{"within": TWO_SECONDS, **more}
    )


def failing(*lanes: Lane, **more: Any) -> Finding:
    return fails_at_most(story(*lanes, **more), "web")


def but(tick: int, sign: str = "r", length: int = 40) -> str:
    return "." * tick + sign + "." * (length - tick - 1)


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


# -- while a node is dead -----------------------------------------------------------------------------------------------
# A crash at 1 s; its endpoints may get traffic until 3 s, and stale entries live for 3 s more, until 6 s.
def died(*lanes: Lane, until: float = 7.0, pods: Any = None) -> Finding:
    homes = pods or {"pod-a": "n9", "pod-b": "n1", "pod-c": "n1"}
    crash = gone(1.0, "node/n9", "crash_node", undoing=until)
    return dead_share_only(story(*lanes, fault=crash, pods=homes, end=8.0, SYN_SENT=3.0), "web")


def dead(drawing: str, ports: dict[int, int] | None = None, node: str = "n1", **more: Any) -> Lane:
    one = answered("." * 10 + drawing, ports, **more)
    one.node = node
    return one


def test_what_is_measured_of_a_dead_node() -> None:
    found = died(dead("..t" * 6 + "." * 12 + "t", {40: 40012}), dead("..t" * 5 + "..", node="n2"))
    assert {name: one.value for name, one in found.measured.items() if "answered" not in name} == pytest.approx(
        {
            "routing wrong": 1.8,
            "clients still failing": 3.0,
            "worst share lost": 30,
            "failed": 11,
            "failed by stale conntrack": 1,
            "late": 0,
            "asked": 120,
            "never asked": 0,
        }
    )
    assert [found.bounds[name].value for name in ("routing wrong", "clients still failing")] == [2, 5]
    assert "1 of 3 endpoints" in found.bounds["worst share lost"].source


def test_where_nothing_was_lost_no_client_failed_at_all() -> None:
    found = died(dead(""))
    assert [found.measured[name].value for name in ("clients still failing", "routing wrong", "failed")] == [0, 0, 0]
    assert found.verdict is Verdict.HOLDS


def test_a_dead_node_is_looked_at_until_it_is_let_return() -> None:
    assert died(dead("..t" * 6 + "." * 42 + "t" * 9)).verdict is Verdict.HOLDS
    assert died(dead("..t" * 6 + "." * 42 + "t" * 9), until=7.1).verdict is Verdict.VIOLATED


@pytest.mark.parametrize(("until", "why"), [(6.1, ""), (5.9, "before the bound of 5 s had passed")])
def test_a_dead_node_stays_away_until_its_last_stale_entry_has_expired(until: float, why: str) -> None:
    found = died(dead("..t" * 6), until=until)
    assert (found.verdict is Verdict.HOLDS, why in found.why) == (not why, True), found.why


@pytest.mark.parametrize(("tick", "verdict"), [(60, Verdict.HOLDS), (61, Verdict.VIOLATED)])
def test_the_last_stale_entry_has_to_expire_in_time(tick: int, verdict: Verdict) -> None:
    # It was made at 2.7 s, within the window.
    found = died(dead("..t" * 6 + "." * (tick - 28) + "t", {27: 50000, tick: 50000}))
    assert found.measured["failed by stale conntrack"].value == 1
    assert found.measured["clients still failing"].value == pytest.approx(tick / 10 - 1)
    assert found.verdict is verdict, found.why


def test_the_node_that_is_furthest_beyond_its_own_limit_decides_for_the_clients() -> None:
    lanes = (dead("..t" * 6 + "." * 30 + "t", {27: 50000, 58: 50000}, "n2"), dead("..t" * 6))
    for ordered in (lanes, lanes[::-1]):
        assert died(*ordered).measured["clients still failing"].value == pytest.approx(4.8)


def test_late_answers_show_that_routing_to_a_dead_node_is_still_wrong() -> None:
    for tick, verdict in ((29, Verdict.HOLDS), (31, Verdict.VIOLATED)):
        late = dead("..t" * 6)
        late.took[tick] = 1.05
        assert died(late).verdict is verdict


@pytest.mark.parametrize(
    ("before", "why"),
    [("b" * 9 + "a", ""), ("b" * 10, "got no answer before the fault from pod-a on the node that died")],
)
def test_every_node_was_answered_by_what_died(before: str, why: str) -> None:
    other = dead("..t" * 6, node="n2")
    for at, sign in enumerate(before):
        other.bys[at] = other.name_index(f"pod-{sign}")
    for lanes in ((dead("..t" * 6), other), (other, dead("..t" * 6))):
        found = died(*lanes)
        assert (found.verdict is Verdict.HOLDS, why in found.why) == (not why, True), found.why


def test_an_answer_of_the_dead_after_its_death_is_none_before() -> None:
    one = dead("..t" * 6)
    for at in range(10):
        one.bys[at] = one.name_index("pod-b")
    one.bys[10] = one.name_index("pod-a")
    assert "on the node that died" in died(one).why


def test_one_of_the_pods_that_died_is_enough_and_uids_do_not_matter() -> None:
    one = lane("." * 80, by="ns/pod-a/pod-a")
    for at in range(10, 80):
        one.bys[at] = one.name_index("ns/pod-b/pod-b")
    homes = {"pod-a": "n9", "pod-d": "n9", "pod-b": "n1", "pod-c": "n1"}
    found = died(one, pods=homes)
    assert found.verdict is Verdict.HOLDS, found.why
    assert "2 of 4 endpoints died with their node" in found.why

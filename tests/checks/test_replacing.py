"""Checks of pods that are replaced again and again, elsewhere, or not at all. The margin is 2 s."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kubeskeptic.bounds import constant
from kubeskeptic.checks import moved_within_budget, recovers_each_time, replaced_only_by_controllers
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Act, ActSpan, Change, FaultSpan
from tests.drawn import endpoints, fault, gone, pod, recording, settings

TWO = [pod(0.0, f"web-{n}", node=f"n{n}") for n in "12"]


def act(*changes: Change, faults: Sequence[FaultSpan], end: float = 20, of: str = "", **facts: Any) -> Act:
    seen = recording(
        *changes,
        acts={"act": ActSpan("act", 0, 1, end)},
        faults=list(faults),
        facts=facts,
        settings=settings(START=2.0),
    )
    return Act(seen, ["act"], of=of, within=constant("test", 3.0))


# -- again and again ----------------------------------------------------------------------------------------------------
def lost(at: float, name: str, new: str, back: float) -> list[Change]:
    return [pod(at + 0.1, name, deleting=True), pod(back, new)]


def recovers(*changes: Change, faults: Sequence[FaultSpan] = (gone(2.0), gone(9.0)), end: float = 20) -> Finding:
    return recovers_each_time(act(*TWO, *changes, faults=faults, end=end), "web", 2)


def test_each_loss_is_made_up_for() -> None:
    found = recovers(*lost(2.0, "web-1", "web-3", 4.0), *lost(9.0, "web-3", "web-4", 14.0))
    assert (found.verdict, found.measured["whole again"].value) == (Verdict.HOLDS, 5.0), found.why


def test_one_that_is_not_made_up_for_in_time() -> None:
    late = recovers(*lost(2.0, "web-1", "web-3", 7.1), *lost(9.0, "web-3", "web-4", 11.0))
    assert late.verdict is Verdict.VIOLATED
    never = recovers(pod(2.1, "web-1", deleting=True), faults=(gone(2.0),))
    assert (never.verdict, "were not Ready again" in never.why) == (Verdict.VIOLATED, True)
    assert recovers(pod(2.1, "web-1", deleting=True), faults=(gone(2.0),), end=6).verdict is Verdict.INCONCLUSIVE


def test_a_deletion_that_did_nothing_or_hit_a_gap_proves_nothing() -> None:
    assert recovers(*lost(2.0, "web-1", "web-3", 4.0)).verdict is Verdict.INCONCLUSIVE
    slow = recovers(*lost(2.0, "web-1", "web-3", 9.5), *lost(9.0, "web-2", "web-4", 14.0))
    assert (slow.verdict, "1 of 2 replicas were Ready and 1 pods existed before" in slow.why) == (
        Verdict.INCONCLUSIVE,
        True,
    )


# -- elsewhere ----------------------------------------------------------------------------------------------------------
EVICTED = "EvictionByEvictionAPI"
HOME = [pod(0.0, "a", node="n1"), pod(0.0, "b", node="n1"), pod(0.0, "c", node="n2")]
ONE_BY_ONE = [
    pod(2.1, "a", node="n1", deleting=True, by=EVICTED),
    pod(3.0, "d", node="n2"),
    pod(3.1, "b", node="n1", deleting=True, by=EVICTED),
    pod(3.2, "a", node="n1", type="DELETED"),
    pod(3.4, "b", node="n1", type="DELETED"),
    pod(5.0, "e", node="n3"),
]
DRAIN = fault({"applying": 2.0, "applied": 2.0, "bit": 3.5, "undoing": 15.0}, name="drain_node", target="cordon/n1")


def moved(*changes: Change, home: Sequence[Change] = HOME, end: float = 20) -> Finding:
    return moved_within_budget(act(*home, *changes, faults=[DRAIN], end=end), "web", 3, 2)


def test_a_drained_nodes_pods_move_one_by_one() -> None:
    found = moved(*ONE_BY_ONE)
    assert (found.verdict, found.measured["moved"].value) == (Verdict.HOLDS, 3.0), found.why
    assert found.measured["fewest Ready"].value == 2


def test_two_at_once_are_more_than_the_budget_allows() -> None:
    found = moved(pod(2.5, "b", node="n1", deleting=True, by=EVICTED), *ONE_BY_ONE)
    assert (found.verdict, found.measured["fewest Ready"].value) == (Verdict.VIOLATED, 1)


def test_moved_late_or_not_at_all() -> None:
    assert moved(*ONE_BY_ONE[:-1], pod(7.0, "e", node="n3")).verdict is Verdict.HOLDS
    assert moved(*ONE_BY_ONE[:-1], pod(7.1, "e", node="n3")).verdict is Verdict.VIOLATED
    assert moved(*ONE_BY_ONE[:-1]).verdict is Verdict.VIOLATED
    stays = moved(*ONE_BY_ONE[:2])
    assert (stays.verdict, stays.measured["left on the node"].value) == (Verdict.VIOLATED, 2)
    back = moved(*ONE_BY_ONE, pod(6.0, "f", node="n1"))
    assert back.verdict is Verdict.VIOLATED


def test_one_pod_on_the_node_shows_no_budget() -> None:
    found = moved(home=HOME[1:])
    assert (found.verdict, "1 pods of web were on n1" in found.why) == (Verdict.INCONCLUSIVE, True)


# -- without controllers ------------------------------------------------------------------------------------------------
def stopped(undoing: float = 10.0, **more: float) -> FaultSpan:
    phases = {"applying": 1.5, "applied": 1.5, "bit": 1.8, "undoing": undoing, "healed": undoing + 4.0, **more}
    return fault(phases, name="stop_component", target="manifest/kube-controller-manager")


DELETED = gone(2.0, "pod/ns/web-1")
SLICE = [endpoints(0.0, "web-1", "web-2"), endpoints(12.0, "web-2", type="MODIFIED")]


def replaced(*changes: Change, faults: Sequence[FaultSpan] = (stopped(), DELETED), started: float = 10.0) -> Finding:
    changes = (*TWO, *SLICE, pod(2.1, "web-1", deleting=True), *changes)
    return replaced_only_by_controllers(act(*changes, faults=faults, of="web", started=started), "web", 2, "started")


def test_replaced_once_the_controllers_are_back() -> None:
    found = replaced(pod(14.0, "web-3"))
    assert found.verdict is Verdict.HOLDS, found.why
    assert found.measured["replaced after their return"].interval == (3.0, 4.0)
    assert found.measured["still an endpoint"].value == 10.0


def test_replaced_while_none_ran() -> None:
    found = replaced(pod(4.0, "web-3", ready=False), pod(5.0, "web-3"))
    assert (found.verdict, "web-3 replaced web-1" in found.why) == (Verdict.VIOLATED, True)


def test_replaced_late_or_never() -> None:
    assert replaced(pod(15.0, "web-3")).verdict is Verdict.HOLDS
    assert replaced(pod(15.5, "web-3")).verdict is Verdict.INCONCLUSIVE, "their start is known to the second"
    assert replaced(pod(16.1, "web-3")).verdict is Verdict.VIOLATED
    assert replaced().verdict is Verdict.VIOLATED


def test_controllers_that_were_away_too_briefly_prove_nothing() -> None:
    found = replaced(pod(9.0, "web-3"), faults=(stopped(5.9), DELETED), started=6.0)
    assert (found.verdict, "too short to tell" in found.why) == (Verdict.INCONCLUSIVE, True)
    assert replaced(faults=(DELETED,)).verdict is Verdict.INCONCLUSIVE

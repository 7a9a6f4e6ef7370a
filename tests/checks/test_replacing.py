"""Checks of pods that are replaced again and again, elsewhere, or not at all. The margin is 2 s."""

from __future__ import annotations

import pytest

from kubeskeptic.findings import Verdict
from tests.checks.replacements import DELETED, EVICTED, HOME, ONE_BY_ONE, lost, moved, recovers, replaced, stopped
from tests.drawn import gone, pod


# -- again and again ----------------------------------------------------------------------------------------------------
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
    late = recovers(
        *lost(2.0, "web-1", "web-3", 6.9), pod(8.9, "web-3", ready=False), *lost(9.0, "web-2", "web-4", 14.0)
    )
    assert (late.verdict, "1 of 2 replicas were Ready before" in late.why) == (Verdict.INCONCLUSIVE, True), late.why


@pytest.mark.parametrize(("second", "verdict"), [(7.0, Verdict.INCONCLUSIVE), (7.1, Verdict.VIOLATED)])
def test_one_that_was_not_replaced_in_time_was_not_whatever_came_then(second: float, verdict: Verdict) -> None:
    slow = [*lost(2.0, "web-1", "web-3", 9.5), *lost(second, "web-2", "web-4", 14.0)]
    found = recovers(*slow, faults=(gone(2.0), gone(second)))
    assert found.verdict is verdict, found.why
    if verdict is Verdict.VIOLATED:
        assert found.measured["pods deleted"].value == 1


# -- elsewhere ----------------------------------------------------------------------------------------------------------
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
    assert (found.verdict, "1 pod of web was on n1" in found.why) == (Verdict.INCONCLUSIVE, True)


# -- without controllers ------------------------------------------------------------------------------------------------
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

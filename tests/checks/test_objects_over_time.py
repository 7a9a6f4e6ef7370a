"""Checks that read API changes: replicas, pods, nodes, StatefulSets. The fault is at 1 s; the margin is 2 s."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic import checks
from kubeskeptic.bounds import constant
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Change, Gap
from tests.checks.over_time import BARE, EVICTED, FIVE, GONE, MARKED, TAINTED, THREE, VERDICTS, elsewhere, story
from tests.drawn import node, pod


# -- replicas ------------------------------------------------------------------------------------------------------------
def whole(*changes: Change, **more: Any) -> Finding:
    return checks.whole_again(story(*changes, **more), "web", 3)


def test_a_replica_that_is_replaced_in_time() -> None:
    finding = whole(*THREE, pod(1.1, "web-a", deleting=True), pod(3.0, "web-d"))
    assert finding.verdict is Verdict.HOLDS, finding.why
    assert finding.measured["whole again"].value == pytest.approx(2.0)


def test_a_replica_that_is_replaced_late_or_never() -> None:
    gone = pod(1.1, "web-a", type="DELETED")
    assert whole(*THREE, gone, pod(6.5, "web-d")).verdict is Verdict.VIOLATED
    assert whole(*THREE, gone, pod(2.0, "web-d"), pod(2.1, "web-e")).verdict is Verdict.VIOLATED
    assert whole(*THREE, gone).verdict is Verdict.VIOLATED
    assert whole(*THREE, gone, end=3).verdict is Verdict.INCONCLUSIVE


def test_a_change_may_be_older_than_its_sight() -> None:
    gone = pod(1.1, "web-a", type="DELETED")
    late = pod(8.0, "web-d")
    assert whole(*THREE, gone, late).verdict is Verdict.VIOLATED
    assert whole(*THREE, gone, late._replace(age=5.9)).verdict is Verdict.INCONCLUSIVE


def test_a_loss_that_was_not_seen_proves_nothing() -> None:
    assert "no replica of web was seen missing" in whole(*THREE).why
    assert "2 of 3" in whole(*THREE[:2]).why
    assert whole(*THREE).verdict is whole(*THREE[:2]).verdict is Verdict.INCONCLUSIVE


def test_a_gap_in_the_watch_is_no_pass_and_takes_no_violation_back() -> None:
    gap = Gap("watch", "", "", "Pod", 2.0, 2.5, "the connection broke")
    lost = pod(1.1, "web-a", deleting=True)
    finding = whole(*THREE, lost, pod(3.0, "web-d"), gaps=[gap])
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "the connection broke" in finding.why
    assert whole(*THREE, lost, pod(9.0, "web-d"), gaps=[gap]).verdict is Verdict.VIOLATED


# -- pods ----------------------------------------------------------------------------------------------------------------
def restarted(*changes: Change, **more: Any) -> Finding:
    return checks.restarted_in_place(story(*THREE, *changes, **more))


def test_restarted_in_place() -> None:
    finding = restarted(pod(1.5, "web-a", ip="10.0.0.a", ready=False), pod(2.0, "web-a", ip="10.0.0.a", restarts=1))
    assert finding.verdict is Verdict.HOLDS, finding.why


@pytest.mark.parametrize(
    ("again", "because"),
    [
        (pod(2.0, "web-a", ip="10.0.0.9", restarts=1), "IP changed"),
        (pod(2.0, "web-a", ip="10.0.0.a", restarts=1, node="n2"), "node changed"),
        (pod(2.0, "web-a", ip="10.0.0.a", restarts=2), "restart count rose by 2"),
        (pod(2.0, "web-a", ip="10.0.0.a", uid="other"), "uid changed"),
        (pod(7.0, "web-a", ip="10.0.0.a", restarts=1), "after 6.00 s"),
        (pod(2.0, "web-a", ip="10.0.0.a", ready=False), "was not running again"),
    ],
)
def test_not_restarted_in_place(again: Change, because: str) -> None:
    finding = restarted(again)
    assert finding.verdict is Verdict.VIOLATED
    assert because in finding.why


def test_restarted_again_and_again_is_not_restarted_once() -> None:
    finding = restarted(*(pod(at, "web-a", ip="10.0.0.a", restarts=n) for at, n in ((2.0, 1), (9.0, 2))))
    assert finding.verdict is Verdict.VIOLATED
    assert "rose by 2" in finding.why


def test_restarted_no_sooner_than_the_back_off() -> None:
    def judged(at: float) -> Verdict:
        return restarted(pod(at, "web-a", ip="10.0.0.a", restarts=1), soonest=FIVE).verdict

    # not before 3 s − margin, not after 3 s + margin
    assert tuple(judged(at) for at in (1.9, 2.0, 6.0, 6.1)) == VERDICTS


def test_a_container_runs_before_its_pod_is_ready() -> None:
    started = pod(3.0, "web-a", ip="10.0.0.a", ready=False, restarts=1)
    started.object["status"]["containerStatuses"][0]["state"] = {"running": {}}
    assert checks.restarted_in_place(story(*THREE, started), ready=False).verdict is Verdict.HOLDS
    assert checks.restarted_in_place(story(*THREE, started)).verdict is Verdict.VIOLATED


def test_a_pod_is_revived_within_the_bound_of_its_nodes_return() -> None:
    def judged(at: float, back: float = 2.0) -> Finding:
        ended = pod(back + 0.1, "web-a", ready=False, started="before")
        changes = (*THREE, ended, pod(at, "web-a", restarts=1))
        return checks.revived_in_place(story(*changes, target="node/n1", back=back, EVICT=20), "web-a")

    assert judged(4.0).verdict is Verdict.HOLDS, judged(4.0).why
    assert judged(9.0).verdict is Verdict.VIOLATED
    assert "may be evicted" in judged(20.0, back=19.0).why


def test_a_replacement_is_another_pod() -> None:
    lost = pod(1.1, "web-a", deleting=True)
    assert (
        checks.replaced_by_another(story(*THREE, lost, pod(3.0, "web-d", ip="10.0.0.9")), "web").verdict
        is Verdict.HOLDS
    )
    kept = pod(3.0, "web-a", uid="new", ip="10.0.0.9")
    finding = checks.replaced_by_another(story(*THREE, lost, kept), "web")
    assert finding.verdict is Verdict.VIOLATED
    assert "name" in finding.why


def test_a_bare_pod_is_never_seen_elsewhere() -> None:
    held = elsewhere(BARE, MARKED, GONE)
    assert held.verdict is Verdict.HOLDS
    assert {name: one.value for name, one in held.measured.items() if name in ("seen elsewhere", "watched")} == {
        "seen elsewhere": 0,
        "watched": pytest.approx(19, abs=1),
    }
    assert elsewhere(BARE, MARKED).verdict is Verdict.INCONCLUSIVE
    assert elsewhere(BARE).verdict is Verdict.VIOLATED
    assert elsewhere(BARE, pod(7, "alone", app="alone", deleting=True), GONE).verdict is Verdict.VIOLATED
    assert elsewhere(BARE, MARKED, GONE, pod(9, "alone-x", app="alone", node="n2")).verdict is Verdict.VIOLATED
    assert "before the bound" in elsewhere(BARE, MARKED._replace(seen=4), GONE, back=5.0).why


def test_a_bare_pod_whose_node_returns_may_stay() -> None:
    copy = pod(9, "alone-x", app="alone", node="n2")
    assert elsewhere(BARE, back=2.0, returns=True).verdict is Verdict.HOLDS
    moved = elsewhere(BARE, copy, copy._replace(seen=12), back=2.0, returns=True)
    assert moved.verdict is Verdict.VIOLATED
    assert "alone-x on n2 8.0 s after the crash" in moved.why


# -- nodes ---------------------------------------------------------------------------------------------------------------
def turned(*changes: Change, back: float = 15.0) -> Finding:
    soonest, latest = constant("test", 6.0), constant("test", 6.0)  # from 4 s to 8 s
    act = story(node(0, "n1", "True"), *changes, target="node/n1", back=back, within=latest, soonest=soonest)
    return checks.turns_unknown(act)


@pytest.mark.parametrize(("at", "verdict"), list(zip((4.9, 5.0, 9.0, 9.1), VERDICTS, strict=True)))
def test_a_node_turns_unknown_in_its_window(at: float, verdict: Verdict) -> None:
    assert turned(node(at, "n1", "Unknown")).verdict is verdict


def test_a_node_that_never_turns_unknown() -> None:
    assert turned().verdict is Verdict.VIOLATED
    assert turned(back=8.0).verdict is Verdict.INCONCLUSIVE


def emptied(*changes: Change) -> Finding:
    return checks.emptied_not_removed(story(node(0, "n1", "True"), *changes, target="node/n1", back=15.0))


def test_emptied_and_not_removed() -> None:
    assert emptied(*THREE, TAINTED, *EVICTED).verdict is Verdict.HOLDS
    removed = emptied(*THREE, TAINTED, *EVICTED, node(12, "n1", "Unknown", type="DELETED"))
    assert (removed.verdict, "removed" in removed.why) == (Verdict.VIOLATED, True)
    kept = emptied(*THREE, TAINTED, *EVICTED[:2])
    assert (kept.verdict, "web-c on it was not evicted" in kept.why) == (Verdict.VIOLATED, True)
    tolerant = pod(0, "everywhere-x", app="everywhere")
    tolerant.object["spec"]["tolerations"] = [{"key": "node.kubernetes.io/unreachable", "effect": "NoExecute"}]
    assert emptied(*THREE, tolerant, TAINTED, *EVICTED).verdict is Verdict.HOLDS
    assert "no pod on n1" in emptied(TAINTED).why
    assert emptied(*THREE, *EVICTED).verdict is Verdict.VIOLATED  # no taint


@pytest.mark.parametrize(("at", "verdict"), list(zip((6.9, 7.0, 11.0, 11.1), VERDICTS, strict=True)))
def test_pods_are_evicted_when_their_toleration_ends(at: float, verdict: Verdict) -> None:
    # EVICT is 3 s, from the taint at 6 s; the margin is 2 s on both sides.
    assert emptied(*THREE, TAINTED, *(one._replace(seen=at) for one in EVICTED)).verdict is verdict


# -- StatefulSets --------------------------------------------------------------------------------------------------------
def test_started_one_after_another() -> None:
    def begun(at: float, ready: float, name: str) -> list[Change]:
        return [pod(at, name, app="db", type="ADDED", ready=False), pod(ready, name, app="db")]

    def judged(*changes: Change) -> Finding:
        return checks.started_in_order(story(*changes), "db", 2)

    assert judged(*begun(0, 1, "db-0"), *begun(1.1, 2, "db-1")).verdict is Verdict.HOLDS
    assert judged(*begun(0, 1, "db-0"), *begun(0.1, 2, "db-1")).verdict is Verdict.VIOLATED
    late = judged(pod(0, "db-0", app="db", type="LISTED"), *begun(1.1, 2, "db-1"))
    assert (late.verdict, "before the recorder first looked" in late.why) == (Verdict.INCONCLUSIVE, True)
    assert "db-1 never became Ready" in judged(*begun(0, 1, "db-0")).why


def test_a_pod_waits_for_its_dead_node() -> None:
    def judged(*changes: Change) -> Finding:
        reported = (pod(0, "alone", app="alone"), pod(15.5, "alone", app="alone", restarts=1))
        return checks.waits_for_its_node(story(*changes, *reported, target="node/n1", back=15.0, START=1), "db")

    first, marked = pod(0, "db-0", app="db", uid="u1"), pod(8, "db-0", app="db", uid="u1", deleting=True)
    gone, again = pod(16, "db-0", app="db", uid="u1", type="DELETED"), pod(17, "db-0", app="db", uid="u2")
    assert judged(first, marked, gone, again).verdict is Verdict.HOLDS
    early = (pod(9, "db-0", app="db", uid="u1", type="DELETED"), pod(10, "db-0", app="db", uid="u2"))
    assert judged(first, marked, *early).verdict is Verdict.VIOLATED
    assert judged(first).verdict is Verdict.VIOLATED
    assert "it was not removed in 4.5 s" in judged(first, marked).why

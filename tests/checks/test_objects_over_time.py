"""Checks that read API changes: replicas, pods, nodes, StatefulSets."""

import pytest

from kubeskeptic import checks
from kubeskeptic.bounds import Bound
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Change, Gap
from tests.drawn import act, node, pod, recording

ACT = act(0, 1, 20)
FIVE = Bound(5.0, "s", "test")
THREE = [pod(0.0, f"web-{n}", ip=f"10.0.0.{n}") for n in "abc"]


# -- replicas ------------------------------------------------------------------------------------------------------------
def test_a_replica_that_is_replaced_in_time() -> None:
    seen = recording(*THREE, pod(1.1, "web-a", deleting=True), pod(3.0, "web-d"))
    finding = checks.whole_again(seen, ACT, "web", 3, 1.0, FIVE)
    assert finding.verdict is Verdict.HOLDS
    assert finding.measured["whole again"].value == pytest.approx(2.0)


def test_a_replica_that_is_replaced_late_or_never() -> None:
    gone = pod(1.1, "web-a", type="DELETED")
    late = recording(*THREE, gone, pod(6.5, "web-d"))
    assert checks.whole_again(late, ACT, "web", 3, 1.0, FIVE).verdict is Verdict.VIOLATED
    surplus = recording(*THREE, gone, pod(2.0, "web-d"), pod(2.1, "web-e"))
    assert checks.whole_again(surplus, ACT, "web", 3, 1.0, FIVE).verdict is Verdict.VIOLATED
    never = recording(*THREE, gone)
    assert checks.whole_again(never, ACT, "web", 3, 1.0, FIVE).verdict is Verdict.VIOLATED
    soon_over = recording(*THREE, gone)
    assert checks.whole_again(soon_over, act(0, 1, 3), "web", 3, 1.0, FIVE).verdict is Verdict.INCONCLUSIVE


def test_a_loss_that_nobody_saw_proves_nothing() -> None:
    with pytest.raises(Inconclusive, match="no replica of web was seen missing"):
        checks.whole_again(recording(*THREE), ACT, "web", 3, 1.0, FIVE)
    with pytest.raises(Inconclusive, match="2 of 3"):
        checks.whole_again(recording(*THREE[:2]), ACT, "web", 3, 1.0, FIVE)


def test_a_gap_in_the_watch_is_no_pass() -> None:
    gap = Gap("watch", "", "", "Pod", 2.0, 2.5, "the connection broke")
    seen = recording(*THREE, pod(1.1, "web-a", deleting=True), pod(3.0, "web-d"), gaps=[gap])
    with pytest.raises(Inconclusive, match="the connection broke"):
        checks.whole_again(seen, ACT, "web", 3, 1.0, FIVE)


# -- pods ----------------------------------------------------------------------------------------------------------------
def test_restarted_in_place() -> None:
    seen = recording(
        *THREE, pod(1.5, "web-a", ip="10.0.0.a", ready=False), pod(2.0, "web-a", ip="10.0.0.a", restarts=1)
    )
    finding = checks.restarted_in_place(seen, ACT, "web-a", 1.0, FIVE)
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
def test_not_restarted_in_place(again: object, because: str) -> None:
    finding = checks.restarted_in_place(recording(*THREE, again), ACT, "web-a", 1.0, FIVE)  # type: ignore[arg-type]
    assert finding.verdict is Verdict.VIOLATED
    assert because in finding.why


def test_restarted_again_and_again_is_not_restarted_once() -> None:
    again = [pod(2.0, "web-a", ip="10.0.0.a", restarts=1), pod(9.0, "web-a", ip="10.0.0.a", restarts=2)]
    finding = checks.restarted_in_place(recording(*THREE, *again), ACT, "web-a", 1.0, FIVE)
    assert finding.verdict is Verdict.VIOLATED
    assert "rose by 2" in finding.why


def test_restarted_no_sooner_than_the_back_off() -> None:
    def judged(at: float) -> Verdict:
        again = recording(*THREE, pod(at, "web-a", ip="10.0.0.a", restarts=1))
        soonest = Bound(3.0, "s", "test", at_least=True)
        return checks.restarted_in_place(again, ACT, "web-a", 1.0, FIVE, soonest=soonest).verdict

    assert [judged(at) for at in (3.9, 4.0, 6.0, 6.1)] == ["violated", "holds", "holds", "violated"]


def test_restarted_in_place_however_long_it_takes() -> None:
    late = recording(*THREE, pod(19.0, "web-a", ip="10.0.0.a", restarts=1))
    assert checks.restarted_in_place(late, ACT, "web-a", 1.0, None).verdict is Verdict.HOLDS
    assert checks.restarted_in_place(recording(*THREE), ACT, "web-a", 1.0, None).verdict is Verdict.INCONCLUSIVE


def test_a_replacement_is_another_pod() -> None:
    seen = recording(*THREE, pod(1.1, "web-a", deleting=True), pod(3.0, "web-d", ip="10.0.0.9"))
    assert checks.replaced_by_another(seen, ACT, "web", "web-a", 1.0).verdict is Verdict.HOLDS
    kept = recording(*THREE, pod(1.1, "web-a", deleting=True), pod(3.0, "web-a", uid="new", ip="10.0.0.9"))
    finding = checks.replaced_by_another(kept, ACT, "web", "web-a", 1.0)
    assert finding.verdict is Verdict.VIOLATED
    assert "name" in finding.why


def test_a_bare_pod_is_never_seen_elsewhere() -> None:
    def judged(*changes: Change, back: float = 15.0) -> Finding:
        return checks.never_elsewhere(recording(*changes), ACT, "alone", 1.0, back=back, evicted=FIVE)

    bare, marked = pod(0, "alone", app="alone"), pod(5, "alone", app="alone", deleting=True)
    gone = pod(16, "alone", app="alone", type="DELETED")
    assert judged(bare, marked, gone).verdict is Verdict.HOLDS
    assert judged(bare, marked).verdict is Verdict.INCONCLUSIVE
    assert judged(bare).verdict is Verdict.VIOLATED
    assert judged(bare, pod(7, "alone", app="alone", deleting=True), gone).verdict is Verdict.VIOLATED
    assert judged(bare, marked, gone, pod(9, "alone-x", app="alone", node="n2")).verdict is Verdict.VIOLATED
    with pytest.raises(Inconclusive, match="was away for 4 s only"):
        judged(bare, marked, gone, back=5.0)


def test_a_bare_pod_whose_node_returns_may_stay() -> None:
    bare, copy = pod(0, "alone", app="alone"), pod(9, "alone-x", app="alone", node="n2")
    assert checks.never_elsewhere(recording(bare), ACT, "alone", 1.0).verdict is Verdict.HOLDS
    moved = checks.never_elsewhere(recording(bare, copy, copy._replace(seen=12)), ACT, "alone", 1.0)
    assert moved.verdict is Verdict.VIOLATED
    assert "alone-x on n2 8.0 s after the crash" in moved.why


# -- nodes ---------------------------------------------------------------------------------------------------------------
EARLIEST, LATEST = Bound(4.0, "s", "test", at_least=True), Bound(8.0, "s", "test")


@pytest.mark.parametrize(
    ("turned", "verdict"),
    [(4.9, Verdict.VIOLATED), (5.0, Verdict.HOLDS), (9.0, Verdict.HOLDS), (9.1, Verdict.VIOLATED)],
)
def test_a_node_turns_unknown_in_its_window(turned: float, verdict: Verdict) -> None:
    seen = recording(node(0, "n1", "True"), node(turned, "n1", "Unknown"))
    assert checks.turns_unknown(seen, ACT, "n1", 1.0, 15.0, EARLIEST, LATEST).verdict is verdict


def test_a_node_that_never_turns_unknown() -> None:
    seen = recording(node(0, "n1", "True"))
    assert checks.turns_unknown(seen, ACT, "n1", 1.0, 15.0, EARLIEST, LATEST).verdict is Verdict.VIOLATED
    assert checks.turns_unknown(seen, ACT, "n1", 1.0, 8.0, EARLIEST, LATEST).verdict is Verdict.INCONCLUSIVE


def test_emptied_and_not_removed() -> None:
    tainted = node(6, "n1", "Unknown", unreachable=True)
    evicted = [pod(9, f"web-{name}", deleting=True) for name in "abc"]
    seen = recording(node(0, "n1", "True"), *THREE, tainted, *evicted)
    assert checks.emptied_not_removed(seen, ACT, "n1", 1.0, 15.0).verdict is Verdict.HOLDS
    removed = recording(node(0, "n1", "True"), *THREE, tainted, *evicted, node(12, "n1", "Unknown", type="DELETED"))
    assert "removed" in checks.emptied_not_removed(removed, ACT, "n1", 1.0, 15.0).why
    kept = recording(node(0, "n1", "True"), *THREE, tainted, *evicted[:2])
    assert "web-c on it was not evicted" in checks.emptied_not_removed(kept, ACT, "n1", 1.0, 15.0).why
    assert checks.emptied_not_removed(kept, ACT, "n1", 1.0, 15.0).verdict is Verdict.VIOLATED
    tolerant = pod(0, "everywhere-x", app="everywhere")
    daemons = recording(node(0, "n1", "True"), *THREE, tolerant, tainted, *evicted)
    assert checks.emptied_not_removed(daemons, ACT, "n1", 1.0, 15.0, but=["everywhere"]).verdict is Verdict.HOLDS
    with pytest.raises(Inconclusive, match="no pod on n1"):
        checks.emptied_not_removed(recording(node(0, "n1", "True"), tainted), ACT, "n1", 1.0, 15.0)


# -- StatefulSets --------------------------------------------------------------------------------------------------------
def test_started_one_after_another() -> None:
    def start(at: float, ready: float, name: str) -> list[object]:
        return [pod(at, name, app="db", type="ADDED", ready=False), pod(ready, name, app="db")]

    ordered = recording(*start(0, 1, "db-0"), *start(1.1, 2, "db-1"))  # type: ignore[arg-type]
    assert checks.started_in_order(ordered, "db", 2, 3.0).verdict is Verdict.HOLDS
    at_once = recording(*start(0, 1, "db-0"), *start(0.1, 2, "db-1"))  # type: ignore[arg-type]
    assert checks.started_in_order(at_once, "db", 2, 3.0).verdict is Verdict.VIOLATED
    late = recording(pod(0, "db-0", app="db", type="LISTED"), *start(1.1, 2, "db-1"))  # type: ignore[arg-type]
    with pytest.raises(Inconclusive, match="before anybody looked"):
        checks.started_in_order(late, "db", 2, 3.0)


def test_a_pod_waits_for_its_dead_node() -> None:
    first, marked = pod(0, "db-0", app="db", uid="u1"), pod(8, "db-0", app="db", uid="u1", deleting=True)
    gone, again = pod(16, "db-0", app="db", uid="u1", type="DELETED"), pod(17, "db-0", app="db", uid="u2")
    waits = recording(first, marked, gone, again)
    assert checks.waits_for_its_node(waits, ACT, "db-0", 1.0, 15.0).verdict is Verdict.HOLDS
    early = recording(
        first, marked, pod(9, "db-0", app="db", uid="u1", type="DELETED"), pod(10, "db-0", app="db", uid="u2")
    )
    assert checks.waits_for_its_node(early, ACT, "db-0", 1.0, 15.0).verdict is Verdict.VIOLATED
    assert checks.waits_for_its_node(recording(first), ACT, "db-0", 1.0, 15.0).verdict is Verdict.VIOLATED
    with pytest.raises(Inconclusive, match="was not Ready again"):
        checks.waits_for_its_node(recording(first, marked), ACT, "db-0", 1.0, 15.0)

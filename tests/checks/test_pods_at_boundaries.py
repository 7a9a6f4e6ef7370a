"""Pods that are replaced by others, or by none: each boundary. The fault is at 1 s; EVICT is 3 s and the margin 2 s."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic import checks
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Change
from tests.checks.over_time import BARE, GONE, MARKED, THREE, elsewhere, story
from tests.checks.test_pods import EARLY_GAP, IN_DOUBT
from tests.drawn import pod, tolerating

LOST = pod(1.1, "web-a", deleting=True)


# -- by another ----------------------------------------------------------------------------------------------------------
def replaced(*changes: Change, **more: Any) -> Finding:
    return checks.replaced_by_another(story(*THREE, LOST, *changes, **more), "web")


def d(at: float, ip: str = "10.0.0.9", **more: Any) -> Change:
    return pod(at, "web-d", ip=ip, **more)


def test_nothing_of_a_replacement_is_the_same() -> None:
    finding = replaced(d(3.0, node="n2"))
    assert (finding.verdict, finding.measured["kept"].value) == (Verdict.HOLDS, 0)
    assert "web-a (10.0.0.a, n1) was replaced by web-d (10.0.0.9, n2)" in finding.why
    assert finding.window == (1, 20)


@pytest.mark.parametrize(
    ("again", "kept"),
    [
        (d(3.0, ip="10.0.0.a"), ["IP"]),
        (pod(3.0, "web-a", uid="new", ip="10.0.0.9"), ["name"]),
        (pod(3.0, "web-a", uid="new", ip="10.0.0.a"), ["name", "IP"]),
    ],
)
def test_what_a_replacement_kept(again: Change, kept: list[str]) -> None:
    finding = replaced(again)
    assert (finding.verdict, finding.measured["kept"].value) == (Verdict.VIOLATED, len(kept))
    assert f"kept its {' and '.join(kept)}." in finding.why


def test_the_first_replacement_that_is_ready_counts() -> None:
    later = pod(4.0, "web-a", uid="new", ip="10.0.0.a")
    assert replaced(d(3.0), later).verdict is Verdict.HOLDS
    assert replaced(d(3.0, ready=False), later, d(5.0)).verdict is Verdict.VIOLATED


@pytest.mark.parametrize(
    "changes",
    [
        [],
        [pod(3.0, "web-b", ip="10.0.0.b")],  # it was there before
        [d(1.0), d(3.0)],
        [d(3.0, ready=False)],
        [d(3.0, app="other")],
        [pod(3.0, "web-a", ip="10.0.0.9")],
    ],
)
def test_what_is_no_replacement(changes: list[Change]) -> None:
    finding = replaced(*changes)
    assert (finding.verdict, "no replacement of web-a became Ready" in finding.why) == (Verdict.INCONCLUSIVE, True)


def test_a_replacement_that_does_not_stay_ready_proves_nothing() -> None:
    for lost in (d(4.0, ready=False), d(4.0, type="DELETED")):
        finding = replaced(d(3.0), lost)
        assert finding.verdict is Verdict.INCONCLUSIVE
        assert "web-d was not Ready any more at the end" in finding.why
    assert replaced(d(3.0), d(4.0, ready=False), d(5.0)).verdict is Verdict.HOLDS
    assert replaced(d(3.0), pod(4.0, "web-b", ready=False)).verdict is Verdict.HOLDS
    assert replaced(d(3.0, ip="10.0.0.a"), d(4.0, ready=False)).verdict is Verdict.VIOLATED


def test_the_pod_is_compared_as_it_was_when_it_was_deleted() -> None:
    before = pod(1.0, "web-a", ip="10.0.0.9")
    assert replaced(before, d(3.0)).verdict is Verdict.VIOLATED
    assert "web-a was never seen before" in checks.replaced_by_another(story(*THREE[1:], LOST, d(3.0)), "web").why


def test_what_was_not_watched_before_the_pod_was_deleted_does_not_matter() -> None:
    assert replaced(d(3.0), gaps=[EARLY_GAP]).verdict is Verdict.HOLDS


# -- by none -------------------------------------------------------------------------------------------------------------
def alone(at: float, **more: Any) -> Change:
    return pod(at, "alone", app="alone", **more)


def judged(*changes: Change, returns: bool = False, back: float = 15.0, **more: Any) -> Finding:
    act = story(*changes, target="node/n1", back=back, **more)
    return checks.never_elsewhere(act, "alone", returns=returns)


def test_all_that_is_measured_of_a_bare_pod() -> None:
    finding = elsewhere(BARE, MARKED, GONE)
    measured = {name: one.value for name, one in finding.measured.items()}
    assert measured == {"seen elsewhere": 0, "watched": 19, "evicted": 4}
    assert finding.bounds.keys() == {"seen elsewhere", "evicted"}
    assert "evicted 4.0 s after its node n1 crashed, gone for good after 15 s" in finding.why
    assert "seen nowhere else in 19 s" in finding.why
    assert (finding.nodes, finding.window) == (("n1",), (1, 20))


def test_a_bare_pod_has_to_be_there_as_its_node_crashes() -> None:
    assert elsewhere(BARE._replace(seen=1.0), MARKED, GONE).verdict is Verdict.HOLDS
    late = elsewhere(BARE._replace(seen=1.1), MARKED, GONE)
    assert (late.verdict, "there was no pod alone before" in late.why) == (Verdict.INCONCLUSIVE, True)


def test_home_is_where_it_was_last_before_the_crash() -> None:
    assert elsewhere(alone(0.0, node="", ready=False), BARE._replace(seen=0.5), MARKED, GONE).verdict is Verdict.HOLDS


@pytest.mark.parametrize("at", [0.2, 1.0])
def test_one_that_was_there_before_the_crash_is_no_copy(at: float) -> None:
    older = alone(at, uid="older", node="n2", type="DELETED")
    finding = elsewhere(alone(0.0, uid="older", node="n2"), older, BARE._replace(seen=1.0), MARKED, GONE)
    assert finding.verdict is Verdict.HOLDS, finding.why


@pytest.mark.parametrize(
    ("copy", "told"),
    [
        (pod(9.0, "alone-x", app="alone"), "alone-x on n1 8.0 s"),
        (pod(9.0, "alone", uid="new", app="alone"), "alone on n1 8.0 s"),
        (alone(9.0, node="n2"), "alone on n2 8.0 s"),
        (pod(9.0, "alone-x", app="alone", node=""), "alone-x on no node yet 8.0 s"),
    ],
)
def test_a_copy_is_another_pod_or_the_same_elsewhere(copy: Change, told: str) -> None:
    for returns in (True, False):
        finding = judged(BARE, MARKED, copy, GONE, returns=returns)
        assert (finding.verdict, finding.measured["seen elsewhere"].value) == (Verdict.VIOLATED, 1)
        assert f"seen elsewhere: {told} after the crash" in finding.why
        assert "evicted" not in finding.measured


def test_each_copy_is_counted_once() -> None:
    copies = [pod(at, f"alone-{n}", app="alone", node="n2") for at, n in ((3.0, 1), (4.0, 2), (5.0, 1))]
    finding = judged(BARE, *copies, returns=True)
    assert finding.measured["seen elsewhere"].value == 2
    assert "alone-1 on n2 2.0 s" in finding.why
    assert "alone-2 on n2 3.0 s" in finding.why


def test_pods_of_other_apps_are_no_copies() -> None:
    assert judged(BARE, pod(9.0, "web-a", node="n2"), returns=True, back=2.0).verdict is Verdict.HOLDS


def test_a_pod_whose_node_returns_needs_no_mark() -> None:
    finding = judged(BARE, returns=True, back=2.0)
    assert (finding.verdict, list(finding.bounds)) == (Verdict.HOLDS, ["seen elsewhere"])
    assert "In the 19 s after its node n1 crashed, the pod was seen nowhere else" in finding.why
    assert judged(BARE).verdict is Verdict.VIOLATED


@pytest.mark.parametrize(("at", "verdict"), [(6.0, Verdict.HOLDS), (6.1, Verdict.VIOLATED)])
def test_it_is_marked_or_gone_within_the_bound(at: float, verdict: Verdict) -> None:
    assert elsewhere(BARE, MARKED._replace(seen=at), GONE).verdict is verdict
    at_once = alone(at, type="DELETED", deleting=True)  # as the garbage collector of pods deletes
    assert elsewhere(BARE, at_once).verdict is verdict


def test_one_that_was_deleted_by_force_was_not_evicted() -> None:
    finding = elsewhere(BARE, GONE._replace(seen=6.0))
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "its DisruptionTarget is missing" in finding.why


def test_the_first_mark_counts_and_other_changes_do_not() -> None:
    changes = [alone(2.0, ready=False), MARKED, MARKED._replace(seen=12.0)]
    assert elsewhere(BARE, *changes, GONE).measured["evicted"].value == 4
    assert "its object still existed at the end" in elsewhere(BARE, *changes).why


@pytest.mark.parametrize(("back", "applied", "verdict"), IN_DOUBT)
def test_one_that_is_not_marked_when_its_node_is_brought_back(back: float, applied: float, verdict: Verdict) -> None:
    finding = judged(BARE, back=back, applied=applied)
    assert finding.verdict is verdict
    assert f"was not marked for deletion within {back - applied:.0f} s after" in finding.why


@pytest.mark.parametrize(("back", "verdict"), [(6.0, Verdict.INCONCLUSIVE), (6.1, Verdict.HOLDS)])
def test_the_bound_has_to_pass_before_the_node_is_brought_back(back: float, verdict: Verdict) -> None:
    finding = judged(BARE, MARKED, GONE, back=back)
    assert finding.verdict is verdict
    assert ("before the bound of 5 s" in finding.why) is (verdict is Verdict.INCONCLUSIVE)


def test_what_was_not_watched_before_the_crash_may_have_been_a_copy() -> None:
    assert elsewhere(BARE, MARKED, GONE).verdict is Verdict.HOLDS
    assert judged(BARE, MARKED, GONE, gaps=[EARLY_GAP]).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("at", "verdict"), [(6.0, Verdict.HOLDS), (6.1, Verdict.VIOLATED)])
def test_another_pod_that_tolerates_more_excuses_nothing(at: float, verdict: Verdict) -> None:
    other = tolerating(pod(0.0, "other"), 300.0)
    assert judged(other, alone(0.0), alone(at, deleting=True), alone(16.0, type="DELETED")).verdict is verdict


@pytest.mark.parametrize(("at", "verdict"), [(11.0, Verdict.HOLDS), (11.1, Verdict.VIOLATED)])
def test_its_own_toleration_counts(at: float, verdict: Verdict) -> None:
    changes = alone(0.0), alone(at, deleting=True), alone(16.0, type="DELETED")
    assert judged(*(tolerating(one, 8.0) for one in changes)).verdict is verdict

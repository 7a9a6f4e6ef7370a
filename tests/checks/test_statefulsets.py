"""A StatefulSet's pods: started in order, and one of a name. Its node crashes at 1 s and is back at 15 s; EVICT is 3 s."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from kubeskeptic import checks
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Change, Gap
from tests.checks.over_time import story
from tests.drawn import pod, tolerating


# -- in order ------------------------------------------------------------------------------------------------------------
def began(made: float, ready: float, name: str) -> list[Change]:
    return [pod(made, name, app="db", type="ADDED", ready=False), pod(ready, name, app="db")]


FIRST = began(0.0, 1.0, "db-0")


def started(*changes: Change, replicas: int = 2, since: float = 0.0, gaps: Iterable[Gap] = ()) -> Finding:
    act = story(*changes, gaps=gaps)
    act.recording.started = since
    return checks.started_in_order(act, "db", replicas)


def early(finding: Finding) -> float:
    return finding.measured["started early"].value


@pytest.mark.parametrize(("made", "verdict"), [(0.9, Verdict.VIOLATED), (1.0, Verdict.HOLDS)])
def test_a_pod_may_be_made_from_the_moment_that_the_one_before_is_ready(made: float, verdict: Verdict) -> None:
    finding = started(*FIRST, *began(made, 2.0, "db-1"))
    assert (finding.verdict, early(finding)) == (verdict, verdict is Verdict.VIOLATED)


@pytest.mark.parametrize(("ready", "verdict"), [(8.0, Verdict.HOLDS), (8.1, Verdict.VIOLATED)])
def test_the_last_is_ready_within_a_start_for_each(ready: float, verdict: Verdict) -> None:
    finding = started(*FIRST, *began(1.0, ready, "db-1"))  # 2 × 3 s and the margin
    assert (finding.verdict, finding.measured["all Ready"].value) == (verdict, ready)


def test_the_first_that_was_early_is_told_with_how_much() -> None:
    finding = started(*FIRST, *began(0.5, 3.0, "db-1"), *began(1.0, 2.0, "db-2"), replicas=3)
    assert (finding.verdict, early(finding)) == (Verdict.VIOLATED, 2)
    assert "db-1 was created 0.50 s before db-0 was Ready" in finding.why


def test_only_the_first_time_that_a_pod_is_made_and_is_ready_counts() -> None:
    again = [pod(3.0, "db-0", app="db", ready=False), pod(4.0, "db-0", app="db")]
    assert started(*FIRST, *began(1.1, 2.0, "db-1"), *again).verdict is Verdict.HOLDS
    assert started(*FIRST, *began(0.5, 2.0, "db-1"), *began(1.5, 2.5, "db-1")).verdict is Verdict.VIOLATED


def test_only_as_many_pods_as_are_declared_count() -> None:
    finding = started(*FIRST, *began(1.1, 3.0, "db-1"), *began(1.2, 2.0, "db-2"))
    assert (finding.verdict, "db-0, db-1 were started" in finding.why) == (Verdict.HOLDS, True)
    assert "db-2 never became Ready" in started(*FIRST, *began(1.1, 2.0, "db-1"), replicas=4).why


def test_pods_of_another_app_may_have_been_there() -> None:
    other = pod(0.0, "web-a", type="LISTED")
    assert started(*FIRST, *began(1.1, 2.0, "db-1"), other).verdict is Verdict.HOLDS


def test_a_gap_since_the_recording_began_matters() -> None:
    gap = Gap("watch", "", "", "Pod", -5.0, -4.0, "the connection broke")
    changes = (*FIRST, *began(1.1, 2.0, "db-1"))
    assert started(*changes, gaps=[gap], since=-4.0).verdict is Verdict.HOLDS
    lost = started(*changes, gaps=[gap], since=-4.5)
    assert (lost.verdict, "the connection broke" in lost.why) == (Verdict.INCONCLUSIVE, True)


# -- one of a name -------------------------------------------------------------------------------------------------------
def mine(at: float, uid: str = "u1", **more: Any) -> Change:
    return pod(at, "db-0", app="db", uid=uid, **more)


def waited(*changes: Change, back: float = 15.0, **more: Any) -> Finding:
    reported = pod(back + 0.5, "other", app="other", restarts=1)
    return checks.waits_for_its_node(
        story(*changes, pod(0.0, "other", app="other"), reported, target="node/n1", back=back, **{"START": 1, **more}),
        "db",
    )


def values(finding: Finding) -> list[float]:
    """How many pods were replaced while the node was down, and how many were not marked."""
    return [one.value for one in list(finding.measured.values())[:2]]


MINE, MARKED, GONE, AGAIN = mine(0.0), mine(8.0, deleting=True), mine(16.0, type="DELETED"), mine(17.0, "u2")


def test_what_is_measured_of_a_pod_that_waits() -> None:
    finding = waited(MINE, MARKED, GONE, AGAIN)
    assert finding.verdict is Verdict.HOLDS, finding.why
    assert [one.value for one in finding.measured.values()] == [0, 0, 7, 0.5, 1]
    assert finding.measured.keys() - finding.bounds.keys() == {"Terminating"}
    assert "stayed Terminating for 7 s" in finding.why
    assert (
        "it was removed 0.5 s later, Ready again under its name 1.0 s later; the limit of each is 3 s." in finding.why
    )
    assert finding.window == (1, 20)


def test_only_a_pod_that_was_on_the_node_as_it_crashed_counts() -> None:
    assert waited(mine(1.0), MARKED, GONE, AGAIN).verdict is Verdict.HOLDS
    for there in (mine(1.1), mine(0.0, node="n2")):
        finding = waited(there, AGAIN)
        assert (finding.verdict, "no pod of db that was not already terminating was on n1" in finding.why) == (
            Verdict.INCONCLUSIVE,
            True,
        )


def test_the_pod_that_was_seen_last_before_the_crash_is_the_one() -> None:
    older = [mine(0.0, "u0"), mine(0.2, "u0", type="DELETED")]
    sibling = pod(0.3, "db-1", app="db")
    for before in (older, [sibling]):
        assert waited(*before, mine(0.4), MARKED, GONE, AGAIN).verdict is Verdict.HOLDS


def test_one_that_was_ending_before_the_crash_says_nothing_of_it() -> None:
    ending = waited(mine(0.4, deleting=True), GONE, AGAIN)
    assert (ending.verdict, "no pod of db that was not already terminating was on n1" in ending.why) == (
        Verdict.INCONCLUSIVE,
        True,
    )
    sibling = pod(0.3, "db-1", node="n1", app="db", uid="u7", deleting=True)
    assert waited(MINE, sibling, MARKED, GONE, AGAIN).verdict is Verdict.HOLDS


def test_another_pod_of_the_set_may_be_replaced_meanwhile() -> None:
    other = [pod(at, "db-1", app="db", node="n2", type=type) for at, type in ((0.0, "ADDED"), (9.0, "DELETED"))]
    assert waited(MINE, *other, MARKED, GONE, AGAIN).verdict is Verdict.HOLDS


def test_pods_of_another_app_on_the_node_do_not_matter() -> None:
    assert waited(MINE, pod(0.5, "web-a"), MARKED, GONE, AGAIN).verdict is Verdict.HOLDS


def test_what_was_let_go_as_the_node_crashed_is_not_its_doing() -> None:
    before = waited(MINE, mine(1.0, type="DELETED"), AGAIN)
    assert (before.verdict, "no pod of db that was not already terminating was on n1" in before.why) == (
        Verdict.INCONCLUSIVE,
        True,
    )
    assert values(waited(MINE, mine(1.1, type="DELETED"), AGAIN)) == [1, 1]


@pytest.mark.parametrize(("at", "missing"), [(15.0, 0), (15.1, 1)])
def test_it_has_to_be_marked_until_its_node_is_brought_back(at: float, missing: int) -> None:
    finding = waited(MINE, mine(at, deleting=True), GONE, AGAIN)
    assert values(finding) == [0, missing]
    assert finding.verdict is (Verdict.VIOLATED if missing else Verdict.HOLDS)
    assert ("was not marked for deletion in the 14 s" in finding.why) is bool(missing)


@pytest.mark.parametrize(("at", "let_go"), [(14.9, 1), (15.0, 0)])
@pytest.mark.parametrize("change", [GONE, AGAIN])
def test_it_may_be_let_go_only_once_its_node_is_brought_back(change: Change, at: float, let_go: int) -> None:
    finding = waited(MINE, MARKED, change._replace(seen=at), AGAIN)
    assert values(finding) == [let_go, 0]
    assert finding.verdict is (Verdict.VIOLATED if let_go else Verdict.HOLDS)
    assert ("was removed 13.9 s after the crash" in finding.why) is bool(let_go)


def test_what_let_it_go_first_is_told() -> None:
    finding = waited(MINE, MARKED, GONE._replace(seen=9.0), AGAIN._replace(seen=10.0))
    assert "was removed 8.0 s after the crash" in finding.why


def test_one_that_is_let_go_without_a_mark_is_wrong_twice() -> None:
    finding = waited(MINE, mine(9.0, type="DELETED"), AGAIN)
    assert values(finding) == [1, 1]
    assert {name for name, _, _, verdict in finding.compared if verdict is Verdict.VIOLATED} == set(finding.bounds)


@pytest.mark.parametrize(("back", "applied", "verdict"), [
    (6.0, 1.0, Verdict.INCONCLUSIVE), (6.1, 1.0, Verdict.VIOLATED), (6.5, 1.5, Verdict.INCONCLUSIVE),
    (6.6, 1.5, Verdict.VIOLATED),
])  # fmt: skip
def test_one_that_is_not_marked_by_five_seconds_may_be_yet(back: float, applied: float, verdict: Verdict) -> None:
    finding = waited(MINE, back=back, applied=applied)
    assert finding.verdict is verdict
    low, high = finding.measured["not marked for deletion"].interval
    assert (low, high) == (verdict is Verdict.VIOLATED, 1)


@pytest.mark.parametrize(
    ("gone", "again", "verdict"),
    [
        (18.5, 21.5, Verdict.HOLDS),
        (18.6, 19.0, Verdict.VIOLATED),
        (16.0, 19.1, Verdict.VIOLATED),
    ],
)
def test_it_is_removed_and_replaced_in_time_each(gone: float, again: float, verdict: Verdict) -> None:
    """The kubelet reports at 15.5 s; START is 1 s, and 3 s with the margin."""
    assert waited(MINE, MARKED, GONE._replace(seen=gone), AGAIN._replace(seen=again), end=25).verdict is verdict


@pytest.mark.parametrize(("end", "verdict"), [(18.9, Verdict.INCONCLUSIVE), (19.1, Verdict.VIOLATED)])
def test_it_is_replaced_by_another_pod_that_is_ready(end: float, verdict: Verdict) -> None:
    for change in (mine(17.0), mine(17.0, "u2", ready=False)):
        assert waited(MINE, MARKED, GONE, change, end=end).verdict is verdict
    assert "not Ready again under its name in 3.1 s" in waited(MINE, MARKED, GONE, end=19.1).why
    late = waited(MINE, MARKED, GONE, mine(17.0, "u2", ready=False), mine(18.0, "u2"), mine(19.0, "u2"))
    assert [one.value for one in late.measured.values()] == [0, 0, 7, 0.5, 2]


@pytest.mark.parametrize(("back", "verdict"), [(6.0, Verdict.INCONCLUSIVE), (6.1, Verdict.VIOLATED)])
def test_another_pod_that_tolerates_more_excuses_nothing(back: float, verdict: Verdict) -> None:
    assert waited(MINE, tolerating(pod(0.0, "db-1", app="db", node="n2"), 300.0), back=back).verdict is verdict


def test_it_has_to_be_ready_again_until_the_end() -> None:
    lost = mine(18.0, "u2", ready=False)
    for change in (lost, lost._replace(type="DELETED")):
        finding = waited(MINE, MARKED, GONE, AGAIN, change)
        assert (finding.verdict, "not Ready again under its name in" in finding.why) == (Verdict.INCONCLUSIVE, True)
    again = waited(MINE, MARKED, GONE, AGAIN, lost, mine(19.0, "u2"))
    assert again.verdict is Verdict.HOLDS


def test_one_that_stays_after_the_return_is_not_removed() -> None:
    finding = waited(MINE, MARKED, end=18.6)
    assert (finding.verdict, "it was not removed in 3.1 s" in finding.why) == (Verdict.VIOLATED, True)
    assert waited(MINE, MARKED, end=18.4).verdict is Verdict.INCONCLUSIVE

"""Whether the number of replicas is right, and since when. The fault is at 1 s; within 5 s all have to be there again."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic import checks
from kubeskeptic.bounds import EVICT, Interval
from kubeskeptic.checks.replicas import ready_counts
from kubeskeptic.findings import Finding, Verdict
from tests.checks.test_objects_over_time import THREE, story
from tests.drawn import pod, tolerating

LOST = pod(1.1, "web-a", type="DELETED")


def whole(*changes: Any, **more: Any) -> Finding:
    return checks.whole_again(story(*changes, **more), "web", 3)


def test_who_is_ready_is_counted_from_each_moment_that_it_changed() -> None:
    changes = [
        pod(0.0, "a", ready=False),
        pod(1.0, "a"),
        pod(2.0, "b")._replace(age=0.5),
        pod(3.0, "b"),
        pod(4.0, "c", ready=False),
        pod(5.0, "a", deleting=True),
        pod(6.0, "a", type="DELETED"),
        pod(7.0, "b", type="DELETED"),
    ]
    assert [count for _, count in ready_counts(changes)] == [0, 1, 2, 1, 0]
    assert [when for when, _ in ready_counts(changes)] == [
        Interval(0.0, 0.0), Interval(1.0, 1.0), Interval(1.5, 2.0), Interval(5.0, 5.0), Interval(7.0, 7.0),
    ]  # fmt: skip


def test_a_pod_is_counted_by_its_uid() -> None:
    anew = [pod(0.0, "a", uid="1"), pod(1.0, "a", uid="2"), pod(2.0, "a", uid="1", type="DELETED")]
    assert [count for _, count in ready_counts(anew)] == [1, 2, 1]


def test_what_was_seen_as_the_fault_was_applied_was_there_before() -> None:
    last = pod(1.0, "web-c")
    finding = whole(*THREE[:2], last, LOST, pod(3.0, "web-d"))
    assert finding.verdict is Verdict.HOLDS, finding.why
    assert finding.decisive == ("+0.10 s: 2 Ready", "+2.00 s: 3 Ready")
    assert "2 of 3" in whole(*THREE[:2], last._replace(seen=1.05), LOST, pod(3.0, "web-d")).why
    assert "2 of 3" in whole(*THREE, LOST._replace(seen=1.0), pod(3.0, "web-d")).why


def test_a_loss_may_be_seen_only_after_it() -> None:
    early = LOST._replace(seen=2.0, age=1.5)  # between 0.5 s and 2 s
    assert whole(*THREE, early, pod(3.0, "web-d")).verdict is Verdict.HOLDS


@pytest.mark.parametrize(
    ("before", "said"), [([], "0 of 3"), ([*THREE[:1]], "1 of 3"), ([*THREE, pod(0.0, "web-d")], "4 of 3")]
)
def test_all_that_are_wanted_and_no_more_have_to_be_there_before(before: list[Any], said: str) -> None:
    finding = whole(*before, LOST, pod(3.0, "web-e"))
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert f"before anything was done {said} replicas of web were Ready" in finding.why


def test_pods_of_other_apps_are_not_counted() -> None:
    assert whole(*THREE, pod(0.0, "other", app="other"), LOST, pod(3.0, "web-d")).verdict is Verdict.HOLDS
    assert whole(*THREE, LOST, pod(3.0, "other", app="other")).verdict is Verdict.VIOLATED


def test_one_more_for_a_while_is_no_loss() -> None:
    finding = whole(*THREE, pod(2.0, "web-d"), pod(3.0, "web-d", type="DELETED"))
    assert (finding.verdict, "was seen missing" in finding.why) == (Verdict.INCONCLUSIVE, True)


@pytest.mark.parametrize(("at", "verdict"), [(6.0, Verdict.HOLDS), (6.1, Verdict.VIOLATED)])
def test_the_last_replica_has_to_be_ready_within_the_bound(at: float, verdict: Verdict) -> None:
    assert whole(*THREE, LOST, pod(at, "web-d")).verdict is verdict
    flapping = [pod(2.0, "web-d"), pod(3.0, "web-d", ready=False), pod(at, "web-d")]
    assert whole(*THREE, LOST, *flapping).verdict is verdict


@pytest.mark.parametrize(("end", "applied", "verdict"), [
    (6.0, 1.0, Verdict.INCONCLUSIVE), (6.1, 1.0, Verdict.VIOLATED), (6.5, 1.5, Verdict.INCONCLUSIVE),
    (6.6, 1.5, Verdict.VIOLATED),
])  # fmt: skip
def test_a_replica_that_is_missing_at_the_end_may_still_come_in_time(
    end: float, applied: float, verdict: Verdict
) -> None:
    finding = whole(*THREE, LOST._replace(seen=2.0), end=end, applied=applied)
    assert finding.verdict is verdict
    assert f"{end - applied:.1f} s after the loss 2 of 3 replicas were Ready" in finding.why


def test_what_is_said_of_a_loss() -> None:
    finding = whole(*THREE, LOST, pod(1.5, "web-b", ready=False), pod(3.0, "web-b"), pod(4.0, "web-d"))
    assert finding.verdict is Verdict.HOLDS
    assert {name: one.value for name, one in finding.measured.items()} == {"whole again": 3, "fewest": 1}
    assert "3.0 s after the loss 3 of 3 replicas were Ready; the limit is 5 s" in finding.why
    assert finding.window == (1, 20)


def test_at_most_eight_changes_are_told() -> None:
    flapping = [pod(2 + at / 10, "web-b", ready=at % 2 == 0) for at in range(1, 13)]
    finding = whole(*THREE, LOST, pod(1.5, "web-d"), *flapping)
    assert finding.decisive[:2] == ("+0.10 s: 2 Ready", "+0.50 s: 3 Ready")
    assert len(finding.decisive) == 8


@pytest.mark.parametrize(("at", "verdict"), [(6.0, Verdict.HOLDS), (6.1, Verdict.VIOLATED)])
def test_a_pod_of_another_app_that_tolerates_a_dead_node_for_longer_excuses_nothing(
    at: float, verdict: Verdict
) -> None:
    other = tolerating(pod(0.0, "db-0", app="db"), 300.0)
    assert whole(*THREE, other, LOST, pod(at, "web-d"), within=EVICT).verdict is verdict
    mine = [tolerating(pod(0.0, f"web-{name}"), 8.0) for name in "abc"]
    assert whole(*mine, other, LOST, pod(at + 5, "web-d"), within=EVICT).verdict is verdict

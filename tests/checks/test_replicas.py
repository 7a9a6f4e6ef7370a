"""Whether the number of replicas is right, and since when. The fault is at 1 s; within 5 s all have to be there again."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic import checks
from kubeskeptic.bounds import EVICT, Interval
from kubeskeptic.checks.lasting import NEVER
from kubeskeptic.checks.replicas import Count, pod_counts
from kubeskeptic.findings import Finding, Verdict
from tests.checks.over_time import THREE, story
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
    assert pod_counts(changes) == [
        Count(Interval(0.0, 0.0), 0, 1),
        Count(Interval(1.0, 1.0), 1, 1),
        Count(Interval(1.5, 2.0), 2, 2),
        Count(Interval(4.0, 4.0), 2, 3),
        Count(Interval(5.0, 5.0), 1, 2),
        Count(Interval(7.0, 7.0), 0, 1),
    ]


def test_a_pod_is_counted_by_its_uid() -> None:
    anew = [pod(0.0, "a", uid="1"), pod(1.0, "a", uid="2"), pod(2.0, "a", uid="1", type="DELETED")]
    assert [one.ready for one in pod_counts(anew)] == [1, 2, 1]


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
    assert whole(*THREE, LOST, pod(2.0, "web-d", ready=False), pod(at, "web-d")).verdict is verdict


@pytest.mark.parametrize(("at", "verdict"), [(6.0, Verdict.HOLDS), (6.1, Verdict.INCONCLUSIVE)])
def test_a_replica_that_turns_unready_once_all_were_ready(at: float, verdict: Verdict) -> None:
    for name in ("web-d", "web-b"):
        flapping = [pod(2.0, "web-d"), pod(3.0, name, ready=False), pod(at, name)]
        finding = whole(*THREE, LOST, *flapping)
        assert (finding.verdict, finding.measured["whole again"].interval) == (verdict, (1.0, at - 1))
    for_good = whole(*THREE, LOST, pod(2.0, "web-d"), pod(19.9, "web-b", ready=False))
    assert (for_good.verdict, for_good.measured["whole again"].interval) == (Verdict.INCONCLUSIVE, (1.0, NEVER))
    assert "19.0 s after the loss 2 of 3 replicas were Ready; the limit is 5 s" in for_good.why


@pytest.mark.parametrize(("until", "verdict"), [(15.0, Verdict.INCONCLUSIVE), (15.1, Verdict.VIOLATED)])
def test_a_wrong_number_of_pods_is_put_right_within_the_bound_later_too(until: float, verdict: Verdict) -> None:
    late = [pod(2.0, "web-d"), pod(10.0, "web-b", type="DELETED"), pod(until, "web-e")]
    assert whole(*THREE, LOST, *late).verdict is verdict
    more = [pod(2.0, "web-d"), pod(10.0, "web-e", ready=False), pod(until, "web-e", type="DELETED")]
    assert whole(*THREE, LOST, *more).verdict is verdict
    stays = whole(*THREE, LOST, *more[:2], end=until)
    assert stays.verdict is verdict
    assert f"{until - 1:.1f} s after the loss 3 of 3 replicas were Ready and 4 pods existed" in stays.why


def test_of_several_wrong_numbers_the_longest_decides() -> None:
    late = [pod(2.0, "web-d"), pod(8.0, "web-e"), pod(11.0, "web-e", type="DELETED"), pod(12.0, "web-e", uid="new"),
            pod(13.0, "web-e", uid="new", type="DELETED")]  # fmt: skip
    assert whole(*THREE, LOST, *late).measured["whole again"].interval == (3.0, 12.0)
    more = [pod(2.0, "web-d"), pod(8.0, "web-e"), pod(9.0, "web-f"), pod(11.0, "web-f", type="DELETED"),
            pod(12.0, "web-e", type="DELETED")]  # fmt: skip
    assert whole(*THREE, LOST, *more).measured["whole again"].interval == (4.0, 11.0)
    doubted = [
        pod(2.0, "web-d"),
        pod(8.5, "web-e")._replace(age=0.5),
        pod(12.5, "web-e", type="DELETED")._replace(age=0.5),
    ]
    assert whole(*THREE, LOST, *doubted).measured["whole again"].interval == (3.5, 11.5)


def test_a_pod_that_ended_is_no_replica() -> None:
    for phase in ("Failed", "Succeeded"):
        ended = pod(1.1, "web-a", ready=False)
        ended.object["status"]["phase"] = phase
        assert whole(*THREE, ended, pod(3.0, "web-d")).verdict is Verdict.HOLDS
    assert whole(*THREE, pod(1.1, "web-a", ready=False), pod(3.0, "web-d")).verdict is Verdict.VIOLATED


def test_a_replica_that_only_turned_unready_was_not_replaced() -> None:
    finding = whole(*THREE, pod(1.1, "web-a", ready=False), pod(3.0, "web-a"))
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "No replica of web was deleted after the fault" in finding.why
    before = pod(0.5, "web-x", type="DELETED"), pod(1.0, "web-y", type="DELETED")
    assert "was deleted after" in whole(*THREE, *before, pod(1.1, "web-a", ready=False), pod(3.0, "web-a")).why
    assert whole(*THREE, pod(1.1, "web-a", ready=False), pod(7.0, "web-a")).verdict is Verdict.VIOLATED


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


# -- one too many --------------------------------------------------------------------------------------------------------
def surplus(*changes: Any, moments: tuple[float, float] | None = (1.0, 1.5), **more: Any) -> Finding:
    act = story(*THREE, *changes, **more)
    act.recording.see("surplus", {} if moments is None else {"web": moments}, 2.0)
    return checks.surplus_removed(act, "web", 3)


EXTRA, REMOVED = pod(1.5, "extra"), pod(3.0, "extra", deleting=True)


def test_what_is_said_of_a_surplus() -> None:
    finding = surplus(EXTRA, REMOVED)
    assert finding.verdict is Verdict.HOLDS, finding.why
    assert {name: one.value for name, one in finding.measured.items()} == {"whole again": 2, "removed": 1}
    assert finding.measured["whole again"].interval == (1.5, 2.0)
    assert "2.0 s after one was too many 3 of 3 replicas were Ready; the limit is 5 s" in finding.why


@pytest.mark.parametrize(
    ("at", "verdict"), [(6.0, Verdict.HOLDS), (6.1, Verdict.INCONCLUSIVE), (6.6, Verdict.VIOLATED)]
)
def test_a_surplus_is_removed_within_the_bound(at: float, verdict: Verdict) -> None:
    assert surplus(EXTRA, REMOVED._replace(seen=at)).verdict is verdict
    assert surplus(EXTRA, pod(at, "web-b", deleting=True)).verdict is verdict


@pytest.mark.parametrize("changes", [[EXTRA], [EXTRA, REMOVED, pod(3.5, "other")]])
def test_a_surplus_that_stays_or_comes_again_is_not_removed(changes: list[Any]) -> None:
    assert surplus(*changes).verdict is Verdict.VIOLATED


def test_no_more_than_the_surplus_is_removed() -> None:
    two = [EXTRA, REMOVED, pod(3.1, "web-b", deleting=True)]
    assert surplus(*two, pod(4.0, "web-d")).verdict is Verdict.VIOLATED


def test_a_surplus_that_turns_unready_is_not_removed() -> None:
    for name in ("extra", "web-b"):
        finding = surplus(EXTRA, pod(3.0, name, ready=False))
        assert (finding.verdict, finding.measured["removed"].value) == (Verdict.VIOLATED, 0)
        assert "18.5 s after one was too many 3 of 3 replicas were Ready and 4 pods existed" in finding.why


@pytest.mark.parametrize("flap", [[], [pod(2.5, "web-b")]])
def test_a_pod_that_turns_unready_meanwhile_was_not_removed(flap: list[Any]) -> None:
    finding = surplus(EXTRA, pod(2.0, "web-b", ready=False), REMOVED, *flap, pod(4.0, "web-b"))
    assert finding.measured["removed"].value == 1
    assert finding.verdict is (Verdict.HOLDS if flap else Verdict.INCONCLUSIVE), finding.why
    assert ("Only 2 of 3 replicas of web were Ready in the meantime" in finding.why) is (not flap)


@pytest.mark.parametrize(
    ("finding", "said"),
    [
        (surplus(), "no surplus pod of web was seen Ready"),
        (surplus(pod(1.5, "extra", ready=False), REMOVED), "no surplus pod of web was seen Ready"),
        (surplus(EXTRA, REMOVED, moments=None), "did not get as far as a surplus pod of web"),
        (surplus(pod(0.5, "extra"), REMOVED), "4 of 3 replicas"),
        (surplus(EXTRA, REMOVED, end=6.5), "before the bound of 5 s had passed"),
    ],
)
def test_a_surplus_that_is_not_known_well_enough(finding: Finding, said: str) -> None:
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert said in finding.why

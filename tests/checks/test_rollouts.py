"""Checks of updates. The Deployment is changed at 2 s; the margin is 2 s."""

from __future__ import annotations

import pytest

from kubeskeptic.bounds import constant
from kubeskeptic.checks import rolled_over
from kubeskeptic.checks.rollouts import counts_from
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Act, ActSpan, Change, Gap
from tests.checks.rolling import CHANGED, DONE, OLD, STEPS, deployment, judged, of
from tests.drawn import pod, recording, settings


def test_a_rollout_pod_by_pod() -> None:
    found = judged(CHANGED, *STEPS, DONE)
    assert found.verdict is Verdict.HOLDS, found.why
    measured = {name: one.value for name, one in found.measured.items()}
    assert measured["rolled out"] == 4.0
    assert (measured["fewest Ready"], measured["most not ending"], measured["most with those ending"]) == (2, 3, 4)


def test_too_late_or_never() -> None:
    assert judged(CHANGED, *STEPS, DONE._replace(seen=7.0)).verdict is Verdict.HOLDS
    assert judged(CHANGED, *STEPS, DONE._replace(seen=7.1)).verdict is Verdict.VIOLATED
    assert judged(CHANGED).verdict is Verdict.VIOLATED
    assert "2 Ready pods were not from the new template" in judged(CHANGED).why
    assert judged(CHANGED, *STEPS, end=6).verdict is Verdict.INCONCLUSIVE
    assert judged(CHANGED, *STEPS, deployment(6.0, 2, 2, 2, all_=3)).verdict is Verdict.VIOLATED


def test_one_too_few_or_too_many_at_any_moment() -> None:
    away = of("one", pod(2.5, "old-a", deleting=True))
    assert judged(CHANGED, away, *STEPS, DONE).verdict is Verdict.VIOLATED
    assert judged(CHANGED, away, *STEPS, DONE, unavailable=1).verdict is Verdict.HOLDS
    third = [of("two", pod(2.2, "new-c", ready=False)), of("two", pod(2.3, "new-c", type="DELETED"))]
    assert judged(CHANGED, *third, *STEPS, DONE).verdict is Verdict.HOLDS
    fourth = [one._replace(seen=one.seen + 0.9) for one in third]  # with new-a, which is there from 3 s on
    assert judged(CHANGED, *STEPS, *fourth, DONE).verdict is Verdict.VIOLATED


def test_back_to_the_first_template() -> None:
    again = [of("one", pod(at, f"new-{n}")) for at, n in ((8.5, "x"), (8.6, "y"))]
    gone = [of("two", pod(9.0, f"new-{n}", type="DELETED")) for n in "ab"]
    before = deployment(6.0, 2, 2, 2)

    def back(*new: Change) -> Finding:
        changes = (*STEPS, before, deployment(8.0, 3, 2, 0), *new, *gone, deployment(10.0, 3, 3, 2))
        seen = recording(
            deployment(0.0, 1, 1, 2), *OLD, *changes, acts={"act": ActSpan("act", 7, 7, 20)}, settings=settings()
        )
        act = Act(seen, ["act"], within=constant("test", 3.0))
        return rolled_over(act, "web", 2, surge=2, unavailable=0, back=True)

    assert back(*again).verdict is Verdict.HOLDS, back(*again).why
    third = [of("three", pod(one.seen, one.name)) for one in again]
    assert back(*third).verdict is Verdict.VIOLATED


def test_a_rollout_that_was_half_done_is_rolled_back() -> None:
    half = [of("two", pod(1.0, "new-a")), of("one", pod(1.5, "old-b", type="DELETED"))]
    again = [of("one", pod(4.0, "new-x")), of("two", pod(4.5, "new-a", type="DELETED"))]

    def back(*new: Change) -> Finding:
        changes = (*half, deployment(1.8, 2, 2, 1), deployment(3.0, 3, 2, 0), *new, deployment(5.5, 3, 3, 2))
        seen = recording(
            deployment(0.0, 1, 1, 2), *OLD, *changes, acts={"act": ActSpan("act", 2, 2, 20)}, settings=settings()
        )
        return rolled_over(
            Act(seen, ["act"], within=constant("test", 3.0)), "web", 2, surge=1, unavailable=1, back=True
        )

    assert back(*again).verdict is Verdict.HOLDS, back(*again).why
    assert back().verdict is Verdict.VIOLATED


def test_what_was_not_seen_is_inconclusive() -> None:
    assert "no change of the Deployment" in judged().why
    assert judged().verdict is Verdict.INCONCLUSIVE
    gap = Gap("watch", "", "", "Pod", 4.0, 4.5, "the connection broke")
    assert judged(CHANGED, *STEPS, DONE, gaps=(gap,)).verdict is Verdict.INCONCLUSIVE
    assert judged(CHANGED, gaps=(gap,)).verdict is Verdict.VIOLATED


def test_a_rollout_that_was_broken_off_is_not_of_another_template() -> None:
    assert judged(CHANGED, end=4).verdict is Verdict.INCONCLUSIVE
    assert judged(CHANGED, end=7.1).verdict is Verdict.VIOLATED


# -- counting -----------------------------------------------------------------------------------------------------------
COUNTED = [
    *(pod(0.0, name) for name in "ab"),
    pod(2.0, "a", deleting=True),
    pod(3.0, "c", ready=False),
    pod(4.0, "a", type="DELETED", deleting=True),
    pod(5.0, "c"),
]


@pytest.mark.parametrize(
    ("since", "counts"),
    [
        (1.0, [(2, 2, 2), (1, 1, 2), (1, 2, 3), (1, 2, 2), (2, 2, 2)]),
        (2.0, [(2, 2, 2), (1, 1, 2), (1, 2, 3), (1, 2, 2), (2, 2, 2)]),  # as it was before the change of that moment
        (2.1, [(1, 1, 2), (1, 2, 3), (1, 2, 2), (2, 2, 2)]),
        (5.0, [(1, 2, 2), (2, 2, 2)]),
        (5.1, [(2, 2, 2)]),  # nothing has changed since
    ],
)
def test_pods_are_counted_at_a_moment_and_after_each_change(since: float, counts: list[tuple[int, int, int]]) -> None:
    assert counts_from(COUNTED, since) == counts


@pytest.mark.parametrize("pods", [[], COUNTED, [pod(0.0, "a"), pod(0.5, "a", type="DELETED")]])
def test_without_a_pod_at_first_there_is_nothing_to_count(pods: list[Change]) -> None:
    with pytest.raises(Inconclusive, match="no pod before"):
        counts_from(pods, 0.0 if pods is COUNTED else 1.0)


# -- what is said --------------------------------------------------------------------------------------------------------
def test_everything_that_was_measured() -> None:
    found = judged(CHANGED, *STEPS, DONE._replace(age=0.5))
    counted = {name: one.value for name, one in found.measured.items()}
    assert counted == {
        "rolled out": 4.0, "fewest Ready": 2, "most not ending": 3, "most with those ending": 4, "of another template": 0,
    }  # fmt: skip
    assert found.measured["rolled out"].interval == (3.5, 4.0)
    assert (found.bounds["fewest Ready"].value, found.bounds["most not ending"].value) == (2, 3)
    assert found.window == (1.0, 20.0)
    assert "all 2 pods were from the new template" in found.why


def test_the_change_may_have_been_made_before_it_was_seen() -> None:
    begun = CHANGED._replace(age=0.5)
    assert judged(begun, *STEPS, DONE).measured["rolled out"].interval == (4.0, 4.5)
    assert judged(begun, *STEPS).measured["rolled out"].interval == (18.0, float("inf"))
    away = of("one", pod(1.7, "old-a", deleting=True))
    assert judged(begun, away, *STEPS, DONE).verdict is Verdict.VIOLATED, "between the two"
    assert judged(CHANGED, *STEPS, DONE).verdict is Verdict.HOLDS


def test_a_pod_that_was_missing_before_the_change_was_not_missing_for_it() -> None:
    dip = [of("one", pod(1.2, "old-a", ready=False)), of("one", pod(1.5, "old-a"))]
    assert judged(*dip, CHANGED, *STEPS, DONE).verdict is Verdict.HOLDS

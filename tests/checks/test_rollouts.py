"""Checks of updates. The Deployment is changed at 2 s; the margin is 2 s."""

from __future__ import annotations

from kubeskeptic.bounds import constant
from kubeskeptic.checks import rolled_over
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Act, ActSpan, Change, Gap
from tests.drawn import pod, recording, settings


def of(template: str, change: Change) -> Change:
    change.object["metadata"]["labels"]["pod-template-hash"] = template
    return change


def deployment(seen: float, generation: int, observed: int, updated: int, *, all_: int = 2) -> Change:
    status = {"observedGeneration": observed, "updatedReplicas": updated, "replicas": all_, "availableReplicas": 2}
    meta = {"name": "web", "uid": "d", "generation": generation, "labels": {"app": "web"}}
    return Change(seen, "MODIFIED", "Deployment", {"metadata": meta, "spec": {"replicas": 2}, "status": status})


OLD = [of("one", pod(0.0, f"old-{n}")) for n in "ab"]
CHANGED, DONE = deployment(2.0, 2, 1, 0), deployment(6.0, 2, 2, 2)
STEPS = [
    of("two", pod(3.0, "new-a", ready=False)),
    of("two", pod(3.5, "new-a")),
    of("one", pod(3.6, "old-a", deleting=True)),
    of("two", pod(4.0, "new-b", ready=False)),
    of("two", pod(5.0, "new-b")),
    of("one", pod(5.1, "old-b", deleting=True)),
    of("one", pod(5.5, "old-a", type="DELETED")),
    of("one", pod(5.9, "old-b", type="DELETED")),
]


def judged(
    *changes: Change, end: float = 20, back: bool = False, unavailable: int = 0, gaps: tuple[Gap, ...] = ()
) -> Finding:
    seen = recording(
        deployment(0.0, 1, 1, 2),
        *OLD,
        *changes,
        acts={"act": ActSpan("act", 0, 1, end)},
        gaps=list(gaps),
        settings=settings(),
    )
    act = Act(seen, ["act"], within=constant("test", 3.0))
    return rolled_over(act, "web", 2, surge=1, unavailable=unavailable, back=back)


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
    assert "2 Ready pods were not of the new template" in judged(CHANGED).why
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


def test_what_was_not_seen_is_inconclusive() -> None:
    assert "no change of the Deployment" in judged().why
    assert judged().verdict is Verdict.INCONCLUSIVE
    gap = Gap("watch", "", "", "Pod", 4.0, 4.5, "the connection broke")
    assert judged(CHANGED, *STEPS, DONE, gaps=(gap,)).verdict is Verdict.INCONCLUSIVE
    assert judged(CHANGED, gaps=(gap,)).verdict is Verdict.VIOLATED


def test_a_rollout_that_was_broken_off_is_not_of_another_template() -> None:
    assert judged(CHANGED, end=4).verdict is Verdict.INCONCLUSIVE
    assert judged(CHANGED, end=7.1).verdict is Verdict.VIOLATED

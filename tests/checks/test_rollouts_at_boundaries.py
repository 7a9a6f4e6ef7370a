"""When an update was begun and done, and of which template its pods are, at each boundary. It is asked for at 2 s."""

from __future__ import annotations

import pytest

from kubeskeptic.bounds import constant
from kubeskeptic.checks import rolled_over
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Act, ActSpan, Change
from tests.checks.rolling import CHANGED, DONE, OLD, STEPS, deployment, judged, of
from tests.drawn import pod, recording, settings


# -- when it was changed, and when it was done ---------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changes", "changed"),
    [
        ((deployment(1.0, 2, 1, 0), *STEPS, DONE), False),  # no later than the act began
        ((deployment(1.1, 2, 1, 0), *STEPS, DONE), True),
        ((deployment(2.0, 1, 1, 2), *STEPS, deployment(6.0, 1, 1, 2)), False),  # its status alone
    ],
)
def test_a_change_is_a_new_generation_within_the_act(changes: tuple[Change, ...], changed: bool) -> None:
    assert ("no change of the Deployment web was recorded in “act”" in judged(*changes).why) is not changed


def test_a_deployment_that_nobody_saw_before_was_not_seen_to_change() -> None:
    act = Act(
        recording(*OLD, CHANGED, *STEPS, DONE, acts={"act": ActSpan("act", 0, 1, 20)}, settings=settings()),
        ["act"],
        within=constant("test", 3.0),
    )
    found = rolled_over(act, "web", 2, surge=1, unavailable=0)
    assert (found.verdict, "no change of the Deployment" in found.why) == (Verdict.INCONCLUSIVE, True)


@pytest.mark.parametrize("name", ["observedGeneration", "updatedReplicas", "replicas", "availableReplicas"])
def test_a_rollout_is_complete_when_all_replicas_are_new_and_available(name: str) -> None:
    for value in (1, None):
        almost = deployment(6.0, 2, 2, 2)
        almost.object["status"].pop(name)
        almost.object["status"].update({name: value} if value else {})
        assert judged(CHANGED, *STEPS, almost, deployment(6.5, 2, 2, 2)).measured["rolled out"].value == 4.5
    assert judged(CHANGED, *STEPS, deployment(6.0, 2, 3, 2)).measured["rolled out"].value == 4.0, "a later one is seen"


def single(first: Change, *changes: Change) -> Finding:
    """What is said of a Deployment of one pod."""
    acts = {"act": ActSpan("act", 0, 1, 20)}
    deployments = [one for one in (first, *changes) if one.kind == "Deployment"]
    one_ = [one._replace(object=one.object | {"spec": {"replicas": 1}}) for one in deployments]
    pods = [one for one in changes if one.kind == "Pod"]
    seen = recording(*one_, *OLD[:1], *pods, acts=acts, settings=settings())
    return rolled_over(Act(seen, ["act"], within=constant("test", 3.0)), "web", 1, surge=1, unavailable=0)


ONE_STEP = [CHANGED, of("two", pod(4.0, "new-a")), of("one", pod(4.5, "old-a", type="DELETED"))]
ONE_DONE = deployment(6.0, 2, 2, 1, all_=1)
ONE_DONE.object["status"]["availableReplicas"] = 1


@pytest.mark.parametrize("name", ["updatedReplicas", "replicas", "availableReplicas"])
def test_a_number_that_is_left_out_is_none(name: str) -> None:
    almost = deployment(5.0, 2, 2, 1)
    almost.object["status"] = {key: value for key, value in ONE_DONE.object["status"].items() if key != name}
    found = single(deployment(0.0, 1, 1, 1, all_=1), *ONE_STEP, almost, ONE_DONE)
    assert (found.verdict, found.measured["rolled out"].value) == (Verdict.HOLDS, 4.0), found.why


def test_a_deployment_without_a_generation_is_not_known() -> None:
    first = deployment(0.0, 1, 1, 1, all_=1)
    del first.object["metadata"]["generation"]
    assert "no change of the Deployment" in single(first, *ONE_STEP, ONE_DONE).why


# -- of which template ---------------------------------------------------------------------------------------------------
def test_pods_that_are_ready_at_the_end_are_of_the_new_template() -> None:
    stays = judged(CHANGED, *STEPS[:-1], of("one", pod(5.9, "old-b")), DONE)
    assert (stays.verdict, stays.measured["of another template"].value) == (Verdict.VIOLATED, 1)
    assert "1 Ready pod was not from the new template" in stays.why
    fails = of("one", pod(5.9, "old-b", ready=False))
    assert judged(CHANGED, *STEPS[:-1], fails, DONE).measured["of another template"].value == 0


@pytest.mark.parametrize(("end", "least"), [(7.0, 0), (7.1, 2)])
def test_while_the_rollout_may_go_on_some_pods_may_be_of_the_old_template(end: float, least: float) -> None:
    assert judged(CHANGED, end=end).measured["of another template"].interval == (least, 2)


def test_a_template_whose_pods_were_ending_when_it_was_asked_for_is_no_old_one() -> None:
    ending = [of("two", pod(0.5, "early", deleting=True)), of("two", pod(2.1, "early", type="DELETED"))]
    found = judged(*ending, CHANGED, *STEPS, DONE)
    assert (found.verdict, found.measured["of another template"].value) == (Verdict.HOLDS, 0), found.why


def test_pods_without_the_label_of_a_template_are_all_of_one() -> None:
    changes = [Change(*one[:3], pod(one.seen, one.name).object) if "new" in one.name else one for one in STEPS]
    assert judged(CHANGED, *changes, DONE).measured["of another template"].value == 0


def test_pods_of_another_app_are_not_counted() -> None:
    others = [of("one", pod(at, f"other-{at}", app="other")) for at in (0.0, 2.5, 5.0)]
    found = judged(*others, CHANGED, *STEPS, DONE)
    assert (found.verdict, found.measured["most with those ending"].value) == (Verdict.HOLDS, 4)


def test_a_rollout_is_complete_if_it_stays_so() -> None:
    unfinished, again = deployment(7.0, 2, 2, 1), deployment(7.5, 2, 2, 2)
    lost = judged(CHANGED, *STEPS, DONE, unfinished)
    assert (lost.verdict, lost.measured["rolled out"].interval) == (Verdict.INCONCLUSIVE, (4.0, float("inf")))
    assert "18.0 s after the change the rollout was not complete: 0 Ready pods" in lost.why
    assert judged(CHANGED, *STEPS, DONE, DONE._replace(seen=7.0, type="DELETED")).verdict is Verdict.INCONCLUSIVE
    late = judged(CHANGED, *STEPS, DONE, unfinished, again)
    assert (late.verdict, late.measured["rolled out"].interval) == (Verdict.INCONCLUSIVE, (4.0, 5.5))
    soon = judged(CHANGED, *STEPS, DONE, unfinished._replace(seen=6.2), again._replace(seen=6.5))
    assert (soon.verdict, soon.measured["rolled out"].value) == (Verdict.HOLDS, 4.5)
    assert judged(CHANGED, *STEPS, DONE._replace(seen=7.1), unfinished._replace(seen=8.0)).verdict is Verdict.VIOLATED

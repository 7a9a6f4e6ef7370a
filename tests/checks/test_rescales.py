"""Whether an autoscaler says of each change of the replicas that it made it. The act is from 1 s on."""

from __future__ import annotations

import pytest

from kubeskeptic.bounds import Interval
from kubeskeptic.checks.rescales import emptied_otherwise, not_followed, replicas, unexplained
from kubeskeptic.timeline import Act, ActSpan, Change
from tests.checks.declared import deployment
from tests.drawn import pod, recording


def autoscaler(seen: float, wanted: int, scaled: float = 0.0, target: str = "web", name: str = "web") -> Change:
    """What an autoscaler says: how many it wants, and when it changed the replicas last."""
    status = {"desiredReplicas": wanted} | ({"lastScaleTime": f"{scaled} s"} if scaled else {})
    spec = {"scaleTargetRef": {"name": target}}
    thing = {"metadata": {"name": name, "uid": name}, "spec": spec, "status": status}
    return Change(seen, "MODIFIED", "HorizontalPodAutoscaler", thing)


def told(*changes: Change) -> list[str]:
    act = Act(recording(*changes, acts={"act": ActSpan("act", 0, 1, 60)}), ["act"])
    return [*unexplained(act, "web")]


START = (deployment(0.0, 1), autoscaler(0.0, 1))
UP, SAID = deployment(10.0, 4), autoscaler(10.1, 4, 10.0)
DOWN, SAID_DOWN = deployment(30.0, 1), autoscaler(30.1, 1, 30.0)
WHY = ["web was scaled from 1 to 4, and its autoscaler does not report that it did so"]


def test_each_change_that_the_autoscaler_reports_is_explained() -> None:
    assert told(*START, UP, SAID, DOWN, SAID_DOWN) == []
    assert told(*START, UP, SAID._replace(seen=9.0)) == [], "one watch may be later than the other"
    assert told(*START, UP, SAID._replace(seen=60.0)) == []
    assert told(*START, deployment(10.0, 1, generation=2)) == [], "its replicas did not change"
    assert told(*START, UP, SAID, deployment(30.0, 3), autoscaler(30.1, 3, 30.0), DOWN._replace(seen=40.0)) == [
        "web was scaled from 3 to 1, and its autoscaler does not report that it did so"
    ]


@pytest.mark.parametrize(
    "says",
    [
        (),
        (autoscaler(10.1, 4),),  # it wants as many, and has not changed them
        (autoscaler(10.1, 3, 10.0),),
        (autoscaler(10.1, 1, 10.0), autoscaler(20.0, 4, 10.0)),  # it came to want as many once they were there
        (autoscaler(10.1, 4, 10.0, target="other"),),
        (autoscaler(60.1, 4, 60.0),),
    ],
)
def test_a_change_that_it_does_not_report_is_told(says: tuple[Change, ...]) -> None:
    assert told(*START, UP, *says) == WHY


def test_a_report_explains_one_change() -> None:
    again = (deployment(20.0, 1), autoscaler(20.1, 1, 20.0), deployment(25.0, 4))
    assert told(*START, UP, SAID, *again) == WHY
    assert told(*START, UP, SAID, *again, autoscaler(25.1, 4, 25.0)) == []
    other = autoscaler(10.1, 3, 10.0)
    assert told(*START, UP, other, autoscaler(10.2, 4, 10.1)) == [], "more than one step may be one change of the watch"


def test_what_was_done_before_the_act_needs_no_report() -> None:
    early, late = deployment(0.9, 4), deployment(1.0, 4)
    assert told(*START, early) == []
    assert told(*START, late) == WHY
    assert told(*START, late, autoscaler(0.9, 4, 0.5)) == WHY
    assert told(*START, late, autoscaler(1.0, 4, 0.5)) == []


def test_an_autoscaler_of_another_name_may_have_the_deployment_as_its_target() -> None:
    mine = (deployment(0.0, 1), autoscaler(0.0, 1, name="scaler"), UP)
    assert told(*mine, autoscaler(10.1, 4, 10.0, name="scaler")) == []


def test_what_says_nothing() -> None:
    aimless = autoscaler(5.0, 1)
    del aimless.object["spec"]["scaleTargetRef"]
    silent = autoscaler(6.0, 1)
    silent.object["status"] = None
    assert told(*START, aimless, silent, UP, SAID) == []
    assert told(deployment(10.0, 4)) == [], "what it was before is not known"
    for bare in (Change(0.0, "ADDED", "Deployment", {}), Change(0.0, "ADDED", "Deployment", {"spec": {}})):
        assert replicas(bare) == 0


# -- pods that follow ----------------------------------------------------------------------------------------------------
ONE = (deployment(0.0, 1), pod(0.0, "a"))


def lagging(*changes: Change, least: int = 1) -> list[str]:
    act = Act(recording(*ONE, *changes, acts={"act": ActSpan("act", 0, 1, 60)}), ["act"])
    return [*not_followed(act, "web", least)]


def wanting(count: int, ready: int) -> list[str]:
    return [f"web was scaled to {count}, and at most {ready} of its pods were Ready in the meantime"]


@pytest.mark.parametrize(
    ("second", "third", "why"),
    [
        (pod(11.0, "b"), pod(12.0, "c"), []),
        (pod(11.0, "b"), pod(30.0, "c"), []),
        (pod(11.0, "b"), pod(30.1, "c"), wanting(3, 2)),
        (pod(9.0, "b"), pod(10.0, "c"), []),
        (pod(11.0, "b", ready=False), pod(12.0, "c"), wanting(3, 2)),
        (pod(11.0, "b", app="other"), pod(12.0, "c"), wanting(3, 2)),
        (pod(11.0, "b", deleting=True), pod(12.0, "c", type="DELETED"), wanting(3, 1)),
    ],
)
def test_as_many_pods_as_are_wanted_are_ready_before_fewer_are_wanted(
    second: Change, third: Change, why: list[str]
) -> None:
    assert lagging(deployment(10.0, 3), second, third, deployment(30.0, 1)) == why


def test_they_need_not_have_been_ready_until_then() -> None:
    changes = pod(11.0, "b"), pod(12.0, "b", ready=False)
    assert lagging(deployment(10.0, 2), *changes) == []
    assert lagging(deployment(10.0, 2), *changes, deployment(30.0, 3), pod(31.0, "c")) == wanting(3, 2)
    assert lagging(deployment(10.0, 2), pod(11.0, "b"), deployment(30.0, 3), pod(31.0, "c")) == []
    assert lagging(deployment(10.0, 2), deployment(20.0, 3), pod(21.0, "b"), pod(22.0, "c")) == []
    assert lagging(deployment(10.0, 2), deployment(20.0, 3), pod(21.0, "b")) == wanting(3, 2)


def test_a_deployment_that_is_seen_late_was_scaled_before() -> None:
    late = deployment(10.0, 2)._replace(age=2.0)
    assert lagging(late, pod(9.0, "b"), pod(9.5, "b", ready=False)) == []
    assert lagging(late, pod(7.0, "b"), pod(7.5, "b", ready=False)) == wanting(2, 1)
    assert lagging(late, pod(7.0, "b"), pod(9.5, "b", ready=False)) == [], "they were Ready when it was scaled"


def test_only_numbers_that_are_raised_above_the_least_in_the_act_are_followed() -> None:
    assert lagging(deployment(0.9, 3)) == []
    assert lagging(deployment(1.0, 3)) == wanting(3, 1)
    assert lagging(deployment(10.0, 2), least=2) == []
    assert lagging(deployment(10.0, 3), least=2) == wanting(3, 1)
    assert lagging(deployment(0.5, 3), deployment(10.0, 2)) == [], "it was scaled down"


# -- queues --------------------------------------------------------------------------------------------------------------
def emptied(*looks: tuple[float, int], rate: float = 2.0, pods: int = 2) -> list[str]:
    """What is said of looks at a queue, each of half a second."""
    changes = [pod(0.0, f"web-{at}") for at in range(pods)] + [pod(1.0, "web-0"), pod(0.0, "other-a", app="other")]
    act = Act(recording(*changes, acts={"act": ActSpan("act", 0, 1, 60)}), ["act"])
    return [*emptied_otherwise(act, "web", [(Interval(at, at + 0.5), jobs) for at, jobs in looks], rate)]


@pytest.mark.parametrize(
    ("jobs", "rate", "pods", "right"),
    [
        (36, 2.0, 2, True),
        (35, 2.0, 2, False),
        (25, 3.0, 2, True),
        (24, 3.0, 2, False),
        (24, 2.0, 3, True),
        (0, 0.0, 2, True),
    ],
)
def test_a_queue_loses_no_more_jobs_than_its_workers_take(jobs: int, rate: float, pods: int, right: bool) -> None:
    # In 5.5 s, each takes one at once and its rate after that.
    told = emptied((10.0, 60), (15.0, jobs), rate=rate, pods=pods)
    assert told == ([] if right else [f"The queue lost {60 - jobs} jobs in 5.5 s, more than {pods} pods of web take"])


def test_a_queue_is_filled_once() -> None:
    assert emptied((10.0, 60), (11.0, 60), (12.0, 59)) == []
    again = "The queue was filled again: it had 59 jobs, and 60 within 1.5 s"
    assert emptied((10.0, 60), (11.0, 59), (12.0, 60)) == [again]
    assert emptied((10.0, 3), (11.0, 0), (12.0, 3), (13.0, 0)) == [], "it had been emptied by then"
    assert emptied((10.0, 3), (11.0, 0), (12.0, 3)) == ["The queue was not empty any more at the end"]
    assert emptied((10.0, 3), (11.0, 2)) == []

"""Whether an autoscaler says of each change of the replicas that it made it. The act is from 1 s on."""

from __future__ import annotations

import pytest

from kubeskeptic.checks.rescales import replicas, unexplained
from kubeskeptic.timeline import Act, ActSpan, Change
from tests.checks.declared import deployment
from tests.drawn import recording


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

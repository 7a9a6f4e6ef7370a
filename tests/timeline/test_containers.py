"""A pod and its containers, which the kubelet describes at once."""

from __future__ import annotations

from typing import Any

from kubeskeptic.timeline import ActSpan, Change
from kubeskeptic.timeline.containers import of_containers
from kubeskeptic.timeline.disagreements import disagreements
from tests.drawn import pod, recording


def running(change: Change, id_: str = "", **more: Any) -> Change:
    change.object["status"]["containerStatuses"][0] |= {"containerID": id_ and f"containerd://{id_}", **more}
    return change


def told(*changes: Change) -> list[tuple[float, float, str]]:
    return [(*stretch, why) for stretch, why in of_containers(recording(*changes), 60.0)]


def test_a_pod_is_ready_only_if_its_containers_are() -> None:
    why = "web-a was Ready, but its container server was not"
    wrong = running(pod(5.0, "web-a"), ready=False)
    assert told(wrong) == [(5.0, 60.0, why)]
    assert told(wrong, running(pod(9.0, "web-a"), ready=True)) == [(5.0, 9.0, why)]
    assert told(wrong, pod(9.0, "web-a", type="DELETED")) == [(5.0, 9.0, why)]
    assert told(running(pod(5.0, "web-a"), ready=True)) == []
    assert told(running(pod(5.0, "web-a", ready=False), ready=False)) == []
    assert told(running(pod(5.0, "web-a", ready=False), ready=True)) == [], "its node is unreachable"
    assert told(running(pod(5.0, "web-a", type="DELETED"), ready=False)) == []
    assert told(pod(5.0, "web-a")) == [], "an older journal does not say"


def test_a_container_that_is_restarted_is_another_one() -> None:
    first = running(pod(5.0, "web-a"), "one")
    why = "server of web-a was restarted, and is the same container as before"
    assert told(first, running(pod(9.0, "web-a", restarts=1), "one")) == [(9.0, 60.0, why)]
    assert told(first, running(pod(9.0, "web-a", restarts=1), "two")) == []
    assert told(first, running(pod(9.0, "web-a"), "one")) == []
    assert told(first, running(pod(9.0, "web-a", uid="another", restarts=1), "one")) == []
    assert told(pod(5.0, "web-a"), pod(9.0, "web-a", restarts=1)) == [], "an older journal has no ids"
    twice = (running(pod(at, "web-a", restarts=1), "one") for at in (5.0, 9.0))
    assert told(*twice) == [], "it was restarted before"
    assert told(first, running(pod(9.0, "web-a"), "one", restartCount=None)) == []
    lost = {"terminated": {"reason": "ContainerStatusUnknown", "exitCode": 137}}
    counted = running(pod(9.0, "web-a", restarts=1), "one", state=lost)
    assert told(first, counted) == [], "the kubelet counts a restart before there is one"


def test_such_a_pod_is_a_disagreement_about_pods() -> None:
    wrong = running(pod(5.0, "web-a"), ready=False)
    (one,) = disagreements(recording(wrong, acts={"act": ActSpan("act", 0.0, 1.0, 60.0)}))
    assert one == (5.0, 60.0, "web-a was Ready, but its container server was not", ("Pod",))

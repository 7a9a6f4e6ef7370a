"""A scenario that cannot get ready says why within seconds, in the API's own words."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.durations import STUCK, Patience
from kubeskeptic.errors import ClusterError, Inconclusive, PatienceExhausted
from kubeskeptic.scenarios.readiness import PodReadiness, readiness, wait_until_ready
from kubeskeptic.waiting import NotYet

QUOTA = 'Error creating: pods "web-1" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1'


def pod(name: str, *, ready: bool = True, phase: str = "Running", owned: bool = True, **status: Any) -> dict[str, Any]:
    owner = [{"kind": "ReplicaSet", "name": "web", "controller": True}] if owned else []
    conditions = [{"type": "Ready", "status": str(ready)}, *status.pop("conditions", [])]
    return {
        "metadata": {"name": name, "ownerReferences": owner},
        "status": {"phase": phase, "conditions": conditions, **status},
    }


def waiting(reason: str, message: str = "") -> dict[str, Any]:
    return {"containerStatuses": [{"state": {"waiting": {"reason": reason, "message": message}}}]}


def event(
    message: str, at: str = "2026-11-01T10:00:00Z", name: str = "web", reason: str = "FailedCreate"
) -> dict[str, Any]:
    about = {"kind": "ReplicaSet", "name": name}
    return {"type": "Warning", "reason": reason, "involvedObject": about, "message": message, "lastTimestamp": at}


class Cluster:
    """Pods and events of a namespace, which a test changes while time passes."""

    def __init__(self, *pods: dict[str, Any], events: list[dict[str, Any]] | None = None) -> None:
        self.pods, self.events = list(pods), events or []
        self.later: dict[float, list[dict[str, Any]]] = {}
        self.now = 0.0
        self.deaf = False

    def list(self, kind: str, namespace: str) -> dict[str, Any]:
        if kind == "Event":
            if self.deaf:
                raise ClusterError("events is forbidden", 403)
            return {"items": self.events}
        for at in sorted(at for at in self.later if at <= self.now):
            self.pods = self.later.pop(at)
        return {"items": self.pods}

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def wait(self, wanted: int = 1, patience: float = 120) -> PodReadiness:
        kube: Any = self
        return wait_until_ready(kube, "ns", wanted, Patience(patience), clock=lambda: self.now, sleep=self.sleep)


def refused(cluster: Cluster, wanted: int = 1) -> str:
    with pytest.raises(Inconclusive) as stuck:
        cluster.wait(wanted)
    assert cluster.now <= STUCK + 1, "at once"
    return str(stuck.value)


def test_ready_pods_are_counted() -> None:
    assert Cluster(pod("b"), pod("a")).wait(2) == PodReadiness(("a", "b"), ())
    assert isinstance(readiness([pod("a")], 2), NotYet)
    assert isinstance(readiness([pod("a"), pod("b", ready=False)], 1), NotYet)


def test_pods_that_have_ended_are_left_out_and_said() -> None:
    dead = pod("old", ready=False, phase="Failed", reason="Evicted", message="The node was low on resource: memory")
    done = pod("job", ready=False, phase="Succeeded")
    found = Cluster(dead, pod("a"), done).wait(1)
    assert found.ready == ("a",)
    assert found.left_out == (
        "pod old is Failed (Evicted: The node was low on resource: memory), and not counted",
        "pod job is Succeeded, and not counted",
    )


def test_a_bare_pod_that_has_ended_is_not_waited_for() -> None:
    cluster = Cluster(pod("a", ready=False, phase="Failed", owned=False))
    assert "pod a is Failed, and nothing replaces it" in refused(cluster)
    assert cluster.now == 0.0


def test_a_quota_says_its_own_words() -> None:
    said = refused(
        Cluster(
            pod("web-0"),
            events=[event("older"), event(f"(combined from similar events): {QUOTA}", at="2026-11-01T10:00:09Z")],
        ),
        wanted=2,
    )
    assert said == (
        "the pods of ns cannot become Ready (1 of 2 pods are there; not Ready: none): ReplicaSet web cannot create a pod: "
        + QUOTA
    )


def test_a_refusal_that_is_over_does_not_matter() -> None:
    cluster = Cluster(events=[event('serviceaccount "default" not found')])
    cluster.later = {2.0: [pod("web-0", ready=False)], 20.0: [pod("web-0")]}
    assert cluster.wait(1).ready == ("web-0",)


def test_other_warnings_are_no_refusal() -> None:
    cluster = Cluster(events=[event("Back-off restarting", reason="BackOff")])
    with pytest.raises(PatienceExhausted, match="0 of 1 pod is there"):
        cluster.wait(1, patience=30)


def test_without_the_right_to_read_events_patience_decides() -> None:
    cluster = Cluster(events=[event(QUOTA)])
    cluster.deaf = True
    with pytest.raises(PatienceExhausted):
        cluster.wait(1, patience=30)


def test_a_pod_without_a_node_says_the_schedulers_words() -> None:
    words = "0/4 nodes are available: 4 Insufficient memory."
    unscheduled = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": words}
    said = refused(Cluster(pod("a", ready=False, phase="Pending", conditions=[unscheduled])))
    assert f"Pod a cannot be scheduled: {words}" in said


@pytest.mark.parametrize(
    "reason", ["ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "CreateContainerConfigError"]
)
def test_a_container_that_does_not_start_says_the_kubelets_words(reason: str) -> None:
    said = refused(Cluster(pod("a", ready=False, phase="Pending", **waiting(reason, "no such host"))))
    assert f"Pod a does not start: {reason}: no such host" in said


def test_a_pull_that_goes_to_and_fro_between_two_reasons_lasts() -> None:
    first, second = (pod("a", ready=False, **waiting(why)) for why in ("ErrImagePull", "ImagePullBackOff"))
    cluster = Cluster(first)
    cluster.later = {3.0: [second]}
    assert "ImagePullBackOff" in refused(cluster)


@pytest.mark.parametrize("reason", ["ContainerCreating", "PodInitializing", ""])
def test_what_is_on_its_way_is_waited_for(reason: str) -> None:
    cluster = Cluster(pod("a", ready=False, phase="Pending", **waiting(reason)))
    cluster.later = {60.0: [pod("a")]}
    assert cluster.wait(1).ready == ("a",)


def test_a_pod_of_an_owner_that_has_ended_is_replaced() -> None:
    cluster = Cluster(pod("a", ready=False, phase="Failed"))
    cluster.later = {30.0: [pod("a", ready=False, phase="Failed"), pod("b")]}
    assert cluster.wait(1).ready == ("b",)

"""How long two records may disagree, what explains that they do, and what cannot be explained."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kubeskeptic.timeline import ActSpan, Change, FaultSpan, Gap
from kubeskeptic.timeline.stalls import Standstill
from tests.drawn import fault, node, pod, service
from tests.timeline.disagreeing import N1, N2, every, found, told
from tests.timeline.test_pod_counts import owned, workload
from tests.timeline.test_ready_endpoints import IN, A, one, slices
from tests.timeline.test_ready_endpoints import one as endpoint

MANAGER = "manifest/kube-controller-manager"


# -- how long ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("until", "disagree"), [(25.0, False), (25.1, True)])
def test_slices_follow_within_five_seconds(until: float, disagree: bool) -> None:
    changes = service(), A, IN, pod(20.0, "a", ready=False), slices(until, one(ready=False))
    why = "for 5.1 s, a was ready at 10.0.0.1 on n1 in the EndpointSlices of web, but not by itself"
    assert told(*changes) == ([(20.0, 25.1, why)] if disagree else [])


@pytest.mark.parametrize(("until", "disagree"), [(30.0, False), (30.1, True)])
def test_counts_follow_within_ten_seconds(until: float, disagree: bool) -> None:
    changes = owned(pod(1.0, "a")), workload(2.0, replicas=1, readyReplicas=1), owned(pod(20.0, "a", ready=False))
    why = "for 10.1 s, readyReplicas of Deployment web was 1, which the recorded pods do not explain"
    assert told(*changes, workload(until, replicas=1)) == ([(20.0, 30.1, why)] if disagree else [])


def test_the_end_of_what_is_known_is_the_last_act_or_the_last_change() -> None:
    changes = service(), A, IN, pod(20.0, "a", ready=False)
    assert found(*changes) == [(20.0, 60.0)]
    broken_off = {"act": ActSpan("act", 0.0, 1.0)}
    assert found(*changes, acts=broken_off) == []
    assert found(*changes, node(70.0, "n1", "True"), acts=broken_off) == [(20.0, 70.0)]


# -- what explains it ----------------------------------------------------------------------------------------------------
STALE = service(), A, IN, pod(20.0, "a", ready=False), slices(50.0, one(ready=False))


@pytest.mark.parametrize(
    ("faults", "stretches"),
    [
        ([], [(20.0, 50.0)]),
        ([fault({"applying": 19.0, "healed": 49.0}, target=MANAGER)], []),
        ([fault({"applying": 19.0, "healed": 44.0}, target=MANAGER)], [(44.0, 50.0)]),
        ([fault({"applying": 26.0, "healed": 44.0}, target=MANAGER)], [(20.0, 26.0), (44.0, 50.0)]),
        ([fault({"applying": 19.0}, target=MANAGER)], []),
        ([fault({"intent": 19.0}, target=MANAGER)], [(20.0, 50.0)]),
        ([fault({"applying": 60.0, "healed": 61.0}, target=MANAGER)], [(20.0, 50.0)]),
        ([fault({"applying": 10.0, "healed": 15.0}, target=MANAGER)], [(20.0, 50.0)]),
        ([fault({"applying": 10.0, "healed": 15.0}, target="node/cp")], []),  # its containers take longer
        ([fault({"applying": 10.0, "healed": 15.0}, target="kubelet/cp")], []),
        ([replace(fault({"applying": 10.0, "healed": 15.0}), targets=("node/n1", "node/cp"))], []),
        ([fault({"applying": 19.0, "healed": 49.0}, target="node/n1")], [(20.0, 50.0)]),
        ([fault({"applying": 19.0, "healed": 49.0}, target="pod/ns/cp")], [(20.0, 50.0)]),
        ([fault({"applying": 28.0, "healed": 49.0}, target=MANAGER),
          fault({"applying": 19.0, "healed": 30.0}, target=MANAGER)], []),
    ],
)  # fmt: skip
def test_a_controller_that_a_fault_keeps_from_working_does_not_follow(
    faults: list[FaultSpan], stretches: list[tuple[float, float]]
) -> None:
    assert found(*STALE, faults=faults, roles={"cp": "control-plane", "n1": "worker"}) == stretches


@pytest.mark.parametrize(
    ("more", "stretches"),
    [
        ({"gaps": [Gap("watch", "", "", "Pod", 19.0, 46.0, "broke")]}, []),
        ({"gaps": [Gap("watch", "", "", "Pod", 46.0, None, "broke")]}, [(20.0, 46.0)]),
        ({"gaps": [Gap("watch", "", "", "EndpointSlice", 19.0, 46.0, "broke")]}, []),
        ({"gaps": [Gap("watch", "", "", "Service", 19.0, 46.0, "broke")]}, []),
        ({"gaps": [Gap("watch", "", "", "", 19.0, 46.0, "broke")]}, []),
        ({"gaps": [Gap("watch", "", "", "Node", 19.0, 46.0, "broke")]}, [(20.0, 50.0)]),
        ({"gaps": [Gap("watch", "", "", "Deployment", 19.0, None, "broke")]}, [(20.0, 50.0)]),
        ({"gaps": [Gap("probe", "n1", "", "", 19.0, 46.0, "silent")]}, [(20.0, 50.0)]),
        ({"standstills": [Standstill(19.0, 46.0, frozenset({"n1"}))]}, []),
    ],
)
def test_what_was_not_watched_or_did_not_run_is_no_disagreement(
    more: dict[str, Any], stretches: list[tuple[float, float]]
) -> None:
    assert found(*STALE, **more) == stretches


def test_only_gaps_of_what_is_counted_explain_a_wrong_count() -> None:
    changes = owned(pod(1.0, "a")), workload(2.0, replicas=1, readyReplicas=1), owned(pod(20.0, "a", ready=False))

    def with_gap(kind: str) -> list[tuple[float, float]]:
        return found(*changes, gaps=[Gap("watch", "", "", kind, 19.0, 59.0, "broke")])

    assert with_gap("Deployment") == with_gap("Pod") == []
    for other in ("ReplicaSet", "StatefulSet", "EndpointSlice", "Node"):
        assert with_gap(other) == [(20.0, 60.0)]


def test_a_disagreement_names_the_kinds_that_it_concerns() -> None:
    (one,) = every(*STALE)
    assert set(one.kinds) == {"Pod", "EndpointSlice", "Service"}
    changes = owned(pod(1.0, "a")), workload(2.0, replicas=1, readyReplicas=1), owned(pod(20.0, "a", ready=False))
    assert [each.kinds for each in every(*changes)] == [("Deployment", "Pod")]
    assert [each.kinds for each in every(of_generation(1.0, 4), of_generation(2.0, 3))] == [("Service",)]
    assert [each.kinds for each in every(N1, nodes=("n1", "n2"))] == [("Node",)]
    assert [each.kinds for each in every(N1, N2, nodes=("n1",))] == [("Node",)]
    before = slices(1.0, endpoint()), slices(20.0, endpoint("b"))
    assert ("EndpointSlice",) in [each.kinds for each in every(*before, faults=[stopped()])]


@pytest.mark.parametrize(
    ("since", "until", "touches"), [(0.0, 20.0, False), (0.0, 20.1, True), (49.9, 60.0, True), (50.0, 60.0, False)]
)
def test_when_a_disagreement_touches_a_stretch(since: float, until: float, touches: bool) -> None:
    (one,) = every(*STALE)
    assert one.touches(since, until) is touches


# -- what nothing explains -----------------------------------------------------------------------------------------------
def stopped(**phases: float) -> FaultSpan:
    return fault({"applying": 10.0, "bit": 12.0, "undoing": 40.0, **phases}, name="stop_component", target=MANAGER)


def made(seen: float, *by: str) -> Change:
    return pod(seen, "new", type="ADDED", ready=False)._replace(by=by or ("kube-controller-manager",))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (slices(20.0, one("b")), "EndpointSlice web-1 was changed by the kube-controller-manager, which was stopped"),
        (slices(20.0, one("b"), by="me"), ""),
        (slices(20.0, one()), ""),
        (slices(20.0, one("b"), name="new"), ""),
        (slices(12.0, one("b")), ""),
        (slices(13.0, one("b"))._replace(age=1.0), ""),
        (slices(40.0, one("b")), ""),
        (workload(20.0, replicas=3), "Deployment web was changed by the kube-controller-manager, which was stopped"),
        (pod(20.0, "a", ready=False), ""),
        (made(20.0), "Pod new was created by the kube-controller-manager, which was stopped"),
        (made(12.0), ""),
        (made(40.0), ""),
        (made(20.0, "kubeskeptic"), ""),
        (made(20.0)._replace(type="MODIFIED"), ""),
        (
            made(20.0, "kube-controller-manager/status", "kubelet"),
            "Pod new was created by the kube-controller-manager, which was stopped",
        ),
    ],
)
def test_a_controller_that_is_stopped_writes_nothing(change: Change, why: str) -> None:
    before = slices(1.0, one()), workload(1.0, replicas=2), pod(1.0, "a")
    expected = [(20.0, 20.0, why)] if why else []
    after = [each for each in told(*before, change, faults=[stopped()]) if each[0] == change.seen]
    assert after == expected
    assert not [each for each in told(*before, change, faults=[stopped(undoing=15.0)]) if "stopped" in each[2]]


@pytest.mark.parametrize(
    ("name", "target"), [("controller_off", MANAGER), ("stop_component", "manifest/kube-scheduler")]
)
def test_other_components_leave_the_controllers_working(name: str, target: str) -> None:
    other = fault({"applying": 10.0, "bit": 12.0, "undoing": 40.0}, name=name, target=target)
    assert told(slices(1.0, one()), slices(20.0, one("b")), faults=[other]) == []


def of_generation(seen: float, generation: int, uid: str = "d") -> Change:
    meta = {"name": "web", "uid": uid, "generation": generation}
    return Change(seen, "MODIFIED", "Service", {"metadata": meta, "spec": {}})


def test_no_object_becomes_older() -> None:
    assert told(of_generation(1.0, 4), of_generation(2.0, 4), of_generation(3.0, 5)) == []
    why = "Service web had the generation 3 after 4"
    assert told(of_generation(1.0, 4), of_generation(2.0, 3)) == [(2.0, 60.0, why)]
    assert told(of_generation(1.0, 4), of_generation(2.0, 3, "e")) == []
    assert told(of_generation(1.0, 4, ""), of_generation(2.0, 3, "")) == []

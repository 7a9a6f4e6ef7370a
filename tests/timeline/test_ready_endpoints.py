"""Slices and pods are compared from 0 s to 60 s. The Service `web` selects the app `web`."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.timeline import Change
from kubeskeptic.timeline.foreign_endpoints import MANAGED_BY
from kubeskeptic.timeline.ready_endpoints import misreported
from tests.drawn import pod, recording, service

OURS = "endpointslice-controller.k8s.io"


def one(name: str = "a", ready: bool | None = True, address: str = "10.0.0.1", node: str = "n1") -> dict[str, Any]:
    conditions = {} if ready is None else {"ready": ready}
    return {"targetRef": {"uid": name}, "conditions": conditions, "addresses": [address], "nodeName": node}


def slices(
    seen: float,
    *endpoints: dict[str, Any],
    type: str = "MODIFIED",
    name: str = "web-1",
    by: str = OURS,
    of: str = "web",
) -> Change:
    labels = {"kubernetes.io/service-name": of, MANAGED_BY: by}
    meta = {"name": name, "uid": name, "labels": labels}
    return Change(seen, type, "EndpointSlice", {"metadata": meta, "endpoints": list(endpoints)})


def found(*changes: Change, **spec: Any) -> list[tuple[float, float, str]]:
    web = service()
    web.object["spec"] |= spec
    seen = recording(web, *changes)
    return [(*stretch, why) for stretch, why in misreported(seen, 60.0)]


A = pod(1.0, "a", type="ADDED")
IN = slices(1.5, one())


def test_slices_follow_pods() -> None:
    gone = pod(20.0, "a", type="DELETED")
    assert [(since, until) for since, until, _ in found(A, IN, gone, slices(20.5))] == [(1.0, 1.5), (20.0, 20.5)]


@pytest.mark.parametrize(
    "changes",
    [
        (pod(0.0, "a", type="LISTED"), slices(2.0, one(), type="LISTED")),
        (pod(2.0, "a", type="LISTED"), slices(0.0, one(), type="LISTED")),
        (A._replace(age=1.0), IN._replace(age=1.0)),
        (slices(0.5, one(), type="LISTED"), A._replace(age=1.0)),
    ],
)
def test_what_the_lists_or_the_ages_allow_is_no_contradiction(changes: tuple[Change, ...]) -> None:
    assert found(*changes) == []


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ((), "a was not ready in the EndpointSlices of web, but not by itself"),
        ((one(ready=False),), "a was not ready in the EndpointSlices of web"),
        ((one(address="10.0.0.9"),), "a was ready at 10.0.0.9 on n1 in the EndpointSlices of web"),
        ((one(node="n2"),), "a was ready at 10.0.0.1 on n2 in the EndpointSlices of web"),
        ((one(), one("b")), "a pod with the uid b was ready at 10.0.0.1 on n1"),
        ((one(ready=None),), ""),
        ((one(), one("b", ready=False)), ""),
        ((one(), {"addresses": ["10.0.0.9"], "conditions": {"ready": True}}), ""),  # no pod is behind it
    ],
)
def test_slices_say_of_a_pod_what_it_says_itself(said: tuple[dict[str, Any], ...], why: str) -> None:
    after = [each for each in found(A, IN, slices(30.0, *said)) if each[0] >= 30.0]
    assert [(since, until, why in told) for since, until, told in after] == ([(30.0, 60.0, True)] if why else []), after


@pytest.mark.parametrize(
    "change",
    [
        pod(30.0, "a", ready=False),
        pod(30.0, "a", deleting=True),
        pod(30.0, "a", type="DELETED"),
        pod(30.0, "a", app="other"),
        pod(30.0, "a", ip=""),
    ],
)
def test_a_pod_that_the_service_does_not_lead_to_is_not_ready_in_slices(change: Change) -> None:
    assert [each[:2] for each in found(A, IN, change) if each[0] >= 30.0] == [(30.0, 60.0)]
    assert [each for each in found(A, IN, change, slices(30.0)) if each[0] >= 30.0] == []


@pytest.mark.parametrize("phase", ["Failed", "Succeeded", "Running"])
def test_a_pod_that_has_ended_is_not_ready_in_slices(phase: str) -> None:
    ended = pod(30.0, "a")
    ended.object["status"]["phase"] = phase
    told = [each for each in found(A, IN, ended) if each[0] >= 30.0]
    assert len(told) == (0 if phase == "Running" else 1)


def test_one_of_two_slices_is_enough_and_either_family_of_addresses() -> None:
    both = pod(1.0, "a", type="ADDED")
    both.object["status"]["podIPs"] = [{"ip": "10.0.0.1"}, {"ip": "fd00::1"}]
    other = slices(2.0, one(address="fd00::1"), name="web-2")
    assert [each for each in found(both, IN, other) if each[1] > 2.0] == []
    assert [each for each in found(both, IN, other, slices(30.0)) if each[1] > 2.0] == []
    deleted = slices(40.0, one(address="fd00::1"), name="web-2", type="DELETED")
    assert [each[:2] for each in found(both, IN, other, slices(30.0), deleted) if each[1] > 2.0] == [(40.0, 60.0)]


@pytest.mark.parametrize("spec", [{"selector": {}}, {"publishNotReadyAddresses": True}])
def test_services_that_publish_other_pods_are_not_compared(spec: dict[str, Any]) -> None:
    assert found(pod(1.0, "a", ready=False), IN, **spec) == []
    assert found(A, slices(1.0), **spec) == []


def test_a_service_that_came_later_or_is_gone_leads_nowhere() -> None:
    late = service()._replace(seen=30.0, type="ADDED")
    assert [each[:2] for each in _of(A, late, slices(31.0))] == [(30.0, 60.0)]
    assert [each[:2] for each in _of(A, late, slices(31.0, one()))] == [(30.0, 31.0)]
    gone = service()._replace(seen=40.0, type="DELETED")
    assert [each for each in _of(A, service(), IN, gone, slices(41.0)) if each[1] > 2.0] == []
    assert _of(A, slices(1.0, one("b"))) == [], "no Service of this name was recorded"


def _of(*changes: Change) -> list[tuple[float, float, str]]:
    return [(*stretch, why) for stretch, why in misreported(recording(*changes), 60.0)]


def test_slices_of_others_and_of_other_services_do_not_count() -> None:
    foreign = slices(2.0, one("b", address="10.9.9.9"), name="mine", by="me")
    assert [each for each in found(A, IN, foreign) if each[1] > 2.0] == []
    other = slices(2.0, one(), name="other-1", of="other")
    told = [each for each in found(A, IN, other, service("other", "10.96.0.2")) if each[1] > 2.0]
    assert [(since, until, "of other" in why) for since, until, why in told] == [(2.0, 60.0, True)]
    assert found(A) == [], "no slice of the controller was recorded at all"
    without = [each for each in found(A, service("other", "10.96.0.2"), IN, slices(30.0)) if each[0] >= 30.0]
    assert [each[:2] for each in without] == [(30.0, 60.0)], "another Service has no slices"
    nameless = [IN, slices(2.0)]
    anonymous = A._replace(object={**A.object, "metadata": {"name": "a", "labels": {"app": "web"}}})
    assert found(anonymous, *nameless) == [], "older journals do not identify pods"

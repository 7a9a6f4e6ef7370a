"""A pod's change is at least as old as the slice that follows from it."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.timeline import Change
from kubeskeptic.timeline.causes import aged
from tests.drawn import node, pod, service

CONTROLLER = "endpointslice-controller.k8s.io"


def endpoint_slice(seen: float, *ready: str, age: float = 0.0, by: str = CONTROLLER, **more: Any) -> Change:
    """A slice of the service `web` with these pods Ready, by their uids; `pod-a` is in it in any case."""
    labels = {"kubernetes.io/service-name": "web", "endpointslice.kubernetes.io/managed-by": by}
    endpoints = [
        {"targetRef": {"uid": uid}, "conditions": {"ready": uid in ready}} for uid in dict.fromkeys(("pod-a", *ready))
    ]
    metadata = {"name": "web-1", "uid": "web-1", "labels": labels, **more}
    return Change(seen, "MODIFIED", "EndpointSlice", {"metadata": metadata, "endpoints": endpoints}, age)


def ages(*changes: Change) -> list[float]:
    """The ages of the pods' changes."""
    found = aged(sorted(changes, key=lambda one: one.seen))
    return [round(one.age, 3) for one in found if one.kind == "Pod"]


NEW = (pod(1.0, "pod-a", type="ADDED", ready=False), endpoint_slice(1.5))
READY = pod(3.0, "pod-a", ready=True)


@pytest.mark.parametrize(
    ("slices", "age"),
    [
        ((endpoint_slice(2.5, "pod-a", age=0.1),), 0.6),  # seen before: it happened before 2.4
        ((endpoint_slice(3.1, "pod-a"),), 0.0),  # seen after, as usual
        ((endpoint_slice(0.5, "pod-a"), endpoint_slice(0.8)), 0.0),  # it follows from something earlier
        ((endpoint_slice(2.5, "pod-a"), endpoint_slice(2.8)), 0.0),  # and it ceased to say so
        ((endpoint_slice(2.5, "pod-b"),), 0.0),
        ((endpoint_slice(2.5, "pod-a", by="hand"),), 0.0),
        ((service(), endpoint_slice(2.5, "pod-a")), 0.5),
    ],
)
def test_a_pod_that_turns_ready(slices: tuple[Change, ...], age: float) -> None:
    assert ages(*NEW, READY, *slices) == [0.0, age]


def test_a_pod_that_turns_unready_or_is_deleted() -> None:
    ready = (*NEW, READY, endpoint_slice(3.2, "pod-a"))
    for last in (pod(5.0, "pod-a", ready=False), pod(5.0, "pod-a", deleting=True), pod(5.0, "pod-a", type="DELETED")):
        assert ages(*ready, endpoint_slice(4.6), last) == [0.0, 0.0, 0.4]
        assert ages(*ready, last, endpoint_slice(5.1)) == [0.0, 0.0, 0.0]


def test_its_own_age_counts_when_it_is_older() -> None:
    assert ages(*NEW, READY._replace(age=0.8), endpoint_slice(2.5, "pod-a")) == [0.0, 0.8]


def test_a_service_that_publishes_pods_that_are_not_ready_says_nothing_of_when() -> None:
    publishing = service()
    publishing.object["spec"]["publishNotReadyAddresses"] = True
    assert ages(publishing, *NEW, READY, endpoint_slice(2.5, "pod-a")) == [0.0, 0.0]


def test_what_was_there_when_the_recorder_looked_first_has_no_cause() -> None:
    assert ages(pod(3.0, "pod-a", type="LISTED"), endpoint_slice(1.0, "pod-a")) == [0.0]


def test_only_turns_are_touched_and_nothing_is_lost() -> None:
    changes = [*NEW, endpoint_slice(2.5, "pod-a"), READY, pod(4.0, "pod-a", restarts=1)]
    found = aged(changes)
    assert [one._replace(age=0.0) for one in found] == [one._replace(age=0.0) for one in changes]
    assert aged(found) == found
    assert found[-1].age == 0.0


@pytest.mark.parametrize(
    ("since", "age"),
    [
        ("1970-01-01T00:00:03Z", 2.5),  # within second 3, and seen 0.2 s old at 5.5: it was told late
        ("1970-01-01T00:00:05Z", 0.2),  # within the second in which it was seen
        ("1970-01-01T00:00:04Z", 1.5),
        ("", 0.2),
    ],
)
def test_the_condition_says_since_when(since: str, age: float) -> None:
    turned = pod(5.5, "pod-a")._replace(age=0.2)
    turned.object["status"]["conditions"][0]["lastTransitionTime"] = since
    assert ages(*NEW, turned) == [0.0, age]


def test_the_condition_says_nothing_of_a_deletion_or_of_an_earlier_turn() -> None:
    for turned in (pod(9.0, "pod-a", deleting=True), pod(9.0, "pod-a", type="DELETED"), pod(9.0, "pod-a", ready=False)):
        turned.object["status"]["conditions"][0]["lastTransitionTime"] = "1970-01-01T00:00:01Z"
        assert ages(*NEW, READY, turned) == [0.0, 0.0, 0.0]


def test_a_slice_counts_as_it_was_when_the_pods_change_was_seen() -> None:
    assert ages(*NEW, READY, endpoint_slice(2.5, "pod-a"), endpoint_slice(6.0)) == [0.0, 0.5]
    assert ages(node(0.5, "n1", "True"), *NEW, READY, endpoint_slice(2.5, "pod-a")) == [0.0, 0.5]

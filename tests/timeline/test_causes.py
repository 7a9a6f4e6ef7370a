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


@pytest.mark.parametrize(
    ("written", "age"),
    [
        (0.0, 2.5),  # it does not say
        (3.0, 2.5),
        (4.0, 1.5),  # the kubelet decided it in second 3, and the API server wrote it in second 4
        (5.0, 0.2),  # it was written in the second in which it was seen, however long the kubelet took
        (6.0, 2.5),  # by a clock that is ahead
    ],
)
def test_a_watch_can_tell_of_a_turn_only_once_it_was_written(written: float, age: float) -> None:
    turned = pod(5.5, "pod-a")._replace(age=0.2, written=written)
    assert ages(*NEW, said(turned, "1970-01-01T00:00:03Z")) == [0.0, age]


def test_the_condition_says_nothing_of_a_deletion_or_of_an_earlier_turn() -> None:
    for turned in (pod(9.0, "pod-a", deleting=True), pod(9.0, "pod-a", type="DELETED"), pod(9.0, "pod-a", ready=False)):
        turned.object["status"]["conditions"][0]["lastTransitionTime"] = "1970-01-01T00:00:01Z"
        assert ages(*NEW, READY, turned) == [0.0, 0.0, 0.0]


def test_a_slice_counts_as_it_was_when_the_pods_change_was_seen() -> None:
    assert ages(*NEW, READY, endpoint_slice(2.5, "pod-a"), endpoint_slice(6.0)) == [0.0, 0.5]
    assert ages(node(0.5, "n1", "True"), *NEW, READY, endpoint_slice(2.5, "pod-a")) == [0.0, 0.5]


# -- at each boundary -----------------------------------------------------------------------------------------------------
def said(change: Change, since: str) -> Change:
    """A pod's change whose condition says since when it has been so."""
    change.object["status"]["conditions"][0]["lastTransitionTime"] = since
    return change


def test_a_slice_that_was_seen_at_the_same_moment_may_be_the_effect() -> None:
    assert ages(*NEW, READY, endpoint_slice(3.0, "pod-a", age=0.25)) == [0.0, 0.25]
    assert ages(*NEW, READY, endpoint_slice(3.001, "pod-a", age=0.25)) == [0.0, 0.0]


@pytest.mark.parametrize(("slice_age", "begun_age", "age"), [(0.0, 0.0, 0.0), (0.0, 0.25, 2.0), (0.25, 0.25, 0.0)])
def test_a_slice_that_turned_no_later_than_the_pod_did_before_followed_from_something_else(
    slice_age: float, begun_age: float, age: float
) -> None:
    begun = pod(1.0, "pod-a", type="ADDED", ready=False)._replace(age=begun_age)
    found = ages(begun, endpoint_slice(1.0, "pod-a", age=slice_age), READY)
    assert found == [begun_age, age]


def test_of_several_slices_each_tells_its_own_and_the_earliest_counts() -> None:
    one: dict[str, Any] = {"name": "web-1", "uid": "web-1"}
    two: dict[str, Any] = {"name": "web-2", "uid": "web-2"}
    assert ages(*NEW, READY, endpoint_slice(2.75, "pod-a", **one), endpoint_slice(2.5, "pod-a", **two)) == [0.0, 0.5]
    assert ages(*NEW, READY, endpoint_slice(2.5, "pod-a", **one), endpoint_slice(2.75, "pod-a", **two)) == [0.0, 0.5]
    left = endpoint_slice(2.6, "pod-a", **two), endpoint_slice(2.75, **two)
    assert ages(*NEW, READY, endpoint_slice(2.8, "pod-a", **one), *left) == [0.0, 0.2]


def test_a_slice_says_something_of_the_pods_that_turned_in_it_alone() -> None:
    new = pod(1.0, "pod-b", type="ADDED", ready=False), pod(3.0, "pod-b", ready=True)
    both = endpoint_slice(2.25, "pod-a"), endpoint_slice(2.5, "pod-a", "pod-b")
    assert ages(*NEW, READY, *new, *both) == [0.0, 0.0, 0.75, 0.5]
    gone = pod(5.0, "pod-b", ready=False)
    assert ages(*NEW, READY, *new, *both, endpoint_slice(4.0, "pod-a"), gone) == [0.0, 0.0, 0.75, 0.5, 1.0]


def test_a_pod_of_the_same_name_is_another() -> None:
    other = pod(2.0, "pod-a", uid="another", type="ADDED", ready=False)
    again = pod(4.0, "pod-a", uid="another")
    assert ages(*NEW, READY, other, again, endpoint_slice(2.5, "pod-a")) == [0.0, 0.0, 0.5, 0.0]


def test_a_pod_that_turns_again_and_again_is_as_old_as_its_last_turn_allows() -> None:
    turns = (*NEW, READY, pod(5.0, "pod-a", ready=False), pod(7.0, "pod-a"))
    told = endpoint_slice(3.2, "pod-a"), endpoint_slice(4.75), endpoint_slice(6.5, "pod-a")
    assert ages(*turns, *told) == [0.0, 0.0, 0.25, 0.5]


@pytest.mark.parametrize("by", ["Service", "EndpointSlice"])
def test_objects_without_labels_or_spec_are_read(by: str) -> None:
    bare = Change(0.5, "LISTED", by, {"metadata": {"name": "x", "uid": "x", "labels": None}})
    assert ages(bare, *NEW, READY, endpoint_slice(2.5, "pod-a")) == [0.0, 0.5]


def test_a_slice_without_endpoints_conditions_or_pods_is_read() -> None:
    bare, empty, pods = endpoint_slice(2.0), endpoint_slice(2.25), endpoint_slice(2.5, "pod-a")
    bare.object["endpoints"] = None
    empty.object["endpoints"] = [{"conditions": None}, {}, {"conditions": {"ready": True}, "targetRef": None}]
    assert ages(*NEW, READY, bare, empty, pods) == [0.0, 0.5]


def test_a_slice_that_is_deleted_says_nothing() -> None:
    deleted = endpoint_slice(4.5)._replace(type="DELETED")
    unready = pod(5.0, "pod-a", ready=False)
    assert ages(*NEW, READY, endpoint_slice(3.2, "pod-a"), deleted, unready) == [0.0, 0.0, 0.0]
    assert ages(*NEW, READY, endpoint_slice(3.2, "pod-a"), endpoint_slice(4.5), unready) == [0.0, 0.0, 0.5]


def test_slices_of_other_services_count_beside_one_that_publishes_all() -> None:
    publishing = service("all")
    publishing.object["spec"]["publishNotReadyAddresses"] = True
    assert ages(publishing, *NEW, READY, endpoint_slice(2.5, "pod-a")) == [0.0, 0.5]


@pytest.mark.parametrize(("own_age", "age"), [(0.5, 1.5), (0.75, 0.75), (0.25, 1.5), (2.0, 2.0)])
def test_what_the_condition_says_counts_when_its_whole_second_is_past(own_age: float, age: float) -> None:
    turned = said(pod(5.5, "pod-a"), "1970-01-01T00:00:04Z")._replace(age=own_age)
    assert ages(*NEW, turned) == [0.0, age]


@pytest.mark.parametrize(("begun_age", "age"), [(0.0, 0.0), (0.25, 5.0)])
def test_what_the_condition_says_counts_when_its_second_ended_after_the_turn_before(
    begun_age: float, age: float
) -> None:
    begun = pod(1.0, "pod-a", type="ADDED", ready=False)._replace(age=begun_age)
    assert ages(begun, said(pod(5.0, "pod-a"), "1970-01-01T00:00:00Z")) == [begun_age, age]


def test_the_condition_counts_for_a_turn_to_unready_and_for_none_that_it_does_not_say() -> None:
    ready = (*NEW, READY)
    unready = said(pod(9.0, "pod-a", ready=False), "1970-01-01T00:00:06Z")
    assert ages(*ready, unready) == [0.0, 0.0, 3.0]
    deleting = said(pod(9.0, "pod-a", ready=False, deleting=True), "1970-01-01T00:00:06Z")
    assert ages(*ready, deleting) == [0.0, 0.0, 0.0], "what turned it was its deletion"
    deleted = said(pod(9.0, "pod-a", ready=False, type="DELETED"), "1970-01-01T00:00:06Z")
    assert ages(*ready, deleted) == [0.0, 0.0, 0.0]
    unknown = said(pod(9.0, "pod-a", ready=False), "1970-01-01T00:00:06Z")
    unknown.object["status"]["conditions"][0]["status"] = "Unknown"
    assert ages(*ready, unknown) == [0.0, 0.0, 3.0]


def test_only_the_condition_ready_says_since_when() -> None:
    turned = said(pod(5.5, "pod-a"), "1970-01-01T00:00:04Z")
    other = {"type": "Initialized", "status": "True", "lastTransitionTime": "1970-01-01T00:00:02Z"}
    turned.object["status"]["conditions"].insert(0, other)
    assert ages(*NEW, turned) == [0.0, 1.5]


@pytest.mark.parametrize("status", [{}, {"conditions": None}, {"conditions": []}])
def test_a_pod_of_which_nothing_is_said_is_not_ready_since_nobody_knows_when(status: dict[str, Any]) -> None:
    silent = pod(5.0, "pod-a")
    silent.object["status"] = status
    assert ages(*NEW, READY, silent) == [0.0, 0.0, 0.0]


def test_what_was_there_first_has_no_age_by_its_condition() -> None:
    assert ages(said(pod(9.0, "pod-a", type="LISTED"), "1970-01-01T00:00:04Z")) == [0.0]


@pytest.mark.parametrize(
    ("written", "age"),
    [
        (5.0, 4.5),  # written within second 5, and seen 0.2 s old at 9.5: it was told late
        (8.0, 1.5),
        (9.0, 0.2),  # within the second in which it was seen
        (8.3, 1.2),  # all of its second is over
        (8.4, 0.2),
        (1.0, 7.0),  # not before the previous change
        (0.0, 0.2),  # it does not say
        (99.0, 0.2),  # by a clock that is ahead
    ],
)
def test_a_slice_is_as_old_as_its_endpoints_were_written(written: float, age: float) -> None:
    before = endpoint_slice(2.5)
    late = endpoint_slice(9.5, "pod-a", age=0.2)._replace(written=written)
    assert [round(one.age, 3) for one in aged([before, late])] == [0.0, age]


def test_only_changed_endpoints_say_when_a_slice_was_written() -> None:
    late = endpoint_slice(9.5, "pod-a", age=0.2)._replace(written=5.0)
    assert aged([endpoint_slice(2.5, "pod-a"), late])[-1].age == 0.2
    assert aged([late._replace(type="ADDED")])[-1].age == 4.5
    for kind in ("LISTED", "DELETED"):
        assert aged([endpoint_slice(2.5), late._replace(type=kind)])[-1].age == 0.2
    assert aged([pod(9.5, "pod-b", type="ADDED")._replace(age=0.2, written=5.0)])[-1].age == 0.2


def test_a_pods_turn_is_older_than_the_slice_that_was_told_late() -> None:
    late = endpoint_slice(6.5, "pod-a", age=0.2)._replace(written=3.0)
    assert ages(*NEW, late, pod(7.0, "pod-a")) == [0.0, 4.0]

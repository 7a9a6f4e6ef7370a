"""A pod's change is at least as old as the slice that follows from it."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.timeline import Change
from kubeskeptic.timeline.causes import aged
from tests.drawn import node, pod, service
from tests.timeline.caused import NEW, READY, ages, endpoint_slice


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


def test_a_slice_counts_as_it_was_when_the_pods_change_was_seen() -> None:
    assert ages(*NEW, READY, endpoint_slice(2.5, "pod-a"), endpoint_slice(6.0)) == [0.0, 0.5]
    assert ages(node(0.5, "n1", "True"), *NEW, READY, endpoint_slice(2.5, "pod-a")) == [0.0, 0.5]


# -- at each boundary -----------------------------------------------------------------------------------------------------
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


def test_what_an_object_says_of_itself_makes_it_older() -> None:
    late = pod(5.5, "pod-a", type="ADDED", ready=False)
    late.object["metadata"]["creationTimestamp"] = "1970-01-01T00:00:03Z"
    assert ages(late) == [2.5]

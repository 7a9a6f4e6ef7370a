"""A change is as old as its object says, where that can be."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.timeline import Change
from kubeskeptic.timeline.own_times import as_stated

NODE = "node-1"


def thing(seen: float, type_: str = "MODIFIED", kind: str = "Pod", age: float = 0.2, **metadata: Any) -> Change:
    """A change of an object; what it says of itself is in its metadata."""
    return Change(seen, type_, kind, {"metadata": {"name": "one", "uid": "one", **metadata}}, age)


def node(seen: float, since: str = "", status: str = "True", taints: tuple[tuple[str, str], ...] = ()) -> Change:
    """A node's change: since when it has been Ready or not, and its taints, each with when it was added."""
    metadata = {"name": NODE, "uid": NODE}
    conditions = [{"type": "Ready", "status": status, "lastTransitionTime": since}]
    spec = {"taints": [{"key": key, "effect": "NoExecute", "timeAdded": at} for key, at in taints]}
    return Change(seen, "MODIFIED", "Node", {"metadata": metadata, "spec": spec, "status": {"conditions": conditions}})


def ages(*changes: Change) -> list[float]:
    return [round(one.age, 3) for one in as_stated(changes)]


@pytest.mark.parametrize(
    ("created", "age"),
    [
        ("1970-01-01T00:00:03Z", 2.5),  # within second 3, and seen 0.2 s old at 5.5: it was told late
        ("1970-01-01T00:00:04Z", 1.5),
        ("1970-01-01T00:00:05Z", 0.2),  # within the second in which it was seen
        ("1970-01-01T00:00:09Z", 0.2),  # by a clock that is ahead
        ("", 0.2),
    ],
)
def test_an_object_was_created_when_it_says_so(created: str, age: float) -> None:
    assert ages(thing(5.5, "ADDED", creationTimestamp=created)) == [age]


@pytest.mark.parametrize(("own", "age"), [(0.5, 1.5), (0.25, 1.5), (0.51, 0.51), (2.0, 2.0)])
def test_what_it_says_counts_when_its_whole_second_is_past(own: float, age: float) -> None:
    assert ages(thing(5.5, "ADDED", age=own, creationTimestamp="1970-01-01T00:00:04Z")) == [age]


@pytest.mark.parametrize("type_", ["LISTED", "MODIFIED", "DELETED"])
def test_only_an_object_that_is_new_was_created_then(type_: str) -> None:
    assert ages(thing(5.5, type_, creationTimestamp="1970-01-01T00:00:02Z")) == [0.2]


@pytest.mark.parametrize(("grace", "age"), [(2, 4.5), (1, 3.5), (None, 2.5)])
def test_a_deletion_was_requested_its_grace_period_earlier(grace: int | None, age: float) -> None:
    more: dict[str, Any] = {} if grace is None else {"deletionGracePeriodSeconds": grace}
    marked = thing(9.5, deletionTimestamp="1970-01-01T00:00:07Z", **more)
    assert ages(thing(1.0), marked) == [0.2, age]


def test_a_deletion_is_requested_once_and_no_earlier_than_what_was_seen_before_it() -> None:
    marked = thing(9.5, deletionTimestamp="1970-01-01T00:00:07Z")
    assert ages(thing(1.0), marked, marked._replace(seen=12.0)) == [0.2, 2.5, 0.2]
    assert ages(thing(8.5), marked) == [0.2, 1.2]
    assert ages(thing(1.0), marked._replace(type="DELETED")) == [0.2, 0.2]
    assert ages(marked) == [2.5]


def test_a_condition_of_a_node_has_held_for_as_long_as_it_says() -> None:
    unknown = node(9.5, "1970-01-01T00:00:07Z", "Unknown")
    assert ages(node(1.0), unknown) == [0.0, 2.5]
    assert ages(node(1.0, status="Unknown"), unknown) == [0.0, 0.0]  # it was so before
    assert ages(unknown) == [0.0]  # nothing is known of what it was before
    assert ages(node(1.0), node(9.5, "", "Unknown")) == [0.0, 0.0]
    assert ages(node(1.0), unknown._replace(type="DELETED")) == [0.0, 0.0]
    assert ages(node(1.0)._replace(kind="Other"), unknown._replace(kind="Other")) == [0.0, 0.0]


def test_a_taint_was_added_when_it_says_so() -> None:
    tainted = node(9.5, taints=(("a", "1970-01-01T00:00:07Z"),))
    assert ages(node(1.0), tainted) == [0.0, 2.5]
    assert ages(tainted, tainted._replace(seen=19.5)) == [0.0, 0.0]  # it had it before
    assert ages(node(1.0), node(9.5, taints=(("a", ""),))) == [0.0, 0.0]


def test_of_several_things_that_changed_at_once_the_last_decides() -> None:
    both = node(9.5, "1970-01-01T00:00:05Z", "Unknown", (("a", "1970-01-01T00:00:07Z"),))
    assert ages(node(1.0), both) == [0.0, 2.5]


def test_other_objects_say_nothing_of_this_one() -> None:
    marked = thing(9.5, deletionTimestamp="1970-01-01T00:00:03Z")
    other = thing(8.5)
    other.object["metadata"]["uid"] = "two"
    assert ages(thing(1.0), other, marked) == [0.2, 0.2, 6.5]

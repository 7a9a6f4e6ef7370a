"""A pod's change is as old as its condition says, where that can be."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.timeline import Change
from tests.drawn import pod
from tests.timeline.caused import NEW, READY, ages


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


# -- at each boundary -----------------------------------------------------------------------------------------------------
def said(change: Change, since: str) -> Change:
    """A pod's change whose condition says since when it has been so."""
    change.object["status"]["conditions"][0]["lastTransitionTime"] = since
    return change


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

"""Values over time: between the earliest time of a change and the time at which it was seen, nothing is known."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from kubeskeptic.timeline import Change
from kubeskeptic.timeline.tracks import Stretch, Track, contradicting
from tests.drawn import pod


def change(seen: float, age: float = 0.0, type: str = "MODIFIED") -> Change:
    return Change(seen, type, "Node", {"metadata": {"name": "n1", "uid": "n1"}}, age)


def track(*turns: tuple[float, float, int], first: int = 0) -> Track[int]:
    """A track with a turn for each (seen, age, value)."""
    found = Track(first)
    for seen, age, value in turns:
        found.turn(change(seen, age), value)
    return found


def known(one: Track[int]) -> list[tuple[float, float, int]]:
    return [(since, until, value) for (since, until), value in one.known(10.0)]


@pytest.mark.parametrize(
    ("turns", "stretches"),
    [
        ([], [(0, 10, 0)]),
        ([(4, 1, 5)], [(0, 3, 0), (4, 10, 5)]),
        ([(4, 1, 5), (6, 1, 5), (8, 1, 0)], [(0, 3, 0), (4, 7, 5), (8, 10, 0)]),
        ([(4, 4, 5)], [(4, 10, 5)]),
        ([(4, 0, 5), (6, 2, 7)], [(0, 4, 0), (6, 10, 7)]),
        # The second change may have happened before the first: other objects are watched by others.
        ([(4, 0, 5), (6, 3, 7)], [(0, 3, 0), (6, 10, 7)]),
        ([(12, 1, 5)], [(0, 10, 0)]),
        ([(10, 0, 5)], [(0, 10, 0)]),
    ],
)
def test_a_value_is_known_from_when_it_is_seen_until_another_is_possible(
    turns: Iterable[tuple[float, float, int]], stretches: list[tuple[float, float, int]]
) -> None:
    assert known(track(*turns)) == stretches


def test_what_was_listed_may_always_have_been_so() -> None:
    listed: Track[int] = Track(0)
    listed.turn(change(4, type="LISTED"), 5)
    assert known(listed) == [(4, 10, 5)]


def test_a_condition_holds_while_one_value_that_meets_it_turns_into_another() -> None:
    one = track((2, 1, 5), (4, 1, 7), (6, 1, 0), (8, 1, 9))
    assert list(one.surely(lambda value: value > 0, 10.0)) == [Stretch(2, 5), Stretch(8, 10)]
    assert list(one.surely(lambda value: value == 7, 10.0)) == [Stretch(4, 5)]
    assert list(one.surely(lambda value: value < 0, 10.0)) == []


def test_two_tracks_contradict_each_other_only_where_both_are_known() -> None:
    one, other = track((2, 1, 5), (8, 2, 0)), track((3, 0.5, 5), (7, 0.5, 6))
    found = list(contradicting(one, other, lambda a, b: a == b, 10.0))
    assert found == [(Stretch(2, 2.5), 5), (Stretch(8, 10), 0)]
    assert list(contradicting(one, track(), lambda a, b: a == b, 10.0)) == [(Stretch(2, 6), 5)]
    assert list(contradicting(track(), one, lambda a, b: a == b, 10.0)) == [(Stretch(2, 6), 0)]


def turned(
    at: str, seen: float = 20.0, age: float = 1.0, ready: bool = True, created: str = "", deleting: bool = False
) -> Track[int]:
    one = pod(seen, "p", ready=ready, deleting=deleting)._replace(age=age)
    one.object["status"]["conditions"][0]["lastTransitionTime"] = at
    one.object["metadata"]["creationTimestamp"] = created or None
    found = track((5, 1, 1))
    found.turn(one, 2)
    return found


@pytest.mark.parametrize(
    ("found", "until"),
    [
        (turned("1970-01-01T00:00:12Z"), 12),  # the watch was late
        (turned("1970-01-01T00:00:19Z", age=3), 17),
        (turned("", created="1970-01-01T00:00:13Z"), 13),
        (turned("1970-01-01T00:00:12Z", created="1970-01-01T00:00:13Z"), 13),
        (turned(""), 19),
        (turned("1970-01-01T00:00:04Z"), 19),  # it was so before, so something else has changed
        (turned("1970-01-01T00:00:12Z", deleting=True), 19),
    ],
)
def test_a_pod_says_when_it_turned_ready_or_was_created(found: Track[int], until: float) -> None:
    assert [stretch for stretch, value in found.known(30.0) if value == 1] == [Stretch(5, until)]

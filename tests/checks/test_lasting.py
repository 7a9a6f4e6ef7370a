"""Since when something is so: a character a second, upper case where it is so."""

from __future__ import annotations

import pytest

from kubeskeptic.bounds import Interval
from kubeskeptic.checks.lasting import NEVER, not_ready_at_the_end, reached, since_when, told
from tests.drawn import pod


@pytest.mark.parametrize(
    ("drawing", "when"),
    [
        ("", None),
        ("aa", None),
        ("A", (0, 0)),
        ("aAA", (1, 1)),
        ("aAaA", (1, 3)),
        ("AaAAaAA", (0, 5)),
        ("aAa", (1, NEVER)),
        ("aAaAa", (1, NEVER)),
    ],
)
def test_between_the_first_time_and_the_time_from_which_it_lasts(
    drawing: str, when: tuple[float, float] | None
) -> None:
    states = [(Interval(at, at), sign.isupper()) for at, sign in enumerate(drawing)]
    assert since_when(states) == when


def test_each_moment_may_have_been_earlier_than_it_was_seen() -> None:
    states = [(Interval(1, 2), True), (Interval(3, 4), False), (Interval(5, 7), True)]
    assert since_when(states) == (1, 7)
    assert since_when(states[:1]) == (1, 2)
    assert since_when(states[:2]) == (1, NEVER)


def test_an_object_that_is_deleted_is_in_no_state() -> None:
    changes = [pod(1.0, "a", ready=False), pod(2.0, "a")._replace(age=0.5), pod(3.0, "a", restarts=1)]
    assert reached(changes, lambda _: True) == (1.0, 1.0)
    assert reached(changes, lambda change: change.seen >= 2.0) == (1.5, 2.0)
    assert reached([*changes, pod(4.0, "a", type="DELETED")], lambda _: True) == (1.0, NEVER)
    assert reached([pod(4.0, "a", type="DELETED")], lambda _: True) is None


def test_what_was_ready_and_is_not_any_more() -> None:
    unready, gone = pod(2.0, "a", ready=False), pod(2.0, "a", type="DELETED")
    why = ["a was not Ready any more at the end"]
    assert not_ready_at_the_end([pod(1.0, "a")]) == not_ready_at_the_end([unready]) == []
    assert not_ready_at_the_end([pod(1.0, "a"), unready]) == not_ready_at_the_end([pod(1.0, "a"), gone]) == why
    assert not_ready_at_the_end([pod(1.0, "a"), pod(2.0, "a", deleting=True)]) == why
    assert not_ready_at_the_end([pod(1.0, "a"), unready, pod(3.0, "a")]) == []
    assert not_ready_at_the_end([pod(0.5, "a", ready=False), pod(2.0, "a", type="DELETED", ready=False)]) == []
    assert not_ready_at_the_end([pod(1.0, "a"), pod(2.0, "a", uid="other", ready=False)]) == []


def test_in_words() -> None:
    assert told(Interval(1.0, 2.04)) == "2.0 s"
    assert told(Interval(1.26, NEVER)) == "1.3 s, but not for good,"
    assert (told(Interval(1.0, 2.046), 2), told(Interval(1.26, NEVER), 2)) == ("2.05 s", "1.26 s, but not for good,")

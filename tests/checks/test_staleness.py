"""For how long an answer of DNS had been wrong when it was given. Times are seconds."""

from __future__ import annotations

import pytest

from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.bounds import Interval
from kubeskeptic.checks.staleness import Answers, Right, staleness
from kubeskeptic.timeline import Sample


def test_staleness_of_one_answer() -> None:
    right = [Right(Interval(at, at), frozenset(records)) for at, records in ((0.0, "ab"), (2.0, "b"), (4.0, "ab"))]

    def stale(records: str, sent: float, took: float = 0.0, doubt: float = 0.0, left: str | None = None) -> Interval:
        before = None if left is None else frozenset(left)
        return staleness(right, Sample(0, sent, took, Outcome.OK), doubt, frozenset(records), before)

    assert stale("ab", 1.0) == stale("b", 3.0) == stale("ab", 5.0) == (0.0, 0.0)
    assert stale("ab", 3.0) == (1.0, 1.0)
    assert stale("ab", 3.0, doubt=0.25) == (0.75, 1.25)
    assert stale("ab", 3.9) == (1.9, 1.9)  # it was answered all along
    assert stale("ab", 3.9, left="c") == (1.9, 1.9)
    assert stale("ab", 3.9, left="b") == pytest.approx((0.0, 0.1))  # what was right was left for what is right soon
    assert stale("ab", 3.9, doubt=0.25, left="b") == (0.0, 0.0)
    assert stale("b", 1.0, left="ab") == (0.0, 1.0)
    assert stale("b", -1.0, left="ab") == (0.0, 0.0)  # before anything was known
    assert stale("ab", -1.0, left="ab") == (0.0, 0.0)
    assert stale("ab", 3.0, took=1.5) == (0.0, 0.0)  # it may have been given once that was right again
    assert stale("b", 7.0) == (3.0, 3.0)
    assert stale("c", 5.5) == (1.5, 1.5)


def test_an_answer_before_its_change_was_seen_may_have_been_early() -> None:
    right = [Right(Interval(0.0, 0.0), frozenset("a")), Right(Interval(2.0, 5.0), frozenset("b"))]

    def early(sent: float, took: float = 0.0) -> Interval:
        return staleness(right, Sample(0, sent, took, Outcome.OK), 0.0, frozenset("b"))

    assert (early(2.5), early(2.5, took=1.0), early(5.0)) == ((0.0, 2.5), (0.0, 1.5), (0.0, 0.0))


@pytest.mark.parametrize(("records", "since"), [("c", 1.0), ("b", 3.0), ("a", 5.0), ("e", 1.0)])
def test_an_answer_is_stale_since_it_was_right_last(records: str, since: float) -> None:
    right = [Right(Interval(at, at), frozenset(name)) for at, name in ((0.0, "a"), (2.0, "b"), (4.0, "c"), (6.0, "d"))]
    assert staleness(right, Sample(0, 7.0, 0.0, Outcome.OK), 0.0, frozenset(records)) == (since, since)


def test_of_a_lane_its_answers_until_the_present_one_are_known() -> None:
    answers, a, b = Answers(), frozenset("a"), frozenset("b")
    seen = []
    for one in (a, a, b, b, a):
        answers.add(one)
        seen.append(answers.left)
    assert seen == [None, None, a, a, b]

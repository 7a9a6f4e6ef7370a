"""For how long an answer of DNS had been wrong when it was given. Times are seconds."""

from __future__ import annotations

import pytest

from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.bounds import Interval
from kubeskeptic.checks.staleness import Answers, RightAnswer, right_answers, staleness
from kubeskeptic.timeline import Change, Sample
from kubeskeptic.timeline.objects import ip_of
from tests.drawn import pod


def test_staleness_of_one_answer() -> None:
    right = [
        RightAnswer(Interval(at, at), frozenset(records)) for at, records in ((0.0, "ab"), (2.0, "b"), (4.0, "ab"))
    ]

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


@pytest.mark.parametrize(
    ("records", "sent", "took", "doubt", "stale"),
    [
        ("ab", 2.0, 0.0, 0.0, (0.0, 0.0)),  # in the moment in which it ended to be right
        ("ab", 2.25, 0.0, 0.0, (0.25, 0.25)),
        ("ab", 2.25, 0.0, 0.25, (0.0, 0.0)),  # it may have been asked in that moment
        ("b", 1.5, 0.5, 0.0, (0.0, 0.0)),  # it may have been given in the moment from which it was right
        ("b", 1.5, 0.25, 0.25, (0.0, 0.0)),
        ("b", 1.5, 0.25, 0.0, (1.5, 1.5)),
        ("c", 1.5, 1.0, 0.0, (0.0, 0.0)),  # the pods changed while it was under way
        ("c", 3.0, 0.5, 0.25, (0.75, 1.25)),
        ("c", -1.0, 0.0, 0.25, (0.0, 0.5)),  # before anything was known
    ],
)
def test_staleness_begins_in_the_moment_of_a_change(
    records: str, sent: float, took: float, doubt: float, stale: tuple[float, float]
) -> None:
    right = [RightAnswer(Interval(at, at), frozenset(records)) for at, records in ((0.0, "ab"), (2.0, "b"))]
    assert staleness(right, Sample(0, sent, took, Outcome.OK), doubt, frozenset(records)) == stale


@pytest.mark.parametrize(
    ("sent", "took", "doubt", "left", "stale"),
    [
        (3.0, 0.0, 0.0, "b", (0.0, 2.0)),  # two seconds, the margin, before the change that makes it right was seen
        (2.75, 0.0, 0.0, "b", (0.75, 0.75)),
        (2.75, 0.25, 0.0, "b", (0.0, 2.0)),  # it may have been given later than it was asked for
        (2.75, 0.0, 0.25, "b", (0.0, 2.0)),
        (3.0, 0.0, 0.0, "ab", (1.0, 1.0)),  # what was left was not right
        (3.0, 0.0, 0.0, "", (1.0, 1.0)),
    ],
)
def test_an_answer_that_is_right_soon_is_early_within_the_margin_only(
    sent: float, took: float, doubt: float, left: str, stale: tuple[float, float]
) -> None:
    right = [
        RightAnswer(Interval(at, at), frozenset(records)) for at, records in ((0.0, "ab"), (2.0, "b"), (5.0, "ab"))
    ]
    assert staleness(right, Sample(0, sent, took, Outcome.OK), doubt, frozenset("ab"), frozenset(left)) == stale
    never = staleness(right, Sample(0, sent, took, Outcome.OK), doubt, frozenset("c"), frozenset(left))
    assert never == (sent - 2 - doubt, sent - 2 + doubt), "one that is not right soon is never early"


def test_an_answer_before_its_change_was_seen_may_have_been_early() -> None:
    right = [RightAnswer(Interval(0.0, 0.0), frozenset("a")), RightAnswer(Interval(2.0, 5.0), frozenset("b"))]

    def early(sent: float, took: float = 0.0) -> Interval:
        return staleness(right, Sample(0, sent, took, Outcome.OK), 0.0, frozenset("b"))

    assert (early(2.5), early(2.5, took=1.0), early(5.0)) == ((0.0, 2.5), (0.0, 1.5), (0.0, 0.0))


@pytest.mark.parametrize(("records", "since"), [("c", 1.0), ("b", 3.0), ("a", 5.0), ("e", 1.0)])
def test_an_answer_is_stale_since_it_was_right_last(records: str, since: float) -> None:
    right = [
        RightAnswer(Interval(at, at), frozenset(name)) for at, name in ((0.0, "a"), (2.0, "b"), (4.0, "c"), (6.0, "d"))
    ]
    assert staleness(right, Sample(0, 7.0, 0.0, Outcome.OK), 0.0, frozenset(records)) == (since, since)


def test_of_a_lane_its_answers_until_the_present_one_are_known() -> None:
    answers, a, b = Answers(), frozenset("a"), frozenset("b")
    seen = []
    for one in (a, a, b, b, a):
        answers.add(one)
        seen.append(answers.left)
    assert seen == [None, None, a, a, b]


def rights(*pods: Change) -> list[tuple[float, float, str]]:
    return [(*one.since, ",".join(sorted(one.records))) for one in right_answers(pods, ip_of)]


def test_the_right_answer_names_the_pods_that_are_ready() -> None:
    a, b = pod(1.0, "a", ip="1"), pod(2.0, "b", ip="2")
    assert rights(a, b) == [(1.0, 1.0, "1"), (2.0, 2.0, "1,2")]
    for gone in (
        pod(3.0, "a", ip="1", ready=False),
        pod(3.0, "a", ip="1", deleting=True),
        pod(3.0, "a", ip="1", type="DELETED"),
    ):
        assert rights(a, b, gone)[2:] == [(3.0, 3.0, "2")]
    assert rights(pod(1.0, "a", ip="1", ready=False)) == [(1.0, 1.0, "")]
    assert rights(pod(1.0, "a", ip="1", type="DELETED"), pod(2.0, "b", ip="2")) == [(1.0, 1.0, ""), (2.0, 2.0, "2")]


def test_it_changes_when_the_addresses_do_and_not_with_every_change_of_a_pod() -> None:
    a = pod(1.0, "a", ip="1")
    assert rights(a, pod(2.0, "a", ip="1", restarts=1), pod(3.0, "a", ip="9")) == [(1.0, 1.0, "1"), (3.0, 3.0, "9")]
    assert rights(a, pod(2.0, "a", uid="another", ip="1"), pod(3.0, "a", ip="1", type="DELETED")) == [(1.0, 1.0, "1")]
    assert rights(a._replace(age=0.5)) == [(0.5, 1.0, "1")]

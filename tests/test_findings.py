import pytest

from kubeskeptic.bounds import Bound, Interval
from kubeskeptic.findings import (
    Finding,
    Measure,
    Verdict,
    all_of,
    conclude,
    gravest,
    inconclusive,
    largest,
    seconds,
    skipped,
    within,
)

FIVE = Bound(5, "s", "test")
AT_LEAST = Bound(5, "s", "test", at_least=True)


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (4, 5, "holds"),
        (5, 5, "holds"),
        (4, 5.1, "inconclusive"),
        (5.1, 9, "violated"),
        (0, float("inf"), "inconclusive"),
    ],
)
def test_a_value_with_doubt_against_a_bound(low: float, high: float, verdict: str) -> None:
    assert within(Measure(low, "s", low, high), FIVE) == verdict


@pytest.mark.parametrize(("low", "high", "verdict"), [(5, 9, "holds"), (4, 5, "inconclusive"), (4, 4.9, "violated")])
def test_a_value_with_doubt_that_must_not_be_below(low: float, high: float, verdict: str) -> None:
    assert within(Measure(low, "s", low, high), AT_LEAST) == verdict


def test_the_doubt_is_told_as_a_number() -> None:
    finding = conclude("It took some time.", {"took": seconds(Interval(4, 6))}, {"took": FIVE})
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "“took” was 4 to 6 s, with at most 5 s" in finding.why


def held(why: str = "fine.", name: str = "took") -> Finding:
    return conclude(why, {name: Measure(1, "s")}, {name: FIVE})


def broken() -> Finding:
    return conclude("broken.", {"took": Measure(9, "s")}, {"took": FIVE})


def test_the_worst_verdict_wins_and_speaks() -> None:
    finding = all_of([held(), broken(), inconclusive("unseen."), skipped("not here.")])
    assert (finding.verdict, finding.why) == (Verdict.VIOLATED, "broken.")
    assert all_of([held(), inconclusive("unseen.")]).verdict is Verdict.INCONCLUSIVE
    assert all_of([held(), skipped("not here.")]).verdict is Verdict.SKIPPED


def test_what_holds_twice_says_both() -> None:
    finding = all_of([held("a.", "x"), held("b.", "y")])
    assert finding.why == "a. b."
    assert set(finding.measured) == {"x", "y"}


def test_nothing_measured_is_no_pass() -> None:
    with pytest.raises(ValueError, match="no finding"):
        all_of([])
    with pytest.raises(ValueError, match="nothing was measured"):
        Finding(Verdict.HOLDS, "fine.")
    assert conclude("fine.", {}, {}).verdict is Verdict.INCONCLUSIVE
    assert conclude("fine.", {"asked": Measure(3, "requests")}, {"failed": FIVE}).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("measured", [Measure(9, "s"), Measure(4, "s", 4, 6)])
def test_holds_beside_a_value_that_is_not_within_its_bound_is_refused(measured: Measure) -> None:
    with pytest.raises(ValueError, match="not within their bounds: took"):
        Finding(Verdict.HOLDS, "fine.", {"took": measured}, {"took": FIVE})


@pytest.mark.parametrize(
    ("intervals", "decides"),
    [
        ({"a": (1.0, 1.2), "b": (0.1, 5.0)}, "b"),  # its doubt reaches beyond the bound
        ({"a": (3.0, 3.1), "b": (0.1, 9.0)}, "a"),  # surely outside
        ({"a": (0.5, 1.5), "b": (1.0, 1.2)}, "a"),
        ({"a": (2.5, 9.0), "b": (3.0, 3.1)}, "b"),
        ({"a": (0.5, float("inf")), "b": (1.0, 1.2)}, "a"),
    ],
)
def test_of_several_the_one_decides_whose_verdict_is_the_gravest(
    intervals: dict[str, tuple[float, float]], decides: str
) -> None:
    bound = Bound(2.0, "s", "test")
    assert gravest(intervals, lambda name: (Interval(*intervals[name]), bound)) == decides


def test_the_gravest_is_against_its_own_bound() -> None:
    known = {"a": (Interval(4.0, 4.0), Bound(5.0, "s", "test")), "b": (Interval(2.0, 2.0), Bound(1.0, "s", "test"))}
    assert gravest(known, known.__getitem__) == "b"
    least = Bound(50.0, "%", "test", at_least=True)
    assert gravest([Interval(60, 70), Interval(40, 90)], lambda one: (one, least)) == Interval(40, 90)


def test_the_most_of_several_is_known_by_the_largest_of_each_end() -> None:
    assert largest([Interval(1.0, 1.2), Interval(0.1, 5.0)]) == Interval(1.0, 5.0)

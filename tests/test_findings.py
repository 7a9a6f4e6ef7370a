from dataclasses import FrozenInstanceError

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
    assert "“took” is between 4 and 6 s, against a bound of at most 5 s" in finding.why


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
    with pytest.raises(ValueError, match="outside their bounds: took"):
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


@pytest.mark.parametrize(
    ("intervals", "decides"),
    [
        ({"a": (0.5, 1.5), "b": (1.0, 1.5)}, "b"),  # as close to the bound, and surer
        ({"a": (3.0, 9.0), "b": (3.0, 4.0)}, "a"),  # as surely outside, and maybe farther
        ({"a": (2.0, 2.0), "b": (0.5, 2.001)}, "b"),  # the bound itself is within
        ({"a": (1.0, 1.5), "b": (1.0, 1.5)}, "a"),
    ],
)
def test_of_several_that_are_as_grave_the_farther_end_decides(
    intervals: dict[str, tuple[float, float]], decides: str
) -> None:
    bound = Bound(2.0, "s", "test")
    assert gravest(intervals, lambda name: (Interval(*intervals[name]), bound)) == decides


def test_of_none_there_is_no_gravest_and_no_largest() -> None:
    with pytest.raises(ValueError, match="empty"):
        gravest([], lambda one: (one, FIVE))
    with pytest.raises(ValueError, match="not enough values"):
        largest([])


def test_what_is_known_is_not_named_among_what_is_not() -> None:
    unsure, sure = Measure(5, "s", 4, 6), Measure(1, "s")
    found = conclude("seen.", {"a": unsure, "b": sure}, {"a": FIVE, "b": FIVE})
    assert "“a” is between 4 and 6 s" in found.why
    assert "“b”" not in found.why


def test_a_value_without_a_bound_and_a_bound_without_a_value_decide_nothing() -> None:
    found = conclude(
        "fine.", {"took": Measure(1, "s"), "asked": Measure(99, "requests")}, {"took": FIVE, "failed": FIVE}
    )
    assert (found.verdict, [name for name, *_ in found.compared]) == (Verdict.HOLDS, ["took"])


def test_several_that_are_violated_are_all_told_once_and_what_is_better_is_not() -> None:
    found = all_of([held("fine."), broken(), broken(), conclude("worse.", {"x": Measure(9, "s")}, {"x": FIVE})])
    assert found.why == "broken. worse."
    assert set(found.measured) == {"took", "x"}


def test_what_a_finding_says_in_the_journal() -> None:
    found = conclude(
        "fine.", {"took": Measure(1, "s", 0.12344, 2)}, {"took": FIVE},
        nodes=("n1",), window=(1.0, 2.5), probes=("web",), decisive=("one",),
    )  # fmt: skip
    assert found.as_record() == {
        "verdict": "holds",
        "why": "fine.",
        "measured": {"took": {"value": 1, "unit": "s", "low": 0.1234, "high": 2}},
        "bounds": {"took": {"value": 5, "unit": "s", "from": "test", "at_least": False}},
        "nodes": ["n1"],
        "window": [1.0, 2.5],
        "probes": ["web"],
        "decisive": ["one"],
    }
    bare = inconclusive("unseen.").as_record()
    assert (bare["verdict"], bare["window"], bare["nodes"], bare["measured"]) == ("inconclusive", None, [], {})


@pytest.mark.parametrize(
    ("measure", "record"),
    [
        (Measure(3, "s", 3), {"low": 3}),
        (Measure(3, "s", None, 4), {"high": 4}),
        (Measure(3, "s", float("-inf"), 4.00006), {"high": 4.0001}),
        (Measure(3, "s", 0.0, 0.0), {"low": 0.0, "high": 0.0}),
    ],
)
def test_an_end_that_is_not_known_is_left_out(measure: Measure, record: dict[str, float]) -> None:
    assert measure.as_record() == {"value": 3, "unit": "s", **record}


def test_a_measure_of_which_one_end_is_known() -> None:
    assert (Measure(3, "s", 1).interval, Measure(3, "s", 1).doubt) == ((1, 3), 2)
    assert (Measure(3, "s", None, 7).interval, Measure(3, "s", 0.0, 7).interval) == ((3, 7), (0, 7))
    assert (str(Measure(2.5, "s")), str(Measure(30, "pods"))) == ("2.5 s", "30 pods")


def test_a_length_of_time_is_told_to_the_millisecond() -> None:
    assert seconds(Interval(0.0, 1.2344)).value == 1.234
    assert seconds(Interval(0.5678, float("inf"))).value == 0.568
    assert seconds(Interval(0.0, 1.2344)).interval == (0.0, 1.2344)


def test_a_finding_that_holds_is_held_against_all_of_its_bounds() -> None:
    with pytest.raises(ValueError, match="outside their bounds: late 9 s"):
        Finding(
            Verdict.HOLDS, "fine.", {"took": Measure(1, "s"), "late": Measure(9, "s")}, {"took": FIVE, "late": FIVE}
        )
    assert Finding(Verdict.VIOLATED, "bad.", {"took": Measure(1, "s")}, {"took": FIVE}).verdict is Verdict.VIOLATED


@pytest.mark.parametrize(
    ("one", "field"),
    [(held(), "verdict"), (Measure(1, "s"), "high"), (FIVE, "value"), (inconclusive("unseen."), "why")],
)
def test_what_was_concluded_cannot_be_changed_afterwards(one: object, field: str) -> None:
    with pytest.raises(FrozenInstanceError):
        setattr(one, field, None)
    assert held() == held() != broken()
    assert Measure(1, "s") == Measure(1, "s") != Measure(1, "s", 0)


@pytest.mark.parametrize(
    ("measure", "verdict"),
    [
        (Measure(-0.1, "s"), Verdict.INCONCLUSIVE),
        (Measure(0.0, "s"), Verdict.HOLDS),
        (Measure(-1.0, "s", -2.0, 0.0), Verdict.HOLDS),
        (Measure(-1.0, "s", -2.0, -0.5), Verdict.INCONCLUSIVE),
        (Measure(-1.0, "pods"), Verdict.HOLDS),
        (Measure(6.0, "s"), Verdict.VIOLATED),
    ],
)
def test_a_length_of_time_that_is_negative_for_sure_proves_nothing(measure: Measure, verdict: Verdict) -> None:
    finding = conclude("Read.", {"took": measure}, {"took": Bound(5, "s" if measure.unit == "s" else "pods", "test")})
    assert finding.verdict is verdict
    assert ("“took” is negative" in finding.why) is (verdict is Verdict.INCONCLUSIVE)
    beside = conclude(
        "Read.", {"took": Measure(9.0, "s"), "began": Measure(-1.0, "s")}, {"took": Bound(5, "s", "test")}
    )
    assert beside.verdict is Verdict.VIOLATED, "a violation that was seen stays one"

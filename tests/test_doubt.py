"""What doubt can do to a verdict: take it away, and nothing else. More evidence never makes a violation hold."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from kubeskeptic.bounds import Bound, Interval
from kubeskeptic.findings import Finding, Measure, Verdict, all_of, conclude, inconclusive, seconds, skipped, within

NUMBER = st.integers(0, 20).map(float)
"""Few numbers, so that bounds are met exactly, too."""
BOUNDS = st.builds(lambda value, at_least: Bound(value, "s", "test", at_least), NUMBER, st.booleans())


@st.composite
def measures(draw: st.DrawFn) -> Measure:
    low, value, high = sorted(draw(st.tuples(NUMBER, NUMBER, NUMBER)))
    return Measure(value, "s", low, high)


@st.composite
def findings(draw: st.DrawFn) -> Finding:
    names = draw(st.lists(st.sampled_from("abc"), max_size=3, unique=True))
    compared = {name: (draw(measures()), draw(BOUNDS)) for name in names}
    measured = {name: measure for name, (measure, _) in compared.items()}
    found = conclude("seen.", measured, {name: bound for name, (_, bound) in compared.items()})
    return draw(st.sampled_from([found, found, found, inconclusive("unseen."), skipped("not here.")]))


def wider(one: Measure, below: float, above: float) -> Measure:
    return Measure(one.value, one.unit, one.interval.low - below, one.interval.high + above)


@settings(deadline=None)
@given(measures(), BOUNDS, NUMBER, NUMBER)
def test_widening_a_doubt_decides_nothing(one: Measure, bound: Bound, below: float, above: float) -> None:
    before = within(one, bound)
    assert within(wider(one, below, above), bound) in (before, Verdict.INCONCLUSIVE)


@settings(deadline=None)
@given(measures(), BOUNDS)
def test_a_verdict_is_that_of_both_ends(one: Measure, bound: Bound) -> None:
    ends = {bound.admits(one.interval.low), bound.admits(one.interval.high)}
    expected = {True: Verdict.HOLDS, False: Verdict.VIOLATED}[ends.pop()] if len(ends) == 1 else Verdict.INCONCLUSIVE
    assert within(one, bound) is expected


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from("abc"), st.tuples(measures(), BOUNDS), min_size=1), measures(), BOUNDS)
def test_another_measure_makes_nothing_better(
    compared: dict[str, tuple[Measure, Bound]], more: Measure, its: Bound
) -> None:
    measured, bounds = ({name: pair[at] for name, pair in compared.items()} for at in range(2))
    before = conclude("seen.", measured, bounds).verdict  # type: ignore[arg-type]
    after = conclude("seen.", measured | {"more": more}, bounds | {"more": its}).verdict  # type: ignore[arg-type]
    order = list(Verdict)
    assert order.index(after) == max(order.index(before), order.index(within(more, its)))


@settings(deadline=None)
@given(st.lists(findings(), min_size=1, max_size=4), st.data())
def test_joining_findings_keeps_the_worst_in_any_order(parts: list[Finding], data: st.DataObject) -> None:
    order = list(Verdict)
    joined = all_of(parts)
    assert order.index(joined.verdict) == max(order.index(one.verdict) for one in parts)
    assert all_of(data.draw(st.permutations(parts))).verdict is joined.verdict


@settings(deadline=None)
@given(st.tuples(NUMBER, NUMBER), st.tuples(NUMBER, NUMBER), NUMBER)
def test_a_time_between_two_doubtful_moments_has_the_doubt_of_both(
    one: tuple[float, float], other: tuple[float, float], more: float
) -> None:
    until, since = Interval(*sorted(one)), Interval(*sorted(other))
    took = until.since(since)
    assert took.high - took.low == (until.high - until.low) + (since.high - since.low)
    unsure = Interval(until.low - more, until.high + more).since(since)
    assert (unsure.low, unsure.high) == (took.low - more, took.high + more)


def test_a_length_of_time_is_the_most_that_it_can_have_been() -> None:
    assert seconds(Interval(1, 2.00049)) == Measure(2.0, "s", 1, 2.00049)
    assert seconds(Interval(1, float("inf"))).value == 1


def test_what_a_value_says_of_itself() -> None:
    exact, unsure = Measure(3, "s"), Measure(3, "s", 1, 7)
    assert (exact.interval, exact.doubt) == (Interval(3, 3), 0)
    assert (unsure.interval, unsure.doubt) == (Interval(1, 7), 6)
    assert exact.as_record() == {"value": 3, "unit": "s"}
    assert unsure.as_record() == {"value": 3, "unit": "s", "low": 1, "high": 7}
    assert Measure(1, "s", 1, float("inf")).as_record() == {"value": 1, "unit": "s", "low": 1}


def test_the_worst_value_is_told_first() -> None:
    five = Bound(5, "s", "test")
    found = conclude(
        "seen.",
        {"good": Measure(1, "s"), "bad": Measure(9, "s"), "unsure": Measure(5, "s", 4, 6), "other": Measure(7, "s")},
        dict.fromkeys(("good", "bad", "unsure", "missing"), five),
    )
    assert [name for name, *_ in found.compared] == ["bad", "unsure", "good"]


def test_a_finding_that_lacks_something_says_why_before_its_own_words() -> None:
    found = conclude("seen.", {"took": Measure(9, "s")}, {"took": Bound(5, "s", "test")}, nodes=("n1",)).but("a gap")
    assert (found.verdict, found.why) == (Verdict.INCONCLUSIVE, "a gap. As far as observed: seen.")
    assert (found.nodes, found.measured["took"].value) == (("n1",), 9)


def test_what_is_not_known_well_enough_is_named() -> None:
    five = Bound(5, "s", "test")
    found = conclude(
        "seen.", {"a": Measure(5, "s", 4, 6), "b": Measure(1, "s", 1, float("inf"))}, {"a": five, "b": five}
    )
    assert found.why == (
        "Not known precisely enough: “a” is between 4 and 6 s, against a bound of at most 5 s (test); "
        "“b” is at least 1 s, against a bound of at most 5 s (test). seen."
    )
    assert conclude("seen.", {}, {}).why == "Nothing was compared with a bound. seen."


def test_findings_are_joined_with_all_that_they_saw() -> None:
    five = Bound(5, "s", "test")
    more = {"a": ("n1", (3, 9)), "b": ("n2", (1, 7))}
    parts = [
        conclude(
            name, {name: Measure(1, "s")}, {name: five}, nodes=(node,), window=window, probes=("web",), decisive=(name,)
        )
        for name, (node, window) in more.items()
    ]
    joined = all_of([*parts, conclude("a", {"a": Measure(2, "s")}, {"a": five})])
    assert (joined.why, joined.nodes, joined.window) == ("a b", ("n1", "n2"), (1, 9))
    assert (joined.probes, joined.decisive) == (("web",), ("a", "b"))
    assert joined.measured == {"a": Measure(1, "s"), "b": Measure(1, "s")}  # of a name that stands twice the first
    assert joined.bounds == {"a": five, "b": five}
    assert all_of([inconclusive("unseen.")]).window is None


def test_what_cannot_be_asked_says_what_was_looked_at() -> None:
    assert skipped("not here.", probes=("web",)).probes == ("web",)
    assert inconclusive("unseen.", probes=("web",)).probes == ("web",)

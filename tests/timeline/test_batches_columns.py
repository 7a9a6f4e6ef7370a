"""The columns of a batch by themselves: told apart by probe, checked, and each tick admitted once."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.timeline import Lane
from kubeskeptic.timeline.batches import MOST_TICKS, Ticks, checked, lateness, parts
from kubeskeptic.timeline.samples import SampleColumns
from tests.timeline.written import batch


def columns(*ticks: int, sent: float = 0.0, code: int = 0, by: int = 0) -> SampleColumns:
    """Samples of these ticks, a second apart."""
    count = len(ticks)
    times = [sent + tick for tick in ticks]
    return SampleColumns(list(ticks), times, [0.5] * count, [code] * count, [by] * count, [7] * count)


@pytest.mark.parametrize(
    ("first", "second", "fresh", "copies", "contradicted"),
    [
        ((0, 1, 2), (3, 4), [3, 4], 0, set()),
        ((3, 4), (0, 1, 2), [0, 1, 2], 0, set()),
        ((0, 2, 4), (1, 3), [1, 3], 0, set()),
        ((0, 4), (1, 2, 3), [1, 2, 3], 0, set()),
        ((0, 1, 2), (2, 3, 4), [3, 4], 1, set()),
        ((2, 3, 4), (0, 1, 2), [0, 1], 1, set()),
        ((0, 5, 9), (4, 5, 8), [4, 8], 1, set()),
        ((0, 1), (1, 0), [], 2, set()),
        ((0, 2), (0, 1, 2), [1], 2, set()),
        ((9,), (0, 4), [0, 4], 0, set()),
    ],
)
def test_each_tick_is_new_once(
    first: tuple[int, ...], second: tuple[int, ...], fresh: list[int], copies: int, contradicted: set[int]
) -> None:
    known, lane = Ticks(), Lane("n1", "web", 1.0)
    lane.extend(known.admit(columns(*first), lane)[0])
    new, seen_before, other = known.admit(columns(*second), lane)
    assert (list(new.ticks), seen_before, other) == (fresh, copies, contradicted)
    lane.extend(new)
    for again in (first, second, fresh or first):
        assert known.admit(columns(*again), lane)[1:] == (len(again), set()), "all of them are known by then"


def test_what_contradicts_itself_within_a_batch_is_told_and_the_first_counts() -> None:
    lane = Lane("n1", "web", 1.0)
    twice = SampleColumns([3, 3, 3], [3.0, 3.0, 3.0], [0.5] * 3, [0, 1, 0], [0] * 3, [7] * 3)
    fresh, copies, contradicted = Ticks().admit(twice, lane)
    assert (list(fresh.ticks), list(fresh.codes), copies, contradicted) == ([3], [0], 1, {3})


def test_a_contradiction_of_an_unsorted_lane_is_found() -> None:
    known, lane = Ticks(), Lane("n1", "web", 1.0)
    lane.extend(known.admit(columns(2, 0, 1), lane)[0])
    _, copies, contradicted = known.admit(columns(0, 2), lane)
    assert (copies, contradicted) == (2, set())
    _, copies, contradicted = known.admit(columns(0, 2, code=1), lane)
    assert (copies, contradicted) == (0, {0, 2})


def test_samples_are_told_apart_by_their_probe() -> None:
    mixed = batch("a", ticks=range(4), probes=[{}, {}, {}], probe=[2, 0, 2, 0])
    assert [(place, list(part.ticks), list(part.ports)) for place, part in parts(mixed)] == [
        (0, [1, 3], [40001, 40003]),
        (2, [0, 2], [40000, 40002]),
    ]
    (whole,) = parts(batch("a", probes=[{}, {}], probe=[1, 1, 1]))
    assert (whole[0], list(whole[1].ticks)) == (1, [0, 1, 2])
    assert list(parts(batch("a", ticks=range(0)))) == []


@pytest.mark.parametrize("probe", [[0, 1, 2], [0, 0, "0"], [0, 0, 0.5], [0, 0, -1], [3, 3, 3]])
def test_a_probe_that_is_not_listed_is_none(probe: list[Any]) -> None:
    with pytest.raises(ValueError, match="probes that it does not list"):
        list(parts(batch("a", probes=[{}, {}], probe=probe)))


@pytest.mark.parametrize("column", ["sent", "took"])
@pytest.mark.parametrize("time", [float("inf"), -float("inf"), float("nan")])
def test_a_time_that_is_none(column: str, time: float) -> None:
    wrong: dict[str, Any] = {column: [1.0, time, 1.0]}
    with pytest.raises(ValueError, match="times that are not finite numbers"):
        list(parts(batch("a", **wrong)))


@pytest.mark.parametrize("column", ["tick", "sent", "took", "outcome", "by", "port"])
def test_a_column_that_is_longer_than_the_others(column: str) -> None:
    longer: dict[str, Any] = {column: [0] * 4}
    with pytest.raises(ValueError, match="differ in length"):
        list(parts(batch("a", **longer)))


def test_samples_are_checked_and_put_on_the_harness_s_clock() -> None:
    lane = Lane("n1", "web", 1.0)
    lane.name_index("known")
    names = ["", "new", "known"]
    taken = SampleColumns([0, 1, 2], [1.0, 2.0, 3.0], [0.0, 0.5, 0.5], [0, 1, 8], [0, 1, 2], [0, 1, 65535])
    found = checked(taken, lane, names, offset=0.25)
    assert [list(column) for column in found] == [
        [0, 1, 2], [1.25, 2.25, 3.25], [0.0, 0.5, 0.5], [0, 1, 8], [0, 2, 1], [0, 1, 65535],
    ]  # fmt: skip
    assert lane.names == ["", "known", "new"]


@pytest.mark.parametrize(
    ("column", "values", "said"),
    [
        ("ticks", [-1, 0], "“tick”"),
        ("ticks", [0, MOST_TICKS], "“tick”"),
        ("codes", [-1, 0], "“outcome”"),
        ("codes", [0, 9], "“outcome”"),
        ("bys", [-1, 0], "“by”"),
        ("bys", [0, 1], "“by”"),
        ("took", [0.5, -0.001], "before their requests"),
    ],
)
def test_a_value_beyond_either_end_is_none(column: str, values: list[Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        checked(columns(0, 1)._replace(**{column: values}), Lane("n1", "web", 1.0), [""], 0.0)


@pytest.mark.parametrize(
    ("probe", "late"),
    [
        ({"t0": 100.0, "period": 2.0}, [1.0, 0.0]),
        ({"t0": 0.0, "period": 2.0}, [101.0, 100.0]),
        ({"t0": None, "period": 2.0}, []),
        ({"period": 2.0}, []),
    ],
)
def test_how_late_a_question_was_sent_by_its_agent_s_own_clock(probe: dict[str, Any], late: list[float]) -> None:
    assert list(lateness(columns(0, 1, sent=101.5), probe, offset=0.5)) == late

"""Lanes: samples as columns, in the order in which they were sent, and which of them are known already."""

from __future__ import annotations

from array import array

import pytest

from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.durations import CLOCK_DOUBT
from kubeskeptic.timeline import Lane, Sample
from kubeskeptic.timeline.samples import SampleColumns

ONE, TWO, THREE = (
    Sample(4, 2.0, 0.5, Outcome.OK, "pod-a", 40004),
    Sample(5, 2.5, 0.25, Outcome.REFUSED, "", 40005),
    Sample(6, 3.0, 0.125, Outcome.OK, "pod-b", 40006),
)


def of(*samples: Sample) -> Lane:
    return Lane("n1", "web", 0.5, samples)


def column(one: Sample, lane: Lane) -> SampleColumns:
    """A sample as it is delivered a second time."""
    other = of(one)
    return SampleColumns(other.ticks, other.sent, other.took, other.codes, [lane.name_index(one.by)], other.ports)


def test_a_sample_failed_unless_it_was_answered_well() -> None:
    assert [outcome for outcome in Outcome if not ONE._replace(outcome=outcome).failed] == [Outcome.OK]
    assert Sample(1, 2.0, 0.5, Outcome.TIMEOUT)[4:] == ("", 0)


def test_what_is_put_into_a_lane_comes_out_of_it() -> None:
    lane = of(ONE, TWO, THREE)
    assert list(lane) == [ONE, TWO, THREE]
    assert (len(lane), lane[1], lane.names) == (3, TWO, ["", "pod-a", "pod-b"])
    assert (lane.node, lane.probe, lane.period, lane.doubt) == ("n1", "web", 0.5, 0.0)
    assert len(of()) == 0


def test_a_name_has_one_place_in_a_lane() -> None:
    lane = of()
    assert [lane.name_index(name) for name in ("", "a", "b", "a", "", "b", "c")] == [0, 1, 2, 1, 0, 2, 3]
    assert lane.names == ["", "a", "b", "c"]


@pytest.mark.parametrize(
    ("node", "target"),
    [("n1", ""), ("outside→n1", "n1"), ("outside→", ""), ("n1 outside→n2", ""), ("outside→outside→n1", "outside→n1")],
)
def test_what_was_asked_from_outside_says_which_way(node: str, target: str) -> None:
    assert Lane(node, "web", 0.5).target == target


def test_samples_are_put_in_the_order_in_which_they_were_sent() -> None:
    lane = of(THREE, ONE, TWO)
    lane.sort()
    assert list(lane) == [ONE, TWO, THREE]
    assert [one.typecode for one in (lane.ticks, lane.sent, lane.took, lane.codes, lane.bys, lane.ports)] == list(
        "qddBHH"
    )
    together = of(ONE, TWO._replace(sent=2.0), ONE._replace(tick=9))
    together.sort()
    assert [one.tick for one in together] == [4, 5, 9], "those that were sent at the same time stay as they are"


def test_a_lane_that_is_in_order_is_left_as_it_is() -> None:
    lane = of(ONE, TWO, TWO, THREE)
    before = lane.sent
    lane.sort()
    assert lane.sent is before
    last = of(ONE, THREE, TWO)
    last.sort()
    assert list(last) == [ONE, TWO, THREE]


def test_columns_are_added_to_each_column() -> None:
    lane = of(ONE)
    lane.extend(SampleColumns([7, 8], [3.5, 4.0], [0.5, 0.25], [0, 1], [1, 0], [1, 2]))
    assert [(one.tick, one.sent, one.took, one.outcome, one.by, one.port) for one in lane][1:] == [
        (7, 3.5, 0.5, Outcome.OK, "pod-a", 1),
        (8, 4.0, 0.25, list(Outcome)[1], "", 2),
    ]


def test_some_of_several_samples() -> None:
    many = SampleColumns([1, 2, 3], [1.0, 2.0, 3.0], [0.1, 0.2, 0.3], [0, 1, 2], [4, 5, 6], [7, 8, 9])
    assert many.part([2, 0]) == SampleColumns([3, 1], [3.0, 1.0], [0.3, 0.1], [2, 0], [6, 4], [9, 7])


@pytest.mark.parametrize("name", SampleColumns._fields)
def test_two_samples_are_alike_when_all_of_them_is(name: str) -> None:
    same = SampleColumns([1, 1], [2.0, 2.0], [0.5, 0.5], [0, 0], [1, 1], [7, 7])
    assert same.alike(0, 1)
    assert not same._replace(**{name: [1, 0]}).alike(0, 1)


# -- which are known already ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("off", "known"),
    [(0.0, True), (CLOCK_DOUBT, True), (-CLOCK_DOUBT, True), (CLOCK_DOUBT + 0.01, False), (-CLOCK_DOUBT - 0.01, False)],
)
def test_a_sample_is_known_when_it_was_sent_at_about_the_same_time(off: float, known: bool) -> None:
    lane = Lane("n1", "web", 0.5, [Sample(4, 0.0, 0.5, Outcome.OK, "pod-a", 40004)])
    assert lane.holds(column(lane[0]._replace(sent=off), lane)) is known


@pytest.mark.parametrize(
    "other",
    [{"tick": 7}, {"took": 0.75}, {"outcome": Outcome.WRONG}, {"by": "pod-b"}, {"port": 1}],
)
def test_a_sample_with_another_answer_is_another(other: dict[str, object]) -> None:
    lane = of(ONE, TWO, THREE)
    assert all(lane.holds(column(one, lane)) for one in (ONE, TWO, THREE))
    assert not lane.holds(column(ONE._replace(**other), lane))  # type: ignore[arg-type]


def test_an_empty_lane_knows_nothing() -> None:
    assert not of().holds(column(TWO, of()))
    assert of().sent == array("d")

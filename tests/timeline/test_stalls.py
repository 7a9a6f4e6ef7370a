"""When the machine stood still: all of its processors at the same time, as one witness on each of them says."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from kubeskeptic.timeline.stalls import Pause, Stall, Standstill, standstills, stood_still

NODES = ("n1", "n2")


def paused(*stretches: tuple[int, float, float], processors: int = 2, nodes: Sequence[str] = NODES) -> list[Pause]:
    return [Pause(one, processors, since, until, tuple(nodes)) for one, since, until in stretches]


@pytest.mark.parametrize(
    ("seen", "both"),
    [
        ([(0, 1.0, 2.0), (1, 1.0, 2.0)], [(1.0, 2.0)]),
        ([(0, 1.0, 2.0), (1, 1.5, 3.0)], [(1.5, 2.0)]),
        ([(1, 1.0, 2.0), (0, 1.2, 1.4), (0, 1.6, 3.0)], [(1.2, 1.4), (1.6, 2.0)]),
        ([(0, 5.0, 6.0), (1, 5.5, 6.0), (1, 1.0, 2.0), (0, 1.5, 2.5)], [(1.5, 2.0), (5.5, 6.0)]),
        ([(0, 1.0, 2.0), (1, 2.0, 3.0)], []),
        ([(0, 1.0, 2.0), (0, 1.0, 2.0)], []),
        ([(0, 1.0, 2.0)], []),
        ([], []),
    ],
)
def test_a_machine_stands_still_when_all_of_its_processors_do(
    seen: list[tuple[int, float, float]], both: list[tuple[float, float]]
) -> None:
    assert standstills(paused(*seen)) == [Standstill(*one, frozenset(NODES)) for one in both]


def test_every_processor_has_its_say() -> None:
    two = paused((0, 1.0, 2.0), (1, 1.0, 2.0), processors=3)
    assert standstills(two) == []
    assert standstills(two + paused((2, 1.5, 1.7), processors=3)) == [Standstill(1.5, 1.7, frozenset(NODES))]
    assert [one.since for one in standstills(paused((0, 1.0, 2.0), processors=1))] == [1.0]


def test_what_is_said_of_other_nodes_is_another_machine_s() -> None:
    assert standstills(paused((0, 1.0, 2.0)) + paused((1, 1.0, 2.0), nodes=("n3",))) == []


@pytest.mark.parametrize(
    ("nodes", "since", "until", "seconds"),
    [
        ({"n1"}, 0.0, 9.0, 1.5),
        ({"n1", "n2"}, 0.0, 9.0, 1.0),
        ({"n1", "n3"}, 0.0, 9.0, 0.0),
        ({"n1"}, 1.5, 9.0, 1.0),
        ({"n1"}, 1.5, 1.75, 0.25),
        ({"n1"}, 2.0, 5.0, 0.0),
        ({"n1"}, 1.5, 1.4, 0.0),
    ],
)
def test_how_long_it_stood_still_in_a_stretch(nodes: set[str], since: float, until: float, seconds: float) -> None:
    seen = [Standstill(1.0, 2.0, frozenset(NODES)), Standstill(5.0, 5.5, frozenset({"n1"}))]
    assert stood_still(seen, nodes, since, until) == pytest.approx(seconds)


def test_an_agent_s_stall_is_known_exactly_when_nothing_else_is_said() -> None:
    assert Stall("n1", 1.0, 2.0).doubt == 0


def test_standstills_of_several_machines_are_in_the_order_of_their_beginning() -> None:
    one, other = paused((0, 5.0, 6.0), processors=1), paused((0, 1.0, 2.0), processors=1, nodes=("n3",))
    assert standstills(one + other) == [Standstill(1.0, 2.0, frozenset({"n3"})), Standstill(5.0, 6.0, frozenset(NODES))]


def test_what_three_processors_share_is_what_lies_in_all() -> None:
    seen = paused((0, 1.0, 4.0), (1, 2.0, 9.0), (2, 0.0, 3.0), (2, 3.5, 9.0), (0, 5.0, 5.5), processors=3)
    found = [(one.since, one.until) for one in standstills(seen)]
    assert found == [(2.0, 3.0), (3.5, 4.0), (5.0, 5.5)]


def test_another_number_of_processors_is_another_machine() -> None:
    mixed = paused((0, 1.0, 2.0), processors=2) + paused((1, 1.0, 2.0), processors=1)
    assert [(one.since, one.until) for one in standstills(mixed)] == [(1.0, 2.0)]
    assert standstills(paused((0, 1.0, 2.0), (1, 1.0, 2.0), (2, 1.0, 2.0), processors=2)) == []


def test_stretches_of_several_standstills_are_added_up() -> None:
    seen = [Standstill(at, at + 1.0, frozenset(NODES)) for at in (1.0, 3.0, 5.0)]
    assert stood_still(seen, NODES, 1.5, 5.25) == 0.5 + 1.0 + 0.25
    assert stood_still(seen, (), 0.0, 9.0) == 3.0
    assert stood_still([], NODES, 0.0, 9.0) == 0


def test_a_machine_has_one_number_of_processors() -> None:
    two = paused((0, 1.0, 2.0), (1, 5.0, 6.0))
    assert standstills(two + paused((0, 3.0, 4.0), processors=1)) == []

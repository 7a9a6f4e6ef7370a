"""When the machine stood still: all of its processors at the same time, as one witness on each of them says."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from kubeskeptic.timeline.stalls import Idle, Standstill, standstills, stood_still

NODES = ("n1", "n2")


def idle(*stretches: tuple[int, float, float], processors: int = 2, nodes: Sequence[str] = NODES) -> list[Idle]:
    return [Idle(one, processors, since, until, tuple(nodes)) for one, since, until in stretches]


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
    assert standstills(idle(*seen)) == [Standstill(*one, frozenset(NODES)) for one in both]


def test_every_processor_has_its_say() -> None:
    two = idle((0, 1.0, 2.0), (1, 1.0, 2.0), processors=3)
    assert standstills(two) == []
    assert standstills(two + idle((2, 1.5, 1.7), processors=3)) == [Standstill(1.5, 1.7, frozenset(NODES))]
    assert [one.since for one in standstills(idle((0, 1.0, 2.0), processors=1))] == [1.0]


def test_what_is_said_of_other_nodes_is_another_machine_s() -> None:
    assert standstills(idle((0, 1.0, 2.0)) + idle((1, 1.0, 2.0), nodes=("n3",))) == []


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

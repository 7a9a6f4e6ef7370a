"""How many there may be of what is there so often on average: the chance of more is at most one in a thousand."""

from __future__ import annotations

import pytest

from kubeskeptic.checks.chance import PORTS, PORTS_OF_CONNECT, most_by_chance


@pytest.mark.parametrize(
    ("mean", "most"),
    [
        (0.0, 0),
        (0.0010, 0),  # 1 − e^−0.0010 = 0.0009995
        (0.0011, 1),
        (0.045, 1),  # 0.00098 for more than one
        (0.046, 2),
        (1.0, 5),  # from tables: 0.00059 for more than five, 0.0037 for more than four
        (10.0, 21),
    ],
)
def test_the_quantile_of_a_poisson_distribution(mean: float, most: int) -> None:
    assert most_by_chance(mean) == most


def test_there_are_as_many_ports_as_linux_has_by_default() -> None:
    assert (PORTS, PORTS_OF_CONNECT) == (28232, 14116)

"""What a client meets by chance when the kernel chooses its source ports."""

from __future__ import annotations

import math

PORTS = 60999 - 32768 + 1
"""How many source ports the kernel chooses from (Linux, ``ip_local_port_range``), at random for UDP."""
PORTS_OF_CONNECT = PORTS // 2
"""How many of these ``connect`` chooses from first: it leaves those of the other parity to ``bind`` (Linux 4.2, commit
07f4c90062f8)."""
BY_CHANCE = 0.001
"""How often, at most, a lane has more of something by chance than is taken for chance."""


def most_by_chance(mean: float) -> int:
    """Return how many of something there may be by chance: the quantile of a Poisson distribution.

    :param mean: how many there are on average
    """
    count, chance = 0, math.exp(-mean)
    left = 1 - chance
    while left > BY_CHANCE:
        count += 1
        chance *= mean / count
        left -= chance
    return count

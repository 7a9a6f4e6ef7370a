"""The agent's two clocks, and how late its questions were."""

from __future__ import annotations

import pytest

from kubeskeptic.agent import clock, wire
from kubeskeptic.agent.clock import Moment


def test_a_step_of_the_wall_clock_cancels_out() -> None:
    """The harness adds (its own clock - wall) to sent: the result is the same before and after a step."""
    before, after = Moment(wall=1000.0, mono=50.0), Moment(wall=1000.0 + 10 + 3600, mono=60.0)
    harness = {before: 2000.0, after: 2010.0}
    sent = [anchor.wall_at(45.0) + harness[anchor] - anchor.wall for anchor in (before, after)]
    assert sent == [1995.0, 1995.0]


def test_a_moment_is_one() -> None:
    first, second = clock.moment(), clock.moment()
    assert second.wall - first.wall == pytest.approx(second.mono - first.mono, abs=0.01)


def test_p99_of_few_and_of_many() -> None:
    assert wire._p99([]) == 0.0
    assert wire._p99([0.003]) == 0.003
    assert wire._p99([float(value) for value in range(1000)]) == 990.0

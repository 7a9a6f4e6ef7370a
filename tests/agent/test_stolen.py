"""Whether a machine stood still: its counters, and a stall's share of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from unittest.mock import Mock

import pytest

from kubeskeptic.agent import clock, stalls, stolen
from kubeskeptic.agent.gaps import PROCESS, AgentGap, Gaps
from kubeskeptic.agent.stalls import Stalls


@pytest.mark.parametrize(
    ("before", "after", "least"),
    [
        ((1.0, 2.0), (1.5, 2.1), 0.1),
        ((1.0, 2.0), (1.5, 2.0), 0.0),
        ((1.0,), (0.5,), 0.0),
        ((), (), 0.0),
        ((1.0,), (2.0, 2.0), 0.0),
        ((1.0,), (), 0.0),
    ],
)
def test_the_machine_stood_still_while_none_of_its_processors_had_time(
    before: stolen.Stolen, after: stolen.Stolen, least: float
) -> None:
    assert stolen.from_all(before, after) == pytest.approx(least)


@pytest.mark.skipif(not stolen.read(), reason="only Linux counts what is stolen, and a large machine is not asked")
def test_the_counters_of_this_machine_only_grow() -> None:
    first, second = stolen.read(), stolen.read()
    assert 1 <= len(first) == len(second) <= stolen.MOST_PROCESSORS
    assert all(0 <= one <= two for one, two in zip(first, second, strict=True))


class Beats:
    """A heartbeat by hand: it beats at given times, and reads given counters."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, readings: Sequence[float]) -> None:
        self.now = 0.0
        self.gaps = Gaps()
        monkeypatch.setattr(clock, "monotonic", lambda: self.now)
        monkeypatch.setattr(clock, "at", Mock())
        read: Iterator[stolen.Stolen] = iter([(one, 100.0 + one) for one in readings])
        self.stalls = Stalls(self.gaps, read_stolen=lambda: next(read))

    def at(self, *times: float) -> list[AgentGap]:
        """Beat at these times."""
        self.stalls.start()
        for now in times:
            self.now = now
            self.stalls._beat()
        self.stalls.stop()
        return self.gaps.deliver()


@pytest.mark.parametrize(
    ("readings", "times", "noted"),
    [
        # Read when made, at each beat, and when it is stopped.
        ([0, 0, 0.04, 0.09, 0.5], (0.01, 0.12, 0.13), [(0.01, 0.12, 0.09)]),
        ([0, 0, 0, 0, 0.5], (0.01, 0.12, 0.13), [(0.01, 0.12, 0.0)]),
        ([0, 0, 5, 6, 7], (0.01, 0.12, 0.13), [(0.01, 0.12, 0.11)]),
        ([0, 0, 0.04, 0.09], (0.01, 0.12), [(0.01, 0.12, 0.09)]),
        ([0, 0.07, 0.07, 0.07, 0.07], (0.01, 0.12, 0.13), [(0.01, 0.12, 0.0)]),
        ([0, 0, 0.04, 0.21, 0.21, 0.3], (0.01, 0.12, 0.32, 0.33), [(0.01, 0.12, 0.04), (0.12, 0.32, 0.17)]),
        ([0, 0, 0, 0], (0.01, 0.02), []),
    ],
    ids=["stolen", "not stolen", "more than it lasted", "stopped before the next beat", "before it", "two", "none"],
)
def test_a_stall_is_noted_with_what_was_stolen_of_it(
    monkeypatch: pytest.MonkeyPatch,
    readings: Sequence[float],
    times: Sequence[float],
    noted: Sequence[tuple[float, float, float]],
) -> None:
    found = Beats(monkeypatch, readings).at(*times)
    assert [(one.probe, one.ticks, one.reason) for one in found] == [(PROCESS, 0, "stalled")] * len(noted)
    for one, (begin, end, taken) in zip(found, noted, strict=True):
        assert (one.since, one.until, one.stolen) == pytest.approx((begin, end, taken))
    assert stalls.BEAT + stalls.SHORTEST < 0.1

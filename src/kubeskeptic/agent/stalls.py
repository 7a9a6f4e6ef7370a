"""Stalls: times in which an asker did not run, seen by a heartbeat of its event loop.

::

    beats     |   |   |                  |   |
    stall             [------------------]        from the last beat before it to the first beat after it

This asker asked nothing in a stall and read no answer, whatever the probe. An answer
that was read at a stall's end may have come at any time in it, so the ``took`` of its sample is an upper limit.

A stall is noted one beat later, with how much of it a hypervisor stole from every processor (:mod:`kubeskeptic.agent.stolen`):
the kernel counts that at each processor's next tick.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from kubeskeptic.agent import clock, stolen
from kubeskeptic.agent.gaps import PROCESS, STALLED, Gaps

BEAT = 0.01
"""Seconds between two beats."""
SHORTEST = 0.02
"""A beat that is late by more than this many seconds is a stall: one period of the fastest ordinary probe."""
REMEMBERED = 64
"""Stalls that questions in flight are compared with."""


class _Unnoted(NamedTuple):
    """A stall that is over, and what had been stolen from each processor by the last beat before it."""

    begin: float
    end: float
    before: stolen.Stolen


class Stalls:
    """Notes the stalls of the running loop as gaps of no single probe.

    :param gaps: where a stall is noted, to be delivered with the batches
    :param asking: returns whether any probe asks or waits: a stall of an idle agent hides nothing
    :param read_stolen: returns the seconds stolen from each processor
    """

    def __init__(
        self,
        gaps: Gaps,
        asking: Callable[[], bool] = lambda: True,
        read_stolen: Callable[[], stolen.Stolen] = stolen.read,
    ) -> None:
        self._gaps = gaps
        self._asking = asking
        self._read_stolen = read_stolen
        self._stolen = read_stolen()
        self._unnoted: _Unnoted | None = None
        self._last = clock.monotonic()
        self._known: deque[tuple[float, float]] = deque(maxlen=REMEMBERED)
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Start the heartbeat."""
        self._last = clock.monotonic()
        self._timer = clock.at(self._last + BEAT, self._beat)

    def stop(self) -> None:
        """Stop the heartbeat."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self._note(self._read_stolen())

    def between(self, since: float, until: float) -> bool:
        """Return whether a stall overlaps a stretch of monotonic time; one that has not been beaten off yet counts."""
        return any(begin < until and end > since for begin, end in (*self._known, self._current()))

    def _current(self) -> tuple[float, float]:
        now = clock.monotonic()
        stalled = self._timer is not None and now - self._last > BEAT + SHORTEST
        return (self._last, now) if stalled else (now, now)

    def _beat(self) -> None:
        begin, end = self._current()
        taken = self._read_stolen()
        stalled = end > begin
        self._note(self._stolen if stalled else taken)  # what was stolen in a second stall is not the first one's
        if stalled and self._asking():
            self._known.append((begin, end))
            self._unnoted = _Unnoted(begin, end, self._stolen)
        self._stolen = taken
        self._last = clock.monotonic()
        self._timer = clock.at(self._last + BEAT, self._beat)

    def _note(self, taken: stolen.Stolen) -> None:
        if self._unnoted is not None:
            begin, end, before = self._unnoted
            self._unnoted = None
            self._gaps.add(PROCESS, begin, end, 0, STALLED, min(stolen.from_all(before, taken), end - begin))

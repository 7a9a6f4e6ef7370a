"""Stalls: times in which an asker did not run, seen by a heartbeat of its event loop.

::

    beats     |   |   |                  |   |
    stall             [------------------]        from the last beat before it to the first beat after it

This asker asked nothing in a stall and read no answer, whatever the probe. An answer
that was read at a stall's end may have come at any time in it, so the ``took`` of its sample is an upper limit.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from kubeskeptic.agent import clock
from kubeskeptic.agent.gaps import PROCESS, STALLED, Gaps

BEAT = 0.01
"""Seconds between two beats."""
SHORTEST = 0.02
"""A beat that is late by more than this many seconds is a stall: one period of the fastest ordinary probe."""
REMEMBERED = 64
"""Stalls that questions in flight are compared with."""


class Stalls:
    """Notes the stalls of the running loop as gaps of no single probe.

    :param gaps: where a stall is noted, to be delivered with the batches
    :param asking: returns whether any probe asks or waits: a stall of an idle agent hides nothing
    """

    def __init__(self, gaps: Gaps, asking: Callable[[], bool] = lambda: True) -> None:
        self._gaps = gaps
        self._asking = asking
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

    def between(self, since: float, until: float) -> bool:
        """Return whether a stall overlaps a stretch of monotonic time; one that has not been beaten off yet counts."""
        return any(begin < until and end > since for begin, end in (*self._known, self._current()))

    def _current(self) -> tuple[float, float]:
        now = clock.monotonic()
        stalled = self._timer is not None and now - self._last > BEAT + SHORTEST
        return (self._last, now) if stalled else (now, now)

    def _beat(self) -> None:
        begin, end = self._current()
        if end > begin and self._asking():
            self._known.append((begin, end))
            self._gaps.add(PROCESS, begin, end, 0, STALLED)
        self._last = clock.monotonic()
        self._timer = clock.at(self._last + BEAT, self._beat)

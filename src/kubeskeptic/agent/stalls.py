"""Stalls: periods in which an asker did not run, detected by a heartbeat of its event loop.

::

    beats     |   |   |                  |   |
    stall             [------------------]        from the last beat before it to the first beat after it

During a stall this asker asks no questions and reads no answers, for any probe. An answer that is read at the end of a stall
may have come at any time in it, so the ``took`` of its sample is an upper limit.
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
"""Seconds by which a beat must be late to be a stall: one period of the fastest ordinary probe."""
REMEMBERED = 64
"""Number of past stalls that are compared with questions in flight."""


class Stalls:
    """Records the stalls of the running loop as gaps of the process.

    :param gaps: where a stall is recorded, to be delivered with the batches
    :param asking: returns whether any probe asks or waits; a stall of an idle asker hides nothing
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
        """Return whether a stall overlaps a period of monotonic time; a stall that is still going on counts, too."""
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

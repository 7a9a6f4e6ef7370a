"""Gaps: periods in which a probe, or the whole agent, missed what it should have seen, each with its reason.

``stalled``   an asker's event loop did not run (a paused node, a machine without a free processor). For a probe: questions
              that were due were not asked, and are not asked late. For no probe (:data:`PROCESS`): the stall itself, which
              affects all probes of this asker, whether a question was due in it or not
``overflow``  samples were dropped before they were fetched
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from kubeskeptic.agent import clock

STALLED = "stalled"
OVERFLOW = "overflow"
PROCESS = -1
"""Instead of a probe's number: the gap is the agent's own."""

HELD = 1000
"""Gaps that are held individually; beyond that, a probe's new gap widens its last one."""


@dataclass
class AgentGap:
    """One gap of one probe, or of the process.

    :param probe: the probe's number, or :data:`PROCESS`
    :param since: monotonic time of the first missing question; for a stall, the last moment before it
    :param until: monotonic time of the first question after the gap, or of the last missing one; for a stall, the first
        moment after it
    :param ticks: number of missing questions; 0 for the process
    :param mark: number of samples recorded when the gap was found
    """

    id: int
    probe: int
    since: float
    until: float
    ticks: int
    reason: str
    mark: int


class Gaps:
    """The gaps that have not been acknowledged yet. Safe to use from several threads.

    A gap is delivered with every batch until a cursor *beyond* its mark is acknowledged: that cursor can only come from an
    answer given after the gap was found, and therefore containing it. A delivered gap is never changed again.
    """

    def __init__(self) -> None:
        self.recorded: Callable[[], int] = int
        """Returns the number of samples recorded so far, by which gaps are acknowledged."""
        self._held: list[AgentGap] = []
        self._open: dict[tuple[int, str], AgentGap] = {}
        self._ids = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._held)

    def add(self, probe: int, since: float, until: float, ticks: int, reason: str) -> None:
        """Note a gap; an overflow, or any gap if too many are held, widens the probe's last undelivered gap."""
        with self._lock:  # a gap added after a delivery must also have a mark taken after it
            mark = self.recorded()
            last = self._open.get((probe, reason))
            if last is not None and (reason == OVERFLOW or len(self._held) >= HELD):
                last.since, last.until = min(last.since, since), max(last.until, until)
                last.ticks += ticks
                last.mark = mark
                return
            self._ids += 1
            gap = AgentGap(self._ids, probe, since, until, ticks, reason, mark)
            self._held.append(gap)
            self._open[probe, reason] = gap

    def deliver(self) -> list[AgentGap]:
        """Return all gaps held, for an answer."""
        with self._lock:
            self._open.clear()
            return list(self._held)

    def acknowledge(self, after: int) -> None:
        """Forget the gaps that were in answers up to the cursor ``after``."""
        with self._lock:
            if self._held:
                self._held = [gap for gap in self._held if gap.mark >= after]
                self._open = {key: gap for key, gap in self._open.items() if gap.mark >= after}


BEAT = 0.01
"""Seconds between two beats."""
SHORTEST = 0.02
"""Seconds by which a beat must be late to be a stall: one period of the fastest ordinary probe."""
REMEMBERED = 64
"""Number of past stalls that are compared with questions in flight."""


class Stalls:
    """Records the stalls of the running loop as gaps of the process, detected by a heartbeat::

        beats     |   |   |                  |   |
        stall             [------------------]        from the last beat before it to the first beat after it

    During a stall this asker asks no questions and reads no answers, for any probe. An answer that is read at the end of a
    stall may have come at any time in it, so the ``took`` of its sample is an upper limit.

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

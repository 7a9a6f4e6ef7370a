"""Real-time priority of the agent's process: whether it has it, and when it gives it back.

The harness sets the priority from outside (:mod:`kubeskeptic.probes.priority`), as a pod has no right to. A real-time process
runs before everything else of its machine, so it must not use much: what it uses is measured once a second, and a process
that has used more than its share sets itself back to the default policy, which needs no privilege (sched(7)). A loop that
never waits would not come to measure itself: the kernel sends SIGXCPU then (RLIMIT_RTTIME, setrlimit(2)).
"""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import time
from collections import deque

from kubeskeptic.agent import clock

SHARE = 0.1
"""Share of one core that a real-time agent may use: what 150 questions a second may cost, and four of them on one machine
leave more than nine tenths of two cores to everything else."""
WINDOW = 10
"""Seconds over which the share is taken: one large batch after an interruption is no reason to lose the priority."""
AT_A_STRETCH = 0.2
"""Seconds of processor time without waiting once, after which a real-time agent is set back."""
_POLICIES = (os.SCHED_FIFO, os.SCHED_RR)


class Realtime:
    """Watches what a real-time agent uses, and sets it back when it uses too much."""

    def __init__(self, share: float = SHARE) -> None:
        self.why_not = ""
        """Why the process set itself back; empty unless it did."""
        self._share = share
        self._used: deque[tuple[float, float]] = deque(maxlen=WINDOW + 1)
        self._timer: asyncio.TimerHandle | None = None

    @property
    def given(self) -> bool:
        """Whether the process has real-time priority now."""
        return os.sched_getscheduler(0) & ~os.SCHED_RESET_ON_FORK in _POLICIES

    def start(self) -> None:
        """Start to watch the running loop."""
        _, hard = resource.getrlimit(resource.RLIMIT_RTTIME)
        resource.setrlimit(resource.RLIMIT_RTTIME, (int(AT_A_STRETCH * 1e6), hard))
        stretch = f"it ran for {AT_A_STRETCH:g} s without waiting"
        signal.signal(signal.SIGXCPU, lambda _number, _frame: self._set_back(stretch))
        self._look()

    def stop(self) -> None:
        """Stop watching."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        self._timer = clock.at(clock.monotonic() + 1, self._look)
        if not self.given:
            self._used.clear()
            return
        self._used.append((clock.monotonic(), time.process_time()))
        (since, before), (now, used) = self._used[0], self._used[-1]
        share = (used - before) / (now - since) if now > since else 0.0
        if len(self._used) > WINDOW and share > self._share:
            self._set_back(f"it used {share:.2f} of a core over {now - since:.0f} s, and {self._share:g} is allowed")

    def _set_back(self, why: str) -> None:
        if self.given:
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
            self.why_not = why

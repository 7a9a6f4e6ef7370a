"""The agent's clocks, and the one place that sets timers on the event loop.

Everything inside the agent is measured by the monotonic clock, so that a step of the wall clock corrupts no duration. Wall
times appear only in answers, each with one anchor (:func:`moment`): ``wall time = anchor.wall + (t - anchor.mono)``. The
harness estimates the offset of its own clock to the same ``wall``. A step between two answers therefore moves the anchor and
the offset by the same amount and cancels out; it shows as a jump of ``wall - mono``.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import NamedTuple

monotonic = time.monotonic
"""Seconds on the clock that never steps, which the event loop also uses."""

HALF_A_WAIT = 0.0005
"""Seconds by which timers are set early. The event loop waits in whole milliseconds, rounded up (epoll_wait(2)), so a timer on
an idle machine fires up to 1 ms late; set this much earlier, it fires on time, give or take as much."""
STEADY = 0.0005
"""Seconds between two readings of clocks that still count as the same moment."""


class Moment(NamedTuple):
    """One moment on both clocks, in seconds."""

    wall: float
    mono: float

    def wall_at(self, mono: float) -> float:
        """Return the Unix time of a moment on the monotonic clock."""
        return self.wall + (mono - self.mono)


def moment() -> Moment:
    """Return the current moment on both clocks; they are read again if the process was interrupted in between."""
    for _ in range(3):
        before, wall, after = time.monotonic(), time.time(), time.monotonic()
        if after - before <= STEADY:
            break
    return Moment(wall, (before + after) / 2)


def at(when: float, callback: Callable[[], object]) -> asyncio.TimerHandle:
    """Call ``callback`` at ``when`` on the monotonic clock; the loop is about a millisecond late when idle."""
    return asyncio.get_running_loop().call_at(when, callback)


async def pause(seconds: float) -> None:
    """Wait for ``seconds`` while other work goes on."""
    loop = asyncio.get_running_loop()
    over = loop.create_future()
    timer = loop.call_later(seconds, over.set_result, None)
    try:
        await over
    finally:
        timer.cancel()


async def turn() -> None:
    """Wait until every callback that is due has run once."""
    loop = asyncio.get_running_loop()
    over = loop.create_future()
    loop.call_soon(over.set_result, None)
    await over

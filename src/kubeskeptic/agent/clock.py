"""The agent's clocks, and the one place that sets timers on the event loop.

Everything inside the agent is measured by the monotonic clock, so that a step of the wall clock corrupts no duration. Wall
times appear only in answers, each answer with one anchor (:func:`moment`): ``wall time = anchor.wall + (t - anchor.mono)``.
The harness estimates the offset of its own clock to that same ``wall``, so a step between two answers moves the
anchor and the offset by the same amount and cancels out; it is seen as a jump of ``wall - mono``.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import NamedTuple

monotonic = time.monotonic
"""Seconds on the clock that never steps; the event loop's own clock too."""

HALF_A_WAIT = 0.0005
"""The event loop waits in whole milliseconds, rounded up (epoll_wait(2)), so that a timer on an idle machine fires up to one
late: one that is set so many seconds earlier fires at its time, give or take as many."""
STEADY = 0.0005
"""Two clocks count as read at the same moment when no more than these seconds lay between."""


class Moment(NamedTuple):
    """One moment on both clocks, in seconds."""

    wall: float
    mono: float

    def wall_at(self, mono: float) -> float:
        """Return the Unix time of a moment on the monotonic clock."""
        return self.wall + (mono - self.mono)


def moment() -> Moment:
    """Return the present moment on both clocks, read again when the process was interrupted between the two readings."""
    for _ in range(3):
        before, wall, after = time.monotonic(), time.time(), time.monotonic()
        if after - before <= STEADY:
            break
    return Moment(wall, (before + after) / 2)


def at(when: float, callback: Callable[[], object]) -> asyncio.TimerHandle:
    """Call ``callback`` at ``when`` on the monotonic clock; the loop is about a millisecond late when idle."""
    return asyncio.get_running_loop().call_at(when, callback)


async def pause(seconds: float) -> None:
    """Wait for so many seconds, while other work goes on."""
    loop = asyncio.get_running_loop()
    over = loop.create_future()
    timer = loop.call_later(seconds, over.set_result, None)
    try:
        await over
    finally:
        timer.cancel()


async def turn() -> None:
    """Wait until everything that is due has run once."""
    loop = asyncio.get_running_loop()
    over = loop.create_future()
    loop.call_soon(over.set_result, None)
    await over

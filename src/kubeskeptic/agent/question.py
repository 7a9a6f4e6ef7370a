"""One question of a probe: asked once, ended once."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Callable
from typing import NamedTuple

from kubeskeptic.agent import clock
from kubeskeptic.agent.outcomes import Outcome


class Ending(NamedTuple):
    """How a question ended: its outcome, who answered, and for unknown outcomes the reason."""

    outcome: Outcome
    by: str = ""
    reason: str = ""


TIMEOUT = Ending(Outcome.TIMEOUT)
RESET = Ending(Outcome.RESET)
OK = Ending(Outcome.OK)

_ERRORS = {
    errno.ECONNREFUSED: Outcome.REFUSED,
    errno.ECONNRESET: Outcome.RESET,
    errno.EPIPE: Outcome.RESET,
    errno.ETIMEDOUT: Outcome.TIMEOUT,
    errno.EHOSTUNREACH: Outcome.UNREACHABLE,
    errno.ENETUNREACH: Outcome.UNREACHABLE,
}


def ending_of(error: OSError) -> Ending:
    """What an error of a socket call means for the question; errors that are not in the list are unknown, with their name."""
    number = error.errno or 0
    outcome = _ERRORS.get(number)
    if outcome is not None:
        return Ending(outcome)
    return Ending(Outcome.UNKNOWN, reason=f"{errno.errorcode.get(number, number)}: {os.strerror(number)}")


Report = Callable[["Question", float, Ending], None]
"""Takes an ended question, the seconds it took, and how it ended."""


class Question:
    """One question in flight.

    :param tick: its number; the probe's first question is 0
    :param deadline: seconds for everything: connect, send, and the whole answer
    :param report: called once, when the question has ended

    Whoever asks sets :attr:`port` as soon as the kernel has given the question a source port, and :attr:`abandon` to
    what has to be closed when the deadline passes.
    """

    __slots__ = ("_report", "_timer", "abandon", "open", "port", "sent", "tick")

    def __init__(self, tick: int, deadline: float, report: Report) -> None:
        self.tick = tick
        self.port = 0
        self.abandon: Callable[[], None] | None = None
        self.open = True
        self._report = report
        self.sent = clock.monotonic()
        self._timer: asyncio.TimerHandle = clock.at(self.sent + deadline, self._give_up)

    def ended(self, ending: Ending) -> None:
        """Report how the question ended; only the first call counts."""
        if self.open:
            self.open = False
            self._timer.cancel()
            self.abandon = None
            self._report(self, clock.monotonic() - self.sent, ending)

    def _give_up(self) -> None:
        abandon = self.abandon
        self.ended(TIMEOUT)
        if abandon is not None:
            abandon()

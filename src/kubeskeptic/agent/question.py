"""One question of a probe, which is asked once and ends once."""

from __future__ import annotations

import asyncio
import errno
import os
from collections import deque
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
    """Return how a socket error ends a question; an error that is not in the list is unknown, with its name as the reason."""
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
    :param report: called once, when the question has ended

    The prober sets :attr:`port` as soon as the kernel has given the question a source port, and :attr:`stirred` to the time of
    the latest event on its socket. It sets :attr:`abandon` to a function that closes the question's resources when the deadline
    passes; once they are closed, to None.
    """

    __slots__ = ("_report", "abandon", "open", "port", "sent", "stirred", "tick")

    def __init__(self, tick: int, report: Report) -> None:
        self.tick = tick
        self.port = 0
        self.abandon: Callable[[], None] | None = None
        self.open = True
        self._report = report
        self.stirred = 0.0
        self.sent = clock.monotonic()

    def ended(self, ending: Ending) -> None:
        """Report how the question ended; only the first call has an effect."""
        if self.open:
            self.open = False
            self._report(self, clock.monotonic() - self.sent, ending)

    @property
    def over(self) -> bool:
        """Whether the question has ended and its resources are closed."""
        return not self.open and self.abandon is None

    def expire(self) -> None:
        """End the question as timed out, unless it has ended, and close its resources."""
        self.ended(TIMEOUT)
        if self.abandon is not None:
            self.abandon()
            self.abandon = None


class Deadlines:
    """The deadlines of one probe's questions, which are equally long and therefore pass in the order of asking.

    One timer serves all of them. It is set for the oldest question that is open at the time. Nearly every question is answered
    long before its deadline, and setting and cancelling a timer for each would cost as much as asking.

    :param seconds: for everything about a question: connect, send, and the whole answer
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._questions: deque[Question] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def add(self, question: Question) -> None:
        """Let ``question`` expire at its deadline."""
        self._forget_what_is_over()
        self._questions.append(question)
        if self._timer is None:
            self._set()

    def drop(self) -> None:
        """Close every question in flight without reporting it, because the agent ends."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for question in self._questions:
            question.open = False
            question.expire()
        self._questions.clear()

    def _set(self) -> None:
        self._timer = clock.at(self._questions[0].sent + self._seconds, self._pass)

    def _pass(self) -> None:
        self._timer = None
        passed = clock.monotonic() - self._seconds
        while self._questions and self._questions[0].sent <= passed:
            self._questions.popleft().expire()
        self._forget_what_is_over()
        if self._questions:
            self._set()

    def _forget_what_is_over(self) -> None:
        while self._questions and self._questions[0].over:
            self._questions.popleft()

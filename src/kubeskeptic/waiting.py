"""The one place that waits.

:func:`until` repeats a question until it is answered or patience runs out; :class:`Pace` wakes a loop at a fixed period, and at
once when it is stopped. Nothing else in the harness sleeps, except the detector of standstills, which measures its own sleep
(:mod:`kubeskeptic.outside.processors`).

The loop itself is tenacity's, with all of its defaults overridden: they would retry forever, without a pause, after any
exception.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NoReturn, TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type, retry_if_result, wait_fixed

from kubeskeptic.durations import POLL, Patience
from kubeskeptic.errors import PatienceExhausted

T = TypeVar("T")


@dataclass(frozen=True)
class NotYet:
    """The answer of a question that must be repeated, with the state that it saw, for the error message."""

    state: str


def until(
    question: Callable[[], T | NotYet],
    patience: Patience,
    *,
    what: str,
    tolerate: tuple[type[Exception], ...] = (),
    period: float = POLL,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> T:
    """Wait until ``question`` returns something other than :class:`NotYet`, and return that answer.

    :param what: completes "gave up waiting for …"
    :param tolerate: errors after which the question is repeated; any other error, or an interrupt, ends the wait at once
    :param period: seconds between the end of one question and the next
    :param clock: returns seconds; measures the patience
    :param sleep: pauses for at least the given number of seconds
    :raises PatienceExhausted: with the last state and error seen, before a pause that would outlast the patience
    """
    seen = _LastSeen(what, patience)
    retrying = Retrying(
        retry=retry_if_result(_not_yet) | retry_if_exception_type(tolerate),
        wait=wait_fixed(period),
        stop=_before_end(patience, clock),
        after=seen.take,
        retry_error_callback=seen.give_up,
        reraise=True,
        sleep=sleep,
    )
    return retrying(question)  # type: ignore[return-value]  # NotYet never comes out: it is retried, or given up on


def _not_yet(answer: object) -> bool:
    return isinstance(answer, NotYet)


def _before_end(patience: Patience, clock: Callable[[], float]) -> Callable[[RetryCallState], bool]:
    """Return tenacity's ``stop_before_delay`` with the caller's clock: the library's version accepts no other clock."""
    end = clock() + patience.seconds
    return lambda call: clock() + call.upcoming_sleep > end


class _LastSeen:
    """The last state and the last tolerated error of one wait."""

    def __init__(self, what: str, patience: Patience) -> None:
        self._gave_up = f"gave up waiting for {what} after {patience.seconds:g} s"
        self._state = ""
        self._error: BaseException | None = None

    def take(self, call: RetryCallState) -> None:
        """Store the result of this attempt."""
        if call.outcome is None:
            return
        self._error = call.outcome.exception() or self._error
        self._state = self._state if call.outcome.failed else call.outcome.result().state

    def give_up(self, _: RetryCallState) -> NoReturn:
        """Raise PatienceExhausted."""
        error = f"last error: {type(self._error).__name__}: {self._error}" if self._error else ""
        state = f"last seen: {self._state}" if self._state else ""
        raise PatienceExhausted("; ".join(filter(None, (self._gave_up, state, error)))) from self._error


class Pace:
    """An iterator that wakes a loop every ``period`` seconds until :meth:`stop` is called, from any thread.

    ``for _ in pace: …``: the first turn starts at once, a slow turn delays the next, and missed turns are not made up.
    """

    def __init__(self, period: float) -> None:
        self.period = period
        self._stop = threading.Event()

    def stop(self) -> None:
        """End the loop, at once if it is waiting."""
        self._stop.set()

    @property
    def stopped(self) -> bool:
        """Whether :meth:`stop` has been called."""
        return self._stop.is_set()

    def __iter__(self) -> Iterator[int]:
        turn = 0
        while not self._stop.is_set():
            yield turn
            turn += 1
            self._stop.wait(self.period)

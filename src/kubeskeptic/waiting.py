"""The one place that waits.

:func:`until` asks a question again and again until it is answered or patience runs out; :class:`Pace` wakes a loop at a
fixed period and at once when it is told to stop. Nothing else in the library sleeps.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from kubeskeptic.durations import POLL, Patience
from kubeskeptic.errors import PatienceExhausted

T = TypeVar("T")


@dataclass(frozen=True)
class NotYet:
    """The answer of a question that has to be asked again, with the state it saw, for the error message."""

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
    """Ask ``question`` until it answers with anything but :class:`NotYet`, and return that.

    :param what: completes "gave up waiting for …"
    :param tolerate: errors that mean "ask again"; any other error ends the wait at once
    :param period: seconds between the end of one question and the next
    :raises PatienceExhausted: with the last state and the last error seen
    """
    start = clock()
    while True:
        try:
            answer = question()
        except tolerate as error:
            answer = NotYet(f"{type(error).__name__}: {error}")
        if not isinstance(answer, NotYet):
            return answer
        if clock() - start + period > patience.seconds:
            raise PatienceExhausted(
                f"gave up waiting for {what} after {patience.seconds:g} s; last seen: {answer.state}"
            )
        sleep(period)


class Pace:
    """Wakes a loop every ``period`` seconds until :meth:`stop` is called, from any thread.

    Iterate over it: ``for _ in pace: …``. The first turn comes at once; a slow turn delays the next, and none is caught up.
    """

    def __init__(self, period: float) -> None:
        self.period = period
        self._stop = threading.Event()

    def stop(self) -> None:
        """End the loop, at once when it waits."""
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

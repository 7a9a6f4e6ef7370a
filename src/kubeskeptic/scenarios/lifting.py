"""Sabotages that are lifted in the middle of an act: how long a breakage has to last until a bound can tell it apart."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager, ExitStack
from types import TracebackType

from kubeskeptic.durations import FAULT_HEALS, FAULT_UNDONE, Patience
from kubeskeptic.waiting import NotYet, until


class Lift:
    """A sabotage that is in force until some seconds after the act's first fault, or until the block ends if that is earlier.

    It is lifted on a thread of its own, as the act may be waiting for something else at that moment. Whatever ends the block,
    it has been undone afterwards.

    :param breaks: the sabotage
    :param seconds: after which it is lifted, counted from :meth:`begin`
    """

    def __init__(self, breaks: AbstractContextManager[object], seconds: float) -> None:
        self.seconds = seconds
        self._breaks = breaks
        self._in_force = ExitStack()
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._error: Exception | None = None

    def __enter__(self) -> Lift:
        self._in_force.enter_context(self._breaks)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Undo it unless that was done, and wait for the thread that may be at it.

        :raises Exception: what undoing it raised, on whichever thread
        """
        try:
            if self._timer:
                self._timer.cancel()
                self._timer.join()
        finally:
            self._undo()
        if self._error and error is None:
            raise self._error

    def begin(self) -> None:
        """Let the seconds count from now on; only the first call counts."""
        if self._timer is None:
            self._timer = threading.Timer(self.seconds, self._undo)
            self._timer.start()

    def wait(self) -> None:
        """Wait until it has been lifted; at once when no fault was applied.

        :raises PatienceExhausted: when undoing it does not end
        """

        def lifted() -> bool | NotYet:
            """Whether the thread has ended."""
            return not (self._timer and self._timer.is_alive()) or NotYet("it is in force")

        patience = Patience(self.seconds + FAULT_UNDONE.seconds + FAULT_HEALS.seconds)
        until(lifted, patience, what="a sabotage to be lifted")

    def _undo(self) -> None:
        with self._lock:
            try:
                self._in_force.close()
            except Exception as error:  # noqa: BLE001  # it is raised where the block ends
                self._error = error

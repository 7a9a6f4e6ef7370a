"""Sabotages that are lifted during an act, to find out how long a breakage must last before a bound detects it."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager, ExitStack
from types import TracebackType

from kubeskeptic.durations import FAULT_HEALS, FAULT_UNDONE, Patience
from kubeskeptic.waiting import NotYet, until


class Lift:
    """A sabotage in force until some seconds after the act's first fault, or until the block ends if that is earlier.

    It is lifted on its own thread, because the act may be waiting for something else at that moment. However the block ends,
    the sabotage is undone afterwards.

    :param breaks: the sabotage
    :param seconds: the time from :meth:`begin` until it is lifted
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
        """Wait for the thread that may be undoing the sabotage, and undo it unless that is done.

        :raises Exception: what undoing it raised, on either thread
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
        """Start the countdown; only the first call has an effect."""
        if self._timer is None:
            self._timer = threading.Timer(self.seconds, self._undo)
            self._timer.start()

    def wait(self) -> None:
        """Wait until the sabotage has been lifted; return at once when no fault was applied.

        :raises PatienceExhausted: when undoing it does not finish
        """

        def lifted() -> bool | NotYet:
            """Return whether the thread has ended."""
            return not (self._timer and self._timer.is_alive()) or NotYet("it is in force")

        patience = Patience(self.seconds + FAULT_UNDONE.seconds + FAULT_HEALS.seconds)
        until(lifted, patience, what="a sabotage to be lifted")

    def _undo(self) -> None:
        with self._lock:
            try:
                self._in_force.close()
            except Exception as error:  # noqa: BLE001  # it is raised where the block ends
                self._error = error

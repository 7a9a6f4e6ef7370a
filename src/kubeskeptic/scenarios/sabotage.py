"""Sabotages as data: how a scenario can be broken, when each sabotage is in force, and in which grades; and lifting a grade."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Generic, TypeVar

from kubeskeptic.durations import FAULT_HEALS, FAULT_UNDONE, Patience
from kubeskeptic.scenarios.manifests import Manifest
from kubeskeptic.waiting import NotYet, until

GRADE = "@"
"""Separates a sabotage's id from the seconds after which it is lifted: ``kube-proxy-frozen@2``."""

Performed = TypeVar("Performed")
"""The argument of a breakage: the scenario being performed. It has sabotages, so its type belongs to a layer above them."""
Rewrite = Callable[[list[Manifest]], list[Manifest]]


@dataclass(frozen=True)
class Sabotage(Generic[Performed]):
    """A named way to break the cluster or the workload so that a claim must fail, which shows that its check can fail.

    Either ``rewrite`` changes the manifest before it is applied, or ``breaks`` is in force for a stretch of the scenario.

    :param id: the name that claims list in ``broken_by``
    :param says: one sentence
    :param at: the acts, or moments of acts (``crash:found dead``), from which it is in force until the act's end
    :param graded: whether its duration decides if a bound that is a duration detects it; see :meth:`lifted_after`
    :param lifted: seconds after the act's first fault at which it is lifted; at the act's end when None
    """

    id: str
    says: str
    breaks: Callable[[Performed], AbstractContextManager[object]] | None = None
    rewrite: Rewrite | None = None
    at: tuple[str, ...] = ()
    graded: bool = False
    lifted: float | None = None

    def lifted_after(self, seconds: float) -> Sabotage[Performed]:
        """Return the grade of it that is lifted this many seconds after the act's first fault was applied."""
        says = f"{self.says.removesuffix('.')}, until {seconds:g} s after the fault of the act."
        return replace(self, id=f"{self.id}{GRADE}{seconds:g}", says=says, lifted=seconds)

    @property
    def acts(self) -> set[str]:
        """The acts in which it is in force; empty for a sabotage of the workload, which is in force in all acts."""
        return {point.partition(":")[0] for point in self.at}

    def breaks_in(self, acts: Iterable[str]) -> bool:
        """Return whether it is in force in one of these acts."""
        return not self.at or bool(self.acts & set(acts))


class Lift:
    """A sabotage in force until some seconds after the act's first fault, or until the block ends if that is earlier.

    It shows how long a breakage must last before a bound detects it.

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

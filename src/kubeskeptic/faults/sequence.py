"""The two waits of undoing a fault, the same for the one who made it, for a dead man's switch and for cleanup."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kubeskeptic.durations import FAULT_HEALS, FAULT_UNDONE, Patience
from kubeskeptic.errors import SkepticError
from kubeskeptic.waiting import NotYet, until

if TYPE_CHECKING:
    from kubeskeptic.faults.fault import Fault, Site, UndoRecord


def undone(fault: type[Fault], site: Site, record: UndoRecord) -> None:
    """Undo a fault, trying again while that fails, or while this machine has no room for a process or a file.

    :raises PatienceExhausted: with the last error
    """

    def attempt() -> bool | NotYet:
        """Undo it once."""
        fault.undo(site, record)
        return True

    until(attempt, FAULT_UNDONE, what=f"{fault.name} to be undone", tolerate=(SkepticError, OSError), period=1.0)


def healed(
    fault: type[Fault], site: Site, record: UndoRecord, targets: Iterable[object], patience: Patience = FAULT_HEALS
) -> str:
    """Wait until a fault is seen to have healed; the evidence.

    :raises PatienceExhausted: with what was still missing
    """
    on = ", ".join(str(target) for target in targets)
    what = f"{on} to heal after {fault.name}"
    return until(lambda: fault.heal(site, record), patience, what=what, tolerate=(SkepticError, OSError))

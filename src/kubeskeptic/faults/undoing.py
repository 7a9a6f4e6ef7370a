"""The order in which a fault is undone, by the run that inflicted it, by a dead man's switch, or by ``skeptic cleanup``.

::

    undoing ── undone ── healed ── disarmed ── done          failed, with the reason, wherever it stops
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kubeskeptic.durations import FAULT_UNDONE, Patience
from kubeskeptic.errors import SkepticError
from kubeskeptic.waiting import NotYet, until

if TYPE_CHECKING:
    from kubeskeptic.faults.fault import Fault, Site
    from kubeskeptic.journal.open_faults import OpenFault


def undo_in_order(
    fault: type[Fault],
    site: Site,
    one: OpenFault,
    *,
    patience: Patience,
    mark: Callable[..., object],
    disarm: Callable[[], None] | None,
) -> str:
    """Undo a fault, wait until it is seen to have healed, and disarm its switches. Return the evidence of the heal.

    :param patience: for the heal
    :param mark: writes a phase and its details to the journal
    :param disarm: None when nothing was armed
    :raises Exception: whatever stopped it, once ``failed`` is written
    """
    try:
        if not fault.heals_itself:
            mark("undoing")
            _undo(fault, site, one)
            mark("undone")
        evidence = wait_until_healed(fault, site, one, patience)
        mark("healed", evidence=evidence)
        if disarm:
            disarm()
            mark("disarmed")
    except Exception as error:
        mark("failed", evidence=words(error))
        raise
    mark("done")
    return evidence


def _undo(fault: type[Fault], site: Site, one: OpenFault) -> None:
    """Undo a fault; retry while that fails, or while this machine has no room for a process or a file."""

    def attempt() -> bool | NotYet:
        """Undo it once."""
        fault.undo(site, one.undo)
        return True

    until(attempt, FAULT_UNDONE, what=f"{fault.name} to be undone", tolerate=(SkepticError, OSError), period=1.0)


def wait_until_healed(fault: type[Fault], site: Site, one: OpenFault, patience: Patience) -> str:
    """Wait until a fault is seen to have healed. Return the evidence.

    :raises PatienceExhausted: when it does not heal; says what is still missing
    """
    what = f"{', '.join(one.targets)} to heal after {fault.name}"
    return until(lambda: fault.heal(site, one.undo), patience, what=what, tolerate=(SkepticError, OSError))


def words(error: Exception) -> str:
    """Return an error as a sentence, with its type unless it is one of our own."""
    return str(error) if isinstance(error, SkepticError) else f"{type(error).__name__}: {error}"

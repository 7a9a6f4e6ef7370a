"""Arming the dead man's switches of a fault, and the order in which it is undone, by its own run, by a switch, or by cleanup.

A fault has up to three switches, and each can undo it alone: a detached process on the host (:mod:`kubeskeptic.switches`),
timers in nodes (:mod:`kubeskeptic.node_access`), and undo records in nodes and on objects, which ``skeptic cleanup`` reads. It
ends in this order::

    undoing ── undone ── healed ── disarmed ── done          failed, with the reason, wherever it stops
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kubeskeptic.clusters.cluster_record import as_record
from kubeskeptic.durations import FAULT_UNDONE, Patience
from kubeskeptic.errors import SkepticError
from kubeskeptic.faults import undo_records
from kubeskeptic.journal.open_faults import OpenFault
from kubeskeptic.process import ProcessId
from kubeskeptic.switches.control import Order, Switch, folder
from kubeskeptic.waiting import NotYet, until

if TYPE_CHECKING:
    from kubeskeptic.faults.fault import Fault, Plan, Site


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


@dataclass(frozen=True)
class Armed:
    """The switches of one fault."""

    site: Site
    one: OpenFault
    switch: Switch

    def disarm(self) -> None:
        """Disarm the switches, and wait for any that is firing.

        :raises SkepticError: when a timer or an undo record cannot be removed, or the host's switch does not end
        """
        disarm_in_cluster(self.site, self.one)
        self.switch.settle()


def arm(site: Site, one: OpenFault, plan: Plan, lasts: float) -> Armed:
    """Arm the switches of a fault that is about to be applied.

    :param lasts: seconds until they fire
    :raises CommandFailed: when one cannot be armed; none stays armed then
    """
    switch = Switch(folder(site.cluster.name) / f"{site.run}-{one.id}.json")
    armed = Armed(site, one, switch)
    try:
        switch.start(order_for(site, one, plan.rescue, switch, lasts), site.cluster.engine.environment())
        for timer in plan.timers:
            undo_records.write_in_node(site, timer.node, one)
            argv = undo_records.and_remove(one, timer.argv)
            site.access.start_timer(timer.node, one.unit, argv, lasts)
        undo_records.annotate(site, one, undo_records.written(one))
    except BaseException:  # interrupts included
        with contextlib.suppress(SkepticError):
            armed.disarm()
        raise
    return armed


def order_for(site: Site, one: OpenFault, rescue: Iterable[Sequence[str]], switch: Switch, lasts: float) -> Order:
    """Return the order for the host's switch; its last command, :mod:`kubeskeptic.undo.replay`, reads ``replay``."""
    replay = [sys.executable, "-m", "kubeskeptic.undo.replay", str(switch.file.with_suffix(".firing").resolve())]
    return {
        "label": one.id,
        "deadline": lasts,
        "runner": ProcessId.own(),
        "commands": [*map(list, rescue), replay],
        "replay": {
            "fault": one.as_record(),
            "cluster": as_record(site.cluster),
            "access": site.access.transport,
            "journal": str(site.journal.path.resolve()),
        },
    }


def disarm_in_cluster(site: Site, one: OpenFault) -> None:
    """Remove the timers and undo records of a fault, if they still exist.

    :raises SkepticError: when a node or the API server fails to remove one
    """
    undo_records.annotate(site, one, None)
    for node in one.nodes:
        site.access.stop_timer(node, one.unit)
        undo_records.remove_from_node(site, node, one)

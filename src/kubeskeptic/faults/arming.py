"""Arming and disarming the dead man's switches of a fault.

A fault has up to three, and each can undo it alone: a detached process on the host (:mod:`kubeskeptic.switches`), timers
in nodes (:mod:`kubeskeptic.node_access`), and undo records in nodes and on objects, which ``skeptic cleanup`` reads.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kubeskeptic.clusters.cluster_record import as_record
from kubeskeptic.errors import SkepticError
from kubeskeptic.faults import undo_records
from kubeskeptic.journal.open_faults import OpenFault
from kubeskeptic.process import ProcessId
from kubeskeptic.switches.control import Order, Switch, folder

if TYPE_CHECKING:
    from kubeskeptic.faults.fault import Plan, Site


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

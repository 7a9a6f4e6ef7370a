"""Undoing from another process: cleanup from journals, undo records and labels; snapshots of the cluster.

==================  ================================================================================
``replay``          undoes one fault from its record: run by a switch, and by cleanup for each fault
``leftovers``       finds what runs have left in a cluster; ``in_nodes``: in its nodes
``cleanup``         removes it
``locate_cluster``  finds our cluster with a given name, in any state
``snapshot``        the state of a cluster, and how it differs from an earlier one
==================  ================================================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kubeskeptic.journal.open_faults import OpenFault


@dataclass(frozen=True)
class Leftover:
    """One thing that a run has left.

    :param kind: decides how it is removed: fault, node, object, namespace, switch, waiting, timer, service, stopped, table,
        lease; ``blind`` is a place that could not be inspected, ``unseen`` one that may not be inspected
    :param name: its name
    :param says: what it is, as a phrase
    :param node: the node that it is in, if any
    :param fault: what to undo, for kind ``fault``
    :param journal: the journal that has its record
    :param file: the switch's file, for kinds ``switch`` and ``waiting``
    """

    kind: str
    name: str
    says: str
    node: str = ""
    run: str = ""
    fault: OpenFault | None = None
    journal: Path | None = None
    file: Path | None = None

    @classmethod
    def of_fault(cls, one: OpenFault, where: str, journal: Path | None = None) -> Leftover:
        """Return a fault that is not undone according to its record in ``where``."""
        says = f"{one.fault} on {', '.join(one.targets)} of run {one.run}, not undone (according to {where})"
        return cls("fault", one.id, says, run=one.run, fault=one, journal=journal)

"""All faults by name: the way from a journal's record back to the code that undoes it."""

from __future__ import annotations

from kubeskeptic.errors import BadInput
from kubeskeptic.faults.contract import Fault
from kubeskeptic.faults.nodes.crash_node import CrashNode
from kubeskeptic.faults.pods.delete_pod import DeletePod
from kubeskeptic.faults.pods.kill_container import KillContainer

FAULTS: dict[str, type[Fault]] = {fault.name: fault for fault in (DeletePod, KillContainer, CrashNode)}
"""Every fault there is, by its name."""


def named(name: str) -> type[Fault]:
    """The fault of this name.

    :raises BadInput: when there is none
    """
    if name not in FAULTS:
        raise BadInput(f"there is no fault {name}; there are {', '.join(sorted(FAULTS))}")
    return FAULTS[name]

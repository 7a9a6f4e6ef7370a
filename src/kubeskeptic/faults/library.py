"""All faults by name: the way from a journal's record back to the code that undoes it."""

from __future__ import annotations

from kubeskeptic.errors import BadInput
from kubeskeptic.faults.contract import Fault
from kubeskeptic.faults.control_plane.controller_off import ControllerOff
from kubeskeptic.faults.control_plane.stop_coredns import StopCoreDns
from kubeskeptic.faults.nodes.crash_node import CrashNode
from kubeskeptic.faults.nodes.taint_node import TaintNode
from kubeskeptic.faults.parts.flush_service_rules import FlushServiceRules
from kubeskeptic.faults.parts.freeze_kube_proxy import FreezeKubeProxy
from kubeskeptic.faults.parts.stop_containerd import StopContainerd
from kubeskeptic.faults.parts.stop_kubelet import StopKubelet
from kubeskeptic.faults.pods.delete_pod import DeletePod
from kubeskeptic.faults.pods.kill_container import KillContainer

_ALL: tuple[type[Fault], ...] = (
    DeletePod,
    KillContainer,
    CrashNode,
    TaintNode,
    StopKubelet,
    StopContainerd,
    FreezeKubeProxy,
    FlushServiceRules,
    StopCoreDns,
    ControllerOff,
)

FAULTS: dict[str, type[Fault]] = {fault.name: fault for fault in _ALL}
"""Every fault there is, by its name."""


def named(name: str) -> type[Fault]:
    """The fault of this name.

    :raises BadInput: when there is none
    """
    if name not in FAULTS:
        raise BadInput(f"there is no fault {name}; there are {', '.join(sorted(FAULTS))}")
    return FAULTS[name]

"""All faults by name: a journal's record names the fault whose code undoes it."""

from __future__ import annotations

from kubeskeptic.errors import BadInput
from kubeskeptic.faults.components.flush_service_rules import FlushServiceRules
from kubeskeptic.faults.components.freeze_kube_proxy import FreezeKubeProxy
from kubeskeptic.faults.components.pressure import Pressure
from kubeskeptic.faults.components.stop_containerd import StopContainerd
from kubeskeptic.faults.components.stop_kube_proxy import StopKubeProxy
from kubeskeptic.faults.components.stop_kubelet import StopKubelet
from kubeskeptic.faults.control_plane.controller_off import ControllerOff
from kubeskeptic.faults.control_plane.kill_coredns import KillCoreDns
from kubeskeptic.faults.control_plane.stale_coredns import StaleCoreDns
from kubeskeptic.faults.control_plane.stop_component import StopComponent
from kubeskeptic.faults.control_plane.stop_coredns import StopCoreDns
from kubeskeptic.faults.fault import Fault
from kubeskeptic.faults.network.cut_off_node import CutOffNode
from kubeskeptic.faults.network.cut_pods import CutPods
from kubeskeptic.faults.network.delay_packets import DelayPackets
from kubeskeptic.faults.network.drop_packets import DropPackets
from kubeskeptic.faults.network.limit_bandwidth import LimitBandwidth
from kubeskeptic.faults.nodes.cordon_node import CordonNode
from kubeskeptic.faults.nodes.crash_node import CrashNode
from kubeskeptic.faults.nodes.drain_node import DrainNode
from kubeskeptic.faults.nodes.freeze_node import FreezeNode
from kubeskeptic.faults.nodes.restart_node import RestartNode
from kubeskeptic.faults.nodes.shut_down_node import ShutDownNode
from kubeskeptic.faults.nodes.taint_node import TaintNode
from kubeskeptic.faults.pods.delete_pod import DeletePod
from kubeskeptic.faults.pods.hang_container import HangContainer
from kubeskeptic.faults.pods.kill_container import KillContainer
from kubeskeptic.faults.pods.make_unready import MakeUnready
from kubeskeptic.faults.pods.slow_down import SlowDown

_ALL: tuple[type[Fault], ...] = (
    DeletePod,
    KillContainer,
    HangContainer,
    MakeUnready,
    SlowDown,
    CrashNode,
    RestartNode,
    FreezeNode,
    ShutDownNode,
    DrainNode,
    CordonNode,
    TaintNode,
    StopKubelet,
    StopContainerd,
    StopKubeProxy,
    FreezeKubeProxy,
    FlushServiceRules,
    Pressure,
    CutOffNode,
    CutPods,
    DropPackets,
    LimitBandwidth,
    DelayPackets,
    StopComponent,
    ControllerOff,
    StopCoreDns,
    KillCoreDns,
    StaleCoreDns,
)

FAULTS: dict[str, type[Fault]] = {fault.name: fault for fault in _ALL}
"""All faults by name."""


def named(name: str) -> type[Fault]:
    """Return the fault of this name.

    :raises BadInput: when there is none
    """
    if name not in FAULTS:
        raise BadInput(f"there is no fault {name}; there are {', '.join(sorted(FAULTS))}")
    return FAULTS[name]

"""The names needed to write your own claims, exported by :mod:`kubeskeptic`; loaded when the first one is used."""

from __future__ import annotations

from kubeskeptic.bounds import (
    BACKOFF,
    BEFORE_EVICTION,
    CACHE,
    DEAD_ENDPOINT_WINDOW,
    EVICT,
    GRACE,
    HPA,
    KILLED_CONTAINER_WINDOW,
    LEASE,
    MONITOR,
    PROGRAMMING_LAG,
    STABLE,
    START,
    SYN_SENT,
    SYNC,
    TTL,
    UNTIL_EVICTED,
)
from kubeskeptic.checks.evidence import check
from kubeskeptic.claims import Claim
from kubeskeptic.faults.components.change_service_rule import ChangeServiceRule
from kubeskeptic.faults.components.flush_service_rules import FlushServiceRules
from kubeskeptic.faults.components.freeze_kube_proxy import FreezeKubeProxy
from kubeskeptic.faults.components.pressure import Pressure
from kubeskeptic.faults.components.raise_eviction_threshold import RaiseEvictionThreshold
from kubeskeptic.faults.components.stop_containerd import StopContainerd
from kubeskeptic.faults.components.stop_kube_proxy import StopKubeProxy
from kubeskeptic.faults.components.stop_kubelet import StopKubelet
from kubeskeptic.faults.control_plane.controller_off import ControllerOff
from kubeskeptic.faults.control_plane.kill_coredns import KillCoreDns
from kubeskeptic.faults.control_plane.stale_coredns import StaleCoreDns
from kubeskeptic.faults.control_plane.stop_component import StopComponent
from kubeskeptic.faults.control_plane.stop_coredns import StopCoreDns
from kubeskeptic.faults.network.cut_off_node import CutOffNode
from kubeskeptic.faults.network.cut_pods import CutPods
from kubeskeptic.faults.network.delay_packets import DelayPackets
from kubeskeptic.faults.network.drop_packets import DropPackets
from kubeskeptic.faults.network.limit_bandwidth import LimitBandwidth
from kubeskeptic.faults.network.masquerade_pods import MasqueradePods
from kubeskeptic.faults.network.remove_cni_config import RemoveCniConfig
from kubeskeptic.faults.network.remove_route import RemoveRoute
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
from kubeskeptic.findings import Finding, Measure, Post, Verdict
from kubeskeptic.guard.risk import Risk
from kubeskeptic.plugin.cases import claim
from kubeskeptic.plugin.judging import Holds
from kubeskeptic.probes.specs import dns_tcp, dns_udp, http_kept, http_new, tcp_connect
from kubeskeptic.scenarios import Scenario, Stage
from kubeskeptic.timeline import Act

__all__ = [
    "BACKOFF",
    "BEFORE_EVICTION",
    "CACHE",
    "DEAD_ENDPOINT_WINDOW",
    "EVICT",
    "GRACE",
    "HPA",
    "KILLED_CONTAINER_WINDOW",
    "LEASE",
    "MONITOR",
    "PROGRAMMING_LAG",
    "STABLE",
    "START",
    "SYNC",
    "SYN_SENT",
    "TTL",
    "UNTIL_EVICTED",
    "Act",
    "ChangeServiceRule",
    "Claim",
    "ControllerOff",
    "CordonNode",
    "CrashNode",
    "CutOffNode",
    "CutPods",
    "DelayPackets",
    "DeletePod",
    "DrainNode",
    "DropPackets",
    "Finding",
    "FlushServiceRules",
    "FreezeKubeProxy",
    "FreezeNode",
    "HangContainer",
    "Holds",
    "KillContainer",
    "KillCoreDns",
    "LimitBandwidth",
    "MakeUnready",
    "MasqueradePods",
    "Measure",
    "Post",
    "Pressure",
    "RaiseEvictionThreshold",
    "RemoveCniConfig",
    "RemoveRoute",
    "RestartNode",
    "Risk",
    "Scenario",
    "ShutDownNode",
    "SlowDown",
    "Stage",
    "StaleCoreDns",
    "StopComponent",
    "StopContainerd",
    "StopCoreDns",
    "StopKubeProxy",
    "StopKubelet",
    "TaintNode",
    "Verdict",
    "check",
    "claim",
    "dns_tcp",
    "dns_udp",
    "http_kept",
    "http_new",
    "tcp_connect",
]

"""Every fault bites and heals on a live cluster, through one shared function."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from kubeskeptic.durations import CLEANUP_GONE
from kubeskeptic.errors import MissingRequirement
from kubeskeptic.faults import Fault, Site
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
from kubeskeptic.faults.library import FAULTS
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
from kubeskeptic.node_access import PodAccess
from kubeskeptic.waiting import until

from .faults_check import bites_and_heals
from .workload import Names, gone, three_pods

pytestmark = pytest.mark.live

NAMESPACE = "skeptic-faults"


@pytest.fixture(scope="module")
def node(site: Site) -> str:
    """The worker that is broken."""
    return site.cluster.workers[-1].name


@pytest.fixture(scope="module", params=["engine", "pod"])
def reached(site: Site, request: pytest.FixtureRequest) -> Iterator[Site]:
    """The site, with each of the two ways into nodes."""
    if request.param == "engine":
        yield site
        return
    exec_pods = PodAccess(site.kube, site.cluster.agent_image, "live")
    yield replace(site, access=exec_pods)
    exec_pods.close()
    until(lambda: gone(site, exec_pods.namespace), CLEANUP_GONE, what="the exec pods to go")


@pytest.fixture(scope="module")
def pods(site: Site) -> Iterator[Names]:
    """Three pods that serve; gives their names once all are Ready."""
    with three_pods(site, NAMESPACE) as names:
        yield names


POD_FAULTS: dict[str, Callable[[str, str], Fault]] = {
    "delete_pod": lambda one, _: DeletePod(NAMESPACE, one),
    "delete_pod by force": lambda one, _: DeletePod(NAMESPACE, one, force=True),
    "kill_container": lambda one, _: KillContainer(NAMESPACE, one),
    "hang_container": lambda one, _: HangContainer(NAMESPACE, one),
    "make_unready": lambda one, _: MakeUnready(NAMESPACE, one),
    "slow_down": lambda one, _: SlowDown(NAMESPACE, one, 1.0),
}

NODE_FAULTS: dict[str, Callable[[str], Fault]] = {
    "crash_node": CrashNode,
    "restart_node": RestartNode,
    "freeze_node": FreezeNode,
    "shut_down_node": ShutDownNode,
    "drain_node": DrainNode,
    "cordon_node": CordonNode,
    "taint_node": lambda node: TaintNode(node, "kubeskeptic/live"),
}

INSIDE_FAULTS: dict[str, Callable[[str], Fault]] = {
    "stop_kubelet": StopKubelet,
    "stop_containerd": StopContainerd,
    "stop_kube_proxy": StopKubeProxy,
    "freeze_kube_proxy": FreezeKubeProxy,
    "flush_service_rules": FlushServiceRules,
    "change_service_rule": ChangeServiceRule,
    "pressure of memory": lambda node: Pressure(node, "memory"),
    "pressure of disk": lambda node: Pressure(node, "disk"),
    "raise_eviction_threshold of memory": lambda node: RaiseEvictionThreshold(node, "memory.available", 4096),
    "raise_eviction_threshold of disk": lambda node: RaiseEvictionThreshold(node, "nodefs.available", 4096),
    "cut_off_node": CutOffNode,
    "cut_off_node from control-plane": lambda node: CutOffNode(node, "control-plane"),
    "cut_off_node from workers": lambda node: CutOffNode(node, "workers"),
    "cut_off_node arriving": lambda node: CutOffNode(node, direction="arriving"),
    "cut_off_node leaving": lambda node: CutOffNode(node, "workers", "leaving"),
    "drop_packets": lambda node: DropPackets(node, 40),
    "limit_bandwidth": lambda node: LimitBandwidth(node, 256),
    "delay_packets": lambda node: DelayPackets(node, 200),
    "remove_route": RemoveRoute,
    "remove_cni_config": RemoveCniConfig,
}

CONTROL_PLANE_FAULTS: dict[str, Fault] = {
    "stop_coredns": StopCoreDns(),
    "kill_coredns": KillCoreDns(),
    "stale_coredns": StaleCoreDns(),
    "stop_component kube-scheduler": StopComponent("kube-scheduler"),
    "stop_component kube-controller-manager": StopComponent("kube-controller-manager"),
    "stop_component kube-apiserver": StopComponent("kube-apiserver"),
    "stop_component etcd": StopComponent("etcd"),
    "controller_off": ControllerOff("replicaset-controller"),
}


@pytest.mark.parametrize("name", POD_FAULTS)
def test_pod_fault(site: Site, pods: Names, name: str) -> None:
    one, other, _ = pods()
    print(bites_and_heals(POD_FAULTS[name](one, other), site))


@pytest.mark.parametrize("name", NODE_FAULTS)
def test_node_fault(site: Site, node: str, name: str) -> None:
    try:
        print(bites_and_heals(NODE_FAULTS[name](node), site))
    except MissingRequirement as lacking:
        pytest.skip(str(lacking))


@pytest.mark.parametrize("name", INSIDE_FAULTS)
def test_fault_inside_a_node(reached: Site, node: str, name: str) -> None:
    try:
        print(f"by {reached.access.transport}:", bites_and_heals(INSIDE_FAULTS[name](node), reached))
    except MissingRequirement as lacking:
        pytest.skip(str(lacking))


def test_pods_are_cut_off_through_either_way(reached: Site, pods: Names) -> None:
    one, other, _ = pods()
    print(f"by {reached.access.transport}:", bites_and_heals(CutPods(NAMESPACE, one, other), reached))


def test_pods_of_a_node_are_masqueraded_through_either_way(reached: Site, pods: Names) -> None:
    one, other, _ = pods()
    print(f"by {reached.access.transport}:", bites_and_heals(MasqueradePods(NAMESPACE, one, other), reached))


@pytest.mark.parametrize("name", CONTROL_PLANE_FAULTS)
def test_control_plane_fault(site: Site, name: str) -> None:
    print(bites_and_heals(CONTROL_PLANE_FAULTS[name], site))


def test_every_fault_is_here() -> None:
    groups = (POD_FAULTS, NODE_FAULTS, INSIDE_FAULTS, CONTROL_PLANE_FAULTS)
    here = {name.partition(" ")[0] for faults in groups for name in faults}
    assert here | {CutPods.name, MasqueradePods.name} == set(FAULTS)

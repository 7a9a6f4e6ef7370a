"""Every fault bites and heals on a live cluster, through one shared function."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from kubeskeptic.durations import CLEANUP_GONE, PODS_READY
from kubeskeptic.errors import NotFound
from kubeskeptic.faults import Fault, Site, state
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
from kubeskeptic.waiting import NotYet, until

from .faults_check import bites_and_heals

pytestmark = pytest.mark.live

NAMESPACE = "skeptic-faults"


@pytest.fixture(scope="module")
def node(site: Site) -> str:
    """The worker that is broken."""
    return site.cluster.workers[-1].name


@pytest.fixture(scope="module")
def pods(site: Site) -> Iterator[Callable[[], str]]:
    """A Deployment of three pods; gives the name of one that is Ready."""
    site.kube.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE, "labels": LABELS}})
    site.kube.apply(deployment(site))

    def one() -> str | NotYet:
        ready = [p["metadata"]["name"] for p in site.kube.list("Pod", NAMESPACE)["items"] if state.ready(p)]
        return min(ready) if len(ready) == 3 else NotYet(f"{len(ready)} of 3 are Ready")

    yield lambda: until(one, PODS_READY, what="three pods")
    site.kube.delete("Namespace", NAMESPACE)
    until(lambda: gone(site), CLEANUP_GONE, what="the namespace to go")


LABELS = {"app.kubernetes.io/managed-by": "kubeskeptic", "kubeskeptic/run": "live"}


def deployment(site: Site) -> dict[str, object]:
    """Three pods that serve, and end when told to."""
    container = {
        "name": "main",
        "image": site.cluster.agent_image,
        "command": ["python3", "-m", "kubeskeptic.agent", "serve"],
        "ports": [{"containerPort": 8080}],
    }
    labels = {"app": "victims"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "victims", "namespace": NAMESPACE},
        "spec": {"replicas": 3, "selector": {"matchLabels": labels}, "template": template},
    }


def gone(site: Site) -> bool | NotYet:
    """Whether the namespace is gone."""
    try:
        site.kube.get("Namespace", NAMESPACE)
    except NotFound:
        return True
    return NotYet("it is there")


@pytest.mark.parametrize("force", [False, True])
def test_delete_pod(site: Site, pods: Callable[[], str], force: bool) -> None:
    print(bites_and_heals(DeletePod(NAMESPACE, pods(), force=force), site))


def test_kill_container(site: Site, pods: Callable[[], str]) -> None:
    print(bites_and_heals(KillContainer(NAMESPACE, pods()), site))


NODE_FAULTS: dict[str, Callable[[str], Fault]] = {
    "crash_node": CrashNode,
    "taint_node": lambda node: TaintNode(node, "kubeskeptic/live"),
    "stop_kubelet": StopKubelet,
    "stop_containerd": StopContainerd,
    "freeze_kube_proxy": FreezeKubeProxy,
    "flush_service_rules": FlushServiceRules,
}


@pytest.mark.parametrize("name", NODE_FAULTS)
def test_node_fault(site: Site, node: str, name: str) -> None:
    print(bites_and_heals(NODE_FAULTS[name](node), site))


CONTROL_PLANE_FAULTS: dict[str, Fault] = {
    "stop_coredns": StopCoreDns(),
    "controller_off": ControllerOff("replicaset-controller"),
}


@pytest.mark.parametrize("name", CONTROL_PLANE_FAULTS)
def test_control_plane_fault(site: Site, name: str) -> None:
    print(bites_and_heals(CONTROL_PLANE_FAULTS[name], site))

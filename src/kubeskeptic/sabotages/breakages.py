"""Sabotages of the cluster: each makes something that is in force until the act ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from kubeskeptic.durations import GONE
from kubeskeptic.errors import NotFound
from kubeskeptic.faults import Fault
from kubeskeptic.faults.components.flush_service_rules import FlushServiceRules
from kubeskeptic.faults.components.freeze_kube_proxy import FreezeKubeProxy
from kubeskeptic.faults.components.stop_kubelet import StopKubelet
from kubeskeptic.faults.control_plane.controller_off import ControllerOff
from kubeskeptic.faults.control_plane.stop_coredns import StopCoreDns
from kubeskeptic.faults.nodes.taint_node import TaintNode
from kubeskeptic.scenarios.stage import Stage
from kubeskeptic.waiting import NotYet, until

OUT_OF_SERVICE = "node.kubernetes.io/out-of-service"
"""Tells the control plane that a node is down for sure: its pods are forced away and their volumes detached."""

Broken = AbstractContextManager[object]


def kube_proxy_frozen(stage: Stage) -> Broken:
    """kube-proxy of one worker learns nothing new."""
    return _fault(stage, FreezeKubeProxy(_some_worker(stage)))


def rules_flushed(stage: Stage) -> Broken:
    """One worker loses kube-proxy's rules."""
    return _fault(stage, FlushServiceRules(_some_worker(stage)))


def coredns_scaled_to_0(stage: Stage) -> Broken:
    """Nobody answers for names."""
    return _fault(stage, StopCoreDns())


def kubelet_stopped(stage: Stage) -> Broken:
    """The kubelet of the node whose container is about to be killed does nothing."""
    return _fault(stage, StopKubelet(stage.homes("web")[stage.facts["killed"]]))


def replicaset_controller_off(stage: Stage) -> Broken:
    """Nothing replaces pods."""
    return _fault(stage, ControllerOff("replicaset-controller"))


def node_lifecycle_off(stage: Stage) -> Broken:
    """Nothing notices dead nodes."""
    return _fault(stage, ControllerOff("node-lifecycle-controller"))


def node_out_of_service(stage: Stage) -> Broken:
    """Somebody vouches that the dead node is down for good."""
    return _fault(stage, TaintNode(stage.facts["dead_node"], OUT_OF_SERVICE, "nodeshutdown", "NoExecute"))


@contextmanager
def internal_traffic_local(stage: Stage) -> Iterator[None]:
    """The service forwards to pods on the node that was asked only."""
    _policy(stage, "Local")
    try:
        yield
    finally:
        _policy(stage, "Cluster")


@contextmanager
def service_recreated(stage: Stage) -> Iterator[None]:
    """The service is deleted and made again, and gets another address."""
    kube, namespace = stage.run.kube, stage.namespace
    old = kube.get("Service", "web", namespace)
    kube.delete("Service", "web", namespace)

    def gone() -> bool | NotYet:
        try:
            kube.get("Service", "web", namespace)
        except NotFound:
            return True
        return NotYet("still there")

    until(gone, GONE, what="the service to be gone")
    spec = {"selector": old["spec"]["selector"], "ports": [{"name": "http", "port": 80, "targetPort": "http"}]}
    kube.create(
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": namespace}, "spec": spec}
    )
    yield


def _policy(stage: Stage, policy: str) -> None:
    stage.run.kube.patch("Service", "web", stage.namespace, {"spec": {"internalTrafficPolicy": policy}})


def _fault(stage: Stage, fault: Fault) -> Broken:
    return stage.inflict(fault, lasts=900)


def _some_worker(stage: Stage) -> str:
    return stage.choose(list(stage.run.workers), "sabotage")

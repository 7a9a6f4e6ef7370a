"""Sabotages of the cluster: each returns a context manager that is in force until the act ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from kubeskeptic.faults.components.flush_service_rules import FlushServiceRules
from kubeskeptic.faults.components.freeze_kube_proxy import FreezeKubeProxy
from kubeskeptic.faults.control_plane.controller_off import ControllerOff
from kubeskeptic.faults.control_plane.stale_coredns import StaleCoreDns
from kubeskeptic.faults.control_plane.stop_coredns import StopCoreDns
from kubeskeptic.kube.deletion import delete_and_wait
from kubeskeptic.scenarios.manifests import Manifest, placed
from kubeskeptic.scenarios.nodes import unused_address
from kubeskeptic.scenarios.stage import Stage

OUT_OF_SERVICE = "node.kubernetes.io/out-of-service"
"""Tells the control plane that a node is down for certain: its pods are deleted by force and their volumes detached."""
LASTS = 900.0
"""Seconds after which the dead man's switch of a sabotage undoes it."""

Broken = AbstractContextManager[object]


def kube_proxy_frozen(stage: Stage) -> Broken:
    """kube-proxy of one worker is stopped with SIGSTOP and learns nothing new."""
    return stage.inflict(FreezeKubeProxy(some_worker(stage)), lasts=LASTS)


def rules_flushed(stage: Stage) -> Broken:
    """kube-proxy's rules on one worker are flushed, and it is kept from putting them back."""
    return stage.inflict(FlushServiceRules(some_worker(stage)), lasts=LASTS)


def coredns_scaled_to_0(stage: Stage) -> Broken:
    """CoreDNS is scaled to nothing."""
    return stage.inflict(StopCoreDns(), lasts=LASTS)


def coredns_stale(stage: Stage) -> Broken:
    """CoreDNS is cut off from the API server and answers from what it knew before."""
    return stage.inflict(StaleCoreDns(), lasts=LASTS)


def one_coredns_stale(stage: Stage) -> Broken:
    """One of the CoreDNS pods is cut off from the API server, and the others are not."""
    return stage.inflict(StaleCoreDns(stage.choose(sorted(stage.name_servers()), "sabotage")), lasts=LASTS)


def endpointslice_controller_off(stage: Stage) -> Broken:
    """The EndpointSlice controller is off."""
    return stage.inflict(ControllerOff("endpointslice-controller"), lasts=LASTS)


def replicaset_controller_off(stage: Stage) -> Broken:
    """The ReplicaSet controller is off."""
    return stage.inflict(ControllerOff("replicaset-controller"), lasts=LASTS)


def node_lifecycle_off(stage: Stage) -> Broken:
    """The node lifecycle controller is off."""
    return stage.inflict(ControllerOff("node-lifecycle-controller"), lasts=LASTS)


@contextmanager
def internal_traffic_local(stage: Stage) -> Iterator[None]:
    """The service's internalTrafficPolicy is Local."""
    _policy(stage, "Local")
    try:
        yield
    finally:
        _policy(stage, "Cluster")


@contextmanager
def service_recreated(stage: Stage) -> Iterator[None]:
    """The service is deleted and made again under its name, and so with another address."""
    old = stage.run.kube.get("Service", "web", stage.namespace)["spec"]
    ports = [{key: one[key] for key in ("name", "port", "targetPort")} for one in old["ports"]]
    _recreate(stage, {"selector": old["selector"], "ports": ports})
    try:
        yield
    finally:  # with its old address, which later acts need
        _recreate(stage, {key: old[key] for key in ("type", "selector", "ports", "clusterIP") if key in old})


def _recreate(stage: Stage, spec: Manifest) -> None:
    delete_and_wait(stage.run.kube, "Service", "web", stage.namespace)
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": spec}
    stage.run.kube.create(placed(service, stage.namespace, stage.run.id))


@contextmanager
def endpoint_by_hand(stage: Stage) -> Iterator[None]:
    """An EndpointSlice that was written by hand leads to an address of the pods' range that no pod has."""
    kube, namespace = stage.run.kube, stage.namespace
    port = kube.list("EndpointSlice", namespace, labels="kubernetes.io/service-name=web")["items"][0]["ports"]
    labels = {"kubernetes.io/service-name": "web", "endpointslice.kubernetes.io/managed-by": "hand"}
    metadata = {"name": "web-by-hand", "namespace": namespace, "labels": labels}
    kube.create(
        {
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": metadata,
            "addressType": "IPv4",
            "ports": port,
            "endpoints": [{"addresses": [unused_address(stage)], "conditions": {"ready": True}}],
        }
    )
    try:
        yield
    finally:
        delete_and_wait(kube, "EndpointSlice", "web-by-hand", namespace)


def _policy(stage: Stage, policy: str) -> None:
    stage.run.kube.patch("Service", "web", stage.namespace, {"spec": {"internalTrafficPolicy": policy}})


def some_worker(stage: Stage) -> str:
    """Return a worker, chosen by the run's seed."""
    return stage.choose(list(stage.run.workers), "sabotage")

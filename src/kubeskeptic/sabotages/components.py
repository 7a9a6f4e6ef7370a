"""Sabotages of Kubernetes' components: the scheduler, workload controllers, and eviction by a kubelet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from kubeskeptic.durations import FAULT_BITES, PODS_READY
from kubeskeptic.faults import file_backup
from kubeskeptic.faults.components import eviction
from kubeskeptic.faults.control_plane.controller_off import ControllerOff
from kubeskeptic.faults.control_plane.stop_component import StopComponent
from kubeskeptic.runs.own_objects import cluster_object
from kubeskeptic.sabotages.breakages import LASTS, Broken, some_worker
from kubeskeptic.scenarios.manifests import Manifest, placed
from kubeskeptic.scenarios.pressure import PRESSED
from kubeskeptic.scenarios.stage import Stage


def scheduler_stopped(stage: Stage) -> AbstractContextManager[object]:
    """kube-scheduler is stopped."""
    return stage.inflict(StopComponent("kube-scheduler"), lasts=LASTS)


@contextmanager
def scheduler_bypassed(stage: Stage) -> Iterator[None]:
    """Two pods that name their node themselves request more than it has."""
    node = some_worker(stage)
    for number in range(2):
        container = {
            "name": "server",
            "image": stage.run.cluster.agent_image,
            "args": ["serve"],
            "resources": {"requests": {"cpu": stage.run.kube.get("Node", node)["status"]["allocatable"]["cpu"]}},
        }
        spec = {"nodeName": node, "terminationGracePeriodSeconds": 1, "containers": [container]}
        metadata = {"name": f"bypass-{number}", "labels": {"app": "bypass"}}
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}
        stage.run.kube.apply(placed(pod, stage.namespace, stage.run.id))
    yield


MANAGER = "kube-controller-manager"
RBAC = "rbac.authorization.k8s.io"


def deployment_controller_off(stage: Stage) -> Broken:
    """The Deployment controller is off."""
    return stage.inflict(ControllerOff("deployment-controller"), lasts=LASTS)


@contextmanager
def second_controller_manager(stage: Stage) -> Iterator[None]:
    """A second kube-controller-manager runs, as a pod on a worker, without leader election."""
    kube, namespace = stage.run.kube, stage.namespace
    (first, *_) = kube.list("Pod", "kube-system", labels=f"component={MANAGER}")["items"]
    account = {"kind": "ServiceAccount", "name": "standby", "namespace": namespace}
    kube.create({"apiVersion": "v1", "kind": account["kind"], "metadata": {"name": "standby", "namespace": namespace}})
    binding = {
        "apiVersion": f"{RBAC}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": f"{namespace}-standby"},
        "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": "system:controller:replicaset-controller"},
        "subjects": [account],
    }
    with cluster_object(stage.run, binding):
        kube.create(standby(namespace, first["spec"]["containers"][0]["image"]))
        stage.wait(lambda: bool(stage.pods("standby")), PODS_READY, "the second controller-manager to be Ready")
        yield


def standby(namespace: str, image: str) -> Manifest:
    """Return the pod of a kube-controller-manager that runs only the ReplicaSet controller, without leader election."""
    command = [
        MANAGER,
        "--controllers=replicaset-controller",
        "--leader-elect=false",
        "--authentication-skip-lookup=true",
    ]
    probe = {"httpGet": {"path": "/healthz", "port": 10257, "scheme": "HTTPS"}, "periodSeconds": 1}
    server = {"name": "manager", "image": image, "command": command, "readinessProbe": probe}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "standby", "namespace": namespace, "labels": {"app": "standby"}},
        "spec": {"serviceAccountName": "standby", "terminationGracePeriodSeconds": 1, "containers": [server]},
    }


OFF = "0%"
"""A threshold that is never crossed: the kubelet ignores the signal."""


@contextmanager
def eviction_off(stage: Stage) -> Iterator[None]:
    """The threshold that was raised is taken off again: the kubelet evicts no pod.

    The fault that raised it keeps the backup of the configuration, and restores it.
    """
    site, node, signal = stage.run.site, stage.facts[PRESSED]["node"], stage.facts[PRESSED]["signal"]
    hard = {**eviction.thresholds(site, node), signal: OFF}
    text = file_backup.read(site, node, eviction.CONFIGURATION)
    file_backup.write(site, node, eviction.CONFIGURATION, eviction.with_thresholds(text, hard))
    site.in_node(node, "systemctl", "restart", "kubelet")
    stage.wait(lambda: eviction.thresholds(site, node).get(signal) == OFF, FAULT_BITES, "eviction to be off")
    yield

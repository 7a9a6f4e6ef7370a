"""Sabotages of workload controllers: one is off, or one runs that should not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from kubeskeptic.durations import PODS_READY
from kubeskeptic.faults.control_plane.controller_off import ControllerOff
from kubeskeptic.sabotages.breakages import LASTS, Broken
from kubeskeptic.scenarios.cluster_objects import cluster_object
from kubeskeptic.scenarios.manifests import Manifest
from kubeskeptic.scenarios.stage import Stage

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

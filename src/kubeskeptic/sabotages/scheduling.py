"""Sabotages of the scheduler: it is stopped, or pods are put on a node without it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from kubeskeptic.faults.control_plane.stop_component import StopComponent
from kubeskeptic.sabotages.breakages import LASTS, some_worker
from kubeskeptic.scenarios.manifests import placed
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

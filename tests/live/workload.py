"""Three pods that serve, for the faults that act on pods."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from kubeskeptic import objects
from kubeskeptic.durations import CLEANUP_GONE, PODS_READY
from kubeskeptic.errors import NotFound
from kubeskeptic.faults import Site
from kubeskeptic.objects import ours
from kubeskeptic.waiting import NotYet, until

Names = Callable[[], list[str]]
"""Waits until three pods are Ready, and gives their names."""


@contextmanager
def three_pods(site: Site, namespace: str) -> Iterator[Names]:
    """A Deployment of three pods on three nodes, in a namespace of its own, which is gone afterwards."""
    site.kube.apply(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace, "labels": ours(site.run)}}
    )
    site.kube.apply(_deployment(site.cluster.agent_image, namespace))

    def three() -> list[str] | NotYet:
        ready = [p["metadata"]["name"] for p in site.kube.list("Pod", namespace)["items"] if objects.is_ready(p)]
        return sorted(ready) if len(ready) == 3 else NotYet(f"{len(ready)} of 3 are Ready")

    try:
        yield lambda: until(three, PODS_READY, what="three pods")
    finally:
        with suppress(NotFound):  # cleanup may have removed it: it has our label
            site.kube.delete("Namespace", namespace)
        until(lambda: gone(site, namespace), CLEANUP_GONE, what="the namespace to go")


def _deployment(image: str, namespace: str) -> dict[str, Any]:
    container = {
        "name": "main",
        "image": image,
        "command": ["python3", "-m", "kubeskeptic.agent", "serve"],
        "ports": [{"containerPort": 8080}],
        "readinessProbe": {"httpGet": {"path": "/ready", "port": 8080}, "periodSeconds": 1, "failureThreshold": 1},
    }
    labels = {"app": "victims"}
    # Required, not preferred: after a drain, two pods on one node would leave no pair for what happens between nodes.
    apart_from_each_other = {"labelSelector": {"matchLabels": labels}, "topologyKey": "kubernetes.io/hostname"}
    affinity = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [apart_from_each_other]}}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container], "affinity": affinity}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "victims", "namespace": namespace},
        "spec": {"replicas": 3, "selector": {"matchLabels": labels}, "template": template},
    }


def gone(site: Site, namespace: str) -> bool | NotYet:
    """Whether a namespace is gone."""
    try:
        site.kube.get("Namespace", namespace)
    except NotFound:
        return True
    return NotYet("it is there")

"""Waiting until the pods with a label are replaced by others."""

from __future__ import annotations

from collections.abc import Set

from kubeskeptic.checks.resolving import LEFT, REPLACED
from kubeskeptic.durations import PODS_READY
from kubeskeptic.objects import is_ready
from kubeskeptic.scenarios.stage import Stage


def ready_pods(stage: Stage, namespace: str, label: str) -> set[str]:
    """Return the names of the Ready pods with a label."""
    listed = stage.run.kube.list("Pod", namespace, labels=label)["items"]
    return {str(pod["metadata"]["name"]) for pod in listed if is_ready(pod)}


def wait_until_replaced(stage: Stage, table: str, old: Set[str], namespace: str, label: str) -> None:
    """Wait until no old pod is Ready and at least as many new ones are, and record how many were replaced.

    :param table: where the numbers of pods are recorded
    :param old: the names of the pods that were Ready before
    """

    def replaced() -> bool:
        """Return whether that is so now."""
        now = ready_pods(stage, namespace, label)
        return not now & old and len(now) >= len(old)

    stage.wait(replaced, PODS_READY, "all pods to be replaced")
    left = ready_pods(stage, namespace, label) & old
    stage.see(table, **{REPLACED: len(old - left), LEFT: len(left)})

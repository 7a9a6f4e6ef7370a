"""How much of the nodes is requested, and how much is left, as the API server says it now."""

from __future__ import annotations

from kubeskeptic.objects import node_of
from kubeskeptic.scenarios.stage import Stage
from kubeskeptic.timeline.quantities import RESOURCES, Amounts, amount, ended, requests


def requests_elsewhere(stage: Stage) -> dict[str, Amounts]:
    """Return what the pods of other namespaces than the scenario's request on each node."""
    return _requested(stage, own=False)


def free_cpu(stage: Stage) -> dict[str, float]:
    """Return the cores of each worker that no pod requests."""
    elsewhere, mine = _requested(stage, own=False), _requested(stage, own=True)
    return {
        node: amount(stage.run.kube.get("Node", node)["status"]["allocatable"]["cpu"])
        - elsewhere.get(node, {}).get("cpu", 0.0)
        - mine.get(node, {}).get("cpu", 0.0)
        for node in stage.run.workers
    }


def _requested(stage: Stage, *, own: bool) -> dict[str, Amounts]:
    found: dict[str, Amounts] = {}
    for pod in stage.run.kube.list("Pod")["items"]:
        if node_of(pod) and not ended(pod) and (pod["metadata"]["namespace"] == stage.namespace) == own:
            asked, before = requests(pod), found.get(node_of(pod), {})
            found[node_of(pod)] = {resource: before.get(resource, 0.0) + asked[resource] for resource in RESOURCES}
    return found

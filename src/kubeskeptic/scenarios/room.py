"""What is free on the nodes, as the API server reports it now: CPU that no pod requests, an address that no pod has."""

from __future__ import annotations

import ipaddress

from kubeskeptic.errors import Inconclusive
from kubeskeptic.objects import ip_of, node_of
from kubeskeptic.scenarios.stage import Stage
from kubeskeptic.timeline.quantities import RESOURCES, Amounts, amount, ended, requests


def requests_elsewhere(stage: Stage) -> dict[str, Amounts]:
    """Return what the pods outside the scenario's namespace request on each node."""
    return _requested(stage, own=False)


def free_cpu(stage: Stage) -> dict[str, float]:
    """Return how many cores of each worker no pod requests."""
    elsewhere, mine = _requested(stage, own=False), _requested(stage, own=True)
    return {
        node: amount(stage.run.kube.get("Node", node)["status"]["allocatable"]["cpu"])
        - elsewhere.get(node, {}).get("cpu", 0.0)
        - mine.get(node, {}).get("cpu", 0.0)
        for node in stage.run.workers
    }


def unused_address(stage: Stage) -> str:
    """Return an address in a worker's pod range (podCIDR) that no pod of the cluster has.

    :raises Inconclusive: when no worker has a podCIDR
    """
    used = {ip_of(pod) for pod in stage.run.kube.list("Pod")["items"]}
    for node in stage.run.kube.list("Node")["items"]:
        if node["metadata"]["name"] in stage.run.workers and node["spec"].get("podCIDR"):
            network = ipaddress.ip_network(node["spec"]["podCIDR"])
            return next(str(one) for one in reversed(list(network.hosts())) if str(one) not in used)
    raise Inconclusive("no worker has a range of pod addresses (podCIDR)")


def _requested(stage: Stage, *, own: bool) -> dict[str, Amounts]:
    found: dict[str, Amounts] = {}
    for pod in stage.run.kube.list("Pod")["items"]:
        if node_of(pod) and not ended(pod) and (pod["metadata"]["namespace"] == stage.namespace) == own:
            asked, before = requests(pod), found.get(node_of(pod), {})
            found[node_of(pod)] = {resource: before.get(resource, 0.0) + asked[resource] for resource in RESOURCES}
    return found

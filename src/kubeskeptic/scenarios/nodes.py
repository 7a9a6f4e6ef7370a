"""The nodes as they are now: free CPU, unused addresses, and what their kernel logs report.

CPU is free that no pod requests, according to the API server.
"""

from __future__ import annotations

import ipaddress
from contextlib import suppress

from kubeskeptic.checks.limits import BY_KERNEL
from kubeskeptic.errors import CommandFailed, Inconclusive
from kubeskeptic.guard.risk import Risk
from kubeskeptic.objects import containers, ip_of, node_of
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


def kernel_log(stage: Stage, app: str) -> dict[str, str]:
    """Return, by pod of an app, what its node's kernel log reports about the last termination of its containers.

    The result is empty where access to nodes is not allowed, and omits pods on nodes whose log cannot be read.
    """
    found: dict[str, str] = {}
    if stage.run.allowed < Risk.NODE:
        return found
    for pod in stage.run.kube.list("Pod", stage.namespace, labels=f"app={app}")["items"]:
        ended = [status.get("lastState", {}).get("terminated") or {} for status in containers(pod).values()]
        ids = [id_ for one in ended if (id_ := str(one.get("containerID", "")).rpartition("/")[2])]
        with suppress(CommandFailed):
            lines = [line for line in stage.run.site.in_node(node_of(pod), "dmesg").splitlines() if "oom-kill:" in line]
            told = any(id_ in line for id_ in ids for line in lines)
            found[str(pod["metadata"]["name"])] = BY_KERNEL if told else "nothing of it"
    return found

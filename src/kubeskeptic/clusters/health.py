"""The health of a cluster, as reported by the engine and, through the control plane's own kubectl, by the API server."""

from __future__ import annotations

import json
from typing import Any

from kubeskeptic.clusters.engine import Engine
from kubeskeptic.clusters.network import KUBECTL
from kubeskeptic.counting import counted
from kubeskeptic.durations import CLUSTER_READY
from kubeskeptic.errors import CommandFailed

SYSTEM = (("kube-system", "deployment/coredns"), ("local-path-storage", "deployment/local-path-provisioner"))


def wait_until_ready(engine: Engine, control_plane: str) -> None:
    """Wait until all nodes are Ready, then until the system's workloads are rolled out.

    :raises CommandFailed: naming what is not ready
    """
    limit = f"--timeout={CLUSTER_READY.seconds:.0f}s"
    engine.exec(
        control_plane, [*KUBECTL, "wait", "--for=condition=Ready", "nodes", "--all", limit], patience=CLUSTER_READY
    )
    for namespace, what in (*SYSTEM, ("kube-system", "daemonset/kube-proxy")):
        words = ["rollout", "status", "--namespace", namespace, what, limit]
        engine.exec(control_plane, [*KUBECTL, *words], patience=CLUSTER_READY)


def trouble(engine: Engine, name: str, wanted: tuple[str, ...], version: str | None) -> str | None:
    """Return why a cluster cannot be reused, or None when it can.

    :param wanted: names of the nodes that it should have
    :param version: the Kubernetes version that it should have; None for any
    """
    found = engine.nodes(name)
    if {container.name for container in found} != set(wanted):
        return f"it has {counted(len(found), 'node')} instead of {len(wanted)}"
    down = [container.name for container in found if container.state != "running"]
    if down:
        return f"{', '.join(down)} not running"
    try:
        listed = json.loads(engine.exec(wanted[0], [*KUBECTL, "get", "nodes", "-o", "json", "--request-timeout=10s"]))
        counts = engine.exec(wanted[0], [*KUBECTL, "get", "deployments", "-A", "-o", "json", "--request-timeout=10s"])
    except CommandFailed as failed:
        return f"its API server does not answer ({failed.output.strip()[-200:]})"
    return unready(listed, version) or unavailable(json.loads(counts))


def unready(nodes: dict[str, Any], version: str | None) -> str | None:
    """Return the first problem with the nodes of a NodeList, or None."""
    for node in nodes["items"]:
        name, status = node["metadata"]["name"], node["status"]
        if version and status["nodeInfo"]["kubeletVersion"] != version:
            return f"{name} runs Kubernetes {status['nodeInfo']['kubeletVersion']}, not {version}"
        if not any(each["type"] == "Ready" and each["status"] == "True" for each in status["conditions"]):
            return f"{name} is not Ready"
    return None


def unavailable(deployments: dict[str, Any]) -> str | None:
    """Return which of the system's Deployments in a DeploymentList have no available pod, or None."""
    available = {
        (each["metadata"]["namespace"], f"deployment/{each['metadata']['name']}"): each["status"].get(
            "availableReplicas", 0
        )
        for each in deployments["items"]
    }
    missing = [what for where, what in SYSTEM if not available.get((where, what))]
    return f"{', '.join(missing)} not available" if missing else None

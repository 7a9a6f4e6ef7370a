"""The state of a node before a fault, evidence that it has recovered, and the repair of its routes.

A Ready condition alone proves nothing: after a crash, it is kept for the grace period. Evidence must be newer than the start of
the node: a renewed lease, containers started since, and routes, which a restart removes.
"""

from __future__ import annotations

import json
from typing import Any

from kubeskeptic import objects
from kubeskeptic.clusters.builds.node_image import REPOSITORY
from kubeskeptic.clusters.network import configure
from kubeskeptic.durations import KUBELET_ANSWERS
from kubeskeptic.errors import BadInput, NotFound, PatienceExhausted, SkepticError
from kubeskeptic.faults import state
from kubeskeptic.faults.fault import Fault, Site, UndoRecord
from kubeskeptic.waiting import NotYet


def node_of(site: Site, node: str) -> objects.Object:
    """Return the Node object.

    :raises BadInput: when the cluster has no such node
    """
    try:
        return site.kube.get("Node", node)
    except NotFound as missing:
        names = ", ".join(one.name for one in site.cluster.nodes)
        raise BadInput(f"the cluster has no node {node}; its nodes are {names}") from missing


def state_before(site: Site, node: str) -> dict[str, Any]:
    """Return what must be restored: the uids of the pods that are Ready on the node."""
    return {
        "node": node,
        "ready": sorted(pod["metadata"]["uid"] for pod in state.pods_on(site.kube, node) if objects.is_ready(pod)),
    }


def is_back(site: Site, record: UndoRecord) -> str | NotYet:
    """Return evidence that the node is back as it was before."""
    node = record["node"]
    if not site.cluster.engine.running(node):
        return NotYet(f"the engine reports it as {site.cluster.engine.state(node)}")
    since = started_at(site, node)
    seen = site.kube.get("Node", node)
    if objects.condition(seen, "Ready") != "True" or state.lease_renewed(site.kube, node) <= since:
        return NotYet("the node has not been Ready since its start")
    if objects.internal_ip(seen) != address_of(site, node):
        return NotYet(
            f"its kubelet reports the address {objects.internal_ip(seen)}, but the node has {address_of(site, node)}"
        )
    # Another fault, such as one of CoreDNS, may keep them from being Ready; when it ends, its own recovery is verified.
    ready = not site.in_force.besides(node)
    missing = not_back(state.pods_on(site.kube, node), record.get("ready", []), since, ready=ready)
    if missing:
        return NotYet(f"not running again: {', '.join(missing)}")
    astray = without_route(site, node)
    if astray:
        return NotYet(f"no route to the pods of {', '.join(astray)}")
    return (
        "Ready with a lease renewed since its start, its pods run again, and it has a route to every other node's pods"
    )


def not_back(pods: list[objects.Object], ready_before: list[str], since: float, *, ready: bool = True) -> list[str]:
    """Return the names of pods that were Ready and are still on the node, but are not Ready with new containers.

    Pods with restartPolicy Never are left out, because they are documented to end. Containers' start times are whole seconds.

    :param ready: whether new containers are not enough
    """
    late = []
    for pod in pods:
        if pod["metadata"]["uid"] not in ready_before or "deletionTimestamp" in pod["metadata"]:
            continue
        if pod.get("spec", {}).get("restartPolicy") == "Never":
            continue
        fresh = all(objects.started(status) >= int(since) for status in objects.containers(pod).values())
        if not fresh or (ready and not objects.is_ready(pod)):
            late.append(pod["metadata"]["name"])
    return sorted(late)


def kubelet_answers(site: Site, node: str) -> bool:
    """Return whether the API server reaches the node's kubelet."""
    try:
        site.kube.get_raw(f"/api/v1/nodes/{node}/proxy/healthz", timeout=KUBELET_ANSWERS)
    except SkepticError:
        return False
    return True


def active_since(site: Site, node: str, service: str) -> float:
    """Return when a service of the node's systemd became active, in Unix seconds; 0.0 if it is not active."""
    shown = site.in_node(
        node, "systemctl", "show", "--timestamp=unix", "--property=ActiveState,ActiveEnterTimestamp", service
    )
    fields = dict(line.split("=", 1) for line in shown.splitlines() if "=" in line)
    stamp = fields.get("ActiveEnterTimestamp", "")
    return float(stamp.lstrip("@")) if fields.get("ActiveState") == "active" and stamp else 0.0


def ready_since(site: Site, node: str, since: float) -> str | NotYet:
    """Return evidence that the node is Ready and its kubelet has renewed its lease after ``since``."""
    if objects.condition(site.kube.get("Node", node), "Ready") != "True":
        return NotYet("the node is not Ready")
    if state.lease_renewed(site.kube, node) <= since:
        return NotYet("its kubelet has not renewed its lease since")
    return "the node is Ready, its lease renewed since"


def without_route(site: Site, node: str) -> list[str]:
    """Return the other nodes that have no route to this node's pods, or to whose pods this node has no route."""
    listed = {one["metadata"]["name"]: one for one in site.kube.list("Node")["items"]}
    here = listed.pop(node)
    return [
        name
        for name, other in listed.items()
        if not (_leads_to(site, node, other) and (_leads_to(site, name, here) or not site.cluster.engine.running(name)))
    ]


def _leads_to(site: Site, node: str, other: objects.Object) -> bool:
    network = other["spec"].get("podCIDR", "")
    if not network:
        return True
    try:
        routes = json.loads(site.in_node(node, "ip", "-json", "route", "get", network.partition("/")[0]))
    except SkepticError:
        return False
    return any(objects.internal_ip(other) in (r.get("gateway"), r.get("via", {}).get("host")) for r in routes)


def start(site: Site, node: str) -> None:
    """Start a node that is down, and repair the routes to its pods when it returns with another address.

    An engine may give the address of a stopped container to another one. Controllers learn the new address from the
    kubelet; the static routes of our own node images do not change by themselves.

    :raises PatienceExhausted: when the kubelet has not reported its new address yet; try again
    """
    engine = site.cluster.engine
    if not engine.running(node):
        engine.start(node)
    address = address_of(site, node)
    if not site.cluster.image.startswith(f"{REPOSITORY}:") or not _routed_elsewhere(site, node, address):
        return
    if objects.internal_ip(site.kube.get("Node", node)) != address:
        raise PatienceExhausted(f"{node} returned with address {address}, and its kubelet has not reported it yet")
    configure(engine, site.cluster.control_plane.name, len(site.cluster.nodes))


def _routed_elsewhere(site: Site, node: str, address: str) -> bool:
    network = site.kube.get("Node", node)["spec"].get("podCIDR", "")
    for other in site.cluster.nodes:
        if other.name != node and site.cluster.engine.running(other.name):
            routes = site.in_node(other.name, "ip", "route", "show", network) if network else ""
            return f"via {address} " not in f"{routes} "
    return False


def address_of(site: Site, node: str) -> str:
    """Return the address that the engine has given a node."""
    shown = "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}"
    return site.cluster.engine.call("inspect", "--format", shown, node).strip().partition(" ")[0]


def started_at(site: Site, node: str) -> float:
    """Return when the engine started the node, in Unix seconds by this machine's clock, which the node shares."""
    return objects.unix(site.cluster.engine.call("inspect", "--format", "{{.State.StartedAt}}", node).strip())


class NodeDownFault(Fault):
    """A fault that takes a whole node down; undone by starting the node. Its undo record is that of :func:`state_before`."""

    @classmethod
    def undo(cls, site: Site, record: UndoRecord) -> None:
        """Start the node, unless it is running."""
        start(site, record["node"])

    @classmethod
    def heal(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """Return evidence that the node is Ready since its start, its pods run again, and routes lead to and from it."""
        return is_back(site, record)

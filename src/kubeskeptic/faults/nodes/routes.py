"""The static routes between nodes of our own images, and their repair when a node returns with another address."""

from __future__ import annotations

import json

from kubeskeptic import objects
from kubeskeptic.clusters.builds.node_image import REPOSITORY
from kubeskeptic.clusters.network import configure
from kubeskeptic.errors import PatienceExhausted, SkepticError
from kubeskeptic.faults.fault import Site


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

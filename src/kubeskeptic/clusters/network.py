"""The pod network of our own node images: standard plugins, one static route per other node.

::

    pod 10.244.1.7 ── veth (ptp) ── node A ── route 10.244.2.0/24 via B ── node B ── veth ── pod 10.244.2.4

A cluster with a fixed set of nodes needs no daemon for that. A unit (``images/node/kubeskeptic-network``) restores a node's
configuration whenever the node starts. Packets for a Service or a pod never leave the cluster, even after rules were flushed
on purpose or the pod was deleted: the node drops them at its edge, like a network without a route for them.
"""

from __future__ import annotations

import ipaddress
import json
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from kubeskeptic.clusters.engine import Engine
from kubeskeptic.counting import agreeing, counted
from kubeskeptic.durations import CLUSTER_READY
from kubeskeptic.errors import CommandFailed
from kubeskeptic.waiting import NotYet, until

KUBECTL = ("kubectl", "--kubeconfig", "/etc/kubernetes/admin.conf")
CONFLIST = "/etc/cni/net.d/10-kubeskeptic.conflist"
SETTINGS = "/etc/kubeskeptic/network"


@dataclass(frozen=True)
class NetworkNode:
    """A node on the network: its own address and its pod CIDR."""

    node: str
    address: str
    pods: str


def configure(engine: Engine, control_plane: str, nodes: int, *, given_up: threading.Event | None = None) -> None:
    """Configure the pod network of the first ``nodes`` nodes of a new cluster, as soon as they have a pod CIDR.

    :param given_up: set when the creation of the cluster has failed, which ends the wait
    """

    def known() -> list[NetworkNode] | NotYet:
        """Return the nodes with their pod CIDRs, once all have one."""
        if given_up and given_up.is_set():
            return []
        found = places(json.loads(engine.exec(control_plane, [*KUBECTL, "get", "nodes", "-o", "json"])))
        have = agreeing(nodes, "has", "have")
        return found if len(found) >= nodes else NotYet(f"{len(found)} of {counted(nodes, 'node')} {have} a pod CIDR")

    found = until(known, CLUSTER_READY, what="the nodes' pod CIDRs", tolerate=(CommandFailed,))
    if not found:
        return
    services = service_ranges(json.loads(engine.exec(control_plane, [*KUBECTL, "get", "servicecidrs", "-o", "json"])))
    with ThreadPoolExecutor(nodes) as pool:
        list(pool.map(lambda place: _configure_node(engine, place, found, services), found))


def places(nodes: dict[str, Any]) -> list[NetworkNode]:
    """Return the nodes of a NodeList that have a pod CIDR."""
    return [
        NetworkNode(
            node["metadata"]["name"],
            next(
                a["address"] for a in node["status"]["addresses"] if a["type"] == "InternalIP" and "." in a["address"]
            ),
            node["spec"]["podCIDR"],
        )
        for node in nodes["items"]
        if node["spec"].get("podCIDR")
    ]


def service_ranges(found: dict[str, Any]) -> list[str]:
    """Return the IPv4 ranges of a ServiceCIDRList."""
    return [cidr for item in found["items"] for cidr in item["spec"]["cidrs"] if "." in cidr]


def free_addresses(engine: Engine, cluster: str) -> str:
    """Return sixteen addresses near the end of the nodes' network, as ``first-last``, varied by the cluster's name.

    Engines allocate addresses from the beginning of a network.
    """
    configured = json.loads(engine.call("network", "inspect", "kind", "--format", "{{json .IPAM.Config}}"))
    network = ipaddress.ip_network(next(str(each["Subnet"]) for each in configured if "." in each["Subnet"]))
    last = int(network.broadcast_address) - 16 * (sum(cluster.encode()) % 8) - 2
    return f"{ipaddress.ip_address(last - 15)}-{ipaddress.ip_address(last)}"


def settings(here: NetworkNode, everywhere: Sequence[NetworkNode], services: Sequence[str]) -> str:
    """Return the settings for a node's unit: CIDRs of all pods, its own pods and Services, and routes to the other nodes."""
    lines = [f"pods {range_of_all(everywhere)}", f"here {here.pods}", *(f"services {cidr}" for cidr in services)]
    lines += [f"route {place.pods} {place.address}" for place in everywhere if place.node != here.node]
    return "\n".join(lines) + "\n"


def range_of_all(everywhere: Sequence[NetworkNode]) -> str:
    """Return the /16 that contains the nodes' pod CIDRs; its size is kind's and kubeadm's default."""
    return str(ipaddress.ip_network(everywhere[0].pods).supernet(new_prefix=16))


def plugins(here: NetworkNode) -> str:
    """Return the CNI configuration that containerd reads. Address reservations end when the node restarts, like its pods."""
    ipam = {
        "type": "host-local",
        "dataDir": "/run/cni-ipam-state",
        "routes": [{"dst": "0.0.0.0/0"}],
        "ranges": [[{"subnet": here.pods}]],
    }
    chain = [
        {"type": "ptp", "ipMasq": False, "ipam": ipam},
        {"type": "portmap", "capabilities": {"portMappings": True}},
    ]
    return json.dumps({"cniVersion": "1.0.0", "name": "kubeskeptic", "plugins": chain}, indent=1)


def _configure_node(
    engine: Engine, here: NetworkNode, everywhere: Sequence[NetworkNode], services: Sequence[str]
) -> None:
    engine.exec(here.node, ["mkdir", "-p", "/etc/kubeskeptic", "/etc/cni/net.d"])
    engine.exec(here.node, ["cp", "/dev/stdin", SETTINGS], stdin=settings(here, everywhere, services))
    engine.exec(here.node, ["systemctl", "restart", "kubeskeptic-network"])
    # last, as it makes the node Ready
    engine.exec(here.node, ["cp", "/dev/stdin", CONFLIST], stdin=plugins(here))

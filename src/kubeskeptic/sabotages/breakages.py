"""Sabotages of the cluster: each returns a context manager that is in force until the act ends.

One of them changes the conntrack entries that a node keeps of its clients' flows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from ipaddress import ip_network
from typing import NamedTuple

from kubeskeptic.durations import BASELINE
from kubeskeptic.errors import CommandFailed, Inconclusive
from kubeskeptic.faults.components.flush_service_rules import FlushServiceRules
from kubeskeptic.faults.components.freeze_kube_proxy import FreezeKubeProxy
from kubeskeptic.faults.control_plane.controller_off import ControllerOff
from kubeskeptic.faults.control_plane.stale_coredns import StaleCoreDns
from kubeskeptic.faults.control_plane.stop_coredns import StopCoreDns
from kubeskeptic.guard.risk import Risk
from kubeskeptic.kube.deletion import delete_and_wait
from kubeskeptic.objects import ip_of
from kubeskeptic.scenarios.manifests import Manifest, placed
from kubeskeptic.scenarios.nodes import unused_address
from kubeskeptic.scenarios.stage import Stage

OUT_OF_SERVICE = "node.kubernetes.io/out-of-service"
"""Tells the control plane that a node is down for certain: its pods are deleted by force and their volumes detached."""
LASTS = 900.0
"""Seconds after which the dead man's switch of a sabotage undoes it."""

Broken = AbstractContextManager[object]


def kube_proxy_frozen(stage: Stage) -> Broken:
    """kube-proxy of one worker is stopped with SIGSTOP and learns nothing new."""
    return stage.inflict(FreezeKubeProxy(some_worker(stage)), lasts=LASTS)


def rules_flushed(stage: Stage) -> Broken:
    """kube-proxy's rules on one worker are flushed, and it is kept from putting them back."""
    return stage.inflict(FlushServiceRules(some_worker(stage)), lasts=LASTS)


def coredns_scaled_to_0(stage: Stage) -> Broken:
    """CoreDNS is scaled to nothing."""
    return stage.inflict(StopCoreDns(), lasts=LASTS)


def coredns_stale(stage: Stage) -> Broken:
    """CoreDNS is cut off from the API server and answers from what it knew before."""
    return stage.inflict(StaleCoreDns(), lasts=LASTS)


def one_coredns_stale(stage: Stage) -> Broken:
    """One of the CoreDNS pods is cut off from the API server, and the others are not."""
    return stage.inflict(StaleCoreDns(stage.choose(sorted(stage.name_servers()), "sabotage")), lasts=LASTS)


def endpointslice_controller_off(stage: Stage) -> Broken:
    """The EndpointSlice controller is off."""
    return stage.inflict(ControllerOff("endpointslice-controller"), lasts=LASTS)


def replicaset_controller_off(stage: Stage) -> Broken:
    """The ReplicaSet controller is off."""
    return stage.inflict(ControllerOff("replicaset-controller"), lasts=LASTS)


def node_lifecycle_off(stage: Stage) -> Broken:
    """The node lifecycle controller is off."""
    return stage.inflict(ControllerOff("node-lifecycle-controller"), lasts=LASTS)


@contextmanager
def internal_traffic_local(stage: Stage) -> Iterator[None]:
    """The service's internalTrafficPolicy is Local."""
    _policy(stage, "Local")
    try:
        yield
    finally:
        _policy(stage, "Cluster")


@contextmanager
def service_recreated(stage: Stage) -> Iterator[None]:
    """The service is deleted and made again under its name, and so with another address."""
    old = stage.run.kube.get("Service", "web", stage.namespace)["spec"]
    ports = [{key: one[key] for key in ("name", "port", "targetPort")} for one in old["ports"]]
    _recreate(stage, {"selector": old["selector"], "ports": ports})
    try:
        yield
    finally:  # with its old address, which later acts need
        _recreate(stage, {key: old[key] for key in ("type", "selector", "ports", "clusterIP") if key in old})


def _recreate(stage: Stage, spec: Manifest) -> None:
    delete_and_wait(stage.run.kube, "Service", "web", stage.namespace)
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": spec}
    stage.run.kube.create(placed(service, stage.namespace, stage.run.id))


@contextmanager
def endpoint_by_hand(stage: Stage) -> Iterator[None]:
    """An EndpointSlice that was written by hand leads to an address of the pods' range that no pod has."""
    kube, namespace = stage.run.kube, stage.namespace
    port = kube.list("EndpointSlice", namespace, labels="kubernetes.io/service-name=web")["items"][0]["ports"]
    labels = {"kubernetes.io/service-name": "web", "endpointslice.kubernetes.io/managed-by": "hand"}
    metadata = {"name": "web-by-hand", "namespace": namespace, "labels": labels}
    kube.create(
        {
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": metadata,
            "addressType": "IPv4",
            "ports": port,
            "endpoints": [{"addresses": [unused_address(stage)], "conditions": {"ready": True}}],
        }
    )
    try:
        yield
    finally:
        delete_and_wait(kube, "EndpointSlice", "web-by-hand", namespace)


def _policy(stage: Stage, policy: str) -> None:
    stage.run.kube.patch("Service", "web", stage.namespace, {"spec": {"internalTrafficPolicy": policy}})


def some_worker(stage: Stage) -> str:
    """Return a worker, chosen by the run's seed."""
    return stage.choose(list(stage.run.workers), "sabotage")


_ENTRY = re.compile(r"src=(\S+) dst=(\S+) sport=(\d+) dport=(\d+) .*\[ASSURED\]")
_REPLACE = """
nft -f /dev/stdin <<EOF || exit
table ip skeptic-hold {
    chain hold {
        type filter hook prerouting priority raw
        ip saddr $1 ip daddr $2 udp sport $3 udp dport $4 drop
    }
}
EOF
trap 'nft delete table ip skeptic-hold' EXIT
trap 'exit 1' HUP INT PIPE TERM
conntrack -D -p udp --orig-src "$1" --orig-dst "$2" --sport "$3" --dport "$4"
conntrack -I -p udp -s "$1" -d "$2" --sport "$3" --dport "$4" --dst-nat "$5:$4" -t 120 -u SEEN_REPLY,ASSURED
"""
"""Deletes an entry and puts another in its place. Meanwhile the flow's packets are dropped before they are tracked: the
client's next query comes within 100 ms, and on a busy machine it created an entry in between each time.
"""


class Flow(NamedTuple):
    """The client's side of a UDP flow."""

    client: str
    server: str
    port: str
    server_port: str


def kept_flows(listing: str) -> list[Flow]:
    """Return the flows of clients that keep their port, from the output of ``conntrack -L``.

    The kernel marks a UDP flow as assured once it has continued in both directions for 2 s.
    """
    return [Flow(*found.groups()) for line in listing.splitlines() if (found := _ENTRY.search(line))]


@contextmanager
def dns_flow_stale(stage: Stage) -> Iterator[None]:
    """The conntrack entries of one node's clients that keep their UDP port point at an address that no CoreDNS pod has.

    If this process dies, kube-proxy deletes the entry when it next programs its rules, or it times out after 120 s.
    """
    site, node, server = stage.run.site, some_worker(stage), stage.dns_server()
    site.guard.permit(Risk.NODE, f"the conntrack entry of a flow to {server} on {node}")

    def flows() -> list[Flow]:
        """Return the flows of those clients, and those that other clients left, which nothing tells from them."""
        return kept_flows(site.in_node(node, "conntrack", "-L", "-p", "udp", "--orig-dst", server, "--dport", "53"))

    stage.wait(flows, BASELINE, f"a client on {node} to keep its UDP port to {server}")
    stale, dead = flows(), _unused(stage)
    if not stale:
        raise Inconclusive(f"no client on {node} keeps its UDP port to {server}")
    for flow in stale:
        site.in_node(node, "sh", "-c", _REPLACE, "sh", *flow, dead)
    stage.note("stale flows", [{"node": node, "to": dead, **flow._asdict()} for flow in stale])
    try:
        yield
    finally:
        try:
            site.in_node(node, "conntrack", "-D", "-p", "udp", "--reply-src", dead)
        except CommandFailed as failed:
            if failed.status != 1:  # 1: it is gone already
                raise


def _unused(stage: Stage) -> str:
    """Return an address of the pod network of a node with CoreDNS that no pod has.

    :raises Inconclusive: when that network is unknown or full
    """
    kube = stage.run.kube
    homes = {pod["spec"]["nodeName"] for pod in kube.list("Pod", "kube-system", labels="k8s-app=kube-dns")["items"]}
    network = next((str(kube.get("Node", home)["spec"].get("podCIDR", "")) for home in sorted(homes)), "")
    taken = {ip_of(pod) for pod in kube.list("Pod")["items"]}
    free = [str(host) for host in ip_network(network).hosts() if str(host) not in taken] if network else []
    if not free:
        raise Inconclusive("no address of the pod network of a node with CoreDNS is known to be unused")
    return free[-1]

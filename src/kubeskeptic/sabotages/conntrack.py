"""Sabotages of the conntrack entries that a node keeps of its clients' flows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from typing import NamedTuple

from kubeskeptic.durations import BASELINE
from kubeskeptic.errors import CommandFailed, Inconclusive
from kubeskeptic.guard.risk import Risk
from kubeskeptic.objects import ip_of
from kubeskeptic.sabotages.breakages import some_worker
from kubeskeptic.scenarios.stage import Stage

_ENTRY = re.compile(r"src=(\S+) dst=(\S+) sport=(\d+) dport=(\d+) .*\[ASSURED\]")
_REPLACE = """
for _ in 1 2 3 4 5 6 7 8 9 10; do
    conntrack -D -p udp --orig-src "$1" --orig-dst "$2" --sport "$3" --dport "$4"
    conntrack -I -p udp -s "$1" -d "$2" --sport "$3" --dport "$4" --dst-nat "$5:$4" -t 120 -u SEEN_REPLY,ASSURED && exit
done
exit 1
"""
"""Deletes an entry and puts another in its place; retries if a packet of the flow created one in between."""


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

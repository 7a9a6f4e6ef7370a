"""What runs have left in nodes, and the nodes that are down.

The state of nodes and of their components is inspected only in kind clusters of this machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kubeskeptic.errors import ClusterError, CommandFailed, Unanswered
from kubeskeptic.faults import undo_records
from kubeskeptic.faults.network import nft_table
from kubeskeptic.journal.open_faults import OpenFault, run_of
from kubeskeptic.node_access import EngineAccess
from kubeskeptic.undo import Leftover

if TYPE_CHECKING:
    from kubeskeptic.faults.fault import Site

_PARTS = f"""
nft list tables 2>/dev/null | awk '$2 == "inet" && $3 ~ /^{nft_table.PATTERN}$/ {{print "table " $2 "/" $3}}'
true
"""
_STATE = """
for part in containerd kubelet; do systemctl is-active --quiet "$part" || echo "service $part"; done
ps -eo stat=,comm= | awk '$1 ~ /^T/ && $2 ~ /^(kube|containerd|coredns|etcd)/ {print "stopped " $2}'
"""
_SAID = {"service": "inactive service", "stopped": "stopped process", "table": "rule table"}


def nodes_down(site: Site) -> Iterator[Leftover]:
    """Yield the nodes of a kind cluster of this machine that are not running."""
    for container in site.cluster.engine.nodes(site.cluster.kind_name):
        if container.state != "running":
            yield Leftover("node", container.name, f"node {container.name} is {container.state}", node=container.name)


def in_node(site: Site, node: str) -> Iterator[Leftover]:
    """Yield our undo records, timers and tables in a node; in a kind cluster also the components that are not running.

    A node that is down according to the engine yields nothing: :func:`nodes_down` lists it.

    :raises CommandFailed: when the node cannot be reached
    """
    if any(down.node == node for down in nodes_down(site)):
        return
    for one in undo_records.in_node(site, node):
        if _is_here(site, one):
            yield Leftover.of_fault(one, f"the undo record in {node}")
    for timer in site.access.timers(node):
        yield Leftover("timer", timer, f"timer {timer} in {node}", node=node, run=run_of(timer))
    look = f"{_STATE}{_PARTS}" if site.access.transport == EngineAccess.transport else _PARTS
    for line in site.in_node(node, "sh", "-c", look).splitlines():
        kind, _, name = line.partition(" ")
        yield Leftover(kind, name, f"{_SAID[kind]} {name} in {node}", node=node)


def _is_here(site: Site, one: OpenFault) -> bool:
    """Return whether an undo record in a node belongs to this cluster.

    While the API server cannot identify the cluster, a record in a node of a kind cluster counts: undoing that fault may
    restore the API server.
    """
    try:
        return one.cluster == site.guard.uid
    except (Unanswered, ClusterError):
        return site.access.transport == EngineAccess.transport


def unseen(site: Site) -> Iterator[Leftover]:
    """Yield a leftover with the reason if the nodes cannot be inspected."""
    try:
        site.in_node(site.cluster.nodes[0].name, "true")
    except CommandFailed as why:
        yield Leftover("unseen", "nodes", f"the nodes were not inspected: {why.output}")

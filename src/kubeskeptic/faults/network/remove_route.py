"""Remove a node's route to the pods of another node.

Pods and processes of the node no longer reach those pods, while other nodes still do. Packets from those pods still arrive, and
packets between the nodes themselves are not affected. Requires a network with a route of its own for each node's pod CIDR.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import ClassVar

from kubeskeptic.errors import BadInput, MissingRequirement
from kubeskeptic.faults.fault import Fault, Plan, Site, Timer, UndoRecord
from kubeskeptic.faults.nodes.node_recovery import node_of
from kubeskeptic.faults.targets import Target
from kubeskeptic.guard.risk import Risk
from kubeskeptic.waiting import NotYet


@dataclass(frozen=True)
class RemoveRoute(Fault):
    """:param to: the node to whose pods the route leads; by default the first other node"""

    node: str
    to: str = ""

    name: ClassVar[str] = "remove_route"
    risk: ClassVar[Risk] = Risk.NODE

    def plan(self, site: Site) -> Plan:
        """Record the route as shown by the node."""
        node_of(site, self.node)
        to = self.to or next((one.name for one in site.cluster.nodes if one.name != self.node), "")
        if to in ("", self.node):
            raise BadInput("a route leads to the pods of another node")
        network = node_of(site, to)["spec"].get("podCIDR", "")
        route = _route(site, self.node, network) if network else []
        if "via" not in route:
            raise MissingRequirement(f"{self.node} has no route of its own to the pods of {to}")
        record = {"node": self.node, "to": to, "network": network, "route": route}
        return Plan(
            (Target("network", self.node),),
            f"remove the route of {self.node} to {network}, the pods of {to}",
            f"add the route {' '.join(route)} to {self.node}",
            record,
            timers=(Timer(self.node, _restore(record)),),
        )

    def apply(self, site: Site, plan: Plan) -> None:
        """Delete the route, if it is there."""
        if _route(site, plan.record["node"], plan.record["network"]):
            site.in_node(plan.record["node"], "ip", "route", "del", plan.record["network"])

    def bite(self, site: Site, plan: Plan) -> str | NotYet:
        """Return evidence that the kernel sends packets for those pods elsewhere."""
        said = _way(site, plan.record)
        return NotYet(f"packets still go {said}") if _as_before(plan.record, said) else f"packets now go {said}"

    @classmethod
    def undo(cls, site: Site, record: UndoRecord) -> None:
        """Add the route, or replace it."""
        site.in_node(record["node"], *_restore(record))

    @classmethod
    def heal(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """Return evidence that the kernel sends packets for those pods as before."""
        said = _way(site, record)
        return f"packets go {said}" if _as_before(record, said) else NotYet(f"packets go {said}")


def _route(site: Site, node: str, network: str) -> list[str]:
    """Return the words of the route to a network, in the form that ``ip route`` reads; empty if there is none."""
    return site.in_node(node, "ip", "route", "show", "exact", str(ipaddress.ip_network(network))).split()


def _restore(record: UndoRecord) -> tuple[str, ...]:
    return ("ip", "route", "replace", *record["route"])


def _way(site: Site, record: UndoRecord) -> str:
    address = str(ipaddress.ip_network(record["network"])[1])
    return " ".join(site.in_node(record["node"], "ip", "route", "get", address).split()[1:5])


def _as_before(record: UndoRecord, way: str) -> bool:
    route = list(record["route"])
    return f"via {route[route.index('via') + 1]} " in f"{way} "

"""Cut off a node: packets between it and other nodes are dropped, in both directions or in one.

It is cut off from all nodes, from the control plane, or from the other workers, and from their pods. Packets are dropped as by
a broken cable, not rejected; existing connections break as well. Traffic within the node continues, and so does access through
the container engine or through the port of our exec pod.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kubeskeptic import objects
from kubeskeptic.errors import BadInput
from kubeskeptic.faults.curl import connect, kube_proxy_of
from kubeskeptic.faults.fault import Plan, Site, UndoRecord
from kubeskeptic.faults.network import nft_table
from kubeskeptic.faults.network.nft_table import NftFault
from kubeskeptic.faults.nodes.node_recovery import node_of
from kubeskeptic.faults.targets import Target
from kubeskeptic.guard.risk import Risk
from kubeskeptic.waiting import NotYet

DIRECTIONS = ("both", "arriving", "leaving")


@dataclass(frozen=True)
class CutOffNode(NftFault):
    """:param whom: ``all``, ``control-plane``, or ``workers``: the other workers
    :param direction: ``both``, ``arriving`` or ``leaving``, seen from the node
    """

    node: str
    whom: str = "all"
    direction: str = "both"

    name: ClassVar[str] = "cut_off_node"
    risk: ClassVar[Risk] = Risk.NODE

    def plan(self, site: Site) -> Plan:
        """Record the other nodes."""
        if self.whom not in ("all", "control-plane", "workers") or self.direction not in DIRECTIONS:
            raise BadInput("set whom to all, control-plane or workers, and direction to both, arriving or leaving")
        node_of(site, self.node)
        others = [one for one in site.cluster.nodes if one.name != self.node]
        peers = [one.name for one in others if self.whom == "all" or one.role == self.whom.removesuffix("s")]
        if not peers:
            raise BadInput(f"there is no other node to cut {self.node} off from")
        named = nft_table.name(site.run, self.name, self.node, self.whom, self.direction)
        return Plan(
            (Target("network", self.node),),
            f"drop packets between {self.node} and {', '.join(peers)} ({self.direction})",
            f"delete the table {named} in {self.node}",
            {"node": self.node, "peers": peers, "table": named},
            timers=self.switch(self.node, named),
        )

    def apply(self, site: Site, plan: Plan) -> None:
        """Create the table."""
        listed = {one["metadata"]["name"]: one for one in site.kube.list("Node")["items"]}
        peers = [objects.internal_ip(listed[name]) for name in plan.record["peers"]]
        peers += [listed[name]["spec"]["podCIDR"] for name in plan.record["peers"] if "podCIDR" in listed[name]["spec"]]
        arriving, leaving = (f"ip {side} {nft_table.addresses(peers)} drop" for side in ("saddr", "daddr"))
        if self.whom == "all":
            device = nft_table.device(site, plan.record["node"])
            arriving, leaving = f'iifname "{device}" drop', f'oifname "{device}" drop'
        into, out = self.direction != "leaving", self.direction != "arriving"
        text = nft_table.script(plan.record["table"], [arriving] * into, [leaving] * out, site.access.exempt_ports)
        nft_table.put(site, plan.record["node"], text)

    def bite(self, site: Site, plan: Plan) -> str | NotYet:
        """Return evidence that the node cannot connect to kube-proxy on any of these nodes."""
        reached = [peer for peer in plan.record["peers"] if _reaches(site, plan.record["node"], peer)]
        if reached:
            return NotYet(f"the node still reaches {', '.join(reached)}")
        return f"the node cannot connect to {', '.join(plan.record['peers'])}"

    @classmethod
    def through(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """Return evidence that the node reaches the others again, and is Ready."""
        lost = [p for p in record["peers"] if site.runs(p) and not _reaches(site, record["node"], p)]
        if lost:
            return NotYet(f"the node does not reach {', '.join(lost)}")
        if objects.condition(site.kube.get("Node", record["node"]), "Ready") != "True":
            return NotYet("the node is not Ready")
        return "the node reaches the others again and is Ready"


def _reaches(site: Site, node: str, peer: str) -> bool:
    return connect(site, node, kube_proxy_of(site, peer)) is not None

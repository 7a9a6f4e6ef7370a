"""Drop a random share of the packets that arrive at a node.

Packets are dropped on the device through which the node reaches others, so the traffic of its pods with other nodes is affected
as well. TCP retransmits lost packets, which delays new connections by a second or more; UDP datagrams are lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kubeskeptic.errors import BadInput
from kubeskeptic.faults.curl import connect, kube_proxy_of
from kubeskeptic.faults.fault import Plan, Site, UndoRecord
from kubeskeptic.faults.network import nft_table
from kubeskeptic.faults.network.nft_table import NftFault
from kubeskeptic.faults.nodes.node_recovery import node_of
from kubeskeptic.faults.targets import Target
from kubeskeptic.guard.risk import Risk
from kubeskeptic.waiting import NotYet

RETRANSMISSION = 0.9
"""Seconds. A connection that takes longer has lost a packet: the first SYN is retransmitted after a second (RFC 6298)."""
TRIES = 20


@dataclass(frozen=True)
class DropPackets(NftFault):
    """:param percent: whole number from 1 to 99"""

    node: str
    percent: int

    name: ClassVar[str] = "drop_packets"
    risk: ClassVar[Risk] = Risk.NODE

    def plan(self, site: Site) -> Plan:
        """Record another node to connect to."""
        if not 1 <= self.percent <= 99:
            raise BadInput(
                f"a share of packets is 1 to 99 percent, not {self.percent}; use cut_off_node for all packets"
            )
        node_of(site, self.node)
        named = nft_table.name(site.run, self.name, self.node)
        peer = next((one.name for one in site.cluster.nodes if one.name != self.node), None)
        if peer is None:
            raise BadInput("packets are dropped between nodes, and there is only one node")
        return Plan(
            (Target("network", self.node),),
            f"drop {self.percent} % of the packets that arrive at {self.node}",
            f"delete the table {named} in {self.node}",
            {"node": self.node, "peer": peer, "table": named, "percent": self.percent},
            timers=self.switch(self.node, named),
        )

    def apply(self, site: Site, plan: Plan) -> None:
        """Create the table."""
        device = nft_table.device(site, plan.record["node"])
        rule = f'iifname "{device}" numgen random mod 100 < {plan.record["percent"]} drop'
        nft_table.put(
            site,
            plan.record["node"],
            nft_table.script(plan.record["table"], arriving=[rule], exempt_ports=site.access.exempt_ports),
        )

    def bite(self, site: Site, plan: Plan) -> str | NotYet:
        """Return evidence that a new connection to another node needed a second SYN, or was not established."""
        slowest = _slowest(site, plan.record["node"], plan.record["peer"])
        if slowest < RETRANSMISSION:
            return NotYet(f"the slowest of {TRIES} connections took {slowest:.3f} s")
        return "a new connection to another node lost a packet"

    @classmethod
    def through(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """Return evidence that no new connection loses a packet."""
        slowest = _slowest(site, record["node"], record["peer"])
        said = f"the slowest of {TRIES} connections took {slowest:.3f} s"
        return said if slowest < RETRANSMISSION else NotYet(said)


def _slowest(site: Site, node: str, peer: str) -> float:
    """Return the seconds that the slowest of :data:`TRIES` connections took; stop at the first that lost a packet."""
    slowest, address = 0.0, kube_proxy_of(site, peer)
    for _ in range(TRIES):
        took = connect(site, node, address)
        slowest = max(slowest, 2.0 if took is None else took)
        if slowest >= RETRANSMISSION:
            break
    return slowest

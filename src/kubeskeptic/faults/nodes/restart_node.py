"""Restart a node: it is shut down and started again, as by an operator.

Its containers end and are started again by its kubelet; memory is lost, disks are kept. The node is not drained first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kubeskeptic.durations import NODE_STOPS, Patience
from kubeskeptic.faults.fault import Plan, Site
from kubeskeptic.faults.nodes.node_recovery import NodeDownFault, node_of, started_at, state_before
from kubeskeptic.faults.targets import Target
from kubeskeptic.guard.risk import Risk
from kubeskeptic.waiting import NotYet


@dataclass(frozen=True)
class RestartNode(NodeDownFault):
    """:param node: name of the node"""

    node: str

    name: ClassVar[str] = "restart_node"
    risk: ClassVar[Risk] = Risk.NODE

    def plan(self, site: Site) -> Plan:
        """Record the pods that are Ready on the node, and when it was started."""
        node_of(site, self.node)
        record = state_before(site, self.node) | {"since": started_at(site, self.node)}
        return Plan(
            (Target("node", self.node),),
            f"restart node {self.node}",
            f"start node {self.node} if it does not run",
            record,
            rescue=(tuple(site.cluster.engine.argv("start", self.node)),),
            bites=Patience(10),
        )

    def apply(self, site: Site, plan: Plan) -> None:
        """Shut the node down and start it, once."""
        if started_at(site, plan.record["node"]) <= plan.record["since"]:
            site.cluster.engine.call("restart", "--time", "30", plan.record["node"], patience=NODE_STOPS)

    def bite(self, site: Site, plan: Plan) -> str | NotYet:
        """Return evidence that the engine has started the node since."""
        if started_at(site, plan.record["node"]) <= plan.record["since"]:
            return NotYet("the engine has not restarted it yet")
        return "the engine has restarted it"

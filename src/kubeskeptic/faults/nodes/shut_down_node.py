"""Shut down a node, and leave it down.

Its systemd stops every service: kubelet, containerd and containers get SIGTERM. Whether pods are terminated gracefully
depends on the kubelet's ``shutdownGracePeriod``, which is 0 by default. The Node object is not touched. Undoing starts the
node.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kubeskeptic.durations import NODE_STOPS
from kubeskeptic.errors import BadInput
from kubeskeptic.faults.fault import Plan, Site
from kubeskeptic.faults.nodes.node_recovery import NodeDownFault, kubelet_answers, node_of, state_before
from kubeskeptic.faults.targets import Target
from kubeskeptic.guard.risk import Risk
from kubeskeptic.waiting import NotYet


@dataclass(frozen=True)
class ShutDownNode(NodeDownFault):
    """:param grace: whole seconds after which remaining processes are killed"""

    node: str
    grace: int = 30

    name: ClassVar[str] = "shut_down_node"
    risk: ClassVar[Risk] = Risk.NODE

    def plan(self, site: Site) -> Plan:
        """Record the pods that are Ready on the node."""
        if not 1 <= self.grace <= 300:
            raise BadInput(f"a node is given 1 to 300 seconds to shut down, not {self.grace}")
        node_of(site, self.node)
        return Plan(
            (Target("node", self.node),),
            f"shut node {self.node} down with {self.grace} s of grace",
            f"start node {self.node}",
            state_before(site, self.node) | {"grace": self.grace},
            rescue=(tuple(site.cluster.engine.argv("start", self.node)),),
        )

    def apply(self, site: Site, plan: Plan) -> None:
        """Make the node's process 1 shut down."""
        grace = str(plan.record["grace"])
        site.cluster.engine.call("stop", "--time", grace, plan.record["node"], patience=NODE_STOPS)

    def bite(self, site: Site, plan: Plan) -> str | NotYet:
        """Return evidence that the engine reports the node as down, and the API server no longer reaches its kubelet."""
        state = site.cluster.engine.state(plan.record["node"])
        if state == "running" or kubelet_answers(site, plan.record["node"]):
            return NotYet(f"the engine reports it as {state}")
        return f"the engine reports it as {state}, and the API server does not reach its kubelet"

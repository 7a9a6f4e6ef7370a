"""Crash a node: all its processes are killed at once, and it stays down.

As with a power cut, its address stops answering without notice, and data on its disks is kept. The Node object and the objects
of its pods are not touched. Undoing starts the node again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kubeskeptic.errors import BadInput
from kubeskeptic.faults.fault import Plan, Site
from kubeskeptic.faults.nodes.node_recovery import NodeDownFault, kubelet_answers, node_of, state_before
from kubeskeptic.faults.targets import Target
from kubeskeptic.guard.risk import Risk
from kubeskeptic.waiting import NotYet


@dataclass(frozen=True)
class CrashNode(NodeDownFault):
    """:param node: name of the node"""

    node: str

    name: ClassVar[str] = "crash_node"
    risk: ClassVar[Risk] = Risk.NODE

    def plan(self, site: Site) -> Plan:
        """Record the pods that are Ready on the node."""
        node_of(site, self.node)
        if not site.cluster.engine.running(self.node):
            raise BadInput(f"node {self.node} does not run; start it before crashing it")
        return Plan(
            (Target("node", self.node),),
            f"kill all processes of node {self.node} at once",
            f"start node {self.node}",
            state_before(site, self.node),
            rescue=(tuple(site.cluster.engine.argv("start", self.node)),),
        )

    def apply(self, site: Site, plan: Plan) -> None:
        """Kill the node's process 1, and with it all others."""
        if site.cluster.engine.running(plan.record["node"]):
            site.cluster.engine.kill(plan.record["node"])

    def bite(self, site: Site, plan: Plan) -> str | NotYet:
        """Return evidence that the engine reports the node as down, and the API server no longer reaches its kubelet."""
        state = site.cluster.engine.state(plan.record["node"])
        if state == "running":
            return NotYet("the engine reports it as running")
        if kubelet_answers(site, plan.record["node"]):
            return NotYet("its kubelet still answers")
        return f"the engine reports it as {state}, and the API server does not reach its kubelet"

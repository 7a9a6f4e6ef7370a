"""Freeze a node: none of its processes gets CPU time; its memory and connections stay.

This is like a virtual machine paused by its hypervisor. The kernel, which container nodes share with their host, still
acknowledges packets: connections are accepted but never answered. Timers in the node stop as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kubeskeptic.errors import BadInput
from kubeskeptic.faults.fault import Fault, Plan, Site, UndoRecord
from kubeskeptic.faults.nodes.node_recovery import kubelet_answers, node_of, ready_since
from kubeskeptic.faults.targets import Target
from kubeskeptic.guard.risk import Risk
from kubeskeptic.waiting import NotYet


@dataclass(frozen=True)
class FreezeNode(Fault):
    """:param node: name of the node"""

    node: str

    name: ClassVar[str] = "freeze_node"
    risk: ClassVar[Risk] = Risk.NODE

    def plan(self, site: Site) -> Plan:
        """Record the node; undoing needs nothing else."""
        node_of(site, self.node)
        if site.cluster.engine.state(self.node) != "running":
            raise BadInput(f"node {self.node} does not run; start it before freezing it")
        return Plan(
            (Target("node", self.node),),
            f"freeze node {self.node}",
            f"let node {self.node} continue",
            {"node": self.node},
        )

    def apply(self, site: Site, plan: Plan) -> None:
        """Freeze all processes, unless they are frozen already."""
        site.cluster.engine.pause(plan.record["node"])

    def bite(self, site: Site, plan: Plan) -> str | NotYet:
        """Return evidence that the API server gets no answer from its kubelet."""
        if kubelet_answers(site, plan.record["node"]):
            return NotYet("its kubelet still answers")
        return "the API server gets no answer from its kubelet"

    @classmethod
    def undo(cls, site: Site, record: UndoRecord) -> None:
        """Let the node continue, if it is frozen."""
        if site.cluster.engine.state(record["node"]) == "paused":
            site.cluster.engine.unpause(record["node"])

    @classmethod
    def heal(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """Return evidence that its kubelet answers, and the node is Ready."""
        if not kubelet_answers(site, record["node"]):
            return NotYet("its kubelet does not answer")
        return ready_since(site, record["node"], 0.0)
